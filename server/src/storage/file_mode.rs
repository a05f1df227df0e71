//! The embedded database's files are for their owner only (mode 0600), whatever the umask says.

use std::fs::{self, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::StorageError;

/// Makes the file if there is none, and takes rights of others away from it and from what SQLite keeps beside it.
///
/// Before SQLite opens it: the write-ahead log and its index get the mode of the main file when SQLite makes them.
pub(super) fn make_private(file: &Path) -> Result<(), StorageError> {
    match OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(file) {
        Ok(made) => made.set_permissions(Permissions::from_mode(PRIVATE)).map_err(at(file))?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(at(file)(error)),
    }
    for end in ["", "-wal", "-shm"] {
        let mut path = file.as_os_str().to_owned();
        path.push(end);
        close(&PathBuf::from(path))?;
    }
    Ok(())
}

/// A file of an older release, or one that was copied carelessly, is mended rather than refused: what others could
/// read they have read, and a server that does not start helps nobody.
fn close(path: &Path) -> Result<(), StorageError> {
    let mode = match fs::metadata(path) {
        Ok(found) => found.permissions().mode() & 0o777,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(at(path)(error)),
    };
    if mode & 0o077 != 0 {
        fs::set_permissions(path, Permissions::from_mode(PRIVATE)).map_err(at(path))?;
        let path = path.display();
        tracing::warn!(%path, mode = format!("{mode:o}"), "others could read the database; its mode is 600 now");
    }
    Ok(())
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> StorageError {
    let path = path.to_owned();
    move |source| StorageError::File { path, source }
}

const PRIVATE: u32 = 0o600;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DatabaseConfig;
    use crate::storage::Db;

    #[tokio::test]
    async fn every_file_of_the_database_is_private_and_an_open_one_is_closed() {
        let folder = std::env::temp_dir().join(format!("lz-file-mode-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let config = DatabaseConfig {
            url: format!("sqlite:{}", folder.join("test.db").display()),
            ..DatabaseConfig::default()
        };
        let modes = || -> Vec<(String, u32)> {
            let files = fs::read_dir(&folder).unwrap().map(|file| file.unwrap());
            let mut modes: Vec<_> = files
                .map(|file| {
                    let mode = file.metadata().unwrap().permissions().mode() & 0o777;
                    (file.file_name().into_string().unwrap(), mode)
                })
                .collect();
            modes.sort();
            modes
        };
        let all = ["test.db", "test.db-shm", "test.db-wal"].map(|name| (name.to_owned(), PRIVATE));
        let db = Db::open(&config).await.unwrap();
        assert_eq!(modes(), all);
        for (name, _) in &all {
            fs::set_permissions(folder.join(name), Permissions::from_mode(0o644)).unwrap();
        }
        let beside = Db::connect(&config).await.unwrap();
        assert_eq!(modes(), all);
        beside.close().await;
        db.close().await;
        fs::remove_dir_all(&folder).unwrap();
    }
}
