//! `If-Match` and `Idempotency-Key`.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};

use serde::Serialize;

use crate::App;
use crate::domain::ids::AccountId;
use crate::http::problem::{Problem, kinds};
use crate::storage::idempotency::Claim;

/// The versions a caller agrees to change; `None` = whichever it is.
///
/// A program may leave it out: it acts on what it was told, not on what somebody looks at. A page must not (428): who
/// clicks there has a version before his eyes, and means that one.
///
/// A version's tag is its number in quotes. Anything else matches nothing, so the request fails with 412 rather than
/// be carried out on a version the caller did not mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfMatch(pub Option<Vec<i64>>);

/// The key under which a repeated request finds the first one's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

impl IdempotencyKey {
    /// The claim of a command that `account` asks for with `body`. Its fingerprint is made of the body as read, so that
    /// blanks and the order of members do not count.
    pub fn claim(
        self,
        app: &App,
        account: AccountId,
        request: &HttpRequest,
        body: &impl Serialize,
    ) -> Option<Claim> {
        let key = self.0?;
        let content = serde_json::to_vec(body).unwrap_or_default();
        Some(Claim {
            account,
            route: format!("{} {}", request.method(), request.path()),
            key,
            fingerprint: app.secrets.fingerprint("idempotency", &content),
        })
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let given: Vec<&str> =
            request.headers().get_all(header::IF_MATCH).map(|value| value.to_str().unwrap_or("")).collect();
        // Only our own pages come without it: their session is in the cookie.
        if given.is_empty() && !request.headers().contains_key(header::AUTHORIZATION) {
            return ready(Err(Problem::new(&kinds::PRECONDITION_REQUIRED)));
        }
        ready(Ok(Self(versions(&given))))
    }
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get("idempotency-key") else { return ready(Ok(Self(None))) };
        let key = value.to_str().ok().filter(|key| (1..=128).contains(&key.len()));
        ready(match key {
            Some(key) => Ok(Self(Some(key.to_owned()))),
            None => Err(Problem::new(&kinds::MALFORMED).detail(
                "Idempotency-Key 应为 1 到 128 个 ASCII 字符",
                "Idempotency-Key must be 1 to 128 ASCII characters",
            )),
        })
    }
}

fn versions(headers: &[&str]) -> Option<Vec<i64>> {
    if headers.is_empty() || headers.iter().any(|header| header.trim() == "*") {
        return None;
    }
    let tags = headers.iter().flat_map(|header| header.split(','));
    Some(tags.filter_map(|tag| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::versions;

    #[test]
    fn only_strong_tags_of_versions_match() {
        for (headers, want) in [
            (&[][..], None),
            (&["*"][..], None),
            (&["\"3\""][..], Some(vec![3])),
            (&["\"3\", \"4\""][..], Some(vec![3, 4])),
            (&["W/\"3\""][..], Some(vec![])),
            (&["3"][..], Some(vec![])),
            (&[""][..], Some(vec![])),
        ] {
            assert_eq!(versions(headers), want, "{headers:?}");
        }
    }
}
