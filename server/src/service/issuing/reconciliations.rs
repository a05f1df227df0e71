//! A unit's own list beside what is here: what is missing, extra or different (R29).
//!
//! The list is read and thrown away; the counts and the differences are kept. Neither holds a name or a number of a person.

use std::collections::{HashMap, HashSet};

use aws_lc_rs::digest::{SHA256, digest};
use liangzheng_core::identifier::Identifier;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pictures::hex;
use crate::App;
use crate::domain::access::{Permit, Reconcile, Scope};
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::fault::Faults;
use crate::domain::ids::{LicenceId, ReconciliationId};
use crate::domain::issuing::reconciliation::Found;
use crate::domain::licence::Status;
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::day::of_number;
use crate::storage::idempotency::Claim;
use crate::storage::issuing::reconciliation::{self as stored, DifferenceRow, ReconciliationRow};
use crate::storage::licence::listing::{self, ListedRow, Listing};
use crate::storage::licence::record;
use crate::storage::{StorageError, Tx, page};

/// A row of the list.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListRow {
    /// GB/T 36904, with or without its root.
    pub identifier: String,
    /// `ACTIVE`, `REVOKED` …; left out = not compared.
    #[serde(default)]
    pub status: Option<String>,
    /// Last day of validity, `YYYYMMDD`, or `long-term`; left out = not compared.
    #[serde(default)]
    pub valid_to: Option<String>,
    /// SHA-256 in lower-case hexadecimal of the face as canonical JSON (RFC 8785), keys and values; left out = not
    /// compared.
    #[serde(default)]
    pub digest: Option<String>,
}

/// A comparison; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reconciliation {
    /// Its id.
    pub id: ReconciliationId,
    /// The kind that was compared.
    pub kind: KindCode,
    /// Rows of the list.
    pub rows: i64,
    /// Rows that are here and are the same.
    pub same: i64,
    /// Rows that are not here.
    pub missing: i64,
    /// Licences here that have not ended and are not in the list.
    pub extra: i64,
    /// Rows that are here and differ.
    pub different: i64,
    /// When, in unix seconds.
    pub at: i64,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Identifier of the licence.
    pub identifier: String,
    /// The licence here; none of what is missing.
    pub licence: Option<LicenceId>,
    /// How it stands.
    pub found: Found,
    /// What differs.
    pub member: Option<String>,
    /// Its value in the list.
    pub theirs: Option<String>,
    /// Its value here.
    pub ours: Option<String>,
}

/// Why nothing was compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReconcileError {
    /// No such comparison of the caller's unit.
    #[error("no such comparison")]
    NotFound,
    /// Rows that cannot be read.
    #[error("the list cannot be used as it is")]
    Faults(Faults),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for ReconcileError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

impl From<ReconciliationRow> for Reconciliation {
    fn from(row: ReconciliationRow) -> Self {
        let ReconciliationRow { id, kind, rows, same, missing, extra, different, at, .. } = row;
        Self { id, kind, rows, same, missing, extra, different, at }
    }
}

impl TryFrom<DifferenceRow> for Difference {
    type Error = StorageError;

    fn try_from(row: DifferenceRow) -> Result<Self, StorageError> {
        let DifferenceRow { identifier, licence, found, member, theirs, ours, .. } = row;
        let found = found.parse().map_err(|_| StorageError::Inconsistent {
            table: "issuing_difference",
            column: "found",
            row: identifier.clone(),
        })?;
        Ok(Self { identifier, licence, found, member, theirs, ours })
    }
}

/// Compares a list of a unit's licences of one kind with those here.
pub async fn compare(
    app: &App,
    permit: &Permit<Reconcile>,
    kind: KindCode,
    rows: &[ListRow],
    key: Option<Claim>,
) -> Result<Reply<Reconciliation>, ReconcileError> {
    let theirs = read(kind, rows)?;
    let unit = permit.scope();
    // Before the writer is held: a hundred thousand rows take seconds.
    let mut tx = app.db.begin_read().await?;
    let ours = here(&mut tx, unit, kind).await?;
    let mut same = 0;
    let mut found = Vec::new();
    for (identifier, row) in &theirs {
        match ours.get(identifier) {
            None => found.push(difference(identifier, Found::Missing, None)),
            Some(licence) => match differs(app, &mut tx, row, licence).await? {
                None => same += 1,
                Some((member, theirs, ours)) => found.push(DifferenceRow {
                    member: Some(member.to_owned()),
                    theirs: Some(theirs),
                    ours: Some(ours),
                    ..difference(identifier, Found::Different, Some(licence.id))
                }),
            },
        }
    }
    tx.commit().await?;
    let listed: HashSet<&String> = theirs.iter().map(|(identifier, _)| identifier).collect();
    let is_extra = |(id, row): &(&String, &ListedRow)| !has_ended(row) && !listed.contains(id);
    let mut extra: Vec<_> = ours.iter().filter(is_extra).collect();
    extra.sort_by_key(|(identifier, _)| *identifier);
    found.extend(
        extra.into_iter().map(|(identifier, row)| difference(identifier, Found::Extra, Some(row.id))),
    );
    let count = |sort: Found| {
        let of_sort = found.iter().filter(|one| one.found == sort.as_str());
        i64::try_from(of_sort.count()).unwrap_or(i64::MAX)
    };
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(key).await? {
        return Ok(answered);
    }
    let row = ReconciliationRow {
        id: ReconciliationId::generate(work.now, &*app.entropy),
        unit,
        kind,
        account: permit.account(),
        rows: i64::try_from(theirs.len()).unwrap_or(i64::MAX),
        same,
        missing: count(Found::Missing),
        extra: count(Found::Extra),
        different: count(Found::Different),
        at: work.now.0,
    };
    stored::insert(&mut work.tx, &row).await?;
    for (place, one) in (1..).zip(found.iter().take(MOST_KEPT)) {
        stored::insert_difference(&mut work.tx, row.id, &DifferenceRow { place, ..one.clone() }).await?;
    }
    work.audit("reconcile", &row.id.to_string(), None).await?;
    Ok(work.commit(Reconciliation::from(row)).await?)
}

/// A unit's comparisons, newest first, and where the next page begins.
pub async fn list(
    app: &App,
    permit: &Permit<Reconcile>,
    before: Option<ReconciliationId>,
    limit: i64,
) -> Result<(Vec<Reconciliation>, Option<ReconciliationId>), ReconcileError> {
    let mut tx = app.db.begin_read().await?;
    let mut rows = stored::of_unit(&mut tx, permit.scope(), before, limit.saturating_add(1)).await?;
    tx.commit().await?;
    let next = page::cut(&mut rows, limit, |row| row.id);
    Ok((rows.into_iter().map(Reconciliation::from).collect(), next))
}

/// A comparison with its differences after a place, `limit` of them at the most, and the place after which the next begin;
/// those of one sort if one is given.
pub async fn one(
    app: &App,
    permit: &Permit<Reconcile>,
    id: ReconciliationId,
    found: Option<Found>,
    after: i64,
    limit: i64,
) -> Result<(Reconciliation, Vec<Difference>, Option<i64>), ReconcileError> {
    let mut tx = app.db.begin_read().await?;
    let row = stored::find(&mut tx, permit.scope(), id).await?.ok_or(ReconcileError::NotFound)?;
    let mut differences = stored::differences(&mut tx, id, found, after, limit.saturating_add(1)).await?;
    tx.commit().await?;
    let next = page::cut(&mut differences, limit, |row| row.place);
    let differences = differences.into_iter().map(Difference::try_from).collect::<Result<_, _>>()?;
    Ok((row.into(), differences, next))
}

/// The rows by their identifier in its one spelling.
fn read(kind: KindCode, rows: &[ListRow]) -> Result<Vec<(String, &ListRow)>, ReconcileError> {
    let mut faults = Faults::default();
    let mut known: HashMap<String, usize> = HashMap::with_capacity(rows.len());
    let mut read = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        if faults.0.len() >= MOST_FAULTS {
            break;
        }
        let place = format!("/rows/{at}/identifier");
        let Ok(identifier) = Identifier::parse(row.identifier.trim()) else {
            faults.add(place, "malformed", "证照标识有误", "is no identifier");
            continue;
        };
        if identifier.kind() != kind.as_str() {
            faults.add(place, "other-kind", "不属于该证照类型", "is of another kind");
        } else if let Some(first) = known.insert(identifier.to_string(), at) {
            faults.add(
                place,
                "duplicate",
                format!("与第 {} 行重复", first + 1),
                format!("is the same as that of row {}", first + 1),
            );
        } else {
            read.push((identifier.to_string(), row));
        }
    }
    faults.none().map_err(ReconcileError::Faults)?;
    Ok(read)
}

/// Every licence version of a unit and kind, by its identifier.
async fn here(tx: &mut Tx, unit: Uscc, kind: KindCode) -> Result<HashMap<String, ListedRow>, StorageError> {
    let mut found = HashMap::new();
    let mut before: Option<LicenceId> = None;
    loop {
        let listing = Listing {
            unit,
            kind: Some(kind),
            status: None,
            changed_since: None,
            identifier: None,
            before,
            limit: AT_ONCE,
        };
        let rows = listing::of_unit(tx, listing).await?;
        let is_last = i64::try_from(rows.len()).is_ok_and(|read| read < AT_ONCE);
        before = rows.last().map(|row| row.id);
        found.extend(rows.into_iter().map(|row| (row.identifier.clone(), row)));
        if is_last {
            return Ok(found);
        }
    }
}

/// The first member that differs, with both values.
async fn differs(
    app: &App,
    tx: &mut Tx,
    theirs: &ListRow,
    ours: &ListedRow,
) -> Result<Option<(&'static str, String, String)>, StorageError> {
    if let Some(status) = theirs.status.as_ref().filter(|status| **status != ours.status) {
        return Ok(Some(("status", status.clone(), ours.status.clone())));
    }
    let last = ours.valid_to.and_then(of_number).map_or_else(|| LONG_TERM.to_owned(), |day| day.to_text());
    if let Some(valid_to) = theirs.valid_to.as_ref().filter(|valid_to| **valid_to != last) {
        return Ok(Some(("valid_to", valid_to.clone(), last)));
    }
    let Some(digest) = &theirs.digest else { return Ok(None) };
    let licence = record::find(tx, &app.secrets, Scope::All, ours.id).await?;
    let face = licence.map(|licence| licence.face).unwrap_or_default();
    let own = face_digest(&face);
    Ok((own != *digest).then(|| ("digest", digest.clone(), own)))
}

/// SHA-256 of a face as canonical JSON (RFC 8785), as units compute it of their own data.
pub fn face_digest(face: &[(String, String)]) -> String {
    let face: std::collections::BTreeMap<&str, &str> =
        face.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let canonical = serde_json_canonicalizer::to_vec(&face).unwrap_or_default();
    hex(digest(&SHA256, &canonical).as_ref())
}

fn has_ended(row: &ListedRow) -> bool {
    Status::is_final_word(&row.status)
}

/// A difference that has no place in the report yet.
fn difference(identifier: &str, found: Found, licence: Option<LicenceId>) -> DifferenceRow {
    DifferenceRow {
        place: 0,
        identifier: identifier.to_owned(),
        licence,
        found: found.as_str().to_owned(),
        member: None,
        theirs: None,
        ours: None,
    }
}

/// 长期, as a list says it.
const LONG_TERM: &str = "long-term";
/// Licences read with one statement.
const AT_ONCE: i64 = 1_000;
/// Rows told of as unreadable.
const MOST_FAULTS: usize = 100;
/// Differences kept of one comparison; the counts are whole. A list that differs in more is of another unit.
pub const MOST_KEPT: usize = 10_000;
