//! Bars and ticks of the past.

use super::super::message::{HistoryBar, PastTicks, Reply, Request};
use super::front::{Desk, Line};
use super::span::{BarSize, reach, read_time, stamp};
use crate::base::{Timestamp, parse_date};
use crate::domain::{Bar, Session, Symbol};

/// The first day of all data.
const FIRST_DAY: &str = "2005-01-03";
const SECOND: i64 = 1_000_000_000;
/// The most ticks in an answer.
const MOST_TICKS: usize = 1000;

/// What is wanted of bars, past or to come.
#[derive(Debug, Clone)]
pub(super) struct BarWish {
    pub(super) symbol: Symbol,
    pub(super) size: BarSize,
    /// Whether there is a volume: trades.
    pub(super) is_trades: bool,
    /// 2: seconds since 1970.
    pub(super) format_date: i32,
}

impl Desk {
    /// Carries out a request about the past; gives back what is not one.
    pub(super) fn handle_history(&mut self, line: Line, request: Request) -> Option<Request> {
        match request {
            Request::HistoricalData { .. } => self.say_history(line, request),
            Request::HeadTimestamp { id, contract, format_date, .. } => {
                if self.resolve(&contract).is_none() {
                    self.unknown_contract(line, id);
                    return None;
                }
                let open = self.first_open();
                let time = if format_date == 2 {
                    (open.nanos() / SECOND).to_string()
                } else {
                    open.to_jiff().strftime("%Y%m%d-%H:%M:%S").to_string()
                };
                self.say(line, Reply::HeadTimestamp { id, time });
            }
            Request::HistoricalTicks {
                id,
                ref contract,
                ref start,
                ref end,
                count,
                ref what,
                ..
            } => {
                let Some((symbol, _)) = self.resolve(contract) else {
                    self.unknown_contract(line, id);
                    return None;
                };
                let most = usize::try_from(count).unwrap_or(0).min(MOST_TICKS);
                let seconds = self.tick_seconds(start, end, most);
                let ticks = self.past_ticks(&symbol, &seconds, what);
                self.say(line, Reply::HistoricalTicks { id, ticks, is_done: true });
            }
            Request::CancelHeadTimestamp { .. } | Request::CancelHistoricalTicks { .. } => {}
            request => return Some(request),
        }
        None
    }

    /// When all data begins.
    fn first_open(&self) -> Timestamp {
        let date = parse_date(FIRST_DAY).unwrap_or_default();
        let session = self.house.market().calendar().session(date).ok().flatten();
        session.map_or(Timestamp::MIN, |session| session.open)
    }

    fn say_history(&mut self, line: Line, request: Request) {
        let Request::HistoricalData {
            id,
            contract,
            end,
            bar_size,
            duration,
            what,
            format_date,
            keep_up_to_date,
            ..
        } = request
        else {
            return;
        };
        let Some((symbol, _)) = self.resolve(&contract) else {
            self.unknown_contract(line, id);
            return;
        };
        let market = self.house.market();
        let until = if end.is_empty() { Some(self.now) } else { read_time(market, &end) };
        let (Some(size), Some(until)) = (BarSize::parse(&bar_size), until) else {
            self.error(
                line,
                id,
                321,
                "Error validating request.-'bH' : cause - Invalid time or bar size",
            );
            return;
        };
        if keep_up_to_date && !end.is_empty() {
            self.error(
                line,
                id,
                321,
                "Error validating request.-'bH' : cause - End date not supported with keepUpToDate",
            );
            return;
        }
        let until = until.min(self.now);
        let first = self.first_open();
        let Some((start, sessions)) = reach(market, &duration, until) else {
            let text = "Historical Market Data Service error message:HMDS query returned no data";
            self.error(line, id, 162, text);
            return;
        };
        let sessions: Vec<Session> =
            sessions.into_iter().filter(|session| session.open >= first).collect();
        let is_trades = matches!(what.as_str(), "TRADES" | "ADJUSTED_LAST" | "");
        let wish = BarWish { symbol, size, is_trades, format_date };
        let bars = self.bars(&wish, &sessions, start, until);
        if bars.is_empty() && !keep_up_to_date {
            let text = format!(
                "Historical Market Data Service error message:HMDS query returned no data: {}@SMART Trades",
                wish.symbol
            );
            self.error(line, id, 162, &text);
            return;
        }
        let (start, end) = (stamp(market, start), stamp(market, until));
        self.say(line, Reply::HistoricalData { id, start, end, bars });
        if keep_up_to_date {
            self.keep_up(line, id, wish);
        }
    }

    fn bars(
        &self,
        wish: &BarWish,
        sessions: &[Session],
        start: Timestamp,
        until: Timestamp,
    ) -> Vec<HistoryBar> {
        let market = self.house.market();
        let mut bars = Vec::new();
        if let BarSize::Seconds(_) = wish.size {
            for session in sessions {
                let mut at = session.open;
                while at < session.close.min(until) {
                    let inside = at.saturating_add_nanos(1);
                    let (begin, end) = wish.size.around(market, session, inside);
                    let bar = market.bar(&wish.symbol, begin, end.min(until));
                    if begin >= start {
                        bars.extend(bar.map(|bar| self.show_bar(wish, session, &bar)));
                    }
                    at = end;
                }
            }
            return bars;
        }
        for period in sessions.chunk_by(|a, b| is_same_period(wish.size, a, b)) {
            let (Some(first), Some(last)) = (period.first(), period.last()) else { continue };
            let bar = market.bar(&wish.symbol, first.open, last.close.min(until));
            bars.extend(bar.map(|bar| self.show_bar(wish, last, &bar)));
        }
        bars
    }

    /// A bar as clients see it; `session` is the last one that it belongs to.
    pub(super) fn show_bar(&self, wish: &BarWish, session: &Session, bar: &Bar) -> HistoryBar {
        let date = match wish.size {
            BarSize::Seconds(_) if wish.format_date == 2 => {
                (bar.open_time.nanos() / SECOND).to_string()
            }
            BarSize::Seconds(_) => stamp(self.house.market(), bar.open_time),
            _ => session.date.strftime("%Y%m%d").to_string(),
        };
        let average = ((bar.open + bar.high + bar.low + bar.close) * 25.0).round() / 100.0;
        let known = |number: f64| if wish.is_trades { number } else { -1.0 };
        let trades = trades_in(bar.volume);
        HistoryBar {
            date,
            open: bar.open,
            high: bar.high,
            low: bar.low,
            close: bar.close,
            volume: known(bar.volume),
            average: known(average),
            count: if wish.is_trades { trades } else { -1 },
        }
    }

    /// The seconds whose ticks are wanted: one tick each.
    fn tick_seconds(&self, start: &str, end: &str, most: usize) -> Vec<i64> {
        let market = self.house.market();
        let last = self.now.nanos() / SECOND;
        let (start, end) = (read_time(market, start), read_time(market, end));
        let second = |at: Timestamp| at.nanos() / SECOND;
        let day = start.or(end).unwrap_or(self.now);
        let session = if start.is_some() {
            market.coming_session(day)
        } else {
            market.last_session(day.saturating_add_nanos(-1))
        };
        let Some(session) = session else { return Vec::new() };
        let range = second(session.open)..second(session.close).min(last);
        match start {
            Some(start) => range.skip_while(|at| *at < second(start)).take(most).collect(),
            None => {
                let until = end.map_or(last, second);
                let range = range.start..range.end.min(until);
                let surplus =
                    usize::try_from(range.end - range.start).unwrap_or(0).saturating_sub(most);
                range.skip(surplus).collect()
            }
        }
    }

    fn past_ticks(&self, symbol: &Symbol, seconds: &[i64], what: &str) -> PastTicks {
        let market = self.house.market();
        let at = |second: i64| Timestamp::from_seconds(second);
        let times = seconds.iter().copied();
        match what {
            "BID_ASK" => PastTicks::Quotes(
                times
                    .map(|time| {
                        let top = market.top(symbol, at(time));
                        (time, top.bid, top.ask, top.bid_quantity, top.ask_quantity)
                    })
                    .collect(),
            ),
            "MIDPOINT" => PastTicks::MidPoints(
                times.map(|time| (time, market.top(symbol, at(time)).middle())).collect(),
            ),
            _ => PastTicks::Trades(
                times.map(|time| (time, market.last(symbol, at(time)), 100.0)).collect(),
            ),
        }
    }
}

fn is_same_period(size: BarSize, a: &Session, b: &Session) -> bool {
    match size {
        BarSize::Week => a.date.iso_week_date().week() == b.date.iso_week_date().week(),
        BarSize::Month => a.date.first_of_month() == b.date.first_of_month(),
        _ => a.date == b.date,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a small share of a volume")]
pub(super) fn trades_in(volume: f64) -> i32 {
    (volume / 90.0).ceil().min(2e9) as i32
}
