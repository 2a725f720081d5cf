//! Sections `eval` and `trade`: how a frozen agent is judged and how it trades.

mod section;
mod stress;
mod walk;

pub use section::{Baseline, Bootstrap, Eval, Gate, Trade};
pub use stress::{BadYears, Gaps, Halts, Stress, WideSpreads};
pub use walk::{Purged, WalkForward, WalkMode};
