//! Units as they are told, and why something is not done with one. What is done stands in [`super::unit_commands`].

use liangzheng_core::text::Text;
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::{Permit, Reach, ViewUnits};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::unit::{Capacity, Contact, Succession, Unit, UnitActRefused, UnitState};
use crate::domain::fault::Faults;
use crate::service::work::WorkError;
use crate::storage::catalogue::unit::{self as stored, KeptUnit};
use crate::storage::{StorageError, page};

/// A unit as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "UnitEntry")]
pub struct EnteredUnit {
    /// Its unified social credit code.
    pub id: Uscc,
    /// Its names.
    pub names: Text,
    /// Codes of the regions it works in.
    pub regions: Vec<String>,
    /// What it may do.
    pub capacities: Vec<Capacity>,
    /// Audience classes of scenes that it may verify as.
    pub audiences: Vec<String>,
    /// Who is responsible; null until it is said.
    pub contact: Option<Contact>,
    /// The unit above, for statistics and succession; it gives no right.
    pub parent: Option<Uscc>,
    /// Where it stands.
    pub state: UnitState,
    /// The unit that took its work over.
    pub successor: Option<Uscc>,
    /// The day on which its work moves, `YYYYMMDD`; null if that is not planned.
    pub ends_on: Option<String>,
    /// Where its work moves, or moved.
    pub succession: Option<Succession>,
    /// Whether its counter restores accounts whose owners have lost their way in.
    pub recovers: bool,
    /// For `If-Match`; changes with every change of the unit.
    pub etag: String,
}

impl EnteredUnit {
    /// The number in the entity tag.
    pub fn changes(&self) -> i64 {
        self.etag.trim_matches('"').parse().unwrap_or_default()
    }
}

impl From<KeptUnit> for EnteredUnit {
    fn from(kept: KeptUnit) -> Self {
        let Unit { id, names, regions, capacities, audiences, parent, successor, state } = kept.unit;
        Self {
            id,
            names,
            regions,
            capacities,
            audiences,
            contact: kept.contact,
            parent,
            state,
            successor,
            ends_on: kept.ends_on.map(|day| day.to_text()),
            succession: kept.succession,
            recovers: kept.recovers,
            etag: format!("\"{}\"", kept.changes),
        }
    }
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnitError {
    /// No such unit, or none that the caller may see.
    #[error("no such unit")]
    NotFound,
    /// It is for the manager.
    #[error("only the manager changes what a unit is")]
    ManagersOnly,
    /// Members of the body are wrong.
    #[error("the unit cannot be as it was sent")]
    Faults(Faults),
    /// There is a unit with this code.
    #[error("the unit is there already")]
    Taken,
    /// The state does not allow it.
    #[error(transparent)]
    Refused(#[from] UnitActRefused),
    /// It still has something to do, so another must take that over.
    #[error("the unit still has {what}")]
    InUse {
        /// What of.
        what: InUse,
    },
    /// Too many applications wait.
    #[error("too many applications wait")]
    TooMany,
    /// The caller saw another version.
    #[error("the unit has changed")]
    Stale {
        /// Its tag now.
        now: i64,
    },
    /// The signed catalogue has no room for it.
    #[error("the catalogue is full")]
    Full,
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

/// What a unit still has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InUse {
    /// Licences that are not final.
    Licences,
    /// Matters, kinds or scenes, or kinds that name it as an issuer.
    Entries,
    /// Members with roles that this capacity carries.
    Members,
}

impl std::fmt::Display for InUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Licences => "licences in force",
            Self::Entries => "entries of the catalogue",
            Self::Members => "members with such roles",
        })
    }
}

impl From<StorageError> for UnitError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// One unit that the caller may see.
pub async fn read(app: &App, permit: &Permit<ViewUnits>, id: Uscc) -> Result<EnteredUnit, UnitError> {
    let mut tx = app.db.begin_read().await?;
    let kept = match permit.scope() {
        Reach::Unit(own) if own != id => None,
        _ => stored::find_kept(&mut tx, &app.secrets, id).await?,
    };
    tx.commit().await?;
    kept.map(EnteredUnit::from).ok_or(UnitError::NotFound)
}

/// A page of the units that the caller may see, by their codes, and where the next one begins.
pub async fn list(
    app: &App,
    permit: &Permit<ViewUnits>,
    state: Option<UnitState>,
    after: &str,
    limit: i64,
) -> Result<(Vec<EnteredUnit>, Option<String>), StorageError> {
    let mut tx = app.db.begin_read().await?;
    let mut units: Vec<KeptUnit> = match permit.scope() {
        Reach::Unit(own) => {
            let own = stored::find_kept(&mut tx, &app.secrets, own).await?;
            own.into_iter().filter(|own| state.is_none_or(|state| own.unit.state == state)).collect()
        }
        Reach::Province => {
            stored::list_kept(&mut tx, &app.secrets, after, state, limit.saturating_add(1)).await?
        }
    };
    tx.commit().await?;
    let next = page::cut(&mut units, limit, |kept| kept.unit.id.to_string());
    Ok((units.into_iter().map(EnteredUnit::from).collect(), next))
}
