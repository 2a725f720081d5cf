//! Which broker, and how it is opened.

use crate::base::Interrupt;
use crate::commands::{Failure, FailureKind};
use crate::config::Connectors;
use crate::connectors::{
    connect_alpaca, connect_ibkr, connect_mt5, examine_alpaca, examine_ibkr, examine_mt5,
};
use crate::ports::{Finding, OpenVenue, VenueRefusal, VenueWish};
use crate::trader::VenueKind;

/// A venue that belongs to somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokerKind {
    /// Interactive Brokers, through TWS or IB Gateway.
    Ibkr,
    /// Alpaca.
    Alpaca,
    /// A broker behind MetaTrader 5, through its bridge.
    Mt5,
}

impl BrokerKind {
    /// Its kind in the ledger.
    #[must_use]
    pub(in crate::commands) const fn kind(self) -> VenueKind {
        match self {
            Self::Ibkr => VenueKind::Ibkr,
            Self::Alpaca => VenueKind::Alpaca,
            Self::Mt5 => VenueKind::Mt5,
        }
    }

    /// The least that it trades of a share: what is ordered must be what can be sent, to the last digit.
    pub(super) const fn lot(self) -> f64 {
        match self {
            Self::Ibkr | Self::Mt5 => 1.0,
            Self::Alpaca => 1e-9,
        }
    }

    /// Opens it.
    pub(super) fn connect(
        self,
        connectors: &Connectors,
        wish: &VenueWish,
        interrupt: &Interrupt,
    ) -> Result<OpenVenue, Failure> {
        let opened = match self {
            Self::Ibkr => connect_ibkr(&connectors.ibkr, wish, interrupt),
            Self::Alpaca => connect_alpaca(&connectors.alpaca, wish, interrupt),
            Self::Mt5 => connect_mt5(&connectors.mt5, wish, interrupt),
        };
        opened.map_err(refused)
    }

    /// Looks at everything that trading needs.
    pub(in crate::commands) fn examine(
        self,
        connectors: &Connectors,
        wish: &VenueWish,
    ) -> Vec<Finding> {
        match self {
            Self::Ibkr => examine_ibkr(&connectors.ibkr, wish),
            Self::Alpaca => examine_alpaca(&connectors.alpaca, wish),
            Self::Mt5 => examine_mt5(&connectors.mt5, wish),
        }
    }
}

fn refused(refusal: VenueRefusal) -> Failure {
    let kind = match refusal.is_unreachable {
        true => FailureKind::Remote,
        false => FailureKind::Refused,
    };
    Failure::new(kind, refusal)
}
