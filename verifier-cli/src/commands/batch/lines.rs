//! The input, a few lines at a time.

use std::{
    io::{self, BufRead, Read as _},
    ops::Range,
    str,
};

use liangzheng_core::{
    reading::cut,
    verify::{Code, Refusal},
};

use super::buffers::Buffers;

/// Lines handed to a worker at a time: some milliseconds of work, so that handing over costs nothing.
const CHUNK: usize = 32;

/// Bytes of a line that are looked at; many times the longest code.
const MAX_LINE: u64 = 16 << 10;

/// Lines that follow each other.
pub(super) struct Chunk {
    bytes: Vec<u8>,
    /// Where each line is in `bytes`; `None` for one so long that it can hold no code.
    lines: Vec<Option<Range<usize>>>,
    /// Bytes of the input up to the chunk's end.
    pub(super) end: u64,
}

impl Chunk {
    /// Each line's text, or why it can hold no code. Empty lines are passed over. Only core cuts what surrounds a code: cut here
    /// too, a second prefix would go with the first.
    pub(super) fn texts(&self) -> impl Iterator<Item = Result<&str, Refusal>> {
        self.lines.iter().filter_map(|line| {
            let Some(line) = line else { return Some(Err(Code::Size.into())) };
            match str::from_utf8(&self.bytes[line.clone()]) {
                Ok(text) if cut(text).is_empty() => None,
                Ok(text) => Some(Ok(text.trim())),
                Err(_) => Some(Err(Code::Format.into())),
            }
        })
    }

    /// The buffer, to be read into again.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Reads chunk after chunk, in memory that does not grow with the input or with a line of it.
pub(super) struct Lines<'a, R> {
    source: R,
    buffers: &'a Buffers,
    /// Bytes read so far.
    at: u64,
}

impl<'a, R: BufRead> Lines<'a, R> {
    pub(super) fn new(source: R, buffers: &'a Buffers) -> Self {
        Self { source, buffers, at: 0 }
    }

    /// The next lines; `None` at the end.
    pub(super) fn chunk(&mut self) -> io::Result<Option<Chunk>> {
        let mut bytes = self.buffers.take();
        let mut lines = Vec::with_capacity(CHUNK);
        while lines.len() < CHUNK {
            let mut start = bytes.len();
            let read = self.source.by_ref().take(MAX_LINE).read_until(b'\n', &mut bytes)?;
            if read == 0 {
                break;
            }
            if self.at == 0 && bytes.starts_with(BYTE_ORDER_MARK) {
                start = BYTE_ORDER_MARK.len();
            }
            self.at += read as u64;
            let is_whole = bytes.ends_with(b"\n") || (read as u64) < MAX_LINE;
            if is_whole {
                lines.push(Some(start..bytes.len()));
            } else {
                self.skip_line()?;
                bytes.truncate(start);
                lines.push(None);
            }
        }
        Ok((!lines.is_empty()).then_some(Chunk { bytes, lines, end: self.at }))
    }

    /// Passes over the rest of a line without keeping it.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.source.fill_buf()?;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let length = end.map_or(buffer.len(), |end| end + 1);
            self.source.consume(length);
            self.at += length as u64;
            if end.is_some() || length == 0 {
                return Ok(());
            }
        }
    }
}

/// What some editors put before a text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> Vec<String> {
        let buffers = Buffers::default();
        let mut lines = Lines::new(bytes, &buffers);
        let mut told = vec![];
        while let Some(chunk) = lines.chunk().unwrap() {
            let texts = chunk.texts();
            told.extend(
                texts.map(|text| text.map_or_else(|refusal| refusal.code.to_string(), str::to_owned)),
            );
            buffers.give(chunk.into_bytes());
        }
        assert_eq!(lines.at, bytes.len() as u64);
        told
    }

    #[test]
    fn lines_are_read_whatever_they_hold() {
        let long = "A".repeat(100_000);
        let text = format!("\u{feff}EL1:A\r\n\n  \n{long}\nEL1:B\n]Q1]Q1EL1:C");
        let mut bytes = text.into_bytes();
        bytes.extend(b"\n\xff\xfe\n");
        assert_eq!(told(&bytes), ["EL1:A", "E_SIZE", "EL1:B", "]Q1]Q1EL1:C", "E_FORMAT"]);
        assert!(told(b"").is_empty());
    }

    #[test]
    fn many_lines_come_in_order_with_empty_ones_between() {
        let text: String = (0..1_000).map(|n| format!("{n}\n\n")).collect();
        assert_eq!(told(text.as_bytes()), (0..1_000).map(|n| n.to_string()).collect::<Vec<_>>());
        // More empty lines than a chunk has room for are not the end.
        let text = format!("{}x", "\n".repeat(1_000));
        assert_eq!(told(text.as_bytes()), ["x"]);
    }
}
