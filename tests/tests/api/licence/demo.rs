//! The demo's licences: made by the clerks of their units, as any other.

use std::collections::BTreeSet;

use liangzheng_core::seal::check;
use liangzheng_core::time::Day;
use liangzheng_core::verify::Answer;
use liangzheng_server::domain::access::Scope;
use liangzheng_server::domain::ids::LicenceId;
use liangzheng_server::service::issuing::seal_version::sealed;
use liangzheng_server::service::licence::parts;
use liangzheng_server::storage;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::demo::DemoApp;
use serde_json::{Value, json};

/// The acts that lead to a state, one way for each.
const LED_TO: [(&str, &str); 9] = [
    ("ON_HOLD", "suspend"),
    ("SEIZED", "seize"),
    ("REPORTED_LOST", "report_loss"),
    ("DISABLED", "disable"),
    ("CANCELLED", "cancel"),
    ("REVOKED", "revoke"),
    ("WITHDRAWN", "withdraw"),
    ("ANNULLED", "annul"),
    ("SUPERSEDED", "supersede"),
];

#[test]
fn each_licence_of_the_demo_is_sealed_and_approved_by_another_than_its_maker() {
    let people: Value = serde_json::from_str(include_str!("../../../../assets/demo/people.json")).unwrap();
    let units =
        people["licences"].as_array().unwrap().iter().map(|licence| licence["unit"].as_str().unwrap());
    for db in TestDb::both() {
        let demo = DemoApp::on(db);
        let licences = demo.file["licences"].as_array().unwrap();
        assert_eq!(licences.len(), units.clone().count());
        for (told, unit) in licences.iter().zip(units.clone()) {
            let clerk = demo.as_(maker_of(&demo, unit));
            let path = format!("/api/v1/licences/{}", told["id"].as_str().unwrap());
            assert_eq!(clerk.get(&path).must(200)["status"], told["status"], "{told}");
            look(&demo, told);
        }
        // Each that is no older than the platform comes of a case, which has ended with it.
        let mut with_case = 0;
        for unit in units.clone().collect::<BTreeSet<_>>() {
            let clerk = demo.as_(maker_of(&demo, unit));
            let cases = clerk.get("/api/v1/cases?limit=200").must(200);
            for case in cases["items"].as_array().unwrap() {
                let made = clerk.get(&format!("/api/v1/licences?case={}", case["id"].as_str().unwrap()));
                let made = made.must(200);
                let [licence] = &made["items"].as_array().unwrap()[..] else { panic!("{case} {made}") };
                let waits = ["DRAFT", "PENDING_REVIEW"].iter().any(|word| licence["status"] == *word);
                assert_eq!(case["state"], if waits { "open" } else { "concluded" }, "{case}");
                with_case += 1;
            }
        }
        let begun = |licence: &&Value| licence["valid_from"].as_i64().unwrap() >= -402;
        assert_eq!(with_case, people["licences"].as_array().unwrap().iter().filter(begun).count());
        look_at_files(&demo, licences);
    }
}

#[test]
fn a_new_demo_tells_its_holders_what_was_done_and_no_more() {
    let demo = DemoApp::start();
    let notices = |login: &str| {
        let told = demo.as_(login).get("/api/v1/wallet/notices").must(200);
        let acts = told["items"].as_array().unwrap().iter().map(|notice| notice["act"].clone());
        acts.collect::<Vec<Value>>()
    };
    assert!(notices("lin").is_empty());
    assert_eq!(notices("chen"), ["seize", "cancel", "mortgage"].map(Value::from));
    let asked = demo.as_("checker.psb").get("/api/v1/tasks").must(200);
    assert_eq!(asked["items"].as_array().unwrap().len(), 1, "one waits for review: {asked}");
}

#[test]
fn a_demo_that_is_there_is_opened_as_it_is() {
    let demo = DemoApp::start();
    let before = demo.file.clone();
    let demo = demo.restarted();
    assert_eq!(demo.file, before);
    let count = demo.as_("maker.psb").get("/api/v1/licences?limit=200").must(200);
    let of_unit = before["licences"].as_array().unwrap().len();
    assert!(count["items"].as_array().unwrap().len() < of_unit, "not twice");
}

/// What there is to see behind the API of one licence.
fn look(demo: &DemoApp, told: &Value) {
    let id: LicenceId = told["id"].as_str().unwrap().parse().unwrap();
    let trust = demo.app.seals.trust().unwrap().1;
    let now = demo.app.now();
    let today = Day::of(now);
    wait(async {
        let mut tx = demo.app.db.begin_read().await.unwrap();
        let secrets = &demo.app.secrets;
        let seals = sealed(&demo.app, &mut tx, id).await.unwrap();
        let licence = storage::licence::record::find(&mut tx, secrets, Scope::All, id).await.unwrap();
        let Some(licence) = licence else {
            assert!(matches!(told["status"].as_str(), Some("DRAFT" | "PENDING_REVIEW")), "{told}");
            assert!(seals.is_none() && told["cautions"] == json!([]), "{told}");
            return;
        };
        let seals = seals.unwrap();
        assert_eq!(seals.seals.len(), 1, "{told}");
        let verdict = check(&seals.seals[0], &seals.record, &trust, now);
        assert_eq!(verdict.verdict, Answer::Valid, "{told}: {verdict:#?}");
        assert_eq!(licence.status.as_str(), told["status"], "{told}");
        let cautions: Vec<_> = licence.cautions(today).iter().map(|code| code.as_str()).collect();
        assert_eq!(json!(cautions), told["cautions"], "{told}");

        let acts = storage::licence::act::of_licence(&mut tx, id).await.unwrap();
        let named: Vec<&str> = acts.iter().map(|act| act.act.as_str()).collect();
        assert_eq!(named[..2], ["submit", "approve"], "{told}");
        assert_ne!(acts[0].account, acts[1].account, "{told}");
        let led = LED_TO.iter().find(|(status, _)| told["status"] == *status).map(|(_, act)| *act);
        assert!(led.is_none_or(|act| named.last() == Some(&act)), "{told}: {named:?}");
        for act in &acts {
            let by_two = ["cancel", "revoke", "withdraw", "annul"].contains(&act.act.as_str());
            assert_eq!(act.confirmed_by.is_some(), by_two, "{told}: {}", act.act);
            assert!(act.at <= now.0 && act.confirmed_by != Some(act.account), "{told}: {}", act.act);
        }

        let value = parts::wire_status(&mut tx, secrets, &licence, today).await.unwrap().unwrap();
        let entries = storage::publication::status::entries_of_licence(&mut tx, id).await.unwrap();
        let values: Vec<i64> = entries.iter().map(|entry| entry.value).collect();
        assert_eq!(values, [value as i64], "{told}");
        tx.commit().await.unwrap();
    });
}

/// The unit gets the file of each that stands; a holder has his made.
fn look_at_files(demo: &DemoApp, licences: &[Value]) {
    let first = &licences[0];
    let (id, login) = (first["id"].as_str().unwrap(), first["holder"].as_str().unwrap());
    assert_eq!((&first["status"], login), (&json!("ACTIVE"), "shanyue"));
    let pin = json!({ "pin": demo.pin(login) });
    demo.as_(login).post(&format!("/api/v1/wallet/licences/{id}/file"), &pin).must(201);
    for who in [login, "maker.samr"] {
        let file = demo.as_(who).get(&format!("/api/v1/licences/{id}/file.ofd"));
        assert_eq!(file.status, 200, "{who}: {}", file.text());
        assert!(file.body.starts_with(b"PK"), "{who}");
    }
}

fn maker_of<'d>(demo: &'d DemoApp, unit: &str) -> &'d str {
    let mut accounts = demo.file["accounts"].as_array().unwrap().iter();
    let maker = accounts.find(|account| account["unit"] == unit && account["role"] == "issuer_maker");
    maker.unwrap()["login"].as_str().unwrap()
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}
