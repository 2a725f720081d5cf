//! A venue that can be made to do wrong.

use super::super::{SimulatedVenue, Tampering};
use crate::base::Timestamp;
use crate::ports::{Broker, BrokerError};

/// A venue whose own doings a script can spoil, not only the messages to and from it.
pub trait FaultTarget: Broker {
    /// Makes the venue do wrong.
    ///
    /// # Errors
    /// [`BrokerError`] if the venue cannot be asked.
    fn tamper(&mut self, tampering: Tampering) -> Result<(), BrokerError>;

    /// The venue's time.
    fn clock(&self) -> Timestamp;
}

impl FaultTarget for SimulatedVenue {
    fn tamper(&mut self, tampering: Tampering) -> Result<(), BrokerError> {
        Self::tamper(self, tampering)
    }

    fn clock(&self) -> Timestamp {
        Self::clock(self)
    }
}
