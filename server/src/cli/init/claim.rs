//! The folder of an installation is made by one `init` alone.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::ensure;

use super::{CONFIG_FILE, named};
use crate::files;

/// The folder is this program's until this is dropped. A second `init` at the same time would mix its keys with ours,
/// and take ours away when it fails.
#[derive(Debug)]
pub(super) struct Claim(PathBuf);

impl Claim {
    /// Takes `dir`, which must be there and empty.
    pub(super) fn on(dir: &Path) -> anyhow::Result<Self> {
        let file = dir.join("init.lock");
        let made = files::write_new(&file, b"");
        if made.as_ref().is_err_and(|error| error.kind() == ErrorKind::AlreadyExists) {
            return Err(not_empty(dir));
        }
        made.map_err(named(&file))?;
        let claim = Self(file);
        // Looked at behind the lock: another one may have begun and ended just now.
        ensure!(fs::read_dir(dir).map_err(named(dir))?.count() == 1, not_empty(dir));
        Ok(claim)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// What is said of a folder that holds something.
pub(super) fn not_empty(dir: &Path) -> anyhow::Error {
    anyhow::anyhow!(
        "{} is not empty: give a new folder; an installation there is served with `serve --config {}`（目录非空）",
        dir.display(),
        dir.join(CONFIG_FILE).display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_claimed_once_and_only_empty() {
        let dir = std::env::temp_dir().join(format!("lz-claim-{}", std::process::id()));
        fs::create_dir(&dir).unwrap();
        let first = Claim::on(&dir).unwrap();
        let told = Claim::on(&dir).unwrap_err().to_string();
        assert!(told.contains("is not empty"), "{told}");
        fs::write(dir.join(CONFIG_FILE), "made by the first").unwrap();
        drop(first);
        assert!(Claim::on(&dir).is_err(), "the first one has ended");
        let left: Vec<_> = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [CONFIG_FILE], "the second takes nothing away but its own lock");
        fs::remove_dir_all(&dir).unwrap();
    }
}
