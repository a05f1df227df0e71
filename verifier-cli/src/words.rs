//! Language, and text that is safe and straight on a terminal.

use std::{env, fmt::Write as _};

use clap::ValueEnum;
use liangzheng_core::{text::Text, time::Seconds};
use unicode_width::UnicodeWidthStr;

/// The language people are answered in; programs read codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// 简体中文
    #[value(alias = "zh-CN", alias = "zh_CN")]
    Zh,
    /// English
    #[value(alias = "en-US", alias = "en-GB")]
    En,
}

impl Lang {
    /// The first of `LC_ALL`, `LC_MESSAGES`, `LANG` that is set; English unless it says Chinese.
    pub(crate) fn of_locale() -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| {
            env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(|value| value.to_string_lossy().into_owned())
        });
        if locale.is_some_and(|locale| locale.starts_with("zh")) { Self::Zh } else { Self::En }
    }

    pub(crate) fn of(self, text: &Text) -> &str {
        match self {
            Self::Zh => &text.zh,
            Self::En => &text.en,
        }
    }

    pub(crate) fn pick(self, zh: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// `text`, and behind it `aside` in the brackets of the language.
    pub(crate) fn with_aside(self, text: &str, aside: &str) -> String {
        match self {
            Self::Zh => format!("{text}（{aside}）"),
            Self::En => format!("{text} ({aside})"),
        }
    }

    /// Between a name and what is said of it.
    pub(crate) fn colon(self) -> &'static str {
        self.pick("：", ": ")
    }

    /// Between the parts of a list.
    pub(crate) fn comma(self) -> &'static str {
        self.pick("，", ", ")
    }

    /// A length of time in its two largest units: `3 h 12 min`.
    pub(crate) fn span(self, seconds: Seconds) -> String {
        let seconds = seconds.0.unsigned_abs();
        let units: [(u64, &str, &str); 4] =
            [(86_400, " 天", " d"), (3_600, " 小时", " h"), (60, " 分钟", " min"), (1, " 秒", " s")];
        let first = units.iter().position(|(size, ..)| seconds >= *size).unwrap_or(3);
        let mut text = String::new();
        let mut rest = seconds;
        for (size, zh, en) in units.iter().skip(first).take(2) {
            let count = rest / size;
            rest %= size;
            if count > 0 || text.is_empty() {
                let gap = if text.is_empty() { "" } else { " " };
                let _ = write!(text, "{gap}{count}{}", self.pick(zh, en));
            }
        }
        text
    }
}

/// `text` with everything made visible that could steer a terminal or reorder what is read.
///
/// Fields of a licence and unverified tokens are other people's words: control characters could repaint the
/// verdict above them, and bidirectional marks could turn a number round.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let steers = c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{61c}' | '\u{feff}');
        if steers {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The beginning of a text that a stranger wrote, made visible: enough to know it by.
pub(crate) fn shortened(text: &str) -> String {
    const LONGEST: usize = 48;
    let start: String = text.chars().take(LONGEST).collect();
    let rest = if start.len() < text.len() { "…" } else { "" };
    format!("{}{rest}", visible(&start))
}

/// `text` padded with spaces to `columns` of a terminal, on which a Chinese character takes two.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    let width = width(text);
    format!("{text}{}", " ".repeat(columns.saturating_sub(width)))
}

/// Columns that `text` takes on a terminal.
pub(crate) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_show_two_units() {
        for (seconds, zh, en) in [
            (0, "0 秒", "0 s"),
            (59, "59 秒", "59 s"),
            (60, "1 分钟", "1 min"),
            (11_520, "3 小时 12 分钟", "3 h 12 min"),
            (86_400, "1 天", "1 d"),
            (-90_000, "1 天 1 小时", "1 d 1 h"),
            (i64::MIN, "106751991167300 天 15 小时", "106751991167300 d 15 h"),
        ] {
            assert_eq!(Lang::Zh.span(Seconds(seconds)), zh);
            assert_eq!(Lang::En.span(Seconds(seconds)), en);
        }
    }

    #[test]
    fn terminal_controls_and_bidi_marks_are_shown_not_obeyed() {
        assert_eq!(visible("张\u{1b}[2J\u{202e}321\n"), "张\\u{1b}[2J\\u{202e}321\\u{a}");
        assert_eq!(visible("食品经营许可证 JY1"), "食品经营许可证 JY1");
    }

    #[test]
    fn chinese_counts_double_when_padding() {
        assert_eq!(padded("签名", 6), "签名  ");
        assert_eq!(padded("abc", 2), "abc");
        for (text, columns) in [("𠮷野家", 6), ("ｱｲ", 2), ("Ａ１", 4), ("e\u{301}", 1), ("🏥", 2), ("…", 1)]
        {
            assert_eq!(width(text), columns, "{text}");
        }
    }
}
