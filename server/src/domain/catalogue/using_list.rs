//! Using lists 用证清单: which licences a unit needs in which of its matters, which fields of them, and on what footing it
//! gets them (R62). Whatever a unit asks for outside its list is refused, and what stands on it people need not hand in
//! (R66).

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::{KindCode, Uscc};
use super::kind::{FieldType, Kind};
use super::matter::{Matter, MatterType, is_code};
use crate::domain::fault::Faults;
use crate::words;

words! {
    /// On what footing a unit gets a licence.
    pub enum MaterialFooting: "footing of a material" {
        /// 履职: by its duty; needs the issuer's standing consent and the holder's on the case (R58).
        Duty = "duty" / "履职共享" / "by duty",
        /// 授权: by the holder's authorisation (R59).
        Authorised = "authorised" / "持证主体授权" / "authorised by the holder",
        /// 公示: everybody may look it up (R57).
        Public = "public" / "依法公示" / "public",
    }
}

/// A unit's using list. Its code is the unit's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UsingList {
    /// Whose it is.
    pub unit: Uscc,
    /// The matters in which the unit uses licences.
    pub matters: Vec<UsingMatter>,
}

/// What a unit uses in one matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UsingMatter {
    /// Code of a published using matter of the unit.
    pub code: String,
    /// Code of what the licences are used for, `[A-Za-z0-9._-]{1,64}`: the same in cases, fetches and authorisations.
    pub purpose: String,
    /// The licences that take the place of papers.
    pub materials: Vec<Material>,
}

/// A licence that takes the place of a paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// Its kind.
    pub kind: KindCode,
    /// Keys of the fields that the matter needs; no others are given.
    pub fields: Vec<String>,
    /// On what footing the unit gets it.
    pub footing: MaterialFooting,
}

impl UsingList {
    /// Everything that is wrong with a list. `matter` and `kind` find published ones.
    pub fn faults<'a>(
        &self,
        matter: impl Fn(&str) -> Option<&'a Matter>,
        kind: impl Fn(KindCode) -> Option<&'a Kind>,
    ) -> Faults {
        let mut faults = Faults::default();
        let codes: HashSet<_> = self.matters.iter().map(|matter| &matter.code).collect();
        faults.require(
            (1..=MAX_MATTERS).contains(&self.matters.len()) && codes.len() == self.matters.len(),
            "/matters",
            "length",
            "请列出 1 到 500 个事项，且不重复",
            "name 1 to 500 matters, each once",
        );
        for (at, listed) in self.matters.iter().enumerate() {
            let within = format!("/matters/{at}");
            self.matter_faults(&format!("{within}/code"), matter(&listed.code), &mut faults);
            faults.require(
                is_code(&listed.purpose),
                format!("{within}/purpose"),
                "malformed",
                "应为 1 到 64 位字母、数字、点、连字符或下划线，至少一位字母或数字",
                "must be 1 to 64 letters, digits, dots, hyphens or underscores, at least one of them a letter or digit",
            );
            let kinds: HashSet<_> = listed.materials.iter().map(|material| material.kind).collect();
            faults.require(
                (1..=MAX_MATERIALS).contains(&listed.materials.len())
                    && kinds.len() == listed.materials.len(),
                format!("{within}/materials"),
                "length",
                "每个事项请列出 1 到 50 种证照，且不重复",
                "name 1 to 50 kinds for a matter, each once",
            );
            for (place, material) in listed.materials.iter().enumerate() {
                let within = format!("{within}/materials/{place}");
                match kind(material.kind) {
                    None => faults.add(
                        format!("{within}/kind"),
                        "not-published",
                        "没有已发布的这种证照",
                        "no kind with this code is published",
                    ),
                    Some(kind) => self.material_faults(&within, material, kind, &mut faults),
                }
            }
        }
        faults
    }

    fn matter_faults(&self, pointer: &str, matter: Option<&Matter>, faults: &mut Faults) {
        let pointer = pointer.to_owned();
        match matter {
            None => faults.add(
                pointer,
                "not-published",
                "没有已发布的事项使用该代码（R89）",
                "no matter with this code is published (R89)",
            ),
            Some(matter) if matter.unit != self.unit => {
                faults.add(pointer, "not-yours", "该事项属于其他单位", "the matter is another unit's");
            }
            Some(matter) => faults.require(
                matter.matter_type == MatterType::Using,
                pointer,
                "not-using",
                "该事项是制证事项；请填写用证事项",
                "the matter issues licences: name one that uses them",
            ),
        }
    }

    fn material_faults(&self, within: &str, material: &Material, kind: &Kind, faults: &mut Faults) {
        let is_own = kind.unit == self.unit || kind.units.contains(&self.unit);
        match material.footing {
            MaterialFooting::Public => faults.require(
                kind.public.allowed,
                format!("{within}/footing"),
                "not-public",
                "这种证照不是依法公示的；请改为履职共享或持证主体授权",
                "the kind is not a public one: take duty or authorised",
            ),
            MaterialFooting::Duty => faults.require(
                kind.sharing.allowed || is_own,
                format!("{within}/footing"),
                "not-shared",
                "这种证照依法不共享；请改为持证主体授权（R10）",
                "by law the kind is not shared: take authorised (R10)",
            ),
            MaterialFooting::Authorised => {}
        }
        let mut keys = HashSet::new();
        faults.require(
            !material.fields.is_empty(),
            format!("{within}/fields"),
            "length",
            "请至少列出一个字段",
            "name at least one field",
        );
        for (at, key) in material.fields.iter().enumerate() {
            let pointer = format!("{within}/fields/{at}");
            match kind.field(key) {
                _ if !keys.insert(key) => {
                    faults.add(pointer, "duplicate", "该字段重复", "this field stands twice");
                }
                None => faults.add(pointer, "unknown", "该证照没有这个字段", "the kind has no such field"),
                Some(field) if field.field_type == FieldType::Image => {
                    faults.add(pointer, "image", "图片不能按字段调取", "a picture is not given as a field")
                }
                Some(field) => faults.require(
                    field.public || material.footing != MaterialFooting::Public,
                    pointer,
                    "not-public",
                    "该字段不公示；请去掉，或改为其他调用依据",
                    "the field is not a public one: leave it out, or take another footing",
                ),
            }
        }
    }

    /// The list without matters of other units, where the unit's matters and `other`'s have come together.
    #[must_use]
    pub fn joined(mut self, other: Self) -> Self {
        let more = other.matters.into_iter();
        let more: Vec<_> = more.filter(|one| self.matters.iter().all(|own| own.code != one.code)).collect();
        self.matters.extend(more);
        self
    }
}

/// Using matters of a unit; the largest department of a province has about three hundred.
const MAX_MATTERS: usize = 500;
const MAX_MATERIALS: usize = 50;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const UNIT: &str = "11990100MB00000435";
    const CARD: &str = "11100000000013127D001";

    fn matter(code: &str, unit: &str, matter_type: &str) -> Matter {
        serde_json::from_value(json!({
            "code": code, "names": { "zh-CN": "事项", "en": "Matter" }, "unit": unit, "type": matter_type
        }))
        .unwrap()
    }

    fn kind(sharing: bool, public: bool) -> Kind {
        serde_json::from_value(json!({
            "code": CARD, "names": { "zh-CN": "证", "en": "Card" }, "unit": "11990100MB0000027F", "category": "证",
            "matter": "m", "holder_types": ["natural"], "units": ["11990100MB0000027F"],
            "face": { "fields": [
                { "key": "n", "labels": { "zh-CN": "姓名", "en": "Name" }, "type": "text" },
                { "key": "no", "labels": { "zh-CN": "号", "en": "Number" }, "type": "text", "public": true },
                { "key": "ph", "labels": { "zh-CN": "照片", "en": "Photo" }, "type": "image" }
            ] },
            "validity": { "kind": "none" },
            "sharing": { "allowed": sharing, "legal_basis": "某法" },
            "public": { "allowed": public, "legal_basis": "某法" }
        }))
        .unwrap()
    }

    fn told(kind: &Kind, change: impl FnOnce(&mut Value)) -> Vec<(String, &'static str)> {
        let mut value = json!({ "unit": UNIT, "matters": [{ "code": "civil.subsidy", "purpose": "subsidy", "materials": [
            { "kind": CARD, "fields": ["n", "no"], "footing": "authorised" }
        ] }] });
        change(&mut value);
        let list: UsingList = serde_json::from_value(value).unwrap();
        let matters = [
            matter("civil.subsidy", UNIT, "using"),
            matter("civil.birth", UNIT, "issuing"),
            matter("police.check", "11990100MB0000027F", "using"),
        ];
        let faults = list.faults(
            |code| matters.iter().find(|matter| matter.code == code),
            |code| (code == kind.code).then_some(kind),
        );
        faults.0.into_iter().map(|fault| (fault.pointer.into_owned(), fault.code)).collect()
    }

    #[test]
    fn each_rule_names_the_member_that_breaks_it() {
        type Change = fn(&mut Value);
        const MATERIAL: &str = "/matters/0/materials/0";
        let cases: [(&str, &str, Change); 12] = [
            ("/matters", "length", |list| list["matters"] = json!([])),
            ("/matters/0/code", "not-published", |list| list["matters"][0]["code"] = json!("none")),
            ("/matters/0/code", "not-yours", |list| list["matters"][0]["code"] = json!("police.check")),
            ("/matters/0/code", "not-using", |list| list["matters"][0]["code"] = json!("civil.birth")),
            ("/matters/0/purpose", "malformed", |list| list["matters"][0]["purpose"] = json!("补 贴")),
            ("/matters/0/materials", "length", |list| list["matters"][0]["materials"] = json!([])),
            ("/kind", "not-published", |list| {
                list["matters"][0]["materials"][0]["kind"] = json!("11100000000013127D002");
            }),
            ("/fields", "length", |list| list["matters"][0]["materials"][0]["fields"] = json!([])),
            ("/fields/1", "duplicate", |list| {
                list["matters"][0]["materials"][0]["fields"] = json!(["n", "n"])
            }),
            ("/fields/0", "unknown", |list| list["matters"][0]["materials"][0]["fields"] = json!(["x"])),
            ("/fields/0", "image", |list| list["matters"][0]["materials"][0]["fields"] = json!(["ph"])),
            ("/footing", "not-shared", |list| list["matters"][0]["materials"][0]["footing"] = json!("duty")),
        ];
        let kept_back = kind(false, false);
        assert_eq!(
            told(&kept_back, |_| {}),
            [],
            "the holder may let others have what its issuer does not share"
        );
        for (pointer, code, change) in cases {
            let whole = if pointer.starts_with("/matters") {
                pointer.to_owned()
            } else {
                format!("{MATERIAL}{pointer}")
            };
            assert_eq!(told(&kept_back, change), [(whole, code)]);
        }
        let public = |list: &mut Value| list["matters"][0]["materials"][0]["footing"] = json!("public");
        assert_eq!(
            told(&kept_back, public),
            [(format!("{MATERIAL}/footing"), "not-public"), (format!("{MATERIAL}/fields/0"), "not-public")]
        );
        assert_eq!(told(&kind(true, true), public), [(format!("{MATERIAL}/fields/0"), "not-public")]);
        assert_eq!(
            told(&kind(true, false), |list| list["matters"][0]["materials"][0]["footing"] = json!("duty")),
            []
        );
    }

    #[test]
    fn lists_that_come_together_name_each_matter_once() {
        let list = |codes: &[&str]| UsingList {
            unit: UNIT.parse().unwrap(),
            matters: codes
                .iter()
                .map(|code| UsingMatter { code: (*code).into(), purpose: "p".into(), materials: Vec::new() })
                .collect(),
        };
        assert_eq!(list(&["a", "b"]).joined(list(&["b", "c"])), list(&["a", "b", "c"]));
    }
}
