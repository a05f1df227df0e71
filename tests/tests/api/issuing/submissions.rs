//! What programs of issuing units hand in: content, case and file in one call; the checker is a person.

use liangzheng_tests::db::TestDb;
use serde_json::{Value, json};

use super::{citizen, draft, issue, office, read, review, wrong};

fn submission(number: u32) -> Value {
    let mut licence = draft(number);
    licence.as_object_mut().unwrap().remove("mode");
    json!({ "case": { "number": format!("SYS-{number}") }, "licence": licence })
}

/// Rows: R16, R22, R23.
#[test]
fn one_call_opens_the_case_and_hands_the_licence_in_and_a_person_approves_it() {
    for db in TestDb::both() {
        let app = office(db);
        let program = app.as_("maker");
        let told = program.post("/api/v1/submissions", &submission(1)).must(201);
        assert_eq!((&told["state"], &told["identifier"]), (&json!("review"), &Value::Null));
        let id = told["licence"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/submissions/{}", told["id"].as_str().unwrap());
        assert_eq!(read(&app, &id)["submission"], told["id"]);
        let case = program.get(&format!("/api/v1/cases/{}", told["case"].as_str().unwrap())).must(200);
        assert_eq!((&case["number"], &case["licences"][0]["id"]), (&json!("SYS-1"), &json!(id)));
        assert_eq!(review(&program, &id, "approve").problem(), "two-persons", "a maker, as any other");
        review(&app.as_("checker"), &id, "send_back").must(200);
        let back = program.get(&path).must(200);
        assert_eq!((&back["state"], &back["reason"]), (&json!("sent_back"), &json!("测试")));
        review(&program, &id, "submit").must(200);
        review(&app.as_("checker"), &id, "approve").must(200);
        let now = app.as_("checker").get(&path).must(200);
        assert_eq!(now["state"], "issued");
        assert!(now["identifier"].is_string());
        app.wait(app.make.account_of("zhou", "111", &citizen(1)));
        assert_eq!(app.as_("zhou").get("/api/v1/wallet/licences").must(200)["items"][0]["id"], json!(id));
        for (login, status) in [("foreign", 404), ("handler", 403)] {
            assert_eq!(app.as_(login).get(&path).status, status, "{login}");
        }
        assert_eq!(app.as_("checker").post("/api/v1/submissions", &submission(2)).status, 403);
    }
}

/// Rows: R22, R27.
#[test]
fn sent_twice_it_is_one_and_what_is_wrong_is_told_at_its_place_and_leaves_nothing() {
    for db in TestDb::both() {
        let app = office(db);
        let keyed = app.as_("maker").with("Idempotency-Key", "once");
        let twice = [(); 2].map(|()| keyed.post("/api/v1/submissions", &submission(1)).must(201));
        assert_eq!(twice[0], twice[1]);
        let again = app.as_("maker").post("/api/v1/submissions", &{
            let mut body = submission(1);
            body["licence"]["face"]["no"] = json!("另一");
            body
        });
        assert_eq!(again.problem(), "already-exists", "the case's number is taken");
        let mut body = submission(2);
        body["case"]["number"] = json!("SYS 2");
        assert_eq!(wrong(&app.as_("maker").post("/api/v1/submissions", &body))[0].0, "/case/number");
        let mut body = submission(2);
        body["licence"]["face"]["id"] = json!("1");
        let refused = app.as_("maker").post("/api/v1/submissions", &body);
        assert_eq!(wrong(&refused), [("/licence/face/id".to_owned(), "check".to_owned())]);
        let cases = app.as_("maker").get("/api/v1/cases").must(200);
        assert_eq!(cases["items"].as_array().unwrap().len(), 1, "{cases}");
    }
}

/// Rows: R22.
#[test]
fn the_units_own_file_is_kept_beside_the_content_and_a_broken_one_is_not_taken() {
    for db in TestDb::both() {
        let app = office(db);
        let other = issue(&app, &draft(9));
        let ofd = app.as_("maker").get(&format!("/api/v1/licences/{other}/file.ofd")).body;
        let content = submission(3).to_string().into_bytes();
        let send = |content: &[u8], file: &[u8]| {
            let parts =
                [("content", "application/json", content), ("file", "application/octet-stream", file)];
            app.as_("maker").form("/api/v1/submissions", &parts)
        };
        let told = send(&content, &ofd).must(201);
        assert_eq!((&told["file"]["format"], &told["file"]["verdict"]), (&json!("ofd"), &json!("OK")));
        let path = format!("/api/v1/submissions/{}/file", told["id"].as_str().unwrap());
        let kept = app.as_("checker").get(&path);
        assert_eq!((kept.status, kept.body), (200, ofd.clone()));
        assert_eq!(app.as_("foreign").get(&path).status, 404);
        let mut broken = ofd;
        let middle = broken.len() / 2;
        broken[middle] ^= 1;
        let content = submission(4).to_string().into_bytes();
        let refused = send(&content, &broken);
        assert_eq!(wrong(&refused), [("/file".to_owned(), "seal".to_owned())]);
        let refused = send(&content, b"GIF89a");
        assert_eq!(wrong(&refused), [("/file".to_owned(), "format".to_owned())]);
        let alone = app.as_("maker").form("/api/v1/submissions", &[("file", "application/pdf", b"%PDF-1.7")]);
        assert_eq!(wrong(&alone), [("/content".to_owned(), "missing".to_owned())]);
        send(&content, b"%PDF-1.7 a scan").must(201);
    }
}
