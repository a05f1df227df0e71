//! The root keys of an installation, made in a folder: by `trust roots`, by `init`, and by the demo for itself.

use std::fs;
use std::path::{Path, PathBuf};

use liangzheng_core::trust::{NamedKey, RootSet};

use super::KeyStoreError;
use super::file::at;
use super::root::write_root_key;
use crate::files;

/// Root keys that were made just now.
#[derive(Debug)]
pub struct NewRoots {
    /// Their public halves.
    pub set: RootSet,
    files: Vec<PathBuf>,
}

impl NewRoots {
    /// Makes `keys` root keys in `folder`, of which `threshold` sign a list. Never writes over one: of two who make them in
    /// one folder at the same time, the one that comes second to the first file fails and leaves everything as it is.
    pub fn make(folder: &Path, keys: u32, threshold: u32) -> Result<Self, KeyStoreError> {
        files::make_folder(folder).map_err(at(folder))?;
        let mut made = Self { set: RootSet { keys: Vec::new(), threshold }, files: Vec::new() };
        for (number, file) in (1..).zip(root_files(folder, keys)) {
            match write_root_key(&file) {
                Ok(public) => {
                    made.set.keys.push(NamedKey { kid: format!("root-{number}"), jwk: public.to_jwk() });
                    made.files.push(file);
                }
                Err(error) => {
                    made.take_back();
                    return Err(error);
                }
            }
        }
        Ok(made)
    }

    /// Takes these keys away again, and no others. The first file goes last: as long as it is there nobody else makes any.
    pub fn take_back(self) {
        for file in self.files.iter().rev() {
            let _ = fs::remove_file(file);
        }
    }
}

/// The files of `keys` root keys in `folder`, in their order.
pub fn root_files(folder: &Path, keys: u32) -> impl Iterator<Item = PathBuf> {
    (1..=keys).map(move |number| folder.join(format!("root-{number}.pem")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_second_makes_nothing_and_takes_nothing_away() {
        let folder = std::env::temp_dir().join(format!("lz-root-folder-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let first = NewRoots::make(&folder, 3, 2).unwrap();
        assert_eq!((first.set.keys.len(), first.set.threshold), (3, 2));
        let before: Vec<_> = root_files(&folder, 3).map(|file| fs::read(file).unwrap()).collect();
        assert!(matches!(NewRoots::make(&folder, 3, 2), Err(KeyStoreError::Io { .. })));
        let after: Vec<_> = root_files(&folder, 3).map(|file| fs::read(file).unwrap()).collect();
        assert_eq!(before, after);
        first.take_back();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        // One that stands in the way of a later key: what was made before it goes again.
        fs::write(folder.join("root-3.pem"), "another's").unwrap();
        assert!(NewRoots::make(&folder, 3, 2).is_err());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
    }
}
