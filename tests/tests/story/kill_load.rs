//! A server killed under load, again and again, on both databases: nothing it acknowledged is lost, nothing is half done.
//!
//! Its clients keep what was acknowledged; after each kill the tables are held against that. `LZ_KILLS` and
//! `LZ_KILL_SEED` say how often and from which number on; `cargo xtask soak kill` sets them.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use liangzheng_core::time::Day;
use liangzheng_server::domain::access::Scope;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::clock::{Clock, SystemClock};
use liangzheng_server::domain::ids::LicenceId;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::storage::{self, Db};
use liangzheng_tests::db::{Cluster, TestDb};
use liangzheng_tests::make::{BUSINESS_LICENCE, PASSWORD, PIN, UNIT, secrets};
use liangzheng_tests::until::until;
use serde_json::{Value, json};

use super::served::Served;

/// Clients of one run; each acts on a licence of its own, logs in, and shows another licence.
const CLIENTS: usize = 4;

/// What one client was told is done.
#[derive(Default)]
struct Acknowledged {
    /// The licence's version and status.
    act: Option<(i64, String)>,
    /// Tokens of sessions, and not yet looked for.
    sessions: Vec<String>,
    /// Shows, likewise.
    shows: Vec<String>,
    count: usize,
}

/// One client's people and licences.
struct Client {
    checker: String,
    holder: String,
    acted_on: LicenceId,
    shown: LicenceId,
    told: Mutex<Acknowledged>,
}

/// The program, and who works with it.
struct Installation {
    served: Served,
    clients: Vec<Client>,
}

impl Installation {
    fn make(db: TestDb, cluster: Option<Cluster>) -> Self {
        let (served, clients) = Served::make(db, cluster, "", async |make| {
            let mut clients = Vec::new();
            for number in 0..CLIENTS {
                let (checker, holder) = (format!("checker{number}"), format!("holder{number}"));
                make.staff(&checker, Role::IssuerChecker, UNIT).await;
                let (_, owner) = make.holder(&holder).await;
                let acted_on = make.licence(owner, BUSINESS_LICENCE, UNIT, Status::Active).await.id;
                let shown = make.licence(owner, BUSINESS_LICENCE, UNIT, Status::Active).await.id;
                clients.push(Client { checker, holder, acted_on, shown, told: Mutex::default() });
            }
            clients
        });
        Self { served, clients }
    }

    /// Loads the server until `enough` was acknowledged since the start, then kills it.
    fn load_and_kill(&mut self, enough: usize) {
        for client in &self.clients {
            client.told.lock().unwrap().count = 0;
        }
        let mut server = self.served.server.take().unwrap();
        std::thread::scope(|scope| {
            for client in &self.clients {
                let url = self.served.url.clone();
                scope.spawn(move || client.work(&url));
            }
            until("enough is acknowledged", || {
                let counts = self.clients.iter().map(|client| client.told.lock().unwrap().count);
                (counts.sum::<usize>() >= enough).then_some(())
            });
            server.kill().unwrap();
            server.wait().unwrap();
        });
    }

    /// Holds the tables against what was acknowledged.
    fn nothing_is_lost_or_half(&self) {
        self.served.runtime.block_on(async {
            let db = Db::open(&self.served.db.config).await.unwrap();
            if let Db::Sqlite { readers, .. } = &db {
                let told: String =
                    sqlx::query_scalar("PRAGMA integrity_check").fetch_one(readers).await.unwrap();
                assert_eq!(told, "ok");
            }
            for client in &self.clients {
                client.is_kept(&db).await;
            }
            db.close().await;
        });
    }

    /// The running server knows each session that it gave.
    fn sessions_are_known(&self) {
        for client in &self.clients {
            for token in std::mem::take(&mut client.told.lock().unwrap().sessions) {
                let known = ask(&self.served.url, "GET", "/api/v1/me", &token, None);
                assert_eq!(known.map(|(status, _)| status), Some(200), "a session is lost");
            }
        }
    }
}

impl Client {
    /// Works until the server is gone.
    fn work(&self, url: &str) {
        let Some(checker) = self.log_in(url, &self.checker) else { return };
        let Some(holder) = self.log_in(url, &self.holder) else { return };
        let act = format!("/api/v1/licences/{}/acts", self.acted_on);
        let show = format!("/api/v1/wallet/licences/{}/show", self.shown);
        for turn in 0.. {
            for name in ["suspend", "resume"] {
                let body = json!({ "act": name, "reason": "核查", "legal_basis": "第十八条" });
                match ask(url, "POST", &act, &checker, Some(&body)) {
                    Some((200, done)) => {
                        let told = &mut *self.told.lock().unwrap();
                        let status = done["status"].as_str().unwrap().to_owned();
                        told.act = Some((done["version"].as_i64().unwrap(), status));
                        told.count += 1;
                    }
                    // Done by the request whose answer the kill cut off; or no time for it now.
                    Some((409 | 503, _)) => {}
                    Some(other) => panic!("{other:?}"),
                    None => return,
                }
            }
            if turn % 4 == 0 {
                let body = json!({ "scene": "inspect.food", "pin": PIN });
                match ask(url, "POST", &show, &holder, Some(&body)) {
                    Some((201, shown)) => {
                        let told = &mut *self.told.lock().unwrap();
                        told.shows.push(shown["show"].as_str().unwrap().to_owned());
                        told.count += 1;
                        let path = format!("/api/v1/wallet/shows/{}", told.shows.last().unwrap());
                        // Only so many may be open.
                        drop(ask(url, "DELETE", &path, &holder, None));
                    }
                    Some((503, _)) => {}
                    Some(other) => panic!("{other:?}"),
                    None => return,
                }
            }
            if turn % 8 == 7 && self.log_in(url, &self.holder).is_none() {
                return;
            }
        }
    }

    fn log_in(&self, url: &str, login: &str) -> Option<String> {
        let body = json!({ "login": login, "password": PASSWORD });
        loop {
            match ask(url, "POST", "/api/v1/sessions", "", Some(&body))? {
                (201, session) => {
                    let token = session["token"].as_str().unwrap().to_owned();
                    let told = &mut *self.told.lock().unwrap();
                    told.sessions.push(token.clone());
                    told.count += 1;
                    return Some(token);
                }
                (503, _) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    async fn is_kept(&self, db: &Db) {
        let now = SystemClock.now();
        let mut tx = db.begin_read().await.unwrap();
        let found = storage::licence::record::find(&mut tx, &secrets(), Scope::All, self.acted_on).await;
        let licence = found.unwrap().unwrap();
        let acts = storage::licence::act::of_licence(&mut tx, self.acted_on).await.unwrap();
        let (act, shows) = {
            let told = &mut *self.told.lock().unwrap();
            (told.act.clone(), std::mem::take(&mut told.shows))
        };
        if let Some((version, status)) = &act {
            assert!(licence.version >= *version, "version {version} was acknowledged: {licence:?}");
            assert!(licence.version <= version + 1, "one act at most was in flight: {licence:?}");
            assert!(licence.version > *version || licence.status.as_str() == status, "{status}: {licence:?}");
        }
        // No act without its row, no row without its act, and every index says what the licence does.
        let versions: Vec<i64> = acts.iter().map(|act| act.licence_version).collect();
        let mut sorted = versions.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (2..=licence.version).collect::<Vec<_>>());
        let wire = licence.wire_status(Day::of(now)).unwrap();
        for entry in storage::publication::status::entries_of_licence(&mut tx, self.acted_on).await.unwrap() {
            assert_eq!(entry.value, i64::from(wire.wire()), "{licence:?}");
        }
        let logged = storage::trace::access_log::shows_between(
            &mut tx,
            self.shown,
            now.minus(liangzheng_core::time::Seconds(86_400)),
            now,
        );
        let logged: Vec<String> = logged.await.unwrap().iter().map(|row| row.show.to_string()).collect();
        for show in shows {
            assert!(logged.contains(&show), "{show} left without its row");
        }
    }
}

/// One request; nothing if the server is gone. It never answers that the fault is its own.
fn ask(url: &str, method: &str, path: &str, token: &str, body: Option<&Value>) -> Option<(u16, Value)> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(20)))
        .build()
        .into();
    let mut request = ureq::http::Request::builder().method(method).uri(format!("{url}{path}"));
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let mut answer = match body {
        Some(body) => {
            agent.run(request.header("content-type", "application/json").body(body.to_string()).unwrap())
        }
        None => agent.run(request.body(()).unwrap()),
    }
    .ok()?;
    let text = answer.body_mut().read_to_string().ok()?;
    assert_ne!(answer.status().as_u16(), 500, "{path}: {text}");
    Some((answer.status().as_u16(), serde_json::from_str(&text).unwrap_or_default()))
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
fn what_a_killed_server_acknowledged_is_there_and_nothing_is_half_on_both_databases() {
    let (kills, mut seed) = (number("LZ_KILLS", 4), number("LZ_KILL_SEED", 1));
    let (postgres, cluster) = TestDb::postgres_alone();
    let mut tried = BTreeMap::new();
    for (db, cluster) in [(TestDb::sqlite(), None), (postgres, Some(cluster))] {
        let name = db.name;
        let started = Instant::now();
        let mut installation = Installation::make(db, cluster);
        installation.served.start();
        for kill in 0..kills {
            // Knuth's generator (MMIX): the same seed kills after the same counts.
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            installation.load_and_kill(20 + usize::try_from(seed >> 33).unwrap() % 120);
            if let Some(cluster) = installation.served.cluster.as_ref().filter(|_| kill % 2 == 1) {
                cluster.crash();
                cluster.come_up();
            }
            installation.nothing_is_lost_or_half();
            installation.served.start();
            installation.sessions_are_known();
        }
        tried.insert(name, (kills, started.elapsed()));
    }
    println!("kills, and the time they took: {tried:?}");
}
