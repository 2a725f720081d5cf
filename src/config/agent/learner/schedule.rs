//! A number that may change over a run.

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

/// A constant, or a path from one value to another over the whole run.
///
/// In YAML: `3e-4`, `{linear: {from: 3e-4, to: 0}}` or `{cosine: {from: 3e-4, to: 0}}`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Schedule {
    /// Always the same.
    Constant(f64),
    /// Straight from `from` to `to`.
    Linear {
        /// Value at the start.
        from: f64,
        /// Value at the end.
        to: f64,
    },
    /// Half a cosine from `from` to `to`.
    Cosine {
        /// Value at the start.
        from: f64,
        /// Value at the end.
        to: f64,
    },
}

impl Schedule {
    /// The value at `progress` through the run, 0 to 1.
    #[must_use]
    pub fn at(self, progress: f64) -> f64 {
        let progress = progress.clamp(0.0, 1.0);
        match self {
            Self::Constant(value) => value,
            Self::Linear { from, to } => from + (to - from) * progress,
            Self::Cosine { from, to } => {
                to + (from - to) * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
            }
        }
    }

    /// Both ends, for range checks.
    #[must_use]
    pub const fn ends(self) -> (f64, f64) {
        match self {
            Self::Constant(value) => (value, value),
            Self::Linear { from, to } | Self::Cosine { from, to } => (from, to),
        }
    }
}

#[derive(Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Ends {
    /// Value at the start of the run.
    from: f64,
    /// Value at its end.
    to: f64,
}

#[derive(Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Path {
    Linear(Ends),
    Cosine(Ends),
}

impl Serialize for Schedule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Constant(value) => serializer.serialize_f64(value),
            Self::Linear { from, to } => Path::Linear(Ends { from, to }).serialize(serializer),
            Self::Cosine { from, to } => Path::Cosine(Ends { from, to }).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Schedule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScheduleVisitor)
    }
}

struct ScheduleVisitor;

impl<'de> Visitor<'de> for ScheduleVisitor {
    type Value = Schedule;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a number, `linear: {from, to}` or `cosine: {from, to}`")
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Schedule, E> {
        Ok(Schedule::Constant(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Schedule, E> {
        Ok(Schedule::Constant(value as f64))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Schedule, E> {
        Ok(Schedule::Constant(value as f64))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Schedule, A::Error> {
        Ok(match Path::deserialize(MapAccessDeserializer::new(map))? {
            Path::Linear(Ends { from, to }) => Schedule::Linear { from, to },
            Path::Cosine(Ends { from, to }) => Schedule::Cosine { from, to },
        })
    }
}

impl schemars::JsonSchema for Schedule {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Schedule".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let path = generator.subschema_for::<Path>();
        schemars::json_schema!({
            "description": "a constant, or a path over the whole run",
            "anyOf": [{ "type": "number" }, path]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(yaml: &str, progress: f64, expected: f64) {
        let schedule: Schedule = serde_yaml::from_str(yaml).unwrap();
        assert!((schedule.at(progress) - expected).abs() < 1e-12, "{yaml} at {progress}");
    }

    #[test]
    fn schedules_by_hand() {
        check("0.5", 0.3, 0.5);
        check("2", 1.0, 2.0);
        check("{linear: {from: 1, to: 0}}", 0.25, 0.75);
        check("{cosine: {from: 1, to: 0}}", 0.5, 0.5);
        check("{cosine: {from: 1, to: 0}}", 1.0, 0.0);
        assert!(serde_yaml::from_str::<Schedule>("{sine: {from: 1, to: 0}}").is_err());
    }
}
