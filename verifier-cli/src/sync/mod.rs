//! `sync`: fetch what is newer, check it with core, keep it. With `receipts upload` beside it, nothing else in
//! this program uses the network.
//!
//! Each object is kept or refused as a whole, in the order trust list, catalogue, status lists, so that a run
//! that stops anywhere leaves the bundle as good as it was or better, and the next one goes on from there.

mod fetch;
mod status;
mod trust;
pub(crate) mod upload;

use std::{collections::BTreeMap, path::Path};

use liangzheng_core::{
    key::AwsLc,
    limits::{EARLY_SLACK, MAX_CATALOGUE},
    text::Text,
    time::{Seconds, UnixTime},
    verify::{Class, Code, Floors, Loaded, OnExpired, Refusal, Verifier},
};
use serde::Serialize;

use crate::{
    Shell,
    bundle::{self, Folder, Held, Lists},
    commands::bundle::lasts,
    error::{Exit, Failure, warn},
    output,
    words::{Lang, visible},
};
use fetch::{Answer, Server};

/// What a run did, for `--json`.
#[derive(Debug, Default, Serialize)]
struct Summary {
    changed: bool,
    trust_version: u64,
    catalogues: usize,
    status_lists: usize,
    deltas_applied: usize,
    /// The status lists that could not be had, and why.
    bad_lists: BTreeMap<String, Text>,
    /// From when the oldest status list proves no good standing.
    oldest_list_exp: Option<UnixTime>,
}

/// A run: where from, where to, and the verifier that judges what comes.
struct Run<'a> {
    server: Server,
    folder: &'a Folder,
    verifier: Verifier,
    /// `iat` of each status list's file; the list held is newer where deltas were applied.
    whole: BTreeMap<String, UnixTime>,
    /// The floors by what is on disk; while a list is being taken in, the verifier's own are ahead of them.
    kept: Floors,
    now: UnixTime,
    lang: Lang,
    /// The status lists that could not be had, and why.
    bad: Vec<(String, Failure)>,
    /// How many status lists the server has.
    wanted: usize,
    summary: Summary,
}

pub(crate) fn run(
    shell: &Shell,
    server: &str,
    root: Option<&Path>,
    ca: Option<&Path>,
) -> Result<Exit, Failure> {
    let server = Server::new(server, ca)?;
    if root.is_none() && shell.bundle.pinned_roots()?.is_none() {
        return Err(Failure::new(Exit::Usage, "核验包还没有根密钥", "the bundle holds no root yet")
            .hint("请用 --root 指定平台提供的 roots.json。", "name the platform's roots.json with --root"));
    }
    // Before anything is read: what another run writes in between would be judged by floors from before it.
    let _lock = shell.bundle.lock()?;
    let now = shell.clock.now();
    let held = Held::load(&shell.bundle, Lists::All, now)?;
    held.warn(shell.lang);
    let verifier = match (shell.bundle.pinned_roots()?, root) {
        (Some(_), Some(_)) => {
            let message =
                Text::fixed("已有根密钥，--root 未使用", "a root is pinned already: --root is not used");
            let hint = Text::fixed(
                "要换根密钥请先清空（bundle reset）。",
                "to pin another, empty the bundle first (bundle reset)",
            );
            warn(shell.lang, &message, Some(&hint));
            held.verifier
        }
        (None, Some(path)) => Verifier::new(&AwsLc, bundle::read_root_file(path)?)
            .map_err(|refusal| Failure::refused("--root", &refusal))?,
        (_, None) => held.verifier,
    };
    let summary = Summary::default();
    let (folder, whole, lang) = (&shell.bundle, held.whole, shell.lang);
    let kept = verifier.floors();
    let mut run = Run { server, folder, verifier, whole, kept, now, lang, bad: vec![], wanted: 0, summary };
    let done = run.all();
    run.tell_clock();
    run.tell_bad();
    done.map_err(|failure| run.by_the_clock(failure))?;
    run.summary.bad_lists =
        run.bad.iter().map(|(uri, failure)| (uri.clone(), failure.message.clone())).collect();
    if shell.json {
        output::json(&run.summary)?;
    }
    run.outcome()
}

impl Run<'_> {
    fn all(&mut self) -> Result<(), Failure> {
        self.trust_list()?;
        self.summary.trust_version = self.version().unwrap_or_default();
        self.put_floors()?;
        self.catalogue()?;
        self.put_floors()?;
        if let Err(failure) = self.status_lists() {
            // Whatever was kept raises the floors, even if something after it was refused. What could not be written
            // down must not: a list below its floor proves nothing, and the one on disk would be.
            let _ = self.folder.put_floors(&self.kept);
            return Err(failure);
        }
        self.put_floors()?;
        if self.clock_ahead().is_none() && self.now.plus(EARLY_SLACK) < self.verifier.floors().time {
            let message = Text::fixed(
                "本机时间不可信，核验结果将是「无法判断」",
                "this machine's clock is behind: verdicts will be undetermined",
            );
            let hint = Text::fixed("请校准本机时间。", "set the clock");
            warn(self.lang, &message, Some(&hint));
        }
        if !self.summary.changed {
            self.tell("没有更新", "nothing new");
        }
        self.tell_how_long();
        Ok(())
    }

    /// Names each list that could not be had.
    fn tell_bad(&self) {
        for (uri, failure) in &self.bad {
            let (uri, Text { zh, en }) = (visible(uri), &failure.message);
            warn(self.lang, &Text::new(format!("{uri}：{zh}"), format!("{uri}: {en}")), None);
        }
    }

    /// # Errors
    /// If a list could not be had: as the first of them.
    fn outcome(mut self) -> Result<Exit, Failure> {
        let count = self.bad.len();
        if count == 0 {
            return Ok(Exit::Valid);
        }
        let (_, first) = self.bad.swap_remove(0);
        let first = self.by_the_clock(first);
        let (zh, en) = if self.wanted > count {
            ("，其余已更新", "; the others are up to date")
        } else {
            ("", "")
        };
        let message = Text::new(
            format!("{count} 份状态名单未能更新{zh}"),
            format!("status lists that could not be had: {count}{en}"),
        );
        Err(Failure { message, ..first })
    }

    /// How far this machine's clock is ahead of the server's; behind it, it is negative.
    fn clock_ahead(&self) -> Option<Seconds> {
        let ahead = self.now.since(self.server.date()?);
        (ahead.0.unsigned_abs() > MAX_CLOCK_OFF.0.unsigned_abs()).then_some(ahead)
    }

    /// A clock that is off makes fresh lists look old, and syncing again does not help.
    fn tell_clock(&self) {
        let Some(ahead) = self.clock_ahead() else { return };
        let days = ahead.0.unsigned_abs() / 86_400;
        let (zh, en) = match days {
            2.. => (format!("{days} 天"), format!("{days} days")),
            _ => (Lang::Zh.span(ahead), Lang::En.span(ahead)),
        };
        let message = if ahead > Seconds(0) {
            Text::new(format!("本机时间比平台快 {zh}"), format!("this device's clock is {en} ahead"))
        } else {
            Text::new(format!("本机时间比平台慢 {zh}"), format!("this device's clock is {en} behind"))
        };
        warn(self.lang, &message, Some(&SET_CLOCK));
    }

    /// Where something looks too old or too new only because of this machine's clock, the clock is to be set.
    fn by_the_clock(&self, mut failure: Failure) -> Failure {
        if failure.exit == Exit::Invalid && self.clock_ahead().is_some() {
            failure.hint = Some(SET_CLOCK);
        }
        failure
    }

    /// What a patrol must know before it leaves the network: until when it can go without.
    fn tell_how_long(&mut self) {
        let Some(exp) = self.verifier.status_lists().map(|list| list.exp).min() else { return };
        self.summary.oldest_list_exp = Some(exp);
        let text = |lang| lasts(lang, "list", exp, self.now);
        if self.now < exp {
            self.tell(&text(Lang::Zh), &text(Lang::En));
            return;
        }
        let message = Text::new(text(Lang::Zh), text(Lang::En));
        let hint = match self.clock_ahead() {
            Some(_) => SET_CLOCK,
            None => Text::fixed(
                "平台给出的名单没有更新，请联系平台。",
                "the server has nothing newer: tell whoever runs it",
            ),
        };
        warn(self.lang, &message, Some(&hint));
    }

    fn catalogue(&mut self) -> Result<(), Failure> {
        const PATH: &str = "/.well-known/catalogue";
        let Answer::Here(text) = self.server.get(PATH, MAX_CATALOGUE)? else { return Err(missing(PATH)) };
        let before: Vec<(String, u64)> =
            self.verifier.catalogues().map(|held| (held.iss.clone(), held.version)).collect();
        let loaded = self
            .verifier
            .load_catalogue(&text, OnExpired::Refuse { now: self.now })
            .map_err(|refusal| self.refused("场景目录", "catalogue", &refusal))?;
        let new = self.verifier.catalogues().find(|held| {
            loaded == Loaded::New
                && !before.iter().any(|(iss, version)| *iss == held.iss && *version == held.version)
        });
        if let Some(catalogue) = new {
            self.folder.put_catalogue(&catalogue.iss, &text)?;
            let (iss, version) = (catalogue.iss.clone(), catalogue.version);
            self.tell(
                &format!("场景目录 {iss} 第 {version} 版"),
                &format!("catalogue of {iss}: version {version}"),
            );
            self.summary.changed = true;
        }
        self.summary.catalogues = self.verifier.catalogues().count();
        Ok(())
    }

    /// All that was taken in is on disk: so be its floors.
    fn put_floors(&mut self) -> Result<(), Failure> {
        // Before the first trust list is held there is nothing that floors could belong to.
        if self.verifier.trust_list().is_none() {
            return Ok(());
        }
        self.kept = self.verifier.floors();
        self.folder.put_floors(&self.kept)
    }

    /// Progress, on stderr.
    fn tell(&self, zh: &str, en: &str) {
        match self.lang {
            Lang::Zh => eprintln!("{zh}"),
            Lang::En => eprintln!("{en}"),
        }
    }

    fn refused(&self, zh: &str, en: &str, refusal: &Refusal) -> Failure {
        let code = refusal.code;
        let words = match code {
            Code::Format | Code::Size => Text::fixed("不是这类名单的格式", "not in the form of such a list"),
            _ => refusal.message(),
        };
        let mut failure = Failure::refused("", refusal);
        failure.message =
            Text::new(format!("{zh}：{}（{code}）", words.zh), format!("{en}: {} ({code})", words.en));
        if !tells_what_to_do(refusal.code) {
            failure.hint = Some(Text::fixed(
                "请检查 --server 地址；已有的核验包未受影响。",
                "check --server; what was held is untouched",
            ));
        }
        failure
    }
}

/// How far a clock may be off before it is told: less moves no verdict on a list.
const MAX_CLOCK_OFF: Seconds = Seconds(600);

const SET_CLOCK: Text =
    Text::fixed("请校准本机时间，然后再同步（sync）。", "set this device's clock, then sync again");

/// Whether the code's own hint is about lists; the others are for whoever scans a holder's code.
fn tells_what_to_do(code: Code) -> bool {
    code >= Code::Rollback || code.class() == Class::Undetermined
}

/// The server lacks something that every platform has.
fn missing(path: &str) -> Failure {
    Failure::new(Exit::Io, format!("平台没有 {path}"), format!("the server has no {path}"))
        .hint("请检查 --server 地址。", "check --server")
}
