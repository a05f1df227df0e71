//! `/api/v1/wallet/licences`: a wallet's cards.

use liangzheng_core::time::{Day, Seconds};
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::ids::LicenceId;
use liangzheng_server::domain::licence::{AnnualInspection, Encumbrances, Status};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, IDENTITY_CARD, OTHER_UNIT, UNIT, licence};
use liangzheng_tests::snapshot::stable;
use serde_json::{Value, json};

/// Rows: R20, R43.
#[test]
fn a_wallet_lists_its_own_cards_ready_to_draw_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let (_, lin) = app.holder("lin");
        let (_, chen) = app.holder("chen");
        let own = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
        app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Draft);
        app.licence(chen, BUSINESS_LICENCE, UNIT, Status::Active);
        let holder = app.as_("lin");
        let answer = holder.get("/api/v1/wallet/licences");
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
        let one = holder.get(&format!("/api/v1/wallet/licences/{}", own.id));
        assert_eq!((one.status, one.header("etag")), (200, Some("\"1\"")));
        assert_eq!(&one.json(), card);
        let foreign = app.as_("chen");
        assert_eq!(foreign.get(&format!("/api/v1/wallet/licences/{}", own.id)).status, 404);
    }
}

/// Rows: R43.
#[test]
fn a_card_says_why_it_cannot_be_shown_and_what_a_reader_will_be_told() {
    let app = TestApp::sqlite();
    let (_, lin) = app.holder("lin");
    let base = || licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
    let day = |text: &str| Day::parse(text).unwrap();
    let mut pledged = base();
    pledged.encumbrances = Encumbrances { pledged: true, mortgaged: false };
    let mut overdue = base();
    overdue.annual_inspection = Some(AnnualInspection { due: day("20261121"), failed: false });
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
        app.put(&made);
        let card = app.as_("lin").get(&format!("/api/v1/wallet/licences/{}", made.id)).json();
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
    let (_, lin) = app.holder("lin");
    let mut card = licence(lin, IDENTITY_CARD, OTHER_UNIT, Status::Active);
    card.face = vec![("n".into(), "林晓舟".into()), ("id".into(), "990101198806140123".into())];
    app.put(&card);
    let answer = app.as_("lin").get("/api/v1/wallet/licences");
    assert!(!answer.text().contains("990101198806140123"), "{}", answer.text());
}

#[test]
fn cards_are_answered_as_kept() {
    let app = TestApp::sqlite();
    let (_, lin) = app.holder("lin");
    let shown = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
    let mut refused = licence(lin, BUSINESS_LICENCE, UNIT, Status::OnHold);
    // Ids of one second have no order.
    refused.id = LicenceId::generate(NOON.plus(Seconds(1)), &SystemEntropy);
    refused.encumbrances = Encumbrances { pledged: true, mortgaged: false };
    app.put(&refused);
    let lin = app.as_("lin");
    insta::assert_json_snapshot!("list", stable(&lin.get("/api/v1/wallet/licences")));
    for (name, id) in [("showable", shown.id), ("on_hold", refused.id)] {
        insta::assert_json_snapshot!(name, stable(&lin.get(&format!("/api/v1/wallet/licences/{id}"))));
    }
}
