//! A server that is killed while it examines and carries out an import, and started again: each row is carried out once,
//! and no serial is left out.
//!
//! `LZ_IMPORT_ROWS` says of how many rows; then what it took is printed, too.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use liangzheng_core::identifier::Identifier;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_tests::db::{Cluster, TestDb};
use liangzheng_tests::make::UNIT;
use liangzheng_tests::make::office::{KIND, PLATFORM, citizen};
use liangzheng_tests::until::within;
use serde_json::{Value, json};

use super::served::Served;

/// An installation in which rows are entered.
struct Office(Served);

impl Office {
    fn make(db: TestDb, cluster: Option<Cluster>) -> Self {
        let (served, ()) = Served::make(db, cluster, "", async |make| {
            make.staff("maker", Role::IssuerMaker, UNIT).await;
            make.staff("checker", Role::IssuerChecker, UNIT).await;
            make.staff("manager", Role::Manager, PLATFORM).await;
        });
        Self(served)
    }

    /// Enters a matter and a kind, and puts both in force.
    fn catalogue(&self) {
        let (maker, manager) = (self.0.as_("maker"), self.0.as_("manager"));
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
        let checker = self.0.as_("checker");
        within(Duration::from_secs(900), state, || {
            let import = checker.get(&format!("/api/v1/imports/{id}")).must(200);
            assert_ne!(import["state"], "refused", "{import}");
            let past = import["state"] == "committed" && state == "committing";
            (past || (import["state"] == state && import["done"].as_u64().unwrap() >= u64::from(done)))
                .then_some(import)
        })
    }
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
        office.0.start();
        office.catalogue();
        let idle = office.0.peak();
        let fields = [("type", "licences"), ("kind", KIND)];
        let began = Instant::now();
        let sent = office
            .0
            .as_("maker")
            .upload("/api/v1/imports", &fields, "t.csv", table(rows).as_bytes())
            .must(202);
        let id = sent["id"].as_str().unwrap().to_owned();
        office.once(&id, "checking", rows / 4);
        office.0.kill();
        office.0.start();
        let import = office.once(&id, "checked", rows);
        assert_eq!((import["rows"].as_u64(), import["failed"].as_u64()), (Some(u64::from(rows)), Some(0)));
        let checked = began.elapsed();
        let commit = json!({ "act": "commit" });
        let began = Instant::now();
        office.0.as_("checker").post(&format!("/api/v1/imports/{id}/acts"), &commit).must(200);
        for share in [10, 50, 90] {
            office.once(&id, "committing", rows * share / 100);
            println!("{name}: peak {} MiB, {idle} at rest", office.0.peak());
            office.0.kill();
            office.0.start();
        }
        let import = office.once(&id, "committed", rows);
        println!(
            "{name}: {rows} rows checked in {checked:?}, carried out in {:?} with three kills",
            began.elapsed()
        );
        assert_eq!((import["done"].as_u64(), import["failed"].as_u64()), (Some(u64::from(rows)), Some(0)));
        // Each row once, and the serials without a gap in the order of the file.
        let maker = office.0.as_("maker");
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
