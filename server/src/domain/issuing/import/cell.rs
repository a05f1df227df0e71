//! A cell of a file, and what it says for a column: a text, a number, a day.
//!
//! A spreadsheet that has taken a number for a number has dropped its leading zeros and keeps fifteen digits of it; that
//! is told, and never mended silently.

use liangzheng_core::text::Text;
use liangzheng_core::time::Day;
use serde::{Deserialize, Serialize};

use super::column::Content;

/// A cell as the file has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    /// Nothing.
    #[default]
    #[serde(rename = "e")]
    Empty,
    /// A text.
    #[serde(rename = "t")]
    Text(String),
    /// A number, as spreadsheets keep one.
    #[serde(rename = "n")]
    Number(f64),
    /// A day, `YYYYMMDD`.
    #[serde(rename = "d")]
    Day(String),
    /// True or false.
    #[serde(rename = "b")]
    Truth(bool),
    /// An error of the spreadsheet's own, as `#REF!`.
    #[serde(rename = "x")]
    Error,
    /// A formula that the file keeps no value of.
    #[serde(rename = "f")]
    NoValue,
}

/// Why a cell says nothing that its column can use: a code and what to do.
pub type Unread = (&'static str, Text);

impl Cell {
    /// Whether it is blank.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// As people see it: for tables of what is wrong.
    pub fn shown(&self) -> String {
        match self {
            Self::Empty | Self::NoValue => String::new(),
            Self::Text(text) | Self::Day(text) => text.clone(),
            Self::Number(number) => number_text(*number),
            Self::Truth(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
            Self::Error => "#ERROR".to_owned(),
        }
    }

    /// What it says for a column of this content; `None` if it is blank.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn read(&self, content: Content) -> Result<Option<String>, Unread> {
        if self.is_blank() {
            return Ok(None);
        }
        match (self, content) {
            (Self::Text(text), Content::Day) => Ok(Some(day_text(text.trim()))),
            (Self::Text(text), _) => {
                let text = text.trim();
                // As CSV keeps a long number that a spreadsheet has shown shortened.
                if content == Content::Text && is_scientific(text) {
                    return Err(lost());
                }
                Ok(Some(text.to_owned()))
            }
            (Self::Day(day), Content::Day) => Ok(Some(day.clone())),
            (Self::Number(number), Content::Day) => {
                let text = number_text(*number);
                if Day::parse(&text).is_some() {
                    return Ok(Some(text));
                }
                Err((
                    "date-serial",
                    match serial_day(*number) {
                        Some(day) => Text::new(
                            format!("单元格是数字 {text}（即 {day}），请设为文本后填写 YYYYMMDD"),
                            format!(
                                "the cell holds the number {text}, which stands for {day}: format it as text and type YYYYMMDD"
                            ),
                        ),
                        None => Text::fixed("应为日期，格式 YYYYMMDD", "must be a day, as YYYYMMDD"),
                    },
                ))
            }
            (Self::Number(number), Content::Number | Content::Choice) => Ok(Some(number_text(*number))),
            (Self::Number(_), Content::Text) => Err(lost()),
            (Self::Day(_), _) => Err((
                "date-cell",
                Text::fixed(
                    "单元格是日期，请设为文本后重填",
                    "the cell holds a date: format it as text and type it anew",
                ),
            )),
            (Self::Truth(_), _) => Err((
                "truth-cell",
                Text::fixed(
                    "单元格是逻辑值，请设为文本后重填",
                    "the cell holds true or false: format it as text and type it anew",
                ),
            )),
            (Self::Error, _) => Err((
                "cell-error",
                Text::fixed(
                    "单元格是错误值，请改为实际内容",
                    "the cell holds an error: put the content itself there",
                ),
            )),
            (Self::NoValue, _) => Err((
                "formula-without-value",
                Text::fixed(
                    "公式没有保存计算结果，请粘贴为数值",
                    "the file keeps no value of this formula: paste the value in its place",
                ),
            )),
            (Self::Empty, _) => Ok(None),
        }
    }
}

fn lost() -> Unread {
    (
        "number-cell",
        Text::fixed(
            "被当作数字保存，前导零或第 15 位之后的数字可能已丢失，请设为文本后重新填写",
            "was kept as a number: leading zeros, or digits after the fifteenth, may be lost; format the cell as text and type it anew",
        ),
    )
}

/// A day in one of the forms that people write, as `YYYYMMDD`; anything else as it is, for the rule of the field to tell.
fn day_text(text: &str) -> String {
    let plain = text.replace(['年', '月', '/', '.'], "-");
    let plain = plain.trim_end_matches('日');
    // A day that a program wrote with its midnight.
    let plain = plain.split([' ', 'T']).next().unwrap_or(plain);
    let parts: Vec<&str> = plain.split('-').collect();
    let [year, month, day] = *parts else { return text.to_owned() };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if year.len() == 4 && month.len() <= 2 && day.len() <= 2 && [year, month, day].into_iter().all(digits) {
        return format!("{year}{month:0>2}{day:0>2}");
    }
    text.to_owned()
}

/// A number without a point where it is whole.
fn number_text(number: f64) -> String {
    format!("{number}")
}

fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    digits(mantissa) && exponent.strip_prefix('+').is_some_and(digits)
}

/// The day that a number stands for in a spreadsheet (days since 30 December 1899), for the years of licences only.
fn serial_day(number: f64) -> Option<String> {
    if number.fract() != 0.0 || !(20_000.0..80_000.0).contains(&number) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "between 20,000 and 80,000")]
    let days = number as i64;
    // 1 January 1970 is day 25,569.
    let noon = liangzheng_core::time::UnixTime((days - 25_569) * 86_400 + 4 * 3600);
    Some(Day::of(noon).to_text())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(cell: &Cell, content: Content) -> Result<Option<String>, &'static str> {
        cell.read(content).map_err(|(code, _)| code)
    }

    #[test]
    fn days_are_read_in_every_form_and_numbers_in_place_of_days_are_told() {
        let text = |text: &str| Cell::Text(text.to_owned());
        for (cell, want) in [
            (text("20261122"), Ok("20261122")),
            (text("2026-11-22"), Ok("20261122")),
            (text("2026/1/2"), Ok("20260102")),
            (text("2026年1月2日"), Ok("20260102")),
            (text("2026-11-22 00:00:00"), Ok("20261122")),
            (text("22.11.2026"), Ok("22.11.2026")),
            (Cell::Day("20261122".into()), Ok("20261122")),
            (Cell::Number(20_261_122.0), Ok("20261122")),
            (Cell::Number(46_348.0), Err("date-serial")),
            (Cell::Truth(true), Err("truth-cell")),
        ] {
            assert_eq!(code(&cell, Content::Day), want.map(|day: &str| Some(day.to_owned())), "{cell:?}");
        }
        assert_eq!(serial_day(46_348.0).as_deref(), Some("20261122"));
    }

    #[test]
    fn numbers_in_place_of_texts_are_told_and_never_mended() {
        for cell in [Cell::Number(9.9e17), Cell::Number(12.0), Cell::Text("9.9010119E+17".into())] {
            assert_eq!(code(&cell, Content::Text), Err("number-cell"), "{cell:?}");
        }
        assert_eq!(code(&Cell::Number(12.0), Content::Number), Ok(Some("12".into())));
        assert_eq!(code(&Cell::Number(12.5), Content::Number), Ok(Some("12.5".into())));
        assert_eq!(code(&Cell::NoValue, Content::Text), Err("formula-without-value"));
        assert_eq!(code(&Cell::Error, Content::Number), Err("cell-error"));
        assert_eq!(code(&Cell::Text(" 山月 ".into()), Content::Text), Ok(Some("山月".into())));
        assert_eq!(code(&Cell::Text("　".into()), Content::Text), Ok(None));
        assert_eq!(code(&Cell::Text("E+5".into()), Content::Text), Ok(Some("E+5".into())));
    }
}
