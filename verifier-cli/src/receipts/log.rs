//! Appending: a receipt is whole and on the disk, or it was never written.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use liangzheng_core::{text::Text, verify::Verdict};

use super::{NAME, Receipt, file_of};
use crate::{
    bundle::sync_folder,
    error::{Exit, Failure, warn},
    lock, output,
    words::Lang,
};

/// Longest file in bytes, about 400,000 receipts. What would go beyond is refused, never dropped.
const MAX_FILE: u64 = 256 << 20;

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
    /// 74 if it cannot be written.
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

    /// The file, and its length without a receipt that a crash cut short. To be called with the lock held.
    fn ready(&self) -> Result<(File, u64), Failure> {
        let failed = |error: io::Error| Failure::disk(&self.path, &error);
        let is_new = !self.path.exists();
        let mut file = options().create(true).append(true).open(&self.path).map_err(failed)?;
        if is_new {
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            sync_folder(folder.unwrap_or(Path::new("."))).map_err(failed)?;
        }
        let length = drop_torn_line(&mut file, self.lang).map_err(failed)?;
        Ok((file, length))
    }
}

/// Reading and writing, for the owner alone.
fn options() -> OpenOptions {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Opens the file of receipts to read what was whole when it was opened, which is the length returned.
pub(super) fn open_whole(path: &Path, lang: Lang) -> io::Result<(File, u64)> {
    let mut file = options().write(true).open(path)?;
    let length = drop_torn_line(&mut file, lang)?;
    file.rewind()?;
    Ok((file, length))
}

/// Cuts off a last line without an end. Its verdict was never told: that happens only after the line's end is
/// on the disk.
fn drop_torn_line(file: &mut File, lang: Lang) -> io::Result<u64> {
    const STEP: u64 = 4_096;
    let length = file.metadata()?.len();
    let mut end = length;
    let mut bytes = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(STEP);
        file.seek(SeekFrom::Start(start))?;
        bytes.clear();
        file.take(end - start).read_to_end(&mut bytes)?;
        if let Some(at) = bytes.iter().rposition(|byte| *byte == b'\n') {
            end = start + at as u64 + 1;
            break;
        }
        end = start;
    }
    if end < length {
        file.set_len(end)?;
        let message =
            Text::fixed("最后一条核验记录不完整,已舍去", "the last receipt was cut short and is dropped");
        let hint = Text::fixed(
            "上次写入时中断;该次核验并未给出结果。",
            "a run was interrupted while writing it, before its verdict was told",
        );
        warn(lang, &message, Some(&hint));
    }
    Ok(end)
}

const PRUNE: Text = Text::fixed(
    "请先上传(receipts upload),再清理已上传的(receipts prune)。",
    "upload them (receipts upload), then remove the uploaded ones (receipts prune)",
);
