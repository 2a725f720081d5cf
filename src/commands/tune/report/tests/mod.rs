//! The report on ordinary, huge and odd studies.

mod sample;

use serde_json::{Value, json};

use super::*;
use crate::plot::Picture;
use sample::{cost_sweep, study, walk_forward};

fn whole(picture: &Picture, what: &str) {
    let svg = picture.to_svg();
    assert!(svg.starts_with("<svg viewBox=") && svg.ends_with("</svg>"), "{what}");
    assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{what} {}", picture.title());
    assert!(svg.len() < 400_000, "{what} {}: {} bytes", picture.title(), svg.len());
    let flaws = picture.flaws();
    assert!(flaws.is_empty(), "{what} {}: {flaws:#?}", picture.title());
}

fn check(input: &StudyReportInput, what: &str) -> String {
    for drawn in study_pictures(input) {
        whole(&drawn.picture, what);
    }
    let html = render(input);
    let without_names = html.replace("http://www.w3.org/2000/svg", "");
    assert!(!without_names.contains("http") && !without_names.contains("url("), "{what}");
    html
}

#[test]
fn studies_of_every_size_give_whole_pages() {
    for count in [0, 1, 2, 3, 32, 500] {
        let html = check(&study(count, 1), &format!("{count} trials"));
        assert!(html.contains("tried in this study"), "{count}");
    }
}

#[test]
fn ten_thousand_trials_stay_small_and_say_what_is_left_out() {
    let html = check(&study(10_000, 1), "10,000 trials");
    assert!(html.len() < 2_500_000, "{} bytes", html.len());
    for words in ["240 of 9688 trials are drawn", "3000 of 9567 dots", "300 of 9567 trials"] {
        assert!(html.contains(words), "{words}");
    }
    assert!(html.contains("10,000 trials"));
}

#[test]
fn a_study_without_a_complete_trial_has_no_winner() {
    let mut input = study(12, 1);
    for trial in &mut input.trials {
        (trial.state, trial.value) = (TrialEnd::Failed, Some(f64::NAN));
        trial.reports = vec![(1_000, f64::NEG_INFINITY)];
    }
    (input.best, input.importances, input.overfitting) =
        (None, Vec::new(), OverfittingFigures::default());
    let html = check(&input, "failed");
    assert!(html.contains("there is no winner") && html.contains("not enough numbers to judge"));
    assert!(html.contains("no data in this range"));
}

#[test]
fn odd_values_and_names_stay_on_the_sheet() {
    let mut input = study(40, 3);
    let long = "learner.ppo.".to_owned() + &"a_very_long_name_of_a_setting_".repeat(6);
    for (index, trial) in input.trials.iter_mut().enumerate() {
        trial.params.push((long.clone(), json!({"kind": "x".repeat(80), "index": index % 3})));
        if index % 4 == 0 {
            trial.params.remove(0);
        }
        trial.params.push(("<b>&\"'".to_owned(), Value::from("</script><script>")));
        trial.value = match index % 7 {
            0 => Some(f64::INFINITY),
            1 => Some(-1e9),
            2 => None,
            _ => trial.value,
        };
        trial.reports.push((2_000_000, f64::NAN));
    }
    input.name = "</title><script>alert(1)</script>".to_owned();
    let html = check(&input, "odd");
    assert_eq!(html.matches("</script>").count(), 1);
    assert!(!html.contains("<b>&") && html.contains("&lt;/title&gt;"));
    assert!(html.contains("far lower value"));
}

#[test]
fn many_parameters_are_cut_by_importance() {
    let mut input = study(30, 4);
    for trial in &mut input.trials {
        let more =
            (0..30).map(|i| (format!("model.part_{i}.width"), Value::from(i + trial.number)));
        trial.params.extend(more);
    }
    let html = check(&input, "many parameters");
    assert!(html.contains("less important parameters are left out"));
}

#[test]
fn work_is_drawn_from_trials_where_jobs_are_unknown() {
    let slugs = |input: &StudyReportInput| -> Vec<&str> {
        study_pictures(input).iter().map(|drawn| drawn.slug).collect()
    };
    let mut input = study(9, 2);
    let times: Vec<_> = input.jobs.iter().map(|job| (job.started, job.ended)).collect();
    input.jobs.clear();
    for (trial, (started, ended)) in input.trials.iter_mut().zip(times) {
        (trial.started, trial.ended) = (Some(started), ended);
    }
    assert!(!slugs(&input).contains(&"timeline"));
    for trial in &mut input.trials {
        trial.worker = Some("host-a".to_owned());
    }
    assert!(slugs(&input).contains(&"timeline"));
    check(&input, "work of trials");
}

#[test]
fn one_value_for_all_is_drawn() {
    let mut input = study(9, 2);
    for trial in &mut input.trials {
        trial.value = Some(0.0);
        trial.reports = vec![(500, 0.0)];
        trial.params = vec![("seed".to_owned(), Value::from(7))];
    }
    input.params.clear();
    check(&input, "one value");
}

#[test]
fn the_box_about_overfitting_speaks_without_being_asked() {
    let html = render(&study(32, 1));
    let place = html.find(r#"id="overfitting""#).unwrap();
    assert!(place < html.find("<svg").unwrap());
    assert!(html.contains("32 trials were tried in this study"));
    assert!(html.contains("the ledger has 118 for this agent"));
    assert!(html.contains("luck is a fair explanation"));
    assert!(html.contains("<small>2 trials without returns</small>"));
    let mut good = study(32, 1);
    good.overfitting.deflated_sharpe = Some(0.99);
    good.overfitting.pbo = Some(PboFigures { probability: 0.04, ..PboFigures::default() });
    assert!(render(&good).contains("stands out from luck"));
    let html = render(&study(1, 1));
    assert!(html.contains("1 trial was tried"));
}

#[test]
fn the_data_block_is_json() {
    let html = render(&study(32, 1));
    let opening = r#"id="releat-study">"#;
    let start = html.find(opening).unwrap() + opening.len();
    let end = html[start..].find("</script>").unwrap() + start;
    let data: Value = serde_json::from_str(&html[start..end]).unwrap();
    assert_eq!(data["schema_version"], 1);
    assert!(data["best"]["value"].is_number() && data["overfitting"]["pbo"].is_number());
    assert_eq!(data["trials"]["in_ledger"], 118);
}

#[test]
fn walks_and_sweeps_are_drawn_with_holes_and_without_data() {
    let mut walk = walk_forward(24);
    walk.folds[3].test_sharpe = None;
    walk.folds[5].validation_sharpe = Some(f64::NAN);
    for drawn in walk_forward_pictures(&walk) {
        whole(&drawn.picture, "walk");
    }
    let mut sweep = cost_sweep();
    sweep.costs[2].1 = None;
    assert_eq!(cost_sweep_pictures(&sweep).len(), 2);
    for drawn in cost_sweep_pictures(&sweep) {
        whole(&drawn.picture, "sweep");
    }
    assert!(walk_forward_pictures(&WalkForwardFigures::default()).is_empty());
    sweep.break_even = Some(9_000.0);
    let far = cost_sweep_pictures(&sweep)[0].picture.to_svg();
    assert!(far.contains("break-even at 9000.00×") && far.contains(">5×<"), "{far}");
    let empty = cost_sweep_pictures(&CostSweep::default());
    assert!(empty[0].picture.to_svg().contains("no data"));
    for folds in [1, 2] {
        for drawn in walk_forward_pictures(&walk_forward(folds)) {
            whole(&drawn.picture, "short walk");
        }
    }
}

#[test]
fn the_same_study_gives_the_same_bytes() {
    assert_eq!(render(&study(50, 9)), render(&study(50, 9)));
}

#[test]
fn files_are_written_and_are_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let files = write_study_report(folder.path(), &study(5, 1)).unwrap();
    assert!(std::fs::read_to_string(&files.report).unwrap().starts_with("<!DOCTYPE html>"));
    assert!(files.pictures.len() >= 12);
    for path in &files.pictures {
        let bytes = std::fs::read(path).unwrap();
        let is_png = path.extension().is_some_and(|ending| ending == "png");
        assert_eq!(bytes.starts_with(b"\x89PNG"), is_png, "{}", path.display());
    }
    assert_eq!(&overview_png(&study(5, 1)).unwrap()[1..4], b"PNG");
}
