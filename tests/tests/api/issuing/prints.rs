//! The print register: who enters copies, what stands on them, what becomes of a void one, what the holder is told.

use std::process::Command;

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::{Licence, Status};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::{TempDir, TestDb};
use liangzheng_tests::make::{BUSINESS_LICENCE, OTHER_UNIT, UNIT};
use liangzheng_tests::source::{python, root};
use serde_json::{Value, json};

use super::seal::enter;
use crate::at_rest::{kept, stands_in};

/// A sealed licence of `shan`'s, and the clerks of its unit and of another.
fn office(db: TestDb) -> (TestApp, Licence) {
    let app = TestApp::start(db, |config| config.limits.enabled = false);
    let (_, holder) = app.holder("shan");
    let licence = liangzheng_tests::make::licence(holder, BUSINESS_LICENCE, UNIT, Status::Active);
    enter(&app, &licence, &[]).unwrap();
    app.staff("wang", Role::IssuerMaker, UNIT);
    app.staff("qin", Role::IssuerChecker, UNIT);
    app.staff("zhao", Role::IssuerChecker, OTHER_UNIT);
    app.staff("sun", Role::Inspector, UNIT);
    (app, licence)
}

fn prints(licence: &Licence) -> String {
    format!("/api/v1/licences/{}/prints", licence.id)
}

fn wanted() -> Value {
    json!({ "collector": "周小满", "purpose": "参加政府采购投标" })
}

fn act(app: &TestApp, copy: &Value, act: &str) -> liangzheng_tests::http::Answer {
    let path = format!("/api/v1/prints/{}/acts", copy["id"].as_str().unwrap());
    app.as_("qin").post(&path, &json!({ "act": act, "reason": "周小满来电说打印不清" }))
}

/// What readers that are not ours find on the first page.
fn read(file: &[u8]) -> Option<Value> {
    let python = python()?;
    let folder = TempDir::new("print");
    let (pdf, picture) = (folder.path().join("copy.pdf"), folder.path().join("copy.png"));
    std::fs::write(&pdf, file).unwrap();
    let script = root().join("tests/interop/pdf.py");
    let told = Command::new(python).arg(script).arg(pdf).arg(picture).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    Some(serde_json::from_slice(&told.stdout).unwrap())
}

fn verdict(app: &TestApp, code: &str) -> Value {
    app.anyone().post("/api/v1/verify", &json!({ "input": code })).must(200)["code"].clone()
}

/// Rows: R51, R52, R54, R61.
#[test]
fn a_copy_bears_for_whom_and_what_for_and_a_code_of_its_own_and_is_void_to_verifiers_once_made_so_on_both_databases()
 {
    for db in TestDb::both() {
        let folder = db.folder().to_owned();
        let (app, licence) = office(db);
        let copy = app.as_("wang").post(&prints(&licence), &wanted()).must(201);
        assert_eq!(copy["number"], "2026-000001");
        let file = app.as_("wang").get(copy["href"].as_str().unwrap());
        assert_eq!((file.status, file.header("content-type")), (200, Some("application/pdf")));
        assert_eq!(file.header("cache-control"), Some("no-store"));
        // The newest stands first in the register.
        app.pass(1);
        let second = app.as_("wang").post(&prints(&licence), &wanted()).must(201);
        assert_eq!(second["number"], "2026-000002");
        if let Some(page) = read(&file.body) {
            let text: String = page["text"].as_str().unwrap().split_whitespace().collect();
            let number = copy["number"].as_str().unwrap();
            for words in
                ["加注件", number, "周小满", "参加政府采购投标", "云溪市市场监督管理局", "打印件核验码"]
            {
                assert!(text.contains(words), "{words} stands not on the page: {text}");
            }
            assert_eq!((&page["pages"], page["codes"].as_array().unwrap().len()), (&json!(1), 1));
            let code = page["codes"][0].as_str().unwrap();
            let other = app.as_("wang").get(second["href"].as_str().unwrap());
            let other = read(&other.body).unwrap()["codes"][0].as_str().unwrap().to_owned();
            assert_ne!(code, other, "each copy has a code of its own");
            assert_eq!((verdict(&app, code), verdict(&app, &other)), (json!("OK"), json!("OK")));
            act(&app, &copy, "void").must(200);
            assert_eq!(
                (verdict(&app, code), verdict(&app, &other)),
                (json!("E_STATUS_INVALID"), json!("OK"))
            );
        } else {
            act(&app, &copy, "void").must(200);
        }
        // The register tells it, and the holder, too.
        let register = app.as_("qin").get(&prints(&licence)).must(200);
        let [newest, voided] = &register["items"].as_array().unwrap()[..] else { panic!("{register}") };
        assert_eq!((&newest["state"], &newest["void_at"]), (&json!("registered"), &Value::Null));
        assert_eq!(
            (&voided["id"], &voided["state"], &voided["href"]),
            (&copy["id"], &json!("void"), &Value::Null)
        );
        assert_eq!(voided["void_reason"], "周小满来电说打印不清");
        assert_eq!(
            (&voided["collector"], &voided["purpose"]),
            (&wanted()["collector"], &wanted()["purpose"])
        );
        assert_eq!(app.as_("wang").get(copy["href"].as_str().unwrap()).problem(), "print-void");
        assert_eq!(act(&app, &copy, "void").problem(), "print-void");
        assert_eq!(act(&app, &copy, "reprint").problem(), "print-void");
        let uses = app.as_("shan").get("/api/v1/wallet/uses").must(200);
        let used = uses["items"].as_array().unwrap().iter().find(|one| one["use"] == voided["use"]).unwrap();
        assert_eq!((&used["kind"], &used["purpose"]), (&json!("print"), &wanted()["purpose"]));
        assert_eq!(used["by"]["unit"], UNIT);
        let kept = kept(&app, &folder);
        assert!(stands_in(&kept, "2026-000001"), "what is no secret is found");
        for words in ["周小满", "政府采购"] {
            assert!(!stands_in(&kept, words), "{words} stands in clear");
        }
    }
}

/// Rows: R54.
#[test]
fn a_copy_is_given_out_for_ten_minutes_and_printed_again_as_the_same_file_on_both_databases() {
    for db in TestDb::both() {
        let (app, licence) = office(db);
        let once = app.as_("wang").with("Idempotency-Key", "one copy");
        let copy = once.post(&prints(&licence), &wanted()).must(201);
        assert_eq!(
            once.post(&prints(&licence), &wanted()).must(201),
            copy,
            "sent again it is no second copy"
        );
        let href = copy["href"].as_str().unwrap();
        let first = app.as_("wang").get(href).body;
        app.pass(599);
        assert_eq!(app.as_("qin").get(href).body, first);
        app.pass(1);
        assert_eq!(app.as_("wang").get(href).problem(), "print-again-first");
        let again = act(&app, &copy, "reprint").must(200);
        assert_eq!((&again["reprints"], &again["href"]), (&json!(1), &copy["href"]));
        assert_eq!(app.as_("wang").get(href).body, first, "byte for byte");
        let uses = app.as_("shan").get("/api/v1/wallet/uses").must(200);
        let printed = uses["items"].as_array().unwrap().iter().filter(|one| one["kind"] == "print").count();
        assert_eq!(printed, 2, "{uses}");
    }
}

/// Rows: R54.
#[test]
fn copies_are_the_units_own_and_of_what_holds_only_on_both_databases() {
    for db in TestDb::both() {
        let (app, licence) = office(db);
        let copy = app.as_("wang").post(&prints(&licence), &wanted()).must(201);
        let href = copy["href"].as_str().unwrap();
        assert_eq!(app.as_("zhao").post(&prints(&licence), &wanted()).problem(), "not-found");
        assert_eq!(app.as_("zhao").get(&prints(&licence)).problem(), "not-found");
        assert_eq!(app.as_("zhao").get(href).problem(), "not-found");
        for login in ["sun", "shan"] {
            assert_eq!(app.as_(login).post(&prints(&licence), &wanted()).problem(), "forbidden", "{login}");
            assert_eq!(app.as_(login).get(href).problem(), "forbidden", "{login}");
        }
        assert_eq!(app.anyone().get(href).problem(), "unauthenticated");
        // Each member that is wrong is told.
        let long = json!({ "collector": " ", "purpose": "用".repeat(61) });
        let told = app.as_("wang").post(&prints(&licence), &long).must(422);
        let pointers: Vec<&Value> =
            told["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
        assert_eq!(pointers, ["/collector", "/purpose"]);
        // Nobody gets a copy of what does not hold; the codes of those that are out say so, too.
        let body = json!({ "act": "suspend", "reason": "r", "legal_basis": "b" });
        app.as_("qin").post(&format!("/api/v1/licences/{}/acts", licence.id), &body).must(200);
        assert_eq!(app.as_("wang").post(&prints(&licence), &wanted()).problem(), "licence-not-showable");
        if let Some(page) = read(&app.as_("wang").get(href).body) {
            assert_eq!(verdict(&app, page["codes"][0].as_str().unwrap()), "E_STATUS_SUSPENDED");
        }
        let register = app.as_("wang").get(&prints(&licence)).must(200);
        assert_eq!(register["items"].as_array().unwrap().len(), 1, "{register}");
    }
}
