//! A private Postgres on a socket in a folder of its own; it ends with this process.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

pub(super) struct Server {
    programs: PathBuf,
    folder: PathBuf,
    /// The server ends and its folder goes when the input of this shell is closed, however this process ends.
    _keeper: Child,
}

/// Starts the server when its standard input is open and clears up when it is closed. $1 programs, $2 folder, rest:
/// what to run a program as another user with, because Postgres refuses to be root.
const KEEPER: &str = r#"
programs=$1; folder=$2; shift 2
"$@" "$programs/initdb" -D "$folder/data" -A trust -U releat --no-sync >"$folder/log" 2>&1
"$@" "$programs/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off >>"$folder/log" 2>&1 &
server=$!
read -r _
kill -INT $server; wait $server
rm -rf "$folder"
"#;

impl Server {
    /// The server of this process, or `None` after a line that says why there is none.
    pub(super) fn get() -> Option<&'static Self> {
        static SERVER: OnceLock<Option<Server>> = OnceLock::new();
        SERVER.get_or_init(Self::start).as_ref()
    }

    fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            eprintln!("skipped: no Postgres in /usr/lib/postgresql/*/bin");
            return None;
        };
        let folder = tempfile::tempdir().unwrap().keep();
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "sh"]).arg(&programs).arg(&folder);
        if is_root() {
            let given = Command::new("chown").arg("postgres").arg(&folder).status().unwrap();
            assert!(given.success(), "Postgres cannot run as root and there is no user postgres");
            keeper.args(["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        } else {
            keeper.arg("env");
        }
        let keeper = keeper.stdin(Stdio::piped()).spawn().unwrap();
        let server = Self { programs, folder, _keeper: keeper };
        for _ in 0..600 {
            if server.program("pg_isready").arg("-q").status().unwrap().success() {
                return Some(server);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = std::fs::read_to_string(server.folder.join("log")).unwrap_or_default();
        panic!("Postgres did not start: {log}");
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.arg("-h").arg(&self.folder).args(["-U", "releat"]);
        command
    }

    /// Makes an empty database and returns its address.
    pub(super) fn database(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test{}", COUNT.fetch_add(1, Ordering::Relaxed));
        assert!(self.program("createdb").arg(&name).status().unwrap().success());
        format!("postgresql://releat@/{name}?host={}", self.folder.display())
    }

    /// Executes statements in a database and returns what it prints.
    pub(super) fn sql(&self, url: &str, statements: &str) -> String {
        let name = url.rsplit_once("@/").unwrap().1.split('?').next().unwrap();
        let mut psql = self.program("psql");
        psql.args(["-v", "ON_ERROR_STOP=1", "-qAt", "-c", statements, name]);
        let done = psql.output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    }
}

fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> = versions
        .map(|version| version.unwrap().path().join("bin"))
        .filter(|folder| folder.join("initdb").exists())
        .collect();
    found.sort();
    found.pop()
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(Path::new("/proc/self")).unwrap().uid() == 0
}
