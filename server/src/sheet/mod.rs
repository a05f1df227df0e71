//! Tables of spreadsheets: read row by row, written as templates and as tables of what is wrong. Pure: bytes in, values
//! out, and the other way round. What columns mean is `domain::issuing::import`'s.
//!
//! What is read comes from strangers: how much a file unpacks to is counted before anything reads it, and no sheet is
//! held whole.

mod csv;
mod errors;
mod template;
mod xlsx;

use std::ops::ControlFlow;

use liangzheng_core::text::Text;

use crate::domain::issuing::import::cell::Cell;
use crate::domain::issuing::import::{ImportFormat, MAX_COLUMNS};

pub use errors::{WrongRow, errors};
pub use template::template;

/// A file whose first row was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// How it is written.
    pub format: ImportFormat,
    /// The texts of its first row.
    pub header: Vec<String>,
    /// What a template of ours says of itself.
    pub mark: Option<String>,
}

/// A first row without the empty cells behind its last name, if it can be that of a table of ours.
fn named(mut header: Vec<String>) -> Result<Vec<String>, SheetFault> {
    while header.last().is_some_and(String::is_empty) {
        header.pop();
    }
    match header.len() {
        0 => Err(SheetFault::Empty),
        1..=MAX_COLUMNS => Ok(header),
        _ => Err(SheetFault::Wide),
    }
}

/// Takes one row: its line as spreadsheets count it, from 1, and its cells.
pub type EachRow<'a> = dyn FnMut(i64, Vec<Cell>) -> ControlFlow<()> + 'a;

/// Why a file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SheetFault {
    /// Neither a workbook nor a text.
    #[error("neither a workbook nor a text")]
    Format,
    /// A workbook of before 2007, or one with a password.
    #[error("a workbook of an old form, or with a password")]
    Old,
    /// It unpacks to more than any table of ours.
    #[error("it unpacks to too much")]
    Bomb,
    /// It is damaged.
    #[error("it is damaged")]
    Broken,
    /// A text in neither UTF-8 nor GB18030.
    #[error("a text of unknown encoding")]
    Encoding,
    /// There is no first row.
    #[error("it has no first row")]
    Empty,
    /// More columns than are read.
    #[error("it has too many columns")]
    Wide,
    /// Cells put together.
    #[error("it has merged cells: {0}")]
    Merged(String),
    /// A row that people do not see.
    #[error("row {0} is hidden")]
    Hidden(i64),
}

impl SheetFault {
    /// A code, and what to do.
    pub fn told(&self) -> (&'static str, Text) {
        match self {
            Self::Format => (
                "format",
                Text::fixed("应为 .xlsx 工作簿或 .csv 文本", "must be a workbook (.xlsx) or a text (.csv)"),
            ),
            Self::Old => (
                "old-format",
                Text::fixed(
                    "是旧版 .xls 或带密码的工作簿，请取消密码并另存为 .xlsx",
                    "is an old .xls, or has a password: take that off and save it as .xlsx",
                ),
            ),
            Self::Bomb => (
                "unpacked-size",
                Text::fixed(
                    "展开后过大，请删去多余的工作表、图片和空行",
                    "unpacks to too much: take out other sheets, pictures and blank rows",
                ),
            ),
            Self::Broken => (
                "broken",
                Text::fixed("文件已损坏，请重新保存后上传", "is damaged: save it anew and send it again"),
            ),
            Self::Encoding => (
                "encoding",
                Text::fixed("CSV 应为 UTF-8 或 GB18030 编码", "a CSV file must be in UTF-8 or GB18030"),
            ),
            Self::Empty => (
                "empty",
                Text::fixed(
                    "第一行应为列名，请使用模板",
                    "the first row must name the columns: use the template",
                ),
            ),
            Self::Wide => {
                ("columns", Text::fixed("列数过多，请使用模板", "has too many columns: use the template"))
            }
            Self::Merged(cells) => (
                "merged-cells",
                Text::new(
                    format!("有合并单元格 {cells}，请取消合并并逐行填写"),
                    format!("has merged cells ({cells}): split them and fill in each row"),
                ),
            ),
            Self::Hidden(line) => (
                "hidden-row",
                Text::new(
                    format!("第 {line} 行被隐藏或筛选，请取消隐藏或删除该行"),
                    format!("row {line} is hidden or filtered out: show it, or delete it"),
                ),
            ),
        }
    }
}

/// Looks at a file: what it is, its first row, and whether it can be read at all.
///
/// # Errors
/// Why not.
pub fn open(bytes: &[u8]) -> Result<Opened, SheetFault> {
    if bytes.starts_with(b"PK\x03\x04") {
        return xlsx::open(bytes);
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(SheetFault::Old);
    }
    csv::open(bytes)
}

/// Gives every row below the first to `each`, but blank ones, until it has enough.
///
/// # Errors
/// Why the file cannot be read; rows before that were given.
pub fn rows(bytes: &[u8], format: ImportFormat, each: &mut EachRow<'_>) -> Result<(), SheetFault> {
    match format {
        ImportFormat::Xlsx => xlsx::rows(bytes, each),
        ImportFormat::Csv => csv::rows(bytes, each),
    }
}
