//! What can stop a run before there is a verdict: an exit code, one sentence, and what to do about it.

use std::{fmt, io, path::Path};

use liangzheng_core::{text::Text, verify::Refusal};

use crate::{
    fault,
    words::{Lang, visible},
};

/// The process's exit codes (verifier-cli/README.md); 64 and up are those of `sysexits.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Valid, or done.
    Valid = 0,
    /// Invalid, or refused.
    Invalid = 1,
    /// Something could not be known.
    Undetermined = 2,
    /// The input holds no readable code.
    NoCode = 3,
    /// The command line is wrong.
    Usage = 64,
    /// The input is not there.
    NoInput = 66,
    /// A fault of this program.
    Internal = 70,
    /// Network or disk.
    Io = 74,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A run that ends without a verdict.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: Text,
    pub(crate) hint: Option<Text>,
    /// Nothing is wrong that anybody should read of: the exit code says that there is no whole answer.
    pub(crate) is_silent: bool,
}

impl Failure {
    pub(crate) fn new(exit: Exit, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { exit, message: Text::new(zh.into(), en.into()), hint: None, is_silent: false }
    }

    #[must_use]
    pub(crate) fn hint(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.hint = Some(Text::new(zh.into(), en.into()));
        self
    }

    /// Core's word on an object or text it refuses, with the code that programs know it by.
    pub(crate) fn refused(what: impl fmt::Display, refusal: &Refusal) -> Self {
        let Text { zh, en } = refusal.message();
        let code = refusal.code;
        Self {
            hint: Some(code.hint()),
            ..Self::new(Exit::Invalid, format!("{what}：{zh}（{code}）"), format!("{what}: {en} ({code})"))
        }
    }

    /// A file that could not be read or written.
    pub(crate) fn disk(path: &Path, error: &io::Error) -> Self {
        let name = visible(&path.display().to_string());
        let Text { zh, en } = fault::told(error);
        Self::new(Exit::Io, format!("无法读写 {name}：{zh}"), format!("cannot read or write {name}: {en}"))
            .hint("请检查路径、权限和磁盘空间。", "check the path, its permissions and the disk's free space")
    }

    /// An input that could not be read further.
    pub(crate) fn unreadable(exit: Exit, name: &str, error: &io::Error) -> Self {
        let Text { zh, en } = fault::told(error);
        Self::new(exit, format!("无法读取 {name}：{zh}"), format!("cannot read {name}: {en}"))
    }

    /// Ids and nonces come from the system, or there are none.
    pub(crate) fn no_random_bytes() -> Self {
        Self::new(Exit::Internal, "系统没有给出随机数", "the system gave no random bytes")
    }

    /// An answer that could not be written. Nothing is printed when the reader of a pipe has gone, as `head` does once
    /// it has seen enough.
    pub(crate) fn output(error: &io::Error) -> Self {
        let Text { zh, en } = fault::told(error);
        Self {
            is_silent: error.kind() == io::ErrorKind::BrokenPipe,
            ..Self::new(Exit::Io, format!("无法输出结果：{zh}"), format!("cannot write the answer: {en}"))
        }
    }

    /// Prints the error and its hint as `liangzheng-verify: error: …` and `hint: …`.
    pub(crate) fn print(&self, lang: Lang) {
        if self.is_silent {
            return;
        }
        eprintln!("liangzheng-verify: error: {}", visible(lang.of(&self.message)));
        if let Some(hint) = &self.hint {
            eprintln!("hint: {}", visible(lang.of(hint)));
        }
    }
}

/// Prints something the user should know although the run goes on.
pub(crate) fn warn(lang: Lang, message: &Text, hint: Option<&Text>) {
    eprintln!("liangzheng-verify: warning: {}", visible(lang.of(message)));
    if let Some(hint) = hint {
        eprintln!("hint: {}", visible(lang.of(hint)));
    }
}
