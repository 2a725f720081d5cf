//! What a person sees of a session: a view as plain data, as text, and live on the terminal.

mod draw;
mod fold;
mod live;
mod panes;
mod session_view;
mod terminal;
#[cfg(test)]
mod tests;
mod text;
mod words;

pub(crate) use fold::{keep_view, note, note_outside};
pub(crate) use live::{LiveView, watch};
pub(super) use panes::numbers;
pub(crate) use session_view::{
    AlertRow, DecisionRow, LedgerView, LimitRow, LinkState, OrderRow, PositionRow, SessionState,
    SessionView,
};
pub(crate) use text::status_text;
pub(super) use words::{alert_text, name_of, order_kind_text};
