//! Tells units once a day what they have to do.

use crate::App;
use crate::service::outbox::units;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    Ok(units::tell(app).await?)
}
