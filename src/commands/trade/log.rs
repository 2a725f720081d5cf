//! The log of a session: a line of JSON for each order, fill, decision and alert.
//!
//! Every line has `time`, `event` and the facts of that event; names of events never change their meaning. Bars and
//! quotes are not logged: the ledger has them.

use std::fs::{File, OpenOptions, create_dir_all};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::view::{alert_text, name_of};
use crate::base::{FileError, Stopwatch, Timestamp, now};
use crate::domain::{Fill, OrderRequest};
use crate::ports::{BrokerEvent, Protection};
use crate::trader::{Decision, DeniedOrder, Effect, Event};

/// How often it is looked whether the file is still there, seconds.
const LOOK_S: f64 = 1.0;

/// A log that several threads may write. A full disk, or a file or folder that was removed, loses lines and nothing else;
/// the loss is logged when there is room, or a folder, again.
#[derive(Debug, Clone)]
pub(crate) struct SessionLog {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    file: File,
    /// Whether somebody took the file away and it could not be made again.
    is_gone: bool,
    looked: Stopwatch,
    lost: u64,
}

impl SessionLog {
    /// Opens the log at its end, or makes it.
    ///
    /// # Errors
    /// [`FileError`] if it cannot be opened.
    pub(crate) fn open(path: &Path) -> Result<Self, FileError> {
        let file = append_to(path);
        let file = file.map_err(|source| FileError::Write { path: path.to_owned(), source })?;
        let (path, looked) = (path.to_owned(), Stopwatch::start());
        let inner = Inner { path, file, is_gone: false, looked, lost: 0 };
        Ok(Self { inner: Arc::new(Mutex::new(inner)) })
    }

    /// Logs an event and what the engine made of it.
    pub(crate) fn note(&self, event: &Event, effects: &[Effect]) {
        let lines = lines(event, effects);
        if !lines.is_empty() {
            self.inner.lock().unwrap_or_else(PoisonError::into_inner).write(&lines);
        }
    }

    /// Logs something that is no event of the engine, now. Never waits: where another thread hangs in the log, the line
    /// is lost.
    pub(crate) fn say(&self, event: &'static str, facts: &Value) {
        let line = line(now(), event, facts);
        if let Ok(mut inner) = self.inner.try_lock() {
            inner.write(&line);
        }
    }

    /// Lines that could not be written since the last that could.
    #[cfg(test)]
    #[must_use]
    pub(crate) fn lost(&self) -> u64 {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).lost
    }
}

impl Inner {
    fn write(&mut self, lines: &str) {
        if self.is_gone || self.looked.seconds() >= LOOK_S {
            self.looked = Stopwatch::start();
            self.is_gone = !self.is_there() && self.make_again().is_err();
        }
        if self.is_gone {
            self.lost += lines.lines().count() as u64;
            return;
        }
        let gap = match self.lost {
            0 => String::new(),
            lost => line(now(), "log_lost", &json!({ "lines": lost })),
        };
        match self.file.write_all(format!("{gap}{lines}").as_bytes()) {
            Ok(()) => self.lost = 0,
            Err(_) => self.lost += lines.lines().count() as u64,
        }
    }

    /// Whether what is written is in the file of that name.
    fn is_there(&self) -> bool {
        let is_same = |named: std::fs::Metadata, held: std::fs::Metadata| {
            (named.dev(), named.ino()) == (held.dev(), held.ino())
        };
        let named = std::fs::metadata(&self.path).ok();
        named.zip(self.file.metadata().ok()).is_some_and(|(named, held)| is_same(named, held))
    }

    fn make_again(&mut self) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            create_dir_all(folder)?;
        }
        self.file = append_to(&self.path)?;
        let facts = json!({ "detail": "the file had been removed; what it held is in the ledger" });
        self.file.write_all(line(now(), "log_made_again", &facts).as_bytes())
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

fn lines(event: &Event, effects: &[Effect]) -> String {
    let time = event.time();
    let mut text =
        event_line(event).map(|(name, facts)| line(time, name, &facts)).unwrap_or_default();
    for effect in effects {
        if let Some((name, facts)) = effect_line(effect) {
            text += &line(time, name, &facts);
        }
    }
    text
}

/// A line: time and name first, then the facts.
fn line(time: Timestamp, event: &str, facts: &Value) -> String {
    let mut all = Map::new();
    all.insert("time".to_owned(), json!(time));
    all.insert("event".to_owned(), json!(event));
    if let Value::Object(facts) = facts {
        all.extend(facts.clone());
    }
    format!("{}\n", Value::Object(all))
}

type Named = Option<(&'static str, Value)>;

fn event_line(event: &Event) -> Named {
    Some(match event {
        Event::History(_)
        | Event::Bar(_)
        | Event::LastBar(_)
        | Event::Quote { .. }
        | Event::Stale { .. }
        | Event::Fresh { .. }
        | Event::DecisionLate { .. }
        | Event::NotTraded { .. }
        | Event::Timer { .. } => return None,
        Event::Started { .. } => ("session_started", json!({})),
        Event::Broker(news) => return broker_line(news),
        Event::Snapshot { snapshot, .. } => (
            "reconciled",
            json!({
                "cash": snapshot.account.cash,
                "positions": snapshot.account.positions,
                "open_orders": snapshot.open_orders.len(),
                "executions": snapshot.executions.len(),
            }),
        ),
        Event::SnapshotFailed { detail, .. } => ("reconcile_failed", json!({ "detail": detail })),
        Event::SendFailed { order_id, is_unknown, detail, .. } => (
            "send_failed",
            json!({ "order_id": order_id, "is_unknown": is_unknown, "detail": detail }),
        ),
        Event::Command { command, by, .. } => ("command", json!({ "command": command, "by": by })),
    })
}

fn broker_line(news: &BrokerEvent) -> Named {
    let of = |order_id| json!({ "order_id": order_id });
    Some(match news {
        BrokerEvent::Accepted { order_id, .. } => ("order_accepted", of(*order_id)),
        BrokerEvent::Filled(fill) => ("order_filled", fill_facts(fill, None)),
        BrokerEvent::Protected { fill, cause } => {
            ("position_protected", fill_facts(fill, Some(*cause)))
        }
        BrokerEvent::CostKnown { execution_id, cost, .. } => {
            ("cost_known", json!({ "execution_id": execution_id, "cost": cost }))
        }
        BrokerEvent::Corrected { execution_id, fill } => {
            let mut facts = fill_facts(fill, None);
            facts["corrects"] = json!(execution_id);
            ("fill_corrected", facts)
        }
        BrokerEvent::Canceled { order_id, .. } => ("order_canceled", of(*order_id)),
        BrokerEvent::CancelRefused { order_id, .. } => ("cancel_refused", of(*order_id)),
        BrokerEvent::Expired { order_id, .. } => ("order_expired", of(*order_id)),
        BrokerEvent::Rejected { order_id, reason, .. } => {
            ("order_rejected", json!({ "order_id": order_id, "reason": reason }))
        }
        BrokerEvent::CashPosted { amount, reason, .. } => {
            ("cash_posted", json!({ "amount": amount, "reason": reason }))
        }
        BrokerEvent::LinkLost { .. } => ("link_lost", json!({})),
        BrokerEvent::LinkRestored { .. } => ("link_restored", json!({})),
    })
}

fn effect_line(effect: &Effect) -> Named {
    Some(match effect {
        Effect::Decided(decision) => ("decision", decision_facts(decision)),
        Effect::NotDecided { reason, .. } => ("no_decision", json!({ "reason": reason })),
        Effect::Denied(denied) => ("order_denied", denied_facts(denied)),
        Effect::Submit(order) => ("order_submitted", flat(order)),
        Effect::Cancel(order_id) => ("cancel_sent", json!({ "order_id": order_id })),
        Effect::Reconcile { since } => ("reconcile_asked", json!({ "since": since })),
        Effect::Alert(alert) => {
            ("alert", json!({ "alert": name_of(alert), "text": alert_text(alert), "facts": alert }))
        }
        Effect::Closed { equity, .. } => ("session_closed", json!({ "equity": equity })),
        Effect::KeepRisk(_) => return None,
    })
}

fn decision_facts(decision: &Decision) -> Value {
    json!({
        "action": decision.action,
        "target": decision.target,
        "confidence": decision.confidence,
        "value": decision.value,
        "equity": decision.equity,
        "weights": decision.weights,
        "sized": decision.sized,
        "orders": decision.orders.iter().map(|order| order.id).collect::<Vec<_>>(),
        "denials": decision.denials.iter().map(denied_facts).collect::<Vec<_>>(),
        "members": decision.members.len(),
    })
}

fn denied_facts(denied: &DeniedOrder) -> Value {
    let OrderRequest { symbol, side, quantity, .. } = &denied.order;
    json!({
        "symbol": symbol,
        "side": side,
        "quantity": quantity,
        "denial": denied.denial,
        "text": denied.denial.to_string(),
    })
}

fn fill_facts(fill: &Fill, cause: Option<Protection>) -> Value {
    let mut facts = flat(fill);
    if let Value::Object(facts) = &mut facts {
        facts.remove("time");
    }
    if let Some(cause) = cause {
        facts["cause"] = json!(cause);
    }
    facts
}

/// The fields of a plain struct.
fn flat(value: &impl Serialize) -> Value {
    let mut facts = serde_json::to_value(value).unwrap_or_default();
    if let Value::Object(fields) = &mut facts
        && let Some(id) = fields.remove("id")
    {
        fields.insert("order_id".to_owned(), id);
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{OrderId, Side, Symbol};
    use crate::trader::{Alert, Command, NoDecision};

    const TIME: Timestamp = Timestamp::from_seconds(1_700_000_000);

    fn written(event: &Event, effects: &[Effect]) -> Vec<Value> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let log = SessionLog::open(&path).unwrap();
        log.note(event, effects);
        let text = std::fs::read_to_string(&path).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn an_event_and_its_effects_are_a_line_each() {
        let event = Event::Command { command: Command::Kill, by: "cli".to_owned(), time: TIME };
        let effects = [
            Effect::Cancel(OrderId(7)),
            Effect::Alert(Alert::NeverArrived { order_id: OrderId(3) }),
            Effect::NotDecided { time: TIME, reason: NoDecision::Halted },
        ];
        let lines = written(&event, &effects);
        let names: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
        assert_eq!(names, ["command", "cancel_sent", "alert", "no_decision"]);
        assert_eq!(lines[0]["by"], "cli");
        assert_eq!(lines[2]["alert"], "never_arrived");
        assert_eq!(lines[3]["time"], "2023-11-14T22:13:20Z");
    }

    #[test]
    fn a_fill_is_told_with_its_facts() {
        let fill = Fill {
            execution_id: "sim-7-1".to_owned(),
            order_id: OrderId(7),
            symbol: Symbol::try_from("SPY".to_owned()).unwrap(),
            side: Side::Buy,
            quantity: 2.5,
            price: 100.25,
            cost: 0.5,
            time: TIME,
        };
        let lines = written(&Event::Broker(BrokerEvent::Filled(fill)), &[]);
        let first: Vec<&String> = lines[0].as_object().unwrap().keys().take(2).collect();
        assert_eq!(first, ["time", "event"]);
        assert_eq!(
            (&lines[0]["event"], &lines[0]["price"]),
            (&json!("order_filled"), &json!(100.25))
        );
    }

    #[test]
    fn what_is_no_news_is_no_line() {
        assert_eq!(written(&Event::Timer { time: TIME }, &[]), Vec::<Value>::new());
    }

    // fault: log_folder_gone
    #[test]
    fn a_folder_that_is_gone_is_made_again_and_loses_what_was_written_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("session").join("events.jsonl");
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        let log = SessionLog::open(&path).unwrap();
        let look = || log.inner.lock().unwrap().is_gone = true;
        std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
        // Something else in its place: it cannot be made.
        std::fs::write(path.parent().unwrap(), "").unwrap();
        look();
        log.say("kill_asked", &json!({}));
        assert_eq!(log.lost(), 1);
        std::fs::remove_file(path.parent().unwrap()).unwrap();
        log.say("kill_asked", &json!({}));
        let text = std::fs::read_to_string(&path).unwrap();
        let events: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let names: Vec<_> = events.iter().map(|line| line["event"].as_str().unwrap()).collect();
        assert_eq!(names, ["log_made_again", "log_lost", "kill_asked"]);
        assert_eq!(events[1]["lines"], 1);
    }

    // fault: disk_full
    #[test]
    fn a_full_disk_loses_lines_and_nothing_else() {
        let log = SessionLog::open(Path::new("/dev/full")).unwrap();
        log.say("kill_asked", &json!({ "by": "file" }));
        log.say("kill_asked", &json!({ "by": "file" }));
        assert_eq!(log.lost(), 2);
    }
}
