//! What looks odd in a whole series; it is reported and kept.

use std::fmt;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::returns::Returns;
use super::{jumps, prints, splits};
use crate::base::Timestamp;
use crate::domain::{Bar, CorporateAction};

/// What looks odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuspectKind {
    /// The close left its neighbors and came back within three bars.
    Spike,
    /// The close moved by more than a factor of e^0.5, stayed there, and no split explains it.
    Jump,
    /// The close moved by a factor near 100 or 1000, or by 10 and back.
    WrongScale,
    /// The price moved like a split of simple numbers, but there is no split.
    MissingSplit,
    /// The price did not move at a split.
    SplitWithoutJump,
    /// The price moved like the split, some days away from its date.
    MisdatedSplit,
    /// A split counts twice: in the prices or in the list.
    DoubleSplit,
    /// The price moved at none of several splits: the prices are adjusted already.
    AdjustedPrices,
    /// The price did not fall at a large dividend or spin-off.
    DividendWithoutDrop,
    /// After a long silence the price is elsewhere: the name may belong to somebody else now.
    TickerReuse,
    /// The high or the low is far from all closes around it.
    WildRange,
    /// The price did not change for longer than chance allows.
    Stale,
    /// Nothing was traded, though the series has volume otherwise.
    ZeroVolume,
    /// The volume moved by a factor near 100 or 1000 and stayed there.
    VolumeScale,
}

impl fmt::Display for SuspectKind {
    /// The name in files and documents.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Spike => "spike",
            Self::Jump => "jump",
            Self::WrongScale => "wrong_scale",
            Self::MissingSplit => "missing_split",
            Self::SplitWithoutJump => "split_without_jump",
            Self::MisdatedSplit => "misdated_split",
            Self::DoubleSplit => "double_split",
            Self::AdjustedPrices => "adjusted_prices",
            Self::DividendWithoutDrop => "dividend_without_drop",
            Self::TickerReuse => "ticker_reuse",
            Self::WildRange => "wild_range",
            Self::Stale => "stale",
            Self::ZeroVolume => "zero_volume",
            Self::VolumeScale => "volume_scale",
        })
    }
}

/// A bar that is kept though it looks odd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspect {
    /// When the bar began; of a run, the first one.
    pub time: Timestamp,
    /// When the last bar of a run began; absent for a single bar or a change that stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// What looks odd.
    pub kind: SuspectKind,
    /// What was found and what was expected.
    pub detail: String,
}

/// All that looks odd in bars sorted by time.
///
/// The answer depends on the bars and actions alone, not on how they arrived. The cost is linear
/// in the bars as long as few of them are odd.
pub(crate) fn find_suspects(
    bars: &[Bar],
    actions: &[CorporateAction],
    zone: &TimeZone,
) -> Vec<Suspect> {
    let mut returns = Returns::new(bars);
    let mut suspects = splits::check(&mut returns, actions, zone);
    suspects.extend(jumps::find(&returns));
    suspects.extend(prints::find(&returns));
    suspects.sort_by_key(|suspect| (suspect.time, suspect.kind));
    suspects
}
