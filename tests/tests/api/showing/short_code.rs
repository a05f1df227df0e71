//! Short codes: who gets one, who may verify it, how long and how often, and how many wrong ones anybody may give.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::{Licence, Status};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::{BUSINESS_LICENCE, PIN, UNIT};
use serde_json::{Value, json};

/// 云溪江畔酒店 of the demo: it verifies in scenes for hotels.
const HOTEL: &str = "91990100MA0000314U";

struct Counter {
    app: TestApp,
    holder: Caller,
    inspector: Caller,
    licence: Licence,
}

fn counter(db: TestDb) -> Counter {
    let app = TestApp::start(db, |_| {});
    let (_, holder) = app.holder("lin");
    let licence = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active);
    app.staff("inspector", Role::Inspector, UNIT);
    let (holder, inspector) = (app.as_("lin"), app.as_("inspector"));
    Counter { app, holder, inspector, licence }
}

impl Counter {
    fn show(&self) -> String {
        let path = format!("/api/v1/wallet/licences/{}/show", self.licence.id);
        let shown = self.holder.post(&path, &json!({ "scene": "inspect.food", "pin": PIN })).must(201);
        shown["show"].as_str().unwrap().to_owned()
    }

    fn ask(&self, show: &str) -> Answer {
        self.holder.post_nothing(&format!("/api/v1/wallet/shows/{show}/short-code"))
    }

    fn code(&self, show: &str) -> String {
        self.ask(show).must(201)["code"].as_str().unwrap().to_owned()
    }
}

fn verify(caller: &Caller, digits: &str) -> Answer {
    caller.post("/api/v1/verify", &json!({ "input": digits }))
}

fn is_unknown(answer: &Answer) -> bool {
    let told = answer.json();
    answer.status == 422
        && told["errors"][0]["code"] == "short-code-unknown"
        && told["errors"][0]["pointer"] == "/input"
}

/// Rows: R45.
#[test]
fn staff_verify_a_short_code_once_within_its_minute_and_the_holder_sees_it_on_both_databases() {
    for db in TestDb::both() {
        let counter = counter(db);
        let show = counter.show();
        let answer = counter.ask(&show);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let made = answer.must(201);
        assert_eq!(made["expires_at"], NOON.0 + 60);
        let code = made["code"].as_str().unwrap();
        assert!(code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");

        let grouped = format!("{} {}", &code[..4], &code[4..]);
        let verdict = verify(&counter.inspector, &grouped).must(200);
        assert_eq!((&verdict["verdict"], &verdict["code"]), (&json!("valid"), &json!("OK")));
        assert_eq!(verdict["licence"]["identifier"], counter.licence.identifier.to_string());
        assert_eq!(verdict["status"]["source"], "live");
        assert!(is_unknown(&verify(&counter.inspector, code)), "it was used");
        let uses = counter.holder.get("/api/v1/wallet/uses").must(200);
        let by: Vec<&Value> = uses["items"].as_array().unwrap().iter().map(|used| &used["kind"]).collect();
        assert_eq!(by, [&json!("verify"), &json!("show")]);

        let first = counter.code(&show);
        counter.app.pass(1);
        let second = counter.code(&show);
        assert!(is_unknown(&verify(&counter.inspector, &first)), "another took its place");
        counter.app.pass(60);
        assert!(is_unknown(&verify(&counter.inspector, &second)), "its minute is over");
    }
}

#[test]
fn a_short_code_dies_with_its_show_and_belongs_to_its_holder_on_both_databases() {
    for db in TestDb::both() {
        let counter = counter(db);
        let show = counter.show();
        counter.app.holder("chen");
        let path = format!("/api/v1/wallet/shows/{show}/short-code");
        assert_eq!(counter.app.as_("chen").post_nothing(&path).status, 404);
        assert_eq!(counter.inspector.post_nothing(&path).status, 403, "no holder");
        assert_eq!(counter.app.anyone().post_nothing(&path).status, 401);

        let code = counter.code(&show);
        assert_eq!(counter.holder.delete(&format!("/api/v1/wallet/shows/{show}")).status, 204);
        assert!(is_unknown(&verify(&counter.inspector, &code)));
        assert_eq!(counter.ask(&show).problem(), "show-ended");

        // An act on the licence ends the show, and with it what stands for it.
        counter.app.staff("checker", Role::IssuerChecker, UNIT);
        let show = counter.show();
        let code = counter.code(&show);
        let act = json!({ "act": "suspend", "reason": "核查", "legal_basis": "测试依据" });
        let path = format!("/api/v1/licences/{}/acts", counter.licence.id);
        counter.app.as_("checker").post(&path, &act).must(200);
        assert!(is_unknown(&verify(&counter.inspector, &code)));
    }
}

#[test]
fn digits_tell_nothing_to_the_public_and_to_staff_of_another_audience_on_both_databases() {
    for db in TestDb::both() {
        let counter = counter(db);
        counter.app.staff("desk", Role::Verifier, HOTEL);
        let show = counter.show();
        let code = counter.code(&show);
        for caller in [&counter.app.anyone(), &counter.holder] {
            let told = verify(caller, &code).must(200);
            assert_eq!(told, json!({ "verdict": "invalid", "code": "E_FORMAT" }), "no more than any text");
        }
        let (desk, wrong) = (counter.app.as_("desk"), "00000000");
        assert_ne!(code, wrong);
        let (own, other) = (verify(&desk, &code), verify(&desk, wrong));
        assert!(is_unknown(&own));
        assert_eq!(own.json()["errors"], other.json()["errors"], "told alike");
        assert_eq!(verify(&counter.inspector, &code).must(200)["code"], "OK", "and it was not used up");
    }
}

#[test]
fn ten_wrong_short_codes_a_minute_are_answered_for_an_account_and_thirty_for_its_unit_on_both_databases() {
    for db in TestDb::both() {
        let counter = counter(db);
        let wrong = |caller: &Caller, n: u32| verify(caller, &format!("0000{n:04}"));
        let show = counter.show();
        for n in 0..10 {
            assert!(is_unknown(&wrong(&counter.inspector, n)), "{n}");
        }
        let refused = verify(&counter.inspector, &counter.code(&show));
        assert_eq!((refused.status, refused.problem().as_str()), (429, "too-many-requests"));
        assert_eq!(refused.header("retry-after"), Some("60"));

        // Others of the unit go on, until there are thirty.
        for login in ["second", "third", "fourth"] {
            counter.app.staff(login, Role::Inspector, UNIT);
        }
        for login in ["second", "third"] {
            let caller = counter.app.as_(login);
            for n in 0..10 {
                assert!(is_unknown(&wrong(&caller, n)), "{login} {n}");
            }
        }
        assert_eq!(wrong(&counter.app.as_("fourth"), 0).status, 429);
        // Codes as such are verified all the while.
        assert_eq!(verify(&counter.app.as_("fourth"), "EL1:X").status, 200);
        counter.app.pass(60);
        assert_eq!(verify(&counter.inspector, &counter.code(&show)).must(200)["code"], "OK");
    }
}
