//! A venue that lives on recorded rows.

use crate::base::Timestamp;
use crate::connectors::simulated::SimulatedVenue;
use crate::connectors::simulated::faults::FaultyVenue;
use crate::domain::MarketRow;
use crate::ports::{Broker, BrokerError};

/// A venue whose market is played to it, row by row.
pub trait MarketVenue: Broker {
    /// Lets a row pass before the account is opened: prices are learned, nothing accrues.
    ///
    /// # Errors
    /// [`BrokerError`] if the venue cannot keep it.
    fn watch(&mut self, row: &MarketRow) -> Result<(), BrokerError>;

    /// Lets the bars of the next row pass: orders trade, interest accrues.
    ///
    /// # Errors
    /// As [`MarketVenue::watch`].
    fn advance(&mut self, row: &MarketRow) -> Result<(), BrokerError>;

    /// The time of the last row that passed; a venue that was opened again knows of those before.
    fn clock(&self) -> Timestamp;
}

impl MarketVenue for FaultyVenue<SimulatedVenue> {
    fn watch(&mut self, row: &MarketRow) -> Result<(), BrokerError> {
        self.venue_mut().watch(row)
    }

    fn advance(&mut self, row: &MarketRow) -> Result<(), BrokerError> {
        self.venue_mut().advance(row)
    }

    fn clock(&self) -> Timestamp {
        self.venue().clock()
    }
}

impl MarketVenue for SimulatedVenue {
    fn watch(&mut self, row: &MarketRow) -> Result<(), BrokerError> {
        Self::watch(self, row)
    }

    fn advance(&mut self, row: &MarketRow) -> Result<(), BrokerError> {
        Self::advance(self, row)
    }

    fn clock(&self) -> Timestamp {
        Self::clock(self)
    }
}
