//! The way back after a clock that was wrong: `publish recover`.
//!
//! Publications that lie ahead of the right time are taken back, so that the next one may be of now. Verifiers that
//! refused them take it at once; those that took one fetch again, and let a list move their floor by ten minutes at most
//! (core/README.md).

use liangzheng_core::time::UnixTime;

use crate::service::work::Work;
use crate::storage::change::Change;
use crate::storage::publication::{status_publication as publications, trust};
use crate::storage::{Db, StorageError};

/// What is published, by its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Newest {
    /// Of the newest publication of status lists.
    pub lists: Option<UnixTime>,
    /// Of the catalogue.
    pub catalogue: Option<UnixTime>,
}

/// Looks at what is published.
pub async fn newest(db: &Db) -> Result<Newest, StorageError> {
    let mut tx = db.begin_read().await?;
    let lists = publications::newest(&mut tx).await?.map(|row| UnixTime(row.iat));
    let catalogue = trust::newest_catalogue(&mut tx).await?.map(|row| UnixTime(row.iat));
    tx.commit().await?;
    Ok(Newest { lists, catalogue })
}

/// Takes back what lies ahead of `now`, and tells running servers that this is the time. A catalogue that lies ahead is
/// replaced by them with its next version.
pub async fn recover(db: &Db, now: UnixTime) -> Result<(), StorageError> {
    let mut work = Work::without_server(db, now).await?;
    // The feed's head first, as by every publication.
    work.changed(Change::Clock(now)).await?;
    publications::take_back_after(&mut work.tx, now).await?;
    work.finish().await
}
