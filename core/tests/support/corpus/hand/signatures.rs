//! S: numbers at the edges of what a signature may hold.

use liangzheng_core::verify::Code::{self, ProofSig, Sig, SigLen, SigRange, SigSHigh};

use super::{super::Line, encode};
use crate::support::world::{NOW, claims, grant_claims, nonce, proved, signed_grant, signed_show};

/// Big-endian numbers around 0, the order n of P-256, half of it, and the field's p. In order of size.
const EDGES: [(&str, &str); 15] = [
    ("0", "0000000000000000000000000000000000000000000000000000000000000000"),
    ("1", "0000000000000000000000000000000000000000000000000000000000000001"),
    ("2", "0000000000000000000000000000000000000000000000000000000000000002"),
    ("2^255", "8000000000000000000000000000000000000000000000000000000000000000"),
    ("(n-1)/2", "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8"),
    ("(n+1)/2", "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9"),
    ("n-2", "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254f"),
    ("n-1", "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550"),
    ("n", N),
    ("n+1", "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552"),
    ("n+2", "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632553"),
    ("p-1", "ffffffff00000001000000000000000000000000fffffffffffffffffffffffe"),
    ("p", "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"),
    ("p+1", "ffffffff00000001000000000000000000000001000000000000000000000000"),
    ("2^256-1", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
];

const N: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const HALF: &str = "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8";

pub fn add(lines: &mut Vec<Line>) {
    let good = signed_show(&claims(972_000));
    let input = good.rsplit_once('.').unwrap().0;
    let grant = signed_grant(&grant_claims(972_001));
    let held = proved(&grant, "inspector", nonce(1), NOW.0, "phone-1");
    let proof_input = held.rsplit_once('.').unwrap().0;
    let own = super::decode(good.rsplit_once('.').unwrap().1);
    let hex_own = |half: &[u8]| half.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (own_r, own_s) = (hex_own(&own[..32]), hex_own(&own[32..]));

    let mut put = |name: String, bytes: Vec<u8>, code: Code| {
        lines.push(Line::new('S', format!("show/{name}"), format!("{input}.{}", encode(&bytes)), code));
        lines.push(Line::new(
            'S',
            format!("proof/{name}"),
            format!("{proof_input}.{}", encode(&bytes)),
            ProofSig,
        ));
    };
    // Texts of one length compare as the numbers they write.
    let judge = |r: &str, s: &str| {
        let in_range = |x: &str| x.chars().any(|digit| digit != '0') && x < N;
        if !in_range(r) || !in_range(s) {
            SigRange
        } else if s > HALF {
            SigSHigh
        } else {
            Sig
        }
    };
    let with_own =
        |own: &str| EDGES.iter().copied().chain([("own", own.to_owned().leak() as &str)]).collect::<Vec<_>>();
    for (r_name, r) in with_own(&own_r) {
        for (s_name, s) in with_own(&own_s) {
            if (r_name, s_name) != ("own", "own") {
                put(format!("r {r_name}, s {s_name}"), unhex(&format!("{r}{s}")), judge(r, s));
            }
        }
    }
    put("r and s exchanged".into(), [&own[32..], &own[..32]].concat(), judge(&own_s, &own_r));
    put("r twice".into(), [&own[..32], &own[..32]].concat(), judge(&own_r, &own_r));
    put("s twice".into(), [&own[32..], &own[32..]].concat(), judge(&own_s, &own_s));
    for length in (0..=132).filter(|length| *length != 64) {
        let bytes: Vec<u8> = own.iter().copied().cycle().take(length).collect();
        put(format!("{length} bytes"), bytes, SigLen);
    }
    // DER spellings of the very signature (Wycheproof's 484 are in tests/tests/story/wycheproof.rs).
    for (name, der) in [
        ("DER", der(&[&own[..32]], &[&own[32..]])),
        ("DER with leading zeros", der(&[&[0], &own[..32]], &[&[0], &own[32..]])),
    ] {
        put(name.into(), der, SigLen);
    }
    for (name, at, bit) in
        [("first bit", 0, 0x40), ("middle of r", 16, 1), ("last of r", 31, 1), ("last of s", 63, 1)]
    {
        let mut bytes = own.clone();
        bytes[at] ^= bit;
        put(format!("{name} flipped"), bytes, Sig);
    }
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn der(r: &[&[u8]], s: &[&[u8]]) -> Vec<u8> {
    let integer = |parts: &[&[u8]]| {
        let bytes = parts.concat();
        [&[2, u8::try_from(bytes.len()).unwrap()][..], &bytes].concat()
    };
    let body = [integer(r), integer(s)].concat();
    [&[0x30, u8::try_from(body.len()).unwrap()][..], &body].concat()
}
