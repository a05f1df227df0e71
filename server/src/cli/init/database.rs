//! The database of an installation that begins: empty, or left as it is.

use std::time::Duration;

use anyhow::{Context, bail, ensure};

use crate::config::DatabaseConfig;
use crate::service::publication::founding;
use crate::storage::{Db, MIGRATION_COUNT};

/// Opens the database, which is looked at before anything in it is changed, and makes its tables.
///
/// Another `init` may be at it: which of them goes on is decided by [`founding::claim`].
pub(super) async fn empty_database(config: &DatabaseConfig) -> anyhow::Result<Db> {
    let place = "the database（数据库）";
    let db = Db::connect(config).await.context(place)?;
    match settled(&db).await.context(place)? {
        MIGRATION_COUNT => db.migrate().await.context(place)?,
        0 => {
            let mut tx = db.begin_read().await?;
            let is_untouched = founding::is_untouched(&mut tx).await?;
            tx.commit().await?;
            ensure!(is_untouched, IN_USE);
        }
        pending => bail!(
            "the database holds tables of an older program ({pending} migrations behind) and was left as it is: give an \
             empty one; an installation is brought up to date by `migrate`（数据库中已有旧版数据）"
        ),
    }
    Ok(db)
}

/// How many migrations are to come, once their number stands still: another `init` may be running them.
async fn settled(db: &Db) -> anyhow::Result<usize> {
    let mut seen = db.pending().await?;
    while !matches!(seen, 0 | MIGRATION_COUNT) {
        tokio::time::sleep(LOOK_AGAIN).await;
        let now = db.pending().await?;
        if now == seen {
            break;
        }
        seen = now;
    }
    Ok(seen)
}

/// What is said of a database that holds an installation, made long ago or a moment ago.
pub(super) const IN_USE: &str = "the database is in use already: give an empty one（数据库中已有安装）";
/// Far longer than one of our migrations takes on empty tables.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
