//! Showing a licence (亮证), profile S: a PIN opens a show of five minutes, a refresh mints its next token.
//!
//! [`refresh`] is the hot path: it reads memory, signs once, and waits for its row of the access log. Everything
//! that could change its answer empties that memory ([`crate::service::showing::open_shows`]).

use std::sync::Arc;

use liangzheng_core::time::{Day, Seconds, UnixTime};
use liangzheng_core::trust::Profile;
use liangzheng_core::verify::Code;

use crate::App;
use crate::domain::access::{Action, OpenShow as MayShow, Permit};
use crate::domain::ids::{LicenceId, ShowId};
use crate::domain::licence::Licence;
use crate::service::actor::pin::PinError;
use crate::service::publication::status;
use crate::service::showing::mint::{self, MintError, MintedCode, NotShowable};
use crate::service::showing::open_shows::{LastCode, OpenShow};
use crate::service::trace::access_log::{LogUnavailable, Use, UseKind};
use crate::storage::change::{self, Change};
use crate::storage::showing::show::ShowRow;
use crate::storage::{self, StorageError, Tx};

/// What the wallet gets: a code and how long it and its show last. Times are unix seconds.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Shown {
    /// The show.
    pub show: Arc<str>,
    /// The compact JWS.
    pub token: String,
    /// `EL1:…`, to be drawn.
    pub qr_text: String,
    /// From when the token no longer counts.
    pub expires_at: UnixTime,
    /// When to ask for the next one.
    pub refresh_at: UnixTime,
    /// When the PIN is needed again.
    pub show_expires_at: UnixTime,
}

/// Why nothing is shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShowError {
    /// No such licence or show of this account.
    #[error("not found")]
    NotFound,
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
    /// No token could be made.
    #[error(transparent)]
    Mint(#[from] MintError),
    /// The use could not be logged.
    #[error(transparent)]
    Log(#[from] LogUnavailable),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<NotShowable> for ShowError {
    fn from(reason: NotShowable) -> Self {
        Self::NotShowable(reason)
    }
}

/// Opens a show and mints its first token.
pub async fn open(
    app: &App,
    permit: &Permit<MayShow>,
    licence: LicenceId,
    scene: &str,
    pin: &str,
) -> Result<Shown, ShowError> {
    let holder = permit.principal();
    let epoch = app.open_shows.epoch();
    let now = app.clock.now();
    let mut tx = app.db.begin_read().await?;
    let found = own_licence(app, &mut tx, permit, licence).await?;
    tx.commit().await?;
    // The PIN comes before any word about the licence's state, and outside the writer's transaction.
    crate::service::actor::pin::check(app, holder, pin).await?;

    let mut tx = app.db.begin_write().await?;
    let found = hold_own_licence(app, &mut tx, permit, found.id).await?;
    let open = storage::showing::show::open_until(&mut tx, &holder.account.to_string(), now).await?;
    if open.len() >= app.config.tokens.open_shows {
        let soonest = open.first().copied().unwrap_or(now.0);
        return Err(ShowError::TooMany { wait: UnixTime(soonest).since(now) });
    }
    let row = ShowRow {
        id: ShowId::generate(now, &*app.entropy).to_string(),
        account: holder.account.to_string(),
        session: holder.session.to_string(),
        licence: found.id.to_string(),
        scene: scene.to_owned(),
        opened_at: now.0,
        closes_at: now.plus(Seconds(app.config.tokens.show_seconds)).0,
        ended_at: None,
    };
    let show = build(app, &mut tx, &found, &row, now).await?;
    let code = mint::mint_show(&app.keys, &show.template, show.lifetime, &*app.entropy, now)?;
    let state = app.trust.current();
    mint::verdict_on(&state.verifier, &code.token, &show.claims, mint::showable(&found, now)?, now)?;
    storage::showing::show::insert(&mut tx, &row).await?;
    tx.commit().await?;
    let show = app.open_shows.keep(show, epoch);
    leave(app, &show, code, UseKind::Show, now).await
}

/// Mints the next token of an open show.
pub async fn refresh(app: &App, permit: &Permit<MayShow>, show: ShowId) -> Result<Shown, ShowError> {
    let now = app.clock.now();
    let show = held(app, permit, show, now).await?;
    let code = mint::mint_show(&app.keys, &show.template, show.lifetime, &*app.entropy, now)?;
    leave(app, &show, code, UseKind::Refresh, now).await
}

/// Ends a show; ending one that is over is no error.
pub async fn end(app: &App, permit: &Permit<MayShow>, show: ShowId) -> Result<(), ShowError> {
    let show = show.to_string();
    let now = app.clock.now();
    let mut tx = app.db.begin_write().await?;
    let row = storage::showing::show::find(&mut tx, &show).await?.ok_or(ShowError::NotFound)?;
    if row.account != permit.principal().account.to_string() {
        return Err(ShowError::NotFound);
    }
    let change = Change::Show(show.clone());
    if storage::showing::show::end(&mut tx, &show, &row.account, now).await? {
        change::record(&mut tx, &change, now).await?;
    }
    tx.commit().await?;
    app.apply(&change).await;
    Ok(())
}

/// The code last minted for a show on this server, for drawing it.
///
/// A code minted on another server is not known here: the wallet refreshes and draws that one.
pub async fn last_code(app: &App, permit: &Permit<MayShow>, show: ShowId) -> Result<LastCode, ShowError> {
    let now = app.clock.now();
    let show = held(app, permit, show, now).await?;
    show.last_code().filter(|code| now < code.expires_at).ok_or(ShowError::Over)
}

/// The show from memory, or from the database the first time it is asked for here.
async fn held(
    app: &App,
    permit: &Permit<MayShow>,
    id: ShowId,
    now: UnixTime,
) -> Result<Arc<OpenShow>, ShowError> {
    let show = match app.open_shows.show(id) {
        Some(show) => show,
        None => read(app, permit, id, now).await?,
    };
    if show.owner != permit.principal().account {
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
    let id = id.to_string();
    let epoch = app.open_shows.epoch();
    let mut tx = app.db.begin_write().await?;
    let row = storage::showing::show::find(&mut tx, &id).await?.ok_or(ShowError::NotFound)?;
    if row.account != permit.principal().account.to_string() {
        return Err(ShowError::NotFound);
    }
    if now.0 >= row.closes_at {
        return Err(ShowError::Over);
    }
    let licence = row.licence.parse().map_err(|_| ShowError::NotFound)?;
    let found = hold_own_licence(app, &mut tx, permit, licence).await?;
    let show = build(app, &mut tx, &found, &row, now).await?;
    // What the licence has become is told before that the show has ended: it says why.
    let code = mint::mint_show(&app.keys, &show.template, show.lifetime, &*app.entropy, now)?;
    let state = app.trust.current();
    mint::verdict_on(&state.verifier, &code.token, &show.claims, mint::showable(&found, now)?, now)?;
    if row.ended_at.is_some() {
        return Err(ShowError::Over);
    }
    tx.commit().await?;
    Ok(app.open_shows.keep(show, epoch))
}

async fn build(
    app: &App,
    tx: &mut Tx,
    licence: &Licence,
    row: &ShowRow,
    now: UnixTime,
) -> Result<OpenShow, ShowError> {
    let state = app.trust.current();
    // Asked before an index is given out: a scene that does not take the licence must leave no trace.
    state.catalogue.rule(&row.scene, licence.identifier.kind()).map_err(NotShowable::from)?;
    let value = mint::showable(licence, now)?;
    let index = status::index_for(tx, &row.licence, "", value, &*app.entropy, now).await?;
    let (claims, lifetime) =
        mint::claims_for(&app.config.tokens, &state.catalogue, licence, &row.scene, Profile::S, index)?;
    let (show, owner) = (id_of(&row.id)?, id_of(&row.account)?);
    Ok(OpenShow::new(show, owner, row, claims, lifetime).map_err(MintError::from)?)
}

fn id_of<T: std::str::FromStr>(text: &str) -> Result<T, StorageError> {
    let inconsistent =
        |_| StorageError::Inconsistent { table: "show", column: "id, account", row: text.into() };
    text.parse().map_err(inconsistent)
}

/// A licence of the caller; anybody else's is not found.
pub(super) async fn own_licence<A: Action>(
    app: &App,
    tx: &mut Tx,
    permit: &Permit<A>,
    id: LicenceId,
) -> Result<Licence, ShowError> {
    let found = storage::licence::record::find(tx, &app.secrets, id).await?.ok_or(ShowError::NotFound)?;
    if permit.owns(found.holder) { Ok(found) } else { Err(ShowError::NotFound) }
}

/// The same, held as it is until the transaction ends: an act must not come between what is decided here on its state
/// and the status index that is given out for it.
pub(super) async fn hold_own_licence<A: Action>(
    app: &App,
    tx: &mut Tx,
    permit: &Permit<A>,
    id: LicenceId,
) -> Result<Licence, ShowError> {
    let found =
        storage::licence::record::find_and_hold(tx, &app.secrets, id).await?.ok_or(ShowError::NotFound)?;
    if permit.owns(found.holder) { Ok(found) } else { Err(ShowError::NotFound) }
}

/// Logs the use, then lets the code go.
async fn leave(
    app: &App,
    show: &OpenShow,
    code: MintedCode,
    kind: UseKind,
    now: UnixTime,
) -> Result<Shown, ShowError> {
    let row = Use {
        at: now,
        kind,
        licence: show.licence.clone(),
        actor: show.account.clone(),
        subject: show.id.clone(),
        scene: show.scene.clone(),
        token: *code.jti.as_bytes(),
    };
    app.access_log.record(row).await?;
    // An act may have been committed while the row was written.
    if show.has_ended() {
        return Err(ShowError::Over);
    }
    show.remember(LastCode { qr_text: code.qr_text.as_str().into(), expires_at: code.expires_at });
    let early = Seconds(REFRESH_EARLY.0.min(show.lifetime.0 / 4));
    Ok(Shown {
        show: show.id.clone(),
        token: code.token,
        qr_text: code.qr_text,
        expires_at: code.expires_at,
        refresh_at: code.expires_at.minus(early),
        show_expires_at: show.closes_at,
    })
}

/// A phone should ask this long before a code runs out: time for a slow network and for the scan of the old one.
const REFRESH_EARLY: Seconds = Seconds(15);
