//! What is wrong with one member of something that was sent, in words of the field.

use std::borrow::Cow;

use liangzheng_core::text::Text;
use unicode_normalization::is_nfc;

use crate::domain::text::{NotPlain, PlainText};

/// One member that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer (RFC 6901) into what was sent.
    pub pointer: Cow<'static, str>,
    /// For programs.
    pub code: &'static str,
    /// What would be right.
    pub text: Text,
}

/// Everything that is wrong, in the order it was found: whoever mends it mends all at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Adds a fault.
    pub fn add(
        &mut self,
        pointer: impl Into<Cow<'static, str>>,
        code: &'static str,
        zh: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) {
        self.0.push(Fault { pointer: pointer.into(), code, text: Text::new(zh, en) });
    }

    /// Adds a fault unless `right` holds.
    pub fn require(
        &mut self,
        right: bool,
        pointer: impl Into<Cow<'static, str>>,
        code: &'static str,
        zh: &'static str,
        en: &'static str,
    ) {
        if !right {
            self.add(pointer, code, zh, en);
        }
    }

    /// A text that people read: of one line, all of it visible, in the one spelling by which it is compared.
    pub fn line(&mut self, pointer: impl Into<Cow<'static, str>>, text: &str, most: usize) {
        if let Err(why) = PlainText::line(text, most) {
            let (code, text) = told(why);
            self.0.push(Fault { pointer: pointer.into(), code, text });
        } else if text.trim() != text {
            self.add(pointer, "blank", "首尾不能有空格", "must not begin or end with a blank");
        } else if !is_nfc(text) {
            self.add(
                pointer,
                "not-normal",
                "含分解形式的字符，请用常规输入（Unicode NFC）",
                "has letters in parts: type them whole (Unicode NFC)",
            );
        }
    }

    /// Names in both languages.
    pub fn names(&mut self, pointer: &str, names: &Text, most: usize) {
        self.line(format!("{pointer}/zh-CN"), &names.zh, most);
        self.line(format!("{pointer}/en"), &names.en, most);
    }

    /// `Err` with all of them, if there is any.
    pub fn none(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

/// Code and text for a text that cannot be taken.
pub fn told(why: NotPlain) -> (&'static str, Text) {
    match why {
        NotPlain::Length { most } => (
            "length",
            Text::new(format!("应为 1 到 {most} 个字符"), format!("must be 1 to {most} characters")),
        ),
        NotPlain::Hidden { character, at } => {
            let code_point = format!("U+{:04X}", u32::from(character));
            let zh = format!("第 {at} 个字符 {code_point} 不可见或会改变阅读方向，请删去");
            let en =
                format!("character {at}, {code_point}, cannot be seen or turns what is read: take it out");
            ("hidden-character", Text::new(zh, en))
        }
    }
}
