//! The shared verdict cases through a running server's `POST /api/v1/verify`: the same verdict as core's, member by
//! member, but for `status.source` and `checked_at`.

use std::collections::BTreeMap;

use liangzheng_core::key::AwsLc;
use liangzheng_core::time::UnixTime;
use liangzheng_core::verify::{OnExpired, Verifier};
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::actor::session::{Carrier, Proof};
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::ids::SessionId;
use liangzheng_server::service::actor::mark::Mark;
use liangzheng_server::service::verifying::judge::Judge;
use liangzheng_server::storage;
use liangzheng_server::storage::actor::session::NewSession;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::{TestDb, execute};
use liangzheng_tests::make::UNIT;
use liangzheng_tests::source;
use serde_json::{Value, json};

#[test]
fn the_server_gives_every_case_the_verdict_that_core_gives() {
    let file = source::root().join("tests/vectors/verdicts.json");
    let vectors: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let mut by_world: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for case in vectors["cases"].as_array().unwrap() {
        by_world.entry(case["world"].as_str().unwrap()).or_default().push(case);
    }
    let mut asked = 0;
    for (name, cases) in by_world {
        let world = &vectors["worlds"][name];
        let Some(verifier) = verifier_of(world) else {
            panic!("{name}: no case can be asked of a refused root set")
        };
        let app =
            TestApp::judging(TestDb::sqlite(), Judge::Given { verifier: Box::new(verifier), remember: true });
        let inspector = log_in(&app);
        for case in cases {
            check(&app, &inspector, case);
            asked += 1;
        }
    }
    assert!(asked >= 250, "only {asked} cases");
    println!("{asked} cases agree");
}

/// A verifier that has taken the world's steps; each must end as the world says.
fn verifier_of(world: &Value) -> Option<Verifier> {
    let roots = serde_json::from_value(world["roots"].clone()).unwrap();
    let mut verifier = Verifier::new(&AwsLc, roots).ok()?;
    for step in world["steps"].as_array().unwrap() {
        let text = step["text"].as_str().unwrap();
        let on_expired = on_expired_of(step);
        let outcome = match (step["object"].as_str().unwrap(), step["uri"].as_str()) {
            ("trust_list", _) => verifier.load_trust_list(text, on_expired),
            ("catalogue", _) => verifier.load_catalogue(text, on_expired),
            ("status_list", Some(uri)) => verifier.load_status_list_from(uri, text, on_expired),
            ("status_list", None) => verifier.load_status_list(text, on_expired),
            ("delta", _) => verifier.apply_delta(text, on_expired),
            (other, _) => panic!("unknown object {other}"),
        };
        assert_eq!(outcome.err().map(|refusal| refusal.code.as_str()), step["error"].as_str(), "{step}");
    }
    Some(verifier)
}

/// An inspector whose session is never over: cases are asked in 1970 and in 2038.
fn log_in(app: &TestApp) -> Caller {
    let account = app.staff("inspector", Role::Inspector, UNIT);
    let token = format!("lzs_{}", *Mark::Session.invent(&app.app.secrets, &SystemEntropy));
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    let session = NewSession {
        id: SessionId::generate(NOON, &SystemEntropy),
        account,
        token_sha256: digest.as_ref().try_into().unwrap(),
        carrier: Carrier::Bearer,
        proof: Proof::Totp,
        client: None,
        agent: None,
        created_at: UnixTime(0),
        expires_at: UnixTime(i64::MAX),
    };
    app.wait(async {
        let mut tx = app.app.db.begin_write().await.unwrap();
        storage::actor::session::insert(&mut tx, &session).await.unwrap();
        // Nor is its owner disabled for having been away for ninety days.
        storage::actor::membership::seen(&mut tx, account, UnixTime(i64::MAX)).await.unwrap();
        tx.commit().await.unwrap();
    });
    app.anyone().with_token(&token)
}

fn check(app: &TestApp, inspector: &Caller, case: &Value) {
    app.clock.set(UnixTime(case["now"].as_i64().unwrap()));
    // Each case begins with an empty memory.
    app.wait(execute(&app.app.db, "DELETE FROM verifying_spent"));
    let mut body = json!({ "input": case["input"] });
    for member in ["audience", "scene", "challenge"] {
        if let Some(value) = case.get(member) {
            body[member] = value.clone();
        }
    }
    // No session outlives the last second there is; the public's answer is asked then.
    if case["now"] == i64::MAX {
        let answer = app.anyone().post("/api/v1/verify", &body).json();
        assert_eq!(
            (&answer["verdict"], &answer["code"]),
            (&case["expect"]["verdict"], &case["expect"]["code"])
        );
        return;
    }
    let times = if case["twice"] == true { 2 } else { 1 };
    let mut got = Value::Null;
    for _ in 0..times {
        let answer = inspector.post("/api/v1/verify", &body);
        assert_eq!(answer.status, 200, "{}: {}", case["name"], answer.text());
        got = answer.json();
    }
    let mut want = case["expect"].clone();
    for verdict in [&mut got, &mut want] {
        verdict.as_object_mut().unwrap().remove("checked_at");
        if let Some(status) = verdict["status"].as_object_mut() {
            status.remove("source");
        }
    }
    assert_eq!(got, want, "{}", case["name"]);
}

/// A step without a clock, or one that says so, is of what a bundle held.
fn on_expired_of(step: &Value) -> OnExpired {
    let now = UnixTime(step["now"].as_i64().unwrap_or(i64::MAX));
    let is_kept = step["now"].is_null() || step["kept"] == true;
    if is_kept { OnExpired::TellInVerdict { now } } else { OnExpired::Refuse { now } }
}
