//! The demo server as a child process.

use std::{
    path::Path,
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::{Place, show::get};
use crate::step::{succeeds, target};

/// Stopped when dropped, so a failed step leaves no process behind.
pub(super) struct Server {
    process: Child,
}

impl Server {
    pub(super) fn start(data: &Path, place: &Place, assets: &Path) -> Result<Self> {
        let program = target().join("debug/liangzheng-server");
        let mut command = Command::new(&program);
        command.arg("demo").arg("--data").arg(data);
        command.args(["--port", &place.port.to_string(), "--bind", &place.bind.to_string()]);
        command.arg("--assets").arg(assets);
        Ok(Self { process: command.spawn().with_context(|| format!("cannot start {}", program.display()))? })
    }

    /// The server promises to be ready within 60 s of its start, keys and licences made.
    pub(super) fn wait_until_ready(&mut self, url: &str) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(60) {
            if let Some(status) = self.process.try_wait()? {
                bail!("the server ended with {status} before it was ready");
            }
            if get(&format!("{url}/readyz"), None).is_ok() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(100));
        }
        bail!("the server was not ready within 60 s")
    }

    /// Until it ends, as Ctrl-C makes it.
    pub(super) fn wait(mut self) -> Result<()> {
        self.process.wait()?;
        Ok(())
    }

    /// Asks it to end and waits, as a service manager would.
    pub(super) fn stop(&mut self) -> Result<()> {
        let pid = self.process.id().to_string();
        if !succeeds(Command::new("kill").args(["-TERM", &pid])) {
            self.process.kill()?;
        }
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) && self.stop().is_err() {
            eprintln!("xtask: the demo server could not be stopped (process {})", self.process.id());
        }
    }
}
