//! Runs, their metrics and episodes.

use std::time::Duration;

use super::places::Place;
use crate::base::{Timestamp, digest_bytes};
use crate::store::{
    Episode, EpisodeStep, EpisodeTrade, MetricRow, Operation, OperationKind, RunDraft, RunEnd,
    RunFilter, RunStatus, TradeDirection,
};

const LEASE: Duration = Duration::from_secs(30);

fn draft(id: &str) -> RunDraft {
    RunDraft {
        id: id.to_owned(),
        agent: "turtle".to_owned(),
        seed: 1,
        inputs: digest_bytes(b"inputs"),
        folder: "data/runs/one".into(),
        agent_yaml: "name: turtle\n".to_owned(),
    }
}

#[test]
fn a_run_lives_as_long_as_its_heartbeat() {
    for place in Place::all() {
        let store = place.open();
        store.begin_run(&draft("one"), LEASE).unwrap();
        store.begin_run(&draft("two"), Duration::ZERO).unwrap();
        store.heartbeat_run("one", (5_000, Some(0.25)), LEASE).unwrap();
        std::thread::sleep(Duration::from_millis(5));
        let runs = store.runs(&RunFilter::default()).unwrap();
        assert_eq!(runs[0].draft, draft("one"));
        let standing =
            |index: usize| (runs[index].status, runs[index].env_steps, runs[index].best_score);
        assert_eq!(standing(0), (RunStatus::Running, 5_000, Some(0.25)));
        assert_eq!(standing(1), (RunStatus::Lost, 0, None));

        store.begin_run(&draft("two"), LEASE).unwrap();
        let end = RunEnd {
            status: RunStatus::Complete,
            env_steps: 9_000,
            best_score: Some(1.5),
            bundle: Some("data/runs/two/bundle".into()),
        };
        store.end_run("two", &end).unwrap();
        store.heartbeat_run("two", (1, None), LEASE).unwrap();
        let wanted = RunFilter { id: Some("two".to_owned()), agent: Some("turtle".to_owned()) };
        let [two] = &*store.runs(&wanted).unwrap() else { panic!("one run") };
        assert_eq!((two.status, two.env_steps), (RunStatus::Complete, 9_000));
        assert_eq!(two.bundle, end.bundle);
        assert!(two.started_at <= two.ended_at.unwrap());
        let nobody = RunFilter { agent: Some("hare".to_owned()), id: None };
        assert_eq!(store.runs(&nobody).unwrap(), []);
    }
}

#[test]
fn metrics_come_back_by_name_and_step() {
    for place in Place::all() {
        let store = place.open();
        store.begin_run(&draft("one"), LEASE).unwrap();
        store.note_metrics("one", 200, &[("loss", f64::NAN), ("entropy", 1.25)]).unwrap();
        store.note_metrics("one", 100, &[("loss", 0.5)]).unwrap();
        store.note_metrics("one", 100, &[("loss", 0.75)]).unwrap();
        store.note_metrics("one", 300, &[]).unwrap();
        let row =
            |name: &str, env_steps, value| MetricRow { name: name.to_owned(), env_steps, value };
        let expected =
            [row("entropy", 200, Some(1.25)), row("loss", 100, Some(0.75)), row("loss", 200, None)];
        assert_eq!(store.metrics("one").unwrap(), expected);
        assert!(store.note_metrics("nobody", 1, &[("loss", 1.0)]).is_err());
    }
}

fn time(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_500_000_000 + seconds)
}

fn episode() -> Episode {
    let step = |index: i64| EpisodeStep {
        timestamp: time(index),
        portfolio_value: Some(100_000.0 + index as f64),
        reward: Some(0.1),
        asset_price: None,
        action: Some("QQQ".to_owned()),
        position: Some("long".to_owned()),
    };
    let trade = EpisodeTrade {
        symbol: "QQQ".to_owned(),
        entry_time: time(1),
        exit_time: Some(time(9)),
        entry_price: 100.5,
        exit_price: Some(101.0),
        quantity: 3.0,
        direction: TradeDirection::Short,
        pnl: Some(-1.5),
        costs: Some(0.25),
    };
    let operation = |step: usize, kind| Operation {
        step,
        symbol: "QQQ".to_owned(),
        timestamp: time(1),
        kind,
        size: 3.0,
        price: 100.5,
    };
    Episode {
        number: 2,
        label: "validation".to_owned(),
        start_time: Some(time(0)),
        end_time: Some(time(1_256)),
        initial_portfolio_value: Some(100_000.0),
        final_portfolio_value: Some(100_250.0),
        status: "truncated".to_owned(),
        sharpe_ratio: Some(0.75),
        max_drawdown: Some(0.125),
        total_reward: Some(1.0),
        win_rate: None,
        steps: (0..1_257).map(step).collect(),
        trades: vec![trade],
        operations: vec![
            operation(1, OperationKind::EntryShort),
            operation(1_256, OperationKind::ExitShort),
        ],
    }
}

#[test]
fn an_episode_comes_back_whole_and_is_replaced_whole() {
    for place in Place::all() {
        let store = place.open();
        store.begin_run(&draft("one"), LEASE).unwrap();
        let episode = episode();
        store.put_episode("one", &episode).unwrap();
        store.put_episode("one", &episode).unwrap();
        let [row] = &*store.episodes("one").unwrap() else { panic!("one episode") };
        assert_eq!((row.number, row.total_steps, row.pnl), (2, 1_257, Some(250.0)));
        assert_eq!((row.end_time, &*row.status), (episode.end_time, "truncated"));
        assert_eq!(store.steps("one", 2).unwrap(), episode.steps);
        assert_eq!(store.trades("one", 2).unwrap(), episode.trades);
        assert_eq!(store.operations("one", 2).unwrap(), episode.operations);

        let mut broken = episode.clone();
        broken.operations[0].step = 5_000;
        let error = store.put_episode("one", &broken).unwrap_err().to_string();
        assert!(error.starts_with("there is no step 5000 of an operation in "), "{error}");
        assert_eq!(store.steps("one", 2).unwrap().len(), 1_257, "the old one stays whole");
    }
}
