//! The main job on the demo, end to end: a licence is shown online and offline, verified with what was synced, and
//! an act or a lost phone ends it.

use std::collections::BTreeSet;
use std::time::Duration;

use liangzheng_core::identifier::{citizen_id_is_valid, food_licence_is_valid, uscc_is_valid};
use liangzheng_core::key::{AwsLcSigner, Signer};
use liangzheng_core::qr;
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::token::{Nonce, proof};
use liangzheng_core::trust::Medium;
use liangzheng_core::verify::{Answer, Code, Options};
use liangzheng_server::demo::{demo_catalogue, demo_units};
use liangzheng_server::domain::clock::Clock;
use liangzheng_tests::acts::by_two;
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

/// Rows: R49, R50.
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
            if matches!(licence["status"].as_str(), Some("DRAFT" | "PENDING_REVIEW")) {
                assert_eq!(status, 404, "a draft is in no wallet: {shown}");
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
                // The list a verifier synced before a phone's index was given out has no notice on it yet.
                assert!(cautions.iter().all(|code| licence["cautions"].as_array().unwrap().contains(code)));
            }
            // No more than a few are open at a time.
            holder.delete(&format!("/api/v1/wallet/shows/{}", shown["show"].as_str().unwrap()));
            pairs.insert((licence["kind"].to_string(), scene["code"].to_string()));
        }
    }
    let catalogue = demo_catalogue().unwrap();
    // A scene on paper is in no show: `api issuing::file` reads its codes from licence files.
    let screens = catalogue.scenes.iter().filter(|scene| scene.medium != Medium::Paper);
    let listed: usize = screens.map(|scene| scene.kinds.len()).sum();
    assert_eq!(pairs.len(), listed, "each kind of each scene was shown");
    println!("longest codes: S {} of {BUDGET_S}, H {} of {BUDGET_H}", longest.0, longest.1);
}

#[test]
fn the_demo_has_every_role_every_state_and_right_check_characters() {
    let demo = DemoApp::start();
    let catalogue = demo_catalogue().unwrap();
    let issuing: BTreeSet<_> = catalogue.kinds.iter().flat_map(|kind| &kind.units).collect();
    assert!(catalogue.kinds.len() >= 8 && issuing.len() == 5);
    assert!(demo_units().unwrap().iter().all(|unit| uscc_is_valid(unit.id.as_str())));
    let (paper, screen): (Vec<_>, Vec<_>) =
        catalogue.scenes.iter().partition(|scene| scene.medium == Medium::Paper);
    assert_eq!(screen[0].code, "inspect.food");
    assert!(screen.iter().all(|scene| scene.lifetime == 60));
    assert_eq!((paper.len(), paper[0].code.as_str(), paper[0].lifetime), (1, "print.copy", 90 * 86_400));
    assert_eq!(catalogue.scenes.last().unwrap().code, "print.copy", "screen first, paper last");
    assert_eq!(
        demo.file["scenes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|scene| scene["code"].as_str().unwrap())
            .collect::<Vec<_>>(),
        catalogue.scenes.iter().map(|scene| scene.code.as_str()).collect::<Vec<_>>()
    );
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
        "auditor",
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

/// The scenes that FJ22 names for persons and for enterprises (R49, R50).
const SCENES: [&str; 20] = [
    "婚姻登记",
    "医院就诊",
    "生育登记",
    "异地就医报销",
    "药房购药",
    "不动产登记",
    "公积金转移",
    "户籍迁移",
    "酒店入住",
    "社保卡申领",
    "养老转移",
    "就业创业",
    "工作应聘",
    "景点旅游",
    "合同订立",
    "人员招聘",
    "交通出行",
    "文化和旅游",
    "工程招投标",
    "水电气网接入",
];

/// What the kinds that FJ22 names (R14) are called here; of 职业资格证 and 生产经营许可证 one each.
const KINDS: [&str; 14] = [
    "出生医学证明",
    "居民户口簿",
    "居民身份证",
    "社会保障卡",
    "学历学位证书",
    "特种作业操作资格证",
    "机动车驾驶证",
    "结婚证",
    "离婚证",
    "不动产权证书",
    "不动产登记证明",
    "营业执照",
    "食品经营许可证",
    "检验检测机构资质认定证书",
];

/// Rows: R14, R49, R50, R62.
#[test]
fn the_demos_catalogue_was_written_by_its_units_and_put_in_force_by_the_manager() {
    let demo = DemoApp::start();
    let manager = demo.as_("manager");
    let names = |sort: &str| -> BTreeSet<String> {
        let page = manager.get(&format!("/api/v1/{sort}?limit=200")).must(200);
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|item| {
                assert_eq!((&item["state"], &item["version"]), (&json!("published"), &json!(1)), "{item}");
                item["names"]["zh-CN"].as_str().unwrap().to_owned()
            })
            .collect()
    };
    let (scenes, kinds) = (names("scenes"), names("kinds"));
    for name in SCENES {
        assert!(scenes.contains(name), "{name}");
    }
    for name in KINDS {
        assert!(kinds.contains(name), "{name}");
    }
    assert!(names("inspection-matters").contains("食品经营日常检查"));

    // A handler's unit uses licences in two matters, in each one that a citizen has and may authorise.
    let accounts = demo.file["accounts"].as_array().unwrap();
    let unit = &accounts.iter().find(|account| account["role"] == "handler").unwrap()["unit"];
    let citizens = ["lin", "chen", "zhao", "wu"];
    let has = |kind: &Value| {
        let mut licences = demo.file["licences"].as_array().unwrap().iter();
        licences.any(|licence| {
            licence["kind"] == *kind
                && licence["status"] == "ACTIVE"
                && citizens.contains(&licence["holder"].as_str().unwrap())
        })
    };
    let list = demo.anyone().get(&format!("/api/v1/units/{}/using-list", unit.as_str().unwrap())).must(200);
    let told: Vec<&Value> =
        demo.file["matters"].as_array().unwrap().iter().filter(|matter| matter["unit"] == *unit).collect();
    let matters = list["matters"].as_array().unwrap();
    assert_eq!((matters.len(), told.len()), (2, 2));
    for (matter, told) in matters.iter().zip(told) {
        assert_eq!((&matter["code"], &matter["purpose"]), (&told["matter"], &told["purpose"]));
        let mut materials = matter["materials"].as_array().unwrap().iter();
        assert!(materials.any(|material| material["footing"] == "authorised" && has(&material["kind"])));
    }
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
    by_two(&demo.as_("maker.samr"), &demo.as_("checker.samr"), &licence, "revoke");
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
