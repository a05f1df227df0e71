//! From what stands on the command line to the texts of codes.
//!
//! `EL1:` or two dots → the text itself; `-` → stdin; anything else → a file, whose first bytes (and not its
//! name) tell whether it is a picture.

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, Read},
    path::Path,
};

use liangzheng_core::{
    qr,
    verify::{Code, Refusal},
};

use crate::{
    error::{Exit, Failure},
    picture::{self, Format},
    words::visible,
};

/// Bytes of text looked at: many times the longest code (4,296), so that the verdict says "too long" and a
/// file of any size costs no memory.
const MAX_TEXT: usize = 64 << 10;

/// What an input holds.
#[derive(Debug)]
pub(crate) struct Input {
    /// The text of each code, or why there is none to judge.
    pub(crate) codes: Vec<Result<String, Refusal>>,
    /// A file of the same name as the text that was taken literally.
    pub(crate) shadowed_file: bool,
}

/// Reads INPUT.
///
/// # Errors
/// 66 if a file is not there, 74 if it cannot be read, 3 if it holds no code.
pub(crate) fn read(input: &OsStr) -> Result<Input, Failure> {
    match input.to_str() {
        Some("-") => from_bytes(&mut io::stdin().lock(), "stdin"),
        Some(text) if is_code_text(text) => {
            let shadowed_file = !text.starts_with(qr::PREFIX) && Path::new(text).is_file();
            Ok(Input { codes: vec![Ok(text.to_owned())], shadowed_file })
        }
        _ => read_file(Path::new(input)),
    }
}

/// Reads a file, whatever its name looks like.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_file(path: &Path) -> Result<Input, Failure> {
    from_bytes(&mut open(path)?, &visible(&path.display().to_string()))
}

/// Whether a command line argument is a code itself: then it is judged as it stands. A slash is in no token,
/// so a path may hold dots; nothing at all is no file's name.
fn is_code_text(text: &str) -> bool {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    text.is_empty()
        || ["EL1:", "EC1:"].iter().any(|prefix| start.starts_with(prefix))
        || (text.bytes().filter(|byte| *byte == b'.').count() >= 2 && !text.contains(['/', '\\']))
}

/// Opens a file to read.
///
/// # Errors
/// 66 if there is none, or it is a folder; 74 if it cannot be opened.
pub(crate) fn open(path: &Path) -> Result<File, Failure> {
    let name = visible(&path.display().to_string());
    let missing = |zh: &str, en: &str| {
        Failure::new(Exit::NoInput, format!("{name}: {zh}"), format!("{name}: {en}")).hint(
            "请给出亮证码文字、文件名,或用 - 从标准输入读取。",
            "give the code's text, a file, or - for stdin",
        )
    };
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename => {
            missing("没有这个文件", "no such file")
        }
        io::ErrorKind::InvalidInput => missing("不是文件名", "not a file name"),
        _ => Failure::disk(path, &error),
    })?;
    match file.metadata() {
        Ok(metadata) if metadata.is_dir() => Err(missing("是文件夹,不是文件", "is a folder, not a file")),
        _ => Ok(file),
    }
}

fn from_bytes(reader: &mut dyn Read, name: &str) -> Result<Input, Failure> {
    let failed = |error: io::Error| {
        Failure::new(Exit::Io, format!("无法读取 {name}: {error}"), format!("cannot read {name}: {error}"))
    };
    let mut bytes = Vec::new();
    reader.take(MAX_TEXT as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    let codes = match Format::of(&bytes) {
        Some(format) => {
            reader.take(picture::MAX_FILE + 1).read_to_end(&mut bytes).map_err(failed)?;
            picture::read(bytes, format, name)?.into_iter().map(Ok).collect()
        }
        None => vec![text(&bytes, name)?],
    };
    Ok(Input { codes, shadowed_file: false })
}

/// The text of a file or stdin: spaces and line ends around it, and a byte order mark, come from editors.
fn text(bytes: &[u8], name: &str) -> Result<Result<String, Refusal>, Failure> {
    if bytes.len() > MAX_TEXT {
        return Ok(Err(Code::Size.into()));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) if text.trim().is_empty() => Err(picture::no_code(name)),
        Ok(text) => Ok(Ok(text.trim().to_owned())),
        Err(_) => Ok(Err(Code::Utf8.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_told_apart() {
        for (text, is_code) in [
            ("EL1:ABC", true),
            ("EC1:ABC", true),
            ("  EL1:ABC", true),
            ("a.b.c", true),
            ("a.b.c~d.e.f", true),
            ("./a.b.c", false),
            ("C:\\codes\\a.b.c", false),
            ("code.txt", false),
            ("el1:abc", false),
            ("", true),
        ] {
            assert_eq!(is_code_text(text), is_code, "{text}");
        }
    }

    #[test]
    fn text_is_taken_without_what_editors_add() {
        let read = |bytes: &[u8]| text(bytes, "x").unwrap();
        assert_eq!(read(b"\xef\xbb\xbfEL1:A\r\n").unwrap(), "EL1:A");
        assert_eq!(read(b"EL1:\xff").unwrap_err().code, Code::Utf8);
        assert_eq!(read(&vec![b'A'; MAX_TEXT + 1]).unwrap_err().code, Code::Size);
        assert_eq!(text(b" \n", "x").unwrap_err().exit, Exit::NoCode);
    }
}
