//! A time of day that comes every day.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A time of day such as `23:45`, and perhaps where it holds: `23:45 Europe/Berlin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^[0-2][0-9]:[0-5][0-9]( [A-Za-z0-9_+/-]+)?$"))]
pub struct DailyTime {
    hour: u8,
    minute: u8,
    zone: Option<String>,
}

/// A text is no time of day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DailyTimeError {
    /// It is no hour and minute.
    #[error("a time of day must be like `23:45` or `23:45 Europe/Berlin`, was `{found}`")]
    Form {
        /// What was found.
        found: String,
    },
    /// Nobody knows the zone.
    #[error("`{zone}` is no time zone; one is like `America/New_York` or `UTC`")]
    Zone {
        /// What was found.
        zone: String,
    },
}

impl DailyTime {
    /// Seconds after midnight.
    #[must_use]
    pub fn seconds(&self) -> i32 {
        i32::from(self.hour) * 3600 + i32::from(self.minute) * 60
    }

    /// Where it holds, if it says so.
    #[must_use]
    pub fn zone(&self) -> Option<TimeZone> {
        self.zone.as_deref().and_then(|zone| TimeZone::get(zone).ok())
    }
}

impl FromStr for DailyTime {
    type Err = DailyTimeError;

    fn from_str(text: &str) -> Result<Self, DailyTimeError> {
        let (clock, zone) = text.split_once(' ').map_or((text, None), |(c, z)| (c, Some(z)));
        let part = |text: &str| {
            let is_two = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<u8>().ok().filter(|_| is_two)
        };
        let parts = clock.split_once(':').map(|(hour, minute)| (part(hour), part(minute)));
        let Some((Some(hour @ 0..24), Some(minute @ 0..60))) = parts else {
            return Err(DailyTimeError::Form { found: text.to_owned() });
        };
        if let Some(zone) = zone.filter(|zone| TimeZone::get(zone).is_err()) {
            return Err(DailyTimeError::Zone { zone: zone.to_owned() });
        }
        Ok(Self { hour, minute, zone: zone.map(str::to_owned) })
    }
}

impl TryFrom<String> for DailyTime {
    type Error = DailyTimeError;

    fn try_from(text: String) -> Result<Self, DailyTimeError> {
        text.parse()
    }
}

impl From<DailyTime> for String {
    fn from(time: DailyTime) -> Self {
        time.to_string()
    }
}

impl fmt::Display for DailyTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)?;
        self.zone.as_ref().map_or(Ok(()), |zone| write!(f, " {zone}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_written_the_same() {
        for (text, seconds) in [("23:45", 85_500), ("00:00", 0), ("01:30 Europe/Berlin", 5_400)] {
            let time: DailyTime = text.parse().unwrap();
            assert_eq!((time.seconds(), time.to_string()), (seconds, text.to_owned()));
            let json = serde_json::to_string(&time).unwrap();
            assert_eq!(serde_json::from_str::<DailyTime>(&json).unwrap(), time);
        }
        assert!("23:45 UTC".parse::<DailyTime>().unwrap().zone().is_some());
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "24:00", "9:30", "23:60", "23-45", "+1:00", "23:45:00", "noon"] {
            let error = text.parse::<DailyTime>().unwrap_err().to_string();
            assert!(error.contains("must be like `23:45`"), "{error}");
        }
        let error = "23:45 Mars/North".parse::<DailyTime>().unwrap_err().to_string();
        assert_eq!(error, "`Mars/North` is no time zone; one is like `America/New_York` or `UTC`");
    }
}
