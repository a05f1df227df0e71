//! Putting things into the bundle: each file whole or not at all, in an order that is safe to stop anywhere.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process,
};

use liangzheng_core::{trust::RootSet, verify::Floors};

use super::{Folder, files_of, name_of};
use crate::{error::Failure, output};

impl Folder {
    /// Keeps a trust list and the root set it leads to.
    ///
    /// The list goes first. If the run stops in between, the older roots still vouch for it: core accepted it
    /// under them.
    pub(crate) fn put_trust_list(&self, version: u64, text: &str, roots: &RootSet) -> Result<(), Failure> {
        self.keep_trust_list(version, text)?;
        write_atomically(&self.trust_list(), text.as_bytes())?;
        if self.pinned_roots().ok().flatten().as_ref() == Some(roots) {
            return Ok(());
        }
        write_atomically(&self.roots(), output::to_json(roots)?.as_bytes())
    }

    /// Keeps a trust list for whoever has to follow the roots that far.
    pub(crate) fn keep_trust_list(&self, version: u64, text: &str) -> Result<(), Failure> {
        write_atomically(&self.trust_lists().join(format!("{version:04}.json")), text.as_bytes())
    }

    pub(crate) fn put_catalogue(&self, operator: &str, text: &str) -> Result<(), Failure> {
        write_atomically(&self.catalogues().join(name_of(operator)), text.as_bytes())
    }

    pub(crate) fn put_status_list(&self, uri: &str, text: &str) -> Result<(), Failure> {
        write_atomically(&self.status().join(name_of(uri)), text.as_bytes())
    }

    /// How many deltas stand between the lists as fetched and what they say now.
    pub(crate) fn count_deltas(&self) -> Result<usize, Failure> {
        Ok(files_of(&self.deltas())?.len())
    }

    pub(crate) fn put_delta(&self, text: &str) -> Result<(), Failure> {
        let held = files_of(&self.deltas())?;
        let last: u32 =
            held.last().and_then(|path| path.file_stem()?.to_str()?.parse().ok()).unwrap_or_default();
        let name = format!("{:06}.jwt", last.saturating_add(1));
        write_atomically(&self.deltas().join(name), text.as_bytes())
    }

    /// Forgets the deltas, after every list has been kept whole. Until they are gone they do no harm: lists
    /// newer than a delta's end are left alone by it.
    pub(crate) fn clear_deltas(&self) -> Result<(), Failure> {
        files_of(&self.deltas())?.iter().try_for_each(|path| remove(path))
    }

    pub(crate) fn put_floors(&self, floors: &Floors) -> Result<(), Failure> {
        write_atomically(&self.floors(), output::to_json(floors)?.as_bytes())
    }
}

/// What a file's name leads to.
#[derive(Debug)]
pub(crate) enum Target {
    /// A file by its own name and no link's, there or not: a rename replaces this name.
    File(PathBuf),
    /// A FIFO, a device, a folder, or what a process has open already, such as `/dev/stdout`: nothing to replace.
    Other,
}

/// Follows the links that `path` may end in. Links among its folders need no following: they lead every run to the
/// same file and to the same lock beside it.
///
/// # Errors
/// If the links go in circles, or cannot be read.
pub(crate) fn target(path: &Path) -> io::Result<Target> {
    let mut path = path.to_owned();
    loop {
        match fs::metadata(&path) {
            Ok(metadata) if !metadata.is_file() => return Ok(Target::Other),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        if !fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink()) {
            return Ok(Target::File(path));
        }
        // These stand for open files. To replace the file behind one would lose what `>>` was to be added to.
        if path.starts_with("/proc") || path.starts_with("/dev/fd") {
            return Ok(Target::Other);
        }
        let link = fs::read_link(&path)?;
        path.pop();
        path.push(link);
    }
}

/// Replaces a file so that at any moment, power cuts included, it is the old one or the new one. Who may read
/// the old one may read the new one, and nobody else. A link goes on leading to it; what cannot be replaced is
/// written into.
///
/// # Errors
/// 74; the old file then stands.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write(path, bytes, false)
}

/// As [`write_atomically`]; a file that was not there before is for its owner alone.
///
/// # Errors
/// 74; the old file then stands.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write(path, bytes, true)
}

fn write(named: &Path, bytes: &[u8], is_private: bool) -> Result<(), Failure> {
    let written = || -> io::Result<()> {
        let Target::File(path) = target(named)? else {
            return File::options().append(true).open(named)?.write_all(bytes);
        };
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut name = OsString::from(".");
        name.push(path.file_name().ok_or(io::ErrorKind::InvalidFilename)?);
        name.push(format!(".{}{UNFINISHED}", process::id()));
        let temporary = folder.join(name);
        // One that a killed run of the same number left would keep its own permissions.
        let _ = fs::remove_file(&temporary);
        let old = fs::metadata(&path).ok();
        let renamed = new_file(is_private || old.is_some())
            .open(&temporary)
            .and_then(|mut file| {
                if let Some(old) = old {
                    file.set_permissions(old.permissions())?;
                }
                file.write_all(bytes)?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&temporary, &path));
        if renamed.is_err() {
            // It failed already; a left-over is ignored by readers and swept by the next writer.
            let _ = fs::remove_file(&temporary);
        }
        renamed?;
        sync_folder(folder)
    };
    written().map_err(|error| Failure::disk(named, &error))
}

/// For a file that must not be there yet; if it is private, never open to others, not even before it is filled.
fn new_file(is_private: bool) -> OpenOptions {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if is_private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = is_private;
    options
}

/// Removes what runs that were killed while writing left in a bundle's folder. Only whoever holds the lock may: then
/// nobody is writing. What cannot be removed does no harm.
pub(super) fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') && name.ends_with(UNFINISHED) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// How the name of a file ends that is still being written.
const UNFINISHED: &str = ".tmp";

/// Removes a file; that it is not there is what was wanted.
pub(super) fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::disk(path, &error)),
        _ => Ok(()),
    }
}

/// Makes a rename durable. Only Unix lets a folder be opened as a file.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
