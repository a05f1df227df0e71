//! Words people read, in Chinese and English.

use alloc::{borrow::Cow, string::ToString};

use serde::{Deserialize, Serialize};

/// Whether a character cannot be seen where it stands, or turns what is read: control characters, direction marks
/// (UAX #9), line separators, and characters that are drawn as nothing (Default_Ignorable_Code_Point of Unicode 16,
/// and U+2800, a braille cell without a dot). With one of them, one text could look like another.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
                | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// One text in both languages of the system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
