//! Delegations as both sides read them, each with what is shown by it.

use liangzheng_core::text::Text;
use liangzheng_core::trust::Mask;

use crate::App;
use crate::domain::access::{Permit, ViewWallet};
use crate::domain::actor::agency::AgencyAct;
use crate::domain::catalogue::codes::{KindCode, SceneCode};
use crate::domain::catalogue::matter::Matter;
use crate::domain::consent::delegation::{Delegation, DelegationAct, DelegationSide, DelegationState};
use crate::domain::ids::DelegationId;
use crate::domain::licence::Licence;
use crate::service::actor::person;
use crate::service::actor::wallets::{self, Chosen, For};
use crate::service::catalogue::names::kind_names;
use crate::service::catalogue::reading;
use crate::service::consent::delegation_acts::is_for;
use crate::service::consent::options::SeenField;
use crate::service::showing::reach;
use crate::storage::actor::holder;
use crate::storage::consent::delegation::{self as stored, DelegationRow};
use crate::storage::{StorageError, Tx, page};

/// A delegation as one of its sides reads it.
#[derive(Clone, Debug)]
pub struct ToldDelegation {
    /// The delegation.
    pub delegation: Delegation,
    /// Where it stands.
    pub state: DelegationState,
    /// The side that reads it.
    pub side: DelegationSide,
    /// The licence's kind, and the kind's names.
    pub kind: (KindCode, Text),
    /// The holder's name.
    pub holder_name: String,
    /// Name of whom it is for, and his number, masked.
    pub to: (String, String),
    /// On what footing it was given: own, agent.
    pub footing: String,
    /// What is shown in each scene.
    pub scenes: Vec<DelegatedScene>,
    /// Names of the matter.
    pub matter_names: Option<Text>,
    /// What the side that reads it can do with it.
    pub acts: &'static [DelegationAct],
}

/// A scene of a delegation.
#[derive(Clone, Debug)]
pub struct DelegatedScene {
    /// Its code.
    pub code: String,
    /// Its names.
    pub names: Text,
    /// What is shown in it. Whom it is for sees the values once he has accepted.
    pub fields: Vec<SeenField>,
}

/// A page of a side's delegations, newest first, and where the next begins; `None` if the wallet is not open to the caller.
/// What was received is the caller's own, whosever wallet is asked for.
pub async fn list(
    app: &App,
    permit: &Permit<ViewWallet>,
    side: DelegationSide,
    whose: For,
    before: Option<DelegationId>,
    limit: i64,
) -> Result<Option<(Vec<ToldDelegation>, Option<DelegationId>)>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let (mut rows, name) = match side {
        DelegationSide::Given => {
            let chosen = wallets::choose(&mut tx, permit, AgencyAct::Show, whose, app.now()).await?;
            let wallet = match chosen {
                Chosen::Open(wallet) => wallet,
                Chosen::Empty => return Ok(Some((Vec::new(), None))),
                Chosen::Shut => return Ok(None),
            };
            (stored::of_holder(&mut tx, wallet.holder, before, limit.saturating_add(1)).await?, None)
        }
        DelegationSide::Received => {
            let identity = person::identity(&mut tx, &app.secrets, permit.account()).await?;
            let account = permit.account();
            let rows = stored::for_account(&mut tx, account, before, limit.saturating_add(1)).await?;
            (rows, identity.map(|(name, _)| name))
        }
    };
    let next = page::cut(&mut rows, limit, |row| row.id);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        if side == DelegationSide::Given || is_for(app, &row, name.as_deref())? {
            items.push(open(app, &mut tx, row, side).await?);
        }
    }
    tx.commit().await?;
    Ok(Some((items, next)))
}

async fn open(
    app: &App,
    tx: &mut Tx,
    row: DelegationRow,
    side: DelegationSide,
) -> Result<ToldDelegation, StorageError> {
    let delegation = row.read()?;
    let state = delegation.state(app.now());
    let to = row.delegate(&app.secrets)?;
    let masked = Mask::IdNumber.apply(&to.number);
    let giver = holder::find(tx, &app.secrets, row.holder).await?;
    let matter: Option<Matter> = match &delegation.matter {
        Some(code) => reading::in_force(tx, code).await?,
        None => None,
    };
    // As his card: nothing before its time has begun.
    let shows_values = side == DelegationSide::Given || state == DelegationState::Live;
    let licence = reach::open(tx, &app.secrets, &row).await?;
    let scenes = delegation.scenes.iter();
    Ok(ToldDelegation {
        scenes: scenes
            .map(|scene| told(app, scene, row.licence_kind, licence.as_ref(), shows_values))
            .collect(),
        kind: (row.licence_kind, kind_names(app, row.licence_kind)),
        holder_name: giver.map(|holder| holder.name).unwrap_or_default(),
        to: (to.name, masked),
        footing: row.footing,
        matter_names: matter.map(|matter| matter.names),
        acts: state.takes(side),
        delegation,
        state,
        side,
    })
}

/// A scene as it takes the licence now; without fields where it does no longer.
fn told(
    app: &App,
    scene: &SceneCode,
    kind: KindCode,
    licence: Option<&Licence>,
    shows_values: bool,
) -> DelegatedScene {
    let state = app.trust.current();
    let known = state.catalogue.kind(kind);
    let rule = state.catalogue.rule(scene, kind).ok();
    let shown = rule.as_ref().zip(licence).and_then(|(rule, licence)| rule.shown(&licence.face).ok());
    let label = |key: &str| -> Text {
        let known = known.and_then(|kind| kind.labels.get(key));
        known.cloned().unwrap_or_else(|| Text::new(key.to_owned(), key.to_owned()))
    };
    let field = |(key, value): (&str, &str)| SeenField {
        key: key.to_owned(),
        label: label(key),
        value: if shows_values { value.to_owned() } else { String::new() },
    };
    let names = state.catalogue.scene(scene).map(|scene| scene.names.clone());
    DelegatedScene {
        code: scene.to_string(),
        names: names.unwrap_or_else(|| Text::new(scene.to_string(), scene.to_string())),
        fields: shown.iter().flat_map(|shown| shown.iter()).map(field).collect(),
    }
}
