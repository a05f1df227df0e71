//! A server that is killed while it examines and carries out an import, and started again: each row is carried out once,
//! and no serial is left out.
//!
//! `LZ_IMPORT_ROWS` says of how many rows; then what it took is printed, too.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use liangzheng_core::identifier::Identifier;
use liangzheng_server::config::Config;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::clock::{Clock, SystemClock};
use liangzheng_server::signing::FileKeyStore;
use liangzheng_tests::app::publish;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::{Cluster, TestDb};
use liangzheng_tests::make::office::{KIND, PLATFORM, citizen};
use liangzheng_tests::make::{MASTER, Maker, PASSWORD, UNIT, seals};
use liangzheng_tests::until::{until, within};
use serde_json::{Value, json};

use super::programs::program;

struct Office {
    db: TestDb,
    _cluster: Option<Cluster>,
    url: String,
    server: Option<Child>,
}

impl Drop for Office {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Office {
    fn make(db: TestDb, cluster: Option<Cluster>) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let path = |name: &str| db.folder().join(name);
        std::fs::write(path("master.key"), MASTER).unwrap();
        private(&path("master.key"));
        let mut config = Config::default();
        seals::configure(&mut config, db.folder());
        private(&config.seals.keystore_pass_file);
        runtime.block_on(async {
            let open = db.open().await;
            let keys = FileKeyStore::open_or_create(&path("keys"), &path("keystore.pass")).unwrap();
            let roots = publish(&open, &keys, &Config::default(), SystemClock.now()).await;
            std::fs::write(path("roots.json"), serde_json::to_vec(&roots).unwrap()).unwrap();
            seals::register(&open).await;
            let make = Maker::new(open);
            make.staff("maker", Role::IssuerMaker, UNIT).await;
            make.staff("checker", Role::IssuerChecker, UNIT).await;
            make.staff("manager", Role::Manager, PLATFORM).await;
            make.db.close().await;
        });
        let text = format!(
            "[server]\nbind = \"127.0.0.1:{port}\"\nbase_url = \"http://127.0.0.1:{port}\"\n[database]\nurl = \"{}\"\n\
             [limits]\nenabled = false\n[access]\nstaff_factor = \"none\"\n[clients]\nbearer_sessions = true\n\
             [secrets]\nmaster_file = {:?}\n[tokens]\nroots = {:?}\nkeys = {:?}\nkeystore_pass_file = {:?}\n\
             [seals]\nkeys = {:?}\nkeystore_pass_file = {:?}\ntrust = {:?}\n",
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
        Self { db, _cluster: cluster, url: format!("http://127.0.0.1:{port}"), server: None }
    }

    fn start(&mut self) {
        let log =
            std::fs::File::options().create(true).append(true).open(self.db.folder().join("log")).unwrap();
        let mut serve = Command::new(program("liangzheng-server"));
        serve.args(["serve", "--config"]).arg(self.db.folder().join("lz.toml"));
        self.server = Some(serve.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap());
        let url = format!("{}/readyz", self.url);
        until("the server is ready", || ureq::get(&url).call().ok());
    }

    /// Ends it as a power cut would.
    fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }

    fn as_(&self, login: &str) -> Caller {
        Caller::anyone(&self.url).log_in(login, PASSWORD)
    }

    /// The most memory that the server has held, in MiB.
    fn peak(&self) -> u64 {
        let id = self.server.as_ref().unwrap().id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }

    /// Enters a matter and a kind, and puts both in force.
    fn catalogue(&self) {
        let (maker, manager) = (self.as_("maker"), self.as_("manager"));
        let label = |zh: &str, en: &str| json!({ "zh-CN": zh, "en": en });
        let matter = json!({ "code": "permit.test", "names": label("测试事项", "Test"), "unit": UNIT, "type": "issuing" });
        let kind = json!({
            "code": KIND, "names": label("测试许可证", "Test licence"), "unit": UNIT, "category": "许可证",
            "matter": "permit.test", "holder_types": ["natural"], "units": [UNIT],
            "face": { "fields": [
                { "key": "n", "labels": label("姓名", "Name"), "type": "text", "required": true, "max": 20, "personal": true },
                { "key": "no", "labels": label("许可证编号", "Permit"), "type": "text", "required": true, "max": 20 }
            ], "holder_name": "n" },
            "validity": { "kind": "none" }, "duplicate": ["no"]
        });
        for (sort, code, body) in [("matters", "permit.test", matter), ("kinds", KIND, kind)] {
            maker.post(&format!("/api/v1/{sort}"), &body).must(201);
            maker.post(&format!("/api/v1/{sort}/{code}/acts"), &json!({ "act": "submit" })).must(200);
            manager.post(&format!("/api/v1/{sort}/{code}/acts"), &json!({ "act": "publish" })).must(200);
        }
    }

    /// Waits until an import has got so far: `state`, and so many rows done.
    fn once(&self, id: &str, state: &str, done: u32) -> Value {
        let checker = self.as_("checker");
        within(Duration::from_secs(900), state, || {
            let import = checker.get(&format!("/api/v1/imports/{id}")).must(200);
            assert_ne!(import["state"], "refused", "{import}");
            let past = import["state"] == "committed" && state == "committing";
            (past || (import["state"] == state && import["done"].as_u64().unwrap() >= u64::from(done)))
                .then_some(import)
        })
    }
}

fn private(path: &Path) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn table(rows: u32) -> String {
    let mut text = String::from("持证主体名称,持证主体证件号码,许可证编号,有效期起\n");
    for number in 1..=rows {
        writeln!(text, "周一鸣,{},许可{number:07},20261122", citizen(number)).unwrap();
    }
    text
}

/// Rows: R17, R24.
#[test]
fn an_import_killed_anywhere_goes_on_and_carries_out_each_row_once() {
    let rows = std::env::var("LZ_IMPORT_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(600_u32);
    let (postgres, cluster) = TestDb::postgres_alone();
    for (db, cluster) in [(TestDb::sqlite(), None), (postgres, Some(cluster))] {
        let name = db.name;
        let mut office = Office::make(db, cluster);
        office.start();
        office.catalogue();
        let idle = office.peak();
        let fields = [("type", "licences"), ("kind", KIND)];
        let began = Instant::now();
        let sent =
            office.as_("maker").upload("/api/v1/imports", &fields, "t.csv", table(rows).as_bytes()).must(202);
        let id = sent["id"].as_str().unwrap().to_owned();
        office.once(&id, "checking", rows / 4);
        office.kill();
        office.start();
        let import = office.once(&id, "checked", rows);
        assert_eq!((import["rows"].as_u64(), import["failed"].as_u64()), (Some(u64::from(rows)), Some(0)));
        let checked = began.elapsed();
        let commit = json!({ "act": "commit" });
        let began = Instant::now();
        office.as_("checker").post(&format!("/api/v1/imports/{id}/acts"), &commit).must(200);
        for share in [10, 50, 90] {
            office.once(&id, "committing", rows * share / 100);
            println!("{name}: peak {} MiB, {idle} at rest", office.peak());
            office.kill();
            office.start();
        }
        let import = office.once(&id, "committed", rows);
        println!(
            "{name}: {rows} rows checked in {checked:?}, carried out in {:?} with three kills",
            began.elapsed()
        );
        assert_eq!((import["done"].as_u64(), import["failed"].as_u64()), (Some(u64::from(rows)), Some(0)));
        // Each row once, and the serials without a gap in the order of the file.
        let maker = office.as_("maker");
        let (mut serials, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = maker.get(&format!("/api/v1/licences?kind={KIND}&limit=200{cursor}")).must(200);
            for item in page["items"].as_array().unwrap() {
                let identifier = Identifier::parse(item["identifier"].as_str().unwrap()).unwrap();
                serials.push(identifier.serial()[4..].parse::<u32>().unwrap());
            }
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        serials.sort_unstable();
        assert_eq!(serials, (1..=rows).collect::<Vec<_>>());
    }
}
