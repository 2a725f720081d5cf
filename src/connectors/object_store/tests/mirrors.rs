//! Whole lakes.

use std::collections::BTreeMap;
use std::path::Path;

use tempfile::TempDir;

use super::double::{Double, Fault};
use crate::base::{Interrupt, NoProgress};
use crate::connectors::object_store::{
    Address, Direction, MirrorError, MirrorJob, MirrorOutcome, MirrorStep, ObjectStore,
    SeriesOutcome, Standing, mirror,
};
use crate::dataset::{Incoming, Lake, SeriesKey};
use crate::domain::{Bar, Calendar, CalendarName, CorporateAction, CorporateActionKind, Timeframe};

/// A lake in a folder of its own.
pub(super) struct Place {
    folder: TempDir,
    pub(super) lake: Lake,
}

impl Place {
    pub(super) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::new(folder.path().join("lake"));
        Self { folder, lake }
    }

    /// With daily bars of some days.
    pub(super) fn with(symbol: &str, days: &str) -> Self {
        let place = Self::empty();
        place.add(symbol, days, 100.0);
        place
    }

    /// Adds bars around a price, and a dividend on the first day.
    pub(super) fn add(&self, symbol: &str, days: &str, price: f64) {
        let calendar = Calendar::new(CalendarName::Xnys);
        let days = days.parse().unwrap();
        let sessions = calendar.sessions(days).unwrap();
        let bar = |session: &crate::domain::Session| {
            let close = price + f64::from(session.date.day());
            Bar {
                open_time: session.open,
                available_at: session.close,
                open: close,
                high: close + 1.0,
                low: close - 1.0,
                close,
                volume: 1000.0,
            }
        };
        let dividend = CorporateAction {
            ex_date: sessions[1].date,
            kind: CorporateActionKind::Dividend { amount: 0.25 },
        };
        let incoming = Incoming {
            bars: sessions.iter().map(bar).collect(),
            actions: vec![dividend],
            ..Incoming::default()
        };
        self.lake.commit(&key(symbol), &incoming, days, &calendar).unwrap();
    }

    /// Every file of the lake but the locks.
    pub(super) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(self.lake.root(), self.folder.path(), &mut files);
        files
    }

    pub(super) fn run(
        &self,
        store: &ObjectStore,
        direction: Direction,
    ) -> Result<MirrorOutcome, MirrorError> {
        self.work(store, direction, MirrorStep::Work, None)
    }

    pub(super) fn work(
        &self,
        store: &ObjectStore,
        direction: Direction,
        step: MirrorStep,
        prune_age_h: Option<f64>,
    ) -> Result<MirrorOutcome, MirrorError> {
        let address: Address = "s3://lake/eu".parse().unwrap();
        let job = MirrorJob {
            lake: &self.lake,
            address: &address,
            sources: &[],
            symbols: &[],
            direction,
            step,
            prune_age_h,
        };
        mirror(&job, store, &NoProgress, &Interrupt::never())
    }

    /// Runs and expects that the first series went well.
    pub(super) fn first(&self, store: &ObjectStore, direction: Direction) -> SeriesOutcome {
        *self.run(store, direction).unwrap().series[0].1.as_ref().unwrap()
    }
}

pub(super) fn key(symbol: &str) -> SeriesKey {
    let symbol = symbol.parse().unwrap();
    SeriesKey { source: "test".to_owned(), symbol, timeframe: Timeframe::Day }
}

fn collect(folder: &Path, root: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, root, files);
        } else if entry.file_name() != ".lock" {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            files.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

/// No manifest of the bucket names bytes that are not there.
pub(super) fn assert_readable(double: &Double) {
    let objects = double.objects();
    for (key, bytes) in objects.iter().filter(|(key, _)| key.ends_with("manifest.json")) {
        let manifest: crate::dataset::Manifest = serde_json::from_slice(bytes).unwrap();
        let folder = key.strip_suffix("manifest.json").unwrap();
        for (year, file) in &manifest.years {
            let name = format!("{folder}{year}.{}.parquet", file.sha256);
            assert!(objects.contains_key(&name), "{name} is not in {:?}", objects.keys());
        }
        if let Some(digest) = manifest.actions_sha256 {
            assert!(objects.contains_key(&format!("{folder}actions.{digest}.json")));
        }
    }
}

#[test]
fn a_lake_comes_back_byte_for_byte() {
    let double = Double::with(3, true);
    let store = double.store();
    let here = Place::with("SPY", "2015-01-01..2016-06-30");
    here.add("^GSPC", "2015-01-01..2015-06-30", 50.0);
    let plan = here.work(&store, Direction::Push, MirrorStep::Plan, None).unwrap();
    assert!(double.objects().is_empty());
    let done = here.run(&store, Direction::Push).unwrap();
    let outcomes = |outcome: &MirrorOutcome| -> Vec<SeriesOutcome> {
        outcome.series.iter().map(|(_, result)| *result.as_ref().unwrap()).collect()
    };
    assert_eq!(outcomes(&plan), outcomes(&done));
    assert_eq!(outcomes(&done)[0].uploaded, 4);
    assert_eq!(double.objects().len(), 4 + 3 + 1);
    assert_readable(&double);
    let there = Place::empty();
    let plan = there.work(&store, Direction::Pull, MirrorStep::Plan, None).unwrap();
    assert!(there.files().is_empty());
    let done = there.run(&store, Direction::Pull).unwrap();
    assert_eq!(outcomes(&plan), outcomes(&done));
    assert_eq!(there.files(), here.files());
    assert_eq!(there.lake.series(&key("SPY")).unwrap(), here.lake.series(&key("SPY")).unwrap());
    for direction in [Direction::Push, Direction::Pull, Direction::Sync] {
        let outcome = there.first(&store, direction);
        let expected = (Standing::Same, 0, 0, 4, 0);
        let SeriesOutcome { standing, uploaded, downloaded, skipped, bytes } = outcome;
        assert_eq!((standing, uploaded, downloaded, skipped, bytes), expected);
    }
}

#[test]
fn only_what_grew_is_sent_and_received() {
    let double = Double::start();
    let store = double.store();
    let here = Place::with("SPY", "2015-01-01..2016-06-30");
    here.run(&store, Direction::Push).unwrap();
    let there = Place::empty();
    there.run(&store, Direction::Pull).unwrap();
    here.add("SPY", "2016-07-01..2016-12-31", 100.0);
    // The new year file, the new actions, the manifest; the old year stays.
    let sent = here.first(&store, Direction::Push);
    assert_eq!((sent.standing, sent.uploaded, sent.skipped), (Standing::Ahead, 3, 1));
    assert_eq!(there.first(&store, Direction::Push).standing, Standing::Behind);
    let received = there.first(&store, Direction::Sync);
    assert_eq!((received.standing, received.downloaded), (Standing::Behind, 3));
    assert_eq!(there.files(), here.files());
    there.add("SPY", "2017-01-01..2017-03-31", 100.0);
    assert_eq!(there.first(&store, Direction::Sync).standing, Standing::Ahead);
    assert_eq!(here.first(&store, Direction::Sync).standing, Standing::Behind);
    assert_eq!(there.files(), here.files());
    assert_readable(&double);
}

#[test]
fn a_push_that_dies_anywhere_leaves_a_readable_mirror_and_goes_on() {
    let here = Place::with("SPY", "2015-01-01..2017-06-30");
    let double = Double::start();
    here.run(&double.store(), Direction::Push).unwrap();
    let before = double.objects();
    here.add("SPY", "2017-07-01..2018-06-30", 100.0);
    let mut requests = 1;
    loop {
        let double = Double::start();
        before.iter().for_each(|(key, bytes)| double.plant(key, bytes));
        let dead = requests;
        double.rule(move |number, _| if number < dead { Fault::None } else { Fault::Cut });
        let first = here.run(&double.store(), Direction::Push);
        assert_readable(&double);
        let has_died = !first.is_ok_and(|outcome| outcome.is_complete());
        let sent = double.seen().iter().filter(|seen| seen.method == "PUT").count();
        double.rule(|_, _| Fault::None);
        let again = here.first(&double.store(), Direction::Push);
        assert_readable(&double);
        let there = Place::empty();
        there.run(&double.store(), Direction::Pull).unwrap();
        assert_eq!(there.files(), here.files(), "died at request {dead}");
        // Two years, the actions and the manifest are new.
        assert!(again.uploaded <= 4 && again.uploaded + sent.min(3) >= 3, "{again:?} {sent}");
        if !has_died {
            break;
        }
        requests += 1;
    }
    assert!(requests > 6, "{requests}");
}

#[test]
fn a_pull_that_dies_anywhere_leaves_the_old_lake_and_goes_on() {
    let here = Place::with("SPY", "2015-01-01..2016-06-30");
    let double = Double::start();
    here.run(&double.store(), Direction::Push).unwrap();
    let mut requests = 1;
    loop {
        let there = Place::empty();
        there.run(&double.store(), Direction::Pull).unwrap();
        let old = there.lake.series(&key("SPY")).unwrap();
        let grown = Double::start();
        double.objects().iter().for_each(|(key, bytes)| grown.plant(key, bytes));
        let ahead = Place::empty();
        ahead.run(&grown.store(), Direction::Pull).unwrap();
        ahead.add("SPY", "2016-07-01..2017-06-30", 100.0);
        ahead.run(&grown.store(), Direction::Push).unwrap();
        let dead = requests;
        grown.rule(move |number, _| if number < dead { Fault::None } else { Fault::Cut });
        let first = there.run(&grown.store(), Direction::Pull);
        let has_died = !first.is_ok_and(|outcome| outcome.is_complete());
        let now = there.lake.series(&key("SPY")).unwrap();
        assert_eq!(now == old, has_died, "died at request {dead}");
        grown.rule(|_, _| Fault::None);
        there.run(&grown.store(), Direction::Pull).unwrap();
        assert_eq!(there.files(), ahead.files(), "died at request {dead}");
        if !has_died {
            break;
        }
        requests += 1;
    }
    assert!(requests > 4, "{requests}");
}

#[test]
fn damaged_content_never_replaces_anything() {
    let double = Double::start();
    let here = Place::with("SPY", "2015-01-01..2016-06-30");
    here.run(&double.store(), Direction::Push).unwrap();
    let damaged = double.objects().into_keys().find(|key| key.contains("/2016.")).unwrap();
    let mut bytes = double.objects()[&damaged].clone();
    bytes[40] ^= 1;
    double.plant(&damaged, &bytes);
    let there = Place::empty();
    let outcome = there.run(&double.store(), Direction::Pull).unwrap();
    let error = outcome.series[0].1.as_ref().unwrap_err();
    assert_eq!(error.exit_code(), 3);
    assert!(error.to_string().contains(&damaged), "{error}");
    assert!(there.lake.manifest(&key("SPY")).unwrap().is_none());
    // As the hint says.
    double.remove(&damaged);
    let error = there.run(&double.store(), Direction::Pull).unwrap().series.remove(0).1;
    assert_eq!(error.unwrap_err().exit_code(), 3);
    assert_eq!(here.first(&double.store(), Direction::Push).uploaded, 1);
    there.run(&double.store(), Direction::Pull).unwrap();
    assert_eq!(there.files(), here.files());
}

#[test]
fn a_pull_mends_a_damaged_lake() {
    let double = Double::start();
    let here = Place::with("SPY", "2015-01-01..2016-06-30");
    let whole = here.files();
    here.run(&double.store(), Direction::Push).unwrap();
    std::fs::write(here.lake.folder(&key("SPY")).join("2015.parquet"), b"rubbish").unwrap();
    let mended = here.first(&double.store(), Direction::Pull);
    assert_eq!((mended.downloaded, mended.skipped), (1, 3));
    assert_eq!(here.files(), whole);
}

#[test]
fn a_damaged_lake_is_not_sent() {
    let double = Double::start();
    let here = Place::with("SPY", "2015-01-01..2016-06-30");
    std::fs::write(here.lake.folder(&key("SPY")).join("2015.parquet"), b"rubbish").unwrap();
    let outcome = here.run(&double.store(), Direction::Push).unwrap();
    assert_eq!(outcome.series[0].1.as_ref().unwrap_err().exit_code(), 3);
    assert!(!double.objects().keys().any(|key| key.ends_with("manifest.json")));
}

#[test]
fn only_old_content_that_nobody_names_is_pruned() {
    let double = Double::start();
    let store = double.store();
    let here = Place::with("SPY", "2015-01-01..2016-06-30");
    here.run(&store, Direction::Push).unwrap();
    double.age();
    here.add("SPY", "2016-07-01..2016-12-31", 100.0);
    double.plant("eu/notes.txt", b"mine");
    let foreign = format!("eu/test/SPY/1d/2016.{}.txt", "a".repeat(64));
    double.plant(&foreign, b"mine");
    double.age();
    here.run(&store, Direction::Push).unwrap();
    let before = double.objects();
    let plan = here.work(&store, Direction::Push, MirrorStep::Plan, Some(24.0)).unwrap();
    assert_eq!(double.objects(), before);
    let done = here.work(&store, Direction::Push, MirrorStep::Work, Some(24.0)).unwrap();
    assert_eq!(plan.pruned, done.pruned);
    assert_eq!(done.pruned.len(), 2, "{:?}", done.pruned);
    let after = double.objects();
    assert_eq!(after.len(), before.len() - 2);
    assert!(after.contains_key("eu/notes.txt") && after.contains_key(&foreign));
    assert_readable(&double);
}

#[test]
fn keys_of_strangers_lead_nowhere() {
    let double = Double::start();
    let manifest = br#"{"years": {"../../x": {"rows": 1, "sha256": "00"}}}"#;
    double.plant("eu/../../etc/manifest.json", manifest);
    double.plant("eu/a/b/.c/manifest.json", manifest);
    double.plant("eu/test/SPY/1d/manifest.json", manifest);
    let there = Place::empty();
    let outcome = there.run(&double.store(), Direction::Pull).unwrap();
    assert_eq!(outcome.series.len(), 1);
    let error = outcome.series[0].1.as_ref().unwrap_err();
    assert_eq!(error.exit_code(), 3);
    assert!(there.files().is_empty(), "{error}");
    double.remove("eu/test/SPY/1d/manifest.json");
    let error = there.run(&double.store(), Direction::Pull).unwrap_err();
    assert_eq!(error.to_string(), "s3://lake/eu must hold a series, found none");
}
