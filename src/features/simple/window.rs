//! The last bars of one column, and the kernel that maps them to one value.

use crate::config::PriceInput;
use crate::features::kernel::{Kernel, KernelInput, read};

/// The last `len` samples, oldest first, in one slice.
///
/// The buffer holds twice the window, so that samples are moved once in `len` updates.
pub(super) struct Window {
    len: usize,
    buffer: Vec<f64>,
}

impl Window {
    pub(super) fn new(len: usize) -> Self {
        Self { len, buffer: Vec::with_capacity(2 * len) }
    }

    /// Adds the newest sample and shows the window once it is full.
    pub(super) fn push(&mut self, sample: f64) -> Option<&[f64]> {
        if self.buffer.len() == 2 * self.len {
            self.buffer.copy_within(self.len + 1.., 0);
            self.buffer.truncate(self.len - 1);
        }
        self.buffer.push(sample);
        self.buffer.len().checked_sub(self.len).map(|start| &self.buffer[start..])
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }
}

/// `value` as a fraction of `now`; 0 where the input now is 0, as a volume may be.
pub(super) fn relative(value: f64, now: f64) -> f64 {
    if now == 0.0 { 0.0 } else { value / now }
}

/// One output: a formula of the window.
pub(super) struct WindowKernel<F> {
    window: Window,
    input: PriceInput,
    formula: F,
}

impl<F: Fn(&[f64]) -> f64 + Send> WindowKernel<F> {
    pub(super) fn new(len: usize, input: PriceInput, formula: F) -> Self {
        Self { window: Window::new(len), input, formula }
    }
}

impl<F: Fn(&[f64]) -> f64 + Send> Kernel for WindowKernel<F> {
    fn num_outputs(&self) -> usize {
        1
    }

    fn warm_up(&self) -> usize {
        self.window.len()
    }

    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]) {
        let sample = read(self.input, input.bar);
        out[0] = self.window.push(sample).map_or(f64::NAN, &self.formula);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_shows_the_last_samples_in_order() {
        for len in 1..6_u32 {
            let mut window = Window::new(len as usize);
            for sample in 0..40_u32 {
                let expected: Option<Vec<f64>> = (sample + 1)
                    .checked_sub(len)
                    .map(|first| (first..=sample).map(f64::from).collect());
                assert_eq!(window.push(f64::from(sample)), expected.as_deref());
            }
        }
    }

    #[test]
    fn nothing_is_relative_to_zero() {
        assert_eq!(relative(3.0, 2.0), 1.5);
        assert_eq!(relative(3.0, 0.0), 0.0);
    }
}
