//! Promotions of successive halving against two references that share no code with it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::base::{Rng, SeedStream};
use crate::tuner::Asha;

/// What happened to one bracket, and what it answered.
struct Order {
    eta: u32,
    rungs: usize,
    events: Vec<Event>,
    answers: Vec<Option<(usize, usize)>>,
}

#[derive(Clone, Copy)]
enum Event {
    Ask,
    Report(usize, usize, Option<f64>),
}

/// Random workers that ask and report at random, with equal scores and failures among them.
fn random_order(rng: &mut Rng) -> Order {
    let (eta, rungs) = (2 + rng.below(3) as u32, 2 + rng.below(4));
    let (trials, workers) = (1 + rng.below(80), 1 + rng.below(12));
    let levels = [4, 30, 1_000_000][rng.below(3)];
    let mut asha = Asha::new(rungs, 0, eta);
    let mut order = Order { eta, rungs, events: Vec::new(), answers: Vec::new() };
    let (mut begun, mut at_work) = (0, Vec::new());
    loop {
        let is_asked = at_work.len() < workers && rng.below(2) == 0;
        if is_asked || at_work.is_empty() {
            let answer = asha.promote().map(|promotion| (promotion.trial, promotion.rung));
            order.events.push(Event::Ask);
            order.answers.push(answer);
            match answer {
                Some(job) => at_work.push(job),
                None if begun < trials => {
                    at_work.push((begun, 0));
                    begun += 1;
                }
                None if at_work.is_empty() => return order,
                None => {}
            }
        } else {
            let (trial, rung) = at_work.swap_remove(rng.below(at_work.len()));
            let score = (rng.below(10) > 0).then(|| rng.below(levels) as f64 / 4.0 - 0.5);
            asha.report(trial, rung, score);
            order.events.push(Event::Report(trial, rung, score));
        }
    }
}

fn orders() -> Vec<Order> {
    let mut rng = SeedStream::new(2020).rng();
    (0..1000).map(|_| random_order(&mut rng)).collect()
}

/// Algorithm 2 of the paper word by word: everything is sorted anew for each question.
fn reference(order: &Order) -> Vec<Option<(usize, usize)>> {
    let mut reports: Vec<(usize, usize, Option<f64>)> = Vec::new();
    let mut promoted: Vec<(usize, usize)> = Vec::new();
    let mut answers = Vec::new();
    for event in &order.events {
        let Event::Report(trial, rung, score) = *event else {
            let answer = (0..order.rungs - 1).rev().find_map(|rung| {
                let mut there: Vec<_> = reports.iter().filter(|r| r.1 == rung).collect();
                there.sort_by(|a, b| {
                    let value = |score: Option<f64>| score.unwrap_or(f64::NEG_INFINITY);
                    value(b.2).partial_cmp(&value(a.2)).unwrap().then(a.0.cmp(&b.0))
                });
                let candidates = &there[..there.len() / order.eta as usize];
                let free = |r: &&&(usize, usize, Option<f64>)| {
                    r.2.is_some() && !promoted.contains(&(r.0, rung))
                };
                candidates.iter().find(free).map(|r| (r.0, rung))
            });
            promoted.extend(answer);
            answers.push(answer.map(|(trial, rung)| (trial, rung + 1)));
            continue;
        };
        reports.push((trial, rung, score));
    }
    answers
}

#[test]
fn promotions_are_those_of_the_paper() {
    let orders = orders();
    for (index, order) in orders.iter().enumerate() {
        assert_eq!(order.answers, reference(order), "order {index}");
    }
    let promotions = orders.iter().flat_map(|order| &order.answers).flatten().count();
    assert!(promotions > 10_000, "{promotions}");
}

#[test]
fn promotions_are_those_of_the_python_script() {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/asha.py");
    let python =
        Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut python) = python else {
        eprintln!("skipped: no python3 to compare promotions with");
        return;
    };
    let orders = orders();
    let event = |event: &Event| match *event {
        Event::Ask => json!(["ask"]),
        Event::Report(trial, rung, score) => json!(["report", trial, rung, score]),
    };
    let shown = |order: &Order| {
        let events: Vec<Value> = order.events.iter().map(event).collect();
        json!({"eta": order.eta, "rungs": order.rungs, "events": events})
    };
    let input = Value::from(orders.iter().map(shown).collect::<Vec<_>>()).to_string();
    let mut stdin = python.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let answers: Vec<Vec<Option<(usize, usize)>>> = serde_json::from_slice(&output.stdout).unwrap();
    let ours: Vec<_> = orders.into_iter().map(|order| order.answers).collect();
    assert!(answers == ours, "promotions differ");
}

/// One in η goes on, and some that were among the best too early: about √n of n (§3.3 of the paper).
#[test]
fn few_go_on_too_early() {
    let mut rng = SeedStream::new(7).rng();
    let (runs, trials) = (50, 243);
    let mut gone = 0;
    for _ in 0..runs {
        let mut asha = Asha::new(2, 0, 3);
        for trial in 0..trials {
            asha.report(trial, 0, Some(rng.uniform()));
            gone += std::iter::from_fn(|| asha.promote()).count();
        }
    }
    let mean = gone as f64 / f64::from(runs);
    let least = trials as f64 / 3.0;
    assert!(mean >= least && mean < least + 2.0 * (trials as f64).sqrt(), "{mean}");
}
