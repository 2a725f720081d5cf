//! Layers: defaults < `configs/base.yaml` < `configs/<env>.yaml` < agent files < `RELEAT_…`
//! variables < `--set` < `--seed`; each value remembers where it came from.

mod assign;
mod collect;
mod load;
mod merge;
mod origins;
mod read;
mod request;
mod sides;

pub use load::{Loaded, effective_yaml, from_bundle_yaml, load, load_place};
pub(in crate::config) use merge::CHOICES;
pub use origins::{OriginRow, Origins};
pub(in crate::config) use read::{Content, read};
pub use request::{AgentFile, LoadRequest};
