//! How far the receipts of a file have been uploaded.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use liangzheng_core::text::Text;
use serde::{Deserialize, Serialize};

use crate::{
    bundle::write_atomically,
    error::{Failure, warn},
    lock::{self, Lock},
    output,
    words::Lang,
};

/// `FILE.uploaded`: the last receipt that the server has, in the file's order, and those before it that it
/// would not take.
///
/// An id and no place in the file: if the file was replaced or shortened, the id is not found, and everything
/// in it is sent again. The server knows what it has; only a receipt wrongly marked would be lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mark {
    pub(crate) last: Option<String>,
    #[serde(default)]
    pub(crate) set_aside: Vec<SetAside>,
}

/// A receipt that the server refused. It is offered again with each upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetAside {
    pub(crate) id: String,
    /// The server's word on it.
    pub(crate) why: String,
}

/// Where the mark of a file of receipts lies.
pub(super) fn place(file: &Path) -> PathBuf {
    let mut name: OsString = file.as_os_str().to_owned();
    name.push(".uploaded");
    PathBuf::from(name)
}

impl Mark {
    /// Keeps other uploads of this file away.
    ///
    /// # Errors
    /// 74 if one is at it.
    pub(crate) fn lock(file: &Path) -> Result<Lock, Failure> {
        lock::take(&place(file), &Text::fixed("核验记录的上传", "the upload of these receipts"))
    }

    /// Reads the mark; a damaged one counts as none.
    ///
    /// # Errors
    /// 74 if it is there and cannot be read.
    pub(crate) fn load(file: &Path, lang: Lang) -> Result<Self, Failure> {
        let path = place(file);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Failure::disk(&path, &error)),
        };
        Ok(serde_json::from_str(&text).unwrap_or_else(|_| {
            let name = path.display();
            let message =
                Text::new(format!("{name}：上传标记已损坏"), format!("{name}: the upload's mark is damaged"));
            let hint = Text::fixed(
                "将全部重新上传；平台会认出已收到的记录。",
                "everything is uploaded again; the server knows what it has",
            );
            warn(lang, &message, Some(&hint));
            Self::default()
        }))
    }

    /// Replaces the mark.
    ///
    /// # Errors
    /// 74 if it cannot be written; the old one then stands.
    pub(crate) fn save(&self, file: &Path) -> Result<(), Failure> {
        write_atomically(&place(file), output::to_json(self)?.as_bytes())
    }
}
