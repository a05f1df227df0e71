//! Showing a licence, profile S: what opens a show, what its tokens say, and everything that ends it.

use base64ct::{Base64UrlUnpadded, Encoding};
use liangzheng_core::status::SHARD_ENTRIES;
use liangzheng_core::time::{Day, UnixTime};
use liangzheng_core::token;
use liangzheng_core::verify::{Answer, Code, Options};
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::{Licence, Status};
use liangzheng_server::service::trace::evidence;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::demo::synced;
use liangzheng_tests::http::Answer as Reply;
use liangzheng_tests::make::{BUSINESS_LICENCE, IDENTITY_CARD, OTHER_UNIT, PIN, UNIT, licence};
use liangzheng_tests::snapshot::stable;
use serde_json::{Value, json};

const SCENE: &str = "inspect.food";

fn holder_with(app: &TestApp, login: &str, status: Status) -> (Caller, Licence) {
    let (_, holder) = app.holder(login);
    let licence = app.licence(holder, BUSINESS_LICENCE, UNIT, status);
    (app.as_(login), licence)
}

fn open(holder: &Caller, licence: &Licence) -> Reply {
    let path = format!("/api/v1/wallet/licences/{}/show", licence.id);
    holder.post(&path, &json!({ "scene": SCENE, "pin": PIN }))
}

fn opened(holder: &Caller, licence: &Licence) -> Value {
    let answer = open(holder, licence);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

fn refresh(holder: &Caller, shown: &Value) -> Reply {
    holder.post_nothing(&format!("/api/v1/wallet/shows/{}/refresh", shown["show"].as_str().unwrap()))
}

fn rows(app: &TestApp, kind: i64) -> i64 {
    app.wait(async {
        let mut tx = app.app.db.begin_read().await.unwrap();
        liangzheng_server::storage::trace::access_log::count(&mut tx, kind, UnixTime(0)).await.unwrap()
    })
}

/// The show of the log to which a token belongs.
fn show_of(app: &TestApp, licence: &Licence, token: &Value) -> Option<String> {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    let claims = token::show::parse(&Base64UrlUnpadded::decode_vec(payload).unwrap()).unwrap();
    app.wait(async {
        let mut tx = app.app.db.begin_read().await.unwrap();
        let secrets = &app.app.secrets;
        evidence::show_of(&mut tx, secrets, licence.id, claims.jti, claims.iat).await.unwrap()
    })
    .map(|show| show.to_string())
}

/// Rows: R45, R52, R76.
#[test]
fn each_token_of_a_show_verifies_offline_and_derives_from_the_row_that_was_logged_before_it_left() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let (lin, licence) = holder_with(&app, "lin", Status::Active);
        let verifier = synced(&app.url, app.roots.clone(), NOON);
        let first = opened(&lin, &licence);
        assert_eq!(rows(&app, 1), 1);
        assert_eq!(refresh(&lin, &first).must(200), first, "one token a second");
        app.pass(1);
        let second = refresh(&lin, &first).must(200);
        assert_eq!(rows(&app, 1), 1);
        assert_ne!(first["token"], second["token"]);
        let other = opened(&lin, &licence);
        assert_eq!(show_of(&app, &licence, &other["token"]).as_deref(), other["show"].as_str());
        for (shown, at) in [(&first, NOON.0), (&second, NOON.0 + 1)] {
            assert_eq!(shown["expires_at"], at + 60);
            assert_eq!(shown["refresh_at"], at + 45);
            assert_eq!(shown["show_expires_at"], NOON.0 + 300);
            assert_eq!(show_of(&app, &licence, &shown["token"]).as_deref(), first["show"].as_str());
            let options =
                Options { audience: Some("inspector"), scene: Some(SCENE), ..Options::at(UnixTime(at)) };
            for input in [&shown["token"], &shown["qr_text"]] {
                let verdict = verifier.verify(input.as_str().unwrap(), &options);
                assert_eq!((verdict.verdict, verdict.code), (Answer::Valid, Code::Ok), "{verdict:?}");
            }
        }
    }
}

/// Rows: R46.
#[test]
fn a_licence_that_would_not_verify_is_not_shown_and_the_reason_is_told() {
    let app = TestApp::sqlite();
    let (_, holder) = app.holder("lin");
    let lin = app.as_("lin");
    let of = |status| licence(holder, BUSINESS_LICENCE, UNIT, status);
    let expired = Licence { valid_to: Day::parse("20261121"), ..of(Status::Active) };
    let future = Licence { valid_from: Day::parse("20261123").unwrap(), ..of(Status::Active) };
    for (licence, code) in [
        (of(Status::Draft), "licence-not-issued"),
        (of(Status::PendingReview), "licence-not-issued"),
        (of(Status::OnHold), "E_STATUS_SUSPENDED"),
        (of(Status::Seized { until: None }), "E_STATUS_SUSPENDED"),
        (of(Status::Disabled), "E_STATUS_SUSPENDED"),
        (of(Status::Cancelled), "E_STATUS_INVALID"),
        (of(Status::Revoked), "E_STATUS_INVALID"),
        (of(Status::Withdrawn), "E_STATUS_INVALID"),
        (of(Status::Annulled), "E_STATUS_INVALID"),
        (expired, "E_LICENCE_EXPIRED"),
        (future, "E_LICENCE_NOT_YET"),
        (self::licence(holder, IDENTITY_CARD, OTHER_UNIT, Status::Active), "scene-kind-not-listed"),
    ] {
        app.put(&licence);
        let answer = open(&lin, &licence);
        assert_eq!((answer.status, answer.problem().as_str()), (409, "licence-not-showable"), "{code}");
        assert_eq!(answer.json()["errors"][0]["code"], code);
    }
    let indexes = app.wait(async {
        let mut tx = app.app.db.begin_read().await.unwrap();
        liangzheng_server::storage::publication::status::taken_below(&mut tx, 1, SHARD_ENTRIES).await.unwrap()
    });
    assert_eq!(indexes, 0, "what cannot be shown gets no status index");
    for status in [Status::Active, Status::ReportedLost] {
        let licence = of(status);
        app.put(&licence);
        assert_eq!(open(&lin, &licence).status, 201, "{status:?}");
    }
}

/// Rows: R52.
#[test]
fn a_show_ends_after_its_time_and_its_picture_with_its_token() {
    let app = TestApp::sqlite();
    let (lin, licence) = holder_with(&app, "lin", Status::Active);
    let shown = opened(&lin, &licence);
    let show = shown["show"].as_str().unwrap();
    for (form, content_type) in [("svg", "image/svg+xml"), ("png", "image/png")] {
        let path = format!("/api/v1/wallet/shows/{show}.{form}");
        let picture = lin.get(&path);
        assert_eq!((picture.status, picture.header("content-type")), (200, Some(content_type)));
        assert_eq!(picture.header("cache-control"), Some("no-store"));
        assert_eq!(picture.header("cross-origin-resource-policy"), Some("same-origin"));
        assert_eq!(app.anyone().get(&path).status, 401);
    }
    app.pass(60);
    assert_eq!(lin.get(&format!("/api/v1/wallet/shows/{show}.svg")).status, 410);
    app.pass(239);
    assert_eq!(refresh(&lin, &shown).status, 200, "one second before the end");
    assert_eq!(lin.get(&format!("/api/v1/wallet/shows/{show}.png")).status, 200);
    app.pass(1);
    let over = refresh(&lin, &shown);
    assert_eq!((over.status, over.problem().as_str()), (410, "show-ended"));
}

#[test]
fn holder_session_pin_and_act_each_end_a_show_at_once() {
    let app = TestApp::sqlite();
    let (account, holder) = app.holder("lin");
    let licence = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active);
    app.staff("checker", Role::IssuerChecker, UNIT);
    let lin = app.as_("lin");

    let shown = opened(&lin, &licence);
    let path = format!("/api/v1/wallet/shows/{}", shown["show"].as_str().unwrap());
    assert_eq!(lin.delete(&path).status, 204);
    assert_eq!(refresh(&lin, &shown).status, 410, "its holder");

    let shown = opened(&lin, &licence);
    app.wait(liangzheng_server::service::actor::pin::set(&app.app, account, PIN)).unwrap();
    assert_eq!(refresh(&lin, &shown).status, 410, "a PIN change");

    let shown = opened(&lin, &licence);
    let other_session = app.log_in("lin");
    assert_eq!(lin.delete("/api/v1/sessions/current").status, 204);
    assert_eq!(refresh(&lin, &shown).status, 401, "its own session is gone");
    assert_eq!(refresh(&other_session, &shown).status, 410, "and took the show with it");

    let shown = opened(&other_session, &licence);
    let act = json!({ "act": "suspend", "reason": "核查", "legal_basis": "测试依据" });
    let checker = app.as_("checker");
    let done = checker.post(&format!("/api/v1/licences/{}/acts", licence.id), &act);
    assert_eq!(done.status, 200, "{}", done.text());
    let refused = refresh(&other_session, &shown);
    assert_eq!((refused.status, refused.problem().as_str()), (409, "licence-not-showable"), "an act");
    assert_eq!(refused.json()["errors"][0]["code"], "E_STATUS_SUSPENDED");
}

#[test]
fn shows_of_others_are_not_found_and_a_holder_has_at_most_32_open() {
    let app = TestApp::start(TestDb::sqlite(), |config| config.limits.enabled = false);
    let (lin, licence) = holder_with(&app, "lin", Status::Active);
    let (stranger, foreign) = holder_with(&app, "chen", Status::Active);
    let shown = opened(&lin, &licence);
    assert_eq!(refresh(&stranger, &shown).status, 404);
    assert_eq!(open(&stranger, &licence).status, 404);
    assert_eq!(
        stranger.get(&format!("/api/v1/wallet/shows/{}.png", shown["show"].as_str().unwrap())).status,
        404
    );
    for _ in 1..32 {
        opened(&lin, &licence);
    }
    let one_more = open(&lin, &licence);
    assert_eq!((one_more.status, one_more.header("retry-after")), (429, Some("300")), "{}", one_more.text());
    opened(&stranger, &foreign);
    app.pass(300);
    let lin = app.as_("lin");
    opened(&lin, &licence);
}

/// Rows: R44.
#[test]
fn a_wrong_pin_opens_nothing() {
    let app = TestApp::sqlite();
    let (lin, licence) = holder_with(&app, "lin", Status::Active);
    let path = format!("/api/v1/wallet/licences/{}/show", licence.id);
    let wrong = lin.post(&path, &json!({ "scene": SCENE, "pin": "000000" }));
    assert_eq!((wrong.status, wrong.problem().as_str()), (403, "wrong-pin"));
    assert_eq!(rows(&app, 1), 0);
}

/// Rows: R76.
#[test]
fn nothing_leaves_when_the_access_log_cannot_be_written() {
    let app = TestApp::sqlite();
    let (lin, licence) = holder_with(&app, "lin", Status::Active);
    let shown = opened(&lin, &licence);
    app.wait(liangzheng_tests::db::execute(&app.app.db, "ALTER TABLE trace_access_log RENAME TO log_away"));
    let answer = open(&lin, &licence);
    assert_eq!((answer.status, answer.problem().as_str()), (503, "log-unavailable"));
    assert!(!answer.text().contains("EL1:"));
    // The row that names the tokens of the show opened before is written.
    assert_eq!(refresh(&lin, &shown).status, 200);
    app.wait(liangzheng_tests::db::execute(&app.app.db, "ALTER TABLE log_away RENAME TO trace_access_log"));
    assert_eq!(open(&lin, &licence).status, 201);
}

#[test]
fn a_hundred_refreshes_of_one_second_give_out_one_text() {
    let app = TestApp::start(TestDb::sqlite(), |config| config.limits.enabled = false);
    let (lin, licence) = holder_with(&app, "lin", Status::Active);
    let shown = opened(&lin, &licence);
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| {
                for _ in 0..10 {
                    assert_eq!(refresh(&lin, &shown).must(200), shown);
                }
            });
        }
    });
    assert_eq!(rows(&app, 1), 1);
}

#[test]
fn a_show_and_its_refusals_are_answered_as_kept() {
    let app = TestApp::sqlite();
    let (lin, licence) = holder_with(&app, "lin", Status::Active);
    let first = open(&lin, &licence);
    insta::assert_json_snapshot!("opened", stable(&first));
    app.pass(1);
    insta::assert_json_snapshot!("refreshed", stable(&refresh(&lin, &first.json())));
    let path = format!("/api/v1/wallet/licences/{}/show", licence.id);
    let wrong = lin.post(&path, &json!({ "scene": SCENE, "pin": "000000" }));
    insta::assert_json_snapshot!("wrong_pin", stable(&wrong));
    let (chen, on_hold) = holder_with(&app, "chen", Status::OnHold);
    insta::assert_json_snapshot!("not_showable", stable(&open(&chen, &on_hold)));
    app.pass(300);
    insta::assert_json_snapshot!("over", stable(&refresh(&lin, &first.json())));
}

/// Rows: R44.
#[test]
fn a_kind_that_asks_for_the_person_himself_is_shown_with_a_second_factor_on_both_databases() {
    use liangzheng_tests::authenticator::Authenticator;
    for db in TestDb::both() {
        let app = TestApp::start(db, |config| config.limits.enabled = false);
        let (lin, licence) = holder_with(&app, "lin", Status::Active);
        opened(&lin, &licence);
        app.enter_kind_for_the_person_himself(BUSINESS_LICENCE);
        let show = |caller: &Caller, factor: Option<&str>| {
            let mut body = json!({ "scene": SCENE, "pin": PIN });
            if let Some(code) = factor {
                body["factor"] = json!({ "totp": code });
            }
            caller.post(&format!("/api/v1/wallet/licences/{}/show", licence.id), &body)
        };
        let refused = show(&lin, None);
        assert_eq!((refused.status, refused.problem().as_str()), (403, "second-factor-needed"));
        assert!(refused.text().contains("账号与安全"), "says what to do next: {}", refused.text());
        let password = json!({ "password": liangzheng_tests::make::PASSWORD });
        let begun = lin.post("/api/v1/me/totp", &password).must(201);
        let phone = Authenticator::typed(begun["secret"].as_str().unwrap());
        let code = json!({ "code": phone.code_at(app.app.now().0) });
        lin.post("/api/v1/me/totp/confirmation", &code).must(200);
        assert_eq!(show(&lin, None).problem(), "second-factor-needed");
        assert_eq!(show(&lin, Some("000000")).problem(), "wrong-totp");
        let left = show(&lin, Some("000000"));
        assert!(left.text().contains('3'), "wrong ones are counted: {}", left.text());
        app.pass(30);
        let code = phone.code_at(app.app.now().0);
        let shown = show(&lin, Some(&code)).must(201);
        assert_eq!(show(&lin, Some(&code)).problem(), "wrong-totp", "each works once");
        let sql =
            "SELECT COUNT(*) FROM trace_audit WHERE action = 'show by PIN and authenticator' AND object = $1";
        let id = shown["show"].as_str().unwrap();
        let recorded: i64 = app.wait(async {
            use liangzheng_server::storage::Db;
            match &app.make.db {
                Db::Sqlite { readers, .. } => sqlx::query_scalar(sql).bind(id).fetch_one(readers).await,
                Db::Postgres(pool) => sqlx::query_scalar(sql).bind(id).fetch_one(pool).await,
            }
            .unwrap()
        });
        assert_eq!(recorded, 1, "what was used is recorded");
    }
}
