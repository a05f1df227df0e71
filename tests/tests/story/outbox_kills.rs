//! A server that is killed after a letter was taken and before that was noted: the letter comes again under the same id, and
//! after that no more. The receiver judges signature and time by the Standard Webhooks library, as it is.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::Status;
use liangzheng_tests::acts::{act, acts_of};
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::office::PLATFORM;
use liangzheng_tests::make::{BUSINESS_LICENCE, UNIT};
use liangzheng_tests::outside::Outside;
use liangzheng_tests::source::python;
use liangzheng_tests::until::until;
use serde_json::{Value, json};

use super::served::{Served, private};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Rows: R42.
#[test]
fn a_letter_whose_taking_was_not_noted_comes_again_under_the_same_id_and_then_no_more_on_both_databases() {
    let Some(python) = python() else { return };
    for db in TestDb::both() {
        let secret = db.folder().join("webhook.secret");
        std::fs::write(&secret, SECRET).unwrap();
        private(&secret);
        let mut receiver = Outside::start(&python, "receiver.py", &["0", SECRET, "running"]);
        let sections = format!(
            "[notices.webhook]\nurl = \"http://127.0.0.1:{}/\"\nsecret_file = {secret:?}\ntimeout_seconds = 60\n",
            receiver.port
        );
        let (mut served, licence) = Served::make(db, None, &sections, async |make| {
            make.staff("checker", Role::IssuerChecker, UNIT).await;
            make.staff("operator", Role::Operator, PLATFORM).await;
            let (_, holder) = make.holder("zhou").await;
            make.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).await.id
        });
        served.start();
        receiver.say("hold");
        served.as_("checker").post(&acts_of(licence.to_string()), &act("suspend")).must(200);
        let taken = until("the receiver has it", || Some(receiver.next()).filter(is_notice));
        assert_eq!((&taken["fault"], &taken["answer"]), (&Value::Null, &json!("hold")));
        served.kill();
        receiver.say("204");
        served.start();
        let again = until("it comes again", || Some(receiver.next()).filter(is_notice));
        assert_eq!(
            (&again["id"], &again["key"], &again["fault"]),
            (&taken["id"], &taken["key"], &Value::Null)
        );
        let operator = served.as_("operator");
        let sent = until("it is noted", || {
            let page = operator.get("/api/v1/outbox?state=sent&channel=webhook").must(200);
            let items = page["items"].as_array().unwrap().clone();
            Some(items).filter(|items| items.iter().any(|letter| letter["event"] == taken["id"]))
        });
        assert_eq!(sent.iter().filter(|letter| letter["topic"] == "notice").count(), 1);
        let waiting = operator.get("/api/v1/outbox?state=waiting").must(200);
        assert_eq!(waiting["items"], json!([]));
        assert_eq!(receiver.rest().iter().filter(|told| is_notice(told)).count(), 0, "no more");
    }
}

/// Units may be told of tasks, too.
fn is_notice(told: &Value) -> bool {
    told["content"]["type"] == "notice"
}
