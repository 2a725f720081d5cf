//! The report as text.

use super::*;
use crate::base::{SeedStream, Timestamp};
use crate::domain::Side;
use crate::metrics::{
    BarClock, BootstrapOptions, Overfitting, Summary, SummaryInput, TrialReturns,
};
use crate::plot::TradeMark;

const NUM_BARS: usize = 120;

fn run(name: &str, drift: f64, seed: u64) -> NamedRun {
    let mut rng = SeedStream::new(seed).rng();
    let returns: Vec<f64> = (0..NUM_BARS).map(|_| drift + 0.01 * rng.normal()).collect();
    let input = SummaryInput {
        returns: &returns,
        benchmark: &[],
        exposure: &[],
        turnover: &[],
        costs: &[],
        trades: &[],
        clock: BarClock { bars_per_year: 252.0 },
        risk_free: 0.0,
    };
    let options = BootstrapOptions { samples: 50, mean_block_bars: 5.0, confidence: 0.95 };
    let summary = Summary::compute(&input, options, &SeedStream::new(seed));
    NamedRun { name: name.to_owned(), returns, summary }
}

fn input() -> ReportInput {
    let times: Vec<Timestamp> = (0..NUM_BARS as i64)
        .map(|day| Timestamp::from_seconds(1_546_462_800 + day * 86_400))
        .collect();
    let passed = GateCheck {
        name: "Sharpe ratio".to_owned(),
        threshold: Bound::AtLeast(0.5),
        value: Some(0.75),
        reason: None,
        passed: true,
    };
    ReportInput {
        title: "Demo </script><b>".to_owned(),
        agent_name: "agent & co".to_owned(),
        bundle_digest: "ab".repeat(32),
        range: "2019-01-02..2019-05-01".parse().unwrap(),
        warnings: vec!["synthetic data".to_owned()],
        gate: vec![passed],
        overfitting: None,
        clock: BarClock { bars_per_year: 252.0 },
        risk_free: 0.0,
        confidence: 0.95,
        initial_equity: 10_000.0,
        runs: vec![run("agent & co", 0.004, 1), run("cash", 0.0, 2)],
        weights: Some(WeightHistory {
            assets: vec!["cash".to_owned(), "SPY".to_owned()],
            values: vec![vec![0.4; NUM_BARS], vec![0.6; NUM_BARS]],
        }),
        actions: vec![
            ActionCount { name: "hold".to_owned(), count: 90 },
            ActionCount { name: "60 % SPY".to_owned(), count: 30 },
        ],
        price: Some(PriceHistory {
            symbol: "SPY".to_owned(),
            prices: vec![250.0; NUM_BARS],
            marks: vec![TradeMark { time: times[3], price: 250.0, side: Side::Buy }],
        }),
        turnover: vec![0.01; NUM_BARS],
        costs: vec![0.0001; NUM_BARS],
        config_yaml: "name: demo # <tag>".to_owned(),
        data_fingerprint: "cd".repeat(32),
        provenance: vec![("Seed".to_owned(), "7".to_owned())],
        times,
    }
}

#[test]
fn a_report_says_the_verdict_first_and_needs_no_network() {
    let html = render(&input()).unwrap();
    let verdict = html.find("Gate passed: its one check holds").unwrap();
    assert!(verdict < html.find("<svg").unwrap());
    assert!(html.contains("ranks 1 of 2"));
    assert_eq!(html.matches("<svg").count(), 10);
    let without_names = html.replace("http://www.w3.org/2000/svg", "");
    assert!(!without_names.contains("http") && !without_names.contains("url("));
    assert_eq!(html, render(&input()).unwrap());
}

#[test]
fn text_from_outside_is_escaped() {
    let html = render(&input()).unwrap();
    assert_eq!(html.matches("</script>").count(), 1);
    assert!(!html.contains("<b>, ") && !html.contains("<tag>") && html.contains("agent &amp; co"));
    let start = html.find(r#"id="releat-report">"#).unwrap() + r#"id="releat-report">"#.len();
    let end = html[start..].find("</script>").unwrap() + start;
    let data: serde_json::Value = serde_json::from_str(&html[start..end]).unwrap();
    assert_eq!(data["title"], "Demo </script><b>");
    assert_eq!(data["gate"][0]["threshold"]["at_least"], 0.5);
    assert_eq!(data["gate_passed"], true);
    assert!(data["runs"][0]["metrics"]["sharpe"]["low"].is_number());
}

#[test]
fn a_failed_gate_is_said_in_words() {
    let mut failed = input();
    failed.gate.push(GateCheck {
        name: "Drawdown".to_owned(),
        threshold: Bound::AtMost(0.1),
        value: None,
        reason: Some("it is <not> defined".to_owned()),
        passed: false,
    });
    let html = render(&failed).unwrap();
    assert!(html.contains("Gate failed: 1 of 2 checks do not hold"));
    assert!(html.contains("undefined") && html.contains("it is &lt;not&gt; defined"));
}

#[test]
fn the_luck_of_the_choice_has_a_section() {
    let mut chosen = input();
    assert!(!render(&chosen).unwrap().contains("How much of it is luck"));
    let trial = |number: u64| TrialReturns {
        name: format!("demo/{number}"),
        period: String::new(),
        returns: run("", 0.0, number).returns,
    };
    let mut trials: Vec<TrialReturns> = (0..6).map(trial).collect();
    trials.push(TrialReturns::default());
    let best = Overfitting::best(&trials).unwrap();
    chosen.overfitting = Some(Overfitting::compute(&trials, best, chosen.clock));
    let html = render(&chosen).unwrap();
    let section = html.find("How much of it is luck").unwrap();
    assert!(html.find("Against the baselines").unwrap() < section);
    assert!(html.contains("7 trials tried, worth"));
    assert!(html.contains("1 trial without returns could not be chosen"));
    assert!(html.contains("Ranks on the other half in 12870 splits"));
    assert!(html.contains(r#""overfitting":{"chosen":"demo/"#) && !html.contains("logits"));
    chosen.overfitting = Some(Overfitting::compute(&[TrialReturns::default()], 0, chosen.clock));
    let html = render(&chosen).unwrap();
    assert!(html.contains("splitting needs 20 bars or more, the chosen trial has 0"));
}

#[test]
fn data_that_does_not_fit_is_refused() {
    let check = |change: fn(&mut ReportInput), expected: &str| {
        let mut wrong = input();
        change(&mut wrong);
        assert_eq!(render(&wrong).unwrap_err().to_string(), expected);
    };
    check(|i| i.runs.clear(), "a report needs at least one run, the agent's, found none");
    check(|i| i.costs.truncate(3), "`costs` must have 120 values, one per bar, found 3");
    check(
        |i| i.weights.as_mut().unwrap().assets.truncate(1),
        "weights must have one series per asset, found 1 assets and 2 series",
    );
}

#[test]
fn a_run_without_bars_still_gives_a_page() {
    let mut empty = input();
    empty.times.clear();
    for run in &mut empty.runs {
        run.returns.clear();
        run.summary = Summary::default();
    }
    (empty.weights, empty.price) = (None, None);
    (empty.turnover, empty.costs, empty.actions) = (Vec::new(), Vec::new(), Vec::new());
    let html = render(&empty).unwrap();
    assert!(html.contains("no data in this range"));
}

#[test]
fn the_overview_is_a_png() {
    assert_eq!(&overview_png(&input()).unwrap()[1..4], b"PNG");
}
