//! A real S3 server over HTTP: `moto_server` of PyPI's moto.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::Duration;

use releat::base::Stopwatch;

/// Keys that a server without checks takes.
pub(super) const KEYS: (&str, &str) = ("AKIATEST", "no-secret");

/// A running server; killed when dropped.
pub(super) struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// The server that tests share while one of them needs it; `None` with a line where there is
    /// no moto.
    pub(super) fn shared() -> Option<Arc<Self>> {
        static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap();
        if let Some(server) = shared.upgrade() {
            return Some(server);
        }
        let server = Arc::new(Self::start(&[])?);
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    /// A server of its own, with variables.
    pub(super) fn start(variables: &[(&str, &str)]) -> Option<Self> {
        let program = program()?;
        // Somebody else may take the port before the server does; then it ends, and we try anew.
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut child = Command::new(program)
                .args(["-H", "127.0.0.1", "-p", &port.to_string()])
                .envs(variables.iter().copied())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let started = Stopwatch::start();
            while started.seconds() < 60.0 && child.try_wait().unwrap().is_none() {
                if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                    return Some(Self { child, port });
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
        panic!("{} did not begin to listen", program.display());
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A fresh bucket.
    pub(super) fn bucket(&self, name: &str) {
        assert_eq!(self.ask("PUT", &format!("/{name}"), "", b"").0, 200);
    }

    /// One request; gives status and body. An owner is named, whose signature is not checked.
    pub(super) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let length = body.len();
        let owner = "Authorization: AWS4-HMAC-SHA256 Credential=AKIATEST/20260101/us-east-1/s3/\
                     aws4_request, SignedHeaders=host, Signature=x\r\n";
        let owner = if headers.contains("Authorization") { "" } else { owner };
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Length: {length}\r\n\
             Connection: close\r\n{owner}{headers}\r\n",
            self.port
        )
        .unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let text = String::from_utf8_lossy(&answer).into_owned();
        let status = text.split_whitespace().nth(1).unwrap().parse().unwrap();
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned();
        (status, body)
    }

    /// The first thousand keys of a bucket.
    pub(super) fn keys(&self, bucket: &str) -> Vec<String> {
        let (_, text) = self.ask("GET", &format!("/{bucket}?list-type=2"), "", b"");
        let keys = text.split("<Key>").skip(1);
        keys.map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `moto_server`, made if need be; `None` with a line that says so.
fn program() -> Option<&'static Path> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = PROGRAM.get_or_init(|| find().or_else(make));
    if found.is_none() {
        eprintln!("skipped: no moto_server, and `pip install moto[server]` did not work");
    }
    found.as_deref()
}

fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path);
    let named = std::env::var_os("RELEAT_TEST_MOTO").map(|venv| PathBuf::from(venv).join("bin"));
    let made = cache().map(|venv| venv.join("bin"));
    let programs =
        named.into_iter().chain(folders).chain(made).map(|folder| folder.join("moto_server"));
    programs.into_iter().find(|program| program.is_file())
}

fn cache() -> Option<PathBuf> {
    Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/releat/moto"))
}

fn make() -> Option<PathBuf> {
    let venv = cache()?;
    let quiet = |command: &mut Command| {
        command.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let pip = venv.join("bin/pip");
    let is_made = quiet(Command::new("python3").args(["-m", "venv"]).arg(&venv))
        && quiet(Command::new(pip).args(["install", "moto[server]"]));
    let program = venv.join("bin/moto_server");
    (is_made && program.is_file()).then_some(program)
}
