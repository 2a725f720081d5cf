//! Which folds there are.

use crate::base::{DateRange, Digest, digest_bytes};
use crate::commands::session::ensure_data;
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::{Agent, Eval, Trade, Tune, effective_yaml};
use crate::dataset::Lake;
use crate::evaluate::PreparedMarket;
use crate::evaluate::walk::{
    DayRows, FoldAgent, Sheet, WalkError, group_rows, purged_paths, purged_splits,
    walk_forward_folds,
};
use crate::metrics::BarClock;

/// How the bars are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoldKind {
    /// Folds that follow one another in time.
    WalkForward,
    /// Every choice of tested groups.
    Purged,
}

impl FoldKind {
    /// The name, as in folders and documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WalkForward => "walk_forward",
            Self::Purged => "purged",
        }
    }
}

/// All folds of an agent, and what their results are put together with.
pub(super) struct Planned {
    pub(super) folds: Vec<FoldAgent>,
    /// For each path the split that tests each group; empty for walk-forward.
    pub(super) paths: Vec<Vec<usize>>,
    pub(super) clock: BarClock,
    /// What cash earns a bar.
    pub(super) risk_free: f64,
    /// The digest of all bars.
    pub(super) fingerprint: Digest,
    /// Days of the whole.
    pub(super) range: DateRange,
    /// Bars of the whole after warm-up.
    pub(super) num_bars: usize,
}

impl Planned {
    /// Reads the bars of `range`, or of everything from the first training to the last test day, and
    /// cuts them as the settings say.
    pub(super) fn new(
        options: &SessionOptions,
        lake: &Lake,
        agent: &Agent,
        (kind, range): (FoldKind, Option<DateRange>),
    ) -> Result<Self, Failure> {
        let data = &agent.data;
        let range = match range {
            Some(range) => range,
            None => DateRange::try_new(data.train.start(), data.test.end())
                .map_err(|error| Failure::new(FailureKind::Usage, error))?,
        };
        ensure_data(options, lake, agent, range)?;
        // Its days and its clock are used, its transforms are not: every fold fits its own.
        let mut whole = agent.clone();
        (whole.data.train, whole.data.train_except) = (range, Vec::new());
        let market = PreparedMarket::for_training(lake, &whole, range.end())?;
        let days = DayRows::of(&market);
        let (folds, paths) = cut(agent, &days, kind).map_err(walk_failure)?;
        Ok(Self {
            folds,
            paths,
            clock: BarClock { bars_per_year: market.tape.bars_per_year() },
            risk_free: market.tape.cash_return(),
            fingerprint: market.fingerprint,
            range,
            num_bars: days.len(),
        })
    }

    /// What a fold is made from: only a result of the same inputs is taken over.
    ///
    /// How agents are judged, traded and searched for changes no fold, but for the score that chooses
    /// among checkpoints.
    pub(super) fn inputs(&self, fold: &FoldAgent, device: &str) -> Digest {
        let mut agent = fold.agent.clone();
        agent.eval = Eval::default();
        agent.trade = Trade::default();
        agent.tune = Tune { metric: agent.tune.metric, ..Tune::default() };
        let tests: Vec<String> = fold.tests.iter().map(|(_, range)| range.to_string()).collect();
        let inputs = [
            env!("CARGO_PKG_VERSION"),
            device,
            &self.fingerprint.to_string(),
            &effective_yaml(&agent),
            &tests.join(","),
        ];
        digest_bytes(inputs.join("\n").as_bytes())
    }
}

type Cut = (Vec<FoldAgent>, Vec<Vec<usize>>);

fn cut(agent: &Agent, days: &DayRows, kind: FoldKind) -> Result<Cut, WalkError> {
    let sheet = Sheet { agent, days };
    match kind {
        FoldKind::WalkForward => {
            let embargo = agent.data.embargo_bars;
            let folds = walk_forward_folds(days.len(), &agent.eval.walk_forward, embargo)?;
            let folds = folds.iter().map(|fold| sheet.walk_forward(fold));
            Ok((folds.collect::<Result<_, _>>()?, Vec::new()))
        }
        FoldKind::Purged => {
            let settings = &agent.eval.purged;
            let groups = group_rows(days.len(), settings.groups);
            let groups: Vec<_> = groups.iter().map(|rows| days.whole_days(rows)).collect();
            let splits = purged_splits(&groups, settings);
            let folds = splits.iter().map(|split| sheet.purged(split));
            let folds = folds.collect::<Result<_, _>>()?;
            Ok((folds, purged_paths(&splits, settings.groups)))
        }
    }
}

/// Folds that cannot be made or judged.
pub(super) fn walk_failure(error: WalkError) -> Failure {
    match error {
        WalkError::Market(error) => error.into(),
        error @ (WalkError::TooFewRows { .. } | WalkError::NoDays { .. }) => {
            Failure::new(FailureKind::Usage, error)
                .hint("releat config explain eval.walk_forward tells the sizes of folds")
        }
        error @ WalkError::Time(_) => Failure::new(FailureKind::Usage, error),
        error => Failure::new(FailureKind::Data, error),
    }
}
