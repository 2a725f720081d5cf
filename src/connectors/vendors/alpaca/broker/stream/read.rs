//! From the venue's bars and quotes to ours.

use crate::base::Timestamp;
use crate::connectors::vendors::alpaca::broker::wire::{DataMessage, WireBar};
use crate::connectors::vendors::bar_span::BarSpan;
use crate::domain::{Bar, BookTop, Calendar, Symbol, Timeframe};
use crate::ports::StreamEvent;

/// The pieces that the stream sends.
pub(super) const PIECE: Timeframe = Timeframe::Seconds(60);

/// The venue's word for a timeframe; `None` for one that it does not have.
pub(in super::super) fn word(timeframe: Timeframe) -> Option<String> {
    match timeframe {
        Timeframe::Seconds(s) if s % 3600 == 0 && s < 86_400 => Some(format!("{}Hour", s / 3600)),
        Timeframe::Seconds(s) if s % 60 == 0 && s < 3600 => Some(format!("{}Min", s / 60)),
        Timeframe::Seconds(_) => None,
        Timeframe::Day => Some("1Day".to_owned()),
        Timeframe::Week => Some("1Week".to_owned()),
        Timeframe::Month => Some("1Month".to_owned()),
    }
}

/// A bar of a timeframe; `None` outside of the sessions and for numbers that are no prices.
pub(super) fn bar(row: &WireBar, timeframe: Timeframe, calendar: &Calendar) -> Option<Bar> {
    let span = match timeframe.seconds() {
        Some(seconds) => {
            let span = BarSpan::of_seconds(row.start, seconds);
            span.is_in_session(calendar).ok()?.then_some(span)?
        }
        None => {
            let date = row.start.date_in(calendar.zone());
            BarSpan::of_sessions(date, timeframe, calendar).ok()?
        }
    };
    let prices = [row.open, row.high, row.low, row.close];
    let is_sound = prices.iter().all(|price| price.is_finite() && *price > 0.0 && *price < 1e9);
    (is_sound && row.volume.is_finite() && row.volume >= 0.0).then_some(Bar {
        open_time: span.open_time,
        available_at: span.available_at,
        open: row.open,
        high: row.high,
        low: row.low,
        close: row.close,
        volume: row.volume,
    })
}

/// What a message of the stream says of a wanted symbol.
pub(super) fn event(
    message: DataMessage,
    symbols: &[Symbol],
    calendar: &Calendar,
) -> Option<StreamEvent> {
    let wanted = |name: &str| symbols.iter().find(|symbol| symbol.as_str() == name).cloned();
    match message {
        DataMessage::Bar { symbol, bar: row } | DataMessage::UpdatedBar { symbol, bar: row } => {
            let (symbol, bar) = (wanted(&symbol)?, bar(&row, PIECE, calendar)?);
            Some(StreamEvent::Bar { symbol, bar, span: PIECE })
        }
        DataMessage::Quote { symbol, bid, bid_size, ask, ask_size, time } => {
            let top =
                BookTop { time, bid, ask, bid_quantity: bid_size, ask_quantity: ask_size };
            let symbol = wanted(&symbol)?;
            // A side without a quote is 0: such prices say nothing, and old ones grow stale.
            top.is_sound().then_some(StreamEvent::Quote { symbol, top })
        }
        DataMessage::Status { symbol, code, meaning, reason, time } => {
            halt(wanted(&symbol)?, &code, (&meaning, &reason), time)
        }
        DataMessage::Success { .. }
        | DataMessage::Error { .. }
        | DataMessage::Subscription { .. }
        | DataMessage::Other => None,
    }
}

/// # Source
/// Alpaca Market Data API, "Trading Status": codes of the tapes A and B are digits, of C letters.
fn halt(
    symbol: Symbol,
    code: &str,
    (meaning, reason): (&str, &str),
    time: Timestamp,
) -> Option<StreamEvent> {
    match code {
        "2" | "H" | "P" | "5" | "F" => {
            let words = [meaning, reason].into_iter().filter(|word| !word.is_empty());
            let reason = format!("{code}: {}", words.collect::<Vec<_>>().join(", "));
            Some(StreamEvent::Stale { symbol: Some(symbol), reason, time })
        }
        "3" | "T" => Some(StreamEvent::Fresh { symbol: Some(symbol), time }),
        _ => None,
    }
}
