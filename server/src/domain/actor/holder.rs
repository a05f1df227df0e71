//! Whoever holds licences 持证主体: a person or an organisation.

use std::fmt;

use liangzheng_core::time::UnixTime;
use unicode_normalization::UnicodeNormalization;

use crate::domain::ids::HolderId;
use crate::words;

/// A holder of licences.
#[derive(Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its id here.
    pub id: HolderId,
    /// Person or organisation.
    pub kind: HolderKind,
    /// 姓名 or 名称.
    pub name: String,
    /// 公民身份号码, 统一社会信用代码 … Never in clear in a token, a log or a list.
    pub number: HolderNumber,
    /// When it was entered.
    pub created_at: UnixTime,
}

// Written by hand so that a name or number never reaches a log through `{:?}`.
impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

words! {
    /// The kinds of holder the regulations know.
    pub enum HolderKind: "kind of holder" {
        /// 自然人
        Natural = "natural" / "自然人" / "natural person",
        /// 法人
        Legal = "legal" / "法人" / "legal person",
        /// 非法人组织
        Unincorporated = "unincorporated" / "非法人组织" / "unincorporated organisation",
    }
}

/// What names a holder everywhere: type of document and number, in one spelling.
#[derive(Clone, PartialEq, Eq)]
pub struct HolderNumber {
    id_type: String,
    number: String,
}

/// Why a text is no number of a holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedNumber {
    /// The type is not three digits.
    #[error("the type of document is three digits, as 111 for a citizen")]
    IdType,
    /// Nothing is left, or more than fits.
    #[error("the number has 1 to 64 characters")]
    Length,
    /// Fifteen digits: the numbers of before 1999, which name more than one person.
    #[error("a citizen number has 18 characters; those of 15 digits are no longer valid")]
    FifteenDigits,
}

// Written by hand for the same reason.
impl fmt::Debug for HolderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HolderNumber").field("id_type", &self.id_type).finish_non_exhaustive()
    }
}

impl HolderNumber {
    /// Takes a number as typed: full width made half, blanks and hyphens taken out, letters made capitals, so that one
    /// holder has one spelling.
    ///
    /// # Errors
    /// [`MalformedNumber`] says what is wrong.
    pub fn new(id_type: &str, number: &str) -> Result<Self, MalformedNumber> {
        if id_type.len() != 3 || !id_type.bytes().all(|b| b.is_ascii_digit()) {
            return Err(MalformedNumber::IdType);
        }
        let spelled: String =
            number.nfkc().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_uppercase).collect();
        if !(1..=64).contains(&spelled.chars().count()) {
            return Err(MalformedNumber::Length);
        }
        if id_type == CITIZEN && spelled.len() == 15 && spelled.bytes().all(|b| b.is_ascii_digit()) {
            return Err(MalformedNumber::FifteenDigits);
        }
        Ok(Self { id_type: id_type.to_owned(), number: spelled })
    }

    /// The type of document, three digits (GB/T 36903 Annex A): 111 citizen, 001 unified social credit code.
    pub fn id_type(&self) -> &str {
        &self.id_type
    }

    /// The number in its one spelling.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// Code of the region in which the number was given, where the number says it: a citizen's, a unified social credit code.
    pub fn region(&self) -> Option<&str> {
        match self.id_type.as_str() {
            CITIZEN => self.number.get(..6),
            SOCIAL_CREDIT => self.number.get(2..8),
            _ => None,
        }
    }

    /// What is hashed to find the holder: type, a zero byte, number.
    pub fn key(&self) -> Vec<u8> {
        [self.id_type.as_bytes(), &[0], self.number.as_bytes()].concat()
    }
}

/// Whether two spellings are one name: full and half width, and letters in parts or whole, tell nobody apart (NFKC; R08).
pub fn is_one_name(one: &str, other: &str) -> bool {
    one.nfkc().eq(other.nfkc())
}

/// 居民身份证
pub const CITIZEN: &str = "111";
/// 统一社会信用代码
pub const SOCIAL_CREDIT: &str = "001";

#[cfg(test)]
mod tests {
    use super::{HolderNumber, MalformedNumber, is_one_name};

    #[test]
    fn names_that_differ_by_width_only_are_one() {
        assert!(is_one_name("ＡＢＣ（云溪）有限公司", "ABC\u{28}云溪\u{29}有限公司"));
        assert!(!is_one_name("周一鸣", "周壹鸣") && !is_one_name("ABC", "abc"));
    }

    #[test]
    fn spellings_of_one_number_are_one() {
        let one = HolderNumber::new("111", "99010119880614012x").unwrap();
        for other in [
            "99010119880614012X",
            " 990101 19880614 012X ",
            "990101-19880614-012x",
            "９９０１０１19880614012Ｘ",
        ] {
            assert!(HolderNumber::new("111", other) == Ok(one.clone()), "{other}");
        }
        assert!(HolderNumber::new("001", "99010119880614012X") != Ok(one));
        for (id_type, number, why) in [
            ("11", "1", MalformedNumber::IdType),
            ("１１１", "1", MalformedNumber::IdType),
            ("111", " - ", MalformedNumber::Length),
            ("111", "990101880614012", MalformedNumber::FifteenDigits),
        ] {
            assert!(HolderNumber::new(id_type, number) == Err(why), "{id_type} {number}");
        }
    }
}
