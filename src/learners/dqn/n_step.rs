//! Returns of some rewards, and where they go on.

use burn::tensor::{Int, Tensor};

/// What followed each step of a window, `[W, B]` each.
#[derive(Debug, Clone)]
pub(super) struct Followed {
    pub(super) reward: Tensor<2>,
    /// 1 where the episode reached an end of its own.
    pub(super) terminated: Tensor<2>,
    /// 1 where the episode ended for either reason.
    pub(super) ended: Tensor<2>,
}

/// The sum of up to n rewards and what it must be completed with.
#[derive(Debug, Clone)]
pub(super) struct NStepReturn {
    /// `[L, B]`, Σ γⁱ r.
    pub(super) reward: Tensor<2>,
    /// `[L, B]`, the weight of the value of the state that follows; 0 after a termination.
    pub(super) discount: Tensor<2>,
    /// `[L, B]`, steps from the first to the last whose reward was summed; the state that follows
    /// that one is the one to value.
    pub(super) last: Tensor<2, Int>,
}

/// Returns of n steps that stop where an episode ends.
///
/// ```text
/// m = the first step at which the episode ends, at most n − 1
/// R = Σ over i = 0..=m of γⁱ rₜ₊ᵢ
/// target = R + γᵐ⁺¹ · V(the state after step t + m), without the second part if it terminated
/// ```
///
/// # Shapes
/// - `followed: [W, B]` with W = L + n − 1
/// - returns `[L, B]`
///
/// # Source
/// Sutton, "Learning to Predict by the Methods of Temporal Differences", 1988; as used in Hessel et
/// al., "Rainbow", 2018, section 3. A time limit is not an end: Pardo et al., "Time Limits in
/// Reinforcement Learning", 2018.
pub(super) fn n_step_return(followed: &Followed, n: usize, gamma: f64) -> NStepReturn {
    let [window, batch] = followed.reward.dims();
    let length = window + 1 - n;
    let at =
        |tensor: &Tensor<2>, step: usize| tensor.clone().slice([step..step + length, 0..batch]);
    // 1 while no step before this one has ended the episode.
    let mut alive = at(&followed.reward, 0).ones_like();
    let mut reward = alive.zeros_like();
    let mut discount = alive.zeros_like();
    let mut last = alive.zeros_like();
    for step in 0..n {
        let weight = gamma.powi(step as i32);
        reward = reward + at(&followed.reward, step) * alive.clone() * weight;
        let is_last = step + 1 == n;
        let ended = at(&followed.ended, step);
        let stops = if is_last { alive.clone() } else { alive.clone() * ended.clone() };
        let goes_on = at(&followed.terminated, step).neg().add_scalar(1.0);
        discount = discount + stops * goes_on * (weight * gamma);
        if !is_last {
            alive = alive * ended.neg().add_scalar(1.0);
            last = last + alive.clone();
        }
    }
    NStepReturn { reward, discount, last: last.add_scalar(0.5).int() }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    fn column(values: &[f32]) -> Tensor<2> {
        Tensor::from_data(TensorData::new(values.to_vec(), [values.len(), 1]), &Device::flex())
    }

    fn values(tensor: Tensor<2>) -> Vec<f32> {
        tensor.try_into_vec_as().unwrap()
    }

    /// Rewards 1, 10, 100, …; `ends` holds `t` for terminated, `c` for cut off, `.` for neither.
    fn check(ends: &str, n: usize, reward: &[f32], discount: &[f32], last: &[i64]) {
        let flags = |which: &str| -> Vec<f32> {
            ends.chars().map(|end| f32::from(which.contains(end))).collect()
        };
        let rewards: Vec<f32> = (0..ends.len()).map(|at| 10_f32.powi(at as i32)).collect();
        let followed = Followed {
            reward: column(&rewards),
            terminated: column(&flags("t")),
            ended: column(&flags("tc")),
        };
        let found = n_step_return(&followed, n, 0.5);
        assert_eq!(values(found.reward), reward, "rewards of {ends} over {n}");
        assert_eq!(values(found.discount), discount, "discounts of {ends} over {n}");
        let found: Vec<i64> = found.last.try_into_vec_as().unwrap();
        assert_eq!(found, last, "last steps of {ends} over {n}");
    }

    #[test]
    fn one_step_is_the_plain_target() {
        check("...", 1, &[1.0, 10.0, 100.0], &[0.5, 0.5, 0.5], &[0, 0, 0]);
        check("tc.", 1, &[1.0, 10.0, 100.0], &[0.0, 0.5, 0.5], &[0, 0, 0]);
    }

    #[test]
    fn three_steps_sum_what_lies_in_the_episode() {
        check("...", 3, &[1.0 + 5.0 + 25.0], &[0.125], &[2]);
        check(".t.", 3, &[1.0 + 5.0], &[0.0], &[1]);
        check(".c.", 3, &[1.0 + 5.0], &[0.25], &[1]);
        check("t..", 3, &[1.0], &[0.0], &[0]);
        check("c..", 3, &[1.0], &[0.5], &[0]);
        check("..t", 3, &[31.0], &[0.0], &[2]);
        check("..c", 3, &[31.0], &[0.125], &[2]);
        check("ct.", 3, &[1.0], &[0.5], &[0]);
    }

    #[test]
    fn each_step_of_a_sequence_has_its_own_return() {
        check(".t..", 2, &[6.0, 10.0, 600.0], &[0.0, 0.0, 0.25], &[1, 0, 1]);
    }
}
