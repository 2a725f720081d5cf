//! Both sides of a series, down to the rows where the files differ.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::MirrorError;
use super::local::{SealedSeries, read_sealed};
use super::names::{MANIFEST_FILE, SeriesPath};
use super::series::Worker;
use super::standing::{Standing, of_files, of_notes, of_rows, of_ticks};
use crate::base::{Date, DateRange, Digest, parse_date, write_atomic};
use crate::dataset::Lake;
use crate::dataset::ticks::{TickKey, TickLake};

impl Worker<'_> {
    /// How the lake stands to the mirror; rows are read only where files differ.
    ///
    /// # Errors
    /// [`MirrorError::Conflict`] if neither side holds all of the other.
    pub(super) fn compare(
        &self,
        path: &SeriesPath,
        folder: &Path,
        local: &SealedSeries,
        remote: &SealedSeries,
    ) -> Result<Standing, MirrorError> {
        if local.bytes == remote.bytes {
            return Ok(Standing::Same);
        }
        let (rows, reason) = self.compare_rows(path, folder, local, remote)?;
        let (notes, field) = of_notes(&local.fields, &remote.fields);
        let standing = rows.and(notes);
        if standing != Standing::Apart {
            return Ok(standing);
        }
        Err(MirrorError::Conflict {
            series: path.to_string(),
            reason: match (rows, notes) {
                (Standing::Apart, _) => reason.into(),
                (_, Standing::Apart) => format!("`{field}` of the manifests differs").into(),
                _ => format!("one side has more rows, the other more in `{field}`").into(),
            },
            local: local.digest,
            remote: remote.digest,
            address: Box::new(self.job.address.clone()),
        })
    }

    fn compare_rows(
        &self,
        path: &SeriesPath,
        folder: &Path,
        local: &SealedSeries,
        remote: &SealedSeries,
    ) -> Result<(Standing, String), MirrorError> {
        let by_files = of_files(&local.files, &remote.files);
        if by_files != Standing::Apart {
            return Ok((by_files, String::new()));
        }
        let scratch = Scratch::new(path, folder);
        if let Some(key) = path.bars() {
            self.fill(path, &scratch, local, remote, &remote.files.keys().collect::<Vec<_>>())?;
            let mirrored = Lake::new(&scratch.root).series(&key)?;
            return Ok(of_rows(&self.job.lake.series(&key)?, &mirrored));
        }
        let differing = differing(local, remote);
        let Some(key) = path.ticks() else {
            return Ok((Standing::Apart, format!("{} of its files differ", differing.len())));
        };
        self.fill(path, &scratch, local, remote, &differing.iter().collect::<Vec<_>>())?;
        self.compare_ticks(&key, &scratch, local, remote, &differing)
    }

    /// Days that are on one side only count by their files, the others tick by tick.
    fn compare_ticks(
        &self,
        key: &TickKey,
        scratch: &Scratch,
        local: &SealedSeries,
        remote: &SealedSeries,
        differing: &[String],
    ) -> Result<(Standing, String), MirrorError> {
        let rest = |series: &SealedSeries| {
            let files = series.files.iter().filter(|(name, _)| !differing.contains(name));
            files.map(|(name, digest)| (name.clone(), *digest)).collect()
        };
        let mut standing = of_files(&rest(local), &rest(remote));
        let mut reason = "each side has days that the other lacks".to_owned();
        let (here, there) = (TickLake::new(self.job.lake.root()), TickLake::new(&scratch.root));
        for name in differing {
            let Some(day) = day(name) else { continue };
            let own = of_ticks(&here.days(key, day)?, &there.days(key, day)?);
            if standing != Standing::Apart && standing.and(own) == Standing::Apart {
                reason = format!("the ticks of {} differ", day.start());
            }
            standing = standing.and(own);
        }
        Ok((standing, reason))
    }

    /// Builds the mirrored series, or some files of it, in a folder of its own.
    fn fill(
        &self,
        path: &SeriesPath,
        scratch: &Scratch,
        local: &SealedSeries,
        remote: &SealedSeries,
        names: &[&String],
    ) -> Result<(), MirrorError> {
        for (name, &digest) in remote.files.iter().filter(|(name, _)| names.contains(name)) {
            let file = scratch.folder.join(name);
            if local.files.get(name) == Some(&digest) {
                write_atomic(&file, &read_sealed(&scratch.source, name, digest)?)?;
            } else {
                let key = self.job.address.key(&path.content(name, digest));
                self.store.get_file(&key, &file, digest)?;
            }
        }
        Ok(write_atomic(&scratch.folder.join(MANIFEST_FILE), &remote.bytes)?)
    }
}

/// Names of files that both sides have with other bytes.
fn differing(local: &SealedSeries, remote: &SealedSeries) -> Vec<String> {
    let differs = |(name, digest): &(&String, &Digest)| {
        local.files.get(*name).is_some_and(|own| own != *digest)
    };
    remote.files.iter().filter(differs).map(|(name, _)| name.clone()).collect()
}

/// The day of a file of ticks.
fn day(name: &str) -> Option<DateRange> {
    let date: Date = parse_date(name.strip_suffix(".parquet")?).ok()?;
    DateRange::try_new(date, date).ok()
}

/// A lake of one series that is gone after the comparison.
struct Scratch {
    root: PathBuf,
    folder: PathBuf,
    source: PathBuf,
}

impl Scratch {
    fn new(path: &SeriesPath, source: &Path) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("releat-mirror-{}-{number}", std::process::id());
        let root = std::env::temp_dir().join(name);
        Self { folder: path.folder(&root), root, source: source.to_owned() }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind lies in the folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.root);
    }
}
