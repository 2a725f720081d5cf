//! The ledger of a session, looked at: replayed, verified, exported.

mod audit;
mod export;
mod replay;
mod session;
#[cfg(test)]
mod tests;

pub use audit::audit_verify;
pub use export::{LedgerExportOptions, ledger_export};
pub(crate) use replay::replay;
pub(super) use session::ledger_failure;
