//! Base45 (RFC 9285), canonical both ways.

use alloc::{string::String, vec::Vec};

const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// Value of each ASCII character, 255 for those outside the alphabet.
const VALUES: [u8; 256] = values();

const fn values() -> [u8; 256] {
    let mut table = [255; 256];
    let mut at = 0_u8;
    #[expect(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "run by the compiler, which checks"
    )]
    while at < 45 {
        table[ALPHABET[at as usize] as usize] = at;
        at += 1;
    }
    table
}

/// Bytes as Base45 text.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(3).div_ceil(2));
    let mut digits = |mut value: u16, count: usize| {
        for _ in 0..count {
            // A remainder of 45 always finds its character.
            text.push(ALPHABET.get(usize::from(value % 45)).map_or(' ', |c| char::from(*c)));
            value /= 45;
        }
    };
    let mut pairs = bytes.chunks_exact(2);
    for pair in &mut pairs {
        if let [high, low] = pair {
            digits(u16::from_be_bytes([*high, *low]), 3);
        }
    }
    if let [last] = pairs.remainder() {
        digits(u16::from(*last), 2);
    }
    text
}

/// Base45 text as bytes; `None` unless it is exactly what [`encode`] writes.
///
/// Base45 has one spelling for each byte string once out-of-range groups and stray lengths are refused.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len().saturating_mul(2) / 3);
    let mut groups = text.as_bytes().chunks_exact(3);
    for group in &mut groups {
        bytes.extend_from_slice(&u16::try_from(number(group)?).ok()?.to_be_bytes());
    }
    match groups.remainder() {
        [] => {}
        [_] => return None,
        two => bytes.push(u8::try_from(number(two)?).ok()?),
    }
    Some(bytes)
}

/// What a group's characters stand for, the first the lowest digit.
fn number(group: &[u8]) -> Option<u32> {
    group.iter().rev().try_fold(0_u32, |number, character| {
        let digit = *VALUES.get(usize::from(*character))?;
        (digit != 255).then_some(())?;
        number.checked_mul(45)?.checked_add(u32::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_9285_examples() {
        for (bytes, text) in [
            ("AB", "BB8"),
            ("Hello!!", "%69 VD92EX0"),
            ("base-45", "UJCLQE7W581"),
            ("ietf!", "QED8WEX0"),
            ("", ""),
        ] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).unwrap(), bytes.as_bytes());
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in ["GGW", ":::", "::", "A", "BB8A", "bb8", "BB8\n", "BB_", "É"] {
            assert_eq!(decode(text), None, "{text:?}");
        }
        assert_eq!(decode("FGW").unwrap(), [0xff, 0xff]);
    }
}
