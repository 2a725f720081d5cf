//! Whether the venue can be reached, and what the broker says of it.

use super::super::codes::{Effect, effect};

/// The connection to the gateway, and the gateway's to the broker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct Standing {
    is_connected: bool,
    /// The gateway has lost the broker, in its words.
    cut_off: Option<String>,
    /// Why nothing is sent although all is well.
    held: Option<String>,
}

/// What a change means for the trader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Change {
    /// Nothing.
    None,
    /// Events may be lost from here on.
    Lost,
    /// The venue can be reached again; everything must be compared.
    Restored,
}

/// What to do about a notice that belongs to no order and no request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Reaction {
    /// Nothing, but people may want to know.
    Nothing,
    /// The standing has changed, and perhaps subscriptions are gone.
    Standing { change: Change, is_data_gone: bool },
    /// The connection must be made anew.
    Over(String),
    /// A farm of market data has gone.
    FarmBroken(String),
    /// It is there.
    FarmWell(String),
    /// Another session has the market data.
    Competing(String),
    /// Send nothing for a moment.
    TooFast,
}

impl Standing {
    /// Whether orders can be sent.
    pub(in super::super) const fn is_usable(&self) -> bool {
        self.is_well() && self.held.is_none()
    }

    /// Whether the broker can be reached.
    pub(in super::super) const fn is_well(&self) -> bool {
        self.is_connected && self.cut_off.is_none()
    }

    /// Why orders cannot be sent.
    pub(in super::super) fn trouble(&self) -> String {
        match (&self.cut_off, &self.held) {
            (Some(text), _) => text.clone(),
            (None, Some(text)) if self.is_connected => text.clone(),
            (None, _) => "no connection to TWS or IB Gateway".to_owned(),
        }
    }

    /// Nothing is sent from here on, for this reason; or again, if there is none.
    pub(in super::super) fn hold(&mut self, reason: Option<String>) -> Change {
        self.change(|standing| standing.held = reason)
    }

    /// A new connection is there. What the gateway has lost before, it says again.
    pub(in super::super) fn connected(&mut self) -> Change {
        self.change(|standing| (standing.is_connected, standing.cut_off) = (true, None))
    }

    /// The connection is gone.
    pub(in super::super) fn disconnected(&mut self) -> Change {
        self.change(|standing| (standing.is_connected, standing.cut_off) = (false, None))
    }

    /// Something was said to everybody.
    pub(in super::super) fn notice(&mut self, code: i32, text: &str) -> Reaction {
        let said = format!("{code} {text}");
        let farm = || text.rsplit(':').next().unwrap_or_default().trim().to_owned();
        match effect(code) {
            Some(Effect::LinkLost) => {
                let change = self.change(|standing| standing.cut_off = Some(said));
                Reaction::Standing { change, is_data_gone: false }
            }
            Some(found @ (Effect::LinkRestored | Effect::DataLost)) => {
                let change = match self.change(|standing| standing.cut_off = None) {
                    // It was lost and nobody heard of it.
                    Change::None if self.is_usable() => Change::Restored,
                    change => change,
                };
                Reaction::Standing { change, is_data_gone: found == Effect::DataLost }
            }
            Some(Effect::SessionOver) => Reaction::Over(said),
            Some(Effect::FarmBroken) => Reaction::FarmBroken(farm()),
            Some(Effect::FarmWell) => Reaction::FarmWell(farm()),
            Some(Effect::Competing) => Reaction::Competing(said),
            Some(Effect::TooFast) => Reaction::TooFast,
            _ => Reaction::Nothing,
        }
    }

    fn change(&mut self, set: impl FnOnce(&mut Self)) -> Change {
        let before = self.is_usable();
        set(self);
        match (before, self.is_usable()) {
            (true, false) => Change::Lost,
            (false, true) => Change::Restored,
            _ => Change::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(change: Change, is_data_gone: bool) -> Reaction {
        Reaction::Standing { change, is_data_gone }
    }

    // fault: code_1100, code_1101, code_1102
    #[test]
    fn guard_1100_1101_1102_2110() {
        let mut link = Standing::default();
        assert_eq!(link.connected(), Change::Restored);
        assert_eq!(link.notice(1100, "lost"), standing(Change::Lost, false));
        assert!(!link.is_usable() && link.trouble().contains("1100"));
        assert_eq!(link.notice(2110, "lost"), standing(Change::None, false), "once");
        assert_eq!(link.notice(1102, "back"), standing(Change::Restored, false));
        assert_eq!(link.notice(1101, "back"), standing(Change::Restored, true), "even unheard");
        assert!(link.is_usable());
        assert_eq!(link.disconnected(), Change::Lost);
        assert_eq!(link.notice(1102, "back"), standing(Change::None, false));
    }

    #[test]
    fn nightly_restart_holds_orders_whatever_the_connection_does() {
        let mut link = Standing::default();
        link.connected();
        let hold = || Some("the gateway restarts".to_owned());
        assert_eq!(link.hold(hold()), Change::Lost);
        assert_eq!((link.hold(hold()), link.is_usable()), (Change::None, false));
        assert_eq!(link.trouble(), "the gateway restarts");
        assert_eq!(link.disconnected(), Change::None);
        assert!(link.trouble().contains("no connection"));
        assert_eq!((link.connected(), link.is_usable()), (Change::None, false));
        assert_eq!(link.hold(None), Change::Restored);
        assert_eq!((link.hold(None), link.is_usable()), (Change::None, true));
    }

    // fault: code_1300, lag_notice
    #[test]
    fn guard_1300_and_lag_notices_end_the_connection() {
        for code in [1300, -5, -6, -7, -8] {
            let found = Standing::default().notice(code, "x");
            assert_eq!(found, Reaction::Over(format!("{code} x")));
        }
    }

    // fault: code_2103_farm, code_2105_2157_farms
    #[test]
    fn guard_farms_competition_and_pacing() {
        let mut link = Standing::default();
        let broken = link.notice(2103, "Market data farm connection is broken:usfarm");
        assert_eq!(broken, Reaction::FarmBroken("usfarm".to_owned()));
        let well = link.notice(2104, "Market data farm connection is OK:usfarm");
        assert_eq!(well, Reaction::FarmWell("usfarm".to_owned()));
        assert!(matches!(link.notice(10_197, "x"), Reaction::Competing(_)));
        assert_eq!(link.notice(100, "x"), Reaction::TooFast);
        for code in [2105, 2106, 2107, 2119, 2157, 2158, 202, 4_711] {
            assert_eq!(link.notice(code, "x"), Reaction::Nothing);
        }
    }
}
