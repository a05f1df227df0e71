//! The catalogue: units, kinds of licence, and the scenes in which they are shown.

use alloc::{format, string::String, vec::Vec};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};

use super::{CATALOGUE_TYP, Purpose, Trust, read_signed, signed::Signed};
use crate::{
    json::are_distinct,
    jws,
    key::{SignError, Signer},
    limits::{CATALOGUE_LIFETIME, MAX_CATALOGUE, MAX_LIST_DEPTH, PAPER_LIFETIME, SCREEN_LIFETIME},
    members::{Members, is_lower_code, shortened, text_of, wrong},
    refusal::{Code, Refusal},
    text::Text,
    time::{Seconds, UnixTime},
};

/// The payload of a catalogue (core/README.md, "Catalogue"); names shown to people come from here and never from a
/// token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// The operator it belongs to.
    pub iss: String,
    /// Rises with every catalogue of this operator.
    pub version: u64,
    /// When it was made.
    pub iat: UnixTime,
    /// From when it no longer counts; at most 30 days after `iat`.
    pub exp: UnixTime,
    /// Issuing units.
    pub units: Vec<Unit>,
    /// Kinds of licence.
    pub kinds: Vec<Kind>,
    /// Scenes.
    pub scenes: Vec<Scene>,
}

/// An issuing or verifying unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Unified social credit code.
    pub id: String,
    /// Its names.
    pub names: Text,
    /// Type codes of the kinds it may issue; empty for a unit that only verifies.
    pub kinds: Vec<String>,
}

/// A kind of licence 证照类型.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Type code (GB/T 36904).
    pub code: String,
    /// Its names.
    pub names: Text,
    /// Labels of the short field keys.
    pub labels: Labels,
}

/// Short field key → label, in the order they are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels(pub Vec<(String, Text)>);

/// A scene 用证场景: who asks to see which fields of which kinds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// Its code, `[a-z0-9._-]{1,32}`.
    pub code: String,
    /// Its names.
    pub names: Text,
    /// Audience class.
    pub aud: String,
    /// The kinds that may be shown, each with its fields.
    pub kinds: Vec<SceneKind>,
    /// Longest life of a show token.
    pub lifetime: Seconds,
    /// What it accepts; anything weaker than the weakest of these is refused.
    pub profiles: Vec<Profile>,
    /// How old status knowledge may be.
    pub max_status_age: Seconds,
    /// Screen or paper.
    pub medium: Medium,
}

/// A kind as one scene sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SceneKind {
    /// Type code.
    pub code: String,
    /// The fields the scene may see.
    pub fields: Vec<SceneField>,
}

/// A field and how it is masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SceneField {
    /// Short field key.
    pub key: String,
    /// What of the value is hidden.
    pub mask: Mask,
}

/// How a field's value is shortened before it goes into a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mask {
    /// Shown whole.
    None,
    /// First character, then a `*` for each other: 张**.
    Name,
    /// Last four characters, `*` before.
    Tail4,
    /// First character and last, `*` between: 1****************X.
    IdNumber,
}

/// How strongly a presentation is bound; a later one is stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Profile {
    /// A show token by the server.
    S,
    /// A grant and the phone's proof.
    H,
    /// The proof answers the verifier's challenge.
    #[serde(rename = "H+nonce")]
    HNonce,
}

/// What the code is shown on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Medium {
    /// A rotating code: 30 to 300 s.
    Screen,
    /// A printed copy: up to 180 days.
    Paper,
}

impl Mask {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "none" => Some(Self::None),
            "name" => Some(Self::Name),
            "tail4" => Some(Self::Tail4),
            "id_number" => Some(Self::IdNumber),
            _ => None,
        }
    }

    /// The value as the scene sees it.
    pub fn apply(self, value: &str) -> String {
        let count = value.chars().count();
        let (head, tail) = match self {
            Self::None => return value.into(),
            Self::Name => (1, 0),
            // A value too short to hide anything behind its last four shows its last only.
            Self::Tail4 => (0, if count > 4 { 4 } else { 1 }),
            Self::IdNumber => (1, if count > 2 { 1 } else { 0 }),
        };
        let hidden_to = count.saturating_sub(tail);
        value.chars().enumerate().map(|(at, c)| if at < head || at >= hidden_to { c } else { '*' }).collect()
    }
}

impl Scene {
    fn take(members: &mut Members<'_>) -> Result<Self, Refusal> {
        let profiles = members.texts("profiles")?;
        Ok(Self {
            code: members.text("code")?,
            names: members.names("names")?,
            aud: members.text("aud")?,
            kinds: members.objects("kinds", &["code", "fields"], |kind| {
                let fields = kind.objects("fields", &["key", "mask"], |field| {
                    Ok(SceneField { key: field.text("key")?, mask: field.parsed("mask", Mask::parse)? })
                })?;
                Ok(SceneKind { code: kind.text("code")?, fields })
            })?,
            lifetime: members.seconds("lifetime")?,
            profiles: profiles
                .iter()
                .map(|profile| Profile::parse(profile).ok_or_else(|| wrong("profiles")))
                .collect::<Result<_, _>>()?,
            max_status_age: members.seconds("max_status_age")?,
            medium: members.parsed("medium", Medium::parse)?,
        })
    }
}

impl Medium {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "screen" => Some(Self::Screen),
            "paper" => Some(Self::Paper),
            _ => None,
        }
    }
}

impl Profile {
    fn parse(text: &str) -> Option<Self> {
        [Self::S, Self::H, Self::HNonce].into_iter().find(|profile| profile.as_str() == text)
    }

    /// The profile as written in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::H => "H",
            Self::HNonce => "H+nonce",
        }
    }
}

impl Labels {
    /// The label of a key.
    pub fn get(&self, key: &str) -> Option<&Text> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, label)| label)
    }
}

impl Serialize for Labels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, label) in &self.0 {
            map.serialize_entry(key, label)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Labels;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("field keys and their labels")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut access: A) -> Result<Labels, A::Error> {
                let mut labels = Labels::default();
                while let Some((key, label)) = access.next_entry::<String, Text>()? {
                    if labels.get(&key).is_some() {
                        return Err(de::Error::custom(format!("label {key} stands twice")));
                    }
                    labels.0.push((key, label));
                }
                Ok(labels)
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

impl Catalogue {
    /// Reads the payload of a catalogue; whether it is signed is not looked at.
    ///
    /// # Errors
    /// `E_FORMAT` for anything but its members in their form.
    pub fn read(payload: &[u8]) -> Result<Self, Refusal> {
        Self::from_members(payload).map_err(|_| Code::Format.into())
    }

    fn from_members(payload: &[u8]) -> Result<Self, Refusal> {
        let known = ["iss", "version", "iat", "exp", "units", "kinds", "scenes"];
        let mut catalogue = Members::read(payload, MAX_LIST_DEPTH, &known)?;
        let scene = ["code", "names", "aud", "kinds", "lifetime", "profiles", "max_status_age", "medium"];
        Ok(Self {
            iss: catalogue.text("iss")?,
            version: catalogue.count("version")?,
            iat: catalogue.time("iat")?,
            exp: catalogue.time("exp")?,
            units: catalogue.objects("units", &["id", "names", "kinds"], |unit| {
                Ok(Unit { id: unit.text("id")?, names: unit.names("names")?, kinds: unit.texts("kinds")? })
            })?,
            kinds: catalogue.objects("kinds", &["code", "names", "labels"], |kind| {
                let labels = Labels(kind.map("labels", text_of)?);
                Ok(Kind { code: kind.text("code")?, names: kind.names("names")?, labels })
            })?,
            scenes: catalogue.objects("scenes", &scene, Scene::take)?,
        })
    }

    /// The unit with this code.
    pub fn unit(&self, id: &str) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.id == id)
    }

    /// The kind with this type code.
    pub fn kind(&self, code: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.code == code)
    }

    /// The scene with this code.
    pub fn scene(&self, code: &str) -> Option<&Scene> {
        self.scenes.iter().find(|scene| scene.code == code)
    }

    /// Holds the catalogue to its rules.
    ///
    /// # Errors
    /// `E_LIFETIME` for a catalogue or scene that lives too long or too short; `E_CLAIM_TYPE` names what
    /// stands twice or is malformed.
    pub fn check(&self) -> Result<(), Refusal> {
        let lifetime = self.exp.since(self.iat);
        if lifetime.0 <= 0 || lifetime > CATALOGUE_LIFETIME {
            return Err(Refusal::about(Code::Lifetime, "exp"));
        }
        if !are_distinct(self.units.iter().map(|unit| &*unit.id)) {
            return Err(Refusal::about(Code::ClaimType, "units"));
        }
        if !are_distinct(self.kinds.iter().map(|kind| &*kind.code)) {
            return Err(Refusal::about(Code::ClaimType, "kinds"));
        }
        if !are_distinct(self.scenes.iter().map(|scene| &*scene.code)) {
            return Err(Refusal::about(Code::ClaimType, "scenes"));
        }
        for scene in &self.scenes {
            let (shortest, longest) = match scene.medium {
                Medium::Screen => SCREEN_LIFETIME,
                Medium::Paper => (SCREEN_LIFETIME.0, PAPER_LIFETIME),
            };
            let about = |code| Refusal::about(code, shortened(&scene.code));
            if !(shortest..=longest).contains(&scene.lifetime) || scene.max_status_age.0 <= 0 {
                return Err(about(Code::Lifetime));
            }
            if !is_lower_code(&scene.code) || !is_lower_code(&scene.aud) || scene.profiles.is_empty() {
                return Err(about(Code::ClaimType));
            }
        }
        Ok(())
    }
}

/// Signs a catalogue as a compact JWS.
///
/// # Errors
/// [`SignError::Content`] names what no verifier would accept; nothing is signed then.
pub fn sign_catalogue(catalogue: &Catalogue, signer: &dyn Signer) -> Result<String, SignError> {
    catalogue
        .check()
        .map_err(|refusal| SignError::Content(refusal.about.unwrap_or("catalogue".into()).into_owned()))?;
    let payload = serde_json::to_vec(catalogue).map_err(|_| SignError::Content("catalogue".into()))?;
    let text = jws::sign(CATALOGUE_TYP, &payload, signer)?;
    if text.len() > MAX_CATALOGUE {
        return Err(SignError::Content("catalogue, longer than 8 MiB,".into()));
    }
    Ok(text)
}

/// Reads and verifies a catalogue; it must be signed by the operator it names.
pub(crate) fn read_catalogue(
    text: &str,
    trust: &Trust,
    now: UnixTime,
) -> Result<(Catalogue, Signed), Refusal> {
    let signed =
        read_signed(text, MAX_CATALOGUE, CATALOGUE_TYP, Purpose::Catalogue, Code::CatalogueSig, trust)?;
    let catalogue = Catalogue::read(&signed.payload)?;
    if catalogue.iss != signed.operator {
        return Err(Code::IssuerKeyMismatch.into());
    }
    signed.key_was_good(trust, catalogue.iat, now)?;
    catalogue.check()?;
    Ok((catalogue, signed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_hide_what_they_should() {
        for (mask, value, want) in [
            (Mask::None, "张三丰", "张三丰"),
            (Mask::Name, "张三丰", "张**"),
            (Mask::Name, "", ""),
            (Mask::Tail4, "JY13500000000021", "************0021"),
            (Mask::Tail4, "0021", "***1"),
            (Mask::IdNumber, "11010519491231002X", "1****************X"),
            (Mask::IdNumber, "12", "1*"),
        ] {
            assert_eq!(mask.apply(value), want, "{mask:?} {value}");
        }
    }

    #[test]
    fn profiles_are_ordered_by_strength() {
        assert!(Profile::S < Profile::H && Profile::H < Profile::HNonce);
    }
}
