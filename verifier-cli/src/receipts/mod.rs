//! `--receipts`: each verdict as a line of JSON, on the disk before it is told.
//!
//! A receipt says that a code was judged, when, and how; it holds no name and no field of the licence. The file
//! only ever grows at its end; what has been uploaded is noted beside it ([`Mark`]).

mod kept;
mod log;
mod mark;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use aws_lc_rs::rand;
use liangzheng_core::{
    base64url,
    text::Text,
    verify::{Answer, Outcome, Verdict},
};
use serde::{Deserialize, Serialize};

use crate::error::{Exit, Failure};

pub(crate) use kept::{Kept, Standing, State, prune};
pub(crate) use log::Log;
pub(crate) use mark::{Mark, SetAside};

/// One scan as the server takes it (`POST /api/v1/scans`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scan {
    /// 128 random bits as base64url: by them the server knows a scan that it was sent before.
    pub(crate) id: String,
    /// When it was judged, unix seconds.
    pub(crate) at: i64,
    pub(crate) verdict: String,
    pub(crate) code: String,
    /// The code's scene, or else the one the verifier named.
    pub(crate) scene: Option<String>,
    /// Identifier of the licence; `None` unless its signatures verified.
    pub(crate) licence: Option<String>,
    /// `jti` of the token; `None` likewise.
    pub(crate) token: Option<String>,
    pub(crate) status_as_of: Option<i64>,
    pub(crate) trust_version: Option<u64>,
}

/// What is kept: the scan, and each check's result, which stays on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Receipt {
    #[serde(flatten)]
    pub(crate) scan: Scan,
    #[serde(default)]
    pub(crate) checks: BTreeMap<String, String>,
}

impl Receipt {
    /// The receipt of a verdict, with a fresh id.
    ///
    /// # Errors
    /// 70 if the system has no random bytes.
    pub(crate) fn of(verdict: &Verdict, scene: Option<&str>) -> Result<Self, Failure> {
        let mut id = [0; 16];
        rand::fill(&mut id).map_err(|_| Failure::no_random_bytes())?;
        let answer = match verdict.verdict {
            Answer::Valid => "valid",
            Answer::Invalid => "invalid",
            Answer::Undetermined => "undetermined",
        };
        let outcome = |outcome| match outcome {
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
            Outcome::NotChecked => "not_checked",
        };
        let checks = verdict.checks.iter();
        let shown = verdict.scene.as_ref().map(|shown| shown.code.as_str());
        Ok(Self {
            scan: Scan {
                id: base64url::encode(id),
                at: verdict.checked_at.0,
                verdict: answer.into(),
                code: verdict.code.as_str().into(),
                scene: shown.or(scene).map(str::to_owned),
                licence: verdict.licence.as_ref().map(|licence| licence.identifier.clone()),
                token: verdict.token.as_ref().map(|token| token.jti.clone()),
                status_as_of: verdict.status.as_ref().map(|status| status.as_of.0),
                trust_version: verdict.trust.as_ref().map(|trust| trust.version),
            },
            checks: checks.map(|check| (check.name.as_str().into(), outcome(check.result).into())).collect(),
        })
    }
}

/// Why a line of a file is no receipt.
enum Flaw {
    /// It is the beginning of one, or was one before it was damaged.
    Damaged,
    /// It is nothing that this program wrote.
    Foreign,
}

/// How every receipt begins.
const START: &[u8] = br#"{"id":"#;

fn parse(line: &[u8]) -> Result<Receipt, Flaw> {
    serde_json::from_slice(line).map_err(|error| {
        let is_ours = line.starts_with(START) || START.starts_with(line);
        // Well-formed JSON with other members is somebody else's.
        if is_ours && !error.is_data() { Flaw::Damaged } else { Flaw::Foreign }
    })
}

/// `--receipts DIR` keeps them in `DIR/receipts.jsonl`, `--receipts FILE` in that file.
pub(crate) fn file_of(named: &Path) -> PathBuf {
    let is_folder = named.is_dir() || named.as_os_str().to_string_lossy().ends_with(['/', '\\']);
    if is_folder { named.join("receipts.jsonl") } else { named.to_owned() }
}

/// Every file that belongs to the receipts in `file`.
pub(crate) fn files_of(file: &Path) -> Vec<PathBuf> {
    let mark = mark::place(file);
    vec![crate::lock::place(file), crate::lock::place(&mark), mark, file.to_owned()]
}

const NAME: Text = Text::fixed("核验记录", "the file of receipts");

/// There is nothing under the name.
fn missing(file: &Path) -> Failure {
    let name = file.display();
    Failure::new(Exit::NoInput, format!("{name}：没有核验记录"), format!("{name}: no receipts there"))
        .hint("--receipts 应与核验时所用的相同。", "name the same --receipts as when scanning")
}

/// The file is something else.
fn foreign(file: &Path) -> Failure {
    let name = file.display();
    Failure::new(
        Exit::Io,
        format!("{name}：其中没有核验记录，文件未改动"),
        format!("{name}: this file holds no receipts and was left as it is"),
    )
    .hint("请检查 --receipts 所指的文件，或另取一个文件名。", "check --receipts, or name another file")
}

/// The file's last line has no end, and is no receipt nor the beginning of one.
fn foreign_end(file: &Path) -> Failure {
    let name = file.display();
    Failure::new(
        Exit::Io,
        format!("{name}：末行不是核验记录，文件未改动"),
        format!("{name}: the last line is no receipt; the file was left as it is"),
    )
    .hint(
        "请人工查看末行并移走，或另取一个文件名。",
        "look at that line and move it elsewhere, or name another file",
    )
}
