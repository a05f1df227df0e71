//! The columns of each kind of file: what its template offers and its header is read by.

use liangzheng_core::text::Text;

use super::ImportType;
use crate::domain::actor::holder::HolderKind;
use crate::domain::catalogue::kind::{FieldType, Kind};
use crate::domain::issuing::face;
use crate::domain::licence::acts::{ActName, Doing};

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// JSON pointer of what it says: by this the faults of a draft find their cell.
    pub pointer: String,
    /// What stands above it.
    pub labels: Text,
    /// What its cells hold.
    pub content: Content,
    /// Whether a row must have it.
    pub required: bool,
    /// The values of a choice: as stored, and as people read them.
    pub choices: Vec<(String, Text)>,
    /// How it is filled in.
    pub hint: Text,
    /// What stands in the row that shows how.
    pub example: String,
}

/// What cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Any text; also numbers that are names, as those of documents.
    Text,
    /// A day.
    Day,
    /// A number.
    Number,
    /// One of several.
    Choice,
}

/// What the first cell of the template's row says that shows how: such a row is passed over.
pub const EXAMPLE: &str = "示例（导入时跳过）";
/// Above the column that a table of errors adds: passed over when that table is sent again.
pub const ERRORS: &str = "错误说明（导入时忽略）";

impl Column {
    fn new(pointer: impl Into<String>, zh: &str, en: &str, content: Content) -> Self {
        Self {
            pointer: pointer.into(),
            labels: Text::new(zh.to_owned(), en.to_owned()),
            content,
            required: false,
            choices: Vec::new(),
            hint: Text::fixed("", ""),
            example: String::new(),
        }
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    fn hint(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.hint = Text::new(zh.into(), en.into());
        self
    }

    fn example(mut self, example: &str) -> Self {
        example.clone_into(&mut self.example);
        self
    }

    fn one_of(mut self, choices: impl IntoIterator<Item = (String, Text)>) -> Self {
        self.choices = choices.into_iter().collect();
        if let Some((_, label)) = self.choices.first() {
            self.example = label.zh.to_string();
        }
        self
    }

    /// The stored value of a choice that was written in any of its spellings; as it is if it is none of them.
    pub fn chosen(&self, text: &str) -> String {
        let found =
            self.choices.iter().find(|(code, label)| code == text || label.zh == text || label.en == text);
        found.map_or_else(|| text.to_owned(), |(code, _)| code.clone())
    }

    /// The stored value that a text would be, had it not lost its leading zeros.
    pub fn with_zeros(&self, text: &str) -> Option<&str> {
        if text.is_empty() || self.choices.iter().any(|(code, _)| code == text) {
            return None;
        }
        let found = self
            .choices
            .iter()
            .find(|(code, _)| code.starts_with('0') && code.trim_start_matches('0') == text);
        found.map(|(code, _)| code.as_str())
    }
}

/// The columns of files of a type; licences are of `kind`.
pub fn columns(import_type: ImportType, kind: Option<&Kind>) -> Vec<Column> {
    match (import_type, kind) {
        (ImportType::Licences, Some(kind)) => of_licences(kind),
        (ImportType::Licences, None) => Vec::new(),
        (ImportType::Acts, _) => of_acts(),
        (ImportType::Inspections, _) => of_inspections(),
    }
}

fn of_licences(kind: &Kind) -> Vec<Column> {
    let is_natural = kind.holder_types.first() == Some(&HolderKind::Natural);
    let types = || kind.holder_types.iter().map(|kind| (kind.as_str().to_owned(), kind.label()));
    let mut columns = vec![
        Column::new("/holder/name", "持证主体名称", "Holder", Content::Text)
            .required()
            .hint("姓名或名称，与证件一致", "the holder's name, as on the document")
            .example(EXAMPLE),
    ];
    if kind.holder_types.len() > 1 {
        columns.push(
            Column::new("/holder/type", "持证主体类型", "Type of holder", Content::Choice)
                .required()
                .one_of(types()),
        );
    }
    columns.push(
        Column::new("/holder/id_type", "证件类型代码", "Type of document", Content::Text)
            .hint(
                "三位代码（GB/T 36903），留空时自然人为 111，其他主体为 001",
                "three digits (GB/T 36903); blank: 111 for persons, 001 for others",
            )
            .example(if is_natural { "111" } else { "001" }),
    );
    columns.push(
        Column::new("/holder/id_number", "持证主体证件号码", "Number of document", Content::Text)
            .required()
            .hint("18 位号码以文本填写", "as text")
            .example(if is_natural { "990101199001010015" } else { "91990100MA0000031K" }),
    );
    for field in &kind.face.fields {
        // Typed once: both are the holder's.
        let is_holders = [&kind.face.holder_name, &kind.face.holder_number]
            .into_iter()
            .flatten()
            .any(|key| *key == field.key);
        if is_holders || field.field_type == FieldType::Image {
            continue;
        }
        let content = match field.field_type {
            FieldType::Date => Content::Day,
            FieldType::Integer | FieldType::Decimal => Content::Number,
            FieldType::Choice => Content::Choice,
            _ => Content::Text,
        };
        let labels = &field.labels;
        let mut column = Column::new(face::at(&field.key), &labels.zh, &labels.en, content);
        column.required = field.required;
        column = match field.field_type {
            FieldType::Date => column.hint("日期，如 20261122", "a day, as 20261122").example("20261122"),
            FieldType::Integer => column.hint("整数", "a whole number").example("1"),
            FieldType::Decimal => column.hint("数字，如 12.50", "a number, as 12.50").example("12.50"),
            FieldType::Choice => {
                column.one_of(field.choices.iter().map(|choice| (choice.code.clone(), choice.names.clone())))
            }
            _ => match field.max {
                Some(most) => column
                    .hint(format!("最多 {most} 个字符"), format!("at most {most} characters"))
                    .example("示例"),
                None => column.example("示例"),
            },
        };
        columns.push(column);
    }
    columns.push(
        Column::new("/valid_from", "有效期起", "Valid from", Content::Day)
            .required()
            .hint("日期，如 20261122", "a day, as 20261122")
            .example("20261122"),
    );
    columns.push(
        Column::new("/valid_to", "有效期止", "Valid to", Content::Day).hint(
            "日期；长期有效或固定期限的留空",
            "a day; blank where the licence has no end or a fixed term",
        ),
    );
    columns.push(
        Column::new("/case", "办件编号", "Case", Content::Text)
            .hint("本单位办件的编号，可留空", "number of a case of this unit; may be left blank"),
    );
    columns.push(
        Column::new("/physical/number", "实体证照编号", "Number on paper", Content::Text)
            .hint("印在纸质证照上的编号，可留空", "as printed on the paper licence; may be left blank"),
    );
    columns.push(Column::new("/provenance", "数据来源", "Provenance", Content::Text).hint(
        "存量转换时写明原系统或档案，可留空",
        "of what was converted: the system or file it comes from",
    ));
    columns
}

fn identifier() -> Column {
    Column::new("/identifier", "证照标识", "Identifier", Content::Text)
        .required()
        .hint("完整的电子证照标识", "the whole identifier of the licence")
        .example(EXAMPLE)
}

fn of_acts() -> Vec<Column> {
    let acts = ActName::ALL.iter().filter(|act| act.doing() != Doing::Elsewhere);
    vec![
        identifier(),
        Column::new("/act", "操作", "Act", Content::Choice)
            .required()
            .one_of(acts.map(|act| (act.as_str().to_owned(), act.label()))),
        Column::new("/reason", "理由", "Reason", Content::Text).required().example("执法检查发现食品过期"),
        Column::new("/legal_basis", "法律依据", "Legal basis", Content::Text)
            .required()
            .example("《食品安全法》第一百二十四条"),
        Column::new("/effective_at", "生效日期", "Effective from", Content::Day)
            .hint("留空为办理当天，不能晚于今天", "blank: the day it is carried out; not in the future"),
        Column::new("/until", "暂扣截止日", "Seized until", Content::Day)
            .hint("仅暂扣可填", "of a seizure only"),
        Column::new("/due", "下次年检截止日", "Next inspection due", Content::Day)
            .hint("仅年检合格可填，留空按证照类型", "of a passed inspection only; blank: as its kind says"),
        Column::new("/physical/number", "实体证照编号", "Number on paper", Content::Text),
    ]
}

fn of_inspections() -> Vec<Column> {
    let results = [ActName::PassInspection, ActName::FailInspection];
    let words = [Text::fixed("合格", "passed"), Text::fixed("不合格", "failed")];
    let results = results.into_iter().map(|act| act.as_str().to_owned()).zip(words);
    vec![
        identifier(),
        Column::new("/act", "年检结果", "Result", Content::Choice).required().one_of(results),
        Column::new("/effective_at", "年检日期", "Inspected on", Content::Day)
            .required()
            .hint("不能晚于今天", "not in the future")
            .example("20261122"),
        Column::new("/due", "下次年检截止日", "Next inspection due", Content::Day)
            .hint("合格时可填，留空按证照类型", "where passed; blank: as its kind says"),
        Column::new("/reason", "说明", "Remark", Content::Text).hint("可留空", "may be left blank"),
    ]
}
