//! The hand-kept cases: those of `tests/vectors/verdicts.json`, and a table for each category beside them.

mod algorithms;
mod base64;
mod carriers;
mod claims;
mod headers;
mod issuers;
mod lists;
mod segments;
mod signatures;
mod statuses;
mod texts;
mod times;
mod trust;

use std::collections::BTreeMap;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use liangzheng_core::key::normalise_s;

use super::{Line, keys::key};
use crate::support::{Case, World};

pub fn add_worlds(worlds: &mut BTreeMap<&'static str, World>) {
    statuses::add_worlds(worlds);
}

pub fn add_all(lines: &mut Vec<Line>) {
    base64::add(lines);
    segments::add(lines);
    headers::add(lines);
    claims::add(lines);
    times::add(lines);
    issuers::add(lines);
    statuses::add(lines);
    trust::add(lines);
    lists::add(lines);
    texts::add(lines);
    signatures::add(lines);
    carriers::add(lines);
}

/// A vector as a line of the corpus; `None` for what is asked twice, since no memory is kept here.
pub fn of_vector(case: &Case) -> Option<Line> {
    if case.twice {
        return None;
    }
    let category = CATEGORIES.iter().find(|(start, _)| case.name.starts_with(start)).map_or('O', |(_, c)| *c);
    let mut line = Line::new(category, format!("vector/{}", case.name), case.input.clone(), case.expect);
    line.world = case.world;
    line.now = case.now.0;
    (line.audience, line.scene, line.challenge) =
        (case.audience.clone(), case.scene.clone(), case.challenge.clone());
    Some(line)
}

/// Which category a vector belongs to, by how its name begins; the rest is about who may say what to whom.
const CATEGORIES: [(&str, char); 25] = [
    ("valid:", 'Z'),
    ("base64url:", 'K'),
    ("form:", 'T'),
    ("QR:", 'T'),
    ("payload:", 'T'),
    ("payload that", 'R'),
    ("header:", 'L'),
    ("typ:", 'L'),
    ("claims:", 'M'),
    ("delegate:", 'M'),
    ("proof signature:", 'S'),
    ("signature:", 'S'),
    ("time:", 'N'),
    ("dates:", 'N'),
    ("lifetime:", 'N'),
    ("clock:", 'N'),
    ("handshake:", 'N'),
    ("grant: ends", 'N'),
    ("grant: made", 'N'),
    ("grant:", 'M'),
    ("proof:", 'M'),
    ("status:", 'P'),
    ("notice:", 'P'),
    ("several:", 'P'),
    ("loading:", 'Q'),
];

/// base64url without padding.
fn encode(bytes: impl AsRef<[u8]>) -> String {
    Base64UrlUnpadded::encode_string(bytes.as_ref())
}

fn decode(text: &str) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text).unwrap()
}

/// A compact JWS of any header and payload bytes, with a good low-S signature of the named key.
fn signed(header: &str, payload: impl AsRef<[u8]>, kid: &str) -> String {
    let input = format!("{}.{}", encode(header), encode(payload));
    let signature = normalise_s(key(kid).sign_raw(input.as_bytes()));
    format!("{input}.{}", encode(signature))
}

const SHOW_HEADER: &str = r#"{"alg":"ES256","kid":"show-a","typ":"show+jwt"}"#;
const GRANT_HEADER: &str = r#"{"alg":"ES256","kid":"grant-a","typ":"dc+sd-jwt"}"#;
const PROOF_HEADER: &str = r#"{"alg":"ES256","typ":"kb+jwt"}"#;
