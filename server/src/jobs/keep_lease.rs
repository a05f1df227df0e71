//! Keeps the lease of the jobs that one server at a time does, or waits for it to be free.

use crate::App;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    app.publisher.lease.keep(&app.db).await?;
    Ok(())
}
