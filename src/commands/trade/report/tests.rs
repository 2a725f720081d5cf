//! The report on ordinary, empty and odd sessions.

use std::collections::BTreeMap;

use super::charts::paper_pictures;
use super::input::{AttributionRow, FillMark, LimitCourse, PaperReportInput};
use super::page::render;
use super::*;
use crate::base::{SeedStream, Timestamp};
use crate::commands::trade::view::AlertRow;
use crate::domain::{OrderId, Side, Symbol};

fn symbol(name: &str) -> Symbol {
    Symbol::try_from(name.to_owned()).unwrap()
}

fn day(index: usize) -> Timestamp {
    let start: Timestamp = "2023-01-03T21:00:00Z".parse().unwrap();
    start.saturating_add_nanos(index as i64 * 86_400_000_000_000)
}

/// A made-up session with something of everything.
fn session(num_days: usize) -> PaperReportInput {
    let mut rng = SeedStream::new(7).child("paper report").rng();
    let names = ["SPY", "QQQ", "IWM"];
    let mut input = PaperReportInput {
        session: "spy_qqq-paper-20240301T140000-1f3a9c2e".to_owned(),
        agent: "spy_qqq + <momentum>".to_owned(),
        venue: "sim".to_owned(),
        symbols: names.map(symbol).to_vec(),
        decisions: num_days,
        rejects: 1,
        denials: BTreeMap::from([("GROSS_EXPOSURE".into(), 12), ("PRICE_COLLAR".into(), 3)]),
        not_decided: BTreeMap::from([("warming_up".into(), 20), ("disagreement".into(), 4)]),
        ledger: (18_412, "7b0c41d29e5f".to_owned()),
        provenance: vec![("Bundle spy_qqq".to_owned(), "1f3a9c2e".to_owned())],
        ..PaperReportInput::default()
    };
    let (mut equity, mut prices, mut held) = (100_000.0, [380.0, 270.0, 175.0], [0.3, 0.3, 0.1]);
    for index in 0..num_days {
        let mut change = 0.0;
        for asset in 0..3 {
            let gain = 0.0006 + 0.011 * rng.normal();
            prices[asset] *= 1.0 + gain;
            change += held[asset] * gain;
        }
        equity *= 1.0 + change;
        let time = day(index);
        input.equity.push((time, equity));
        input.backtest.push((time, equity * (1.0 + 0.00002 * index as f64)));
        let cash = 1.0 - held.iter().sum::<f64>();
        input.weights.push((time, [&[cash], held.as_slice()].concat()));
        input.closes.push((time, prices.to_vec()));
        if index % 9 == 4 {
            let asset = (index / 9) % 3;
            let side = if rng.uniform() < 0.5 { Side::Buy } else { Side::Sell };
            held[asset] = (held[asset] + 0.1 * side.sign()).clamp(-0.2, 0.6);
            input.fills.push(FillMark {
                time,
                order_id: OrderId(index as u64),
                symbol: symbol(names[asset]),
                side,
                quantity: 25.0,
                price: prices[asset] * (1.0 + 0.0002 * side.sign()),
                cost: 1.3,
            });
        }
    }
    input.orders = input.fills.len() + 1;
    input.limits = limits(&input);
    input.alerts = vec![AlertRow { time: day(3), text: "IWM halted: over fill".to_owned() }];
    input.attribution = attribution();
    input
}

fn limits(input: &PaperReportInput) -> Vec<LimitCourse> {
    let course = |key: &str, limit: f64, used: &dyn Fn(&[f64]) -> f64| LimitCourse {
        key: key.to_owned(),
        limit,
        points: input.weights.iter().map(|(time, weights)| (*time, used(weights))).collect(),
    };
    vec![
        course("gross_exposure_max", 1.1, &|w| w.iter().skip(1).map(|w| w.abs()).sum()),
        course("weight_abs_max", 0.65, &|w| w.iter().skip(1).fold(0.0, |m, w| w.abs().max(m))),
        course("net_exposure_max", 1.5, &|w| w.iter().skip(1).sum::<f64>().abs()),
        course("rejects_per_minute_max", 5.0, &|_| 0.0),
    ]
}

fn attribution() -> Vec<AttributionRow> {
    let row = |cause: &str, amount, meaning: &str| AttributionRow {
        cause: cause.to_owned(),
        amount,
        meaning: meaning.to_owned(),
    };
    vec![
        row("data", 0.0, "rows that paper saw otherwise than the backtest"),
        row("latency", -12.4, "prices that moved before the order arrived"),
        row("fill", -310.25, "worse prices than the backtest assumed"),
        row("cost", 41.07, "cheaper than assumed"),
        row("missed", -88.0, "orders that did not trade"),
    ]
}

fn check(input: &PaperReportInput, what: &str) -> String {
    for drawn in paper_pictures(input) {
        let svg = drawn.picture.to_svg();
        assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{what} {}", drawn.slug);
        let flaws = drawn.picture.flaws();
        assert!(flaws.is_empty(), "{what} {}: {flaws:#?}", drawn.slug);
    }
    let html = render(input);
    let without_names = html.replace("http://www.w3.org/2000/svg", "");
    assert!(!without_names.contains("http") && !without_names.contains("url("), "{what}");
    html
}

#[test]
fn sessions_of_every_length_give_whole_pages() {
    for days in [0, 1, 2, 30, 250] {
        let html = check(&session(days), &format!("{days} days"));
        assert!(html.contains("spy_qqq + &lt;momentum&gt;"), "{days}");
    }
    check(&PaperReportInput::default(), "nothing");
}

#[test]
fn the_page_tells_what_happened() {
    let html = check(&session(250), "year");
    for words in
        ["worst drawdown", "GROSS_EXPOSURE", "IWM halted: over fill", "of the start", "warming up"]
    {
        assert!(html.contains(words), "{words}");
    }
    let data = html.split(r#"id="releat-session">"#).nth(1).unwrap();
    let data: serde_json::Value =
        serde_json::from_str(data.split("</script>").next().unwrap()).unwrap();
    assert_eq!(data["schema_version"], 1);
    assert_eq!(data["denials"]["PRICE_COLLAR"], 3);
    assert_eq!(data["attribution"]["fill"], -310.25);
    let ends = session(250).ends().unwrap();
    assert_eq!(data["equity_end"], ends.1);
}

#[test]
fn many_fills_are_cut_and_said_so() {
    let mut input = session(30);
    let one = input.fills[0].clone();
    input.fills = vec![one; 1_000];
    assert!(check(&input, "many fills").contains("800 fills in between are left out"));
}

#[test]
fn odd_numbers_do_no_harm() {
    let mut input = session(30);
    input.equity[7].1 = f64::NAN;
    input.closes[3].1[0] = f64::NAN;
    input.limits[0].limit = 0.0;
    input.weights[5].1.pop();
    check(&input, "odd");
}

#[test]
fn a_report_lies_in_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let files = write_paper_report(folder.path(), &session(60)).unwrap();
    assert_eq!(files.report, folder.path().join("report.html"));
    assert!(files.pictures.iter().all(|path| path.exists()));
    assert!(files.pictures.contains(&folder.path().join("pictures/fills_SPY.png")));
}

#[test]
#[ignore = "writes a report to look at, into the folder for temporary files"]
fn a_report_to_look_at() {
    write_paper_report(&std::env::temp_dir().join("releat_paper_report"), &session(250)).unwrap();
}
