//! The handshake in a row: a fresh challenge, its answer, the next challenge.

use std::{
    io::{self, IsTerminal as _},
    path::PathBuf,
    time::{Duration, Instant},
};

use liangzheng_core::{
    token::Challenge,
    verify::{CheckName, Code, Outcome, Verdict},
};

use crate::{Shell, commands::challenge, draw::Symbol, error::Failure, output};

/// For whom and where challenges are made.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) rp: String,
    /// A picture that always shows the challenge in force, for a second screen.
    pub(crate) png: Option<PathBuf>,
}

/// How long a challenge waits for its answer. An answer is fresh because its challenge is, so one that was
/// photographed and forgotten must run out; five minutes are a wallet's longest session.
const LIFE: Duration = Duration::from_secs(300);

/// The challenge in force.
pub(super) struct Cycle<'a> {
    scene: &'a str,
    ask: &'a Ask,
    challenge: Challenge,
    since: Instant,
    /// Whether it is still to be shown.
    is_due: bool,
}

impl<'a> Cycle<'a> {
    /// # Errors
    /// As the `challenge` command: an unknown scene, a code that is no unit's, no random bytes.
    pub(super) fn begin(shell: &Shell, scene: &'a str, ask: &'a Ask) -> Result<Self, Failure> {
        let challenge = challenge::fresh(shell, scene, &ask.rp)?;
        Ok(Self { scene, ask, challenge, since: Instant::now(), is_due: true })
    }

    pub(super) fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    pub(super) fn is_due(&self) -> bool {
        self.is_due
    }

    /// Shows the challenge if it has not been shown: its text on stderr, drawn above it on a terminal, and in
    /// the picture.
    pub(super) fn show_if_due(&mut self, shell: &Shell) -> Result<(), Failure> {
        if !self.is_due {
            return Ok(());
        }
        let text = self.challenge.to_text();
        if let Some(path) = &self.ask.png {
            Symbol::new(&text)?.write_png(path)?;
        }
        if io::stderr().is_terminal() && !shell.json {
            eprint!("{}", Symbol::new(&text)?.for_terminal(output::may_colour()));
        }
        eprintln!("{}: {text}", shell.lang.pick("核验码", "challenge"));
        self.is_due = false;
        self.since = Instant::now();
        Ok(())
    }

    /// A challenge is spent by its answer, whatever the verdict on that is. What answers another challenge, or
    /// none, leaves it in force: the phone that has scanned it is still to come.
    ///
    /// # Errors
    /// If no new one can be made.
    pub(super) fn after(&mut self, shell: &Shell, verdict: &Verdict) -> Result<(), Failure> {
        let is_formed =
            verdict.checks.iter().any(|check| check.name == CheckName::Form && check.result == Outcome::Pass);
        let is_answer = is_formed && !matches!(verdict.code, Code::Nonce | Code::ProofMissing);
        if is_answer { self.renew(shell) } else { Ok(()) }
    }

    /// Replaces a challenge that nobody answered in time.
    ///
    /// # Errors
    /// As [`Self::after`].
    pub(super) fn renew_if_old(&mut self, shell: &Shell) -> Result<(), Failure> {
        if self.is_due || self.since.elapsed() < LIFE {
            return Ok(());
        }
        self.renew(shell)?;
        self.show_if_due(shell)
    }

    fn renew(&mut self, shell: &Shell) -> Result<(), Failure> {
        self.challenge = challenge::fresh(shell, self.scene, &self.ask.rp)?;
        self.is_due = true;
        Ok(())
    }
}
