//! Strict JSON (RFC 8259) for everything a verifier reads: no duplicate names, bounded depth, integers kept apart
//! from other numbers, one value and nothing after it.
//!
//! A general reader keeps the last of two equal names without a word, takes arrays for structs and carries
//! floating point along, which alone is a quarter of a browser module; so tokens and lists are read into [`Node`].
//! A property test holds this reader to `serde_json`: what one accepts the other does, but for the rules above.

use alloc::{borrow::Cow, collections::BinaryHeap, string::String, vec::Vec};

/// One JSON value, its members in the order they stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number within `i64`, without fraction or exponent.
    Int(i64),
    /// Any other number.
    Number,
    /// A string.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<Node<'a>>),
    /// An object; names are distinct.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl Node<'_> {
    /// A whole number that is not negative.
    pub fn whole(&self) -> Option<i64> {
        match self {
            Self::Int(number) if *number >= 0 => Some(*number),
            _ => None,
        }
    }
}

/// Why bytes are not JSON as we want it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotJson {
    /// Not UTF-8.
    Utf8,
    /// Not JSON, or more after it, or nested deeper than allowed.
    Syntax,
    /// Two members of one object have the same name.
    Duplicate,
}

/// Reads exactly one JSON value of at most `max_depth` nested arrays and objects.
///
/// # Errors
/// [`NotJson`] says what is wrong; nothing is repaired.
pub fn parse(bytes: &[u8], max_depth: usize) -> Result<Node<'_>, NotJson> {
    let text = core::str::from_utf8(bytes).map_err(|_| NotJson::Utf8)?;
    let mut reader = Reader { text, at: 0 };
    let node = reader.value(max_depth)?;
    reader.space();
    if reader.at == text.len() { Ok(node) } else { Err(NotJson::Syntax) }
}

struct Reader<'a> {
    text: &'a str,
    /// Always at a character boundary: only ASCII is stepped over one by one.
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn next(&mut self) -> Result<u8, NotJson> {
        let byte = self.peek().ok_or(NotJson::Syntax)?;
        self.step();
        Ok(byte)
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.step();
        }
    }

    /// The next byte that is no white space.
    fn next_token(&mut self) -> Result<u8, NotJson> {
        self.space();
        self.next()
    }

    fn value(&mut self, depth_left: usize) -> Result<Node<'a>, NotJson> {
        match self.next_token()? {
            b'{' => self.object(depth_left.checked_sub(1).ok_or(NotJson::Syntax)?),
            b'[' => self.array(depth_left.checked_sub(1).ok_or(NotJson::Syntax)?),
            b'"' => self.string().map(Node::Text),
            b't' => self.word("rue", Node::Bool(true)),
            b'f' => self.word("alse", Node::Bool(false)),
            b'n' => self.word("ull", Node::Null),
            first @ (b'-' | b'0'..=b'9') => self.number(first),
            _ => Err(NotJson::Syntax),
        }
    }

    fn word(&mut self, rest: &str, node: Node<'a>) -> Result<Node<'a>, NotJson> {
        let after =
            self.text.get(self.at..).and_then(|text| text.strip_prefix(rest)).ok_or(NotJson::Syntax)?;
        self.at = self.text.len().saturating_sub(after.len());
        Ok(node)
    }

    fn array(&mut self, depth_left: usize) -> Result<Node<'a>, NotJson> {
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.step();
            return Ok(Node::Array(items));
        }
        loop {
            items.push(self.value(depth_left)?);
            match self.next_token()? {
                b',' => {}
                b']' => return Ok(Node::Array(items)),
                _ => return Err(NotJson::Syntax),
            }
        }
    }

    fn object(&mut self, depth_left: usize) -> Result<Node<'a>, NotJson> {
        let mut members = Vec::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.step();
            return Ok(Node::Object(members));
        }
        loop {
            if self.next_token()? != b'"' {
                return Err(NotJson::Syntax);
            }
            let name = self.string()?;
            if self.next_token()? != b':' {
                return Err(NotJson::Syntax);
            }
            members.push((name, self.value(depth_left)?));
            match self.next_token()? {
                b',' => {}
                b'}' => break,
                _ => return Err(NotJson::Syntax),
            }
        }
        if names_are_distinct(&members) { Ok(Node::Object(members)) } else { Err(NotJson::Duplicate) }
    }

    /// A string, its opening quote already read; borrowed where nothing in it is escaped.
    fn string(&mut self) -> Result<Cow<'a, str>, NotJson> {
        let mut owned: Option<String> = None;
        loop {
            let rest = self.text.get(self.at..).ok_or(NotJson::Syntax)?;
            let end = rest
                .bytes()
                .position(|byte| byte == b'"' || byte == b'\\' || byte < 0x20)
                .ok_or(NotJson::Syntax)?;
            let plain = rest.get(..end).ok_or(NotJson::Syntax)?;
            self.at = self.at.saturating_add(end);
            match self.next()? {
                b'"' => {
                    return Ok(match owned {
                        None => Cow::Borrowed(plain),
                        Some(mut text) => {
                            text.push_str(plain);
                            Cow::Owned(text)
                        }
                    });
                }
                b'\\' => {
                    let text = owned.get_or_insert_with(String::new);
                    text.push_str(plain);
                    let escaped = self.escape()?;
                    text.push(escaped);
                }
                // A raw control character.
                _ => return Err(NotJson::Syntax),
            }
        }
    }

    fn escape(&mut self) -> Result<char, NotJson> {
        Ok(match self.next()? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.hex4()?;
                if !(0xd800..0xdc00).contains(&first) {
                    // A lone low surrogate is no character, and `from_u32` says so.
                    return char::from_u32(first).ok_or(NotJson::Syntax);
                }
                if self.next()? != b'\\' || self.next()? != b'u' {
                    return Err(NotJson::Syntax);
                }
                let second = self.hex4()?;
                if !(0xdc00..0xe000).contains(&second) {
                    return Err(NotJson::Syntax);
                }
                scalar_of(first, second).and_then(char::from_u32).ok_or(NotJson::Syntax)?
            }
            _ => return Err(NotJson::Syntax),
        })
    }

    fn hex4(&mut self) -> Result<u32, NotJson> {
        let mut value = 0_u32;
        for _ in 0..4 {
            let digit = char::from(self.next()?).to_digit(16).ok_or(NotJson::Syntax)?;
            value = (value << 4) | digit;
        }
        Ok(value)
    }

    fn number(&mut self, first: u8) -> Result<Node<'a>, NotJson> {
        let start = self.at.saturating_sub(1);
        let lead = if first == b'-' { self.next()? } else { first };
        if !lead.is_ascii_digit() {
            return Err(NotJson::Syntax);
        }
        // A leading zero stands alone.
        if lead != b'0' {
            self.digits();
        }
        let mut is_whole = true;
        if self.peek() == Some(b'.') {
            self.step();
            is_whole = false;
            self.some_digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.step();
            is_whole = false;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.step();
            }
            self.some_digits()?;
        }
        let text = self.text.get(start..self.at).ok_or(NotJson::Syntax)?;
        // "-0" is a number but no integer anybody writes.
        let whole = if is_whole && text != "-0" { text.parse().ok() } else { None };
        Ok(whole.map_or(Node::Number, Node::Int))
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.step();
        }
    }

    fn some_digits(&mut self) -> Result<(), NotJson> {
        let before = self.at;
        self.digits();
        if self.at > before { Ok(()) } else { Err(NotJson::Syntax) }
    }
}

/// The character a surrogate pair stands for.
fn scalar_of(high: u32, low: u32) -> Option<u32> {
    (high & 0x3ff).checked_shl(10)?.checked_add(low & 0x3ff)?.checked_add(0x1_0000)
}

/// Pairwise where there are few, in order where a megabyte of names would make pairs too many.
fn names_are_distinct(members: &[(Cow<'_, str>, Node<'_>)]) -> bool {
    if members.len() <= 16 {
        return members
            .iter()
            .enumerate()
            .all(|(at, (name, _))| !members.iter().take(at).any(|(earlier, _)| earlier == name));
    }
    are_distinct(members.iter().map(|(name, _)| &**name))
}

/// Whether no text stands twice. By a heap and not a sort: as fast where it matters, and a fraction of the code.
pub(crate) fn are_distinct<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let sorted = texts.collect::<BinaryHeap<_>>().into_sorted_vec();
    sorted.windows(2).all(|pair| pair.first() != pair.last())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{format, vec};

    #[test]
    fn strict_json_tells_what_is_wrong() {
        for (text, want) in [
            (&b"{\"a\":1,\"a\":1}"[..], NotJson::Duplicate),
            (b"{\"a\":1,\"\\u0061\":1}", NotJson::Duplicate),
            (b"{\"a\":{\"b\":1,\"b\":2}}", NotJson::Duplicate),
            (b"{\"a\":1} x", NotJson::Syntax),
            (b"", NotJson::Syntax),
            (b"[[[[[1]]]]]", NotJson::Syntax),
            (b"\"\\ud800\"", NotJson::Syntax),
            (b"\"\\udc00\"", NotJson::Syntax),
            (b"\"\\ud800\\u0041\"", NotJson::Syntax),
            (b"\"a\nb\"", NotJson::Syntax),
            (b"[1,]", NotJson::Syntax),
            (b"{\"a\":1,}", NotJson::Syntax),
            (b"01", NotJson::Syntax),
            (b"-", NotJson::Syntax),
            (b"1.", NotJson::Syntax),
            (b"1e", NotJson::Syntax),
            (b"tru", NotJson::Syntax),
            (b"\"\xff\"", NotJson::Utf8),
            (b"\"\xc0\x80\"", NotJson::Utf8),
            (b"\xef\xbb\xbf{}", NotJson::Syntax),
        ] {
            assert_eq!(parse(text, 4).unwrap_err(), want, "{text:?}");
        }
        let numbers = parse(b"[1,1.0,18446744073709551615,1e3,-0,-7]", 1).unwrap();
        use Node::{Int, Number};
        assert_eq!(numbers, Node::Array(vec![Int(1), Number, Number, Number, Number, Int(-7)]));
        assert!(parse(b"[[[[1]]]]", 4).is_ok());
        let escapes = parse(br#""\"\\\/\b\f\n\r\t\u8bc1""#, 0).unwrap();
        assert_eq!(escapes, Node::Text("\"\\/\u{8}\u{c}\n\r\t证".into()));
        assert_eq!(parse(r#""\ud83d\ude00\n证""#.as_bytes(), 0).unwrap(), Node::Text("😀\n证".into()));
    }

    #[test]
    fn many_members_are_looked_through_quickly_and_a_duplicate_is_found() {
        let names: vec::Vec<_> = (0..50_000).map(|n| format!("\"k{n}\":0")).collect();
        let good = format!("{{{}}}", names.join(","));
        assert!(parse(good.as_bytes(), 1).is_ok());
        let bad = format!("{{{},\"k7\":0}}", names.join(","));
        assert_eq!(parse(bad.as_bytes(), 1), Err(NotJson::Duplicate));
    }

    /// The same value in serde_json's words, numbers reduced to what [`Node`] keeps.
    fn agrees(node: &Node<'_>, value: &serde_json::Value) -> bool {
        match (node, value) {
            (Node::Null, serde_json::Value::Null) => true,
            (Node::Bool(a), serde_json::Value::Bool(b)) => a == b,
            (Node::Int(a), serde_json::Value::Number(b)) => b.as_i64() == Some(*a),
            (Node::Number, serde_json::Value::Number(_)) => true,
            (Node::Text(a), serde_json::Value::String(b)) => a == b,
            (Node::Array(a), serde_json::Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agrees(a, b))
            }
            (Node::Object(a), serde_json::Value::Object(b)) => {
                a.len() == b.len() && a.iter().all(|(name, a)| b.get(&**name).is_some_and(|b| agrees(a, b)))
            }
            _ => false,
        }
    }

    fn same_as_serde(text: &str) {
        let theirs = serde_json::from_str::<serde_json::Value>(text);
        match (parse(text.as_bytes(), 64), theirs) {
            (Ok(node), Ok(value)) => assert!(agrees(&node, &value), "{text}"),
            (Err(NotJson::Duplicate), _) => {}
            // 1e999 is a number to RFC 8259 and out of range to serde_json.
            (Ok(_), Err(error)) => {
                assert!(format!("{error}").starts_with("number out of range"), "{text}: {error}")
            }
            (Err(_), Ok(_)) => panic!("serde_json reads {text:?}"),
            (Err(_), Err(_)) => {}
        }
    }

    proptest! {
        #[test]
        fn reads_what_serde_json_reads(text in r#"([\[\]{},:0-9eE.+-]|"|\\|\\u[0-9a-fd8-9]{4}|true|null|[a-z 证\n]){0,24}"#) {
            same_as_serde(&text);
        }

        #[test]
        fn reads_any_value_back(keys in proptest::collection::vec("[a-c\\\\\"\u{1}😀]{0,3}", 0..6), number in any::<i64>(), float in any::<f64>()) {
            let mut object = serde_json::Map::new();
            for (at, key) in keys.into_iter().enumerate() {
                object.insert(key.clone(), if at % 2 == 0 { number.into() } else { serde_json::json!([key, float, null, true]) });
            }
            same_as_serde(&format!("{}", serde_json::Value::Object(object)));
        }
    }
}
