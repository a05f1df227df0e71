//! Tells verifiers of annual inspections that ran out.

use crate::App;
use crate::service::licence::annual_inspection;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    while annual_inspection::mark_overdue(app).await? {
        // Requests that wait for the writer come first.
        tokio::task::yield_now().await;
    }
    Ok(())
}
