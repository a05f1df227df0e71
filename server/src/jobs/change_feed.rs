//! Reads the changes of other servers and empties the caches they made old.

use std::sync::atomic::Ordering;

use crate::App;
use crate::storage::change;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    let mut tx = app.db.begin_read().await?;
    let changes = change::since(&mut tx, app.feed_read_to.load(Ordering::Acquire)).await?;
    tx.commit().await?;
    for (seq, change) in changes {
        app.apply(&change).await;
        app.feed_read_to.store(seq, Ordering::Release);
    }
    Ok(())
}
