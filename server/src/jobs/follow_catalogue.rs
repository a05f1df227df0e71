//! Signs the catalogue anew after units or entries have changed.

use crate::App;
use crate::service::publication::catalogue;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    catalogue::follow(app).await?;
    Ok(())
}
