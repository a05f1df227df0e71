//! The main job on the demo, end to end: a licence is shown online and offline, verified with what was synced, and
//! an act or a lost phone ends it.

use std::collections::BTreeSet;
use std::time::Duration;

use liangzheng_core::identifier::{citizen_id_is_valid, food_licence_is_valid, uscc_is_valid};
use liangzheng_core::key::{AwsLcSigner, Signer};
use liangzheng_core::qr;
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::token::{Nonce, proof};
use liangzheng_core::verify::{Answer, Code, Options};
use liangzheng_server::demo::{demo_catalogue, demo_units};
use liangzheng_server::domain::clock::Clock;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::demo::DemoApp;
use liangzheng_tests::until::within;
use serde_json::{Value, json};

/// What a QR code of version 12-L and 16-L holds in alphanumeric mode (ISO/IEC 18004 table 7).
const BUDGET_S: usize = 535;
const BUDGET_H: usize = 854;

/// A registered phone: its key never leaves it.
struct Phone {
    id: String,
    key: AwsLcSigner,
}

fn phone(holder: &Caller) -> Phone {
    let (key, _) = AwsLcSigner::generate("phone").unwrap();
    let body = json!({ "name": "手机", "jwk": key.public_key().to_jwk() });
    let made = holder.post("/api/v1/wallet/devices", &body).must(201);
    Phone { id: made["id"].as_str().unwrap().to_owned(), key }
}

impl Phone {
    /// A code made without a server, at the phone's time.
    fn code(&self, grant: &str, audience: &str, now: UnixTime) -> String {
        let input = proof::signing_input(grant, audience, &Nonce::from_bytes([7; 12]), now);
        let presentation = proof::attach(grant, &input, &self.key.sign(input.as_bytes()).unwrap());
        qr::pack(&presentation).unwrap()
    }
}

fn post(caller: &Caller, path: &str, body: &Value) -> (u16, Value) {
    let answer = caller.post(path, body);
    (answer.status, answer.json())
}

#[test]
fn every_kind_in_every_scene_verifies_and_fits_its_code() {
    let demo = DemoApp::start();
    let verifier = demo.synced();
    let now = demo.clock.now();
    let (mut pairs, mut longest) = (BTreeSet::new(), (0, 0));
    for licence in demo.file["licences"].as_array().unwrap() {
        let login = licence["holder"].as_str().unwrap();
        let (holder, pin) = (demo.as_(login), demo.pin(login));
        let phone = phone(&holder);
        for scene in demo.file["scenes"].as_array().unwrap() {
            let path = format!("/api/v1/wallet/licences/{}", licence["id"].as_str().unwrap());
            let body = json!({ "scene": scene["code"], "pin": pin });
            let (status, shown) = post(&holder, &format!("{path}/show"), &body);
            if status == 409 {
                continue;
            }
            assert_eq!(status, 201, "{shown}");
            let body = json!({ "scene": scene["code"], "pin": pin, "device": phone.id });
            let (status, granted) = post(&holder, &format!("{path}/grant"), &body);
            assert_eq!(status, 201, "{granted}");
            let audience = scene["audience"].as_str().unwrap();
            let s = shown["qr_text"].as_str().unwrap().to_owned();
            let h = phone.code(granted["grant"].as_str().unwrap(), audience, now);
            assert!(
                s.len() <= BUDGET_S && h.len() <= BUDGET_H,
                "{} {}: {} {}",
                licence["kind"],
                scene["code"],
                s.len(),
                h.len()
            );
            longest = (longest.0.max(s.len()), longest.1.max(h.len()));
            for code in [s, h] {
                let options =
                    Options { audience: Some(audience), scene: scene["code"].as_str(), ..Options::at(now) };
                let verdict = verifier.verify(&code, &options);
                assert_eq!(verdict.verdict, Answer::Valid, "{verdict:?}");
                let cautions: Vec<_> = verdict.cautions.iter().map(|caution| json!(caution.code)).collect();
                // The list a verifier synced before these indexes were given out has no notice on them yet.
                assert!(cautions.iter().all(|code| licence["cautions"].as_array().unwrap().contains(code)));
            }
            pairs.insert((licence["kind"].to_string(), scene["code"].to_string()));
        }
    }
    let catalogue = demo_catalogue().unwrap();
    let listed: usize = catalogue.scenes.iter().map(|scene| scene.kinds.len()).sum();
    assert_eq!(pairs.len(), listed, "each kind of each scene was shown");
    println!("longest codes: S {} of {BUDGET_S}, H {} of {BUDGET_H}", longest.0, longest.1);
}

#[test]
fn the_demo_has_every_role_every_state_and_right_check_characters() {
    let demo = DemoApp::start();
    let catalogue = demo_catalogue().unwrap();
    let issuing: BTreeSet<_> = catalogue.kinds.iter().flat_map(|kind| &kind.units).collect();
    assert!(catalogue.kinds.len() >= 8 && issuing.len() == 4);
    assert!(demo_units().unwrap().iter().all(|unit| uscc_is_valid(unit.id.as_str())));
    assert!(catalogue.scenes.iter().all(|scene| scene.lifetime == 60));
    let scenes: Vec<_> = catalogue.scenes.iter().map(|scene| scene.code.as_str()).collect();
    assert_eq!(scenes, ["inspect.food", "hotel.checkin", "hospital.visit"]);
    let texts = |list: &str, member: &str| -> BTreeSet<String> {
        let entries = demo.file[list].as_array().unwrap().iter();
        entries.map(|entry| entry[member].as_str().unwrap().to_owned()).collect()
    };
    let roles = [
        "holder",
        "issuer_maker",
        "issuer_checker",
        "unit_admin",
        "handler",
        "inspector",
        "verifier",
        "manager",
        "operator",
    ];
    assert_eq!(texts("accounts", "role"), roles.map(str::to_owned).into());
    let states = [
        "ACTIVE",
        "ANNULLED",
        "CANCELLED",
        "DISABLED",
        "DRAFT",
        "ON_HOLD",
        "PENDING_REVIEW",
        "REPORTED_LOST",
        "REVOKED",
        "SEIZED",
        "SUPERSEDED",
        "WITHDRAWN",
    ];
    assert_eq!(texts("licences", "status"), states.map(str::to_owned).into());
    for licence in demo.file["licences"].as_array().unwrap().iter().take(8) {
        assert_eq!(
            (&licence["status"], &licence["cautions"]),
            (&json!("ACTIVE"), &json!([])),
            "clean ones first"
        );
    }
    for account in demo.file["accounts"].as_array().unwrap() {
        let pin = account["pin"].as_str();
        assert_eq!(pin.is_some(), account["role"] == "holder");
        assert!(pin.is_none_or(|pin| pin.len() == 6 && pin.bytes().all(|digit| digit.is_ascii_digit())));
    }
    let people: Value = serde_json::from_str(include_str!("../../../assets/demo/people.json")).unwrap();
    for holder in people["holders"].as_array().unwrap() {
        let code = holder["code"].as_str().unwrap();
        assert!(citizen_id_is_valid(code) || uscc_is_valid(code), "{code}");
    }
    for licence in people["licences"].as_array().unwrap() {
        let number = licence["face"]["no"].as_str().unwrap_or_default();
        assert!(!number.starts_with("JY") || food_licence_is_valid(number), "{number}");
        let id = licence["face"]["id"].as_str();
        assert!(id.is_none_or(citizen_id_is_valid), "{id:?}");
    }
    let mode =
        std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(demo.dir().join("demo.json")).unwrap());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_revoked_licence_and_a_lost_phone_are_refused_after_sync_and_another_phone_is_not() {
    let demo = DemoApp::start();
    let licence = demo.file["licences"][0]["id"].as_str().unwrap().to_owned();
    let (holder, pin) = (demo.as_("shanyue"), demo.pin("shanyue"));
    let (lost, kept) = (phone(&holder), phone(&holder));
    let grant = |phone: &Phone| {
        let body = json!({ "device": phone.id, "scene": "inspect.food", "pin": pin });
        let (status, granted) = post(&holder, &format!("/api/v1/wallet/licences/{licence}/grant"), &body);
        assert_eq!(status, 201, "{granted}");
        granted["grant"].as_str().unwrap().to_owned()
    };
    let (lost_grant, kept_grant) = (grant(&lost), grant(&kept));
    let judge = |phone: &Phone, grant: &str, offset: i64| {
        let now = demo.clock.now();
        let code = phone.code(grant, "inspector", now.plus(Seconds(offset)));
        demo.synced().verify(&code, &Options { scene: Some("inspect.food"), ..Options::at(now) }).code
    };
    let until = |what: &str, want: Code, phone: &Phone, grant: &str| {
        within(Duration::from_secs(5), what, || (judge(phone, grant, 0) == want).then_some(()));
    };
    for (offset, want) in
        [(0, Code::Ok), (60, Code::Ok), (-60, Code::Ok), (61, Code::ProofTime), (-61, Code::ProofTime)]
    {
        assert_eq!(judge(&kept, &kept_grant, offset), want, "phone off by {offset} s");
    }
    assert_eq!(judge(&lost, &kept_grant, 0), Code::ProofSig, "another phone's key");
    demo.clock.advance(Seconds(2));
    assert_eq!(holder.delete(&format!("/api/v1/wallet/devices/{}", lost.id)).status, 204);
    until("the dropped phone", Code::StatusInvalid, &lost, &lost_grant);
    assert_eq!(judge(&kept, &kept_grant, 0), Code::Ok);
    demo.clock.advance(Seconds(2));
    let body = json!({ "act": "revoke", "reason": "测试", "legal_basis": "测试依据" });
    assert_eq!(post(&demo.as_("checker.samr"), &format!("/api/v1/licences/{licence}/acts"), &body).0, 200);
    until("the revoked licence", Code::StatusInvalid, &kept, &kept_grant);
}

#[test]
fn a_grant_serves_one_scene_for_a_day_and_needs_its_pin_and_its_phone() {
    let demo = DemoApp::start();
    let licence = demo.file["licences"][0]["id"].as_str().unwrap().to_owned();
    let (holder, pin) = (demo.as_("shanyue"), demo.pin("shanyue"));
    let (own, foreign) = (phone(&holder), phone(&demo.as_("lin")));
    let path = format!("/api/v1/wallet/licences/{licence}/grant");
    let ask = |device: &str, scene: &str, pin: &str| {
        post(&holder, &path, &json!({ "device": device, "scene": scene, "pin": pin }))
    };
    assert_eq!(ask(&foreign.id, "inspect.food", pin).0, 404, "somebody else's phone");
    assert_eq!(ask(&own.id, "inspect.food", "000000").0, 403, "a wrong PIN");
    let (status, problem) = ask(&own.id, "hotel.checkin", pin);
    assert_eq!((status, &problem["errors"][0]["code"]), (409, &json!("scene-kind-not-listed")));
    let (_, granted) = ask(&own.id, "inspect.food", pin);
    assert_eq!(granted["expires_at"], demo.clock.now().0 + 86_400);
    let grant = granted["grant"].as_str().unwrap();
    let bare = demo.synced().verify(grant, &Options::at(demo.clock.now()));
    assert_eq!(bare.code, Code::ProofMissing);
    // What the scene sees is what stands in the grant, and no more.
    let verdict =
        demo.synced().verify(&own.code(grant, "inspector", demo.clock.now()), &Options::at(demo.clock.now()));
    let keys: Vec<_> = verdict.licence.unwrap().fields.into_iter().map(|field| field.key).collect();
    assert_eq!(keys, ["n", "no", "t", "p"]);
}
