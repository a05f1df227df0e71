//! Workbooks of other programs than Excel and openpyxl are imported whole: a kept one of LibreOffice, and one that exceljs
//! writes.

use std::time::Duration;

use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::office::{KIND, citizen, open};
use liangzheng_tests::source::root;
use liangzheng_tests::until::within;
use serde_json::{Value, json};

use super::peers::{Peer, scratch};

const HEADER: [&str; 6] =
    ["持证主体名称", "持证主体证件号码", "许可证编号", "发证日期", "有效期起", "有效期止"];
/// Rows of each file.
const ROWS: u32 = 12;

/// Sends a file, has it carried out, and tells the faces of the licences that came of it.
fn imported(app: &TestApp, name: &str, file: &[u8]) -> Vec<Value> {
    let fields = [("type", "licences"), ("kind", KIND)];
    let sent = app.as_("maker").upload("/api/v1/imports", &fields, name, file).must(202);
    let path = format!("/api/v1/imports/{}", sent["id"].as_str().unwrap());
    let once = |state: &str| {
        within(Duration::from_secs(120), state, || {
            let import = app.as_("checker").get(&path).must(200);
            assert_ne!(import["state"], "refused", "{import}");
            (import["state"] == state).then_some(import)
        })
    };
    let import = once("checked");
    assert_eq!((&import["rows"], &import["failed"]), (&json!(ROWS), &json!(0)), "{import}");
    app.as_("checker").post(&format!("{path}/acts"), &json!({ "act": "commit" })).must(200);
    assert_eq!(once("committed")["done"], json!(ROWS));
    let found = app.as_("maker").get(&format!("/api/v1/licences?kind={KIND}&limit=200")).must(200);
    let items = found["items"].as_array().unwrap().iter();
    let face = |item: &Value| {
        let path = format!("/api/v1/licences/{}", item["id"].as_str().unwrap());
        let licence = app.as_("maker").get(&path).must(200);
        json!([
            licence["face"]["id"],
            licence["face"]["no"],
            licence["face"]["d"],
            licence["valid_from"],
            licence["valid_to"]
        ])
    };
    items.map(face).collect()
}

fn wanted(first: u32) -> impl Iterator<Item = Value> {
    (first..first + ROWS)
        .map(|number| json!([citizen(number), format!("{number:04}"), "20261122", "20261122", "20361121"]))
}

fn assert_has(found: &[Value], first: u32) {
    for row in wanted(first) {
        assert!(found.contains(&row), "{row} is not among {found:?}");
    }
}

/// The kept file was made by LibreOffice 7.4 of a table of texts and days: `soffice --headless --convert-to xlsx
/// --infilter="Text - txt - csv (StarCalc):44,34,76,1,1/2/2/2/3/2/4/5/5/5/6/2"`.
///
/// Rows: R17, R27.
#[test]
fn workbooks_of_libreoffice_and_of_exceljs_are_imported_whole() {
    let app = TestApp::start(TestDb::sqlite(), |_| {});
    open(&app);
    let kept = std::fs::read(root().join("tests/interop/libreoffice.xlsx")).unwrap();
    let found = imported(&app, "libreoffice.xlsx", &kept);
    assert_eq!(found.len(), ROWS as usize);
    assert_has(&found, 1);

    let folder = scratch("writers");
    let book = folder.join("exceljs.xlsx");
    let day = |day: &str| json!({ "day": day });
    let row = |number: u32| {
        json!([
            "周一鸣",
            citizen(number),
            format!("{number:04}"),
            day("2026-11-22"),
            day("2026-11-22"),
            "20361121"
        ])
    };
    let rows: Vec<Value> = std::iter::once(json!(HEADER)).chain((101..101 + ROWS).map(row)).collect();
    Peer::Node.judges("sheet.mjs", &json!({ "book": book, "rows": rows }), &folder);
    let Ok(written) = std::fs::read(&book) else { return };
    let found = imported(&app, "exceljs.xlsx", &written);
    assert_eq!(found.len(), 2 * ROWS as usize);
    assert_has(&found, 101);
}
