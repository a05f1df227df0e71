//! Units. Their contact is sealed: it names a person.

use liangzheng_core::time::{Day, UnixTime};

use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::unit::{Contact, Succession, Unit, UnitState};
use crate::domain::clock::Entropy;
use crate::secrets::Secrets;
use crate::storage::day::{number, of_number};
use crate::storage::sql::{all, columns, execute, one, statements, value, values};
use crate::storage::{StorageError, Tx};

/// A unit with all that is kept of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptUnit {
    /// What it is.
    pub unit: Unit,
    /// Who is responsible.
    pub contact: Option<Contact>,
    /// Whether its counter restores accounts whose owners have lost their way in.
    pub recovers: bool,
    /// Rises with every change.
    pub changes: i64,
    /// Since when it has been active; `None` = it never was.
    pub worked_at: Option<i64>,
    /// The day on which its work moves.
    pub ends_on: Option<Day>,
    /// Where its work moves, or moved.
    pub succession: Option<Succession>,
    /// Kinds that it issued before its work moved: licences still name it.
    pub former_kinds: Vec<KindCode>,
}

#[derive(sqlx::FromRow)]
struct UnitRow {
    id: Uscc,
    names: String,
    regions: String,
    capacities: String,
    audiences: String,
    parent: Option<Uscc>,
    successor: Option<Uscc>,
    state: String,
}

#[derive(sqlx::FromRow)]
struct KeptRow {
    contact: Option<Vec<u8>>,
    recovers: i64,
    changes: i64,
    worked_at: Option<i64>,
    ends_on: Option<i64>,
    succession: Option<String>,
    former_kinds: String,
}

#[derive(sqlx::FromRow)]
struct WholeRow {
    #[sqlx(flatten)]
    unit: UnitRow,
    #[sqlx(flatten)]
    kept: KeptRow,
}

impl WholeRow {
    fn open(self, secrets: &Secrets) -> Result<KeptUnit, StorageError> {
        kept(Unit::try_from(self.unit)?, self.kept, secrets)
    }
}

/// A unit's lists as the columns have them.
struct Columns {
    names: String,
    regions: String,
    capacities: String,
    audiences: String,
}

impl Columns {
    fn of(unit: &Unit) -> Result<Self, StorageError> {
        let text =
            |value: serde_json::Result<String>, column| value.map_err(|_| inconsistent(unit.id, column));
        Ok(Self {
            names: text(serde_json::to_string(&unit.names), "names")?,
            regions: text(serde_json::to_string(&unit.regions), "regions")?,
            capacities: text(serde_json::to_string(&unit.capacities), "capacities")?,
            audiences: text(serde_json::to_string(&unit.audiences), "audiences")?,
        })
    }
}

/// Adds a unit without a contact; false if there is one with its code.
pub async fn insert(tx: &mut Tx, unit: &Unit, now: UnixTime) -> Result<bool, StorageError> {
    let Columns { names, regions, capacities, audiences } = Columns::of(unit)?;
    let worked_at = (unit.state == UnitState::Active).then_some(now.0);
    let inserted = execute!(
        tx,
        INSERT,
        unit.id,
        &names,
        &regions,
        &capacities,
        &audiences,
        unit.parent,
        unit.successor,
        unit.state.as_str(),
        worked_at,
        now.0
    )?;
    Ok(inserted == 1)
}

/// A unit by its code.
pub async fn find(tx: &mut Tx, id: Uscc) -> Result<Option<Unit>, StorageError> {
    let row: Option<UnitRow> = one!(tx, FIND, id)?;
    row.map(Unit::try_from).transpose()
}

/// A unit by its code, with all that is kept of it.
pub async fn find_kept(tx: &mut Tx, secrets: &Secrets, id: Uscc) -> Result<Option<KeptUnit>, StorageError> {
    let row: Option<WholeRow> = one!(tx, FIND_KEPT, id)?;
    row.map(|row| row.open(secrets)).transpose()
}

/// The same, held until the transaction ends: what is decided on a unit and on the roles in it is decided by one
/// transaction at a time.
pub async fn find_kept_and_hold(
    tx: &mut Tx,
    secrets: &Secrets,
    id: Uscc,
) -> Result<Option<KeptUnit>, StorageError> {
    execute!(tx, HOLD, id)?;
    find_kept(tx, secrets, id).await
}

/// Every unit, by its code.
pub async fn all(tx: &mut Tx) -> Result<Vec<Unit>, StorageError> {
    let rows: Vec<UnitRow> = all!(tx, ALL)?;
    rows.into_iter().map(Unit::try_from).collect()
}

/// The units after `after` with all that is kept of them, in the order of their codes; of one state only, if it is given.
pub async fn list_kept(
    tx: &mut Tx,
    secrets: &Secrets,
    after: &str,
    state: Option<UnitState>,
    limit: i64,
) -> Result<Vec<KeptUnit>, StorageError> {
    let rows: Vec<WholeRow> = all!(tx, LIST_KEPT, after, state.map(UnitState::as_str), limit)?;
    rows.into_iter().map(|row| row.open(secrets)).collect()
}

/// How many units are in a state.
pub async fn count(tx: &mut Tx, state: UnitState) -> Result<i64, StorageError> {
    value!(tx, COUNT, state.as_str())
}

/// Codes of the units whose work moves on `day` at the latest.
pub async fn ending(tx: &mut Tx, day: Day) -> Result<Vec<Uscc>, StorageError> {
    values!(tx, ENDING, number(day))
}

/// Kinds that units issued before their work moved, by unit.
pub async fn former_kinds(tx: &mut Tx) -> Result<Vec<(Uscc, Vec<KindCode>)>, StorageError> {
    let rows: Vec<(Uscc, String)> = all!(tx, FORMER_KINDS)?;
    let read = |(id, kinds): (Uscc, String)| {
        Ok((id, serde_json::from_str(&kinds).map_err(|_| inconsistent(id, "former_kinds"))?))
    };
    rows.into_iter().map(read).collect()
}

/// Puts the units below `from` below `to`.
pub async fn adopt(tx: &mut Tx, from: Uscc, to: Uscc) -> Result<(), StorageError> {
    execute!(tx, ADOPT, from, to).map(drop)
}

/// Keeps what a unit has become, if it still has `before.changes`; otherwise somebody was faster.
pub async fn replace(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    before: &KeptUnit,
    after: &KeptUnit,
) -> Result<(), StorageError> {
    let unit = &after.unit;
    let wrong = |column| move |_| inconsistent(unit.id, column);
    let Columns { names, regions, capacities, audiences } = Columns::of(unit)?;
    let contact = match &after.contact {
        Some(contact) => {
            let plain = serde_json::to_vec(contact).map_err(wrong("contact"))?;
            Some(secrets.seal(&place(unit.id), &plain, entropy))
        }
        None => None,
    };
    let succession =
        after.succession.as_ref().map(serde_json::to_string).transpose().map_err(wrong("succession"))?;
    let former_kinds = serde_json::to_string(&after.former_kinds).map_err(wrong("former_kinds"))?;
    let done = execute!(
        tx,
        REPLACE,
        unit.id,
        before.changes,
        &names,
        &regions,
        &capacities,
        &audiences,
        unit.parent,
        unit.successor,
        unit.state.as_str(),
        contact,
        i64::from(after.recovers),
        after.changes,
        after.worked_at,
        after.ends_on.map(number),
        succession,
        &former_kinds
    )?;
    if done == 1 { Ok(()) } else { Err(StorageError::Conflict) }
}

impl TryFrom<UnitRow> for Unit {
    type Error = StorageError;

    fn try_from(row: UnitRow) -> Result<Self, StorageError> {
        let wrong = |column| move |_| inconsistent(row.id, column);
        Ok(Self {
            id: row.id,
            names: serde_json::from_str(&row.names).map_err(wrong("names"))?,
            regions: serde_json::from_str(&row.regions).map_err(wrong("regions"))?,
            capacities: serde_json::from_str(&row.capacities).map_err(wrong("capacities"))?,
            audiences: serde_json::from_str(&row.audiences).map_err(wrong("audiences"))?,
            parent: row.parent,
            successor: row.successor,
            state: row.state.parse().map_err(|_| inconsistent(row.id, "state"))?,
        })
    }
}

fn kept(unit: Unit, row: KeptRow, secrets: &Secrets) -> Result<KeptUnit, StorageError> {
    let id = unit.id;
    let wrong = |column| move || inconsistent(id, column);
    let contact = match row.contact {
        Some(sealed) => {
            let plain = secrets.open(&place(id), &sealed).map_err(|_| inconsistent(id, "contact"))?;
            Some(serde_json::from_slice(&plain).map_err(|_| inconsistent(id, "contact"))?)
        }
        None => None,
    };
    let succession = row.succession.as_deref().map(serde_json::from_str).transpose();
    let ends_on = row.ends_on.map(|day| of_number(day).ok_or_else(wrong("ends_on"))).transpose()?;
    Ok(KeptUnit {
        unit,
        contact,
        recovers: row.recovers == 1,
        changes: row.changes,
        worked_at: row.worked_at,
        ends_on,
        succession: succession.map_err(|_| inconsistent(id, "succession"))?,
        former_kinds: serde_json::from_str(&row.former_kinds)
            .map_err(|_| inconsistent(id, "former_kinds"))?,
    })
}

fn place(id: Uscc) -> String {
    format!("unit.contact/{id}")
}

fn inconsistent(id: Uscc, column: &'static str) -> StorageError {
    StorageError::Inconsistent { table: "catalogue_unit", column, row: id.to_string() }
}

columns!(unit = "id, names, regions, capacities, audiences, parent, successor, state");
columns!(kept = "contact, recovers, changes, worked_at, ends_on, succession, former_kinds");

statements! {
    INSERT = concat!("INSERT INTO catalogue_unit (", unit!(), ", worked_at, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING");
    ALL = concat!("SELECT ", unit!(), " FROM catalogue_unit ORDER BY id");
    FIND = concat!("SELECT ", unit!(), " FROM catalogue_unit WHERE id = $1");
    FIND_KEPT = concat!("SELECT ", unit!(), ", ", kept!(), " FROM catalogue_unit WHERE id = $1");
    HOLD = "UPDATE catalogue_unit SET changes = changes WHERE id = $1";
    LIST_KEPT = concat!("SELECT ", unit!(), ", ", kept!(), " FROM catalogue_unit \
        WHERE id > $1 AND (state = $2 OR $2 IS NULL) ORDER BY id LIMIT $3");
    COUNT = "SELECT COUNT(*) FROM catalogue_unit WHERE state = $1";
    ENDING = "SELECT id FROM catalogue_unit WHERE ends_on <= $1 ORDER BY id";
    FORMER_KINDS = "SELECT id, former_kinds FROM catalogue_unit WHERE former_kinds <> '[]' ORDER BY id";
    ADOPT = "UPDATE catalogue_unit SET parent = CASE WHEN id = $2 THEN NULL ELSE $2 END, changes = changes + 1 \
        WHERE parent = $1";
    REPLACE = "UPDATE catalogue_unit SET names = $3, regions = $4, capacities = $5, audiences = $6, parent = $7, \
        successor = $8, state = $9, contact = $10, recovers = $11, changes = $12, worked_at = $13, ends_on = $14, \
        succession = $15, former_kinds = $16 WHERE id = $1 AND changes = $2";
}
