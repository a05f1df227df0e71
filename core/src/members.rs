//! Reading closed objects: each member is there, of the right form, and nothing else is.

use alloc::{borrow::Cow, string::String, vec::Vec};

use crate::{
    json::{self, Node, NotJson},
    key::Jwk,
    refusal::{Code, Refusal},
    text::{Text, is_hidden},
    time::{Day, Seconds, UnixTime},
};

/// The members of one object, taken out one by one.
pub(crate) struct Members<'a>(Vec<(Cow<'a, str>, Node<'a>)>);

impl<'a> Members<'a> {
    /// Reads bytes as an object whose members must all be among `known`.
    pub(crate) fn read(bytes: &'a [u8], max_depth: usize, known: &[&str]) -> Result<Self, Refusal> {
        let node = json::parse(bytes, max_depth).map_err(|why| match why {
            NotJson::Utf8 => Code::Utf8,
            NotJson::Duplicate | NotJson::Syntax => Code::Format,
        })?;
        let Node::Object(members) = node else { return Err(Code::Format.into()) };
        Self::closed(members, known)
    }

    fn closed(members: Vec<(Cow<'a, str>, Node<'a>)>, known: &[&str]) -> Result<Self, Refusal> {
        match members.iter().find(|(name, _)| !known.contains(&&**name)) {
            // A stranger's name goes into a message: cut to what a line holds.
            Some((name, _)) => Err(Refusal::about(Code::ClaimUnknown, shortened(name))),
            None => Ok(Self(members)),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// A member of any form, if it is there.
    fn optional(&mut self, name: &str) -> Option<Node<'a>> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(at).1)
    }

    /// A member of any form.
    pub(crate) fn required(&mut self, name: &'static str) -> Result<Node<'a>, Refusal> {
        self.optional(name).ok_or_else(|| Refusal::about(Code::ClaimMissing, name))
    }

    fn borrowed(&mut self, name: &'static str) -> Result<Cow<'a, str>, Refusal> {
        match self.required(name)? {
            Node::Text(text) => Ok(text),
            _ => Err(wrong(name)),
        }
    }

    pub(crate) fn text(&mut self, name: &'static str) -> Result<String, Refusal> {
        self.borrowed(name).map(Cow::into_owned)
    }

    /// A text that `is_right`.
    pub(crate) fn text_if(
        &mut self,
        name: &'static str,
        is_right: fn(&str) -> bool,
    ) -> Result<String, Refusal> {
        self.borrowed(name)
            .and_then(|text| if is_right(&text) { Ok(text.into_owned()) } else { Err(wrong(name)) })
    }

    /// A text that `read` turns into something.
    pub(crate) fn parsed<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Refusal> {
        self.borrowed(name).and_then(|text| read(&text).ok_or_else(|| wrong(name)))
    }

    /// A whole number, not negative.
    pub(crate) fn number(&mut self, name: &'static str) -> Result<i64, Refusal> {
        match self.required(name)? {
            Node::Int(number) if number >= 0 => Ok(number),
            _ => Err(wrong(name)),
        }
    }

    /// As [`Self::number`], for what is counted and not timed.
    pub(crate) fn count(&mut self, name: &'static str) -> Result<u64, Refusal> {
        self.number(name).and_then(|number| u64::try_from(number).map_err(|_| wrong(name)))
    }

    pub(crate) fn time(&mut self, name: &'static str) -> Result<UnixTime, Refusal> {
        self.number(name).map(UnixTime)
    }

    pub(crate) fn seconds(&mut self, name: &'static str) -> Result<Seconds, Refusal> {
        self.number(name).map(Seconds)
    }

    pub(crate) fn day(&mut self, name: &'static str) -> Result<Day, Refusal> {
        self.parsed(name, Day::parse)
    }

    /// `true` or `false`; absent means false.
    pub(crate) fn flag(&mut self, name: &'static str) -> Result<bool, Refusal> {
        match self.optional(name) {
            None => Ok(false),
            Some(Node::Bool(flag)) => Ok(flag),
            Some(_) => Err(wrong(name)),
        }
    }

    /// What `read` makes of a member, if it is there and not null.
    pub(crate) fn if_present<T>(
        &mut self,
        name: &'static str,
        read: fn(&mut Self, &'static str) -> Result<T, Refusal>,
    ) -> Result<Option<T>, Refusal> {
        if self.0.iter().any(|(known, node)| known == name && *node == Node::Null) {
            return Ok(None);
        }
        if self.has(name) { read(self, name).map(Some) } else { Ok(None) }
    }

    /// An object whose members must all be among `known`.
    pub(crate) fn object(&mut self, name: &'static str, known: &[&str]) -> Result<Self, Refusal> {
        match self.required(name)? {
            Node::Object(members) => Self::closed(members, known),
            _ => Err(wrong(name)),
        }
    }

    /// An array, each item read by `read`.
    fn list<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(Node<'a>) -> Result<T, Refusal>,
    ) -> Result<Vec<T>, Refusal> {
        let Node::Array(items) = self.required(name)? else { return Err(wrong(name)) };
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            list.push(read(item)?);
        }
        Ok(list)
    }

    /// An array of objects whose members must all be among `known`.
    pub(crate) fn objects<T>(
        &mut self,
        name: &'static str,
        known: &[&str],
        read: fn(&mut Self) -> Result<T, Refusal>,
    ) -> Result<Vec<T>, Refusal> {
        self.list(name, |item| match item {
            Node::Object(members) => read(&mut Self::closed(members, known)?),
            _ => Err(wrong(name)),
        })
    }

    pub(crate) fn texts(&mut self, name: &'static str) -> Result<Vec<String>, Refusal> {
        self.list(name, |item| match item {
            Node::Text(text) => Ok(text.into_owned()),
            _ => Err(wrong(name)),
        })
    }

    /// An object of any names, each value read by `read`.
    pub(crate) fn map<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(Node<'a>) -> Result<T, Refusal>,
    ) -> Result<Vec<(String, T)>, Refusal> {
        let Node::Object(members) = self.required(name)? else { return Err(wrong(name)) };
        let mut map = Vec::with_capacity(members.len());
        for (key, value) in members {
            map.push((key.into_owned(), read(value)?));
        }
        Ok(map)
    }

    /// Names in both languages.
    pub(crate) fn names(&mut self, name: &'static str) -> Result<Text, Refusal> {
        self.required(name).and_then(text_of)
    }

    /// A public key with exactly its four members.
    pub(crate) fn jwk(&mut self, name: &'static str) -> Result<Jwk, Refusal> {
        let mut jwk = self.object(name, &["kty", "crv", "x", "y"])?;
        Ok(Jwk { kty: jwk.text("kty")?, crv: jwk.text("crv")?, x: jwk.text("x")?, y: jwk.text("y")? })
    }
}

/// Names in both languages.
pub(crate) fn text_of(node: Node<'_>) -> Result<Text, Refusal> {
    let Node::Object(members) = node else { return Err(wrong("names")) };
    let mut members = Members::closed(members, &["zh-CN", "en"])?;
    Ok(Text::new(members.text("zh-CN")?, members.text("en")?))
}

/// The member is there but not of the form it must have.
pub(crate) fn wrong(name: &'static str) -> Refusal {
    Refusal::about(Code::ClaimType, name)
}

/// A stranger's member name, cut to what a line holds.
pub(crate) fn shortened(name: &str) -> String {
    name.chars().take(32).collect()
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

/// Text that looks like what it is.
pub(crate) fn is_plain_text(text: &str) -> bool {
    !text.chars().any(is_hidden)
}
