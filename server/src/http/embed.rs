//! `/embed/…`: the package's browser files for other people's pages, under addresses that never change their content,
//! and the one page of ours that may stand in a frame.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::pages::{content_security_policy, content_type, inside, modules_missing};
use super::problem::{Problem, kinds};
use crate::App;

/// `manifest.json` beside the modules, as `cargo xtask wasm` writes it.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    version: String,
    /// Every file a browser may load, with its Subresource Integrity hash.
    files: BTreeMap<String, String>,
}

/// What `/embed/manifest.json` says.
#[derive(Serialize)]
struct Published<'a> {
    #[serde(flatten)]
    manifest: &'a Manifest,
    /// The pages that may hold the frame, as in its `frame-ancestors`; an element that is refused says so with it.
    embed_origins: &'a [String],
}

/// `GET /embed/manifest.json`: the version served now and its hashes.
pub(crate) async fn manifest(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let Some((_, manifest)) = newest(&app).await else { return modules_missing(&request) };
    let published = Published { manifest: &manifest, embed_origins: &app.config.server.embed_origins };
    HttpResponse::Ok()
        .insert_header(CROSS_ORIGIN)
        .insert_header((header::CACHE_CONTROL, SHORT))
        .json(published)
}

/// `GET /embed/{version}/{path}`
pub(crate) async fn file(
    app: web::Data<App>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (version, path) = path.into_inner();
    let Some((folder, manifest)) = folder_of(&app, &version).await? else {
        return Ok(modules_missing(&request));
    };
    // Only what the manifest lists: whatever else lies in the folder is not published.
    if !manifest.files.contains_key(&path) {
        return Err(Problem::new(&kinds::NOT_FOUND));
    }
    let content = read(&folder, &path).await?;
    let kind = content_type(Path::new(&path)).ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    Ok(HttpResponse::Ok()
        .insert_header(CROSS_ORIGIN)
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CACHE_CONTROL, FOR_EVER))
        .body(content))
}

/// `GET /embed/{version}/frame`: the verifier as a page for the frames of those in `server.embed_origins`.
pub(crate) async fn frame(
    app: web::Data<App>,
    request: HttpRequest,
    version: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let origins = &app.config.server.embed_origins;
    if origins.is_empty() {
        return Err(Problem::new(&kinds::FORBIDDEN).code("embedding-not-allowed").detail(
            "本服务器没有允许任何网站嵌入核验窗口；请在 server.embed_origins 中列出允许的网站",
            "this server lets no site embed the verifier's frame; list those that may in server.embed_origins",
        ));
    }
    let Some((folder, _)) = folder_of(&app, &version).await? else { return Ok(modules_missing(&request)) };
    let page = read(&folder, "frame.html").await?;
    // Origins were validated at start: they hold nothing that HTML or a policy would read as more than text.
    let list = serde_json::to_string(origins).unwrap_or_default().replace('"', "&quot;");
    let page = String::from_utf8_lossy(&page).replace("{{embed_origins}}", &list);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, content_security_policy(&origins.join(" "))))
        .insert_header(("Permissions-Policy", "camera=(self)"))
        .insert_header(CROSS_ORIGIN)
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, SHORT))
        .content_type("text/html; charset=utf-8")
        .body(page))
}

/// The folder with `version` and its manifest: the newest is the `--assets` folder itself, older ones that an operator
/// keeps for pages not yet changed lie in `embed/{version}` below it. `None` if there are no modules at all.
async fn folder_of(app: &App, version: &str) -> Result<Option<(PathBuf, Manifest)>, Problem> {
    let Some((assets, newest)) = newest(app).await else { return Ok(None) };
    if newest.version == version {
        return Ok(Some((assets, newest)));
    }
    if let Some(folder) = inside(&assets.join("embed"), version)
        && let Some(manifest) = manifest_in(&folder).await
        && manifest.version == version
    {
        return Ok(Some((folder, manifest)));
    }
    Err(Problem::new(&kinds::NOT_FOUND).detail(
        format!("本服务器提供的版本是 {}", newest.version),
        format!("the version served here is {}", newest.version),
    ))
}

async fn newest(app: &App) -> Option<(PathBuf, Manifest)> {
    let assets = app.config.server.assets.clone()?;
    let manifest = manifest_in(&assets).await?;
    Some((assets, manifest))
}

async fn manifest_in(folder: &Path) -> Option<Manifest> {
    let text = tokio::fs::read(folder.join("manifest.json")).await.ok()?;
    serde_json::from_slice(&text).inspect_err(|error| tracing::error!(%error, "manifest.json")).ok()
}

async fn read(folder: &Path, path: &str) -> Result<Vec<u8>, Problem> {
    let file = inside(folder, path).ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    tokio::fs::read(file).await.map_err(|_| Problem::new(&kinds::NOT_FOUND))
}

/// Pages of any origin may load it, also those that isolate themselves (COEP).
const CROSS_ORIGIN: (&str, &str) = ("Cross-Origin-Resource-Policy", "cross-origin");
/// A new version, or a new site among those allowed, is seen after this.
const SHORT: &str = "public, max-age=60";
/// The version is in the address.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
