//! The input, a few lines at a time.

use std::io::{self, BufRead, Read as _};

use liangzheng_core::verify::{Code, Refusal};

/// Lines handed to a worker at a time: more than a millisecond of work, so that handing over costs nothing; and their
/// answers stay below the 128 KiB from which the allocator asks the system for each block anew.
const CHUNK: usize = 32;

/// Bytes of a line that are looked at; many times the longest code.
const MAX_LINE: u64 = 16 << 10;

/// Non-empty lines that follow each other.
pub(super) struct Chunk {
    /// Each line's text, or why it can hold no code.
    pub(super) lines: Vec<Result<String, Refusal>>,
    /// Bytes of the input up to the chunk's end.
    pub(super) end: u64,
}

/// Reads chunk after chunk, in memory that does not grow with the input or with a line of it.
pub(super) struct Lines<R> {
    source: R,
    bytes: Vec<u8>,
    /// Bytes read so far.
    at: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, bytes: Vec::new(), at: 0 }
    }

    /// The next non-empty lines; `None` at the end.
    pub(super) fn chunk(&mut self) -> io::Result<Option<Chunk>> {
        let mut lines = Vec::with_capacity(CHUNK);
        while lines.len() < CHUNK {
            self.bytes.clear();
            let is_first = self.at == 0;
            if self.source.by_ref().take(MAX_LINE).read_until(b'\n', &mut self.bytes)? == 0 {
                break;
            }
            self.at += self.bytes.len() as u64;
            let is_whole = self.bytes.ends_with(b"\n") || (self.bytes.len() as u64) < MAX_LINE;
            if !is_whole {
                self.skip_line()?;
                lines.push(Err(Code::Size.into()));
                continue;
            }
            let line = self.bytes.as_slice();
            let line = if is_first { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
            match std::str::from_utf8(line).map(str::trim) {
                Ok("") => {}
                Ok(text) => lines.push(Ok(text.to_owned())),
                Err(_) => lines.push(Err(Code::Format.into())),
            }
        }
        Ok((!lines.is_empty()).then_some(Chunk { lines, end: self.at }))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> Vec<String> {
        let mut lines = Lines::new(bytes);
        let mut told = vec![];
        while let Some(chunk) = lines.chunk().unwrap() {
            let lines = chunk.lines.into_iter();
            told.extend(lines.map(|line| line.unwrap_or_else(|refusal| refusal.code.to_string())));
        }
        assert_eq!(lines.at, bytes.len() as u64);
        told
    }

    #[test]
    fn lines_are_read_whatever_they_hold() {
        let long = "A".repeat(100_000);
        let text = format!("\u{feff}EL1:A\r\n\n  \n{long}\nEL1:B");
        let mut bytes = text.into_bytes();
        bytes.extend(b"\n\xff\xfe\n");
        assert_eq!(told(&bytes), ["EL1:A", "E_SIZE", "EL1:B", "E_FORMAT"]);
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
