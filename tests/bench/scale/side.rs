//! A demo that is served, and what people do there.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64ct::{Base64UrlUnpadded, Encoding};
use liangzheng_core::key::AwsLcSigner;
use liangzheng_core::status::{SHARD_BYTES, packed};
use serde_json::{Value, json};

use crate::measure::{Cost, cost};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_liangzheng-server");

/// A running demo; stopped when dropped.
pub(crate) struct Side {
    pub(crate) started_in: Duration,
    server: Child,
    base: String,
    holder: String,
    checker: String,
    pin: String,
    licence: String,
    /// Where the licence's status stands: path of the list, index.
    index: (String, u32),
    suspended: bool,
}

impl Side {
    pub(crate) fn start(folder: &Path) -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let started = Instant::now();
        let server = Command::new(PROGRAM)
            .args(["demo", "--port", &port.to_string(), "--data"])
            .arg(folder)
            .env("LZ__LIMITS__ENABLED", "false")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let base = format!("http://127.0.0.1:{port}");
        while !ureq::get(format!("{base}/readyz")).call().is_ok_and(|answer| answer.status() == 200) {
            assert!(started.elapsed() < Duration::from_secs(120), "not ready after two minutes");
            std::thread::sleep(Duration::from_millis(5));
        }
        let started_in = started.elapsed();
        let file: Value = serde_json::from_slice(&std::fs::read(folder.join("demo.json")).unwrap()).unwrap();
        let named = |list: &str, member: &str, value: &str| {
            let found = file[list].as_array().unwrap().iter().find(|one| one[member] == value);
            found.unwrap_or_else(|| panic!("no {value}")).clone()
        };
        let licence = named("licences", "holder", "shanyue")["id"].as_str().unwrap().to_owned();
        let pin = named("accounts", "login", "shanyue")["pin"].as_str().unwrap().to_owned();
        let mut side = Self {
            started_in,
            server,
            base,
            holder: String::new(),
            checker: String::new(),
            pin,
            licence,
            index: Default::default(),
            suspended: false,
        };
        let log_in = |side: &Self, login: &str| {
            let body = json!({ "login": login, "password": named("accounts", "login", login)["password"] });
            side.send("POST", "", "/api/v1/sessions", &body)["token"].as_str().unwrap().to_owned()
        };
        side.holder = log_in(&side, "shanyue");
        side.checker = log_in(&side, "checker.samr");
        let shown = side.show();
        let status = &claims(shown["token"].as_str().unwrap())["status"]["status_list"];
        let uri = status["uri"].as_str().unwrap();
        let path = uri.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap();
        side.index = (path, u32::try_from(status["idx"].as_u64().unwrap()).unwrap());
        side
    }

    pub(crate) fn lists(&self) -> usize {
        let text = self.text("/status-lists");
        serde_json::from_str::<Value>(&text).unwrap()["status_lists"].as_array().unwrap().len()
    }

    pub(crate) fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.server.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Opens a show and, not counted, ends it.
    pub(crate) fn open_show(&mut self) -> Cost {
        let (shown, cost) = cost(self.server.id(), || self.show());
        let show = shown["show"].as_str().unwrap();
        self.send("DELETE", &self.holder, &format!("/api/v1/wallet/shows/{show}"), &Value::Null);
        cost
    }

    /// Grants to a new phone, which gives out an index. The phone is added before and dropped after, not counted.
    pub(crate) fn grant(&mut self) -> Cost {
        let (key, _) = AwsLcSigner::generate("phone").unwrap();
        let phone = json!({ "name": "bench", "jwk": key.public_key().to_jwk() });
        let device = self.send("POST", &self.holder, "/api/v1/wallet/devices", &phone)["id"].clone();
        let body = json!({ "device": device, "scene": "inspect.food", "pin": self.pin });
        let path = format!("/api/v1/wallet/licences/{}/grant", self.licence);
        let (_, cost) = cost(self.server.id(), || self.send("POST", &self.holder, &path, &body));
        let path = format!("/api/v1/wallet/devices/{}", device.as_str().unwrap());
        self.send("DELETE", &self.holder, &path, &Value::Null);
        cost
    }

    /// Suspends or resumes, until the list says so. Begun when the last publication's second is over, because no two
    /// publications are of one second.
    pub(crate) fn act(&mut self) -> Cost {
        std::thread::sleep(Duration::from_millis(1_600));
        self.suspended = !self.suspended;
        let (act, value) = if self.suspended { ("suspend", 2) } else { ("resume", 0) };
        let body = json!({ "act": act, "reason": "bench", "legal_basis": "bench" });
        let path = format!("/api/v1/licences/{}/acts", self.licence);
        let (_, cost) = cost(self.server.id(), || {
            self.send("POST", &self.checker, &path, &body);
            while self.value() != value {
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        cost
    }

    /// A delta from before the last act: it names every list, so it grows with their number.
    pub(crate) fn delta(&mut self) -> Cost {
        let from = claims(&self.text(&self.index.0))["iat"].clone();
        self.act();
        let path = format!("/status-lists/delta?from={from}");
        cost(self.server.id(), || self.text(&path)).1
    }

    fn show(&self) -> Value {
        let path = format!("/api/v1/wallet/licences/{}/show", self.licence);
        self.send("POST", &self.holder, &path, &json!({ "scene": "inspect.food", "pin": self.pin }))
    }

    /// The status of the licence as verifiers read it.
    fn value(&self) -> u8 {
        let (path, index) = &self.index;
        let list = claims(&self.text(path));
        let array = packed::inflate(list["status_list"]["lst"].as_str().unwrap(), SHARD_BYTES).unwrap();
        packed::get(&array, 4, *index).unwrap()
    }

    fn text(&self, path: &str) -> String {
        ureq::get(format!("{}{path}", self.base)).call().unwrap().body_mut().read_to_string().unwrap()
    }

    fn send(&self, method: &str, token: &str, path: &str, body: &Value) -> Value {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        if !token.is_empty() {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let answer = if body.is_null() {
            ureq::run(request.body(()).unwrap())
        } else {
            ureq::run(request.header("Content-Type", "application/json").body(body.to_string()).unwrap())
        };
        let mut answer = answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let text = answer.body_mut().read_to_string().unwrap();
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
    }
}

impl Drop for Side {
    /// As an operator stops it, so that the next start finds what a clean end leaves.
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.server.id().to_string()).status();
        let _ = self.server.wait();
    }
}

fn claims(jws: &str) -> Value {
    let payload = Base64UrlUnpadded::decode_vec(jws.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&payload).unwrap()
}
