//! How much of a symbol usually trades at a time of day.

use std::collections::{BTreeMap, VecDeque};

use crate::base::Timestamp;

const DAY_S: i64 = 86_400;

/// Volumes of the last bars that ended at each time of day, UTC.
#[derive(Debug, Clone, Default)]
pub(super) struct Profile {
    /// By second of the day.
    bars: BTreeMap<i64, VecDeque<f64>>,
}

impl Profile {
    /// Takes the volume of a bar that ended at `end`; keeps the last `window` of that time of day.
    pub(super) fn push(&mut self, end: Timestamp, volume: f64, window: usize) {
        if !(volume >= 0.0 && volume.is_finite()) {
            return;
        }
        let volumes = self.bars.entry(second_of_day(end)).or_default();
        volumes.push_back(volume);
        while volumes.len() > window {
            volumes.pop_front();
        }
    }

    /// Volume that usually trades between two times; absent without bars of two times of day.
    ///
    /// A bar trades evenly and is as long as the shortest step between two times of day.
    pub(super) fn usual(&self, from: Timestamp, to: Timestamp) -> Option<f64> {
        let ends: Vec<i64> = self.bars.keys().copied().collect();
        let length = ends.windows(2).map(|pair| pair[1] - pair[0]).min()?;
        let begin = second_of_day(from) as f64;
        let end = begin + (to.nanos() - from.nanos()) as f64 / 1e9;
        let in_bar = |(&bar_end, volumes): (&i64, &VecDeque<f64>)| {
            let mean = volumes.iter().sum::<f64>() / volumes.len() as f64;
            // The span may go over midnight.
            let overlap: f64 = [0, DAY_S]
                .iter()
                .map(|shift| {
                    let bar_end = (bar_end + shift) as f64;
                    (end.min(bar_end) - begin.max(bar_end - length as f64)).max(0.0)
                })
                .sum();
            mean * overlap / length as f64
        };
        Some(self.bars.iter().map(in_bar).sum())
    }
}

fn second_of_day(time: Timestamp) -> i64 {
    time.nanos().div_euclid(1_000_000_000).rem_euclid(DAY_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_seconds(minute * 60)
    }

    #[test]
    fn bars_are_cut_at_the_ends_and_averaged_over_days() {
        let mut profile = Profile::default();
        assert_eq!(profile.usual(at(0), at(10)), None);
        profile.push(at(5), 100.0, 2);
        assert_eq!(profile.usual(at(0), at(10)), None);
        profile.push(at(10), 300.0, 2);
        assert_eq!(profile.usual(at(0), at(5)), Some(100.0));
        assert_eq!(profile.usual(at(4), at(6)), Some(20.0 + 60.0));
        let next_day = 1440;
        profile.push(at(next_day + 5), 200.0, 2);
        profile.push(at(2 * next_day + 5), 400.0, 2);
        assert_eq!(profile.usual(at(0), at(5)), Some(300.0));
        profile.push(at(11), f64::NAN, 2);
        assert_eq!(profile.usual(at(7 * next_day), at(7 * next_day + 5)), Some(300.0));
    }
}
