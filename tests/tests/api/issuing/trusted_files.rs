//! Other trusted files 可信电子文件 than licences: reports, proofs, commitments. Each is a kind of the catalogue with a category
//! of its own, and goes the whole way: made, published, issued, shown, verified, and handed out as a sealed file.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::send;
use liangzheng_tests::make::office::{self, KIND, citizen, draft, publish};
use liangzheng_tests::make::{PIN, UNIT};
use liangzheng_tests::until::until;
use serde_json::{Value, json};

/// A field: key, label, type.
type Field = (&'static str, &'static str, &'static str);

/// Type code, names, category, and the fields of its own beside name and number.
const FILES: [(&str, &str, &str, &str, &[Field]); 3] = [
    (
        "11990000MB00010993002",
        "食品抽检报告",
        "检验检测报告",
        "Food sampling report",
        &[("no", "报告编号", "text"), ("s", "检验结论", "text")],
    ),
    (
        "11990000MB00010993003",
        "无违规记录证明",
        "证明文件",
        "Proof of no violation",
        &[("no", "证明编号", "text"), ("d", "出具日期", "date")],
    ),
    (
        "11990000MB00010993004",
        "信用承诺书",
        "信用承诺",
        "Credit commitment",
        &[("no", "承诺书编号", "text"), ("u", "承诺事项", "text")],
    ),
];

fn kind(code: &str, zh: &str, category: &str, en: &str, fields: &[(&str, &str, &str)]) -> Value {
    let mut kind = office::kind();
    (kind["code"], kind["names"]) = (json!(code), json!({ "zh-CN": zh, "en": en }));
    (kind["category"], kind["validity"]) = (json!(category), json!({ "kind": "none" }));
    let own = kind["face"]["fields"].as_array_mut().unwrap();
    own.truncate(2);
    own.extend(fields.iter().map(|(key, label, value)| {
        let labels = json!({ "zh-CN": label, "en": key });
        let required = json!({ "key": key, "labels": labels, "type": value, "required": true });
        if *value == "text" { merged(required, json!({ "max": 60 })) } else { required }
    }));
    kind
}

fn merged(mut one: Value, other: Value) -> Value {
    one.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    one
}

/// Rows: R36.
#[test]
fn reports_proofs_and_commitments_are_kinds_that_are_issued_shown_and_verified_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |config| config.limits.enabled = false);
        office::open(&app);
        app.staff("admin", Role::UnitAdmin, UNIT);
        for (code, zh, category, en, fields) in FILES {
            let body = kind(code, zh, category, en, fields);
            app.as_("maker").post("/api/v1/kinds", &body).must(201);
            publish(&app, &format!("kinds/{code}"));
        }
        let shown: Vec<Value> = FILES
            .iter()
            .map(|(code, ..)| json!({ "code": code, "fields": [{ "key": "n" }, { "key": "no" }] }))
            .collect();
        let scene = json!({
            "code": "files.scene", "names": { "zh-CN": "查验可信文件", "en": "Trusted files" },
            "unit": UNIT, "audience": "inspector", "kinds": shown,
            "lifetime": 60, "profiles": ["S"], "medium": "screen", "max_status_age": 86400
        });
        app.as_("admin").post("/api/v1/scenes", &scene).must(201);
        app.as_("admin").post("/api/v1/scenes/files.scene/acts", &json!({ "act": "submit" })).must(200);
        app.as_("manager").post("/api/v1/scenes/files.scene/acts", &json!({ "act": "publish" })).must(200);
        let mut issued = Vec::new();
        for (at, (code, _, _, _, fields)) in FILES.iter().enumerate() {
            let mut body = draft(1);
            (body["kind"], body["valid_to"]) = (json!(code), Value::Null);
            let face = body["face"].as_object_mut().unwrap();
            face.retain(|key, _| key == "n" || key == "id");
            for (key, _, value) in *fields {
                let text = if *value == "date" { "20261122".to_owned() } else { format!("文件{at}") };
                face.insert((*key).to_owned(), json!(text));
            }
            issued.push(office::issue(&app, &body));
        }
        app.wait(app.make.account_of("zhou", "111", &citizen(1)));
        let zhou = app.as_("zhou");
        let cards = zhou.get("/api/v1/wallet/licences").must(200);
        assert_eq!(cards["items"].as_array().unwrap().len(), FILES.len(), "{cards}");
        for (id, (code, ..)) in issued.iter().zip(FILES) {
            let show = json!({ "scene": "files.scene", "pin": PIN });
            let shown = until("the scene in the signed catalogue", || {
                let answer = zhou.post(&format!("/api/v1/wallet/licences/{id}/show"), &show);
                (answer.status == 201).then(|| answer.json())
            });
            let verdict =
                app.anyone().post("/api/v1/verify", &json!({ "input": shown["qr_text"] })).must(200);
            assert_eq!(verdict["verdict"], "valid", "{verdict}");
            let file = app.as_("checker").get(&format!("/api/v1/licences/{id}/file.ofd"));
            assert_eq!(file.status, 200, "{code}: {}", file.text());
            let told = verify_file(&app, &file.body);
            assert_eq!(told["verdict"], "valid", "{code}: {told}");
        }
        let catalogue = app.as_("checker").get("/api/v1/kinds?limit=200").must(200);
        let listed = catalogue["items"].as_array().unwrap();
        for (code, _, category, ..) in FILES {
            let of_code = listed.iter().find(|kind| kind["code"] == code);
            assert_eq!(of_code.unwrap()["category"], category);
        }
        assert!(listed.iter().any(|kind| kind["code"] == KIND), "beside licences");
    }
}

fn verify_file(app: &TestApp, file: &[u8]) -> Value {
    let head = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"F.ofd\"\r\n\
        Content-Type: application/ofd\r\n\r\n";
    let body = [&head[..], file, b"\r\n--b--\r\n"].concat();
    let media = [("content-type", "multipart/form-data; boundary=b")];
    send("POST", &format!("{}/api/v1/verify", app.url), &media, Some(&body)).must(200)
}
