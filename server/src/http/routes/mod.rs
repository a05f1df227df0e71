//! The route table, one file per area. A row says all there is to say of a route:
//!
//! ```text
//! POST "/api/v1/licences/{id}/acts" acts::create, ActOnLicence, ActRequest => 200 | 202 ActOutcome,
//!     "改变证照状态" / "Does an act on a licence";
//! ```
//!
//! method, path, handler, the action its caller must be permitted, the body it takes (left out if none), the status it
//! answers with and the body of that answer, and what it does. Instead of an action stand `Public` for everybody, or
//! `Maybe<Action>` where the public gets less. A second status follows a bar; an answer that is no JSON is written
//! `as "media/type"`; one without a body is a status alone.
//!
//! The compiler refuses a row that says of its handler what is not so (`row`). [`crate::http::openapi`] describes the
//! API from the same rows.

use std::collections::BTreeMap;

use actix_web::guard;
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Route};
use liangzheng_core::text::Text;

use super::openapi::Operation;
pub(crate) use super::pages::unknown;
use super::problem::{Problem, kinds};
use crate::domain::actor::membership::Role;

/// Makes the table of one area.
macro_rules! routes {
    ($area:literal; $(
        $method:ident $path:literal $handler:path, $access:ty $(, $body:ty)?
            => $status:literal $(| $other:literal)* $($answer:ty)? $(as $media:literal)?,
            $zh:literal / $en:literal $(, else $($problem:literal)|+)?;
    )+) => {
        /// The rows of this area.
        pub(super) static ROUTES: &[$crate::http::routes::RouteEntry] = &[$(
            $crate::http::routes::RouteEntry {
                area: $area,
                method: stringify!($method),
                path: $path,
                handler: stringify!($handler),
                action: <$access as $crate::http::routes::row::Access>::ACTION,
                login: <$access as $crate::http::routes::row::Access>::LOGIN,
                roles: <$access as $crate::http::routes::row::Access>::ROLES,
                scope: <$access as $crate::http::routes::row::Access>::SCOPE,
                statuses: &[$status $(, $other)*],
                problems: &[$($($problem),+)?],
                media: media!($($media)?),
                summary: ::liangzheng_core::text::Text::fixed($zh, $en),
                handled: || handled!($handler, $access, [$($body)?], $status, [$($answer)?], [$($media)?]),
            }
        ),+];
    };
}

/// The media type of an answer that is no JSON.
macro_rules! media {
    () => {
        None
    };
    ($media:literal) => {
        Some($media)
    };
}

/// The handler of a row, checked against what the row says of it.
macro_rules! handled {
    ($handler:path, $access:ty, [], $($rest:tt)+) => { handled!($handler, $access, [()], $($rest)+) };
    ($handler:path, $access:ty, [$body:ty], $status:literal, [], []) => {
        $crate::http::routes::row::json::<$access, $body, (), $status, _, _>($handler)
    };
    ($handler:path, $access:ty, [$body:ty], $status:literal, [$answer:ty], []) => {
        $crate::http::routes::row::json::<$access, $body, $answer, $status, _, _>($handler)
    };
    ($handler:path, $access:ty, [$body:ty], $status:literal, [], [$media:literal]) => {
        $crate::http::routes::row::document::<$access, $body, _, _>($handler)
    };
}

mod access;
mod actor;
mod casework;
mod catalogue;
mod consent;
mod issuing;
mod licence;
mod operations;
mod outbox;
mod pages;
mod publication;
pub(super) mod row;
mod showing;
mod trace;
mod verifying;

/// One row of the table.
pub struct RouteEntry {
    /// The area it belongs to.
    pub area: &'static str,
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// The pattern, with `{parameters}`.
    pub path: &'static str,
    /// The handler, as `module::function`.
    pub handler: &'static str,
    /// The action that must be permitted; `Public` if none.
    pub action: &'static str,
    /// Whether its caller must have logged in.
    pub login: Login,
    /// The roles that are permitted; empty for what is done by holders, or by anybody for the own account.
    pub roles: &'static [Role],
    /// Within what: `wallet`, `account`, `unit`, `province`; empty for everybody.
    pub scope: &'static str,
    /// The statuses it answers with, but for problems; the first is the usual one.
    pub statuses: &'static [u16],
    /// Statuses of problems of its own, which do not follow from what it reads.
    pub problems: &'static [u16],
    /// What it answers, if that is no JSON.
    pub media: Option<&'static str>,
    /// What it does.
    pub summary: Text,
    handled: fn() -> Handled,
}

/// Whether a caller must have logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// Everybody gets the same.
    Never,
    /// The public gets an answer, the permitted a fuller one.
    Optional,
    /// Nobody else gets in.
    Required,
}

/// A handler ready for actix, and how it describes itself.
pub(super) struct Handled {
    route: Route,
    describe: fn(&mut Operation<'_>),
}

impl RouteEntry {
    /// Describes the request and the answers of this route.
    pub(super) fn describe(&self, operation: &mut Operation<'_>) {
        ((self.handled)().describe)(operation);
    }
}

/// The whole table. Patterns are tried in this order; the hot path, a refresh, stands first.
pub fn routes() -> impl Iterator<Item = &'static RouteEntry> {
    let areas = [
        showing::ROUTES,
        pages::ROUTES,
        operations::ROUTES,
        access::ROUTES,
        actor::ROUTES,
        casework::ROUTES,
        catalogue::ROUTES,
        consent::ROUTES,
        issuing::ROUTES,
        licence::ROUTES,
        outbox::ROUTES,
        trace::ROUTES,
        verifying::ROUTES,
        publication::ROUTES,
    ];
    areas.into_iter().flatten()
}

/// Registers the table with actix, one resource per path, so that a wrong method answers 405 with `Allow`.
pub fn configure(config: &mut ServiceConfig) {
    let mut by_path: BTreeMap<usize, Vec<&RouteEntry>> = BTreeMap::new();
    for entry in routes() {
        let first = routes().position(|other| other.path == entry.path).unwrap_or_default();
        by_path.entry(first).or_default().push(entry);
    }
    for entries in by_path.into_values() {
        let Some(path) = entries.first().map(|entry| entry.path) else { continue };
        let mut resource = web::resource(path);
        let mut allow = Vec::new();
        for entry in entries {
            let method = Method::from_bytes(entry.method.as_bytes()).unwrap_or(Method::GET);
            allow.push(entry.method);
            let route = (entry.handled)().route;
            // What can be read can be asked for by its head.
            resource = if method == Method::GET {
                allow.push("HEAD");
                resource.route(route.guard(guard::Any(guard::Get()).or(guard::Head())))
            } else {
                resource.route(route.method(method))
            };
        }
        let allow = allow.join(", ");
        config.service(resource.default_service(web::to(move || {
            let mut problem = Problem::new(&kinds::METHOD_NOT_ALLOWED);
            problem.allow = Some(allow.as_str().into());
            async move { Err::<HttpResponse, Problem>(problem) }
        })));
    }
}
