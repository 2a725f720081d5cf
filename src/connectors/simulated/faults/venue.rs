//! A venue whose messages go astray.

use std::time::Duration;

use super::super::Tampering;
use super::kinds::{Fault, RequestName, StrayFault};
use super::plan::FaultPlan;
use super::target::FaultTarget;
use crate::base::Timestamp;
use crate::domain::{OrderId, OrderRequest, Symbol};
use crate::ports::{Broker, BrokerError, BrokerEvent, BrokerSnapshot, CancelAll};
use crate::risk::Approved;

/// A venue behind a script of faults.
#[derive(Debug)]
pub struct FaultyVenue<B> {
    venue: B,
    plan: FaultPlan,
    num_polls: u64,
    /// Events that come later, with the poll in which they do.
    held: Vec<(u64, BrokerEvent)>,
    /// The poll in which the connection is back.
    back_at: Option<u64>,
    last_symbol: Option<Symbol>,
}

/// What became of a request on its way.
enum Passage {
    Through,
    NotSent,
    RequestLost,
    ReplyLost,
}

impl<B: FaultTarget> FaultyVenue<B> {
    /// Puts a plan before a venue.
    #[must_use]
    pub const fn new(venue: B, plan: FaultPlan) -> Self {
        Self { venue, plan, num_polls: 0, held: Vec::new(), back_at: None, last_symbol: None }
    }

    /// The venue behind it.
    #[must_use]
    pub const fn venue(&self) -> &B {
        &self.venue
    }

    /// The venue behind it, to let the market pass.
    pub const fn venue_mut(&mut self) -> &mut B {
        &mut self.venue
    }

    fn passage(&self, name: RequestName) -> Passage {
        let is_request = |fault: &Fault| match fault {
            Fault::NotSent(f) | Fault::LostRequest(f) | Fault::LostReply(f) => f.request == name,
            _ => false,
        };
        match self.plan.striking(is_request).first() {
            Some(Fault::NotSent(_)) => Passage::NotSent,
            Some(Fault::LostRequest(_)) => Passage::RequestLost,
            Some(Fault::LostReply(_)) => Passage::ReplyLost,
            _ => Passage::Through,
        }
    }

    fn request(
        &mut self,
        name: RequestName,
        send: impl FnOnce(&mut B) -> Result<(), BrokerError>,
    ) -> Result<(), BrokerError> {
        if self.back_at.is_some() {
            return Err(not_sent("the connection is lost"));
        }
        match self.passage(name) {
            Passage::Through => {
                let sent = send(&mut self.venue);
                self.stall(name);
                sent
            }
            Passage::NotSent => Err(not_sent("not sent by script")),
            Passage::RequestLost => Err(unknown("request lost by script")),
            Passage::ReplyLost => send(&mut self.venue).and(Err(unknown("reply lost by script"))),
        }
    }

    /// Makes the sender wait; the venue itself goes on, and can be told to cancel everything.
    fn stall(&self, name: RequestName) {
        let is_meant = |fault: &Fault| matches!(fault, Fault::Stall(f) if f.request == name);
        for fault in self.plan.striking(is_meant) {
            if let Fault::Stall(stall) = fault {
                std::thread::sleep(Duration::from_millis(stall.ms));
            }
        }
    }

    /// Makes the venue treat an order as the script says.
    fn tamper_with(&mut self, order: &OrderRequest) -> Result<(), BrokerError> {
        let order_id = order.id;
        let is_of_orders = |fault: &Fault| {
            matches!(
                fault,
                Fault::Reject(_) | Fault::Partial(_) | Fault::LateFill(_) | Fault::OverFill(_)
            )
        };
        for fault in self.plan.striking(is_of_orders) {
            let tampering = match fault {
                Fault::Reject(f) => Tampering::Reject { order_id, reason: f.reason.clone() },
                Fault::Partial(f) => Tampering::Partial { order_id, frac: f.frac },
                Fault::LateFill(f) => Tampering::LateFill { order_id, frac: f.frac },
                Fault::OverFill(f) => Tampering::OverFill { order_id, frac: f.frac },
                _ => continue,
            };
            self.venue.tamper(tampering)?;
        }
        Ok(())
    }

    fn stray(&mut self) -> Result<(), BrokerError> {
        let has_symbol = self.last_symbol.is_some();
        let is_meant = |fault: &Fault| matches!(fault, Fault::Stray(stray) if has_symbol || stray.symbol.is_some());
        for fault in self.plan.striking(is_meant) {
            let Fault::Stray(StrayFault { symbol, quantity, .. }) = fault else { continue };
            let Some(symbol) = symbol.clone().or_else(|| self.last_symbol.clone()) else {
                continue;
            };
            self.venue.tamper(Tampering::Stray { symbol, signed_quantity: *quantity })?;
        }
        Ok(())
    }

    /// Whether the connection is gone in this poll, and what is told of that.
    fn link(&mut self) -> Option<Vec<BrokerEvent>> {
        let time = self.venue.clock();
        if let Some(back_at) = self.back_at {
            if self.num_polls < back_at {
                return Some(Vec::new());
            }
            self.back_at = None;
            return Some(vec![BrokerEvent::LinkRestored { time }]);
        }
        let lost = self.plan.striking(|fault| matches!(fault, Fault::LinkLost(_)));
        let Some(Fault::LinkLost(link)) = lost.first() else { return None };
        self.back_at = Some(self.num_polls + link.polls);
        self.held.clear();
        Some(vec![BrokerEvent::LinkLost { time }])
    }

    /// What the script makes of one event.
    fn pass(&mut self, event: BrokerEvent, passed: &mut Vec<BrokerEvent>) {
        let is_meant = |fault: &Fault| match fault {
            Fault::Drop(f) | Fault::Duplicate(f) => f.event.is_of(&event),
            Fault::Delay(f) => f.event.is_of(&event),
            Fault::LateCost(_) => matches!(event, BrokerEvent::Filled(_)),
            _ => false,
        };
        let striking = self.plan.striking(is_meant);
        let (mut copies, mut due, mut cost_due) = (1, None, None);
        for fault in striking {
            match fault {
                Fault::Drop(_) => copies = 0,
                Fault::Duplicate(_) => copies *= 2,
                Fault::Delay(f) => due = Some(self.num_polls + f.polls),
                Fault::LateCost(f) => cost_due = Some(self.num_polls + f.polls),
                _ => {}
            }
        }
        let event = match cost_due {
            Some(cost_due) => self.without_cost(event, cost_due.max(due.unwrap_or(0))),
            None => event,
        };
        for _ in 0..copies {
            match due {
                Some(due) => self.held.push((due, event.clone())),
                None => passed.push(event.clone()),
            }
        }
    }

    fn without_cost(&mut self, event: BrokerEvent, due: u64) -> BrokerEvent {
        let BrokerEvent::Filled(mut fill) = event else { return event };
        let (execution_id, cost, time) = (fill.execution_id.clone(), fill.cost, fill.time);
        self.held.push((due, BrokerEvent::CostKnown { execution_id, cost, time }));
        fill.cost = 0.0;
        BrokerEvent::Filled(fill)
    }

    fn reorder(&self, events: &mut [BrokerEvent]) {
        if events.len() < 2 {
            return;
        }
        for _ in self.plan.striking(|fault| matches!(fault, Fault::Reorder(_))) {
            for last in (1..events.len()).rev() {
                events.swap(last, self.plan.below(last));
            }
        }
    }
}

impl<B: FaultTarget> Broker for FaultyVenue<B> {
    fn submit(&mut self, order: Approved<OrderRequest>) -> Result<(), BrokerError> {
        self.last_symbol = Some(order.request().symbol.clone());
        if self.back_at.is_none() {
            self.tamper_with(order.request())?;
        }
        self.request(RequestName::Submit, |venue| venue.submit(order))
    }

    fn cancel(&mut self, order_id: OrderId) -> Result<(), BrokerError> {
        self.request(RequestName::Cancel, |venue| venue.cancel(order_id))
    }

    fn poll(&mut self) -> Result<Vec<BrokerEvent>, BrokerError> {
        self.num_polls += 1;
        self.stray()?;
        let events = self.venue.poll()?;
        if let Some(told) = self.link() {
            return Ok(told);
        }
        let mut passed = Vec::new();
        for event in events {
            self.pass(event, &mut passed);
        }
        let now = self.num_polls;
        let (due, later) = std::mem::take(&mut self.held).into_iter().partition(|h| h.0 <= now);
        self.held = later;
        let due: Vec<(u64, BrokerEvent)> = due;
        passed.extend(due.into_iter().map(|(_, event)| event));
        self.reorder(&mut passed);
        Ok(passed)
    }

    fn snapshot(&mut self, since: Timestamp) -> Result<BrokerSnapshot, BrokerError> {
        let is_meant = |fault: &Fault| matches!(fault, Fault::NoSnapshot(_));
        if self.back_at.is_some() || !self.plan.striking(is_meant).is_empty() {
            return Err(not_sent("the venue does not answer"));
        }
        self.venue.snapshot(since)
    }

    fn emergency(&self) -> Box<dyn CancelAll> {
        self.venue.emergency()
    }
}

fn not_sent(detail: &str) -> BrokerError {
    BrokerError::NotSent { detail: detail.to_owned() }
}

fn unknown(detail: &str) -> BrokerError {
    BrokerError::Unknown { detail: detail.to_owned() }
}
