//! Workers that end their jobs at random times.

use crate::base::{Rng, SeedStream};
use crate::config::Tune;
use crate::tuner::{Job, Next, Outcome, Study, Trial};

/// What a trial is worth at a rung: a matter of its settings alone.
pub(super) type Worth = fn(&Job) -> Outcome;

/// A study that is built anew, as after a crash.
pub(super) fn study(tune: &Tune) -> Study {
    Study::try_new(tune, 2700, 1, &[]).unwrap()
}

/// Runs a study to its end: up to `workers` jobs at once, which end in an order of `timing`. The answer
/// is the table of trials and the reports in the order in which they came in.
pub(super) fn run(
    mut study: Study,
    worth: Worth,
    workers: usize,
    timing: u64,
) -> (Vec<Trial>, Vec<(u64, Outcome)>) {
    let mut rng: Rng = SeedStream::new(timing).child("timing").rng();
    let mut at_work: Vec<Job> = Vec::new();
    let mut reports = Vec::new();
    for _ in 0..100_000 {
        let mut next = Next::Wait;
        if at_work.len() < workers {
            next = study.next();
        }
        match next {
            Next::Run(job) => at_work.push(job),
            Next::Done => {
                assert!(at_work.is_empty(), "a study ended with jobs at work");
                assert_eq!(study.unmatched(), Vec::<u64>::new());
                return (study.trials().to_vec(), reports);
            }
            Next::Wait => {
                assert!(!at_work.is_empty(), "a study waits for nothing");
                let job = at_work.swap_remove(rng.below(at_work.len()));
                let outcome = worth(&job);
                study.report(job.number, outcome).unwrap();
                reports.push((job.number, outcome));
            }
        }
    }
    panic!("a study does not end");
}
