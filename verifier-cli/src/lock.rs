//! Keeping other runs out of a file while one reads and rewrites it.

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use liangzheng_core::text::Text;

use crate::{
    bundle::{Target, target},
    error::{Exit, Failure},
};

/// How long to wait for another run: far longer than one needs to remember a code.
const PATIENCE: Duration = Duration::from_secs(5);

/// Dropped, it lets the next run in.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "the open file is the lock")] File);

/// Where the lock of `path` lies: beside it, because the file itself is replaced when it is rewritten; and beside the
/// file a link leads to, because runs that know it by different links must meet. Next to a device is no place for it.
pub(crate) fn place(path: &Path) -> PathBuf {
    let file = match target(path) {
        Ok(Target::File(file)) => file,
        Ok(Target::Other) | Err(_) => path.to_owned(),
    };
    let mut beside = file.into_os_string();
    beside.push(".lock");
    PathBuf::from(beside)
}

/// Locks `path`, waiting a little for whoever holds it; `what` names it in the error.
///
/// # Errors
/// 74 if the lock cannot be made, or another run does not let go of it.
pub(crate) fn take(path: &Path, what: &Text) -> Result<Lock, Failure> {
    let beside = place(path);
    let failed = |error: io::Error| Failure::disk(&beside, &error);
    let file = File::options().create(true).truncate(false).write(true).open(&beside).map_err(failed)?;
    let pause = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock(file)),
            Err(TryLockError::WouldBlock) if waited < PATIENCE => {
                thread::sleep(pause);
                waited += pause;
            }
            Err(TryLockError::WouldBlock) => {
                let Text { zh, en } = what;
                return Err(Failure::new(Exit::Io, format!("{zh}被占用"), format!("{en} is in use"))
                    .hint("请稍候再试。", "try again when the other run is done"));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
}
