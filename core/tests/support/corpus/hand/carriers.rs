//! T: what a camera or a clipboard brings that is not one code and nothing else.

use liangzheng_core::{
    qr,
    verify::Code::{self, B64, Format, Qr, Segments, Size},
};

use super::super::Line;
use crate::support::world::{NOW, challenge, claims, grant_claims, nonce, proved, signed_grant, signed_show};

pub fn add(lines: &mut Vec<Line>) {
    let token = signed_show(&claims(978_000));
    let packed = qr::pack(&token).unwrap();
    let held = proved(&signed_grant(&grant_claims(978_001)), "inspector", nonce(1), NOW.0, "phone-1");
    let held_packed = qr::pack(&held).unwrap();
    let mut put = |name: String, input: String, code: Code| lines.push(Line::new('T', name, input, code));

    for (kind, code) in [("S", &packed), ("H", &held_packed)] {
        let body = &code[4..];
        for (name, input, wanted) in [
            ("in small letters", code.to_lowercase(), None),
            ("the prefix in small letters", format!("el1:{body}"), None),
            ("another version", format!("EL2:{body}"), None),
            ("no version", format!("EL:{body}"), None),
            ("a challenge's prefix", format!("EC1:{body}"), None),
            ("the prefix twice", format!("EL1:{code}"), Some(Qr)),
            ("without its prefix", body.to_owned(), None),
            ("a health certificate's prefix", format!("HC1:{body}"), None),
            ("a space behind the prefix", format!("EL1: {body}"), Some(Qr)),
            ("twice", format!("{code}{code}"), Some(Qr)),
            ("twice, on two lines", format!("{code}\n{code}"), Some(Qr)),
            ("a space inside", format!("{} {}", &code[..50], &code[50..]), Some(Qr)),
            ("a line end inside", format!("{}\n{}", &code[..50], &code[50..]), Some(Qr)),
            ("a NUL inside", format!("{}\0{}", &code[..50], &code[50..]), Some(Qr)),
            ("one character less", code[..code.len() - 1].to_owned(), Some(Qr)),
            ("three characters less", code[..code.len() - 3].to_owned(), Some(Qr)),
            ("a group more", format!("{code}000"), Some(Qr)),
            ("a group out of range", format!("{code}:::"), Some(Qr)),
            ("an underscore for a letter", format!("{}_{}", &code[..60], &code[61..]), Some(Qr)),
            ("full-width letters", format!("{}Ａ{}", &code[..60], &code[61..]), Some(Qr)),
            ("the body in base64", format!("EL1:{}", super::encode(body)), Some(Qr)),
        ] {
            put(format!("{kind} {name}"), input, wanted.unwrap_or(Format));
        }
        for count in [0_u8, 3, 4, 127, 0x80, 0x81, 0x83, 0xff] {
            put(format!("{kind} with {count:#04x} tokens"), with_first_byte(code, count), Qr);
        }
        for link in
            ["https://verify.example/?c=", "https://verify.example/#", "liangzheng://show/", "weixin://dl/x?"]
        {
            put(format!("{kind} in the link {link}"), format!("{link}{code}"), Format);
        }
    }
    for (name, input, code) in [
        ("nothing", String::new(), Format),
        ("one letter", "E".into(), Format),
        ("a prefix alone", "EL1:".into(), Qr),
        ("a prefix and a group", "EL1:BB8".into(), Qr),
        ("a phone number", "13900000000".into(), Format),
        ("a link", "https://example.org/a".into(), Format),
        ("a payment code", "wxp://f2f0AAAA".into(), Format),
        ("a business card", "BEGIN:VCARD\nFN:X\nEND:VCARD".into(), Format),
        ("a network", "WIFI:S:x;T:WPA;P:y;;".into(), Format),
        ("a health certificate", "HC1:6BF+70790T9WJWG.FKY*4GO0.O1CV2".into(), Format),
        ("a challenge", challenge("inspect.food", "inspector", 1).to_text(), Format),
        ("an identity number", "11010519491231002X".into(), Format),
        ("two tokens on two lines", format!("{token}\n{token}"), Segments),
        ("two tokens by a comma", format!("{token},{token}"), Segments),
        ("a token in capitals", token.to_uppercase(), Format),
        ("a token in small letters", token.to_lowercase(), Code::Utf8),
        ("a token backwards", token.chars().rev().collect(), Format),
        ("a token with a fragment", format!("{token}#x"), B64),
        ("a token as a link's query", format!("?t={token}"), Format),
        ("a token in brackets", format!("<{token}>"), Format),
        ("a byte order mark before the prefix", format!("\u{feff}{packed}"), Code::Ok),
        (
            "a token of 2,560 bytes and one",
            format!("ey{}.{}.{}", "A".repeat(298), "A".repeat(2_000), "A".repeat(259)),
            Size,
        ),
        (
            "a token of 2,560 bytes",
            format!("ey{}.{}.{}", "A".repeat(298), "A".repeat(2_000), "A".repeat(258)),
            Format,
        ),
        (
            "a presentation of 3,072 bytes and one",
            format!("{}~{}", "a".repeat(1_536), ".".repeat(1_536)),
            Size,
        ),
        ("a QR text of 4,296 characters and one", format!("EL1:{}", "A".repeat(4_293)), Size),
        ("a QR text of 4,296 characters", format!("EL1:{}", "A".repeat(4_292)), Qr),
        ("sixty thousand dots", ".".repeat(60_000), Size),
        ("sixty thousand letters", "A".repeat(60_000), Size),
        ("sixty thousand letters in a QR text", format!("EL1:{}", "A".repeat(60_000)), Size),
        ("ten megabytes", "A".repeat(10 << 20), Size),
        ("ten megabytes of dots and tildes", ".~".repeat(5 << 20), Size),
    ] {
        put(name.into(), input, code);
    }
}

/// The same packed code with another count of tokens in its first byte.
fn with_first_byte(code: &str, first: u8) -> String {
    const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let value_of = |c: u8| u32::try_from(ALPHABET.iter().position(|known| *known == c).unwrap()).unwrap();
    let group = &code.as_bytes()[4..7];
    let pair = value_of(group[0]) + 45 * value_of(group[1]) + 2_025 * value_of(group[2]);
    let mut rest = u32::from(first) * 256 + pair % 256;
    let mut text = String::from("EL1:");
    for _ in 0..3 {
        text.push(char::from(ALPHABET[usize::try_from(rest % 45).unwrap()]));
        rest /= 45;
    }
    text + &code[7..]
}
