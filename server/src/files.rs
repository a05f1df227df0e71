//! Files and folders that are nobody else's: keys, secrets, the configuration that names them.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Makes `folder`, and those above it that are not there, with mode 0700.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Reads a file that holds a secret, and that nobody else may read.
pub(crate) fn read_private(file: &Path) -> io::Result<Vec<u8>> {
    let mode = fs::metadata(file)?.mode() & 0o777;
    if mode & 0o077 != 0 {
        let told = format!("may be read by others (mode {mode:o}); make it 0600");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, told));
    }
    fs::read(file)
}

/// Writes a file of mode 0600 that must not be there yet, and waits until it and its name are on the disk: a key that is
/// published and then lost in a crash could not even sign the list that retires it.
pub(crate) fn write_new(file: &Path, content: &[u8]) -> io::Result<()> {
    let mut open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    let written = open.write_all(content).and_then(|()| open.sync_all());
    if let Err(error) = written {
        // Half a key is none, and would be in the way of the next try.
        let _ = fs::remove_file(file);
        return Err(error);
    }
    keep_name(file)
}

/// Writes a file of mode 0600 as a whole, in place of one that may be there: a reader sees all of it or none.
pub(crate) fn replace(file: &Path, content: &[u8]) -> io::Result<()> {
    let new = beside(file);
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => write_new(&new, content)?,
    }
    fs::rename(&new, file)?;
    keep_name(file)
}

/// `NAME.new`, whatever the name ends with: two files of one stem do not share it.
fn beside(file: &Path) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(".new");
    name.into()
}

fn keep_name(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_new_file_is_private_and_never_written_over_and_a_replaced_one_is_whole() {
        let folder = std::env::temp_dir().join(format!("lz-files-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        make_folder(&folder.join("a/b")).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join("a/b"))), (0o700, 0o700));
        let file = folder.join("a/key.pem");
        write_new(&file, b"one").unwrap();
        assert_eq!(write_new(&file, b"two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!((fs::read(&file).unwrap(), mode(&file)), (b"one".to_vec(), 0o600));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        // What a run that was cut off left.
        fs::write(folder.join("a/key.pem.new"), b"ha").unwrap();
        replace(&file, b"three").unwrap();
        assert_eq!((fs::read(&file).unwrap(), mode(&file)), (b"three".to_vec(), 0o600));
        assert_eq!(read_private(&file).unwrap(), b"three");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(read_private(&file).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(fs::read_dir(folder.join("a")).unwrap().count(), 2, "nothing lies beside it");
        fs::remove_dir_all(&folder).unwrap();
    }
}
