//! A signed status list token.

use alloc::string::String;

use serde::Serialize;

use super::{LIST_TYP, SHARD_BYTES, StatusArray, packed};
use crate::{
    limits::{MAX_LIST_DEPTH, MAX_STATUS_JWT, STATUS_LIFETIME},
    members::Members,
    refusal::{Code, Refusal},
    time::{Seconds, UnixTime},
    trust::{Purpose, Trust, read_signed},
};

/// The claims of a status list beside the list itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListHead {
    /// The list's URI, as tokens name it.
    pub sub: String,
    /// When it was made; strictly rises from list to list.
    pub iat: UnixTime,
    /// From when it proves no good standing; at most 7 days after `iat`.
    pub exp: UnixTime,
    /// After this time it should be fetched again.
    pub ttl: Seconds,
}

#[derive(Serialize)]
pub(super) struct Wire {
    pub(super) sub: String,
    pub(super) iat: UnixTime,
    pub(super) exp: UnixTime,
    pub(super) ttl: Seconds,
    pub(super) status_list: WireList,
}

#[derive(Serialize)]
pub(super) struct WireList {
    pub(super) bits: u64,
    pub(super) lst: String,
}

impl Wire {
    fn read(payload: &[u8]) -> Result<Self, Refusal> {
        let mut wire = Members::read(payload, MAX_LIST_DEPTH, &["sub", "iat", "exp", "ttl", "status_list"])?;
        let mut list = wire.object("status_list", &["bits", "lst"])?;
        Ok(Self {
            sub: wire.text("sub")?,
            iat: wire.time("iat")?,
            exp: wire.time("exp")?,
            ttl: wire.seconds("ttl")?,
            status_list: WireList { bits: list.count("bits")?, lst: list.text("lst")? },
        })
    }
}

pub(super) fn lifetime_is_right(head: &ListHead) -> bool {
    let lifetime = head.exp.since(head.iat);
    lifetime.0 > 0 && lifetime <= STATUS_LIFETIME && head.ttl.0 > 0
}

/// A status list whose signature verified.
#[derive(Debug)]
pub(crate) struct ReadList {
    pub(crate) head: ListHead,
    pub(crate) array: StatusArray,
    pub(crate) kid: String,
    pub(crate) operator: String,
}

/// Reads and verifies a status list; it is inflated only after its signature held.
pub(crate) fn read_list(text: &str, trust: &Trust, now: UnixTime) -> Result<ReadList, Refusal> {
    let signed = read_signed(text, MAX_STATUS_JWT, LIST_TYP, Purpose::Status, Code::StatusSig, trust)?;
    let wire = Wire::read(&signed.payload).map_err(|_| Code::Format)?;
    signed.key_was_good(trust, wire.iat, now)?;
    let head = ListHead { sub: wire.sub, iat: wire.iat, exp: wire.exp, ttl: wire.ttl };
    if !lifetime_is_right(&head) {
        return Err(Code::Lifetime.into());
    }
    if wire.status_list.bits != 4 {
        return Err(Code::StatusSize.into());
    }
    let array = StatusArray::from_bytes(packed::inflate(&wire.status_list.lst, SHARD_BYTES)?)
        .ok_or(Code::StatusSize)?;
    Ok(ReadList { head, array, kid: signed.kid, operator: signed.operator })
}
