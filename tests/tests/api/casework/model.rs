//! 一事一查 against a model: random requests over units, cases, holders, matters, kinds, footings and times, each answered by
//! the server as sixty lines say that know nothing of how it does it.
//!
//! `LZ_FETCHES` says how many requests; 2,000 if it is not set, on both databases. `cargo xtask soak fetches` sends 100,000.

use std::collections::{BTreeSet, HashMap};

use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, IDENTITY_CARD, OTHER_UNIT, PIN, UNIT};
use serde_json::{Value, json};

use super::{CIVIL, HOUSEHOLD, LABORATORY, SOCIAL_CARD, desk, licence, person, wanted};

const LAND: &str = "11990100MB0000035A";
const TITLE: &str = "11100000MB03271699001";
const MARRIAGE: &str = "11990000MB0001054B001";
/// Kinds and who issues them in the demo.
const KINDS: [(&str, &str); 7] = [
    (IDENTITY_CARD, OTHER_UNIT),
    (HOUSEHOLD, OTHER_UNIT),
    (SOCIAL_CARD, CIVIL),
    (MARRIAGE, CIVIL),
    (TITLE, LAND),
    (BUSINESS_LICENCE, UNIT),
    (LABORATORY, UNIT),
];
/// A matter, its unit, its purpose, and kinds with their footings.
type Listed = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);
/// Matters, their units and purposes, and what their lists have: the demo's, written down once more.
const MATTERS: [Listed; 4] = [
    (
        "civil.housing-fund",
        CIVIL,
        "housing-fund",
        &[(IDENTITY_CARD, "authorised"), (TITLE, "authorised"), (MARRIAGE, "duty")],
    ),
    (
        "civil.subsidy",
        CIVIL,
        "subsidy",
        &[(IDENTITY_CARD, "authorised"), (HOUSEHOLD, "duty"), (SOCIAL_CARD, "authorised")],
    ),
    (
        "samr.change",
        UNIT,
        "business-change",
        &[(BUSINESS_LICENCE, "duty"), (IDENTITY_CARD, "authorised"), (LABORATORY, "public")],
    ),
    (
        "land.transfer",
        LAND,
        "land-transfer",
        &[(IDENTITY_CARD, "authorised"), (TITLE, "duty"), (MARRIAGE, "authorised")],
    ),
];
const UNITS: [(&str, &str); 3] = [("civil.handler", CIVIL), ("samr.handler", UNIT), ("land.handler", LAND)];
const HOLDERS: u32 = 5;

struct Case {
    id: String,
    unit: &'static str,
    matter: usize,
    holder: u32,
    open: bool,
    agreed: bool,
}
struct Held {
    id: String,
    identifier: String,
    holder: u32,
    kind: &'static str,
}
struct Given {
    id: String,
    licence: usize,
    unit: &'static str,
    purpose: &'static str,
    until: i64,
    back: bool,
}
struct Asked {
    unit: &'static str,
    case: usize,
    holder: u32,
    kind: &'static str,
    purpose: &'static str,
}

#[derive(Default)]
struct Model {
    now: i64,
    cases: Vec<Case>,
    held: Vec<Held>,
    given: Vec<Given>,
    standing: HashMap<&'static str, String>,
}

impl Model {
    /// The identifiers that are given, or `None` where it is refused.
    fn answer(&self, asked: &Asked) -> Option<BTreeSet<String>> {
        let case = self.cases.get(asked.case)?;
        let (_, unit, purpose, materials) = MATTERS[case.matter];
        let (_, footing) = materials.iter().find(|(kind, _)| *kind == asked.kind)?;
        if !case.open || case.unit != asked.unit || unit != asked.unit {
            return None;
        }
        if case.holder != asked.holder || purpose != asked.purpose {
            return None;
        }
        let his = |held: &&(usize, &Held)| held.1.holder == asked.holder && held.1.kind == asked.kind;
        let all: Vec<(usize, &Held)> = self.held.iter().enumerate().collect();
        let names = |held: Vec<&(usize, &Held)>| held.iter().map(|(_, one)| one.identifier.clone()).collect();
        match *footing {
            "public" => Some(names(all.iter().filter(his).collect())),
            "authorised" => {
                let live = |at: usize| {
                    self.given.iter().any(|given| {
                        given.licence == at
                            && given.unit == unit
                            && given.purpose == purpose
                            && !given.back
                            && self.now < given.until
                    })
                };
                let found: Vec<_> = all.iter().filter(his).filter(|(at, _)| live(*at)).collect();
                (!found.is_empty()).then(|| names(found))
            }
            _ => {
                let issuer = KINDS.iter().find(|(kind, _)| *kind == asked.kind)?.1;
                let consented = issuer == unit || self.standing.contains_key(asked.kind);
                (case.agreed && consented).then(|| names(all.iter().filter(his).collect()))
            }
        }
    }
}

/// A small generator of its own, so that a failure is met again: splitmix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }
    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// Rows: R58, R59, R62, R63, R65.
#[test]
fn random_fetches_are_answered_as_the_model_says_on_both_databases() {
    let asked = std::env::var("LZ_FETCHES").ok().map(|text| text.parse().unwrap());
    let requests: usize = asked.unwrap_or(2_000);
    std::thread::scope(|scope| {
        let both = TestDb::both().map(|db| scope.spawn(move || walk(db, requests)));
        for one in both {
            let (db, given) = one.join().unwrap();
            println!("{db}: {requests} requests, given by footing: {given:?}");
            for footing in ["authorised", "duty", "public"] {
                assert!(given.get(footing).copied().unwrap_or_default() >= requests / 100, "{db} {given:?}");
            }
        }
    });
}

fn walk(db: TestDb, requests: usize) -> (&'static str, HashMap<String, usize>) {
    let app = desk(db);
    app.staff("land.handler", liangzheng_server::domain::actor::membership::Role::Handler, LAND);
    let mut world =
        Walk { app: &app, dice: Dice(20_261_130), model: Model::default(), callers: HashMap::new() };
    world.fill();
    let mut given = HashMap::new();
    for number in 0..requests {
        world.change();
        let asked = world.ask();
        let (got, footing) = world.fetch(&asked);
        let want = world.model.answer(&asked);
        assert_eq!(got, want, "{} request {number}: {} {}", app.db_name(), asked.kind, asked.purpose);
        *given.entry(footing).or_insert(0) += 1;
    }
    (app.db_name(), given)
}

struct Walk<'a> {
    app: &'a TestApp,
    dice: Dice,
    model: Model,
    callers: HashMap<String, (Caller, i64)>,
}

impl Walk<'_> {
    fn fill(&mut self) {
        self.model.now = self.app.app.now().0;
        for holder in 0..HOLDERS {
            let id = person(self.app, holder);
            for (kind, issuer) in KINDS {
                // None, one or two of each kind; the last of two has ended and is nobody's any more.
                for at in 0..self.dice.below(3) {
                    let status = if at == 1 { Status::Revoked } else { Status::Active };
                    let made = licence(self.app, id, kind, issuer, status);
                    let (id, identifier) = (made.id.to_string(), made.identifier.to_string());
                    if at == 0 {
                        self.model.held.push(Held { id, identifier, holder, kind });
                    }
                }
            }
        }
        for _ in 0..12 {
            self.open();
        }
    }

    /// Somebody with a session that has not ended.
    fn as_(&mut self, login: &str) -> Caller {
        let now = self.model.now;
        if let Some((caller, until)) = self.callers.get(login)
            && now < *until
        {
            return caller.clone();
        }
        let caller = self.app.log_in(login);
        self.callers.insert(login.to_owned(), (caller.clone(), now + 11 * 3600));
        caller
    }

    fn handler(unit: &str) -> &'static str {
        UNITS.iter().find(|(_, of)| *of == unit).unwrap().0
    }

    fn open(&mut self) {
        let matter = self.dice.below(MATTERS.len());
        let (code, unit, ..) = MATTERS[matter];
        let holder = u32::try_from(self.dice.below(HOLDERS as usize)).unwrap();
        let whom = &wanted("", holder, "", "")["holder"];
        let whom = json!({ "type": "natural", "name": whom["name"], "id_type": "111", "id_number": whom["id_number"] });
        let body = json!({ "type": "using", "matter": code, "holder": whom });
        let opened = self.as_(Self::handler(unit)).post("/api/v1/cases", &body).must(201);
        let id = opened["id"].as_str().unwrap().to_owned();
        self.model.cases.push(Case { id, unit, matter, holder, open: true, agreed: false });
    }

    /// Now and then something changes that the next answers stand on.
    fn change(&mut self) {
        match self.dice.below(30) {
            0 => self.open(),
            1..=3 => self.act_on_case(),
            4 | 5 => self.authorise(),
            6 => self.withdraw(),
            7 => self.duty(),
            8 => {
                let seconds = self.dice.of(&[1, 60, 1_800, 7_200]);
                self.app.pass(seconds);
                self.model.now += seconds;
            }
            _ => {}
        }
    }

    fn act_on_case(&mut self) {
        let at = self.dice.below(self.model.cases.len());
        let case = &self.model.cases[at];
        if !case.open {
            return;
        }
        let (path, handler) = (format!("/api/v1/cases/{}/acts", case.id), Self::handler(case.unit));
        let (agreed, ends) = (case.agreed, self.dice.below(8) == 0);
        let body = if ends {
            json!({ "act": "conclude" })
        } else if agreed {
            json!({ "act": "withdraw_consent", "reason": "撤回" })
        } else {
            json!({ "act": "consent", "wording_version": "1", "means": "counter", "evidence": "签字页" })
        };
        self.as_(handler).post(&path, &body).must(200);
        let case = &mut self.model.cases[at];
        if ends { case.open = false } else { case.agreed = !agreed }
    }

    fn authorise(&mut self) {
        let licence = self.dice.below(self.model.held.len());
        let (_, unit, purpose, _) = self.dice.of(&MATTERS);
        let until = self.model.now + self.dice.of(&[60, 3_600, 30_000]);
        let held = &self.model.held[licence];
        let (id, login) = (held.id.clone(), format!("h{}", held.holder));
        let body = json!({
            "licence": id, "unit": unit, "scope": "view", "purpose": purpose, "until": until, "pin": PIN,
        });
        let given = self.as_(&login).post("/api/v1/wallet/authorisations", &body).must(201);
        let id = given["id"].as_str().unwrap().to_owned();
        self.model.given.push(Given { id, licence, unit, purpose, until, back: false });
    }

    fn withdraw(&mut self) {
        if self.model.given.is_empty() {
            return;
        }
        let at = self.dice.below(self.model.given.len());
        let given = &self.model.given[at];
        let holds = !given.back && self.model.now < given.until;
        let path = format!("/api/v1/wallet/authorisations/{}", given.id);
        let login = format!("h{}", self.model.held[given.licence].holder);
        let status = self.as_(&login).delete(&path).status;
        assert_eq!(status, if holds { 204 } else { 409 });
        self.model.given[at].back |= holds;
    }

    /// The police's standing consent to the household registers begins or ends.
    fn duty(&mut self) {
        if let Some(id) = self.model.standing.remove(HOUSEHOLD) {
            let body = json!({ "act": "end", "reason": "不再需要" });
            self.as_("police.checker").post(&format!("/api/v1/duty-applications/{id}/acts"), &body).must(200);
            return;
        }
        let body = json!({ "kind": HOUSEHOLD, "purpose": "subsidy", "need": "核对家庭成员" });
        let applied = self.as_("civil.admin").post("/api/v1/duty-applications", &body).must(201);
        let id = applied["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/duty-applications/{id}/acts");
        self.as_("police.checker").post(&path, &json!({ "act": "grant" })).must(200);
        self.model.standing.insert(HOUSEHOLD, id);
    }

    /// Half of them as they should be, the rest with one member or another from anywhere.
    fn ask(&mut self) -> Asked {
        let cases = self.model.cases.len();
        let case = self.dice.below(cases);
        let Case { unit, matter, holder, .. } = self.model.cases[case];
        let (_, _, purpose, materials) = MATTERS[matter];
        let mut asked = Asked { unit, case, holder, kind: self.dice.of(materials).0, purpose };
        if self.dice.below(2) == 0 {
            match self.dice.below(5) {
                0 => asked.unit = self.dice.of(&UNITS).1,
                1 => asked.case = self.dice.below(cases + 1),
                2 => asked.holder = u32::try_from(self.dice.below(HOLDERS as usize)).unwrap(),
                3 => asked.kind = self.dice.of(&KINDS).0,
                _ => asked.purpose = self.dice.of(&MATTERS).2,
            }
        }
        asked
    }

    /// What the server gives, and on which footing.
    fn fetch(&mut self, asked: &Asked) -> (Option<BTreeSet<String>>, String) {
        let nothing = "cas_00000000000000000000000000000000";
        let case = self.model.cases.get(asked.case).map_or(nothing, |case| &case.id).to_owned();
        let body = wanted(&case, asked.holder, asked.kind, asked.purpose);
        let answer = self.as_(Self::handler(asked.unit)).post("/api/v1/fetches", &body);
        if answer.status == 403 {
            assert_eq!(answer.problem(), "out-of-scope");
            return (None, "refused".into());
        }
        let got = answer.must(200);
        let licences = got["licences"].as_array().unwrap();
        for licence in licences {
            assert!(licence["fields"].as_array().unwrap().iter().all(|field| field["key"] != "x"), "{got}");
        }
        let identifier = |one: &Value| one["identifier"].as_str().unwrap().to_owned();
        (Some(licences.iter().map(identifier).collect()), got["footing"].as_str().unwrap().to_owned())
    }
}
