//! Lists of a unit's licences, without their faces: an identifier is looked for, never a person.

use liangzheng_core::identifier::Identifier;

use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::LicenceId;
use crate::storage::sql::{all, columns, one, statements, value};
use crate::storage::{StorageError, Tx};

/// A licence in a list.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ListedRow {
    /// Its id.
    pub id: LicenceId,
    /// Its number.
    pub identifier: String,
    /// Its kind.
    pub kind: KindCode,
    /// The unit that issued it.
    pub unit: Uscc,
    /// Its status.
    pub status: String,
    /// Since when.
    pub status_since: i64,
    /// First day of validity, YYYYMMDD.
    pub valid_from: i64,
    /// Last day; `None` = 长期.
    pub valid_to: Option<i64>,
    /// Counts the acts on it.
    pub version: i64,
    /// When it was entered.
    pub created_at: i64,
}

/// Which licences a list has.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// The unit's.
    pub unit: Uscc,
    /// Of this kind only.
    pub kind: Option<KindCode>,
    /// With this status only.
    pub status: Option<&'a str>,
    /// Entered, or acted on, at this time or later.
    pub changed_since: Option<i64>,
    /// With this identifier.
    pub identifier: Option<&'a Identifier>,
    /// Licences older than this one.
    pub before: Option<LicenceId>,
    /// How many at most.
    pub limit: i64,
}

/// Licences, newest first. Each filter that a database could not see through as one of many has its statement and its
/// index: a register of a million must not be walked for the three that are on hold.
pub async fn of_unit(tx: &mut Tx, listing: Listing<'_>) -> Result<Vec<ListedRow>, StorageError> {
    let Listing { unit, kind, status, changed_since, identifier, before, limit } = listing;
    let before = before.map_or_else(|| AFTER_ALL.to_owned(), |before| before.to_string());
    if let Some(identifier) = identifier.map(Identifier::as_str) {
        return all!(tx, OF_IDENTIFIER, unit, before, changed_since, limit, identifier, kind, status);
    }
    if let Some(since) = changed_since {
        // Of few that changed their ids are found first; where many did, the newest are soon met on the way.
        let changed: i64 = value!(tx, CHANGED, unit, since, FEW)?;
        let acted: i64 = value!(tx, ACTED, since, FEW)?;
        if changed + acted < FEW {
            return all!(tx, OF_CHANGED, unit, before, kind, status, since, limit);
        }
    }
    match (kind, status) {
        (None, None) => all!(tx, OF_UNIT, unit, before, changed_since, limit),
        (None, Some(status)) => all!(tx, OF_STATUS, unit, before, changed_since, limit, status),
        (Some(kind), None) => all!(tx, OF_KIND, unit, before, changed_since, limit, kind),
        (Some(kind), Some(status)) => all!(tx, OF_BOTH, unit, before, changed_since, limit, kind, status),
    }
}

/// A licence version by its id, of whichever unit.
pub async fn version(tx: &mut Tx, id: LicenceId) -> Result<Option<ListedRow>, StorageError> {
    one!(tx, VERSION, id)
}

/// The version before one.
pub async fn before(tx: &mut Tx, id: LicenceId) -> Result<Option<ListedRow>, StorageError> {
    one!(tx, BEFORE, id)
}

/// The version after one.
pub async fn after(tx: &mut Tx, id: LicenceId) -> Result<Option<ListedRow>, StorageError> {
    one!(tx, AFTER, id)
}

/// How many licences, or drafts of them, a unit has of a kind in a status.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct CountRow {
    /// The unit.
    pub unit: Uscc,
    /// The kind.
    pub kind: KindCode,
    /// The status.
    pub status: String,
    /// How many.
    pub count: i64,
}

/// How many licences and drafts there are by unit, kind and status, of one kind or with one status if one is given.
pub async fn counts(
    tx: &mut Tx,
    kind: Option<KindCode>,
    status: Option<&str>,
) -> Result<Vec<CountRow>, StorageError> {
    let mut counts: Vec<CountRow> = match kind {
        Some(kind) => all!(tx, COUNTS_OF_KIND, kind, status),
        None => all!(tx, COUNTS, status),
    }?;
    let drafts: Vec<CountRow> = all!(tx, DRAFT_COUNTS, kind, status)?;
    counts.extend(drafts);
    counts.sort_by(|one, other| {
        (one.unit, one.kind, &one.status).cmp(&(other.unit, other.kind, &other.status))
    });
    Ok(counts)
}

columns!(
    listed = "id, identifier, kind, unit, status, status_since, valid_from, valid_to, version, created_at"
);

/// What every list asks, and in which order it comes.
macro_rules! listing {
    ($filter:literal) => {
        concat!(
            "SELECT ",
            listed!(),
            " FROM licence_record WHERE unit = $1 AND id < $2 AND (status_since >= $3 OR $3 IS NULL \
                OR EXISTS (SELECT 1 FROM licence_act a WHERE a.licence = licence_record.id AND a.at >= $3)) ",
            $filter,
            " ORDER BY id DESC LIMIT $4"
        )
    };
}

statements! {
    OF_UNIT = listing!("");
    OF_STATUS = listing!("AND status = $5");
    OF_KIND = listing!("AND kind = $5");
    OF_IDENTIFIER = listing!("AND identifier = $5 AND (kind = $6 OR $6 IS NULL) AND (status = $7 OR $7 IS NULL)");
    OF_BOTH = listing!("AND kind = $5 AND status = $6");
    CHANGED = "SELECT COUNT(*) FROM (SELECT 1 FROM licence_record WHERE unit = $1 AND status_since >= $2 LIMIT $3) c";
    ACTED = "SELECT COUNT(*) FROM (SELECT 1 FROM licence_act WHERE at >= $1 LIMIT $2) c";
    OF_CHANGED = concat!("SELECT ", listed!(), " FROM licence_record WHERE unit = $1 AND id < $2 \
        AND id IN (SELECT id FROM licence_record WHERE unit = $1 AND status_since >= $5 \
            UNION SELECT licence FROM licence_act WHERE at >= $5) \
        AND (kind = $3 OR $3 IS NULL) AND (status = $4 OR $4 IS NULL) ORDER BY id DESC LIMIT $6");
    VERSION = concat!("SELECT ", listed!(), " FROM licence_record WHERE id = $1");
    BEFORE = concat!("SELECT ", listed!(), " FROM licence_record WHERE successor = $1");
    AFTER = concat!("SELECT ", listed!(), " FROM licence_record \
        WHERE id = (SELECT successor FROM licence_record WHERE id = $1)");
    // Each from one index, without the table and without sorting.
    COUNTS = "SELECT unit, kind, status, COUNT(*) AS count FROM licence_record WHERE (status = $1 OR $1 IS NULL) \
        GROUP BY kind, unit, status";
    COUNTS_OF_KIND = "SELECT unit, kind, status, COUNT(*) AS count FROM licence_record \
        WHERE kind = $1 AND (status = $2 OR $2 IS NULL) GROUP BY kind, unit, status";
    DRAFT_COUNTS = "SELECT unit, kind, state AS status, COUNT(*) AS count FROM issuing_draft \
        WHERE state <> 'ISSUED' AND state <> 'CLOSED' AND (kind = $1 OR $1 IS NULL) AND (state = $2 OR $2 IS NULL) \
        GROUP BY unit, kind, state";
}

/// Sorts after every id, in every collation: ids end in hexadecimal digits.
const AFTER_ALL: &str = "lic_g";
/// Licences that are few enough to be found by their ids.
const FEW: i64 = 2_000;
