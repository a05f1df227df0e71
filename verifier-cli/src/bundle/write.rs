//! Putting things into the bundle: each file whole or not at all, in an order that is safe to stop anywhere.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
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
    pub(crate) fn put_trust_list(&self, text: &str, roots: &RootSet) -> Result<(), Failure> {
        write_atomically(&self.trust_list(), text.as_bytes())?;
        if self.pinned_roots().ok().flatten().as_ref() == Some(roots) {
            return Ok(());
        }
        write_atomically(&self.roots(), output::to_json(roots)?.as_bytes())
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

/// Replaces a file so that at any moment, power cuts included, it is the old one or the new one. Who may read
/// the old one may read the new one, and nobody else.
///
/// # Errors
/// 74; the old file then stands.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = || -> io::Result<()> {
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut name = OsString::from(".");
        name.push(path.file_name().ok_or(io::ErrorKind::InvalidFilename)?);
        name.push(format!(".{}{UNFINISHED}", process::id()));
        let temporary = folder.join(name);
        let renamed = File::create(&temporary)
            .and_then(|mut file| {
                if let Ok(old) = fs::metadata(path) {
                    file.set_permissions(old.permissions())?;
                }
                file.write_all(bytes)?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&temporary, path));
        if renamed.is_err() {
            // It failed already; a left-over is ignored by readers and swept by the next writer.
            let _ = fs::remove_file(&temporary);
        }
        renamed?;
        sync_folder(folder)
    };
    written().map_err(|error| Failure::disk(path, &error))
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
