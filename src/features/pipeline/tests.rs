use super::{DocumentError, FeatureDocument, FeaturePipeline};
use crate::config::{Adjust, Transform};
use crate::domain::Panel;
use crate::features::test_panels::{DAILY, daily, range, specs, xnys};
use crate::features::{FeatureFrame, FeatureGraph, FittedTransforms, batch};

fn made() -> (Panel, FeatureFrame, FeatureDocument) {
    let panel = daily(&["SPY", "QQQ"], "2022-01-03..2023-12-29", 21, 5);
    let graph =
        FeatureGraph::try_new(&specs(DAILY), &panel.symbols, panel.timeframe, &xnys()).unwrap();
    let frame = batch(&graph, &panel).unwrap();
    let chain = [
        Transform::ClipPercentile(crate::config::ClipPercentile::default()),
        Transform::YeoJohnson,
        Transform::Standardize,
        Transform::Squash,
    ];
    let days = range("2022-01-03..2022-12-30");
    let fitted = FittedTransforms::fit(&chain, &frame, days, &xnys()).unwrap();
    let document = FeatureDocument::try_new(&graph, Adjust::Total, fitted).unwrap();
    (panel, frame, document)
}

#[test]
fn trading_sees_the_rows_of_training_bit_for_bit() {
    let (panel, frame, document) = made();
    let read = FeatureDocument::from_json(&document.to_json().unwrap()).unwrap();
    assert_eq!(read, document);
    let trained = document.transforms().apply_frame(&frame).unwrap();
    let mut pipeline = FeaturePipeline::try_new(&read).unwrap();
    let ready = frame.first_ready_row().unwrap();
    let width = frame.names.len();
    for (index, row) in panel.rows.iter().enumerate() {
        let found = pipeline.update(row);
        assert_eq!(found.is_some(), index >= ready, "row {index}");
        if let Some(found) = found {
            let expected = &trained[index * width..][..width];
            let bits = |values: &[f32]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(found), bits(expected), "row {index}");
        }
    }
}

fn check_refused(text: &str, expected: &str) {
    let error = FeatureDocument::from_json(text).unwrap_err();
    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(format!("{error}: {cause}").contains(expected), "{error}: {cause}");
}

#[test]
fn documents_that_do_not_fit_together_are_refused() {
    let text = made().2.to_json().unwrap();
    let edit = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    check_refused("{}", "missing field");
    check_refused(&edit(r#""schema_version": 1"#, r#""schema_version": 2"#), "was 2");
    check_refused(&edit(r#""adjust": "total""#, r#""adjust": "all""#), "unknown variant");
    check_refused(&edit("\"SPY.return_1\"", "\"SPY.return_9\""), "was `SPY.return_9`");
    check_refused(&edit(r#""window": 1"#, r#""window": 0"#), "in 1..=10000, was 0");
    check_refused(&edit(r#""window": 1"#, r#""window": 7"#), "a feature column must be");
    let broken = FeatureDocument::from_json(&text[..text.len() / 2]);
    assert!(matches!(broken, Err(DocumentError::Json { .. })));
}
