"""Twelve scenarios with `ibapi` 9.81: python ibapi_driver.py HOST PORT CLIENT_ID"""

import json
import logging
import sys
import threading
import time
import traceback

from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.execution import ExecutionFilter
from ibapi.order import Order
from ibapi.wrapper import EWrapper

SYMBOL = "SPY"
LIMIT_S = 15


class DecodeErrors(logging.Handler):
    """Keeps what the client could not decode."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.found = []

    def emit(self, record):
        text = record.getMessage()
        if record.exc_info:
            text += " | " + repr(record.exc_info[1])
        if record.levelno >= logging.ERROR or record.exc_info:
            self.found.append(f"{record.name}: {text}")


ERRORS = DecodeErrors()
logging.getLogger().addHandler(ERRORS)


def recorded(name):
    def call(self, *values):
        with self.lock:
            self.calls.setdefault(name, []).append(values)

    return call


class Client(EWrapper, EClient):
    """Writes down every call of the client's interface."""

    def __init__(self):
        EClient.__init__(self, self)
        self.lock = threading.Lock()
        self.calls = {}

    def got(self, name):
        with self.lock:
            return list(self.calls.get(name, []))

    def codes(self):
        return [values[1] for values in self.got("error")]


for _name in [
    "accountDownloadEnd",
    "accountSummary",
    "accountSummaryEnd",
    "commissionReport",
    "completedOrder",
    "completedOrdersEnd",
    "contractDetails",
    "contractDetailsEnd",
    "currentTime",
    "error",
    "execDetails",
    "execDetailsEnd",
    "headTimestamp",
    "historicalData",
    "historicalDataEnd",
    "historicalDataUpdate",
    "managedAccounts",
    "marketDataType",
    "marketRule",
    "nextValidId",
    "openOrder",
    "openOrderEnd",
    "orderStatus",
    "position",
    "positionEnd",
    "realtimeBar",
    "tickByTickBidAsk",
    "tickPrice",
    "tickSize",
    "updateAccountValue",
    "updatePortfolio",
]:
    setattr(Client, _name, recorded(_name))


class Session:
    def __init__(self, host, port, client_id):
        self.where = (host, port, client_id)
        self.client = None
        self.thread = None
        self.ids = iter(())

    def open(self):
        """Connects; while the last socket of this client id lingers, it tries again."""
        for _ in range(5):
            self.client = Client()
            self.client.connect(*self.where)
            self.thread = threading.Thread(target=self.run, daemon=True)
            self.thread.start()
            self.until(lambda: self.is_ready() or 326 in self.client.codes())
            if 326 not in self.client.codes():
                break
            self.close()
            time.sleep(0.5)
        if not self.is_ready():
            raise RuntimeError(f"not connected: {self.got('error')}")
        first = self.got("nextValidId")[0][0]
        self.ids = iter(range(first, first + 10_000))
        return self.client

    def is_ready(self):
        return self.got("nextValidId") and self.got("managedAccounts")

    def run(self):
        try:
            self.client.run()
        except BaseException:
            ERRORS.found.append(traceback.format_exc())

    def close(self):
        self.client.disconnect()
        self.thread.join(LIMIT_S)

    def got(self, name):
        return self.client.got(name)

    def until(self, is_done):
        deadline = time.monotonic() + LIMIT_S
        while time.monotonic() < deadline:
            if is_done():
                return True
            time.sleep(0.02)
        return False

    def status(self, order_id):
        """The last status that was told of an order."""
        mine = self.where[2]
        rows = [row for row in self.got("orderStatus") if row[0] == order_id and row[8] == mine]
        return rows[-1] if rows else None

    def has_status(self, order_id, *statuses):
        row = self.status(order_id)
        return row is not None and row[1] in statuses

    def place(self, reference, action, quantity, kind, contract=None, **fields):
        order = Order()
        order.action, order.totalQuantity, order.orderType = action, quantity, kind
        order.orderRef = reference
        # The gateways of these versions refuse what this old client sends by default.
        order.eTradeOnly, order.firmQuoteOnly = False, False
        for name, value in fields.items():
            setattr(order, name, value)
        order_id = next(self.ids)
        self.client.placeOrder(order_id, contract or stock(SYMBOL), order)
        return order_id

    def fills(self, order_id):
        mine = self.where[2]
        rows = [row[2] for row in self.got("execDetails")]
        return [fill for fill in rows if fill.orderId == order_id and fill.clientId == mine]


def stock(symbol):
    contract = Contract()
    contract.symbol, contract.secType = symbol, "STK"
    contract.exchange, contract.currency = "SMART", "USD"
    return contract


def connect(session):
    client = session.client
    client.reqCurrentTime()
    session.until(lambda: session.got("currentTime"))
    return {
        "version": client.serverVersion(),
        "accounts": session.got("managedAccounts")[0][0].split(","),
        "next_id": session.got("nextValidId")[0][0],
        "time": session.got("currentTime")[0][0],
    }


def account(session):
    client = session.client
    client.reqAccountSummary(1, "All", "NetLiquidation,TotalCashValue,BuyingPower")
    session.until(lambda: session.got("accountSummaryEnd"))
    client.cancelAccountSummary(1)
    client.reqAccountUpdates(True, session.got("managedAccounts")[0][0].split(",")[0])
    session.until(lambda: session.got("accountDownloadEnd"))
    return {
        "summary": {row[2]: row[3] for row in session.got("accountSummary")},
        "updates": {row[0]: row[1] for row in session.got("updateAccountValue")},
    }


def positions(session):
    client = session.client
    order_id = session.place("positions", "BUY", 10, "MKT")
    filled = session.until(lambda: session.has_status(order_id, "Filled"))
    client.reqPositions()
    session.until(lambda: session.got("positionEnd"))
    client.reqAccountUpdates(True, session.got("managedAccounts")[0][0].split(",")[0])
    session.until(lambda: session.got("accountDownloadEnd") and session.got("updatePortfolio"))
    return {
        "is_filled": filled,
        "positions": [
            [row[1].symbol, row[2], row[3], row[1].conId] for row in session.got("position")
        ],
        "portfolio": [
            [row[0].symbol, row[1], row[2], row[3]] for row in session.got("updatePortfolio")
        ],
    }


def contract_details(session):
    client = session.client
    client.reqContractDetails(2, stock(SYMBOL))
    session.until(lambda: session.got("contractDetailsEnd"))
    details = session.got("contractDetails")[0][1]
    client.reqMarketRule(int(details.marketRuleIds.split(",")[0]))
    session.until(lambda: session.got("marketRule"))
    client.reqContractDetails(3, stock("ZZZZNONE"))
    session.until(lambda: 200 in client.codes())
    return {
        "con_id": details.contract.conId,
        "symbol": details.contract.symbol,
        "currency": details.contract.currency,
        "min_tick": details.minTick,
        "long_name": details.longName,
        "time_zone": details.timeZoneId,
        "liquid_hours": details.liquidHours,
        "rule": [[step.lowEdge, step.increment] for step in session.got("marketRule")[0][1]],
        "unknown": len(session.got("contractDetails")) - 1,
        "codes": client.codes(),
    }


def bars(session, request, duration, size):
    session.client.reqHistoricalData(
        request, stock(SYMBOL), "", duration, size, "TRADES", 1, 2, False, []
    )
    session.until(lambda: any(row[0] == request for row in session.got("historicalDataEnd")))
    return [row[1] for row in session.got("historicalData") if row[0] == request]


def shown(rows):
    return [[row.date, row.open, row.high, row.low, row.close, row.volume] for row in rows]


def history(session):
    client = session.client
    five = bars(session, 4, "2 D", "5 mins")
    days = bars(session, 5, "2 W", "1 day")
    client.reqHeadTimeStamp(6, stock(SYMBOL), "TRADES", 1, 2)
    session.until(lambda: session.got("headTimestamp"))
    client.reqHistoricalData(7, stock(SYMBOL), "", "1800 S", "1 min", "TRADES", 1, 2, True, [])
    session.until(lambda: len(session.got("historicalDataUpdate")) >= 2)
    client.cancelHistoricalData(7)
    return {
        "bars": shown(five),
        "days": shown(days),
        "head": session.got("headTimestamp")[0][1],
        "updates": len(session.got("historicalDataUpdate")),
    }


def real_time_bars(session):
    session.client.reqRealTimeBars(8, stock(SYMBOL), 5, "TRADES", True, [])
    session.until(lambda: len(session.got("realtimeBar")) >= 3)
    session.client.cancelRealTimeBars(8)
    return {
        "bars": [
            [row[1], row[2], row[3], row[4], row[5], row[6], row[8]]
            for row in session.got("realtimeBar")
        ]
    }


def ticks(session):
    client = session.client
    client.reqMarketDataType(1)
    client.reqMktData(9, stock(SYMBOL), "", False, False, [])

    def price(field):
        rows = [row[2] for row in session.got("tickPrice") if row[1] == field]
        return rows[-1] if rows else 0

    session.until(lambda: price(1) > 0 and price(2) > 0 and price(4) > 0)
    sizes = [row[2] for row in session.got("tickSize") if row[1] == 0]
    client.cancelMktData(9)
    client.reqTickByTickData(10, stock(SYMBOL), "BidAsk", 0, False)
    session.until(lambda: session.got("tickByTickBidAsk"))
    client.cancelTickByTickData(10)
    kinds = [row[1] for row in session.got("marketDataType")]
    return {
        "bid": price(1),
        "ask": price(2),
        "last": price(4),
        "bid_size": sizes[-1] if sizes else 0,
        "kind": kinds[-1] if kinds else 0,
        "quotes": [[row[2], row[3]] for row in session.got("tickByTickBidAsk")],
    }


def market_order(session):
    """Orders until one of them was filled in parts."""
    orders = []
    for number in range(12):
        reference = f"market-{number}"
        order_id = session.place(reference, "BUY", 300, "MKT")

        def reports():
            known = {row[0].execId: row[0] for row in session.got("commissionReport")}
            return [known.get(fill.execId) for fill in session.fills(order_id)]

        session.until(
            lambda: session.has_status(order_id, "Filled")
            and sum(fill.shares for fill in session.fills(order_id)) >= 300
            and all(reports())
        )
        status = session.status(order_id)
        placed = [row for row in session.got("openOrder") if row[0] == order_id]
        rows = [
            {
                "id": fill.execId,
                "shares": fill.shares,
                "price": fill.price,
                "side": fill.side,
                "cumulative": fill.cumQty,
                "reference": fill.orderRef,
                "commission": report.commission if report else 0,
                "report": report.execId if report else "",
            }
            for fill, report in zip(session.fills(order_id), reports())
        ]
        orders.append(
            {
                "status": status[1],
                "filled": status[2],
                "remaining": status[3],
                "average": status[4],
                "perm_id": status[5],
                "reference": placed[-1][2].orderRef if placed else "",
                "fills": rows,
            }
        )
        if len(rows) >= 2:
            break
    return {"orders": orders}


def all_open(session):
    """What the gateway answers when it is asked for all open orders."""
    client = session.client
    with client.lock:
        client.calls["openOrder"], client.calls["openOrderEnd"] = [], []
    client.reqAllOpenOrders()
    session.until(lambda: session.got("openOrderEnd"))
    return session.got("openOrder")


def limit_and_cancel(session):
    client = session.client
    order_id = session.place("limit", "BUY", 10, "LMT", lmtPrice=1.0, tif="GTC")
    working = session.until(lambda: session.has_status(order_id, "Submitted", "PreSubmitted"))
    status = session.status(order_id)[1]
    found = [
        [row[2].orderRef, row[2].lmtPrice, row[2].totalQuantity, row[2].tif]
        for row in all_open(session)
    ]
    client.cancelOrder(order_id)
    canceled = session.until(lambda: session.has_status(order_id, "Cancelled"))
    session.until(lambda: 202 in client.codes())
    return {
        "is_working": working,
        "status": status,
        "open": found,
        "is_canceled": canceled,
        "codes": client.codes(),
    }


def bracket(session):
    price = bars(session, 11, "1800 S", "1 min")[-1].close
    near, far = round(price * 1.05, 2), round(price * 1.5, 2)
    entry = session.place("entry", "BUY", 10, "LMT", lmtPrice=near, transmit=False)
    target = session.place(
        "target", "SELL", 10, "LMT", lmtPrice=far, parentId=entry, transmit=False
    )
    stop = session.place(
        "stop", "SELL", 10, "STP", auxPrice=round(price * 0.5, 2), parentId=entry, transmit=True
    )
    working = ("Submitted", "PreSubmitted")
    session.until(
        lambda: session.has_status(entry, "Filled")
        and session.has_status(target, *working)
        and session.has_status(stop, *working)
    )
    statuses = [(session.status(order) or [0, ""])[1] for order in (entry, target, stop)]
    parents = [[row[2].orderRef, row[2].parentId] for row in all_open(session)]
    for order in (target, stop):
        session.client.cancelOrder(order)
    session.until(
        lambda: session.has_status(target, "Cancelled") and session.has_status(stop, "Cancelled")
    )
    return {
        "entry_id": entry,
        "statuses": statuses,
        "parents": parents,
        "ended": [(session.status(order) or [0, ""])[1] for order in (target, stop)],
    }


def reconnect(session):
    filled = session.place("before-filled", "BUY", 5, "MKT")
    resting = session.place("before-open", "BUY", 5, "LMT", lmtPrice=1.0, tif="GTC")
    session.until(
        lambda: session.has_status(filled, "Filled")
        and session.has_status(resting, "Submitted", "PreSubmitted")
    )
    perm_id = session.status(resting)[5]
    session.close()
    time.sleep(0.3)
    client = session.open()
    open_ = [[row[2].orderRef, row[2].permId, row[2].orderId] for row in all_open(session)]
    client.reqExecutions(12, ExecutionFilter())
    session.until(lambda: session.got("execDetailsEnd"))
    client.reqCompletedOrders(False)
    session.until(lambda: session.got("completedOrdersEnd"))
    mine = [row[2] for row in open_]
    client.cancelOrder(resting)
    session.until(lambda: session.has_status(resting, "Cancelled"))
    return {
        "perm_id": perm_id,
        "open": open_,
        "executions": [
            [row.orderRef, row.execId, row.side, row.shares, row.price]
            for row in (values[2] for values in session.got("execDetails"))
        ],
        "completed": [
            [row[1].orderRef, row[2].status, row[1].filledQuantity]
            for row in session.got("completedOrder")
        ],
        "canceled": [(session.status(resting) or [0, ""])[1]] if resting in mine else [],
    }


def what_if_and_reject(session):
    client = session.client
    before = len(all_open(session))
    asked = session.place("what-if", "BUY", 1, "LMT", lmtPrice=1.0, whatIf=True)
    session.until(lambda: any(row[0] == asked for row in session.got("openOrder")))
    states = [row[3] for row in session.got("openOrder") if row[0] == asked]
    after = len(all_open(session))
    off = session.place("off-tick", "BUY", 1, "LMT", lmtPrice=1.00123)
    session.until(lambda: 110 in client.codes())
    client.cancelOrder(off + 5000)
    session.until(lambda: 10147 in client.codes())
    return {
        "init_margin": float(states[0].initMarginChange or 0) if states else 0,
        "commission": states[0].commission if states else 0,
        "placed": after - before,
        "rejected": (session.status(off) or [0, "Inactive"])[1],
        "codes": client.codes(),
    }


SCENARIOS = [
    connect,
    account,
    positions,
    contract_details,
    history,
    real_time_bars,
    ticks,
    market_order,
    limit_and_cancel,
    bracket,
    reconnect,
    what_if_and_reject,
]


def main():
    host, port, client_id = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for index, scenario in enumerate(SCENARIOS):
        session = Session(host, port, client_id + index)
        ERRORS.found = []
        values, errors = {}, []
        try:
            session.open()
            values = scenario(session)
        except BaseException:
            errors.append(traceback.format_exc())
        finally:
            if session.client is not None:
                session.close()
        line = {"scenario": scenario.__name__, "values": values, "errors": errors + ERRORS.found}
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
