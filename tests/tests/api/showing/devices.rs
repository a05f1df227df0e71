//! `/api/v1/wallet/devices`: a holder's phones.

use liangzheng_core::key::AwsLcSigner;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::snapshot::stable;
use serde_json::{Value, json};

fn jwk() -> Value {
    serde_json::to_value(AwsLcSigner::generate("phone").unwrap().0.public_key().to_jwk()).unwrap()
}

#[test]
fn a_phone_is_registered_once_listed_and_dropped_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        app.holder("lin");
        app.holder("chen");
        let (lin, chen) = (app.as_("lin"), app.as_("chen"));
        let key = jwk();
        let first = lin.post("/api/v1/wallet/devices", &json!({ "jwk": key, "name": " 小米手机 " }));
        assert_eq!(first.status, 201, "{}", first.text());
        let device = first.json();
        assert_eq!(device["name"], "小米手机");
        assert_eq!(device["thumbprint"].as_str().unwrap().len(), 43);
        assert_eq!(device["created_at"], liangzheng_tests::clock::NOON.0);
        let again = lin.post("/api/v1/wallet/devices", &json!({ "jwk": key, "name": "another name" }));
        assert_eq!((again.status, &again.json()), (200, &device), "the same key is the same phone");
        let shared = chen.post("/api/v1/wallet/devices", &json!({ "jwk": key, "name": "x" }));
        assert_eq!(shared.status, 201);
        assert_ne!(shared.json()["id"], device["id"]);
        let listed = lin.get("/api/v1/wallet/devices").json();
        assert_eq!(listed["items"], json!([device]));
        let path = format!("/api/v1/wallet/devices/{}", device["id"].as_str().unwrap());
        assert_eq!(chen.delete(&path).status, 404, "another's phone");
        assert_eq!(lin.delete(&path).status, 204);
        assert_eq!(lin.delete(&path).status, 404, "dropped once");
        assert_eq!(lin.get("/api/v1/wallet/devices").json()["items"], json!([]));
        let anew = lin.post("/api/v1/wallet/devices", &json!({ "jwk": key, "name": "x" }));
        assert_eq!(anew.status, 201);
        assert_ne!(anew.json()["id"], device["id"], "its status indexes are final: it is another device now");
    }
}

#[test]
fn a_registration_sent_again_under_its_key_has_the_same_answer_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        app.holder("lin");
        let lin = app.as_("lin");
        let keyed = lin.with("Idempotency-Key", "phone-1");
        let body = json!({ "jwk": jwk(), "name": "小米手机" });
        let first = keyed.post("/api/v1/wallet/devices", &body);
        let again = keyed.post("/api/v1/wallet/devices", &body);
        assert_eq!((first.status, again.status, again.json()), (201, 201, first.json()));
        let other = keyed.post("/api/v1/wallet/devices", &json!({ "jwk": jwk(), "name": "小米手机" }));
        assert_eq!((other.status, other.problem().as_str()), (422, "idempotency-key-reused"));
        assert_eq!(lin.get("/api/v1/wallet/devices").json()["items"], json!([first.json()]));
    }
}

#[test]
fn what_is_no_public_p256_key_is_refused() {
    let app = TestApp::sqlite();
    app.holder("lin");
    let lin = app.as_("lin");
    let with = |change: &dyn Fn(&mut Value)| {
        let mut key = jwk();
        change(&mut key);
        key
    };
    let zero = "A".repeat(43);
    for (name, key) in [
        ("a private key", with(&|k| k["d"] = json!("AAAA"))),
        ("a kid", with(&|k| k["kid"] = json!("x"))),
        ("another curve", with(&|k| k["crv"] = json!("P-384"))),
        ("another type", with(&|k| k["kty"] = json!("RSA"))),
        ("no y", with(&|k| drop(k.as_object_mut().unwrap().remove("y")))),
        ("a point off the curve", with(&|k| k["x"] = json!(zero))),
        ("padding", with(&|k| k["x"] = json!(format!("{}=", k["x"].as_str().unwrap())))),
        ("a short x", with(&|k| k["x"] = json!("AAAA"))),
        ("no object", json!("x")),
    ] {
        let answer = lin.post("/api/v1/wallet/devices", &json!({ "jwk": key, "name": "x" }));
        assert_eq!((answer.status, answer.problem().as_str()), (422, "invalid-request"), "{name}");
    }
    for name in ["", "   ", &"长".repeat(65)] {
        let answer = lin.post("/api/v1/wallet/devices", &json!({ "jwk": jwk(), "name": name }));
        assert_eq!(answer.status, 422, "{name}");
        assert_eq!(answer.json()["errors"][0]["code"], "length", "{name}");
    }
    for hidden in ["a\u{7}b", "手机\u{202e}", "手\u{200b}机", "\u{3164}"] {
        let answer = lin.post("/api/v1/wallet/devices", &json!({ "jwk": jwk(), "name": hidden }));
        assert_eq!(answer.status, 422, "{hidden:?}");
        assert_eq!(answer.json()["errors"][0]["code"], "hidden-character", "{hidden:?}");
    }
    for n in 0..32 {
        assert_eq!(
            lin.post("/api/v1/wallet/devices", &json!({ "jwk": jwk(), "name": "x" })).status,
            201,
            "{n}"
        );
    }
    let more = lin.post("/api/v1/wallet/devices", &json!({ "jwk": jwk(), "name": "x" }));
    assert_eq!((more.status, more.problem().as_str()), (409, "too-many-devices"));
}

#[test]
fn phones_are_answered_as_kept() {
    let app = TestApp::sqlite();
    app.holder("lin");
    let lin = app.as_("lin");
    let made = lin.post("/api/v1/wallet/devices", &json!({ "jwk": jwk(), "name": "小米手机" }));
    insta::assert_json_snapshot!("registered", stable(&made));
    insta::assert_json_snapshot!("list", stable(&lin.get("/api/v1/wallet/devices")));
}
