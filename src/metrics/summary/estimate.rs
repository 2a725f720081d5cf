//! The shape of a summary: names in order, each with a value and an interval.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A metric with its interval; `None` where it is undefined. docs/METRICS.md says when that is.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Estimate {
    /// The figure on the returns as they were.
    pub value: Option<f64>,
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end of the interval.
    pub high: Option<f64>,
}

impl Estimate {
    /// A figure without an interval; a value that is not finite counts as undefined.
    #[must_use]
    pub fn exact(value: Option<f64>) -> Self {
        Self { value: value.filter(|v| v.is_finite()), low: None, high: None }
    }
}

/// Metrics by name in the order of the catalog; JSON shows them as one object.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    entries: Vec<(String, Estimate)>,
}

impl Summary {
    /// Appends a metric, or replaces the one of that name.
    pub fn set(&mut self, name: &str, estimate: Estimate) {
        match self.entries.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = estimate,
            None => self.entries.push((name.to_owned(), estimate)),
        }
    }

    /// The metric of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Estimate> {
        self.entries.iter().find(|(known, _)| known == name).map(|(_, estimate)| estimate)
    }

    /// The value of that metric, if the name is known and the value defined.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<f64> {
        self.get(name)?.value
    }

    /// All metrics in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Estimate)> {
        self.entries.iter().map(|(name, estimate)| (name.as_str(), estimate))
    }
}

impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.entries.len()))?;
        for (name, estimate) in &self.entries {
            map.serialize_entry(name, estimate)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Summary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SummaryVisitor)
    }
}

struct SummaryVisitor;

impl<'de> Visitor<'de> for SummaryVisitor {
    type Value = Summary;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from metric names to {value, low, high}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Summary, A::Error> {
        let mut summary = Summary::default();
        while let Some((name, estimate)) = map.next_entry::<String, Estimate>()? {
            summary.set(&name, estimate);
        }
        Ok(summary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_the_order_and_has_no_nan() {
        let mut summary = Summary::default();
        summary.set("sharpe", Estimate { value: Some(1.5), low: Some(0.5), high: Some(2.5) });
        summary.set("alpha", Estimate::exact(Some(f64::NAN)));
        let text = serde_json::to_string(&summary).unwrap();
        assert_eq!(
            text,
            r#"{"sharpe":{"value":1.5,"low":0.5,"high":2.5},"alpha":{"value":null,"low":null,"high":null}}"#
        );
        assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), summary);
        assert_eq!((summary.value("sharpe"), summary.value("alpha")), (Some(1.5), None));
    }
}
