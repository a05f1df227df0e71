//! A table of what is wrong: the rows as they were sent, the faulty cells marked, each with its sentence. Mended, it can be
//! sent as it is.

use rust_xlsxwriter::{Color, ExcelDateTime, Format, Note, Workbook, Worksheet, XlsxError};

use crate::domain::issuing::import::cell::Cell;
use crate::domain::issuing::import::column::ERRORS;
use crate::domain::issuing::import::{CellFault, RowContent, cell_name};

/// A row in which something is wrong, with its line in the file that was sent.
pub type WrongRow = (i64, RowContent);

/// The table of `rows` under `header`.
///
/// # Errors
/// Of the writer, which a sound program never shows, or of the disk.
pub fn errors(header: &[String], rows: impl IntoIterator<Item = WrongRow>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // A cell that begins like a formula stays a text, also where somebody edits it.
    let text = Format::new().set_num_format("@").set_quote_prefix();
    let wrong = text.clone().set_background_color(Color::RGB(0xFF_C7_CE));
    let head = Format::new().set_bold().set_num_format("@");
    let told = header.iter().filter(|title| *title != ERRORS).count();
    // Line by line to the disk: a hundred thousand rows are not held.
    let sheet = book.add_worksheet_with_constant_memory()?.set_name("填写")?;
    for at in 0..=told {
        sheet.set_column_format(column(at), &text)?;
        sheet.set_column_width(column(at), 20)?;
    }
    let kept: Vec<usize> =
        (0..header.len()).filter(|at| header.get(*at).is_some_and(|title| title != ERRORS)).collect();
    for (to, at) in kept.iter().enumerate() {
        sheet.write_string_with_format(
            0,
            column(to),
            header.get(*at).map_or("", |title| title.as_str()),
            &head,
        )?;
    }
    sheet.write_string_with_format(0, column(told), ERRORS, &head)?;
    let mut notes = 0;
    for (line, (sent_at, row)) in (1_u32..).zip(rows) {
        for (to, at) in kept.iter().enumerate() {
            let fault = row.faults.iter().find(|fault| usize::from(fault.column) == *at);
            let cell = row.cells.get(*at).unwrap_or(&Cell::Empty);
            let format = if fault.is_some() { &wrong } else { &text };
            write(sheet, (line, column(to)), cell, format, fault.is_some())?;
            if let Some(fault) = fault.filter(|_| notes < MAX_NOTES) {
                sheet.insert_note(line, column(to), &Note::new(format!("{}\n{}", fault.zh, fault.en)))?;
                notes += 1;
            }
        }
        let sentences: Vec<String> = row.faults.iter().map(|fault| sentence(fault, sent_at)).collect();
        sheet.write_string_with_format(line, column(told), sentences.join("；"), &text)?;
    }
    book.save_to_buffer()
}

/// Writes a cell as it was sent. One that is wrong for being no text stays so: as a text it would pass unmended.
fn write(
    sheet: &mut Worksheet,
    (line, column): (u32, u16),
    cell: &Cell,
    format: &Format,
    is_wrong: bool,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Number(number) => sheet.write_number_with_format(line, column, *number, format)?,
        Cell::Truth(truth) => sheet.write_boolean_with_format(line, column, *truth, format)?,
        Cell::Day(day) if is_wrong => {
            let format = format.clone().set_num_format("yyyymmdd");
            match day_of(day) {
                Some(day) => sheet.write_datetime_with_format(line, column, &day, &format)?,
                None => sheet.write_string_with_format(line, column, day, &format)?,
            }
        }
        cell => sheet.write_string_with_format(line, column, cell.shown(), format)?,
    };
    Ok(())
}

fn day_of(text: &str) -> Option<ExcelDateTime> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u16>().ok();
    let small = |range: std::ops::Range<usize>| text.get(range)?.parse::<u8>().ok();
    ExcelDateTime::from_ymd(number(0..4)?, small(4..6)?, small(6..8)?).ok()
}

fn sentence(fault: &CellFault, line: i64) -> String {
    format!("{}：{}", cell_name(fault.column, line), fault.zh)
}

fn column(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// Notes beside cells: they are held until the table is written, and the last column says the same.
const MAX_NOTES: u32 = 2000;
