//! What stands against a licence is told by its codes themselves: a first showing's index, or a new phone's, is in no list
//! that a verifier can have.

use base64ct::{Base64UrlUnpadded, Encoding};
use liangzheng_core::key::{AwsLcSigner, Signer};
use liangzheng_core::status::StatusValue;
use liangzheng_core::time::{Day, UnixTime};
use liangzheng_core::token::{self, Nonce, proof};
use liangzheng_core::verify::{Answer, Code, Options, Verifier};
use liangzheng_server::domain::licence::{AnnualInspection, Encumbrances, Licence, Status};
use liangzheng_server::storage::change::{self, Change};
use liangzheng_server::storage::publication::status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::demo::synced;
use liangzheng_tests::make::{BUSINESS_LICENCE, PIN, UNIT, licence};
use serde_json::{Value, json};

const SCENE: &str = "inspect.food";

fn shown(holder: &Caller, licence: &Licence) -> Value {
    let path = format!("/api/v1/wallet/licences/{}/show", licence.id);
    holder.post(&path, &json!({ "scene": SCENE, "pin": PIN })).must(201)
}

fn refreshed(holder: &Caller, shown: &Value) -> Value {
    holder
        .post_nothing(&format!("/api/v1/wallet/shows/{}/refresh", shown["show"].as_str().unwrap()))
        .must(200)
}

fn notice(shown: &Value) -> Option<StatusValue> {
    let payload = shown["token"].as_str().unwrap().split('.').nth(1).unwrap();
    token::show::parse(&Base64UrlUnpadded::decode_vec(payload).unwrap()).unwrap().ntc
}

/// A code made on a phone that has just been registered.
fn held(holder: &Caller, licence: &Licence) -> String {
    let (phone, _) = AwsLcSigner::generate("phone").unwrap();
    let device = json!({ "jwk": phone.public_key().to_jwk(), "name": "手机" });
    let device = holder.post("/api/v1/wallet/devices", &device).must(201);
    let path = format!("/api/v1/wallet/licences/{}/grant", licence.id);
    let body = json!({ "device": device["id"], "scene": SCENE, "pin": PIN });
    let grant = holder.post(&path, &body).must(201)["grant"].as_str().unwrap().to_owned();
    let input = proof::signing_input(&grant, "inspector", &Nonce::from_bytes([1; 12]), NOON);
    proof::attach(&grant, &input, &phone.sign(input.as_bytes()).unwrap())
}

fn cautions(verifier: &Verifier, code: &str, at: UnixTime) -> Vec<Code> {
    let options = Options { audience: Some("inspector"), scene: Some(SCENE), ..Options::at(at) };
    let verdict = verifier.verify(code, &options);
    assert_eq!((verdict.verdict, verdict.code), (Answer::Valid, Code::Ok), "{verdict:?}");
    verdict.cautions.iter().map(|caution| caution.code).collect()
}

/// The values that the licence's indexes have.
fn stored(app: &TestApp, licence: &Licence) -> Vec<i64> {
    app.wait(async {
        let mut tx = app.app.db.begin_read().await.unwrap();
        let entries = status::entries_of_licence(&mut tx, licence.id).await.unwrap();
        entries.iter().map(|entry| entry.value).collect()
    })
}

/// Rows: R41.
#[test]
fn a_first_showing_and_a_new_phone_tell_what_no_list_has_yet_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let (_, holder) = app.holder("lin");
        let lin = app.as_("lin");
        let of = |status| licence(holder, BUSINESS_LICENCE, UNIT, status);
        let overdue = AnnualInspection { due: Day::parse("20261121").unwrap(), failed: false };
        let pledged = Encumbrances { pledged: true, mortgaged: false };
        let verifier = synced(&app.url, app.roots.clone(), NOON);
        for (licence, told) in [
            (of(Status::Active), vec![]),
            (Licence { encumbrances: pledged, ..of(Status::Active) }, vec![Code::Notice]),
            (of(Status::ReportedLost), vec![Code::ReportedLost]),
            (
                Licence { annual_inspection: Some(overdue), ..of(Status::Active) },
                vec![Code::InspectionOverdue],
            ),
        ] {
            app.put(&licence);
            let first = shown(&lin, &licence);
            assert_eq!(cautions(&verifier, first["token"].as_str().unwrap(), NOON), told, "S");
            assert_eq!(cautions(&verifier, first["qr_text"].as_str().unwrap(), NOON), told, "S, packed");
            assert_eq!(cautions(&verifier, &held(&lin, &licence), NOON), told, "H of a new phone");
        }
    }
}

#[test]
fn a_refresh_derives_the_notice_anew_when_the_day_changes_and_writes_it_down_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let (_, holder) = app.holder("lin");
        let inspected = AnnualInspection { due: Day::parse("20261122").unwrap(), failed: false };
        let licence = licence(holder, BUSINESS_LICENCE, UNIT, Status::Active);
        let licence = Licence { annual_inspection: Some(inspected), ..licence };
        app.put(&licence);
        // A minute before midnight in China.
        app.pass(12 * 3_600 - 60);
        let lin = app.as_("lin");
        let first = shown(&lin, &licence);
        assert_eq!((notice(&first), stored(&app, &licence)), (None, vec![0]));
        app.pass(59);
        assert_eq!(notice(&refreshed(&lin, &first)), None, "the last second of the day");
        app.pass(1);
        assert_eq!(notice(&refreshed(&lin, &first)), Some(StatusValue::InspectionOverdue));
        assert_eq!(stored(&app, &licence), [14]);
    }
}

#[test]
fn of_what_an_index_says_and_what_stands_now_the_graver_is_signed_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let (_, holder) = app.holder("lin");
        let licence = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active);
        // As an act of yesterday left it, which the day has made untrue since.
        app.wait(async {
            let mut tx = app.app.db.begin_write().await.unwrap();
            let list = status::newest_published_list(&mut tx).await.unwrap().unwrap().id;
            assert!(status::insert_entry(&mut tx, list, 7, licence.id, None).await.unwrap());
            let seq = change::record(&mut tx, &Change::Status, NOON).await.unwrap();
            status::set(&mut tx, seq, list, 7, StatusValue::PaperLost, NOON).await.unwrap();
            tx.commit().await.unwrap();
        });
        let lin = app.as_("lin");
        assert_eq!(notice(&shown(&lin, &licence)), Some(StatusValue::PaperLost));
        assert_eq!(stored(&app, &licence), [0], "what stands now is written down");
        assert_eq!(notice(&shown(&lin, &licence)), None);
    }
}
