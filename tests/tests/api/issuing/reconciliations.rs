//! A unit's own list beside what is here: missing, extra, different.

use liangzheng_server::service::issuing::reconciliations::face_digest;
use liangzheng_tests::acts::act;
use liangzheng_tests::db::TestDb;
use serde_json::{Value, json};

use super::{KIND, draft, issue, office, read, wrong};

/// Rows: R29.
#[test]
fn a_list_is_compared_and_what_is_missing_extra_or_different_is_kept() {
    for db in TestDb::both() {
        let app = office(db);
        let ids: Vec<String> = (1..=4).map(|number| issue(&app, &draft(number))).collect();
        let told: Vec<Value> = ids.iter().map(|id| read(&app, id)).collect();
        let identifier = |at: usize| told[at]["identifier"].as_str().unwrap().to_owned();
        let face = |at: usize| -> Vec<(String, String)> {
            let face = told[at]["face"].as_object().unwrap();
            face.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect()
        };
        app.as_("checker").post(&format!("/api/v1/licences/{}/acts", ids[1]), &act("suspend")).must(200);
        let never = "1.2.156.3005.2.11990000MB00010993001.11990100MB0000019L.2026009999.001.X";
        let odd = liangzheng_core::identifier::Identifier::parse(never).is_err();
        let unknown = liangzheng_core::identifier::Identifier::build(
            KIND,
            liangzheng_tests::make::UNIT,
            "2026009999",
            1,
        );
        assert!(odd);
        let rows = json!([
            { "identifier": identifier(0), "status": "ACTIVE", "valid_to": "20361121", "digest": face_digest(&face(0)) },
            { "identifier": identifier(1), "status": "ACTIVE" },
            { "identifier": identifier(2), "digest": face_digest(&face(0)) },
            { "identifier": unknown.unwrap().to_string() },
        ]);
        let sent = app.as_("maker").post("/api/v1/reconciliations", &json!({ "kind": KIND, "rows": rows }));
        let counts = sent.must(201);
        for (member, want) in [("rows", 4), ("same", 1), ("missing", 1), ("extra", 1), ("different", 2)] {
            assert_eq!(counts[member], want, "{member}: {counts}");
        }
        let path = format!("/api/v1/reconciliations/{}", counts["id"].as_str().unwrap());
        let report = app.as_("checker").get(&path).must(200);
        let found: Vec<(&str, &Value)> = report["differences"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["found"].as_str().unwrap(), &one["member"]))
            .collect();
        assert_eq!(
            found,
            [
                ("different", &json!("status")),
                ("different", &json!("digest")),
                ("missing", &Value::Null),
                ("extra", &Value::Null)
            ]
        );
        assert_eq!(report["differences"][0]["ours"], "ON_HOLD");
        assert_eq!(report["differences"][3]["identifier"], identifier(3));
        let here: Vec<&Value> =
            report["differences"].as_array().unwrap().iter().map(|one| &one["licence"]).collect();
        assert_eq!(
            here,
            [&json!(ids[1]), &json!(ids[2]), &Value::Null, &json!(ids[3])],
            "leads to what is here"
        );
        let extra = app.as_("checker").get(&format!("{path}?found=extra")).must(200);
        let extra = extra["differences"].as_array().unwrap();
        assert_eq!((extra.len(), &extra[0]["found_label"]["en"]), (1, &json!("not in the list")));
        assert_eq!(app.as_("checker").get(&format!("{path}?found=odd")).status, 422);
        let first = app.as_("checker").get(&format!("{path}?limit=1")).must(200);
        assert_eq!((first["differences"].as_array().unwrap().len(), &first["next"]), (1, &json!(1)));
        let file = app.as_("checker").get(&format!("{path}/differences.csv"));
        assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
        assert_eq!(file.text().lines().count(), 5, "{}", file.text());
        let listed = app.as_("maker").get("/api/v1/reconciliations").must(200);
        assert_eq!(listed["items"][0], counts);
        assert_eq!(app.as_("foreign").get(&path).status, 404);
        assert_eq!(app.as_("handler").get(&path).status, 403);
        // The same as a file.
        let csv = format!("\u{feff}identifier,status,valid_to,digest\n{},ACTIVE,,\n", identifier(0));
        let sent = |query: &str, csv: &str| {
            app.as_("maker")
                .form(&format!("/api/v1/reconciliations{query}"), &[("file", "text/csv", csv.as_bytes())])
        };
        let counts = sent(&format!("?kind={KIND}"), &csv).must(201);
        assert_eq!((&counts["same"], &counts["extra"]), (&json!(1), &json!(3)));
        assert_eq!(wrong(&sent("", &csv)), [("/kind".to_owned(), "missing".to_owned())]);
        assert_eq!(sent(&format!("?kind={KIND}"), "colour\nred\n").status, 422);
    }
}

#[test]
fn rows_that_cannot_be_read_are_told_and_nothing_is_kept() {
    let app = office(TestDb::sqlite());
    let id = issue(&app, &draft(1));
    let identifier = read(&app, &id)["identifier"].clone();
    let rows = json!([{ "identifier": identifier }, { "identifier": "x" }, { "identifier": identifier }]);
    let refused = app.as_("maker").post("/api/v1/reconciliations", &json!({ "kind": KIND, "rows": rows }));
    let told = [("/rows/1/identifier", "malformed"), ("/rows/2/identifier", "duplicate")];
    assert_eq!(wrong(&refused), told.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    assert_eq!(app.as_("maker").get("/api/v1/reconciliations").must(200)["items"], json!([]));
}
