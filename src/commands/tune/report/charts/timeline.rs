//! Who worked on what, and when.

use std::collections::BTreeMap;

use crate::base::Timestamp;
use crate::commands::tune::report::input::{StudyReportInput, TrialEnd};
use crate::plot::{Picture, TimelineBar, TimelineChart, TimelineRow, Tone, timeline};

/// More rows are left out.
const ROWS_MAX: usize = 64;

/// A stretch of work in seconds.
struct Stretch {
    from: f64,
    to: f64,
    tone: Tone,
}

/// A row of bars for each worker; `None` where no times are known.
pub(super) fn jobs(input: &StudyReportInput) -> Option<Picture> {
    let mut workers = stretches(input);
    if workers.is_empty() {
        return None;
    }
    let start = workers.values().flatten().map(|work| work.from).fold(f64::INFINITY, f64::min);
    let end = workers.values().flatten().map(|work| work.to).fold(start, f64::max);
    let busy: f64 = workers.values().flatten().map(|work| work.to - work.from).sum();
    let (unit, unit_seconds) = unit(end - start);
    let num_workers = workers.len();
    let mut rows = Vec::new();
    for (worker, work) in &mut workers {
        work.sort_by(|a, b| a.from.total_cmp(&b.from));
        rows.extend(lanes(worker, work, (start, unit_seconds)));
    }
    let more = rows.len().saturating_sub(ROWS_MAX);
    rows.truncate(ROWS_MAX);
    let left_out =
        if more > 0 { format!("; {more} more rows are left out") } else { String::new() };
    let hours = busy / 3_600.0;
    let spent = if hours >= 1.0 {
        format!("{hours:.1} hours")
    } else {
        format!("{:.1} minutes", busy / 60.0)
    };
    let noun = if num_workers == 1 { "worker" } else { "workers" };
    Some(timeline(&TimelineChart {
        title: "Work over time",
        note: &format!("{num_workers} {noun}, {spent} of work in all{left_out}"),
        x_title: &format!("{unit} since the first job"),
        legend: legend(&rows),
        rows,
    }))
}

/// The kinds of work that occur.
fn legend(rows: &[TimelineRow]) -> Vec<(&'static str, Tone)> {
    let kinds = [
        ("first rung", tone(0, TrialEnd::Complete)),
        ("later rungs", tone(1, TrialEnd::Complete)),
        ("without a score", Tone::Loss),
        ("running", Tone::Other(3)),
    ];
    let occurs = |tone: Tone| rows.iter().flat_map(|row| &row.bars).any(|bar| bar.tone == tone);
    kinds.into_iter().filter(|(_, tone)| occurs(*tone)).collect()
}

fn tone(rung: usize, state: TrialEnd) -> Tone {
    match (state, rung) {
        (TrialEnd::Failed, _) => Tone::Loss,
        (TrialEnd::Running, _) => Tone::Other(3),
        (_, 0) => Tone::Muted,
        _ => Tone::Main,
    }
}

/// Work by worker: from jobs, or else from trials.
fn stretches(input: &StudyReportInput) -> BTreeMap<String, Vec<Stretch>> {
    let seconds = |time: Timestamp| time.nanos() as f64 * 1e-9;
    let last =
        input.jobs.iter().filter_map(|job| job.ended).chain(input.jobs.iter().map(|j| j.started));
    let last = last.max().map_or(0.0, seconds);
    let mut workers: BTreeMap<String, Vec<Stretch>> = BTreeMap::new();
    for job in &input.jobs {
        let state = match (job.ended, job.is_failed) {
            (None, _) => TrialEnd::Running,
            (_, true) => TrialEnd::Failed,
            (_, false) => TrialEnd::Complete,
        };
        let from = seconds(job.started);
        let to = job.ended.map_or(last, seconds).max(from);
        let work = Stretch { from, to, tone: tone(job.rung, state) };
        workers.entry(job.worker.clone()).or_default().push(work);
    }
    if input.jobs.is_empty() {
        for trial in &input.trials {
            let (Some(started), Some(ended)) = (trial.started, trial.ended) else { continue };
            let Some(worker) = trial.worker.clone() else { continue };
            let from = seconds(started);
            let tone = tone(usize::from(trial.state == TrialEnd::Complete), trial.state);
            let work = Stretch { from, to: seconds(ended).max(from), tone };
            workers.entry(worker).or_default().push(work);
        }
    }
    workers
}

/// Jobs that one worker did at the same time lie below each other.
fn lanes(worker: &str, work: &[Stretch], (start, unit): (f64, f64)) -> Vec<TimelineRow> {
    let mut lanes: Vec<(f64, TimelineRow)> = Vec::new();
    for stretch in work {
        let bar = TimelineBar {
            from: (stretch.from - start) / unit,
            to: (stretch.to - start) / unit,
            tone: stretch.tone,
        };
        let free = lanes.iter_mut().find(|(end, _)| *end <= stretch.from + 1e-6);
        if let Some((end, lane)) = free {
            *end = stretch.to;
            lane.bars.push(bar);
        } else {
            let name = if lanes.is_empty() { worker.to_owned() } else { String::new() };
            lanes.push((stretch.to, TimelineRow { name, bars: vec![bar] }));
        }
    }
    lanes.into_iter().map(|(_, lane)| lane).collect()
}

fn unit(seconds: f64) -> (&'static str, f64) {
    match seconds {
        _ if seconds < 180.0 => ("seconds", 1.0),
        _ if seconds < 3.0 * 3_600.0 => ("minutes", 60.0),
        _ if seconds < 72.0 * 3_600.0 => ("hours", 3_600.0),
        _ => ("days", 86_400.0),
    }
}
