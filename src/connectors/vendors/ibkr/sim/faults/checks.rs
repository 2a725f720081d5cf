//! What the form of a script alone does not check: ranges, names, and that every fault can strike.

use super::super::fault_port::Moment;
use super::super::proto::MESSAGES;
use super::super::sentinel::numeric;
use super::kinds::GatewayFaultKind as Kind;
use super::names::{REPLIES, REQUESTS, nearest};
use super::script::{FaultMoment, GatewayFaultError};

impl FaultMoment {
    pub(super) fn validate(&self, key: &str) -> Result<(), GatewayFaultError> {
        let wrong = |detail: &str| {
            let (key, detail) = (key.to_owned(), detail.to_owned());
            Err(GatewayFaultError::Key { key, detail })
        };
        let names = [&self.request, &self.reply, &self.message];
        let num_names = names.iter().filter(|name| name.is_some()).count();
        let numbers = [self.frame.is_some(), self.time_s.is_some(), self.connection.is_some()];
        if num_names + numbers.iter().filter(|is_set| **is_set).count() != 1 {
            return wrong(
                "exactly one of `frame`, `time_s`, `connection`, `request`, `reply`, `message` \
                 must be there",
            );
        }
        if self.nth.is_some() && num_names == 0 {
            return wrong("`nth` goes with `request`, `reply` or `message`");
        }
        if self.every_s.is_some() && self.time_s.is_none() {
            return wrong("`every_s` goes with `time_s`");
        }
        for (name, value) in [("frame", self.frame), ("connection", self.connection)] {
            let value = value.unwrap_or(1);
            check(&format!("{key}.{name}"), "at least 1", value as f64, value >= 1)?;
        }
        let nth = self.nth.unwrap_or(1);
        check(&format!("{key}.nth"), "at least 1", nth as f64, nth >= 1)?;
        let time = self.time_s.unwrap_or(0.0);
        check(&format!("{key}.time_s"), "at least 0", time, time.is_finite() && time >= 0.0)?;
        let every = self.every_s.unwrap_or(1.0);
        check(&format!("{key}.every_s"), "above 0", every, every.is_finite() && every > 0.0)?;
        known(&format!("{key}.request"), self.request.as_deref(), &[&REQUESTS])?;
        known(&format!("{key}.reply"), self.reply.as_deref(), &[&REPLIES])?;
        known(&format!("{key}.message"), self.message.as_deref(), &[&REQUESTS, &REPLIES])
    }

    /// Examples of the moments that this one can be.
    pub(super) fn possible(&self) -> Vec<Moment> {
        let received = |name| Moment::Received { connection: 1, name, frame: 1 };
        let sending = |name| Moment::Sending { connection: 1, name, frame: 1 };
        let mut moments = Vec::new();
        let wants = |wish: &Option<String>, name: &str| {
            wish.as_deref().is_some_and(|wish| wish == name || wish == "any")
        };
        for name in REQUESTS {
            if wants(&self.request, name) || wants(&self.message, name) || self.time_s.is_some() {
                moments.push(received(name));
            }
        }
        for name in REPLIES {
            let is_any = self.time_s.is_some() || self.frame.is_some();
            if is_any || wants(&self.reply, name) || wants(&self.message, name) {
                moments.push(sending(name));
            }
        }
        if self.time_s.is_some() || self.connection.is_some() {
            moments.push(Moment::Connected { connection: 1 });
        }
        moments
    }
}

fn known(key: &str, name: Option<&str>, lists: &[&[&str]]) -> Result<(), GatewayFaultError> {
    let Some(name) = name else { return Ok(()) };
    if lists.iter().any(|list| list.contains(&name)) {
        return Ok(());
    }
    let (key, found, nearest) = (key.to_owned(), name.to_owned(), nearest(name));
    Err(GatewayFaultError::Name { key, found, nearest })
}

pub(super) fn check(
    key: &str,
    expected: &'static str,
    found: f64,
    is_good: bool,
) -> Result<(), GatewayFaultError> {
    if is_good {
        return Ok(());
    }
    Err(GatewayFaultError::Value { key: key.to_owned(), expected, found })
}

/// A setting: its name, what is allowed, what was found, whether that is allowed.
pub(super) type Setting = (&'static str, &'static str, f64, bool);

impl Kind {
    pub(super) fn numbers(&self) -> Vec<Setting> {
        let within = |name, expected, found: f64, low: f64, high: f64| {
            (name, expected, found, found >= low && found <= high)
        };
        let wall =
            |name, found: f64| (name, "above 0 to 3600", found, found > 0.0 && found <= 3600.0);
        let venue =
            |found: f64| ("time_s", "above 0 to 86400", found, found > 0.0 && found <= 86_400.0);
        let not_zero = |name, found: f64| (name, "not 0", found, found.is_finite() && found != 0.0);
        match self {
            Self::Delay(delay) => vec![wall("time_s", delay.time_s)],
            Self::Split(split) => vec![
                within("at_byte", "1..=16777219", split.at_byte as f64, 1.0, 16_777_219.0),
                within("pause_s", "0..=3600", split.pause_s, 0.0, 3600.0),
            ],
            Self::Reorder(reorder) => {
                vec![within("frames", "1..=1000", reorder.frames as f64, 1.0, 1000.0)]
            }
            Self::Stall(stall) => vec![wall("time_s", stall.time_s.unwrap_or(1.0))],
            Self::Restart(restart) => vec![
                within("down_s", "0..=3600", restart.down_s, 0.0, 3600.0),
                within("id_rollback", "0..=1000000", restart.id_rollback.into(), 0.0, 1e6),
            ],
            Self::LinkLost(link) => vec![venue(link.time_s)],
            Self::CompetingSession(competing) => vec![venue(competing.time_s)],
            Self::OverFill(over) => {
                let found = over.quantity;
                vec![("quantity", "above 0", found, found.is_finite() && found > 0.0)]
            }
            Self::ForeignOrder(foreign) => vec![not_zero("quantity", foreign.quantity)],
            Self::Burst(burst) => {
                vec![within("notices", "1..=1000000", burst.notices as f64, 1.0, 1e6)]
            }
            Self::Correct(correct) => vec![not_zero("price_change", correct.price_change)],
            _ => Vec::new(),
        }
    }

    /// Whether this fault can strike at a moment.
    pub(super) fn suits(&self, moment: &Moment) -> bool {
        let reply = match moment {
            Moment::Sending { name, .. } => Some(*name),
            _ => None,
        };
        let request = match moment {
            Moment::Received { name, .. } => Some(*name),
            _ => None,
        };
        let is_greeting = matches!(moment, Moment::Connected { .. });
        match self {
            Self::Restart(_)
            | Self::Notice(_)
            | Self::LinkLost(_)
            | Self::CompetingSession(_)
            | Self::ForeignOrder(_) => true,
            Self::Drop | Self::Stall(_) | Self::Close(_) => !matches!(moment, Moment::Tick),
            Self::Duplicate => request.is_some() || reply.is_some(),
            Self::Delay(_)
            | Self::Split(_)
            | Self::Reorder(_)
            | Self::Sentinels
            | Self::UnknownMessage(_)
            | Self::Burst(_) => reply.is_some(),
            Self::Unset(unset) => reply.is_some_and(|reply| has(reply, unset.field.as_deref())),
            Self::ClientIdInUse => is_greeting || request == Some("start_api"),
            Self::Reject(_) => request == Some("place_order"),
            Self::OverFill(_) => {
                request == Some("place_order")
                    || matches!(reply, Some("open_order" | "order_status" | "execution_data"))
            }
            Self::Correct(_) => reply == Some("execution_data"),
        }
    }

    pub(super) const fn needs(&self) -> &'static str {
        match self {
            Self::ClientIdInUse => "`connection` or `request: start_api`",
            Self::Reject(_) => "`request: place_order`",
            Self::OverFill(_) => "`request: place_order` or a reply about an order",
            Self::Correct(_) => "`reply: execution_data`",
            Self::Unset(_) => "a reply that has this number",
            Self::Duplicate => "a request or a reply",
            Self::Delay(_)
            | Self::Split(_)
            | Self::Reorder(_)
            | Self::Sentinels
            | Self::UnknownMessage(_)
            | Self::Burst(_) => "a reply, a frame or a time",
            _ => "a message, a frame, a connection or a time",
        }
    }
}

/// Whether a reply has a number of this name; any number if none is named.
fn has(reply: &str, field: Option<&str>) -> bool {
    let mut rows = MESSAGES.iter().filter(|(name, ..)| *name == reply || reply == "any");
    rows.any(|(_, _, fields)| {
        numeric(fields).iter().any(|(name, _)| field.is_none_or(|field| field == name))
    })
}
