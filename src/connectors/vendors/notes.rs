//! Words of a venue for people: each of them now and then, and never more than anybody reads.

use std::collections::{BTreeMap, VecDeque};

/// The same is told again after so long, seconds.
const AGAIN_S: f64 = 60.0;
/// So many different things in that time; the others are counted.
const MOST: usize = 20;
/// Words that nobody fetches are forgotten above so many, the oldest first.
const WAITING_MAX: usize = 256;
/// Letters of a venue's text.
const LETTERS_MAX: usize = 400;

/// What waits to be told, and what was told lately.
#[derive(Debug, Default)]
pub(in crate::connectors) struct Notes {
    /// When each thing was told last, by what it is about.
    told: BTreeMap<String, f64>,
    num_left_out: usize,
    waiting: VecDeque<String>,
}

impl Notes {
    /// Tells something at `at` seconds of any clock, unless the same was told a moment ago or there
    /// was too much of late. What is about the same thing counts as the same.
    pub(in crate::connectors) fn say(&mut self, about: &str, text: &str, at: f64) {
        self.told.retain(|_, then| at - *then < AGAIN_S);
        if self.told.contains_key(about) {
            return;
        }
        if self.told.len() >= MOST {
            self.num_left_out += 1;
            return;
        }
        if self.num_left_out > 0 {
            let count = std::mem::take(&mut self.num_left_out);
            self.push(&format!("{count} other notes were left out: {MOST} a minute are told"));
        }
        self.told.insert(about.to_owned(), at);
        self.push(text);
    }

    /// Tells what somebody must hear, however much was told before.
    pub(in crate::connectors) fn alarm(&mut self, text: &str) {
        self.push(&format!("ALARM: {text}"));
    }

    /// What was not fetched yet, oldest first.
    pub(in crate::connectors) fn take(&mut self) -> impl Iterator<Item = String> {
        self.waiting.drain(..)
    }

    fn push(&mut self, text: &str) {
        if self.waiting.len() >= WAITING_MAX {
            self.waiting.pop_front();
        }
        self.waiting.push_back(text.chars().take(LETTERS_MAX).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_told_once_a_minute() {
        let mut notes = Notes::default();
        for (about, text, at) in [
            ("a", "1", 0.0),
            ("a", "2", 59.0),
            ("b", "3", 59.0),
            ("a", "4", 60.0),
            ("b", "5", 60.0),
        ] {
            notes.say(about, text, at);
        }
        assert_eq!(notes.take().collect::<Vec<_>>(), ["1", "3", "4"]);
        assert_eq!(notes.take().count(), 0);
    }

    #[test]
    fn there_is_no_flood_and_alarms_pass() {
        let mut notes = Notes::default();
        for number in 0..1000 {
            notes.say(&number.to_string(), "x", 1.0);
        }
        notes.alarm("fire");
        assert_eq!(notes.take().collect::<Vec<_>>()[MOST..], ["ALARM: fire"]);
        notes.say("later", "later", 61.5);
        let found: Vec<String> = notes.take().collect();
        assert!(found[0].starts_with("980 other notes were left out"), "{found:?}");
        assert_eq!(found[1], "later");
        for _ in 0..1000 {
            notes.alarm(&"x".repeat(9_999));
        }
        let found: Vec<String> = notes.take().collect();
        assert_eq!(found.len(), WAITING_MAX);
        assert!(found.iter().all(|text| text.len() <= LETTERS_MAX));
    }
}
