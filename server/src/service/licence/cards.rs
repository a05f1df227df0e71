//! The cards of a wallet: a holder's own licences, with the names, masks and scenes of the catalogue.

use std::collections::{HashMap, HashSet};

use liangzheng_core::identifier::citizen_id_is_valid;
use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, UnixTime};
use liangzheng_core::trust::{Kind, Mask, Scene};

use crate::App;
use crate::domain::access::{Permit, ViewWallet};
use crate::domain::actor::agency::AgencyAct;
use crate::domain::actor::membership::Footing;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::{self, Catalogue};
use crate::domain::ids::LicenceId;
use crate::domain::issuing::face::is_picture_id;
use crate::domain::licence::{Licence, Status};
use crate::service::actor::wallets::{self, Chosen, For, Wallet};
use crate::service::catalogue::reading;
use crate::service::licence::delegated::{self, Shared};
use crate::service::licence::parts::{self, Part};
use crate::storage::{self, StorageError, Tx};

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
    /// Where the issuing unit is reached; `None` where it has named nobody.
    pub phone: Option<String>,
    /// The face, masked as far as any scene masks it: what a passer-by may read over the holder's shoulder.
    pub fields: Vec<CardField>,
    /// Where it can be shown.
    pub scenes: Vec<CardScene>,
    /// How it came to stand as it does and what its holder can do; `None` while nothing need be done.
    pub explained: Option<Explained>,
    /// What a composite is made of; none of any other licence.
    pub parts: Vec<CardPart>,
    /// Whose wallet it lies in, and on what footing that is open.
    pub wallet: Wallet,
    /// The holder's name, of a wallet that is another's.
    pub holder_name: Option<String>,
    /// From when on it is shown, of what was delegated and has not begun.
    pub begins_at: Option<UnixTime>,
}

/// A part of a composite licence.
#[derive(Clone, Debug)]
pub struct CardPart {
    /// Its kind and the licence.
    pub part: Part,
    /// Names of its kind.
    pub names: Text,
}

/// How a licence came to stand as it does, and what its holder can do.
#[derive(Clone, Debug)]
pub struct Explained {
    /// Why, as recorded with the act.
    pub because: Option<String>,
    /// On what legal basis.
    pub legal_basis: Option<String>,
    /// Last day of a seizure that names one.
    pub until: Option<Day>,
    /// What its holder can do next.
    pub next_step: Text,
}

/// One line of a card.
#[derive(Clone, Debug)]
pub struct CardField {
    /// The short key.
    pub key: String,
    /// Its label.
    pub label: Text,
    /// The value, masked; empty of a picture.
    pub value: String,
    /// Whether it is a picture, which is fetched by itself.
    pub is_picture: bool,
}

/// A scene in which the licence can be shown.
#[derive(Clone, Debug)]
pub struct CardScene {
    /// The scene.
    pub scene: Scene,
    /// Exactly what the verifier will see, so that the holder agrees to something definite.
    pub fields: Vec<CardField>,
}

/// All cards of a wallet; `None` if it is not open to the caller. Who has none of his own has no cards in it.
pub async fn list(
    app: &App,
    permit: &Permit<ViewWallet>,
    whose: For,
) -> Result<Option<Vec<Card>>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let wallet = match wallets::choose(&mut tx, permit, AgencyAct::View, whose, app.now()).await? {
        Chosen::Open(wallet) => wallet,
        Chosen::Empty => return Ok(Some(Vec::new())),
        Chosen::Shut => return delegated_by(app, &mut tx, permit, whose).await,
    };
    let holder_name = name_of(app, &mut tx, wallet).await?;
    let licences = storage::licence::record::of_holder(&mut tx, &app.secrets, wallet.holder).await?;
    let today = Day::of(app.now());
    let mut told = Vec::with_capacity(licences.len());
    let composites = composites(&mut tx, &licences).await?;
    let phones = phones(app, &mut tx, &licences).await?;
    for licence in licences {
        let explained = explained(app, &mut tx, &licence, today).await?;
        let made_of = if composites.contains(&licence.kind()) {
            parts::of(&mut tx, &app.secrets, &licence, today).await?
        } else {
            Vec::new()
        };
        let pictures = pictures(&mut tx, &licence).await?;
        told.push((licence, pictures, explained, made_of));
    }
    tx.commit().await?;
    let state = app.trust.current();
    let cards = told.into_iter().map(|(licence, pictures, explained, made_of)| Card {
        explained,
        parts: named(made_of, &state.catalogue),
        holder_name: holder_name.clone(),
        phone: phones.get(&licence.unit()).cloned(),
        ..card(licence, &pictures, &state.catalogue, today, wallet)
    });
    Ok(Some(cards.collect()))
}

/// The cards of a holder whose wallet is shut to the caller, and who delegated some of his licences to him; `None` if he did not.
async fn delegated_by(
    app: &App,
    tx: &mut Tx,
    permit: &Permit<ViewWallet>,
    whose: For,
) -> Result<Option<Vec<Card>>, StorageError> {
    let For::Holder(holder) = whose else { return Ok(None) };
    let mut cards = Vec::new();
    for shared in delegated::find(app, tx, permit, None, Some(holder)).await? {
        cards.push(delegated_card(app, tx, shared).await?);
    }
    Ok((!cards.is_empty()).then_some(cards))
}

async fn delegated_card(app: &App, tx: &mut Tx, shared: Shared) -> Result<Card, StorageError> {
    let now = app.now();
    let holder_name = name_of(app, tx, shared.wallet).await?;
    let pictures = pictures(tx, &shared.licence).await?;
    let state = app.trust.current();
    let card = card(shared.licence.clone(), &pictures, &state.catalogue, Day::of(now), shared.wallet);
    Ok(shared.narrow(Card { holder_name, begins_at: shared.from, ..card }, now))
}

async fn name_of(app: &App, tx: &mut Tx, wallet: Wallet) -> Result<Option<String>, StorageError> {
    if wallet.footing == Footing::Own {
        return Ok(None);
    }
    let holder = storage::actor::holder::find(tx, &app.secrets, wallet.holder).await?;
    Ok(holder.map(|holder| holder.name))
}

/// One card of a wallet that is open to the caller; `None` for a licence that is in none, or not issued.
pub async fn read(
    app: &App,
    permit: &Permit<ViewWallet>,
    id: LicenceId,
) -> Result<Option<Card>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let now = app.now();
    let found = wallets::find(&mut tx, &app.secrets, permit, AgencyAct::View, id, now).await?;
    let today = Day::of(now);
    let found = found.filter(|(licence, _)| licence.wire_status(today).is_some());
    let Some((licence, wallet)) = found else {
        let shared = delegated::find(app, &mut tx, permit, Some(id), None).await?.pop();
        return match shared {
            Some(shared) => Ok(Some(delegated_card(app, &mut tx, shared).await?)),
            None => Ok(None),
        };
    };
    let explained = explained(app, &mut tx, &licence, today).await?;
    let holder_name = name_of(app, &mut tx, wallet).await?;
    let made_of = parts::of(&mut tx, &app.secrets, &licence, today).await?;
    let pictures = pictures(&mut tx, &licence).await?;
    let phone = phones(app, &mut tx, std::slice::from_ref(&licence)).await?.remove(&licence.unit());
    tx.commit().await?;
    let state = app.trust.current();
    let parts = named(made_of, &state.catalogue);
    Ok(Some(Card {
        explained,
        parts,
        holder_name,
        phone,
        ..card(licence, &pictures, &state.catalogue, today, wallet)
    }))
}

/// Where their issuing units are reached: asked once a unit.
async fn phones(app: &App, tx: &mut Tx, licences: &[Licence]) -> Result<HashMap<Uscc, String>, StorageError> {
    let units: HashSet<Uscc> = licences.iter().map(Licence::unit).collect();
    let mut found = HashMap::new();
    for unit in units {
        let kept = storage::catalogue::unit::find_kept(tx, &app.secrets, unit).await?;
        if let Some(contact) = kept.and_then(|kept| kept.contact) {
            found.insert(unit, contact.phone);
        }
    }
    Ok(found)
}

/// Which kinds of these licences are composites: asked once a kind.
async fn composites(tx: &mut Tx, licences: &[Licence]) -> Result<HashSet<KindCode>, StorageError> {
    let kinds: HashSet<KindCode> = licences.iter().map(Licence::kind).collect();
    let mut found = HashSet::new();
    for code in kinds {
        let kind: Option<catalogue::kind::Kind> = reading::in_force(tx, code.as_str()).await?;
        if kind.is_some_and(|kind| !kind.parts.is_empty()) {
            found.insert(code);
        }
    }
    Ok(found)
}

fn named(made_of: Vec<Part>, catalogue: &Catalogue) -> Vec<CardPart> {
    let named = made_of.into_iter().map(|part| {
        let known = catalogue.kind(part.kind).map(|kind| kind.names.clone());
        let names = known.unwrap_or_else(|| Text::new(part.kind.to_string(), part.kind.to_string()));
        CardPart { part, names }
    });
    named.collect()
}

/// The keys of the fields that are pictures. Most licences have none, and nobody looks for those.
pub(super) async fn pictures(tx: &mut Tx, licence: &Licence) -> Result<Vec<String>, StorageError> {
    if !licence.face.iter().any(|(_, value)| is_picture_id(value)) {
        return Ok(Vec::new());
    }
    storage::issuing::picture::fields(tx, licence.id).await
}

/// What is told of a licence that does not simply stand: the newest act on it, and what its holder can do.
async fn explained(
    app: &App,
    tx: &mut Tx,
    licence: &Licence,
    today: Day,
) -> Result<Option<Explained>, StorageError> {
    let Some(next_step) = licence.status.next_step(licence.dates(today)) else { return Ok(None) };
    let last = storage::licence::act::last_to(tx, licence.id, licence.status.as_str()).await?;
    let until = match licence.status {
        Status::Seized { until } => until,
        _ => None,
    };
    // That an expired licence was once resumed explains nothing.
    let last = last.filter(|_| licence.status != Status::Active);
    let because = last.as_ref().map(|act| storage::licence::act::open_reason(&app.secrets, act));
    Ok(Some(Explained {
        because: because.transpose()?,
        legal_basis: last.map(|act| act.legal_basis),
        until,
        next_step,
    }))
}

/// Draws one licence as a card. Names come from the catalogue; what it does not name is shown by its code.
fn card(licence: Licence, pictures: &[String], catalogue: &Catalogue, today: Day, wallet: Wallet) -> Card {
    let kind = catalogue.kind(licence.kind());
    let unit = catalogue.unit(licence.unit());
    let label = |key: &str| label(kind, key);
    let names_or = |names: Option<&Text>, code: &str| -> Text {
        names.cloned().unwrap_or_else(|| Text::new(code.to_owned(), code.to_owned()))
    };
    let fields = fields(&licence, pictures, kind, |key, value| masked(catalogue, licence.kind(), key, value));
    Card {
        today,
        kind_names: names_or(kind.map(|kind| &kind.names), licence.kind().as_str()),
        unit_names: names_or(unit.map(|unit| &unit.names), licence.unit().as_str()),
        fields,
        scenes: scenes(&licence, catalogue, &label),
        explained: None,
        parts: Vec::new(),
        wallet,
        holder_name: None,
        phone: None,
        begins_at: None,
        licence,
    }
}

/// The whole face, unmasked.
pub(super) fn whole(licence: &Licence, pictures: &[String], catalogue: &Catalogue) -> Vec<CardField> {
    fields(licence, pictures, catalogue.kind(licence.kind()), |_, value| value.to_owned())
}

/// The face in its order; `told` says what is told of a value that is no picture.
fn fields(
    licence: &Licence,
    pictures: &[String],
    kind: Option<&Kind>,
    told: impl Fn(&str, &str) -> String,
) -> Vec<CardField> {
    let field = |(key, value): &(String, String)| {
        let is_picture = pictures.contains(key);
        let value = if is_picture { String::new() } else { told(key, value) };
        CardField { key: key.clone(), label: label(kind, key), value, is_picture }
    };
    in_order(&licence.face, kind).into_iter().map(field).collect()
}

fn label(kind: Option<&Kind>, key: &str) -> Text {
    let known = kind.and_then(|kind| kind.labels.get(key));
    known.cloned().unwrap_or_else(|| Text::new(key.to_owned(), key.to_owned()))
}

fn scenes(licence: &Licence, catalogue: &Catalogue, label: &dyn Fn(&str) -> Text) -> Vec<CardScene> {
    let field = |(key, value): (&str, &str)| CardField {
        key: key.into(),
        label: label(key),
        value: value.into(),
        is_picture: false,
    };
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
