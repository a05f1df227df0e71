//! `/api/v1/wallet/licences`: the caller's own cards, ready to draw.

use actix_web::web;
use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, UnixTime};
use liangzheng_core::trust::{Medium, Profile};
use liangzheng_core::verify::Code;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::ViewWallet;
use crate::domain::actor::membership::Footing;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::{HolderId, LicenceId};
use crate::domain::licence::{Dates, Status, Unshowable};
use crate::http::answer::{Answer, Page};
use crate::http::extract::Permitted;
use crate::http::problem::{Problem, kinds};
use crate::service::actor::wallets::For;
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
    /// The licence that took its place; null while none has.
    successor: Option<LicenceId>,
    /// How it came to stand as it does and what its holder can do; null while nothing need be done.
    explained: Option<CardExplained>,
    /// Where it can be shown.
    scenes: Vec<CardScene>,
    /// On what footing the caller has it, and for whom.
    footing: CardFooting,
    /// What a composite is made of; empty of any other licence.
    parts: Vec<CardPart>,
    /// Counts the acts on it.
    version: i64,
}

/// On what footing somebody has a card.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CardFooting {
    /// `own`, `agent` for a holder one acts for, or `delegate` of what he delegated.
    kind: Footing,
    /// The holder.
    holder: HolderId,
    /// The holder's name, where it is another.
    name: Option<String>,
    /// From when on it can be shown, of what was delegated and has not begun; null = now.
    from: Option<UnixTime>,
    /// When the footing ends by itself; null = it does not.
    until: Option<UnixTime>,
}

/// Whose wallet.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WalletQuery {
    /// `own`, which is so if it is left out, or the holder one acts for.
    #[serde(default, rename = "for")]
    whose: Option<String>,
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
    /// Where it is reached; null where it has named nobody.
    phone: Option<String>,
}

/// One line of a card.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CardField {
    /// The short key.
    key: String,
    /// Its label.
    label: Text,
    /// The value, masked; empty of a picture.
    value: String,
    /// Where its picture is fetched; null of a text.
    picture: Option<String>,
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

/// How a licence came to stand as it does, in the words of who did it, and what its holder can do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CardExplained {
    /// Why, as recorded with the act; null where no act brought it there.
    because: Option<String>,
    /// On what legal basis.
    legal_basis: Option<String>,
    /// Last day of a seizure that names one.
    until: Option<Day>,
    /// What its holder can do next.
    next_step: Text,
}

/// A part of a composite licence, which keeps its own status (R13).
#[derive(Debug, Serialize, JsonSchema)]
pub struct CardPart {
    /// Its kind.
    kind: CardKind,
    /// The holder's licence of it; null if there is none.
    licence: Option<LicenceId>,
    /// How that stands.
    status: Option<&'static str>,
    /// The same in words.
    status_label: Option<Text>,
    /// Its last day; null = without end, or no licence.
    valid_to: Option<Day>,
    /// What a reader is told though it is valid.
    cautions: Vec<CardCaution>,
    /// Why the whole cannot be shown for its sake; null if it can.
    bar: Option<Text>,
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
    permit: Permitted<ViewWallet>,
    query: web::Query<WalletQuery>,
) -> Result<Answer<Page<Card>>, Problem> {
    let found = cards::list(&app, &permit, whose(query.whose.as_deref())?).await?;
    Ok(Answer::of(Page::whole(found.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?)))
}

/// Reads `?for=` of a wallet's lists; who acts for nobody of that id finds nothing.
pub(in crate::http::api) fn whose(given: Option<&str>) -> Result<For, Problem> {
    match given {
        None | Some("own") => Ok(For::Own),
        Some(holder) => holder.parse().map(For::Holder).map_err(|_| Problem::new(&kinds::NOT_FOUND)),
    }
}

/// `GET /api/v1/wallet/licences/{id}`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<ViewWallet>,
    id: web::Path<LicenceId>,
) -> Result<Answer<Card>, Problem> {
    let card = cards::read(&app, &permit, *id).await?.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    Ok(Answer::of(Card::from(card)).tagged(|card| card.version))
}

impl From<cards::Card> for Card {
    fn from(card: cards::Card) -> Self {
        let cards::Card {
            licence,
            today,
            kind_names,
            unit_names,
            phone,
            fields,
            scenes,
            explained,
            parts,
            ..
        } = card;
        let footing = CardFooting {
            kind: card.wallet.footing,
            holder: card.wallet.holder,
            name: card.holder_name,
            from: card.begins_at,
            until: card.wallet.until,
        };
        let parts: Vec<CardPart> = parts.into_iter().map(|part| CardPart::of(part, today)).collect();
        let barred = parts.iter().find_map(CardPart::bar);
        let showable =
            licence.showable(today).map_err(CardReason::from).and_then(|()| barred.map_or(Ok(()), Err));
        // Everything that a reader will be told, the whole's own first, each once.
        let mut cautions: Vec<Code> = licence.cautions(today).to_vec();
        for caution in parts.iter().flat_map(|part| &part.cautions) {
            if !cautions.contains(&caution.code) {
                cautions.push(caution.code);
            }
        }
        Self {
            footing,
            id: licence.id,
            identifier: licence.identifier.to_string(),
            kind: CardKind { code: licence.kind(), names: kind_names },
            unit: CardUnit { id: licence.unit(), names: unit_names, phone },
            fields: fields.into_iter().map(|field| CardField::of(field, licence.id)).collect(),
            status: licence.status.as_str(),
            status_label: licence.status.label(),
            status_since: licence.status_since,
            valid_from: licence.valid_from,
            valid_to: licence.valid_to,
            dates: licence.dates(today).into(),
            cautions: cautions.into_iter().map(CardCaution::from).collect(),
            showable: showable.is_ok(),
            reason: showable.err(),
            successor: match licence.status {
                Status::Superseded { successor } => Some(successor),
                _ => None,
            },
            explained: explained.map(|explained| CardExplained {
                because: explained.because,
                legal_basis: explained.legal_basis,
                until: explained.until,
                next_step: explained.next_step,
            }),
            scenes: scenes.into_iter().map(|scene| CardScene::of(scene, licence.id)).collect(),
            parts,
            version: licence.version,
        }
    }
}

impl CardPart {
    fn of(part: cards::CardPart, today: Day) -> Self {
        let cards::CardPart { part, names } = part;
        let bar = part.bar(today);
        let licence = part.licence.as_ref();
        Self {
            kind: CardKind { code: part.kind, names },
            licence: licence.map(|licence| licence.id),
            status: licence.map(|licence| licence.status.as_str()),
            status_label: licence.map(|licence| licence.status.label()),
            valid_to: licence.and_then(|licence| licence.valid_to),
            cautions: licence
                .map(|licence| licence.cautions(today).iter().copied().map(CardCaution::from).collect())
                .unwrap_or_default(),
            bar,
        }
    }

    /// Why the whole cannot be shown for its sake.
    fn bar(&self) -> Option<CardReason> {
        let bar = self.bar.as_ref()?;
        let names = &self.kind.names;
        Some(CardReason {
            code: "E_STATUS_SUSPENDED",
            message: Text::new(
                format!("组成证照「{}」不可用：{}", names.zh, bar.zh),
                format!("Its part {} cannot be shown: {}", names.en, bar.en),
            ),
        })
    }
}

impl CardField {
    pub(super) fn of(field: cards::CardField, licence: LicenceId) -> Self {
        let cards::CardField { key, label, value, is_picture } = field;
        let picture = is_picture.then(|| format!("/api/v1/wallet/licences/{licence}/pictures/{key}"));
        Self { key, label, value, picture }
    }
}

impl CardScene {
    fn of(shown: cards::CardScene, licence: LicenceId) -> Self {
        let cards::CardScene { scene, fields } = shown;
        Self {
            code: scene.code,
            names: scene.names,
            audience: scene.aud,
            profiles: scene.profiles,
            medium: scene.medium,
            lifetime: scene.lifetime.0,
            fields: fields.into_iter().map(|field| CardField::of(field, licence)).collect(),
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
