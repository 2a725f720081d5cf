//! The last values of a column.

/// A window over the newest `window` values.
#[derive(Debug, Clone)]
pub(crate) struct Ring {
    values: Vec<f64>,
    window: usize,
    next: usize,
}

impl Ring {
    /// An empty window; a length of 0 counts as 1.
    pub(crate) fn new(window: usize) -> Self {
        Self { values: Vec::new(), window: window.max(1), next: 0 }
    }

    /// Adds the newest value and returns the one that left the window.
    pub(crate) fn push(&mut self, value: f64) -> Option<f64> {
        if self.values.len() < self.window {
            self.values.push(value);
            return None;
        }
        let evicted = std::mem::replace(&mut self.values[self.next], value);
        self.next = (self.next + 1) % self.window;
        Some(evicted)
    }

    /// The values, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        let (newer, older) = self.values.split_at(self.next);
        older.iter().chain(newer).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_value_leaves_first() {
        let mut ring = Ring::new(3);
        assert_eq!([1.0, 2.0, 3.0].map(|v| ring.push(v)), [None; 3]);
        assert_eq!(ring.push(4.0), Some(1.0));
        assert_eq!(ring.iter().collect::<Vec<_>>(), [2.0, 3.0, 4.0]);
    }
}
