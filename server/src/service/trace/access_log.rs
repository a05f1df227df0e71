//! The access log's writer: no data leaves before its row is on the disk.
//!
//! Many requests wait at once, and a commit costs one flush however many rows it holds. So one task takes all
//! rows that wait, inserts them with one statement, commits once, and answers every waiting request (group
//! commit). A request whose row could not be written is refused with 503: an unlogged use is worse than none.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

pub use crate::domain::trace::usage::{Use, UseKind};
use crate::storage::trace::access_log::{self, Appender};
use crate::storage::{Db, StorageError};

/// The row could not be written; the data must not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the access log cannot be written")]
pub struct LogUnavailable;

/// Hands rows to the writer. Cheap to clone; the writer ends when the last clone is gone.
#[derive(Clone, Debug)]
pub struct AccessLog {
    queue: mpsc::Sender<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    row: Use,
    written: oneshot::Sender<bool>,
}

impl AccessLog {
    /// Starts the writer on the current runtime.
    pub fn start(db: Db) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(write(db, waiting));
        Self { queue }
    }

    /// Returns once `row` is committed.
    pub async fn record(&self, row: Use) -> Result<(), LogUnavailable> {
        let (written, outcome) = oneshot::channel();
        let recorded = async {
            self.queue.send(Waiting { row, written }).await.ok()?;
            outcome.await.ok()
        };
        match timeout(WAIT, recorded).await {
            Ok(Some(true)) => Ok(()),
            // The row may still be written: a use that is logged and did not happen harms nobody.
            _ => Err(LogUnavailable),
        }
    }
}

async fn write(db: Db, mut queue: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(MAX_BATCH);
    let mut rows = Vec::with_capacity(MAX_BATCH);
    let mut held = None;
    let mut in_a_row = 0;
    while queue.recv_many(&mut batch, MAX_BATCH).await > 0 {
        let mut answers = Vec::with_capacity(batch.len());
        for waiting in batch.drain(..) {
            rows.push(waiting.row);
            answers.push(waiting.written);
        }
        let outcome = match timeout(BATCH, append(&db, &mut held, &rows)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(StorageError::Silent),
        };
        if let Err(error) = &outcome {
            tracing::error!(%error, rows = rows.len(), "access log not written; the requests are refused");
        }
        rows.clear();
        for answer in answers {
            // The request may have been given up meanwhile; its row stays, since it may have been sent.
            let _ = answer.send(outcome.is_ok());
        }
        // What came in during the commit is written at once; then it is the turn of others who want to write.
        in_a_row += 1;
        if outcome.is_err() || queue.is_empty() || in_a_row == MAX_IN_A_ROW {
            held = None;
            in_a_row = 0;
        }
    }
}

async fn append(db: &Db, held: &mut Option<Appender>, rows: &[Use]) -> Result<(), StorageError> {
    if rows.iter().any(|row| row.ground.is_some()) {
        // SQLite has one writer: what is held would be waited for.
        *held = None;
        let mut tx = db.begin_write().await?;
        for row in rows {
            access_log::append(&mut tx, row).await?;
        }
        return tx.commit().await;
    }
    let appender = match held {
        Some(appender) => appender,
        None => held.insert(Appender::acquire(db).await?),
    };
    appender.append(rows).await
}

/// How long a request waits for its row: beyond it its phone has asked again.
const WAIT: Duration = Duration::from_secs(5);
/// How long one batch may take, getting a connection included. A database that says nothing holds up this writer, and
/// with it every refresh, no longer than that; the next batch takes another connection.
const BATCH: Duration = Duration::from_secs(3);
/// Rows that may wait before requests themselves wait: far above the connections of one server.
const QUEUE: usize = 4096;
/// Rows per commit: 256 × 7 parameters stay far below both databases' limits (32,766 and 65,535).
const MAX_BATCH: usize = 256;
/// Batches written before the connection is given back: with SQLite's single writer others wait this many commits at
/// the most, a few milliseconds.
const MAX_IN_A_ROW: u32 = 8;
