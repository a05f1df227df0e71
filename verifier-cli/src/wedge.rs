//! What keyboards and scanners that type do to a code, and how to set them right.
//!
//! Nothing is repaired but what surely is no part of a code: a code that was damaged on its way is refused, and
//! the hint says whose setting damages it.

use liangzheng_core::{reading::cut, text::Text};

/// The text of a line without what is cut around every code, and without the control characters that some scanners are
/// set to send before and after it.
pub(crate) fn bare(line: &str) -> &str {
    let is_added = |c: char| c.is_control() || c.is_whitespace();
    let line = line.trim_matches(is_added);
    let bare = cut(line).trim_matches(is_added);
    // Core cuts a second time, and two prefixes are none.
    if cut(bare) == bare { bare } else { line }
}

/// What to set when `line` looks like a code that was typed wrongly.
pub(crate) fn hint(line: &str) -> Option<Text> {
    let start: String = line.chars().take(4).collect();
    let upper = start.to_uppercase();
    let is_full_width = start.chars().any(|c| matches!(c, '\u{ff01}'..='\u{ff5e}'));
    if line.starts_with("EC1:") {
        Some(CHALLENGE)
    } else if line.starts_with("EL1:") {
        line.chars().any(|c| c.is_ascii_lowercase()).then_some(CASE)
    } else if is_full_width && narrow(&start).to_uppercase().starts_with("EL1") {
        Some(INPUT_METHOD)
    } else if upper.starts_with("EL1:") {
        Some(CASE)
    } else if upper.starts_with("EL1") || upper.starts_with("EL!") || upper.starts_with("EL&") {
        Some(LAYOUT)
    } else if upper.starts_with("HTTP") {
        Some(LINK)
    } else {
        None
    }
}

/// Full-width forms as the characters they are forms of.
fn narrow(text: &str) -> String {
    let one = |c: char| match u32::from(c) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(c),
        _ => c,
    };
    text.chars().map(one).collect()
}

const CASE: Text = Text::fixed(
    "扫码枪改变了大小写:请关闭大写锁定(Caps Lock)和扫码枪的大小写转换,然后重扫。",
    "upper and lower case were changed: turn off Caps Lock and the scanner's case conversion, and scan again",
);
const LAYOUT: Text = Text::fixed(
    "键盘布局不符(EL1 后应为冒号):请将系统键盘和扫码枪都设为美式英语(US),然后重扫。",
    "the keyboard layout does not fit (a colon should follow EL1): set both the system and the scanner to US \
     English, and scan again",
);
const INPUT_METHOD: Text = Text::fixed(
    "输入法是全角或中文状态:请切换到英文半角,然后重扫。",
    "an input method typed full-width characters: switch it to English, and scan again",
);
const LINK: Text = Text::fixed(
    "这是网址,不是亮证码;不要打开。",
    "this is a web address, not a licence code: do not open it",
);
const CHALLENGE: Text = Text::fixed(
    "这是核验方出示的核验码;请扫描持证人手机回应的码。",
    "this is a verifier's challenge: scan the code with which the phone answers",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_scanners_add_is_taken_off() {
        for (line, want) in [
            ("EL1:A\r", "EL1:A"),
            ("\u{feff} \tEL1:A\t", "EL1:A"),
            ("\u{2}EL1:A\u{3}", "EL1:A"),
            ("]Q1EL1:A", "EL1:A"),
            ("]Q1\u{2}EL1:A", "EL1:A"),
            ("]Q1", ""),
            ("]Q1]Q1EL1:A", "]Q1]Q1EL1:A"),
            ("]Qx", "]Qx"),
            ("\r\n", ""),
        ] {
            assert_eq!(bare(line), want, "{line:?}");
        }
    }

    #[test]
    fn typing_faults_are_told_apart() {
        for (line, want) in [
            ("EL1:6BF+70", None),
            ("nonsense", None),
            ("", None),
            ("eyJhbGciOiJFUzI1NiJ9.e30.AA", None),
            ("el1:6bf+70", Some(CASE)),
            ("EL1:6bf+70", Some(CASE)),
            ("El1:6BF", Some(CASE)),
            ("EL1;6BF", Some(LAYOUT)),
            ("EL1Ö6BF", Some(LAYOUT)),
            ("el1ö6bf", Some(LAYOUT)),
            ("EL!:6BF", Some(LAYOUT)),
            ("EL1\u{ff1a}6BF", Some(INPUT_METHOD)),
            ("\u{ff25}\u{ff2c}\u{ff11}\u{ff1a}6BF", Some(INPUT_METHOD)),
            ("https://a.example/x.y.z", Some(LINK)),
            ("EC1:6BF", Some(CHALLENGE)),
            ("证照", None),
        ] {
            assert_eq!(hint(line), want, "{line:?}");
        }
    }
}
