//! What using units do with licences in their cases: one look for one case, all of a matter, and what the public looks up.

mod analyses;
mod analysis_model;
mod counter_look_ups;
mod counter_requests;
mod fetches;
mod model;
mod prefill;
mod public_licences;

use liangzheng_server::config::Config;
use liangzheng_server::domain::actor::holder::{Holder, HolderKind, HolderNumber};
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::ids::HolderId;
use liangzheng_server::domain::licence::{Licence, Status};
use liangzheng_server::storage;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::office::{PLATFORM, citizen};
use liangzheng_tests::make::{OTHER_UNIT, PIN, UNIT};
use serde_json::{Value, json};

/// 云溪市民生事务局 of the demo: its matter `civil.subsidy` uses [`IDENTITY_CARD`] and [`SOCIAL_CARD`] by authorisation, and
/// [`HOUSEHOLD`] by duty.
///
/// [`IDENTITY_CARD`]: liangzheng_tests::make::IDENTITY_CARD
pub(crate) const CIVIL: &str = "11990100MB00000435";
/// 居民户口簿 of the demo, issued by [`OTHER_UNIT`].
pub(crate) const HOUSEHOLD: &str = "11990000MB00010701001";
/// 社会保障卡 of the demo, issued by [`CIVIL`].
pub(crate) const SOCIAL_CARD: &str = "11990000MB0001038M001";
/// 检验检测机构资质认定证书 of the demo, issued by [`UNIT`]: a public kind.
pub(super) const LABORATORY: &str = "11990000MB0001100F001";
/// Every key that a using list of the demo names, and `x`, which none does.
const KEYS: [&str; 11] = ["n", "id", "no", "m", "a", "s", "c", "p", "sp", "u", "x"];

/// The demo's catalogue, a handler and an administrator in each of three units, checkers of the issuers, a manager.
pub(crate) fn desk(db: TestDb) -> TestApp {
    desk_with(db, |_| ())
}

/// The same, configured otherwise.
pub(super) fn desk_with(db: TestDb, adjust: impl FnOnce(&mut Config)) -> TestApp {
    let app = TestApp::start(db, |config| {
        config.limits.enabled = false;
        adjust(config);
    });
    app.enter_demo_catalogue();
    for (name, unit) in [("civil", CIVIL), ("samr", UNIT), ("police", OTHER_UNIT)] {
        app.staff(&format!("{name}.handler"), Role::Handler, unit);
        app.staff(&format!("{name}.admin"), Role::UnitAdmin, unit);
        app.staff(&format!("{name}.checker"), Role::IssuerChecker, unit);
    }
    app.staff("manager", Role::Manager, PLATFORM);
    app.staff("auditor", Role::Auditor, PLATFORM);
    app
}

/// A holder with the citizen number of that number and an account `h{number}`.
pub(crate) fn person(app: &TestApp, number: u32) -> HolderId {
    let holder = Holder {
        id: HolderId::generate(NOON, &SystemEntropy),
        kind: HolderKind::Natural,
        name: name(number),
        number: HolderNumber::new("111", &citizen(number)).unwrap(),
        created_at: NOON,
    };
    app.wait(async {
        let mut tx = app.app.db.begin_write().await.unwrap();
        let new = storage::actor::holder::insert(&mut tx, &app.app.secrets, &SystemEntropy, &holder).await;
        assert!(new.unwrap());
        tx.commit().await.unwrap();
    });
    app.wait(app.make.account_of(&format!("h{number}"), "111", &citizen(number)));
    holder.id
}

pub(super) fn name(number: u32) -> String {
    format!("周{}鸣", ["一", "二", "三", "四", "五", "六"][number as usize % 6])
}

/// A licence whose face has a value of its own for each of [`KEYS`].
pub(crate) fn licence(app: &TestApp, holder: HolderId, kind: &str, unit: &str, status: Status) -> Licence {
    let mut licence = liangzheng_tests::make::licence(holder, kind, unit, status);
    let serial = licence.identifier.to_string();
    licence.face = KEYS.iter().map(|key| ((*key).to_owned(), format!("{key}甲乙丙丁{serial}"))).collect();
    app.put(&licence);
    licence
}

/// Opens a using case for the holder of a number; its id.
pub(super) fn open(app: &TestApp, handler: &str, matter: &str, number: u32) -> String {
    let holder =
        json!({ "type": "natural", "name": name(number), "id_type": "111", "id_number": citizen(number) });
    let body = json!({ "type": "using", "matter": matter, "holder": holder });
    app.as_(handler).post("/api/v1/cases", &body).must(201)["id"].as_str().unwrap().to_owned()
}

/// What a fetch sends.
pub(super) fn wanted(case: &str, number: u32, kind: &str, purpose: &str) -> Value {
    json!({
        "case": case, "kind": kind, "purpose": purpose,
        "holder": { "id_type": "111", "id_number": citizen(number), "name": name(number) },
    })
}

pub(super) fn consent(app: &TestApp, handler: &str, case: &str) {
    let body =
        json!({ "act": "consent", "wording_version": "2026-1", "means": "counter", "evidence": "签字页" });
    app.as_(handler).post(&format!("/api/v1/cases/{case}/acts"), &body).must(200);
}

/// Lets a unit use a licence for an hour; the authorisation's id.
pub(super) fn authorise(app: &TestApp, number: u32, licence: &str, unit: &str, purpose: &str) -> String {
    let body = json!({
        "licence": licence, "unit": unit, "scope": "view", "purpose": purpose,
        "until": app.app.now().0 + 3600, "pin": PIN,
    });
    let given = app.as_(&format!("h{number}")).post("/api/v1/wallet/authorisations", &body).must(201);
    assert_eq!(given["state"], "live");
    given["id"].as_str().unwrap().to_owned()
}

/// Applies for the household registers of the police, and has it granted; the application's id.
pub(super) fn granted(app: &TestApp) -> String {
    let body = json!({ "kind": HOUSEHOLD, "purpose": "subsidy", "need": "核对低保申请人的家庭成员" });
    let applied = app.as_("civil.handler").post("/api/v1/duty-applications", &body).must(201);
    assert_eq!((&applied["issuer"], &applied["state"]), (&json!(OTHER_UNIT), &json!("applied")));
    let id = applied["id"].as_str().unwrap().to_owned();
    duty(app, "police.checker", &id, "grant").must(200);
    id
}

pub(super) fn duty(app: &TestApp, login: &str, id: &str, act: &str) -> Answer {
    let path = format!("/api/v1/duty-applications/{id}/acts");
    app.as_(login).post(&path, &json!({ "act": act, "reason": "测试" }))
}

/// The rule by which a fetch was refused.
pub(super) fn rule(answer: &Answer) -> String {
    assert_eq!((answer.status, answer.problem().as_str()), (403, "out-of-scope"), "{}", answer.text());
    answer.json()["errors"][0]["code"].as_str().unwrap().to_owned()
}
