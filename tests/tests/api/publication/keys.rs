//! The life of keys: rotation, compromise, and trust lists signed offline.

use std::time::Duration;

use liangzheng_core::time::Seconds;
use liangzheng_core::trust::Purpose;
use liangzheng_core::trust::{NamedKey, RootSet};
use liangzheng_core::verify::{Code, Options};
use liangzheng_server::domain::clock::{Clock, SystemEntropy};
use liangzheng_server::service::publication::catalogue;
use liangzheng_server::service::publication::ceremony::{self, Input};
use liangzheng_server::service::publication::key_life;
use liangzheng_server::service::publication::trust::trust_list_payload;
use liangzheng_server::signing::{FileKeyStore, RootKey, write_root_key};
use liangzheng_tests::db::TempDir;
use liangzheng_tests::demo::DemoApp;
use liangzheng_tests::until::{until, within};
use serde_json::json;

use super::wait;

/// A new code of the demo's first licence.
fn code(demo: &DemoApp) -> String {
    let path = format!("/api/v1/wallet/licences/{}/show", demo.file["licences"][0]["id"].as_str().unwrap());
    let body = json!({ "scene": "inspect.food", "pin": demo.pin("shanyue") });
    demo.as_("shanyue").post(&path, &body).must(201)["token"].as_str().unwrap().to_owned()
}

fn kid(token: &str) -> String {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let header = Base64UrlUnpadded::decode_vec(token.split('.').next().unwrap()).unwrap();
    let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

/// Rotates as `key rotate` does, from another process's view: through database and key folder only.
fn rotate(demo: &DemoApp, purpose: Purpose, overlap: i64) -> String {
    let config = &demo.app.config.tokens;
    let store = FileKeyStore::open_or_create(&config.keys, &config.keystore_pass_file).unwrap();
    let now = demo.clock.now();
    let nbf = now.plus(Seconds(overlap));
    let key = wait(key_life::add(&demo.app.db, &store, purpose, nbf, &SystemEntropy, now)).unwrap();
    demo.publish_trust_list(now);
    key.kid
}

/// Until the running server has taken in trust list `version`; the feed is read twice a second.
fn until_taken_in(demo: &DemoApp, version: u64) {
    within(Duration::from_secs(5), "the new trust list is in force", || {
        (demo.app.trust.current().newest.version >= version).then_some(())
    });
}

#[test]
fn after_a_rotation_old_codes_run_out_and_new_ones_verify_after_sync() {
    let demo = DemoApp::start();
    let before = demo.synced();
    let old = code(&demo);
    let new_kid = rotate(&demo, Purpose::Show, 100);
    until_taken_in(&demo, 2);
    assert_eq!(kid(&code(&demo)), kid(&old), "a future key signs nothing");
    demo.clock.advance(Seconds(50));
    let late = code(&demo);
    demo.clock.advance(Seconds(50));
    let new = code(&demo);
    assert_eq!((kid(&new), kid(&late)), (new_kid, kid(&old)), "at its nbf the new key is the active one");
    let after = demo.synced();
    let now = demo.clock.now();
    assert_eq!(after.verify(&new, &Options::at(now)).code, Code::Ok);
    assert_eq!(
        after.verify(&late, &Options::at(now)).code,
        Code::Ok,
        "the retired key's last codes still count"
    );
    assert_eq!(before.verify(&new, &Options::at(now)).code, Code::KidUnknown, "without a sync");
    demo.clock.advance(Seconds(10));
    assert_eq!(after.verify(&late, &Options::at(demo.clock.now())).code, Code::TokenExpired, "and run out");
}

#[test]
fn a_compromised_key_signs_nothing_more_and_all_it_signed_is_refused_after_sync() {
    let demo = DemoApp::start();
    let old = code(&demo);
    rotate(&demo, Purpose::Show, 0);
    until_taken_in(&demo, 2);
    let now = demo.clock.now();
    wait(key_life::compromise(&demo.app.db, &kid(&old), now)).unwrap();
    demo.publish_trust_list(now);
    until_taken_in(&demo, 3);
    let new = code(&demo);
    assert_ne!(kid(&new), kid(&old));
    let verifier = demo.synced();
    assert_eq!(verifier.verify(&old, &Options::at(now)).code, Code::KeyState);
    assert_eq!(verifier.verify(&new, &Options::at(now)).code, Code::Ok);
    let jwks = demo.anyone().get("/.well-known/jwks.json").text();
    assert!(!jwks.contains(&kid(&old)) && jwks.contains(&kid(&new)));
    let unknown = wait(key_life::compromise(&demo.app.db, "show-0", now));
    assert!(matches!(unknown, Err(key_life::KeyLifeError::NoKey { .. })));
}

#[test]
fn rotating_status_and_catalogue_keys_signs_lists_and_catalogue_anew() {
    let demo = DemoApp::start();
    let code = code(&demo);
    let catalogue = demo.app.trust.current().catalogue.signed().version;
    demo.clock.advance(Seconds(2));
    let old_status = wait(key_life::list(&demo.app.db)).unwrap();
    rotate(&demo, Purpose::Status, 0);
    until_taken_in(&demo, 2);
    rotate(&demo, Purpose::Catalogue, 0);
    until_taken_in(&demo, 3);
    for key in old_status.iter().filter(|key| key.purpose == "status" || key.purpose == "catalogue") {
        wait(key_life::compromise(&demo.app.db, &key.kid, demo.clock.now())).unwrap();
    }
    demo.publish_trust_list(demo.clock.now());
    until_taken_in(&demo, 4);
    demo.clock.advance(Seconds(61));
    // What the job does once a minute; it may have run already.
    wait(catalogue::renew(&demo.app)).unwrap();
    let state = demo.app.trust.current();
    assert!(!state.catalogue_is_refused, "its key was lost");
    assert!(state.catalogue.signed().version > catalogue, "signed anew");
    until("all is judged again, only the code itself has run out", || {
        let verdict = demo.synced().verify(&code, &Options::at(demo.clock.now()));
        (verdict.code == Code::TokenExpired).then_some(())
    });
}

#[test]
fn a_list_is_signed_by_two_custodians_one_after_the_other() {
    let folder = TempDir::new("ceremony");
    let file = |name: &str| folder.path().join(name);
    let keys: Vec<NamedKey> = ["a", "b", "c"]
        .iter()
        .map(|name| NamedKey { kid: (*name).into(), jwk: write_root_key(&file(name)).unwrap().to_jwk() })
        .collect();
    let roots = RootSet { keys, threshold: 2 };
    let demo = DemoApp::start();
    let now = demo.clock.now();
    let demo_list = demo.app.trust.current().newest.clone();
    let draft = liangzheng_core::trust::TrustList { roots: roots.clone(), version: 1, ..demo_list };
    let text = serde_json::to_string_pretty(&draft).unwrap();
    let input = ceremony::read_input(&text, false).unwrap();
    let first = ceremony::sign(input, &[RootKey::read(&file("a")).unwrap()], None, now).unwrap();
    assert_eq!((first.signatures, first.threshold), (1, 2));
    let again = ceremony::read_input(&first.jws, true).unwrap();
    let same = ceremony::sign(again, &[RootKey::read(&file("a")).unwrap()], None, now).unwrap();
    assert_eq!(same.signatures, 1, "a custodian who signs twice counts once");
    let add = ceremony::read_input(&same.jws, true).unwrap();
    let whole = ceremony::sign(add, &[RootKey::read(&file("b")).unwrap()], None, now).unwrap();
    assert_eq!(whole.signatures, 2);
    let mut verifier =
        liangzheng_core::verify::Verifier::new(&liangzheng_core::key::AwsLc, roots.clone()).unwrap();
    let refuse = liangzheng_core::verify::OnExpired::Refuse { now };
    assert_eq!(verifier.load_trust_list(&first.jws, refuse).unwrap_err().code, Code::TrustThreshold);
    verifier.load_trust_list(&whole.jws, refuse).unwrap();
    let foreign = ceremony::sign(
        Input::Draft(draft),
        &[RootKey::read(&demo.dir().join("roots/root-1.pem")).unwrap()],
        None,
        now,
    );
    assert!(matches!(foreign, Err(ceremony::CeremonyError::ForeignKey { .. })));
    let renewed = ceremony::read_input(&whole.jws, false).unwrap();
    let both = [RootKey::read(&file("b")).unwrap(), RootKey::read(&file("c")).unwrap()];
    let renewed = ceremony::sign(renewed, &both, None, now).unwrap();
    assert_eq!(trust_list_payload(&renewed.jws).unwrap().version, 2);
    verifier.load_trust_list(&renewed.jws, refuse).unwrap();
}

#[test]
fn a_list_that_verifiers_would_refuse_is_not_published() {
    let demo = DemoApp::start();
    let now = demo.clock.now();
    let list = demo.app.trust.current().newest.clone();
    let root = || RootKey::read(&demo.dir().join("roots/root-1.pem")).unwrap();
    let publish = |list: liangzheng_core::trust::TrustList| {
        let signed = ceremony::sign(Input::Draft(list), &[root()], None, now).unwrap();
        wait(key_life::publish(&demo.app.db, &demo.roots(), &signed.jws, now))
    };
    let mut next = list.clone();
    next.version = 3;
    assert!(matches!(publish(next.clone()), Err(key_life::KeyLifeError::Version { found: 3, expected: 2 })));
    next.version = 2;
    next.exp = now;
    assert!(matches!(publish(next), Err(key_life::KeyLifeError::Refused(_))), "expired");
    let forged = liangzheng_core::trust::sign_list(
        &liangzheng_core::trust::TrustList { version: 2, ..list },
        &[&liangzheng_core::key::AwsLcSigner::generate("root-1").unwrap().0],
    );
    let refused = wait(key_life::publish(&demo.app.db, &demo.roots(), &forged.unwrap(), now));
    assert!(matches!(refused, Err(key_life::KeyLifeError::Refused(_))), "not signed by the root");
}
