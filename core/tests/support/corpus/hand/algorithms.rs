//! L: `alg` other than ES256 in the header, and HMACs keyed with what everybody knows.

use hmac::{Hmac, KeyInit, Mac};
use liangzheng_core::verify::Code::{Alg, SigLen};
use serde_json::json;
use sha2::{Sha256, Sha384, Sha512};

use super::{super::Line, SHOW_HEADER, encode, headers::Targets};
use crate::support::world::key;

pub fn add(lines: &mut Vec<Line>, targets: &Targets) {
    algorithms(lines, targets);
    public_key_as_secret(lines, targets);
}

fn algorithms(lines: &mut Vec<Line>, targets: &Targets) {
    let nones = [
        "none",
        "None",
        "NONE",
        "nOnE",
        "noNe",
        "nonE",
        "NOne",
        "nONE",
        " none",
        "none ",
        "n\\u006fne",
        "none\\u0000",
        "\\tnone",
        "nоne",
        "null",
        "",
    ];
    let others = [
        "HS256",
        "HS384",
        "HS512",
        "RS256",
        "RS384",
        "RS512",
        "PS256",
        "PS384",
        "PS512",
        "ES384",
        "ES512",
        "ES256K",
        "ES256 ",
        " ES256",
        "es256",
        "Es256",
        "ES-256",
        "ES256\\u0000",
        "ЕS256",
        "ＥＳ２５６",
        "ES256,none",
        "EdDSA",
        "Ed25519",
        "SM2",
        "SM3withSM2",
        "secp256r1",
        "ECDSA",
        "A256GCM",
        "RSA-OAEP",
        "dir",
        "ECDH-ES",
        "SHA256withECDSA",
    ];
    for alg in nones.iter().chain(&others) {
        let with = |header: &str| header.replacen("\"ES256\"", &format!("\"{alg}\""), 1);
        targets.each(lines, &format!("alg {alg:?}"), with, Alg);
        // As the libraries of 2015 took it: with nothing behind the last dot.
        let unsigned = format!("{}.{}.", encode(with(SHOW_HEADER)), encode(&targets.show));
        lines.push(Line::new('L', format!("show/alg {alg:?}, no signature"), unsigned, Alg));
    }
    for (name, alg) in [
        ("a number", "256"),
        ("null", "null"),
        ("true", "true"),
        ("a list", "[\"ES256\"]"),
        ("an object", "{\"alg\":\"ES256\"}"),
        ("a list with none", "[\"none\",\"ES256\"]"),
        ("-7, as COSE has it", "-7"),
    ] {
        targets.each(lines, &format!("alg {name}"), |header| header.replacen("\"ES256\"", alg, 1), Alg);
    }
    targets.each(lines, "no alg", |header| header.replacen("\"alg\":\"ES256\",", "", 1), Alg);
    targets.each(lines, "Alg for alg", |header| header.replacen("\"alg\"", "\"Alg\"", 1), Alg);
}

/// HMAC keyed with what everybody knows: the public key in each of its spellings (CVE-2016-10555 and after).
fn public_key_as_secret(lines: &mut Vec<Line>, targets: &Targets) {
    let public = key("show-a").public();
    let jwk = public.to_jwk();
    let decoded = |text: &str| super::decode(text);
    let point = [&[4][..], &decoded(&jwk.x), &decoded(&jwk.y)].concat();
    let head = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
        0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];
    let der = [&head[..], &point].concat();
    let base64 = {
        use base64ct::{Base64, Encoding as _};
        Base64::encode_string(&der)
    };
    let (first, second) = base64.split_at(64);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{first}\n{second}\n-----END PUBLIC KEY-----\n");
    let compressed = [&[2 + (point[64] & 1)][..], &point[1..33]].concat();
    let secrets: [(&str, Vec<u8>); 11] = [
        ("PEM", pem.clone().into()),
        ("PEM without its last line end", pem.trim_end().into()),
        ("PEM on one line", base64.into()),
        ("DER", der),
        ("the point", point.clone()),
        ("x and y", point[1..].to_vec()),
        ("the compressed point", compressed),
        ("the JWK", serde_json::to_vec(&jwk).unwrap()),
        ("x as it is written", jwk.x.clone().into_bytes()),
        ("the key's name", b"show-a".to_vec()),
        ("nothing", vec![]),
    ];
    for (name, secret) in &secrets {
        for alg in ["HS256", "HS384", "HS512"] {
            for typ in ["show+jwt", "JWT"] {
                let header = format!(r#"{{"alg":"{alg}","kid":"show-a","typ":"{typ}"}}"#);
                let input = format!("{}.{}", encode(header), encode(&targets.show));
                let mac = match alg {
                    "HS256" => mac::<Hmac<Sha256>>(secret, &input),
                    "HS384" => mac::<Hmac<Sha384>>(secret, &input),
                    _ => mac::<Hmac<Sha512>>(secret, &input),
                };
                let token = format!("{input}.{}", encode(mac));
                lines.push(Line::new('L', format!("{alg} keyed with {name}, {typ}"), token, Alg));
            }
        }
        // Under the right name of the algorithm it is only a signature of the wrong length.
        let input = format!("{}.{}", encode(SHOW_HEADER), encode(&targets.show));
        let token = format!("{input}.{}", encode(mac::<Hmac<Sha256>>(secret, &input)));
        lines.push(Line::new('L', format!("ES256 with an HMAC keyed with {name}"), token, SigLen));
    }
}

fn mac<M: Mac + KeyInit>(secret: &[u8], input: &str) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(secret).unwrap();
    mac.update(input.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
