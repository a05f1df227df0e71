//! The life cycle as a property: any sequence of acts leaves a licence where docs/REQUIREMENTS.md B2 says, written down
//! here once more and by itself. And two clerks on one licence.

use liangzheng_core::time::{Day, UnixTime};
use liangzheng_server::domain::access::Scope;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::acts::ActName;
use liangzheng_server::domain::licence::{AnnualInspection, Licence, Status};
use liangzheng_server::storage::licence::record;
use liangzheng_tests::acts::{act, acts_of, by_two};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::{TestDb, bytes};
use liangzheng_tests::make::{BUSINESS_LICENCE, UNIT, licence, secrets};
use serde_json::{Value, json};

/// B2: act, the states it may come from, the state it leads to; the same state where it leads nowhere.
const B2: [(&str, &[&str], &str); 12] = [
    ("suspend", &["ACTIVE"], "ON_HOLD"),
    ("resume", &["ON_HOLD"], "ACTIVE"),
    ("seize", &["ACTIVE"], "SEIZED"),
    ("return", &["SEIZED"], "ACTIVE"),
    ("report_loss", &["ACTIVE"], "REPORTED_LOST"),
    ("withdraw_loss", &["REPORTED_LOST"], "ACTIVE"),
    ("disable", &["ACTIVE"], "DISABLED"),
    ("enable", &["DISABLED"], "ACTIVE"),
    ("cancel", &["ACTIVE", "ON_HOLD", "SEIZED", "REPORTED_LOST", "DISABLED"], "CANCELLED"),
    ("revoke", &["ACTIVE", "ON_HOLD", "SEIZED"], "REVOKED"),
    ("withdraw", &["ACTIVE", "ON_HOLD", "SEIZED"], "WITHDRAWN"),
    ("annul", &["ACTIVE", "ON_HOLD", "SEIZED", "REPORTED_LOST", "DISABLED"], "ANNULLED"),
];
/// Those that one person does often and that lead back, so that a sequence goes on.
const SIDE: [&str; 6] =
    ["pledge", "release_pledge", "mortgage", "release_mortgage", "pass_inspection", "fail_inspection"];
const FINAL: [&str; 4] = ["CANCELLED", "REVOKED", "WITHDRAWN", "ANNULLED"];

/// What a licence should be.
#[derive(Clone, Debug, PartialEq)]
struct Model {
    status: &'static str,
    expired: bool,
    pledged: bool,
    mortgaged: bool,
    /// Whether the last one was failed; `None` where the kind is not inspected.
    inspection: Option<bool>,
    version: i64,
}

impl Model {
    /// Does an act if B2 allows it; says whether it does.
    fn does(&mut self, name: &str) -> bool {
        let active = self.status == "ACTIVE" && !self.expired;
        let ended = FINAL.contains(&self.status);
        let mut next = self.clone();
        let allowed = match name {
            "pledge" => active && !std::mem::replace(&mut next.pledged, true),
            "mortgage" => active && !std::mem::replace(&mut next.mortgaged, true),
            "release_pledge" => !ended && std::mem::replace(&mut next.pledged, false),
            "release_mortgage" => !ended && std::mem::replace(&mut next.mortgaged, false),
            "pass_inspection" | "fail_inspection" => {
                let inspected = next.inspection.is_some();
                next.inspection = next.inspection.map(|_| name == "fail_inspection");
                active && inspected
            }
            _ => {
                let (_, from, to) = B2.iter().find(|(act, ..)| *act == name).unwrap();
                next.status = to;
                let ends = FINAL.contains(to);
                let encumbered = self.pledged || self.mortgaged;
                from.contains(&self.status)
                    && (ends || self.status != "ACTIVE" || active)
                    && !(name == "cancel" && encumbered)
            }
        };
        if allowed {
            next.version += 1;
            *self = next;
        }
        allowed
    }
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

struct Office {
    app: TestApp,
    gao: Caller,
    qin: Caller,
}

fn office(db: TestDb) -> Office {
    let app = TestApp::start(db, |config| config.limits.enabled = false);
    app.staff("gao", Role::IssuerMaker, UNIT);
    app.staff("qin", Role::IssuerChecker, UNIT);
    app.staff("meng", Role::IssuerChecker, UNIT);
    let (gao, qin) = (app.as_("gao"), app.as_("qin"));
    Office { app, gao, qin }
}

/// Does an act as those who may; the answer's status and what became of the licence.
fn do_it(office: &Office, licence: &Licence, name: &str) -> (u16, Value) {
    let mut body = act(name);
    if name == "pass_inspection" {
        body["due"] = json!("20271122");
    }
    let by = if FINAL_ACTS.contains(&name) { &office.gao } else { &office.qin };
    let answer = by.post(&acts_of(licence.id), &body);
    if answer.status != 202 {
        return (answer.status, answer.json());
    }
    let proposal = answer.json()["proposal"].as_str().unwrap().to_owned();
    let confirmed =
        office.qin.post(&format!("/api/v1/proposals/{proposal}/acts"), &json!({ "act": "confirm" }));
    (confirmed.status, confirmed.json())
}

const FINAL_ACTS: [&str; 4] = ["cancel", "revoke", "withdraw", "annul"];

fn stored(office: &Office, licence: &Licence) -> Licence {
    office.app.wait(async {
        let mut tx = office.app.app.db.begin_read().await.unwrap();
        record::find(&mut tx, &secrets(), Scope::All, licence.id).await.unwrap().unwrap()
    })
}

/// Rows: R37, R38, R40.
#[test]
fn any_sequence_of_acts_leaves_a_licence_where_the_table_says_on_both_databases() {
    let mut met = std::collections::BTreeSet::new();
    for db in TestDb::both() {
        let name = db.name;
        let office = office(db);
        let (_, lin) = office.app.holder("lin");
        let mut dice = Dice(20_261_129);
        for sequence in 0..14 {
            let mut made = licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
            if sequence % 2 == 0 {
                let due = Day::parse("20261231").unwrap();
                made.annual_inspection = Some(AnnualInspection { due, failed: false });
            }
            if sequence % 5 == 4 {
                made.valid_to = Day::parse("20261121");
            }
            office.app.put(&made);
            let mut model = Model {
                status: "ACTIVE",
                expired: sequence % 5 == 4,
                pledged: false,
                mortgaged: false,
                inspection: made.annual_inspection.map(|_| false),
                version: 1,
            };
            let sealed = office.app.wait(bytes(&office.app.make.db, FACE, &made.id.to_string()));
            let mut history = Vec::new();
            for step in 0..16 {
                // Acts that end it come late, so that there is something to end.
                let from = if step < 10 { 8 } else { B2.len() };
                let all: Vec<&str> =
                    B2.iter().take(from).map(|(act, ..)| *act).chain(SIDE.iter().copied()).collect();
                let act = all[dice.roll(all.len())];
                let before = model.clone();
                let allowed = model.does(act);
                let (status, told) = do_it(&office, &made, act);
                let at = format!("{name}, sequence {sequence}, step {step}: {act} on {before:?}: {told}");
                assert_eq!(status, if allowed { 200 } else { 409 }, "{at}");
                if allowed {
                    assert_eq!(
                        (&told["status"], &told["version"]),
                        (&json!(model.status), &json!(model.version)),
                        "{at}"
                    );
                    history.push((act, before.status, model.status));
                } else {
                    assert_eq!(told["code"], "forbidden-transition", "{at}");
                }
                met.insert((act, before.status, allowed));
                let now = stored(&office, &made);
                let shown = Model {
                    status: now.status.as_str(),
                    expired: model.expired,
                    pledged: now.encumbrances.pledged,
                    mortgaged: now.encumbrances.mortgaged,
                    inspection: now.annual_inspection.map(|inspection| inspection.failed),
                    version: now.version,
                };
                assert_eq!(shown, model, "{at}");
            }
            is_reproducible(&office, &made, &history);
            let after = office.app.wait(bytes(&office.app.make.db, FACE, &made.id.to_string()));
            assert_eq!(after, sealed, "the version's face is the same, byte for byte");
        }
    }
    let ended = met.iter().filter(|(_, from, allowed)| FINAL.contains(from) && !allowed).count();
    assert!(ended >= 10 && met.len() >= 80, "only {} pairs met, {ended} of them at the end", met.len());
    assert!(!met.iter().any(|(_, from, allowed)| FINAL.contains(from) && *allowed), "no final state is left");
}

const FACE: &str = "SELECT face FROM licence_record WHERE id = $1";

/// Whoever does again what the record of acts says comes to the same licence, through the same versions.
fn is_reproducible(office: &Office, made: &Licence, history: &[(&str, &str, &str)]) {
    let acts = office.qin.get(&acts_of(made.id)).must(200);
    let acts = acts["items"].as_array().unwrap();
    let told: Vec<_> = acts
        .iter()
        .map(|act| {
            (
                act["act"].as_str().unwrap(),
                act["from_status"].as_str().unwrap(),
                act["to_status"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(told, history);
    let mut again = made.clone();
    for act in acts {
        let day = |member: &str| act[member].as_str().and_then(Day::parse);
        let at = UnixTime(act["at"].as_i64().unwrap());
        let name: ActName = act["act"].as_str().unwrap().parse().unwrap();
        let act_again = name.told(day("until"), day("due"), Day::of(at)).unwrap();
        again = again.after(act_again, at).unwrap();
        assert_eq!(again.version, act["version"].as_i64().unwrap());
    }
    assert_eq!(again, stored(office, made));
}

#[test]
fn of_two_clerks_on_one_licence_one_wins_and_the_other_is_told_by_whom_on_both_databases() {
    for db in TestDb::both() {
        let office = office(db);
        let (_, lin) = office.app.holder("lin");
        let meng = office.app.as_("meng");
        for (condition, want) in [(Some("\"1\""), 412), (None, 409)] {
            let made = office.app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
            let both = [("suspend", office.qin.clone()), ("disable", meng.clone())];
            let answers: Vec<_> = std::thread::scope(|scope| {
                let asked: Vec<_> = both
                    .iter()
                    .map(|(name, by)| {
                        let by = condition.map_or_else(|| by.clone(), |tag| by.with("If-Match", tag));
                        scope.spawn(move || by.post(&acts_of(made.id), &act(name)))
                    })
                    .collect();
                asked.into_iter().map(|one| one.join().unwrap()).collect()
            });
            let lost = answers.iter().position(|answer| answer.status != 200).expect("one is late");
            assert_eq!((answers[lost].status, answers[1 - lost].status), (want, 200));
            let winner = ["qin 的账户", "meng 的账户"][1 - lost];
            let detail = answers[lost].json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains(winner) && detail.contains("2026-11-22 12:00"), "{detail}");
        }
    }
}

/// Rows: R30.
#[test]
fn staff_see_who_did_what_when_and_on_what_grounds_and_what_is_legal_next() {
    let office = office(TestDb::sqlite());
    let (_, lin) = office.app.holder("lin");
    let made = office.app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
    let mut seize = act("seize");
    seize["until"] = json!("20261231");
    seize["effective_at"] = json!("2026-11-20T09:00:00+08:00");
    seize["physical"] = json!({ "number": "云01234" });
    office.qin.post(&acts_of(made.id), &seize).must(200);
    by_two(&office.gao, &office.qin, made.id, "revoke");
    let acts = office.gao.get(&acts_of(made.id)).must(200);
    let [seized, revoked] = &acts["items"].as_array().unwrap()[..] else { panic!("{acts}") };
    assert_eq!(
        (&seized["by"], &seized["confirmed_by"], &seized["until"], &seized["physical"]["number"]),
        (&json!("qin 的账户"), &Value::Null, &json!("20261231"), &json!("云01234"))
    );
    assert_eq!(
        (&seized["reason"], &seized["act_label"]["zh-CN"], &seized["effective_at"], &seized["footing"]),
        (&json!("投诉核查"), &json!("暂扣"), &json!(1_795_136_400), &json!("member"))
    );
    assert!(seized["at"].as_i64() > seized["effective_at"].as_i64(), "it counts earlier than it was done");
    assert_eq!(
        (&revoked["by"], &revoked["confirmed_by"], &revoked["to_status"], &revoked["version"]),
        (&json!("gao 的账户"), &json!("qin 的账户"), &json!("REVOKED"), &json!(3))
    );
    assert!(revoked["proposal"].as_str().unwrap().starts_with("prp_"));
    office.app.staff("han", Role::IssuerChecker, liangzheng_tests::make::OTHER_UNIT);
    for path in [acts_of(made.id), format!("/api/v1/licences/{}/next-acts", made.id)] {
        assert_eq!(office.app.as_("han").get(&path).status, 404, "{path}");
        assert_eq!(office.app.as_("lin").get(&path).status, 403, "{path}");
    }
    assert_eq!(office.qin.get(&format!("/api/v1/licences/{}/next-acts", made.id)).json()["items"], json!([]));
    let other = office.app.licence(lin, BUSINESS_LICENCE, UNIT, Status::OnHold);
    let next = |by: &Caller| -> Vec<String> {
        let answer = by.get(&format!("/api/v1/licences/{}/next-acts", other.id));
        assert_eq!(answer.header("etag"), Some("\"1\""));
        let items = answer.json()["items"].as_array().unwrap().clone();
        assert!(items.iter().all(|next| next["effect"]["zh-CN"].is_string()));
        items.iter().map(|next| next["act"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(next(&office.qin), ["resume", "cancel", "revoke", "withdraw", "annul"]);
    assert_eq!(next(&office.gao), ["cancel", "revoke", "withdraw", "annul"], "a maker only proposes");
    let proposal = liangzheng_tests::acts::propose(&office.gao, other.id, "annul");
    let items = office.qin.get(&format!("/api/v1/licences/{}/next-acts", other.id)).must(200);
    assert_eq!(items["items"][4]["proposal"], proposal);
}
