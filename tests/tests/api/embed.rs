//! `/embed/…`: what other people's pages may load, how long they may keep it, and who may put our page into a frame.

use std::path::Path;

use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use serde_json::json;

const VERSION: &str = "1.2.3";

/// A server whose assets folder has a package of two files, `origins` allowed to embed.
fn embedding(origins: &[&str]) -> TestApp {
    let db = TestDb::sqlite();
    let assets = db.folder().join("web");
    package(&assets, VERSION, "export const now = 1;\n");
    TestApp::start(db, |config| {
        config.server.assets = Some(assets);
        config.server.embed_origins = origins.iter().map(|&origin| origin.to_owned()).collect();
    })
}

fn package(folder: &Path, version: &str, script: &str) {
    std::fs::create_dir_all(folder.join("element")).unwrap();
    let files = json!({ "element.js": "sha384-x", "element/a.js": "sha384-y", "gone.js": "sha384-z" });
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write("manifest.json", &json!({ "version": version, "files": files }).to_string());
    write("element.js", script);
    write("element/a.js", "export {};\n");
    write("frame.html", "<meta name=\"embed-origins\" content=\"{{embed_origins}}\">");
    write("secret.js", "not listed");
}

#[test]
fn files_of_the_manifest_are_for_pages_of_any_origin_and_never_change() {
    let app = embedding(&[]);
    let script = app.anyone().get("/embed/1.2.3/element.js");
    assert_eq!((script.status, script.text().as_str()), (200, "export const now = 1;\n"));
    for (name, value) in [
        ("content-type", "text/javascript; charset=utf-8"),
        ("access-control-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(script.header(name), Some(value), "{name}");
    }
    assert_eq!(app.anyone().get("/embed/1.2.3/element/a.js").status, 200);
    for path in ["secret.js", "frame.html", "manifest.json", "gone.js", "../web/element.js", "none.js"] {
        assert_eq!(app.anyone().get(&format!("/embed/1.2.3/{path}")).status, 404, "{path}");
    }
    let manifest = app.anyone().get("/embed/manifest.json");
    assert_eq!(manifest.header("access-control-allow-origin"), Some("*"));
    assert_eq!(
        (
            &manifest.json()["version"],
            &manifest.json()["files"]["element.js"],
            &manifest.json()["embed_origins"]
        ),
        (&json!(VERSION), &json!("sha384-x"), &json!([]))
    );
}

#[test]
fn another_version_is_served_if_the_operator_kept_it_and_else_told_which_there_is() {
    let app = embedding(&[]);
    let assets = app.app.config.server.assets.clone().unwrap();
    let missing = app.anyone().get("/embed/1.0.0/element.js");
    assert_eq!((missing.status, missing.problem().as_str()), (404, "not-found"));
    assert!(missing.text().contains(VERSION), "{}", missing.text());
    assert_eq!(missing.header("access-control-allow-origin"), Some("*"), "a page must be able to read why");
    package(&assets.join("embed/1.0.0"), "1.0.0", "export const now = 0;\n");
    assert_eq!(app.anyone().get("/embed/1.0.0/element.js").text(), "export const now = 0;\n");
    // The folder's name alone makes no version.
    package(&assets.join("embed/0.9.0"), "0.8.0", "");
    for path in
        ["/embed/0.9.0/element.js", "/embed/../element.js", "/embed/%2e%2e/element.js", "/embed/..%2f/x.js"]
    {
        assert_eq!(app.anyone().get(path).status, 404, "{path}");
    }
}

#[test]
fn the_frame_is_refused_until_sites_are_named_and_then_for_those_only() {
    let refused = embedding(&[]).anyone().get("/embed/1.2.3/frame");
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json()["code"], "embedding-not-allowed");
    assert!(refused.text().contains("server.embed_origins"), "{}", refused.text());

    let app = embedding(&["https://www.example.org", "http://localhost:*"]);
    let frame = app.anyone().get("/embed/1.2.3/frame");
    assert_eq!(frame.status, 200);
    let policy = frame.header("content-security-policy").unwrap();
    for part in [
        "frame-ancestors https://www.example.org http://localhost:*;",
        "script-src 'self' 'wasm-unsafe-eval';",
        "require-trusted-types-for 'script'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert_eq!(
        frame.text(),
        "<meta name=\"embed-origins\" content=\"[&quot;https://www.example.org&quot;,&quot;http://localhost:*&quot;]\">"
    );
    assert_eq!(app.anyone().get("/embed/0.0.1/frame").status, 404);
}

#[test]
fn without_modules_every_address_says_how_to_get_them() {
    let app = TestApp::start(TestDb::sqlite(), |config| {
        config.server.embed_origins = vec!["https://www.example.org".to_owned()];
    });
    for path in ["/embed/manifest.json", "/embed/1.2.3/element.js", "/embed/1.2.3/frame"] {
        let answer = app.anyone().get(path);
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (404, Some("browser-modules-not-built")),
            "{path}"
        );
        assert!(answer.text().contains("--assets"), "{path}");
    }
}

#[test]
fn signed_lists_and_refusals_of_them_may_be_read_by_any_page_and_nothing_else_may() {
    let app = embedding(&[]);
    for path in [
        "/.well-known/trust-list",
        "/.well-known/trust-list/999",
        "/.well-known/roots.json",
        "/status-lists",
        "/status-lists/999",
        "/embed/manifest.json",
    ] {
        let answer = app.anyone().with("Origin", "https://evil.example").get(path);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), None, "{path}");
    }
    for path in
        ["/", "/verify", "/assets/page/i18n.js", "/api/v1/wallet/licences", "/livez", "/metrics", "/version"]
    {
        let answer = app.anyone().with("Origin", "https://evil.example").get(path);
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
    }
}
