//! What files that anybody sends may take of this machine at once: memory while they come and wait, and the checking itself,
//! which unpacks them. Without a limit a thousand small files that unpack to 32 MiB each would take all there is.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Duration, timeout};

/// The room for files.
#[derive(Clone, Debug)]
pub struct FileRoom {
    memory: Arc<Semaphore>,
    checks: Arc<Semaphore>,
}

/// The share of it that one file has; free again when dropped.
#[derive(Debug, Default)]
pub struct Share(Option<OwnedSemaphorePermit>);

/// There is no room now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no room for another file")]
pub struct NoRoom;

impl Default for FileRoom {
    fn default() -> Self {
        Self { memory: Arc::new(Semaphore::new(UNITS)), checks: Arc::new(Semaphore::new(CHECKS)) }
    }
}

impl FileRoom {
    /// Lets `share` be of a file of so many bytes.
    pub fn grow(&self, share: &mut Share, bytes: usize) -> Result<(), NoRoom> {
        let has = share.0.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = bytes.div_ceil(UNIT).saturating_sub(has);
        if more == 0 {
            return Ok(());
        }
        let more = u32::try_from(more).map_err(|_| NoRoom)?;
        let more = Arc::clone(&self.memory).try_acquire_many_owned(more).map_err(|_| NoRoom)?;
        match &mut share.0 {
            Some(share) => share.merge(more),
            none => *none = Some(more),
        }
        Ok(())
    }

    /// The right to check one file, once it is its turn; to be held by the thread that checks, which nobody can stop.
    pub async fn turn(&self) -> Result<OwnedSemaphorePermit, NoRoom> {
        let turn = timeout(PATIENCE, Arc::clone(&self.checks).acquire_owned()).await;
        turn.map_err(|_| NoRoom)?.map_err(|_| NoRoom)
    }
}

/// A licence file is some 60 KB: it takes one or two.
const UNIT: usize = 64 * 1024;
/// 128 MiB.
const UNITS: usize = 2048;
/// Each may take some 70 MiB: a file's 32 MiB unpacked, and what grows beside them.
const CHECKS: usize = 4;
/// A sound file takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn shares_grow_while_there_is_room_and_are_given_back() {
        let room = FileRoom::default();
        let mut first = Share::default();
        room.grow(&mut first, 1).unwrap();
        room.grow(&mut first, UNIT).unwrap();
        assert_eq!(room.memory.available_permits(), UNITS - 1, "a byte or a unit is one");
        room.grow(&mut first, UNIT + 1).unwrap();
        assert_eq!(room.memory.available_permits(), UNITS - 2);
        let mut rest = Share::default();
        assert_eq!(room.grow(&mut rest, (UNITS - 1) * UNIT), Err(NoRoom));
        room.grow(&mut rest, (UNITS - 2) * UNIT).unwrap();
        assert_eq!(room.grow(&mut first, 2 * UNIT + 1), Err(NoRoom));
        room.grow(&mut first, 2 * UNIT).unwrap();
        drop(rest);
        room.grow(&mut first, 2 * UNIT + 1).unwrap();
        drop(first);
        assert_eq!(room.memory.available_permits(), UNITS);
    }

    #[tokio::test]
    async fn a_turn_comes_when_another_check_has_ended() {
        let room = FileRoom::default();
        let mut turns = Vec::new();
        for _ in 0..CHECKS {
            turns.push(room.turn().await.unwrap());
        }
        let next = timeout(Duration::from_millis(50), room.turn()).await;
        assert!(next.is_err(), "it waits");
        turns.pop();
        drop(room.turn().await.unwrap());
    }
}
