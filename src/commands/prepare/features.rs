//! `releat features`: the columns of an agent, written or proved.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::base::{DateRange, write_atomic};
use crate::commands::session::{Session, ensure_data};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::dataset::write_column_table;
use crate::evaluate::PreparedMarket;
use crate::features::{FeatureFrame, ProofError, batch, prove};

/// Options of `features`.
#[derive(Debug, Clone)]
pub struct FeaturesOptions {
    /// Days to write; from data.train to data.test if absent.
    pub range: Option<DateRange>,
    /// File to write, .csv or .parquet.
    pub output: Option<PathBuf>,
    /// Values before the transforms.
    pub raw: bool,
    /// Prove that no column looks ahead.
    pub prove: bool,
}

/// Computes the columns of an agent.
///
/// # Errors
/// [`FailureKind::No`] if the proof fails, otherwise as the lake, the features and the disk have it.
pub fn features(options: &SessionOptions, command: &FeaturesOptions) -> Result<(), Failure> {
    if let Some(output) = &command.output {
        check_extension(output)?;
    }
    let session = options.load_with_bars()?;
    let data = &session.agent().data;
    let whole = DateRange::try_new(data.train.start(), data.test.end())
        .map_err(|error| Failure::new(FailureKind::Usage, error))?;
    let range = command.range.unwrap_or(whole);
    if range.start() < data.train.start() {
        let first = data.train.start();
        let text =
            format!("features begin on the first day of data.train, {first}; asked for {range}");
        return Err(Failure::new(FailureKind::Usage, text));
    }
    // The transforms are fitted on the whole training range, whatever is written.
    let until = range.end().max(data.train.end());
    let needed = DateRange::try_new(data.train.start(), until)
        .map_err(|error| Failure::new(FailureKind::Usage, error))?;
    ensure_data(options, &session.lake, session.agent(), needed)?;
    let market = PreparedMarket::for_training(&session.lake, session.agent(), until)?;
    if command.prove {
        return prove_columns(options, &market);
    }
    let frame = columns(&session, command, &market, range)?;
    let (rows, columns) = (frame.num_rows(), frame.names.len());
    if let Some(output) = &command.output {
        let encoded = write_column_table(output, &frame.names, &frame.times, &frame.columns);
        let bytes = encoded.map_err(|error| Failure::new(FailureKind::Bug, error))?;
        write_atomic(output, &bytes).map_err(|error| Failure::new(FailureKind::Data, error))?;
    }
    let document = json!({
        "schema_version": 1,
        "rows": rows,
        "columns": frame.names,
        "output": command.output,
    });
    options.console.document(&document, || {
        let wrote = command.output.as_ref().map(|path| format!(" in {}", path.display()));
        let names = frame.names.join("\n");
        format!("{rows} rows of {columns} columns{}\n{names}", wrote.unwrap_or_default())
    })
}

fn check_extension(path: &Path) -> Result<(), Failure> {
    let extension = path.extension().and_then(|extension| extension.to_str());
    if matches!(extension, Some("csv" | "parquet")) {
        return Ok(());
    }
    let text = format!("--output must end in .csv or .parquet, was {}", path.display());
    Err(Failure::new(FailureKind::Usage, text))
}

fn columns(
    session: &Session,
    command: &FeaturesOptions,
    market: &PreparedMarket,
    range: DateRange,
) -> Result<FeatureFrame, Failure> {
    let failed = |error| Failure::new(FailureKind::Data, error);
    let graph = market.document.graph().map_err(failed)?;
    let mut frame = batch(&graph, &market.panel).map_err(failed)?;
    if !command.raw {
        let rows = market.document.transforms().apply_frame(&frame).map_err(failed)?;
        let width = frame.names.len();
        for (index, column) in frame.columns.iter_mut().enumerate() {
            let values = rows.iter().skip(index).step_by(width.max(1));
            *column = values.map(|&value| f64::from(value)).collect();
        }
    }
    let inside: Vec<bool> =
        frame.times.iter().map(|&time| range.contains(market.calendar.session_day(time))).collect();
    if !inside.contains(&true) {
        let name = &session.agent().name;
        return Err(Failure::new(FailureKind::Data, format!("{name} has no bars in {range}")));
    }
    Ok(FeatureFrame {
        names: frame.names,
        times: keep(&frame.times, &inside),
        columns: frame.columns.iter().map(|column| keep(column, &inside)).collect(),
    })
}

fn keep<T: Copy>(values: &[T], inside: &[bool]) -> Vec<T> {
    values.iter().zip(inside).filter(|(_, inside)| **inside).map(|(value, _)| *value).collect()
}

fn prove_columns(options: &SessionOptions, market: &PreparedMarket) -> Result<(), Failure> {
    let failed = |error| Failure::new(FailureKind::Data, error);
    let graph = market.document.graph().map_err(failed)?;
    let progress = options.progress();
    let proof = prove(&graph, &market.panel, &progress);
    progress.finish();
    match proof {
        Ok(report) => {
            let document = json!({
                "schema_version": 1,
                "passed": true,
                "rows": report.rows,
                "columns": report.columns,
                "truncated_at": report.truncated_at,
                "perturbed_at": report.perturbed_at,
            });
            options.console.document(&document, || {
                format!(
                    "no column looks ahead: {} columns x {} rows equal their stream bit for bit, \
                     with the future cut off after {} rows and changed after {}",
                    report.columns, report.rows, report.truncated_at, report.perturbed_at
                )
            })
        }
        Err(error) => Err(proof_failure(error)),
    }
}

fn proof_failure(error: ProofError) -> Failure {
    match error {
        ProofError::Divergence(_) => Failure::new(FailureKind::No, error)
            .hint("a feature may read only bars whose available_at is not after the decision"),
        ProofError::Features(_) => Failure::new(FailureKind::Data, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::NoProgress;
    use crate::config::{FeatureSpec, WindowOnly};
    use crate::domain::{Calendar, CalendarName};
    use crate::features::{FeatureGraph, prove_batch};
    use crate::gym::fixtures::{PanelSpec, panel};

    #[test]
    fn a_column_that_looks_ahead_ends_with_exit_code_1_and_its_place() {
        let panel = panel(&PanelSpec { rows: 60, num_symbols: 1, ..PanelSpec::default() });
        let specs = [FeatureSpec::LogReturn(WindowOnly { window: 1 })];
        let calendar = Calendar::new(CalendarName::AlwaysOpen);
        let graph =
            FeatureGraph::try_new(&specs, &panel.symbols, panel.timeframe, &calendar).unwrap();
        // From row 40 on, each value is that of the next row.
        let looks_ahead = |panel: &crate::domain::Panel| {
            let mut frame = batch(&graph, panel)?;
            let column = &mut frame.columns[0];
            let last = column.len() - 1;
            (40..last).for_each(|row| column[row] = column[row + 1]);
            Ok(frame)
        };
        let error = prove_batch(&graph, &panel, &looks_ahead, &NoProgress).unwrap_err();
        let failure = proof_failure(error);
        assert_eq!(failure.kind().exit_code(), 1);
        let text = failure.to_string();
        assert!(text.contains("SPY.log_return_1") && text.contains("row 40"), "{text}");
    }
}
