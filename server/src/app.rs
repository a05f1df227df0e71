//! What every use case needs, made once at start and shared.

use std::sync::Arc;

use liangzheng_core::time::UnixTime;
use liangzheng_core::trust::Purpose;
use zeroize::Zeroizing;

use crate::config::Config;
use crate::domain::clock::{Clock, Entropy};
use crate::secrets::Secrets;
use crate::service::access::limits::Limits;
use crate::service::actor::password::Passwords;
use crate::service::actor::session::SessionCache;
use crate::service::publication::tokens::Tokens;
use crate::storage::Db;
use crate::storage::change::Change;

/// The running server. Handlers get it as `web::Data<App>`, services as `&App`.
pub struct App {
    /// As validated at start.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// What time it is: services ask here and hand `now` down.
    pub clock: Arc<dyn Clock>,
    /// Where unpredictable bytes come from.
    pub entropy: Arc<dyn Entropy>,
    /// Keys for personal data at rest, fingerprints and the pepper.
    pub secrets: Secrets,
    /// Checks passwords and PINs.
    pub passwords: Passwords,
    /// Sessions in memory.
    pub sessions: SessionCache,
    /// Request rates.
    pub limits: Limits,
    /// Keys, trust lists, status lists, open shows, the access log.
    pub tokens: Tokens,
    /// With which `/metrics` may be read from elsewhere.
    pub metrics_token: Option<Zeroizing<String>>,
}

impl App {
    /// The present moment.
    pub fn now(&self) -> UnixTime {
        self.clock.now()
    }

    /// Forgets what a committed change made old. Called right after the commit, and by the poller for changes of
    /// other servers; doing it twice harms nothing.
    pub async fn apply(&self, change: &Change) {
        self.sessions.apply(change);
        self.tokens.apply(&self.db, change, self.now()).await;
    }

    /// Why this server cannot do its work now, beyond what the database says.
    pub fn not_ready(&self) -> Vec<&'static str> {
        let now = self.now();
        let mut reasons = Vec::new();
        if self.tokens.keys.signer(Purpose::Show, now).is_err() {
            reasons.push("keys");
        }
        if self.tokens.status.current().head.is_none_or(|head| head.exp <= now.0) {
            reasons.push("status-lists");
        }
        reasons
    }
}
