//! An empty folder with a small agent, and the binary run inside it.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

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
    disk: Option<SmallDisk>,
}

impl Sandbox {
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), disk: None }
    }

    /// With a folder that is a disk of its own; `None`, with a line that says so, where no such disk can be made.
    pub(crate) fn with_small_disk(name: &str, mebibytes: u32) -> Option<Self> {
        let mut sandbox = Self::empty();
        let folder = sandbox.path(name);
        std::fs::create_dir_all(&folder).unwrap();
        sandbox.disk = Some(SmallDisk::mount(&folder, mebibytes)?);
        Some(sandbox)
    }

    pub(crate) fn disk(&self) -> &SmallDisk {
        self.disk.as_ref().unwrap()
    }

    /// With `agents/tiny.yaml`.
    pub(crate) fn with_agent() -> Self {
        let sandbox = Self::empty();
        sandbox.write("agents/tiny.yaml", TINY_AGENT);
        sandbox
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        self.disk.as_ref().map_or(path.clone(), |disk| disk.seen_from_here(&path))
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
        let mut command = match &self.disk {
            Some(disk) => disk.command(self.folder.path()),
            None => Command::new(binary()),
        };
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

/// A few megabytes that only those see who are in the same namespace as its holder; gone when the holder is.
pub(crate) struct SmallDisk {
    holder: Child,
    folder: PathBuf,
}

impl SmallDisk {
    fn mount(folder: &Path, mebibytes: u32) -> Option<Self> {
        let script = "mount -t tmpfs -o size=$1m tmpfs \"$0\" && echo ready && exec cat";
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", script]).arg(folder).arg(mebibytes.to_string());
        let (input, output) = (Stdio::piped(), Stdio::piped());
        let holder = command.stdin(input).stdout(output).stderr(Stdio::null()).spawn();
        let disk = holder.ok().and_then(|mut holder| {
            let mut line = String::new();
            BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
            let disk = Self { holder, folder: folder.to_owned() };
            (line == "ready\n" && disk.can_be_entered()).then_some(disk)
        });
        if disk.is_none() {
            eprintln!("skipped: a disk of its own needs `unshare -rm`, `nsenter` and tmpfs");
        }
        disk
    }

    fn can_be_entered(&self) -> bool {
        let entered = self.enter().arg("true").status();
        entered.is_ok_and(|status| status.success())
    }

    fn enter(&self) -> Command {
        let mut command = Command::new("nsenter");
        let holder = self.holder.id().to_string();
        command.args(["--user", "--mount", "--preserve-credentials", "--target", &holder]);
        command
    }

    /// The binary where the disk is mounted; arguments follow.
    fn command(&self, folder: &Path) -> Command {
        let mut command = self.enter();
        command.args(["sh", "-c", "cd \"$0\" && exec \"$@\""]).arg(folder).arg(binary());
        command
    }

    fn seen_from_here(&self, path: &Path) -> PathBuf {
        let root = format!("/proc/{}/root", self.holder.id());
        Path::new(&root).join(path.strip_prefix("/").unwrap())
    }

    fn ballast(&self) -> PathBuf {
        self.seen_from_here(&self.folder).join("ballast")
    }

    /// Until the system says that no space is left.
    pub(crate) fn fill(&self) {
        let mut file = std::fs::File::create(self.ballast()).unwrap();
        for size in [1 << 20, 4096, 1] {
            let error = loop {
                if let Err(error) = file.write_all(&vec![1; size]) {
                    break error;
                }
            };
            assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}");
        }
    }

    pub(crate) fn free(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
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
