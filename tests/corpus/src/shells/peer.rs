//! A program that reads a line of JSON for each case and writes one for each answer.

use std::{
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    thread,
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

pub(crate) struct Peer {
    name: &'static str,
    child: Child,
    stdin: Option<BufWriter<ChildStdin>>,
    stdout: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts it and tells it the worlds.
    pub(crate) fn start(name: &'static str, command: &mut Command, head: &Value) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let (stdin, stdout) =
            (child.stdin.take().context("no stdin")?, child.stdout.take().context("no stdout")?);
        let mut peer = Self {
            name,
            child,
            stdin: Some(BufWriter::new(stdin)),
            stdout: BufReader::with_capacity(1 << 20, stdout),
        };
        let ready = peer.ask(std::iter::once(head.to_string()).collect())?;
        match ready.first().map(String::as_str) {
            Some("\"ready\"") => Ok(peer),
            other => bail!("{name} is not ready: {other:?}"),
        }
    }

    /// One answer for each line, in order.
    pub(crate) fn ask(&mut self, lines: Vec<String>) -> Result<Vec<String>> {
        let count = lines.len();
        let mut stdin = self.stdin.take().context("the peer's stdin is gone")?;
        // On a thread: it may answer before it has read everything.
        let feeder = thread::spawn(move || -> Result<_> {
            for line in lines {
                stdin.write_all(line.as_bytes())?;
                stdin.write_all(b"\n")?;
            }
            stdin.flush()?;
            Ok(stdin)
        });
        let mut answers = Vec::with_capacity(count);
        for _ in 0..count {
            let mut answer = String::new();
            if self.stdout.read_line(&mut answer)? == 0 {
                bail!(
                    "{} went away after {} of {count} answers: {:?}",
                    self.name,
                    answers.len(),
                    self.child.wait()?
                );
            }
            answer.truncate(answer.trim_end().len());
            answers.push(answer);
        }
        self.stdin = Some(feeder.join().ok().context("the feeding thread failed")??);
        Ok(answers)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Its end of input is its end.
        drop(self.stdin.take());
        let _ = self.child.wait();
    }
}
