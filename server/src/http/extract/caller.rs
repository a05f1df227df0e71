//! Who sent a request, and the permit its handler asks for.
//!
//! The edge of the server finds out who it is before any handler's arguments are read, so that a caller without the
//! right learns nothing from how its body was judged.
//!
//! Two ways in: `Authorization: Bearer` for programs, a `__Host-` cookie for our own pages. Only a browser sends a
//! cookie by itself, so only then is it asked which page sent the request (docs/SECURITY.md, threat 35).

use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::App;
use crate::domain::access::{Action, Bar, Denied, Permit, permit};
use crate::domain::actor::session::MemberBar;
use crate::domain::ids::AccountId;
use crate::http::problem::{Problem, kinds};
use crate::service::actor::mark::Mark;
use crate::service::actor::session::{self, Carrier, Principal};

/// The session cookie. `__Host-` binds it to this host, the whole path and TLS; no subdomain can set it.
pub const SESSION_COOKIE: &str = "__Host-lz";

/// The cookie by which a browser is known after a login, bound as the session's. It opens nothing: who sends it has an
/// allowance of wrong passwords of his own.
pub const DEVICE_COOKIE: &str = "__Host-lz-known";

/// A caller who may do `A`: 401 without a session, 403 without the right.
#[derive(Debug)]
pub struct Permitted<A: Action>(Permit<A>);

/// A caller who may do `A`, or the public. A session that is over is still told 401, not served as public.
#[derive(Debug)]
pub struct MaybePermitted<A: Action>(pub Option<Permit<A>>);

impl<A: Action> Deref for Permitted<A> {
    type Target = Permit<A>;
    fn deref(&self) -> &Permit<A> {
        &self.0
    }
}

/// What the edge found out about who sent a request; nobody, if it carries no credentials.
#[derive(Clone, Debug)]
struct Caller(Result<Option<Arc<Principal>>, Problem>);

/// Finds out who sent `request` and keeps it there for the handler's arguments.
pub(crate) async fn identify(request: &HttpRequest, app: &App) {
    let caller = Caller(caller(request, app).await);
    request.extensions_mut().insert(caller);
}

fn identified(request: &HttpRequest) -> Result<Option<Arc<Principal>>, Problem> {
    request.extensions().get::<Caller>().map_or(Ok(None), |caller| caller.0.clone())
}

impl<A: Action> FromRequest for Permitted<A> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let principal = identified(request).and_then(|caller| caller.ok_or_else(nobody));
        let permit = |principal| permit::<A>(principal).map_err(denied);
        ready(principal.and_then(permit).map(Self))
    }
}

impl<A: Action> FromRequest for MaybePermitted<A> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(identified(request).and_then(|caller| match caller.map(permit::<A>).transpose() {
            // Staff would take the public's lesser answer for the whole one.
            Err(Denied { bar: Some(Bar::Member(MemberBar::SecondFactor)), .. }) => {
                Err(Problem::new(&kinds::STAFF_FACTOR_NEEDED))
            }
            found => Ok(Self(found.ok().flatten())),
        }))
    }
}

fn denied(denied: Denied) -> Problem {
    match denied.bar {
        Some(Bar::Member(MemberBar::FirstPassword)) => Problem::new(&kinds::PASSWORD_CHANGE_NEEDED),
        Some(Bar::Member(MemberBar::SecondFactor)) => Problem::new(&kinds::STAFF_FACTOR_NEEDED),
        Some(Bar::Unrecognised) => Problem::new(&kinds::UNRECOGNISED_CALLER),
        Some(Bar::Member(MemberBar::OpenIdConnect)) => Problem::new(&kinds::FORBIDDEN).code("password-login-needed").detail(
            "统一身份认证登录只能办理本人事项，办理单位业务请用账号密码登录",
            "a session of the identity provider is for your own affairs: log in with your password for the unit's work",
        ),
        None => Problem::new(&kinds::FORBIDDEN),
    }
}

fn nobody() -> Problem {
    Problem::new(&kinds::UNAUTHENTICATED)
}

/// Whether a browser says the request comes from a page of this very origin.
pub(crate) fn is_our_page(headers: &HeaderMap) -> bool {
    match text(headers, "sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => origin_is_ours(headers),
    }
}

/// Whom the request speaks for; `Ok(None)` if it carries no credentials at all.
async fn caller(request: &HttpRequest, app: &App) -> Result<Option<Arc<Principal>>, Problem> {
    let Some((token, carrier)) = credentials(request.headers())? else { return Ok(None) };
    if carrier == Carrier::Cookie {
        refuse_foreign_page(request)?;
    }
    Ok(Some(session::authenticate(app, token, carrier).await?.ok_or_else(nobody)?))
}

/// The token that a request carries, and how; `Ok(None)` if none.
fn credentials(headers: &HeaderMap) -> Result<Option<(&str, Carrier)>, Problem> {
    if let Some(authorization) = headers.get(header::AUTHORIZATION) {
        let token = authorization.to_str().ok().and_then(bearer).ok_or_else(nobody)?;
        return Ok(Some((token, Carrier::Bearer)));
    }
    Ok(cookie(headers, SESSION_COOKIE).map(|token| (token, Carrier::Cookie)))
}

/// The account of a session that a request carries and this server has in memory: told without a look into the database,
/// before it is known whether the session is over.
pub(crate) fn known_account(request: &HttpRequest, app: &App) -> Option<AccountId> {
    let (token, carrier) = credentials(request.headers()).ok().flatten()?;
    session::remembered_account(app, token, carrier)
}

/// What a request brings that this server gave out at a login: the token of a session that is not in memory, or the name
/// of the browser. A hash of it, by which its requests are counted.
pub(crate) fn given_out(request: &HttpRequest, app: &App) -> Option<[u8; 32]> {
    let headers = request.headers();
    let token = credentials(headers).ok().flatten().map(|(token, _)| token);
    let name = token
        .filter(|token| session::is_ours(app, token))
        .or_else(|| cookie(headers, DEVICE_COOKIE).filter(|name| Mark::Device.is_ours(&app.secrets, name)))?;
    Some(app.secrets.fingerprint("given out", name.as_bytes()))
}

/// The cookie came by itself: the page that sent it must be ours.
fn refuse_foreign_page(request: &HttpRequest) -> Result<(), Problem> {
    let headers = request.headers();
    let refused = || Problem::new(&kinds::CROSS_SITE);
    if let Some(site) = text(headers, "sec-fetch-site") {
        // `none` is the address bar: fine for reading, and no page of anybody's for writing.
        let read = request.method().is_safe() && site == "none";
        return if site == "same-origin" || read { Ok(()) } else { Err(refused()) };
    }
    if request.method().is_safe() || origin_is_ours(headers) { Ok(()) } else { Err(refused()) }
}

/// Whether `Origin` names the host the request was sent to. Its scheme is left out: a proxy may end TLS before us.
fn origin_is_ours(headers: &HeaderMap) -> bool {
    let origin = text(headers, "origin").and_then(|origin| origin.split_once("://"));
    origin.zip(text(headers, "host")).is_some_and(|((_, origin), host)| origin.eq_ignore_ascii_case(host))
}

fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The value of the cookie `wanted`.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let pairs = headers.get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    pairs
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == wanted).then_some(value))
}

/// What the browser or program calls itself; kept so that its owner knows it again in the list of his sessions.
pub(crate) fn user_agent(headers: &HeaderMap) -> Option<&str> {
    text(headers, "user-agent").filter(|agent| !agent.trim().is_empty())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
