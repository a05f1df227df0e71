//! Units.

use liangzheng_core::time::UnixTime;

use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::unit::Unit;
use crate::storage::sql::{all, columns, execute, one, statements};
use crate::storage::{StorageError, Tx};

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

/// Adds a unit; false if there is one with its code.
pub async fn insert(tx: &mut Tx, unit: &Unit, now: UnixTime) -> Result<bool, StorageError> {
    let capacities: Vec<&str> = unit.capacities.iter().map(|capacity| capacity.as_str()).collect();
    let text = |value: serde_json::Result<String>, column| value.map_err(|_| inconsistent(unit.id, column));
    let names = text(serde_json::to_string(&unit.names), "names")?;
    let regions = text(serde_json::to_string(&unit.regions), "regions")?;
    let capacities = text(serde_json::to_string(&capacities), "capacities")?;
    let audiences = text(serde_json::to_string(&unit.audiences), "audiences")?;
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
        now.0
    )?;
    Ok(inserted == 1)
}

/// A unit by its code.
pub async fn find(tx: &mut Tx, id: Uscc) -> Result<Option<Unit>, StorageError> {
    let row: Option<UnitRow> = one!(tx, FIND, id)?;
    row.map(Unit::try_from).transpose()
}

/// Every unit, by its code.
pub async fn all(tx: &mut Tx) -> Result<Vec<Unit>, StorageError> {
    let rows: Vec<UnitRow> = all!(tx, ALL)?;
    rows.into_iter().map(Unit::try_from).collect()
}

impl TryFrom<UnitRow> for Unit {
    type Error = StorageError;

    fn try_from(row: UnitRow) -> Result<Self, StorageError> {
        let wrong = |column| inconsistent(row.id, column);
        let capacities: Vec<String> =
            serde_json::from_str(&row.capacities).map_err(|_| wrong("capacities"))?;
        Ok(Self {
            id: row.id,
            names: serde_json::from_str(&row.names).map_err(|_| wrong("names"))?,
            regions: serde_json::from_str(&row.regions).map_err(|_| wrong("regions"))?,
            capacities: capacities
                .iter()
                .map(|word| word.parse().map_err(|_| wrong("capacities")))
                .collect::<Result<_, _>>()?,
            audiences: serde_json::from_str(&row.audiences).map_err(|_| wrong("audiences"))?,
            parent: row.parent,
            successor: row.successor,
            state: row.state.parse().map_err(|_| wrong("state"))?,
        })
    }
}

fn inconsistent(id: Uscc, column: &'static str) -> StorageError {
    StorageError::Inconsistent { table: "catalogue_unit", column, row: id.to_string() }
}

columns!(unit = "id, names, regions, capacities, audiences, parent, successor, state");

statements! {
    INSERT = concat!("INSERT INTO catalogue_unit (", unit!(), ", created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING");
    ALL = concat!("SELECT ", unit!(), " FROM catalogue_unit ORDER BY id");
    FIND = concat!("SELECT ", unit!(), " FROM catalogue_unit WHERE id = $1");
}
