//! What every use case needs, made once at start and shared.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use liangzheng_core::time::UnixTime;
use liangzheng_core::trust::Purpose;
use tokio::sync::Notify;
use zeroize::Zeroizing;

use crate::config::Config;
use crate::domain::clock::{Clock, Entropy};
use crate::secrets::Secrets;
use crate::service::access::limits::Limits;
use crate::service::actor::oidc::Provider;
use crate::service::actor::password::Passwords;
use crate::service::actor::session::SessionCache;
use crate::service::issuing::register::Registers;
use crate::service::issuing::seals::Seals;
use crate::service::outbox::Outbox;
use crate::service::publication::keys::Keys;
use crate::service::publication::publisher::{self, Publisher, Trouble};
use crate::service::publication::state;
use crate::service::publication::status_lists::StatusLists;
use crate::service::publication::trust::TrustBook;
use crate::service::readiness::Readiness;
use crate::service::showing::open_shows::OpenShows;
use crate::service::trace::access_log::AccessLog;
use crate::service::verifying::judge::Judge;
use crate::service::verifying::room::FileRoom;
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
    /// The identity provider by which citizens log in.
    pub oidc: Option<Provider>,
    /// Sessions in memory.
    pub sessions: SessionCache,
    /// The base registers with which holders are compared.
    pub registers: Registers,
    /// By what notices and tasks go out.
    pub outbox: Outbox,
    /// Request rates.
    pub limits: Limits,
    /// How this server is named in tokens, without a slash at its end.
    pub base_url: String,
    /// The signing keys.
    pub keys: Keys,
    /// Seal keys, and whom to trust for seals.
    pub seals: Seals,
    /// Trust lists and catalogue.
    pub trust: TrustBook,
    /// Status lists as they are served.
    pub status_lists: StatusLists,
    /// Publishes status lists, if it is this server's turn.
    pub publisher: Publisher,
    /// Open shows, ready for their next token.
    pub open_shows: OpenShows,
    /// Rung when an import was sent or is to be carried out.
    pub imports: Notify,
    /// What the database was last found to do.
    pub readiness: Readiness,
    /// The access log's writer.
    pub access_log: AccessLog,
    /// What files that anybody sends may take at once.
    pub file_room: FileRoom,
    /// What `POST /api/v1/verify` judges by.
    pub judge: Judge,
    /// The change of other servers' feed up to which this server's caches are emptied.
    pub feed_read_to: AtomicI64,
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
        self.open_shows.apply(change);
        state::apply(self, change).await;
    }

    /// Why this server cannot do its work now, beyond what the database says.
    pub fn not_ready(&self) -> Vec<&'static str> {
        let now = self.now();
        let mut reasons = Vec::new();
        if self.keys.signer(Purpose::Show, now).is_err() {
            reasons.push("keys");
        }
        if self.status_lists.newest_seen().is_none_or(|newest| newest.exp <= now.0) {
            reasons.push("status-lists");
        }
        reasons.extend(publisher::trouble(self).map(Trouble::as_str));
        reasons
    }
}
