//! Foreign programs as judges: where they are, how they are run, when their absence may pass.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use liangzheng_core::time::UnixTime;
use liangzheng_tests::source::root;

/// A language's interpreter with the libraries that `cargo xtask setup` installs for it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Peer {
    /// `.venv`, from tests/requirements.txt.
    Python,
    /// tests/interop/node_modules.
    Node,
}

/// Says on the real stderr, which no test runner hides, that something is not run.
///
/// # Panics
/// With `LZ_TEST_STRICT`, as `cargo xtask test` sets it: there nothing may be missing.
pub(super) fn skip(why: &str) {
    assert!(std::env::var_os("LZ_TEST_STRICT").is_none(), "{why}");
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// The clock that foreign libraries read too; most of them cannot be told another time.
#[expect(
    clippy::disallowed_methods,
    reason = "the peers read the machine's clock, so our tokens must be of now"
)]
pub(super) fn now() -> UnixTime {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    UnixTime(elapsed.as_secs().try_into().unwrap())
}

/// A folder for one test's files under the target folder, empty.
pub(super) fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

impl Peer {
    fn program(self) -> Option<PathBuf> {
        match self {
            Self::Python => {
                let python = std::env::var_os("LZ_TEST_PYTHON")
                    .map_or_else(|| root().join(".venv/bin/python"), PathBuf::from);
                python.exists().then_some(python)
            }
            Self::Node => root().join("tests/interop/node_modules/jose").exists().then(|| "node".into()),
        }
    }

    /// Runs a script of tests/interop on `cases` (written beside, for a look when it fails).
    ///
    /// # Panics
    /// When the script disagrees with a case; its complaints are in the message.
    pub(super) fn judges(self, script: &str, cases: &serde_json::Value, folder: &Path) {
        let Some(program) = self.program() else {
            return skip(&format!("{script}: its libraries are not installed (cargo xtask setup)"));
        };
        let file = folder.join("cases.json");
        std::fs::write(&file, serde_json::to_vec(cases).unwrap()).unwrap();
        let script = root().join("tests/interop").join(script);
        let output = Command::new(program).arg(&script).arg(&file).output().unwrap();
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{} on {}:\n{stdout}{stderr}", script.display(), file.display());
        // What it counted, so that a run that judged nothing shows.
        println!("{}: {}", script.display(), stdout.trim());
    }
}
