//! Profile H: an offline grant with which one phone shows one licence in one scene for a day, without a network.
//!
//! The key never leaves the phone; this server signs that the licence may be shown by whoever holds it. Each
//! device has its own status index, so dropping a phone ends its codes and no other's.

use liangzheng_core::key::{AwsLcSigner, Signer};
use liangzheng_core::qr;
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::token::{GrantClaims, Nonce, ShowClaims, grant, proof};
use liangzheng_core::trust::{Profile, Purpose};
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::{FetchOfflineGrant, Permit, Scope};
use crate::domain::catalogue::codes::SceneCode;
use crate::domain::ids::{AccountId, DeviceId, HolderId, LicenceId};
use crate::service::actor::pin;
use crate::service::licence::parts;
use crate::service::publication::status::{self, ShownBy};
use crate::service::showing::assurance;
use crate::service::showing::mint::{self, MintError};
use crate::service::showing::reach;
use crate::service::showing::show::{Proof, ShowError, delegate, ground_of};
use crate::service::trace::access_log::{LogUnavailable, Use, UseKind};
use crate::service::work::{Reply, Work};
use crate::storage::StorageError;
use crate::storage::actor::account;
use crate::storage::idempotency::Claim;
use crate::storage::licence::record;
use crate::storage::showing::device;
use crate::storage::trace::access_log;

/// With which a phone shows a licence without a network.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OfflineGrant {
    /// `<jws>~`: an SD-JWT without disclosures.
    grant: String,
    /// From when it no longer counts, in unix seconds.
    expires_at: UnixTime,
}

/// Grants `licence` to `device` for `scene`. The same request again gets the same grant, after the PIN as before.
pub async fn grant(
    app: &App,
    permit: &Permit<FetchOfflineGrant>,
    licence: LicenceId,
    device: DeviceId,
    scene: &SceneCode,
    proof: Proof<'_>,
    claim: Option<Claim>,
) -> Result<Reply<OfflineGrant>, ShowError> {
    let Proof { pin, factor } = proof;
    let own = Scope::Account(permit.account());
    let mut tx = app.db.begin_read().await?;
    let found = reach::find(&mut tx, &app.secrets, permit, licence, scene, app.now()).await?;
    let phone = device::find(&mut tx, own, device).await?;
    tx.commit().await?;
    found.shown()?;
    phone.ok_or(ShowError::NotFound)?;
    let pin = pin::check(app, permit.account(), pin).await?;

    let mut work = Work::begin(app, permit).await?;
    pin.take(&mut work).await?;
    if let Some(before) = work.claim(claim).await? {
        work.finish().await?;
        return Ok(before);
    }
    let now = work.now;
    // Both held, so that an act on the licence or dropping the phone at this moment either finds the index given out
    // here or prevents it.
    let found = reach::find_and_hold(&mut work.tx, &app.secrets, permit, licence, scene, now).await?;
    let phone = device::find_and_hold(&mut work.tx, own, device).await?;
    let ((found, wallet), phone) = (found.shown()?, phone.ok_or(ShowError::NotFound)?);
    work.acts_as(wallet.footing);
    match assurance::prove(app, &mut work, permit.account(), &found, Some(scene), factor).await? {
        Ok(None) => {}
        Ok(Some(used)) => work.audit(used, &device.to_string(), None).await?,
        Err(refused) => {
            work.finish().await?;
            return Err(refused.into());
        }
    }
    let state = app.trust.current();
    let value = parts::showable(app, &mut work.tx, &found, now).await??;
    state.catalogue.rule(scene, found.kind()).map_err(mint::NotShowable::from)?;
    let shown_by = ShownBy { device: Some(device), delegation: wallet.delegation, print: None };
    let index = status::index_for(&mut work, licence, shown_by, value, &*app.entropy).await?;
    let (mut claims, _) =
        mint::claims_for(&app.config.tokens, &state.catalogue, &found, scene, Profile::H, index)?;
    claims.act = delegate(app, &mut work, permit.account(), wallet).await?;
    claims.iat = now;
    // No phone shows for longer than its owner may.
    let end = now.plus(Seconds(app.config.tokens.grant_seconds));
    claims.exp = wallet.until.into_iter().chain([end]).min().unwrap_or(end);
    claims.jti = mint::jti(&*app.entropy);
    let signer = app.keys.signer(Purpose::Grant, now).map_err(MintError::from)?;
    let sample = rehearse(&claims, &*signer, app, now)?;
    mint::verdict_on(&state.verifier, &sample, &claims, value, now)?;
    let grant = grant::sign(&GrantClaims { licence: claims.clone(), cnf: phone.key }, &*signer)
        .map_err(MintError::from)?;
    let row = Use {
        at: now,
        kind: UseKind::OfflineGrant,
        licence: licence.to_string().into(),
        actor: permit.account().to_string().into(),
        subject: device.to_string().into(),
        scene: scene.shared(),
        token: claims.jti.as_bytes().to_vec(),
        ground: ground_of(wallet),
    };
    // In the same transaction: a grant that is kept for the same request again is one that was logged.
    access_log::append(&mut work.tx, &row).await.map_err(|error| {
        tracing::error!(%error, "access log not written; the grant is refused");
        LogUnavailable
    })?;
    Ok(work.commit(OfflineGrant { grant, expires_at: claims.exp }).await?)
}

/// Ends the grants that an account got for what lies in a holder's wallet, for whom it acts no more; those for what lies in
/// its own stay. The phone may get others under other indexes, if the account comes to act for him again.
pub(in crate::service) async fn end_of_agent(
    app: &App,
    work: &mut Work<'_>,
    account: AccountId,
    holder: HolderId,
) -> Result<(), StorageError> {
    let own = account::find(&mut work.tx, account).await?.and_then(|row| row.holder);
    for phone in device::of_account(&mut work.tx, account).await? {
        for entry in status::of_device(&mut work.tx, phone.id).await? {
            let (secrets, licence) = (&app.secrets, entry.licence);
            let is_his = record::find(&mut work.tx, secrets, holder, licence).await?.is_some();
            let is_own = match own {
                Some(own) => record::find(&mut work.tx, secrets, own, licence).await?.is_some(),
                None => false,
            };
            if is_his && !is_own {
                status::end_of_device(work, &entry).await?;
            }
        }
    }
    Ok(())
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
