//! One code after the other to its verdict, with what the run was told to expect, remember and write down.

use std::path::Path;

use liangzheng_core::{
    time::UnixTime,
    token::Challenge,
    verify::{Answer, Code, Options, Refusal, Replay, Verdict, Verifier, peek},
};

use crate::{
    Shell,
    args::{Expect, Keep},
    bundle::{Held, Lists, Stamp},
    error::Failure,
    receipts,
    replay::Cache,
};

/// Status lists kept in memory at once, half a megabyte each. A code may name any list it likes, so there
/// must be an end; codes of one place name one or two.
const MAX_LISTS: usize = 8;

/// Where a run remembers codes and keeps receipts: nowhere, unless it was asked to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory<'a> {
    pub(crate) replay_cache: Option<&'a Path>,
    pub(crate) receipts: Option<&'a Path>,
}

impl<'a> Memory<'a> {
    pub(crate) fn of(keep: &'a Keep) -> Self {
        Self { replay_cache: keep.replay_cache.as_deref(), receipts: keep.receipts.as_deref() }
    }
}

/// Judges the codes of one run.
pub(crate) struct Judge<'a> {
    shell: &'a Shell,
    expect: &'a Expect,
    /// Then nothing but an answer to it is accepted.
    pub(crate) challenge: Option<Challenge>,
    replay_cache: Option<&'a Path>,
    receipts: Option<receipts::Log>,
    lists: InUse,
}

impl<'a> Judge<'a> {
    /// A judge, after a look at the files it will write: a shift should not learn of a full disk at its end.
    ///
    /// # Errors
    /// 74 if the replay cache or the receipts cannot be used.
    pub(crate) fn new(shell: &'a Shell, expect: &'a Expect, memory: Memory<'a>) -> Result<Self, Failure> {
        if let Some(path) = memory.replay_cache {
            Cache::open(path)?;
        }
        let receipts = memory.receipts.map(|path| receipts::Log::open(path, shell.lang)).transpose()?;
        Ok(Self {
            shell,
            expect,
            challenge: None,
            replay_cache: memory.replay_cache,
            receipts,
            lists: InUse::default(),
        })
    }

    /// The verdict on a code, or on what is none.
    ///
    /// # Errors
    /// 74 if the bundle cannot be read, or what must be remembered or written down cannot be. Then no verdict
    /// may be told: a `valid` that was not remembered could be shown twice, and one without its receipt never
    /// was.
    pub(crate) fn judge(&mut self, code: &Result<String, Refusal>) -> Result<Verdict, Failure> {
        let now = self.shell.clock.now();
        let (verdict, cache) = match code {
            Err(refusal) => (Verdict::refused(now, refusal), None),
            Ok(text) => self.verify(text, now)?,
        };
        // The receipt first. A code that is remembered although its receipt failed would be refused the next time, and
        // nobody was told that it is valid.
        if let Some(log) = &self.receipts {
            log.append(&verdict, self.expect.scene.as_deref())?;
        }
        if let (Some(mut cache), Answer::Valid, Some(key)) = (cache, verdict.verdict, verdict.replay_key) {
            let until = verdict.replay_until.unwrap_or(UnixTime(i64::MAX));
            cache.remember(key, verdict.checked_at, until)?;
        }
        Ok(verdict)
    }

    /// The verdict, and the cache it was looked up in, held until the code is remembered and no longer: other runs share
    /// it.
    fn verify(&mut self, text: &str, now: UnixTime) -> Result<(Verdict, Option<Cache>), Failure> {
        let verifier = self.lists.verifier(self.shell, text)?;
        let cache = self.replay_cache.map(Cache::open).transpose()?;
        let options = Options {
            now,
            audience: self.expect.audience.as_deref(),
            scene: self.expect.scene.as_deref(),
            challenge: self.challenge.as_ref(),
            replay: cache.as_ref().map(|cache| cache as &dyn Replay),
            live_status: None,
        };
        let verdict = verifier.verify(text, &options);
        Ok((verdict, cache))
    }
}

/// The verifier with the status lists that codes have named so far, loaded anew when the bundle changes:
/// whoever syncs during a shift need not start the scan again.
#[derive(Default)]
struct InUse {
    held: Option<(Held, Stamp)>,
    uris: Vec<String>,
    /// Faults of the bundle already told.
    told: Vec<(String, Code)>,
}

impl InUse {
    fn verifier(&mut self, shell: &Shell, code: &str) -> Result<&Verifier, Failure> {
        let named = peek(code).ok().and_then(|peek| peek.status_uri);
        let new = named.filter(|uri| !self.uris.contains(uri));
        let stamp = shell.bundle.stamp();
        let held = match self.held.take() {
            Some((held, known)) if new.is_none() && known == stamp => held,
            _ => {
                self.note(new);
                let held = Held::load(&shell.bundle, Lists::Of(&self.uris), shell.clock.now())?;
                self.tell(&held, shell);
                held
            }
        };
        Ok(&self.held.insert((held, stamp)).0.verifier)
    }

    fn note(&mut self, uri: Option<String>) {
        if self.uris.len() >= MAX_LISTS && uri.is_some() {
            self.uris.clear();
        }
        self.uris.extend(uri);
    }

    /// Tells what was left out of the bundle, once.
    fn tell(&mut self, held: &Held, shell: &Shell) {
        let faults: Vec<_> = held.faults.iter().map(|(name, refusal)| (name.clone(), refusal.code)).collect();
        if faults.iter().any(|fault| !self.told.contains(fault)) {
            held.warn(shell.lang);
        }
        self.told = faults;
    }
}
