use liangzheng_core::{
    qr,
    verify::Code::{
        self, Alg, B64, Format, HeaderField, KidFormat, ProofMissing, Qr, Segments, Size, Typ, Utf8,
    },
};
use serde_json::json;

use super::super::{
    Cases,
    world::{NOW, claims, grant_claims, nonce, payload_of, proved, raw, signed_grant, signed_show},
};

const SHOW_HEADER: &str = r#"{"alg":"ES256","kid":"show-a","typ":"show+jwt"}"#;

pub fn add(all: &mut Cases) {
    let good = signed_show(&claims(900_001));
    let payload = payload_of(&good).to_string();
    let parts: Vec<&str> = good.split('.').collect();
    let (h, p, s) = (parts[0], parts[1], parts[2]);

    // Carriers and sizes.
    for (name, input, code) in [
        ("nothing", String::new(), Format),
        ("words", "not a code".into(), Format),
        ("a URL of a foreign code", "https//example-com/code".into(), Format),
        ("lower-case prefix", "el1:ABC".into(), Format),
        (
            "a challenge is not a licence code",
            super::super::world::challenge("inspect.food", "inspector", 1).to_text().replace('.', "-"),
            Format,
        ),
        ("a presentation of 3,073 bytes", format!("{}.", "a".repeat(3_072)), Size),
        (
            "a token of 2,561 bytes",
            format!("ey{}.{}.{}", "a".repeat(998), "b".repeat(1_000), "c".repeat(559)),
            Size,
        ),
        ("a QR text of 4,297 characters", format!("EL1:{}", "0".repeat(4_293)), Size),
        ("forty kilobytes", "a.".repeat(20_000), Size),
        ("a tilde after a show token", format!("{good}~"), Typ),
        ("a show token with a proof", format!("{good}~{good}"), Typ),
        ("no dot but a tilde", "a~b".into(), Format),
        ("one dot", format!("{h}.{p}"), Segments),
        ("three dots", format!("{good}.{s}"), Segments),
        ("a JWE of five parts", format!("{h}.b.c.d.e"), Segments),
        ("what is no token", "a.b.c.d.e".into(), Format),
        ("a counter's request", "ER1:+8D 8DRC".into(), Format),
        ("an input method's colon", "EL1：ABC".into(), Format),
        ("full-width letters", "ＥＬ１：ＡＢＣ".into(), Format),
        ("a link", "https://licence.example/verify".into(), Format),
        ("a payment code", "wxp://f2f0AAAA.b.c".into(), Format),
        ("a shop's payment code", "HTTPS://QR.ALIPAY.COM/FKX0.1.2".into(), Format),
        ("two disclosures", format!("{good}~a~b~"), Segments),
        ("only dots", "..".into(), Format),
        ("segments swapped", format!("{p}.{h}.{s}"), Size),
    ] {
        all.add(format!("form: {name}"), input, code);
    }

    // What surrounds a code is none of it.
    let packed = qr::pack(&good).unwrap();
    for (name, before, after) in [
        ("a byte order mark before", "\u{feff}", ""),
        ("a blank before", " ", ""),
        ("a line end behind", "", "\n"),
        ("a blank and a return behind", "", " \r\n"),
        ("a full-width blank around", "\u{3000}", "\u{3000}"),
        ("zero-width spaces around", "\u{200b}", "\u{200b}"),
        ("marks of direction around", "\u{202a}", "\u{202c}"),
        ("isolates around", "\u{2066}", "\u{2069}"),
        ("a scanner's prefix", "]Q1", "\r"),
        ("a scanner's prefix in blanks", " ]Q3\u{feff} ", " "),
    ] {
        for (kind, code) in [("token", &good), ("QR text", &packed)] {
            all.add(format!("valid: {name} the {kind}"), format!("{before}{code}{after}"), Code::Ok);
        }
    }
    all.add("form: another symbology's prefix", format!("]C1{packed}"), Format);
    all.add("form: a scanner's prefix twice", format!("]Q1]Q1{packed}"), Format);

    // Base64url.
    let last = |text: &str, with: char| format!("{}{with}", &text[..text.len() - 1]);
    for (name, input) in [
        ("padding on the header", format!("{h}=.{p}.{s}")),
        ("padding on the signature", format!("{h}.{p}.{s}==")),
        ("a plus sign", format!("{h}.{p}.+{}", &s[1..])),
        ("a slash", format!("{h}.{p}./{}", &s[1..])),
        ("a space inside", format!("{h}. {p}.{s}")),
        ("trailing bits in the signature", format!("{h}.{p}.{}", last(s, 'B'))),
        ("a Chinese character", format!("{h}.{p}证.{s}")),
        ("a NUL", format!("{h}.{p}\0.{s}")),
    ] {
        all.add(format!("base64url: {name}"), input, B64);
    }
    let invalid = [b"{\"iss\":\"".as_slice(), &[0xff, 0xfe], b"\"}"].concat();
    all.add("payload that is not UTF-8", raw(SHOW_HEADER, &invalid, "show-a"), Utf8);

    // Headers.
    for (name, header, code) in [
        ("alg none", r#"{"alg":"none","kid":"show-a","typ":"show+jwt"}"#, Alg),
        ("alg None", r#"{"alg":"None","kid":"show-a","typ":"show+jwt"}"#, Alg),
        ("alg HS256", r#"{"alg":"HS256","kid":"show-a","typ":"show+jwt"}"#, Alg),
        ("alg ES384", r#"{"alg":"ES384","kid":"show-a","typ":"show+jwt"}"#, Alg),
        ("alg es256", r#"{"alg":"es256","kid":"show-a","typ":"show+jwt"}"#, Alg),
        ("alg with a space", r#"{"alg":"ES256 ","kid":"show-a","typ":"show+jwt"}"#, Alg),
        ("alg a number", r#"{"alg":256,"kid":"show-a","typ":"show+jwt"}"#, Alg),
        ("no alg", r#"{"kid":"show-a","typ":"show+jwt"}"#, Alg),
        ("alg twice", r#"{"alg":"ES256","alg":"none","kid":"show-a","typ":"show+jwt"}"#, HeaderField),
        ("jwk", r#"{"alg":"ES256","kid":"show-a","typ":"show+jwt","jwk":{"kty":"EC"}}"#, HeaderField),
        (
            "jku",
            r#"{"alg":"ES256","kid":"show-a","typ":"show+jwt","jku":"https://evil.example"}"#,
            HeaderField,
        ),
        (
            "x5u",
            r#"{"alg":"ES256","kid":"show-a","typ":"show+jwt","x5u":"https://evil.example"}"#,
            HeaderField,
        ),
        ("x5c", r#"{"alg":"ES256","kid":"show-a","typ":"show+jwt","x5c":[]}"#, HeaderField),
        ("crit", r#"{"alg":"ES256","kid":"show-a","typ":"show+jwt","crit":["exp"]}"#, HeaderField),
        ("b64 false", r#"{"alg":"ES256","kid":"show-a","typ":"show+jwt","b64":false}"#, HeaderField),
        ("zip", r#"{"alg":"ES256","kid":"show-a","typ":"show+jwt","zip":"DEF"}"#, HeaderField),
        ("cty", r#"{"alg":"ES256","kid":"show-a","typ":"show+jwt","cty":"JWT"}"#, HeaderField),
        ("typ JWT", r#"{"alg":"ES256","kid":"show-a","typ":"JWT"}"#, Typ),
        ("typ of a status list", r#"{"alg":"ES256","kid":"show-a","typ":"statuslist+jwt"}"#, Typ),
        ("typ of a proof", r#"{"alg":"ES256","typ":"kb+jwt"}"#, Typ),
        ("typ in capitals", r#"{"alg":"ES256","kid":"show-a","typ":"SHOW+JWT"}"#, Typ),
        ("no typ", r#"{"alg":"ES256","kid":"show-a"}"#, Typ),
        ("typ null", r#"{"alg":"ES256","kid":"show-a","typ":null}"#, Typ),
        ("no kid", r#"{"alg":"ES256","typ":"show+jwt"}"#, KidFormat),
        ("kid a path", r#"{"alg":"ES256","kid":"../../etc/passwd","typ":"show+jwt"}"#, KidFormat),
        ("kid SQL", r#"{"alg":"ES256","kid":"x' OR 1=1","typ":"show+jwt"}"#, KidFormat),
        ("kid empty", r#"{"alg":"ES256","kid":"","typ":"show+jwt"}"#, KidFormat),
        ("kid an array", r#"{"alg":"ES256","kid":["show-a"],"typ":"show+jwt"}"#, KidFormat),
        ("kid null", r#"{"alg":"ES256","kid":null,"typ":"show+jwt"}"#, KidFormat),
        (
            "kid of 65 characters",
            r#"{"alg":"ES256","kid":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","typ":"show+jwt"}"#,
            KidFormat,
        ),
        ("not an object", r#"["ES256"]"#, Format),
        ("not JSON", "ES256", Format),
        ("nested five deep", r#"{"alg":[[[[[1]]]]]}"#, Format),
        ("something after the object", r#"{"alg":"ES256","kid":"show-a","typ":"show+jwt"}{}"#, Format),
    ] {
        all.add(format!("header: {name}"), raw(header, payload.as_bytes(), "show-a"), code);
    }
    let long = format!(r#"{{"alg":"ES256","kid":"show-a","typ":"show+jwt"{}}}"#, " ".repeat(257));
    all.add("header: 257 bytes and more", raw(&long, payload.as_bytes(), "show-a"), Size);
    let spaced = format!("{payload}{}", " ".repeat(1_537 - payload.len()));
    all.add("payload: 1,537 bytes", raw(SHOW_HEADER, spaced.as_bytes(), "show-a"), Size);

    // A token of another kind where a licence is expected.
    let lists = super::main_world();
    for (name, at, code) in [("a catalogue", 1, Size), ("a status list", 3, Typ)] {
        let text = lists.steps[at].text.clone();
        all.add(format!("typ: {name} shown as a licence"), text, code);
    }

    // QR texts.
    let grant = signed_grant(&grant_claims(900_002));
    let held = qr::pack(&proved(&grant, "inspector", nonce(1), NOW.0, "phone-1")).unwrap();
    let mut cut = packed.clone();
    cut.pop();
    for (name, input) in [
        ("cut by one character", cut),
        ("cut in half", packed[..packed.len() / 2].to_owned()),
        ("in lower case", format!("EL1:{}", packed[4..].to_lowercase())),
        ("three characters more", format!("{packed}000")),
        ("a group above 65,535", format!("{packed}:::")),
        ("prefix alone", "EL1:".into()),
        ("version byte 3", format!("EL1:{}", "430".repeat(40))),
        ("H cut behind its signatures", held[..200].to_owned()),
    ] {
        all.add(format!("QR: {name}"), input, Qr);
    }

    // Grants without their proof.
    all.add("grant: alone", &grant, ProofMissing);
    all.add("grant: without its tilde", grant.trim_end_matches('~'), ProofMissing);
    let rubbish = json!({ "iat": 1 }).to_string();
    all.add(
        "proof: with a kid",
        format!(
            "{grant}{}",
            raw(r#"{"alg":"ES256","kid":"phone-1","typ":"kb+jwt"}"#, rubbish.as_bytes(), "phone-1")
        ),
        HeaderField,
    );
    all.add(
        "proof: of another typ",
        format!("{grant}{}", raw(r#"{"alg":"ES256","typ":"JWT"}"#, rubbish.as_bytes(), "phone-1")),
        Typ,
    );
    all.add(
        "proof: alg none",
        format!("{grant}{}", raw(r#"{"alg":"none","typ":"kb+jwt"}"#, rubbish.as_bytes(), "phone-1")),
        Alg,
    );
    all.add("proof: not a JWS", format!("{grant}abc"), Segments);
}
