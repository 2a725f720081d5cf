//! The same tests on SQLite and, where its programs are installed, on a Postgres that the tests start.

mod gate_rows;
mod listing;
mod places;
mod processes;
mod queue;
mod run_rows;
mod schema;
mod server;
mod session_rows;
mod study_rows;
