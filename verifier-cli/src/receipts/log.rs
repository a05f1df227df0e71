//! Appending: a receipt is whole and on the disk, or it was never written.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use liangzheng_core::{text::Text, verify::Verdict};

use super::{Flaw, NAME, Receipt, file_of, foreign, foreign_end, parse};
use crate::{
    bundle::sync_folder,
    error::{Exit, Failure, warn},
    lock, output,
    words::Lang,
};

/// Longest file in bytes, about 400,000 receipts. What would go beyond is refused, never dropped.
const MAX_FILE: u64 = 256 << 20;

/// Far longer than any receipt, in bytes: what goes on for so long without a line's end was not cut short by a crash.
const MAX_LINE: u64 = 64 << 10;

/// From this size on the user is told that the file grows.
const LARGE_FILE: u64 = MAX_FILE / 4;

/// A file of receipts that a run adds to.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    lang: Lang,
}

impl Log {
    /// Makes the file if need be, readable by its owner only, and looks at its end and size.
    ///
    /// # Errors
    /// 74 if it cannot be written, or holds something else.
    pub(crate) fn open(named: &Path, lang: Lang) -> Result<Self, Failure> {
        let log = Self { path: file_of(named), lang };
        if let Some(folder) = log.path.parent().filter(|_| log.path != named) {
            fs::create_dir_all(folder).map_err(|error| Failure::disk(folder, &error))?;
        }
        let _lock = lock::take(&log.path, &NAME)?;
        let (_, length) = log.ready()?;
        if length >= LARGE_FILE {
            let megabytes = length >> 20;
            let message = Text::new(
                format!("核验记录已有 {megabytes} MB"),
                format!("the file of receipts has grown to {megabytes} MB"),
            );
            warn(lang, &message, Some(&PRUNE));
        }
        Ok(log)
    }

    /// Writes the receipt of a verdict and waits until the disk has it.
    ///
    /// # Errors
    /// 74 if that fails, or the file is full; the verdict must then not be told.
    pub(crate) fn append(&self, verdict: &Verdict, scene: Option<&str>) -> Result<(), Failure> {
        let mut line = output::to_json(&Receipt::of(verdict, scene)?)?;
        line.push('\n');
        let _lock = lock::take(&self.path, &NAME)?;
        let (mut file, length) = self.ready()?;
        if length + line.len() as u64 > MAX_FILE {
            return Err(Failure::new(Exit::Io, "核验记录已满", "the file of receipts is full")
                .hint(PRUNE.zh, PRUNE.en));
        }
        let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_data());
        if let Err(error) = written {
            // So that the next receipt does not follow half of this one; if that fails, too, it is dropped then.
            let _ = file.set_len(length);
            return Err(Failure::disk(&self.path, &error));
        }
        Ok(())
    }

    /// The file, ready for the next line, and its length. To be called with the lock held.
    fn ready(&self) -> Result<(File, u64), Failure> {
        let failed = |error: io::Error| Failure::disk(&self.path, &error);
        let is_new = !self.path.exists();
        let file = options().create(true).open(&self.path).map_err(failed)?;
        if is_new {
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            sync_folder(folder.unwrap_or(Path::new("."))).map_err(failed)?;
        }
        mend(file, &self.path, self.lang)
    }
}

/// Reading and adding, for the owner alone.
fn options() -> OpenOptions {
    let mut options = File::options();
    options.read(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Opens the file for who rewrites it, its end in order, and tells its length. To be called with the lock held.
///
/// # Errors
/// As [`open_to_read`], and if what follows the last line's end is not ours to cut.
pub(super) fn open_to_rewrite(path: &Path, lang: Lang) -> Result<(File, u64), Failure> {
    let file = options().open(path).map_err(|error| Failure::disk(path, &error))?;
    mend(file, path, lang)
}

/// Opens the file for who only reads: without a lock, which would have to be written, and as long as it is now.
///
/// # Errors
/// 74 if it cannot be read or holds something else.
pub(super) fn open_to_read(path: &Path) -> Result<(File, u64), Failure> {
    let mut file = File::open(path).map_err(|error| Failure::disk(path, &error))?;
    let length = begins_well(&mut file, path)?;
    Ok((file, length))
}

/// The length of a file that is empty or begins with a receipt, be it a damaged one; it is then read from its start.
fn begins_well(file: &mut File, path: &Path) -> Result<u64, Failure> {
    let failed = |error: io::Error| Failure::disk(path, &error);
    let length = file.metadata().map_err(failed)?.len();
    let mut first = Vec::new();
    BufReader::new((&mut *file).take(length.min(MAX_LINE))).read_until(b'\n', &mut first).map_err(failed)?;
    file.rewind().map_err(failed)?;
    if length > 0 && matches!(parse(&first), Err(Flaw::Foreign)) {
        return Err(foreign(path));
    }
    Ok(length)
}

/// Gives a last line without an end its end, if it is a receipt, or cuts it off, if it is the beginning of one:
/// nobody else writes while the lock is held. Anything else is not ours and stays.
fn mend(mut file: File, path: &Path, lang: Lang) -> Result<(File, u64), Failure> {
    let failed = |error: io::Error| Failure::disk(path, &error);
    let length = begins_well(&mut file, path)?;
    // So it is with every receipt but the first after a crash.
    if ends_line(&mut file, length).map_err(failed)? {
        return Ok((file, length));
    }
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(length.saturating_sub(MAX_LINE))).map_err(failed)?;
    (&mut file).take(length.min(MAX_LINE)).read_to_end(&mut tail).map_err(failed)?;
    file.rewind().map_err(failed)?;
    let end = tail.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1);
    if end.is_none() && length >= MAX_LINE {
        return Err(foreign_end(path));
    }
    tail.drain(..end.unwrap_or_default());
    match parse(&tail) {
        Ok(_) => {
            file.write_all(b"\n").and_then(|()| file.rewind()).map_err(failed)?;
            Ok((file, length + 1))
        }
        Err(Flaw::Damaged) => {
            let whole = length - tail.len() as u64;
            file.set_len(whole).map_err(failed)?;
            let message = Text::fixed(
                "最后一条核验记录不完整，已舍去",
                "the last receipt was cut short and is dropped",
            );
            let hint = Text::fixed(
                "上次写入时中断；该次核验并未给出结果。",
                "a run was interrupted while writing it, before its verdict was told",
            );
            warn(lang, &message, Some(&hint));
            Ok((file, whole))
        }
        Err(Flaw::Foreign) => Err(foreign_end(path)),
    }
}

/// Whether nothing follows the last line's end; the file is then read from its start.
fn ends_line(file: &mut File, length: u64) -> io::Result<bool> {
    let mut last = [b'\n'];
    if length > 0 {
        file.seek(SeekFrom::Start(length - 1))?;
        file.read_exact(&mut last)?;
    }
    file.rewind()?;
    Ok(last == *b"\n")
}

const PRUNE: Text = Text::fixed(
    "请先上传（receipts upload），再清理已上传的（receipts prune）。",
    "upload them (receipts upload), then remove the uploaded ones (receipts prune)",
);
