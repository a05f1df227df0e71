//! What keyboards and scanners that type do to a code, and how to set them right.
//!
//! Nothing is repaired but what surely is no part of a code: a code that was damaged on its way is refused, and
//! the hint says whose setting damages it.

use liangzheng_core::{
    reading::{Reading, classify, cut},
    text::Text,
};

/// The text of a line without what is cut around every code, and without the control characters that some scanners are
/// set to send before and after it.
pub(crate) fn bare(line: &str) -> &str {
    let is_added = |c: char| c.is_control() || c.is_whitespace();
    let line = line.trim_matches(is_added);
    let bare = cut(line).trim_matches(is_added);
    // Core cuts a second time, and two prefixes are none.
    if cut(bare) == bare { bare } else { line }
}

/// What to set when `line` looks like a code that was typed wrongly and still looks like one of ours. What else typing
/// makes of a code (small letters throughout, full width) core tells, by whatever way the text comes in.
pub(crate) fn hint(line: &str) -> Option<Text> {
    let start: String = line.chars().take(3).collect();
    match classify(line) {
        Reading::Licence if start == "EL1" && line.contains(|c: char| c.is_ascii_lowercase()) => Some(CASE),
        Reading::Other if ["EL1", "EL!", "EL&"].contains(&start.to_uppercase().as_str()) => Some(LAYOUT),
        _ => None,
    }
}

const CASE: Text = Text::fixed(
    "扫码枪改变了大小写：请关闭大写锁定（Caps Lock）和扫码枪的大小写转换，然后重扫。",
    "upper and lower case were changed: turn off Caps Lock and the scanner's case conversion, and scan again",
);
const LAYOUT: Text = Text::fixed(
    "键盘布局不符（EL1 后应为冒号）：请将系统键盘和扫码枪都设为美式英语（US），然后重扫。",
    "the keyboard layout does not fit (a colon should follow EL1): set both the system and the scanner to US \
     English, and scan again",
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
            ("el1:6bf+70", None),
            ("EL1:6bf+70", Some(CASE)),
            ("EL1;6BF", Some(LAYOUT)),
            ("EL1Ö6BF", Some(LAYOUT)),
            ("el1ö6bf", Some(LAYOUT)),
            ("EL!:6BF", Some(LAYOUT)),
            ("EL1\u{ff1a}6BF", None),
            ("https://a.example/x.y.z", None),
            ("EC1:6BF", None),
            ("证照", None),
        ] {
            assert_eq!(hint(line), want, "{line:?}");
        }
    }
}
