//! Showing a licence (亮证), profile S: a PIN opens a show of five minutes, a refresh mints its next token.
//!
//! The show, its row of the access log and the secret that names all its tokens are committed before the first token
//! leaves. [`refresh`] is the hot path: it reads memory and signs once. Everything that could change its answer empties
//! that memory ([`crate::service::showing::open_shows`]).

use std::sync::Arc;

use liangzheng_core::time::{Day, Seconds, UnixTime};
use liangzheng_core::token::{Delegate, ShowClaims};
use liangzheng_core::trust::{Mask, Medium, Profile};
use liangzheng_core::verify::Code;
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::{OpenShow as MayShow, Permit, Scope};
use crate::domain::actor::membership::Footing;
use crate::domain::catalogue::codes::SceneCode;
use crate::domain::ids::{AccountId, DelegationId, LicenceId, ShowId};
use crate::domain::licence::Licence;
use crate::domain::trace::usage::Ground;
use crate::service::actor::person;
use crate::service::actor::pin::{self, PinError};
use crate::service::actor::wallets::Wallet;
use crate::service::licence::parts;
use crate::service::publication::status::{self, ShownBy};
use crate::service::showing::assurance::{self, AssuranceError, FactorError};
use crate::service::showing::mint::{self, MintError, MintedCode, NotShowable};
use crate::service::showing::open_shows::OpenShow;
use crate::service::showing::reach::{self, Reached};
use crate::service::showing::show_secret::ShowSecret;
use crate::service::trace::access_log::{LogUnavailable, Use, UseKind};
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::change::Change;
use crate::storage::idempotency::Claim;
use crate::storage::showing::show::ShowRow;
use crate::storage::trace::access_log;
use crate::storage::{self, StorageError, Tx};

/// What somebody proves himself with.
#[derive(Clone, Copy)]
pub struct Proof<'a> {
    /// Six digits.
    pub pin: &'a str,
    /// A code of the authenticator, or a recovery code, where more than the PIN is asked for (R44).
    pub factor: Option<&'a str>,
}

/// A code and how long it and its show last. Times are unix seconds.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Shown {
    /// The show.
    show: Arc<str>,
    /// The compact JWS.
    token: Arc<str>,
    /// `EL1:…`, to be drawn.
    qr_text: Arc<str>,
    /// From when the token no longer counts.
    expires_at: UnixTime,
    /// When to ask for the next one.
    refresh_at: UnixTime,
    /// When the PIN is needed again.
    show_expires_at: UnixTime,
}

/// Why nothing is shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShowError {
    /// No such licence or show of this account.
    #[error("not found")]
    NotFound,
    /// The licence was delegated to the caller, and not for this scene, or not yet.
    #[error("not delegated for this")]
    NotDelegated,
    /// The show is over: its time, its holder, its session, a PIN change or an act on the licence ended it.
    #[error("the show is over")]
    Over,
    /// The licence would not verify as valid.
    #[error("not showable: {}", .0.code)]
    NotShowable(NotShowable),
    /// The holder has too many shows open.
    #[error("too many open shows")]
    TooMany {
        /// Until the next one closes.
        wait: Seconds,
    },
    /// The PIN.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// The second factor.
    #[error(transparent)]
    Factor(#[from] FactorError),
    /// The second factor could not be looked at.
    #[error(transparent)]
    Assurance(#[from] AssuranceError),
    /// No token could be made.
    #[error(transparent)]
    Mint(#[from] MintError),
    /// The use could not be logged.
    #[error(transparent)]
    Log(#[from] LogUnavailable),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for ShowError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

impl Reached {
    /// The licence and the wallet it lies in, or why it is not shown.
    pub(super) fn shown(self) -> Result<(Licence, Wallet), ShowError> {
        match self {
            Self::Open(found, wallet) => Ok((*found, wallet)),
            Self::NotDelegated => Err(ShowError::NotDelegated),
            Self::Nothing => Err(ShowError::NotFound),
        }
    }
}

impl From<NotShowable> for ShowError {
    fn from(reason: NotShowable) -> Self {
        Self::NotShowable(reason)
    }
}

/// Opens a show and mints its first token. The same request again gets that token, after the PIN as before.
pub async fn open(
    app: &App,
    permit: &Permit<MayShow>,
    licence: LicenceId,
    scene: &SceneCode,
    proof: Proof<'_>,
    claim: Option<Claim>,
) -> Result<Reply<Shown>, ShowError> {
    let Proof { pin, factor } = proof;
    let epoch = app.open_shows.epoch();
    let mut tx = app.db.begin_read().await?;
    let found = reach::find(&mut tx, &app.secrets, permit, licence, scene, app.now()).await?;
    tx.commit().await?;
    // The PIN comes before any word about the licence's state, and outside the writer's transaction.
    found.shown()?;
    let pin = pin::check(app, permit.account(), pin).await?;

    let mut work = Work::begin(app, permit).await?;
    pin.take(&mut work).await?;
    if let Some(before) = work.claim(claim).await? {
        // The PIN was right, which ends the count of wrong ones.
        work.finish().await?;
        return Ok(before);
    }
    let now = work.now;
    // Held: an act must not come between what is decided here on its state and the index that is given out for it.
    let found = reach::find_and_hold(&mut work.tx, &app.secrets, permit, licence, scene, now).await?;
    let (found, wallet) = found.shown()?;
    work.acts_as(wallet.footing);
    let step_up =
        match assurance::prove(app, &mut work, permit.account(), &found, Some(scene), factor).await? {
            Ok(step_up) => step_up,
            Err(refused) => {
                // A wrong code was counted, and the PIN was right.
                work.finish().await?;
                return Err(refused.into());
            }
        };
    let open = storage::showing::show::open_until(&mut work.tx, permit.account(), now).await?;
    if open.len() >= app.config.tokens.open_shows {
        let soonest = open.first().copied().unwrap_or(now.0);
        return Err(ShowError::TooMany { wait: UnixTime(soonest).since(now) });
    }
    let id = ShowId::generate(now, &*app.entropy);
    let (secret, sealed) = ShowSecret::new(&app.secrets, id, &*app.entropy);
    let closes_at = now.plus(Seconds(app.config.tokens.show_seconds));
    let row = ShowRow {
        id,
        account: permit.account(),
        session: permit.principal().session,
        licence: found.id,
        scene: scene.clone(),
        delegation: wallet.delegation,
        secret: sealed,
        opened_at: now.0,
        // Nobody shows for longer than he may.
        closes_at: wallet.until.map_or(closes_at, |end| closes_at.min(end)).0,
        ended_at: None,
    };
    let show = build(app, &mut work, (&found, wallet), &row, secret).await?;
    let code = checked_code(app, &found, &show, now)?;
    storage::showing::show::insert(&mut work.tx, &row).await?;
    if let Some(used) = step_up {
        work.audit(used, &id.to_string(), None).await?;
    }
    access_log::append(&mut work.tx, &use_of(&show, row.secret, wallet, now)).await.map_err(|error| {
        tracing::error!(%error, "access log not written; the show is refused");
        LogUnavailable
    })?;
    let reply = work.commit(told(&show, code)).await?;
    let show = app.open_shows.keep(show, epoch);
    if show.has_ended() { Err(ShowError::Over) } else { Ok(reply) }
}

/// Mints the next token of an open show. Writes nothing: the row of the show names all its tokens.
pub async fn refresh(app: &App, permit: &Permit<MayShow>, show: ShowId) -> Result<Shown, ShowError> {
    let now = app.clock.now();
    let show = held(app, permit, show, now).await?;
    let code = code_of(app, &show, now)?;
    // Something may have ended the show meanwhile.
    if show.has_ended() { Err(ShowError::Over) } else { Ok(told(&show, code)) }
}

/// Ends a show; ending one that is over is no error.
pub async fn end(app: &App, permit: &Permit<MayShow>, show: ShowId) -> Result<(), ShowError> {
    let mut work = Work::begin(app, permit).await?;
    let scope = Scope::Account(permit.account());
    storage::showing::show::find(&mut work.tx, scope, show).await?.ok_or(ShowError::NotFound)?;
    if storage::showing::show::end(&mut work.tx, show, work.now).await? {
        work.changed(Change::Show(show)).await?;
    }
    Ok(work.finish().await?)
}

/// Ends the open shows of a delegate, in the transaction that ends his delegation.
pub(in crate::service) async fn end_of_delegation(
    work: &mut Work<'_>,
    delegation: DelegationId,
) -> Result<(), StorageError> {
    for show in storage::showing::show::open_of_delegation(&mut work.tx, delegation, work.now).await? {
        if storage::showing::show::end(&mut work.tx, show, work.now).await? {
            work.changed(Change::Show(show)).await?;
        }
    }
    Ok(())
}

/// Ends the shows that stood on what `change` made old: part of every command, so that none can forget it.
pub(in crate::service) async fn end_all_on(
    tx: &mut Tx,
    change: &Change,
    now: UnixTime,
) -> Result<(), StorageError> {
    match change {
        Change::Session(id) => storage::showing::show::end_of_session(tx, *id, now).await,
        Change::Account(id) => storage::showing::show::end_of_account(tx, *id, now).await,
        Change::Licence(id) => storage::showing::show::end_of_licence(tx, *id, now).await,
        _ => Ok(()),
    }
}

/// The code last minted for a show on this server, for drawing it.
///
/// A code minted on another server is not known here: the wallet refreshes and draws that one.
pub async fn last_code(app: &App, permit: &Permit<MayShow>, show: ShowId) -> Result<MintedCode, ShowError> {
    let now = app.clock.now();
    let show = held(app, permit, show, now).await?;
    show.last_code().filter(|code| now < code.expires_at).ok_or(ShowError::Over)
}

/// The show from memory, or from the database the first time it is asked for here.
pub(super) async fn held(
    app: &App,
    permit: &Permit<MayShow>,
    id: ShowId,
    now: UnixTime,
) -> Result<Arc<OpenShow>, ShowError> {
    // What stood against the licence yesterday may not be all that does today.
    let show = match app.open_shows.show(id).filter(|show| show.day == Day::of(now)) {
        Some(show) => show,
        None => read(app, permit, id, now).await?,
    };
    if show.owner != permit.account() {
        return Err(ShowError::NotFound);
    }
    if show.has_ended() || now >= show.closes_at {
        return Err(ShowError::Over);
    }
    let today = Day::of(now);
    if today < show.claims.vf {
        return Err(NotShowable::of(Code::LicenceNotYet).into());
    }
    if show.claims.vt.is_some_and(|last| last < today) {
        return Err(NotShowable::of(Code::LicenceExpired).into());
    }
    Ok(show)
}

async fn read(
    app: &App,
    permit: &Permit<MayShow>,
    id: ShowId,
    now: UnixTime,
) -> Result<Arc<OpenShow>, ShowError> {
    let epoch = app.open_shows.epoch();
    let mut work = Work::begin(app, permit).await?;
    let scope = Scope::Account(permit.account());
    let row = storage::showing::show::find(&mut work.tx, scope, id).await?.ok_or(ShowError::NotFound)?;
    if now.0 >= row.closes_at {
        return Err(ShowError::Over);
    }
    let (secrets, by) = (&app.secrets, row.delegation);
    let found = reach::find_again(&mut work.tx, secrets, permit, row.licence, by, now).await?;
    // What was taken back has ended the show, which is told as any other that is over.
    let over = if by.is_some() { ShowError::Over } else { ShowError::NotFound };
    let (found, wallet) = found.ok_or(over)?;
    let secret = ShowSecret::open(&app.secrets, row.id, &row.secret).map_err(|_| {
        StorageError::Inconsistent { table: "showing_show", column: "secret", row: row.id.to_string() }
    })?;
    let show = build(app, &mut work, (&found, wallet), &row, secret).await?;
    // What the licence has become is told before that the show has ended: it says why.
    checked_code(app, &found, &show, now)?;
    if row.ended_at.is_some() {
        return Err(ShowError::Over);
    }
    work.finish().await?;
    Ok(app.open_shows.keep(show, epoch))
}

async fn build(
    app: &App,
    work: &mut Work<'_>,
    (licence, wallet): (&Licence, Wallet),
    row: &ShowRow,
    secret: ShowSecret,
) -> Result<OpenShow, ShowError> {
    let act = delegate(app, work, row.account, wallet).await?;
    let state = app.trust.current();
    // Asked before an index is given out: a scene that does not take the licence must leave no trace.
    let rule = state.catalogue.rule(&row.scene, licence.kind()).map_err(NotShowable::from)?;
    // A code for paper lives for months: it stands in the licence's file, and is not shown on a screen.
    if rule.scene.medium == Medium::Paper {
        return Err(NotShowable::on_paper().into());
    }
    let value = parts::showable(app, &mut work.tx, licence, work.now).await??;
    let shown_by = ShownBy { device: None, delegation: wallet.delegation, print: None };
    let index = status::index_for(work, row.licence, shown_by, value, &*app.entropy).await?;
    let (claims, lifetime) =
        mint::claims_for(&app.config.tokens, &state.catalogue, licence, &row.scene, Profile::S, index)?;
    let claims = ShowClaims { act, ..claims };
    let today = Day::of(work.now);
    Ok(OpenShow::new(row, secret, claims, lifetime, today, wallet.until).map_err(MintError::from)?)
}

/// Who shows for the holder, as the code says it (core/README.md, `act`): the number masked, the name as it fits; nobody
/// where he shows what is his own.
pub(super) async fn delegate(
    app: &App,
    work: &mut Work<'_>,
    account: AccountId,
    wallet: Wallet,
) -> Result<Option<Delegate>, ShowError> {
    match wallet.footing {
        Footing::Agent | Footing::Delegate => {}
        Footing::Own | Footing::Member => return Ok(None),
    }
    let identity = person::identity(&mut work.tx, &app.secrets, account).await?;
    let (name, number) = identity.ok_or(ShowError::NotFound)?;
    let mut end = name.len().min(MAX_DELEGATE_NAME);
    while !name.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    let masked = Mask::IdNumber.apply(number.number());
    Ok(Some(Delegate { sub: masked, name: name.get(..end).unwrap_or_default().to_owned() }))
}

/// On what ground a licence in a wallet is shown; `None` for one's own.
pub(in crate::service) fn ground_of(wallet: Wallet) -> Option<Box<Ground>> {
    let is_for_another = matches!(wallet.footing, Footing::Agent | Footing::Delegate);
    is_for_another.then(|| Box::new(Ground::on_behalf_of(wallet.holder, wallet.footing)))
}

/// The show's code of the second `now`.
pub(super) fn code_of(app: &App, show: &OpenShow, now: UnixTime) -> Result<MintedCode, MintError> {
    let lifetime = show.lifetime_at(now);
    show.code_of(now, || mint::mint_show(&app.keys, &show.template, &show.secret, lifetime, now))
}

/// A code of `show` that a verifier with this server's knowledge calls valid; otherwise why it would not.
fn checked_code(
    app: &App,
    licence: &Licence,
    show: &OpenShow,
    now: UnixTime,
) -> Result<MintedCode, ShowError> {
    let code = code_of(app, show, now)?;
    let state = app.trust.current();
    mint::verdict_on(&state.verifier, &code.token, &show.claims, mint::showable(licence, now)?, now)?;
    Ok(code)
}

/// The use that stands for every token of the show.
fn use_of(show: &OpenShow, sealed_secret: Vec<u8>, wallet: Wallet, now: UnixTime) -> Use {
    Use {
        at: now,
        kind: UseKind::Show,
        licence: show.licence_text.clone(),
        actor: show.account.clone(),
        subject: show.id.clone(),
        scene: show.scene.clone(),
        token: sealed_secret,
        ground: ground_of(wallet),
    }
}

/// The code as it goes out.
fn told(show: &OpenShow, code: MintedCode) -> Shown {
    let early = Seconds(REFRESH_EARLY.0.min(code.expires_at.since(code.iat).0 / 4));
    Shown {
        show: show.id.clone(),
        token: code.token,
        qr_text: code.qr_text,
        expires_at: code.expires_at,
        refresh_at: code.expires_at.minus(early),
        show_expires_at: show.closes_at,
    }
}

/// Bytes of a name in a code (core/README.md, `act`).
const MAX_DELEGATE_NAME: usize = 48;
/// A phone should ask this long before a code runs out: time for a slow network and for the scan of the old one.
const REFRESH_EARLY: Seconds = Seconds(15);
