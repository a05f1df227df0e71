//! `/api/v1/wallet/licences`: the caller's own cards, ready to draw.

use actix_web::web;
use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, UnixTime};
use liangzheng_core::trust::{Medium, Profile};
use liangzheng_core::verify::Code;
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::ViewOwnLicences;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::LicenceId;
use crate::domain::licence::{Dates, Unshowable};
use crate::http::answer::{Answer, Page};
use crate::http::extract::Permitted;
use crate::http::problem::{Problem, kinds};
use crate::service::licence::cards;

/// One card. Days are `YYYYMMDD`, times unix seconds, as in tokens and verdicts.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Card {
    /// The licence's id.
    id: LicenceId,
    /// Its number under GB/T 36904.
    identifier: String,
    /// Code and names of its kind.
    kind: CardKind,
    /// Id and names of the issuing unit.
    unit: CardUnit,
    /// The face, masked as far as any scene masks it: what a passer-by may read over the holder's shoulder.
    fields: Vec<CardField>,
    /// The status axis.
    status: &'static str,
    /// The status in words.
    status_label: Text,
    /// Since when.
    status_since: UnixTime,
    /// First day of validity.
    valid_from: Day,
    /// Last day of validity; null = 长期.
    valid_to: Option<Day>,
    /// Where today lies against them.
    dates: CardDates,
    /// What a reader is told though it is valid: `C_…`.
    cautions: Vec<CardCaution>,
    /// Whether a code made now would verify as valid.
    showable: bool,
    /// Why not.
    reason: Option<CardReason>,
    /// Where it can be shown.
    scenes: Vec<CardScene>,
    /// Counts the acts on it.
    version: i64,
}

/// A kind of licence.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CardKind {
    /// Its code.
    code: KindCode,
    /// Its names.
    names: Text,
}

/// An issuing unit.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CardUnit {
    /// Its unified social credit code.
    id: Uscc,
    /// Its names.
    names: Text,
}

/// One line of a card.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CardField {
    /// The short key.
    key: String,
    /// Its label.
    label: Text,
    /// The value, masked.
    value: String,
}

/// Where a day lies against the dates of a licence.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CardDates {
    /// Before the first day.
    NotYet,
    /// Within.
    Current,
    /// After the last day.
    Expired,
}

/// A caution and its words.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CardCaution {
    /// `C_…`
    code: Code,
    /// For people.
    message: Text,
}

/// Why a licence cannot be shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CardReason {
    /// The code a verifier would give.
    code: &'static str,
    /// For people.
    #[serde(flatten)]
    message: Text,
}

/// A scene in which the licence can be shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CardScene {
    /// Its code.
    code: String,
    /// Its names.
    names: Text,
    /// Its audience class.
    audience: String,
    /// Ways of showing it takes.
    profiles: Vec<Profile>,
    /// What the code is shown on.
    medium: Medium,
    /// Life of a token, in seconds.
    lifetime: i64,
    /// Exactly what the verifier will see, so that the holder agrees to something definite.
    fields: Vec<CardField>,
}

/// `GET /api/v1/wallet/licences`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<ViewOwnLicences>,
) -> Result<Answer<Page<Card>>, Problem> {
    Ok(Answer::of(Page::whole(cards::list(&app, &permit).await?)))
}

/// `GET /api/v1/wallet/licences/{id}`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<ViewOwnLicences>,
    id: web::Path<LicenceId>,
) -> Result<Answer<Card>, Problem> {
    let card = cards::read(&app, &permit, *id).await?.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    Ok(Answer::of(Card::from(card)).tagged(|card| card.version))
}

impl From<cards::Card> for Card {
    fn from(card: cards::Card) -> Self {
        let cards::Card { licence, today, kind_names, unit_names, fields, scenes } = card;
        let showable = licence.showable(today);
        Self {
            id: licence.id,
            identifier: licence.identifier.to_string(),
            kind: CardKind { code: licence.kind(), names: kind_names },
            unit: CardUnit { id: licence.unit(), names: unit_names },
            fields: fields.into_iter().map(CardField::from).collect(),
            status: licence.status.as_str(),
            status_label: licence.status.label(),
            status_since: licence.status_since,
            valid_from: licence.valid_from,
            valid_to: licence.valid_to,
            dates: licence.dates(today).into(),
            cautions: licence.cautions(today).iter().copied().map(CardCaution::from).collect(),
            showable: showable.is_ok(),
            reason: showable.err().map(CardReason::from),
            scenes: scenes.into_iter().map(CardScene::from).collect(),
            version: licence.version,
        }
    }
}

impl From<cards::CardField> for CardField {
    fn from(field: cards::CardField) -> Self {
        Self { key: field.key, label: field.label, value: field.value }
    }
}

impl From<cards::CardScene> for CardScene {
    fn from(shown: cards::CardScene) -> Self {
        let cards::CardScene { scene, fields } = shown;
        Self {
            code: scene.code,
            names: scene.names,
            audience: scene.aud,
            profiles: scene.profiles,
            medium: scene.medium,
            lifetime: scene.lifetime.0,
            fields: fields.into_iter().map(CardField::from).collect(),
        }
    }
}

impl From<Dates> for CardDates {
    fn from(dates: Dates) -> Self {
        match dates {
            Dates::NotYet => Self::NotYet,
            Dates::Current => Self::Current,
            Dates::Expired => Self::Expired,
        }
    }
}

impl From<Code> for CardCaution {
    fn from(code: Code) -> Self {
        Self { code, message: code.message() }
    }
}

impl From<Unshowable> for CardReason {
    fn from(why: Unshowable) -> Self {
        Self { code: why.code(), message: why.reason() }
    }
}
