//! Working memory that is used again and again.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

/// Buffers that nobody uses at the moment, by length.
static IDLE: Mutex<BTreeMap<usize, Vec<Vec<f32>>>> = Mutex::new(BTreeMap::new());

/// Buffers of one length that are kept for later; more are given back to the system.
const MAX_IDLE: usize = 64;

/// A buffer that goes back to the pool when it is dropped. Its first values are arbitrary.
#[derive(Debug)]
pub(in crate::models::ops) struct Scratch {
    values: Vec<f32>,
}

impl Scratch {
    /// A buffer of `length` values; new memory only if none of that length is idle.
    pub(in crate::models::ops) fn new(length: usize) -> Self {
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        let values = idle.get_mut(&length).and_then(Vec::pop);
        drop(idle);
        Self { values: values.unwrap_or_else(|| vec![0.0; length]) }
    }
}

impl Clone for Scratch {
    fn clone(&self) -> Self {
        let mut copy = Self::new(self.values.len());
        copy.copy_from_slice(&self.values);
        copy
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let values = std::mem::take(&mut self.values);
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        let same = idle.entry(values.len()).or_default();
        if same.len() < MAX_IDLE {
            same.push(values);
        }
    }
}

impl Deref for Scratch {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.values
    }
}

impl DerefMut for Scratch {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_buffer_is_used_again() {
        let length = 12_347; // used nowhere else
        let first = Scratch::new(length);
        let place = first.as_ptr();
        drop(first);
        assert_eq!(Scratch::new(length).as_ptr(), place);
    }
}
