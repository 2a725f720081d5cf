//! What was experienced, on the device, the oldest written over by the newest.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::n_step::Followed;
use super::sum_tree::SumTree;
use crate::base::Rng;
use crate::config::{Prioritized, Window};
use crate::learners::EnvironmentShape;

/// Added to an error before it becomes a priority, so that nothing is never replayed.
///
/// # Source
/// Schaul et al., "Prioritized Experience Replay", 2016, section 3.3.
const LEAST_ERROR: f64 = 1e-6;
/// Columns of a step beside its observation: action, reward, terminated, ended.
const FACTS: usize = 4;

/// One step of all environments.
#[derive(Debug, Clone)]
pub(super) struct Experience {
    /// `[N, O]`, what the policy saw.
    pub(super) obs: Tensor<2>,
    /// `[N]`
    pub(super) actions: Tensor<1, Int>,
    /// `[N]`
    pub(super) reward: Tensor<1>,
    /// `[N]`
    pub(super) terminated: Tensor<1>,
    /// `[N]`, 1 where the episode ended for either reason.
    pub(super) ended: Tensor<1>,
    /// `[N, O]`, what followed, before any reset.
    pub(super) next_obs: Tensor<2>,
    /// `[N, K]`, what was legal there.
    pub(super) next_legal: Tensor<2>,
}

/// A ring of steps, cut into sequences that follow each other without overlap.
///
/// Sequence s of an environment holds its steps `s·L..(s+1)·L`. A sample of it begins as many steps
/// earlier as burn-in takes and ends where the last reward of its last target is known. The state of
/// the network is kept where samples begin.
#[derive(Debug, Clone)]
pub(super) struct Replay {
    /// `[C·N, O + FACTS]`, C steps of N environments.
    steps: Tensor<2>,
    /// `[C·N, O + K]`, observation and legal actions after each step.
    afters: Tensor<2>,
    /// `[C/L·N, S]`, the state before the first step of each sample.
    states: Tensor<2>,
    shape: EnvironmentShape,
    window: Window,
    /// C, a multiple of L.
    capacity: usize,
    /// Steps ever pushed.
    pushed: usize,
    priorities: Option<Priorities>,
}

#[derive(Debug, Clone)]
struct Priorities {
    alpha: f64,
    /// One weight for each sequence of each environment; 0 where no whole sample is kept.
    tree: SumTree,
    largest: f64,
}

/// Samples that were drawn.
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    /// Slot · N + environment of each.
    places: Vec<usize>,
    /// `[B]`, what each counts in the loss.
    pub(super) weights: Tensor<1>,
}

/// Samples of W steps each, `[W, B]` where nothing else is said.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    /// `[W, B, O]`
    pub(super) obs: Tensor<3>,
    pub(super) actions: Tensor<2, Int>,
    pub(super) followed: Followed,
    /// `[B, S]`, the state before the first step.
    pub(super) state: Tensor<2>,
    /// `[W·B]`, where in the ring the steps lie.
    rows: Tensor<1, Int>,
}

impl Batch {
    /// `[W, B]`, 1 where a step is the first of its episode. The state before the first step is
    /// zeros already if an episode starts there.
    pub(super) fn episode_starts(&self) -> Tensor<2> {
        let [window, batch] = self.followed.ended.dims();
        let first = Tensor::zeros([1, batch], &self.followed.ended.device());
        if window == 1 {
            return first;
        }
        Tensor::cat(vec![first, self.followed.ended.clone().narrow(0, 0, window - 1)], 0)
    }
}

impl Replay {
    /// An empty ring on the device for `transitions` in all, in whole sequences.
    pub(super) fn new(
        shape: EnvironmentShape,
        state_width: usize,
        window: Window,
        transitions: usize,
        device: &Device,
    ) -> Self {
        let EnvironmentShape { num_envs, num_observations, num_actions } = shape;
        let slots = (transitions / num_envs).max(window.least_steps()) / window.length;
        let capacity = slots * window.length;
        let rows = capacity * num_envs;
        Self {
            steps: Tensor::zeros([rows, num_observations + FACTS], device),
            afters: Tensor::zeros([rows, num_observations + num_actions], device),
            states: Tensor::zeros([slots * num_envs, state_width], device),
            shape,
            window,
            capacity,
            pushed: 0,
            priorities: None,
        }
    }

    /// The same ring, replayed in proportion to errors.
    pub(super) fn prioritized(mut self, settings: Prioritized) -> Self {
        let tree = SumTree::new(self.slots() * self.shape.num_envs);
        self.priorities = Some(Priorities { alpha: settings.alpha, tree, largest: 1.0 });
        self
    }

    fn slots(&self) -> usize {
        self.capacity / self.window.length
    }

    /// Steps ever pushed.
    pub(super) const fn pushed(&self) -> usize {
        self.pushed
    }

    /// Transitions kept.
    pub(super) fn num_transitions(&self) -> usize {
        self.pushed.min(self.capacity) * self.shape.num_envs
    }

    /// Adds a step; `state: [N, S]` is that of the network before it.
    pub(super) fn push(&mut self, state: &Tensor<2>, experience: Experience) {
        let EnvironmentShape { num_envs, .. } = self.shape;
        let Window { burn_in, length, n_step } = self.window;
        if (self.pushed + burn_in).is_multiple_of(length) {
            let first = (self.pushed + burn_in) / length % self.slots() * num_envs;
            write_rows(&mut self.states, first, state.clone());
            // The sample that began here has lost its first step.
            if let Some(priorities) = &mut self.priorities {
                priorities.tree.set(first, std::iter::repeat_n(0.0, num_envs));
            }
        }
        let column = |values: Tensor<1>| values.reshape([num_envs, 1]);
        let facts = vec![
            experience.obs,
            column(experience.actions.float()),
            column(experience.reward),
            column(experience.terminated),
            column(experience.ended),
        ];
        let first = self.pushed % self.capacity * num_envs;
        write_rows(&mut self.steps, first, Tensor::cat(facts, 1));
        let after = Tensor::cat(vec![experience.next_obs, experience.next_legal], 1);
        write_rows(&mut self.afters, first, after);
        self.pushed += 1;

        let completes =
            self.pushed + 1 >= n_step + length && (self.pushed + 1 - n_step).is_multiple_of(length);
        let whole = self.whole_slots();
        if let Some(priorities) = &mut self.priorities {
            let slot = ((self.pushed + 1).saturating_sub(n_step) / length).wrapping_sub(1);
            if completes && whole.contains(&slot) {
                let first = slot % (self.capacity / length) * num_envs;
                priorities.tree.set(first, std::iter::repeat_n(priorities.largest, num_envs));
            }
        }
    }

    /// Sequences of which a whole sample is kept, counted from the first ever.
    fn whole_slots(&self) -> std::ops::Range<usize> {
        let Window { burn_in, length, n_step } = self.window;
        if self.pushed == 0 {
            return 0..0;
        }
        let begun = (self.pushed - 1 + burn_in) / length + 1;
        let first = burn_in.div_ceil(length).max(begun.saturating_sub(self.slots()));
        let end = (self.pushed + 1).saturating_sub(n_step) / length;
        first..end.max(first)
    }

    /// Whether there is something to draw.
    pub(super) fn is_ready(&self) -> bool {
        !self.whole_slots().is_empty()
    }

    /// Draws `count` samples: all alike, or in proportion to their priority, one from each of as many
    /// equal parts of the sum. `beta` says how far the weights correct for that.
    ///
    /// ```text
    /// wᵢ = (M · P(i))^−β / max of all wⱼ
    /// ```
    ///
    /// # Source
    /// Schaul et al. 2016, algorithm 1 and section 3.4.
    pub(super) fn draw(&self, count: usize, beta: f64, rng: &mut Rng) -> Drawn {
        let num_envs = self.shape.num_envs;
        let whole = self.whole_slots();
        let all = whole.len() * num_envs;
        let device = self.steps.device();
        let Some(Priorities { tree, .. }) = &self.priorities else {
            let place = |drawn: usize| {
                (whole.start + drawn / num_envs) % self.slots() * num_envs + drawn % num_envs
            };
            let places = (0..count).map(|_| place(rng.below(all))).collect();
            return Drawn { places, weights: Tensor::ones([count], &device) };
        };
        let part = tree.total() / count as f64;
        let places: Vec<usize> =
            (0..count).map(|at| tree.find((at as f64 + rng.uniform()) * part)).collect();
        let weight =
            |place: &usize| (all as f64 * tree.weights()[*place] / tree.total()).powf(-beta);
        let weights: Vec<f64> = places.iter().map(weight).collect();
        let largest = weights.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let weights = weights.iter().map(|weight| (weight / largest) as f32).collect();
        Drawn { places, weights: Tensor::from_data(TensorData::new(weights, [count]), &device) }
    }

    /// Fetches samples.
    pub(super) fn gather(&self, drawn: &Drawn) -> Batch {
        let EnvironmentShape { num_envs, num_observations, .. } = self.shape;
        let (window, batch) = (self.window.steps(), drawn.places.len());
        let row = |step: usize, place: &usize| {
            let first = place / num_envs * self.window.length + self.capacity - self.window.burn_in;
            (first + step) % self.capacity * num_envs + place % num_envs
        };
        let rows = (0..window).flat_map(|step| drawn.places.iter().map(move |at| row(step, at)));
        let device = self.steps.device();
        let rows = indices(rows, &device);
        let steps = self.steps.clone().select(0, rows.clone()); // [W·B, O + FACTS]
        let fact =
            |at: usize| steps.clone().narrow(1, num_observations + at, 1).reshape([window, batch]);
        let places = indices(drawn.places.iter().copied(), &device);
        Batch {
            actions: fact(0).int(),
            followed: Followed { reward: fact(1), terminated: fact(2), ended: fact(3) },
            obs: steps.narrow(1, 0, num_observations).reshape([window, batch, num_observations]),
            state: self.states.clone().select(0, places),
            rows,
        }
    }

    /// Observations `[M, O]` and legal actions `[M, K]` after some steps of a batch; `steps: [M]`
    /// count through its `[W, B]`.
    pub(super) fn after(&self, batch: &Batch, steps: Tensor<1, Int>) -> (Tensor<2>, Tensor<2>) {
        let EnvironmentShape { num_observations, num_actions, .. } = self.shape;
        let afters = self.afters.clone().select(0, batch.rows.clone().select(0, steps));
        let legal = afters.clone().narrow(1, num_observations, num_actions);
        (afters.narrow(1, 0, num_observations), legal)
    }

    /// Whether errors are wanted back.
    pub(super) const fn is_prioritized(&self) -> bool {
        self.priorities.is_some()
    }

    /// Notes how wrong the samples were predicted. What is not finite counts as the largest so far:
    /// it ends the update elsewhere.
    pub(super) fn note_errors(&mut self, drawn: &Drawn, errors: &[f32]) {
        let Some(priorities) = &mut self.priorities else { return };
        for (place, error) in drawn.places.iter().zip(errors) {
            let priority = (f64::from(error.abs()) + LEAST_ERROR).powf(priorities.alpha);
            let priority = if priority.is_finite() { priority } else { priorities.largest };
            priorities.largest = priorities.largest.max(priority);
            priorities.tree.set(*place, std::iter::once(priority));
        }
    }

    /// What a checkpoint keeps: the part of the ring that is filled, and the priorities.
    pub(super) fn content(&self) -> Content {
        let rows = self.num_transitions();
        let filled = |tensor: &Tensor<2>| (rows > 0).then(|| tensor.clone().narrow(0, 0, rows));
        Content {
            steps: filled(&self.steps),
            afters: filled(&self.afters),
            states: self.states.clone(),
            priorities: self.priorities.as_ref().map(|p| (p.tree.weights().to_vec(), p.largest)),
        }
    }

    /// The shapes that [`Self::content`] has after `pushed` steps.
    pub(super) fn content_shapes(&self, pushed: usize) -> [[usize; 2]; 3] {
        let rows = pushed.min(self.capacity) * self.shape.num_envs;
        [[rows, self.steps.dims()[1]], [rows, self.afters.dims()[1]], self.states.dims()]
    }

    /// Goes back to a content.
    pub(super) fn restore(&mut self, pushed: usize, content: Content) {
        let device = self.steps.device();
        let whole = |like: &Tensor<2>, part: Option<Tensor<2>>| {
            let mut whole = Tensor::zeros(like.dims(), &device);
            if let Some(part) = part {
                write_rows(&mut whole, 0, part);
            }
            whole
        };
        self.steps = whole(&self.steps, content.steps);
        self.afters = whole(&self.afters, content.afters);
        self.states = content.states;
        self.pushed = pushed;
        if let (Some(mine), Some((weights, largest))) = (&mut self.priorities, content.priorities) {
            mine.tree.set(0, weights.into_iter());
            mine.largest = largest;
        }
    }
}

/// What a checkpoint keeps of a [`Replay`].
#[derive(Debug, Clone)]
pub(super) struct Content {
    /// Absent while nothing is kept.
    pub(super) steps: Option<Tensor<2>>,
    /// Absent while nothing is kept.
    pub(super) afters: Option<Tensor<2>>,
    pub(super) states: Tensor<2>,
    /// All weights, and the largest priority so far.
    pub(super) priorities: Option<(Vec<f64>, f64)>,
}

/// Writes rows in place: the tensor has no other owner.
fn write_rows(tensor: &mut Tensor<2>, first: usize, rows: Tensor<2>) {
    let [count, width] = rows.dims();
    tensor.inplace(|tensor| tensor.slice_assign([first..first + count, 0..width], rows));
}

/// Numbers on the device.
pub(super) fn indices(values: impl Iterator<Item = usize>, device: &Device) -> Tensor<1, Int> {
    let values: Vec<i64> = values.map(|value| value as i64).collect();
    let count = values.len();
    Tensor::from_data(TensorData::new(values, [count]), device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SeedStream;

    const SHAPE: EnvironmentShape =
        EnvironmentShape { num_envs: 2, num_observations: 1, num_actions: 2 };

    /// Step t of environment e is seen as 10·t + e.
    fn pushed(replay: &mut Replay, steps: usize) {
        let device = Device::flex();
        for step in replay.pushed()..steps {
            let both = |at: f32| Tensor::<1>::from_floats([at, at + 1.0], &device);
            let now = both(10.0 * step as f32);
            let experience = Experience {
                obs: now.clone().reshape([2, 1]),
                actions: Tensor::from_ints([0, 1], &device),
                reward: now.clone(),
                terminated: both(0.0) * 0.0,
                ended: both(0.0) * 0.0,
                next_obs: both(10.0 * step as f32 + 10.0).reshape([2, 1]),
                next_legal: Tensor::ones([2, 2], &device),
            };
            replay.push(&now.neg().reshape([2, 1]), experience);
        }
    }

    fn replay(window: Window, transitions: usize) -> Replay {
        Replay::new(SHAPE, 1, window, transitions, &Device::flex())
    }

    fn floats<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.try_into_vec_as().unwrap()
    }

    /// Every sample is a run of consecutive steps of one environment with the state before the first.
    fn check_samples(replay: &Replay, newest: usize) {
        let window = replay.window;
        let mut rng = SeedStream::new(1).child("replay").rng();
        let batch = replay.gather(&replay.draw(200, 0.5, &mut rng));
        let obs = floats(batch.obs.clone());
        let states = floats(batch.state.clone());
        let steps = window.steps();
        for at in 0..200 {
            let first = obs[at];
            assert_eq!(states[at], -first);
            let env = first as usize % 10;
            let begin = (first as usize - env) / 10;
            assert_eq!((begin + window.burn_in) % window.length, 0);
            assert!(begin + steps <= newest && begin + replay.capacity >= newest, "{begin}");
            for step in 0..steps {
                assert_eq!(obs[step * 200 + at], first + 10.0 * step as f32);
            }
        }
        let last = indices((0..200).map(|at| (steps - 1) * 200 + at), &Device::flex());
        let (after, _) = replay.after(&batch, last);
        let expected: Vec<f32> = obs[(steps - 1) * 200..].iter().map(|seen| seen + 10.0).collect();
        assert_eq!(floats(after), expected);
    }

    fn check(burn_in: usize, length: usize, n_step: usize) {
        let window = Window { burn_in, length, n_step };
        for prioritized in [false, true] {
            let mut replay = replay(window, 40);
            if prioritized {
                replay = replay.prioritized(Prioritized::default());
            }
            for steps in 1..90 {
                pushed(&mut replay, steps);
                if replay.is_ready() {
                    check_samples(&replay, steps);
                }
                if let Some(priorities) = &replay.priorities {
                    let leaves = priorities.tree.weights().iter().filter(|weight| **weight > 0.0);
                    assert_eq!(leaves.count(), replay.whole_slots().len() * 2, "after {steps}");
                }
                assert!(replay.is_ready() || steps < window.steps() + length + burn_in);
            }
        }
    }

    #[test]
    fn samples_are_whole_however_often_the_ring_went_round() {
        check(0, 1, 1);
        check(0, 1, 3);
        check(0, 4, 1);
        check(3, 4, 2);
        check(6, 4, 3);
        check(5, 2, 5);
    }

    #[test]
    fn the_wrongest_come_most_often_and_count_least() {
        let window = Window { burn_in: 0, length: 1, n_step: 1 };
        let mut replay =
            replay(window, 8).prioritized(Prioritized { alpha: 1.0, ..Prioritized::default() });
        pushed(&mut replay, 4);
        let mut rng = SeedStream::new(1).child("replay").rng();
        let all = Drawn { places: (0..8).collect(), weights: Tensor::ones([8], &Device::flex()) };
        replay.note_errors(&all, &[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 9.0]);
        let drawn = replay.draw(16_000, 1.0, &mut rng);
        let share = drawn.places.iter().filter(|place| **place == 7).count() as f64 / 16_000.0;
        assert!((share - 9.0 / 16.0).abs() < 0.01, "{share}");
        let weights = floats(drawn.weights);
        for (place, weight) in drawn.places.iter().zip(weights) {
            let expected = if *place == 7 { 1.0 / 9.0 } else { 1.0 };
            assert!((f64::from(weight) - expected).abs() < 1e-5, "{place} {weight}");
        }
    }

    #[test]
    fn a_ring_that_was_kept_draws_what_it_would_have_drawn() {
        let window = Window { burn_in: 1, length: 2, n_step: 2 };
        let fresh = || replay(window, 24).prioritized(Prioritized::default());
        let mut one = fresh();
        pushed(&mut one, 9);
        let mut two = fresh();
        two.restore(9, one.content());
        pushed(&mut one, 17);
        pushed(&mut two, 17);
        let places = |replay: &Replay| {
            replay.draw(20, 0.5, &mut SeedStream::new(1).child("replay").rng()).places
        };
        assert_eq!(places(&one), places(&two));
        assert_eq!(floats(one.content().steps.unwrap()), floats(two.content().steps.unwrap()));
    }
}
