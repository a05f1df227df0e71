//! Tells people what was delegated to them, and holders what nobody has accepted.

use crate::App;
use crate::service::consent::delegation_acts;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    let mut after = None;
    while delegation_acts::tell(app, &mut after).await? {
        // Requests that wait for the writer come first.
        tokio::task::yield_now().await;
    }
    Ok(())
}
