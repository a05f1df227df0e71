//! No stranger shuts anybody out: logins and PINs of those who are known get through while a hundred guess.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use liangzheng_server::config::RateConfig;
use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::{BUSINESS_LICENCE, PASSWORD, PIN, UNIT};
use liangzheng_tests::until::until;
use serde_json::{Value, json};

const ATTACKERS: u8 = 100;

/// A server behind a proxy on this machine, so that a test may come from any address.
fn server(db: TestDb) -> TestApp {
    TestApp::start(db, |config| config.server.trusted_proxy = Some(Ipv4Addr::LOCALHOST.into()))
}

fn from(app: &TestApp, address: &str) -> Caller {
    app.anyone().with("X-Forwarded-For", address)
}

fn login(name: &str, password: &str) -> Value {
    json!({ "login": name, "password": password })
}

/// Does `work` while each of [`ATTACKERS`] tries wrong passwords for `lin`, `chen` and logins that are nobody's, one after the
/// other, as fast as it is answered.
fn under_attack<T>(app: &TestApp, work: impl FnOnce() -> T) -> T {
    let over = AtomicBool::new(false);
    let answered = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for n in 0..ATTACKERS {
            let (app, over, answered) = (&app, &over, &answered);
            scope.spawn(move || {
                let attacker = from(app, &format!("203.0.113.{n}"));
                for round in 0.. {
                    if over.load(Ordering::SeqCst) {
                        break;
                    }
                    // Always another nobody, whose count is never full: each takes a hash.
                    for name in ["lin", "chen", &format!("nobody{n}-{round}")] {
                        attacker.post("/api/v1/sessions", &login(name, "a guess"));
                        answered.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        }
        until("the attack is under way", || (answered.load(Ordering::SeqCst) > 150).then_some(()));
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        over.store(true, Ordering::SeqCst);
        done.unwrap_or_else(|error| std::panic::resume_unwind(error))
    })
}

/// The answer, for which no more than `most` other checks may have been waited. How long those take is the machine's affair,
/// and that of what else it does meanwhile; [`FIVE_SECONDS`] of them pass in five seconds on two cores, where each takes 30 ms.
fn before_others(app: &TestApp, most: u64, what: &str, ask: impl FnOnce() -> Answer) -> Answer {
    let before = app.app.passwords.checked();
    let answer = ask();
    let others = app.app.passwords.checked() - before;
    assert!(others <= most, "{what}: {others} checks of others came first, of {most} at most");
    answer
}

/// Two lanes of three have nobody else in them, so every fourth turn is theirs at least: what is being checked, what was
/// given while the request came in, and its own.
const FEW: u64 = 40;
/// Each attacker once, and what is checked meanwhile on its way in and out.
const ONE_EACH: u64 = ATTACKERS as u64 + 80;
const FIVE_SECONDS: u64 = 333;
const _: () = assert!(FEW < FIVE_SECONDS && ONE_EACH < FIVE_SECONDS);

#[test]
fn the_right_password_gets_through_from_where_it_did_before_while_a_hundred_guess() {
    for db in TestDb::both() {
        let app = server(db);
        app.holder("lin");
        app.holder("chen");
        // lin's program has logged in from this address, chen's browser from another one.
        let program = from(&app, "198.51.100.7");
        program.post("/api/v1/sessions", &login("lin", PASSWORD)).must(201);
        let page = |address| from(&app, address).with("Sec-Fetch-Site", "same-origin");
        let first = page("198.51.100.8").post("/api/v1/sessions", &login("chen", PASSWORD));
        let cookies: Vec<&str> = first
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
            .filter_map(|(_, value)| value.split(';').next())
            .collect();
        let known = cookies.iter().find(|pair| pair.starts_with("__Host-lz-known=")).unwrap();
        under_attack(&app, || {
            let stranger = from(&app, "198.51.100.66").post("/api/v1/sessions", &login("lin", PASSWORD));
            assert_eq!(stranger.status, 429, "strangers' guesses stay counted");
            for n in 0..5 {
                let answer = before_others(&app, FEW, "lin", || {
                    program.post("/api/v1/sessions", &login("lin", PASSWORD))
                });
                assert_eq!(answer.status, 201, "{n}: {}", answer.text());
                // Anywhere, also from an attacker's own address.
                let device = page("203.0.113.1").with("Cookie", known);
                let answer = before_others(&app, FEW, "chen", || {
                    device.post("/api/v1/sessions", &login("chen", PASSWORD))
                });
                assert_eq!(answer.status, 201, "{n}: {}", answer.text());
            }
        });
    }
}

#[test]
fn pins_open_shows_and_new_people_log_in_while_a_hundred_guess() {
    let app = server(TestDb::sqlite());
    let (_, holder) = app.holder("lin");
    app.holder("wang");
    let licence = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).id;
    let lin = app.log_in("lin");
    under_attack(&app, || {
        for n in 0..15 {
            let path = format!("/api/v1/wallet/licences/{licence}/show");
            let body = json!({ "scene": "inspect.food", "pin": PIN });
            let answer = before_others(&app, FEW, "a show", || lin.post(&path, &body));
            assert_eq!(answer.status, 201, "{n}: {}", answer.text());
        }
        // Nobody guesses his password, but everybody keeps the cores busy: he waits for each of them once at most.
        let new = from(&app, "198.51.100.9");
        let answer = before_others(&app, ONE_EACH, "a first login", || {
            new.post("/api/v1/sessions", &login("wang", PASSWORD))
        });
        assert_eq!(answer.status, 201, "{}", answer.text());
    });
}

#[test]
fn wrong_passwords_of_a_known_place_are_counted_there_and_shut_nobody_else_out() {
    let app = server(TestDb::sqlite());
    app.holder("lin");
    let home = from(&app, "198.51.100.7");
    home.post("/api/v1/sessions", &login("lin", PASSWORD)).must(201);
    for _ in 0..10 {
        assert_eq!(home.post("/api/v1/sessions", &login("lin", "wrong")).status, 401);
    }
    assert_eq!(home.post("/api/v1/sessions", &login("lin", PASSWORD)).status, 429);
    let elsewhere = from(&app, "198.51.100.8");
    elsewhere.post("/api/v1/sessions", &login("lin", PASSWORD)).must(201);
    for forged in ["x", "", &"A".repeat(43), &"=".repeat(43)] {
        let stranger = home.with("Cookie", &format!("__Host-lz-known={forged}"));
        let answer = stranger.post("/api/v1/sessions", &login("lin", PASSWORD));
        assert_eq!(answer.status, 429, "a made-up device is none: {forged}");
    }
}

#[test]
fn three_hundred_people_behind_one_address_log_in_at_once_whatever_else_floods_from_there() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |config| {
            config.server.trusted_proxy = Some(Ipv4Addr::LOCALHOST.into());
            config.limits.per_address = RateConfig { burst: 600, per_second: 1 };
        });
        let names: Vec<String> = (0..300).map(|n| format!("person{n}")).collect();
        for name in &names {
            app.holder(name);
        }
        let office = from(&app, "198.51.100.7");
        // What a flood from there does in a moment: the address has nothing left, and next to nothing comes back.
        while app.app.limits.address([198, 51, 100, 7].into()).is_ok() {}
        until("the address has spent what it has", || (office.get("/version").status == 429).then_some(()));
        let began = Instant::now();
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let log_in = |name| office.post("/api/v1/sessions", &login(name, PASSWORD)).status;
            let all: Vec<_> = names.iter().map(|name| scope.spawn(move || log_in(name))).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(statuses.iter().all(|status| *status == 201), "{statuses:?}");
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    }
}

#[test]
fn a_flood_from_an_address_shuts_out_neither_a_device_that_is_known_nor_a_session_of_another_server() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |config| {
            config.server.trusted_proxy = Some(Ipv4Addr::LOCALHOST.into());
            config.limits.per_address = RateConfig { burst: 10, per_second: 1 };
            config.limits.per_known = RateConfig { burst: 20, per_second: 1 };
        });
        app.holder("chen");
        let office = ("X-Forwarded-For", "198.51.100.7");
        let page = |cookie: &str| {
            app.anyone().with_all(&[office, ("Sec-Fetch-Site", "same-origin"), ("Cookie", cookie)])
        };
        let first = from(&app, "198.51.100.8")
            .with("Sec-Fetch-Site", "same-origin")
            .post("/api/v1/sessions", &login("chen", PASSWORD));
        let cookies: Vec<&str> = first
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
            .map(|(_, value)| value.as_str())
            .collect();
        let pair = |name: &str| {
            let cookie = cookies.iter().find(|cookie| cookie.starts_with(name)).unwrap();
            cookie.split(';').next().unwrap().to_owned()
        };
        let (session, device) = (pair("__Host-lz="), pair("__Host-lz-known="));
        let other = app.second_server();
        for server in [&app, &other] {
            let stranger = server.anyone().with_all(&[office]);
            until("the address has spent what it has", || {
                (stranger.get("/version").status == 429).then_some(())
            });
        }
        assert_eq!(page(&device).get("/version").status, 200, "its page opens");
        let again = page(&device).post("/api/v1/sessions", &login("chen", PASSWORD));
        assert_eq!(again.status, 201, "and it logs in: {}", again.text());
        let there = page(&session).at(&other.url);
        for _ in 0..15 {
            assert_eq!(there.get("/api/v1/me").status, 200, "where its session is not known yet");
        }
        let forged = format!("__Host-lz-known={}", "A".repeat(43));
        let made_up: Vec<u16> = (0..20).map(|_| page(&forged).get("/version").status).collect();
        assert!(made_up.contains(&429), "no name that is made up: {made_up:?}");
        let many: Vec<u16> = (0..40).map(|_| page(&device).get("/version").status).collect();
        assert!(many.ends_with(&[429]), "nor more than its allowance: {many:?}");
    }
}

#[test]
fn who_is_logged_in_is_counted_by_account_and_not_with_his_address() {
    let app = TestApp::start(TestDb::sqlite(), |config| {
        config.server.trusted_proxy = Some(Ipv4Addr::LOCALHOST.into());
        config.limits.per_address = RateConfig { burst: 10, per_second: 1 };
        config.limits.per_account = RateConfig { burst: 40, per_second: 1 };
    });
    app.holder("lin");
    let lin = app.as_("lin");
    let (office, home) = (("X-Forwarded-For", "198.51.100.7"), ("X-Forwarded-For", "198.51.100.8"));
    let me = |headers: &[(&str, &str)]| lin.with_all(headers).get("/api/v1/me").status;
    let flood = |caller: &Caller| (0..20).map(|_| caller.get("/api/v1/me").status).collect::<Vec<_>>();
    let anyone = app.anyone().with_all(&[office]);
    assert!(flood(&anyone).contains(&429), "a stranger's flood from the office ends");
    assert!(flood(&anyone.with_token("lzs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")).ends_with(&[429]));
    for _ in 0..15 {
        assert_eq!(me(&[office]), 200, "and shuts out nobody who is logged in there");
    }
    for _ in 0..15 {
        assert_eq!(me(&[home]), 200);
    }
    assert_eq!(
        app.anyone().with_all(&[home]).get("/version").status,
        200,
        "nor do his requests count against others"
    );
    let public = |_| lin.with_all(&[home]).get("/version").status;
    let more: Vec<u16> = (0..30).map(public).collect();
    assert!(more.contains(&429), "his own rate holds, for what is public, too: {more:?}");
}
