//! JWS compact serialisation (RFC 7515 §7.1), read strictly.
//!
//! `alg` is a constant and not a choice, a header has exactly the members its kind has, and every
//! byte string has one spelling only. Nothing here looks at claims.

use alloc::{borrow::Cow, format, string::String, vec::Vec};

use crate::{
    base64url,
    json::{self, Node, NotJson},
    key::{Es256Key, HighS, SignError, Signer, check_signature, sign_low_s},
    limits::{MAX_HEADER, MAX_JWS, MAX_PAYLOAD, MAX_TOKEN_DEPTH},
    members::shortened,
    refusal::{Code, Refusal},
};

/// A compact JWS of three segments, nothing of it decoded yet.
#[derive(Clone, Copy, Debug)]
pub struct Compact<'a> {
    /// `<header>.<payload>`: what the signature is over.
    pub signing_input: &'a str,
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
}

/// The decoded bytes of a compact JWS.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The JOSE header's JSON.
    pub header: Vec<u8>,
    /// The payload's bytes, exactly those signed.
    pub payload: Vec<u8>,
    /// The signature, of any length.
    pub signature: Vec<u8>,
}

/// The members of a header that differ, not yet judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    typ: Option<Cow<'a, str>>,
    kid: Option<Node<'a>>,
}

impl<'a> Compact<'a> {
    /// Splits `text` at its two dots.
    ///
    /// # Errors
    /// `E_SIZE` beyond `limit` bytes, `E_SEGMENTS` unless there are exactly three segments.
    pub fn split(text: &'a str, limit: usize) -> Result<Self, Refusal> {
        if text.len() > limit {
            return Err(Code::Size.into());
        }
        let (signing_input, signature) = text.rsplit_once('.').ok_or(Code::Segments)?;
        let (header, payload) = signing_input.split_once('.').ok_or(Code::Segments)?;
        if payload.contains('.') {
            return Err(Code::Segments.into());
        }
        Ok(Self { signing_input, header, payload, signature })
    }

    /// Decodes the three segments.
    ///
    /// # Errors
    /// `E_B64` unless each is canonical base64url without padding, `E_SIZE` if header or payload is too long.
    pub fn decode(&self, max_payload: usize) -> Result<Decoded, Refusal> {
        let bytes = |segment: &str| base64url::decode(segment).ok_or(Refusal::from(Code::B64));
        let decoded = Decoded {
            header: bytes(self.header)?,
            payload: bytes(self.payload)?,
            signature: bytes(self.signature)?,
        };
        if decoded.header.len() > MAX_HEADER || decoded.payload.len() > max_payload {
            return Err(Code::Size.into());
        }
        Ok(decoded)
    }
}

impl Decoded {
    /// Reads the header: an object with `alg` ES256 and at most `kid` and `typ` beside it.
    ///
    /// # Errors
    /// `E_UTF8`, `E_FORMAT`, `E_ALG`, `E_HEADER_FIELD`; the first that holds.
    pub fn header(&self) -> Result<Header<'_>, Refusal> {
        let node = json::parse(&self.header, MAX_TOKEN_DEPTH).map_err(|why| match why {
            NotJson::Utf8 => Code::Utf8,
            NotJson::Duplicate => Code::HeaderField,
            NotJson::Syntax => Code::Format,
        })?;
        let Node::Object(members) = node else { return Err(Code::Format.into()) };
        let (mut alg, mut typ, mut kid, mut stranger) = (None, None, None, None);
        for (name, value) in members {
            match &*name {
                "alg" => alg = Some(value),
                "typ" => typ = Some(value),
                "kid" => kid = Some(value),
                _ => stranger = Some(shortened(&name)),
            }
        }
        if !matches!(alg, Some(Node::Text(alg)) if alg == "ES256") {
            return Err(Code::Alg.into());
        }
        if let Some(name) = stranger {
            return Err(Refusal::about(Code::HeaderField, name));
        }
        // A `typ` that is no text is no kind of token: the same as none.
        let typ = if let Some(Node::Text(typ)) = typ { Some(typ) } else { None };
        Ok(Header { typ, kid })
    }
}

impl Header<'_> {
    /// The kind of token (RFC 7519 §5.1), if it says one.
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// The key's name in a header that must be exactly `alg`, `kid`, `typ`.
    ///
    /// # Errors
    /// `E_TYP` unless the kind is `typ`, then `E_KID_FORMAT`.
    pub fn kid(self, typ: &str) -> Result<String, Refusal> {
        if self.typ() != Some(typ) {
            return Err(Code::Typ.into());
        }
        match self.kid {
            Some(Node::Text(kid)) if kid_is_well_formed(&kid) => Ok(kid.into_owned()),
            _ => Err(Code::KidFormat.into()),
        }
    }

    /// Holds a header to exactly `alg`, `typ`: a proof's only key is its grant's.
    ///
    /// # Errors
    /// `E_TYP` unless the kind is `typ`, then `E_HEADER_FIELD` for a `kid`.
    pub fn without_kid(self, typ: &str) -> Result<(), Refusal> {
        if self.typ() != Some(typ) {
            return Err(Code::Typ.into());
        }
        if self.kid.is_some() { Err(Refusal::about(Code::HeaderField, "kid")) } else { Ok(()) }
    }
}

/// What RFC 7515 asks of an ES256 JWS, and no more: size, shape, encoding, header members, signature.
///
/// Kind, key name, issuer and claims are not judged; [`crate::verify::Verifier`] does that.
///
/// # Errors
/// The first of these that fails.
pub fn check(text: &str, key: &dyn Es256Key, high_s: HighS) -> Result<Decoded, Refusal> {
    let compact = Compact::split(text, MAX_JWS)?;
    let decoded = compact.decode(MAX_PAYLOAD)?;
    decoded.header()?;
    check_signature(key, compact.signing_input.as_bytes(), &decoded.signature, high_s)?;
    Ok(decoded)
}

/// Whether `kid` is `[A-Za-z0-9_-]{1,64}`.
pub fn kid_is_well_formed(kid: &str) -> bool {
    (1..=64).contains(&kid.len()) && kid.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// The header we write for an operator's or root's signature.
pub(crate) fn header_json(kid: &str, typ: &str) -> String {
    format!(r#"{{"alg":"ES256","kid":"{kid}","typ":"{typ}"}}"#)
}

/// Signs `payload` as a compact JWS with the header `{alg, kid, typ}`.
///
/// # Errors
/// As the signer's; [`SignError::Content`] if its `kid` is malformed.
pub fn sign(typ: &str, payload: &[u8], signer: &dyn Signer) -> Result<String, SignError> {
    sign_in_parts(typ, payload, signer).map(|signed| signed.token)
}

/// A JWS just signed, and what was put into it beside the payload.
pub(crate) struct Signed {
    pub(crate) token: String,
    pub(crate) header: String,
    pub(crate) signature: [u8; 64],
}

/// As [`sign`].
pub(crate) fn sign_in_parts(typ: &str, payload: &[u8], signer: &dyn Signer) -> Result<Signed, SignError> {
    if !kid_is_well_formed(signer.kid()) {
        return Err(SignError::Content("kid".into()));
    }
    let header = header_json(signer.kid(), typ);
    let mut token = signing_input(&header, payload);
    let signature = sign_low_s(signer, token.as_bytes())?;
    token.push('.');
    base64url::append(&mut token, &signature);
    Ok(Signed { token, header, signature })
}

/// `base64url(header).base64url(payload)`.
pub(crate) fn signing_input(header: &str, payload: &[u8]) -> String {
    // Four characters for three bytes; room for the signature that follows, too.
    let room = header.len().saturating_add(payload.len()).saturating_add(64);
    let mut text = String::with_capacity(room.saturating_add(room.div_ceil(3)).saturating_add(8));
    base64url::append(&mut text, header.as_bytes());
    text.push('.');
    base64url::append(&mut text, payload);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kid_of(json: &str) -> Result<String, Code> {
        let text = format!("{}.e30.", base64url::encode(json.as_bytes()));
        let compact = Compact::split(&text, 4_096).map_err(|r| r.code)?;
        let decoded = compact.decode(1_536).map_err(|r| r.code)?;
        let header = decoded.header().map_err(|r| r.code)?;
        if header.typ() == Some("kb+jwt") {
            return header.without_kid("kb+jwt").map(|()| String::new()).map_err(|r| r.code);
        }
        header.kid("show+jwt").map_err(|r| r.code)
    }

    #[test]
    fn headers_other_than_ours_are_refused() {
        for (json, want) in [
            (r#"{"alg":"none","typ":"show+jwt","kid":"a"}"#, Code::Alg),
            (r#"{"alg":"es256","typ":"show+jwt","kid":"a"}"#, Code::Alg),
            (r#"{"alg":["ES256"],"typ":"show+jwt","kid":"a"}"#, Code::Alg),
            (r#"{"typ":"show+jwt","kid":"a"}"#, Code::Alg),
            (r#"{"alg":"ES256","typ":"show+jwt","kid":"a","crit":["b64"],"b64":false}"#, Code::HeaderField),
            (r#"{"alg":"ES256","typ":"show+jwt","kid":"a","jwk":{}}"#, Code::HeaderField),
            (r#"{"alg":"ES256","alg":"ES256","typ":"show+jwt","kid":"a"}"#, Code::HeaderField),
            (r#"{"alg":"ES256","typ":"kb+jwt","kid":"a"}"#, Code::HeaderField),
            (r#"{"alg":"ES256","kid":"a"}"#, Code::Typ),
            (r#"{"alg":"ES256","kid":"a","typ":["show+jwt"]}"#, Code::Typ),
            (r#"{"alg":"ES256","kid":"a","typ":"dc+sd-jwt"}"#, Code::Typ),
            (r#"{"alg":"ES256","typ":"show+jwt"}"#, Code::KidFormat),
            (r#"{"alg":"ES256","typ":"show+jwt","kid":""}"#, Code::KidFormat),
            (r#"{"alg":"ES256","typ":"show+jwt","kid":"../a"}"#, Code::KidFormat),
            (r#"{"alg":"ES256","typ":"show+jwt","kid":null}"#, Code::KidFormat),
            (r#"["ES256"]"#, Code::Format),
            ("", Code::Format),
        ] {
            assert_eq!(kid_of(json), Err(want), "{json}");
        }
        assert_eq!(kid_of(r#" {"typ":"show+jwt", "kid":"show-1","alg":"ES256"}"#), Ok("show-1".into()));
        assert_eq!(kid_of(r#"{"alg":"ES256","typ":"kb+jwt"}"#), Ok(String::new()));
    }

    #[test]
    fn only_three_segments_are_a_jws() {
        for text in ["", ".", "a", "a.b", "a.b.c.d", "a.b.c.d.e"] {
            assert_eq!(Compact::split(text, 100).unwrap_err().code, Code::Segments, "{text}");
        }
        assert_eq!(Compact::split("a.b.c", 4).unwrap_err().code, Code::Size);
    }

    #[test]
    fn limits_are_the_longest_that_pass() {
        let text = |header: usize, payload: usize| {
            let encoded = |length| base64url::encode(std::vec![b'x'; length]);
            format!("{}.{}.", encoded(header), encoded(payload))
        };
        for (header, payload, passes) in
            [(MAX_HEADER, 9, true), (MAX_HEADER + 1, 9, false), (9, 10, true), (9, 11, false)]
        {
            let text = text(header, payload);
            let compact = Compact::split(&text, text.len()).unwrap();
            assert_eq!(compact.decode(10).is_ok(), passes, "{header}, {payload}");
            assert_eq!(Compact::split(&text, text.len() - 1).unwrap_err().code, Code::Size);
        }
        let kid = |length| kid_is_well_formed(&"k".repeat(length));
        assert_eq!([0, 1, 64, 65].map(kid), [false, true, true, false]);
    }

    #[test]
    fn only_canonical_base64url_is_read() {
        for text in ["e30=.e30.", "e3 0.e30.", "e31.e30.", "e30.e3+.", "e30.e30\n.", "é.e30."] {
            assert_eq!(Compact::split(text, 100).unwrap().decode(100).unwrap_err().code, Code::B64, "{text}");
        }
    }
}
