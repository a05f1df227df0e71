//! `cargo xtask bench issue`: issuing under load, and what the issuing unit's lists cost at ten thousand and at a million
//! licences, on both databases. The large register is the small one with more rows in it, so both figures come from one
//! server in one run; what carries over to another machine are their ratios.
//!
//! `bench_issue [LARGE]` makes the large one smaller.

#![expect(clippy::unwrap_used, reason = "a bench that goes wrong should stop at once")]

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::storage::Db;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::UNIT;
use liangzheng_tests::make::office::{KIND, MATTER, draft, holder, issue, open, review};
use serde_json::json;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SMALL: u64 = 10_000;
/// Clerks at work at once.
const CLIENTS: u32 = 50;
/// Drafts that each of them writes, submits and has approved.
const EACH: u32 = 10;
/// Times that each of them asks for each list; the 95th percentile of all counts.
const ASKED: u32 = 10;
/// What a read and a write may take, and the most that the large register may cost of the small one.
const READ: Duration = Duration::from_millis(150);
const WRITE: Duration = Duration::from_millis(300);
const FLAT: f64 = 1.3;
/// Licences that have a draft and a case beside them. Of ten million, the others tell what lists of licences cost, and all
/// with both would not leave room on the disk for a second database.
const WITH_CASES: u64 = 1_000_000;

fn main() {
    let large = std::env::args().nth(1).map_or(1_000_000, |text| text.parse().unwrap());
    for db in TestDb::both() {
        let name = db.name;
        let app = TestApp::start(db, |config| config.limits.enabled = false);
        open(&app);
        let clerks = clerks(&app);
        let one = issue(&app, &draft(1));
        app.as_time_goes(|| work(&clerks, name, "an empty register"));
        let mut measured = Vec::new();
        for (from, rows) in [(0, SMALL), (SMALL, large)] {
            let started = Instant::now();
            fill(&app, &one, from, rows);
            let gigabytes = app.wait(size(&app.make.db)) / 1e9;
            let seconds = started.elapsed().as_secs_f64();
            let with_cases = rows.min(WITH_CASES);
            println!(
                "{name}: filled to {rows} licences, {with_cases} drafts and cases in {seconds:.0} s, {gigabytes:.1} GB"
            );
            measured.push(app.as_time_goes(|| lists(&app, &one)));
        }
        for ((path, small), (_, large)) in measured[0].iter().zip(&measured[1]) {
            let ratio = large.as_secs_f64() / small.as_secs_f64();
            let verdict = if *large <= READ && (ratio <= FLAT || *large < Duration::from_millis(5)) {
                ""
            } else {
                "  MISSED"
            };
            println!(
                "{name}: {path}: p95 {} and {} with {CLIENTS} clients, ratio {ratio:.2}{verdict}",
                millis(*small),
                millis(*large)
            );
        }
        app.as_time_goes(|| work(&clerks, name, "the large register"));
    }
}

/// As many makers and checkers as there are clients: what one person does is done one after the other.
fn clerks(app: &TestApp) -> Vec<(Caller, Caller)> {
    let clerk = |login: &str, role| {
        app.staff(login, role, UNIT);
        app.as_(login)
    };
    (0..CLIENTS)
        .map(|number| {
            let maker = clerk(&format!("maker{number}"), Role::IssuerMaker);
            (maker, clerk(&format!("checker{number}"), Role::IssuerChecker))
        })
        .collect()
}

/// Each pair of clerks: drafts, then their review.
fn work(clerks: &[(Caller, Caller)], name: &str, register: &str) {
    static NUMBER: AtomicU32 = AtomicU32::new(100);
    let none = || clerks.iter().map(|_| Mutex::new(Vec::<String>::new())).collect::<Vec<_>>();
    let (written, submitted) = (none(), none());
    at_once(name, register, "drafts", |client| {
        let body = draft(NUMBER.fetch_add(1, Ordering::SeqCst));
        let started = Instant::now();
        let draft = clerks[client].0.post("/api/v1/licences", &body).must(201);
        let taken = started.elapsed();
        written[client].lock().unwrap().push(draft["id"].as_str().unwrap().to_owned());
        taken
    });
    at_once(name, register, "submissions", |client| {
        let id = written[client].lock().unwrap().pop().unwrap();
        let started = Instant::now();
        review(&clerks[client].0, &id, "submit").must(200);
        let taken = started.elapsed();
        submitted[client].lock().unwrap().push(id);
        taken
    });
    at_once(name, register, "approvals", |client| {
        let id = submitted[client].lock().unwrap().pop().unwrap();
        let started = Instant::now();
        review(&clerks[client].1, &id, "approve").must(200);
        started.elapsed()
    });
}

fn at_once(name: &str, register: &str, what: &str, one: impl Fn(usize) -> Duration + Sync) {
    let started = Instant::now();
    let times = by_clients(EACH, one);
    let per_second = f64::from(CLIENTS * EACH) / started.elapsed().as_secs_f64();
    let p95 = p95(times);
    let verdict = if p95 <= WRITE { "" } else { "  MISSED" };
    println!(
        "{name}: {register}: {what}: {per_second:.0}/s, p95 {} with {CLIENTS} clients{verdict}",
        millis(p95)
    );
}

/// The 95th percentile of each list, with all clients at once.
fn lists(app: &TestApp, one: &str) -> Vec<(String, Duration)> {
    let (checker, maker) = (app.as_("checker"), app.as_("maker"));
    let identifier = checker.get(&format!("/api/v1/licences/{one}")).must(200)["identifier"].clone();
    let identifier = identifier.as_str().unwrap();
    let later = app.app.now().0 + 1;
    let paths: Vec<(&Caller, String)> = vec![
        (&checker, "/api/v1/licences".into()),
        (&checker, "/api/v1/licences?limit=200".into()),
        (&checker, "/api/v1/licences?status=ACTIVE".into()),
        (&checker, "/api/v1/licences?status=ON_HOLD".into()),
        (&checker, format!("/api/v1/licences?kind={KIND}")),
        (&checker, "/api/v1/licences?kind=11990000MB00010993002".into()),
        (&checker, format!("/api/v1/licences?changed_since={later}")),
        (&checker, format!("/api/v1/licences?q={identifier}")),
        (&checker, format!("/api/v1/licences/{one}")),
        (&checker, format!("/api/v1/licences/{one}/versions")),
        (&checker, "/api/v1/tasks".into()),
        (&maker, "/api/v1/tasks?mine=true".into()),
        (&maker, "/api/v1/cases".into()),
        (&checker, "/api/v1/requests".into()),
        (&checker, "/api/v1/inspections".into()),
    ];
    paths
        .into_iter()
        .map(|(by, path)| {
            let ask = |_| {
                let started = Instant::now();
                by.get(&path).must(200);
                started.elapsed()
            };
            // The first one fills caches.
            ask(0);
            let times = by_clients(ASKED, ask);
            (format!("GET {path}"), p95(times))
        })
        .collect()
}

/// How long each took, where every client does `each` of them in turn.
fn by_clients(each: u32, one: impl Fn(usize) -> Duration + Sync) -> Vec<Duration> {
    let times = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for client in 0..CLIENTS as usize {
            let (one, times) = (&one, &times);
            scope.spawn(move || {
                for _ in 0..each {
                    let time = one(client);
                    times.lock().unwrap().push(time);
                }
            });
        }
    });
    times.into_inner().unwrap()
}

fn p95(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() * 95 / 100]
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.)
}

/// Copies what was issued once until there are `to` of it: the licence, and for the first [`WITH_CASES`] its draft and its case.
fn fill(app: &TestApp, one: &str, from: u64, to: u64) {
    let caser = app.as_("maker");
    let open =
        || caser.post("/api/v1/cases", &json!({ "type": "issuing", "matter": MATTER, "holder": holder(1) }));
    let case = open().must(201)["id"].as_str().unwrap().to_owned();
    app.wait(async {
        for copied in &TABLES {
            let from_id = if copied.table == "issuing_case" { &case } else { one };
            // No statement may take longer than half a minute.
            let to = if copied.table == "licence_record" { to } else { to.min(WITH_CASES) };
            for first in (from + 1..=to).step_by(100_000) {
                copy(&app.make.db, copied, from_id, first, to.min(first + 99_999)).await;
            }
        }
        match &app.make.db {
            Db::Sqlite { writer, .. } => sqlx::query("ANALYZE").execute(writer).await.map(drop).unwrap(),
            Db::Postgres(pool) => sqlx::query("ANALYZE").execute(pool).await.map(drop).unwrap(),
        }
    });
    // Whom a case is for is sealed for that case, and cannot be read from a copy: the first page shows these.
    for _ in 0..60 {
        open().must(201);
    }
}

/// What the database takes, in bytes.
async fn size(db: &Db) -> f64 {
    let bytes: i64 = match db {
        Db::Sqlite { writer, .. } => {
            let pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
            sqlx::query_scalar(pages).fetch_one(writer).await.unwrap()
        }
        Db::Postgres(pool) => {
            sqlx::query_scalar("SELECT pg_database_size(current_database())").fetch_one(pool).await.unwrap()
        }
    };
    bytes as f64
}

/// What is copied of a table.
struct Copied {
    table: &'static str,
    /// What its ids begin with.
    id: &'static str,
    /// Columns that are copied as they are.
    same: &'static str,
    /// The column that must differ, with its value of the number `n`; empty if only the id must.
    own: &'static str,
    own_value: &'static str,
}

const TABLES: [Copied; 3] = [
    Copied {
        table: "licence_record",
        id: "lic_",
        same: "kind, unit, holder, face, valid_from, valid_to, status, status_since, pledged, mortgaged, \
            inspection_failed, disputed, lost_refuses, overdue_refuses, version, created_at",
        own: "identifier, ",
        own_value: "identifier || '-' || n, ",
    },
    Copied {
        table: "issuing_draft",
        id: "lic_",
        same: "unit, kind, kind_version, content, holder_key, state, register_state, maker, version, created_at, \
            changed_at",
        own: "",
        own_value: "",
    },
    Copied {
        table: "issuing_case",
        id: "cas_",
        same: "unit, opened_by, type, matter, mode, person, holder_key, state, account, version, created_at",
        own: "number, ",
        own_value: "'C' || n, ",
    },
];

/// Copies the row `from_id` as many times, with the numbers `first` to `last`.
async fn copy(db: &Db, copied: &Copied, from_id: &str, first: u64, last: u64) {
    let Copied { table, id, same, own, own_value } = copied;
    let into = format!("INSERT INTO {table} (id, {own}{same})");
    match db {
        Db::Sqlite { writer, .. } => {
            let sql = format!(
                "WITH RECURSIVE series (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM series WHERE n < {last}) {into} \
                 SELECT '{id}' || printf('%032x', n), {own_value}{same} FROM series, {table} WHERE id = '{from_id}'"
            );
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(writer).await.map(drop).unwrap();
        }
        Db::Postgres(pool) => {
            let sql = format!(
                "{into} SELECT '{id}' || lpad(to_hex(n), 32, '0'), {own_value}{same} \
                 FROM generate_series({first}::bigint, {last}::bigint) AS series (n), {table} WHERE id = '{from_id}'"
            );
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(pool).await.map(drop).unwrap();
        }
    }
}
