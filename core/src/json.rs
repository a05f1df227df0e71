//! Strict JSON for tokens: no duplicate names, bounded depth, integers kept apart from other numbers.
//!
//! `serde_json::Value` keeps the last of two equal names without a word, so tokens are read into [`Node`].

use alloc::{string::String, vec::Vec};
use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// One JSON value, its members in the order they stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number within `i64`.
    Int(i64),
    /// Any other number: fractions, exponents, beyond `i64`.
    Number,
    /// A string.
    Text(String),
    /// An array.
    Array(Vec<Node>),
    /// An object; names are distinct.
    Object(Vec<(String, Node)>),
}

/// Why bytes are not JSON as tokens want it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotJson {
    /// Not UTF-8.
    Utf8,
    /// Not JSON, or more after it, or nested deeper than allowed.
    Syntax,
    /// Two members of one object have the same name.
    Duplicate,
}

/// Words by which the duplicate is told apart from a syntax error when serde hands the error back.
const DUPLICATE: &str = "duplicate member name";

/// Reads exactly one JSON value of at most `max_depth` nested arrays and objects.
///
/// # Errors
/// [`NotJson`] says what is wrong; the bytes are never repaired.
pub fn parse(bytes: &[u8], max_depth: usize) -> Result<Node, NotJson> {
    let text = core::str::from_utf8(bytes).map_err(|_| NotJson::Utf8)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let told = |error: serde_json::Error| {
        if alloc::string::ToString::to_string(&error).starts_with(DUPLICATE) {
            NotJson::Duplicate
        } else {
            NotJson::Syntax
        }
    };
    let node = Nested { depth_left: max_depth }.deserialize(&mut deserializer).map_err(told)?;
    deserializer.end().map_err(told)?;
    Ok(node)
}

#[derive(Clone, Copy)]
struct Nested {
    depth_left: usize,
}

impl Nested {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth_left = self.depth_left.checked_sub(1).ok_or_else(|| E::custom("nested too deep"))?;
        Ok(Self { depth_left })
    }
}

impl<'de> DeserializeSeed<'de> for Nested {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nested {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(i64::try_from(value).map_or(Node::Number, Node::Int))
    }

    fn visit_f64<E>(self, _value: f64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Node, E> {
        Ok(Node::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Node::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let inner = self.deeper()?;
        // Sixteen members hold every token; a list's larger objects are read by typed structs instead.
        let mut members: Vec<(String, Node)> = Vec::with_capacity(16);
        while let Some(name) = access.next_key::<String>()? {
            if members.iter().any(|(known, _)| *known == name) {
                return Err(A::Error::custom(DUPLICATE));
            }
            members.push((name, access.next_value_seed(inner)?));
        }
        Ok(Node::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn strict_json_tells_what_is_wrong() {
        for (text, want) in [
            (&b"{\"a\":1,\"a\":1}"[..], NotJson::Duplicate),
            (b"{\"a\":{\"b\":1,\"b\":2}}", NotJson::Duplicate),
            (b"{\"a\":1} x", NotJson::Syntax),
            (b"", NotJson::Syntax),
            (b"[[[[[1]]]]]", NotJson::Syntax),
            (b"\"\\ud800\"", NotJson::Syntax),
            (b"\"\xff\"", NotJson::Utf8),
            (b"\"\xc0\x80\"", NotJson::Utf8),
            (b"\xef\xbb\xbf{}", NotJson::Syntax),
        ] {
            assert_eq!(parse(text, 4).unwrap_err(), want, "{text:?}");
        }
        assert_eq!(
            parse(b"[1,1.0,18446744073709551615,1e3]", 1).unwrap(),
            Node::Array(vec![Node::Int(1), Node::Number, Node::Number, Node::Number])
        );
        assert!(parse(b"[[[[1]]]]", 4).is_ok());
    }
}
