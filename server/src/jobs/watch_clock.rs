//! Looks at the clock, on every server: each may have to publish next, and each tells its callers what is stuck.

use crate::App;
use crate::service::publication::publisher;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    app.publisher.clock.look(&*app.clock);
    let stuck = publisher::trouble(app).is_some();
    metrics::gauge!("liangzheng_publication_stuck").set(if stuck { 1.0 } else { 0.0 });
    Ok(())
}
