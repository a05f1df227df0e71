//! Addresses of mail.

use std::fmt;

/// An address that a letter can be sent to.
#[derive(Clone, PartialEq, Eq)]
pub struct MailAddress(String);

/// The text is no address of mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an address of mail")]
pub struct NoMailAddress;

impl MailAddress {
    /// Reads `name@host.example`.
    ///
    /// # Errors
    /// [`NoMailAddress`]
    pub fn parse(text: &str) -> Result<Self, NoMailAddress> {
        let text = text.trim();
        let address: lettre::Address = text.parse().map_err(|_| NoMailAddress)?;
        // A host in brackets or without a dot is one of this machine's network: nobody has his mail there.
        let is_public = address.domain().contains('.') && !address.domain().starts_with('[');
        (text.len() <= MAX && is_public).then(|| Self(text.to_owned())).ok_or(NoMailAddress)
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address with most of its name left out, for who need not know it.
    pub fn masked(&self) -> String {
        let (name, host) = self.0.rsplit_once('@').unwrap_or(("", &self.0));
        let first = name.chars().next().map(String::from).unwrap_or_default();
        format!("{first}***@{host}")
    }
}

// Written by hand so that no address reaches a log through `{:?}`.
impl fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// RFC 5321 §4.5.3.1.3: a path has 256 octets, two of them brackets.
const MAX: usize = 254;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_and_a_host_and_brings_no_line_of_its_own() {
        for right in ["lin@mail.example", " lin@mail.example ", "li.n+x@a.b.example", "林@邮箱.示例"] {
            assert!(MailAddress::parse(right).is_ok(), "{right}");
        }
        let long = format!("{}@mail.example", "a".repeat(250));
        for wrong in [
            "",
            "lin",
            "@mail.example",
            "lin@",
            "lin@localhost",
            "lin@[127.0.0.1]",
            "lin@mail.example\r\nBcc: all@mail.example",
            "Lin <lin@mail.example>",
            "lin@mail.example, chen@mail.example",
            &long,
        ] {
            assert_eq!(MailAddress::parse(wrong), Err(NoMailAddress), "{wrong}");
        }
    }

    #[test]
    fn a_masked_address_shows_its_first_character_and_its_host() {
        let address = MailAddress::parse("lin@mail.example").unwrap();
        assert_eq!(address.masked(), "l***@mail.example");
        assert_eq!(format!("{address:?}"), "l***@mail.example");
    }
}
