//! Sessions on streams that the tests write.

mod rows;
mod session;
mod stage;
