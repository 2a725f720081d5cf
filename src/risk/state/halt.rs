//! Why trading stops, and how far.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;
use crate::domain::Symbol;

/// What the gate lets through.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum TradingState {
    /// Every order within the limits.
    #[default]
    Active,
    /// Only orders that make a position smaller, until the next day of trading.
    Reducing,
    /// No new position until a human resumes; see [`HaltCause::lets_reduce`].
    Halted,
}

impl TradingState {
    /// The name as written in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Reducing => "reducing",
            Self::Halted => "halted",
        }
    }
}

impl fmt::Display for TradingState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why trading was halted. Names never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HaltCause {
    /// The day lost `daily_loss_frac_max` of the equity at its open.
    DailyLoss,
    /// The account lost `drawdown_frac_max` of its highest equity.
    Drawdown,
    /// The venue rejected `rejects_per_minute_max` orders within a minute.
    RejectStorm,
    /// The venue's position in a symbol differed from ours for longer than `reconcile_gap_s_max`.
    ReconcileGap,
    /// `bad_signals_max` signals in a row could not be used.
    BadSignals,
    /// A symbol made more than `round_trips_per_hour_max` round trips within an hour.
    RoundTrips,
    /// More of a symbol was filled than was ordered.
    OverFill,
    /// The venue has an order or a fill that nobody here asked for.
    Stray,
    /// The venue does not trade the symbol, or does so no longer.
    NotTraded,
    /// A human stopped everything.
    Killed,
    /// The engine made no step for `heartbeat_s_max`.
    DeadMan,
    /// The limits are wider than those under which the account last traded.
    LimitsChanged,
}

impl HaltCause {
    /// Every cause.
    pub const ALL: [Self; 12] = [
        Self::DailyLoss,
        Self::Drawdown,
        Self::RejectStorm,
        Self::ReconcileGap,
        Self::BadSignals,
        Self::RoundTrips,
        Self::OverFill,
        Self::Stray,
        Self::NotTraded,
        Self::Killed,
        Self::DeadMan,
        Self::LimitsChanged,
    ];

    /// The name as written in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DailyLoss => "daily_loss",
            Self::Drawdown => "drawdown",
            Self::RejectStorm => "reject_storm",
            Self::ReconcileGap => "reconcile_gap",
            Self::BadSignals => "bad_signals",
            Self::RoundTrips => "round_trips",
            Self::OverFill => "over_fill",
            Self::Stray => "stray",
            Self::NotTraded => "not_traded",
            Self::Killed => "killed",
            Self::DeadMan => "dead_man",
            Self::LimitsChanged => "limits_changed",
        }
    }

    /// What the account may still do while this cause alone holds.
    #[must_use]
    pub const fn state(self) -> TradingState {
        match self {
            Self::DailyLoss => TradingState::Reducing,
            _ => TradingState::Halted,
        }
    }

    /// Whether an order that makes a position smaller still passes. After a kill nothing does; while our positions are
    /// not those of the venue nobody can tell what makes them smaller; what the venue does not trade it does not buy.
    #[must_use]
    pub const fn lets_reduce(self) -> bool {
        !matches!(self, Self::Killed | Self::ReconcileGap | Self::NotTraded)
    }

    /// Whether open orders are canceled.
    #[must_use]
    pub const fn cancels(self) -> bool {
        !matches!(self, Self::BadSignals | Self::LimitsChanged)
    }
}

impl fmt::Display for HaltCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A halt in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halt {
    /// Why.
    pub cause: HaltCause,
    /// What is halted; everything if absent.
    pub symbol: Option<Symbol>,
    /// Since when.
    pub since: Timestamp,
}

/// A halt that has just begun. The gate cannot act on it; its owner tells a human and cancels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// Why.
    pub cause: HaltCause,
    /// What is halted; everything if absent.
    pub symbol: Option<Symbol>,
    /// Whether the open orders of what is halted must be canceled.
    pub cancel_all: bool,
}
