//! The address a request comes from, behind at most one trusted proxy.

use std::net::IpAddr;

use actix_web::{HttpMessage, HttpRequest};

use crate::config::ServerConfig;

#[derive(Clone, Copy, Debug)]
struct ClientAddress(IpAddr);

/// Finds out where `request` comes from and keeps it there.
///
/// That is the peer, or what the one trusted proxy says of it. The proxy's own entry is the last; earlier ones may be
/// forged.
pub(crate) fn find_address(request: &HttpRequest, config: Option<&ServerConfig>) -> IpAddr {
    let peer = request.peer_addr().map_or(UNKNOWN, |address| address.ip());
    let address = if config.and_then(|config| config.trusted_proxy) == Some(peer) {
        let forwarded = request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok());
        forwarded.and_then(|list| list.rsplit(',').next()?.trim().parse().ok()).unwrap_or(peer)
    } else {
        peer
    };
    request.extensions_mut().insert(ClientAddress(address));
    address
}

/// The address `request` comes from, as [`find_address`] found it.
pub(crate) fn client_address(request: &HttpRequest) -> IpAddr {
    request.extensions().get::<ClientAddress>().map_or(UNKNOWN, |address| address.0)
}

const UNKNOWN: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
