//! Reads, examines and carries out imports.

use crate::App;
use crate::service::issuing::imports;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    Ok(imports::advance(app).await?)
}
