//! The bundle: what a verifier holds, as signed objects exactly as they were received.
//!
//! ```text
//! roots.json             the root set in force; pinned by hand once, afterwards only a signed rotation changes it
//! trust-list.json        the current trust list
//! trust-lists/0007.json  each version that was taken, the current one too: who still has older roots follows them step by step
//! catalogues/NAME.jwt    one per operator;        NAME = hash of the operator's id
//! status/NAME.jwt        one per status list;     NAME = hash of the list's URI: one check reads one list
//! deltas/000001.jwt      deltas applied since the lists were fetched whole, in order
//! floors.json            the oldest things still accepted; the only file that is not signed
//! lock                   held while something is written
//! ```
//! Nothing read from here is believed: core checks each signature again at every start.

mod exchange;
mod load;
mod write;

use std::{
    env,
    ffi::OsString,
    fmt::Write as _,
    fs::{self, File, TryLockError},
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use aws_lc_rs::digest;
use liangzheng_core::trust::RootSet;

pub(crate) use exchange::{export, import, read_root_file};
pub(crate) use load::{Held, Lists, parse_roots};
pub(crate) use write::{Target, sync_folder, target, write_atomically, write_private};

use crate::error::{Exit, Failure};

/// Longest root file in bytes: 16 keys with room to spare.
const MAX_ROOTS: u64 = 64 << 10;

/// A bundle's folder; it need not exist.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

/// Whoever holds this may write; dropped, it lets the next one in.
#[derive(Debug)]
pub(crate) struct WriteLock(#[expect(dead_code, reason = "the open file is the lock")] File);

/// Which state of a bundle was read: when the parts of it last changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp([Option<SystemTime>; 5]);

impl Folder {
    /// `--bundle`, or `liangzheng` in the user's data folder.
    ///
    /// # Errors
    /// If there is no `--bundle` and no home folder either.
    pub(crate) fn locate(named: Option<PathBuf>) -> Result<Self, Failure> {
        let in_environment = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let path = named
            .or_else(|| {
                Some(
                    in_environment("XDG_DATA_HOME")
                        .or_else(|| in_environment("LOCALAPPDATA"))?
                        .join("liangzheng"),
                )
            })
            .or_else(|| {
                Some(env::home_dir().filter(|home| home.is_absolute())?.join(".local/share/liangzheng"))
            });
        path.map(|path| Self { path }).ok_or_else(|| {
            Failure::new(Exit::Usage, "找不到用户数据目录", "there is no user data folder")
                .hint("请用 --bundle 指定核验包目录。", "name the bundle's folder with --bundle")
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn roots(&self) -> PathBuf {
        self.path.join("roots.json")
    }

    fn trust_list(&self) -> PathBuf {
        self.path.join("trust-list.json")
    }

    fn trust_lists(&self) -> PathBuf {
        self.path.join("trust-lists")
    }

    fn catalogues(&self) -> PathBuf {
        self.path.join("catalogues")
    }

    fn status(&self) -> PathBuf {
        self.path.join("status")
    }

    fn deltas(&self) -> PathBuf {
        self.path.join("deltas")
    }

    fn floors(&self) -> PathBuf {
        self.path.join("floors.json")
    }

    /// Tells one state of the bundle from the next. Every file is replaced by renaming, which changes its
    /// folder's time, too; `sync` writes the floors last.
    pub(crate) fn stamp(&self) -> Stamp {
        let parts = [self.floors(), self.trust_list(), self.catalogues(), self.status(), self.deltas()];
        Stamp(parts.map(|path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok()))
    }

    /// The trust lists that were taken so far, in the order of their versions.
    ///
    /// # Errors
    /// 74 if the folder cannot be read.
    fn kept_trust_lists(&self) -> Result<Vec<(u64, PathBuf)>, Failure> {
        let version = |path: PathBuf| Some((path.file_stem()?.to_str()?.parse().ok()?, path));
        let mut kept: Vec<_> =
            named_files(&self.trust_lists(), "json")?.into_iter().filter_map(version).collect();
        kept.sort();
        Ok(kept)
    }

    /// The root set in force, if one is pinned.
    ///
    /// # Errors
    /// If the file cannot be read or is no root set.
    pub(crate) fn pinned_roots(&self) -> Result<Option<RootSet>, Failure> {
        let path = self.roots();
        read_if_there(&path, MAX_ROOTS)?.map(|text| parse_roots(&text, &path)).transpose()
    }

    /// Makes the folder if need be; whether something can be written there.
    ///
    /// # Errors
    /// 74 if not.
    pub(crate) fn check_writable(&self) -> Result<(), Failure> {
        self.lock_file().map(drop)
    }

    /// Makes the folder if need be and keeps every other writer out.
    ///
    /// # Errors
    /// 74 if it cannot be made, or another run is writing.
    pub(crate) fn lock(&self) -> Result<WriteLock, Failure> {
        let (path, file) = self.lock_file()?;
        match file.try_lock() {
            Ok(()) => {
                for folder in
                    [self.path.clone(), self.trust_lists(), self.catalogues(), self.status(), self.deltas()]
                {
                    write::sweep(&folder);
                }
                Ok(WriteLock(file))
            }
            Err(TryLockError::WouldBlock) => {
                Err(Failure::new(Exit::Io, "另一个程序正在更新核验包", "another run is updating the bundle")
                    .hint("请稍候再试。", "try again when it is done"))
            }
            Err(TryLockError::Error(error)) => Err(Failure::disk(&path, &error)),
        }
    }

    fn lock_file(&self) -> Result<(PathBuf, File), Failure> {
        let path = self.path.join("lock");
        let failed = |error: io::Error| Failure::disk(&path, &error);
        fs::create_dir_all(&self.path).map_err(failed)?;
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        Ok((path, file))
    }

    /// Removes everything this program put here; other people's files stay.
    ///
    /// # Errors
    /// If something cannot be removed.
    pub(crate) fn reset(&self, _lock: WriteLock) -> Result<(), Failure> {
        // The list first: without it nothing else counts, wherever this stops.
        for path in [self.trust_list(), self.roots(), self.floors()] {
            write::remove(&path)?;
        }
        for folder in [self.catalogues(), self.status(), self.deltas()] {
            for path in files_of(&folder)? {
                write::remove(&path)?;
            }
        }
        for (_, path) in self.kept_trust_lists()? {
            write::remove(&path)?;
        }
        write::remove(&self.path.join("lock"))
    }
}

/// A file name for an operator or a URI: neither is fit to be one itself.
fn name_of(id: &str) -> String {
    let hash = digest::digest(&digest::SHA256, id.as_bytes());
    let mut name = String::with_capacity(36);
    for byte in hash.as_ref().iter().take(16) {
        let _ = write!(name, "{byte:02x}");
    }
    name + ".jwt"
}

/// A file's text, `None` if there is none. More than `limit` bytes are not read: core refuses what is too long.
fn read_if_there(path: &Path, limit: u64) -> Result<Option<String>, Failure> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::disk(path, &error)),
    };
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| Failure::disk(path, &error))?;
    // Everything here is ASCII or was UTF-8 when it was written; what is not any more fails its signature.
    Ok(Some(
        String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
    ))
}

/// The signed objects in a folder, by name; left-overs of an interrupted write are not among them.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    named_files(folder, "jwt")
}

fn named_files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, Failure> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
        Err(error) => return Err(Failure::disk(folder, &error)),
    };
    let mut names: Vec<OsString> = Vec::new();
    for entry in entries {
        names.push(entry.map_err(|error| Failure::disk(folder, &error))?.file_name());
    }
    names.retain(|name| Path::new(name).extension().is_some_and(|extension| extension == ending));
    names.sort();
    Ok(names.into_iter().map(|name| folder.join(name)).collect())
}
