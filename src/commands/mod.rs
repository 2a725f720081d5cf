//! One file per subcommand: wires the rooms together and prints. No formula, no algorithm.

mod bench;
mod data;
mod features;
mod fetch;
mod init;
mod inspect;
mod judge;
mod session;
mod train;

pub use bench::{BenchGymOptions, bench_gym};
pub use data::{
    CheckOutputs, DataBarsOptions, DataCheckOptions, DataExportOptions, DataShowOptions,
    MirrorOptions, SeriesFilter, check_keys, data_bars, data_check, data_export, data_list,
    data_mirror, data_show,
};
pub use features::{FeaturesOptions, features};
pub use fetch::{FetchOptions, fetch};
pub use init::init;
pub use inspect::{
    agents_show, agents_verify, config_check, config_explain, config_origin, config_schema,
    config_show, runs_list, runs_show,
};
pub use judge::{EvalOptions, PaperOptions, eval, paper};
pub use session::{Console, Failure, FailureKind, OutputFormat, SessionOptions, Talk};
pub use train::{ResumeMode, TrainOptions, train};
