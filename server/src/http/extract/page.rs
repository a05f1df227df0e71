//! `?cursor=&limit=`: which page of a list is asked for.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest, web};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::http::problem::{Problem, kinds};

/// The page that is asked for. Lists are newest first, and a cursor is the number of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// Rows before this number; `None` = from the beginning.
    pub before: Option<i64>,
    /// How many items it may have.
    pub limit: i64,
}

/// The query as sent.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// Items on the page; 50 if not given.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
}

impl FromRequest for Paging {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let query = web::Query::<PageQuery>::from_request(request, payload).into_inner();
        ready(query.and_then(|query| Ok(query.into_inner().read()?)))
    }
}

impl PageQuery {
    fn read(self) -> Result<Paging, Problem> {
        let limit = items_on_page(self.limit)?;
        let before = self.cursor.as_deref().map(str::parse).transpose().map_err(|_| no_cursor())?;
        Ok(Paging { before, limit })
    }
}

/// How many items a page may have, as asked for; of any list, whatever its cursor is.
pub(crate) fn items_on_page(asked: Option<i64>) -> Result<i64, Problem> {
    let limit = asked.unwrap_or(DEFAULT_LIMIT);
    if (1..=MAX_LIMIT).contains(&limit) {
        Ok(limit)
    } else {
        Err(Problem::new(&kinds::INVALID).field("/limit", "range", "应为 1 到 200", "give 1 to 200"))
    }
}

/// What was sent as a cursor is none; of any list.
pub(crate) fn no_cursor() -> Problem {
    Problem::new(&kinds::INVALID).field(
        "/cursor",
        "malformed",
        "请使用上一页给出的 next",
        "use next of the page before",
    )
}

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;
