//! Text in UTF-16, as PowerShell's `>` and Notepad write it, made UTF-8.

use std::{
    borrow::Cow,
    io::{self, Read},
};

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;

/// Bytes that are enough to tell: a code's first four letters.
const START: usize = 8;

/// Which of the two byte orders a text is in; `None` for any other text, UTF-8 first of all. Without a byte order mark
/// every second byte of what is Latin letters is 0, which no other text holds.
fn order(start: &[u8]) -> Option<&'static Encoding> {
    match start {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        _ if start.len() < START => None,
        _ if has_zeros(start, 1) => Some(UTF_16LE),
        _ if has_zeros(start, 0) => Some(UTF_16BE),
        _ => None,
    }
}

/// Whether of the first bytes every second one is 0, from `offset` on, and no other.
fn has_zeros(start: &[u8], offset: usize) -> bool {
    start.iter().take(START).enumerate().all(|(at, byte)| (*byte == 0) == (at % 2 == offset))
}

/// Whether more bytes could still make it UTF-16.
fn is_open(start: &[u8]) -> bool {
    matches!(start, [] | [0xff] | [0xfe])
        || start.len() < START && order(start).is_none() && (has_zeros(start, 1) || has_zeros(start, 0))
}

/// A whole text as UTF-8, without its byte order mark.
pub(crate) fn to_utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let Some(encoding) = order(bytes) else {
        return bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).into();
    };
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    text.into_owned().into_bytes().into()
}

/// What a text is read through as UTF-8; whether it was in UTF-16. Anything else stays as it is. No byte is waited for that
/// cannot make a difference: whoever pipes a line wants it answered before the next.
///
/// # Errors
/// If the beginning cannot be read.
pub(crate) fn reader<'a>(mut source: impl Read + Send + 'a) -> io::Result<(Box<dyn Read + Send + 'a>, bool)> {
    let mut start = vec![];
    while is_open(&start) && source.by_ref().take(1).read_to_end(&mut start)? > 0 {}
    let encoding = order(&start);
    let whole = io::Cursor::new(start).chain(source);
    Ok(match encoding {
        None => (Box::new(whole), false),
        Some(_) => {
            let mut decoder = DecodeReaderBytesBuilder::new();
            (Box::new(decoder.encoding(encoding).bom_override(true).build(whole)), true)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders_are_read_with_and_without_a_mark() {
        for text in ["EL1:AB\r\n证照", "\u{feff}EL1:AB\r\n证照"] {
            let units = || text.encode_utf16();
            for bytes in [
                units().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
                units().flat_map(u16::to_be_bytes).collect(),
                text.as_bytes().to_vec(),
            ] {
                let want = "EL1:AB\r\n证照";
                assert_eq!(str::from_utf8(&to_utf8(&bytes)).unwrap(), want, "{bytes:?}");
                let mut read = String::new();
                reader(&bytes[..]).unwrap().0.read_to_string(&mut read).unwrap();
                assert_eq!(read.trim_start_matches('\u{feff}'), want, "{bytes:?}");
            }
        }
    }

    #[test]
    fn no_more_is_waited_for_than_tells() {
        for (bytes, taken) in [
            (&b"EL1:AB"[..], 2),
            (b"\nA", 2),
            (b"\xff\xfeE\0", 2),
            (b"E\0L\x001\0:\0A\0", 8),
            (b"E\0LA", 4),
            (b"\0\0", 2),
        ] {
            let mut source = bytes;
            let rest = |source: &[u8]| bytes.len() - source.len();
            reader(source.by_ref()).unwrap();
            assert_eq!(rest(source), taken, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_not_utf16_stays_as_it_is() {
        for bytes in [&b""[..], b"E", b"EL1:A", b"EL1:\xff\xfe", b"\0\0\0\0", b"A\0B"] {
            assert_eq!(&*to_utf8(bytes), bytes);
            let mut read = vec![];
            reader(bytes).unwrap().0.read_to_end(&mut read).unwrap();
            assert_eq!(read, bytes);
        }
    }
}
