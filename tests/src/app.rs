//! A whole server in this process: real sockets, a real database, keys in memory, a clock that stands still.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use liangzheng_core::key::AwsLcSigner;
use liangzheng_core::text::Text;
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::trust::{NamedKey, Purpose, RootSet, sign_list};
use liangzheng_server::config::Config;
use liangzheng_server::demo::{demo_catalogue, demo_units};
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::actor::session::StaffFactor;
use liangzheng_server::domain::catalogue::kind::Assurance;
use liangzheng_server::domain::clock::{ManualClock, SystemEntropy};
use liangzheng_server::domain::ids::{AccountId, HolderId};
use liangzheng_server::domain::licence::{Licence, Status};
use liangzheng_server::service::catalogue::entries::enter_in_force;
use liangzheng_server::service::publication::catalogue::sign_catalogue_row;
use liangzheng_server::service::publication::key_life::{self, OperatorEntry};
use liangzheng_server::service::verifying::judge::Judge;
use liangzheng_server::signing::{KeyStore, MemoryKeyStore};
use liangzheng_server::startup::Dependencies;
use liangzheng_server::storage::{self, Db, Tx};
use liangzheng_server::{App, Application};
use tokio::runtime::Runtime;

use crate::caller::{Caller, LoggedIn};
use crate::clock::NOON;
use crate::db::TestDb;
use crate::make::{MASTER, Maker, PASSWORD, seals};
use crate::server::Running;

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
    pub make: Maker,
    // Stopped first: what it uses stands below.
    running: Running,
    logged_in: LoggedIn,
    config: Config,
    keys: Arc<MemoryKeyStore>,
    runtime: Runtime,
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
        let runtime = runtime();
        let mut config = Config::default();
        config.server.bind = ([127, 0, 0, 1], 0).into();
        config.server.base_url = Some("https://licence.example".into());
        config.server.workers = 2;
        config.database = db.config.clone();
        config.access.staff_factor = StaffFactor::None;
        config.clients.bearer_sessions = true;
        config.secrets.master_file = db.folder().join("master.key");
        std::fs::write(&config.secrets.master_file, MASTER).unwrap();
        std::fs::set_permissions(&config.secrets.master_file, std::fs::Permissions::from_mode(0o600))
            .unwrap();
        seals::configure(&mut config, db.folder());
        adjust(&mut config);
        let keys = Arc::new(MemoryKeyStore::default());
        let (opened, roots) = runtime.block_on(async {
            let opened = db.open().await;
            let roots = publish(&opened, &*keys, &config, NOON).await;
            seals::register(&opened).await;
            (opened, roots)
        });
        let clock = Arc::new(ManualClock::at(NOON));
        let running = launch(config.clone(), &clock, &keys, &roots, judge);
        Self::around(running, clock, roots, Maker::new(opened), config, keys, runtime, Arc::new(db))
    }

    /// A second server on the same database, with the same keys and clock.
    pub fn second_server(&self) -> Self {
        let (clock, roots, config, keys) =
            (self.clock.clone(), self.roots.clone(), self.config.clone(), self.keys.clone());
        let running = launch(config.clone(), &clock, &keys, &roots, Judge::Own);
        Self::around(running, clock, roots, self.make.clone(), config, keys, runtime(), self.db.clone())
    }

    #[expect(clippy::too_many_arguments, reason = "all of what two servers may share")]
    fn around(
        running: Running,
        clock: Arc<ManualClock>,
        roots: RootSet,
        make: Maker,
        config: Config,
        keys: Arc<MemoryKeyStore>,
        runtime: Runtime,
        db: Arc<TestDb>,
    ) -> Self {
        let (url, app) = (running.url.clone(), running.app.clone());
        let logged_in = LoggedIn::default();
        Self { url, app, clock, roots, make, running, logged_in, config, keys, runtime, db }
    }

    /// Stops the server as SIGTERM does, and waits for its end.
    pub fn stop(&mut self) {
        self.running.end();
    }

    /// `sqlite` or `postgres`, for messages.
    pub fn db_name(&self) -> &'static str {
        self.db.name
    }

    /// Runs something that waits, such as a storage function.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Moves the server's clock.
    pub fn pass(&self, seconds: i64) {
        self.clock.advance(Seconds(seconds));
    }

    /// Does what is given while the clock goes on as a real one: ids begin with the second of their making, so that what is
    /// written in one long moment lies all over the indexes as it never does in a real installation.
    pub fn as_time_goes<T>(&self, work: impl FnOnce() -> T) -> T {
        std::thread::scope(|scope| {
            let (ends, ended) = std::sync::mpsc::channel::<()>();
            scope.spawn(move || {
                while ended.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
                    self.pass(1);
                }
            });
            let done = work();
            drop(ends);
            done
        })
    }

    /// Sets the server's clock wrong by so many seconds, or right again.
    pub fn jump(&self, seconds: i64) {
        self.clock.jump(Seconds(seconds));
    }

    /// Somebody without credentials.
    pub fn anyone(&self) -> Caller {
        Caller::anyone(&self.url)
    }

    /// The person with this login, who logs in the first time.
    pub fn as_(&self, login: &str) -> Caller {
        self.logged_in.or_log_in(login, || self.log_in(login))
    }

    /// The person with this login in a new session.
    pub fn log_in(&self, login: &str) -> Caller {
        self.anyone().log_in(login, PASSWORD)
    }

    /// Makes a holder with an account of this login.
    pub fn holder(&self, login: &str) -> (AccountId, HolderId) {
        self.wait(self.make.holder(login))
    }

    /// Makes a member of a unit with one role.
    pub fn staff(&self, login: &str, role: Role, unit: &str) -> AccountId {
        self.wait(self.make.staff(login, role, unit))
    }

    /// Makes a licence of `kind` by `unit`, valid from 2025 to 2029.
    pub fn licence(&self, holder: HolderId, kind: &str, unit: &str, status: Status) -> Licence {
        self.wait(self.make.licence(holder, kind, unit, status))
    }

    /// Puts the demo's units and entries in force, as if they had been so from the beginning.
    pub fn enter_demo_catalogue(&self) {
        let demo = demo_catalogue().unwrap();
        self.wait(async {
            let mut tx = self.app.db.begin_write().await.unwrap();
            let now = self.app.now();
            enter_demo_units(&mut tx, now).await;
            enter_in_force(&mut tx, &demo.matters, now).await.unwrap();
            enter_in_force(&mut tx, &demo.kinds, now).await.unwrap();
            enter_in_force(&mut tx, &demo.scenes, now).await.unwrap();
            enter_in_force(&mut tx, &demo.inspection_matters, now).await.unwrap();
            enter_in_force(&mut tx, &demo.using_lists, now).await.unwrap();
            tx.commit().await.unwrap();
        });
    }

    /// Puts one of the demo's kinds in force so that showing it asks for the person himself.
    pub fn enter_kind_for_the_person_himself(&self, kind: &str) {
        let mut kinds = demo_catalogue().unwrap().kinds;
        kinds.retain(|one| one.code.as_str() == kind);
        kinds[0].assurance = Assurance::RealPerson;
        self.wait(async {
            let mut tx = self.app.db.begin_write().await.unwrap();
            let now = self.app.now();
            enter_demo_units(&mut tx, now).await;
            enter_in_force(&mut tx, &kinds, now).await.unwrap();
            tx.commit().await.unwrap();
        });
    }

    /// Stores a licence made by hand.
    pub fn put(&self, licence: &Licence) {
        self.wait(self.make.put(licence));
    }
}

/// Enters the demo's units.
pub async fn enter_demo_units(tx: &mut Tx, now: UnixTime) {
    for unit in demo_units().unwrap() {
        storage::catalogue::unit::insert(tx, &unit.unit().unwrap(), now).await.unwrap();
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

fn launch(
    config: Config,
    clock: &Arc<ManualClock>,
    keys: &Arc<MemoryKeyStore>,
    roots: &RootSet,
    judge: Judge,
) -> Running {
    let given = Dependencies {
        clock: clock.clone(),
        keys: Some(keys.clone()),
        roots: Some(roots.clone()),
        judge,
        ..Dependencies::default()
    };
    Running::start(async move || Application::build_with(config, given).await.expect("a server"))
}

/// Makes and publishes at `now` keys, a trust list signed by one root, and the demo's catalogue.
pub async fn publish(db: &Db, keys: &dyn KeyStore, config: &Config, now: UnixTime) -> RootSet {
    let (root, _) = AwsLcSigner::generate("root-1").unwrap();
    let roots = RootSet {
        keys: vec![NamedKey { kid: "root-1".into(), jwk: root.public_key().to_jwk() }],
        threshold: 1,
    };
    let earlier = now.minus(Seconds(60));
    let mut catalogue_kid = String::new();
    for purpose in [Purpose::Show, Purpose::Grant, Purpose::Status, Purpose::Catalogue] {
        catalogue_kid = key_life::add(db, keys, purpose, earlier, &SystemEntropy, now).await.unwrap().kid;
    }
    let operator = OperatorEntry {
        id: config.tokens.operator.clone(),
        names: Text::fixed("测试平台", "Test platform"),
        regions: vec!["1199".into(), "1299".into()],
    };
    let draft = key_life::draft(db, &operator, &roots, now).await.unwrap();
    let jws = sign_list(&draft, &[&root]).unwrap();
    key_life::publish(db, &roots, &jws, now).await.unwrap();
    let content = demo_catalogue().unwrap().content(&demo_units().unwrap());
    let row = sign_catalogue_row(content, &*keys.open(&catalogue_kid).unwrap().signer, &config.tokens, now)
        .unwrap();
    let mut tx = db.begin_write().await.unwrap();
    storage::publication::trust::insert_catalogue(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    roots
}
