//! From what stands on the command line to the texts of codes.
//!
//! `EL1:` or two dots → the text itself; `-` → stdin; anything else → a file, whose first bytes (and not its
//! name) tell whether it is a picture.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use liangzheng_core::{
    qr,
    reading::{Reading, classify, cut, cut_in_picture},
    text::Text,
    verify::{Code, Refusal},
};

use crate::{
    error::{Exit, Failure, warn},
    picture::{self, Format},
    utf16,
    words::{Lang, shortened, visible},
};

/// Bytes of text looked at: many times the longest code (4,296), so that the verdict says "too long" and a
/// file of any size costs no memory.
const MAX_TEXT: usize = 64 << 10;

/// What an input holds.
#[derive(Debug, Default)]
pub(crate) struct Input {
    /// The text of each licence code, or why there is none to judge.
    pub(crate) codes: Vec<Result<String, Refusal>>,
    /// What else a picture holds: a payment sticker beside the licence, or a challenge on the screen behind it.
    pub(crate) beside: Vec<String>,
    /// A file of the same name as the text that was taken literally.
    pub(crate) shadowed_file: bool,
    name: String,
}

impl Input {
    /// Tells of what stands beside the licence codes. It is no part of the answer.
    pub(crate) fn tell_beside(&self, lang: Lang) {
        self.beside.iter().for_each(|text| tell_beside(lang, &self.name, text));
    }

    /// # Errors
    /// Exit 3 if there are codes, but no licence code among them.
    fn with_licence(self) -> Result<Self, Failure> {
        if self.codes.is_empty() { Err(foreign(&self.name, &self.beside)) } else { Ok(self) }
    }
}

/// Tells of a code that is none of ours, beside one that is.
pub(crate) fn tell_beside(lang: Lang, name: &str, text: &str) {
    let Text { zh, en } = classify(text).message();
    let text = shortened(text);
    warn(
        lang,
        &Text::new(
            format!("{name}：另有一个码，不影响结果：{zh}（{text}）"),
            format!("{name}: another code, which does not count: {en} ({text})"),
        ),
        None,
    );
}

/// Exit 3: what was read is told, and is no licence code.
pub(crate) fn foreign(name: &str, texts: &[String]) -> Failure {
    let Some(first) = texts.first() else { return picture::no_code(name) };
    let told = |lang: Lang| {
        let of = |text: &String| lang.with_aside(lang.of(&classify(text).message()), &shortened(text));
        let texts: Vec<String> = texts.iter().map(of).collect();
        [name, lang.colon(), &texts.join(lang.pick("；", "; "))].concat()
    };
    let failure = Failure::new(Exit::NoCode, told(Lang::Zh), told(Lang::En));
    let Text { zh, en } = classify(first).hint();
    failure.hint(zh, en)
}

/// Whether a text read from a picture is a licence code.
pub(crate) fn is_licence(text: &str) -> bool {
    classify(cut_in_picture(text)) == Reading::Licence
}

/// Reads INPUT.
///
/// # Errors
/// 66 if a file is not there, 74 if it cannot be read, 3 if it holds no licence code.
pub(crate) fn read(input: &OsStr) -> Result<Input, Failure> {
    read_any(input)?.with_licence()
}

/// Reads INPUT, which may hold codes of other kinds only.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_any(input: &OsStr) -> Result<Input, Failure> {
    match input.to_str() {
        Some("-") => from_bytes(&mut io::stdin().lock(), "stdin"),
        Some(text) if is_code_text(text) => {
            let shadowed_file = !cut(text).starts_with(qr::PREFIX) && Path::new(text).is_file();
            Ok(Input { codes: vec![Ok(text.to_owned())], shadowed_file, ..Input::default() })
        }
        _ => any_in_file(Path::new(input)),
    }
}

/// Reads a file, whatever its name looks like.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_file(path: &Path) -> Result<Input, Failure> {
    any_in_file(path)?.with_licence()
}

fn any_in_file(path: &Path) -> Result<Input, Failure> {
    from_bytes(&mut open(path)?, &visible(&path.display().to_string()))
}

/// Whether a command line argument is a code itself: then it is judged as it stands. A slash is in no token,
/// so a path may hold dots; nothing at all is no file's name.
fn is_code_text(text: &str) -> bool {
    let is_ours =
        !matches!(classify(text), Reading::Other | Reading::Link | Reading::Payment | Reading::Licence);
    text.is_empty()
        || is_ours
        || cut(text).starts_with(qr::PREFIX)
        || (text.bytes().filter(|byte| *byte == b'.').count() >= 2 && !text.contains(['/', '\\']))
}

/// Opens a file to read. It is looked at first: to open a pipe by its name is to wait for whoever writes into it, who may
/// never come, and a device may have no end.
///
/// # Errors
/// 66 if there is none, or it is a folder, a pipe, or a device; 74 if it cannot be opened.
pub(crate) fn open(path: &Path) -> Result<File, Failure> {
    let name = visible(&path.display().to_string());
    let missing = |zh: &str, en: &str| {
        Failure::new(Exit::NoInput, format!("{name}：{zh}"), format!("{name}: {en}")).hint(
            "请给出亮证码文字、文件名，或用 - 从标准输入读取。",
            "give the code's text, a file, or - for stdin",
        )
    };
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename => {
            missing("没有这个文件", "no such file")
        }
        io::ErrorKind::InvalidInput => missing("不是文件名", "not a file name"),
        _ => Failure::disk(path, &error),
    };
    let metadata = fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(missing("是文件夹，不是文件", "is a folder, not a file"));
    }
    if !metadata.is_file() {
        return Err(missing("不是普通文件，而是管道或设备", "is a pipe or a device, not a regular file")
            .hint(format!("请改用标准输入：- < {name}"), format!("read it by stdin: - < {name}")));
    }
    File::open(path).map_err(failed)
}

fn from_bytes(reader: &mut dyn Read, name: &str) -> Result<Input, Failure> {
    let failed = |error: io::Error| Failure::unreadable(Exit::Io, name, &error);
    let mut bytes = Vec::new();
    reader.take(MAX_TEXT as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    let mut input = Input { name: name.into(), ..Input::default() };
    match Format::of(&bytes) {
        Some(format) => {
            reader.take(picture::MAX_FILE + 1).read_to_end(&mut bytes).map_err(failed)?;
            let texts = picture::read(bytes, format, name, is_licence)?;
            for text in texts {
                let bare = cut_in_picture(&text);
                if is_licence(bare) {
                    input.codes.push(Ok(bare.to_owned()))
                } else {
                    input.beside.push(bare.to_owned())
                }
            }
        }
        None if !bytes.is_empty() && bytes.iter().all(|byte| *byte == 0) => {
            return Err(picture::only_zeros(name));
        }
        None => input.codes = texts(&bytes, name)?,
    }
    Ok(input)
}

/// The codes in a text file or stdin: one, or one a line.
fn texts(bytes: &[u8], name: &str) -> Result<Vec<Result<String, Refusal>>, Failure> {
    if bytes.len() > MAX_TEXT {
        return Ok(vec![Err(Code::Size.into())]);
    }
    let bytes = utf16::to_utf8(bytes);
    let Ok(text) = str::from_utf8(&bytes) else { return Ok(vec![Err(Code::Utf8.into())]) };
    if cut(text).is_empty() {
        return Err(picture::no_code(name));
    }
    // As they stand: core cuts what surrounds a code, once.
    let lines: Vec<&str> = text.lines().filter(|line| !cut(line).is_empty()).collect();
    // No code holds a line end. What is wrapped or followed by something else stays one text, and is refused as it is.
    let is_list = lines.iter().all(|line| classify(line) == Reading::Licence);
    Ok(if is_list {
        lines.into_iter().map(|line| Ok(line.to_owned())).collect()
    } else {
        vec![Ok(text.to_owned())]
    })
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
            ("]Q1EL1:ABC", true),
            ("\u{200b}EL1:ABC", true),
            ("el1:abc", true),
            ("EL1\u{ff1a}ABC", true),
            ("https://a.example/b.c.d", false),
            ("eyJ.txt", false),
            ("", true),
        ] {
            assert_eq!(is_code_text(text), is_code, "{text}");
        }
    }

    #[test]
    fn text_is_taken_without_what_editors_add() {
        let read = |bytes: &[u8]| texts(bytes, "x").unwrap().pop().unwrap();
        assert_eq!(read(b"\xef\xbb\xbfEL1:A\r\n").unwrap(), "EL1:A");
        assert_eq!(read(b"EL1:\xff").unwrap_err().code, Code::Utf8);
        assert_eq!(read(&vec![b'A'; MAX_TEXT + 1]).unwrap_err().code, Code::Size);
        assert_eq!(texts(b" \n", "x").unwrap_err().exit, Exit::NoCode);
    }

    #[test]
    fn a_file_holds_one_code_or_one_a_line() {
        let count = |text: &str| texts(text.as_bytes(), "x").unwrap().len();
        assert_eq!(count("EL1:A\r\n\r\n ]Q1EL1:B"), 2);
        assert_eq!(count("EL1:A\nwrapped"), 1);
        let utf16: Vec<u8> = "\u{feff}EL1:A\r\nEL1:B\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(texts(&utf16, "x").unwrap().len(), 2);
    }
}
