//! Whether the machine's clock may be believed at the start of a server.
//!
//! The watch ([`super::clock_watch`]) sees a clock go wrong; one that was wrong before looks to it like any other. Two
//! things tell: a peer whose clock is right, if one is configured, and the newest publication. One that lies ahead is told
//! by [`super::publisher::trouble`]; one that lies further back than any outage lasts is either of the longest outage there
//! was or the sign of a clock that stands ahead, and a list signed by such a clock is worse than a list that is late.

use std::time::Duration;

use liangzheng_core::time::UnixTime;
use ureq::tls::RootCerts;

use crate::App;
use crate::service::outgoing;
use crate::storage::StorageError;
use crate::storage::publication::status_publication as publications;

/// Judges the clock, once; what is found is kept by the watch.
pub async fn judge(app: &App) -> Result<(), StorageError> {
    let config = &app.config.clock;
    if let Some(peer) = &config.peer {
        match ask(peer.clone()).await {
            Ok(right) => {
                let off = app.now().since(right);
                if off.0.unsigned_abs() > TOLERATED {
                    tracing::error!(
                        off = off.0,
                        peer,
                        "the clock is not the peer's: nothing is published until it is set right, or `publish recover` says \
                         that it is right"
                    );
                    app.publisher.clock.is_off(&*app.clock, off);
                }
                return Ok(());
            }
            // A certificate that is not of this time is no answer either, and may mean that this is another time.
            Err(error) => tracing::warn!(peer, error, "clock.peer does not tell the time"),
        }
    }
    let mut tx = app.db.begin_read().await?;
    let newest = publications::newest(&mut tx).await?;
    tx.commit().await?;
    let Some(newest) = newest else { return Ok(()) };
    let gap = app.now().since(UnixTime(newest.iat));
    if config.longest_outage_seconds > 0 && gap.0 > config.longest_outage_seconds {
        tracing::error!(
            gap = gap.0,
            "the newest status lists lie back further than an outage lasts (clock.longest_outage_seconds): compare the \
             clock with another source; set it right and start again, or `publish recover --clock-is-right`"
        );
        app.publisher.clock.doubt(gap);
    }
    Ok(())
}

/// What time `peer` says it is (RFC 9110 section 6.6.1), whatever else it answers.
async fn ask(peer: String) -> Result<UnixTime, String> {
    let asked = tokio::task::spawn_blocking(move || {
        let agent = ureq::Agent::config_builder()
            .tls_config(outgoing::tls(RootCerts::WebPki, None))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(PATIENCE))
            .build()
            .new_agent();
        let answer = agent.head(&peer).call().map_err(|error| error.to_string())?;
        let date = answer.headers().get("date").and_then(|date| date.to_str().ok());
        let date = date.ok_or("its answer has no Date header")?;
        let date = jiff::fmt::rfc2822::parse(date).map_err(|error| error.to_string())?;
        Ok(UnixTime(date.timestamp().as_second()))
    });
    asked.await.map_err(|error| error.to_string())?
}

/// Seconds: the way there and back, the second that a `Date` is cut to, and what two machines that a time server keeps
/// differ by.
const TOLERATED: u64 = 10;
/// A server starts without its peer rather than late; a name that does not resolve is waited for no longer.
const PATIENCE: Duration = Duration::from_secs(5);
