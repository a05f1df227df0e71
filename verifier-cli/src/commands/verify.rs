//! `verify`: every code of one input, one verdict each.

use std::{
    ffi::OsStr,
    io::{self, IsTerminal as _},
    path::Path,
};

use liangzheng_core::{
    text::Text,
    time::UnixTime,
    token::Challenge,
    verify::{Answer, Options, Replay, Verdict, peek},
};

use crate::{
    Shell,
    args::Expect,
    bundle::{Held, Lists},
    error::{Exit, Failure, warn},
    input, output,
    replay::Cache,
    report,
};

pub(crate) fn run(
    shell: &Shell,
    input: &OsStr,
    expect: &Expect,
    challenge: Option<&str>,
    replay_cache: Option<&Path>,
) -> Result<Exit, Failure> {
    let challenge = challenge.map(parse_challenge).transpose()?;
    let read = input::read(input)?;
    let lists = lists_named_by(read.codes.iter().flatten());
    let held = Held::load(&shell.bundle, Lists::Of(&lists))?;
    held.warn(shell.lang);
    let mut cache = replay_cache.map(Cache::open).transpose()?;

    let mut exits = Exits::default();
    for (at, code) in read.codes.iter().enumerate() {
        let now = shell.clock.now();
        let verdict = match code {
            Err(refusal) => Verdict::refused(now, refusal),
            Ok(text) => {
                let options = Options {
                    now,
                    audience: expect.audience.as_deref(),
                    scene: expect.scene.as_deref(),
                    challenge: challenge.as_ref(),
                    replay: cache.as_ref().map(|cache| cache as &dyn Replay),
                    live_status: None,
                };
                held.verifier.verify(text, &options)
            }
        };
        // Before it is told: a `valid` that could not be remembered could be shown twice.
        remember(cache.as_mut(), &verdict)?;
        exits.add(&verdict);
        if shell.json {
            output::json(&verdict)?;
        } else {
            let several = (read.codes.len() > 1).then_some((at + 1, read.codes.len()));
            report::print(shell.lang, &verdict, several)?;
        }
        hint(shell, &verdict);
        if read.shadowed_file && verdict.verdict == Answer::Invalid {
            let message = Text::fixed(
                "输入按码的文字处理,但有同名文件",
                "the input was taken as a code's text, but there is a file of that name",
            );
            let hint =
                Text::fixed("若要读取文件,请在文件名前加 ./", "to read the file write ./ before its name");
            warn(shell.lang, &message, Some(&hint));
        }
    }
    Ok(exits.exit())
}

/// Tells on stderr what to do, unless the form on the same screen just did.
fn hint(shell: &Shell, verdict: &Verdict) {
    let is_on_screen = !shell.json && io::stdout().is_terminal();
    if verdict.verdict != Answer::Valid && !is_on_screen {
        eprintln!("hint: {}", shell.lang.of(&verdict.hint));
    }
}

/// The status lists that these codes name; nothing else of the bundle's lists need be read.
fn lists_named_by<'a>(codes: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut uris: Vec<String> = codes.filter_map(|code| peek(code).ok()?.status_uri).collect();
    uris.sort_unstable();
    uris.dedup();
    uris
}

fn parse_challenge(text: &str) -> Result<Challenge, Failure> {
    Challenge::parse(text.trim()).map_err(|refusal| {
        Failure { exit: Exit::Usage, ..Failure::refused("--challenge", &refusal) }.hint(
            "请粘贴 challenge 命令输出的 EC1: 文字。",
            "paste the EC1: text that the challenge command printed",
        )
    })
}

fn remember(cache: Option<&mut Cache>, verdict: &Verdict) -> Result<(), Failure> {
    match (cache, verdict.verdict, verdict.replay_key) {
        (Some(cache), Answer::Valid, Some(key)) => {
            let until = verdict.replay_until.unwrap_or(UnixTime(i64::MAX));
            cache.remember(key, verdict.checked_at, until)
        }
        _ => Ok(()),
    }
}

/// What came of several codes: invalid, then undetermined, then valid; none at all is exit 3.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Exits {
    pub(super) valid: u64,
    pub(super) invalid: u64,
    pub(super) undetermined: u64,
}

impl Exits {
    pub(super) fn add(&mut self, verdict: &Verdict) {
        match verdict.verdict {
            Answer::Valid => self.valid += 1,
            Answer::Invalid => self.invalid += 1,
            Answer::Undetermined => self.undetermined += 1,
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.valid += other.valid;
        self.invalid += other.invalid;
        self.undetermined += other.undetermined;
    }

    pub(super) fn total(self) -> u64 {
        self.valid + self.invalid + self.undetermined
    }

    pub(super) fn exit(self) -> Exit {
        match self {
            Self { invalid: 1.., .. } => Exit::Invalid,
            Self { undetermined: 1.., .. } => Exit::Undetermined,
            Self { valid: 1.., .. } => Exit::Valid,
            _ => Exit::NoCode,
        }
    }
}
