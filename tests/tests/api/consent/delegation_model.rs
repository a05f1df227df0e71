//! Delegations against a model: random gifts, answers, withdrawals and waits, and after each of them who may show what, as
//! some lines say that know nothing of how the server does it.

use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{IDENTITY_CARD, OTHER_UNIT};
use serde_json::{Value, json};

use super::delegations::{DELEGATIONS, act, show, to};
use crate::casework::{desk, licence, person};

const SCENES: [&str; 3] = ["hotel.checkin", "hospital.visit", "attraction.visit"];
const PERSONS: u32 = 3;
const STEPS: usize = 120;

/// A delegation as the model has it.
struct Given {
    id: String,
    licence: usize,
    to: u32,
    scenes: Vec<&'static str>,
    from: i64,
    until: i64,
    state: &'static str,
}

impl Given {
    /// Whether its delegate shows in a scene at `now`.
    fn shows(&self, scene: &str, now: i64) -> bool {
        self.state == "accepted" && self.scenes.contains(&scene) && self.from <= now && now < self.until
    }

    /// Whether its delegate knows its licence at `now`.
    fn is_known(&self, now: i64) -> bool {
        self.state == "accepted" && now < self.until
    }
}

/// Numbers that look random and are the same each time (Knuth's linear congruence).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// Rows: R60.
#[test]
fn random_delegations_are_shown_as_the_model_says_on_both_databases() {
    for (seed, db) in TestDb::both().into_iter().enumerate() {
        let app = desk(db);
        let mut dice = Dice(60 + seed as u64);
        // Person 1 gives; each of 2 to 4 is asked.
        let holder = person(&app, 1);
        for number in 2..2 + PERSONS {
            person(&app, number);
        }
        let cards = [(); 2].map(|()| licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active).id);
        let mut all: Vec<Given> = Vec::new();
        let (mut shown, mut refused) = (0, 0);
        for step in 0..STEPS {
            let now = app.app.now().0;
            match dice.below(6) {
                0 | 1 => all.push(give(&app, &cards.map(|card| card.to_string()), &mut dice, now)),
                2 | 3 if !all.is_empty() => {
                    let at = dice.below(all.len());
                    let by = ["h1", "h2", "h3", "h4"][dice.below(4)];
                    let what = ["accept", "accept", "decline", "withdraw"][dice.below(4)];
                    turn(&app, &mut all[at], by, what, now);
                }
                _ => app.pass(1 + i64::try_from(dice.below(120)).unwrap()),
            }
            let now = app.app.now().0;
            let (card, scene, number) = (dice.below(2), SCENES[dice.below(3)], 2 + dice.below(3) as u32);
            let his = || all.iter().filter(move |one| one.licence == card && one.to == number);
            let want = if his().any(|one| one.shows(scene, now)) {
                201
            } else if his().any(|one| one.is_known(now)) {
                403
            } else {
                404
            };
            let answer = show(&app, &format!("h{number}"), cards[card], scene);
            assert_eq!(answer.status, want, "step {step}, {scene}: {}", answer.text());
            if want == 201 { shown += 1 } else { refused += 1 }
        }
        assert!(shown > 5 && refused > 5, "{shown} shown, {refused} refused: the dice say nothing");
    }
}

fn give(app: &TestApp, cards: &[String; 2], dice: &mut Dice, now: i64) -> Given {
    let (licence, number) = (dice.below(2), 2 + dice.below(3) as u32);
    let first = dice.below(3);
    let scenes: Vec<&str> = SCENES[first..].iter().copied().take(1 + dice.below(2)).collect();
    let from = now + i64::try_from(dice.below(60)).unwrap();
    let until = from + 60 + i64::try_from(dice.below(1200)).unwrap();
    let mut body = to(app, &cards[licence], number);
    (body["scenes"], body["from"], body["until"]) = (json!(scenes), json!(from), json!(until));
    let given: Value = app.as_("h1").post(DELEGATIONS, &body).must(201);
    let id = given["id"].as_str().unwrap().to_owned();
    Given { id, licence, to: number, scenes, from, until, state: "waiting" }
}

/// Does an act and sees that it was taken where the model says so, and nowhere else.
fn turn(app: &TestApp, one: &mut Given, by: &str, what: &'static str, now: i64) {
    let is_delegate = by == format!("h{}", one.to);
    let is_open = now < one.until;
    let want = match (what, by == "h1", is_delegate) {
        ("accept" | "decline", _, true) => (one.state == "waiting" && is_open, 200),
        ("withdraw", true, _) => (matches!(one.state, "waiting" | "accepted") && is_open, 200),
        ("withdraw", _, true) => (one.state == "accepted" && is_open, 200),
        _ => (false, 404),
    };
    let status = act(app, by, &one.id, what).status;
    let wanted = match want {
        (_, 404) => 404,
        (true, _) => 200,
        (false, _) => 409,
    };
    assert_eq!(status, wanted, "{by} {what} of one that is {}", one.state);
    if status == 200 {
        one.state = match what {
            "accept" => "accepted",
            "decline" => "declined",
            _ => "ended",
        };
    }
}
