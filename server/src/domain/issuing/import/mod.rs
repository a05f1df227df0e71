//! Imports: files of many rows that become licences, or acts on licences (R17, R24, R27).
//!
//! Pure: what a file's columns mean, what a cell says, where an import stands. Reading files is `sheet`'s, examining a row
//! the service's, by the rules of drafts and acts.

pub mod acts;
pub mod cell;
pub mod column;
pub mod layout;

use serde::{Deserialize, Serialize};

use crate::words;

words! {
    /// What the rows of a file become.
    pub enum ImportType: "type of import" {
        /// Licences, each with its seal.
        Licences = "licences" / "制发证照" / "licences",
        /// Acts on licences.
        Acts = "acts" / "变更状态" / "acts on licences",
        /// Results of annual inspections 年检.
        Inspections = "inspections" / "年检结果" / "results of inspections",
    }
}

words! {
    /// How a file is written.
    pub enum ImportFormat: "format of a file" {
        /// Office Open XML (ISO/IEC 29500).
        Xlsx = "xlsx" / "Excel 工作簿" / "Excel workbook",
        /// Comma-separated values (RFC 4180).
        Csv = "csv" / "CSV" / "CSV",
    }
}

words! {
    /// Where an import stands.
    pub enum ImportState: "state of an import" {
        /// Its rows are being read and examined.
        Checking = "checking" / "校验中" / "being checked",
        /// Its rows were examined: a second person commits it.
        Checked = "checked" / "待确认" / "checked",
        /// Its rows are being carried out.
        Committing = "committing" / "办理中" / "being carried out",
        /// All that could be carried out was.
        Committed = "committed" / "已完成" / "carried out",
        /// Somebody took it back.
        Cancelled = "cancelled" / "已取消" / "cancelled",
        /// The file cannot be used.
        Refused = "refused" / "不予受理" / "refused",
    }
}

words! {
    /// Where a row stands.
    pub enum RowState: "state of a row" {
        /// Nothing is wrong with it.
        Good = "good" / "可办理" / "good",
        /// Something is.
        Bad = "bad" / "有误" / "wrong",
        /// It was carried out.
        Done = "done" / "已办理" / "done",
        /// It was good, and could not be carried out any more.
        Failed = "failed" / "未办成" / "failed",
    }
}

words! {
    /// What is done with an import.
    pub enum ImportAct: "act on an import" {
        /// A second person has it carried out.
        Commit = "commit" / "确认办理" / "commit",
        /// It is taken back before that.
        Cancel = "cancel" / "取消" / "cancel",
    }
}

words! {
    /// Which rows a commit carries out.
    pub enum CommitRows: "rows to commit" {
        /// All: refused while one is wrong.
        All = "all" / "全部" / "all",
        /// Those in which nothing is wrong.
        Good = "good" / "无误的行" / "the good rows",
    }
}

impl ImportState {
    /// Whether nothing more will come of it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Committed | Self::Cancelled | Self::Refused)
    }

    /// The acts that it allows: what a refusal names.
    pub const fn allowed(self) -> &'static [ImportAct] {
        match self {
            Self::Checking => &[ImportAct::Cancel],
            Self::Checked => &[ImportAct::Commit, ImportAct::Cancel],
            Self::Committing | Self::Committed | Self::Cancelled | Self::Refused => &[],
        }
    }
}

/// What one person is to an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// He sent it, under whatever account.
    pub is_sender: bool,
    /// He checks what others send.
    pub is_checker: bool,
}

impl Part {
    /// Why an act is not for him; `None` if it is.
    pub const fn bar(self, act: ImportAct) -> Option<Bar> {
        match act {
            ImportAct::Commit if self.is_sender => Some(Bar::TwoPersons),
            ImportAct::Commit if !self.is_checker => Some(Bar::NotYours),
            ImportAct::Cancel if !self.is_sender && !self.is_checker => Some(Bar::NotYours),
            ImportAct::Commit | ImportAct::Cancel => None,
        }
    }
}

/// Why an act on an import is not for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// Nobody commits what he sent (R16).
    TwoPersons,
    /// Checkers commit; who sent it, or a checker, takes it back.
    NotYours,
}

/// What is wrong with one cell, or with a row where it is no cell's fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellFault {
    /// Column from 0; that of the row's first cell where the fault is no cell's.
    pub column: u16,
    /// The rule, for programs.
    pub code: String,
    /// What would be right, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// A row as it was sent, with what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RowContent {
    /// Its cells, in the order of the file's columns.
    pub cells: Vec<cell::Cell>,
    /// What is wrong with them.
    pub faults: Vec<CellFault>,
    /// What the base register said of its holder (R26); `None` where it was not asked.
    #[serde(default)]
    pub register: Option<super::draft::RegisterState>,
}

/// The name of a cell as spreadsheets show it: `C17` for column 2, line 17.
pub fn cell_name(column: u16, line: i64) -> String {
    let mut letters = Vec::new();
    let mut rest = u32::from(column) + 1;
    while rest > 0 {
        let digit = (rest - 1) % 26;
        letters.push(char::from(b'A' + u8::try_from(digit).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect::<String>() + &line.to_string()
}

/// Rows of one file.
pub const MAX_ROWS: i64 = 100_000;
/// Bytes of one file.
pub const MAX_FILE: usize = 20 * 1024 * 1024;
/// Columns that are read; no template has half as many.
pub const MAX_COLUMNS: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_spreadsheets_name_them() {
        for (column, line, name) in
            [(0, 1, "A1"), (2, 17, "C17"), (25, 2, "Z2"), (26, 3, "AA3"), (701, 4, "ZZ4")]
        {
            assert_eq!(cell_name(column, line), name);
        }
    }

    #[test]
    fn nobody_commits_what_he_sent_and_only_its_sender_or_a_checker_takes_it_back() {
        let part = |is_sender, is_checker| Part { is_sender, is_checker };
        for (part, commit, cancel) in [
            (part(true, true), Some(Bar::TwoPersons), None),
            (part(true, false), Some(Bar::TwoPersons), None),
            (part(false, true), None, None),
            (part(false, false), Some(Bar::NotYours), Some(Bar::NotYours)),
        ] {
            assert_eq!((part.bar(ImportAct::Commit), part.bar(ImportAct::Cancel)), (commit, cancel));
        }
    }

    #[test]
    fn only_what_was_checked_is_committed_and_nothing_follows_the_end() {
        for state in ImportState::ALL.iter().copied() {
            let commits = state.allowed().contains(&ImportAct::Commit);
            assert_eq!(commits, state == ImportState::Checked, "{state}");
            assert!(!state.is_over() || state.allowed().is_empty(), "{state}");
        }
    }
}
