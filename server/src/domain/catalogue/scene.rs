//! Scenes 用证场景: who asks to see which fields of which kinds, and for how long a code lives (R49, R50).

use std::collections::HashSet;

use liangzheng_core::limits::{MAX_FIELDS, PAPER_LIFETIME, SCREEN_LIFETIME};
use liangzheng_core::text::Text;
use liangzheng_core::time::Seconds;
use liangzheng_core::trust::{self, Mask, Medium, Profile};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::{KindCode, Uscc};
use super::kind::{Assurance, Field, FieldType, Kind};
use super::kind_rules::most_characters;
use super::matter::MAX_NAME;
use crate::domain::fault::Faults;
use crate::domain::schema::optional_where_defaulted;

/// A scene, as its unit writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = optional_where_defaulted)]
pub struct Scene {
    /// Its code, `[a-z0-9._-]{1,32}`.
    pub code: String,
    /// Its names.
    pub names: Text,
    /// The unit that owns it.
    pub unit: Uscc,
    /// The class of those who look: any verifier of it scans in this scene.
    pub audience: String,
    /// What they look at.
    pub kinds: Vec<SceneKind>,
    /// Life of a code, in seconds: 30 to 300 on a screen, to 180 days on paper.
    pub lifetime: i64,
    /// What is accepted.
    pub profiles: Vec<Profile>,
    /// Screen or paper.
    pub medium: Medium,
    /// How old status knowledge may be, in seconds.
    pub max_status_age: i64,
    /// What a holder proves himself with.
    #[serde(default)]
    pub assurance: Assurance,
    /// What it is for, as people are told before they show.
    #[serde(default)]
    pub purpose: Option<String>,
}

/// A kind as a scene sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = optional_where_defaulted)]
pub struct SceneKind {
    /// Its type code.
    pub code: KindCode,
    /// The fields that are seen.
    pub fields: Vec<SceneField>,
}

/// A field as a scene sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = optional_where_defaulted)]
pub struct SceneField {
    /// Its key.
    pub key: String,
    /// What is hidden of it; absent = as the kind says.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub mask: Option<Mask>,
}

impl Scene {
    /// Everything that is wrong with a scene. `kind` finds a published kind; `oldest` is the platform's greatest
    /// `max_status_age`, in seconds.
    pub fn faults<'k>(&self, kind: impl Fn(KindCode) -> Option<&'k Kind>, oldest: i64) -> Faults {
        let mut faults = Faults::default();
        check_lower_code(&mut faults, "/code", &self.code);
        faults.names("/names", &self.names, MAX_NAME);
        check_lower_code(&mut faults, "/audience", &self.audience);
        if let Some(purpose) = &self.purpose {
            faults.line("/purpose", purpose, MAX_NAME);
        }
        self.times(&mut faults, oldest);
        let profiles: HashSet<_> = self.profiles.iter().map(|profile| profile.as_str()).collect();
        faults.require(
            !profiles.is_empty() && profiles.len() == self.profiles.len(),
            "/profiles",
            "length",
            "请至少选择一种亮证方式，且不重复",
            "give at least one profile, each once",
        );
        faults.require(
            self.medium == Medium::Screen || self.profiles == [Profile::S],
            "/profiles",
            "paper",
            "纸质场景只能用 S",
            "on paper there is only S",
        );
        let codes: HashSet<_> = self.kinds.iter().map(|kind| kind.code).collect();
        faults.require(
            !codes.is_empty() && codes.len() == self.kinds.len() && codes.len() <= MAX_KINDS,
            "/kinds",
            "length",
            "请列出 1 到 300 种证照，且不重复",
            "name 1 to 300 kinds, each once",
        );
        for (at, seen) in self.kinds.iter().enumerate() {
            match kind(seen.code) {
                None => faults.add(
                    format!("/kinds/{at}/code"),
                    "not-published",
                    "没有已发布的这种证照",
                    "no kind with this code is published",
                ),
                Some(kind) => seen.fields_of(at, kind, &mut faults),
            }
        }
        faults
    }

    fn times(&self, faults: &mut Faults, oldest: i64) {
        let (least, most) = match self.medium {
            Medium::Screen => SCREEN_LIFETIME,
            Medium::Paper => (SCREEN_LIFETIME.0, PAPER_LIFETIME),
        };
        if !(least.0..=most.0).contains(&self.lifetime) {
            faults.add(
                "/lifetime",
                "range",
                format!("应为 {} 到 {} 秒", least.0, most.0),
                format!("must be {} to {} seconds", least.0, most.0),
            );
        }
        if !(1..=oldest).contains(&self.max_status_age) {
            faults.add(
                "/max_status_age",
                "range",
                format!("应为 1 到 {oldest} 秒"),
                format!("must be 1 to {oldest} seconds"),
            );
        }
    }

    /// As it stands in the signed catalogue; `kind` finds a published kind, for the masks it gives.
    pub fn signed<'k>(&self, kind: impl Fn(KindCode) -> Option<&'k Kind>) -> trust::Scene {
        let kinds = self.kinds.iter().map(|seen| {
            let published = kind(seen.code);
            let fields = seen.fields.iter().map(|field| trust::SceneField {
                key: field.key.clone(),
                mask: field.mask.unwrap_or_else(|| {
                    published.and_then(|kind| kind.field(&field.key)).map_or(Mask::None, |known| known.mask)
                }),
            });
            trust::SceneKind { code: seen.code.as_str().to_owned(), fields: fields.collect() }
        });
        trust::Scene {
            code: self.code.clone(),
            names: self.names.clone(),
            aud: self.audience.clone(),
            kinds: kinds.collect(),
            lifetime: Seconds(self.lifetime),
            profiles: self.profiles.clone(),
            max_status_age: Seconds(self.max_status_age),
            medium: self.medium,
        }
    }
}

impl SceneKind {
    fn fields_of(&self, at: usize, kind: &Kind, faults: &mut Faults) {
        let mut keys = HashSet::new();
        let mut longest = 0_usize;
        for (place, seen) in self.fields.iter().enumerate() {
            let pointer = format!("/kinds/{at}/fields/{place}/key");
            match kind.field(&seen.key) {
                _ if !keys.insert(&seen.key) => {
                    faults.add(pointer, "duplicate", "该字段重复", "this field stands twice")
                }
                None => faults.add(pointer, "unknown", "该证照没有这个字段", "the kind has no such field"),
                Some(field) if field.field_type == FieldType::Image => {
                    faults.add(pointer, "image", "图片不能进入亮证码", "a picture cannot stand in a code");
                }
                Some(field) => {
                    let mask = seen.mask.unwrap_or(field.mask);
                    longest =
                        longest.saturating_add(seen.key.len()).saturating_add(longest_shown(field, mask));
                }
            }
        }
        if longest > MAX_FIELDS {
            faults.add(
                format!("/kinds/{at}/fields"),
                "too-long",
                format!(
                    "这些字段最长可达 {longest} 字节，亮证码只能容纳 {} 字节；请减少字段或缩短其最大长度",
                    MAX_FIELDS
                ),
                format!(
                    "these fields may have {longest} bytes, and a code has room for {}: show fewer, or lower their max",
                    MAX_FIELDS
                ),
            );
        }
    }
}

/// Bytes of a field's longest value as a scene sees it. A character of a text counts three, as Chinese has in UTF-8; a
/// value with rarer ones, which have four, may be so much shorter ([`super::kind::Field::max`]).
fn longest_shown(field: &Field, mask: Mask) -> usize {
    let most: usize = field.max.unwrap_or_else(|| most_characters(field.field_type)).into();
    let wide = if matches!(field.field_type, FieldType::Text | FieldType::Choice) { 3 } else { 1 };
    let (clear, hidden) = match mask {
        Mask::None => (most, 0),
        Mask::Name => (1, most.saturating_sub(1)),
        Mask::Tail4 => (most.min(4), most.saturating_sub(4)),
        Mask::IdNumber => (most.min(2), most.saturating_sub(2)),
    };
    clear.saturating_mul(wide).saturating_add(hidden)
}

fn check_lower_code(faults: &mut Faults, pointer: &'static str, code: &str) {
    let fits = (1..=32).contains(&code.len())
        && code
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_'))
        // `.` and `..` mean other places where the code stands in an address.
        && code.bytes().any(|b| b.is_ascii_alphanumeric());
    faults.require(
        fits,
        pointer,
        "malformed",
        "应为 1 到 32 位小写字母、数字、点、连字符或下划线，至少一位字母或数字",
        "must be 1 to 32 small letters, digits, dots, hyphens or underscores, at least one of them a letter or digit",
    );
}

/// Kinds a province has.
const MAX_KINDS: usize = 300;
