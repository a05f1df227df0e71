//! The real demo server, started for one test and stopped after it.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use liangzheng_tests::until::within;
use serde_json::Value;

use super::peers::skip;

/// A running `liangzheng-server demo` on an empty folder.
pub(super) struct DemoServer {
    process: Child,
    /// `http://127.0.0.1:PORT`, without a slash at its end.
    pub(super) url: String,
    /// What the server tells in `demo.json`.
    pub(super) demo: Value,
}

impl DemoServer {
    /// Starts it on `folder/data` and waits until it is ready; `None`, said aloud, if the binary was not built.
    ///
    /// # Panics
    /// If it ends or is not ready within the 60 s it promises.
    pub(super) fn start(folder: &Path) -> Option<Self> {
        // Tests of one package do not build another's binary; `cargo xtask test` builds it first.
        let binary = std::env::var_os("LZ_TEST_SERVER").map_or_else(
            || Path::new(env!("CARGO_TARGET_TMPDIR")).join("../debug/liangzheng-server"),
            PathBuf::from,
        );
        if !binary.exists() {
            skip(&format!("{} is not built (cargo build -p liangzheng-server)", binary.display()));
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let data = folder.join("data");
        let log = std::fs::File::create(folder.join("server.log")).unwrap();
        let process = Command::new(binary)
            .args(["demo", "--data"])
            .arg(&data)
            .args(["--port", &port.to_string()])
            // One test shows in a minute what a town shows in an hour.
            .env("LZ__LIMITS__ENABLED", "false")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Self { process, url: format!("http://127.0.0.1:{port}"), demo: Value::Null };
        server.wait_until_ready(folder);
        server.demo = serde_json::from_slice(&std::fs::read(data.join("demo.json")).unwrap()).unwrap();
        Some(server)
    }

    fn wait_until_ready(&mut self, folder: &Path) {
        let what = format!("ready; see {}/server.log", folder.display());
        within(Duration::from_secs(60), &what, || {
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "it ended: {ended:?}; see {}/server.log", folder.display());
            ureq::get(format!("{}/readyz", self.url)).call().ok()
        });
    }

    /// The body of a GET that must succeed.
    pub(super) fn get(&self, path: &str, token: Option<&str>) -> Vec<u8> {
        let mut request = ureq::get(format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let mut response = request.call().unwrap_or_else(|error| panic!("GET {path}: {error}"));
        response.body_mut().read_to_vec().unwrap()
    }

    /// A DELETE that must succeed.
    pub(super) fn delete(&self, path: &str, token: &str) {
        let request = ureq::delete(format!("{}{path}", self.url));
        let answer = request.header("authorization", format!("Bearer {token}")).call();
        answer.unwrap_or_else(|error| panic!("DELETE {path}: {error}"));
    }

    /// The answer to a POST of JSON, or its status if that is no success.
    pub(super) fn post(&self, path: &str, token: Option<&str>, body: &Value) -> Result<Value, u16> {
        let mut request =
            ureq::post(format!("{}{path}", self.url)).header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        match request.send(body.to_string()) {
            Ok(mut response) => {
                Ok(serde_json::from_slice(&response.body_mut().read_to_vec().unwrap()).unwrap())
            }
            Err(ureq::Error::StatusCode(status)) => Err(status),
            Err(error) => panic!("POST {path}: {error}"),
        }
    }
}

impl Drop for DemoServer {
    fn drop(&mut self) {
        // A test that fails must not leave a server behind; nothing of its data is wanted afterwards.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
