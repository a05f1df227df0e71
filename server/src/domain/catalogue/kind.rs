//! Kinds of licence 证照类型: the face, who may hold and who may issue it, and how it lives (R06).
//!
//! The shape is here, the rules are in [`super::kind_rules`].

use liangzheng_core::text::Text;
use liangzheng_core::trust::Mask;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::{KindCode, Uscc};
use crate::domain::actor::holder::HolderKind;
use crate::words;

/// A kind, as its unit writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Its type code (GB/T 36904).
    pub code: KindCode,
    /// Its names.
    pub names: Text,
    /// The unit that owns the entry.
    pub unit: Uscc,
    /// 证照类别, as the standards name it.
    pub category: String,
    /// The issuing matter whose cases end with it (R89).
    pub matter: String,
    /// Who may hold it.
    pub holder_types: Vec<HolderKind>,
    /// The units that may issue it.
    pub units: Vec<Uscc>,
    /// What stands on it.
    pub face: Face,
    /// How its card is drawn; null = the fields in their order.
    #[serde(default)]
    pub template: Option<Template>,
    /// How long it lasts.
    pub validity: Validity,
    /// How its serial numbers are made.
    #[serde(default)]
    pub coding: Coding,
    /// Fields that together may not be the same on two licences in force.
    #[serde(default)]
    pub duplicate: Vec<String>,
    /// Whether it is a secret one, which this system does not take (R01).
    #[serde(default)]
    pub secrecy: Secrecy,
    /// Whether other units may get it; not to share needs a legal basis (R10).
    #[serde(default = "allowed")]
    pub sharing: Permission,
    /// Whether everybody may look it up; that needs a legal basis (R57).
    #[serde(default)]
    pub public: Permission,
    /// Its annual inspection 年检; null if the law asks for none (R39).
    #[serde(default)]
    pub inspection: Option<Inspection>,
    /// What a lost paper does to it.
    #[serde(default)]
    pub lost: Consequence,
    /// Made by a national norm, so exempt from the rule of issue on conclusion (R18).
    #[serde(default)]
    pub exempt: bool,
    /// What its holder proves himself with before he shows it (R44).
    #[serde(default)]
    pub assurance: Assurance,
    /// Units that issue it together (R12).
    #[serde(default)]
    pub co_issuers: Vec<Uscc>,
    /// The kinds a composite licence is made of (R13).
    #[serde(default)]
    pub parts: Vec<KindCode>,
    /// The national standard it follows, with its version (R08).
    #[serde(default)]
    pub national_standard: Option<String>,
}

/// What stands on a licence 照面信息. Closed: nothing else is taken (R28).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Face {
    /// Its fields, in the order they are read.
    pub fields: Vec<Field>,
    /// The field that must equal the holder's name.
    #[serde(default)]
    pub holder_name: Option<String>,
    /// The field that must equal the holder's number.
    #[serde(default)]
    pub holder_number: Option<String>,
}

/// One field of a face.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its short key, `[a-z][a-z0-9_]{0,15}`: it stands in every code.
    pub key: String,
    /// What people read before the value.
    pub labels: Text,
    /// What a value looks like.
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// Whether a licence must have it.
    #[serde(default)]
    pub required: bool,
    /// Characters of a value at most, and three bytes of UTF-8 for each; null = what the type allows.
    #[serde(default)]
    pub max: Option<u16>,
    /// The values of a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// Whether it tells of a person: then it is sealed in the database and never public.
    #[serde(default)]
    pub personal: bool,
    /// How it is masked where a scene says no more.
    #[serde(default = "unmasked")]
    #[schemars(with = "String", extend("enum" = ["none", "name", "tail4", "id_number"]))]
    pub mask: Mask,
    /// Whether everybody may see it, where the kind is public.
    #[serde(default)]
    pub public: bool,
}

/// One value of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// As stored.
    pub code: String,
    /// As read.
    pub names: Text,
}

/// How long a licence lasts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Validity {
    /// By which rule.
    pub kind: ValidityRule,
    /// Months at most; for `fixed` exactly so many.
    #[serde(default)]
    pub max_months: Option<u16>,
}

/// How serial numbers are made: gapless per unit and year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Coding {
    /// Digits of the running number.
    pub digits: u8,
    /// Within what it runs.
    pub per: CodingScope,
}

impl Default for Coding {
    fn default() -> Self {
        Self { digits: 6, per: CodingScope::UnitYear }
    }
}

/// Whether something is allowed, and by which law.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Permission {
    /// Whether it is.
    pub allowed: bool,
    /// 法律依据.
    #[serde(default)]
    pub legal_basis: Option<String>,
}

/// Sharing is the default (R10).
fn allowed() -> Permission {
    Permission { allowed: true, legal_basis: None }
}

const fn unmasked() -> Mask {
    Mask::None
}

/// Annual inspection 年检.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inspection {
    /// Months from one to the next.
    pub months: u16,
    /// What an overdue one does.
    #[serde(default)]
    pub overdue: Consequence,
}

/// How a card is drawn: elements of a closed set, on a card of 856 × 540 units (ISO/IEC 7810 ID-1, tenths of a
/// millimetre).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// In the order they are drawn.
    pub elements: Vec<Element>,
}

/// One thing drawn on a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Element {
    /// What it is.
    pub draw: Drawing,
    /// The field, for a label, a value or an image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// From the left.
    pub x: u16,
    /// From the top.
    pub y: u16,
    /// Its width.
    pub width: u16,
    /// Its height; of a text the size of its letters.
    pub height: u16,
}

words! {
    /// What a value of a field looks like. Values are JSON strings.
    pub enum FieldType: "type of field" {
        /// Any text of one line.
        Text = "text" / "文本" / "text",
        /// `YYYYMMDD`.
        Date = "date" / "日期" / "date",
        /// A whole number.
        Integer = "integer" / "整数" / "whole number",
        /// A number with a point.
        Decimal = "decimal" / "小数" / "decimal number",
        /// 统一社会信用代码 (GB 32100).
        Uscc = "uscc" / "统一社会信用代码" / "unified social credit code",
        /// 公民身份号码 (GB 11643).
        CitizenId = "citizen_id" / "公民身份号码" / "citizen ID number",
        /// One of `choices`.
        Choice = "choice" / "选项" / "choice",
        /// A picture, never in a code.
        Image = "image" / "图片" / "picture",
    }
}

words! {
    /// By which rule a licence ends.
    pub enum ValidityRule: "rule of validity" {
        /// It does not: 长期.
        None = "none" / "长期" / "without end",
        /// After so many months.
        Fixed = "fixed" / "固定期限" / "fixed",
        /// On the day the issuing unit gives.
        Free = "free" / "按件确定" / "given with each licence",
    }
}

words! {
    /// Within what serial numbers run.
    pub enum CodingScope: "scope of serials" {
        /// Per unit and year.
        UnitYear = "unit_year" / "按单位和年度" / "per unit and year",
    }
}

words! {
    /// Whether a kind is a secret one.
    pub enum Secrecy: "secrecy" {
        /// 非涉密.
        None = "none" / "非涉密" / "not secret",
        /// 涉密: not for this system (R01).
        Secret = "secret" / "涉密" / "secret",
    }
}

words! {
    /// What something does to showing a licence.
    pub enum Consequence: "consequence" {
        /// It is shown with a notice.
        Notice = "notice" / "提示" / "notice",
        /// It cannot be shown.
        Refuse = "refuse" / "不予亮证" / "refused",
    }
}

words! {
    /// What a holder proves himself with.
    pub enum Assurance: "assurance" {
        /// The PIN.
        Pin = "pin" / "亮证密码" / "PIN",
        /// A second factor, too.
        RealPerson = "real_person" / "实人认证" / "real person",
    }
}

words! {
    /// What can be drawn on a card.
    pub enum Drawing: "drawing" {
        /// The kind's name.
        Title = "title" / "证照名称" / "title",
        /// A field's label.
        Label = "label" / "字段名" / "label",
        /// A field's value.
        Value = "value" / "字段值" / "value",
        /// A field's picture.
        Image = "image" / "图片" / "picture",
        /// A rule.
        Line = "line" / "横线" / "line",
        /// The issuing unit's seal.
        Seal = "seal" / "印章" / "seal",
    }
}

macro_rules! default_word {
    ($($name:ident = $word:ident),+) => { $(
        impl Default for $name {
            fn default() -> Self {
                Self::$word
            }
        }
    )+ };
}

default_word!(Secrecy = None, Consequence = Notice, Assurance = Pin);

impl Kind {
    /// A field of the face.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.face.fields.iter().find(|field| field.key == key)
    }

    /// As it stands in the signed catalogue.
    pub fn signed(&self) -> liangzheng_core::trust::Kind {
        let labels = self.face.fields.iter().map(|field| (field.key.clone(), field.labels.clone()));
        liangzheng_core::trust::Kind {
            code: self.code.as_str().to_owned(),
            names: self.names.clone(),
            labels: liangzheng_core::trust::Labels(labels.collect()),
        }
    }
}
