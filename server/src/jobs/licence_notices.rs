//! Tells holders what runs out.

use crate::App;
use crate::service::licence::notices;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    while notices::remind(app).await? {
        // Requests that wait for the writer come first.
        tokio::task::yield_now().await;
    }
    Ok(())
}
