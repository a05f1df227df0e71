//! A model of who could learn what from analyses: random populations, random applications, all of them approved, and an
//! attacker who adds and subtracts whatever he was told.
//!
//! The model keeps the licences themselves and none of the server's rules. For each answer it counts persons anew, and proves
//! that what was told leaves no group of 1 to 9 persons to be computed:
//! - the only sum that the numbers of one answer stand in is total = groups - those counted twice;
//! - two answers within thirty days tell of licences of which none is in both, so that no sum joins them; or they are the same
//!   cut, and each group and the total differ by ten persons.

use std::collections::{BTreeMap, BTreeSet};

use liangzheng_server::domain::ids::HolderId;
use liangzheng_server::domain::licence::Status;
use liangzheng_tests::db::TestDb;
use serde_json::{Value, json};

use super::analyses::{act, apply, begun, holders};
use super::{HOUSEHOLD, SOCIAL_CARD, desk};

/// One licence of the population: serial number, holder, kind, status, year.
type Held = (usize, HolderId, &'static str, &'static str, u32);

struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// What was told: the application, the licences it was of, and every group with its persons.
struct Answered {
    body: Value,
    licences: BTreeSet<usize>,
    groups: BTreeMap<Vec<String>, usize>,
    total: usize,
}

/// Rows: R64.
#[test]
fn no_group_of_fewer_than_ten_can_be_computed_from_random_analyses_on_both_databases() {
    for (db, seed) in TestDb::both().into_iter().zip([7_u64, 11]) {
        let app = desk(db);
        let mut chance = Chance(seed);
        let mut population: Vec<Held> = Vec::new();
        let mut answered: Vec<Answered> = Vec::new();
        let (mut refused, mut hidden, mut next) = (0, 0, 1_u32);
        for _ in 0..24 {
            let many = u32::try_from(chance.below(24)).unwrap();
            for holder in holders(&app, next, many) {
                for _ in 0..=chance.below(3) / 2 {
                    let kind = [HOUSEHOLD, SOCIAL_CARD][chance.below(2)];
                    let (status, word) =
                        [(Status::Active, "ACTIVE"), (Status::OnHold, "ON_HOLD")][chance.below(8) / 7];
                    let year = 2024 + u32::try_from(chance.below(2)).unwrap();
                    begun(&app, holder, kind, status, year);
                    population.push((population.len(), holder, kind, word, year));
                }
            }
            next += many;
            let body = random(&mut chance);
            let asked = apply(&app, &body);
            if asked.status == 409 {
                refused += 1;
                continue;
            }
            let id = asked.must(201)["id"].as_str().unwrap().to_owned();
            let mut last = act(&app, "manager", &id, "approve");
            if last.status == 200 && last.json()["state"] == "with_issuers" {
                last = act(&app, "police.checker", &id, "approve");
            }
            if last.status == 409 {
                refused += 1;
                act(&app, "civil.admin", &id, "withdraw").must(200);
                continue;
            }
            last.must(200);
            let told = app.as_("civil.admin").get(&format!("/api/v1/analyses/{id}")).must(200);
            let now = count(&population, &body);
            hidden += check(&now, &told["result"]);
            for before in &answered {
                apart(before, &now);
            }
            answered.push(now);
        }
        assert!(answered.len() >= 2 && refused > 0 && hidden > 0, "{} {refused} {hidden}", answered.len());
    }
}

fn random(chance: &mut Chance) -> Value {
    let kinds = [json!([HOUSEHOLD]), json!([SOCIAL_CARD]), json!([HOUSEHOLD, SOCIAL_CARD])];
    let cuts = [json!(["year"]), json!(["status"]), json!(["status", "year"]), json!(["kind", "year"])];
    let filters = [
        json!({}),
        json!({ "year": { "from": 2024, "to": 2024 } }),
        json!({ "year": { "from": 2025, "to": 2030 } }),
        json!({ "status": ["ON_HOLD"] }),
    ];
    json!({
        "kinds": kinds[chance.below(3)], "group_by": cuts[chance.below(4)],
        "filter": filters[chance.below(4)], "purpose": "测算",
    })
}

fn count(population: &[Held], body: &Value) -> Answered {
    let filter = &body["filter"];
    let counts = |(_, _, kind, status, year): &Held| {
        let years = &filter["year"];
        body["kinds"].as_array().unwrap().contains(&json!(kind))
            && filter["status"].as_array().is_none_or(|some| some.contains(&json!(status)))
            && (years.is_null()
                || (years["from"].as_u64().unwrap()..=years["to"].as_u64().unwrap())
                    .contains(&u64::from(*year)))
    };
    let of: Vec<&Held> = population.iter().filter(|held| counts(held)).collect();
    let mut groups: BTreeMap<Vec<String>, BTreeSet<HolderId>> = BTreeMap::new();
    for (_, holder, kind, status, year) in &of {
        let value = |by: &Value| match by.as_str().unwrap() {
            "kind" => (*kind).to_owned(),
            "status" => (*status).to_owned(),
            _ => year.to_string(),
        };
        let values = body["group_by"].as_array().unwrap().iter().map(value).collect();
        groups.entry(values).or_default().insert(*holder);
    }
    Answered {
        body: body.clone(),
        licences: of.iter().map(|held| held.0).collect(),
        groups: groups.into_iter().map(|(values, persons)| (values, persons.len())).collect(),
        total: of.iter().map(|held| held.1).collect::<BTreeSet<_>>().len(),
    }
}

/// What was told is right, and no sum of it is a small group; how many groups it hides.
fn check(now: &Answered, result: &Value) -> usize {
    let told: BTreeMap<Vec<String>, Option<usize>> = result["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            let values = group["values"].as_array().unwrap().iter();
            let persons = group["persons"].as_u64().map(|persons| usize::try_from(persons).unwrap());
            (values.map(|value| value.as_str().unwrap().to_owned()).collect(), persons)
        })
        .collect();
    let expected = now.groups.iter().map(|(values, many)| (values.clone(), (*many >= 10).then_some(*many)));
    assert_eq!(told, expected.collect(), "{}", now.body);
    let hidden = told.values().filter(|persons| persons.is_none()).count();
    if let Some(total) = result["total"].as_u64() {
        let total = usize::try_from(total).unwrap();
        let twice = now.groups.values().sum::<usize>() - total;
        assert_eq!((total, hidden), (now.total, 0), "{}", now.body);
        assert!(!(1..10).contains(&twice) && total >= 10, "{twice} stand in two groups: {}", now.body);
    }
    hidden
}

/// No sum joins two answers, or none of it is a small group.
fn apart(before: &Answered, now: &Answered) {
    if before.licences.is_disjoint(&now.licences) {
        return;
    }
    assert_eq!(before.body, now.body, "two cuts of the same licences");
    let values: BTreeSet<_> = before.groups.keys().chain(now.groups.keys()).collect();
    let many = |answer: &Answered, values: &Vec<String>| answer.groups.get(values).copied().unwrap_or(0);
    for values in values {
        let change = many(now, values).abs_diff(many(before, values));
        assert!(change >= 10, "{values:?} of {} changed by {change}", now.body);
    }
    assert!(now.total.abs_diff(before.total) >= 10, "{}", now.body);
    let twice = |answer: &Answered| answer.groups.values().sum::<usize>() - answer.total;
    let change = twice(now).abs_diff(twice(before));
    assert!(change == 0 || change >= 10, "in two groups {change} more of {}", now.body);
}
