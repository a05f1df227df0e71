//! Templates: one sheet to fill in, one that explains, one with the choices.

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, Format, FormatAlign, Formula, Workbook, Worksheet,
    XlsxError,
};

use super::xlsx::MARKED;
use crate::domain::issuing::import::MAX_ROWS;
use crate::domain::issuing::import::column::{Column, Content};
use crate::domain::issuing::import::layout::title;

/// A template with these columns; `name` is what is imported, `mark` how the file is known again.
///
/// # Errors
/// Of the writer, which a sound program never shows.
pub fn template(name: &str, mark: &str, columns: &[Column]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let text = Format::new().set_num_format("@");
    let head = Format::new()
        .set_bold()
        .set_num_format("@")
        .set_background_color(Color::RGB(0xE8_EE_F7))
        .set_text_wrap()
        .set_align(FormatAlign::Top);
    let must = head.clone().set_font_color(Color::RGB(0xB0_00_20));
    let example = text.clone().set_italic().set_font_color(Color::RGB(0x60_60_60));
    let sheet = book.add_worksheet().set_name("填写")?;
    let mut of_choices = 0;
    for (at, column) in (0_u16..).zip(columns) {
        let named = title(column, columns);
        let named = if column.required { format!("{named}*") } else { named };
        sheet.set_column_format(at, &text)?;
        sheet.set_column_width(at, 20)?;
        sheet.write_string_with_format(0, at, &named, if column.required { &must } else { &head })?;
        sheet.write_string_with_format(1, at, &column.example, &example)?;
        if !column.choices.is_empty() {
            choose(sheet, at, of_choices, column)?;
            of_choices += 1;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    explain(book.add_worksheet().set_name(MARKED)?, name, mark, columns)?;
    if of_choices > 0 {
        let sheet = book.add_worksheet().set_name(CHOICES)?;
        let with_choices = columns.iter().filter(|column| !column.choices.is_empty());
        for (at, column) in (0_u16..).zip(with_choices) {
            for (line, (_, label)) in (0_u32..).zip(&column.choices) {
                sheet.write_string(line, at, &*label.zh)?;
            }
        }
    }
    book.save_to_buffer()
}

/// Offers the choices of a column in its cells.
fn choose(sheet: &mut Worksheet, at: u16, of_choices: u16, column: &Column) -> Result<(), XlsxError> {
    let letters = crate::domain::issuing::import::cell_name(of_choices, 1);
    let letters = letters.trim_end_matches('1');
    let list = Formula::new(format!("={CHOICES}!${letters}$1:${letters}${}", column.choices.len()));
    let validation = DataValidation::new()
        .allow_list_formula(list)
        .set_error_title("请从列表中选择")?
        .set_error_style(DataValidationErrorStyle::Stop);
    let last = u32::try_from(MAX_ROWS).unwrap_or(u32::MAX);
    sheet.add_data_validation(1, at, last, at, &validation)?;
    Ok(())
}

fn explain(sheet: &mut Worksheet, name: &str, mark: &str, columns: &[Column]) -> Result<(), XlsxError> {
    let strong = Format::new().set_bold();
    sheet.write_string(0, 0, mark)?;
    sheet.write_string_with_format(1, 0, name, &strong)?;
    let mut line = 2;
    for rule in RULES {
        sheet.write_string(line, 0, *rule)?;
        line += 1;
    }
    line += 1;
    for (at, head) in (0_u16..).zip(["列名", "Column", "是否必填", "填写说明", "How to fill it in"])
    {
        sheet.write_string_with_format(line, at, head, &strong)?;
        sheet.set_column_width(at, 24)?;
    }
    for column in columns {
        line += 1;
        let choices: Vec<&str> = column.choices.iter().take(20).map(|(_, label)| &*label.zh).collect();
        let hint = match (&*column.hint.zh, column.content) {
            ("", Content::Choice) => format!("从列表选择：{}", choices.join("、")),
            (hint, _) => hint.to_owned(),
        };
        sheet.write_string(line, 0, title(column, columns))?;
        sheet.write_string(line, 1, &*column.labels.en)?;
        sheet.write_string(line, 2, if column.required { "必填" } else { "可留空" })?;
        sheet.write_string(line, 3, hint)?;
        sheet.write_string(line, 4, &*column.hint.en)?;
    }
    Ok(())
}

const RULES: &[&str] = &[
    "1. 请勿修改第一行列名；每行一件，最多 100000 行，文件不超过 20 MiB。",
    "2. 各列均为文本格式；从其他表格粘贴时请选择「只粘贴数值」，号码变为数字后会丢失前导零和末尾数字。",
    "3. 不要合并单元格，不要隐藏或筛选行；公式须粘贴为数值。",
    "4. 第二行为示例，可以保留，导入时跳过。",
    "5. 上传后先校验，逐格列出问题；由另一位审核人员确认后办理。",
];

/// The sheet that lists choices.
const CHOICES: &str = "选项";
