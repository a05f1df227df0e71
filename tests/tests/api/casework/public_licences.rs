//! What anybody looks up: public kinds, public fields, whole names.

use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{IDENTITY_CARD, OTHER_UNIT, UNIT};
use serde_json::{Value, json};

use super::{LABORATORY, desk, licence, name, person};

fn found(app: &TestApp, query: &str) -> Value {
    app.anyone().get(&format!("/api/v1/public/licences?{query}")).must(200)["items"].clone()
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Rows: R57.
#[test]
fn anybody_looks_up_public_kinds_and_fields_and_nothing_else_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        let public = licence(&app, holder, LABORATORY, UNIT, Status::Active);
        let draft = licence(&app, holder, LABORATORY, UNIT, Status::Draft);
        let private = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        let by_number = found(&app, &format!("identifier={}", public.identifier));
        let [one] = &by_number.as_array().unwrap()[..] else { panic!("{by_number}") };
        assert_eq!(
            (&one["status"], &one["unit_names"]["zh-CN"]),
            (&json!("ACTIVE"), &json!("云溪市市场监督管理局"))
        );
        let keys: Vec<&str> =
            one["fields"].as_array().unwrap().iter().map(|field| field["key"].as_str().unwrap()).collect();
        assert_eq!(keys, ["n", "c", "no", "s", "a", "o"], "the public ones, as its kind has them");
        let whole = format!("kind={LABORATORY}&holder_name={}", encoded(&name(1)));
        assert_eq!(found(&app, &whole), by_number);
        // What is not public, not issued, not there: all alike.
        let nobody = format!("kind={LABORATORY}&holder_name={}", encoded("周"));
        let secret = format!("kind={IDENTITY_CARD}&holder_name={}", encoded(&name(1)));
        for query in [
            format!("identifier={}", private.identifier),
            format!("identifier={}", draft.identifier),
            "identifier=1.2.156.3005.2.x".to_owned(),
            nobody,
            secret,
        ] {
            assert_eq!(found(&app, &query), json!([]), "{query}");
        }
        for query in ["", &format!("kind={LABORATORY}"), "holder_name=x", "identifier=1&holder_name=x", "q=x"]
        {
            assert_eq!(app.anyone().get(&format!("/api/v1/public/licences?{query}")).status, 422, "{query}");
        }
        // Its holder sees that somebody looked.
        let uses = app.as_("h1").get("/api/v1/wallet/uses").must(200);
        let looks: Vec<&Value> = uses["items"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
        assert_eq!(looks, ["lookup", "lookup"], "{uses}");
        assert_eq!(uses["items"][0]["by"], Value::Null);
    }
}

/// Rows: R57.
#[test]
fn anybody_reads_which_kinds_are_public_and_what_is_told_of_them_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let public = app.anyone().get("/api/v1/public/kinds").must(200);
        let [laboratory] = &public["items"].as_array().unwrap()[..] else { panic!("{public}") };
        assert_eq!((&laboratory["kind"], &public["next"]), (&json!(LABORATORY), &Value::Null));
        assert_eq!(laboratory["names"]["zh-CN"], "检验检测机构资质认定证书");
        // As many labels as fields are told of a licence.
        let holder = person(&app, 1);
        let one = licence(&app, holder, LABORATORY, UNIT, Status::Active);
        let told = found(&app, &format!("identifier={}", one.identifier));
        let labels: Vec<&Value> =
            told[0]["fields"].as_array().unwrap().iter().map(|field| &field["label"]).collect();
        assert_eq!(labels, laboratory["fields"].as_array().unwrap().iter().collect::<Vec<_>>());
        // Behind the last there is none.
        let behind = app.anyone().get("/api/v1/public/kinds?cursor=99999999999999999X999").must(200);
        assert_eq!(behind["items"], json!([]));
        assert_eq!(app.anyone().get("/api/v1/public/kinds?cursor=x").status, 422);
    }
}

/// Rows: R57.
#[test]
fn who_has_many_is_read_page_by_page_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        let mut all: Vec<String> = (0..5)
            .map(|_| licence(&app, holder, LABORATORY, UNIT, Status::Active).identifier.to_string())
            .collect();
        all.sort();
        let query = format!("/api/v1/public/licences?kind={LABORATORY}&holder_name={}", encoded(&name(1)));
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        for want in [2, 2, 1] {
            let page = app.anyone().get(&format!("{query}&limit=2{cursor}")).must(200);
            let items = page["items"].as_array().unwrap();
            assert_eq!((items.len(), page["next"].is_null()), (want, want == 1), "{page}");
            seen.extend(items.iter().map(|one| one["identifier"].as_str().unwrap().to_owned()));
            cursor = format!("&cursor={}", page["next"].as_str().unwrap_or_default());
        }
        seen.sort();
        assert_eq!(seen, all);
    }
}

/// Rows: R57.
#[test]
fn who_looks_up_too_much_waits() {
    let app = TestApp::start(TestDb::sqlite(), |_| {});
    app.enter_demo_catalogue();
    let statuses: Vec<u16> = (0..25)
        .map(|number| app.anyone().get(&format!("/api/v1/public/licences?identifier={number}")).status)
        .collect();
    assert_eq!(statuses[..20], [200; 20]);
    assert!(statuses.contains(&429), "{statuses:?}");
}
