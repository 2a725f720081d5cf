//! One file per subcommand: wires the rooms together and prints. No formula, no algorithm.

mod agents;
mod config;
mod eval;
mod features;
mod fetch;
mod init;
mod paper;
mod runs;
mod session;
mod train;

pub use agents::{agents_show, agents_verify};
pub use config::{config_check, config_explain, config_origin, config_schema, config_show};
pub use eval::{EvalOptions, eval};
pub use features::{FeaturesOptions, features};
pub use fetch::{FetchOptions, fetch};
pub use init::init;
pub use paper::{PaperOptions, paper};
pub use runs::{runs_list, runs_show};
pub use session::{Console, Failure, FailureKind, OutputFormat, SessionOptions, Talk};
pub use train::{ResumeMode, TrainOptions, train};
