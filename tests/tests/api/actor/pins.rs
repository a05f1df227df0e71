//! Wrong PINs: counted, answered, and at the fifth shut.

use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, UNIT};
use serde_json::json;

#[test]
fn five_wrong_pins_shut_it_for_a_quarter_of_an_hour_even_for_the_right_one() {
    let app = TestApp::start(TestDb::sqlite(), |config| config.limits.enabled = false);
    let (_, lin) = app.holder("lin");
    let own = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active).id;
    let holder = app.as_("lin");
    let scene = holder.get("/api/v1/wallet/licences").json()["items"][0]["scenes"][0]["code"].clone();
    let show = |pin: &str| {
        holder.post(&format!("/api/v1/wallet/licences/{own}/show"), &json!({ "scene": scene, "pin": pin }))
    };
    for odd in ["", "12345", "1234567", "abcdef", "１２３４５６"] {
        assert_eq!(show(odd).status, 422, "{odd} is no PIN and is not counted");
    }
    for left in (1..=4).rev() {
        let wrong = show("000000");
        assert_eq!((wrong.status, wrong.problem().as_str()), (403, "wrong-pin"), "{left} left");
    }
    assert_eq!(show("246810").status, 201, "a right one clears the count");
    for _ in 0..5 {
        assert_eq!(show("000000").status, 403);
    }
    let shut = show("246810");
    assert_eq!(
        (shut.status, shut.problem().as_str(), shut.header("retry-after")),
        (429, "pin-shut", Some("900"))
    );
    app.pass(899);
    assert_eq!(show("246810").status, 429);
    app.pass(1);
    assert_eq!(show("246810").status, 201);
}

#[test]
fn of_many_guesses_at_once_only_five_are_answered() {
    let app = TestApp::start(TestDb::sqlite(), |config| config.limits.enabled = false);
    let (_, lin) = app.holder("lin");
    let own = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active).id;
    let holder = app.as_("lin");
    let path = format!("/api/v1/wallet/licences/{own}/show");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let guesses: Vec<_> = (0..16)
            .map(|n| {
                let (holder, path) = (&holder, &path);
                scope.spawn(move || {
                    let body = json!({ "scene": "inspect.food", "pin": format!("{n:06}") });
                    holder.post(path, &body).status
                })
            })
            .collect();
        guesses.into_iter().map(|guess| guess.join().unwrap()).collect()
    });
    let wrong = statuses.iter().filter(|status| **status == 403).count();
    assert_eq!(wrong, 5, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 403 | 429)), "{statuses:?}");
}
