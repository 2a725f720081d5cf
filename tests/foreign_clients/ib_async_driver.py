"""Twelve scenarios with `ib_async`: python ib_async_driver.py HOST PORT CLIENT_ID"""

import json
import logging
import sys
import time
import traceback

from ib_async import IB, LimitOrder, MarketOrder, Order, Stock

SYMBOL = "SPY"
LIMIT_S = 15


class DecodeErrors(logging.Handler):
    """Keeps what the client could not decode: its decoder logs that and goes on."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.found = []
        self.broker = []

    def emit(self, record):
        text = record.getMessage()
        if record.exc_info:
            text += " | " + repr(record.exc_info[1])
        if record.exc_info or record.name.endswith("Decoder"):
            self.found.append(text)
        else:
            self.broker.append(text)


ERRORS = DecodeErrors()
logging.getLogger().addHandler(ERRORS)


class Session:
    def __init__(self, host, port, client_id):
        self.where = (host, port, client_id)
        self.codes = []
        self.ib = None

    def open(self):
        self.ib = IB()
        self.ib.errorEvent += lambda request, code, text, contract: self.codes.append(code)
        host, port, client_id = self.where
        self.ib.connect(host, port, clientId=client_id, timeout=LIMIT_S, raiseSyncErrors=True)
        return self.ib

    def close(self):
        self.ib.disconnect()

    def until(self, is_done):
        deadline = time.monotonic() + LIMIT_S
        while time.monotonic() < deadline:
            if is_done():
                return True
            self.ib.sleep(0.02)
        return False


def contract():
    return Stock(SYMBOL, "SMART", "USD")


def qualified(ib):
    """This client wants the broker's number of a contract before it shows ticks."""
    return ib.qualifyContracts(contract())[0]


def connect(session):
    ib = session.ib
    return {
        "version": ib.client.serverVersion(),
        "accounts": ib.managedAccounts(),
        "next_id": ib.client.getReqId(),
        "time": ib.reqCurrentTime().timestamp(),
    }


def account(session):
    ib = session.ib
    summary = {value.tag: value.value for value in ib.accountSummary()}
    values = {value.tag: value.value for value in ib.accountValues()}
    return {"summary": summary, "updates": values}


def positions(session):
    ib = session.ib
    trade = ib.placeOrder(contract(), MarketOrder("BUY", 10, orderRef="positions"))
    filled = session.until(lambda: trade.orderStatus.status == "Filled")
    rows = [
        [row.contract.symbol, row.position, row.avgCost, row.contract.conId]
        for row in ib.reqPositions()
    ]
    session.until(lambda: any(item.position >= 10 for item in ib.portfolio()))
    portfolio = [
        [item.contract.symbol, item.position, item.marketPrice, item.marketValue]
        for item in ib.portfolio()
    ]
    return {"is_filled": filled, "positions": rows, "portfolio": portfolio}


def contract_details(session):
    ib = session.ib
    details = ib.reqContractDetails(contract())[0]
    rule = ib.reqMarketRule(int(details.marketRuleIds.split(",")[0]))
    unknown = ib.reqContractDetails(Stock("ZZZZNONE", "SMART", "USD"))
    return {
        "con_id": details.contract.conId,
        "symbol": details.contract.symbol,
        "currency": details.contract.currency,
        "min_tick": details.minTick,
        "long_name": details.longName,
        "time_zone": details.timeZoneId,
        "liquid_hours": details.liquidHours,
        "rule": [[step.lowEdge, step.increment] for step in rule],
        "unknown": len(unknown),
        "codes": session.codes,
    }


def shown(bars):
    return [[str(b.date), b.open, b.high, b.low, b.close, float(b.volume)] for b in bars]


def history(session):
    ib = session.ib
    ask = dict(whatToShow="TRADES", useRTH=True, formatDate=2)
    five = ib.reqHistoricalData(contract(), "", "2 D", "5 mins", **ask)
    days = ib.reqHistoricalData(contract(), "", "2 W", "1 day", **ask)
    head = ib.reqHeadTimeStamp(contract(), "TRADES", True, 2)
    live = ib.reqHistoricalData(contract(), "", "1800 S", "1 min", keepUpToDate=True, **ask)
    updates = []
    live.updateEvent += lambda bars, is_new: updates.append(is_new)
    session.until(lambda: len(updates) >= 2)
    ib.cancelHistoricalData(live)
    return {
        "bars": shown(five),
        "days": shown(days),
        "head": str(head),
        "updates": len(updates),
    }


def real_time_bars(session):
    ib = session.ib
    bars = ib.reqRealTimeBars(contract(), 5, "TRADES", True)
    session.until(lambda: len(bars) >= 3)
    ib.cancelRealTimeBars(bars)
    return {
        "bars": [
            [b.time.timestamp(), b.open_, b.high, b.low, b.close, float(b.volume), b.count]
            for b in bars
        ]
    }


def ticks(session):
    ib = session.ib
    ib.reqMarketDataType(1)
    spy = qualified(ib)
    ticker = ib.reqMktData(spy, "", False, False)
    session.until(lambda: ticker.bid > 0 and ticker.ask > 0 and ticker.last > 0)
    kind = ticker.marketDataType
    ib.cancelMktData(spy)
    stream = ib.reqTickByTickData(spy, "BidAsk")
    session.until(lambda: len(stream.tickByTicks) > 0)
    quotes = [[tick.bidPrice, tick.askPrice] for tick in stream.tickByTicks]
    ib.cancelTickByTickData(spy, "BidAsk")
    return {
        "bid": ticker.bid,
        "ask": ticker.ask,
        "last": ticker.last,
        "bid_size": ticker.bidSize,
        "kind": kind,
        "quotes": quotes,
    }


def fills(trade):
    return [
        {
            "id": fill.execution.execId,
            "shares": fill.execution.shares,
            "price": fill.execution.price,
            "side": fill.execution.side,
            "cumulative": fill.execution.cumQty,
            "reference": fill.execution.orderRef,
            "commission": fill.commissionReport.commission,
            "report": fill.commissionReport.execId,
        }
        for fill in trade.fills
    ]


def market_order(session):
    """Orders until one of them was filled in parts."""
    ib = session.ib
    orders = []
    for number in range(12):
        order = MarketOrder("BUY", 300, orderRef=f"market-{number}")
        trade = ib.placeOrder(contract(), order)
        session.until(
            lambda: trade.orderStatus.status == "Filled"
            and sum(fill.execution.shares for fill in trade.fills) >= 300
            and all(fill.commissionReport.execId for fill in trade.fills)
        )
        status = trade.orderStatus
        orders.append(
            {
                "status": status.status,
                "filled": status.filled,
                "remaining": status.remaining,
                "average": status.avgFillPrice,
                "perm_id": status.permId,
                "reference": trade.order.orderRef,
                "fills": fills(trade),
            }
        )
        if len(trade.fills) >= 2:
            break
    return {"orders": orders}


def limit_and_cancel(session):
    ib = session.ib
    trade = ib.placeOrder(contract(), LimitOrder("BUY", 10, 1.0, orderRef="limit", tif="GTC"))
    working = session.until(lambda: trade.orderStatus.status in ("Submitted", "PreSubmitted"))
    status = trade.orderStatus.status
    found = [
        [open_.order.orderRef, open_.order.lmtPrice, open_.order.totalQuantity, open_.order.tif]
        for open_ in ib.reqAllOpenOrders()
    ]
    ib.cancelOrder(trade.order)
    canceled = session.until(lambda: trade.orderStatus.status == "Cancelled")
    session.until(lambda: 202 in session.codes)
    return {
        "is_working": working,
        "status": status,
        "open": found,
        "is_canceled": canceled,
        "codes": session.codes,
    }


def bracket(session):
    ib = session.ib
    price = ib.reqHistoricalData(
        contract(), "", "1800 S", "1 min", whatToShow="TRADES", useRTH=True, formatDate=2
    )[-1].close
    orders = ib.bracketOrder(
        "BUY", 10, round(price * 1.05, 2), round(price * 1.5, 2), round(price * 0.5, 2)
    )
    for order, name in zip(orders, ("entry", "target", "stop")):
        order.orderRef = name
    trades = [ib.placeOrder(contract(), order) for order in orders]
    entry, target, stop = trades
    working = ("Submitted", "PreSubmitted")
    session.until(
        lambda: entry.orderStatus.status == "Filled"
        and target.orderStatus.status in working
        and stop.orderStatus.status in working
    )
    statuses = [trade.orderStatus.status for trade in trades]
    parents = [[row.order.orderRef, row.order.parentId] for row in ib.reqAllOpenOrders()]
    for trade in (target, stop):
        ib.cancelOrder(trade.order)
    session.until(
        lambda: target.orderStatus.status == "Cancelled" and stop.orderStatus.status == "Cancelled"
    )
    return {
        "entry_id": entry.order.orderId,
        "statuses": statuses,
        "parents": parents,
        "ended": [trade.orderStatus.status for trade in (target, stop)],
    }


def reconnect(session):
    ib = session.ib
    filled = ib.placeOrder(contract(), MarketOrder("BUY", 5, orderRef="before-filled"))
    resting = ib.placeOrder(contract(), LimitOrder("BUY", 5, 1.0, orderRef="before-open", tif="GTC"))
    session.until(
        lambda: filled.orderStatus.status == "Filled"
        and resting.orderStatus.status in ("Submitted", "PreSubmitted")
    )
    perm_id = resting.order.permId
    session.close()
    time.sleep(0.3)
    ib = session.open()
    open_ = [
        [row.order.orderRef, row.order.permId, row.order.orderId] for row in ib.reqAllOpenOrders()
    ]
    executions = [
        [row.orderRef, row.execId, row.side, row.shares, row.price]
        for row in (fill.execution for fill in ib.reqExecutions())
    ]
    completed = [
        [row.order.orderRef, row.orderStatus.status, row.order.filledQuantity]
        for row in ib.reqCompletedOrders(False)
    ]
    mine = [row for row in ib.openTrades() if row.order.orderRef == "before-open"]
    for trade in mine:
        ib.cancelOrder(trade.order)
    session.until(lambda: all(trade.orderStatus.status == "Cancelled" for trade in mine))
    return {
        "perm_id": perm_id,
        "open": open_,
        "executions": executions,
        "completed": completed,
        "canceled": [trade.orderStatus.status for trade in mine],
    }


def what_if_and_reject(session):
    ib = session.ib
    before = len(ib.reqAllOpenOrders())
    state = ib.whatIfOrder(contract(), LimitOrder("BUY", 1, 1.0, orderRef="what-if"))
    after = len(ib.reqAllOpenOrders())
    trade = ib.placeOrder(contract(), LimitOrder("BUY", 1, 1.00123, orderRef="off-tick"))
    session.until(lambda: trade.isDone() or 110 in session.codes)
    lost = Order(orderId=ib.client.getReqId() + 5000, action="BUY", orderType="MKT")
    ib.client.cancelOrder(lost.orderId, "")
    session.until(lambda: 10147 in session.codes)
    return {
        "init_margin": float(state.initMarginChange or 0),
        "commission": state.commission,
        "placed": after - before,
        "rejected": trade.orderStatus.status,
        "codes": session.codes,
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
        ERRORS.found, ERRORS.broker = [], []
        values, errors = {}, []
        try:
            session.open()
            values = scenario(session)
        except BaseException:
            errors.append(traceback.format_exc())
        finally:
            if session.ib is not None:
                session.close()
        line = {
            "scenario": scenario.__name__,
            "values": values,
            "errors": errors + ERRORS.found,
            "log": ERRORS.broker,
        }
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
