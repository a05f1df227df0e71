//! `?cursor=&limit=`: which page of a list is asked for.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest, web};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::http::problem::{Problem, kinds};

/// The page that is asked for: from `cursor` on, at most `limit` items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging<C> {
    /// Where it begins; `None` = at the beginning.
    pub cursor: Option<C>,
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

impl<C: FromStr> FromRequest for Paging<C> {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let query = web::Query::<PageQuery>::from_request(request, payload).into_inner();
        ready(query.and_then(|query| Ok(query.into_inner().read()?)))
    }
}

impl PageQuery {
    fn read<C: FromStr>(self) -> Result<Paging<C>, Problem> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(Problem::new(&kinds::INVALID).field(
                "/limit",
                "range",
                "应为 1 到 200",
                "give 1 to 200",
            ));
        }
        let cursor = self.cursor.as_deref().map(str::parse).transpose().map_err(|_| {
            Problem::new(&kinds::INVALID).field(
                "/cursor",
                "malformed",
                "请使用上一页给出的 next",
                "use next of the page before",
            )
        })?;
        Ok(Paging { cursor, limit })
    }
}

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;
