//! Profile H: an offline grant with which one phone shows one licence in one scene for a day, without a network.
//!
//! The key never leaves the phone; this server signs that the licence may be shown by whoever holds it. Each
//! device has its own status index, so dropping a phone ends its codes and no other's.

use liangzheng_core::key::{AwsLcSigner, Signer};
use liangzheng_core::qr;
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::token::{GrantClaims, Nonce, ShowClaims, grant, proof};
use liangzheng_core::trust::{Profile, Purpose};

use crate::App;
use crate::domain::access::{FetchOfflineGrant, Permit, Scope};
use crate::domain::catalogue::codes::SceneCode;
use crate::domain::ids::{DeviceId, LicenceId};
use crate::service::actor::pin;
use crate::service::publication::status;
use crate::service::showing::mint::{self, MintError};
use crate::service::showing::show::ShowError;
use crate::service::trace::access_log::{Use, UseKind};
use crate::service::work::Work;
use crate::storage::licence::record;
use crate::storage::showing::device;

/// An offline grant for a phone.
#[derive(Clone, Debug)]
pub struct OfflineGrant {
    /// `<jws>~`: an SD-JWT without disclosures.
    pub grant: String,
    /// From when it no longer counts.
    pub expires_at: UnixTime,
}

/// Grants `licence` to `device` for `scene`.
pub async fn grant(
    app: &App,
    permit: &Permit<FetchOfflineGrant>,
    licence: LicenceId,
    device: DeviceId,
    scene: &SceneCode,
    pin: &str,
) -> Result<OfflineGrant, ShowError> {
    let own = Scope::Account(permit.account());
    let mut tx = app.db.begin_read().await?;
    let found = record::find(&mut tx, &app.secrets, permit.scope(), licence).await?;
    let phone = device::find(&mut tx, own, device).await?;
    tx.commit().await?;
    found.zip(phone).ok_or(ShowError::NotFound)?;
    let pin = pin::check(app, permit.account(), pin).await?;

    let mut work = Work::begin(app, permit).await?;
    pin.take(&mut work).await?;
    let now = work.now;
    // Both held, so that an act on the licence or dropping the phone at this moment either finds the index given out
    // here or prevents it.
    let found = record::find_and_hold(&mut work.tx, &app.secrets, permit.scope(), licence).await?;
    let phone = device::find_and_hold(&mut work.tx, own, device).await?;
    let (found, phone) = found.zip(phone).ok_or(ShowError::NotFound)?;
    let state = app.trust.current();
    let value = mint::showable(&found, now)?;
    state.catalogue.rule(scene, found.kind()).map_err(mint::NotShowable::from)?;
    let index = status::index_for(&mut work, licence, Some(device), value, &*app.entropy).await?;
    let (mut claims, _) =
        mint::claims_for(&app.config.tokens, &state.catalogue, &found, scene, Profile::H, index)?;
    claims.iat = now;
    claims.exp = now.plus(Seconds(app.config.tokens.grant_seconds));
    claims.jti = mint::jti(&*app.entropy);
    let signer = app.keys.signer(Purpose::Grant, now).map_err(MintError::from)?;
    let sample = rehearse(&claims, &*signer, app, now)?;
    mint::verdict_on(&state.verifier, &sample, &claims, value, now)?;
    let grant = grant::sign(&GrantClaims { licence: claims.clone(), cnf: phone.key }, &*signer)
        .map_err(MintError::from)?;
    work.finish().await?;

    let row = Use {
        at: now,
        kind: UseKind::OfflineGrant,
        licence: licence.to_string().into(),
        actor: permit.account().to_string().into(),
        subject: device.to_string().into(),
        scene: scene.shared(),
        token: claims.jti.as_bytes().to_vec(),
        ground: None,
    };
    app.access_log.record(row).await?;
    Ok(OfflineGrant { grant, expires_at: claims.exp })
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
