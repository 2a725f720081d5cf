//! Beginning a study, or going on with one.

use std::path::PathBuf;

use crate::base::{Digest, LockFile, now};
use crate::commands::place::store_failure;
use crate::commands::tune::view::StudyTexts;
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::{Agent, Place};
use crate::store::{Store, StoreError, StudyDraft};

const LOCK_FILE: &str = "study.lock";

/// A study that this process works on; others are kept out while it lives.
#[derive(Debug)]
pub(in crate::commands::tune) struct OpenStudy {
    pub(in crate::commands::tune) name: String,
    pub(in crate::commands::tune) path: PathBuf,
    /// What it is drawn from; that of its beginning if it goes on.
    pub(in crate::commands::tune) texts: StudyTexts,
    _lock: LockFile,
}

/// Takes up the named study, or the newest unfinished one of the same inputs, or begins one.
///
/// # Errors
/// [`FailureKind::Data`] if the name belongs to a study of other inputs, [`FailureKind::Remote`] if another
/// process works on it.
pub(in crate::commands::tune) fn open_study(
    options: &SessionOptions,
    (store, place): (&Store, &Place),
    agent: &Agent,
    wanted: Option<&str>,
    (inputs, agent_yaml, texts): (Digest, String, &StudyTexts),
) -> Result<OpenStudy, Failure> {
    let name = match wanted {
        Some(name) => {
            check_name(name)?;
            name.to_owned()
        }
        None => unfinished(store, agent, inputs)?.unwrap_or_else(|| fresh_name(agent, inputs)),
    };
    let path = study_path(place, &name);
    let lock = LockFile::try_acquire(&path.join(LOCK_FILE))
        .map_err(|error| store_failure(StoreError::Locked(error)))?;
    let mut texts = texts.clone();
    if let Some(found) = store.find_study(&name).map_err(store_failure)? {
        options.console.say(&format!("going on with study {name}"));
        texts = serde_json::from_str(&found.draft.tune_json)
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
    }
    let tune_json =
        serde_json::to_string(&texts).map_err(|error| Failure::new(FailureKind::Bug, error))?;
    let draft = StudyDraft {
        name: name.clone(),
        agent: agent.name.clone(),
        metric: metric_name(agent),
        seed: agent.seed,
        inputs,
        agent_yaml,
        tune_json,
    };
    store.create_study(&draft).map_err(|error| {
        store_failure(error).hint("choose another name with --study, or leave it out")
    })?;
    Ok(OpenStudy { name, path, texts, _lock: lock })
}

/// The folder of a study.
pub(in crate::commands::tune) fn study_path(place: &Place, name: &str) -> PathBuf {
    place.store.runs_dir.join("studies").join(name)
}

/// The metric as the configuration has it.
pub(in crate::commands::tune) fn metric_name(agent: &Agent) -> String {
    let value = serde_json::to_value(agent.tune.metric).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// A name is a part of paths.
fn check_name(name: &str) -> Result<(), Failure> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !name.is_empty() && name.len() <= 100 && name.chars().all(is_plain) && !name.starts_with('.')
    {
        return Ok(());
    }
    let text = format!(
        "--study must be 1 to 100 letters, digits, `-`, `_` or `.`, and not begin with `.`; was `{name}`"
    );
    Err(Failure::new(FailureKind::Usage, text))
}

fn unfinished(store: &Store, agent: &Agent, inputs: Digest) -> Result<Option<String>, Failure> {
    let all = store.list_studies().map_err(store_failure)?;
    let open = all
        .iter()
        .rev()
        .filter(|study| study.ended_at.is_none() && study.agent.as_deref() == Some(&agent.name));
    for study in open {
        let found = store.find_study(&study.name).map_err(store_failure)?;
        if found.is_some_and(|found| found.draft.inputs == inputs) {
            return Ok(Some(study.name.clone()));
        }
    }
    Ok(None)
}

fn fresh_name(agent: &Agent, inputs: Digest) -> String {
    let stamp: String = now().to_string().chars().take(19).collect();
    let stamp: String = stamp.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{}-{stamp}-{}", agent.name, &inputs.to_string()[..8])
}
