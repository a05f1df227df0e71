//! The source of this repository, for tests that read it.

use std::path::{Path, PathBuf};

/// One file of Rust.
pub struct Source {
    /// Its path within the folder that was read, with `/`.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// Its lines up to the tests at its end, with their numbers and without comments.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().take_while(|line| line.trim() != "#[cfg(test)]");
        lines.enumerate().map(|(at, line)| (at + 1, line.split("//").next().unwrap_or_default()))
    }
}

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The Python with the libraries of tests/requirements.txt; `None`, said aloud, if `cargo xtask setup` has not made it.
///
/// # Panics
/// With `LZ_TEST_STRICT`, as `cargo xtask test` sets it: there nothing may be missing.
pub fn python() -> Option<PathBuf> {
    let set = std::env::var_os("LZ_TEST_PYTHON").map(PathBuf::from);
    let python = set.unwrap_or_else(|| root().join(".venv/bin/python"));
    if !python.exists() {
        assert!(std::env::var_os("LZ_TEST_STRICT").is_none(), "Python's libraries: cargo xtask setup");
        eprintln!("skipped: Python's libraries are not installed (cargo xtask setup)");
        return None;
    }
    Some(python)
}

/// Every Rust file under `folder` of the repository, sub-folders too, in the order of their names.
pub fn sources(folder: &str) -> Vec<Source> {
    let folder = root().join(folder);
    let mut found = Vec::new();
    collect(&folder, &folder, &mut found);
    found.sort_by(|one, other| one.name.cmp(&other.name));
    assert!(!found.is_empty(), "no source in {}", folder.display());
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            found.push(Source { name, text: std::fs::read_to_string(&path).unwrap() });
        }
    }
}
