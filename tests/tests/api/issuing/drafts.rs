//! Drafts: what is taken, and what is wrong with each field of one that is not.

use liangzheng_server::domain::licence::Status;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, UNIT};
use serde_json::{Value, json};

use crate::at_rest::{kept, stands_in};

use super::{KIND, MATTER, citizen, draft, holder, issue, office, office_with, read, review, write, wrong};

/// Rows: R30.
#[test]
fn a_draft_is_kept_as_it_was_written_and_read_by_its_unit_only() {
    for db in TestDb::both() {
        let app = office(db);
        let mut body = draft(1);
        // As a clerk types it: full width, blanks, hyphens.
        body["holder"]["id_number"] = json!(format!(" {}-{} ", &citizen(1)[..6], &citizen(1)[6..]));
        body["physical"] = json!({ "number": "A000123" });
        body["provenance"] = json!("窗口受理");
        let written = app.as_("maker").post("/api/v1/licences", &body).must(201);
        assert_eq!((&written["status"], &written["version"]), (&json!("DRAFT"), &json!(1)));
        assert_eq!(written["register"]["state"], "not_configured");
        let id = written["id"].as_str().unwrap();
        let kept = read(&app, id);
        assert_eq!(kept["holder"], holder(1), "in one spelling");
        for member in ["face", "valid_from", "valid_to", "mode", "physical", "provenance", "kind"] {
            assert_eq!(kept[member], body[member], "{member}");
        }
        assert_eq!((&kept["identifier"], &kept["acts"]), (&Value::Null, &json!(["submit"])));
        for (login, status) in [("second", 200), ("checker", 200), ("foreign", 404), ("handler", 403)] {
            assert_eq!(app.as_(login).get(&format!("/api/v1/licences/{id}")).status, status, "{login}");
        }
        let list = |login: &str, query: &str| {
            let found = app.as_(login).get(&format!("/api/v1/licences{query}")).must(200);
            found["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(list("checker", ""), [json!(id)]);
        assert_eq!(list("checker", "?status=DRAFT"), [json!(id)]);
        for query in ["?status=ACTIVE", "?kind=11990000MB00010993002", "?changed_since=1795320001"] {
            assert_eq!(list("checker", query), [Value::Null; 0], "{query}");
        }
        assert_eq!(list("foreign", ""), [Value::Null; 0]);
        for (query, pointer) in [("?q=%E5%91%A8%E4%B8%80%E9%B8%A3", "/q"), ("?status=GONE", "/status")] {
            let odd = app.as_("checker").get(&format!("/api/v1/licences{query}"));
            assert_eq!(wrong(&odd)[0].0, pointer);
        }
        let versions = app.as_("maker").get(&format!("/api/v1/licences/{id}/versions")).must(200);
        assert_eq!(versions["items"][0]["id"], id);
    }
}

/// Rows: R27, R28, R91.
#[test]
fn one_entry_tells_of_each_wrong_field_and_nothing_is_kept() {
    for db in TestDb::both() {
        let app = office(db);
        let maker = app.as_("maker");
        type Change = fn(&mut Value);
        let cases: [(&str, &str, Change); 15] = [
            ("/kind", "not-published", |d| d["kind"] = json!("11990000MB00010993002")),
            ("/kind", "not-published", |d| d["kind"] = json!("permit")),
            ("/face/x", "unknown", |d| d["face"]["x"] = json!("1")),
            ("/face/no", "missing", |d| d["face"]["no"] = json!(null)),
            ("/face/no", "length", |d| d["face"]["no"] = json!("1".repeat(21))),
            ("/face/id", "check", |d| d["face"]["id"] = json!("990101199001010010")),
            ("/face/d", "date", |d| d["face"]["d"] = json!("20260231")),
            ("/face/n", "holder-name", |d| d["face"]["n"] = json!("周二鸣")),
            ("/holder/type", "holder-type", |d| {
                d["holder"] = json!({ "type": "legal", "name": "周一鸣", "id_type": "001", "id_number": "91990100MA0000031K" });
                d["face"]["id"] = json!(null);
            }),
            ("/holder/id_number", "fifteen-digits", |d| d["holder"]["id_number"] = json!("990101900101001")),
            ("/valid_to", "term", |d| d["valid_to"] = json!("20361123")),
            ("/valid_to", "missing", |d| d["valid_to"] = json!(null)),
            ("/case", "not-found", |d| d["case"] = json!("cas_00000000000000000000000000000000")),
            ("/replaces", "not-found", |d| {
                d["replaces"] = json!("lic_00000000000000000000000000000000");
                d["change"] = json!("renew");
            }),
            ("/mode", "unknown", |d| d["mode"] = json!("by hand")),
        ];
        for (pointer, code, change) in cases {
            let mut body = draft(1);
            change(&mut body);
            let refused = maker.post("/api/v1/licences", &body);
            assert_eq!((refused.status, refused.problem().as_str()), (422, "invalid-request"), "{pointer}");
            assert!(
                wrong(&refused).contains(&(pointer.to_owned(), code.to_owned())),
                "{pointer} {code}: {}",
                refused.text()
            );
        }
        // All at once, in both languages.
        let mut body = draft(1);
        body["face"] = json!({ "n": "周一鸣", "id": "1", "colour": "red" });
        body["valid_from"] = json!("tomorrow");
        let refused = maker.post("/api/v1/licences", &body);
        let told: Vec<_> = wrong(&refused).into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(told, ["/face/colour", "/face/id", "/face/no", "/valid_from"]);
        let english = maker.with("Accept-Language", "en").post("/api/v1/licences", &body).json();
        assert_eq!(english["errors"][2]["detail"], "this field is required");
        let twice = r#"{"kind":"x","holder":{"type":"natural","name":"a","id_type":"111","id_number":"1"},
            "face":{"n":"a","n":"b"},"valid_from":"20260101"}"#;
        let headers = [
            ("Authorization", &*format!("Bearer {}", maker.token().unwrap())),
            ("Content-Type", "application/json"),
        ];
        let refused = liangzheng_tests::http::send(
            "POST",
            &format!("{}/api/v1/licences", app.url),
            &headers,
            Some(twice.as_bytes()),
        );
        assert_eq!(wrong(&refused)[0].0, "/face");
        assert_eq!(maker.get("/api/v1/licences").must(200)["items"], json!([]));
        assert_eq!(app.as_("checker").post("/api/v1/licences", &draft(1)).status, 403);
        let foreign = app.as_("foreign").post("/api/v1/licences", &draft(1));
        assert!(wrong(&foreign).contains(&("/kind".to_owned(), "foreign-unit".to_owned())));
    }
}

/// Rows: R11.
#[test]
fn what_two_licences_may_not_both_have_is_refused_while_the_first_is_in_force() {
    for db in TestDb::both() {
        let app = office(db);
        issue(&app, &draft(1));
        let mut body = draft(2);
        body["face"]["no"] = json!("许可0001");
        let refused = app.as_("maker").post("/api/v1/licences", &body);
        assert_eq!(wrong(&refused), [("/face/no".to_owned(), "duplicate".to_owned())]);
        // Two drafts may; the second finds it when it comes to approval.
        let (first, second) = (write(&app, &draft(3)), {
            let mut body = draft(4);
            body["face"]["no"] = json!("许可0003");
            write(&app, &body)
        });
        for id in [&first, &second] {
            review(&app.as_("maker"), id, "submit").must(200);
        }
        review(&app.as_("checker"), &first, "approve").must(200);
        let refused = review(&app.as_("checker"), &second, "approve");
        assert_eq!(wrong(&refused), [("/face/no".to_owned(), "duplicate".to_owned())]);
    }
}

/// Rows: R18.
#[test]
fn a_kind_made_by_a_national_norm_is_only_collected() {
    let app = office_with(TestDb::sqlite(), |_| {}, |kind| kind["exempt"] = json!(true));
    let refused = app.as_("maker").post("/api/v1/licences", &draft(1));
    assert_eq!(wrong(&refused), [("/mode".to_owned(), "exempt".to_owned())]);
    let mut body = draft(1);
    body["mode"] = json!("stock");
    write(&app, &body);
}

#[test]
fn a_draft_is_mended_by_its_maker_on_the_version_he_saw() {
    for db in TestDb::both() {
        let app = office(db);
        let id = write(&app, &draft(1));
        let path = format!("/api/v1/licences/{id}");
        let put = |login: &str, body: &Value, tag: &str| {
            app.as_(login).with("If-Match", tag).send("PUT", &path, Some(body))
        };
        let mut body = draft(1);
        body["face"]["no"] = json!("许可七");
        assert_eq!(put("second", &body, "*").status, 403, "may see it, not write it");
        assert_eq!(put("foreign", &body, "*").status, 404);
        assert_eq!(put("maker", &body, "\"7\"").status, 412);
        let mut odd = body.clone();
        odd["face"]["d"] = json!("x");
        assert_eq!(put("maker", &odd, "\"1\"").status, 422);
        let written = put("maker", &body, "\"1\"").must(200);
        assert_eq!((&written["id"], &written["version"]), (&json!(id), &json!(2)));
        assert_eq!(read(&app, &id)["face"]["no"], "许可七");
        review(&app.as_("maker"), &id, "submit").must(200);
        let late = put("maker", &body, "*");
        assert_eq!((late.status, late.problem().as_str()), (409, "forbidden-transition"));
        let keyed = app.as_("maker").with("Idempotency-Key", "once");
        let twice = [(); 2].map(|()| keyed.post("/api/v1/licences", &draft(2)).must(201));
        assert_eq!(twice[0], twice[1]);
        assert_eq!(keyed.post("/api/v1/licences", &draft(3)).problem(), "idempotency-key-reused");
    }
}

#[test]
fn a_holder_known_by_another_name_is_told_where_no_register_can_say_which_is_right() {
    for db in TestDb::both() {
        let app = office(db);
        issue(&app, &draft(1));
        let mut body = draft(1);
        body["holder"]["name"] = json!("周壹鸣");
        body["face"]["n"] = json!("周壹鸣");
        body["face"]["no"] = json!("另一");
        let refused = app.as_("maker").post("/api/v1/licences", &body);
        assert_eq!((refused.status, refused.problem().as_str()), (409, "holder-name-differs"));
    }
}

#[test]
fn a_licence_that_was_not_made_here_is_read_and_listed_too() {
    for db in TestDb::both() {
        let app = office(db);
        let (_, lin) = app.holder("lin");
        let licence = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
        let told = read(&app, &licence.id.to_string());
        assert_eq!((&told["status"], &told["register"]), (&json!("ACTIVE"), &Value::Null));
        assert_eq!(told["holder"]["name"], "林晓舟");
        let query = format!("/api/v1/licences?q={}", licence.identifier.with_root());
        let found = app.as_("maker").get(&query).must(200);
        assert_eq!(found["items"][0]["id"], licence.id.to_string());
        assert_eq!(app.as_("foreign").get(&query).must(200)["items"], json!([]));
        let refused = review(&app.as_("maker"), &licence.id.to_string(), "submit");
        assert_eq!((refused.status, refused.problem().as_str()), (409, "forbidden-transition"));
        assert_eq!(told["kind"], BUSINESS_LICENCE);
        assert_ne!(told["kind"], KIND);
    }
}

/// Rows: R83.
#[test]
fn no_name_and_no_number_of_a_case_or_a_draft_lies_in_clear() {
    for db in TestDb::both() {
        let folder = db.folder().to_owned();
        let app = office(db);
        let maker = app.as_("maker").with("Idempotency-Key", "once");
        let case = json!({ "type": "issuing", "matter": MATTER, "holder": holder(1), "mode": "online" });
        let case = maker.post("/api/v1/cases", &case).must(201);
        let mut body = draft(1);
        body["case"] = case["id"].clone();
        body["provenance"] = json!("临江路窗口受理");
        let id = maker.post("/api/v1/licences", &body).must(201)["id"].as_str().unwrap().to_owned();
        review(&app.as_("maker"), &id, "submit").must(200);
        let back = json!({ "act": "send_back", "reason": "周女士来电更正" });
        app.as_("checker").post(&format!("/api/v1/licences/{id}/acts"), &back).must(200);
        issue(&app, &draft(2));
        let kept = kept(&app, &folder);
        assert!(stands_in(&kept, MATTER) && stands_in(&kept, &id), "what is no secret is found");
        for personal in ["周一鸣", &*citizen(1), &*citizen(2), "许可0001", "许可0002", "临江路", "来电"]
        {
            assert!(!stands_in(&kept, personal), "{personal} stands in clear");
        }
    }
}
