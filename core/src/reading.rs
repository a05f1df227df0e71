//! What a text is, before anything of it is believed: what surrounds a code is cut, and what is no licence code is named.
//!
//! Every way in (argument, file, scan, paste, HTTP, browser) brings its own surroundings: a line end, a byte order mark,
//! marks of a clipboard, a scanner's prefix. Cut in one place, one text has one answer.

use crate::{refusal::Code, text::Text};

/// What a text turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// `EL1:…`, or the token in it.
    Licence,
    /// `EC1:…`: what a verifier shows to a phone.
    Challenge,
    /// `ER1:…`: what a counter shows to a phone.
    CounterRequest,
    /// One of these in small letters: caps lock.
    CapsLock,
    /// One of these in full-width letters: an input method.
    FullWidth,
    /// An address.
    Link,
    /// What a payment app reads.
    Payment,
    /// Anything else.
    Other,
}

/// What stands before a licence code, a challenge, and a counter's request.
const PREFIXES: [(&str, Reading); 3] =
    [("EL1:", Reading::Licence), ("EC1:", Reading::Challenge), ("ER1:", Reading::CounterRequest)];

/// How payment codes begin: WeChat, Alipay, UnionPay, and the merchants' codes of EMV (payload format indicator `000201`).
const PAYMENT: [&str; 6] =
    ["wxp://", "weixin://wxpay", "alipay", "https://qr.alipay.com/", "https://qr.95516.com/", "000201"];

/// White space of Unicode, and characters that cannot be seen and that copying or typing leaves around a text.
fn is_surrounding(c: char) -> bool {
    matches!(
        c,
        '\t'..='\r' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}'
            | '\u{205f}'..='\u{2069}' | '\u{3000}' | '\u{feff}'
    )
}

/// The code in `text`, without what surrounds it: invisible characters, one AIM prefix (ISO/IEC 15424: `]Q0` to `]Q6`, by
/// which a scanner names the kind of code), invisible characters again. Canonical Base45 never begins or ends in a blank.
pub fn cut(text: &str) -> &str {
    let text = text.trim_matches(is_surrounding);
    match text.as_bytes() {
        [b']', b'Q', b'0'..=b'6', ..] => text.get(3..).unwrap_or_default().trim_matches(is_surrounding),
        _ => text,
    }
}

/// As [`cut`], of what was read from a picture: what is no character of Base45 goes from its ends, too, if one of our
/// codes then stands there. Any other text stays as it was read.
pub fn cut_in_picture(text: &str) -> &str {
    let is_stray = |c: char| {
        !(c.is_ascii_uppercase() || c.is_ascii_digit() || " $%*+-./:".contains(c)) || is_surrounding(c)
    };
    // A scanner's prefix begins with a bracket, which is none of Base45's characters.
    let bare = cut(text.trim_start_matches(|c| is_stray(c) && c != ']').trim_end_matches(is_stray));
    if PREFIXES.iter().any(|(prefix, _)| bare.starts_with(prefix)) { bare } else { text }
}

/// What `text` is, whatever surrounds it.
pub fn classify(text: &str) -> Reading {
    let text = cut(text);
    let starts = |prefix: &str| {
        text.as_bytes().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    for (prefix, reading) in PREFIXES {
        if text.starts_with(prefix) {
            return reading;
        }
        if starts(prefix) {
            return Reading::CapsLock;
        }
    }
    // An input method's letters or colon among those of a prefix.
    let mut first = text.chars().take(4);
    if text.starts_with(['E', 'e', 'Ｅ', 'ｅ']) && first.any(|c| matches!(c, '\u{ff01}'..='\u{ff5e}')) {
        return Reading::FullWidth;
    }
    // Base64url of a header, which begins with `{` and a quote or a blank.
    if (text.starts_with("ey") || text.starts_with("ew")) && text.contains('.') {
        return Reading::Licence;
    }
    if PAYMENT.into_iter().any(starts) {
        Reading::Payment
    } else if has_scheme(text) {
        Reading::Link
    } else {
        Reading::Other
    }
}

/// Whether `://` stands in it. Not by `str::contains`: its search for any needle in any haystack would be a twentieth of the
/// browser's module.
fn has_scheme(text: &str) -> bool {
    text.as_bytes().windows(3).any(|window| window == b"://")
}

impl Reading {
    /// The word for it in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Licence => "licence",
            Self::Challenge => "challenge",
            Self::CounterRequest => "counter_request",
            Self::CapsLock => "caps_lock",
            Self::FullWidth => "full_width",
            Self::Link => "link",
            Self::Payment => "payment",
            Self::Other => "other",
        }
    }

    /// What is the case, where a licence code was wanted.
    pub const fn message(self) -> Text {
        match self {
            Self::Challenge => Text::fixed(
                "这是核验方的核验码，不是亮证码",
                "This is a verifier's challenge, not a licence code",
            ),
            Self::CounterRequest => {
                Text::fixed("这是窗口的请求码，不是亮证码", "This is a counter's request, not a licence code")
            }
            Self::CapsLock => {
                Text::fixed("大小写颠倒，大写锁定可能已开启", "Small letters: is caps lock on?")
            }
            Self::FullWidth => {
                Text::fixed("内容是全角字符，被输入法改过", "Full-width: an input method changed it")
            }
            Self::Link => Text::fixed("这是网址，不是亮证码", "This is a link, not a licence code"),
            Self::Payment => {
                Text::fixed("这是支付码，不是亮证码", "This is a payment code, not a licence code")
            }
            Self::Licence | Self::Other => Code::Format.message(),
        }
    }

    /// What to do next. Never to refresh: the holder has not shown a code yet.
    pub const fn hint(self) -> Text {
        match self {
            Self::Challenge | Self::CounterRequest => {
                Text::fixed("请持证人用钱包扫描它。", "Let the holder's wallet scan it.")
            }
            Self::CapsLock => Text::fixed("请关闭大写锁定后重扫。", "Turn caps lock off and scan again."),
            Self::FullWidth => {
                Text::fixed("请切换到英文半角输入后重扫。", "Switch to English input and scan again.")
            }
            _ => Code::Format.hint(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn what_surrounds_a_code_is_cut() {
        for before in ["", " ", "\u{feff}", "\u{200b}\u{202a}", "]Q1", " ]Q3 ", "\u{2066}]Q6\u{2069}\r\n"] {
            for after in ["", "\n", " \t", "\u{202c}\u{200f}", "\u{3000}", "\u{85}"] {
                for code in ["EL1:AB C", "eyJ.a.b"] {
                    assert_eq!(cut(&format!("{before}{code}{after}")), code, "{before:?} {after:?}");
                }
            }
        }
        for text in ["]Q7EL1:A", "]Q", "]q1EL1:A", "EL1:A]Q1", "\u{ad}EL1:A", "\u{206a}x"] {
            assert_eq!(cut(text), text);
        }
        assert_eq!(cut("]Q1]Q1EL1:A"), "]Q1EL1:A", "one prefix");
    }

    #[test]
    fn in_a_picture_strays_are_cut_only_around_our_own_codes() {
        for (text, want) in [
            ("EL1:AB\n", "EL1:AB"),
            ("\0EL1:AB\0\0", "EL1:AB"),
            ("\u{fffd}]Q1EC1:AB~", "EC1:AB"),
            ("ER1:AB\u{1d}", "ER1:AB"),
            ("https://x.example/?EL1:AB", "https://x.example/?EL1:AB"),
            ("\0eyJ.a.b ", "\0eyJ.a.b "),
        ] {
            assert_eq!(cut_in_picture(text), want);
        }
    }

    #[test]
    fn each_text_is_named_for_what_it_is() {
        for (text, want) in [
            ("EL1:", Reading::Licence),
            (" ]Q1EL1:X\n", Reading::Licence),
            ("eyJ.a.b", Reading::Licence),
            ("ewoJ.a.b", Reading::Licence),
            ("eyJhbGci", Reading::Other),
            ("EC1:X", Reading::Challenge),
            ("ER1:X", Reading::CounterRequest),
            ("el1:x", Reading::CapsLock),
            ("Ec1:x", Reading::CapsLock),
            ("EL1：X", Reading::FullWidth),
            ("ＥＬ１：Ｘ", Reading::FullWidth),
            ("ｅｒ１：", Reading::FullWidth),
            ("（证照）", Reading::Other),
            ("https://x.example/EL1:A", Reading::Link),
            ("HTTPS://QR.ALIPAY.COM/FKX0", Reading::Payment),
            ("wxp://f2f0AAAA", Reading::Payment),
            ("00020101021102", Reading::Payment),
            ("www.example.com", Reading::Other),
            ("EL2:X", Reading::Other),
            ("证", Reading::Other),
            ("", Reading::Other),
        ] {
            assert_eq!(classify(text), want, "{text}");
        }
    }

    #[test]
    fn all_white_space_of_unicode_is_cut() {
        for c in '\0'..=char::MAX {
            assert!(!c.is_whitespace() || is_surrounding(c), "{c:?}");
        }
    }

    #[test]
    fn no_foreign_code_asks_the_holder_to_refresh() {
        for reading in [
            Reading::Challenge,
            Reading::CounterRequest,
            Reading::CapsLock,
            Reading::FullWidth,
            Reading::Link,
            Reading::Payment,
            Reading::Other,
        ] {
            let (message, hint) = (reading.message(), reading.hint());
            for text in [message.en, message.zh, hint.en, hint.zh] {
                assert!(!text.contains("refresh") && !text.contains("刷新"), "{reading:?}: {text}");
            }
        }
    }
}
