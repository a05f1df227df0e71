//! The package: a zip file, read as every program would read it or not at all.
//!
//! Two programs that see different files in one package could show one and check another. So names are compared in the
//! directory and before each file, no name stands twice, and nothing lies between the files.

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use std::io::{Cursor, Read};

use zip::{CompressionMethod, ZipArchive};

use crate::seal::{SealFault, sm3};

/// SM3 of each file, by its path.
pub(super) type Digests<'a> = BTreeMap<&'a str, [u8; 32]>;

/// The files of a package, by path without a leading slash.
#[derive(Clone, Debug, Default)]
pub struct Package(BTreeMap<String, Vec<u8>>);

impl Package {
    /// Reads a package within its limits.
    pub fn read(bytes: &[u8]) -> Result<Self, SealFault> {
        if bytes.len() > MAX_PACKAGE {
            return Err(SealFault::Size);
        }
        Self::read_zip(bytes).ok_or(SealFault::Zip)
    }

    fn read_zip(bytes: &[u8]) -> Option<Self> {
        let end = End::read(bytes)?;
        let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
        // Of a name that stands twice the library keeps one.
        if archive.len() != end.entries || archive.len() > MAX_FILES || archive.offset() != 0 {
            return None;
        }
        let mut files = BTreeMap::new();
        let mut extents = Vec::new();
        let mut left = MAX_UNPACKED;
        for index in 0..archive.len() {
            let mut file = archive.by_index(index).ok()?;
            let method = file.compression();
            let plain = !file.encrypted() && !file.is_dir() && !file.is_symlink();
            if !plain || !matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated) {
                return None;
            }
            let name = file.name().ok()?.into_owned();
            if !is_safe(&name) || local_name(bytes, file.header_start())? != name.as_bytes() {
                return None;
            }
            let data = file.data_start()?;
            extents.push((file.header_start(), data.checked_add(file.compressed_size())?));
            let mut content = Vec::new();
            // One byte more than is allowed tells that there is more, whatever size the directory claims.
            (&mut file).take(left.checked_add(1)?).read_to_end(&mut content).ok()?;
            let length = u64::try_from(content.len()).ok()?;
            left = left.checked_sub(length)?;
            if length != file.size() {
                return None;
            }
            files.insert(name, content);
        }
        let mut folded: Vec<_> = files.keys().map(|name: &String| name.to_ascii_lowercase()).collect();
        folded.sort();
        folded.dedup();
        let whole = folded.len() == files.len() && nothing_between(extents, end.directory);
        whole.then_some(Self(files))
    }

    /// A file.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path).map(Vec::as_slice)
    }

    /// SM3 of every file.
    pub(super) fn digests(&self) -> Digests<'_> {
        self.0.iter().map(|(path, content)| (path.as_str(), sm3(content))).collect()
    }
}

/// The end record of a package without comment and without the extension for large ones.
struct End {
    entries: usize,
    directory: u64,
}

impl End {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (_, end) = bytes.split_last_chunk::<22>()?;
        let number = |at: usize| Some(u16::from_le_bytes(end.get(at..)?.first_chunk().copied()?));
        let plain = end.starts_with(b"PK\x05\x06") && number(20)? == 0 && number(4)? == 0;
        let entries = number(10)?;
        let directory = u32::from_le_bytes(end.get(16..)?.first_chunk().copied()?);
        (plain && entries != u16::MAX && entries == number(8)?)
            .then(|| Self { entries: entries.into(), directory: directory.into() })
    }
}

/// The name that stands before a file's bytes.
fn local_name(bytes: &[u8], at: u64) -> Option<&[u8]> {
    let header = bytes.get(usize::try_from(at).ok()?..)?;
    let length = u16::from_le_bytes(header.get(26..)?.first_chunk().copied()?);
    header.starts_with(b"PK\x03\x04").then_some(())?;
    header.get(30..)?.get(..length.into())
}

/// Whether the files follow each other up to the directory; between two there may be the sizes of the first (12 to 24
/// bytes), which programs write that did not know them in advance.
fn nothing_between(mut extents: Vec<(u64, u64)>, directory: u64) -> bool {
    extents.sort_unstable();
    let starts = extents.iter().skip(1).map(|(start, _)| *start).chain([directory]);
    extents.first().is_some_and(|(first, _)| *first == 0)
        && extents.iter().zip(starts).all(|((_, end), next)| {
            next.checked_sub(*end).is_some_and(|gap| matches!(gap, 0 | 12 | 16 | 20 | 24))
        })
}

/// A path that stays inside and that every system reads alike.
pub(super) fn is_safe(path: &str) -> bool {
    path.len() <= 255
        && !path
            .chars()
            .any(|c| c.is_control() || matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|'))
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// A licence file is some 50 KB.
const MAX_PACKAGE: usize = 16 * 1024 * 1024;
const MAX_UNPACKED: u64 = 32 * 1024 * 1024;
const MAX_FILES: usize = 1000;
