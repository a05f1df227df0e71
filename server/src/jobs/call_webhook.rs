//! Tells the operator's program.

use crate::App;
use crate::domain::outbox::letter::Channel;
use crate::service::outbox::sending;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    Ok(sending::turn(app, Channel::Webhook).await?)
}
