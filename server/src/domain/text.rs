//! One rule for every text a person types and others read: it shows all there is of it.

use std::fmt;

use liangzheng_core::text::is_hidden;

/// Characters of a reason: what somebody says of an act he does.
pub const MAX_REASON: usize = 500;

/// A text without hidden characters or such that turn what is read, trimmed, not empty and not too long.
#[derive(Clone, PartialEq, Eq)]
pub struct PlainText(String);

/// Why a text is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPlain {
    /// Nothing but blanks, or too much.
    #[error("must be 1 to {most} characters")]
    Length {
        /// How many characters it may have.
        most: usize,
    },
    /// A character that cannot be seen, or that turns what is read.
    #[error("the character U+{:04X} at place {at} cannot be seen", *.character as u32)]
    Hidden {
        /// The character.
        character: char,
        /// Its place, from 1.
        at: usize,
    },
}

impl PlainText {
    /// A text of one line, of at most `most` characters.
    ///
    /// # Errors
    /// [`NotPlain`] says what is wrong.
    pub fn line(text: &str, most: usize) -> Result<Self, NotPlain> {
        Self::read(text, most, |_| false)
    }

    /// A text that may have several lines, of at most `most` characters.
    ///
    /// # Errors
    /// [`NotPlain`] says what is wrong.
    pub fn lines(text: &str, most: usize) -> Result<Self, NotPlain> {
        Self::read(text, most, |c| c == '\n')
    }

    fn read(text: &str, most: usize, is_fine: fn(char) -> bool) -> Result<Self, NotPlain> {
        let hidden = text.chars().enumerate().find(|(_, c)| is_hidden(*c) && !is_fine(*c));
        if let Some((at, character)) = hidden {
            return Err(NotPlain::Hidden { character, at: at.saturating_add(1) });
        }
        let text = text.trim();
        if (1..=most).contains(&text.chars().count()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotPlain::Length { most })
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<PlainText> for String {
    fn from(text: PlainText) -> Self {
        text.0
    }
}

impl fmt::Debug for PlainText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::{NotPlain, PlainText};

    #[test]
    fn what_can_be_seen_is_taken_and_trimmed() {
        for text in ["执法检查发现食品过期", " Qin’s phone ", "手机（备用）", "é̂", "𠮷野家", "a　b"]
        {
            assert_eq!(PlainText::line(text, 20).unwrap().as_str(), text.trim(), "{text}");
        }
        assert_eq!(PlainText::lines("一\n二", 5).unwrap().as_str(), "一\n二");
    }

    #[test]
    fn what_cannot_be_seen_is_refused_and_named() {
        let hidden = [
            '\0',
            '\t',
            '\r',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{180e}',
            '\u{200b}',
            '\u{200d}',
            '\u{200f}',
            '\u{2028}',
            '\u{202e}',
            '\u{2066}',
            '\u{2800}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{e0041}',
        ];
        for character in hidden {
            let text = format!("食{character}品");
            for read in [PlainText::line, PlainText::lines] {
                assert_eq!(read(&text, 20), Err(NotPlain::Hidden { character, at: 2 }), "{character:?}");
            }
        }
        assert_eq!(PlainText::line("一\n二", 5), Err(NotPlain::Hidden { character: '\n', at: 2 }));
        // At its ends too: a trimmed text would otherwise not be what was typed.
        assert!(PlainText::line("食品\u{200b}", 20).is_err());
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        for text in ["", "   ", "　", "123456"] {
            assert_eq!(PlainText::line(text, 5), Err(NotPlain::Length { most: 5 }), "{text:?}");
        }
        assert!(PlainText::line("12345", 5).is_ok());
    }
}
