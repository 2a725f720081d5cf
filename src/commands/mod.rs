//! One file per subcommand: wires the rooms together and prints. No formula, no algorithm.

mod bench;
mod data;
mod judge;
mod place;
mod prepare;
mod session;
mod trade;
mod train;
mod tune;

pub use bench::{BenchGymOptions, bench_gym};
pub use data::{
    CheckOutputs, DataBarsOptions, DataCheckOptions, DataExportOptions, DataShowOptions,
    MirrorOptions, SeriesFilter, check_keys, data_bars, data_check, data_export, data_list,
    data_mirror, data_show,
};
pub use judge::{
    EvalOptions, FoldKind, FoldOptions, FoldsDocument, SweepDocument, SweepOptions, eval,
    eval_folds, sweep,
};
pub use place::{
    SchemaOf, agents_list, agents_show, agents_verify, config_check, config_explain, config_origin,
    config_schema, config_show, init, runs_compare, runs_list, runs_show,
};
pub use prepare::{FeaturesOptions, FetchOptions, features, fetch};
pub use session::{Console, Failure, FailureKind, OutputFormat, SessionOptions, Talk};
pub use trade::{
    BrokerKind, ControlOptions, DeskOptions, DoctorOptions, Holding, LedgerExportOptions,
    LiveOptions, Money, PaperOptions, PaperSpeed, ReplayOptions, SimulatedBroker, SimulatorOptions,
    StatusOptions, audit_verify, doctor, flatten, kill, ledger_export, paper, pause, replay,
    resume, simulate, status, trade_at, trade_desk,
};
pub use train::{ResumeMode, TrainOptions, train};
pub use tune::report as study_report;
pub use tune::{
    ExecutorKind, TuneOptions, TuneShowOptions, WorkerOptions, tune, tune_list, tune_show,
    tune_verify, worker,
};
