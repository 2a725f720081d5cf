//! Options of `data push`, `data pull` and `data sync`.

use clap::Args;

use crate::commands::{self, Failure, MirrorOptions, SessionOptions};
use crate::connectors::{Address, Direction, MirrorStep};
use crate::domain::Symbol;

/// Options of `data push`.
#[derive(Debug, Args)]
pub struct PushArguments {
    /// The mirror that gets what it lacks.
    #[arg(long, value_name = "s3://BUCKET/PREFIX")]
    pub to: Address,
    /// Which series, and whether anything is done.
    #[command(flatten)]
    pub series: SeriesArguments,
    /// What may be removed.
    #[command(flatten)]
    pub prune: PruneArguments,
}

/// Options of `data pull`.
#[derive(Debug, Args)]
pub struct PullArguments {
    /// The mirror that the lake gets what it lacks from.
    #[arg(long, value_name = "s3://BUCKET/PREFIX")]
    pub from: Address,
    /// Which series, and whether anything is done.
    #[command(flatten)]
    pub series: SeriesArguments,
}

/// Options of `data sync`.
#[derive(Debug, Args)]
pub struct SyncArguments {
    /// The mirror; each side gets what it lacks.
    #[arg(long, visible_alias = "from", value_name = "s3://BUCKET/PREFIX")]
    pub to: Address,
    /// Which series, and whether anything is done.
    #[command(flatten)]
    pub series: SeriesArguments,
    /// What may be removed.
    #[command(flatten)]
    pub prune: PruneArguments,
}

/// Which series.
#[derive(Debug, Args)]
pub struct SeriesArguments {
    /// A folder of the lake, such as yahoo; repeat for several, default all.
    #[arg(long, value_name = "SOURCE")]
    pub source: Vec<String>,
    /// An instrument; repeat for several, default all.
    #[arg(long, value_name = "SYMBOL")]
    pub symbol: Vec<Symbol>,
    /// Only say what would be done.
    #[arg(long)]
    pub plan: bool,
}

/// What may be removed from the mirror.
#[derive(Debug, Args)]
pub struct PruneArguments {
    /// Remove old content that no manifest of the mirror names any more, and list it.
    #[arg(long)]
    pub prune: bool,
    /// How old such content must be, in hours.
    #[arg(long, value_name = "HOURS", default_value_t = 24.0, requires = "prune")]
    pub prune_age_h: f64,
}

/// Runs `data push`.
pub(super) fn push(session: &SessionOptions, options: PushArguments) -> Result<(), Failure> {
    let PushArguments { to, series, prune } = options;
    commands::data_mirror(session, &joined(Direction::Push, to, series, Some(prune)))
}

/// Runs `data pull`.
pub(super) fn pull(session: &SessionOptions, options: PullArguments) -> Result<(), Failure> {
    let PullArguments { from, series } = options;
    commands::data_mirror(session, &joined(Direction::Pull, from, series, None))
}

/// Runs `data sync`.
pub(super) fn sync(session: &SessionOptions, options: SyncArguments) -> Result<(), Failure> {
    let SyncArguments { to, series, prune } = options;
    commands::data_mirror(session, &joined(Direction::Sync, to, series, Some(prune)))
}

fn joined(
    direction: Direction,
    address: Address,
    series: SeriesArguments,
    prune: Option<PruneArguments>,
) -> MirrorOptions {
    MirrorOptions {
        direction,
        address,
        sources: series.source,
        symbols: series.symbol,
        step: if series.plan { MirrorStep::Plan } else { MirrorStep::Work },
        prune_age_h: prune.filter(|prune| prune.prune).map(|prune| prune.prune_age_h),
    }
}
