//! The client against a head with every trap that a real one has shown.

use std::collections::BTreeMap;

use serde_json::json;

use super::RayJobs;
use super::double::RayDouble;
use crate::base::{Interrupt, StopSignal, variable};
use crate::config::{Limits, RayExecutor};
use crate::ports::{Executor, ExecutorError, Fault, Launch, LaunchState};

/// A variable that every test run has; its value stands for a token.
const TOKEN_VARIABLE: &str = "CARGO_PKG_NAME";

fn config(double: &RayDouble) -> RayExecutor {
    RayExecutor {
        url: double.url(),
        token_variable: "NOT_SET_ANYWHERE".to_owned(),
        limits: Limits {
            requests_per_s: 1000.0,
            burst: 1000,
            tries: 3,
            silence_s: 1.0,
            request_s: 2.0,
            pause_s: 0.001,
            ..Limits::default()
        },
        ..RayExecutor::default()
    }
}

fn ray(double: &RayDouble) -> RayJobs {
    RayJobs::try_new(&config(double), Interrupt::never()).unwrap()
}

fn launch(job: u64, attempt: u32) -> Launch {
    let command = ["releat", "worker", "--store", "sqlite://a b.db"].map(str::to_owned).to_vec();
    Launch { study: "s".to_owned(), job, attempt, command, env: BTreeMap::new() }
}

#[test]
fn a_submission_says_who_it_is_and_always_asks_for_processors() {
    let double = RayDouble::start();
    let id = ray(&double).launch(&launch(7, 2)).unwrap();
    assert_eq!(id.as_str(), "s-7-2");
    let head = double.head();
    let (path, body, token) = &head.posted[0];
    assert_eq!((path.as_str(), token), ("/api/jobs/", &None));
    assert_eq!(
        *body,
        json!({
            "entrypoint": "exec releat worker --store 'sqlite://a b.db'",
            "submission_id": "s-7-2",
            "entrypoint_num_cpus": 1.0,
            "metadata": {"study": "s", "job": "7", "attempt": "2"},
        })
    );
}

#[test]
fn graphics_cards_and_variables_are_sent_where_they_are_wanted() {
    let double = RayDouble::start();
    let env: BTreeMap<String, String> =
        [("A".to_owned(), "1".to_owned()), ("B".to_owned(), "2".to_owned())].into();
    let config = RayExecutor { num_gpus: 0.5, env, ..config(&double) };
    let ray = RayJobs::try_new(&config, Interrupt::never()).unwrap();
    let own = Launch { env: [("B".to_owned(), "3".to_owned())].into(), ..launch(0, 1) };
    ray.launch(&own).unwrap();
    let body = &double.head().posted[0].1;
    assert_eq!(body["entrypoint_num_gpus"], json!(0.5));
    assert_eq!(body["runtime_env"], json!({"env_vars": {"A": "1", "B": "3"}}));
}

#[test]
fn a_launch_that_ray_has_already_is_taken_over() {
    let double = RayDouble::start();
    let ray = ray(&double);
    let first = ray.launch(&launch(0, 1)).unwrap();
    assert_eq!(ray.launch(&launch(0, 1)).unwrap(), first);
    let head = double.head();
    // The second was refused with 500, looked for, and not posted again.
    assert_eq!((head.jobs.len(), head.posted.len()), (1, 2));
}

#[test]
fn a_lost_answer_is_looked_for_before_another_try() {
    let double = RayDouble::start();
    double.head().faults = vec![(0, "")];
    ray(&double).launch(&launch(0, 1)).unwrap();
    let head = double.head();
    assert_eq!((head.jobs.len(), head.posted.len()), (1, 1));
}

#[test]
fn a_fault_of_the_head_is_tried_again_for_a_while() {
    let double = RayDouble::start();
    double.head().faults = vec![(500, "Traceback: no"), (503, "")];
    ray(&double).launch(&launch(0, 1)).unwrap();
    assert_eq!(double.head().posted.len(), 3);
    double.head().faults = vec![(500, "Traceback\n  RuntimeError: disk full"); 9];
    let error = ray(&double).launch(&launch(1, 1)).unwrap_err();
    assert!(error.is_transient());
    let text = error.to_string();
    let expected = "ray did not answer /api/jobs/: 500: Traceback RuntimeError: disk full \
                    (tried 3 times)";
    assert_eq!(text, expected);
}

#[test]
fn what_ray_does_not_take_is_not_tried_again() {
    let double = RayDouble::start();
    double.head().faults = vec![(400, "TypeError: unexpected keyword argument 'x'")];
    let error = ray(&double).launch(&launch(0, 1)).unwrap_err();
    assert!(matches!(error, ExecutorError::Denied { .. }) && !error.is_transient(), "{error}");
    assert_eq!(double.head().posted.len(), 1);
}

#[test]
fn states_are_those_of_the_port_and_only_faults_of_ray_are_worth_another_try() {
    let double = RayDouble::start();
    let ray = ray(&double);
    let ids: Vec<_> = (0..7).map(|job| ray.launch(&launch(job, 1)).unwrap()).collect();
    {
        let mut head = double.head();
        head.set("s-1-1", &json!({"status": "RUNNING"}));
        head.set("s-2-1", &json!({"status": "SUCCEEDED", "driver_exit_code": 0}));
        let own = "JOB_ENTRYPOINT_COMMAND_ERROR";
        let text = "Job entrypoint command failed with exit code 7, last available logs:\n a\n b";
        let state = |code: i32| json!({"status": "FAILED", "error_type": own, "driver_exit_code": code, "message": text});
        head.set("s-3-1", &state(7));
        let died = json!({"status": "FAILED", "error_type": "JOB_SUPERVISOR_ACTOR_DIED"});
        head.set("s-4-1", &died);
        head.set("s-5-1", &json!({"status": "STOPPED"}));
        // As after a restart of the head.
        head.jobs.remove("s-6-1");
        // A program that connected by itself is none of ours.
        let driver = json!({"type": "DRIVER", "submission_id": null, "status": "RUNNING"});
        head.jobs.insert("01".to_owned(), driver);
    }
    let states = ray.poll(&ids).unwrap();
    assert_eq!(states[..3], [LaunchState::Pending, LaunchState::Running, LaunchState::Succeeded]);
    let failure = |state: &LaunchState| match state {
        LaunchState::Failed(failure) => failure.clone(),
        other => panic!("{other:?}"),
    };
    let own = failure(&states[3]);
    assert_eq!((own.exit_code, own.fault), (Some(7), Fault::Process));
    assert!(own.reason.ends_with("last available logs: a b"), "{}", own.reason);
    let engine = failure(&states[4]);
    assert_eq!((engine.exit_code, engine.fault), (None, Fault::Engine));
    assert_eq!(engine.reason, "JOB_SUPERVISOR_ACTOR_DIED");
    assert_eq!(states[5..], [LaunchState::Stopped, LaunchState::Gone]);
}

#[test]
fn no_more_is_free_than_the_head_has_processors_for() {
    let double = RayDouble::start();
    let ray = ray(&double);
    assert_eq!(ray.capacity().unwrap(), 2);
    ray.launch(&launch(0, 1)).unwrap();
    // The figures of the head are old, and the job waits.
    assert_eq!(ray.capacity().unwrap(), 1);
    ray.launch(&launch(1, 1)).unwrap();
    assert_eq!(ray.capacity().unwrap(), 0);
    double.head().set("s-0-1", &json!({"status": "SUCCEEDED"}));
    assert_eq!(ray.capacity().unwrap(), 1);
    // A head that has just started has not counted.
    double.head().cpus = None;
    assert_eq!(ray.capacity().unwrap(), 0);
}

#[test]
fn stopping_is_a_wish() {
    let double = RayDouble::start();
    let ray = ray(&double);
    let [waits, runs] = [0, 1].map(|job| ray.launch(&launch(job, 1)).unwrap());
    double.head().set("s-1-1", &json!({"status": "RUNNING"}));
    for id in [&waits, &runs, &launch(9, 9).id()] {
        ray.stop(id).unwrap();
    }
    let states = ray.poll(&[waits, runs.clone()]).unwrap();
    assert_eq!(states, [LaunchState::Pending, LaunchState::Stopped]);
    double.head().faults = vec![(500, "no")];
    // It is over already.
    ray.stop(&runs).unwrap();
    // A process that is asked to stop can still stop what it started.
    let interrupt = Interrupt::never();
    let ray = RayJobs::try_new(&config(&double), interrupt.clone()).unwrap();
    let id = ray.launch(&launch(2, 1)).unwrap();
    double.head().set("s-2-1", &json!({"status": "RUNNING"}));
    interrupt.request_stop(StopSignal::Term);
    ray.stop(&id).unwrap();
    assert_eq!(double.head().jobs["s-2-1"]["status"], "STOPPED");
}

#[test]
fn the_token_travels_in_a_header_and_is_shown_nowhere() {
    let double = RayDouble::start();
    let token = variable(TOKEN_VARIABLE).unwrap();
    double.head().token = Some(token.clone().leak());
    let error = ray(&double).launch(&launch(0, 1)).unwrap_err();
    assert!(error.hint().unwrap().contains("executors.ray.token_variable"), "{error}");
    assert_eq!(error.exit_code(), 2);
    let with_token = RayExecutor { token_variable: TOKEN_VARIABLE.to_owned(), ..config(&double) };
    let ray = RayJobs::try_new(&with_token, Interrupt::never()).unwrap();
    ray.launch(&launch(0, 1)).unwrap();
    assert_eq!(double.head().posted.last().unwrap().2, Some(format!("Bearer {token}")));
    double.head().token = Some("other");
    let error = ray.poll(&[launch(0, 1).id()]).unwrap_err();
    assert_eq!(error.hint().unwrap(), format!("check the token in {TOKEN_VARIABLE}"));
    double.head().token = None;
    double.head().faults = vec![(500, Box::leak(format!("echo {token}").into_boxed_str())); 9];
    let shown = ray.launch(&launch(1, 1)).unwrap_err().to_string();
    assert!(!shown.contains(&token) && shown.contains("***"), "{shown}");
}

#[test]
fn a_head_that_is_down_may_come_back() {
    let double = RayDouble::start();
    let ray = ray(&double);
    let id = launch(0, 1).id();
    drop(double);
    let error = ray.poll(&[id]).unwrap_err();
    assert!(error.is_transient(), "{error}");
    assert_eq!(error.exit_code(), 4);
}
