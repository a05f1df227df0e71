//! Errors as RFC 9457 documents: the only map from what went wrong to what a client is told.
//!
//! A handler returns `Result<_, Problem>`; the edge of the server (`http::edge`) writes the document, since only
//! it knows the request's language, path and id. Causes of internal errors go to the log, under the request id, and
//! never to the client.

mod common;
pub mod kinds;
mod payload;

use std::borrow::Cow;
use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use liangzheng_core::text::Text;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::fault::{self, Fault, Faults};
use crate::domain::text::{NotPlain, PlainText};

pub use kinds::{PROBLEMS, ProblemType};
pub(super) use payload::json_fault;
pub use payload::{MAX_BODY, path_config, query_config};

/// Something a client is told instead of what it asked for.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Which of the known problems.
    pub kind: &'static ProblemType,
    /// What happened this time; absent when the title says all.
    pub detail: Option<Box<Text>>,
    /// A code for programs, more exact than the type; absent = the slug.
    pub code: Option<&'static str>,
    /// What is wrong with single members of the request.
    pub errors: Vec<FieldError>,
    /// Seconds after which trying again may help.
    pub retry_after: Option<u64>,
    /// Methods that this path takes (405 only).
    pub allow: Option<Box<str>>,
    /// What went wrong on our side, for the log only.
    cause: Option<Box<str>>,
}

/// One member of the request that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer into the body, as `/reason`.
    pub pointer: Cow<'static, str>,
    /// A code for programs.
    pub code: &'static str,
    /// What would be right.
    pub detail: Text,
}

impl FieldError {
    /// A text that cannot be taken.
    pub fn not_plain(pointer: &'static str, why: NotPlain) -> Self {
        let (code, detail) = fault::told(why);
        Self { pointer: pointer.into(), code, detail }
    }
}

impl From<Fault> for FieldError {
    fn from(fault: Fault) -> Self {
        Self { pointer: fault.pointer, code: fault.code, detail: fault.text }
    }
}

impl Problem {
    /// A problem that its title explains.
    pub const fn new(kind: &'static ProblemType) -> Self {
        Self {
            kind,
            detail: None,
            code: None,
            errors: Vec::new(),
            retry_after: None,
            allow: None,
            cause: None,
        }
    }

    /// Adds what happened this time.
    #[must_use]
    pub fn detail(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.detail = Some(Box::new(Text::new(zh.into(), en.into())));
        self
    }

    /// Adds a text that is at hand in both languages.
    #[must_use]
    pub fn detail_text(mut self, text: Text) -> Self {
        self.detail = Some(Box::new(text));
        self
    }

    /// Adds a code more exact than the type.
    #[must_use]
    pub const fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// Adds what is wrong with one member of the body.
    #[must_use]
    pub fn field(
        mut self,
        pointer: &'static str,
        code: &'static str,
        zh: &'static str,
        en: &'static str,
    ) -> Self {
        self.errors.push(FieldError { pointer: pointer.into(), code, detail: Text::fixed(zh, en) });
        self
    }

    /// The text of one member of the body; what is wrong with it is added.
    pub fn plain_text(
        &mut self,
        pointer: &'static str,
        read: Result<PlainText, NotPlain>,
    ) -> Option<PlainText> {
        read.map_err(|why| self.errors.push(FieldError::not_plain(pointer, why))).ok()
    }

    /// Adds what is wrong with single members of the body.
    #[must_use]
    pub fn faults(mut self, faults: Faults) -> Self {
        self.errors.extend(faults.0.into_iter().map(FieldError::from));
        self
    }

    /// Adds when to try again, in seconds; at least 1.
    #[must_use]
    pub fn retry_after(mut self, seconds: i64) -> Self {
        self.retry_after = Some(u64::try_from(seconds).unwrap_or(1).max(1));
        self
    }

    /// An error of ours: the cause goes to the log once, with the request's id; the client is told only that.
    pub fn internal(cause: &dyn std::error::Error) -> Self {
        Self { cause: Some(Chain(cause).to_string().into()), ..Self::new(&kinds::INTERNAL) }
    }

    /// Writes the cause, if there is one, to the log.
    pub(crate) fn log(&self, request_id: &str) {
        if let Some(cause) = &self.cause {
            tracing::error!(request_id, cause, status = self.kind.status, "{}", self.kind.slug);
        }
    }

    /// The document for a request to `instance` that was answered under `request_id`.
    pub(crate) fn document(&self, instance: &str, request_id: &str, lang: &str) -> String {
        let document = Document {
            kind: format!("/problems/{}", self.kind.slug),
            title: self.kind.title.lang(lang),
            status: self.kind.status,
            detail: self.detail.as_ref().map(|text| text.lang(lang)),
            instance,
            code: self.code.unwrap_or(self.kind.slug),
            request_id,
            errors: self
                .errors
                .iter()
                .map(|e| DocumentError { pointer: &e.pointer, code: e.code, detail: e.detail.lang(lang) })
                .collect(),
        };
        serde_json::to_string(&document).unwrap_or_else(|_| String::from("{}"))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.status, self.kind.slug)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status_code());
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if let Some(allow) = self.allow.as_deref().and_then(|a| HeaderValue::from_str(a).ok()) {
            response.insert_header((header::ALLOW, allow));
        }
        if self.kind.status == 401 {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        response.extensions_mut().insert(self.clone());
        response.finish()
    }
}

/// An error with all its causes, for the log.
struct Chain<'a>(&'a dyn std::error::Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// A problem as it is told.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(super) struct Document<'a> {
    /// The page that explains this kind of problem: `/problems/{slug}`.
    #[serde(rename = "type")]
    kind: String,
    /// What it is.
    title: &'a str,
    /// HTTP status.
    status: u16,
    /// What happened this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    /// The path that was asked for.
    instance: &'a str,
    /// For programs; more exact than `type`.
    code: &'a str,
    /// Under which the log tells more.
    request_id: &'a str,
    /// What is wrong with single members of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<DocumentError<'a>>,
}

/// One member of the request that cannot be used.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ProblemError")]
struct DocumentError<'a> {
    /// JSON pointer into the body.
    pointer: &'a str,
    /// For programs.
    code: &'a str,
    /// What would be right.
    detail: &'a str,
}
