//! Trading calendars.

mod sessions;
mod tables;

pub use sessions::{Calendar, CalendarError, CalendarName, Session};
