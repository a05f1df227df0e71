//! From a configuration to a running server: the same for `main` and for tests.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use liangzheng_core::trust::RootSet;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::App;
use crate::config::Config;
use crate::domain::clock::{Clock, Entropy, SystemClock, SystemEntropy};
use crate::http::{InFlight, listen, raise_descriptors};
use crate::jobs::{self, Jobs};
use crate::secrets::{Secrets, SecretsError};
use crate::service::access::limits::Limits;
use crate::service::actor::founding::has_accounts;
use crate::service::actor::oidc::Provider;
use crate::service::actor::password::Passwords;
use crate::service::actor::session::SessionCache;
use crate::service::issuing::register::{BaseRegister, Registers};
use crate::service::issuing::seals::Seals;
use crate::service::outbox::Outbox;
use crate::service::publication::keys::Keys;
use crate::service::publication::publisher::Publisher;
use crate::service::publication::state;
use crate::service::publication::status_lists::StatusLists;
use crate::service::publication::trust::TrustBook;
use crate::service::readiness::Readiness;
use crate::service::showing::open_shows::OpenShows;
use crate::service::trace::access_log::AccessLog;
use crate::service::verifying::judge::Judge;
use crate::service::verifying::room::FileRoom;
use crate::signing::{FileKeyStore, KeyStore};
use crate::storage::Db;

/// What a server needs beyond its configuration. `Default` is the real world; tests give their own.
pub struct Dependencies {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where unpredictable bytes come from.
    pub entropy: Arc<dyn Entropy>,
    /// The signing keys; `None` = the folder of `tokens.keys`.
    pub keys: Option<Arc<dyn KeyStore>>,
    /// The roots to believe; `None` = the file `tokens.roots`.
    pub roots: Option<RootSet>,
    /// A base register in this process; `None` = those of `registers`.
    pub register: Option<Arc<dyn BaseRegister>>,
    /// What the verify route judges by.
    pub judge: Judge,
    /// TLS with this certificate chain and key; `None` = plain HTTP.
    pub tls: Option<rustls::ServerConfig>,
}

impl Default for Dependencies {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            keys: None,
            roots: None,
            register: None,
            judge: Judge::default(),
            tls: None,
        }
    }
}

/// A server that is bound to its port and ready to run.
pub struct Application {
    app: Arc<App>,
    server: Server,
    address: SocketAddr,
    in_flight: InFlight,
    drain: Duration,
    // Kept so that they run as long as the server does.
    jobs: Jobs,
}

impl Application {
    /// Opens the database, reads keys and lists, binds the port. Nothing is served before [`Application::run`].
    pub async fn build(config: Config) -> anyhow::Result<Self> {
        Self::build_with(config, Dependencies::default()).await
    }

    /// The same with another clock, other keys, …
    pub async fn build_with(config: Config, given: Dependencies) -> anyhow::Result<Self> {
        config.validate()?;
        raise_descriptors();
        let listener = TcpListener::bind(config.server.bind)?;
        let address = listener.local_addr()?;
        let drain = Duration::from_secs(config.server.drain_seconds);
        let scheme = if given.tls.is_some() { "https" } else { "http" };
        let base_url = config.server.base_url.clone().unwrap_or_else(|| format!("{scheme}://{address}"));
        let tls = given.tls.clone();
        let app = Arc::new(make_app(config, given, base_url).await?);
        // Before the first request: metrics counted without a recorder are lost.
        crate::http::install_recorder();
        let in_flight = InFlight::default();
        let server = listen(Arc::clone(&app), in_flight.clone(), listener, tls)?;
        let jobs = jobs::start(&app);
        Ok(Self { app, server, address, in_flight, drain, jobs })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What its handlers share: for tests that look behind the API.
    pub fn app(&self) -> Arc<App> {
        Arc::clone(&self.app)
    }

    /// Stops the server from elsewhere, as SIGTERM does.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Serves until `stop` is ready, then lets requests in flight end.
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let handle = self.server.handle();
        let server = tokio::spawn(self.server);
        stop.await;
        tracing::info!(in_flight = self.in_flight.count(), "stopping");
        handle.pause().await;
        let drained = drain(&self.in_flight);
        if timeout(self.drain, drained).await.is_err() {
            tracing::warn!(in_flight = self.in_flight.count(), "stopped with requests in flight");
        }
        let stopped = timeout(STEP, async {
            handle.stop(false).await;
            server.await
        });
        match stopped.await {
            Ok(outcome) => outcome??,
            Err(_) => tracing::warn!("stopped with workers that do not end"),
        }
        drop(self.jobs);
        match timeout(STEP, self.app.publisher.lease.release(&self.app.db)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "the publisher's lease could not be given up; it ends by itself");
            }
            Err(_) => {
                tracing::warn!("the publisher's lease could not be given up in time; it ends by itself")
            }
        }
        if timeout(STEP, self.app.db.close()).await.is_err() {
            tracing::warn!("the database did not end its connections in time");
        }
        Ok(())
    }

    /// Serves until SIGTERM or SIGINT. The process ends `LAST` after its draining should have, whatever hangs.
    pub async fn run(self) -> anyhow::Result<()> {
        let end = self.drain + LAST;
        self.run_until(async move {
            asked_to_stop().await;
            // A thread: what hangs may be this runtime, in a call to a disk or a resolver that does not come back.
            std::thread::spawn(move || {
                std::thread::sleep(end);
                eprintln!("liangzheng-server: error: something hangs; stopped by force");
                std::process::exit(1);
            });
        })
        .await
    }
}

/// What handlers share, without a port or a job: for a command that does what handlers do.
pub(crate) async fn make_app(config: Config, given: Dependencies, base_url: String) -> anyhow::Result<App> {
    let Dependencies { clock, entropy, keys, roots, register, judge, .. } = given;
    let db = Db::open(&config.database).await?;
    let secrets = master_secret(&config.secrets.master_file, &db, &*entropy).await?;
    let keys: Arc<dyn KeyStore> = match keys {
        Some(keys) => keys,
        None => {
            Arc::new(FileKeyStore::open_or_create(&config.tokens.keys, &config.tokens.keystore_pass_file)?)
        }
    };
    let roots = match roots {
        Some(roots) => roots,
        None => state::read_roots(&config.tokens.roots)?,
    };
    let now = clock.now();
    let feed_start = state::prepare(&db, &base_url, now).await?;
    let metrics_token = match &config.secrets.metrics_token_file {
        Some(file) => Some(Zeroizing::new(std::fs::read_to_string(file)?.trim().to_owned())),
        None => None,
    };
    let trust = TrustBook::load(&db, roots, now).await?;
    let access_log = AccessLog::start(db.clone());
    let registers = Registers::new(&config.registers)?;
    let registers = match register {
        Some(register) => registers.with(register),
        None => registers,
    };
    let app = App {
        passwords: Passwords::new(&secrets, &*entropy, config.limits.password_queue)?,
        limits: Limits::new(&config.limits),
        oidc: Provider::new(&config.oidc, &base_url)?,
        registers,
        outbox: Outbox::new(&config.notices, &base_url)?,
        sessions: SessionCache::default(),
        base_url,
        keys: Keys::new(keys),
        seals: Seals::new(config.seals.clone()),
        trust,
        status_lists: StatusLists::default(),
        publisher: Publisher::new(&*clock, &*entropy),
        open_shows: OpenShows::default(),
        imports: tokio::sync::Notify::new(),
        readiness: Readiness::default(),
        access_log,
        file_room: FileRoom::default(),
        judge,
        feed_read_to: AtomicI64::new(feed_start),
        config,
        db,
        clock,
        entropy,
        secrets,
        metrics_token,
    };
    state::start(&app).await?;
    Ok(app)
}

/// The master secret, made at the first start. Where there are accounts, a new one could open nothing, and making one
/// would hide that the old one is missing.
async fn master_secret(file: &Path, db: &Db, entropy: &dyn Entropy) -> anyhow::Result<Secrets> {
    if !file.exists() && has_accounts(db).await? {
        return Err(SecretsError::Lost(file.to_owned()).into());
    }
    Ok(Secrets::open_or_create(file, entropy)?)
}

/// What one step of stopping may take.
const STEP: Duration = Duration::from_secs(1);
/// What all of them may take after the draining.
const LAST: Duration = Duration::from_secs(4);

/// Ready once nothing has been in flight for two looks: a request may be between two of its steps.
async fn drain(in_flight: &InFlight) {
    let mut quiet = 0;
    while quiet < 2 {
        quiet = if in_flight.count() == 0 { quiet + 1 } else { 0 };
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals cannot be caught; stop the process by force");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
