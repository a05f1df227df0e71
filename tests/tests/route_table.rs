//! Walks the route table: nobody gets in without credentials, nor without the role, nor to another's object; and what
//! is not in the table, or not asked for rightly, is told so in problem documents.

use liangzheng_server::domain::account::Role;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::http::problem::PROBLEMS;
use liangzheng_server::http::routes::{ROUTES, RouteEntry};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::builders::{BUSINESS_LICENCE, UNIT};
use serde_json::json;

/// The path of an entry with something in place of its parameters.
fn path(entry: &RouteEntry) -> String {
    let id = match entry.path {
        p if p.contains("/devices/") => "dev_00000000000000000000000000000000",
        p if p.contains("/shows/") => "shw_00000000000000000000000000000000",
        _ => "lic_00000000000000000000000000000000",
    };
    entry.path.replace("{id}", id).replace("{show}", id)
}

fn guarded() -> impl Iterator<Item = &'static RouteEntry> {
    // `Public` takes no credentials, `Session` any; verification serves the public too, with less.
    ROUTES.iter().filter(|entry| !matches!(entry.action, "Public" | "MaybeVerifyFully"))
}

#[test]
fn no_guarded_route_answers_without_credentials() {
    let app = TestApp::sqlite();
    let mut walked = 0;
    for entry in guarded() {
        let answer =
            app.send(entry.method, None, &path(entry), &[], (entry.method == "POST").then_some(&json!({})));
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
    app.wait(app.builder.staff("operator", Role::Operator, UNIT));
    let token = app.log_in("operator");
    for entry in guarded().filter(|entry| entry.action != "Session") {
        let body = (entry.method == "POST").then(|| json!({}));
        let answer = app.send(entry.method, Some(&token), &path(entry), &[], body.as_ref());
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
    let (_, lin) = app.wait(app.builder.holder("lin"));
    app.wait(app.builder.holder("chen"));
    app.wait(app.builder.staff("han", Role::IssuerChecker, liangzheng_tests::builders::OTHER_UNIT));
    let licence = app.wait(app.builder.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active)).id.to_string();
    let absent = "lic_00000000000000000000000000000000";
    let (chen, han) = (app.log_in("chen"), app.log_in("han"));
    let act = json!({ "act": "suspend", "reason": "r", "legal_basis": "b" });
    let show = json!({ "scene": "inspect.food", "pin": "246810" });
    for id in [licence.as_str(), absent, "lic_x", "x", "..%2f..", "%00"] {
        let answers = [
            app.get(Some(&chen), &format!("/api/v1/wallet/licences/{id}")),
            app.post(Some(&chen), &format!("/api/v1/wallet/licences/{id}/show"), &show),
            app.post(Some(&han), &format!("/api/v1/licences/{id}/acts"), &act),
        ];
        for answer in answers {
            assert_eq!((answer.status, answer.problem().as_str()), (404, "not-found"), "{id}");
        }
    }
}

#[test]
fn a_wrong_method_is_told_the_right_ones_and_an_unknown_path_is_not_found() {
    let app = TestApp::sqlite();
    let answer = app.get(None, "/api/v1/sessions");
    assert_eq!((answer.status, answer.problem().as_str()), (405, "method-not-allowed"));
    assert_eq!(answer.header("allow"), Some("POST"));
    let answer = app.send("PUT", None, "/livez", &[], None);
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")));
    for path in ["/nothing", "/api/v1", "/api/v2/sessions", "/assets/../Cargo.toml", "/problems/none"] {
        let answer = app.get(None, path);
        assert_eq!((answer.status, answer.problem().as_str()), (404, "not-found"), "{path}");
    }
    let head = app.send("HEAD", None, "/livez", &[], None);
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn a_person_at_an_unknown_address_gets_a_page_and_a_program_a_problem() {
    let app = TestApp::sqlite();
    let browser = [("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")];
    let page = app.send("GET", None, "/nothing", &browser, None);
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
        let answer = app.send(method, None, path, headers, None);
        assert_eq!((answer.status, answer.problem().as_str()), (404, "not-found"), "{method} {path}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{method} {path}");
    }
}

#[test]
fn an_encoded_request_body_is_refused_everywhere() {
    let app = TestApp::sqlite();
    for encoding in ["gzip", "br", "identity", "deflate"] {
        let headers = [("Content-Encoding", encoding)];
        let answer = app.send(
            "POST",
            None,
            "/api/v1/sessions",
            &headers,
            Some(&json!({ "login": "x", "password": "x" })),
        );
        assert_eq!((answer.status, answer.problem().as_str()), (415, "unsupported-media-type"), "{encoding}");
    }
}

#[test]
fn every_problem_has_a_page_and_speaks_the_readers_language() {
    let app = TestApp::sqlite();
    for kind in PROBLEMS {
        let page = app.get(None, &format!("/problems/{}", kind.slug));
        assert_eq!(page.status, 200, "{}", kind.slug);
        assert!(page.text().contains(&*kind.title.zh) && page.text().contains(&*kind.title.en));
        assert!(page.header("content-security-policy").is_some());
    }
    let zh = app.get(None, "/nothing");
    assert_eq!((zh.json()["title"].as_str(), zh.header("content-language")), (Some("未找到"), Some("zh-CN")));
    let en = app.send("GET", None, "/nothing", &[("Accept-Language", "en-GB, zh;q=0.1")], None);
    assert_eq!((en.json()["title"].as_str(), en.header("content-language")), (Some("Not found"), Some("en")));
}

#[test]
fn a_clients_request_id_comes_back_unless_it_could_forge_a_log_line() {
    let app = TestApp::sqlite();
    let id = |given: &str| {
        let answer = app.send("GET", None, "/livez", &[("X-Request-Id", given)], None);
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
        assert_eq!(app.get(None, path).status, 200, "{path}: {}", app.get(None, path).text());
    }
    let figures = app.get(None, "/metrics");
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
        let page = app.get(None, path);
        assert_eq!(page.status, 200, "{path}");
        let policy = page.header("content-security-policy").unwrap();
        for part in [
            "default-src 'self'",
            "frame-ancestors 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        let tag = page.header("etag").unwrap();
        assert_eq!(app.send("GET", None, path, &[("If-None-Match", tag)], None).status, 304);
    }
    let missing = app.get(None, "/assets/wasm/absent.wasm");
    assert_eq!(missing.status, 404);
    assert!(missing.text().contains("cargo xtask demo"), "{}", missing.text());
}
