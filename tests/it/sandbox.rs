//! An empty folder with a small agent, and the binary run inside it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A made-up market with planted predictability, small enough to train in seconds.
pub(crate) const TINY_AGENT: &str = "\
name: tiny
seed: 1
universe: {symbols: [AAA, BBB], timeframe: 1d, calendar: XNYS}
data:
  source: {synthetic: {seed: 3, planted: {edge_bps: 60}}}
  train: 2015-01-01..2016-12-31
  validation: 2017-01-01..2017-06-30
  test: 2017-07-01..2017-12-31
features:
  - log_return: {window: 1}
  - z_score: {window: 20, input: volume}
transform: [standardize, squash]
env:
  num_envs: 16
  episode: {length_bars: 32}
model: {gru: {encoder: 8, hidden: 8}}
learner:
  ppo: {total_env_steps: 2048, num_steps: 32, sequence_length: 16, minibatch_transitions: 256}
eval: {bootstrap: {samples: 100}}
";

pub(crate) struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// With `agents/tiny.yaml`.
    pub(crate) fn with_agent() -> Self {
        let sandbox = Self::empty();
        sandbox.write("agents/tiny.yaml", TINY_AGENT);
        sandbox
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The binary with arguments split at blanks; `{}` stands for the folder.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let folder = self.folder.path().to_string_lossy().to_string();
        let mut command = Command::new(binary());
        command
            .args(arguments.split_whitespace().map(|word| word.replace("{}", &folder)))
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &str) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs and expects exit code 0; gives standard output.
    pub(crate) fn succeed(&self, arguments: &str) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "releat {arguments}\n{errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs with `--output-format json`, expects exit code 0 and gives the document.
    pub(crate) fn document(&self, arguments: &str) -> serde_json::Value {
        let text = self.succeed(&format!("{arguments} --output-format json"));
        serde_json::from_str(&text).unwrap()
    }

    /// Exit code and both streams, with the folder and times taken out.
    pub(crate) fn transcript(&self, arguments: &str) -> String {
        self.show(&self.run(arguments))
    }

    pub(crate) fn show(&self, output: &Output) -> String {
        let code = output.status.code().map_or("killed".to_owned(), |code| code.to_string());
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let text = format!("exit {code}\n--- stdout\n{stdout}--- stderr\n{stderr}");
        let real = std::fs::canonicalize(self.folder.path()).unwrap();
        text.replace(&*real.to_string_lossy(), "{}")
            .replace(&*self.folder.path().to_string_lossy(), "{}")
    }

    /// The only source folder of the lake.
    pub(crate) fn lake_source(&self) -> PathBuf {
        let mut sources = std::fs::read_dir(self.path("data/lake")).unwrap();
        sources.next().unwrap().unwrap().path()
    }

    /// Trains the small agent and gives its bundle.
    pub(crate) fn bundle(&self) -> PathBuf {
        let document = self.document("train --config agents/tiny.yaml --no-eval -q");
        PathBuf::from(document["bundle"].as_str().unwrap())
    }
}

pub(crate) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_releat"))
}

/// The folder of real market data, or `None` with a line that says so.
pub(crate) fn real_data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no real market data at {}", folder.display());
    None
}
