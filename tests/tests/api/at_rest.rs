//! What lies on the disk: no person's name, number or address in clear, and no file that others may read.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use liangzheng_core::key::AwsLcSigner;
use liangzheng_server::config::Config;
use liangzheng_server::demo::{self, Serving};
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::clock::{ManualClock, SystemEntropy};
use liangzheng_server::domain::licence::{Licence, Status};
use liangzheng_server::storage::{Db, actor};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::{TempDir, TestDb};
use liangzheng_tests::make::{BUSINESS_LICENCE, PASSWORD, PIN, UNIT, licence, secrets};
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::issuing::seal::enter;

/// Everything the database keeps, as bytes: SQLite's files, or every row of every table of PostgreSQL as text, in which
/// bytes stand in hexadecimal.
pub(crate) fn kept(app: &TestApp, folder: &Path) -> Vec<Vec<u8>> {
    let Db::Postgres(pool) = &app.make.db else {
        return files(folder).iter().map(|file| std::fs::read(file).unwrap()).collect();
    };
    app.wait(async {
        let sql = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'";
        let tables: Vec<String> = sqlx::query_scalar(sql).fetch_all(pool).await.unwrap();
        assert!(tables.len() > 15, "{tables:?}");
        let mut all = Vec::new();
        for table in tables {
            let sql = AssertSqlSafe(format!("SELECT x::text FROM {table} x"));
            let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(pool).await.unwrap();
            all.extend(rows.into_iter().map(String::into_bytes));
        }
        all
    })
}

/// Whether `text` stands in clear, or in hexadecimal, in any of `kept`.
pub(crate) fn stands_in(kept: &[Vec<u8>], text: &str) -> bool {
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let has = |bytes: &[u8], needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    kept.iter().any(|bytes| has(bytes, text.as_bytes()) || has(bytes, hex.as_bytes()))
}

/// Every file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Rows: R83.
#[test]
fn no_name_number_or_address_of_anybody_stands_in_a_full_database() {
    for db in TestDb::both() {
        let folder = db.folder().to_owned();
        let app = TestApp::start(db, |_| {});
        let (_, holder) = app.holder("lin");
        let face = vec![
            ("n".into(), "山月茶饮".into()),
            ("c".into(), "91990100MA0000031K".into()),
            ("address".into(), "云溪市临江路十七号".into()),
        ];
        let own = Licence { face, ..licence(holder, BUSINESS_LICENCE, UNIT, Status::Active) };
        enter(&app, &own, &[]).unwrap();
        for (login, role) in [("han", Role::Inspector), ("qin", Role::IssuerChecker)] {
            app.staff(login, role, UNIT);
        }
        let phone = app.anyone().with("User-Agent", "LinXiaozhouPhone/1").log_in("lin", PASSWORD);
        let sessions = phone.get("/api/v1/me/sessions").must(200);
        assert_eq!(sessions["items"][0]["agent"], "LinXiaozhouPhone/1", "told to its owner");
        // One of each: a sealed record and the file of it, a phone, a grant, a show, its verification, a receipt, an act, and all of it under a key.
        let lin = app.as_("lin").with("Idempotency-Key", "once");
        let jwk = AwsLcSigner::generate("phone").unwrap().0.public_key().to_jwk();
        let phone = json!({ "jwk": jwk, "name": "林晓舟的手机" });
        let phone = [(); 2].map(|()| lin.post("/api/v1/wallet/devices", &phone).must(201));
        assert_eq!(phone[0], phone[1], "what is kept under the key is read back");
        let phone = &phone[0];
        assert_eq!(lin.get("/api/v1/wallet/devices").must(200)["items"][0]["name"], "林晓舟的手机");
        let scene = "inspect.food";
        let grant = json!({ "device": phone["id"], "scene": scene, "pin": PIN });
        lin.post(&format!("/api/v1/wallet/licences/{}/grant", own.id), &grant).must(201);
        let show = json!({ "scene": scene, "pin": PIN });
        let shown = lin.post(&format!("/api/v1/wallet/licences/{}/show", own.id), &show).must(201);
        let file = format!("/api/v1/licences/{}/file.ofd", own.id);
        assert_eq!(app.as_("qin").get(&file).status, 200);
        app.as_("han").post("/api/v1/verify", &json!({ "input": shown["qr_text"] })).must(200);
        let receipt = json!({
            "id": "A".repeat(22), "at": NOON.0, "verdict": "valid", "code": "OK", "scene": scene,
            "licence": own.identifier.to_string(),
        });
        app.as_("han").post("/api/v1/scans", &json!({ "scans": [receipt] })).must(200);
        let act = json!({
            "act": "suspend", "reason": "林晓舟电话投诉", "legal_basis": "测试依据",
            "physical": { "number": "云纸0123" },
        });
        app.as_("qin").post(&format!("/api/v1/licences/{}/acts", own.id), &act).must(200);
        let end = json!({ "act": "revoke", "reason": "林晓舟电话投诉", "legal_basis": "测试依据" });
        let end = app.as_("qin").post(&format!("/api/v1/licences/{}/acts", own.id), &end).must(202);
        let no = json!({ "act": "refuse", "reason": "林晓舟电话投诉" });
        let end = format!("/api/v1/proposals/{}/acts", end["proposal"].as_str().unwrap());
        app.as_("qin").post(&end, &no).must(200);
        let ask = json!({ "act": "cancel", "reason": "林晓舟电话投诉" });
        let ask = lin.post(&format!("/api/v1/wallet/licences/{}/requests", own.id), &ask).must(201);
        let ask = format!("/api/v1/requests/{}/acts", ask["id"].as_str().unwrap());
        app.as_("qin").post(&ask, &no).must(200);
        let uses = lin.get("/api/v1/wallet/uses").must(200);
        assert_eq!(uses["items"][0]["by"]["name"], "han 的账户", "told to whom it concerns: {uses}");

        let number = app.wait(async {
            let mut tx = app.make.db.begin_read().await.unwrap();
            let found = actor::holder::find(&mut tx, &secrets(), holder).await.unwrap().unwrap();
            found.number.number().to_owned()
        });
        let kept = kept(&app, &folder);
        assert!(
            stands_in(&kept, "inspect.food") && stands_in(&kept, "测试依据"),
            "what is no secret is found"
        );
        for personal in [
            "林晓舟",
            "LinXiaozhouPhone",
            "的账户",
            "的手机",
            &number,
            "临江路",
            "山月茶饮",
            "91990100MA0000031K",
            "投诉",
            "云纸",
        ] {
            assert!(!stands_in(&kept, personal), "{personal} stands in clear");
        }
        for file in files(&folder) {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
    }
}

#[test]
fn nobody_else_reads_a_demo() {
    let folder = TempDir::new("open-demo");
    // As `mkdir` makes it, for everybody to look into.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let clock = ManualClock::at(NOON);
    let serving = Serving { tls: true, ..Serving::here(0) };
    runtime
        .block_on(demo::prepare(folder.path(), serving, Config::default(), &clock, &SystemEntropy))
        .unwrap();
    assert_eq!(mode(folder.path()), 0o700);
    let found = files(folder.path());
    assert!(found.len() > 8, "{found:?}");
    for file in found {
        // What verifiers and browsers are given is nobody's secret, and still not for other users of this machine.
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}
