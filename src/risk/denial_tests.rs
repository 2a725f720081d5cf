use super::*;

fn symbol() -> Symbol {
    "SPY".parse().unwrap()
}

fn every_denial() -> Vec<Denial> {
    vec![
        Denial::QuantityInvalid { quantity: 1.5 },
        Denial::OrderPriceInvalid { price: 1.5 },
        Denial::OrderIdUsed { id: OrderId(1), last: OrderId(1) },
        Denial::EquityUnknown,
        Denial::EquityNotPositive { equity: 1.5 },
        Denial::PriceUnknown { symbol: symbol() },
        Denial::PriceInvalid { symbol: symbol(), price: 1.5 },
        Denial::PositionInvalid { symbol: symbol(), quantity: 1.5 },
        Denial::TradingHalted { cause: HaltCause::Killed },
        Denial::TradingReducing { cause: HaltCause::Killed },
        Denial::SymbolHalted { symbol: symbol(), cause: HaltCause::Killed },
        Denial::PositionDiffers { symbol: symbol() },
        Denial::DataInDoubt { symbol: symbol() },
        Denial::ExchangeClosed { time: Timestamp::from_seconds(0) },
        Denial::CalendarUnknown { time: Timestamp::from_seconds(0) },
        Denial::ClockUnknown,
        Denial::ClockSkew { skew_s: 1.5, limit: 1.5 },
        Denial::QuoteUnknown { symbol: symbol() },
        Denial::QuoteInvalid { symbol: symbol(), bid: 1.5, ask: 1.5 },
        Denial::QuoteStale { symbol: symbol(), age_s: 1.5, limit: 1.5 },
        Denial::BarUnknown { symbol: symbol() },
        Denial::BarStale { symbol: symbol(), intervals: 1.5, limit: 1.5 },
        Denial::OrderQuantity { quantity: 1.5, limit: 1.5 },
        Denial::OrderValue { notional: 1.5, limit: 1.5 },
        Denial::OrderNotional { order_frac: 1.5, limit: 1.5 },
        Denial::ReferenceUnknown { symbol: symbol() },
        Denial::ReferenceStale { symbol: symbol(), age_s: 1.5, limit: 1.5 },
        Denial::PriceCollar { price: 1.5, reference: 1.5, off_frac: 1.5, limit: 1.5 },
        Denial::Spread { symbol: symbol(), spread_frac: 1.5, limit: 1.5 },
        Denial::SymbolWeight { symbol: symbol(), weight: 1.5, limit: 1.5 },
        Denial::GrossExposure { gross_frac: 1.5, limit: 1.5 },
        Denial::NetExposure { net_frac: 1.5, limit: 1.5 },
        Denial::CashUnknown,
        Denial::Cash { cash_frac: 1.5, limit: 1.5 },
        Denial::HistoryShort { days: 3, needed: 3 },
        Denial::ValueAtRisk { var_frac: 1.5, limit: 1.5 },
        Denial::ExpectedShortfall { cvar_frac: 1.5, limit: 1.5 },
        Denial::Duplicate { age_s: 1.5, limit: 1.5 },
        Denial::OrderRate { orders: 3, limit: 5, window_s: 60 },
    ]
}

#[test]
fn the_written_code_is_the_counted_code() {
    let mut codes = Vec::new();
    for denial in every_denial() {
        let written = serde_json::to_value(&denial).unwrap();
        assert_eq!(written["code"], denial.code());
        assert_eq!(serde_json::from_value::<Denial>(written).unwrap(), denial);
        codes.push(denial.code());
    }
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), every_denial().len(), "two denials with one code");
}

#[test]
fn the_manual_explains_every_code_and_every_cause() {
    let manual = include_str!("../../docs/RISK.md");
    for denial in every_denial() {
        assert!(manual.contains(&format!("`{}`", denial.code())), "{}", denial.code());
    }
    for cause in HaltCause::ALL {
        assert!(manual.contains(&format!("`{cause}`")), "{cause}");
    }
}
