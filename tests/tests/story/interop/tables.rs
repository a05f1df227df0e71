//! Templates and tables of errors, read and filled in by a spreadsheet library that is not ours.

use std::ops::ControlFlow;

use liangzheng_server::domain::issuing::import::cell::Cell;
use liangzheng_server::domain::issuing::import::column::columns;
use liangzheng_server::domain::issuing::import::layout::Layout;
use liangzheng_server::domain::issuing::import::{CellFault, ImportType, RowContent};
use liangzheng_server::sheet;
use serde_json::json;

use super::peers::{Peer, scratch};

/// Rows: R27.
#[test]
fn a_template_is_filled_in_by_openpyxl_and_read_and_a_table_of_errors_has_no_formula() {
    let folder = scratch("tables");
    let path = |name: &str| folder.join(name);
    let known = columns(ImportType::Acts, None);
    let template = sheet::template("变更状态", "LZ-TEMPLATE acts - 1", &known).unwrap();
    std::fs::write(path("template.xlsx"), template).unwrap();
    let fault =
        CellFault {
            column: 0, code: "missing".into(), zh: "必填，请填写".into(), en: "is required".into()
        };
    let text = |text: &str| Cell::Text(text.to_owned());
    let row = RowContent { cells: vec![text("=1+1"), text("@SUM(A1)")], faults: vec![fault], register: None };
    let header = ["证照标识".to_owned(), "操作".to_owned()];
    std::fs::write(path("errors.xlsx"), sheet::errors(&header, [(17, row)]).unwrap()).unwrap();
    let rows = [
        json!({ "证照标识": "1.2.156.3005.2.1", "操作": "挂起", "理由": "执法检查", "法律依据": "第一条", "生效日期": "20261122" }),
        json!({ "证照标识": "0012", "操作": "吊销", "理由": "处罚", "法律依据": "第二条" }),
    ];
    let cases = json!({
        "template": path("template.xlsx"), "errors": path("errors.xlsx"), "filled": path("filled.xlsx"), "rows": rows, "choices": 1
    });
    Peer::Python.judges("tables.py", &cases, &folder);
    let Ok(filled) = std::fs::read(path("filled.xlsx")) else { return };
    let opened = sheet::open(&filled).unwrap();
    assert_eq!(opened.mark.as_deref(), Some("LZ-TEMPLATE acts - 1"));
    let layout = Layout::read(&opened.header, &known).unwrap();
    let mut found = Vec::new();
    sheet::rows(&filled, opened.format, &mut |line, cells| {
        if !layout.is_example(&cells) {
            let said = layout.said(&cells);
            let text = |pointer: &str| said.text(pointer).unwrap_or_default().to_owned();
            assert!(said.faults.is_empty(), "{:?}", said.faults);
            found.push((line, text("/identifier"), text("/act"), text("/effective_at")));
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(
        found,
        [
            (3, "1.2.156.3005.2.1".to_owned(), "suspend".to_owned(), "20261122".to_owned()),
            (4, "0012".to_owned(), "revoke".to_owned(), String::new())
        ]
    );
}
