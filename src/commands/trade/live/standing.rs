//! How an account stands by our own books, before its broker is asked; and how reasons against a session are told.

use super::takeover::{Adoption, last_snapshot};
use crate::commands::place::store_failure;
use crate::commands::trade::control::Start;
use crate::commands::trade::paper::Opening;
use crate::commands::{Failure, FailureKind};
use crate::config::RiskLimits;
use crate::risk::{HaltCause, RiskState, TradingState};
use crate::store::{OrderState, SessionRecord, Store};

/// Why a session may not start.
#[derive(Debug)]
pub(super) enum Unfit {
    /// Everything that speaks against it.
    Reasons(FailureKind, Vec<String>),
    /// It could not be looked at.
    Failed(Failure),
}

impl Unfit {
    /// An error if there is a reason. What is on the disk keeps its own exit code where it is the only one.
    pub(super) fn if_any(mut reasons: Vec<String>, against: &[Failure]) -> Result<(), Self> {
        let first = against.first().map_or(FailureKind::Refused, Failure::kind);
        let is_alike = reasons.is_empty() && against.iter().all(|one| one.kind() == first);
        reasons.extend(against.iter().map(reason_of));
        if reasons.is_empty() {
            return Ok(());
        }
        Err(Self::Reasons(if is_alike { first } else { FailureKind::Refused }, reasons))
    }

    pub(super) const fn kind(&self) -> FailureKind {
        match self {
            Self::Reasons(kind, _) => *kind,
            Self::Failed(failure) => failure.kind(),
        }
    }

    pub(super) fn reasons(self) -> Vec<String> {
        match self {
            Self::Reasons(_, reasons) => reasons,
            Self::Failed(failure) => vec![reason_of(&failure)],
        }
    }
}

impl Unfit {
    /// As the refusal of a desk, whose reasons carry the names of their sessions.
    pub(super) fn of_desk(self) -> Failure {
        let kind = self.kind();
        let reasons = self.reasons();
        let text = format!("no session of this desk may start:\n  - {}", reasons.join("\n  - "));
        Failure::new(kind, text).hint("docs/BROKERS.md")
    }
}

impl From<Failure> for Unfit {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Unfit> for Failure {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Failed(failure) => failure,
            Unfit::Reasons(kind, reasons) => {
                let count = reasons.len();
                let text = format!(
                    "this session may not start, for {count} reason{}:\n  - {}",
                    if count == 1 { "" } else { "s" },
                    reasons.join("\n  - ")
                );
                Self::new(kind, text).hint("docs/BROKERS.md")
            }
        }
    }
}

/// A failure as one of several reasons.
pub(super) fn reason_of(failure: &Failure) -> String {
    let text = failure.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    text.replace("\nhint: ", "; ").replace("\n  caused by: ", ": ")
}

/// What keeps real money from an account: halts that nobody has taken back, limits that are wider than before, and
/// what an earlier session left open or unexplained.
pub(super) fn standing(
    store: &Store,
    opening: &Opening<'_>,
    start: Start,
    adoption: Adoption,
) -> Result<Vec<Failure>, Failure> {
    let account = &opening.account;
    let all = store.sessions().map_err(store_failure)?;
    let of_account: Vec<&SessionRecord> =
        all.iter().filter(|record| record.draft.account == *account).collect();
    let Some(last) = of_account.last() else { return Ok(Vec::new()) };
    let mut against = Vec::new();
    if start == Start::Plain {
        let resume = format!("releat resume {}", last.draft.session);
        let texts = kept(store, account, &opening.limits)?;
        against.extend(texts.into_iter().map(|text| refused(text).hint(resume.clone())));
    }
    if adoption == Adoption::Allowed {
        return Ok(against);
    }
    for record in &of_account {
        let name = &record.draft.session;
        if *name == opening.session {
            continue;
        }
        let go_on =
            format!("go on with it, --session {name}, or take the account over, --adopt-positions");
        let count = if record.ended_at.is_none() { open_orders(store, name)? } else { 0 };
        if count > 0 {
            let text =
                format!("session {name} left {count} orders whose end its ledger does not know");
            against.push(refused(text).hint(go_on.clone()));
        }
        if name == &last.draft.session && is_unreconciled(store, name)? {
            let text =
                format!("session {name} ended with positions other than those of its broker");
            against.push(refused(text).hint(go_on));
        }
    }
    Ok(against)
}

/// Halts that wait for a human, and limits that were widened.
fn kept(store: &Store, account: &str, limits: &RiskLimits) -> Result<Vec<String>, Failure> {
    let Some(text) = store.kept_risk(account).map_err(store_failure)? else {
        return Ok(Vec::new());
    };
    let unreadable = |error: serde_json::Error| {
        let text = format!("the kept limits of account `{account}` cannot be read: {error}");
        Failure::new(FailureKind::Data, text)
    };
    let state: RiskState = serde_json::from_str(&text).map_err(unreadable)?;
    let mut against = Vec::new();
    // The halt of a day of trading ends by itself, a kill is told by its file.
    let waits =
        |cause: HaltCause| cause.state() == TradingState::Halted && cause != HaltCause::Killed;
    let halts: Vec<String> = state
        .halts()
        .iter()
        .filter(|halt| waits(halt.cause))
        .map(|halt| match &halt.symbol {
            Some(symbol) => format!("{} of {symbol} since {}", halt.cause, halt.since),
            None => format!("{} since {}", halt.cause, halt.since),
        })
        .collect();
    if !halts.is_empty() {
        let text = format!("account `{account}` was halted: {}", halts.join(", "));
        against.push(format!("{text}; it starts after a human has looked at it and resumes it"));
    }
    let before: serde_json::Value = serde_json::from_str(&text).map_err(unreadable)?;
    let before: Option<RiskLimits> =
        serde_json::from_value(before["limits"].clone()).map_err(unreadable)?;
    if let Some(before) = before.filter(|before| limits.is_wider_than(before)) {
        let absent = before.absent();
        let dropped = limits.absent().into_iter().filter(|key| !absent.contains(key));
        let dropped = dropped.map(|key| format!("`{key}` is not set any more"));
        let slacks = limits.bounded_by(&before).err().unwrap_or_default();
        let wider: Vec<String> = slacks.iter().map(ToString::to_string).chain(dropped).collect();
        against.push(format!(
            "limits are wider than those under which account `{account}` last traded ({}); a human accepts them",
            wider.join(", ")
        ));
    }
    Ok(against)
}

/// Orders that may be working at the venue, by the ledger.
fn open_orders(store: &Store, session: &str) -> Result<usize, Failure> {
    let open = [OrderState::Sent, OrderState::Unknown, OrderState::Accepted].map(OrderState::label);
    let orders = store.session_orders(session).map_err(store_failure)?;
    Ok(orders.iter().filter(|order| open.contains(&order.state.as_str())).count())
}

/// Whether the last comparison of a session found another position than its ledger had.
fn is_unreconciled(store: &Store, session: &str) -> Result<bool, Failure> {
    let Some((row, _)) = last_snapshot(store, session)? else { return Ok(false) };
    let alerts = store.session_alerts(session).map_err(store_failure)?;
    let is_cash = |detail: &str| {
        let detail: serde_json::Value = serde_json::from_str(detail).unwrap_or_default();
        detail.pointer("/mismatch/what").is_some_and(|what| what == "cash")
    };
    Ok(alerts.iter().any(|alert| {
        alert.ledger_row == row && alert.kind == "mismatch" && !is_cash(&alert.detail)
    }))
}

fn refused(text: String) -> Failure {
    Failure::new(FailureKind::Refused, text)
}
