//! The life cycle of an order: one table of states and happenings.
//!
//! Source: the order states of FIX 4.4 (Appendix D) with the rule that silence is never a refusal: an order whose
//! outcome is not known is `Unknown` until the venue's own list says what became of it.

use serde::{Deserialize, Serialize};

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Written to the ledger and handed to the connection; no answer yet.
    Sending,
    /// It may or may not be at the venue.
    Unknown,
    /// The venue works on it; nothing has traded.
    Working,
    /// The venue works on it; a part has traded.
    PartlyFilled,
    /// The venue was asked to cancel it.
    Canceling,
    /// All of it has traded.
    Filled,
    /// The rest was canceled.
    Canceled,
    /// Its time is over.
    Expired,
    /// The venue refused it.
    Rejected,
    /// It never arrived.
    NotSent,
}

/// What can happen to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// The venue took it.
    Accepted,
    /// A part traded.
    PartFill,
    /// The last part traded.
    LastFill,
    /// More traded than was ordered.
    OverFill,
    /// We asked for its end.
    CancelAsked,
    /// The venue did not cancel.
    CancelRefused,
    /// The venue canceled the rest.
    Canceled,
    /// Its time was over.
    Expired,
    /// The venue refused it.
    Rejected,
    /// The connection did not take it, for sure.
    SendFailed,
    /// The connection, or this process, went away before an answer came.
    AnswerLost,
    /// The venue's list shows it open.
    SeenOpen,
    /// The venue's list shows it nowhere.
    SeenNowhere,
}

/// What a happening means for a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The order goes on in this state.
    To(OrderState),
    /// Known already, or outrun by something later: nothing changes.
    Ignored,
    /// It makes no sense: the order stays and a human is told.
    Refused,
}

impl OrderState {
    /// All states, in the order of life.
    pub const ALL: [Self; 10] = [
        Self::Sending,
        Self::Unknown,
        Self::Working,
        Self::PartlyFilled,
        Self::Canceling,
        Self::Filled,
        Self::Canceled,
        Self::Expired,
        Self::Rejected,
        Self::NotSent,
    ];

    /// Whether more of it may trade, as far as we know.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Sending | Self::Unknown | Self::Working | Self::PartlyFilled | Self::Canceling
        )
    }

    /// The table. Fills are facts: whatever state we believed in, what traded counts.
    #[must_use]
    #[expect(clippy::match_same_arms, reason = "a line for each reason, not for each outcome")]
    pub const fn after(self, happening: Happening) -> Step {
        use {Happening as H, OrderState as S};
        match (self, happening) {
            (S::Sending | S::Unknown | S::Working | S::PartlyFilled | S::Canceling, _) => {
                self.open_after(happening)
            }
            // Late and repeated news of an order that is over.
            (S::Filled, H::PartFill | H::LastFill) => Step::Refused,
            // Real venues fill after a cancel: the fill was on its way.
            (S::Canceled | S::Expired, H::PartFill) => Step::To(self),
            (S::Canceled | S::Expired | S::Rejected | S::NotSent, H::LastFill) => {
                Step::To(S::Filled)
            }
            // It was thought dead and lives.
            (S::Rejected | S::NotSent, H::PartFill) => Step::To(S::PartlyFilled),
            (_, H::OverFill) => Step::To(S::Filled),
            (S::NotSent, H::Accepted | H::SeenOpen) => Step::To(S::Working),
            (S::NotSent, H::Canceled) => Step::To(S::Canceled),
            (S::NotSent, H::Expired) => Step::To(S::Expired),
            (S::NotSent, H::Rejected) => Step::To(S::Rejected),
            // A list that is older than the end, or an end that is told twice.
            (_, H::Accepted | H::SeenOpen | H::SeenNowhere | H::AnswerLost) => Step::Ignored,
            (_, H::CancelRefused) => Step::Ignored,
            (S::Canceled, H::Canceled) | (S::Expired, H::Expired) => Step::Ignored,
            (S::Rejected, H::Rejected) | (S::NotSent, H::SendFailed) => Step::Ignored,
            // The end of the rest after all of it has traded says nothing new.
            (S::Filled, H::Canceled | H::Expired) => Step::Ignored,
            (S::Canceled, H::Expired) | (S::Expired, H::Canceled) => Step::Ignored,
            (_, H::CancelAsked) => Step::Refused,
            (_, H::Canceled | H::Expired | H::Rejected | H::SendFailed) => Step::Refused,
        }
    }

    /// The part of the table for orders of which more may trade.
    #[expect(clippy::match_same_arms, reason = "a line for each reason, not for each outcome")]
    const fn open_after(self, happening: Happening) -> Step {
        use {Happening as H, OrderState as S};
        match (self, happening) {
            (_, H::LastFill | H::OverFill) => Step::To(S::Filled),
            (_, H::Canceled) => Step::To(S::Canceled),
            (_, H::Expired) => Step::To(S::Expired),
            // A refusal after a part has traded is a cancel of the rest.
            (S::PartlyFilled, H::Rejected) => Step::To(S::Canceled),
            (_, H::Rejected) => Step::To(S::Rejected),
            (S::Canceling, H::PartFill | H::Accepted | H::SeenOpen) => Step::To(S::Canceling),
            (S::Canceling, H::CancelAsked) => Step::Ignored,
            (_, H::CancelAsked) => Step::To(S::Canceling),
            // Refused because it is over: the end itself comes, or the venue's list is asked.
            (S::Canceling, H::CancelRefused) => Step::To(S::Unknown),
            (_, H::CancelRefused) => Step::Ignored,
            (S::Sending, H::SendFailed) => Step::To(S::NotSent),
            (_, H::SendFailed) => Step::Refused,
            (S::Working | S::PartlyFilled, H::Accepted | H::SeenOpen) => Step::Ignored,
            (_, H::SeenOpen | H::Accepted) => Step::To(S::Working),
            (S::Sending | S::Unknown, H::SeenNowhere) => Step::To(S::NotSent),
            // It was there and is gone, and no end of it was listed: canceled as far as anyone can tell.
            (_, H::SeenNowhere) => Step::To(S::Canceled),
            (_, H::AnswerLost) => Step::To(S::Unknown),
            (_, H::PartFill) => Step::To(S::PartlyFilled),
        }
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
