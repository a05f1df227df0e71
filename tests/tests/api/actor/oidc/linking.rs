//! Whose account an identity becomes, and how often the provider is asked.

use liangzheng_server::config::Config;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::Status;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::send;
use liangzheng_tests::make::{BUSINESS_LICENCE, PASSWORD, UNIT};
use serde_json::json;

use super::{Browser, SESSION, World, told};

#[test]
fn an_account_with_a_password_is_linked_only_by_its_owner_logged_in() {
    for db in TestDb::both() {
        let Some(World { app, provider, .. }) = World::on(db, "ES256", |_| {}) else { return };
        app.holder("chen");
        provider.next("chen", "good");
        let mut browser = Browser::default();
        assert_eq!(told(&browser.log_in(&app)), (409, "link-needed".into()));
        let link = app.anyone().get("/api/v1/login/oidc?link=true");
        assert_eq!(told(&link), (401, "unauthenticated".into()));

        let own = app.anyone().with("Sec-Fetch-Site", "same-origin");
        let entered = own.post("/api/v1/sessions", &json!({ "login": "chen", "password": PASSWORD }));
        let cookie = entered.header("set-cookie").unwrap().split(';').next().unwrap();
        let (_, session) = cookie.split_once('=').unwrap();
        browser.ours.insert(SESSION.into(), session.into());
        // Another's identity is not linked, whoever is logged in.
        browser.theirs.clear();
        provider.next("lin", "good");
        let query = browser.away(&app, "?link=true");
        assert_eq!(told(&browser.back(&app, &query)), (403, "identity-unmatched".into()));
        browser.theirs.clear();
        provider.next("chen", "good");
        let query = browser.away(&app, "?link=true");
        // The provider's page sends the browser back without the session's cookie, which is `Strict`.
        let session = browser.ours.remove(SESSION).unwrap();
        let linked = browser.back(&app, &query);
        assert_eq!(
            (linked.status, linked.header("location")),
            (302, Some("/wallet#account")),
            "{}",
            linked.text()
        );
        browser.ours.insert(SESSION.into(), session);
        assert_eq!(browser.page(&app).get("/api/v1/me").must(200)["factors"]["oidc"], true);

        let mut other = Browser::default();
        assert_eq!(other.log_in(&app).status, 302);
        let me = other.page(&app).get("/api/v1/me").must(200);
        assert_eq!((&me["account"]["login"], &me["session"]["proof"]), (&json!("chen"), &json!("oidc")));
    }
}

#[test]
fn a_link_asked_for_in_a_session_that_is_over_is_not_made() {
    let Some(World { app, provider, .. }) = World::on(TestDb::sqlite(), "ES256", |_| {}) else { return };
    app.holder("chen");
    provider.next("chen", "good");
    let own = app.anyone().with("Sec-Fetch-Site", "same-origin");
    let entered = own.post("/api/v1/sessions", &json!({ "login": "chen", "password": PASSWORD }));
    let cookie = entered.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let mut browser = Browser::default();
    browser.ours.insert(SESSION.into(), cookie.split_once('=').unwrap().1.into());
    let query = browser.away(&app, "?link=true");
    assert_eq!(own.with("Cookie", &cookie).delete("/api/v1/sessions/current").status, 204);
    assert_eq!(told(&browser.back(&app, &query)), (401, "unauthenticated".into()));
    assert_eq!(told(&Browser::default().log_in(&app)), (409, "link-needed".into()));
}

/// Rows: R43.
#[test]
fn who_works_here_already_links_his_account_and_finds_his_wallet_in_it() {
    for db in TestDb::both() {
        let Some(World { app, provider, lin }) = World::on(db, "ES256", |_| {}) else { return };
        app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
        let staff = app.staff("lin.staff", Role::Inspector, UNIT);
        app.wait(app.make.person(staff, "lin"));
        app.staff("other", Role::Inspector, UNIT);
        let linked = |login: &str, who: &str| {
            let own = app.anyone().with("Sec-Fetch-Site", "same-origin");
            let entered = own.post("/api/v1/sessions", &json!({ "login": login, "password": PASSWORD }));
            let cookie = entered.header("set-cookie").unwrap().split(';').next().unwrap();
            let mut browser = Browser::default();
            browser.ours.insert(SESSION.into(), cookie.split_once('=').unwrap().1.into());
            provider.next(who, "good");
            let query = browser.away(&app, "?link=true");
            browser.back(&app, &query)
        };
        provider.next("lin", "good");
        assert_eq!(
            told(&Browser::default().log_in(&app)),
            (409, "link-needed".into()),
            "no second account of one person"
        );
        assert_eq!(told(&linked("other", "lin")), (403, "identity-unmatched".into()), "another's account");
        assert_eq!(linked("lin.staff", "lin").status, 302);
        let mut browser = Browser::default();
        provider.next("lin", "good");
        assert_eq!(browser.log_in(&app).status, 302);
        let page = browser.page(&app);
        assert_eq!(page.get("/api/v1/me").must(200)["account"]["login"], "lin.staff");
        assert_eq!(page.get("/api/v1/wallet/licences").must(200)["items"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn the_providers_keys_are_read_again_after_an_hour_and_when_one_is_unknown_once_a_minute() {
    let Some(World { app, provider, .. }) = World::on(TestDb::sqlite(), "ES256", |_| {}) else { return };
    let asked =
        || -> i64 { send("GET", &format!("{}/asked", provider.issuer), &[], None).text().parse().unwrap() };
    let log_in = |mode: &str| {
        provider.next("lin", mode);
        Browser::default().log_in(&app).status
    };
    assert_eq!((log_in("good"), log_in("good"), asked()), (302, 302, 1), "remembered");
    assert_eq!((log_in("kid"), asked()), (401, 1), "asked a moment ago");
    app.pass(60);
    assert_eq!((log_in("kid"), asked()), (401, 2), "it may have a new one");
    app.pass(3599);
    log_in("good");
    assert_eq!(asked(), 2);
    app.pass(1);
    log_in("good");
    assert_eq!(asked(), 3, "a withdrawn key counts no longer than an hour");
}

#[test]
fn who_comes_back_from_the_provider_is_counted_by_address() {
    let few = |config: &mut Config| {
        config.limits.enabled = true;
        config.limits.login_per_address = liangzheng_server::config::RateConfig { burst: 3, per_second: 1 };
    };
    let Some(World { app, .. }) = World::on(TestDb::sqlite(), "ES256", few) else { return };
    let statuses: Vec<u16> =
        (0..6).map(|_| app.anyone().get("/api/v1/login/oidc/callback?code=x&state=y").status).collect();
    assert_eq!(statuses[..3], [401, 401, 401]);
    assert!(statuses[4..].contains(&429), "{statuses:?}");
}
