//! Making tokens: from a licence and a scene to claims, from claims to a signed token and its QR text.

use std::cell::RefCell;
use std::sync::Arc;

use liangzheng_core::key::SignError;
use liangzheng_core::qr::Packer;
use liangzheng_core::status::StatusValue;
use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, Seconds, UnixTime};
use liangzheng_core::token::{Jti, ShowClaims, show};
use liangzheng_core::trust::{Profile, Purpose};
use liangzheng_core::verify::{Answer, Code, Live, LiveStatus, Options, Refusal, Verdict, Verifier};

use crate::config::TokensConfig;
use crate::domain::catalogue::codes::SceneCode;
use crate::domain::catalogue::{Catalogue, SceneError};
use crate::domain::clock::Entropy;
use crate::domain::licence::{Licence, Unshowable};
use crate::service::publication::keys::Keys;
use crate::service::publication::keys::NoActiveKey;
use crate::service::publication::status::Given;
use crate::service::showing::show_secret::ShowSecret;

/// A token and the text of its QR code.
#[derive(Clone, Debug)]
pub struct MintedCode {
    /// The compact JWS.
    pub token: Arc<str>,
    /// `EL1:…`
    pub qr_text: Arc<str>,
    /// From when it counts.
    pub iat: UnixTime,
    /// From when it no longer counts.
    pub expires_at: UnixTime,
}

/// Why no token could be made, though the licence may be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MintError {
    /// No key may sign now.
    #[error(transparent)]
    NoKey(#[from] NoActiveKey),
    /// Signing failed.
    #[error("signing failed: {0}")]
    Sign(#[from] SignError),
    /// The token does not fit a QR text.
    #[error("the token cannot be packed: {0}")]
    Pack(Refusal),
}

/// Why a licence cannot be shown now: a code of the verdict it would get, or the scene's own refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotShowable {
    /// A stable code: `E_…`, `U_…` or one of the scene's.
    pub code: &'static str,
    /// The reason for people.
    pub reason: Text,
}

impl NotShowable {
    /// The reason a verdict of `code` gives.
    pub(super) fn of(code: Code) -> Self {
        Self { code: code.as_str(), reason: code.message() }
    }

    /// The scene is for printed copies.
    pub(super) fn on_paper() -> Self {
        let reason = Text::fixed(
            "该场景用于打印件，请下载证照文件",
            "The scene is for printed copies: fetch the licence's file",
        );
        Self { code: "scene-on-paper", reason }
    }
}

impl From<SceneError> for NotShowable {
    fn from(error: SceneError) -> Self {
        let (code, reason) = match error {
            SceneError::Unknown => {
                ("scene-unknown", Text::fixed("没有这个用证场景", "There is no such scene"))
            }
            SceneError::KindNotListed => (
                "scene-kind-not-listed",
                Text::fixed("该场景不使用此类证照", "The scene does not take this kind of licence"),
            ),
            SceneError::OutOfForce => (
                "out-of-force",
                Text::fixed("该场景或证照类型已停用", "The scene or the kind of licence is out of force"),
            ),
            SceneError::ProfileNotListed => (
                "scene-profile-not-listed",
                Text::fixed("该场景不接受此种亮证方式", "The scene does not take this way of showing"),
            ),
            SceneError::FieldsTooLong => {
                ("fields-too-long", Text::fixed("照面信息超出亮证码容量", "The fields do not fit a code"))
            }
        };
        Self { code, reason }
    }
}

/// The claims of a licence shown in a scene; `iat`, `exp` and `jti` are set by each minting.
pub fn claims_for(
    config: &TokensConfig,
    catalogue: &Catalogue,
    licence: &Licence,
    scene: &SceneCode,
    profile: Profile,
    index: Given,
) -> Result<(ShowClaims, Seconds), NotShowable> {
    let rule = catalogue.rule(scene, licence.kind())?;
    rule.takes(profile)?;
    let ntc = match index.value {
        StatusValue::Valid => None,
        notice if notice.is_notice() => Some(notice),
        StatusValue::Suspended => return Err(NotShowable::of(Code::StatusSuspended)),
        StatusValue::Superseded => return Err(NotShowable::of(Code::StatusSuperseded)),
        _ => return Err(NotShowable::of(Code::StatusInvalid)),
    };
    let claims = ShowClaims {
        iss: config.operator.clone(),
        iat: UnixTime(0),
        exp: UnixTime(0),
        jti: Jti::from_bytes([0; 12]),
        aud: rule.scene.aud.clone(),
        scene: rule.scene.code.clone(),
        lic: licence.identifier.clone(),
        fld: rule.shown(&licence.face)?,
        vf: licence.valid_from,
        vt: licence.valid_to,
        status: index.status,
        ntc,
        act: None,
    };
    Ok((claims, rule.scene.lifetime))
}

/// The licence's value on the wire, if it can be shown now: asked before an index is given out, so that a licence
/// that cannot be shown leaves no trace in a list.
pub fn showable(licence: &Licence, now: UnixTime) -> Result<StatusValue, NotShowable> {
    let today = Day::of(now);
    let refused = |why: Unshowable| NotShowable { code: why.code(), reason: why.reason() };
    licence.showable(today).map_err(refused)?;
    licence.wire_status(today).ok_or_else(|| refused(Unshowable::NotIssued))
}

/// Signs the token of second `now` of a show and packs it.
pub fn mint_show(
    keys: &Keys,
    template: &show::Template,
    secret: &ShowSecret,
    lifetime: Seconds,
    now: UnixTime,
) -> Result<MintedCode, MintError> {
    let expires_at = now.plus(lifetime);
    let signer = keys.signer(Purpose::Show, now)?;
    let signed = template.sign(secret.jti(now), now, expires_at, &*signer)?;
    let qr_text = PACKER.with_borrow_mut(|packer| packer.pack_signed(&signed)).map_err(MintError::Pack)?;
    metrics::counter!("liangzheng_show_tokens_signed_total").increment(1);
    Ok(MintedCode { token: signed.token.into(), qr_text: qr_text.into(), iat: now, expires_at })
}

/// A fresh token name.
pub fn jti(entropy: &dyn Entropy) -> Jti {
    Jti::from_bytes(entropy.bytes())
}

thread_local! {
    /// One compressor per worker: making one costs four times a pack.
    static PACKER: RefCell<Packer> = RefCell::new(Packer::new());
}

/// What a verifier of that scene with this server's knowledge would say of `presentation`.
pub fn verdict_on(
    verifier: &Verifier,
    presentation: &str,
    claims: &ShowClaims,
    value: StatusValue,
    now: UnixTime,
) -> Result<Verdict, NotShowable> {
    let live = Known { uri: &claims.status.uri, idx: claims.status.idx, value, as_of: now };
    let options = Options {
        now,
        audience: Some(&claims.aud),
        scene: Some(&claims.scene),
        challenge: None,
        replay: None,
        live_status: Some(&live),
    };
    let verdict = verifier.verify(presentation, &options);
    if verdict.verdict == Answer::Valid { Ok(verdict) } else { Err(NotShowable::of(verdict.code)) }
}

/// The one status that the database just told.
struct Known<'a> {
    uri: &'a str,
    idx: u32,
    value: StatusValue,
    as_of: UnixTime,
}

impl LiveStatus for Known<'_> {
    fn status(&self, uri: &str, idx: u32) -> Option<Live> {
        (uri == self.uri && idx == self.idx).then_some(Live {
            value: self.value,
            act: None,
            as_of: self.as_of,
        })
    }
}
