//! K: every other spelling of base64url. A segment has exactly one.

use liangzheng_core::{
    reading::cut,
    token::Fields,
    verify::Code::{B64, Format},
};

use super::{super::Line, decode};
use crate::support::world::{NOW, claims, grant_claims, nonce, proved, signed_grant, signed_show};

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

pub fn add(lines: &mut Vec<Line>) {
    // Payloads of three lengths in a row, so that each number of unused bits in a last character occurs.
    for (at, padding) in ["", "x", "xx"].iter().enumerate() {
        let mut c = claims(970_000 + u32::try_from(at).unwrap());
        c.fld = Fields::new(vec![("mc".into(), format!("店{padding}"))]).unwrap();
        spellings(lines, &format!("s{at}"), &signed_show(&c));
    }
    let grant = signed_grant(&grant_claims(970_010));
    spellings(lines, "h", &proved(&grant, "inspector", nonce(1), NOW.0, "phone-1"));
}

fn spellings(lines: &mut Vec<Line>, name: &str, token: &str) {
    let segments: Vec<&str> = token.split(['.', '~']).collect();
    let mut start = 0;
    for (number, segment) in segments.iter().enumerate() {
        let (before, after) = (&token[..start], &token[start + segment.len()..]);
        let mut put = |what: &str, changed: String| {
            // What does not begin like a header is no token at all.
            let code = if number == 0 && what.ends_with("before") { Format } else { B64 };
            lines.push(Line::new(
                'K',
                format!("{name}/{number}/{what}"),
                format!("{before}{changed}{after}"),
                code,
            ));
        };
        for padding in ["=", "==", "==="] {
            put(&format!("{padding} behind"), format!("{segment}{padding}"));
        }
        put("= before", format!("={segment}"));
        let middle = segment.len() / 2;
        for stray in [
            " ", "\t", "\r\n", "\n", "\u{b}", "\u{a0}", "\u{3000}", "=", "+", "/", "%2B", "*", ",", "\0",
            "é", "证", "Ａ", "\u{200b}", "\u{feff}", "\u{202e}", "<", "\\u0041",
        ] {
            put(&format!("{stray:?} inside"), format!("{}{stray}{}", &segment[..middle], &segment[middle..]));
            // At the two ends of a whole code what cannot be seen belongs to no segment, and is cut.
            let is_cut = cut(stray).is_empty();
            if number > 0 || !is_cut {
                put(&format!("{stray:?} before"), format!("{stray}{segment}"));
            }
            if number + 1 < segments.len() || !is_cut {
                put(&format!("{stray:?} behind"), format!("{segment}{stray}"));
            }
        }
        // Standard alphabet where the URL-safe one differs.
        for (safe, other) in [('-', "+"), ('_', "/")] {
            if segment.contains(safe) {
                put(&format!("{other} for {safe}"), segment.replacen(safe, other, 1));
            }
        }
        // One character alone over a whole group carries six bits: not a byte.
        if segment.len().is_multiple_of(4) {
            put("one character more", format!("{segment}A"));
        }
        // The bits that stand for nothing must be zero: all other last characters mean the same to a lax reader.
        let bytes = decode(segment);
        for last in ALPHABET.chars() {
            let other = format!("{}{last}", &segment[..segment.len() - 1]);
            if other != *segment && lax(&other) == bytes {
                put(&format!("last character {last}"), other);
            }
        }
        start += segment.len() + 1;
    }
}

/// base64url as a reader decodes it that drops the bits left over.
fn lax(text: &str) -> Vec<u8> {
    let mut bits = 0_u32;
    let mut count = 0;
    let mut bytes = vec![];
    for character in text.chars() {
        bits = (bits << 6) | u32::try_from(ALPHABET.find(character).unwrap()).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).unwrap());
        }
    }
    bytes
}
