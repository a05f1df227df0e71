//! Moves the work of units whose last day has come.

use crate::App;
use crate::service::catalogue::succession;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    succession::carry_out_due(app).await?;
    Ok(())
}
