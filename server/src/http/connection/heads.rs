//! Line ends in the heads of requests.
//!
//! RFC 9112 section 2.2 lets a server take a bare LF for a line end, and the parser below us does. A proxy that does not
//! sees another head than we do, and what one of them takes for a header the other takes for a second request. So a
//! bare LF is made a NUL here, which the parser refuses with 400.
//!
//! The value of an `Upgrade` header is made one that names no protocol, and so is the word in `Connection`. A server may
//! ignore them (RFC 9110 section 7.8), and this one speaks no other protocol; the parser, which does, would take all that
//! follows for a body without an end, whatever `Content-Length` says, and the request would get no answer.

/// Follows the bytes of a connection from head to head.
#[derive(Debug, Default)]
pub(super) struct Heads {
    at: At,
    /// The beginning of the present line: all of it that matters here.
    line: Vec<u8>,
    last: u8,
    /// A byte of a head, or of empty lines before it, has come.
    is_waited_for: bool,
    is_begun: bool,
    length: u64,
    is_chunked: bool,
    /// The head said that its request is the last one.
    is_last: bool,
}

#[derive(Debug, Default)]
enum At {
    #[default]
    Head,
    /// So many bytes of a body are left.
    Body(u64),
    /// What follows is not read as a request: it was refused, or the body has no length, after which the edge closes
    /// the connection.
    End,
    /// The last request has ended: what follows is nobody's.
    Done,
}

impl Heads {
    /// Whether a head has begun and not ended. Empty lines before it count: they could go on for ever.
    pub(super) fn is_within(&self) -> bool {
        matches!(self.at, At::Head) && self.is_waited_for
    }

    /// Whether no further request can come.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.at, At::End | At::Done)
    }

    /// Passes on what was read: so many bytes of it. Behind a request that closes the connection nothing is, since no
    /// further one may be answered there (RFC 9112 section 9.6), which the parser would do.
    pub(super) fn pass(&mut self, bytes: &mut [u8]) -> usize {
        let whole = bytes.len();
        let mut rest = bytes;
        loop {
            match &mut self.at {
                At::End => return whole,
                At::Done => return whole.saturating_sub(rest.len()),
                At::Body(left) => {
                    let here = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
                    let Some(after) = rest.get_mut(here..) else { return whole };
                    rest = after;
                    *left -= here as u64;
                    if *left > 0 {
                        return whole;
                    }
                    self.at = if std::mem::take(&mut self.is_last) { At::Done } else { At::Head };
                }
                At::Head => {
                    let Some((byte, after)) = rest.split_first_mut() else { return whole };
                    self.take(byte);
                    rest = after;
                }
            }
        }
    }

    fn take(&mut self, byte: &mut u8) {
        let last = std::mem::replace(&mut self.last, *byte);
        self.is_waited_for = true;
        if *byte != b'\n' {
            self.is_begun |= *byte != b'\r';
            if *byte != b'\r' && self.line.len() < LONGEST {
                self.line.push(byte.to_ascii_lowercase());
            }
            if self.line.starts_with(UPGRADE)
                && self.line.len() > UPGRADE.len()
                && byte.is_ascii_alphanumeric()
            {
                *byte = b'-';
            }
            // No other option of a connection begins with this letter.
            if self.line.starts_with(CONNECTION)
                && byte.eq_ignore_ascii_case(&b'u')
                && matches!(last, b':' | b',' | b' ' | b'\t')
            {
                *byte = b'-';
            }
        } else if last != b'\r' || !self.line_ended() {
            *byte = 0;
            self.at = At::End;
        }
    }

    /// False if the line is none that can be followed.
    fn line_ended(&mut self) -> bool {
        if self.line.is_empty() {
            // Empty lines may stand before a request (RFC 9112 section 2.2).
            if self.is_begun {
                let at = match self.length {
                    _ if self.is_chunked => At::End,
                    0 if self.is_last => At::Done,
                    0 => At::Head,
                    length => At::Body(length),
                };
                let (line, is_last) = (std::mem::take(&mut self.line), self.is_last);
                *self = Self { at, line, is_last, ..Self::default() };
            }
            return true;
        }
        if let Some(value) = self.line.strip_prefix(b"content-length:") {
            // Blanks or zeros may stand before a number as long as one likes. The parser would read what was not kept
            // here, and take for a body what is looked through here as heads.
            if self.line.len() >= LONGEST {
                return false;
            }
            // One that is no number is refused by the parser.
            let text = std::str::from_utf8(value).unwrap_or_default();
            self.length = text.trim().parse().unwrap_or_default();
        }
        self.is_chunked |= self.line.starts_with(b"transfer-encoding:");
        if let Some(options) = self.line.strip_prefix(CONNECTION) {
            self.is_last |= options.split(|b| *b == b',').any(|option| option.trim_ascii() == b"close");
        }
        self.line.clear();
        true
    }
}

const UPGRADE: &[u8] = b"upgrade:";
const CONNECTION: &[u8] = b"connection:";
/// `content-length:` and any number.
const LONGEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::Heads;

    /// What is passed on, in pieces of every size, since a client may send it so.
    fn passed(text: &str) -> String {
        let mut whole = text.as_bytes().to_vec();
        let kept = Heads::default().pass(&mut whole);
        whole.truncate(kept);
        for size in 1..8 {
            let (mut heads, mut pieces) = (Heads::default(), text.as_bytes().to_vec());
            let passed: Vec<u8> = pieces
                .chunks_mut(size)
                .flat_map(|piece| {
                    let kept = heads.pass(piece);
                    piece[..kept].to_vec()
                })
                .collect();
            assert_eq!(passed, whole, "{text:?} by {size}");
        }
        String::from_utf8(whole).unwrap()
    }

    #[test]
    fn a_bare_line_feed_in_a_head_is_made_what_no_head_may_hold() {
        for (text, told) in [
            ("GET / HTTP/1.1\nhost: a\r\n\r\n", "GET / HTTP/1.1\0host: a\r\n\r\n"),
            ("GET / HTTP/1.1\r\nhost: a\n\r\n", "GET / HTTP/1.1\r\nhost: a\0\r\n"),
            ("GET / HTTP/1.1\r\nhost: a\r\n\n", "GET / HTTP/1.1\r\nhost: a\r\n\0"),
            ("\nGET / HTTP/1.1\r\n\r\n", "\0GET / HTTP/1.1\r\n\r\n"),
            // The second request of one connection, without a body before it and with one.
            ("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\n\r\n", "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\0\r\n"),
            (
                "POST / HTTP/1.1\r\nContent-Length:  3\r\n\r\n\n\n\nGET /\n",
                "POST / HTTP/1.1\r\nContent-Length:  3\r\n\r\n\n\n\nGET /\0",
            ),
        ] {
            assert_eq!(passed(text), told);
        }
    }

    #[test]
    fn a_length_longer_than_any_number_is_refused_and_not_misread() {
        for padding in [" ".repeat(60), "0".repeat(60), "\t".repeat(60), "0".repeat(7_000)] {
            let head = format!("POST / HTTP/1.1\r\ncontent-length:{padding}3\r");
            assert_eq!(passed(&format!("{head}\n\r\n\n\n\nGET /\n")), format!("{head}\0\r\n\n\n\nGET /\n"));
        }
    }

    #[test]
    fn behind_a_request_that_closes_the_connection_nothing_is_passed_on() {
        let next = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
        for last in [
            "GET / HTTP/1.1\r\nConnection: Close\r\nhost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nhost: a\r\nconnection:keep-alive , close\r\n\r\n",
            "POST / HTTP/1.1\r\nconnection: close\r\ncontent-length: 4\r\n\r\nbody",
        ] {
            assert_eq!(passed(&format!("{next}{last}{next}")), format!("{next}{last}"));
        }
        for other in ["closed", "x-close", "keep-alive"] {
            let text = format!("GET / HTTP/1.1\r\nconnection: {other}\r\nx: close\r\n\r\n{next}");
            assert_eq!(passed(&text), text);
        }
    }

    #[test]
    fn no_other_protocol_is_asked_for() {
        for (text, told) in [
            (
                "POST / HTTP/1.1\r\nConnection: keep-alive,Upgrade\r\nUpgrade: WebSocket\r\nx-upgrade: a\r\nContent-Length: 9\r\n\r\nupgrade: GET / HTTP/1.1\r\n\r\n",
                "POST / HTTP/1.1\r\nConnection: keep-alive,-pgrade\r\nUpgrade: ---------\r\nx-upgrade: a\r\nContent-Length: 9\r\n\r\nupgrade: GET / HTTP/1.1\r\n\r\n",
            ),
            (
                "GET /upgrade: HTTP/1.1\r\nupgrade:h2c,  websocket\r\n\r\n",
                "GET /upgrade: HTTP/1.1\r\nupgrade:---,  ---------\r\n\r\n",
            ),
        ] {
            assert_eq!(passed(text), told);
        }
        let padded = format!("GET / HTTP/1.1\r\nupgrade:{}", " ".repeat(100));
        assert_eq!(passed(&format!("{padded}websocket\r\n\r\n")), format!("{padded}---------\r\n\r\n"));
    }

    #[test]
    fn what_is_written_as_it_should_be_is_passed_on_as_it_came() {
        for text in [
            "GET / HTTP/1.1\r\nhost: a\r\n\r\n",
            "\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            "POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\na\nb\n\nGET / HTTP/1.1\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\na\nb\r\n0\r\n\r\n",
        ] {
            assert_eq!(passed(text), text);
        }
    }
}
