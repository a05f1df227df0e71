//! A publication costs what the lists cost that changed; texts are signed when asked for, once.

use std::time::Duration;

use liangzheng_core::verify::{Loaded, OnExpired};
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::clock::Clock;
use liangzheng_server::domain::licence::{Licence, Status};
use liangzheng_server::service::publication::status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::demo::synced;
use liangzheng_tests::make::{BUSINESS_LICENCE, PIN, UNIT};
use liangzheng_tests::until::within;
use serde_json::json;

use super::{claims, number};

/// A server with three published lists, and a licence shown once, so that it has an index in the third.
fn three_lists(app: &TestApp) -> Licence {
    app.wait(async {
        let mut tx = app.app.db.begin_write().await.unwrap();
        status::ensure_lists(&mut tx, "https://licence.example", 3, app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
    });
    app.pass(1);
    published(app, 3, 0);
    let (_, holder) = app.holder("lin");
    app.staff("checker", Role::IssuerChecker, UNIT);
    let licence = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active);
    let path = format!("/api/v1/wallet/licences/{}/show", licence.id);
    let shown = app.as_("lin").post(&path, &json!({ "scene": "inspect.food", "pin": PIN }));
    assert_eq!(shown.status, 201, "{}", shown.text());
    let told = claims(shown.json()["token"].as_str().unwrap());
    assert_eq!(told["status"]["status_list"]["uri"], "https://licence.example/status-lists/3", "the newest");
    licence
}

fn act(app: &TestApp, licence: &Licence, act: &str) {
    let path = format!("/api/v1/licences/{}/acts", licence.id);
    let body = json!({ "act": act, "reason": "核查", "legal_basis": "测试依据" });
    let done = app.as_("checker").post(&path, &body);
    assert_eq!(done.status, 200, "{}", done.text());
}

/// The `iat` of a list once it is later than `after`.
fn published(app: &TestApp, list: i64, after: i64) -> i64 {
    within(Duration::from_secs(5), "a publication", || {
        let answer = app.anyone().get(&format!("/status-lists/{list}"));
        let iat = (answer.status == 200).then(|| claims(&answer.text())["iat"].as_i64().unwrap())?;
        (iat > after).then_some(iat)
    })
}

#[test]
fn hashes_are_kept_of_changed_lists_only_and_every_kept_publication_leads_to_the_newest() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let licence = three_lists(&app);
        let mut last = published(&app, 3, 0);
        let mut followers = vec![(last, synced(&app.url, app.roots.clone(), app.clock.now()))];
        let hashes =
            |list| number(&app, &format!("SELECT COUNT(*) FROM publication_status_hash WHERE list = {list}"));
        assert_eq!([1, 2, 3].map(hashes), [1, 1, 1]);
        for name in ["suspend", "resume", "suspend"] {
            app.pass(2);
            act(&app, &licence, name);
            let next = published(&app, 3, last);
            assert!(next > last, "a list's iat rises");
            last = next;
            followers.push((last, synced(&app.url, app.roots.clone(), app.clock.now())));
        }
        assert_eq!([1, 2, 3].map(hashes), [1, 1, 4], "only the list that changed");
        app.pass(150);
        let renewed = published(&app, 3, last);
        assert_eq!([1, 2, 3].map(hashes), [1, 1, 4], "a renewal changes nothing");
        assert_eq!(published(&app, 1, last), renewed, "all lists are of the newest publication");
        for (base, mut follower) in followers {
            let delta = app.anyone().get(&format!("/status-lists/delta?from={base}"));
            assert_eq!(delta.status, 200, "from {base}");
            let now = app.clock.now();
            assert_eq!(follower.apply_delta(&delta.text(), OnExpired::Refuse { now }), Ok(Loaded::New));
            assert!(follower.status_lists().all(|list| list.iat.0 == renewed), "from {base}");
            // The lists whole are what the delta led to, or they would be refused as another content of one time.
            for list in 1..=3 {
                let uri = format!("https://licence.example/status-lists/{list}");
                let text = app.anyone().get(&format!("/status-lists/{list}")).text();
                follower.load_status_list_from(&uri, &text, OnExpired::Refuse { now }).unwrap();
            }
        }
    }
}

#[test]
fn a_change_taken_back_before_it_was_published_leaves_no_hash() {
    let app = TestApp::sqlite();
    let licence = three_lists(&app);
    let before = published(&app, 3, 0);
    let hashes = || number(&app, "SELECT COUNT(*) FROM publication_status_hash WHERE list = 3");
    assert_eq!(hashes(), 1);
    // The clock stands still, so nothing is published between the two.
    act(&app, &licence, "suspend");
    act(&app, &licence, "resume");
    app.pass(1);
    published(&app, 3, before);
    assert_eq!(hashes(), 1);
}

#[test]
fn a_text_is_signed_when_first_asked_for_and_is_the_same_from_every_server() {
    let app = TestApp::start(TestDb::postgres(), |_| {});
    let licence = three_lists(&app);
    let texts = || number(&app, "SELECT COUNT(*) FROM publication_status_text");
    assert_eq!(texts(), 1, "only the third was asked for");
    let second = app.second_server();
    let mut last = published(&app, 3, 0);
    for name in ["suspend", "resume"] {
        app.pass(2);
        act(&app, &licence, name);
        // Asked of the server that does not publish.
        last = published(&second, 3, last);
        let [here, there] = [&app, &second].map(|server| server.anyone().get("/status-lists/3"));
        assert_eq!(here.text(), there.text(), "one text for one publication");
        assert_eq!(here.header("etag"), there.header("etag"));
        assert_eq!(claims(&here.text())["iat"], last);
    }
    let asked = std::thread::scope(|scope| {
        let ask = |server: &TestApp| {
            let url = server.url.clone();
            scope.spawn(move || {
                liangzheng_tests::http::send("GET", &format!("{url}/status-lists/2"), &[], None).text()
            })
        };
        let asked: Vec<_> = [&app, &second, &app, &second, &app, &second].map(ask).into();
        asked.into_iter().map(|one| one.join().unwrap()).collect::<std::collections::HashSet<_>>()
    });
    assert_eq!(asked.len(), 1, "asked for at the same time from both");
    assert_eq!(texts(), 2);
}
