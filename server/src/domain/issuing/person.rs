//! Whom something is for, as a clerk types it: checked, and in one spelling.

use std::fmt;

use liangzheng_core::identifier::{citizen_id_is_valid, uscc_is_valid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::actor::holder::{CITIZEN, HolderKind, HolderNumber, MalformedNumber};
use crate::domain::fault::Faults;

/// A holder as sent: every member a text, so that all that is wrong is told at once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HolderRequest {
    /// `natural`, `legal` or `unincorporated`.
    #[serde(rename = "type")]
    pub holder_type: String,
    /// 姓名 or 名称.
    #[schemars(length(min = 1, max = 100))]
    pub name: String,
    /// Type of document (GB/T 36903): `111` citizen number, `001` unified social credit code …
    pub id_type: String,
    /// Its number.
    pub id_number: String,
}

// Written by hand so that no name and no number reaches a log through `{:?}`.
impl fmt::Debug for HolderRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HolderRequest").field("type", &self.holder_type).finish_non_exhaustive()
    }
}

/// The same, checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Person or organisation.
    pub kind: HolderKind,
    /// 姓名 or 名称.
    pub name: String,
    /// Type and number of the document.
    pub number: HolderNumber,
}

// Written by hand for the same reason.
impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl HolderRequest {
    /// The person, or what is wrong; `at` is the pointer to this holder.
    pub fn person(&self, at: &str, faults: &mut Faults) -> Option<Person> {
        let before = faults.0.len();
        let kind = self.holder_type.parse::<HolderKind>().ok();
        faults.require(
            kind.is_some(),
            format!("{at}/type"),
            "unknown",
            "应为 natural、legal 或 unincorporated",
            "must be natural, legal or unincorporated",
        );
        faults.line(format!("{at}/name"), &self.name, MAX_NAME);
        let number = HolderNumber::new(&self.id_type, &self.id_number);
        match &number {
            Err(why) => malformed(*why, at, faults),
            Ok(number) => {
                let known = kind.is_none_or(|kind| id_types(kind).contains(&number.id_type()));
                faults.require(
                    known,
                    format!("{at}/id_type"),
                    "unknown",
                    "该类持证主体没有这种证件类型；自然人如 111，法人和非法人组织为 001 或 099",
                    "no such document for this type of holder: a natural person has 111 or the like, others 001 or 099",
                );
                check_character(number, at, faults);
            }
        }
        match (kind, number) {
            (Some(kind), Ok(number)) if faults.0.len() == before => {
                Some(Person { kind, name: self.name.clone(), number })
            }
            _ => None,
        }
    }
}

impl From<&Person> for HolderRequest {
    fn from(person: &Person) -> Self {
        Self {
            holder_type: person.kind.as_str().to_owned(),
            name: person.name.clone(),
            id_type: person.number.id_type().to_owned(),
            id_number: person.number.number().to_owned(),
        }
    }
}

fn malformed(why: MalformedNumber, at: &str, faults: &mut Faults) {
    let (member, code, zh, en) = match why {
        MalformedNumber::IdType => (
            "id_type",
            "malformed",
            "证件类型应为三位数字，如 111",
            "a type of document is three digits, as 111",
        ),
        MalformedNumber::Length => {
            ("id_number", "length", "证件号码应为 1 到 64 个字符", "the number has 1 to 64 characters")
        }
        MalformedNumber::FifteenDigits => (
            "id_number",
            "fifteen-digits",
            "15 位公民身份号码已停用，请填写 18 位号码",
            "citizen numbers of 15 digits are no longer valid: give the one of 18",
        ),
    };
    faults.add(format!("{at}/{member}"), code, zh, en);
}

fn check_character(number: &HolderNumber, at: &str, faults: &mut Faults) {
    let (right, zh, en) = match number.id_type() {
        CITIZEN => (
            citizen_id_is_valid(number.number()),
            "公民身份号码的出生日期或校验码有误，请核对",
            "the birth date or the check character of the citizen number is wrong",
        ),
        CREDIT_CODE => (
            uscc_is_valid(number.number()),
            "统一社会信用代码的校验码有误，请核对",
            "the check character of the unified social credit code is wrong",
        ),
        _ => return,
    };
    faults.require(right, format!("{at}/id_number"), "check", zh, en);
}

/// The types of document that a kind of holder has (GB/T 36903 Annex A).
const fn id_types(kind: HolderKind) -> &'static [&'static str] {
    match kind {
        HolderKind::Natural => &[
            "111", "114", "115", "118", "119", "120", "122", "411", "412", "413", "414", "511", "516", "999",
        ],
        HolderKind::Legal | HolderKind::Unincorporated => &[CREDIT_CODE, "099"],
    }
}

/// 统一社会信用代码
const CREDIT_CODE: &str = "001";
/// Characters of a name.
const MAX_NAME: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_member_is_told_and_a_right_holder_has_one_spelling() {
        let told = |holder_type: &str, name: &str, id_type: &str, id_number: &str| {
            let request = HolderRequest {
                holder_type: holder_type.into(),
                name: name.into(),
                id_type: id_type.into(),
                id_number: id_number.into(),
            };
            let mut faults = Faults::default();
            let person = request.person("/holder", &mut faults);
            assert_eq!(person.is_some(), faults.0.is_empty());
            let pointers: Vec<_> = faults.0.into_iter().map(|fault| fault.pointer.into_owned()).collect();
            (pointers, person.map(|person| person.number.number().to_owned()))
        };
        let right = told("natural", "林晓舟", "111", " 110105-19491231 002x");
        assert_eq!(right, (vec![], Some("11010519491231002X".into())));
        for (holder, pointers) in [
            (("x", "", "1", "1"), &["/holder/type", "/holder/name", "/holder/id_type"][..]),
            (("natural", "林晓舟", "001", "91990100MA0000031K"), &["/holder/id_type"]),
            (("legal", "山月茶饮", "111", "11010519491231002X"), &["/holder/id_type"]),
            (("natural", "林晓舟", "111", "110105194912310021"), &["/holder/id_number"]),
            (("natural", "林晓舟", "111", "110105491231002"), &["/holder/id_number"]),
            (("legal", "山月茶饮", "001", "91990100MA0000031L"), &["/holder/id_number"]),
            (("natural", "林\u{200b}晓舟", "414", " "), &["/holder/name", "/holder/id_number"]),
        ] {
            let (holder_type, name, id_type, id_number) = holder;
            assert_eq!(told(holder_type, name, id_type, id_number).0, pointers, "{holder:?}");
        }
    }
}
