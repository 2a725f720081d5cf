//! A head of Ray that is scripted: it keeps jobs as the real one does, traps included.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use serde_json::{Value, json};

/// What the head remembers.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// Jobs by name.
    pub(super) jobs: BTreeMap<String, Value>,
    /// What was posted, with the header of the token.
    pub(super) posted: Vec<(String, Value, Option<String>)>,
    /// Answers in front of the head's own: a status and a text; status 0 hangs up after the work was done.
    pub(super) faults: Vec<(u16, &'static str)>,
    /// The token that is wanted.
    pub(super) token: Option<&'static str>,
    /// Processors used and there, as the last count saw it.
    pub(super) cpus: Option<[f64; 2]>,
}

impl Head {
    /// Changes the state of a job.
    pub(super) fn set(&mut self, id: &str, state: &Value) {
        let job = self.jobs.get_mut(id).unwrap();
        for (key, value) in state.as_object().unwrap() {
            job[key.as_str()] = value.clone();
        }
    }
}

/// A running double.
pub(super) struct RayDouble {
    address: SocketAddr,
    head: Arc<Mutex<Head>>,
    is_stopping: Arc<AtomicBool>,
}

impl RayDouble {
    /// A head with two free processors.
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let head = Head { cpus: Some([0.0, 2.0]), ..Head::default() };
        let head = Arc::new(Mutex::new(head));
        let is_stopping = Arc::new(AtomicBool::new(false));
        let (shared, ends) = (Arc::clone(&head), Arc::clone(&is_stopping));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if ends.load(Ordering::Relaxed) {
                    return;
                }
                let _ = stream.map(|stream| answer(&stream, &shared));
            }
        });
        Self { address, head, is_stopping }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn head(&self) -> MutexGuard<'_, Head> {
        self.head.lock().unwrap()
    }
}

impl Drop for RayDouble {
    fn drop(&mut self) {
        self.is_stopping.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
    }
}

/// Reads one request of a connection, answers and hangs up.
fn answer(stream: &TcpStream, head: &Mutex<Head>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length, mut token) = (String::new(), 0, None);
    reader.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        match name.to_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "authorization" => token = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut words = first.split_whitespace();
    let (method, path) = (words.next()?, words.next()?);
    let (status, text) = head.lock().unwrap().reply(method, path, &body, token);
    if status == 0 {
        return None;
    }
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{text}",
        text.len()
    )
    .ok()
}

impl Head {
    fn reply(
        &mut self,
        method: &str,
        path: &str,
        body: &[u8],
        token: Option<String>,
    ) -> (u16, String) {
        if self.token.is_some_and(|wanted| token != Some(format!("Bearer {wanted}"))) {
            return (401, "Unauthorized: Missing authentication token".to_owned());
        }
        let is_post = method == "POST";
        if is_post {
            let value = serde_json::from_slice(body).unwrap_or(Value::Null);
            self.posted.push((path.to_owned(), value, token));
        }
        let fault = (is_post && !self.faults.is_empty()).then(|| self.faults.remove(0));
        match fault {
            Some((0, _)) => {
                self.own_reply(method, path, body);
                (0, String::new())
            }
            Some((status, text)) => (status, text.to_owned()),
            None => self.own_reply(method, path, body),
        }
    }

    fn own_reply(&mut self, method: &str, path: &str, body: &[u8]) -> (u16, String) {
        let name = path.trim_start_matches("/api/jobs/").trim_end_matches("/stop");
        match (method, path) {
            ("GET", "/api/cluster_status") => (200, self.status().to_string()),
            ("GET", "/api/jobs/") => {
                let jobs: Vec<&Value> = self.jobs.values().collect();
                (200, json!(jobs).to_string())
            }
            ("POST", "/api/jobs/") => self.submit(&serde_json::from_slice(body).unwrap()),
            ("POST", path) if path.ends_with("/stop") => match self.jobs.get_mut(name) {
                None => (404, format!("Job {name} does not exist")),
                // The trap: a job that waits stays as it is.
                Some(job) if job["status"] == "PENDING" => {
                    (200, json!({"stopped": true}).to_string())
                }
                Some(job) => {
                    job["status"] = "STOPPED".into();
                    (200, json!({"stopped": true}).to_string())
                }
            },
            ("GET", path) if path.starts_with("/api/jobs/") => match self.jobs.get(name) {
                Some(job) => (200, job.to_string()),
                None => (404, format!("Job {name} does not exist")),
            },
            _ => (404, "404: Not Found".to_owned()),
        }
    }

    fn submit(&mut self, body: &Value) -> (u16, String) {
        let known = [
            "entrypoint",
            "submission_id",
            "runtime_env",
            "metadata",
            "entrypoint_num_cpus",
            "entrypoint_num_gpus",
        ];
        if let Some(other) = body.as_object().unwrap().keys().find(|key| !known.contains(&&***key))
        {
            let text = format!("TypeError: got an unexpected keyword argument '{other}'");
            return (400, text);
        }
        let id = body["submission_id"].as_str().unwrap().to_owned();
        if self.jobs.contains_key(&id) {
            let text = format!(
                "Traceback (most recent call last):\nRuntimeError: Request failed with status code 400: \
                 ValueError: Job with submission_id {id} already exists. Please use a different \
                 submission_id.\n."
            );
            return (500, text);
        }
        let job = json!({
            "type": "SUBMISSION", "submission_id": id, "status": "PENDING",
            "entrypoint": body["entrypoint"], "error_type": null, "message": "",
            "driver_exit_code": null,
        });
        self.jobs.insert(id.clone(), job);
        (200, json!({"job_id": id, "submission_id": id}).to_string())
    }

    fn status(&self) -> Value {
        let usage =
            self.cpus.map(|cpus| json!({"n1": {"CPU": cpus, "node:127.0.0.1": [0.0, 1.0]}}));
        json!({"result": true, "data": {
            "autoscalingStatus": "",
            "clusterStatus": {"loadMetricsReport": {"usageByNode": usage}},
        }})
    }
}
