//! Reading a closed set of claims: each one is there, of the right form, and nothing else is.

use alloc::{string::String, vec::Vec};

use crate::{
    json::{self, Node, NotJson},
    time::{Day, UnixTime},
    verify::{Code, Refusal},
};

/// The members of one object, taken out one by one.
pub(crate) struct Members(Vec<(String, Node)>);

impl Members {
    /// Reads a payload whose members must all be among `known`.
    pub(crate) fn read(payload: &[u8], max_depth: usize, known: &[&str]) -> Result<Self, Refusal> {
        let node = json::parse(payload, max_depth).map_err(|why| match why {
            NotJson::Utf8 => Code::Utf8,
            NotJson::Duplicate | NotJson::Syntax => Code::Format,
        })?;
        let Node::Object(members) = node else { return Err(Code::Format.into()) };
        Self::closed(members, known)
    }

    fn closed(members: Vec<(String, Node)>, known: &[&str]) -> Result<Self, Refusal> {
        match members.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => {
                Err(Refusal::about(Code::ClaimUnknown, name.chars().take(32).collect::<String>()))
            }
            None => Ok(Self(members)),
        }
    }

    /// A member of any form, if it is there.
    pub(crate) fn optional(&mut self, name: &str) -> Option<Node> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(at).1)
    }

    /// A member of any form.
    pub(crate) fn required(&mut self, name: &'static str) -> Result<Node, Refusal> {
        self.optional(name).ok_or_else(|| Refusal::about(Code::ClaimMissing, name))
    }

    pub(crate) fn text(&mut self, name: &'static str) -> Result<String, Refusal> {
        match self.required(name)? {
            Node::Text(text) => Ok(text),
            _ => Err(wrong(name)),
        }
    }

    /// A text that `is_right`.
    pub(crate) fn text_if(
        &mut self,
        name: &'static str,
        is_right: fn(&str) -> bool,
    ) -> Result<String, Refusal> {
        self.text(name).and_then(|text| if is_right(&text) { Ok(text) } else { Err(wrong(name)) })
    }

    /// A text that `read` turns into something.
    pub(crate) fn parsed<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Refusal> {
        self.text(name).and_then(|text| read(&text).ok_or_else(|| wrong(name)))
    }

    /// A whole number, not negative.
    pub(crate) fn number(&mut self, name: &'static str) -> Result<i64, Refusal> {
        match self.required(name)? {
            Node::Int(number) if number >= 0 => Ok(number),
            _ => Err(wrong(name)),
        }
    }

    pub(crate) fn time(&mut self, name: &'static str) -> Result<UnixTime, Refusal> {
        self.number(name).map(UnixTime)
    }

    pub(crate) fn day(&mut self, name: &'static str) -> Result<Day, Refusal> {
        self.parsed(name, Day::parse)
    }

    /// An object whose members must all be among `known`.
    pub(crate) fn object(&mut self, name: &'static str, known: &[&str]) -> Result<Self, Refusal> {
        match self.required(name)? {
            Node::Object(members) => Self::closed(members, known),
            _ => Err(wrong(name)),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }
}

/// The claim is there but not of the form it must have.
pub(crate) fn wrong(name: &'static str) -> Refusal {
    Refusal::about(Code::ClaimType, name)
}

/// Letters and digits of codes that stand in tokens: classes, scenes, units.
fn is_code(text: &str, longest: usize, capitals: bool) -> bool {
    (1..=longest).contains(&text.len())
        && text.bytes().all(|b| {
            b.is_ascii_lowercase()
                || b.is_ascii_digit()
                || (capitals && b.is_ascii_uppercase())
                || b"._-".contains(&b)
        })
}

/// An audience class or scene code: `[a-z0-9._-]{1,32}`.
pub(crate) fn is_lower_code(text: &str) -> bool {
    is_code(text, 32, false)
}

/// A unit code: `[A-Za-z0-9._-]{1,32}`.
pub(crate) fn is_unit_code(text: &str) -> bool {
    is_code(text, 32, true)
}

/// A proof's audience: a class, or `<class>#<unit>` when it answers a challenge.
pub(crate) fn is_proof_audience(text: &str) -> bool {
    match text.split_once('#') {
        None => is_lower_code(text),
        Some((class, unit)) => is_lower_code(class) && is_unit_code(unit),
    }
}

/// An operator id: `[A-Za-z0-9._:/-]{1,64}`, so that a URL may serve as one.
pub(crate) fn is_operator_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:/-".contains(&b))
}

/// Text that looks like what it is: no control characters, none that are invisible or turn the reading
/// direction (UAX #9), which could make one value look like another.
pub(crate) fn is_plain_text(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}' | '\u{fff9}'..='\u{fffb}')
    })
}
