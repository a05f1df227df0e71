//! The licence file: a sealed OFD of a version, made when it is first asked for, kept, and made anew once the code for
//! the printed copy in it is over.
//!
//! The row of the access log, and the status index of that code, are committed before anything is drawn. Drawing and
//! sealing take tens of milliseconds, so they are done outside the writer's transaction.

use liangzheng_core::ofd::attachment;
use liangzheng_core::seal::{SealFault, Setting, sm3};
use liangzheng_core::time::{Day, UnixTime};
use liangzheng_core::token::show::Template;
use liangzheng_core::trust::{Medium, Profile};
use qrcode::types::QrError;

use crate::App;
use crate::document::face::{self, Face};
use crate::document::ofd::{Content, OfdError, Unsealed};
use crate::document::page::Drawn;
use crate::domain::access::{Action, MakeOwnFile, Permit, ReadFile};
use crate::domain::actor::agency::AgencyAct;
use crate::domain::actor::holder::HolderNumber;
use crate::domain::catalogue::codes::SceneCode;
use crate::domain::catalogue::kind::Kind;
use crate::domain::ids::{LicenceId, ShowId};
use crate::domain::licence::Licence;
use crate::domain::trace::usage::Ground;
use crate::service::actor::pin::{self, PinError};
use crate::service::actor::wallets::{self, Opener};
use crate::service::catalogue::reading;
use crate::service::issuing::seal_version::{InForce, SealError, Sealed, sealed};
use crate::service::licence::parts;
use crate::service::publication::status;
use crate::service::showing::mint::{self, MintError, NotShowable};
use crate::service::showing::show::ground_of;
use crate::service::showing::show_secret::ShowSecret;
use crate::service::trace::access_log::{LogUnavailable, Use, UseKind};
use crate::service::work::{Work, WorkError};
use crate::storage::StorageError;
use crate::storage::actor::holder;
use crate::storage::issuing::picture::{self, Borne};
use crate::storage::issuing::sealed as stored;
use crate::storage::licence::record;
use crate::storage::trace::access_log;

/// A licence file.
#[derive(Clone, Debug)]
pub struct LicenceFile {
    /// The sealed OFD.
    pub bytes: Vec<u8>,
    /// Its name for whoever keeps it: the licence's identifier.
    pub name: String,
    /// Until when the code for the printed copy in it counts; `None` = it has none.
    pub code_until: Option<UnixTime>,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// No such licence within the caller's reach.
    #[error("not found")]
    NotFound,
    /// Its holder has not had it made, or the code in it is over.
    #[error("the file is not made")]
    NotMade,
    /// The version bears no seal.
    #[error("the version is not sealed")]
    NotSealed,
    /// The licence would not verify as valid, so its holder gets no code for print.
    #[error("not showable: {}", .0.code)]
    NotShowable(NotShowable),
    /// The PIN.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// No token could be made.
    #[error(transparent)]
    Mint(#[from] MintError),
    /// A seal could not be set.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The file could not be drawn.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// The use could not be logged.
    #[error(transparent)]
    Log(#[from] LogUnavailable),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

/// A file could not be drawn or put together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DrawError {
    /// The package.
    #[error(transparent)]
    Ofd(#[from] OfdError),
    /// The code.
    #[error("the code does not fit: {0}")]
    Code(#[from] QrError),
    /// The record cannot be read back.
    #[error("the sealed record cannot be read")]
    Record,
    /// The thread that drew went away.
    #[error("drawing was stopped")]
    Stopped,
}

impl From<StorageError> for FileError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

impl From<NotShowable> for FileError {
    fn from(reason: NotShowable) -> Self {
        Self::NotShowable(reason)
    }
}

impl From<SealFault> for FileError {
    fn from(fault: SealFault) -> Self {
        Self::Seal(fault.into())
    }
}

/// Makes the file of a licence in a wallet open to the caller, if it is not there or its code is over, after the PIN.
pub async fn make_own(
    app: &App,
    permit: &Permit<MakeOwnFile>,
    id: LicenceId,
    pin: &str,
) -> Result<LicenceFile, FileError> {
    let mut tx = app.db.begin_read().await?;
    let found = wallets::find(&mut tx, &app.secrets, permit, AgencyAct::Show, id, app.now()).await?;
    tx.commit().await?;
    let found = found.filter(|(licence, _)| licence.wire_status(Day::of(app.now())).is_some());
    found.ok_or(FileError::NotFound)?;
    let right = pin::check(app, permit.account(), pin).await?;
    let mut work = Work::begin(app, permit).await?;
    right.take(&mut work).await?;
    let (secrets, act, now) = (&app.secrets, AgencyAct::Show, work.now);
    let found = wallets::find_and_hold(&mut work.tx, secrets, permit, act, id, now).await?;
    let (licence, wallet) = found.ok_or(FileError::NotFound)?;
    work.acts_as(wallet.footing);
    // Told before anything is made: a licence that would not verify gets no code that says it does.
    parts::showable(app, &mut work.tx, &licence, work.now).await??;
    give(app, permit, ground_of(wallet), work, licence).await
}

/// The file of a licence within the caller's reach: issuing staff get it made, a holder or his agent gets what was made with
/// a PIN.
pub async fn read(app: &App, permit: &Permit<ReadFile>, id: LicenceId) -> Result<LicenceFile, FileError> {
    let unit = permit.scope().unit;
    let mut work = Work::begin(app, permit).await?;
    let mut as_staff = None;
    if let Some(unit) = unit {
        as_staff = record::find_and_hold(&mut work.tx, &app.secrets, unit, id).await?;
    }
    if let Some(licence) = as_staff.filter(|licence| licence.wire_status(Day::of(work.now)).is_some()) {
        return give(app, permit, unit.map(|unit| Box::new(Ground::member(unit))), work, licence).await;
    }
    let (secrets, opener, now) = (&app.secrets, Opener::of_file(permit), work.now);
    let found = wallets::find_and_hold(&mut work.tx, secrets, opener, AgencyAct::Show, id, now).await?;
    let (licence, wallet) = found.ok_or(FileError::NotFound)?;
    work.acts_as(wallet.footing);
    let (bytes, code_until) = kept(app, &mut work, &licence).await?.ok_or(FileError::NotMade)?;
    log(permit, ground_of(wallet), &mut work, &licence, None).await?;
    work.finish().await?;
    Ok(LicenceFile { bytes, name: licence.identifier.to_string(), code_until: code_until.map(UnixTime) })
}

/// The kept file, or a new one; logged before it leaves.
async fn give<A: Action>(
    app: &App,
    permit: &Permit<A>,
    ground: Option<Box<Ground>>,
    mut work: Work<'_>,
    licence: Licence,
) -> Result<LicenceFile, FileError> {
    let (id, now) = (licence.id, work.now);
    let name = licence.identifier.to_string();
    if let Some((bytes, until)) = kept(app, &mut work, &licence).await? {
        log(permit, ground, &mut work, &licence, None).await?;
        work.finish().await?;
        return Ok(LicenceFile { bytes, name, code_until: until.map(UnixTime) });
    }
    let sealed = sealed(app, &mut work.tx, id).await?.ok_or(FileError::NotSealed)?;
    let kind = reading::in_force::<Kind>(&mut work.tx, licence.kind().as_str()).await?;
    let code = paper_code(app, &mut work, &licence, status::ShownBy::default()).await?;
    log(permit, ground, &mut work, &licence, code.as_ref()).await?;
    work.finish().await?;

    let code_until = code.as_ref().map(|code| code.until);
    let bytes = draw_and_seal(app, &licence, kind, sealed, code, now).await?;
    let mut work = Work::of_server(app).await?;
    let until = code_until.map(|until| until.0);
    stored::put_file(&mut work.tx, &app.secrets, &*app.entropy, id, &bytes, now.0, until).await?;
    work.finish().await?;
    Ok(LicenceFile { bytes, name, code_until })
}

/// The kept file and when the code in it ends. One without a code, made while none could be, is not kept once one can.
pub(super) async fn kept(
    app: &App,
    work: &mut Work<'_>,
    licence: &Licence,
) -> Result<Option<(Vec<u8>, Option<i64>)>, StorageError> {
    let now = work.now;
    let kept = stored::file(&mut work.tx, &app.secrets, licence.id, now.0).await?;
    Ok(kept.filter(|(_, until)| {
        until.is_some() || paper_scene(app, licence).is_none() || mint::showable(licence, now).is_err()
    }))
}

/// The first scene on paper that takes a licence.
fn paper_scene(app: &App, licence: &Licence) -> Option<SceneCode> {
    let state = app.trust.current();
    let mut rules = state.catalogue.rules(licence.kind());
    rules.find(|rule| rule.scene.medium == Medium::Paper)?.scene.code.parse().ok()
}

/// A code for the printed copy (R19).
pub(super) struct PaperCode {
    pub(super) text: String,
    pub(super) until: UnixTime,
    pub(super) scene: SceneCode,
    /// What names it, sealed, for the access log.
    pub(super) secret: Vec<u8>,
}

/// A code in the first scene on paper that takes the licence; none if there is no such scene, or if the licence would
/// not verify.
pub(super) async fn paper_code(
    app: &App,
    work: &mut Work<'_>,
    licence: &Licence,
    shown_by: status::ShownBy,
) -> Result<Option<PaperCode>, FileError> {
    let Some(scene) = paper_scene(app, licence) else { return Ok(None) };
    let Ok(value) = parts::showable(app, &mut work.tx, licence, work.now).await? else { return Ok(None) };
    let state = app.trust.current();
    let index = status::index_for(work, licence.id, shown_by, value, &*app.entropy).await?;
    let (claims, lifetime) =
        mint::claims_for(&app.config.tokens, &state.catalogue, licence, &scene, Profile::S, index)?;
    let (secret, kept) =
        ShowSecret::new(&app.secrets, ShowId::generate(work.now, &*app.entropy), &*app.entropy);
    let template = Template::new(&claims).map_err(MintError::from)?;
    let code = mint::mint_show(&app.keys, &template, &secret, lifetime, work.now)?;
    mint::verdict_on(&state.verifier, &code.token, &claims, value, work.now)?;
    Ok(Some(PaperCode { text: code.qr_text.to_string(), until: code.expires_at, scene, secret: kept }))
}

/// `ground`: on which somebody else than the holder gets it.
pub(super) async fn log<A: Action>(
    permit: &Permit<A>,
    ground: Option<Box<Ground>>,
    work: &mut Work<'_>,
    licence: &Licence,
    code: Option<&PaperCode>,
) -> Result<(), FileError> {
    let row = Use {
        at: work.now,
        kind: UseKind::Download,
        licence: licence.id.to_string().into(),
        actor: permit.account().to_string().into(),
        subject: licence.identifier.to_string().into(),
        scene: code.map(|code| code.scene.shared()).unwrap_or_default(),
        token: code.map(|code| code.secret.clone()).unwrap_or_default(),
        ground,
    };
    let written = access_log::append(&mut work.tx, &row).await;
    written.map(drop).map_err(|error| {
        tracing::error!(%error, "access log not written; the file is refused");
        LogUnavailable.into()
    })
}

async fn draw_and_seal(
    app: &App,
    licence: &Licence,
    kind: Option<Kind>,
    sealed: Sealed,
    code: Option<PaperCode>,
    now: UnixTime,
) -> Result<Vec<u8>, FileError> {
    let mut tx = app.db.begin_read().await?;
    let mut seals = Vec::new();
    for unit in &sealed.units {
        seals.push(InForce::of(&mut tx, *unit, now).await?);
    }
    let pictures = picture::of_licence(&mut tx, &app.secrets, licence.id, None).await?;
    let holder = holder::find(&mut tx, &app.secrets, licence.holder).await?.ok_or(FileError::NotFound)?;
    tx.commit().await?;
    let order = labels(app, licence, kind.as_ref());
    let (identifier, valid) = (licence.identifier.to_string(), (licence.valid_from, licence.valid_to));
    let words = Words::of(&sealed.record).ok_or(DrawError::Record)?;
    let id: String = licence.id.to_string().chars().skip(4).collect();
    let issued = words.sealed_at;
    let metadata = metadata(licence, &words, &holder.number);
    let pictures: Vec<_> = pictures.into_iter().map(to_draw).collect();
    let drawn = tokio::task::spawn_blocking(move || {
        let face = Face {
            title: &words.kind,
            identifier: &identifier,
            fields: &order,
            pictures: &pictures,
            valid,
            units: &words.units,
            issued: Day::of(issued),
            template: kind.as_ref().and_then(|kind| kind.template.as_ref()),
            code: code.as_ref().map(|code| (code.text.as_str(), code.until)),
        };
        let (page, places) = face::draw(&face)?;
        let mut attachments = vec![(attachment::LICENCE.to_owned(), "json", sealed.record)];
        for (at, seal) in (1..).zip(sealed.seals) {
            let name = format!("{}{at}{}", attachment::SEAL_PREFIX, attachment::SEAL_SUFFIX);
            attachments.push((name, "ses", seal));
        }
        let content =
            Content { id, title: words.kind.clone(), created: Day::of(now), metadata, page, attachments };
        Ok::<_, DrawError>((Unsealed::new(&content)?, places))
    });
    let (mut file, places) = drawn.await.map_err(|_| DrawError::Stopped)??;
    for (seal, place) in seals.iter().zip(places) {
        let (signature, path) = file.signature(&seal.seal, place, now);
        let setting = Setting { time: now, data_hash: sm3(&signature), property_info: path };
        let (_, value) = seal.set(&app.seals, &setting).await?;
        file.seal(signature, seal.seal.clone(), value);
    }
    Ok(file.pack().map_err(DrawError::from)?)
}

/// A picture as a page takes it.
pub(super) fn to_draw(borne: Borne) -> (String, Drawn) {
    (borne.field, Drawn { content: borne.content, pixels: (borne.width, borne.height) })
}

/// Key, label and value of each field in the order of the kind; what it does not name comes last, under its key.
pub(super) fn labels(app: &App, licence: &Licence, kind: Option<&Kind>) -> Vec<(String, String, String)> {
    let state = app.trust.current();
    let signed = state.catalogue.kind(licence.kind());
    let known: Vec<(String, String)> = match (kind, signed) {
        (Some(kind), _) => {
            let fields = kind.face.fields.iter();
            fields.map(|field| (field.key.clone(), field.labels.zh.to_string())).collect()
        }
        (None, Some(signed)) => {
            signed.labels.0.iter().map(|(key, label)| (key.clone(), label.zh.to_string())).collect()
        }
        (None, None) => Vec::new(),
    };
    let place = |key: &str| known.iter().position(|(other, _)| other == key);
    let mut fields: Vec<_> = licence.face.iter().collect();
    fields.sort_by_key(|(key, _)| place(key).unwrap_or(usize::MAX));
    let said = |key: &str, value: &str| {
        let field = kind.and_then(|kind| kind.field(key));
        let choice = field.and_then(|field| field.choices.iter().find(|choice| choice.code == value));
        choice.map_or_else(|| value.to_owned(), |choice| choice.names.zh.to_string())
    };
    fields
        .into_iter()
        .map(|(key, value)| {
            let label = place(key).and_then(|at| known.get(at)).map_or(key, |(_, label)| label);
            (key.clone(), label.clone(), said(key, value))
        })
        .collect()
}

/// What the record says in words.
pub(super) struct Words {
    pub(super) kind: String,
    pub(super) units: Vec<String>,
    holder: String,
    pub(super) sealed_at: UnixTime,
}

impl Words {
    pub(super) fn of(record: &[u8]) -> Option<Self> {
        let record: serde_json::Value = serde_json::from_slice(record).ok()?;
        let name = |value: &serde_json::Value| value["name"].as_str().map(str::to_owned);
        let others = record["co_issuers"].as_array()?.iter().map(name);
        Some(Self {
            kind: name(&record["kind"])?,
            units: std::iter::once(name(&record["unit"])).chain(others).collect::<Option<_>>()?,
            holder: name(&record["holder"])?,
            sealed_at: UnixTime(record["sealed_at"].as_i64()?),
        })
    }
}

/// GB/T 36903's elements by their short names.
fn metadata(licence: &Licence, words: &Words, number: &HolderNumber) -> Vec<(&'static str, String)> {
    let issuer = words.units.first().cloned().unwrap_or_default();
    vec![
        ("ZZMC", words.kind.clone()),
        ("ZZLXDM", licence.kind().to_string()),
        ("ZZBS", licence.identifier.to_string()),
        ("ZZBFJG", issuer),
        ("ZZBFJGDM", licence.unit().to_string()),
        ("ZZBFRQ", Day::of(words.sealed_at).to_text()),
        ("CZZT", words.holder.clone()),
        ("CZZTDM", number.number().to_owned()),
        ("CZZTDMLXDM", number.id_type().to_owned()),
        ("ZZYXQQSRQ", licence.valid_from.to_text()),
        ("ZZYXQJZRQ", licence.valid_to.map_or_else(|| "长期".into(), Day::to_text)),
    ]
}
