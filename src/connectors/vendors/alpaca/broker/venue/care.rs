//! Words that the stream should have said: found by numbers that do not add up, and by looking at lists.

use super::desk::AlpacaBroker;

/// A stream that lost something is given up, but not more often than this.
const RENEW_S: f64 = 60.0;
/// How far before an order its executions are looked for: clocks differ.
const OVERLAP_NANOS: i64 = 60_000_000_000;

impl AlpacaBroker {
    /// Looks after what is missing, a few requests at most.
    pub(super) fn look_after(&mut self) {
        let seconds = self.line.seconds();
        self.close_gaps(seconds);
        if self.tracker.take_torn() {
            self.tear();
        }
        if seconds - self.audited_s >= self.patience.audit_s {
            self.audited_s = seconds;
            self.audit();
        }
    }

    /// Fetches what an order has traded and the stream did not tell.
    fn close_gaps(&mut self, seconds: f64) {
        let suspects = self.tracker.suspects();
        self.gaps.retain(|venue_id, _| suspects.contains(venue_id));
        for venue_id in suspects {
            self.gaps.entry(venue_id.clone()).or_insert(seconds);
        }
        let due = self.gaps.iter().find(|(_, since)| seconds - **since >= self.patience.gap_s);
        let Some(venue_id) = due.map(|(venue_id, _)| venue_id.clone()) else { return };
        // One at a time; if it fails, it comes again after the same patience.
        self.gaps.insert(venue_id.clone(), seconds);
        let Ok(order) = self.line.glance_order(&venue_id) else { return };
        let sent_at = order.submitted_at.unwrap_or_else(|| self.line.venue_now());
        let Ok(rows) = self.line.activities(sent_at.saturating_add_nanos(-OVERLAP_NANOS)) else {
            return;
        };
        self.tell(&order);
        let fills = self.tracker.fills(&rows);
        let own = fills.into_iter().filter(|fill| {
            fill.execution_id.split_once('/').is_some_and(|(of, _)| of == venue_id)
        });
        let missed = self.tracker.missed(own.collect());
        let has_missed = !missed.is_empty();
        self.events.extend(missed);
        self.gaps.remove(&venue_id);
        self.tracker.cleared(&venue_id);
        if has_missed && seconds - self.renewed_s >= RENEW_S && self.is_up {
            self.renewed_s = seconds;
            self.link.renew();
        }
    }

    /// Compares the orders that should be open with the venue's list.
    fn audit(&mut self) {
        let open = self.tracker.open();
        if open.is_empty() {
            return;
        }
        let Ok(listed) = self.line.glance_open_orders() else { return };
        for order in &listed {
            self.tell(order);
        }
        let is_listed = |venue_id: &String| {
            let mut all = listed.iter().chain(listed.iter().flat_map(|o| o.legs.iter().flatten()));
            all.any(|order| order.id == *venue_id)
        };
        for venue_id in open.iter().filter(|venue_id| !is_listed(venue_id)) {
            if let Ok(order) = self.line.glance_order(venue_id) {
                self.tell(&order);
            }
        }
    }
}
