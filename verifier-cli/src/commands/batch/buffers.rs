//! Buffers that go from thread to thread and come back.

use std::sync::{Mutex, PoisonError};

/// Empty buffers with room in them.
///
/// A chunk's text and its answers are so large that the allocator tidies up each time one is freed, and another thread
/// may free them than made them: about one part in a hundred of a run.
#[derive(Default)]
pub(super) struct Buffers(Mutex<Vec<Vec<u8>>>);

impl Buffers {
    /// An empty buffer, used before if there is one.
    pub(super) fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Takes back a buffer that is no longer needed.
    pub(super) fn give(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }
}
