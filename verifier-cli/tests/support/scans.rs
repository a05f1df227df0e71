//! A server that takes receipts as the contract of `POST /api/v1/scans` says, and can be told to misbehave.

use std::{
    collections::{BTreeMap, VecDeque},
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

use super::server::listen;

pub const TOKEN: &str = "lzs_test-session.1";

/// What to do instead of answering a request as usual.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// None this time.
    None,
    /// Keeps the scans, and goes away without a word.
    CutAfterStoring,
    /// Goes away before it has read anything.
    CutBefore,
    /// Answers with this status, `Retry-After` if given.
    Status(u16, Option<u32>),
    /// Answers 200 with these bytes.
    Nonsense(&'static str),
}

#[derive(Clone, Default)]
pub struct Scans {
    state: Arc<Mutex<State>>,
    pub url: String,
}

#[derive(Default)]
struct State {
    /// Id → how often it was stored.
    stored: BTreeMap<String, u32>,
    batches: Vec<usize>,
    troubles: VecDeque<Trouble>,
    /// Ids that it does not believe.
    bad: Vec<String>,
    /// Most scans it takes at once, smaller than the contract's 500.
    limit: Option<usize>,
}

impl Scans {
    pub fn start() -> Self {
        let mut server = Self::default();
        let serving = server.clone();
        server.url = listen(move |stream| serving.serve(&stream));
        server
    }

    pub fn then(&self, trouble: Trouble) {
        self.state.lock().unwrap().troubles.push_back(trouble);
    }

    pub fn disbelieve(&self, ids: &[String]) {
        self.state.lock().unwrap().bad = ids.to_vec();
    }

    pub fn take_at_most(&self, limit: usize) {
        self.state.lock().unwrap().limit = Some(limit);
    }

    /// How many scans it has; each was stored once.
    pub fn stored(&self) -> usize {
        let state = self.state.lock().unwrap();
        assert!(state.stored.values().all(|times| *times == 1));
        state.stored.len()
    }

    /// Sizes of the batches that came since the last time.
    pub fn batches(&self) -> Vec<usize> {
        std::mem::take(&mut self.state.lock().unwrap().batches)
    }

    fn serve(&self, stream: &TcpStream) {
        let trouble = self.state.lock().unwrap().troubles.pop_front();
        if matches!(trouble, Some(Trouble::CutBefore)) {
            return;
        }
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let header = |name: &str| {
            head.lines().find_map(|line| {
                let (held, value) = line.split_once(':')?;
                held.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            })
        };
        let length: usize = header("content-length").unwrap().parse().unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let (status, answer) = match trouble {
            Some(Trouble::Status(status, wait)) => {
                return reply(stream, status, wait, &json!({"title": "told to"}).to_string());
            }
            Some(Trouble::Nonsense(text)) => return reply(stream, 200, None, text),
            _ if !head.starts_with("POST /api/v1/scans HTTP/1.1") => (404, json!({"title": "not here"})),
            _ if header("authorization") != Some(format!("Bearer {TOKEN}")) => {
                (401, json!({"title": "no session"}))
            }
            _ if header("content-type").as_deref() != Some("application/json") => {
                (415, json!({"title": "not JSON"}))
            }
            _ => self.take(&body),
        };
        if !matches!(trouble, Some(Trouble::CutAfterStoring)) {
            reply(stream, status, None, &answer.to_string());
        }
    }

    fn take(&self, body: &[u8]) -> (u16, Value) {
        let state = &mut *self.state.lock().unwrap();
        let Ok(Value::Object(request)) = serde_json::from_slice(body) else {
            return (400, json!({"title": "not JSON"}));
        };
        let Some(scans) = request.get("scans").and_then(Value::as_array).filter(|_| request.len() == 1)
        else {
            return (422, json!({"title": "unknown member"}));
        };
        if scans.len() > state.limit.unwrap_or(500) {
            return (413, json!({"title": "too many"}));
        }
        let mut errors = vec![];
        for (at, scan) in scans.iter().enumerate() {
            for member in wrong_members(scan) {
                errors.push(
                    json!({"pointer": format!("/scans/{at}/{member}"), "code": "x", "detail": "wrong"}),
                );
            }
            if state.bad.iter().any(|bad| scan["id"] == **bad) {
                errors.push(
                    json!({"pointer": format!("/scans/{at}/at"), "code": "x", "detail": "later than now"}),
                );
            }
        }
        if scans.is_empty() || !errors.is_empty() {
            return (422, json!({"title": "cannot be used", "errors": errors}));
        }
        state.batches.push(scans.len());
        let mut known = 0;
        for scan in scans {
            let id = scan["id"].as_str().unwrap().to_owned();
            // What is known changes nothing.
            if state.stored.insert(id, 1).is_some() {
                known += 1;
            }
        }
        (200, json!({"accepted": scans.len() - known, "known": known}))
    }
}

/// Members of a scan that the contract does not allow as they are.
fn wrong_members(scan: &Value) -> Vec<&'static str> {
    const MEMBERS: [&str; 9] =
        ["id", "at", "verdict", "code", "scene", "licence", "token", "status_as_of", "trust_version"];
    let scan = scan.as_object().unwrap();
    if scan.keys().any(|name| !MEMBERS.contains(&name.as_str())) {
        return vec![""];
    }
    let is_right = |name: &&str| {
        let value = &scan[*name];
        match *name {
            "id" => value.as_str().is_some_and(|id| id.len() == 22),
            "at" => value.is_i64(),
            "verdict" => ["valid", "invalid", "undetermined"].iter().any(|known| value == known),
            "code" => value.is_string(),
            "scene" | "licence" | "token" => value.is_string() || value.is_null(),
            _ => value.is_i64() || value.is_null(),
        }
    };
    MEMBERS.into_iter().filter(|name| !is_right(name)).collect()
}

fn reply(mut stream: &TcpStream, status: u16, wait: Option<u32>, body: &str) {
    let wait = wait.map(|seconds| format!("Retry-After: {seconds}\r\n")).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/problem+json\r\n{wait}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(body.as_bytes());
}
