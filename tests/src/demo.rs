//! The demo served in this process: its own folder, key files and root, and a clock that stands still.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use liangzheng_core::key::AwsLc;
use liangzheng_core::trust::RootSet;
use liangzheng_core::verify::{OnExpired, Verifier};
use liangzheng_server::config::Config;
use liangzheng_server::demo::{self, Amount, Serving};
use liangzheng_server::domain::clock::{Clock, ManualClock, SystemEntropy};
use liangzheng_server::service::publication::{ceremony, key_life};
use liangzheng_server::signing::RootKey;
use liangzheng_server::startup::Dependencies;
use liangzheng_server::{App, Application};
use serde_json::Value;

use crate::caller::{Caller, LoggedIn};
use crate::clock::NOON;
use crate::db::{TempDir, TestDb};
use crate::server::Running;

/// A running demo; stopped when dropped.
pub struct DemoApp {
    /// `http://127.0.0.1:port`
    pub url: String,
    /// What its handlers share.
    pub app: Arc<App>,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// `demo.json`
    pub file: Value,
    dir: PathBuf,
    logged_in: LoggedIn,
    running: Running,
    folder: Arc<TempDir>,
    /// `None` = a file in the folder.
    db: Option<Arc<TestDb>>,
}

impl DemoApp {
    /// Makes a demo in a new folder and serves it.
    pub fn start() -> Self {
        let folder = Arc::new(TempDir::new("demo"));
        Self::serve(folder, Arc::new(ManualClock::at(NOON)), None)
    }

    /// The same with what it holds in `db`.
    pub fn on(db: TestDb) -> Self {
        let folder = Arc::new(TempDir::new("demo"));
        Self::serve(folder, Arc::new(ManualClock::at(NOON)), Some(Arc::new(db)))
    }

    /// Makes a demo in a new folder, fills it, and serves it.
    pub fn filled(amount: Amount) -> Self {
        let folder = Arc::new(TempDir::new("demo"));
        let clock = Arc::new(ManualClock::at(NOON));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let data = folder.path().join("data");
            let made =
                demo::prepare(&data, Serving::here(0), Config::default(), &*clock, &SystemEntropy).await;
            demo::fill(&made.unwrap().config, amount, &*clock, &SystemEntropy, |_| {}).await.unwrap();
        });
        Self::serve(folder, clock, None)
    }

    /// Stops the server and serves the same folder again, as after a crash or an update.
    #[must_use]
    pub fn restarted(mut self) -> Self {
        self.running.end();
        Self::serve(self.folder.clone(), self.clock.clone(), self.db.clone())
    }

    fn serve(folder: Arc<TempDir>, clock: Arc<ManualClock>, db: Option<Arc<TestDb>>) -> Self {
        let dir = folder.path().join("data");
        let (data, given) = (dir.clone(), Dependencies { clock: clock.clone(), ..Dependencies::default() });
        let demo_clock = clock.clone();
        let database = db.as_ref().map(|db| db.config.clone());
        let running = Running::start(async move || {
            let mut config = Config::default();
            config.limits.enabled = false;
            let (here, entropy) = (Serving::here(0), &SystemEntropy);
            let made = demo::prepare_with(&data, here, config, database, &*demo_clock, entropy).await;
            Application::build_with(made.unwrap().config, given).await.unwrap()
        });
        let file = serde_json::from_slice(&std::fs::read(dir.join("demo.json")).unwrap()).unwrap();
        let (url, app) = (running.url.clone(), running.app.clone());
        Self { url, app, clock, file, dir, logged_in: LoggedIn::default(), running, folder, db }
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Its public roots, as a verifier pins them.
    pub fn roots(&self) -> RootSet {
        serde_json::from_slice(&std::fs::read(self.dir.join("roots.json")).unwrap()).unwrap()
    }

    /// Somebody without credentials.
    pub fn anyone(&self) -> Caller {
        Caller::anyone(&self.url)
    }

    /// The person with this login, who logs in the first time with what `demo.json` says.
    pub fn as_(&self, login: &str) -> Caller {
        let log_in = || self.anyone().log_in(login, self.account(login)["password"].as_str().unwrap());
        self.logged_in.or_log_in(login, log_in)
    }

    /// The PIN of a holder.
    pub fn pin(&self, login: &str) -> &str {
        self.account(login)["pin"].as_str().expect("a holder")
    }

    fn account(&self, login: &str) -> &Value {
        let accounts = self.file["accounts"].as_array().unwrap();
        accounts.iter().find(|account| account["login"] == login).expect("an account")
    }

    /// A verifier that has just synced: every trust list in turn, the catalogue, every status list.
    pub fn synced(&self) -> Verifier {
        synced(&self.url, self.roots(), self.clock.now())
    }

    /// Signs the next trust list with the demo's root and publishes it, as the command line does.
    pub fn publish_trust_list(&self, now: liangzheng_core::time::UnixTime) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let entry = key_life::OperatorEntry {
                id: self.app.config.tokens.operator.clone(),
                names: liangzheng_core::text::Text::fixed("演示", "Demo"),
                regions: vec!["1199".into(), "1299".into()],
            };
            let roots = self.roots();
            let draft = key_life::draft(&self.app.db, &entry, &roots, now).await.unwrap();
            let key = RootKey::read(&self.dir.join("roots/root-1.pem")).unwrap();
            let signed = ceremony::sign(ceremony::Input::Draft(draft), &[key], None, now).unwrap();
            key_life::publish(&self.app.db, &roots, &signed.jws, now).await.unwrap();
        });
    }
}

/// A verifier that takes everything a server publishes, as `sync` does.
pub fn synced(url: &str, roots: RootSet, now: liangzheng_core::time::UnixTime) -> Verifier {
    let server = Caller::anyone(url);
    let get = |path: &str| {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    };
    let mut verifier = Verifier::new(&AwsLc, roots).unwrap();
    for version in 1.. {
        let answer = server.get(&format!("/.well-known/trust-list/{version}"));
        if answer.status == 404 {
            break;
        }
        verifier.load_trust_list(&answer.text(), OnExpired::Refuse { now }).unwrap();
    }
    verifier.load_catalogue(&get("/.well-known/catalogue"), OnExpired::Refuse { now }).unwrap();
    let lists: Value = serde_json::from_str(&get("/status-lists")).unwrap();
    for uri in lists["status_lists"].as_array().unwrap() {
        let path = uri.as_str().unwrap().splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap();
        verifier
            .load_status_list_from(uri.as_str().unwrap(), &get(&path), OnExpired::Refuse { now })
            .unwrap();
    }
    verifier
}
