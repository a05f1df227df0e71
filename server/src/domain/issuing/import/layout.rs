//! A file's own header against the columns of its type: which cell says what.

use liangzheng_core::text::Text;
use serde_json::Value;

use super::CellFault;
use super::cell::Cell;
use super::column::{Column, Content, ERRORS, EXAMPLE};
use crate::domain::catalogue::kind::Kind;
use crate::domain::fault::Faults;
use crate::domain::issuing::case::CaseMode;
use crate::domain::issuing::draft::{DraftRequest, FaceRequest, Physical};
use crate::domain::issuing::person::HolderRequest;

/// A file's columns, in its own order.
#[derive(Clone, Debug)]
pub struct Layout {
    /// What each of the file's columns is; `None` = passed over.
    columns: Vec<Option<Column>>,
}

/// Why a header is none of this type of file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotItsHeader {
    /// A column that the template does not have.
    Unknown(String),
    /// The same column twice.
    Twice(String),
    /// A column that every row needs.
    Missing(String),
}

/// What the cells of a row say, by the pointers of its columns, and which say nothing that can be used.
#[derive(Clone, Debug, Default)]
pub struct Said {
    values: Vec<(String, String)>,
    /// What is wrong with single cells.
    pub faults: Vec<(String, &'static str, Text)>,
}

impl Layout {
    /// Reads a header.
    ///
    /// # Errors
    /// Which column makes it none of `known`.
    pub fn read(header: &[String], known: &[Column]) -> Result<Self, NotItsHeader> {
        let mut columns: Vec<Option<Column>> = Vec::new();
        for text in header {
            let text = text.trim().trim_end_matches(['*', '＊']).trim();
            if text == ERRORS {
                columns.push(None);
                continue;
            }
            let named = |column: &&Column| {
                text == title(column, known)
                    || text == column.labels.zh
                    || text == column.labels.en
                    || text == column.pointer
            };
            // The whole title first: two columns may have one label.
            let exact = known.iter().find(|column| text == title(column, known));
            let Some(column) = exact.or_else(|| known.iter().find(named)) else {
                return Err(NotItsHeader::Unknown(text.chars().take(MAX_TOLD).collect()));
            };
            if columns.iter().flatten().any(|other| other.pointer == column.pointer) {
                return Err(NotItsHeader::Twice(title(column, known)));
            }
            columns.push(Some(column.clone()));
        }
        for column in known.iter().filter(|column| column.required) {
            if !columns.iter().flatten().any(|other| other.pointer == column.pointer) {
                return Err(NotItsHeader::Missing(title(column, known)));
            }
        }
        Ok(Self { columns })
    }

    /// Whether this is the template's own row that shows how.
    pub fn is_example(&self, cells: &[Cell]) -> bool {
        cells.iter().any(|cell| matches!(cell, Cell::Text(text) if text.trim() == EXAMPLE))
    }

    /// What the cells of a row say.
    pub fn said(&self, cells: &[Cell]) -> Said {
        let mut said = Said::default();
        for (at, column) in self.columns.iter().enumerate() {
            let Some(column) = column else { continue };
            let cell = cells.get(at).unwrap_or(&Cell::Empty);
            match cell.read(column.content) {
                Ok(Some(text)) if column.content == Content::Choice => {
                    if let Some(whole) = column.with_zeros(&text) {
                        let fault = Text::new(
                            format!("前导零已丢失，应为 {whole}，请设为文本后重填"),
                            format!(
                                "its leading zeros are lost, it should be {whole}: format the cell as text and type it anew"
                            ),
                        );
                        said.faults.push((column.pointer.clone(), "leading-zeros", fault));
                    }
                    said.values.push((column.pointer.clone(), column.chosen(&text)));
                }
                Ok(Some(text)) => said.values.push((column.pointer.clone(), text)),
                Ok(None) if column.required => {
                    let fault = Text::fixed("必填，请填写", "is required");
                    said.faults.push((column.pointer.clone(), "missing", fault));
                }
                Ok(None) => {}
                Err((code, fault)) => said.faults.push((column.pointer.clone(), code, fault)),
            }
        }
        // What stands beside the last column would be lost unseen.
        if let Some(at) =
            (self.columns.len()..cells.len()).find(|at| cells.get(*at).is_some_and(|cell| !cell.is_blank()))
        {
            let fault = Text::fixed(
                "此列没有列名，请删除或补上列名",
                "this column has no name: clear it, or name it",
            );
            said.faults.push((format!("#{at}"), "no-header", fault));
        }
        said
    }

    /// The draft that a row says.
    pub fn draft(&self, kind: &Kind, mode: CaseMode, said: &Said) -> DraftRequest {
        let text = |pointer: &str| said.text(pointer).unwrap_or_default().to_owned();
        let only_type = kind.holder_types.first().map(|kind| kind.as_str()).unwrap_or_default();
        let holder_type = said.text("/holder/type").unwrap_or(only_type).to_owned();
        let id_type = said.text("/holder/id_type").map(str::to_owned);
        let id_type =
            id_type.unwrap_or_else(|| if holder_type == "natural" { "111" } else { "001" }.to_owned());
        let holder = HolderRequest {
            id_number: text("/holder/id_number"),
            name: text("/holder/name"),
            holder_type,
            id_type,
        };
        let mut face = Vec::new();
        for field in &kind.face.fields {
            let is = |key: &Option<String>| key.as_deref() == Some(field.key.as_str());
            let value = match said.text(&crate::domain::issuing::face::at(&field.key)) {
                Some(value) => value.to_owned(),
                None if is(&kind.face.holder_name) => holder.name.clone(),
                None if is(&kind.face.holder_number) => holder.id_number.clone(),
                None => continue,
            };
            face.push((field.key.clone(), Value::from(value)));
        }
        DraftRequest {
            case: said.text("/case").map(str::to_owned),
            kind: kind.code.as_str().to_owned(),
            holder,
            co_holders: Vec::new(),
            face: FaceRequest(face),
            valid_from: text("/valid_from"),
            valid_to: said.text("/valid_to").map(str::to_owned),
            mode: Some(mode.as_str().to_owned()),
            provenance: said.text("/provenance").map(str::to_owned),
            physical: said.text("/physical/number").map(|number| Physical { number: number.to_owned() }),
            replaces: None,
            change: None,
        }
    }

    /// Faults of the row, each at its cell: those of its cells first, then those of what they say together; one for each
    /// cell.
    pub fn faults(&self, kind: Option<&Kind>, said: &Said, wrong: Faults) -> Vec<CellFault> {
        let of_cells = said.faults.iter().map(|(pointer, code, text)| (pointer.clone(), *code, text.clone()));
        let of_row = wrong.0.into_iter().map(|fault| (fault.pointer.into_owned(), fault.code, fault.text));
        let mut faults: Vec<CellFault> = Vec::new();
        for (pointer, code, text) in of_cells.chain(of_row) {
            let column = self.place(kind, &pointer);
            if faults.iter().any(|known| known.column == column) {
                continue;
            }
            faults.push(CellFault {
                column,
                code: code.to_owned(),
                zh: text.zh.to_string(),
                en: text.en.to_string(),
            });
        }
        faults.sort_by_key(|fault| fault.column);
        faults
    }

    /// The file's column of a pointer; the first where it has none.
    fn place(&self, kind: Option<&Kind>, pointer: &str) -> u16 {
        if let Some(at) = pointer.strip_prefix('#').and_then(|at| at.parse().ok()) {
            return at;
        }
        let at = |pointer: &str| {
            let found = self
                .columns
                .iter()
                .position(|column| column.as_ref().is_some_and(|one| one.pointer == pointer));
            found.and_then(|at| u16::try_from(at).ok())
        };
        let is_field =
            |key: Option<&String>| key.is_some_and(|key| pointer == crate::domain::issuing::face::at(key));
        let of_holder = || {
            let face = &kind?.face;
            if is_field(face.holder_name.as_ref()) {
                at("/holder/name")
            } else if is_field(face.holder_number.as_ref()) {
                at("/holder/id_number")
            } else {
                None
            }
        };
        at(pointer)
            .or_else(of_holder)
            .or_else(|| pointer.starts_with("/holder/").then(|| at("/holder/id_number")).flatten())
            .unwrap_or(0)
    }
}

impl Said {
    /// What the column of a pointer says.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.values.iter().find(|(known, _)| known == pointer).map(|(_, value)| value.as_str())
    }
}

/// What stands above a column; with its key where two would be called the same.
pub fn title(column: &Column, known: &[Column]) -> String {
    let label = &column.labels.zh;
    if known.iter().filter(|other| other.labels.zh == *label).count() > 1 {
        format!("{label} [{}]", column.pointer.trim_start_matches('/'))
    } else {
        label.to_string()
    }
}

/// Characters of an unknown column's name that are told again.
const MAX_TOLD: usize = 40;
