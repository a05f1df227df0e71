//! Writes down which proposals have lapsed; whoever reads one is told by the same rule before that.

use crate::App;
use crate::service::access::proposals;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    let mut after = None;
    while proposals::lapse_overdue(app, &mut after).await? {
        tokio::task::yield_now().await;
    }
    Ok(())
}
