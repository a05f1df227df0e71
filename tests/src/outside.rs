//! Programs that are not ours, beside a test: they tell what they were sent as lines of JSON, and end with the test.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use crate::source::root;

/// A running program of `tests/interop`.
pub struct Outside {
    /// Where it listens on this machine.
    pub port: u16,
    told: Receiver<Value>,
    input: Option<ChildStdin>,
    process: Child,
}

impl Outside {
    /// Starts `script` with Python.
    ///
    /// # Panics
    /// If it does not come up.
    pub fn start(python: &Path, script: &str, arguments: &[&str]) -> Self {
        let mut process = Command::new(python)
            .arg(root().join("tests/interop").join(script))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (tell, told) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if tell.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
            }
        });
        let input = process.stdin.take();
        let mut outside = Self { port: 0, told, input, process };
        outside.port = u16::try_from(outside.next()["port"].as_u64().unwrap()).unwrap();
        outside
    }

    /// What it tells next.
    ///
    /// # Panics
    /// If there is nothing after half a minute.
    pub fn next(&self) -> Value {
        self.told.recv_timeout(Duration::from_secs(30)).expect("it tells something")
    }

    /// What it has told and nobody has asked for yet.
    pub fn rest(&self) -> Vec<Value> {
        self.told.try_iter().collect()
    }

    /// Tells it something, and waits until it has heard.
    ///
    /// # Panics
    /// If it has ended.
    pub fn say(&mut self, line: &str) -> Value {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
        self.next()
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
