//! Trading on paper, and everything that is asked of a session while it runs and afterwards.

mod control;
mod doctor;
mod ledger;
mod live;
mod log;
mod notify;
mod paper;
mod report;
mod simulator;
mod view;

pub use control::{ControlOptions, StatusOptions, flatten, kill, pause, resume, status};
pub use doctor::{DoctorOptions, doctor};
pub use ledger::{LedgerExportOptions, audit_verify, ledger_export};
pub use live::{BrokerKind, DeskOptions, LiveOptions, Money, trade_at, trade_desk};
pub use paper::{PaperOptions, PaperSpeed, ReplayOptions, paper, replay};
pub use simulator::{Holding, SimulatedBroker, SimulatorOptions, simulate};
