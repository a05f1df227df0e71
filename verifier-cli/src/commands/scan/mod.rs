//! `scan`: one code after the other, from a scanner that types, a folder, or a video, until there are no more.

mod ask;
mod folder;
mod lines;
mod own;
mod video;

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::File,
    io::{Read as _, Seek as _},
    path::Path,
};

use liangzheng_core::{
    text::Text,
    verify::{Code, Refusal, Verdict},
};
use serde::Serialize;

use super::verify::{self, Exits};
use crate::{
    Shell,
    args::{Expect, Keep},
    error::{Exit, Failure},
    frames::{Frames, Video},
    input::{self, Input},
    judge::{Judge, Memory},
    output, report, stop,
    words::{Lang, visible},
};
pub(crate) use ask::Ask;
use ask::Cycle;
use own::OwnFiles;

/// What the user asked for.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) input: OsString,
    pub(crate) expect: Expect,
    pub(crate) keep: Keep,
    pub(crate) watch: bool,
    pub(crate) ask: Option<Ask>,
    pub(crate) is_brief: bool,
}

/// How many first bytes tell what a file is.
const MAGIC: u64 = 64;

pub(crate) fn run(shell: &Shell, order: &Order) -> Result<Exit, Failure> {
    let path = Path::new(&order.input);
    let (is_lines, is_folder) = (order.input == "-", path.is_dir());
    if order.is_brief && shell.json {
        return Err(Failure::new(
            Exit::Usage,
            "--brief 与 --json 只能用一个",
            "--brief and --json exclude each other",
        )
        .hint("--json 本来就是每个码一行。", "--json is one line for each code anyway"));
    }
    if order.watch && !is_folder {
        return Err(Failure::new(Exit::Usage, "--watch 需要文件夹", "--watch wants a folder")
            .hint("请给出要监视的文件夹。", "name the folder to watch"));
    }
    if order.ask.is_some() && !is_lines && !order.watch {
        return Err(Failure::new(
            Exit::Usage,
            "--ask 需要等待回应：请用 - 或文件夹加 --watch",
            "--ask waits for answers: it goes with - or with a folder and --watch",
        )
        .hint(
            "已有的文件不可能回应新的核验码。",
            "files that are there already cannot answer a fresh challenge",
        ));
    }
    let mut session = Session::new(shell, order)?;
    stop::listen()?;
    if is_lines {
        lines::run(&mut session)?;
    } else if is_folder {
        folder::run(&mut session, path, order.watch)?;
    } else {
        session.file(path)?;
    }
    Ok(session.finish())
}

/// A scan that is going on: what judges, and what came of it so far.
struct Session<'a> {
    shell: &'a Shell,
    judge: Judge<'a>,
    is_brief: bool,
    cycle: Option<Cycle<'a>>,
    own_files: OwnFiles,
    exits: Exits,
    codes: BTreeMap<Code, u64>,
    without_code: u64,
    failed: Option<Exit>,
}

/// A verdict and where its code was found.
#[derive(Serialize)]
struct Sourced<'a> {
    source: &'a str,
    #[serde(flatten)]
    verdict: &'a Verdict,
}

impl<'a> Session<'a> {
    fn new(shell: &'a Shell, order: &'a Order) -> Result<Self, Failure> {
        let mut judge = Judge::new(shell, &order.expect, Memory::of(&order.keep))?;
        judge.challenge = order.keep.challenge.as_deref().map(verify::parse_challenge).transpose()?;
        let scene = order.expect.scene.as_deref().unwrap_or_default();
        let cycle = order.ask.as_ref().map(|ask| Cycle::begin(shell, scene, ask)).transpose()?;
        Ok(Self {
            shell,
            judge,
            is_brief: order.is_brief,
            cycle,
            own_files: OwnFiles::of(order),
            exits: Exits::default(),
            codes: BTreeMap::new(),
            without_code: 0,
            failed: None,
        })
    }

    /// Judges a code and tells the answer at once; `source` names the file it came from, `hint` what is known of
    /// how it was typed.
    ///
    /// # Errors
    /// Only if the answer cannot be told. A code that cannot be judged is told as an error, and the scan goes on.
    fn answer(
        &mut self,
        code: &Result<String, Refusal>,
        source: Option<&str>,
        hint: Option<&Text>,
    ) -> Result<(), Failure> {
        if let Some(cycle) = &self.cycle {
            self.judge.challenge = Some(cycle.challenge().clone());
        }
        let verdict = match self.judge.judge(code) {
            Ok(verdict) => verdict,
            Err(failure) => {
                self.trouble(&failure);
                return Ok(());
            }
        };
        self.exits.add(&verdict);
        *self.codes.entry(verdict.code).or_default() += 1;
        match (self.shell.json, source) {
            (true, Some(source)) => output::json(&Sourced { source, verdict: &verdict })?,
            (true, None) => output::json(&verdict)?,
            (false, _) if self.is_brief => report::brief(self.shell.lang, &verdict, source)?,
            (false, _) => {
                let heading = format!("[{}] {}", self.answered(), source.map(visible).unwrap_or_default());
                report::print(self.shell.lang, &verdict, Some(heading.trim_end()))?;
            }
        }
        if !self.is_brief {
            verify::hint(self.shell, &verdict);
        }
        if let Some(hint) = hint {
            eprintln!("hint: {}", self.shell.lang.of(hint));
        }
        match &mut self.cycle {
            Some(cycle) => cycle.after(self.shell, &verdict),
            None => Ok(()),
        }
    }

    /// Judges every code of a file. If it cannot be read that is told, and the scan goes on.
    ///
    /// # Errors
    /// As [`Self::answer`].
    fn file(&mut self, path: &Path) -> Result<(), Failure> {
        match Found::read(path) {
            Ok(found) => self.all(found, &name_of(path)),
            Err(failure) => {
                self.unread(&failure);
                Ok(())
            }
        }
    }

    fn all(&mut self, found: Found, name: &str) -> Result<(), Failure> {
        match found {
            Found::Video(frames) => video::run(self, frames, name),
            Found::Codes(read) => {
                read.tell_beside(self.shell.lang);
                read.codes.iter().try_for_each(|code| self.answer(code, Some(name), None))
            }
        }
    }

    /// Tells of an input that could not be read, or holds no code; the scan goes on.
    fn unread(&mut self, failure: &Failure) {
        if failure.exit == Exit::NoCode {
            failure.print(self.shell.lang);
            self.without_code += 1;
        } else {
            self.trouble(failure);
        }
    }

    /// Tells of something that could not be read or kept; the scan goes on, and its exit code will say so.
    fn trouble(&mut self, failure: &Failure) {
        failure.print(self.shell.lang);
        self.failed.get_or_insert(failure.exit);
    }

    fn answered(&self) -> u64 {
        self.exits.valid + self.exits.invalid + self.exits.undetermined
    }

    /// The summary, on stderr, and the exit code: trouble of this machine, then invalid, undetermined, inputs
    /// without a code, valid.
    fn finish(self) -> Exit {
        let (lang, total) = (self.shell.lang, self.answered());
        let Exits { valid, invalid, undetermined } = self.exits;
        let without = self.without_code;
        match lang {
            Lang::Zh => eprintln!(
                "共核验 {total} 个码：有效 {valid}，不通过 {invalid}，无法判断 {undetermined}；{without} 个输入未识别到二维码"
            ),
            Lang::En => eprintln!(
                "codes {total}: valid {valid}, invalid {invalid}, undetermined {undetermined}; inputs without a code {without}"
            ),
        }
        for (code, count) in self.codes.iter().filter(|(code, _)| **code != Code::Ok) {
            eprintln!("  {count} × {code} {}", lang.of(&code.message()));
        }
        match (self.failed, self.exits.exit()) {
            (Some(exit), _) => exit,
            (None, Exit::Valid) if without > 0 => Exit::NoCode,
            (None, exit) => exit,
        }
    }
}

/// What a file holds.
enum Found {
    Codes(Input),
    Video(Box<dyn Frames>),
}

impl Found {
    /// Looks at how a file begins and reads it, or begins to.
    ///
    /// # Errors
    /// If it cannot be read, or holds no code.
    fn read(path: &Path) -> Result<Self, Failure> {
        match video_in(path)? {
            Some((video, file)) => Ok(Self::Video(video.open(file, path)?)),
            None => Ok(Self::Codes(input::read_file(path)?)),
        }
    }
}

/// The video in a file, ready to be read from its start; `None` if the file is none.
fn video_in(path: &Path) -> Result<Option<(Video, File)>, Failure> {
    let mut file = input::open(path)?;
    let mut start = Vec::new();
    let failed = |error: std::io::Error| Failure::disk(path, &error);
    (&mut file).take(MAGIC).read_to_end(&mut start).map_err(failed)?;
    let Some(video) = Video::of(&start, path) else { return Ok(None) };
    file.rewind().map_err(failed)?;
    Ok(Some((video, file)))
}

/// A file's own name, as it is shown.
fn name_of(path: &Path) -> String {
    visible(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy())
}
