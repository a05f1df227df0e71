//! Signs the catalogue anew in time.

use crate::App;
use crate::service::publication::catalogue;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    catalogue::renew(app).await?;
    Ok(())
}
