//! Imports: a file of many rows becomes licences, or acts on licences, by two persons; what is wrong is told at its cell.

use std::fmt::Write as _;
use std::time::Duration;

use liangzheng_core::identifier::Identifier;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::secrets::Secrets;
use liangzheng_server::service::issuing::imports;
use liangzheng_server::storage::issuing::import_row;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::UNIT;
use liangzheng_tests::register::{Mood, Register};
use liangzheng_tests::until::within;
use serde_json::{Value, json};

use super::{KIND, citizen, draft, issue, office, office_with, read};

pub(super) const HEADER: &str = "持证主体名称,持证主体证件号码,许可证编号,发证日期,有效期起,有效期止";
pub(super) const LICENCES: [(&str, &str); 2] = [("type", "licences"), ("kind", KIND)];

/// A table of rows for the holders of these numbers.
pub(super) fn table(numbers: impl IntoIterator<Item = u32>) -> String {
    let mut text = format!("{HEADER}\r\n");
    for number in numbers {
        let id = citizen(number);
        write!(text, "周一鸣,{id},许可{number:04},20261122,2026-11-22,2036/11/21\r\n").unwrap();
    }
    text
}

pub(super) fn send(app: &TestApp, login: &str, fields: &[(&str, &str)], file: &[u8]) -> Answer {
    app.as_(login).upload("/api/v1/imports", fields, "导入.csv", file)
}

/// Sends a file that is taken; its id.
pub(super) fn sent(app: &TestApp, fields: &[(&str, &str)], file: &[u8]) -> String {
    send(app, "maker", fields, file).must(202)["id"].as_str().unwrap().to_owned()
}

/// An import once it stands so.
pub(super) fn once(app: &TestApp, id: &str, state: &str) -> Value {
    within(Duration::from_secs(120), state, || {
        let import = app.as_("checker").get(&format!("/api/v1/imports/{id}")).must(200);
        (import["state"] == state).then_some(import)
    })
}

pub(super) fn act(app: &TestApp, login: &str, id: &str, body: &Value) -> Answer {
    app.as_(login).post(&format!("/api/v1/imports/{id}/acts"), body)
}

pub(super) fn commit(app: &TestApp, id: &str, rows: &str) -> Value {
    act(app, "checker", id, &json!({ "act": "commit", "rows": rows })).must(200);
    once(app, id, "committed")
}

/// The cells that an import tells of, with their rules.
pub(super) fn told(import: &Value) -> Vec<(String, String)> {
    let text = |error: &Value, member: &str| error[member].as_str().unwrap().to_owned();
    import["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (text(error, "cell"), text(error, "code")))
        .collect()
}

/// Rows: R16, R17, R24, R27.
#[test]
fn a_file_becomes_licences_in_its_order_by_the_word_of_a_second_person() {
    const ROWS: u32 = 230;
    for db in TestDb::both() {
        let app = office(db);
        app.wait(app.make.member("both", &[Role::IssuerMaker, Role::IssuerChecker], UNIT));
        let file = table(1..=ROWS);
        let id = sent(&app, &LICENCES, file.as_bytes());
        let import = once(&app, &id, "checked");
        assert_eq!(
            (&import["rows"], &import["done"], &import["failed"]),
            (&json!(ROWS), &json!(ROWS), &json!(0))
        );
        assert_eq!((&import["mode"], &import["file"]), (&json!("bulk"), &json!("导入.csv")));
        // It stands in the list of what checkers have to do, and not in its sender's.
        let tasks = |login: &str| app.as_(login).get("/api/v1/tasks?kind=import").must(200)["items"].clone();
        assert_eq!(tasks("checker")[0]["id"], json!(id));
        assert_eq!(tasks("maker"), json!([]));
        let own = act(&app, "maker", &id, &json!({ "act": "commit" }));
        assert_eq!((own.status, own.problem().as_str()), (403, "two-persons"));
        assert_eq!(act(&app, "second", &id, &json!({ "act": "commit" })).problem(), "forbidden");
        assert_eq!(act(&app, "ally", &id, &json!({ "act": "commit" })).status, 404);
        // Of a person with both roles, what he sent himself another commits.
        let his = send(&app, "both", &LICENCES, table([900]).as_bytes()).must(202);
        let his = his["id"].as_str().unwrap();
        once(&app, his, "checked");
        assert_eq!(act(&app, "both", his, &json!({ "act": "commit" })).problem(), "two-persons");
        let done = commit(&app, &id, "all");
        assert_eq!((&done["done"], &done["failed"]), (&json!(ROWS), &json!(0)));
        let again = act(&app, "checker", &id, &json!({ "act": "commit" }));
        assert_eq!((again.status, again.problem().as_str()), (409, "forbidden-transition"));
        // Serials follow the file, without a gap; each is in force, sealed, and tells of both persons.
        let mut found: Vec<(String, Value)> = Vec::new();
        let mut cursor = String::new();
        loop {
            let page =
                app.as_("maker").get(&format!("/api/v1/licences?kind={KIND}&limit=200{cursor}")).must(200);
            for item in page["items"].as_array().unwrap() {
                let identifier = Identifier::parse(item["identifier"].as_str().unwrap()).unwrap();
                found.push((identifier.serial().to_owned(), item["id"].clone()));
            }
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        found.sort_by(|one, other| one.0.cmp(&other.0));
        let serials: Vec<String> = found.iter().map(|(serial, _)| serial.clone()).collect();
        assert_eq!(serials, (1..=ROWS).map(|serial| format!("2026{serial:06}")).collect::<Vec<_>>());
        for (at, (_, licence)) in found.iter().enumerate().step_by(57) {
            let licence = read(&app, licence.as_str().unwrap());
            assert_eq!(licence["face"]["no"], json!(format!("许可{:04}", at + 1)));
            assert_eq!((&licence["status"], &licence["mode"]), (&json!("ACTIVE"), &json!("bulk")));
            assert_eq!(licence["face"]["id"], json!(citizen(u32::try_from(at).unwrap() + 1)));
        }
        let licence = found[3].1.as_str().unwrap();
        let acts = app.as_("maker").get(&format!("/api/v1/licences/{licence}/acts")).must(200);
        let names: Vec<&Value> = acts["items"].as_array().unwrap().iter().map(|act| &act["act"]).collect();
        assert_eq!(names, [&json!("submit"), &json!("approve")]);
        let file_of = app.as_("maker").get(&format!("/api/v1/licences/{licence}/file.ofd"));
        assert_eq!(file_of.status, 200, "sealed: {}", file_of.text());
        // The same file again is that import, and nothing comes of it twice.
        let again = send(&app, "second", &LICENCES, file.as_bytes()).must(202);
        assert_eq!((&again["id"], &again["known"]), (&json!(id), &json!(true)));
        // One that goes on where the serials stand now.
        once(&app, his, "checked");
        assert_eq!(commit(&app, his, "all")["done"], json!(1));
        // The same rows in another file: each is told as a licence that is there.
        let twice = sent(&app, &LICENCES, format!("{}\r\n", table(1..=3)).as_bytes());
        let twice = once(&app, &twice, "checked");
        assert_eq!(told(&twice), ["C2", "C3", "C4"].map(|cell| (cell.to_owned(), "duplicate".to_owned())));
    }
}

#[test]
fn every_encoding_of_csv_says_the_same_and_a_dry_run_comes_to_nothing_until_it_is_meant() {
    for db in TestDb::both() {
        let app = office(db);
        let plain = table(1..=3);
        let marked = [b"\xEF\xBB\xBF", table(4..=6).as_bytes()].concat();
        let other = table(7..=9);
        let (chinese, ..) = encoding_rs::GB18030.encode(&other);
        let mut dry = LICENCES.to_vec();
        dry.push(("dry_run", "true"));
        for file in [plain.as_bytes(), &marked, &chinese] {
            let id = sent(&app, &dry, file);
            let import = once(&app, &id, "checked");
            assert_eq!((&import["failed"], &import["dry_run"]), (&json!(0), &json!(true)), "{import}");
            let refused = act(&app, "checker", &id, &json!({ "act": "commit" }));
            assert_eq!((refused.status, refused.problem().as_str()), (409, "import-dry-run"));
            let meant = send(&app, "maker", &LICENCES, file).must(202);
            assert_eq!((&meant["id"], &meant["known"]), (&json!(id), &json!(true)));
            assert_eq!(commit(&app, &id, "all")["done"], json!(3));
        }
        // What was taken back may be sent again.
        let file = table(20..=21);
        let id = sent(&app, &LICENCES, file.as_bytes());
        once(&app, &id, "checked");
        assert_eq!(act(&app, "second", &id, &json!({ "act": "cancel" })).status, 403);
        act(&app, "maker", &id, &json!({ "act": "cancel" })).must(200);
        assert_eq!(act(&app, "checker", &id, &json!({ "act": "commit" })).problem(), "forbidden-transition");
        assert_ne!(sent(&app, &LICENCES, file.as_bytes()), id);
    }
}

/// Rows: R39, R40.
#[test]
fn acts_and_results_of_inspections_come_by_file_and_those_of_two_persons_are_confirmed_by_the_second() {
    for db in TestDb::both() {
        let app = office_with(db, |_| {}, |kind| kind["inspection"] = json!({ "months": 12 }));
        let ids: Vec<String> = (1..=5).map(|number| issue(&app, &draft(number))).collect();
        let identifier = |at: usize| read(&app, &ids[at])["identifier"].as_str().unwrap().to_owned();
        let mut file = String::from("证照标识,操作,理由,法律依据,生效日期\r\n");
        for (at, act) in [(0, "挂起"), (1, "revoke"), (2, "解除挂起"), (0, "挂失")] {
            writeln!(file, "{},{act},执法检查,《测试法》第一条,2026-11-20\r", identifier(at)).unwrap();
        }
        file.push_str("1.2.156.3005.2.x,挂起,执法检查,《测试法》第一条,20300101\r\n");
        let id = sent(&app, &[("type", "acts")], file.as_bytes());
        let import = once(&app, &id, "checked");
        let wanted = [
            ("B4", "forbidden-transition"),
            ("A5", "duplicate-in-file"),
            ("A6", "malformed"),
            ("E6", "future"),
        ];
        assert_eq!(told(&import), wanted.map(|(cell, code)| (cell.to_owned(), code.to_owned())));
        assert_eq!(commit(&app, &id, "good")["done"], json!(2));
        assert_eq!(
            (&read(&app, &ids[0])["status"], &read(&app, &ids[1])["status"]),
            (&json!("ON_HOLD"), &json!("REVOKED"))
        );
        let acts = app.as_("maker").get(&format!("/api/v1/licences/{}/acts", ids[1])).must(200);
        let last = acts["items"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(last["act"], "revoke");
        assert!(last["confirmed_by"].is_string() || last["confirmed_by"].is_object(), "{last}");
        let proposals = app.as_("maker").get("/api/v1/proposals?state=confirmed").must(200);
        assert_eq!(proposals["items"].as_array().unwrap().len(), 1, "{proposals}");
        let mut file = String::from("证照标识,年检结果,年检日期,下次年检截止日\r\n");
        writeln!(file, "{},合格,20261120,\r", identifier(3)).unwrap();
        writeln!(file, "{},不合格,20261120,\r", identifier(4)).unwrap();
        let id = sent(&app, &[("type", "inspections"), ("kind", KIND)], file.as_bytes());
        assert_eq!(once(&app, &id, "checked")["failed"], json!(0));
        assert_eq!(commit(&app, &id, "all")["done"], json!(2));
        let listed = app.as_("maker").get("/api/v1/inspections").must(200);
        assert!(listed.to_string().contains(&ids[4]), "failed: {listed}");
    }
}

/// Rows: R16, R37.
#[test]
fn a_file_goes_round_no_rule_that_holds_for_each_of_its_rows() {
    for db in TestDb::both() {
        let app = office_with(db, |_| {}, |_| {});
        // Who sends for good what another only tried is its sender, and commits nothing.
        app.wait(app.make.member("both", &[Role::IssuerMaker, Role::IssuerChecker], UNIT));
        let file = table(1..=2);
        let tried = [LICENCES[0], LICENCES[1], ("dry_run", "true")];
        let id = sent(&app, &tried, file.as_bytes());
        once(&app, &id, "checked");
        let meant = send(&app, "both", &LICENCES, file.as_bytes()).must(202);
        assert_eq!((&meant["id"], &meant["known"]), (&json!(id), &json!(true)));
        assert_eq!(act(&app, "both", &id, &json!({ "act": "commit" })).problem(), "two-persons");
        assert_eq!(commit(&app, &id, "all")["done"], json!(2));
        // What several hold is cancelled when all of them have asked, by a file, too.
        let mut body = draft(3);
        body["co_holders"] =
            json!([{ "type": "natural", "name": "吴双", "id_type": "111", "id_number": citizen(4) }]);
        let held = issue(&app, &body);
        let identifier = read(&app, &held)["identifier"].as_str().unwrap().to_owned();
        let file =
            format!("证照标识,操作,理由,法律依据,生效日期\r\n{identifier},注销,协议,《测试法》第一条,\r\n");
        let id = sent(&app, &[("type", "acts")], file.as_bytes());
        assert_eq!(told(&once(&app, &id, "checked")), [("B2".to_owned(), "holders-missing".to_owned())]);
    }
}

/// Rows: R26.
#[test]
fn holders_are_compared_many_at_once_and_a_register_that_is_away_is_asked_again() {
    for db in TestDb::both() {
        let register = Register::start(Mood::Says(503, String::new()));
        let url = register.url.clone();
        let app = office_with(db, |config| config.registers.population = Some(url), |_| {});
        let mut file = table(1..=250);
        write!(file, "周二鸣,{},许可0900,,20261122,20361121\r\n", citizen(900)).unwrap();
        let id = sent(&app, &LICENCES, file.as_bytes());
        within(Duration::from_secs(60), "it waits for the register", || {
            let import = app.as_("maker").get(&format!("/api/v1/imports/{id}")).must(200);
            (import["trouble"]["code"] == "register-away").then_some(())
        });
        register.is(Mood::Knows("周一鸣"));
        app.pass(30);
        let import = once(&app, &id, "checked");
        assert_eq!(told(&import), [("A252".to_owned(), "register-mismatch".to_owned())]);
        assert_eq!(import["trouble"], json!(null));
        let sizes: Vec<usize> =
            register.asked.lock().unwrap().iter().map(|(_, asked)| asked.as_array().unwrap().len()).collect();
        assert!(sizes.iter().all(|size| *size <= 500) && sizes.iter().any(|size| *size >= 200), "{sizes:?}");
        assert_eq!(commit(&app, &id, "good")["done"], json!(250));
    }
}

#[test]
fn events_tell_what_a_look_tells_and_go_on_behind_the_last_that_was_heard() {
    let app = office(TestDb::sqlite());
    let id = sent(&app, &LICENCES, table(1..=3).as_bytes());
    once(&app, &id, "checked");
    let done = commit(&app, &id, "all");
    let path = format!("/api/v1/imports/{id}/events");
    let stream = app.as_("maker").get(&path);
    assert_eq!((stream.status, stream.header("content-type")), (200, Some("text/event-stream")));
    let text = stream.text();
    let event = text.split("\n\n").find(|event| event.contains("data: ")).unwrap();
    let version = done["version"].to_string();
    assert!(event.contains(&format!("id: {version}\nevent: progress\n")), "{event}");
    let data: Value = serde_json::from_str(event.split_once("data: ").unwrap().1).unwrap();
    for member in ["state", "rows", "done", "failed", "version"] {
        assert_eq!(data[member], done[member], "{member}");
    }
    let heard = app.as_("maker").with("Last-Event-ID", &version).get(&path);
    assert_eq!(heard.status, 204, "a browser does not come again after this");
    let earlier = app.as_("maker").with("Last-Event-ID", "1").get(&path);
    assert!(earlier.text().contains(&format!("id: {version}\n")));
    assert_eq!(app.as_("foreign").get(&path).status, 404);
}

#[test]
fn rows_are_sealed_and_forgotten_some_days_after_the_end() {
    for db in TestDb::both() {
        let app = office(db);
        let id = sent(&app, &LICENCES, table(1..=2).as_bytes());
        once(&app, &id, "checked");
        let import = id.parse().unwrap();
        let others = Secrets::from_master(&[9; 32]).unwrap();
        let opened = app.wait(async {
            let mut tx = app.make.db.begin_read().await.unwrap();
            let opened = import_row::good_after(&mut tx, &others, import, 0, 9).await;
            tx.commit().await.unwrap();
            opened
        });
        assert!(opened.is_err(), "by another master secret nothing opens");
        commit(&app, &id, "all");
        let kept = || {
            app.wait(async {
                let mut tx = app.make.db.begin_read().await.unwrap();
                let last = import_row::last_line(&mut tx, import).await.unwrap();
                tx.commit().await.unwrap();
                last
            })
        };
        let forget = || {
            let before = app.app.now().0 - 7 * 86_400;
            app.wait(imports::forget(&app.app, before))
        };
        forget().unwrap();
        assert_eq!(kept(), 3);
        app.pass(8 * 86_400);
        forget().unwrap();
        assert_eq!(kept(), 0);
        // What it was is still told.
        let told = app.log_in("maker").get(&format!("/api/v1/imports/{id}")).must(200);
        assert_eq!((&told["done"], &told["state"]), (&json!(2), &json!("committed")));
    }
}
