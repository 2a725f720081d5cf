//! Value at risk and expected shortfall, three ways.

use crate::base::SeedStream;
use crate::config::VarMethod;
use crate::metrics::normal_quantile;

/// Draws of the Monte-Carlo method.
const DRAWS: usize = 10_000;
/// Their seed: the same book has the same risk on every machine.
const SEED: u64 = 1;
/// So many of the worst days are kept in order while all days are looked at once.
const FEW: usize = 2;

/// Losses as fractions of equity; negative for a gain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::risk) struct Tail {
    /// The loss that is not exceeded on a day, with the confidence.
    pub(in crate::risk) var_frac: f64,
    /// The mean loss of the worse days.
    pub(in crate::risk) cvar_frac: f64,
}

/// A method with its confidence.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Estimator {
    confidence: f64,
    /// The tail of the standard normal distribution, exact or drawn; `None` for the historical method.
    normal: Option<Tail>,
}

impl Estimator {
    pub(super) fn new(method: VarMethod, confidence: f64) -> Self {
        let normal = match method {
            VarMethod::Historical => None,
            VarMethod::Parametric => Some(normal_tail(confidence)),
            VarMethod::MonteCarlo => Some(drawn_tail(confidence)),
        };
        Self { confidence, normal }
    }

    /// On average one of so many days is worse than the value at risk.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at least 2")]
    pub(super) fn days_per_breach(&self) -> usize {
        (1.0 / (1.0 - self.confidence) - 1e-6).ceil().max(2.0) as usize
    }

    /// The tail of a book with these daily returns, which come back in another order.
    ///
    /// A book's return is a weighted sum; where those of its symbols are jointly normal it is normal as well, with the
    /// mean and the deviation of the book's own past returns. So one draw stands for a draw of every symbol.
    pub(super) fn tail(&self, returns: &mut [f64]) -> Tail {
        let Some(normal) = self.normal else { return empirical(returns, self.confidence) };
        let count = returns.len() as f64;
        let mean = returns.iter().sum::<f64>() / count;
        let squares: f64 = returns.iter().map(|change| (change - mean).powi(2)).sum();
        let deviation = (squares / (count - 1.0)).sqrt();
        Tail {
            var_frac: deviation * normal.var_frac - mean,
            cvar_frac: deviation * normal.cvar_frac - mean,
        }
    }
}

/// The tail of a sample of returns.
///
/// The value at risk is the smallest loss that at least the share `confidence` of the days does not exceed; the
/// expected shortfall is the mean over the worst share `1 − confidence`, the day at the edge counted in part.
///
/// # Source
/// Acerbi and Tasche, "On the coherence of expected shortfall", 2002, definitions 2.1 and 2.6 with proposition 4.1.
fn empirical(returns: &mut [f64], confidence: f64) -> Tail {
    let count = returns.len() as f64;
    // Rounding of `count · (1 − confidence)` must not move the edge by a day.
    let worst = count * (1.0 - confidence);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below the count")]
    let whole = ((worst + 1e-9).floor() as usize).min(returns.len().saturating_sub(1));
    let (below, edge) = worst_of(returns, whole);
    let partial = (worst - whole as f64).max(0.0);
    let sum: f64 = below + partial * edge;
    Tail { var_frac: -edge, cvar_frac: -sum / (whole as f64 + partial) }
}

/// The sum of the `count` lowest values and the next one; there are more values than that.
///
/// The few worst of a year at 99 % are found in one pass. Two numbers have one sum whichever comes first, so that both
/// ways give the same bits.
fn worst_of(values: &mut [f64], count: usize) -> (f64, f64) {
    if count > FEW {
        let (below, edge, _) = values.select_nth_unstable_by(count, f64::total_cmp);
        return (below.iter().sum(), *edge);
    }
    let mut lowest = [f64::INFINITY; FEW + 1];
    for &value in &*values {
        let mut place = count;
        if value.total_cmp(&lowest[place]).is_ge() {
            continue;
        }
        while place > 0 && value.total_cmp(&lowest[place - 1]).is_lt() {
            lowest[place] = lowest[place - 1];
            place -= 1;
        }
        lowest[place] = value;
    }
    (lowest[..count].iter().sum(), lowest[count])
}

fn normal_tail(confidence: f64) -> Tail {
    let z = normal_quantile(confidence).unwrap_or(f64::INFINITY);
    let density = (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
    Tail { var_frac: z, cvar_frac: density / (1.0 - confidence) }
}

fn drawn_tail(confidence: f64) -> Tail {
    let mut rng = SeedStream::new(SEED).child("risk").child("tail").rng();
    let mut draws: Vec<f64> = (0..DRAWS).map(|_| rng.normal()).collect();
    empirical(&mut draws, confidence)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
