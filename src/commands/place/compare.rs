//! `releat runs compare`: how runs differ, in what they reached and in how they were set.

use std::collections::{BTreeMap, BTreeSet};

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use serde_json::Value;

use super::figures::{Figures, figures};
use super::known::{KnownRun, KnownRuns};
use crate::commands::{Failure, FailureKind, SessionOptions};

/// A figure of every run.
#[derive(Debug, Serialize)]
struct FigureRow {
    name: String,
    /// In the order of the runs.
    values: Vec<Option<f64>>,
    /// What each has more than the first.
    differences: Vec<Option<f64>>,
}

/// A setting that is not the same in all runs.
#[derive(Debug, Serialize)]
struct SettingRow {
    key: String,
    /// In the order of the runs; none where the key is not set.
    values: Vec<Option<Value>>,
}

/// What `runs compare` prints.
#[derive(Debug, Serialize)]
struct Comparison {
    schema_version: u32,
    runs: Vec<KnownRun>,
    figures: Vec<FigureRow>,
    settings: Vec<SettingRow>,
}

/// Compares two runs or more: figures side by side, with the difference to the first, and every setting that differs.
///
/// # Errors
/// [`FailureKind::Usage`] for fewer than two runs, [`FailureKind::Data`] if there is no such run.
pub fn runs_compare(options: &SessionOptions, ids: &[String]) -> Result<(), Failure> {
    if ids.len() < 2 {
        let text = format!("runs compare needs two runs or more, was given {}", ids.len());
        return Err(Failure::new(FailureKind::Usage, text).hint("releat runs compare A B"));
    }
    let known = KnownRuns::read(&options.place()?)?;
    let runs: Vec<KnownRun> =
        ids.iter().map(|id| known.find(id).cloned()).collect::<Result<_, _>>()?;
    let reached: Vec<Figures> =
        runs.iter().map(|run| figures(run, known.store.as_ref())).collect::<Result<_, _>>()?;
    let set: Vec<Settings> = runs.iter().map(|run| settings(run.agent_yaml().as_deref())).collect();
    let comparison = Comparison {
        schema_version: 1,
        figures: figure_rows(&reached),
        settings: setting_rows(&set),
        runs,
    };
    options.console.document(&comparison, || comparison.to_text())
}

fn figure_rows(reached: &[Figures]) -> Vec<FigureRow> {
    let names: BTreeSet<&String> = reached.iter().flat_map(BTreeMap::keys).collect();
    names
        .into_iter()
        .map(|name| {
            let values: Vec<Option<f64>> =
                reached.iter().map(|figures| figures.get(name).copied().flatten()).collect();
            let first = values.first().copied().flatten();
            let differences = values.iter().map(|value| Some((*value)? - first?)).collect();
            FigureRow { name: name.clone(), values, differences }
        })
        .collect()
}

/// Key and value of every leaf of an agent file; a list is a leaf.
type Settings = BTreeMap<String, Value>;

fn settings(yaml: Option<&str>) -> Settings {
    let mut found = Settings::new();
    let document: Value = yaml.and_then(|text| serde_yaml::from_str(text).ok()).unwrap_or_default();
    if !document.is_null() {
        collect(&document, String::new(), &mut found);
    }
    found
}

fn collect(value: &Value, key: String, found: &mut Settings) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let dot = if key.is_empty() { "" } else { "." };
                collect(value, format!("{key}{dot}{name}"), found);
            }
        }
        leaf => drop(found.insert(key, leaf.clone())),
    }
}

fn setting_rows(set: &[Settings]) -> Vec<SettingRow> {
    let keys: BTreeSet<&String> = set.iter().flat_map(BTreeMap::keys).collect();
    keys.into_iter()
        .map(|key| SettingRow {
            key: key.clone(),
            values: set.iter().map(|settings| settings.get(key).cloned()).collect(),
        })
        .filter(|row| row.values.windows(2).any(|pair| pair[0] != pair[1]))
        .collect()
}

impl Comparison {
    fn to_text(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        let ids = self.runs.iter().map(|run| run.record.id.clone());
        let others = self.runs.iter().skip(1).map(|run| format!("Δ {}", run.record.id));
        table.set_header(std::iter::once("figure".to_owned()).chain(ids).chain(others));
        for row in &self.figures {
            let cells = row.values.iter().chain(&row.differences[1..]).map(|value| shown(*value));
            table.add_row(std::iter::once(row.name.clone()).chain(cells));
        }
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let mut text = table.trim_fmt();
        if self.settings.is_empty() {
            return text + "\n\nno setting differs";
        }
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        let ids = self.runs.iter().map(|run| run.record.id.clone());
        table.set_header(std::iter::once("setting".to_owned()).chain(ids));
        for row in &self.settings {
            let cells = row
                .values
                .iter()
                .map(|value| value.as_ref().map_or_else(|| "-".to_owned(), Value::to_string));
            table.add_row(std::iter::once(row.key.clone()).chain(cells));
        }
        text += "\n\n";
        text + &table.trim_fmt()
    }
}

fn shown(value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(value) if value.fract() == 0.0 && value.abs() < 1e15 => format!("{value:.0}"),
        Some(value) => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_differ_are_named_by_their_whole_key() {
        let set = [
            settings(Some("seed: 1\nlearner:\n  ppo: {gamma: 0.9, epochs: 4}\n")),
            settings(Some("seed: 1\nlearner:\n  ppo: {gamma: 0.95}\n")),
        ];
        let rows = setting_rows(&set);
        let keys: Vec<&str> = rows.iter().map(|row| &*row.key).collect();
        assert_eq!(keys, ["learner.ppo.epochs", "learner.ppo.gamma"]);
        assert_eq!(rows[0].values, [Some(Value::from(4)), None]);
        assert_eq!(settings(None), Settings::new());
    }

    #[test]
    fn figures_are_compared_with_the_first_run() {
        let figures = |pairs: &[(&str, Option<f64>)]| -> Figures {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
        };
        let reached = [
            figures(&[("loss", Some(0.5)), ("sharpe", Some(1.0))]),
            figures(&[("loss", None), ("sharpe", Some(1.5))]),
            figures(&[("sharpe", Some(0.5))]),
        ];
        let rows = figure_rows(&reached);
        assert_eq!(rows[0].differences, [Some(0.0), None, None]);
        assert_eq!(rows[1].differences, [Some(0.0), Some(0.5), Some(-0.5)]);
        assert_eq!(
            (shown(Some(2_000_000.0)), shown(Some(0.12345)), shown(None)),
            ("2000000".into(), "0.1235".into(), "-".into())
        );
    }
}
