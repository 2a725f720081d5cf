//! What a check has to say.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::base::Timestamp;
use crate::dataset::{Defect, SuspectKind};

/// The kind of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingCode {
    /// A file is missing, unreadable or not what its digest says.
    Damaged,
    /// A stored row is one that the row checks would have kept out.
    Defective(Defect),
    /// Sessions of the covered days have no bar.
    Gap,
    /// A delivered row stayed out.
    Quarantined,
    /// A later fetch saw other values.
    Changed,
    /// A fetch has not ended.
    Pending,
    /// A stored bar looks odd.
    Suspect(SuspectKind),
    /// The manifest lists other suspects than the bars give.
    StaleManifest,
    /// Two sources have other prices on one day.
    PriceDisagrees,
    /// The ratio of two sources steps and stays there.
    RatioSteps,
    /// Two sources differ by a constant factor.
    OtherLevel,
    /// The volumes of two sources are of another order.
    OtherVolume,
    /// Only one of two sources has a bar.
    OnlyOneSource,
    /// Two sources share no day.
    NotComparable,
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Damaged => "damaged",
            Self::Defective(_) => "defective_row",
            Self::Gap => "gap",
            Self::Quarantined => "quarantined",
            Self::Changed => "changed",
            Self::Pending => "pending",
            Self::Suspect(kind) => return fmt::Display::fmt(kind, f),
            Self::StaleManifest => "stale_manifest",
            Self::PriceDisagrees => "price_disagrees",
            Self::RatioSteps => "ratio_steps",
            Self::OtherLevel => "other_level",
            Self::OtherVolume => "other_volume",
            Self::OnlyOneSource => "only_one_source",
            Self::NotComparable => "not_comparable",
        })
    }
}

impl Serialize for FindingCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One thing that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// When the bar begins or would begin; absent for the series as a whole.
    pub time: Option<Timestamp>,
    /// When the last bar of a run begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Its kind.
    pub code: FindingCode,
    /// What was found and what was expected.
    pub text: String,
}

impl Finding {
    pub(super) fn whole(code: FindingCode, text: String) -> Self {
        Self { time: None, until: None, code, text }
    }

    pub(super) fn at(time: Timestamp, code: FindingCode, text: String) -> Self {
        Self { time: Some(time), until: None, code, text }
    }
}
