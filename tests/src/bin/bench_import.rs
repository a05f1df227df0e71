//! `cargo xtask bench import`: a workbook of many rows, as another program writes it, on both databases: how many rows a
//! second are read and validated, and how many sealed and logged; what of that are the register and the seals; and how much
//! memory it takes. What carries over to another machine is the share.
//!
//! `bench_import [ROWS [DATABASE]]`; ten thousand rows first, then so many.

#![expect(clippy::unwrap_used, reason = "a bench that goes wrong should stop at once")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use liangzheng_server::domain::actor::holder::{HolderKind, HolderNumber};
use liangzheng_server::domain::issuing::person::Person;
use liangzheng_server::storage::issuing::seal;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::{TempDir, TestDb};
use liangzheng_tests::make::UNIT;
use liangzheng_tests::make::office::{KIND, citizen, open};
use liangzheng_tests::register::{Mood, Register};
use liangzheng_tests::source::root;
use liangzheng_tests::until::looking;
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rows validated, sealed and logged in a second: the goal.
const GOAL: f64 = 2000.0;
/// Memory above that of an idle server, in MiB.
const MEMORY: u64 = 200;
/// Seals set by themselves, to tell their share.
const SEALS: u32 = 500;
/// Rows of the first, smaller file.
const FEW: u32 = 10_000;
/// Holders in one question, as the check of a file asks.
const ASKED: u32 = 200;
const NAME: &str = "周一鸣";
/// A page hears of each step by itself; who asks does not ask all the time.
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

fn main() {
    let mut words = std::env::args().skip(1);
    let rows: u32 = words.next().map_or(100_000, |text| text.parse().unwrap());
    let wanted = words.next();
    let folder = TempDir::new("bench_import");
    for db in TestDb::both() {
        let name = db.name;
        if wanted.as_ref().is_some_and(|wanted| wanted != name) {
            continue;
        }
        let register = Register::start(Mood::Forgets(NAME));
        let url = register.url.clone();
        let app = TestApp::start(db, |config| {
            config.limits.enabled = false;
            config.registers.population = Some(url);
        });
        open(&app);
        let mut first = 1;
        for count in [FEW.min(rows), rows] {
            let file = workbook(folder.path(), first, count);
            println!("{name}: {}", app.as_time_goes(|| one(&app, &file, first, count)));
            first += count;
            if rows <= FEW {
                break;
            }
        }
    }
}

/// Imports one file, and tells what that took.
fn one(app: &TestApp, file: &Path, first: u32, rows: u32) -> String {
    let bytes = std::fs::read(file).unwrap();
    let idle = memory("VmRSS:");
    forget_peak();
    let fields = [("type", "licences"), ("kind", KIND)];
    let started = Instant::now();
    let sent = app.as_("maker").upload("/api/v1/imports", &fields, "bench.xlsx", &bytes).must(202);
    drop(bytes);
    let taken = started.elapsed();
    let id = sent["id"].as_str().unwrap().to_owned();
    let import = once(app, &id, "checked");
    assert_eq!(import["failed"], json!(0), "{import}");
    let checked = started.elapsed();
    let peak_checking = memory("VmHWM:").saturating_sub(idle);
    let started = Instant::now();
    let acts = format!("/api/v1/imports/{id}/acts");
    app.as_("checker").post(&acts, &json!({ "act": "commit" })).must(200);
    assert_eq!(once(app, &id, "committed")["done"], json!(rows));
    let entered = started.elapsed();
    let above = memory("VmHWM:").saturating_sub(idle);
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let (per_seal, per_question) = (seal_alone(app), register_alone(app, first));
    let of = |each: Duration, count: u32, whole: Duration| {
        each.as_secs_f64() * f64::from(count) / whole.as_secs_f64() * 100.0
    };
    let sealing = of(per_seal, rows, entered) / f64::from(u32::try_from(processors).unwrap());
    let per_second = f64::from(rows) / (checked + entered).as_secs_f64();
    format!(
        "{rows} rows: taken in {taken:.1?}; validated {:.0}/s, of which the register {:.0} % ({ASKED} holders in {:.1} ms); \
         sealed and logged {:.0}/s, of which the seals {sealing:.0} % ({:.0} us each, on {processors} processors); \
         together {per_second:.0}/s{}; {peak_checking} MiB above idle when validated, {above} at the most{}",
        f64::from(rows) / checked.as_secs_f64(),
        of(per_question, rows.div_ceil(ASKED), checked),
        per_question.as_secs_f64() * 1e3,
        f64::from(rows) / entered.as_secs_f64(),
        per_seal.as_secs_f64() * 1e6,
        if per_second >= GOAL { "" } else { "  MISSED" },
        if above <= MEMORY { "" } else { "  MISSED" },
    )
}

/// A workbook of so many rows, written by a library that is not ours.
fn workbook(folder: &Path, first: u32, rows: u32) -> PathBuf {
    let (table, book) = (folder.join("table.csv"), folder.join(format!("{first}-{rows}.xlsx")));
    if book.exists() {
        return book;
    }
    let mut text = String::from("持证主体名称,持证主体证件号码,许可证编号,有效期起,有效期止\n");
    for number in first..first + rows {
        let id = citizen(number);
        writeln!(text, "{NAME},{id},许可{number:07},20261122,20361121").unwrap();
    }
    std::fs::write(&table, text).unwrap();
    let python =
        std::env::var_os("LZ_TEST_PYTHON").map_or_else(|| root().join(".venv/bin/python"), PathBuf::from);
    let script = root().join("tests/interop/sheet.py");
    let written = Command::new(python).arg(script).arg(table).arg(&book).status().unwrap();
    assert!(written.success(), "the workbook was not written");
    book
}

fn once(app: &TestApp, id: &str, state: &str) -> Value {
    looking(BETWEEN_LOOKS, Duration::from_secs(3600), state, || {
        let import = app.as_("checker").get(&format!("/api/v1/imports/{id}")).must(200);
        (import["state"] == state).then_some(import)
    })
}

/// What one signature of the unit's seal takes by itself.
fn seal_alone(app: &TestApp) -> Duration {
    let row = app.wait(async {
        let mut tx = app.app.db.begin_read().await.unwrap();
        let row = seal::current(&mut tx, UNIT.parse().unwrap(), app.app.now().0).await.unwrap();
        tx.commit().await.unwrap();
        row.unwrap()
    });
    let key = app.app.seals.key(&row.key).unwrap();
    let started = Instant::now();
    for number in 0..SEALS {
        app.wait(key.signer.sign(&number.to_le_bytes())).unwrap();
    }
    started.elapsed() / SEALS
}

/// What one question to the register takes by itself.
fn register_alone(app: &TestApp, first: u32) -> Duration {
    let person = |number| Person {
        kind: HolderKind::Natural,
        name: NAME.to_owned(),
        number: HolderNumber::new("111", &citizen(number)).unwrap(),
    };
    let people: Vec<Person> = (first..first + ASKED).map(person).collect();
    let people: Vec<&Person> = people.iter().collect();
    let started = Instant::now();
    app.wait(app.app.registers.compare_each(&people));
    started.elapsed()
}

/// A line of this process's memory, in MiB.
fn memory(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let found = status.lines().find(|one| one.starts_with(line)).unwrap();
    found.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// Lets the kernel count the most memory anew.
fn forget_peak() {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
}
