//! Imports with faults: each told at its cell by its rule, and what is no table at all, at once.

use std::fmt::Write as _;
use std::io::{Cursor, Read as _, Write as _};
use std::ops::ControlFlow;

use liangzheng_server::domain::issuing::import::ImportFormat;
use liangzheng_server::domain::issuing::import::cell::Cell;
use liangzheng_server::sheet;
use liangzheng_tests::db::TestDb;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::imports::{HEADER, LICENCES, act, commit, once, send, sent, table, told};
use super::{KIND, citizen, draft, issue, office, wrong};

/// Rows: R27.
#[test]
fn thirty_seven_faults_are_told_each_at_its_cell_by_its_rule() {
    for db in TestDb::both() {
        let app = office(db);
        issue(&app, &draft(700));
        let (file, wanted) = faulty();
        let id = sent(&app, &LICENCES, &file);
        let import = once(&app, &id, "checked");
        assert_eq!(told(&import), wanted);
        assert_eq!(wanted.len(), 37);
        for error in import["errors"].as_array().unwrap() {
            for lang in ["zh-CN", "en"] {
                assert!(error["detail"][lang].as_str().is_some_and(|text| !text.is_empty()), "{error}");
            }
        }
        let (rows, failed) = (import["rows"].as_i64().unwrap(), import["failed"].as_i64().unwrap());
        let all = act(&app, "checker", &id, &json!({ "act": "commit" }));
        assert_eq!((all.status, all.problem().as_str()), (409, "import-has-faults"));
        let done = commit(&app, &id, "good");
        assert_eq!((done["done"].as_i64(), done["failed"].as_i64()), (Some(rows - failed), Some(failed)));
        // The table of errors has the faulty rows as they were sent; sent again, it is understood, and says the same.
        let errors = app.as_("maker").get(&format!("/api/v1/imports/{id}/errors.xlsx"));
        assert_eq!(errors.status, 200);
        let mut shown: Vec<Vec<String>> = Vec::new();
        sheet::rows(&errors.body, ImportFormat::Xlsx, &mut |_, cells| {
            shown.push(cells.iter().map(Cell::shown).collect());
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(i64::try_from(shown.len()).unwrap(), failed);
        assert!(shown.iter().any(|row| row[0] == "=1+1"), "as a text: {shown:?}");
        assert!(shown.iter().all(|row| row.last().is_some_and(|told| told.contains('：'))));
        let again = sent(&app, &LICENCES, &errors.body);
        let again = once(&app, &again, "checked");
        // The cell under no name is not in the table of errors, so its row is right there.
        assert_eq!(again["failed"], json!(failed - 1), "{again}");
    }
}

/// A workbook with faults, and what is to be told of each.
fn faulty() -> (Vec<u8>, Vec<(String, String)>) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (at, title) in (0_u16..).zip(HEADER.split(',')) {
        sheet.write(0, at, title).unwrap();
    }
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let mut wanted = Vec::new();
    let mut line = 0;
    // One row a case: what is put in place of the right value, in which column, and the rule that tells.
    let cases: &[(u16, &str, &str)] = &[
        (0, "", "missing"),
        (0, "山\u{200b}月", "hidden-character"),
        (1, "", "missing"),
        (1, "990101199001010010", "check"),
        (1, "990101900101001", "fifteen-digits"),
        (1, "#number", "number-cell"),
        (1, "9.9010119E+17", "number-cell"),
        (1, "12", "check"),
        (2, "", "missing"),
        (2, "许可许可许可许可许可许可许可许可许可许可许", "length"),
        (2, "#number", "number-cell"),
        (2, "#truth", "truth-cell"),
        (2, "#day", "date-cell"),
        (2, "#formula", "formula-without-value"),
        (2, "许可0700", "duplicate"),
        (2, "许可0001", "duplicate-in-file"),
        (2, "a\tb", "hidden-character"),
        (3, "2026-02-30", "date"),
        (3, "昨天", "date"),
        (3, "#serial", "date-serial"),
        (3, "20261301", "date"),
        (3, "#truth", "truth-cell"),
        (4, "", "missing"),
        (4, "31/12/2026", "date"),
        (4, "#serial", "date-serial"),
        (4, "18991231", "date"),
        (4, "#formula", "formula-without-value"),
        (5, "", "missing"),
        (5, "20361231", "term"),
        (5, "20261121", "order"),
        (5, "20200101", "order"),
        (5, "#serial", "date-serial"),
        (5, "2036-13-01", "date"),
        (6, "x", "no-header"),
        (0, "周 一鸣", ""),
        (1, "110101199003071234", "check"),
        (3, "#error", "cell-error"),
    ];
    // A right row first: its number is used again below.
    for (number, case) in (1_u32..).zip(std::iter::once(&(9, "", "")).chain(cases)) {
        let (column, value, rule) = *case;
        line += 1;
        let right = [
            "周一鸣".to_owned(),
            citizen(number),
            format!("许可{number:04}"),
            "20261122".to_owned(),
            "20261122".to_owned(),
            "20361121".to_owned(),
        ];
        for (at, text) in (0_u16..).zip(&right) {
            if at != column {
                sheet.write_string(line, at, text).unwrap();
            }
        }
        put(sheet, line, column, value, &day);
        if !rule.is_empty() {
            let letter = char::from(b'A' + u8::try_from(column).unwrap());
            wanted.push((format!("{letter}{}", line + 1), rule.to_owned()));
        }
    }
    // What begins like a formula is a text, and is told again as one.
    line += 1;
    for (at, text) in (0_u16..).zip(["=1+1", "12", "许可0999", "20261122", "20261122", "20361121"]) {
        sheet.write_string(line, at, text).unwrap();
    }
    wanted.push((format!("B{}", line + 1), "check".to_owned()));
    (without_values(&book.save_to_buffer().unwrap()), wanted)
}

/// The same file without the values that are marked so, as a program writes it that computes nothing.
fn without_values(book: &[u8]) -> Vec<u8> {
    let mut parts = ZipArchive::new(Cursor::new(book)).unwrap();
    let mut made = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..parts.len() {
        let mut part = parts.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        if name.starts_with("xl/worksheets/") {
            let text = String::from_utf8(content).unwrap();
            content = text.replace(&format!("<v>{NO_VALUE}</v>"), "").into_bytes();
        }
        made.start_file(name, SimpleFileOptions::default()).unwrap();
        made.write_all(&content).unwrap();
    }
    made.finish().unwrap().into_inner()
}

/// Stands where a formula's value is taken out.
const NO_VALUE: &str = "no value is kept";

/// Puts something in the place of the right value.
fn put(sheet: &mut Worksheet, line: u32, column: u16, value: &str, day: &Format) {
    let written = match value {
        "" => return,
        "#number" => sheet.write_number(line, column, 990_101.0),
        "#serial" => sheet.write_number(line, column, 46_348.0),
        "#truth" => sheet.write_boolean(line, column, true),
        "#day" => {
            let date = ExcelDateTime::from_ymd(2026, 11, 22).unwrap();
            sheet.write_datetime_with_format(line, column, &date, day)
        }
        "#formula" => sheet.write_formula(line, column, Formula::new("=A1&B1").set_result(NO_VALUE)),
        "#error" => sheet.write_formula(line, column, Formula::new("=1/0").set_result("#DIV/0!")),
        text => sheet.write_string(line, column, text),
    };
    written.unwrap();
}

/// Rows: R27, R91.
#[test]
fn what_is_no_table_of_this_kind_is_told_at_once() {
    let app = office(TestDb::sqlite());
    let refused = |fields: &[(&str, &str)], file: &[u8]| {
        let answer = send(&app, "maker", fields, file);
        assert_eq!(answer.status, 422, "{}", answer.text());
        wrong(&answer)
    };
    let of_file = |file: &[u8]| {
        let wrong = refused(&LICENCES, file);
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert_eq!(wrong[0].0, "/file");
        wrong[0].1.clone()
    };
    let sheet = |change: &dyn Fn(&mut Workbook)| {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (at, title) in (0_u16..).zip(HEADER.split(',')) {
            sheet.write(0, at, title).unwrap();
            sheet.write(1, at, "1").unwrap();
            sheet.write(2, at, "2").unwrap();
        }
        change(&mut book);
        book.save_to_buffer().unwrap()
    };
    let merged = sheet(&|book| {
        let sheet = book.worksheet_from_index(0).unwrap();
        sheet.merge_range(3, 2, 4, 3, "x", &Format::new()).unwrap();
    });
    assert_eq!(of_file(&merged), "merged-cells");
    let hidden = sheet(&|book| {
        book.worksheet_from_index(0).unwrap().set_row_hidden(1).unwrap();
    });
    assert_eq!(of_file(&hidden), "hidden-row");
    assert_eq!(of_file(&[0xD0, 0xCF, 0x11, 0xE0, 0, 0]), "old-format");
    assert_eq!(of_file(b"PK\x03\x04 and nothing of a package"), "broken");
    assert_eq!(of_file(&[0x61, 0xff, 0xff]), "encoding");
    assert_eq!(of_file(b""), "empty");
    assert_eq!(of_file("持证主体名称\r\n周一鸣".as_bytes()), "missing-column");
    assert_eq!(of_file(format!("{HEADER},备注\r\n").as_bytes()), "unknown-column");
    assert_eq!(of_file(format!("{HEADER},发证日期\r\n").as_bytes()), "double-column");
    assert_eq!(of_file(&bomb()), "unpacked-size");
    let template = |query: &str| {
        let answer = app.as_("maker").get(&format!("/api/v1/kinds/{KIND}/template.xlsx{query}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.body
    };
    assert_eq!(of_file(&template("?type=acts")), "other-template");
    let unknown = refused(&[("type", "licences"), ("kind", "11990000MB00010993999")], table([1]).as_bytes());
    assert_eq!(unknown[0].0, "/kind");
    assert_eq!(refused(&[("type", "licences")], table([1]).as_bytes())[0].0, "/kind");
    let online = [("type", "licences"), ("kind", KIND), ("mode", "online")];
    assert_eq!(refused(&online, table([1]).as_bytes())[0].0, "/mode");
    let large = send(&app, "maker", &LICENCES, &vec![b'a'; 20 * 1024 * 1024 + 1]);
    assert_eq!((large.status, large.problem().as_str()), (413, "too-large"));
    // The template as it is has no row but the one that shows how.
    let empty = sent(&app, &LICENCES, &template(""));
    assert_eq!(once(&app, &empty, "refused")["trouble"]["code"], "no-rows");
    let mut many = String::from("持证主体名称,持证主体证件号码,许可证编号,有效期起\n");
    for number in 0..=100_000 {
        writeln!(many, "周一鸣,1,{number},20261122").unwrap();
    }
    let many = sent(&app, &LICENCES, many.as_bytes());
    assert_eq!(once(&app, &many, "refused")["trouble"]["code"], "too-many-rows");
}

/// A package whose sheet unpacks to more than any table: its sizes say otherwise.
fn bomb() -> Vec<u8> {
    use std::io::{Cursor, Write};
    use zip::write::SimpleFileOptions;
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default()).unwrap();
    let zeros = vec![b' '; 1024 * 1024];
    for _ in 0..300 {
        archive.write_all(&zeros).unwrap();
    }
    archive.finish().unwrap().into_inner()
}
