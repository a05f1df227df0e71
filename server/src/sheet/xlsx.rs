//! Workbooks of Office Open XML: the first sheet, cell by cell.
//!
//! Before that reader sees it, every part is unpacked once and thrown away: what is counted cannot lie, as the sizes that
//! a package names can. The same pass finds rows that people do not see.

use std::io::{BufReader, Cursor, Read};
use std::ops::ControlFlow;

use calamine::{DataRef, Reader, Xlsx};
use quick_xml::events::Event;
use zip::ZipArchive;

use super::{EachRow, Opened, SheetFault, named};
use crate::domain::issuing::import::cell::Cell;
use crate::domain::issuing::import::{ImportFormat, MAX_COLUMNS, MAX_ROWS};

type Book<'b> = Xlsx<Cursor<&'b [u8]>>;

pub(super) fn open(bytes: &[u8]) -> Result<Opened, SheetFault> {
    let first = survey(bytes)?;
    let mut book = book(bytes)?;
    let sheet = first_sheet(&book)?;
    if let Some(cells) = merged(&mut book, &sheet)? {
        return Err(SheetFault::Merged(cells));
    }
    if let Some(line) = first {
        return Err(SheetFault::Hidden(line));
    }
    let mut header = Vec::new();
    read(&mut book, &sheet, &mut |line, cells| {
        if line == 1 {
            header = cells.iter().map(|cell| cell.shown().trim().to_owned()).collect();
        }
        ControlFlow::Break(())
    })?;
    let header = named(header)?;
    let mark = mark(&mut book);
    Ok(Opened { format: ImportFormat::Xlsx, header, mark })
}

pub(super) fn rows(bytes: &[u8], each: &mut EachRow<'_>) -> Result<(), SheetFault> {
    let mut book = book(bytes)?;
    let sheet = first_sheet(&book)?;
    read(&mut book, &sheet, &mut |line, cells| {
        if line == 1 || cells.iter().all(Cell::is_blank) {
            return ControlFlow::Continue(());
        }
        each(line, cells)
    })
}

fn book(bytes: &[u8]) -> Result<Book<'_>, SheetFault> {
    Xlsx::new(Cursor::new(bytes)).map_err(|_| SheetFault::Broken)
}

fn first_sheet(book: &Book<'_>) -> Result<String, SheetFault> {
    book.sheet_names().first().cloned().ok_or(SheetFault::Empty)
}

/// What stands in the first cell of the sheet by which a template knows itself.
fn mark(book: &mut Book<'_>) -> Option<String> {
    let name = book.sheet_names().iter().find(|name| *name == MARKED)?.clone();
    let mut found = None;
    let read = read(book, &name, &mut |_, cells| {
        found = cells.first().map(Cell::shown);
        ControlFlow::Break(())
    });
    read.ok()?;
    found.filter(|text| !text.is_empty())
}

fn read(
    book: &mut Book<'_>,
    sheet: &str,
    each: &mut dyn FnMut(i64, Vec<Cell>) -> ControlFlow<()>,
) -> Result<(), SheetFault> {
    let broken = |_| SheetFault::Broken;
    let mut reader = book.worksheet_cells_reader(sheet).map_err(broken)?;
    let (mut line, mut cells): (Option<u32>, Vec<Cell>) = (None, Vec::new());
    while let Some(found) = reader.next_cell_with_formula_metadata().map_err(broken)? {
        let (row, column) = found.pos;
        if line != Some(row) {
            if let Some(line) = line
                && each(i64::from(line) + 1, std::mem::take(&mut cells)).is_break()
            {
                return Ok(());
            }
            line = Some(row);
        }
        let cell = match (cell(&found.value), found.formula.is_some()) {
            (Cell::Empty, true) => Cell::NoValue,
            (cell, _) => cell,
        };
        let Ok(column) = usize::try_from(column) else { continue };
        if cell == Cell::Empty {
            continue;
        }
        if column >= MAX_COLUMNS {
            return Err(SheetFault::Wide);
        }
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Empty);
        }
        if let Some(place) = cells.get_mut(column) {
            *place = cell;
        }
    }
    if let Some(line) = line {
        let _ = each(i64::from(line) + 1, cells);
    }
    Ok(())
}

fn cell(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => texted(text),
        DataRef::SharedString(text) => texted(text),
        #[expect(clippy::cast_precision_loss, reason = "as the spreadsheet keeps it")]
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::Bool(truth) => Cell::Truth(*truth),
        DataRef::DateTime(time) if time.is_datetime() => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            Cell::Day(format!("{year:04}{month:02}{day:02}"))
        }
        DataRef::DateTime(time) => Cell::Number(time.as_f64()),
        DataRef::Error(_) => Cell::Error,
    }
}

fn texted(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

fn merged(book: &mut Book<'_>, sheet: &str) -> Result<Option<String>, SheetFault> {
    let found = book.merge_cells_by_sheet_name(sheet).map_err(|_| SheetFault::Broken)?;
    let name = |(row, column): (u32, u32)| {
        crate::domain::issuing::import::cell_name(
            u16::try_from(column).unwrap_or(u16::MAX),
            i64::from(row) + 1,
        )
    };
    Ok(found.first().map(|region| format!("{}:{}", name(region.start), name(region.end))))
}

/// Unpacks every part once: how much that is, and the first row of the first sheet that is hidden.
fn survey(bytes: &[u8]) -> Result<Option<i64>, SheetFault> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| SheetFault::Broken)?;
    if archive.len() > MAX_PARTS {
        return Err(SheetFault::Bomb);
    }
    let first = first_part(&mut archive)?;
    let (mut left, mut hidden) = (MAX_UNPACKED, None);
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| SheetFault::Broken)?;
        let name = part.name().map_err(|_| SheetFault::Broken)?.trim_start_matches('/').to_owned();
        let most = if name.ends_with("sharedStrings.xml") { left.min(MAX_STRINGS) } else { left };
        let mut counted = part.take(most + 1);
        if Some(&name) == first.as_ref() {
            hidden = hidden_row(BufReader::new(&mut counted))?;
        }
        std::io::copy(&mut counted, &mut std::io::sink()).map_err(|_| SheetFault::Broken)?;
        let read = (most + 1).saturating_sub(counted.limit());
        if read > most {
            return Err(SheetFault::Bomb);
        }
        left = left.saturating_sub(read);
    }
    Ok(hidden)
}

fn hidden_row(from: impl std::io::BufRead) -> Result<Option<i64>, SheetFault> {
    let mut reader = quick_xml::Reader::from_reader(from);
    let (mut buffer, mut line, mut found, mut last) = (Vec::new(), 0, None, 0);
    loop {
        buffer.clear();
        // What was cut off by the limit is told as that, by who counts.
        let Ok(event) = reader.read_event_into(&mut buffer) else { return Ok(None) };
        match event {
            Event::Start(element) | Event::Empty(element) => {
                let local = element.local_name();
                let name: &[u8] = local.as_ref().as_ref();
                if name == b"c" {
                    last = line;
                }
                if name != b"row" {
                    continue;
                }
                line += 1;
                let mut hidden = false;
                for attribute in element.attributes().with_checks(false).flatten() {
                    let key: &[u8] = attribute.key.as_ref().as_ref();
                    let value: &[u8] = attribute.value.as_ref().as_ref();
                    match key {
                        b"r" => {
                            let number = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
                            line = number.unwrap_or(line);
                        }
                        b"hidden" => hidden = matches!(value, b"1" | b"true"),
                        _ => {}
                    }
                }
                if hidden && found.is_none() {
                    found = Some(line);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    // Hidden rows below the last cell hold nothing.
    Ok(found.filter(|line| *line <= last.max(1) && *line <= MAX_ROWS * 2))
}

/// What is wanted of an element's attributes.
type Wanted<'a> = &'a dyn Fn(&[(String, String)]) -> Option<String>;

/// The part of the first sheet, as the workbook names it.
fn first_part(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Result<Option<String>, SheetFault> {
    let Some(workbook) = small(archive, "xl/workbook.xml")? else { return Ok(None) };
    let Some(relations) = small(archive, "xl/_rels/workbook.xml.rels")? else { return Ok(None) };
    let attribute = |text: &str, element: &[u8], wanted: Wanted<'_>| {
        let mut reader = quick_xml::Reader::from_str(text);
        loop {
            match reader.read_event() {
                Ok(Event::Start(found) | Event::Empty(found)) => {
                    let local = found.local_name();
                    let name: &[u8] = local.as_ref().as_ref();
                    if name != element {
                        continue;
                    }
                    let attributes: Vec<(String, String)> = found
                        .attributes()
                        // Looking for twins among very many would take minutes.
                        .with_checks(false)
                        .flatten()
                        .map(|one| {
                            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                            (text(one.key.as_ref().as_ref()), text(one.value.as_ref().as_ref()))
                        })
                        .collect();
                    if let Some(value) = wanted(&attributes) {
                        return Some(value);
                    }
                }
                Ok(Event::Eof) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    };
    let of = |attributes: &[(String, String)], name: &str| {
        attributes
            .iter()
            .find(|(key, _)| key == name || key.ends_with(&format!(":{name}")))
            .map(|(_, v)| v.clone())
    };
    let Some(id) = attribute(&workbook, b"sheet", &|attributes| {
        attributes.iter().find(|(key, _)| key.ends_with(":id")).map(|(_, value)| value.clone())
    }) else {
        return Ok(None);
    };
    let target = attribute(&relations, b"Relationship", &|attributes| {
        (of(attributes, "Id").as_ref() == Some(&id)).then(|| of(attributes, "Target")).flatten()
    });
    Ok(target.map(|target| match target.strip_prefix('/') {
        Some(whole) => whole.to_owned(),
        None => format!("xl/{target}"),
    }))
}

fn small(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<Option<String>, SheetFault> {
    let Ok(part) = archive.by_name(name) else { return Ok(None) };
    let mut text = String::new();
    part.take(MAX_SMALL).read_to_string(&mut text).map_err(|_| SheetFault::Broken)?;
    Ok(Some(text))
}

/// The sheet whose first cell says which template a workbook is.
pub(super) const MARKED: &str = "说明";

/// Parts of a package: a workbook of ours has about twelve.
const MAX_PARTS: usize = 2000;
/// Bytes that all parts together may unpack to: 100,000 rows of 20 columns are some 150 MiB of XML.
const MAX_UNPACKED: u64 = 256 * 1024 * 1024;
/// Bytes of the table of texts, which is held whole while a file is read.
const MAX_STRINGS: u64 = 64 * 1024 * 1024;
/// Bytes of a part that names others.
const MAX_SMALL: u64 = 1024 * 1024;
