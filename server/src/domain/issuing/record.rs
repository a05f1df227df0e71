//! What is sealed of a licence version: its record, as canonical JSON (RFC 8785).
//!
//! Everything a reader needs who has nothing but the file: who issued what to whom, what stands on it, how long. Not its
//! status: that changes, and is asked for.

use std::collections::BTreeMap;

use liangzheng_core::time::{Day, UnixTime};
use serde::Serialize;

use crate::domain::actor::holder::Holder;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::LicenceId;
use crate::domain::licence::Licence;

/// The record. Members are added only with a new `v`.
#[derive(Debug, Serialize)]
pub struct Record<'a> {
    v: u8,
    id: LicenceId,
    identifier: String,
    kind: Named<KindCode>,
    unit: Named<Uscc>,
    co_issuers: Vec<Named<Uscc>>,
    holder: Person<'a>,
    co_holders: Vec<Person<'a>>,
    face: BTreeMap<&'a str, &'a str>,
    valid_from: Day,
    valid_to: Option<Day>,
    sealed_at: UnixTime,
}

/// A code and what it was called when the licence was sealed.
#[derive(Clone, Debug, Serialize)]
pub struct Named<T> {
    /// The code.
    pub code: T,
    /// The Chinese name: of legal effect.
    pub name: String,
}

#[derive(Debug, Serialize)]
struct Person<'a> {
    #[serde(rename = "type")]
    holder_type: &'static str,
    name: &'a str,
    id_type: &'a str,
    id_number: &'a str,
}

impl<'a> Record<'a> {
    /// The record of `licence`, sealed at `now`.
    pub fn of(
        licence: &'a Licence,
        kind: Named<KindCode>,
        unit: Named<Uscc>,
        co_issuers: Vec<Named<Uscc>>,
        holders: (&'a Holder, &'a [Holder]),
        now: UnixTime,
    ) -> Self {
        Self {
            v: 1,
            id: licence.id,
            identifier: licence.identifier.to_string(),
            kind,
            unit,
            co_issuers,
            holder: Person::of(holders.0),
            co_holders: holders.1.iter().map(Person::of).collect(),
            face: licence.face.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect(),
            valid_from: licence.valid_from,
            valid_to: licence.valid_to,
            sealed_at: now,
        }
    }

    /// Its one text.
    pub fn canonical(&self) -> serde_json::Result<Vec<u8>> {
        serde_json_canonicalizer::to_vec(self)
    }
}

impl<'a> Person<'a> {
    fn of(holder: &'a Holder) -> Self {
        Self {
            holder_type: holder.kind.as_str(),
            name: &holder.name,
            id_type: holder.number.id_type(),
            id_number: holder.number.number(),
        }
    }
}
