//! What a strategy did, bar by bar: the run itself, its round trips, its audit file, its figures.

mod audit;
mod figures;
mod simulate;
mod trades;

pub use audit::audit_csv;
pub use figures::Figures;
pub(super) use simulate::simulate_under;
pub use simulate::{AgentStrategy, Choice, Strategy, Trajectory, TrajectoryStep, View, simulate};
pub use trades::{closed_trades, trades_csv};
