//! The pages people see: compiled in, with the headers that keep them safe. Browser modules come from a folder.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use aws_lc_rs::digest::{SHA256, digest};
use base64ct::{Base64, Encoding};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::extract::prefers_english;
use super::problem::{Problem, ProblemType, kinds};
use super::scripts;
use crate::App;

#[derive(RustEmbed)]
#[folder = "../assets/web"]
struct Web;

/// `GET /`: what this installation is, and the way to its pages.
pub(crate) async fn home(request: HttpRequest) -> Result<HttpResponse, Problem> {
    embedded("home/index.html", &request)
}

/// `GET /wallet`
pub(crate) async fn wallet(request: HttpRequest) -> Result<HttpResponse, Problem> {
    embedded("wallet/index.html", &request)
}

/// `GET /verify`
pub(crate) async fn verify(request: HttpRequest) -> Result<HttpResponse, Problem> {
    embedded("inspector/index.html", &request)
}

/// `GET /exempt-materials`
pub(crate) async fn exempt(request: HttpRequest) -> Result<HttpResponse, Problem> {
    embedded("exempt/index.html", &request)
}

/// `GET /public-licences`
pub(crate) async fn public_licences(request: HttpRequest) -> Result<HttpResponse, Problem> {
    embedded("public/index.html", &request)
}

/// `GET /office`
pub(crate) async fn office(request: HttpRequest) -> Result<HttpResponse, Problem> {
    embedded("office/index.html", &request)
}

/// `GET /api/docs`: reads `/api/openapi.json`.
pub(crate) async fn docs(request: HttpRequest) -> Result<HttpResponse, Problem> {
    embedded("docs/index.html", &request)
}

/// `GET /sw.js`: the service worker, which must stand above all pages it keeps offline.
pub(crate) async fn service_worker(request: HttpRequest) -> Result<HttpResponse, Problem> {
    embedded("sw.js", &request)
}

/// `GET /assets/{path}`: scripts, styles, pictures of the pages; and which build they are of.
pub(crate) async fn asset(
    app: web::Data<App>,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    if *path == RELEASE {
        return Ok(release(&app).await);
    }
    embedded(&path, &request)
}

/// What the service worker reads before and after it fetches the pages, so that it never keeps files of two builds
/// together.
async fn release(app: &App) -> HttpResponse {
    let folder = app.config.server.assets.as_deref();
    // It names the hash of every module.
    let modules = match folder {
        Some(folder) => tokio::fs::read(folder.join("release.js")).await.unwrap_or_default(),
        None => Vec::new(),
    };
    let pages =
        Web::iter().filter_map(|path| Some((path.to_string(), Web::get(&path)?.metadata.sha256_hash())));
    page_headers(&mut HttpResponse::Ok())
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(build_of(pages, &modules))
}

/// One digest over the names and hashes of `pages`, in any order, and the `modules`' own list of hashes.
fn build_of(pages: impl Iterator<Item = (String, [u8; 32])>, modules: &[u8]) -> String {
    let mut lines: Vec<String> =
        pages.map(|(path, hash)| format!("{path} {}\n", Base64::encode_string(&hash))).collect();
    lines.sort_unstable();
    let whole = [lines.concat().as_bytes(), modules].concat();
    Base64::encode_string(digest(&SHA256, &whole).as_ref())
}

/// Below `/assets/`; no file of that name lies there.
const RELEASE: &str = "release.txt";

/// `GET /assets/wasm/{path}`: browser modules from the `--assets` folder.
pub(crate) async fn module(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    // Files beside the modules that are written by hand are compiled in, under the same address.
    if let Ok(response) = embedded(&format!("wasm/{path}"), &request) {
        return Ok(response);
    }
    let file = app.config.server.assets.as_deref().and_then(|folder| inside(folder, &path));
    let content = match &file {
        Some(file) => tokio::fs::read(file).await.ok(),
        None => None,
    };
    let (Some(file), Some(content)) = (file, content) else {
        return Ok(modules_missing(&request));
    };
    let kind = content_type(&file).ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    Ok(page_headers(&mut HttpResponse::Ok())
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(content))
}

/// `GET /problems/{slug}`: what a problem means, in both languages.
pub(crate) async fn problem(slug: web::Path<String>) -> Result<HttpResponse, Problem> {
    let kind = kinds::by_slug(&slug).ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    Ok(page_headers(&mut HttpResponse::Ok()).content_type(HTML).body(problem_page(kind)))
}

/// Any path that is not in the table: a page for a person who followed a link, a problem document for a program.
pub(crate) async fn unknown(request: HttpRequest) -> Result<HttpResponse, Problem> {
    if !asks_for_a_page(&request) {
        return Err(Problem::new(&kinds::NOT_FOUND));
    }
    Ok(page_headers(&mut HttpResponse::NotFound())
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "Accept"))
        .content_type(HTML)
        .body(problem_page(&kinds::NOT_FOUND)))
}

/// Browsers name `text/html` when a person goes somewhere; scripts and programs do not.
fn asks_for_a_page(request: &HttpRequest) -> bool {
    let accept =
        request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_for_programs = PROGRAMS.iter().any(|prefix| request.path().starts_with(prefix));
    accept.contains("text/html")
        && !is_for_programs
        && matches!(*request.method(), Method::GET | Method::HEAD)
}

/// A problem in both languages, with the way home. It runs no script: it is also what a person sees when all is wrong.
fn problem_page(kind: &ProblemType) -> String {
    // Every text here is ours and free of markup.
    format!(
        r#"<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{zh} · 亮证</title>
<link rel="icon" href="/assets/icon.svg">
<link rel="stylesheet" href="/assets/css/shared.css">
<link rel="stylesheet" href="/assets/css/base.css">
</head>
<body>
<header><a href="/">亮证 Liangzheng</a></header>
<main>
<section class="panel"><h1>{zh}</h1><p>{help_zh}</p></section>
<section class="panel" lang="en"><h2>{en}</h2><p>{help_en}</p></section>
<p class="buttons"><a class="button primary" href="/">回首页 <span lang="en">Home</span></a></p>
<p class="quiet">HTTP {status} · <code>{slug}</code></p>
</main>
</body>
</html>
"#,
        zh = kind.title.zh,
        en = kind.title.en,
        help_zh = kind.help.zh,
        help_en = kind.help.en,
        status = kind.status,
        slug = kind.slug,
    )
}

fn embedded(path: &str, request: &HttpRequest) -> Result<HttpResponse, Problem> {
    let file: EmbeddedFile = Web::get(path).ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    let (body, tag) = sent(path, &file);
    let mut response = HttpResponse::Ok();
    page_headers(&mut response)
        .insert_header((header::ETAG, tag.clone()))
        // Asked again each time, answered 304: a new server's page never runs an old server's script.
        .insert_header((header::CACHE_CONTROL, "no-cache"));
    if request.headers().get(header::IF_NONE_MATCH).is_some_and(|given| given.as_bytes() == tag.as_bytes()) {
        return Ok(response.status(actix_web::http::StatusCode::NOT_MODIFIED).finish());
    }
    let kind =
        content_type(Path::new(path)).map_or_else(|| file.metadata.mimetype().to_owned(), str::to_owned);
    Ok(response.insert_header((header::CONTENT_TYPE, kind)).body(body))
}

/// What is sent of a file, and its tag.
fn sent(path: &str, file: &EmbeddedFile) -> (Vec<u8>, String) {
    let body = match (Path::new(path).extension().and_then(OsStr::to_str), str::from_utf8(&file.data)) {
        (Some("js"), Ok(script)) => scripts::without_comments(script).into_bytes(),
        (Some("html"), Ok(page)) => {
            let page = scripts::with_preloads(page, &|path| {
                Web::get(path).and_then(|file| String::from_utf8(file.data.into_owned()).ok())
            });
            // What it asks for depends on other files.
            let tag = tag_of(digest(&SHA256, page.as_bytes()).as_ref());
            return (page.into_bytes(), tag);
        }
        _ => file.data.to_vec(),
    };
    (body, tag_of(&file.metadata.sha256_hash()))
}

fn tag_of(hash: &[u8]) -> String {
    let short: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{short}\"")
}

/// The rules under which our pages run: nothing from elsewhere, no inline script, no frame around them.
fn page_headers(response: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, content_security_policy("'none'")))
        .insert_header(("Permissions-Policy", "camera=(self)"))
        .insert_header(("Cross-Origin-Opener-Policy", "same-origin"))
        .insert_header(("Cross-Origin-Resource-Policy", "same-origin"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
}

pub(super) fn modules_missing(request: &HttpRequest) -> HttpResponse {
    let text = if prefers_english(request.headers()) {
        "The browser modules are not built. Run `cargo xtask demo`, or start the server with --assets DIR.\n"
    } else {
        "浏览器模块尚未构建。请运行 `cargo xtask demo`，或以 --assets 目录 启动服务器。\n"
    };
    page_headers(&mut HttpResponse::NotFound()).content_type("application/problem+json").json(
        serde_json::json!({
            "type": "/problems/not-found",
            "title": text.trim_end(),
            "status": 404,
            "code": "browser-modules-not-built",
        }),
    )
}

/// The file `path` names inside `folder`; `None` for anything that would lead out of it.
pub(super) fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    let plain = path
        .components()
        .all(|part| matches!(part, Component::Normal(name) if !name.as_encoded_bytes().starts_with(b".")));
    (plain && path.components().next().is_some()).then(|| folder.join(path))
}

/// What browsers insist on: modules need a script type, streaming compilation `application/wasm`.
pub(super) fn content_type(path: &Path) -> Option<&'static str> {
    Some(match path.extension()?.to_str()? {
        "wasm" => "application/wasm",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "ts" => "text/plain; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "css" => "text/css; charset=utf-8",
        "html" => HTML,
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => return None,
    })
}

/// The policy of our pages; `ancestors` may hold them in a frame.
pub(super) fn content_security_policy(ancestors: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; \
         connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}; \
         require-trusted-types-for 'script'; trusted-types lv"
    )
}

/// The type of every page.
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// What lies below these is read by programs and scripts, which must find problem documents.
const PROGRAMS: [&str; 6] = ["/api/", "/.well-known/", "/status-lists", "/embed/", "/assets/", "/metrics"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_goes_over_several_lines() {
        for path in Web::iter().filter(|path| path.ends_with(".js")) {
            let script = String::from_utf8(Web::get(&path).unwrap().data.into_owned()).unwrap();
            let mut is_text = false;
            for (line, sent) in script.lines().zip(scripts::without_comments(&script).lines()) {
                assert!(!is_text || line == sent, "{path}: {line}");
                // One in quotes begins no text.
                is_text ^= sent.replace("'`'", "").matches('`').count() % 2 == 1;
            }
        }
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        let folder = Path::new("/srv/wasm");
        for path in ["../secret", "/etc/passwd", "a/../../b", "", ".", ".git/config", "a/.hidden"] {
            assert_eq!(inside(folder, path), None, "{path}");
        }
        assert_eq!(inside(folder, "verifier/verifier.js"), Some("/srv/wasm/verifier/verifier.js".into()));
    }
}
