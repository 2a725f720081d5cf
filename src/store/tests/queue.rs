//! The queue: nobody gets what another has, and nothing counts twice.

use std::collections::BTreeSet;
use std::time::Duration;

use super::places::{Place, job, later, study};
use crate::store::{ClaimFilter, Finish, JobEnd, JobState, Lease, Store};

const NAME: &str = "turtle-1";
const LEASE: Duration = Duration::from_secs(30);

fn offered(place: &Place, jobs: u64) -> Store {
    let store = place.open();
    store.create_study(&study(NAME)).unwrap();
    for number in 0..jobs {
        store.offer(NAME, &job(number)).unwrap();
    }
    store
}

fn any() -> ClaimFilter {
    ClaimFilter::default()
}

#[test]
fn eight_threads_take_two_hundred_jobs_and_none_twice() {
    for place in Place::all() {
        let store = offered(&place, 200);
        let work = |worker: usize| {
            let mut taken = Vec::new();
            while let Some(job) = store.claim(&any(), &format!("w{worker}"), LEASE).unwrap() {
                let end = JobEnd::Score(job.key.number as f64);
                assert_eq!(store.finish(&job.key, job.attempt, &end).unwrap(), Finish::Counted);
                taken.push(job.key.number);
            }
            taken
        };
        let taken: Vec<u64> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|worker| scope.spawn(move || work(worker))).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(taken.len(), 200);
        assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), 200);
        for row in store.jobs(NAME).unwrap() {
            assert_eq!(row.score, Some(row.draft.number as f64));
            assert_eq!((row.state, row.attempt), (JobState::Done, 1));
        }
    }
}

#[test]
fn a_lost_lease_gives_the_job_to_the_next_and_refuses_the_old() {
    for place in Place::all() {
        let store = offered(&place, 1);
        let first = store.claim(&any(), "a", LEASE).unwrap().unwrap();
        assert_eq!(first.draft, job(0));
        assert_eq!(store.claim(&any(), "b", LEASE).unwrap(), None);
        assert_eq!(store.prolong(&first.key, 1, LEASE).unwrap(), Lease::Held);
        let now = store.clock().unwrap();
        assert!(store.expire_leases(later(now, 20)).unwrap().is_empty());
        let lost = store.expire_leases(later(now, 40)).unwrap();
        assert_eq!(lost, std::slice::from_ref(&first.key));

        assert_eq!(store.prolong(&first.key, 1, LEASE).unwrap(), Lease::Lost);
        let late = JobEnd::Score(1.0);
        assert_eq!(store.finish(&first.key, 1, &late).unwrap(), Finish::Refused);
        let second = store.claim(&any(), "b", LEASE).unwrap().unwrap();
        assert_eq!((second.key.clone(), second.attempt), (first.key.clone(), 2));
        assert_eq!(store.finish(&first.key, 1, &late).unwrap(), Finish::Refused);
        assert_eq!(store.finish(&second.key, 2, &JobEnd::Score(2.0)).unwrap(), Finish::Counted);
        assert_eq!(store.finish(&second.key, 2, &JobEnd::Score(2.0)).unwrap(), Finish::Counted);
        assert_eq!(store.finish(&second.key, 2, &late).unwrap(), Finish::Refused);
        let [row] = &*store.jobs(NAME).unwrap() else { panic!("one job") };
        assert_eq!((row.score, row.worker.as_deref()), (Some(2.0), Some("b")));
    }
}

#[test]
fn a_job_that_loses_every_worker_fails() {
    for place in Place::all() {
        let store = offered(&place, 1);
        for attempt in 1..=3 {
            let taken = store.claim(&any(), "a", LEASE).unwrap().unwrap();
            assert_eq!(taken.attempt, attempt);
            let far = later(store.clock().unwrap(), 60);
            assert_eq!(store.expire_leases(far).unwrap().len(), 1);
        }
        assert_eq!(store.claim(&any(), "a", LEASE).unwrap(), None);
        let [row] = &*store.jobs(NAME).unwrap() else { panic!("one job") };
        assert_eq!(
            (row.state, row.detail.as_deref()),
            (JobState::Failed, Some("lost with 3 workers"))
        );
    }
}

#[test]
fn jobs_can_be_chosen_canceled_and_given_back() {
    for place in Place::all() {
        let store = offered(&place, 3);
        store.create_study(&study("turtle-2")).unwrap();
        store.offer("turtle-2", &job(0)).unwrap();
        let other = ClaimFilter { study: Some("turtle-2".to_owned()), number: None };
        assert_eq!(store.claim(&other, "a", LEASE).unwrap().unwrap().key.study, "turtle-2");
        assert_eq!(store.claim(&other, "a", LEASE).unwrap(), None);
        let chosen = ClaimFilter { study: Some(NAME.to_owned()), number: Some(2) };
        let taken = store.claim(&chosen, "a", LEASE).unwrap().unwrap();
        assert_eq!((taken.key.number, taken.draft.parent), (2, Some(1)));
        store.release(&taken.key, 1).unwrap();
        let again = store.claim(&chosen, "b", LEASE).unwrap().unwrap();
        assert_eq!(again.attempt, 2);
        store.cancel(&again.key).unwrap();
        assert_eq!(store.prolong(&again.key, 2, LEASE).unwrap(), Lease::Lost);
        assert_eq!(store.finish(&again.key, 2, &JobEnd::Score(1.0)).unwrap(), Finish::Refused);
        let first = store.claim(&any(), "b", LEASE).unwrap().unwrap();
        let end = JobEnd::Failed("the loss became NaN".to_owned());
        assert_eq!(store.finish(&first.key, 1, &end).unwrap(), Finish::Counted);
        let rows = store.jobs(NAME).unwrap();
        let states: Vec<_> = rows.iter().map(|row| row.state).collect();
        assert_eq!(states, [JobState::Failed, JobState::Waiting, JobState::Canceled]);
        assert_eq!(rows[0].detail.as_deref(), Some("the loss became NaN"));
    }
}

#[test]
fn a_job_is_offered_once() {
    for place in Place::all() {
        let store = offered(&place, 1);
        store.claim(&any(), "a", LEASE).unwrap();
        store.offer(NAME, &job(0)).unwrap();
        assert_eq!(store.jobs(NAME).unwrap()[0].state, JobState::Running);
        let mut other = job(0);
        other.budget_env_steps = 2_000;
        let error = store.offer(NAME, &other).unwrap_err().to_string();
        let expected = "job 0 of study `turtle-1` is kept as trial 0 to 1000 steps and cannot become \
                        trial 0 to 2000 steps";
        assert_eq!(error, expected);
        assert!(store.offer("nobody", &job(0)).is_err());
    }
}

#[test]
fn heartbeats_are_kept_for_optuna() {
    for place in Place::all() {
        let store = offered(&place, 1);
        store.put_trial(NAME, 0, &[], &Default::default()).unwrap();
        let taken = store.claim(&any(), "a", LEASE).unwrap().unwrap();
        for _ in 0..2 {
            assert_eq!(store.prolong(&taken.key, 1, LEASE).unwrap(), Lease::Held);
        }
        let beats = store.read(async |link| {
            let sql = "SELECT heartbeat FROM trial_heartbeats";
            link.rows("read heartbeats", sql, &[], |row| row.time(0)).await
        });
        let [beat] = &*beats.unwrap() else { panic!("one heartbeat") };
        let now = store.clock().unwrap();
        assert!(*beat <= now && later(*beat, 10) > now, "{beat} {now}");
    }
}
