//! Signs the catalogue anew in time.

use crate::App;
use crate::service::publication::publish;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    publish::renew_catalogue(app).await?;
    Ok(())
}
