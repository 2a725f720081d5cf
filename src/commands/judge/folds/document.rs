//! The JSON document of all folds, and the table for people.

use std::path::PathBuf;

use serde::Serialize;

use super::command::Walk;
use super::planned::FoldKind;
use crate::base::{DateRange, absolute};
use crate::config::{Agent, FillRule, Source};
use crate::evaluate::Figures;
use crate::evaluate::walk::{
    Distribution, FoldResult, PurgedOutcome, Stitched, WalkForwardOutcome,
};

/// What `eval --walk-forward` and `eval --purged` print; `outcome.json` of the folder has every bar.
#[derive(Debug, Clone, Serialize)]
pub struct FoldsDocument {
    /// Version of this layout.
    pub schema_version: u32,
    /// Name of the agent.
    pub agent: String,
    /// `walk_forward` or `purged`.
    pub kind: &'static str,
    /// The days that were cut.
    pub range: DateRange,
    /// Bars of them after warm-up.
    pub num_bars: usize,
    /// Where folds, bundles and `outcome.json` are.
    pub folder: PathBuf,
    /// Every fold.
    pub folds: Vec<FoldLine>,
    /// The test bars of all folds as one curve; walk-forward only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stitched: Option<StitchedLine>,
    /// Every path through all groups; purged only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<PathLine>,
    /// Test Sharpe ratios: of the folds, or of the paths.
    pub test_sharpe: Distribution,
    /// Validation Sharpe ratios of the folds.
    pub validation_sharpe: Distribution,
    /// Validation Sharpe less mean test Sharpe of each fold: how much of the choice was luck.
    pub degradation: Distribution,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

/// One fold.
#[derive(Debug, Clone, Serialize)]
pub struct FoldLine {
    /// Counted from 0.
    pub number: usize,
    /// The days that training spans.
    pub train: DateRange,
    /// Bars that were learned from.
    pub train_bars: usize,
    /// The days that chose the policy.
    pub validation: DateRange,
    /// Figures of the policy there.
    pub validation_figures: Figures,
    /// Days that nobody looked at.
    pub tests: Vec<TestLine>,
    /// Validation Sharpe less mean test Sharpe.
    pub degradation: Option<f64>,
    /// The folder of the bundle.
    pub bundle: PathBuf,
    /// What went wrong in training, if anything did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// One test range of a fold.
#[derive(Debug, Clone, Serialize)]
pub struct TestLine {
    /// The group, where the bars are cut into groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<usize>,
    /// The days.
    pub range: DateRange,
    /// Figures of the policy.
    pub figures: Figures,
    /// Annual Sharpe ratio of the benchmark over the same bars.
    pub benchmark_sharpe: Option<f64>,
}

/// One curve of test bars.
#[derive(Debug, Clone, Serialize)]
pub struct StitchedLine {
    /// Its figures.
    pub figures: Figures,
    /// Those of the benchmark over the same bars.
    pub benchmark: Figures,
}

/// One path.
#[derive(Debug, Clone, Serialize)]
pub struct PathLine {
    /// The split that tested each group.
    pub splits: Vec<usize>,
    /// Its figures.
    pub figures: Figures,
    /// Those of the benchmark over the same bars.
    pub benchmark: Figures,
}

impl FoldsDocument {
    pub(super) fn of_walk_forward(
        outcome: &WalkForwardOutcome,
        walk: &Walk<'_>,
        agent: &Agent,
    ) -> Self {
        let stitched = StitchedLine::of(&outcome.stitched);
        Self {
            stitched: Some(stitched),
            test_sharpe: outcome.test_sharpe.clone(),
            validation_sharpe: outcome.validation_sharpe.clone(),
            degradation: outcome.degradation.clone(),
            ..Self::of(FoldKind::WalkForward, &outcome.folds, walk, agent)
        }
    }

    pub(super) fn of_purged(outcome: &PurgedOutcome, walk: &Walk<'_>, agent: &Agent) -> Self {
        let paths = outcome.paths.iter().map(|path| PathLine {
            splits: path.splits.clone(),
            figures: path.stitched.figures.clone(),
            benchmark: path.stitched.benchmark.clone(),
        });
        Self {
            paths: paths.collect(),
            test_sharpe: outcome.path_sharpe.clone(),
            validation_sharpe: outcome.validation_sharpe.clone(),
            degradation: outcome.degradation.clone(),
            ..Self::of(FoldKind::Purged, &outcome.splits, walk, agent)
        }
    }

    fn of(kind: FoldKind, folds: &[FoldResult], walk: &Walk<'_>, agent: &Agent) -> Self {
        Self {
            schema_version: 1,
            agent: agent.name.clone(),
            kind: kind.name(),
            range: walk.planned.range,
            num_bars: walk.planned.num_bars,
            folder: absolute(walk.folder),
            folds: folds.iter().map(FoldLine::of).collect(),
            stitched: None,
            paths: Vec::new(),
            test_sharpe: Distribution::default(),
            validation_sharpe: Distribution::default(),
            degradation: Distribution::default(),
            warnings: warnings(folds, agent),
        }
    }

    /// The folds as a table, then what they come to.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!(
            "{} {} on {}, {} folds of {} bars\n\n",
            self.agent,
            self.kind.replace('_', "-"),
            self.range,
            self.folds.len(),
            self.num_bars
        );
        text += &format!(
            "{:>4}  {:<22}  {:>10}  {:>10}  {:>10}  {:>9}\n",
            "fold", "test", "validation", "test", "benchmark", "drawdown"
        );
        for fold in &self.folds {
            for test in &fold.tests {
                text += &format!(
                    "{:>4}  {:<22}  {}  {}  {}  {}\n",
                    fold.number,
                    test.range.to_string(),
                    ratio(fold.validation_figures.sharpe, 10),
                    ratio(test.figures.sharpe, 10),
                    ratio(test.benchmark_sharpe, 10),
                    percent(test.figures.max_drawdown, 9),
                );
            }
        }
        text += "(Sharpe ratios a year, net of costs)\n\n";
        text + &self.summary_text()
    }

    fn summary_text(&self) -> String {
        let mut text = String::new();
        if let Some(stitched) = &self.stitched {
            text += &format!("stitched test bars: {}\n", short(&stitched.figures));
            text += &format!("benchmark there:    {}\n", short(&stitched.benchmark));
        }
        for (index, path) in self.paths.iter().enumerate() {
            text += &format!("path {index}: {}\n", short(&path.figures));
        }
        let of = if self.paths.is_empty() { "folds" } else { "paths" };
        text += &format!("test sharpe over {of}: {}\n", spread(&self.test_sharpe));
        text += &format!("validation sharpe: {}\n", spread(&self.validation_sharpe));
        text += &format!("lost from validation to test: {}\n", spread(&self.degradation));
        text += &format!("folder {}\n", self.folder.display());
        for warning in &self.warnings {
            text += &format!("warning: {warning}\n");
        }
        text
    }
}

impl FoldLine {
    fn of(fold: &FoldResult) -> Self {
        let tests = fold.tests.iter().map(|test| TestLine {
            group: test.group,
            range: test.range,
            figures: test.figures.clone(),
            benchmark_sharpe: test.benchmark_sharpe,
        });
        Self {
            number: fold.number,
            train: fold.train,
            train_bars: fold.train_bars,
            validation: fold.validation.range,
            validation_figures: fold.validation.figures.clone(),
            tests: tests.collect(),
            degradation: fold.degradation(),
            bundle: fold.bundle.clone(),
            trouble: fold.trouble.clone(),
        }
    }
}

impl StitchedLine {
    fn of(stitched: &Stitched) -> Self {
        Self { figures: stitched.figures.clone(), benchmark: stitched.benchmark.clone() }
    }
}

fn warnings(folds: &[FoldResult], agent: &Agent) -> Vec<String> {
    let mut warnings = Vec::new();
    if matches!(agent.data.source, Source::Synthetic(_)) {
        warnings.push("the market is made up: figures say nothing about real markets".to_owned());
    }
    if agent.env.fill == FillRule::SameClose {
        warnings.push("orders fill at the close they are decided on: optimistic".to_owned());
    }
    if let Some(fewest) = folds.iter().map(|fold| fold.train_bars).min()
        && fewest <= agent.env.episode.length_bars
    {
        let length = agent.env.episode.length_bars;
        warnings.push(format!(
            "a fold learns from {fewest} bars, an episode has {length}: few different episodes"
        ));
    }
    for fold in folds {
        let trouble = fold.trouble.iter();
        warnings.extend(trouble.map(|trouble| format!("fold {}: {trouble}", fold.number)));
    }
    warnings
}

/// A ratio in a column; the longest fits in 10.
pub(in crate::commands::judge) fn ratio(value: Option<f64>, width: usize) -> String {
    value.map_or_else(|| format!("{:>width$}", "-"), |value| format!("{value:>width$.2}"))
}

/// A fraction as percent in a column.
pub(in crate::commands::judge) fn percent(value: Option<f64>, width: usize) -> String {
    let inner = width.saturating_sub(2);
    value.map_or_else(
        || format!("{:>width$}", "-"),
        |value| format!("{:>inner$.2} %", 100.0 * value),
    )
}

fn short(figures: &Figures) -> String {
    let words = [
        format!("return {}", percent(figures.total_return, 0).trim()),
        format!("sharpe {}", ratio(figures.sharpe, 0)),
        format!("drawdown {}", percent(figures.max_drawdown, 0).trim()),
        format!("{} bars", figures.num_bars),
    ];
    words.join(", ")
}

fn spread(distribution: &Distribution) -> String {
    let cells = [
        ("mean", distribution.mean),
        ("deviation", distribution.deviation),
        ("5 %", distribution.percentile_5),
        ("median", distribution.median),
        ("95 %", distribution.percentile_95),
    ];
    let mut words: Vec<String> =
        cells.iter().map(|(name, value)| format!("{name} {}", ratio(*value, 0))).collect();
    words.extend(distribution.below_zero.map(|share| format!("below 0 {:.0} %", 100.0 * share)));
    words.join(", ")
}
