//! Ctrl-C ends a scan in good order: the code at hand is answered, and the summary told.

use std::{
    process,
    sync::atomic::{AtomicBool, Ordering},
};

use crate::error::{Exit, Failure};

static ASKED: AtomicBool = AtomicBool::new(false);

/// The shells' exit code for a program ended by Ctrl-C.
const INTERRUPTED: i32 = 130;

/// From now on the first Ctrl-C only asks to stop; the second ends the program at once.
///
/// # Errors
/// 70 if the system does not allow it.
pub(crate) fn listen() -> Result<(), Failure> {
    ctrlc::set_handler(|| {
        if ASKED.swap(true, Ordering::Relaxed) {
            process::exit(INTERRUPTED);
        }
    })
    .map_err(|error| {
        Failure::new(Exit::Internal, "无法接收中断信号", format!("cannot listen for Ctrl-C: {error}"))
    })
}

/// Whether the user wants to stop.
pub(crate) fn is_asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
