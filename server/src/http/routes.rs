//! Every route on one screen: method, path, handler, and the action its caller must be permitted.
//!
//! `Public` needs no login; anything else names the action whose `Permit` the handler takes, and
//! `tests/route_table.rs` walks this table to see that it does.

use std::collections::BTreeMap;

use actix_web::guard;
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Route};

use super::api::actor::sessions;
use super::api::licence::{acts, cards};
use super::api::publication::{status_lists, well_known};
use super::api::showing::{devices, offline_grant, show};
use super::api::trace::uses;
use super::api::verifying::{scans, verify};
use super::problem::{Problem, kinds};
use super::{embed, health, metrics, pages};

pub(crate) use super::pages::unknown;

/// One line of the table.
pub struct RouteEntry {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// The pattern, with `{parameters}`.
    pub path: &'static str,
    /// The action that must be permitted; `Public` for everybody, `Session` for anybody logged in.
    pub action: &'static str,
    route: fn() -> Route,
}

macro_rules! routes {
    ($($method:ident $path:literal $handler:path, $action:ident;)+) => {
        /// The table.
        pub static ROUTES: &[RouteEntry] = &[$(RouteEntry {
            method: stringify!($method),
            path: $path,
            action: stringify!($action),
            route: || web::route().to($handler),
        }),+];
    };
}

routes! {
    // the hot path stands first: patterns are tried in this order
    POST   "/api/v1/wallet/shows/{show}/refresh"     show::refresh,               OpenShow;
    // pages
    GET    "/"                                       pages::home,                 Public;
    GET    "/wallet"                                 pages::wallet,               Public;
    GET    "/verify"                                 pages::verify,               Public;
    GET    "/api/docs"                               pages::docs,                 Public;
    GET    "/sw.js"                                  pages::service_worker,       Public;
    GET    "/assets/wasm/{path:.+}"                  pages::module,               Public;
    GET    "/assets/{path:.+}"                       pages::asset,                Public;
    GET    "/problems/{slug}"                        pages::problem,              Public;
    // operations
    GET    "/livez"                                  health::live,                Public;
    GET    "/healthz"                                health::live,                Public;
    GET    "/readyz"                                 health::ready,               Public;
    GET    "/version"                                health::version,             Public;
    GET    "/metrics"                                metrics::show,               Public;
    // sessions
    POST   "/api/v1/sessions"                        sessions::create,            Public;
    DELETE "/api/v1/sessions/current"                sessions::end,               ManageOwnAccount;
    // the wallet
    GET    "/api/v1/wallet/licences"                 cards::list,                 ViewOwnLicences;
    GET    "/api/v1/wallet/licences/{id}"            cards::read,                 ViewOwnLicences;
    POST   "/api/v1/wallet/devices"                  devices::register,           ManageDevices;
    GET    "/api/v1/wallet/devices"                  devices::list,               ManageDevices;
    DELETE "/api/v1/wallet/devices/{id}"             devices::drop_one,           ManageDevices;
    POST   "/api/v1/wallet/licences/{id}/show"       show::open,                  OpenShow;
    GET    "/api/v1/wallet/shows/{show}.svg"         show::svg,                   OpenShow;
    GET    "/api/v1/wallet/shows/{show}.png"         show::png,                   OpenShow;
    DELETE "/api/v1/wallet/shows/{show}"             show::end,                   OpenShow;
    POST   "/api/v1/wallet/licences/{id}/grant"      offline_grant::create,       FetchOfflineGrant;
    GET    "/api/v1/wallet/uses"                     uses::list,                  ViewOwnUses;
    // verifying: the public gets answer and code, staff everything
    POST   "/api/v1/verify"                          verify::verify,              Public;
    POST   "/api/v1/scans"                           scans::hand_in,              ReportScans;
    // signed objects for verifiers
    GET    "/.well-known/trust-list"                 well_known::trust_list,      Public;
    GET    "/.well-known/trust-list/{version}"       well_known::trust_list_version, Public;
    GET    "/.well-known/catalogue"                  well_known::catalogue,       Public;
    GET    "/.well-known/jwks.json"                  well_known::jwks,            Public;
    GET    "/.well-known/roots.json"                 well_known::roots,           Public;
    GET    "/status-lists"                           status_lists::aggregation,   Public;
    GET    "/status-lists/delta"                     status_lists::delta,         Public;
    GET    "/status-lists/{id}"                      status_lists::list,          Public;
    // the issuing unit
    POST   "/api/v1/licences/{id}/acts"              acts::create,                ChangeStatus;
    // for other people's pages
    GET    "/embed/manifest.json"                    embed::manifest,             Public;
    GET    "/embed/{version}/frame"                  embed::frame,                Public;
    GET    "/embed/{version}/{path:.+}"              embed::file,                 Public;
}

/// Registers the table with actix, one resource per path, so that a wrong method answers 405 with `Allow`.
pub fn configure(config: &mut ServiceConfig) {
    let mut by_path: BTreeMap<usize, Vec<&RouteEntry>> = BTreeMap::new();
    for entry in ROUTES {
        let first = ROUTES.iter().position(|other| other.path == entry.path).unwrap_or_default();
        by_path.entry(first).or_default().push(entry);
    }
    for entries in by_path.into_values() {
        let Some(path) = entries.first().map(|entry| entry.path) else { continue };
        let mut resource = web::resource(path);
        let mut allow = Vec::new();
        for entry in entries {
            let method = Method::from_bytes(entry.method.as_bytes()).unwrap_or(Method::GET);
            allow.push(entry.method);
            let route = (entry.route)();
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
