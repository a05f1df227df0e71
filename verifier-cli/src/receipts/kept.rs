//! Reading receipts back, one at a time.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _, Take},
    path::{Path, PathBuf},
};

use liangzheng_core::text::Text;

use super::{
    Flaw, Mark, NAME, Receipt,
    log::{open_to_read, open_to_rewrite},
    missing, parse,
};
use crate::{
    bundle::write_atomically,
    error::{Failure, warn},
    lock,
    words::Lang,
};

/// The receipts of a file, in their order.
pub(crate) struct Kept {
    path: PathBuf,
    lines: BufReader<Take<File>>,
    number: u64,
    /// In which language to warn of damaged lines; `None` on a first look.
    warns_in: Option<Lang>,
}

impl Kept {
    /// Opens the file as it is now and writes nothing; what is added later is not read.
    ///
    /// # Errors
    /// 66 if it is not there, 74 if it cannot be read or holds something else.
    pub(crate) fn open(path: &Path, lang: Lang) -> Result<Self, Failure> {
        if !path.is_file() {
            return Err(missing(path));
        }
        let (file, length) = open_to_read(path)?;
        Ok(Self::new(path, file.take(length), lang))
    }

    fn new(path: &Path, file: Take<File>, lang: Lang) -> Self {
        Self { path: path.to_owned(), lines: BufReader::new(file), number: 0, warns_in: Some(lang) }
    }

    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let length = self.lines.read_until(b'\n', &mut line)?;
        self.number += 1;
        Ok((length > 0).then_some(line))
    }
}

impl Iterator for Kept {
    type Item = Result<Receipt, Failure>;

    /// A line that is no receipt is left out with a warning: the others are still good.
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = match self.line() {
                Ok(line) => line?,
                Err(error) => return Some(Err(Failure::disk(&self.path, &error))),
            };
            let flaw = match parse(&line) {
                Ok(receipt) => return Some(Ok(receipt)),
                Err(flaw) => flaw,
            };
            let Some(lang) = self.warns_in else { continue };
            let (name, number) = (self.path.display(), self.number);
            if matches!(flaw, Flaw::Damaged) && !line.ends_with(b"\n") {
                // Without the lock nobody knows whether the rest is still to come.
                let message = Text::new(
                    format!("{name} 末行不完整，可能正有核验在写入"),
                    format!("{name}: the last line is not complete; a scan may be writing it"),
                );
                let hint = Text::fixed(
                    "该行此次未采用，仍留在文件中；请稍后再看。",
                    "it is left out this time and stays in the file: look again later",
                );
                warn(lang, &message, Some(&hint));
                continue;
            }
            let message = Text::new(
                format!("{name} 第 {number} 行不是核验记录，未采用"),
                format!("{name}: line {number} is no receipt and is left out"),
            );
            let hint = Text::fixed("该行留在文件中，请人工查看。", "it stays in the file: look at it");
            warn(lang, &message, Some(&hint));
        }
    }
}

/// Whether the server has a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Uploaded,
    Pending,
    /// Refused, and why.
    Refused(String),
}

/// Tells the state of each receipt, asked in the file's order.
#[derive(Debug)]
pub(crate) struct Standing {
    mark: Mark,
    /// Whether the last uploaded one is still to come.
    is_before_mark: bool,
}

impl Standing {
    /// # Errors
    /// As [`Kept::open`]: the file is read once to see whether the mark is about it.
    pub(crate) fn new(path: &Path, mark: &Mark, lang: Lang) -> Result<Self, Failure> {
        let mut is_before_mark = false;
        if let Some(last) = &mark.last {
            for receipt in (Kept { warns_in: None, ..Kept::open(path, lang)? }) {
                is_before_mark |= receipt?.scan.id == *last;
            }
        }
        Ok(Self { mark: mark.clone(), is_before_mark })
    }

    pub(crate) fn of(&mut self, receipt: &Receipt) -> State {
        let id = &receipt.scan.id;
        let is_covered = self.is_before_mark;
        if self.mark.last.as_ref() == Some(id) {
            self.is_before_mark = false;
        }
        match self.mark.set_aside.iter().find(|aside| aside.id == *id) {
            Some(aside) => State::Refused(aside.why.clone()),
            None if is_covered => State::Uploaded,
            None => State::Pending,
        }
    }
}

/// Removes the receipts that the server has, and tells how many. What is no receipt stays.
///
/// # Errors
/// As [`Kept::open`]; the file is then as it was.
pub(crate) fn prune(path: &Path, lang: Lang) -> Result<u64, Failure> {
    // Before a lock is laid beside a file that is none of ours.
    Kept::open(path, lang)?;
    let _upload = Mark::lock(path)?;
    let mut standing = Standing::new(path, &Mark::load(path, lang)?, lang)?;
    // From here on nobody adds.
    let _lock = lock::take(path, &NAME)?;
    let failed = |error: io::Error| Failure::disk(path, &error);
    let (file, length) = open_to_rewrite(path, lang)?;
    let mut kept = Kept::new(path, file.take(length), lang);
    let (mut removed, mut rest) = (0, Vec::new());
    while let Some(line) = kept.line().map_err(failed)? {
        match parse(&line) {
            Ok(receipt) if standing.of(&receipt) == State::Uploaded => removed += 1,
            _ => rest.extend(line),
        }
    }
    if removed > 0 {
        write_atomically(path, &rest)?;
    }
    Ok(removed)
}
