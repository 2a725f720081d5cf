//! `releat doctor`: whether a broker can be traded at, before anything is.

mod card;
mod command;

pub use command::{DoctorOptions, doctor};
