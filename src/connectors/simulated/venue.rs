//! The venue as a broker: one account, shared with the handle that cancels in an emergency.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::exchange::Exchange;
use super::journal::{Call, Journal, JournalError, apply};
use super::rules::VenueSettings;
use super::{Tampering, Truth, VenueRules};
use crate::base::Timestamp;
use crate::config::Env;
use crate::domain::{BookTop, CalendarName, MarketRow, OrderId, OrderRequest, Symbol};
use crate::ports::{Broker, BrokerError, BrokerEvent, BrokerSnapshot, CancelAll};
use crate::risk::Approved;

/// A venue inside the process that fills orders on bars and quotes.
///
/// A market order that is good for one bar trades exactly as in the training environment: at the price of its fill
/// rule when the next row arrives, or rejected if its symbol has no bar there. All other kinds meet the bars, or the
/// quotes where there are any. Fractions of a share trade.
///
/// Every order is told to be accepted before anything else is told of it. Executions are named `sim-ORDER-N`, those
/// of the environment's protective rules `sim-protection-N`.
#[derive(Debug)]
pub struct SimulatedVenue {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug)]
struct Shared {
    settings: VenueSettings,
    exchange: Exchange,
    journal: Option<Journal>,
    /// Why the journal no longer tells the truth: it lacks an emergency.
    broken: Option<BrokerError>,
}

impl SimulatedVenue {
    /// A venue with an account that holds the initial equity in cash, on the calendar of New York.
    #[must_use]
    pub fn new(env: &Env, bars_per_year: f64, symbols: &[Symbol]) -> Self {
        Self::of(VenueSettings {
            env: env.clone(),
            bars_per_year,
            symbols: symbols.to_vec(),
            calendar: CalendarName::default(),
            rules: VenueRules::default(),
        })
    }

    /// The same venue, as new, with other rules and another calendar.
    #[must_use]
    pub fn with_rules(self, rules: VenueRules, calendar: CalendarName) -> Self {
        let settings = self.lock().settings.clone();
        Self::of(VenueSettings { rules, calendar, ..settings })
    }

    /// The same venue, as new, with a journal in a new file.
    ///
    /// # Errors
    /// [`JournalError::Write`] if there is such a file or it cannot be written.
    pub fn with_journal(self, path: &Path) -> Result<Self, JournalError> {
        let settings = self.lock().settings.clone();
        let journal = Journal::create(path, &settings)?;
        let venue = Self::of(settings);
        venue.lock().journal = Some(journal);
        Ok(venue)
    }

    /// The venue that a journal tells of, and goes on writing it. What nobody had fetched is lost, as on a new
    /// connection: [`Broker::snapshot`] tells where the account stands.
    ///
    /// # Errors
    /// [`JournalError`] if the file cannot be read or is no journal.
    pub fn reopen(path: &Path) -> Result<Self, JournalError> {
        let (journal, settings, exchange) = Journal::reopen(path)?;
        let shared = Shared { settings, exchange, journal: Some(journal), broken: None };
        Ok(Self { shared: Arc::new(Mutex::new(shared)) })
    }

    fn of(settings: VenueSettings) -> Self {
        let exchange = Exchange::new(&settings);
        let shared = Shared { settings, exchange, journal: None, broken: None };
        Self { shared: Arc::new(Mutex::new(shared)) }
    }

    /// Lets a row pass before the account is opened: prices are learned, nothing accrues. A row that has passed
    /// already is ignored, so a stream may be played again after a restart.
    ///
    /// # Errors
    /// [`BrokerError::NotSent`] if the journal cannot be written; then nothing happened.
    pub fn watch(&mut self, row: &MarketRow) -> Result<(), BrokerError> {
        self.lock().call(Call::Watch(row.clone()))
    }

    /// Lets the next row pass: orders, then protective rules, interest and fees. A row that has passed already is
    /// ignored.
    ///
    /// # Errors
    /// [`BrokerError::NotSent`] if the journal cannot be written; then nothing happened.
    pub fn advance(&mut self, row: &MarketRow) -> Result<(), BrokerError> {
        self.lock().call(Call::Advance(row.clone()))
    }

    /// Takes new best prices. Orders of the symbol, but those of the environment, trade on quotes until its next bar;
    /// auctions wait for the bar.
    ///
    /// # Errors
    /// [`BrokerError::NotSent`] if the journal cannot be written; then nothing happened.
    pub fn quote(&mut self, symbol: &Symbol, top: BookTop) -> Result<(), BrokerError> {
        let quantities = [top.bid_quantity, top.ask_quantity];
        if !top.is_sound() || quantities.iter().any(|quantity| !quantity.is_finite()) {
            return Ok(());
        }
        self.lock().call(Call::Quote { symbol: symbol.clone(), top })
    }

    /// Lets time pass without news of the market: what is on its way arrives, and orders of the day may end.
    ///
    /// # Errors
    /// [`BrokerError::NotSent`] if the journal cannot be written; then nothing happened.
    pub fn pass_time(&mut self, time: Timestamp) -> Result<(), BrokerError> {
        self.lock().call(Call::Time(time))
    }

    /// Makes the venue do wrong; for tests and rehearsals.
    ///
    /// # Errors
    /// [`BrokerError::NotSent`] if the journal cannot be written; then nothing happened.
    pub fn tamper(&mut self, tampering: Tampering) -> Result<(), BrokerError> {
        self.lock().call(Call::Tamper(tampering))
    }

    /// The same venue with a journal in a file that is there already.
    #[cfg(test)]
    pub(super) fn with_journal_onto(self, path: &Path) -> Self {
        self.lock().journal = Some(Journal::onto(path));
        self
    }

    /// The venue's time: the latest that it has heard of; [`Timestamp::MIN`] before anything.
    #[must_use]
    pub fn clock(&self) -> Timestamp {
        self.lock().exchange.clock()
    }

    /// Everything that really happened.
    #[must_use]
    pub fn truth(&self) -> Truth {
        self.lock().exchange.truth()
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        lock(&self.shared)
    }
}

impl Shared {
    fn call(&mut self, call: Call) -> Result<(), BrokerError> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        if let Some(journal) = &mut self.journal {
            journal.record(&call)?;
        }
        apply(&mut self.exchange, call);
        Ok(())
    }

    fn submit(&mut self, request: OrderRequest) -> Result<(), BrokerError> {
        self.exchange.check(&request)?;
        self.call(Call::Submit(request))
    }

    /// Cancels first and writes it down second: an emergency does not wait for a disk.
    fn cancel_all(&mut self) -> usize {
        let num_canceled = self.exchange.cancel_all();
        if let Some(journal) = &mut self.journal
            && let Err(error) = journal.record(&Call::CancelAll)
        {
            self.broken = Some(error);
        }
        num_canceled
    }
}

impl Broker for SimulatedVenue {
    fn submit(&mut self, order: Approved<OrderRequest>) -> Result<(), BrokerError> {
        self.lock().submit(order.into_request())
    }

    fn cancel(&mut self, order_id: OrderId) -> Result<(), BrokerError> {
        self.lock().call(Call::Cancel(order_id))
    }

    fn poll(&mut self) -> Result<Vec<BrokerEvent>, BrokerError> {
        Ok(self.lock().exchange.take_events())
    }

    fn snapshot(&mut self, since: Timestamp) -> Result<BrokerSnapshot, BrokerError> {
        Ok(self.lock().exchange.snapshot(since))
    }

    fn emergency(&self) -> Box<dyn CancelAll> {
        Box::new(Emergency { shared: Arc::clone(&self.shared) })
    }
}

/// Cancels from another thread.
struct Emergency {
    shared: Arc<Mutex<Shared>>,
}

impl CancelAll for Emergency {
    fn cancel_all(&self) -> Result<usize, BrokerError> {
        Ok(lock(&self.shared).cancel_all())
    }
}

/// A thread that died in the middle of a call must not keep another one from canceling.
fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
