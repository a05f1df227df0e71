//! What a token says of a licence: the claims shared by `show+jwt` and the grant.

use alloc::{string::String, vec::Vec};

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::Jti;
use crate::{
    identifier::Identifier,
    json::Node,
    limits::{MAX_DELEGATE, MAX_FIELDS, MAX_URI},
    members::{Members, is_lower_code, is_operator_id, is_plain_text, wrong},
    refusal::{Code, Refusal},
    status::{SHARD_ENTRIES, StatusValue},
    time::{Day, UnixTime},
};

/// The claims of a `show+jwt`, and of a grant but for `vct` and `cnf` (core/README.md, "Show token, grant, proof").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShowClaims {
    /// The operator that signs.
    pub iss: String,
    /// When it was made.
    pub iat: UnixTime,
    /// From when it no longer counts.
    pub exp: UnixTime,
    /// 96 random bits.
    pub jti: Jti,
    /// The audience class of the scene.
    pub aud: String,
    /// The scene it is shown for.
    pub scene: String,
    /// Which licence: kind and unit are read from here and nowhere else.
    pub lic: Identifier,
    /// The fields the scene may see, already masked.
    pub fld: Fields,
    /// First day of the licence's validity.
    pub vf: Day,
    /// Last day of the licence's validity; `None` is 长期.
    pub vt: Option<Day>,
    /// Where its status stands.
    pub status: StatusRef,
    /// The notice that stood when it was signed: a list made before may not have it yet.
    pub ntc: Option<StatusValue>,
    /// Who shows it for the holder, if a delegate does.
    pub act: Option<Delegate>,
}

/// An entry of a Token Status List.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusRef {
    /// The list, byte for byte its `sub`.
    pub uri: String,
    /// The entry, below 2^20.
    pub idx: u32,
}

/// Who shows a licence for its holder 委托用证.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Delegate {
    /// The delegate's number, masked.
    pub sub: String,
    /// The delegate's name.
    pub name: String,
}

/// Short field keys and their values, in the order they are shown; at most 256 bytes in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Takes fields in the order they are to be shown.
    ///
    /// # Errors
    /// `E_CLAIM_TYPE` about `fld`: more than 256 bytes in all, a key twice, a key that is not
    /// `[a-z0-9_]{1,16}`, or a value with control or direction characters.
    pub fn new(fields: Vec<(String, String)>) -> Result<Self, Refusal> {
        let bytes = fields
            .iter()
            .fold(0_usize, |sum, (key, value)| sum.saturating_add(key.len()).saturating_add(value.len()));
        let keys_are_right = fields.iter().enumerate().all(|(at, (key, _))| {
            (1..=16).contains(&key.len())
                && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
                && !fields.iter().take(at).any(|(earlier, _)| earlier == key)
        });
        if bytes > MAX_FIELDS || !keys_are_right || !fields.iter().all(|(_, value)| is_plain_text(value)) {
            return Err(wrong("fld"));
        }
        Ok(Self(fields))
    }

    /// The fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// Names of the claims of a `show+jwt`.
pub(crate) const SHOW_CLAIMS: [&str; 13] =
    ["iss", "iat", "exp", "jti", "aud", "scene", "lic", "fld", "vf", "vt", "status", "ntc", "act"];

impl ShowClaims {
    /// Takes the licence's claims out of a payload's members.
    pub(crate) fn take(members: &mut Members<'_>) -> Result<Self, Refusal> {
        let claims = Self {
            iss: members.text_if("iss", is_operator_id)?,
            iat: members.time("iat")?,
            exp: members.time("exp")?,
            jti: members.parsed("jti", Jti::parse)?,
            aud: members.text_if("aud", is_lower_code)?,
            scene: members.text_if("scene", is_lower_code)?,
            lic: members
                .parsed("lic", |text| Identifier::parse(text).ok().filter(|id| id.as_str() == text))?,
            fld: take_fields(members)?,
            vf: members.day("vf")?,
            vt: if members.has("vt") { Some(members.day("vt")?) } else { None },
            status: take_status(members)?,
            ntc: take_notice(members)?,
            act: take_delegate(members)?,
        };
        if claims.vt.is_some_and(|vt| vt < claims.vf) {
            return Err(wrong("vt"));
        }
        if claims.exp <= claims.iat {
            return Err(Refusal::about(Code::Lifetime, "exp"));
        }
        Ok(claims)
    }

    pub(crate) fn wire(&self) -> Wire<'_> {
        self.wire_of(self.jti, self.iat, self.exp)
    }

    /// As [`Self::wire`], with another name and other times.
    pub(crate) fn wire_of(&self, jti: Jti, iat: UnixTime, exp: UnixTime) -> Wire<'_> {
        Wire {
            iss: &self.iss,
            iat,
            exp,
            jti: jti.to_text(),
            aud: &self.aud,
            scene: &self.scene,
            lic: self.lic.as_str(),
            fld: &self.fld,
            vf: self.vf,
            vt: self.vt,
            status: WireStatus { status_list: WireEntry { idx: self.status.idx, uri: &self.status.uri } },
            ntc: self.ntc.map(StatusValue::wire),
            act: self.act.as_ref(),
        }
    }
}

fn take_fields(members: &mut Members<'_>) -> Result<Fields, Refusal> {
    let Node::Object(fields) = members.required("fld")? else { return Err(wrong("fld")) };
    let texts = fields.into_iter().map(|(key, value)| match value {
        Node::Text(value) => Ok((key.into_owned(), value.into_owned())),
        _ => Err(wrong("fld")),
    });
    Fields::new(texts.collect::<Result<_, _>>()?)
}

fn take_status(members: &mut Members<'_>) -> Result<StatusRef, Refusal> {
    let mut list = members.object("status", &["status_list"])?.object("status_list", &["idx", "uri"])?;
    let idx = list.number("idx")?;
    let uri = list.text_if("uri", |uri| {
        uri.len() <= MAX_URI
            && (uri.starts_with("https://") || uri.starts_with("http://"))
            && uri.bytes().all(|b| b.is_ascii_graphic())
    })?;
    // An index that no list of ours can have is told as such and not as a wrong type.
    let idx = u32::try_from(idx).ok().filter(|idx| *idx < SHARD_ENTRIES).ok_or(Code::StatusIndex)?;
    Ok(StatusRef { uri, idx })
}

fn take_notice(members: &mut Members<'_>) -> Result<Option<StatusValue>, Refusal> {
    if !members.has("ntc") {
        return Ok(None);
    }
    let value = u8::try_from(members.number("ntc")?).ok().and_then(StatusValue::from_wire);
    value.filter(|value| value.is_notice()).map(Some).ok_or_else(|| wrong("ntc"))
}

fn take_delegate(members: &mut Members<'_>) -> Result<Option<Delegate>, Refusal> {
    if !members.has("act") {
        return Ok(None);
    }
    let is_right = |text: &str| (1..=MAX_DELEGATE).contains(&text.len()) && is_plain_text(text);
    let mut act = members.object("act", &["sub", "name"])?;
    Ok(Some(Delegate { sub: act.text_if("sub", is_right)?, name: act.text_if("name", is_right)? }))
}

/// The claims in the order they are written.
#[derive(Serialize)]
pub(crate) struct Wire<'a> {
    iss: &'a str,
    iat: UnixTime,
    exp: UnixTime,
    jti: String,
    aud: &'a str,
    scene: &'a str,
    lic: &'a str,
    fld: &'a Fields,
    vf: Day,
    #[serde(skip_serializing_if = "Option::is_none")]
    vt: Option<Day>,
    status: WireStatus<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ntc: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<&'a Delegate>,
}

#[derive(Serialize)]
struct WireStatus<'a> {
    status_list: WireEntry<'a>,
}

#[derive(Serialize)]
struct WireEntry<'a> {
    idx: u32,
    uri: &'a str,
}
