//! Numbers on the scale on which they are alike.

use serde_json::{Number, Value};

use crate::base::Rng;
use crate::config::{RangeKind, Scale};

/// Values of a range in a grid where nothing is said.
const DEFAULT_STEPS: usize = 5;

/// A range and the scale on which its values are alike.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tuner) struct Range {
    kind: RangeKind,
    steps: usize,
}

impl Range {
    /// A range with this many values in a grid.
    pub(super) fn new(kind: RangeKind, steps: Option<usize>) -> Self {
        Self { kind, steps: steps.unwrap_or(DEFAULT_STEPS).max(2) }
    }

    /// The values of a choice.
    pub(in crate::tuner) fn choices(&self) -> Option<&[Value]> {
        match &self.kind {
            RangeKind::Choice(values) => Some(values),
            _ => None,
        }
    }

    /// The ends on the scale; a whole number owns half a unit on each side. `None` for a choice.
    pub(in crate::tuner) fn ends(&self) -> Option<(f64, f64)> {
        let (low, high, scale) = match self.kind {
            RangeKind::Real { low, high, scale } => (low, high, scale),
            RangeKind::Whole { low, high, scale } => (low as f64 - 0.5, high as f64 + 0.5, scale),
            RangeKind::Choice(_) => return None,
        };
        Some((onto(scale, low), onto(scale, high)))
    }

    /// Where a value of the range lies on the scale: a number there, or the position of a choice.
    pub(in crate::tuner) fn place(&self, value: &Value) -> Option<f64> {
        match &self.kind {
            RangeKind::Real { low, high, scale } => {
                let number = value.as_f64().filter(|number| (*low..=*high).contains(number))?;
                Some(onto(*scale, number))
            }
            RangeKind::Whole { low, high, scale } => {
                let number = value.as_i64().filter(|number| (*low..=*high).contains(number))?;
                Some(onto(*scale, number as f64))
            }
            RangeKind::Choice(values) => {
                values.iter().position(|known| known == value).map(|index| index as f64)
            }
        }
    }

    /// The value at a place on the scale, or the nearest one.
    pub(in crate::tuner) fn value(&self, place: f64) -> Value {
        match &self.kind {
            RangeKind::Real { low, high, scale } => real(off(*scale, place).clamp(*low, *high)),
            RangeKind::Whole { low, high, scale } => {
                let number = off(*scale, place).round() as i64;
                Value::from(number.clamp(*low, *high))
            }
            RangeKind::Choice(values) => {
                let last = values.len().saturating_sub(1);
                values.get((place.max(0.0) as usize).min(last)).cloned().unwrap_or_default()
            }
        }
    }

    /// The share of the scale that a whole number owns.
    pub(in crate::tuner) fn own_share(&self, value: &Value) -> Option<(f64, f64)> {
        let RangeKind::Whole { scale, .. } = self.kind else { return None };
        let number = value.as_f64()?;
        Some((onto(scale, number - 0.5), onto(scale, number + 0.5)))
    }

    /// A value from the whole range.
    pub(in crate::tuner) fn draw(&self, rng: &mut Rng) -> Value {
        match self.ends() {
            Some((low, high)) => self.value(low + (high - low) * rng.uniform()),
            None => self.value(rng.below(self.choices().map_or(1, <[_]>::len)) as f64),
        }
    }

    /// The values of a grid: every choice, else evenly spaced ones on the scale with both ends.
    pub(in crate::tuner) fn grid(&self) -> Vec<Value> {
        let (low, high) = match &self.kind {
            RangeKind::Choice(values) => return values.clone(),
            RangeKind::Whole { low, high, .. } if high - low < self.steps as i64 => {
                return (*low..=*high).map(Value::from).collect();
            }
            RangeKind::Whole { low, high, scale } => {
                (onto(*scale, *low as f64), onto(*scale, *high as f64))
            }
            RangeKind::Real { low, high, scale } => (onto(*scale, *low), onto(*scale, *high)),
        };
        let last = self.steps - 1;
        let at = |step: usize| match (step, &self.kind) {
            // There and back on the scale may miss the end.
            (0, RangeKind::Real { low, .. }) => real(*low),
            (step, RangeKind::Real { high, .. }) if step == last => real(*high),
            _ => self.value(low + (high - low) * (step as f64 / last as f64)),
        };
        let mut values: Vec<Value> = (0..self.steps).map(at).collect();
        values.dedup();
        values
    }

    /// A value near another: a number multiplied by `factor`, the choice before or after.
    pub(in crate::tuner) fn near(&self, value: &Value, factor: f64) -> Value {
        let forward = factor > 1.0;
        match &self.kind {
            RangeKind::Real { low, high, .. } => {
                let number = value.as_f64().unwrap_or(*low);
                real((number * factor).clamp(*low, *high))
            }
            RangeKind::Whole { low, high, .. } => {
                let number = value.as_i64().unwrap_or(*low);
                let moved = (number as f64 * factor).round() as i64;
                // Small numbers must move too.
                let moved = match moved == number {
                    true if forward => number + 1,
                    true => number - 1,
                    false => moved,
                };
                Value::from(moved.clamp(*low, *high))
            }
            RangeKind::Choice(values) => {
                let last = values.len().saturating_sub(1);
                let at = values.iter().position(|known| known == value).unwrap_or_default();
                let moved = if forward { (at + 1).min(last) } else { at.saturating_sub(1) };
                values.get(moved).cloned().unwrap_or_default()
            }
        }
    }
}

fn real(number: f64) -> Value {
    // Ends are finite and so is what lies between.
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

fn onto(scale: Scale, number: f64) -> f64 {
    match scale {
        Scale::Linear => number,
        Scale::Log => number.ln(),
    }
}

fn off(scale: Scale, place: f64) -> f64 {
    match scale {
        Scale::Linear => place,
        Scale::Log => place.exp(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SearchRange;
    use serde_json::json;

    fn range(json: Value) -> Range {
        let range: SearchRange = serde_json::from_value(json).unwrap();
        Range::new(range.kind().unwrap(), range.steps)
    }

    #[test]
    fn grids_by_hand() {
        for (given, expected) in [
            (json!({"uniform": [0, 1]}), json!([0.0, 0.25, 0.5, 0.75, 1.0])),
            (json!({"uniform": [0, 1], "steps": 2}), json!([0.0, 1.0])),
            (json!({"integer": [1, 3]}), json!([1, 2, 3])),
            (json!({"integer": [0, 100], "steps": 3}), json!([0, 50, 100])),
            (json!({"log_integer": [1, 100], "steps": 3}), json!([1, 10, 100])),
            (json!({"choice": ["a", null, [1]]}), json!(["a", null, [1]])),
        ] {
            assert_eq!(Value::from(range(given.clone()).grid()), expected, "{given}");
        }
        let log = range(json!({"log_uniform": [1e-4, 1e-2], "steps": 3})).grid();
        let middle = log[1].as_f64().unwrap();
        assert!((middle - 1e-3).abs() < 1e-9, "{middle}");
        assert_eq!((&log[0], &log[2]), (&json!(1e-4), &json!(1e-2)));
    }

    #[test]
    fn neighbors_by_hand() {
        let real = range(json!({"uniform": [0, 10]}));
        assert_eq!(real.near(&json!(4.0), 1.25), json!(5.0));
        assert_eq!(real.near(&json!(9.0), 1.25), json!(10.0));
        let whole = range(json!({"integer": [1, 8]}));
        assert_eq!(whole.near(&json!(2), 1.25), json!(3));
        assert_eq!(whole.near(&json!(1), 0.8), json!(1));
        assert_eq!(whole.near(&json!(2), 0.8), json!(1));
        let choice = range(json!({"choice": ["a", "b"]}));
        assert_eq!(choice.near(&json!("a"), 1.25), json!("b"));
        assert_eq!(choice.near(&json!("a"), 0.8), json!("a"));
    }
}
