//! Rows of text, against recorded sessions and against samples.

mod recorded;
mod recorded_proto;
mod requests;
mod rows;
mod samples;
