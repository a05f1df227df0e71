//! An installation with keys, seals and a database of either kind, served by the program, which may be killed and started
//! again.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use liangzheng_server::config::Config;
use liangzheng_server::domain::clock::{Clock, SystemClock};
use liangzheng_server::signing::FileKeyStore;
use liangzheng_tests::app::publish;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::{Cluster, TestDb};
use liangzheng_tests::make::{MASTER, Maker, PASSWORD, seals};
use liangzheng_tests::until::within;
use tokio::runtime::Runtime;

use super::programs::program;

/// The program on a database; both end with it.
pub(crate) struct Served {
    pub(crate) db: TestDb,
    /// That of a database which has one of its own.
    pub(crate) cluster: Option<Cluster>,
    pub(crate) url: String,
    pub(crate) server: Option<Child>,
    pub(crate) runtime: Runtime,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Served {
    /// Makes it, not yet started, with `sections` beside the usual ones in its configuration; `enter` puts into its
    /// database what there is before.
    pub(crate) fn make<T>(
        db: TestDb,
        cluster: Option<Cluster>,
        sections: &str,
        enter: impl AsyncFnOnce(&Maker) -> T,
    ) -> (Self, T) {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let path = |name: &str| db.folder().join(name);
        std::fs::write(path("master.key"), MASTER).unwrap();
        private(&path("master.key"));
        let mut config = Config::default();
        seals::configure(&mut config, db.folder());
        private(&config.seals.keystore_pass_file);
        let entered = runtime.block_on(async {
            let open = db.open().await;
            let keys = FileKeyStore::open_or_create(&path("keys"), &path("keystore.pass")).unwrap();
            let roots = publish(&open, &keys, &Config::default(), SystemClock.now()).await;
            std::fs::write(path("roots.json"), serde_json::to_vec(&roots).unwrap()).unwrap();
            seals::register(&open).await;
            let make = Maker::new(open);
            let entered = enter(&make).await;
            make.db.close().await;
            entered
        });
        let text = format!(
            "[server]\nbind = \"127.0.0.1:{port}\"\nbase_url = \"http://127.0.0.1:{port}\"\n[database]\nurl = \"{}\"\n\
             [limits]\nenabled = false\n[access]\nstaff_factor = \"none\"\n[clients]\nbearer_sessions = true\n\
             [secrets]\nmaster_file = {:?}\n[tokens]\nroots = {:?}\nkeys = {:?}\nkeystore_pass_file = {:?}\n\
             [seals]\nkeys = {:?}\nkeystore_pass_file = {:?}\ntrust = {:?}\n{sections}",
            db.config.url,
            path("master.key"),
            path("roots.json"),
            path("keys"),
            path("keystore.pass"),
            config.seals.keys,
            config.seals.keystore_pass_file,
            config.seals.trust
        );
        std::fs::write(path("lz.toml"), text).unwrap();
        (Self { db, cluster, url: format!("http://127.0.0.1:{port}"), server: None, runtime }, entered)
    }

    /// Starts the program, which is ready within the time that a crash may cost.
    pub(crate) fn start(&mut self) {
        let log =
            std::fs::File::options().create(true).append(true).open(self.db.folder().join("log")).unwrap();
        let mut serve = Command::new(program("liangzheng-server"));
        serve.args(["serve", "--config"]).arg(self.db.folder().join("lz.toml"));
        self.server = Some(serve.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap());
        let url = format!("{}/readyz", self.url);
        within(Duration::from_secs(20), "the server is ready", || ureq::get(&url).call().ok());
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }

    /// Somebody who was entered, logged in.
    pub(crate) fn as_(&self, login: &str) -> Caller {
        Caller::anyone(&self.url).log_in(login, PASSWORD)
    }

    /// The most memory that the server has held, in MiB.
    pub(crate) fn peak(&self) -> u64 {
        let id = self.server.as_ref().unwrap().id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }
}

/// Lets nobody else read a file: the program refuses secrets that others may read.
pub(crate) fn private(path: &Path) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
