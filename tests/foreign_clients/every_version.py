"""Every message at every version, by the clients' own decoders and encoders: python every_version.py < REPLIES

A line of input is `VERSION NAME HEX`, the body of a reply. A line of output is `error TEXT` for one that a client could not
decode to its last field, or `request CLIENT VERSION NAME HEX`, what a client sends at a version.
"""

import builtins
import io
import logging
import sys
from types import SimpleNamespace

import ib_async
import ib_async.client
import ib_async.decoder
import ibapi.client
import ibapi.comm
import ibapi.contract
import ibapi.decoder
import ibapi.execution
import ibapi.order
import ibapi.order_condition
import ibapi.tag_value
import ibapi.wrapper

OLD = range(100, 158)
MODERN = range(157, 179)

LOG = io.StringIO()
logging.basicConfig(stream=LOG, level=logging.WARNING)


class Counted:
    """An iterator that knows how many fields were read."""

    def __init__(self, fields):
        self.fields, self.read = fields, 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.read == len(self.fields):
            raise StopIteration
        self.read += 1
        return self.fields[self.read - 1]


class OldReader(ibapi.wrapper.EWrapper):
    pass


CALLS = []


def counting(name):
    original = getattr(ibapi.wrapper.EWrapper, name)

    def call(self, *values):
        CALLS.append(name)

    # The client finds the kinds of some fields by the signature.
    call.__wrapped__ = original
    return call


for _name in dir(ibapi.wrapper.EWrapper):
    if not _name.startswith("_") and _name != "logAnswer":
        setattr(OldReader, _name, counting(_name))


class ModernReader:
    ib = SimpleNamespace(TimezoneTWS=None)
    defaultTimezone = None

    def __getattr__(self, name):
        return lambda *values: CALLS.append(name)


def old_reads(version, body):
    counted = []

    def count(fields):
        counted.append(Counted(list(fields)))
        return counted[-1]

    ibapi.decoder.iter = count
    ibapi.decoder.Decoder(OldReader(), version).interpret(ibapi.comm.read_fields(body))
    ibapi.decoder.iter = builtins.iter
    for fields in counted:
        if fields.read != len(fields.fields):
            raise ValueError(f"{len(fields.fields)} fields, {fields.read} read")


def modern_reads(version, body):
    fields = body.decode(errors="backslashreplace").split("\0")
    fields.pop()
    ib_async.decoder.Decoder(ModernReader(), version).interpret(fields)


def check(client, reads, version, name, body):
    CALLS.clear()
    LOG.truncate(0)
    LOG.seek(0)
    problem = ""
    try:
        reads(version, body)
    except Exception as error:
        problem = repr(error)
    problem = problem or LOG.getvalue().strip().replace("\n", " ")
    if not problem and not CALLS:
        problem = "nothing was told"
    if problem:
        print("error", client, version, name, problem[-300:])


def share(module):
    contract = module.Contract()
    contract.conId, contract.symbol, contract.secType = 265598, "AAPL", "STK"
    contract.exchange, contract.primaryExchange, contract.currency = "SMART", "NASDAQ", "USD"
    contract.localSymbol, contract.tradingClass = "AAPL", "NMS"
    return contract


def orders(module, tag, conditions):
    def order(kind, **fields):
        made = module.Order()
        made.action, made.totalQuantity, made.orderType = "BUY", 300, kind
        made.tif, made.ocaGroup, made.ocaType, made.orderRef = "GTC", "group", 3, "mine"
        made.parentId, made.account, made.transmit, made.outsideRth = 11, "DU1", False, True
        for name, value in fields.items():
            setattr(made, name, value)
        return made

    algo = [tag("adaptivePriority", "Normal")]
    yield "limit", order("LMT", lmtPrice=187.25)
    yield "what_if", order("MKT", whatIf=True)
    yield "stop_limit", order("STP LMT", lmtPrice=9.5, auxPrice=9.0, minQty=5, allOrNone=True)
    yield "trail", order("TRAIL", trailStopPrice=8.25, trailingPercent=1.5)
    yield "conditions", order("LMT", lmtPrice=1.0, conditions=conditions)
    yield "algo", order("LMT", lmtPrice=1.0, algoStrategy="Adaptive", algoParams=algo)
    yield "scale", order(
        "LMT", lmtPrice=1.0, scaleInitLevelSize=5, scalePriceIncrement=0.5, hedgeType="D",
        hedgeParam="1", whatIf=True,
    )
    yield "bench", order("PEG BENCH", referenceContractId=5, whatIf=True)
    yield "hedged", order("VOL", deltaNeutralOrderType="MKT", volatility=1.0, volatilityType=1)


def requests(client, contract, filter_, orders):
    filter_.clientId, filter_.symbol, filter_.time = 3, "AAPL", "20260101 10:00:00"
    start = "20260101 10:00:00"
    yield "start_api", client.startApi, ()
    yield "next_id", client.reqIds, (1,)
    yield "managed_accounts", client.reqManagedAccts, ()
    yield "current_time", client.reqCurrentTime, ()
    yield "account_summary", client.reqAccountSummary, (5, "All", "BuyingPower")
    yield "cancel_account_summary", client.cancelAccountSummary, (5,)
    yield "account_updates", client.reqAccountUpdates, (True, "DU1")
    yield "account_updates_multi", client.reqAccountUpdatesMulti, (6, "DU1", "", False)
    yield "cancel_account_updates_multi", client.cancelAccountUpdatesMulti, (6,)
    yield "positions", client.reqPositions, ()
    yield "cancel_positions", client.cancelPositions, ()
    yield "contract_details", client.reqContractDetails, (7, contract)
    yield "market_rule", client.reqMarketRule, (26,)
    history = (8, contract, "", "1 D", "5 mins", "TRADES", 1, 2, False, [])
    yield "historical_data", client.reqHistoricalData, history
    yield "cancel_historical_data", client.cancelHistoricalData, (8,)
    yield "head_timestamp", client.reqHeadTimeStamp, (9, contract, "TRADES", 1, 2)
    yield "cancel_head_timestamp", client.cancelHeadTimeStamp, (9,)
    ticks = (10, contract, start, "", 100, "TRADES", 1, True, [])
    yield "historical_ticks", client.reqHistoricalTicks, ticks
    yield "real_time_bars", client.reqRealTimeBars, (11, contract, 5, "TRADES", True, [])
    yield "cancel_real_time_bars", client.cancelRealTimeBars, (11,)
    yield "market_data_type", client.reqMarketDataType, (3,)
    yield "market_data", client.reqMktData, (12, contract, "233,236", False, False, [])
    yield "cancel_market_data", client.cancelMktData, (12,)
    yield "tick_by_tick", client.reqTickByTickData, (13, contract, "BidAsk", 0, True)
    yield "cancel_tick_by_tick", client.cancelTickByTickData, (13,)
    for name, order in orders:
        yield f"place_order:{name}", client.placeOrder, (14, contract, order)
    yield "cancel_order", client.cancelOrder, (14,)
    yield "global_cancel", client.reqGlobalCancel, ()
    yield "open_orders", client.reqOpenOrders, ()
    yield "all_open_orders", client.reqAllOpenOrders, ()
    yield "auto_open_orders", client.reqAutoOpenOrders, (True,)
    yield "executions", client.reqExecutions, (15, filter_)
    yield "completed_orders", client.reqCompletedOrders, (True,)
    yield "pnl", client.reqPnL, (16, "DU1", "")
    yield "cancel_pnl", client.cancelPnL, (16,)
    yield "pnl_single", client.reqPnLSingle, (17, "DU1", "", 265598)
    yield "cancel_pnl_single", client.cancelPnLSingle, (17,)


def send_all(name, version, sent, calls):
    for request, call, values in calls:
        sent.clear()
        call(*values)
        for text in sent:
            print("request", name, version, request, text.encode().hex())


def old_requests(version):
    sent = []
    # It tells its caller what this version does not have, and sends nothing then.
    client = ibapi.client.EClient(SimpleNamespace(error=lambda *values: None))
    client.clientId, client.serverVersion_ = 3, version
    client.isConnected = lambda: True
    client.sendMsg = sent.append
    conditions = [
        ibapi.order_condition.PriceCondition(0, 9, "SMART", True, 3.5),
        ibapi.order_condition.TimeCondition(True, "20260101 10:00:00"),
    ]
    made = orders(ibapi.order, ibapi.tag_value.TagValue, conditions)
    contract, filter_ = share(ibapi.contract), ibapi.execution.ExecutionFilter()
    send_all("ibapi", version, sent, requests(client, contract, filter_, made))


def modern_requests(version):
    sent = []
    client = ib_async.client.Client(SimpleNamespace())
    client.connState, client.clientId, client._serverVersion = client.CONNECTED, 3, version
    client.sendMsg = sent.append
    conditions = [
        ib_async.PriceCondition(isMore=True, price=3.5, conId=9, exch="SMART"),
        ib_async.TimeCondition(isMore=True, time="20260101 10:00:00"),
    ]
    made = orders(ib_async, ib_async.TagValue, conditions)
    contract, filter_ = share(ib_async), ib_async.ExecutionFilter()
    send_all("ib_async", version, sent, requests(client, contract, filter_, made))


def main():
    for line in sys.stdin:
        version, name, body = line.split()
        version, body = int(version), bytes.fromhex(body)
        if version in OLD:
            check("ibapi", old_reads, version, name, body)
        if version in MODERN:
            check("ib_async", modern_reads, version, name, body)
    for version in OLD:
        old_requests(version)
    for version in MODERN:
        modern_requests(version)


if __name__ == "__main__":
    main()
