//! Signing catalogues in time.

use liangzheng_core::key::Signer;
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::trust::{Catalogue, Purpose, sign_catalogue};

use crate::App;
use crate::config::TokensConfig;
use crate::service::catalogue::content;
use crate::service::publication::publisher::{self, PublishError};
use crate::service::work::Work;
use crate::storage;
use crate::storage::change::Change;
use crate::storage::publication::trust::SignedRow;

/// Signs the catalogue anew if less than a third of its life is left, or its key is no longer good.
///
/// Returns whether a new version is in force.
pub async fn renew(app: &App) -> Result<bool, PublishError> {
    let now = app.now();
    let state = app.trust.current();
    let held = state.catalogue.signed();
    // One that lies ahead was signed by a clock that was wrong: verifiers refuse it until then.
    let is_ahead = held.iat.since(now) > CLOCKS_DIFFER;
    let is_fresh = !is_ahead && held.exp.since(now).0 > app.config.tokens.catalogue_lifetime_seconds / 3;
    if is_fresh && !state.catalogue_is_refused {
        return Ok(false);
    }
    let next = Catalogue { version: held.version + 1, ..held.clone() };
    put(app, next, None).await?;
    Ok(true)
}

/// Signs what units and entries say now, if they have changed since the catalogue was last made of them.
///
/// All changes up to this moment make one version. Returns whether there is a new one.
pub async fn follow(app: &App) -> Result<bool, PublishError> {
    let mut tx = app.db.begin_read().await?;
    let (seq, signed) = storage::catalogue::entry::head(&mut tx).await?;
    if seq == signed {
        return Ok(false);
    }
    let content = content::content(&mut tx, app.now()).await?;
    tx.commit().await?;
    let version = app.trust.current().catalogue.signed().version + 1;
    put(app, Catalogue { version, ..content }, Some(seq)).await?;
    Ok(true)
}

/// Signs and publishes a catalogue version; its times are set here. `made_of` is the change of units and entries up to
/// which it was made of them; `None` for the content of the version before.
async fn put(app: &App, content: Catalogue, made_of: Option<i64>) -> Result<(), PublishError> {
    publisher::believed(app)?;
    let now = app.now();
    let signer = app.keys.signer(Purpose::Catalogue, now)?;
    let row = sign_catalogue_row(content, &*signer, &app.config.tokens, now)?;
    let mut work = Work::of_server(app).await?;
    storage::publication::trust::insert_catalogue(&mut work.tx, &row).await?;
    if let Some(seq) = made_of {
        storage::catalogue::entry::signed_to(&mut work.tx, seq).await?;
    }
    work.changed(Change::Catalogue).await?;
    Ok(work.finish().await?)
}

/// Signs a catalogue as from `now`.
pub fn sign_catalogue_row(
    mut content: Catalogue,
    signer: &dyn Signer,
    config: &TokensConfig,
    now: UnixTime,
) -> Result<SignedRow, PublishError> {
    content.iss.clone_from(&config.operator);
    content.iat = now;
    content.exp = now.plus(Seconds(config.catalogue_lifetime_seconds));
    let jws = sign_catalogue(&content, signer)?;
    let version = i64::try_from(content.version).unwrap_or(i64::MAX);
    Ok(SignedRow { version, iat: content.iat.0, exp: content.exp.0, jws })
}

/// Ahead by less, it is of another server whose clock differs.
const CLOCKS_DIFFER: Seconds = Seconds(60);
