//! Suggestions for a holder (R69): what his wallet, the using lists in force and the scenes make of the rules. Whoever wants
//! none has none worked out.

use liangzheng_core::text::Text;
use liangzheng_core::time::Day;
use liangzheng_core::trust::Medium;

use crate::App;
use crate::domain::access::{ManageOwnAccount, Permit, ViewWallet};
use crate::domain::actor::agency::AgencyAct;
use crate::domain::catalogue::codes::{KindCode, SceneCode};
use crate::domain::licence::suggestion::{self, Held, Suggestion};
use crate::service::actor::wallets::{self, Chosen, For};
use crate::service::catalogue::names::kind_names;
use crate::service::catalogue::using_lists::{self, After, ExemptMatter};
use crate::service::work::{Work, WorkError};
use crate::storage::StorageError;
use crate::storage::actor::no_suggestions;
use crate::storage::licence::record;

/// A suggestion with what it names.
#[derive(Clone, Debug)]
pub struct Suggested {
    /// The suggestion.
    pub what: Suggestion,
    /// The matter it names.
    pub matter: Option<ExemptMatter>,
    /// The scene it names, and that scene's names.
    pub scene: Option<(SceneCode, Text)>,
    /// The kinds it names, with their names.
    pub kinds: Vec<(KindCode, Text)>,
}

/// What is suggested for a wallet; `None` in the outer if it is not open to the caller, in the inner if he wants none.
pub async fn list(
    app: &App,
    permit: &Permit<ViewWallet>,
    whose: For,
) -> Result<Option<Option<Vec<Suggested>>>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let wallet = match wallets::choose(&mut tx, permit, AgencyAct::View, whose, app.now()).await? {
        Chosen::Open(wallet) => Some(wallet),
        Chosen::Empty => None,
        Chosen::Shut => return Ok(None),
    };
    if no_suggestions::is_off(&mut tx, permit.account()).await? {
        return Ok(Some(None));
    }
    let Some(wallet) = wallet else { return Ok(Some(Some(Vec::new()))) };
    let licences = record::of_holder(&mut tx, &app.secrets, wallet.holder).await?;
    tx.commit().await?;
    let today = Day::of(app.now());
    let held: Vec<Held> = licences
        .iter()
        .map(|licence| Held {
            licence: licence.id,
            kind: licence.kind(),
            holds: licence.showable(today).is_ok(),
            valid_to: licence.valid_to,
        })
        .collect();
    let (matters, _) = using_lists::exempt(app, "", &After::default(), MATTERS).await?;
    let wanted: Vec<Vec<KindCode>> = matters
        .iter()
        .map(|matter| matter.materials.iter().map(|material| material.kind).collect())
        .collect();
    let state = app.trust.current();
    let mut scenes: Vec<(SceneCode, Text, Vec<KindCode>)> = Vec::new();
    for one in &held {
        for rule in state.catalogue.rules(one.kind).filter(|rule| rule.scene.medium != Medium::Paper) {
            let Ok(code) = rule.scene.code.parse::<SceneCode>() else { continue };
            match scenes.iter_mut().find(|(known, ..)| *known == code) {
                Some((.., kinds)) if kinds.contains(&one.kind) => {}
                Some((.., kinds)) => kinds.push(one.kind),
                None => scenes.push((code, rule.scene.names.clone(), vec![one.kind])),
            }
        }
    }
    let takes: Vec<Vec<KindCode>> = scenes.iter().map(|(.., kinds)| kinds.clone()).collect();
    let told = suggestion::suggestions(app.now(), &held, &wanted, &takes).into_iter().map(|what| {
        let (matter, scene, kinds) = match &what {
            Suggestion::RenewalDue { kind, .. } => (None, None, vec![*kind]),
            Suggestion::Matter { at, .. } => {
                (matters.get(*at).cloned(), None, wanted.get(*at).cloned().unwrap_or_default())
            }
            Suggestion::Scene { at, kind, .. } => {
                (None, scenes.get(*at).map(|(code, names, _)| (code.clone(), names.clone())), vec![*kind])
            }
        };
        let kinds = kinds.into_iter().map(|kind| (kind, kind_names(app, kind))).collect();
        Suggested { what, matter, scene, kinds }
    });
    Ok(Some(Some(told.collect())))
}

/// Switches suggestions on or off for the caller.
pub async fn put(app: &App, permit: &Permit<ManageOwnAccount>, on: bool) -> Result<(), WorkError> {
    let mut work = Work::begin(app, permit).await?;
    no_suggestions::put(&mut work.tx, permit.account(), on, work.now).await?;
    let act = if on { "want suggestions" } else { "want no suggestions" };
    work.audit(act, &permit.account().to_string(), None).await?;
    Ok(work.finish().await?)
}

/// Matters that are looked at: those of one page.
const MATTERS: usize = 200;
