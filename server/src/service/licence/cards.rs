//! The cards of a wallet: a holder's own licences, ready to draw.

use liangzheng_core::identifier::citizen_id_is_valid;
use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, UnixTime};
use liangzheng_core::trust::{Kind, Mask, Medium, Profile};
use serde::Serialize;

use crate::App;
use crate::domain::access::{Permit, ViewOwnLicences};
use crate::domain::catalogue::Catalogue;
use crate::domain::catalogue::codes::KindCode;
use crate::domain::ids::LicenceId;
use crate::domain::licence::{Dates, Licence};
use crate::storage::{self, StorageError};

/// One card. Days are `YYYYMMDD`, times unix seconds, as in tokens and verdicts.
#[derive(Clone, Debug, Serialize)]
pub struct Card {
    /// The licence's id.
    pub id: LicenceId,
    /// Its number under GB/T 36904.
    pub identifier: String,
    /// Code and names of its kind.
    pub kind: Named,
    /// Id and names of the issuing unit.
    pub unit: NamedUnit,
    /// The face, masked as far as any scene masks it: what a passer-by may read over the holder's shoulder.
    pub fields: Vec<CardField>,
    /// The status axis.
    pub status: &'static str,
    /// The status in words.
    pub status_label: Text,
    /// Since when.
    pub status_since: UnixTime,
    /// First day of validity.
    pub valid_from: String,
    /// Last day of validity; null = 长期.
    pub valid_to: Option<String>,
    /// `current`, `not_yet` or `expired`.
    pub dates: &'static str,
    /// What a reader is told though it is valid: `C_…`.
    pub cautions: Vec<Caution>,
    /// Whether a code made now would verify as valid.
    pub showable: bool,
    /// Why not.
    pub reason: Option<Reason>,
    /// Where it can be shown.
    pub scenes: Vec<CardScene>,
    /// Counts the acts on it.
    pub version: i64,
}

/// A kind.
#[derive(Clone, Debug, Serialize)]
pub struct Named {
    /// Its code.
    pub code: String,
    /// Its names.
    pub names: Text,
}

/// A unit.
#[derive(Clone, Debug, Serialize)]
pub struct NamedUnit {
    /// Its unified social credit code.
    pub id: String,
    /// Its names.
    pub names: Text,
}

/// One line of a card.
#[derive(Clone, Debug, Serialize)]
pub struct CardField {
    /// The short key.
    pub key: String,
    /// Its label.
    pub label: Text,
    /// The value, masked.
    pub value: String,
}

/// A caution and its words.
#[derive(Clone, Debug, Serialize)]
pub struct Caution {
    /// `C_…`
    pub code: &'static str,
    /// For people.
    pub message: Text,
}

/// Why a licence cannot be shown: `code`, `zh-CN`, `en`.
#[derive(Clone, Debug, Serialize)]
pub struct Reason {
    /// The code a verifier would give.
    pub code: &'static str,
    /// For people.
    #[serde(flatten)]
    pub message: Text,
}

/// A scene in which the licence can be shown.
#[derive(Clone, Debug, Serialize)]
pub struct CardScene {
    /// Its code.
    pub code: String,
    /// Its names.
    pub names: Text,
    /// Its audience class.
    pub audience: String,
    /// Ways of showing it takes: `S`, `H`, `H+nonce`.
    pub profiles: Vec<Profile>,
    /// `screen` or `paper`.
    pub medium: Medium,
    /// Life of a token, in seconds.
    pub lifetime: i64,
    /// Exactly what the verifier will see, so that the holder agrees to something definite.
    pub fields: Vec<CardField>,
}

/// All cards of the permitted holder.
pub async fn list(app: &App, permit: &Permit<ViewOwnLicences>) -> Result<Vec<Card>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let licences = storage::licence::record::of_holder(&mut tx, &app.secrets, permit.scope()).await?;
    tx.commit().await?;
    let state = app.trust.current();
    let today = Day::of(app.now());
    Ok(licences.into_iter().map(|licence| card(&licence, &state.catalogue, today)).collect())
}

/// One card of the permitted holder; `None` for a licence that is not theirs, or not issued.
pub async fn read(
    app: &App,
    permit: &Permit<ViewOwnLicences>,
    id: LicenceId,
) -> Result<Option<Card>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let licence = storage::licence::record::find(&mut tx, &app.secrets, permit.scope(), id).await?;
    tx.commit().await?;
    let today = Day::of(app.now());
    let own = licence.filter(|licence| licence.wire_status(today).is_some());
    let state = app.trust.current();
    Ok(own.map(|licence| card(&licence, &state.catalogue, today)))
}

/// Draws one licence as a card. Names come from the catalogue; what it does not name is shown by its code.
fn card(licence: &Licence, catalogue: &Catalogue, today: Day) -> Card {
    let kind = catalogue.kind(licence.kind());
    let label = |key: &str| -> Text {
        let known = kind.and_then(|kind| kind.labels.get(key));
        known.cloned().unwrap_or_else(|| Text::new(key.to_owned(), key.to_owned()))
    };
    let names_or = |names: Option<&Text>, code: &str| -> Text {
        names.cloned().unwrap_or_else(|| Text::new(code.to_owned(), code.to_owned()))
    };
    let showable = licence.showable(today);
    Card {
        id: licence.id,
        identifier: licence.identifier.to_string(),
        kind: Named {
            code: licence.kind().to_string(),
            names: names_or(kind.map(|k| &k.names), licence.kind().as_str()),
        },
        unit: NamedUnit {
            id: licence.unit().to_string(),
            names: names_or(catalogue.unit(licence.unit()).map(|u| &u.names), licence.unit().as_str()),
        },
        fields: in_order(&licence.face, kind)
            .into_iter()
            .map(|(key, value)| CardField {
                key: key.clone(),
                label: label(key),
                value: masked(catalogue, licence.kind(), key, value),
            })
            .collect(),
        status: licence.status.as_str(),
        status_label: licence.status.label(),
        status_since: licence.status_since,
        valid_from: licence.valid_from.to_string(),
        valid_to: licence.valid_to.map(|day| day.to_string()),
        dates: match licence.dates(today) {
            Dates::Current => "current",
            Dates::NotYet => "not_yet",
            Dates::Expired => "expired",
        },
        cautions: licence
            .cautions(today)
            .iter()
            .map(|code| Caution { code: code.as_str(), message: code.message() })
            .collect(),
        showable: showable.is_ok(),
        reason: showable.err().map(|why| Reason { code: why.code(), message: why.reason() }),
        scenes: scenes(licence, catalogue, &label),
        version: licence.version,
    }
}

fn scenes(licence: &Licence, catalogue: &Catalogue, label: &dyn Fn(&str) -> Text) -> Vec<CardScene> {
    catalogue
        .rules(licence.kind())
        .filter_map(|rule| {
            let shown = rule.shown(&licence.face).ok()?;
            Some(CardScene {
                code: rule.scene.code.clone(),
                names: rule.scene.names.clone(),
                audience: rule.scene.aud.clone(),
                profiles: rule.scene.profiles.clone(),
                medium: rule.scene.medium,
                lifetime: rule.scene.lifetime.0,
                fields: shown
                    .iter()
                    .map(|(key, value)| CardField { key: key.into(), label: label(key), value: value.into() })
                    .collect(),
            })
        })
        .collect()
}

/// The face in the order in which the catalogue names its fields, which is the order of the printed licence.
fn in_order<'a>(face: &'a [(String, String)], kind: Option<&Kind>) -> Vec<&'a (String, String)> {
    let place = |key: &str| kind.and_then(|kind| kind.labels.0.iter().position(|(known, _)| known == key));
    let mut fields: Vec<_> = face.iter().collect();
    fields.sort_by_key(|(key, _)| place(key).unwrap_or(usize::MAX));
    fields
}

/// A field as its holder sees it on the card: with the mask any scene puts on it. A number of a person that no scene
/// shows is masked all the same.
fn masked(catalogue: &Catalogue, kind: KindCode, key: &str, value: &str) -> String {
    let of_kind = catalogue
        .signed()
        .scenes
        .iter()
        .flat_map(|scene| &scene.kinds)
        .filter(|listed| listed.code == kind.as_str());
    let mut masks =
        of_kind.flat_map(|listed| &listed.fields).filter(|field| field.key == key).map(|field| field.mask);
    let default = if citizen_id_is_valid(value) { Mask::IdNumber } else { Mask::None };
    masks.find(|mask| *mask != Mask::None).unwrap_or(default).apply(value)
}
