//! Sessions to look at.

use crate::base::Timestamp;
use crate::commands::trade::view::session_view::{
    AlertRow, Counts, DecisionRow, EquityView, LedgerView, LimitRow, LinkState, OrderRow,
    PositionRow, SessionState, SessionView, VIEW_VERSION,
};
use crate::domain::{OrderId, Side, Symbol};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn symbol(name: &str) -> Symbol {
    Symbol::try_from(name.to_owned()).unwrap()
}

/// A session with something in every pane.
pub(super) fn busy() -> SessionView {
    SessionView {
        schema_version: VIEW_VERSION,
        session: "spy_qqq-paper-20240301T140000-1f3a9c2e".to_owned(),
        agent: "spy_qqq + momentum".to_owned(),
        venue: "sim".to_owned(),
        state: SessionState::Running,
        causes: Vec::new(),
        link: LinkState::Up,
        reconciled_at: Some(time("2024-02-29T21:00:00Z")),
        clock: Some(time("2024-03-01T21:00:00Z")),
        taken_at: None,
        ledger: LedgerView {
            rows: 18_412,
            head: "7b0c41d29e5f4a8890ab3c6d1e2f304155667788990aabbccddeeff001122334".to_owned(),
        },
        equity: equity(),
        positions: vec![
            position("SPY", 112.4821, 512.85, 487.12),
            position("QQQ", 98.0, 446.2, 451.97),
            position("IWM", -40.5, 205.4, 201.03),
        ],
        orders: orders(),
        limits: limits(),
        decisions: decisions(),
        alerts: alerts(),
        counts: Counts {
            decisions: 1_204,
            orders: 318,
            fills: 402,
            rejects: 1,
            denials: [("GROSS_EXPOSURE".to_owned(), 3), ("PRICE_COLLAR".to_owned(), 1)].into(),
        },
    }
}

/// A session that was killed with an open order.
pub(super) fn killed() -> SessionView {
    let mut view = busy();
    view.state = SessionState::Killed;
    view.causes = vec!["killed".to_owned()];
    view.link = LinkState::Lost;
    view.orders.truncate(1);
    view.orders[0].state = "canceling".to_owned();
    view.alerts.push(AlertRow {
        time: time("2024-03-01T21:00:04Z"),
        text: "trading halted: killed".to_owned(),
    });
    view
}

fn equity() -> EquityView {
    let mut equity = EquityView { cash: Some(12_904.55), ..EquityView::default() };
    let start = time("2024-01-02T14:30:00Z");
    let mut value = 100_000.0;
    for step in 0..420_i64 {
        let wave = (step as f64 * 0.07).sin() * 260.0 + (step as f64 * 0.31).cos() * 120.0;
        value += wave + if (180..230).contains(&step) { -420.0 } else { 55.0 };
        equity.add(start.saturating_add_nanos(step * 12_240_000_000_000), value);
    }
    equity
}

fn position(name: &str, quantity: f64, price: f64, entry: f64) -> PositionRow {
    PositionRow {
        symbol: symbol(name),
        quantity,
        price: Some(price),
        entry_price: Some(entry),
        weight: Some(quantity * price / 118_000.0),
        unrealized: Some(quantity * (price - entry)),
        is_halted: name == "IWM",
    }
}

fn orders() -> Vec<OrderRow> {
    let order = |id, name: &str, side, kind: &str, (quantity, filled), state: &str| OrderRow {
        id: OrderId(id),
        symbol: symbol(name),
        side,
        kind: kind.to_owned(),
        quantity,
        filled,
        state: state.to_owned(),
        since: time("2024-03-01T20:59:58Z"),
    };
    vec![
        order(319, "QQQ", Side::Sell, "limit 446.30 day", (20.0, 7.0), "part_filled"),
        order(320, "SPY", Side::Buy, "market bar", (3.5, 0.0), "sent"),
    ]
}

fn limits() -> Vec<LimitRow> {
    let row = |key: &str, used, limit| LimitRow { key: key.to_owned(), used, limit };
    vec![
        row("gross_exposure_max", 1.03, 1.1),
        row("weight_abs_max", 0.489, 0.6),
        row("net_exposure_max", 0.86, 1.1),
        row("daily_loss_frac_max", 0.0031, 0.02),
        row("drawdown_frac_max", 0.0284, 0.1),
        row("var_frac_max", 0.0152, 0.02),
        row("orders_per_minute_max", 2.0, 120.0),
        row("rejects_per_minute_max", 0.0, 5.0),
    ]
}

fn decisions() -> Vec<DecisionRow> {
    let row = |time_text: &str, what: &str, confidence, orders, denials: &[&str]| DecisionRow {
        time: time(time_text),
        what: what.to_owned(),
        confidence,
        orders,
        denials: denials.iter().map(|&code| code.to_owned()).collect(),
    };
    vec![
        row("2024-03-01T16:00:00Z", "none: warming up", None, 0, &[]),
        row("2024-03-01T17:00:00Z", "SPY 60 %, QQQ 40 %", Some(0.713), 2, &[]),
        row("2024-03-01T18:00:00Z", "hold", Some(0.55), 0, &[]),
        row(
            "2024-03-01T19:00:00Z",
            "SPY 49 %, QQQ 37.1 %, IWM −7 %",
            Some(0.482),
            3,
            &["PRICE_COLLAR"],
        ),
        row("2024-03-01T20:00:00Z", "none: disagreement", None, 0, &[]),
        row("2024-03-01T21:00:00Z", "SPY 50.5 %, QQQ 31 %, IWM −7 %", Some(0.661), 2, &[]),
    ]
}

fn alerts() -> Vec<AlertRow> {
    let row =
        |time_text: &str, text: &str| AlertRow { time: time(time_text), text: text.to_owned() };
    vec![
        row("2024-02-12T15:30:11Z", "SPY differs: the ledger has 110, the venue 112"),
        row("2024-02-29T20:59:40Z", "order 288 never reached the venue"),
        row("2024-03-01T19:00:02Z", "IWM halted: over fill"),
    ]
}
