//! What every request passes on its way in and out: its id, the limits per address, headers, problem documents.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError, web};
use liangzheng_core::time::Seconds;
use tokio::time::timeout;

use super::extract::{find_address, given_out, identify, known_account, prefers_english};
use super::pages::HTML;
use super::problem::{Problem, kinds};
use crate::App;

/// Counts requests that are being answered, so that shutting down knows when it is done.
#[derive(Clone, Debug, Default)]
pub struct InFlight(Arc<AtomicUsize>);

impl InFlight {
    /// How many there are now.
    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    fn enter(&self) -> Entered {
        self.0.fetch_add(1, Ordering::SeqCst);
        Entered(Arc::clone(&self.0))
    }
}

struct Entered(Arc<AtomicUsize>);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Middleware around everything.
pub(crate) async fn edge<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let data = request.app_data::<web::Data<App>>().cloned();
    let app = data.as_deref().map(|app| &**app);
    let _entered = request.app_data::<web::Data<InFlight>>().map(|in_flight| in_flight.enter());
    let id = incoming_id(&request).unwrap_or_else(|| new_id(app));
    let address = find_address(request.request(), app.map(|app| &app.config.server));

    let refused = refusal(&request, app, address);
    let path = request.path().to_owned();
    let lang = if prefers_english(request.headers()) { "en" } else { "zh-CN" };
    let body = Body::of(&request);
    let response = match refused {
        Some(problem) => request.into_response(problem.error_response()),
        // Nothing may hold the request while it is routed (actix takes it mutably); what handlers and extractors
        // refuse comes back as an answer.
        None => {
            let answered = async {
                if let Some(app) = app {
                    identify(request.request(), app).await;
                }
                next.call(request).await
            };
            let limit =
                app.map_or(DEFAULT_LIMIT, |app| Duration::from_secs(app.config.server.request_seconds));
            match timeout(limit, answered).await {
                Ok(answered) => answered?.map_into_boxed_body(),
                Err(_) => return Err(late(body, &path, &id, lang)),
            }
        }
    };
    let mut response = with_document(response, &path, &id, lang);
    finish(response.headers_mut(), &path, &id, app);
    if body == Body::OfUnknownLength {
        // The bytes behind it are not looked through for what a proxy could read otherwise ([`super::connection`]).
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    super::metrics::count(&response);
    Ok(response)
}

/// What a request brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body {
    None,
    Some,
    OfUnknownLength,
}

impl Body {
    fn of(request: &ServiceRequest) -> Self {
        let headers = request.headers();
        if headers.contains_key(header::TRANSFER_ENCODING) {
            Self::OfUnknownLength
        } else if headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0") {
            Self::Some
        } else {
            Self::None
        }
    }
}

/// The answer when time is up. A body that is not here by then is its sender's fault; our own steps each have a shorter
/// limit, so that with a body it hardly ever is ours.
fn late(body: Body, path: &str, id: &str, lang: &str) -> Error {
    let problem = match body {
        Body::None => Problem::new(&kinds::UNAVAILABLE).retry_after(1),
        Body::Some | Body::OfUnknownLength => Problem::new(&kinds::REQUEST_TIMEOUT),
    };
    let mut response = problem.error_response().set_body(BoxBody::new(problem.document(path, id, lang)));
    document_headers(response.headers_mut(), lang);
    finish(response.headers_mut(), path, id, None);
    response.head_mut().set_connection_type(ConnectionType::Close);
    tracing::info!(request_id = id, path, "time was up");
    InternalError::from_response("time was up", response).into()
}

/// What is refused before any handler sees it.
fn refusal(request: &ServiceRequest, app: Option<&App>, address: IpAddr) -> Option<Problem> {
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return Some(
            Problem::new(&kinds::UNSUPPORTED_MEDIA).detail(
                "不接受带 Content-Encoding 的请求",
                "a request with Content-Encoding is not accepted",
            ),
        );
    }
    let app = app?;
    // Whoever watches the server must hear from it while somebody behind the same address floods it; neither probe costs
    // more than a look at what another found a moment ago.
    if matches!(request.path(), "/livez" | "/healthz" | "/readyz") {
        return None;
    }
    rate(request, app, address).err().map(|wait| Problem::new(&kinds::TOO_MANY_REQUESTS).retry_after(wait.0))
}

/// One address may be a whole office's: neither may a flood from there shut its wallets, nor they each other. So who is
/// logged in is counted by account, and who was once has an allowance beside his address's.
fn rate(request: &ServiceRequest, app: &App, address: IpAddr) -> Result<(), Seconds> {
    let limits = &app.limits;
    if let Some(account) = known_account(request.request(), app) {
        return limits.account(account);
    }
    if let Some(name) = given_out(request.request(), app)
        && limits.known(name).is_ok()
    {
        return Ok(());
    }
    // Logins have a rate of their own beyond this one, which looks at passwords and not at bytes: a flood of anything else
    // must not keep three hundred clerks from beginning their day.
    if request.method() == Method::POST && request.path() == LOGIN {
        limits.login_request(address)
    } else {
        limits.address(address)
    }
}

/// Turns an error answer into a problem document, unless a handler of ours wrote one, or a page, itself.
fn with_document(response: ServiceResponse, path: &str, id: &str, lang: &str) -> ServiceResponse {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let known = response.response().extensions().get::<Problem>().cloned();
    let written =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v == PROBLEM_JSON || v == HTML);
    if written && known.is_none() {
        return response;
    }
    // An answer from below us: its text may be in any words, so it is replaced.
    let problem = known.unwrap_or_else(|| Problem::new(kinds::by_status(status.as_u16())));
    problem.log(id);
    let document = problem.document(path, id, lang);
    let mut response = response.map_body(|_, _| BoxBody::new(document));
    document_headers(response.headers_mut(), lang);
    response
}

/// Headers of a problem document.
fn document_headers(headers: &mut HeaderMap, lang: &str) {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    headers.insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(if lang == "en" { "en" } else { "zh-CN" }),
    );
    headers.append(header::VARY, HeaderValue::from_static("Accept-Language"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// Headers that every answer has.
fn finish(headers: &mut HeaderMap, path: &str, id: &str, app: Option<&App>) {
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Only where this server is reached by TLS, here or at a proxy: said over HTTP it would be ignored, or bind a name
    // that has no certificate (RFC 6797 section 7.2).
    if app.is_some_and(|app| app.base_url.starts_with("https://")) {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    // What any page may read it may also be refused in words: without this a 404 looks like no network.
    if PUBLIC_DATA.iter().any(|prefix| path.starts_with(prefix)) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    // Answers of the API are about persons unless they say otherwise.
    if path.starts_with("/api/") && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// A client's own id, if it is short and plain; anything else could forge log lines.
fn incoming_id(request: &ServiceRequest) -> Option<Arc<str>> {
    let text = request.headers().get("x-request-id")?.to_str().ok()?;
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    ((8..=64).contains(&text.len()) && plain).then(|| text.into())
}

fn new_id(app: Option<&App>) -> Arc<str> {
    let bytes = app.map(|app| app.entropy.bytes::<8>()).unwrap_or_default();
    format!("{:016x}", u64::from_be_bytes(bytes)).into()
}

/// Signed lists and the package's files: the same for everybody, read by pages of any origin, without credentials.
const PUBLIC_DATA: [&str; 3] = ["/.well-known/", "/status-lists", "/embed/"];

/// Before the server knows its settings, which is never.
const DEFAULT_LIMIT: Duration = Duration::from_secs(30);

/// Where one logs in.
const LOGIN: &str = "/api/v1/sessions";

const PROBLEM_JSON: &str = "application/problem+json";
