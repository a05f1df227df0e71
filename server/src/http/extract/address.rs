//! The address a request comes from, behind at most one trusted proxy.
//!
//! Without a trusted proxy that is the peer. From the trusted proxy's own address it is what the proxy says: the last
//! value of the last line of `X-Forwarded-For`, or of `Forwarded` (RFC 7239), since a client can send as many lines and
//! values before it as it likes. What cannot be read, and what two headers say differently, is [`UNKNOWN`]: an address of
//! its own that is never this machine's, so that limits and `/metrics` stay shut when in doubt.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::{HttpMessage, HttpRequest};

use crate::config::ServerConfig;

#[derive(Clone, Copy, Debug)]
struct ClientAddress(IpAddr);

/// Finds out where `request` comes from and keeps it there.
pub(crate) fn find_address(request: &HttpRequest, config: Option<&ServerConfig>) -> IpAddr {
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    let proxy = config.and_then(|config| config.trusted_proxy).map(|proxy| proxy.to_canonical());
    let address = address_of(peer, proxy, request.headers());
    request.extensions_mut().insert(ClientAddress(address));
    address
}

/// The address `request` comes from, as [`find_address`] found it.
pub(crate) fn client_address(request: &HttpRequest) -> IpAddr {
    request.extensions().get::<ClientAddress>().map_or(UNKNOWN, |address| address.0)
}

/// Whether a program on this machine sent `request` itself. No proxy is believed here, the trusted one neither: one on
/// this machine has a loopback address too, and says by any of its headers that it speaks for somebody else.
pub(crate) fn is_from_this_machine(request: &HttpRequest) -> bool {
    let is_forwarded = FORWARDING.iter().any(|name| request.headers().contains_key(name));
    request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback()) && !is_forwarded
}

/// `peer` and `proxy` in their canonical form: a socket for both families names IPv4 peers `::ffff:a.b.c.d`.
fn address_of(peer: Option<IpAddr>, proxy: Option<IpAddr>, headers: &HeaderMap) -> IpAddr {
    let Some(peer) = peer else { return UNKNOWN };
    if proxy != Some(peer) {
        return peer;
    }
    let last = |name: HeaderName| headers.get_all(name).last().map(|line| line.to_str().ok());
    let by_list = last(header::X_FORWARDED_FOR).map(|line| line.and_then(last_of_list));
    let by_rfc = last(header::FORWARDED).map(|line| line.and_then(last_of_forwarded));
    match (by_list, by_rfc) {
        // The proxy itself asks: it forwards nothing.
        (None, None) => peer,
        (Some(said), None) | (None, Some(said)) => said.unwrap_or(UNKNOWN),
        (Some(one), Some(other)) => one.filter(|_| one == other).unwrap_or(UNKNOWN),
    }
}

/// The last address of `X-Forwarded-For: a, b, c`.
fn last_of_list(line: &str) -> Option<IpAddr> {
    node(line.rsplit(',').next()?.trim())
}

/// The `for` of the last element of `Forwarded: for=a;proto=https, for="[b]:1"` (RFC 7239 §4).
fn last_of_forwarded(line: &str) -> Option<IpAddr> {
    let mut pairs = split_unquoted(line, ',')?;
    let element = pairs.pop()?;
    let mut found = None;
    for pair in split_unquoted(element, ';')? {
        let (name, value) = pair.split_once('=')?;
        if name.trim().eq_ignore_ascii_case("for") {
            // Once per element; of two nobody knows which the proxy wrote.
            if found.replace(value.trim()).is_some() {
                return None;
            }
        }
    }
    node(found?.trim_matches('"'))
}

/// `text` cut at each `at` outside of quotes; `None` if a quote is not closed. An address has nothing to escape, so a
/// backslash is no value of ours.
fn split_unquoted(text: &str, at: char) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (index, c) in text.char_indices() {
        match c {
            '\\' => return None,
            '"' => quoted = !quoted,
            _ if c == at && !quoted => {
                parts.push(text.get(start..index)?);
                start = index.saturating_add(1);
            }
            _ => {}
        }
    }
    parts.push(text.get(start..)?);
    (!quoted).then_some(parts)
}

/// An address as proxies write it: bare, in brackets, or with a port. `unknown`, `_hidden` and a zone are none.
fn node(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// Nobody's address; all callers whose address cannot be told share it.
const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// Headers by which proxies say that they speak for somebody else.
const FORWARDING: [HeaderName; 8] = [
    header::X_FORWARDED_FOR,
    header::FORWARDED,
    header::X_FORWARDED_HOST,
    header::X_FORWARDED_PROTO,
    header::VIA,
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("x-forwarded-server"),
    HeaderName::from_static("x-forwarded-port"),
];

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    const PROXY: &str = "10.0.0.1";

    /// The address told for a request of `peer` with these header lines, where [`PROXY`] is the trusted proxy.
    fn told(peer: &str, lines: &[(&str, &[u8])]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name.parse().unwrap(), HeaderValue::from_bytes(value).unwrap());
        }
        let ip = |text: &str| text.parse::<IpAddr>().unwrap().to_canonical();
        let address = address_of(Some(ip(peer)), Some(ip(PROXY)), &headers);
        if address == UNKNOWN { "unknown".into() } else { address.to_string() }
    }

    #[test]
    fn x_forwarded_for_counts_by_the_last_value_of_its_last_line() {
        for (lines, want) in [
            (&["203.0.113.9"][..], "203.0.113.9"),
            (&["127.0.0.1, 203.0.113.9"], "203.0.113.9"),
            (&["127.0.0.1", "203.0.113.9"], "203.0.113.9"),
            (&["127.0.0.1, ::1", "127.0.0.1 ,203.0.113.9 "], "203.0.113.9"),
            (&["203.0.113.9:5123"], "203.0.113.9"),
            (&["2001:db8::7"], "2001:db8::7"),
            (&["[2001:db8::7]"], "2001:db8::7"),
            (&["[2001:db8::7]:443"], "2001:db8::7"),
            (&["::ffff:203.0.113.9"], "203.0.113.9"),
            (&["::ffff:127.0.0.1"], "127.0.0.1"),
            (&[""], "unknown"),
            (&["203.0.113.9,"], "unknown"),
            (&["203.0.113.9", ""], "unknown"),
            (&["203.0.113.9, unknown"], "unknown"),
            (&["_gateway"], "unknown"),
            (&["fe80::1%eth0"], "unknown"),
            (&["[203.0.113.9"], "unknown"),
            (&["203.0.113.9:99999"], "unknown"),
            (&["203.0.113.9 127.0.0.1"], "unknown"),
            (&["0177.0.0.1"], "unknown"),
            (&["localhost"], "unknown"),
            (&["\"203.0.113.9\""], "unknown"),
            (&["203.0.113.9\u{e9}"], "unknown"),
        ] {
            let lines: Vec<_> = lines.iter().map(|line| ("x-forwarded-for", line.as_bytes())).collect();
            assert_eq!(told(PROXY, &lines), want, "{lines:?}");
        }
    }

    #[test]
    fn forwarded_counts_by_the_for_of_its_last_element() {
        for (lines, want) in [
            (&["for=203.0.113.9"][..], "203.0.113.9"),
            (&["For=\"203.0.113.9:47011\";proto=https;by=10.0.0.1"], "203.0.113.9"),
            (&["for=127.0.0.1, for=203.0.113.9"], "203.0.113.9"),
            (&["for=127.0.0.1", "proto=https ; for=203.0.113.9"], "203.0.113.9"),
            (&["for=\"[2001:db8:cafe::17]:4711\""], "2001:db8:cafe::17"),
            (&["for=\"[::ffff:203.0.113.9]\""], "203.0.113.9"),
            (&["for=\"a, for=127.0.0.1\", for=203.0.113.9"], "203.0.113.9"),
            (&["for=203.0.113.9, for=\"a, for=127.0.0.1\""], "unknown"),
            (&["for=unknown"], "unknown"),
            (&["for=_hidden"], "unknown"),
            (&["for=203.0.113.9, proto=https"], "unknown"),
            (&["for=203.0.113.9;for=127.0.0.1"], "unknown"),
            (&["for=203.0.113.9,"], "unknown"),
            (&["203.0.113.9"], "unknown"),
            (&["for=\"127.0.0.1"], "unknown"),
            (&["for=\"203.0.113.\\9\""], "unknown"),
            (&[""], "unknown"),
        ] {
            let lines: Vec<_> = lines.iter().map(|line| ("forwarded", line.as_bytes())).collect();
            assert_eq!(told(PROXY, &lines), want, "{lines:?}");
        }
    }

    #[test]
    fn two_headers_count_if_they_agree_and_none_means_the_proxy_itself() {
        let both = |list: &'static str, rfc: &'static str| {
            told(PROXY, &[("x-forwarded-for", list.as_bytes()), ("forwarded", rfc.as_bytes())])
        };
        assert_eq!(both("203.0.113.9", "for=\"203.0.113.9:1\""), "203.0.113.9");
        assert_eq!(both("203.0.113.9", "for=127.0.0.1"), "unknown");
        assert_eq!(both("127.0.0.1", "for=203.0.113.9"), "unknown");
        assert_eq!(both("203.0.113.9", "for=unknown"), "unknown");
        assert_eq!(both("unknown", "for=unknown"), "unknown");
        assert_eq!(told(PROXY, &[]), PROXY);
        assert_eq!(told("::ffff:10.0.0.1", &[("x-forwarded-for", b"203.0.113.9")]), "203.0.113.9");
    }

    #[test]
    fn nobody_but_the_proxy_says_where_it_comes_from() {
        for peer in ["203.0.113.9", "::ffff:203.0.113.9"] {
            let lines = [("x-forwarded-for", &b"127.0.0.1"[..]), ("forwarded", b"for=127.0.0.1")];
            assert_eq!(told(peer, &lines), "203.0.113.9");
        }
        assert_eq!(address_of(None, None, &HeaderMap::new()), UNKNOWN, "a peer that is gone");
        assert!(!UNKNOWN.is_loopback());
    }
}
