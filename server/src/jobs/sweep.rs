//! Keeps memory as small as the traffic of the last minutes.

use crate::App;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    app.open_shows.sweep(app.now());
    app.limits.forget_idle();
    Ok(())
}
