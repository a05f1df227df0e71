//! The cards of a wallet: a holder's own licences, with the names, masks and scenes of the catalogue.

use liangzheng_core::identifier::citizen_id_is_valid;
use liangzheng_core::text::Text;
use liangzheng_core::time::Day;
use liangzheng_core::trust::{Kind, Mask, Scene};

use crate::App;
use crate::domain::access::{Permit, ViewOwnLicences};
use crate::domain::catalogue::Catalogue;
use crate::domain::catalogue::codes::KindCode;
use crate::domain::ids::LicenceId;
use crate::domain::licence::Licence;
use crate::storage::{self, StorageError};

/// A licence with what the catalogue says of it.
#[derive(Clone, Debug)]
pub struct Card {
    /// The licence. Its face is in clear; what a card shows of it is [`Card::fields`].
    pub licence: Licence,
    /// The day for which the card is drawn.
    pub today: Day,
    /// Names of its kind.
    pub kind_names: Text,
    /// Names of the issuing unit.
    pub unit_names: Text,
    /// The face, masked as far as any scene masks it: what a passer-by may read over the holder's shoulder.
    pub fields: Vec<CardField>,
    /// Where it can be shown.
    pub scenes: Vec<CardScene>,
}

/// One line of a card.
#[derive(Clone, Debug)]
pub struct CardField {
    /// The short key.
    pub key: String,
    /// Its label.
    pub label: Text,
    /// The value, masked.
    pub value: String,
}

/// A scene in which the licence can be shown.
#[derive(Clone, Debug)]
pub struct CardScene {
    /// The scene.
    pub scene: Scene,
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
    Ok(licences.into_iter().map(|licence| card(licence, &state.catalogue, today)).collect())
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
    Ok(own.map(|licence| card(licence, &state.catalogue, today)))
}

/// Draws one licence as a card. Names come from the catalogue; what it does not name is shown by its code.
fn card(licence: Licence, catalogue: &Catalogue, today: Day) -> Card {
    let kind = catalogue.kind(licence.kind());
    let unit = catalogue.unit(licence.unit());
    let label = |key: &str| -> Text {
        let known = kind.and_then(|kind| kind.labels.get(key));
        known.cloned().unwrap_or_else(|| Text::new(key.to_owned(), key.to_owned()))
    };
    let names_or = |names: Option<&Text>, code: &str| -> Text {
        names.cloned().unwrap_or_else(|| Text::new(code.to_owned(), code.to_owned()))
    };
    let shown = in_order(&licence.face, kind).into_iter().map(|(key, value)| CardField {
        key: key.clone(),
        label: label(key),
        value: masked(catalogue, licence.kind(), key, value),
    });
    Card {
        today,
        kind_names: names_or(kind.map(|kind| &kind.names), licence.kind().as_str()),
        unit_names: names_or(unit.map(|unit| &unit.names), licence.unit().as_str()),
        fields: shown.collect(),
        scenes: scenes(&licence, catalogue, &label),
        licence,
    }
}

fn scenes(licence: &Licence, catalogue: &Catalogue, label: &dyn Fn(&str) -> Text) -> Vec<CardScene> {
    let field =
        |(key, value): (&str, &str)| CardField { key: key.into(), label: label(key), value: value.into() };
    catalogue
        .rules(licence.kind())
        .filter_map(|rule| {
            let shown = rule.shown(&licence.face).ok()?;
            Some(CardScene { scene: rule.scene.clone(), fields: shown.iter().map(field).collect() })
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
