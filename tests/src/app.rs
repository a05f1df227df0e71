//! A whole server in this process: real sockets, a real database, keys in memory, a clock that stands still.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::thread::JoinHandle;

use liangzheng_core::key::AwsLcSigner;
use liangzheng_core::text::Text;
use liangzheng_core::time::Seconds;
use liangzheng_core::trust::{NamedKey, Purpose, RootSet, sign_list};
use liangzheng_server::App;
use liangzheng_server::Application;
use liangzheng_server::config::Config;
use liangzheng_server::demo::demo_catalogue;
use liangzheng_server::domain::clock::{ManualClock, SystemEntropy};
use liangzheng_server::service::publication::key_life::{self, OperatorEntry};
use liangzheng_server::service::publication::publish::sign_catalogue_row;
use liangzheng_server::service::verifying::judge::Judge;
use liangzheng_server::signing::{KeyStore, MemoryKeyStore};
use liangzheng_server::startup::Dependencies;
use liangzheng_server::storage::{self, Db};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::builders::{Builder, MASTER, PASSWORD};
use crate::clock::NOON;
use crate::db::TestDb;
use crate::http::{Answer, send};

/// A running server; stopped when dropped.
pub struct TestApp {
    /// `http://127.0.0.1:port`
    pub url: String,
    /// What its handlers share.
    pub app: Arc<App>,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// Its root set, for verifiers.
    pub roots: RootSet,
    /// Makes people and licences in its database.
    pub builder: Builder,
    config: Config,
    keys: Arc<MemoryKeyStore>,
    runtime: tokio::runtime::Runtime,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    db: Arc<TestDb>,
}

impl TestApp {
    /// Starts a server on a fresh SQLite database.
    pub fn sqlite() -> Self {
        Self::start(TestDb::sqlite(), |_| {})
    }

    /// Starts a server on `db`; `adjust` may change its configuration.
    pub fn start(db: TestDb, adjust: impl FnOnce(&mut Config)) -> Self {
        Self::start_with(db, adjust, Judge::Own)
    }

    /// Starts a server whose verify route judges by given lists; its rate limits are lifted.
    pub fn judging(db: TestDb, judge: Judge) -> Self {
        Self::start_with(db, |config| config.limits.enabled = false, judge)
    }

    fn start_with(db: TestDb, adjust: impl FnOnce(&mut Config), judge: Judge) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut config = Config::default();
        config.server.bind = ([127, 0, 0, 1], 0).into();
        config.server.base_url = Some("https://licence.example".into());
        config.server.workers = 2;
        config.database = db.config.clone();
        config.secrets.master_file = db.folder().join("master.key");
        std::fs::write(&config.secrets.master_file, MASTER).unwrap();
        std::fs::set_permissions(&config.secrets.master_file, std::fs::Permissions::from_mode(0o600))
            .unwrap();
        adjust(&mut config);
        let keys = Arc::new(MemoryKeyStore::default());
        let (opened, roots) = runtime.block_on(async {
            let opened = db.open().await;
            let roots = publish(&opened, &*keys, &config).await;
            (opened, roots)
        });
        let clock = Arc::new(ManualClock::at(NOON));
        Self::launch(config, Arc::new(db), Builder::new(opened), keys, roots, clock, judge, runtime)
    }

    /// A second server on the same database, with the same keys and clock.
    pub fn beside(&self) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (keys, roots, clock) = (self.keys.clone(), self.roots.clone(), self.clock.clone());
        let (config, builder) = (self.config.clone(), self.builder.clone());
        Self::launch(config, self.db.clone(), builder, keys, roots, clock, Judge::Own, runtime)
    }

    #[expect(clippy::too_many_arguments, reason = "all of what two servers may share")]
    fn launch(
        config: Config,
        db: Arc<TestDb>,
        builder: Builder,
        keys: Arc<MemoryKeyStore>,
        roots: RootSet,
        clock: Arc<ManualClock>,
        judge: Judge,
        runtime: tokio::runtime::Runtime,
    ) -> Self {
        let given = Dependencies {
            clock: clock.clone(),
            keys: Some(keys.clone()),
            roots: Some(roots.clone()),
            judge,
            ..Dependencies::default()
        };
        let served = config.clone();
        let (told, started) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let application = Application::build_with(served, given).await.expect("a server");
                told.send((application.address(), application.app())).unwrap();
                let stop = async {
                    let _ = stopped.await;
                };
                application.run_until(stop).await.expect("a clean end");
            });
        });
        let (address, app) = started.recv().expect("the server starts");
        Self {
            url: format!("http://{address}"),
            app,
            clock,
            roots,
            builder,
            config,
            keys,
            runtime,
            stop: Some(stop),
            thread: Some(thread),
            db,
        }
    }

    /// Runs something that waits, such as a builder.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Moves the server's clock.
    pub fn pass(&self, seconds: i64) {
        self.clock.advance(Seconds(seconds));
    }

    /// Logs in as a program does and returns the token.
    pub fn log_in(&self, login: &str) -> String {
        let answer = self.post(None, "/api/v1/sessions", &json!({ "login": login, "password": PASSWORD }));
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["token"].as_str().expect("a token").to_owned()
    }

    /// `GET`, as the owner of `token` or as nobody.
    pub fn get(&self, token: Option<&str>, path: &str) -> Answer {
        self.send("GET", token, path, &[], None)
    }

    /// `DELETE`, as the owner of `token` or as nobody.
    pub fn delete(&self, token: Option<&str>, path: &str) -> Answer {
        self.send("DELETE", token, path, &[], None)
    }

    /// `POST` of a JSON body, as the owner of `token` or as nobody.
    pub fn post(&self, token: Option<&str>, path: &str, body: &Value) -> Answer {
        self.send("POST", token, path, &[], Some(body))
    }

    /// Any request.
    pub fn send(
        &self,
        method: &str,
        token: Option<&str>,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let authorization = token.map(|token| format!("Bearer {token}"));
        let mut all: Vec<(&str, &str)> = headers.to_vec();
        if let Some(authorization) = &authorization {
            all.push(("Authorization", authorization));
        }
        let body = body.map(|body| body.to_string().into_bytes());
        if body.is_some() {
            all.push(("Content-Type", "application/json"));
        }
        send(method, &format!("{}{path}", self.url), &all, body.as_deref())
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !std::thread::panicking() {
                ended.expect("the server's thread");
            }
        }
    }
}

/// Keys, a trust list signed by one root, and the demo's catalogue.
async fn publish(db: &Db, keys: &dyn KeyStore, config: &Config) -> RootSet {
    let (root, _) = AwsLcSigner::generate("root-1").unwrap();
    let roots = RootSet {
        keys: vec![NamedKey { kid: "root-1".into(), jwk: root.public_key().to_jwk() }],
        threshold: 1,
    };
    let earlier = NOON.minus(Seconds(60));
    let mut catalogue_kid = String::new();
    for purpose in [Purpose::Show, Purpose::Grant, Purpose::Status, Purpose::Catalogue] {
        catalogue_kid = key_life::add(db, keys, purpose, earlier, &SystemEntropy, NOON).await.unwrap().kid;
    }
    let operator = OperatorEntry {
        id: config.tokens.operator.clone(),
        names: Text::fixed("测试平台", "Test platform"),
        regions: vec!["1199".into(), "1299".into()],
    };
    let draft = key_life::draft(db, &operator, &roots, NOON).await.unwrap();
    let jws = sign_list(&draft, &[&root]).unwrap();
    key_life::publish(db, &roots, &jws, NOON).await.unwrap();
    let content = demo_catalogue().unwrap().content();
    let row = sign_catalogue_row(content, &*keys.open(&catalogue_kid).unwrap().signer, &config.tokens, NOON)
        .unwrap();
    let mut tx = db.begin_write().await.unwrap();
    storage::publication::trust::insert_catalogue(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    roots
}
