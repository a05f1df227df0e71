//! CSV (RFC 4180), in UTF-8 with or without a mark, or in GB18030 as Chinese spreadsheets save it.

use std::borrow::Cow;
use std::ops::ControlFlow;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::GB18030;

use super::{EachRow, Opened, SheetFault, named};
use crate::domain::issuing::import::cell::Cell;
use crate::domain::issuing::import::{ImportFormat, MAX_COLUMNS};

pub(super) fn open(bytes: &[u8]) -> Result<Opened, SheetFault> {
    let text = text(bytes)?;
    let mut header = Vec::new();
    read(&text, &mut |line, record| {
        if line == 1 {
            header = record.iter().map(|cell| cell.trim().to_owned()).collect();
        }
        ControlFlow::Break(())
    })?;
    Ok(Opened { format: ImportFormat::Csv, header: named(header)?, mark: None })
}

pub(super) fn rows(bytes: &[u8], each: &mut EachRow<'_>) -> Result<(), SheetFault> {
    let text = text(bytes)?;
    read(&text, &mut |line, record| {
        if line == 1 {
            return ControlFlow::Continue(());
        }
        let cells: Vec<Cell> = record
            .iter()
            .take(MAX_COLUMNS)
            .map(|text| if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) })
            .collect();
        if cells.iter().all(Cell::is_blank) {
            return ControlFlow::Continue(());
        }
        each(line, cells)
    })
}

/// Lines count as spreadsheets show them: a record in each row, whatever line breaks its cells hold.
fn read(text: &str, each: &mut dyn FnMut(i64, &StringRecord) -> ControlFlow<()>) -> Result<(), SheetFault> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let (mut record, mut line) = (StringRecord::new(), 0_i64);
    while reader.read_record(&mut record).map_err(|_| SheetFault::Broken)? {
        let begins =
            record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0);
        line += 1 + blank_lines(text, begins);
        if each(line, &record).is_break() {
            break;
        }
    }
    Ok(())
}

/// The blank lines that stand at a place: passed over by the reader, and rows in a spreadsheet.
fn blank_lines(text: &str, at: usize) -> i64 {
    let (before, mut rest) = text.split_at_checked(at).unwrap_or((text, ""));
    // The second half of the line's end before.
    if before.ends_with('\r') {
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    let mut count = 0;
    while let Some(next) = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\r', '\n'])) {
        (rest, count) = (next, count + 1);
    }
    count
}

fn text(bytes: &[u8]) -> Result<Cow<'_, str>, SheetFault> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.contains(&0) {
        return Err(SheetFault::Format);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Cow::Borrowed(text));
    }
    let text = GB18030.decode_without_bom_handling_and_without_replacement(bytes);
    text.ok_or(SheetFault::Encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<(i64, Vec<String>)> {
        let mut found = Vec::new();
        rows(bytes, &mut |line, cells| {
            found.push((line, cells.iter().map(Cell::shown).collect()));
            ControlFlow::Continue(())
        })
        .unwrap();
        found
    }

    #[test]
    fn three_encodings_say_the_same_and_lines_are_those_of_a_spreadsheet() {
        let quoted = ["\"山月", "\n茶饮\""].join(",");
        let rows =
            [["姓名", "编号"], ["周一鸣", "0012"], ["", ""], [quoted.as_str(), "7"], ["", ""], ["末", "8"]];
        let plain: String = rows.map(|row| row.join(",") + "\r\n").concat().replacen("\n,\r", "\n\r", 1);
        let plain = plain.as_str();
        let marked = [b"\xEF\xBB\xBF", plain.as_bytes()].concat();
        let (chinese, ..) = GB18030.encode(plain);
        for bytes in [plain.as_bytes(), &marked, &chinese] {
            assert_eq!(open(bytes).unwrap().header, ["姓名", "编号"]);
            let texts = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
            let wanted = vec![
                (2, texts(&["周一鸣", "0012"])),
                (4, texts(&[quoted.trim_matches('"'), "7"])),
                (6, texts(&["末", "8"])),
            ];
            assert_eq!(all(bytes), wanted);
        }
    }

    #[test]
    fn what_is_no_text_is_told() {
        assert_eq!(open(b"a,b\0c"), Err(SheetFault::Format));
        assert_eq!(open(&[0x61, 0xff, 0xff]), Err(SheetFault::Encoding));
        assert_eq!(open(b""), Err(SheetFault::Empty));
        assert_eq!(open(b",,\n1,2"), Err(SheetFault::Empty));
    }
}
