//! How values are chosen.

mod choose;
mod grid;
mod normal;
mod parzen;
mod perturb;
mod tpe;

pub(super) use choose::{Chooser, Seen, Standing};
pub(super) use perturb::perturb;
