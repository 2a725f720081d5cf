//! Ten thousand trials. The times are printed, not asserted: `cargo test -- --nocapture`.

use super::places::{Place, params, study};
use crate::base::Stopwatch;
use crate::store::{TrialEnd, TrialState};

const NAME: &str = "turtle-1";

/// A study of `count` trials, written as bulk and not through the calls of a study.
fn fill(store: &crate::store::Store, count: usize) {
    use crate::store::database::{Value, values};
    store.create_study(&study(NAME)).unwrap();
    let label = |text| Value::Label(text);
    store
        .write(async |link| {
            let rows: Vec<Vec<Value>> = (0..count)
                .map(|number| {
                    let now = crate::base::now();
                    values![number + 1, number, 1_i64, label("COMPLETE"), now, now].to_vec()
                })
                .collect();
            let head = "INSERT INTO trials (trial_id, number, study_id, state, datetime_start, datetime_complete)";
            link.insert("fill", (head, ""), &rows).await?;
            let settings = params(0.5);
            let rows: Vec<Vec<Value>> = (0..count)
                .flat_map(|number| (0..6).map(move |index| (number, index)))
                .map(|(number, index)| {
                    let param = &settings[index % 2];
                    let name = format!("{}_{index}", param.name);
                    values![number + 1, name, number as f64 / 7.0, &*param.distribution].to_vec()
                })
                .collect();
            let head = "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)";
            link.insert("fill", (head, ""), &rows).await?;
            let rows: Vec<Vec<Value>> = (0..count)
                .flat_map(|number| (0..if number % 3 == 0 { 2_i64 } else { 1 }).map(move |rung| (number, rung)))
                .map(|(number, rung)| {
                    values![number + 1, 1_000 * (rung + 1), number as f64 / 3.0, label("FINITE")].to_vec()
                })
                .collect();
            let head = "INSERT INTO trial_intermediate_values \
                        (trial_id, step, intermediate_value, intermediate_value_type)";
            link.insert("fill", (head, ""), &rows).await?;
            let rows: Vec<Vec<Value>> = (0..count)
                .map(|number| values![number + 1, 0_i64, number as f64, label("FINITE")].to_vec())
                .collect();
            let head = "INSERT INTO trial_values (trial_id, objective, value, value_type)";
            link.insert("fill", (head, ""), &rows).await
        })
        .unwrap();
}

#[test]
fn ten_thousand_trials_are_listed_and_one_more_is_kept() {
    for place in Place::all() {
        let store = place.open();
        fill(&store, 10_000);
        let kind = place.url.split(':').next().unwrap();
        for _ in 0..8 {
            let watch = Stopwatch::start();
            let trials = store.trials(NAME).unwrap();
            println!("{kind}: 10,000 trials listed in {:.1} ms", watch.seconds() * 1e3);
            assert_eq!(trials.len(), 10_000);
            assert_eq!(trials[3].reports.len(), 2);
            assert_eq!(trials[9_999].params[5].value, 9_999.0 / 7.0);
            let watch = Stopwatch::start();
            let studies = store.list_studies().unwrap();
            println!("{kind}: the study listed in {:.1} ms", watch.seconds() * 1e3);
            assert_eq!(studies[0].best, Some((9_999, 9_999.0)));
        }
        store
            .write(async |link| match link.clock().starts_with("strftime") {
                true => Ok(0),
                false => {
                    link.run("count on", "SELECT setval('trials_trial_id_seq', 10000)", &[]).await
                }
            })
            .unwrap();
        let watch = Stopwatch::start();
        for number in 10_000..10_100 {
            store.put_trial(NAME, number, &params(0.5), &Default::default()).unwrap();
            store.report(NAME, number, 1_000, Some(1.0)).unwrap();
            let end = TrialEnd { state: TrialState::Complete, value: Some(1.0) };
            store.end_trial(NAME, number, end).unwrap();
        }
        println!("{kind}: bookkeeping of a trial {:.2} ms", watch.seconds() * 1e3 / 100.0);
    }
}
