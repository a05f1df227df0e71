//! A signed delta: what changed between two publications, over all shards at once.

use alloc::{
    collections::{BTreeMap, BinaryHeap},
    string::String,
    vec::Vec,
};

use serde::Serialize;

use super::{DELTA_TYP, SHARD_ENTRIES, StatusArray, array::MAX_WIRE};
use crate::{
    base64url,
    by_name::ByName,
    json::Node,
    jws,
    key::{SignError, Signer},
    limits::{MAX_DELTA, MAX_LIST_DEPTH, STATUS_LIFETIME},
    members::{Members, wrong},
    refusal::{Code, Refusal},
    time::UnixTime,
    trust::{Purpose, Trust, read_signed},
};

/// The state of all lists at one publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// `iat` of the lists.
    pub iat: UnixTime,
    /// `exp` of the lists.
    pub exp: UnixTime,
    /// URI → SHA-256 of the inflated array.
    pub lists: ByName<[u8; 32]>,
}

/// How to get from one publication to a later one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// When the delta was made.
    pub iat: UnixTime,
    /// Where it starts.
    pub base: Snapshot,
    /// Where it leads.
    pub next: Snapshot,
    /// URI → (index, new wire value), by rising index.
    pub chg: ByName<Vec<(u32, u8)>>,
}

#[derive(Serialize)]
struct Wire {
    iat: UnixTime,
    base: WireSnapshot,
    next: WireSnapshot,
    chg: ByName<String>,
}

#[derive(Serialize)]
struct WireSnapshot {
    iat: UnixTime,
    exp: UnixTime,
    lists: ByName<String>,
}

impl Snapshot {
    fn take(members: &mut Members<'_>) -> Result<Self, Refusal> {
        let lists = members.map("lists", |hash| match hash {
            Node::Text(hash) => base64url::decode_array(&hash).ok_or_else(|| wrong("lists")),
            _ => Err(wrong("lists")),
        })?;
        Ok(Self { iat: members.time("iat")?, exp: members.time("exp")?, lists: lists.into_iter().collect() })
    }
}

impl Delta {
    /// Reads the payload of a delta; whether it is signed, and where it leads, is not looked at.
    ///
    /// # Errors
    /// What is missing, of the wrong form, or not agreed.
    pub fn read(payload: &[u8]) -> Result<Self, Refusal> {
        let mut delta = Members::read(payload, MAX_LIST_DEPTH, &["iat", "base", "next", "chg"])?;
        let chg = delta.map("chg", |changes| match changes {
            Node::Text(packed) => base64url::decode(&packed)
                .and_then(|bytes| unpack_changes(&bytes))
                .ok_or_else(|| wrong("chg")),
            _ => Err(wrong("chg")),
        })?;
        Ok(Self {
            iat: delta.time("iat")?,
            base: Snapshot::take(&mut delta.object("base", &["iat", "exp", "lists"])?)?,
            next: Snapshot::take(&mut delta.object("next", &["iat", "exp", "lists"])?)?,
            chg: chg.into_iter().collect(),
        })
    }
}

/// Signs a delta.
///
/// # Errors
/// As the signer's; [`SignError::Content`] for changes that do not rise or lie outside a shard, and for a
/// delta longer than verifiers take: then the lists are fetched whole.
pub fn sign_delta(delta: &Delta, signer: &dyn Signer) -> Result<String, SignError> {
    let content = || SignError::Content("delta".into());
    let mut chg = ByName::new();
    for (uri, changes) in delta.chg.iter() {
        chg.insert(uri.into(), base64url::encode(pack_changes(changes).ok_or_else(content)?));
    }
    let wire =
        Wire { iat: delta.iat, base: wire_snapshot(&delta.base), next: wire_snapshot(&delta.next), chg };
    let payload = serde_json::to_vec(&wire).map_err(|_| content())?;
    let text = jws::sign(DELTA_TYP, &payload, signer)?;
    if text.len() > MAX_DELTA { Err(content()) } else { Ok(text) }
}

fn wire_snapshot(snapshot: &Snapshot) -> WireSnapshot {
    let lists = snapshot.lists.iter().map(|(uri, hash)| (uri.into(), base64url::encode(hash)));
    WireSnapshot { iat: snapshot.iat, exp: snapshot.exp, lists: lists.collect() }
}

/// Groups of changes to the same value, by rising value: the value's byte, how many, their gaps; both numbers in LEB128.
/// A gap counts from the entry after the group's last one, so the first entry of a shard is gap 0. A day changes to few
/// values, so this takes a quarter less than a value byte behind each gap.
fn pack_changes(changes: &[(u32, u8)]) -> Option<Vec<u8>> {
    if !rise(changes) || changes.iter().any(|(index, value)| *index >= SHARD_ENTRIES || *value > MAX_WIRE) {
        return None;
    }
    let mut groups = BTreeMap::<u8, Vec<u32>>::new();
    for (index, value) in changes {
        groups.entry(*value).or_default().push(*index);
    }
    let mut bytes = Vec::new();
    for (value, indices) in groups {
        bytes.push(value);
        put_number(&mut bytes, u32::try_from(indices.len()).ok()?)?;
        let mut next = 0_u32;
        for index in indices {
            put_number(&mut bytes, index.checked_sub(next)?)?;
            next = index.checked_add(1)?;
        }
    }
    Some(bytes)
}

fn unpack_changes(bytes: &[u8]) -> Option<Vec<(u32, u8)>> {
    let mut changes = Vec::new();
    let mut rest = bytes.iter();
    let mut lowest = 0;
    while let Some(value) = rest.next() {
        if *value < lowest || *value > MAX_WIRE {
            return None;
        }
        lowest = value.checked_add(1)?;
        let count = take_number(&mut rest).filter(|count| *count > 0)?;
        let mut next = 0_u32;
        for _ in 0..count {
            let gap = take_number(&mut rest)?;
            let index = next.checked_add(gap).filter(|index| *index < SHARD_ENTRIES)?;
            changes.push((index, *value));
            next = index.checked_add(1)?;
        }
    }
    // A heap instead of a sort: a fraction of the code in the browser's module.
    let changes = BinaryHeap::from(changes).into_sorted_vec();
    rise(&changes).then_some(changes)
}

/// Whether no entry is named twice, and the changes stand in their order.
fn rise(changes: &[(u32, u8)]) -> bool {
    changes.is_sorted_by(|(earlier, _), (later, _)| earlier < later)
}

/// LEB128, in three bytes at the most: they reach past a shard.
fn put_number(bytes: &mut Vec<u8>, mut number: u32) -> Option<()> {
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).ok()? | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).ok()?);
    Some(())
}

fn take_number<'a>(rest: &mut impl Iterator<Item = &'a u8>) -> Option<u32> {
    let mut byte = *rest.next()?;
    let mut number = u32::from(byte & 0x7f);
    let mut shift = 7_u32;
    while byte & 0x80 != 0 {
        byte = *rest.next()?;
        // Three bytes reach past a shard; a last byte of zero would be a second spelling.
        if shift > 14 || byte == 0 {
            return None;
        }
        number |= u32::from(byte & 0x7f).checked_shl(shift)?;
        shift = shift.checked_add(7)?;
    }
    Some(number)
}

/// A delta whose signature verified.
#[derive(Debug)]
pub(crate) struct ReadDelta {
    pub(crate) delta: Delta,
    pub(crate) kid: String,
    pub(crate) operator: String,
}

/// Reads and verifies a delta.
pub(crate) fn read_delta(text: &str, trust: &Trust, now: UnixTime) -> Result<ReadDelta, Refusal> {
    let signed = read_signed(text, MAX_DELTA, DELTA_TYP, Purpose::Status, Code::StatusSig, trust)?;
    let delta = Delta::read(&signed.payload).map_err(|_| Code::Format)?;
    signed.key_was_good(trust, delta.iat, now)?;
    let lifetime = delta.next.exp.since(delta.next.iat);
    if lifetime.0 <= 0 || lifetime > STATUS_LIFETIME || delta.next.iat <= delta.base.iat {
        return Err(Code::Lifetime.into());
    }
    Ok(ReadDelta { delta, kid: signed.kid, operator: signed.operator })
}

impl Delta {
    /// The list `uri` after this delta; `array` is the list before, `hash` its SHA-256.
    ///
    /// # Errors
    /// `E_DELTA_BASE` if the delta starts elsewhere, `E_DELTA_RESULT` if it does not lead where it says.
    pub(crate) fn apply(
        &self,
        uri: &str,
        array: &StatusArray,
        hash: &[u8; 32],
    ) -> Result<(StatusArray, [u8; 32]), Refusal> {
        let (Some(base), Some(next)) = (self.base.lists.get(uri), self.next.lists.get(uri)) else {
            return Err(Code::DeltaBase.into());
        };
        if base != hash {
            return Err(Code::DeltaBase.into());
        }
        let mut changed = array.clone();
        for (index, value) in self.chg.get(uri).into_iter().flatten() {
            changed.set_wire(*index, *value);
        }
        let result = if self.chg.contains(uri) { changed.sha256() } else { *hash };
        if result == *next { Ok((changed, result)) } else { Err(Code::DeltaResult.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn changes_are_read_back_as_written() {
        for (changes, bytes) in [
            (vec![], vec![]),
            (vec![(0, 1)], vec![1, 1, 0]),
            (vec![(0, 1), (1, 2), (2, 1)], vec![1, 2, 0, 1, 2, 1, 1]),
            (vec![(128, 15), (1_048_575, 0)], vec![0, 1, 0xff, 0xff, 0x3f, 15, 1, 0x80, 1]),
        ] {
            assert_eq!(pack_changes(&changes), Some(bytes.clone()));
            assert_eq!(unpack_changes(&bytes), Some(changes));
        }
    }

    #[test]
    fn malformed_changes_are_refused() {
        for changes in [vec![(5, 1), (5, 2)], vec![(5, 1), (4, 1)], vec![(SHARD_ENTRIES, 1)], vec![(0, 16)]] {
            assert_eq!(pack_changes(&changes), None, "{changes:?}");
        }
        for (bytes, why) in [
            (&[0_u8][..], "no number"),
            (&[1, 0], "an empty group"),
            (&[1, 1], "fewer than it says"),
            (&[1, 2, 5], "fewer than it says"),
            (&[1, 1, 0x80, 0], "a number with a zero to spare"),
            (&[1, 0x81, 0, 0], "a number with a zero to spare"),
            (&[1, 1, 0x80], "a number that breaks off"),
            (&[1, 1, 0xff, 0xff, 0xff, 1], "a number of four bytes"),
            (&[1, 1, 0xff, 0xff, 0x7f], "beyond the shard"),
            (&[1, 2, 0xff, 0xff, 0x3f, 0], "beyond the shard"),
            (&[16, 1, 0], "a value of five bits"),
            (&[2, 1, 0, 1, 1, 5], "values that fall"),
            (&[1, 1, 0, 1, 1, 5], "a value twice"),
            (&[1, 1, 5, 2, 1, 5], "an entry twice"),
            (&[1, 1, 0, 0], "something left over"),
        ] {
            assert_eq!(unpack_changes(bytes), None, "{why}");
        }
    }
}
