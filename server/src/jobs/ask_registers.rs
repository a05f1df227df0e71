//! Asks the base registers again for drafts that wait for their answer; submissions among them then go on by themselves.

use crate::App;
use crate::service::issuing::{drafts, submissions};

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    let answered = drafts::ask_again(app).await?;
    if answered > 0 {
        tracing::info!(answered, "the base register has answered for drafts that waited");
    }
    let went_on = submissions::carry_on(app).await?;
    if went_on > 0 {
        tracing::info!(went_on, "submissions that waited for the base register go on");
    }
    Ok(())
}
