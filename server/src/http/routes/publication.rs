//! Signed objects that verifiers fetch.

use super::row::Public;
use crate::http::api::publication::{status_lists, well_known};

routes! { "publication";
    GET "/.well-known/trust-list"           well_known::trust_list, Public => 200 | 304 as "application/jose+json",
        "最新的信任名录" / "The newest trust list", else 404;
    GET "/.well-known/trust-list/{version}" well_known::trust_list_version, Public => 200 | 304 as "application/jose+json",
        "某一版信任名录" / "One version of the trust list";
    GET "/.well-known/catalogue"            well_known::catalogue, Public => 200 | 304 as "application/catalogue+jwt",
        "场景目录" / "The catalogue of units, kinds and scenes", else 404;
    GET "/.well-known/jwks.json"            well_known::jwks, Public => 200 | 304 as "application/jwk-set+json",
        "供 JOSE 程序使用的公钥" / "Public keys for JOSE libraries";
    GET "/.well-known/roots.json"           well_known::roots, Public => 200 | 304 as "application/json",
        "根公钥" / "The public root set, for this server's own pages";
    GET "/status-lists"                     status_lists::aggregation, Public => 200 | 304 as "application/json",
        "状态名单一览" / "Addresses of all status lists";
    GET "/status-lists/delta"               status_lists::delta, Public => 200 | 204 | 303 as "application/statusdelta+jwt",
        "状态增量" / "What changed since a publication; 204 if nothing, 303 to the lists if that is too long ago";
    GET "/status-lists/{id}"                status_lists::list, Public => 200 | 304 as "application/statuslist+jwt",
        "状态名单" / "One status list";
}
