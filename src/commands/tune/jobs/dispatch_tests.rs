//! The dispatcher on a queue in memory and an engine in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use super::command::WorkerCommand;
use super::dispatch::{DispatchEvent, DispatchSettings, Dispatcher};
use super::fixtures::{MemoryQueue, STUDY, key};
use super::queue::JobQueue;
use crate::ports::{Executor, ExecutorError, Fault, Launch, LaunchFailure, LaunchId, LaunchState};
use crate::store::{ClaimFilter, JobEnd, JobState};

/// An engine with a number of places.
#[derive(Default)]
struct Engine {
    places: usize,
    launches: Mutex<BTreeMap<String, LaunchState>>,
    stopped: Mutex<Vec<String>>,
    is_down: Mutex<Option<bool>>,
}

impl Engine {
    fn with_places(places: usize) -> Self {
        Self { places, ..Self::default() }
    }

    fn set(&self, id: &str, state: LaunchState) {
        self.launches.lock().unwrap().insert(id.to_owned(), state);
    }

    fn names(&self) -> Vec<String> {
        self.launches.lock().unwrap().keys().cloned().collect()
    }

    fn answer(&self) -> Result<(), ExecutorError> {
        let Some(is_transient) = *self.is_down.lock().unwrap() else { return Ok(()) };
        let (program, reason) = ("ask".to_owned(), "no".to_owned());
        Err(ExecutorError::Refused { executor: "engine", program, reason, is_transient })
    }
}

impl Executor for Engine {
    fn capacity(&self) -> Result<usize, ExecutorError> {
        self.answer()?;
        let alive = self.launches.lock().unwrap().values().filter(|state| state.is_alive()).count();
        Ok(self.places.saturating_sub(alive))
    }

    fn launch(&self, launch: &Launch) -> Result<LaunchId, ExecutorError> {
        self.answer()?;
        let id = launch.id();
        assert_eq!(launch.command.last().unwrap(), id.as_str());
        let mut launches = self.launches.lock().unwrap();
        launches.entry(id.to_string()).or_insert(LaunchState::Pending);
        Ok(id)
    }

    fn poll(&self, ids: &[LaunchId]) -> Result<Vec<LaunchState>, ExecutorError> {
        self.answer()?;
        let launches = self.launches.lock().unwrap();
        let state = |id: &LaunchId| launches.get(id.as_str()).cloned().unwrap_or(LaunchState::Gone);
        Ok(ids.iter().map(state).collect())
    }

    fn stop(&self, id: &LaunchId) -> Result<(), ExecutorError> {
        self.stopped.lock().unwrap().push(id.to_string());
        Ok(())
    }
}

fn settings() -> DispatchSettings {
    let (program, store) = ("releat".to_owned(), "sqlite://x.db".to_owned());
    DispatchSettings {
        study: STUDY.to_owned(),
        command: WorkerCommand { program, options: Vec::new(), store },
        env: BTreeMap::new(),
        poll: Duration::from_millis(1),
        attempts_max: 3,
        patience_s: 600.0,
    }
}

fn failed(exit_code: Option<i32>, fault: Fault) -> LaunchState {
    LaunchState::Failed(LaunchFailure { exit_code, reason: "because".to_owned(), fault })
}

/// Lets the worker of an attempt take its job.
fn begin(queue: &MemoryQueue, engine: &Engine, job: u64, attempt: u32) {
    let filter = ClaimFilter { study: Some(STUDY.to_owned()), number: Some(job) };
    let name = LaunchId::new(STUDY, job, attempt);
    engine.set(name.as_str(), LaunchState::Running);
    queue.claim(&filter, name.as_str(), Duration::from_secs(60)).unwrap().unwrap();
}

#[test]
fn no_more_workers_than_places_and_one_for_each_job() {
    let (queue, engine) = (MemoryQueue::with_jobs(3), Engine::with_places(2));
    let mut dispatcher = Dispatcher::new(&queue, &engine, settings());
    dispatcher.step().unwrap();
    assert_eq!(engine.names(), ["s-0-1", "s-1-1"]);
    assert_eq!(dispatcher.step().unwrap(), []);
    begin(&queue, &engine, 0, 1);
    queue.finish(&key(0), 1, &JobEnd::Score(1.0)).unwrap();
    engine.set("s-0-1", LaunchState::Succeeded);
    let launched = DispatchEvent::Launched { job: 2, attempt: 1 };
    assert_eq!(dispatcher.step().unwrap(), [launched]);
    assert_eq!(dispatcher.alive(), 2);
}

#[test]
fn a_dead_worker_is_replaced_at_once() {
    for state in [
        failed(Some(-9), Fault::Process),
        failed(Some(137), Fault::Process),
        failed(Some(4), Fault::Process),
        failed(None, Fault::Engine),
        LaunchState::Stopped,
        LaunchState::Gone,
        LaunchState::Succeeded,
    ] {
        for has_begun in [true, false] {
            let (queue, engine) = (MemoryQueue::with_jobs(1), Engine::with_places(2));
            let mut dispatcher = Dispatcher::new(&queue, &engine, settings());
            dispatcher.step().unwrap();
            if has_begun {
                begin(&queue, &engine, 0, 1);
            }
            engine.set("s-0-1", state.clone());
            let events = dispatcher.step().unwrap();
            assert!(matches!(events[..], [DispatchEvent::Lost { job: 0, .. }]), "{events:?}");
            let launched = DispatchEvent::Launched { job: 0, attempt: 2 };
            assert_eq!(dispatcher.step().unwrap(), [launched]);
            // What the dead one still says is not counted.
            queue.finish(&key(0), 1, &JobEnd::Score(1.0)).unwrap();
            begin(&queue, &engine, 0, 2);
            queue.finish(&key(0), 2, &JobEnd::Score(2.0)).unwrap();
            assert_eq!((queue.row(0).score, queue.results()), (Some(2.0), [(0, 1)].into()));
        }
    }
}

#[test]
fn a_worker_that_fails_by_itself_is_not_started_again() {
    for has_begun in [true, false] {
        let (queue, engine) = (MemoryQueue::with_jobs(1), Engine::with_places(2));
        let mut dispatcher = Dispatcher::new(&queue, &engine, settings());
        dispatcher.step().unwrap();
        if has_begun {
            begin(&queue, &engine, 0, 1);
        }
        engine.set("s-0-1", failed(Some(2), Fault::Process));
        let reason = "because".to_owned();
        assert_eq!(dispatcher.step().unwrap(), [DispatchEvent::GaveUp { job: 0, reason }]);
        assert_eq!(queue.row(0).state, JobState::Failed);
    }
}

#[test]
fn there_is_a_last_attempt() {
    let (queue, engine) = (MemoryQueue::with_jobs(1), Engine::with_places(1));
    let mut dispatcher = Dispatcher::new(&queue, &engine, settings());
    let mut events = Vec::new();
    for _ in 0..10 {
        events.extend(dispatcher.step().unwrap());
        for name in engine.names() {
            engine.set(&name, LaunchState::Stopped);
        }
    }
    assert_eq!(engine.names().len(), 3);
    let reason = "begun 3 times, the last time it was stopped by hand".to_owned();
    assert_eq!(queue.row(0).detail, Some(reason.clone()));
    assert_eq!(events.last(), Some(&DispatchEvent::GaveUp { job: 0, reason }));
}

#[test]
fn a_worker_whose_job_went_elsewhere_is_ended() {
    let (queue, engine) = (MemoryQueue::with_jobs(1), Engine::with_places(2));
    let mut dispatcher = Dispatcher::new(&queue, &engine, settings());
    dispatcher.step().unwrap();
    begin(&queue, &engine, 0, 1);
    // Its machine lost the way to the store: the lease ran out, but the process is there.
    queue.change(0, |row| row.lease_until = Some(crate::base::Timestamp::MIN));
    let events = dispatcher.step().unwrap();
    assert_eq!(events[0], DispatchEvent::Expired { job: 0 });
    dispatcher.step().unwrap();
    assert_eq!(*engine.stopped.lock().unwrap(), ["s-0-1"]);
    assert_eq!(engine.names(), ["s-0-1", "s-0-2"]);
}

#[test]
fn jobs_of_workers_started_by_hand_are_left_to_their_leases() {
    let (queue, engine) = (MemoryQueue::with_jobs(1), Engine::with_places(2));
    let mut dispatcher = Dispatcher::new(&queue, &engine, settings());
    dispatcher.step().unwrap();
    // Faster than the one that was started for it, which then finds nothing to do.
    queue.claim(&ClaimFilter::default(), "by-hand", Duration::from_secs(60)).unwrap();
    engine.set("s-0-1", LaunchState::Succeeded);
    assert_eq!(dispatcher.step().unwrap(), []);
    assert_eq!((queue.row(0).state, queue.row(0).attempt), (JobState::Running, 1));
}

#[test]
fn a_new_dispatcher_takes_over_what_runs() {
    let (queue, engine) = (MemoryQueue::with_jobs(2), Engine::with_places(2));
    Dispatcher::new(&queue, &engine, settings()).step().unwrap();
    begin(&queue, &engine, 0, 1);
    let mut second = Dispatcher::new(&queue, &engine, settings());
    second.step().unwrap();
    engine.set("s-0-1", failed(Some(-9), Fault::Process));
    let events = second.step().unwrap();
    assert!(matches!(events[0], DispatchEvent::Lost { job: 0, .. }), "{events:?}");
    second.step().unwrap();
    assert_eq!(engine.names(), ["s-0-1", "s-0-2", "s-1-1"]);
}

#[test]
fn a_silent_engine_is_waited_for_and_a_refusal_is_not() {
    let (queue, engine) = (MemoryQueue::with_jobs(1), Engine::with_places(1));
    *engine.is_down.lock().unwrap() = Some(true);
    let mut patient = Dispatcher::new(&queue, &engine, settings());
    assert!(matches!(patient.step().unwrap()[..], [DispatchEvent::Silent { .. }]));
    let hasty = DispatchSettings { patience_s: 0.0, ..settings() };
    let failure = Dispatcher::new(&queue, &engine, hasty).step().unwrap_err();
    assert_eq!(failure.kind().exit_code(), 4);
    *engine.is_down.lock().unwrap() = Some(false);
    assert_eq!(patient.step().unwrap_err().kind().exit_code(), 2);
}

#[test]
fn stopping_asks_every_worker_to_stop() {
    let (queue, engine) = (MemoryQueue::with_jobs(2), Engine::with_places(1));
    let mut dispatcher = Dispatcher::new(&queue, &engine, settings());
    dispatcher.step().unwrap();
    dispatcher.stop_all().unwrap();
    assert_eq!(*engine.stopped.lock().unwrap(), ["s-0-1"]);
    assert_eq!(dispatcher.alive(), 0);
}
