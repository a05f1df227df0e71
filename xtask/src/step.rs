//! Running commands, and a report of named parts with their times.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// The repository's root, from where this crate lies.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// Where the browser modules are written: `web` for the server's pages, `node` for tests.
pub(crate) fn modules() -> PathBuf {
    root().join("target/modules")
}

/// Where cargo writes what it makes.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |set| root().join(set))
}

/// `cargo` as the user calls it, in the repository's root.
pub(crate) fn cargo<I: IntoIterator<Item = S>, S: AsRef<std::ffi::OsStr>>(args: I) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(root());
    // Set for us by `cargo run`; a build below us must not think it belongs to this crate.
    for inherited in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "CARGO_PKG_VERSION"] {
        command.env_remove(inherited);
    }
    command
}

/// Any other program, in `dir`.
pub(crate) fn program(name: impl AsRef<std::ffi::OsStr>, args: &[&str], dir: &Path) -> Command {
    let mut command = Command::new(name);
    command.args(args).current_dir(dir);
    command
}

/// Prints the command, runs it without standard input, and fails unless it exits 0.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    let status = command.stdin(Stdio::null()).status().with_context(|| could_not_start(command))?;
    if !status.success() {
        bail!("`{}` ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs it quietly and gives back what it wrote to stdout; its stderr is in the error.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| could_not_start(command))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` ended with {}: {}", shown(command), output.status, stderr.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The programs that a build with `--message-format=json` tells it made, each with its target's name.
pub(crate) fn executables(messages: &str) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for line in messages.lines() {
        let message: serde_json::Value = serde_json::from_str(line).context("reading cargo's messages")?;
        if let Some(path) = message["executable"].as_str() {
            found.push((message["target"]["name"].as_str().unwrap_or_default().to_owned(), path.into()));
        }
    }
    Ok(found)
}

/// Whether it starts and exits 0.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn could_not_start(command: &Command) -> String {
    format!("`{}` could not be started", command.get_program().to_string_lossy())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// What became of one part.
enum Outcome {
    Passed,
    Failed(anyhow::Error),
    Skipped(String),
}

/// Runs parts one after the other, goes on after a failure, and tells all of them at the end.
#[derive(Default)]
pub(crate) struct Report {
    parts: Vec<(String, Duration, Outcome)>,
}

impl Report {
    /// Runs one part under a heading.
    pub(crate) fn part(&mut self, name: &str, work: impl FnOnce() -> Result<()>) {
        println!("\n=== {name}");
        let started = Instant::now();
        let outcome = match work() {
            Ok(()) => Outcome::Passed,
            Err(error) => {
                println!("FAILED {name}: {error:#}");
                Outcome::Failed(error)
            }
        };
        self.parts.push((name.to_owned(), started.elapsed(), outcome));
    }

    /// Notes a part that cannot be run here, and why; the reason is printed now and at the end.
    pub(crate) fn skip(&mut self, name: &str, why: &str) {
        println!("\n=== {name}\nskipped: {why}");
        self.parts.push((name.to_owned(), Duration::ZERO, Outcome::Skipped(why.to_owned())));
    }

    /// Prints every part with its time; fails if any part failed.
    pub(crate) fn close(self) -> Result<()> {
        let (mut passed, mut failed, mut skipped) = (0, 0, 0);
        let total: Duration = self.parts.iter().map(|(_, time, _)| *time).sum();
        println!("\n=== summary");
        for (name, time, outcome) in &self.parts {
            let seconds = time.as_secs_f64();
            match outcome {
                Outcome::Passed => {
                    passed += 1;
                    println!("  ok      {seconds:7.1} s  {name}");
                }
                Outcome::Failed(error) => {
                    failed += 1;
                    println!("  FAILED  {seconds:7.1} s  {name}: {error:#}");
                }
                Outcome::Skipped(why) => {
                    skipped += 1;
                    println!("  skipped            {name}: {why}");
                }
            }
        }
        println!("  total   {:7.1} s", total.as_secs_f64());
        println!("parts: {passed} passed, {failed} failed, {skipped} skipped");
        if failed > 0 {
            bail!("{failed} of {} parts failed", self.parts.len());
        }
        Ok(())
    }
}
