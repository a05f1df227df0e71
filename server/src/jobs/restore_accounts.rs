//! Lets the restoring of accounts take effect when its day of waiting is over.

use crate::App;
use crate::service::actor::recovery;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    while recovery::carry_out_due(app).await? {
        // Requests that wait for the writer come first.
        tokio::task::yield_now().await;
    }
    Ok(())
}
