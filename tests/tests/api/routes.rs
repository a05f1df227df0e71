//! Walks the route table: nobody gets in without credentials, nor without the role, nor to another's object; and what
//! is not in the table, or not asked for rightly, is told so in problem documents.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::http::problem::PROBLEMS;
use liangzheng_server::http::routes::{Login, RouteEntry, routes};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::{BUSINESS_LICENCE, UNIT};
use liangzheng_tests::snapshot::stable;
use serde_json::json;

/// The path of an entry with something in place of its parameters.
fn path(entry: &RouteEntry) -> String {
    let id = match entry.path {
        p if p.contains("/devices/") => "dev_00000000000000000000000000000000",
        p if p.contains("/shows/") => "shw_00000000000000000000000000000000",
        p if p.contains("/requests/") => "req_00000000000000000000000000000000",
        p if p.contains("/proposals/") => "prp_00000000000000000000000000000000",
        _ => "lic_00000000000000000000000000000000",
    };
    entry.path.replace("{id}", id).replace("{show}", id)
}

fn send(caller: &Caller, entry: &RouteEntry) -> Answer {
    let body = (entry.method == "POST").then(|| json!({}));
    caller.send(entry.method, &path(entry), body.as_ref())
}

fn guarded() -> impl Iterator<Item = &'static RouteEntry> {
    routes().filter(|entry| entry.login == Login::Required)
}

#[test]
fn no_guarded_route_answers_without_credentials() {
    let app = TestApp::sqlite();
    let mut walked = 0;
    for entry in guarded() {
        let answer = send(&app.anyone(), entry);
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (401, "unauthenticated"),
            "{} {}",
            entry.method,
            entry.path
        );
        walked += 1;
    }
    assert!(walked >= 12, "only {walked} guarded routes");
}

#[test]
fn no_guarded_route_serves_a_principal_without_its_role() {
    let app = TestApp::sqlite();
    app.wait(app.make.member("idle", &[], UNIT));
    let idle = app.as_("idle");
    for entry in guarded().filter(|entry| entry.scope != "account") {
        let answer = send(&idle, entry);
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (403, "forbidden"),
            "{} {}",
            entry.method,
            entry.path
        );
    }
}

#[test]
fn another_holders_and_another_units_objects_do_not_exist() {
    let app = TestApp::sqlite();
    let (_, lin) = app.holder("lin");
    app.holder("chen");
    app.staff("han", Role::IssuerChecker, liangzheng_tests::make::OTHER_UNIT);
    let licence = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active).id.to_string();
    let absent = "lic_00000000000000000000000000000000";
    let (chen, han) = (app.as_("chen"), app.as_("han"));
    let act = json!({ "act": "suspend", "reason": "r", "legal_basis": "b" });
    let show = json!({ "scene": "inspect.food", "pin": "246810" });
    for id in [licence.as_str(), absent, "lic_x", "x", "..%2f..", "%00"] {
        let answers = [
            chen.get(&format!("/api/v1/wallet/licences/{id}")),
            chen.post(&format!("/api/v1/wallet/licences/{id}/show"), &show),
            han.post(&format!("/api/v1/licences/{id}/acts"), &act),
        ];
        for answer in answers {
            assert_eq!((answer.status, answer.problem().as_str()), (404, "not-found"), "{id}");
        }
    }
}

#[test]
fn a_wrong_method_is_told_the_right_ones_and_an_unknown_path_is_not_found() {
    let app = TestApp::sqlite();
    let answer = app.anyone().get("/api/v1/sessions");
    assert_eq!((answer.status, answer.problem().as_str()), (405, "method-not-allowed"));
    assert_eq!(answer.header("allow"), Some("POST"));
    let answer = app.anyone().send("PUT", "/livez", None);
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")));
    for path in ["/nothing", "/api/v1", "/api/v2/sessions", "/assets/../Cargo.toml", "/problems/none"] {
        let answer = app.anyone().get(path);
        assert_eq!((answer.status, answer.problem().as_str()), (404, "not-found"), "{path}");
    }
    let head = app.anyone().send("HEAD", "/livez", None);
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn a_person_at_an_unknown_address_gets_a_page_and_a_program_a_problem() {
    let app = TestApp::sqlite();
    let browser = [("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")];
    let page = app.anyone().with_all(&browser).get("/nothing");
    assert_eq!((page.status, page.header("content-type")), (404, Some("text/html; charset=utf-8")));
    assert!(page.text().contains("href=\"/\"") && page.text().contains("未找到"), "{}", page.text());
    assert!(
        page.header("content-security-policy").is_some_and(|policy| policy.contains("default-src 'self'"))
    );
    for (method, path, headers) in [
        ("GET", "/nothing", &[("Accept", "*/*")][..]),
        ("GET", "/nothing", &[]),
        ("POST", "/nothing", &browser),
        ("GET", "/api/v1/nothing", &browser),
        ("GET", "/.well-known/nothing", &browser),
        ("GET", "/assets/nothing.js", &browser),
    ] {
        let answer = app.anyone().with_all(headers).send(method, path, None);
        assert_eq!((answer.status, answer.problem().as_str()), (404, "not-found"), "{method} {path}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{method} {path}");
    }
}

#[test]
fn an_encoded_request_body_is_refused_everywhere() {
    let app = TestApp::sqlite();
    for encoding in ["gzip", "br", "identity", "deflate"] {
        let body = json!({ "login": "x", "password": "x" });
        let answer = app.anyone().with("Content-Encoding", encoding).post("/api/v1/sessions", &body);
        assert_eq!((answer.status, answer.problem().as_str()), (415, "unsupported-media-type"), "{encoding}");
    }
}

#[test]
fn every_problem_has_a_page_and_speaks_the_readers_language() {
    let app = TestApp::sqlite();
    for kind in PROBLEMS {
        let page = app.anyone().get(&format!("/problems/{}", kind.slug));
        assert_eq!(page.status, 200, "{}", kind.slug);
        assert!(page.text().contains(&*kind.title.zh) && page.text().contains(&*kind.title.en));
        assert!(page.header("content-security-policy").is_some());
    }
    let zh = app.anyone().get("/nothing");
    assert_eq!((zh.json()["title"].as_str(), zh.header("content-language")), (Some("未找到"), Some("zh-CN")));
    let en = app.anyone().with("Accept-Language", "en-GB, zh;q=0.1").get("/nothing");
    assert_eq!((en.json()["title"].as_str(), en.header("content-language")), (Some("Not found"), Some("en")));
}

#[test]
fn a_clients_request_id_comes_back_unless_it_could_forge_a_log_line() {
    let app = TestApp::sqlite();
    let id = |given: &str| {
        let answer = app.anyone().with("X-Request-Id", given).get("/livez");
        answer.header("x-request-id").unwrap().to_owned()
    };
    assert_eq!(id("trace-0123456789"), "trace-0123456789");
    for odd in ["short", "has space in it", "semi;colon;here", &"x".repeat(65)] {
        assert_ne!(id(odd), odd);
    }
}

#[test]
fn health_tells_of_life_readiness_and_version_and_metrics_count_requests() {
    let app = TestApp::sqlite();
    for path in ["/livez", "/healthz", "/readyz", "/version"] {
        assert_eq!(app.anyone().get(path).status, 200, "{path}: {}", app.anyone().get(path).text());
    }
    let figures = app.anyone().get("/metrics");
    assert_eq!(figures.status, 200);
    assert!(
        figures.text().contains("liangzheng_http_requests_total{route=\"/livez\",status=\"2xx\"}"),
        "{}",
        figures.text()
    );
}

#[test]
fn pages_carry_the_policy_that_keeps_them_safe() {
    let app = TestApp::sqlite();
    for path in ["/", "/wallet", "/verify", "/api/docs", "/assets/css/base.css"] {
        let page = app.anyone().get(path);
        assert_eq!(page.status, 200, "{path}");
        let policy = page.header("content-security-policy").unwrap();
        for part in [
            "default-src 'self'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        // Its name begins with https://, so every browser that was here comes back that way.
        assert_eq!(page.header("strict-transport-security"), Some("max-age=31536000"));
        let tag = page.header("etag").unwrap();
        assert_eq!(app.anyone().with("If-None-Match", tag).get(path).status, 304);
    }
    let missing = app.anyone().get("/assets/wasm/absent.wasm");
    assert_eq!(missing.status, 404);
    assert!(missing.text().contains("cargo xtask demo"), "{}", missing.text());
}

#[test]
fn a_server_whose_name_is_http_binds_nobody_to_https() {
    let app = TestApp::start(TestDb::sqlite(), |config| {
        config.server.base_url = Some("http://licence.example".into());
    });
    assert_eq!(app.anyone().get("/wallet").header("strict-transport-security"), None);
}

#[test]
fn problems_of_every_route_are_answered_as_kept() {
    let app = TestApp::sqlite();
    app.holder("lin");
    let (anyone, lin) = (app.anyone(), app.as_("lin"));
    let english = anyone.with("Accept-Language", "en");
    for (name, answer) in [
        ("unauthenticated", anyone.get("/api/v1/wallet/licences")),
        ("forbidden", lin.post("/api/v1/scans", &json!({ "scans": [] }))),
        ("not_found", anyone.get("/nothing")),
        ("not_found_in_english", english.get("/nothing")),
        ("method_not_allowed", anyone.get("/api/v1/sessions")),
        ("invalid", anyone.post("/api/v1/sessions", &json!({ "login": "", "password": "" }))),
        ("malformed", anyone.post("/api/v1/sessions", &json!([]))),
        ("wrong_credentials", anyone.post("/api/v1/sessions", &json!({ "login": "x", "password": "x" }))),
        ("version", anyone.get("/version")),
        ("ready", anyone.get("/readyz")),
    ] {
        insta::assert_json_snapshot!(name, stable(&answer));
    }
}
