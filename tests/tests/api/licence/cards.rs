//! A wallet's cards and phones.

use liangzheng_core::key::AwsLcSigner;
use liangzheng_core::time::Day;
use liangzheng_server::domain::licence::{Encumbrances, Inspection, Status};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::builders::{BUSINESS_LICENCE, IDENTITY_CARD, OTHER_UNIT, UNIT, licence};
use liangzheng_tests::db::TestDb;
use serde_json::{Value, json};

fn jwk() -> Value {
    serde_json::to_value(AwsLcSigner::generate("phone").unwrap().0.public_key().to_jwk()).unwrap()
}

#[test]
fn a_wallet_lists_its_own_cards_ready_to_draw_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let (_, lin) = app.wait(app.builder.holder("lin"));
        let (_, chen) = app.wait(app.builder.holder("chen"));
        let own = app.wait(app.builder.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active));
        app.wait(app.builder.licence(lin, BUSINESS_LICENCE, UNIT, Status::Draft));
        app.wait(app.builder.licence(chen, BUSINESS_LICENCE, UNIT, Status::Active));
        let token = app.log_in("lin");
        let answer = app.get(Some(&token), "/api/v1/wallet/licences");
        assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
        let json = answer.json();
        assert_eq!(json["items"].as_array().unwrap().len(), 1, "no draft, nobody else's");
        let card = &json["items"][0];
        assert_eq!(card["id"], own.id.to_string());
        assert_eq!(card["kind"]["names"]["zh-CN"], "营业执照");
        assert_eq!(card["unit"]["names"]["zh-CN"], "云溪市市场监督管理局");
        assert_eq!((&card["status"], &card["status_label"]["en"]), (&json!("ACTIVE"), &json!("Active")));
        assert_eq!((&card["valid_from"], &card["valid_to"]), (&json!("20250101"), &json!("20291231")));
        assert_eq!(
            (&card["showable"], &card["reason"], &card["cautions"]),
            (&json!(true), &Value::Null, &json!([]))
        );
        assert_eq!(card["fields"][0]["label"]["zh-CN"], "名称");
        let scenes = card["scenes"].as_array().unwrap();
        assert!(!scenes.is_empty());
        for scene in scenes {
            assert!(scene["names"]["zh-CN"].is_string() && scene["audience"].is_string());
            assert!(scene["lifetime"].as_i64().is_some() && scene["medium"].is_string());
            assert!(
                scene["fields"].as_array().unwrap().iter().all(|f| f["label"]["zh-CN"].is_string()),
                "{scene}"
            );
        }
        let one = app.get(Some(&token), &format!("/api/v1/wallet/licences/{}", own.id));
        assert_eq!((one.status, one.header("etag")), (200, Some("\"1\"")));
        assert_eq!(&one.json(), card);
        let foreign = app.log_in("chen");
        assert_eq!(app.get(Some(&foreign), &format!("/api/v1/wallet/licences/{}", own.id)).status, 404);
    }
}

#[test]
fn a_card_says_why_it_cannot_be_shown_and_what_a_reader_will_be_told() {
    let app = TestApp::sqlite();
    let (_, lin) = app.wait(app.builder.holder("lin"));
    let base = || licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
    let day = |text: &str| Day::parse(text).unwrap();
    let mut pledged = base();
    pledged.encumbrances = Encumbrances { pledged: true, mortgaged: false };
    let mut overdue = base();
    overdue.inspection = Some(Inspection { due: day("20261121"), failed: false });
    let mut expired = base();
    expired.valid_to = Some(day("20261121"));
    let mut last_day = base();
    last_day.valid_to = Some(day("20261122"));
    let mut early = base();
    early.valid_from = day("20261123");
    let mut disputed = base();
    disputed.disputed = true;
    for (name, made, showable, reason, caution) in [
        ("pledged", pledged, true, None, Some("C_NOTICE")),
        ("overdue", overdue, true, None, Some("C_INSPECTION_OVERDUE")),
        (
            "lost paper",
            licence(lin, BUSINESS_LICENCE, UNIT, Status::ReportedLost),
            true,
            None,
            Some("C_REPORTED_LOST"),
        ),
        ("expired", expired, false, Some("E_LICENCE_EXPIRED"), None),
        ("last day", last_day, true, None, None),
        ("early", early, false, Some("E_LICENCE_NOT_YET"), None),
        ("disputed", disputed, true, None, None),
        (
            "on hold",
            licence(lin, BUSINESS_LICENCE, UNIT, Status::OnHold),
            false,
            Some("E_STATUS_SUSPENDED"),
            None,
        ),
        (
            "seized",
            licence(lin, BUSINESS_LICENCE, UNIT, Status::Seized { until: None }),
            false,
            Some("E_STATUS_SUSPENDED"),
            None,
        ),
        (
            "revoked",
            licence(lin, BUSINESS_LICENCE, UNIT, Status::Revoked),
            false,
            Some("E_STATUS_INVALID"),
            None,
        ),
    ] {
        app.wait(app.builder.put(&made));
        let token = app.log_in("lin");
        let card = app.get(Some(&token), &format!("/api/v1/wallet/licences/{}", made.id)).json();
        assert_eq!(card["showable"], showable, "{name}: {card}");
        assert_eq!(card["reason"]["code"].as_str(), reason, "{name}");
        assert_eq!(card["reason"]["zh-CN"].is_string(), reason.is_some(), "{name}");
        assert_eq!(card["cautions"][0]["code"].as_str(), caution, "{name}");
        assert!(!card.to_string().contains("disput"), "a dispute is for officials");
    }
}

#[test]
fn a_citizens_number_is_masked_on_the_card() {
    let app = TestApp::sqlite();
    let (_, lin) = app.wait(app.builder.holder("lin"));
    let mut card = licence(lin, IDENTITY_CARD, OTHER_UNIT, Status::Active);
    card.face = vec![("n".into(), "林晓舟".into()), ("id".into(), "990101198806140123".into())];
    app.wait(app.builder.put(&card));
    let token = app.log_in("lin");
    let answer = app.get(Some(&token), "/api/v1/wallet/licences");
    assert!(!answer.text().contains("990101198806140123"), "{}", answer.text());
}

#[test]
fn a_phone_is_registered_once_listed_and_dropped_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        app.wait(app.builder.holder("lin"));
        app.wait(app.builder.holder("chen"));
        let (lin, chen) = (app.log_in("lin"), app.log_in("chen"));
        let key = jwk();
        let first =
            app.post(Some(&lin), "/api/v1/wallet/devices", &json!({ "jwk": key, "name": " 小米手机 " }));
        assert_eq!(first.status, 201, "{}", first.text());
        let device = first.json();
        assert_eq!(device["name"], "小米手机");
        assert_eq!(device["thumbprint"].as_str().unwrap().len(), 43);
        assert_eq!(device["created_at"], liangzheng_tests::clock::NOON.0);
        let again =
            app.post(Some(&lin), "/api/v1/wallet/devices", &json!({ "jwk": key, "name": "another name" }));
        assert_eq!((again.status, &again.json()), (200, &device), "the same key is the same phone");
        let shared = app.post(Some(&chen), "/api/v1/wallet/devices", &json!({ "jwk": key, "name": "x" }));
        assert_eq!(shared.status, 201);
        assert_ne!(shared.json()["id"], device["id"]);
        let listed = app.get(Some(&lin), "/api/v1/wallet/devices").json();
        assert_eq!(listed["items"], json!([device]));
        let path = format!("/api/v1/wallet/devices/{}", device["id"].as_str().unwrap());
        assert_eq!(app.delete(Some(&chen), &path).status, 404, "another's phone");
        assert_eq!(app.delete(Some(&lin), &path).status, 204);
        assert_eq!(app.delete(Some(&lin), &path).status, 404, "dropped once");
        assert_eq!(app.get(Some(&lin), "/api/v1/wallet/devices").json()["items"], json!([]));
        let anew = app.post(Some(&lin), "/api/v1/wallet/devices", &json!({ "jwk": key, "name": "x" }));
        assert_eq!(anew.status, 201);
        assert_ne!(anew.json()["id"], device["id"], "its status indexes are final: it is another device now");
    }
}

#[test]
fn what_is_no_public_p256_key_is_refused() {
    let app = TestApp::sqlite();
    app.wait(app.builder.holder("lin"));
    let token = app.log_in("lin");
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
        let answer = app.post(Some(&token), "/api/v1/wallet/devices", &json!({ "jwk": key, "name": "x" }));
        assert_eq!((answer.status, answer.problem().as_str()), (422, "invalid-request"), "{name}");
    }
    for name in ["", "   ", "a\u{7}b", &"长".repeat(65)] {
        let answer = app.post(Some(&token), "/api/v1/wallet/devices", &json!({ "jwk": jwk(), "name": name }));
        assert_eq!(answer.status, 422, "{name}");
    }
    for n in 0..32 {
        assert_eq!(
            app.post(Some(&token), "/api/v1/wallet/devices", &json!({ "jwk": jwk(), "name": "x" })).status,
            201,
            "{n}"
        );
    }
    let more = app.post(Some(&token), "/api/v1/wallet/devices", &json!({ "jwk": jwk(), "name": "x" }));
    assert_eq!((more.status, more.problem().as_str()), (409, "too-many-devices"));
}

#[test]
fn five_wrong_pins_shut_it_for_a_quarter_of_an_hour_even_for_the_right_one() {
    let app = TestApp::start(TestDb::sqlite(), |config| config.limits.enabled = false);
    let (_, lin) = app.wait(app.builder.holder("lin"));
    let own = app.wait(app.builder.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active)).id;
    let token = app.log_in("lin");
    let scene =
        app.get(Some(&token), "/api/v1/wallet/licences").json()["items"][0]["scenes"][0]["code"].clone();
    let show = |pin: &str| {
        app.post(
            Some(&token),
            &format!("/api/v1/wallet/licences/{own}/show"),
            &json!({ "scene": scene, "pin": pin }),
        )
    };
    for odd in ["", "12345", "1234567", "abcdef", "１２３４５６"] {
        assert_eq!(show(odd).status, 422, "{odd} is no PIN and is not counted");
    }
    for left in (1..=4).rev() {
        let wrong = show("000000");
        assert_eq!((wrong.status, wrong.problem().as_str()), (403, "wrong-pin"), "{left} left");
    }
    assert_eq!(show("246810").status, 201, "a right one clears the count");
    for _ in 0..5 {
        assert_eq!(show("000000").status, 403);
    }
    let shut = show("246810");
    assert_eq!(
        (shut.status, shut.problem().as_str(), shut.header("retry-after")),
        (429, "pin-shut", Some("900"))
    );
    app.pass(899);
    assert_eq!(show("246810").status, 429);
    app.pass(1);
    assert_eq!(show("246810").status, 201);
}

#[test]
fn of_many_guesses_at_once_only_five_are_answered() {
    let app = TestApp::start(TestDb::sqlite(), |config| config.limits.enabled = false);
    let (_, lin) = app.wait(app.builder.holder("lin"));
    let own = app.wait(app.builder.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active)).id;
    let token = app.log_in("lin");
    let path = format!("/api/v1/wallet/licences/{own}/show");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let guesses: Vec<_> = (0..16)
            .map(|n| {
                let (app, token, path) = (&app, &token, &path);
                scope.spawn(move || {
                    let body = json!({ "scene": "inspect.food", "pin": format!("{n:06}") });
                    app.post(Some(token), path, &body).status
                })
            })
            .collect();
        guesses.into_iter().map(|guess| guess.join().unwrap()).collect()
    });
    let wrong = statuses.iter().filter(|status| **status == 403).count();
    assert_eq!(wrong, 5, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 403 | 429)), "{statuses:?}");
}
