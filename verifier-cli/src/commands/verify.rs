//! `verify`: every code of one input, one verdict each; or a sealed licence file.

use std::{
    ffi::OsStr,
    io::{self, IsTerminal as _},
    path::Path,
};

use liangzheng_core::{
    text::Text,
    token::Challenge,
    verify::{Answer, Verdict},
};

use super::file;
use crate::{
    Shell,
    args::{Expect, Keep},
    error::{Exit, Failure, warn},
    input,
    judge::{Judge, Memory},
    output, report,
};

pub(crate) fn run(
    shell: &Shell,
    input: &OsStr,
    expect: &Expect,
    keep: &Keep,
    seal_trust: Option<&Path>,
) -> Result<Exit, Failure> {
    if let Some(bytes) = file::package(input)? {
        only_for_codes(keep)?;
        return file::run(shell, &bytes, seal_trust);
    }
    let challenge = keep.challenge.as_deref().map(parse_challenge).transpose()?;
    let read = input::read(input)?;
    let mut judge = Judge::new(shell, expect, Memory::of(keep))?;
    judge.challenge = challenge;
    read.tell_beside(shell.lang);

    let mut exits = Exits::default();
    for (at, code) in read.codes.iter().enumerate() {
        let verdict = judge.judge(code)?;
        exits.add(&verdict);
        if shell.json {
            output::json(&verdict)?;
        } else {
            let several = format!("[{}/{}]", at + 1, read.codes.len());
            report::print(shell.lang, &verdict, (read.codes.len() > 1).then_some(&several))?;
        }
        hint(shell, &verdict);
        if read.shadowed_file && verdict.verdict == Answer::Invalid {
            let message = Text::fixed(
                "输入按码的文字处理，但有同名文件",
                "the input was taken as a code's text, but there is a file of that name",
            );
            let hint =
                Text::fixed("若要读取文件，请在文件名前加 ./", "to read the file write ./ before its name");
            warn(shell.lang, &message, Some(&hint));
        }
    }
    Ok(exits.exit())
}

/// A file answers no challenge, is not used up and leaves no receipt: who asks for one of these thinks of a code, and would
/// rely on what was never done.
///
/// # Errors
/// 64 with the option's name.
fn only_for_codes(keep: &Keep) -> Result<(), Failure> {
    let Keep { challenge, replay_cache, receipts } = keep;
    let given = [
        ("--challenge", challenge.is_some()),
        ("--replay-cache", replay_cache.is_some()),
        ("--receipts", receipts.is_some()),
    ];
    let Some((option, _)) = given.into_iter().find(|(_, is_given)| *is_given) else { return Ok(()) };
    let failure = Failure::new(
        Exit::Usage,
        format!("{option} 只用于码，不用于证照文件"),
        format!("{option} is for codes, not for a licence's file"),
    );
    Err(failure.hint(
        "核验文件时请去掉此选项；要留下记录，请扫描文件中的码。",
        "leave it out for a file; to use it scan the code that is in the file",
    ))
}

/// Tells on stderr what to do, unless the form on the same screen just did.
pub(super) fn hint(shell: &Shell, verdict: &Verdict) {
    let is_on_screen = !shell.json && io::stdout().is_terminal();
    if verdict.verdict != Answer::Valid && !is_on_screen {
        eprintln!("hint: {}", shell.lang.of(&verdict.hint));
    }
}

/// Reads `--challenge`.
///
/// # Errors
/// 64 if it is none.
pub(super) fn parse_challenge(text: &str) -> Result<Challenge, Failure> {
    Challenge::parse(text.trim()).map_err(|refusal| {
        Failure { exit: Exit::Usage, ..Failure::refused("--challenge", &refusal) }.hint(
            "请粘贴 challenge 命令输出的 EC1 文字。",
            "paste the EC1: text that the challenge command printed",
        )
    })
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
