//! The minimum of a function of one variable.

const GOLDEN: f64 = 0.381_966_011_250_105_1;
const STEPS_MAX: usize = 200;

/// The argument in `low..high` at which `function` has a local minimum, by Brent's method: a parabola
/// through the best three points where it helps, a golden section where it does not. Values that are
/// not finite count as very high.
///
/// # Source
/// Brent, "Algorithms for Minimization without Derivatives", 1973, chapter 5.
pub(super) fn minimize(low: f64, high: f64, function: impl Fn(f64) -> f64) -> f64 {
    let value = |x: f64| {
        let y = function(x);
        if y.is_finite() { y } else { f64::MAX }
    };
    let mut search = Search::new(low, high, value);
    for _ in 0..STEPS_MAX {
        let Some(x) = search.next_point() else { break };
        search.take(x, value(x));
    }
    search.best.0
}

/// The bracket and the best three points, each with its value.
struct Search {
    low: f64,
    high: f64,
    best: (f64, f64),
    second: (f64, f64),
    third: (f64, f64),
    step: f64,
    step_before: f64,
}

impl Search {
    fn new(low: f64, high: f64, value: impl Fn(f64) -> f64) -> Self {
        let x = low + GOLDEN * (high - low);
        let start = (x, value(x));
        let (best, second, third) = (start, start, start);
        Self { low, high, best, second, third, step: 0.0, step_before: 0.0 }
    }

    fn tolerance(&self) -> f64 {
        1e-9 * self.best.0.abs() + 1e-10
    }

    /// Where to look next; `None` once the bracket has closed.
    fn next_point(&mut self) -> Option<f64> {
        let middle = f64::midpoint(self.low, self.high);
        let tolerance = self.tolerance();
        if (self.best.0 - middle).abs() <= 2.0 * tolerance - (self.high - self.low) / 2.0 {
            return None;
        }
        let towards_middle = if self.best.0 < middle { tolerance } else { -tolerance };
        match self.parabola() {
            Some(step) => {
                let x = self.best.0 + step;
                let at_edge = x - self.low < 2.0 * tolerance || self.high - x < 2.0 * tolerance;
                (self.step_before, self.step) =
                    (self.step, if at_edge { towards_middle } else { step });
            }
            None => {
                let edge = if self.best.0 < middle { self.high } else { self.low };
                self.step_before = edge - self.best.0;
                self.step = GOLDEN * self.step_before;
            }
        }
        let least = tolerance.copysign(self.step);
        Some(self.best.0 + if self.step.abs() < tolerance { least } else { self.step })
    }

    /// The step to the vertex of the parabola, if it lies inside and is shrinking.
    fn parabola(&self) -> Option<f64> {
        if self.step_before.abs() <= self.tolerance() {
            return None;
        }
        let (x, y) = self.best;
        let r = (x - self.second.0) * (y - self.third.1);
        let q = (x - self.third.0) * (y - self.second.1);
        let top = (x - self.third.0) * q - (x - self.second.0) * r;
        let bottom = 2.0 * (r - q);
        let step = top / bottom;
        let is_inside = self.low < x + step && x + step < self.high;
        (step.is_finite() && is_inside && step.abs() < self.step_before.abs() / 2.0).then_some(step)
    }

    fn take(&mut self, x: f64, y: f64) {
        if y <= self.best.1 {
            *(if x < self.best.0 { &mut self.high } else { &mut self.low }) = self.best.0;
            (self.third, self.second, self.best) = (self.second, self.best, (x, y));
            return;
        }
        *(if x < self.best.0 { &mut self.low } else { &mut self.high }) = x;
        let same = |a: f64, b: f64| a.to_bits() == b.to_bits();
        if y <= self.second.1 || same(self.second.0, self.best.0) {
            (self.third, self.second) = (self.second, (x, y));
        } else if y <= self.third.1
            || same(self.third.0, self.best.0)
            || same(self.third.0, self.second.0)
        {
            self.third = (x, y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minima_are_found() {
        let check = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-6, "{found}");
        check(minimize(-5.0, 5.0, |x| (x - 1.234).powi(2)), 1.234);
        check(minimize(-5.0, 5.0, |x| (x + 4.5).abs()), -4.5);
        check(minimize(0.0, 5.0, |x| x - x.ln()), 1.0);
        check(minimize(-5.0, 5.0, |x| x), -5.0);
        check(minimize(-5.0, 5.0, |x| if x > 0.0 { f64::NAN } else { (x + 1.0).powi(2) }), -1.0);
    }
}
