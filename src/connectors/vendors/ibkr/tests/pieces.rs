//! How a range is cut.

use ibapi::market_data::historical::BarSize;

use super::request;
use crate::base::Timestamp;
use crate::config::{IbkrContract, IbkrHours, IbkrPrice, IbkrSource};
use crate::connectors::vendors::ibkr::request::{Piece, Pieces, bar_size, contract};
use crate::domain::{Calendar, CalendarName};

fn pieces(settings: &IbkrSource, name: CalendarName, timeframe: &str, range: &str) -> Vec<Piece> {
    let calendar = Calendar::new(name);
    let asked = request("SPY", timeframe, range);
    let pieces = Pieces::new(settings, &calendar, &asked);
    let mut found = Vec::new();
    let mut next = pieces.at(pieces.start()).unwrap();
    while let Some(piece) = next {
        found.push(piece);
        next = pieces.at(piece.to).unwrap();
    }
    found
}

fn shown(piece: &Piece) -> String {
    format!("{} before {}", piece.duration, piece.end)
}

fn all_settings() -> Vec<(IbkrSource, CalendarName)> {
    let stock = IbkrSource::default();
    let late = IbkrSource { hours: IbkrHours::All, ..stock.clone() };
    let pair =
        IbkrSource { contract: IbkrContract::Forex, price: IbkrPrice::Midpoint, ..stock.clone() };
    vec![
        (stock, CalendarName::Xnys),
        (late, CalendarName::Xnys),
        (pair.clone(), CalendarName::AlwaysOpen),
        (pair, CalendarName::Xnys),
    ]
}

#[test]
fn every_bar_size_is_one_of_the_broker() {
    for (text, size) in [
        ("1s", BarSize::Sec),
        ("30s", BarSize::Sec30),
        ("1min", BarSize::Min),
        ("20min", BarSize::Min20),
        ("1h", BarSize::Hour),
        ("8h", BarSize::Hour8),
        ("1d", BarSize::Day),
        ("1mo", BarSize::Month),
    ] {
        assert_eq!(bar_size(text.parse().unwrap()), Some(size), "{text}");
    }
    for text in ["2s", "45s", "7min", "6h"] {
        assert_eq!(bar_size(text.parse().unwrap()), None, "{text}");
    }
}

#[test]
fn pieces_follow_each_other_and_leave_no_session_out() {
    for (settings, name) in all_settings() {
        let calendar = Calendar::new(name);
        for timeframe in ["1s", "5s", "15s", "30s", "1min", "5min", "1h", "8h", "1d", "1w", "1mo"] {
            let range = "2019-06-20..2019-07-19";
            let cut = pieces(&settings, name, timeframe, range);
            assert!(cut.iter().all(|piece| piece.from < piece.to && piece.end <= piece.to));
            assert!(cut.windows(2).all(|pair| pair[0].to <= pair[1].from), "{timeframe}");
            let is_covered =
                |time: Timestamp| cut.iter().any(|piece| piece.from <= time && time < piece.to);
            for session in calendar.sessions(range.parse().unwrap()).unwrap() {
                let middle = session.open.nanos().midpoint(session.close.nanos());
                let last = session.close.saturating_add_nanos(-1);
                for time in [session.open, Timestamp::from_nanos(middle), last] {
                    assert!(is_covered(time), "{timeframe} {time}");
                }
            }
        }
    }
}

#[test]
fn durations_are_what_the_broker_allows() {
    let stock = IbkrSource::default();
    let check = |timeframe: &str, range: &str, expected: &[&str]| {
        let cut = pieces(&stock, CalendarName::Xnys, timeframe, range);
        let found: Vec<String> = cut.iter().map(shown).collect();
        assert_eq!(found, expected, "{timeframe} {range}");
    };
    check("1d", "2019-01-02..2019-01-31", &["30 D before 2019-02-01T04:59:59Z"]);
    check(
        "1d",
        "2005-01-03..2019-12-31",
        &["11 Y before 2015-01-03T04:59:59Z", "5 Y before 2020-01-01T04:59:59Z"],
    );
    check("1w", "2019-06-26..2019-07-10", &["1 Y before 2019-07-15T03:59:59Z"]);
    check("1mo", "2019-06-26..2019-07-10", &["1 Y before 2019-08-01T03:59:59Z"]);
    check("8h", "2019-07-01..2019-07-02", &["365 D before 2019-07-03T03:59:59Z"]);
    check("30s", "2019-07-03..2019-07-03", &["12600 S before 2019-07-03T17:00:00Z"]);
    check(
        "15s",
        "2019-07-02..2019-07-02",
        &["14400 S before 2019-07-02T17:30:00Z", "9000 S before 2019-07-02T20:00:00Z"],
    );
    check("1min", "2019-07-06..2019-07-07", &[]);
    assert_eq!(pieces(&stock, CalendarName::Xnys, "1s", "2019-07-02..2019-07-02").len(), 13);
}

#[test]
fn contracts_are_named_as_the_broker_names_them() {
    let stock = contract(&IbkrSource::default(), &"BRK.B".parse().unwrap()).unwrap();
    assert_eq!((stock.symbol.as_str(), stock.exchange.as_str()), ("BRK B", "SMART"));
    let pair = IbkrSource {
        contract: IbkrContract::Forex,
        price: IbkrPrice::Bid,
        ..IbkrSource::default()
    };
    let euro = contract(&pair, &"EURUSD".parse().unwrap()).unwrap();
    assert_eq!((euro.symbol.as_str(), euro.currency.as_str()), ("EUR", "USD"));
    assert_eq!(
        (euro.exchange.as_str(), euro.security_type.to_string()),
        ("IDEALPRO", "CASH".to_owned())
    );
    for wrong in ["EUR", "EURUSD=X", "EUR.USD", "EURUS1"] {
        assert!(contract(&pair, &wrong.parse().unwrap()).is_none(), "{wrong}");
    }
}
