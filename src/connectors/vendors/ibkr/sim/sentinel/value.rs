//! What stands for "no number" on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is written in the place of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sentinel {
    /// 1.7976931348623157e308, what brokers write for most numbers that they do not have.
    LargestDouble,
    /// Infinity.
    Infinity,
    /// Infinity below 0.
    MinusInfinity,
    /// What is no number at all.
    NotANumber,
    /// 2147483647, what is written for whole numbers.
    #[serde(rename = "largest_i32")]
    LargestI32,
    /// 9223372036854775807, what is written for decimal numbers.
    #[serde(rename = "largest_i64")]
    LargestI64,
    /// A text without a letter; 0 in a number.
    Empty,
    /// The field is missing.
    Absent,
}

impl Sentinel {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::LargestDouble,
        Self::Infinity,
        Self::MinusInfinity,
        Self::NotANumber,
        Self::LargestI32,
        Self::LargestI64,
        Self::Empty,
        Self::Absent,
    ];

    /// As a fraction; none where the field is missing.
    pub(super) const fn fraction(self) -> Option<f64> {
        Some(match self {
            Self::LargestDouble => f64::MAX,
            Self::Infinity => f64::INFINITY,
            Self::MinusInfinity => f64::NEG_INFINITY,
            Self::NotANumber => f64::NAN,
            Self::LargestI32 => i32::MAX as f64,
            Self::LargestI64 => i64::MAX as f64,
            Self::Empty => 0.0,
            Self::Absent => return None,
        })
    }

    /// As a whole number: none within where the field is missing, none at all for what no whole
    /// number can be.
    #[expect(clippy::option_option, reason = "a missing number is one of the cases")]
    pub(super) const fn whole(self) -> Option<Option<i64>> {
        match self {
            Self::LargestI32 => Some(Some(i32::MAX as i64)),
            Self::LargestI64 => Some(Some(i64::MAX)),
            Self::Empty => Some(Some(0)),
            Self::Absent => Some(None),
            Self::LargestDouble | Self::Infinity | Self::MinusInfinity | Self::NotANumber => None,
        }
    }

    /// As a text; none where the field is missing.
    pub(super) const fn text(self) -> Option<&'static str> {
        Some(match self {
            Self::LargestDouble => "1.7976931348623157E308",
            Self::Infinity => "Infinity",
            Self::MinusInfinity => "-Infinity",
            Self::NotANumber => "NaN",
            Self::LargestI32 => "2147483647",
            Self::LargestI64 => "9223372036854775807",
            Self::Empty => "",
            Self::Absent => return None,
        })
    }
}
