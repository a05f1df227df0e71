//! A JSON body whose members are named when they cannot be read.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{Error, FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::http::problem::{FieldError, MAX_BODY, Problem, json_fault, kinds};

/// A JSON object: what is wrong with it is told with a JSON pointer, so that a page can show it beside the member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body<T>(pub T);

impl<T> Body<T> {
    /// What was sent.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Body<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Body<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = is_of_type(request, "application/json");
        let bytes = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            if !is_json {
                return Err(Problem::new(&kinds::UNSUPPORTED_MEDIA).into());
            }
            let bytes = bytes.await?;
            if bytes.len() > MAX_BODY {
                return Err(Problem::new(&kinds::TOO_LARGE).into());
            }
            Ok(Self(read(&bytes)?))
        })
    }
}

/// Whether the body is said to be of a media type, whatever its parameters.
pub(super) fn is_of_type(request: &HttpRequest, media_type: &str) -> bool {
    let told = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    told.is_some_and(|told| {
        told.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(media_type)
    })
}

/// What a text of JSON says.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // serde would take the members in their order, without their names.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(
            Problem::new(&kinds::INVALID).detail("JSON 内容应为对象，而非数组", "send an object, no array")
        );
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer(error.path());
        let mut problem = json_fault(error.inner());
        // A text that is no JSON has no members.
        if problem.kind == &kinds::INVALID
            && let Some(detail) = problem.detail.as_deref().cloned()
        {
            problem.errors.push(FieldError { pointer: pointer.into(), code: "unreadable", detail });
        }
        problem
    })?;
    deserializer.end().map_err(|error| json_fault(&error))?;
    Ok(value)
}

/// RFC 6901.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path.iter() {
        let token = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&token);
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::matter::Matter;

    #[test]
    fn the_member_that_cannot_be_read_is_named() {
        let wrong = |text: &str| read::<Matter>(text.as_bytes()).unwrap_err();
        let of = |text: &str| {
            let problem = wrong(text);
            (problem.kind.slug, problem.errors.first().map(|error| error.pointer.to_string()))
        };
        let names = r#""names":{"zh-CN":"一","en":"one"}"#;
        for (text, slug, pointer) in [
            ("{", "malformed-request", None),
            (r#"{"code":1}"#, "invalid-request", Some("/code")),
            (r#"{"code":"a","names":{"zh-CN":"一","en":2}}"#, "invalid-request", Some("/names/en")),
            (&format!(r#"{{"code":"a",{names},"unit":"x"}}"#), "invalid-request", Some("/unit")),
            (&format!(r#"{{"code":"a",{names},"type":"x"}}"#), "invalid-request", Some("/type")),
            (r#"{"colour":1}"#, "invalid-request", Some("/colour")),
            (&format!(r#" ["a",{{{names}}}]"#), "invalid-request", None),
        ] {
            assert_eq!(of(text), (slug, pointer.map(str::to_owned)), "{text}");
        }
        assert!(read::<Matter>(b"{} x").is_err());
    }
}
