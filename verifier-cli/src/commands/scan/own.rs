//! The files this run writes, told by what they are and not by how they were named.
//!
//! They are no input: a verdict on one would be written into it, which makes it a new input, and so for ever.

use std::{
    collections::HashSet,
    ffi::{OsStr, OsString},
    fs::{self, Metadata},
    path::{Path, PathBuf, absolute},
};

use super::Order;
use crate::{lock, receipts};

/// The files named on the command line, and what lies beside them.
pub(super) struct OwnFiles(Vec<PathBuf>);

impl OwnFiles {
    pub(super) fn of(order: &Order) -> Self {
        let mut files = vec![];
        if let Some(cache) = &order.keep.replay_cache {
            files.extend([cache.clone(), lock::place(cache)]);
        }
        if let Some(named) = &order.keep.receipts {
            files.extend(receipts::files_of(&receipts::file_of(named)));
        }
        files.extend(order.ask.as_ref().and_then(|ask| ask.png.clone()));
        Self(files)
    }

    /// What of them `folder` may hold now: most are made by the first verdict, and some are replaced by each.
    pub(super) fn within(&self, folder: &Path) -> Own {
        let folder = fs::canonicalize(folder).ok();
        let places = self.0.iter().flat_map(|file| places(file));
        let names = places.filter(|place| place.parent() == folder.as_deref());
        let files = self.0.iter().filter_map(|file| fs::metadata(file).ok()).chain(streams());
        Own {
            names: names.filter_map(|place| place.file_name().map(OsStr::to_owned)).collect(),
            ids: files.filter_map(|file| id(&file)).collect(),
        }
    }
}

/// How to know them in a folder.
pub(super) struct Own {
    names: HashSet<OsString>,
    ids: HashSet<Id>,
}

impl Own {
    pub(super) fn holds(&self, name: &OsStr, metadata: &Metadata) -> bool {
        self.names.contains(name) || id(metadata).is_some_and(|id| self.ids.contains(&id))
    }
}

/// Where a file lies once links and `..` are followed, and where it will lie if it is still to be made.
fn places(file: &Path) -> impl Iterator<Item = PathBuf> {
    let to_be = absolute(file).ok().and_then(|file| {
        let folder = fs::canonicalize(file.parent()?).ok()?;
        Some(folder.join(file.file_name()?))
    });
    fs::canonicalize(file).ok().into_iter().chain(to_be)
}

/// Device and number: the same for every name of a file. Only Unix tells them.
type Id = (u64, u64);

#[cfg(unix)]
fn id(metadata: &Metadata) -> Option<Id> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn id(_: &Metadata) -> Option<Id> {
    None
}

/// What stdout and stderr were sent to, which has no name here.
#[cfg(unix)]
fn streams() -> Vec<Metadata> {
    use std::{
        io,
        os::fd::{AsFd as _, BorrowedFd},
    };
    let of = |stream: BorrowedFd<'_>| fs::File::from(stream.try_clone_to_owned()?).metadata();
    [of(io::stdout().as_fd()), of(io::stderr().as_fd())].into_iter().flatten().collect()
}

#[cfg(not(unix))]
fn streams() -> Vec<Metadata> {
    vec![]
}
