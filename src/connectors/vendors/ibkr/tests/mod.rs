//! Tests of the history connector, most of them against a double of the gateway.

mod bars;
mod faults;
mod pacing;
mod pieces;
mod recorded;
mod ticks;

#[path = "../../../../../tests/it/ibkr_double/mod.rs"]
mod double;

use std::time::Duration;

use self::double::{Double, Rules};
use super::pacing::PacingRules;
use super::source::IbkrHistory;
use crate::config::{IbkrConnector, IbkrSource, Limits};
use crate::domain::{Calendar, CalendarName};
use crate::ports::FetchRequest;

/// The broker's rules in a small: minutes become milliseconds.
const QUICK: PacingRules = PacingRules {
    window: Duration::from_millis(2_500),
    window_requests: 60,
    identical: Duration::from_millis(400),
    series: Duration::from_millis(300),
    series_requests: 5,
    open: 50,
    messages_per_s: 45,
};

/// The same as the double counts them, a little less strict, as the real ones are.
fn quick_rules() -> Rules {
    Rules {
        window: Duration::from_millis(2_000),
        identical: Duration::from_millis(200),
        series: Duration::from_millis(50),
        ..Rules::default()
    }
}

fn connector(port: u16) -> IbkrConnector {
    let limits = Limits {
        requests_per_s: 1_000.0,
        burst: 1_000,
        parallel: 10,
        tries: 3,
        silence_s: 0.8,
        request_s: 1.0,
        pause_s: 0.02,
        pause_max_s: 0.3,
    };
    IbkrConnector { port, limits, ..IbkrConnector::default() }
}

fn history_with(double: &Double, settings: &IbkrSource) -> IbkrHistory {
    let calendar = Calendar::new(CalendarName::Xnys);
    IbkrHistory::with_rules(settings, &connector(double.port()), calendar, QUICK).unwrap()
}

fn history(double: &Double) -> IbkrHistory {
    history_with(double, &IbkrSource::default())
}

fn request(symbol: &str, timeframe: &str, range: &str) -> FetchRequest {
    FetchRequest {
        symbol: symbol.parse().unwrap(),
        timeframe: timeframe.parse().unwrap(),
        range: range.parse().unwrap(),
    }
}
