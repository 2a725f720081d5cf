//! Section `eval`: how a frozen agent is judged.

mod section;
mod stress;
mod walk;

pub use section::{Baseline, Bootstrap, Eval, Gate};
pub use stress::{BadYears, Gaps, Halts, Stress, WideSpreads};
pub use walk::{Purged, WalkForward, WalkMode};
