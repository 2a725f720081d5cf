//! Options, configuration, place and lake of one command.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::{Console, Failure, FailureKind, TerminalProgress};
use crate::base::{Interrupt, releat_variables};
use crate::config::{self, Agent, AgentFile, ConfigErrors, LoadRequest, Loaded, Place};
use crate::dataset::{Lake, LakeError, PINS_FILE, Pins, source_folder};
use crate::evaluate::MarketError;

/// Options that every command takes.
#[derive(Debug, Clone)]
pub struct SessionOptions {
    /// Agent files; `-` is standard input.
    pub configs: Vec<PathBuf>,
    /// Name of the place.
    pub env: Option<String>,
    /// Assignments `key=value`.
    pub sets: Vec<String>,
    /// The run seed.
    pub seed: Option<u64>,
    /// Where tensors live.
    pub device: String,
    /// Standard output and standard error.
    pub console: Console,
    /// Whether progress is shown.
    pub show_progress: bool,
    /// Whether remotes are left alone.
    pub offline: bool,
}

/// A command with its configuration.
pub(in crate::commands) struct Session {
    pub(in crate::commands) loaded: Loaded,
    pub(in crate::commands) place: Place,
    pub(in crate::commands) lake: Lake,
}

impl SessionOptions {
    /// Loads agent and place.
    pub(in crate::commands) fn load(&self) -> Result<Session, Failure> {
        let loaded = config::load(&self.request()?).map_err(configuration)?;
        let place = loaded.place.clone();
        let lake = Lake::new(&place.store.lake_dir);
        Ok(Session { loaded, place, lake })
    }

    /// Loads agent and place for a command that reads bars.
    ///
    /// If the agent names a vendor from which nothing was fetched, and `releat.lock` pins the same
    /// symbols from one other source, the bars of that source are taken and the user is told.
    pub(in crate::commands) fn load_with_bars(&self) -> Result<Session, Failure> {
        let session = self.load()?;
        let agent = session.agent();
        let universe = &agent.universe;
        let is_vendor = !agent.data.source.is_local();
        let is_chosen = session
            .loaded
            .origins
            .rows()
            .iter()
            .any(|row| row.key.starts_with("data.source") && row.origin.starts_with("--set"));
        let source = source_folder(&agent.data.source, &universe.symbols);
        let has_bars = session.lake.list().iter().any(|key| key.source == source);
        if !is_vendor || is_chosen || has_bars {
            return Ok(session);
        }
        let pins = Pins::read(&self.pins_path())
            .map_err(|error| Failure::new(FailureKind::Data, error))?
            .unwrap_or_default();
        let Some(pinned) = pins.only_source(&universe.symbols, universe.timeframe) else {
            return Ok(session);
        };
        let setting =
            serde_json::to_string(pinned).map_err(|error| Failure::new(FailureKind::Bug, error))?;
        self.console.say(&format!(
            "warning: nothing was fetched from {}; taking the bars that {} pins: {setting}",
            agent.data.source.name(),
            self.pins_path().display(),
        ));
        let mut pinned_options = self.clone();
        pinned_options.sets.push(format!("data.source={setting}"));
        pinned_options.load()
    }

    /// `releat.lock` beside the first agent file.
    pub(in crate::commands) fn pins_path(&self) -> PathBuf {
        let file = self.configs.iter().find(|path| path.as_os_str() != "-");
        let folder = file.and_then(|path| path.parent()).map(PathBuf::from).unwrap_or_default();
        folder.join(PINS_FILE)
    }

    /// Loads the place alone.
    pub(in crate::commands) fn place(&self) -> Result<Place, Failure> {
        let request = LoadRequest { agent_files: Vec::new(), ..self.request()? };
        config::load_place(&request).map_err(configuration)
    }

    fn request(&self) -> Result<LoadRequest, Failure> {
        let agent_files =
            self.configs.iter().map(|path| agent_file(path)).collect::<Result<_, _>>()?;
        Ok(LoadRequest {
            root: PathBuf::new(),
            env: self.env.clone(),
            agent_files,
            variables: releat_variables(),
            sets: self.sets.clone(),
            seed: self.seed,
        })
    }

    /// Progress as the user wants it.
    pub(in crate::commands) fn progress(&self) -> TerminalProgress {
        if self.show_progress {
            TerminalProgress::visible(self.console.clone())
        } else {
            TerminalProgress::hidden(self.console.clone())
        }
    }

    /// A flag that SIGINT and SIGTERM raise.
    pub(in crate::commands) fn interrupt(&self) -> Result<Interrupt, Failure> {
        Interrupt::on_signals().map_err(|error| Failure::new(FailureKind::Bug, error))
    }
}

impl Session {
    pub(in crate::commands) fn agent(&self) -> &Agent {
        &self.loaded.agent
    }
}

fn agent_file(path: &Path) -> Result<AgentFile, Failure> {
    if path.as_os_str() != "-" {
        return Ok(AgentFile::Path(path.to_owned()));
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes).map_err(|error| {
        Failure::new(
            FailureKind::Usage,
            format!("cannot read the agent from standard input: {error}"),
        )
    })?;
    Ok(AgentFile::Content { name: "<stdin>".to_owned(), bytes })
}

pub(in crate::commands) fn configuration(errors: ConfigErrors) -> Failure {
    Failure::new(FailureKind::Usage, Shown(errors))
}

/// The report already begins with `error:` and ends with a hint.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Shown(ConfigErrors);

impl From<LakeError> for Failure {
    fn from(error: LakeError) -> Self {
        let hint = error.hint();
        let failure = Self::new(FailureKind::from_exit_code(error.exit_code()), error);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

impl From<MarketError> for Failure {
    fn from(error: MarketError) -> Self {
        match error {
            MarketError::Lake(error) => error.into(),
            other => Self::new(FailureKind::Data, other),
        }
    }
}
