//! Profile H: a grant with which one phone shows one licence in one scene for a day, without a network.
//!
//! The key never leaves the phone; this server signs that the licence may be shown by whoever holds it. Each
//! device has its own status index, so dropping a phone ends its codes and no other's.

use std::sync::Arc;

use liangzheng_core::key::{AwsLcSigner, PublicKey, Signer};
use liangzheng_core::qr;
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::token::{GrantClaims, Nonce, ShowClaims, grant, proof};
use liangzheng_core::trust::{Profile, Purpose};

use crate::App;
use crate::domain::access::{MakeGrant, Permit};
use crate::domain::actor::account::Principal;
use crate::domain::ids::{DeviceId, LicenceId};
use crate::domain::showing::device::Device;
use crate::service::publication::status;
use crate::service::showing::mint::{self, MintError};
use crate::service::showing::show::{ShowError, hold_own_licence, own_licence};
use crate::service::trace::access_log::{Use, UseKind};
use crate::storage;

/// A grant for a phone.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Granted {
    /// `<jws>~`: an SD-JWT without disclosures.
    pub grant: String,
    /// From when it no longer counts, in unix seconds.
    pub expires_at: UnixTime,
}

/// Grants `licence` to `device` for `scene`.
pub async fn grant(
    app: &App,
    permit: &Permit<MakeGrant>,
    licence: LicenceId,
    device: DeviceId,
    scene: &str,
    pin: &str,
) -> Result<Granted, ShowError> {
    let holder = permit.principal();
    let now = app.clock.now();
    let mut tx = app.db.begin_read().await?;
    own_licence(app, &mut tx, permit, licence).await?;
    let found = storage::showing::device::find(&mut tx, device).await?;
    own_key(found, holder)?;
    tx.commit().await?;
    crate::service::actor::pin::check(app, holder, pin).await?;

    let mut tx = app.db.begin_write().await?;
    let found = hold_own_licence(app, &mut tx, permit, licence).await?;
    // Held, so that dropping the phone at this moment either finds the index given out here or prevents it.
    let key = own_key(storage::showing::device::find_and_hold(&mut tx, device).await?, holder)?;
    let state = app.trust.current();
    let value = mint::showable(&found, now)?;
    state.catalogue.rule(scene, found.identifier.kind()).map_err(mint::NotShowable::from)?;
    let text = licence.to_string();
    let index = status::index_for(&mut tx, &text, &device.to_string(), value, &*app.entropy, now).await?;
    let (mut claims, _) =
        mint::claims_for(&app.config.tokens, &state.catalogue, &found, scene, Profile::H, index)?;
    claims.iat = now;
    claims.exp = now.plus(Seconds(app.config.tokens.grant_seconds));
    claims.jti = mint::jti(&*app.entropy);
    let signer = app.keys.signer(Purpose::Grant, now).map_err(MintError::from)?;
    let sample = rehearse(&claims, &*signer, app, now)?;
    mint::verdict_on(&state.verifier, &sample, &claims, value, now)?;
    let text_grant =
        grant::sign(&GrantClaims { licence: claims.clone(), cnf: key }, &*signer).map_err(MintError::from)?;
    tx.commit().await?;

    let row = Use {
        at: now,
        kind: UseKind::Grant,
        licence: text.into(),
        actor: Arc::from(holder.account.to_string()),
        subject: Arc::from(device.to_string()),
        scene: claims.scene.as_str().into(),
        token: *claims.jti.as_bytes(),
    };
    app.access_log.record(row).await?;
    Ok(Granted { grant: text_grant, expires_at: claims.exp })
}

/// What a verifier will see: the same claims bound to a key made for this moment, with its proof, packed.
///
/// Judged before the real grant is signed, so that none leaves which would not verify; it never leaves itself.
fn rehearse(claims: &ShowClaims, signer: &dyn Signer, app: &App, now: UnixTime) -> Result<String, ShowError> {
    let (phone, _) = AwsLcSigner::generate("phone").map_err(MintError::from)?;
    let claims = GrantClaims { licence: claims.clone(), cnf: phone.public_key() };
    let grant = grant::sign(&claims, signer).map_err(MintError::from)?;
    let nonce = Nonce::from_bytes(app.entropy.bytes());
    let input = proof::signing_input(&grant, &claims.licence.aud, &nonce, now);
    let signature = phone.sign(input.as_bytes()).map_err(MintError::from)?;
    let presentation = proof::attach(&grant, &input, &signature);
    qr::pack(&presentation).map_err(MintError::Pack)?;
    Ok(presentation)
}

/// The key of a device of the caller; a dropped one, or anybody else's, is not found.
fn own_key(device: Option<Device>, holder: &Principal) -> Result<PublicKey, ShowError> {
    let own = device.filter(|device| device.account == holder.account && device.dropped_at.is_none());
    own.map(|device| device.key).ok_or(ShowError::NotFound)
}
