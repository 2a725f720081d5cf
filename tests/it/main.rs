//! The binary as a user meets it, and the house it is built in.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may fail loudly, and says why it was skipped"
)]

#[cfg(feature = "vulkan")]
mod accelerator;
mod architecture;
mod audit;
mod bad_input;
mod brokers;
mod chain;
mod daily_agent;
mod data;
mod desk;
mod docs;
mod fetch;
mod fetch_kill;
mod folds;
mod hazards;
mod ibkr;
mod ibkr_double;
mod paper;
mod paper_attribution;
mod paper_disk;
mod paper_faults;
mod paper_kill;
mod paper_soak;
mod paper_starved;
mod real_data;
mod resilience;
mod resume;
mod s3;
mod sandbox;
#[path = "../../src/store/tests/server.rs"]
mod server;
mod sim_conformance;
mod store;
mod tune;
mod tune_ray;
mod tune_workers;
mod vendor_double;
mod vendors;
