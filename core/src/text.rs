//! Words people read, in Chinese and English.

use alloc::{borrow::Cow, string::ToString};

use serde::{Deserialize, Serialize};

/// One text in both languages of the system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    pub zh: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

impl Text {
    /// A text whose words are known when the program is built: costs no allocation.
    pub const fn fixed(zh: &'static str, en: &'static str) -> Self {
        Self { zh: Cow::Borrowed(zh), en: Cow::Borrowed(en) }
    }

    /// A text made at run time.
    pub fn new(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// A text with a number between the two halves of its words.
    pub(crate) fn with_number(zh: [&str; 2], en: [&str; 2], number: i64) -> Self {
        let number = number.to_string();
        let between = |[before, after]: [&str; 2]| [before, &number, after].concat();
        Self::new(between(zh), between(en))
    }

    /// The words for a language tag: English for `en…`, Chinese for anything else.
    pub fn lang(&self, tag: &str) -> &str {
        if tag.starts_with("en") { &self.en } else { &self.zh }
    }
}
