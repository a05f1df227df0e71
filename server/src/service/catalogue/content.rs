//! What verifiers read of units and entries: the content of the signed catalogue.
//!
//! An entry stays in it after it was taken out of force, as long as licences or codes name it: their verdicts need its
//! names and its rules.

use std::collections::HashMap;

use liangzheng_core::limits::{GRANT_LIFETIME, MAX_CATALOGUE};
use liangzheng_core::time::UnixTime;
use liangzheng_core::trust;

use super::reading;
use crate::App;
use crate::domain::catalogue::OutOfForce;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::entry::{EntryState, Sort};
use crate::domain::catalogue::kind::Kind;
use crate::domain::catalogue::scene::Scene;
use crate::domain::catalogue::unit::UnitState;
use crate::storage::catalogue::{entry as stored, unit};
use crate::storage::licence::record;
use crate::storage::{StorageError, Tx};

/// Units, kinds and scenes as they are now; `iss`, version and times are set when it is signed.
pub async fn content(tx: &mut Tx, now: UnixTime) -> Result<trust::Catalogue, StorageError> {
    let mut kinds: HashMap<KindCode, Kind> = HashMap::new();
    let mut order = Vec::new();
    for row in stored::in_use(tx, Sort::Kind).await? {
        let kind: Kind = reading::read(Sort::Kind, &row)?;
        if row.state == EntryState::Published || record::any_of_kind(tx, kind.code).await? {
            order.push(kind.code);
            kinds.insert(kind.code, kind);
        }
    }
    let mut scenes = Vec::new();
    for row in stored::in_use(tx, Sort::Scene).await? {
        let scene: Scene = reading::read(Sort::Scene, &row)?;
        let last_code = scene.lifetime.max(GRANT_LIFETIME.0);
        if row.disabled_at.is_none_or(|at| now.0 < at.saturating_add(last_code)) {
            scenes.push(scene.signed(|code| kinds.get(&code)));
        }
    }
    let mut issued = issued_by(order.iter().filter_map(|code| kinds.get(code)));
    // Licences name the unit that issued them for ever; their kinds are still known then.
    for (unit, former) in unit::former_kinds(tx).await? {
        let listed = issued.entry(unit).or_default();
        for kind in former.into_iter().filter(|kind| kinds.contains_key(kind)) {
            if !listed.contains(&kind) {
                listed.push(kind);
            }
        }
    }
    let mut units = Vec::new();
    for unit in unit::all(tx).await? {
        let issues = issued.get(&unit.id).cloned().unwrap_or_default();
        if !issues.is_empty() || unit.state == UnitState::Active {
            let kinds = issues.iter().map(ToString::to_string).collect();
            units.push(trust::Unit { id: unit.id.to_string(), names: unit.names, kinds });
        }
    }
    Ok(trust::Catalogue {
        iss: String::new(),
        version: 0,
        iat: UnixTime(0),
        exp: UnixTime(0),
        units,
        kinds: order.iter().filter_map(|code| kinds.get(code)).map(Kind::signed).collect(),
        scenes,
    })
}

/// What is out of force now.
pub async fn out_of_force(tx: &mut Tx) -> Result<OutOfForce, StorageError> {
    let mut out = OutOfForce::default();
    for (sort, codes) in [(Sort::Kind, &mut out.kinds), (Sort::Scene, &mut out.scenes)] {
        codes.extend(stored::out_of_force(tx, sort).await?);
    }
    Ok(out)
}

/// How much room the signed catalogue has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// Less than four fifths are used.
    Enough,
    /// More than that.
    Little {
        /// How much of it is used.
        percent: usize,
    },
    /// Verifiers would refuse it for its size.
    None,
}

/// Whether verifiers would refuse the catalogue for its size, with what was changed in `tx`.
pub(super) async fn is_too_large(app: &App, tx: &mut Tx) -> Result<bool, StorageError> {
    Ok(room(app, tx).await? == Room::None)
}

/// The room that is left in the catalogue with what was changed in `tx`. Past four fifths the log says so, too.
pub(super) async fn room(app: &App, tx: &mut Tx) -> Result<Room, StorageError> {
    let content = content(tx, app.now()).await?;
    let payload = serde_json::to_vec(&content).map_or(usize::MAX, |payload| payload.len());
    // base64url, header and signature.
    let signed = payload.saturating_div(3).saturating_mul(4).saturating_add(512);
    if signed > MAX_CATALOGUE {
        return Ok(Room::None);
    }
    if signed > MAX_CATALOGUE / 5 * 4 {
        tracing::warn!(bytes = signed, limit = MAX_CATALOGUE, "the catalogue is nearly full");
        return Ok(Room::Little { percent: signed.saturating_mul(100) / MAX_CATALOGUE });
    }
    Ok(Room::Enough)
}

fn issued_by<'k>(kinds: impl Iterator<Item = &'k Kind>) -> HashMap<Uscc, Vec<KindCode>> {
    let mut issued: HashMap<Uscc, Vec<KindCode>> = HashMap::new();
    for kind in kinds {
        for unit in kind.units.iter().chain(&kind.co_issuers) {
            issued.entry(*unit).or_default().push(kind.code);
        }
    }
    issued
}
