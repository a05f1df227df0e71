//! L: the header attacks that broke token libraries, on all three kinds of token.
//!
//! The list is jwt_tool's, PortSwigger's laboratories', and one case for each advisory that the threat model names
//! (`none`, HMAC with the public key, embedded and fetched keys, `crit`, `b64`, psychic signatures, …).

use liangzheng_core::verify::Code::{
    self, Alg, Format, HeaderField, KidFormat, KidUnknown, Segments, SigLen, Size, Typ,
};
use serde_json::json;

use super::{super::Line, GRANT_HEADER, PROOF_HEADER, SHOW_HEADER, algorithms, encode, signed};
use crate::support::world::{
    NOW, claims, grant_claims, key, nonce, payload_of, proved, signed_grant, signed_show,
};

/// The three kinds of token as they are shown, with room for any header on the one under attack.
pub struct Targets {
    pub show: String,
    grant: String,
    proof: String,
    good_grant: String,
}

pub fn add(lines: &mut Vec<Line>) {
    let good_grant = signed_grant(&grant_claims(973_000));
    let held = proved(&good_grant, "inspector", nonce(1), NOW.0, "phone-1");
    let targets = Targets {
        show: payload_of(&signed_show(&claims(973_001))).to_string(),
        grant: payload_of(good_grant.trim_end_matches('~')).to_string(),
        proof: payload_of(held.split_once('~').unwrap().1).to_string(),
        good_grant,
    };
    algorithms::add(lines, &targets);
    members(lines, &targets);
    names_of_keys(lines, &targets);
    kinds(lines, &targets);
    shapes(lines, &targets);
}

impl Targets {
    /// The attack on each kind, signed by the key that would be right.
    pub fn each(&self, lines: &mut Vec<Line>, name: &str, header: impl Fn(&str) -> String, code: Code) {
        let proof = |grant: &str| {
            let kb = signed(PROOF_HEADER, json!({ "iat": NOW.0, "aud": "inspector", "nonce": nonce(2).to_string(), "sd_hash": liangzheng_core::token::proof::sd_hash(grant) }).to_string(), "phone-1");
            format!("{grant}{kb}")
        };
        let show = signed(&header(SHOW_HEADER), &self.show, "show-a");
        let grant = format!("{}~", signed(&header(GRANT_HEADER), &self.grant, "grant-a"));
        let kb = signed(&header(PROOF_HEADER), &self.proof, "phone-1");
        lines.push(Line::new('L', format!("show/{name}"), show, code));
        lines.push(Line::new('L', format!("grant/{name}"), proof(&grant), code));
        lines.push(Line::new('L', format!("proof/{name}"), format!("{}{kb}", self.good_grant), code));
    }
}

fn members(lines: &mut Vec<Line>, targets: &Targets) {
    let own = serde_json::to_string(&key("attacker").public().to_jwk()).unwrap();
    for (name, member) in [
        ("jwk", format!("\"jwk\":{own}")),
        ("jwk null", "\"jwk\":null".into()),
        ("jwks", "\"jwks\":{\"keys\":[]}".into()),
        ("jku", "\"jku\":\"https://attacker.example/keys\"".into()),
        ("jku to this machine", "\"jku\":\"http://127.0.0.1:9/\"".into()),
        ("x5u", "\"x5u\":\"https://attacker.example/x\"".into()),
        ("x5c", "\"x5c\":[\"MIIB\"]".into()),
        ("x5t", "\"x5t\":\"AAAA\"".into()),
        ("x5t#S256", "\"x5t#S256\":\"AAAA\"".into()),
        ("crit exp", "\"crit\":[\"exp\"]".into()),
        ("crit unknown", "\"crit\":[\"x\"],\"x\":1".into()),
        ("crit empty", "\"crit\":[]".into()),
        ("crit null", "\"crit\":null".into()),
        ("crit a text", "\"crit\":\"exp\"".into()),
        ("crit alg", "\"crit\":[\"alg\"]".into()),
        ("crit twice one name", "\"crit\":[\"x\",\"x\"],\"x\":1".into()),
        ("crit an object", "\"crit\":{}".into()),
        ("crit numbers", "\"crit\":[1]".into()),
        ("crit itself", "\"crit\":[\"crit\"]".into()),
        ("crit b64 true", "\"crit\":[\"b64\"],\"b64\":true".into()),
        ("crit b64 false", "\"crit\":[\"b64\"],\"b64\":false".into()),
        ("b64 false", "\"b64\":false".into()),
        ("zip", "\"zip\":\"DEF\"".into()),
        ("cty", "\"cty\":\"JWT\"".into()),
        ("enc", "\"enc\":\"A256GCM\"".into()),
        ("epk", "\"epk\":{}".into()),
        ("p2c", "\"p2c\":2147483647".into()),
        ("nonce", "\"nonce\":\"AAAA\"".into()),
        ("url", "\"url\":\"https://attacker.example\"".into()),
        ("iss", "\"iss\":\"lz.990000\"".into()),
        ("exp", "\"exp\":9999999999".into()),
        ("key", "\"key\":\"AAAA\"".into()),
        ("an empty name", "\"\":1".into()),
        ("__proto__", "\"__proto__\":{\"alg\":\"ES256\"}".into()),
        ("constructor", "\"constructor\":1".into()),
        ("a Chinese name", "\"算法\":\"ES256\"".into()),
        ("ALG", "\"ALG\":\"none\"".into()),
        ("alg with a space", "\"alg \":\"none\"".into()),
        ("trust_chain", "\"trust_chain\":[]".into()),
        ("svt", "\"svt\":[]".into()),
    ] {
        let behind = |header: &str| format!("{},{member}}}", header.trim_end_matches('}'));
        let before = |header: &str| format!("{{{member},{}", header.trim_start_matches('{'));
        targets.each(lines, &format!("{name} behind"), behind, HeaderField);
        targets.each(lines, &format!("{name} before"), before, HeaderField);
    }
    // Self-signed with the key that the header brings along: the forger's whole plan.
    let header = SHOW_HEADER.replacen('}', &format!(",\"jwk\":{own}}}"), 1);
    lines.push(Line::new(
        'L',
        "jwk and its own signature",
        signed(&header, &targets.show, "attacker"),
        HeaderField,
    ));

    for (name, twice) in [
        ("alg", "\"alg\":\"ES256\""),
        ("alg none before", "\"alg\":\"none\""),
        ("typ", "\"typ\":\"show+jwt\""),
        ("an escaped alg", "\"\\u0061lg\":\"ES256\""),
    ] {
        let before = |header: &str| format!("{{{twice},{}", header.trim_start_matches('{'));
        let behind = |header: &str| format!("{},{twice}}}", header.trim_end_matches('}'));
        targets.each(lines, &format!("{name} twice, before"), before, HeaderField);
        targets.each(lines, &format!("{name} twice, behind"), behind, HeaderField);
    }
    targets.each(
        lines,
        "a kid for a proof, twice for the rest",
        |header| format!("{},\"kid\":\"show-a\"}}", header.trim_end_matches('}')),
        HeaderField,
    );
}

fn names_of_keys(lines: &mut Vec<Line>, targets: &Targets) {
    let longest = "k".repeat(64);
    let mut put = |name: &str, kid: String, code: Code| {
        let show = SHOW_HEADER.replacen("\"show-a\"", &kid, 1);
        let grant = GRANT_HEADER.replacen("\"grant-a\"", &kid, 1);
        lines.push(Line::new('L', format!("show/kid {name}"), signed(&show, &targets.show, "show-a"), code));
        let token = format!("{}~", signed(&grant, &targets.grant, "grant-a"));
        let held = proved(&token, "inspector", nonce(1), NOW.0, "phone-1");
        lines.push(Line::new('L', format!("grant/kid {name}"), held, code));
    };
    for kid in [
        "",
        " ",
        "../../../etc/passwd",
        "/dev/null",
        "..\\\\..\\\\windows",
        "file:///etc/passwd",
        "http://attacker.example/k",
        "show-a ",
        " show-a",
        "show-a\\u0000",
        "show-a\\n",
        "show.a",
        "show+a",
        "show/a",
        "show a",
        "show-a;",
        "show-a'",
        "x' OR 1=1--",
        "x' UNION SELECT 'key'--",
        "\\\"",
        "`id`",
        "$(id)",
        "|id",
        "%2e%2e%2f",
        "{{7*7}}",
        "${7*7}",
        "<script>",
        "证书",
        "ѕhow-a",
        "show‐a",
        "ｓｈｏｗ-a",
        "show-a\\u200b",
        "\\u202eshow-a",
        "*",
        "?",
        "#",
        "~",
        "show-a,show-b",
        "urn:ietf:params:oauth:jwk-thumbprint",
        "lz.990000#show-a",
        "did:web:attacker.example",
        "=",
        "c2hvdy1h=",
    ] {
        put(&format!("{kid:?}"), format!("\"{kid}\""), KidFormat);
    }
    for kid in ["null", "true", "0", "-1", "1.5", "[]", "[\"show-a\"]", "{}", "{\"kid\":\"show-a\"}"] {
        put(kid, kid.into(), KidFormat);
    }
    put("of 65 characters", format!("\"{longest}k\""), KidFormat);
    put("of 400 characters", format!("\"{}\"", "k".repeat(400)), Size);
    for kid in [
        "nobody", "show-c", "SHOW-A", "show_a", "show-a-", "-show-a", "root-1", "phone-1", "0", "-", "_",
        &longest,
    ] {
        put(&format!("{kid:?}, unknown"), format!("\"{kid}\""), KidUnknown);
    }
    // Escaped letters are the same letters: this is the key's name.
    let escaped = SHOW_HEADER.replacen("show-a", "\\u0073how-a", 1);
    lines.push(Line::new('L', "show/kid escaped", signed(&escaped, &targets.show, "show-a"), Code::Ok));
    let missing = SHOW_HEADER.replacen("\"kid\":\"show-a\",", "", 1);
    lines.push(Line::new('L', "show/no kid", signed(&missing, &targets.show, "show-a"), KidFormat));
}

fn kinds(lines: &mut Vec<Line>, targets: &Targets) {
    for typ in [
        "JWT",
        "jwt",
        "JOSE",
        "JOSE+JSON",
        "at+jwt",
        "statuslist+jwt",
        "statusdelta+jwt",
        "catalogue+jwt",
        "trustlist+jwt",
        "vc+sd-jwt",
        "vp+jwt",
        "logout+jwt",
        "SHOW+JWT",
        "Show+Jwt",
        "show+jwt ",
        " show+jwt",
        "show+jwt\\u0000",
        "application/show+jwt",
        "application/kb+jwt",
        "application/dc+sd-jwt",
        "show",
        "",
        "*/*",
        "ѕhow+jwt",
        "DC+SD-JWT",
        "KB+JWT",
        "dc+sd-jwt;v=1",
        "show+jwt,dc+sd-jwt",
    ] {
        let with = |header: &str| {
            let start = header.find("\"typ\":\"").unwrap() + 7;
            format!("{}{typ}\"}}", &header[..start])
        };
        targets.each(lines, &format!("typ {typ:?}"), with, Typ);
    }
    for (name, typ) in
        [("null", "null"), ("a number", "1"), ("a list", "[\"show+jwt\"]"), ("an object", "{}")]
    {
        let with = |header: &str| format!("{}{typ}}}", &header[..header.find("\"typ\":").unwrap() + 6]);
        targets.each(lines, &format!("typ {name}"), with, Typ);
    }
    let without = |header: &str| format!("{}}}", &header[..header.find(",\"typ\"").unwrap()]);
    targets.each(lines, "no typ", without, Typ);
    // Each kind of token where another is expected, with the signature of its own good key.
    for (name, header, kid) in [
        ("a status list's header", r#"{"alg":"ES256","kid":"status-a","typ":"statuslist+jwt"}"#, "status-a"),
        ("a delta's header", r#"{"alg":"ES256","kid":"status-a","typ":"statusdelta+jwt"}"#, "status-a"),
        (
            "a catalogue's header",
            r#"{"alg":"ES256","kid":"catalogue-a","typ":"catalogue+jwt"}"#,
            "catalogue-a",
        ),
        ("a trust list's header", r#"{"alg":"ES256","kid":"root-1","typ":"trustlist+jwt"}"#, "root-1"),
        ("a proof's header", PROOF_HEADER, "phone-1"),
    ] {
        lines.push(Line::new(
            'L',
            format!("show claims under {name}"),
            signed(header, &targets.show, kid),
            Typ,
        ));
        let grant = signed(header, &targets.grant, kid);
        lines.push(Line::new('L', format!("grant claims under {name}"), grant, Typ));
    }
    lines.push(Line::new(
        'L',
        "show claims under a grant's header",
        signed(GRANT_HEADER, &targets.show, "grant-a"),
        Code::ProofMissing,
    ));
    let as_grant = format!("{}~", signed(GRANT_HEADER, &targets.show, "grant-a"));
    let held = proved(&as_grant, "inspector", nonce(1), NOW.0, "phone-1");
    lines.push(Line::new('L', "show claims as a grant", held, Code::ClaimMissing).about("vct"));
    let as_show = signed(SHOW_HEADER, &targets.grant, "show-a");
    lines.push(Line::new('L', "grant claims as a show token", as_show, Code::ClaimUnknown).about("cnf"));
}

fn shapes(lines: &mut Vec<Line>, targets: &Targets) {
    for (name, header) in [
        ("a list", "[\"ES256\"]".to_owned()),
        ("a text", "\"ES256\"".into()),
        ("a number", "256".into()),
        ("null", "null".into()),
        ("empty", String::new()),
        ("not closed", SHOW_HEADER.trim_end_matches('}').into()),
        ("two objects", format!("{SHOW_HEADER}{SHOW_HEADER}")),
        ("a comma at the end", SHOW_HEADER.replace('}', ",}")),
        ("single quotes", SHOW_HEADER.replace('"', "'")),
        ("a comment", SHOW_HEADER.replacen('{', "{/*x*/", 1)),
        ("a byte order mark", format!("\u{feff}{SHOW_HEADER}")),
        ("a NUL behind", format!("{SHOW_HEADER}\0")),
        ("names without quotes", SHOW_HEADER.replace("\"alg\"", "alg")),
        ("NaN", SHOW_HEADER.replacen("\"ES256\"", "NaN", 1)),
        ("deep", format!("{{\"alg\":{}{}}}", "[".repeat(60), "]".repeat(60))),
        ("a raw line end in a name", SHOW_HEADER.replacen("alg", "al\ng", 1)),
        ("a lone surrogate", SHOW_HEADER.replacen("show-a", "\\ud800", 1)),
    ] {
        lines.push(Line::new(
            'L',
            format!("header {name}"),
            signed(&header, &targets.show, "show-a"),
            Format,
        ));
    }
    // White space between members and another order of them are JSON, and what was signed.
    let spaced = "{ \"typ\" : \"show+jwt\",\n\t\"kid\":\"show-a\" , \"alg\" :\"ES256\" }\r\n";
    lines.push(Line::new(
        'L',
        "header with white space and in another order",
        signed(spaced, &targets.show, "show-a"),
        Code::Ok,
    ));

    let good = signed(SHOW_HEADER, &targets.show, "show-a");
    let parts: Vec<&str> = good.split('.').collect();
    let (h, p, s) = (parts[0], parts[1], parts[2]);
    for (name, input, code) in [
        ("flattened JSON", format!(r#"{{"payload":"{p}","protected":"{h}","signature":"{s}"}}"#), Format),
        (
            "general JSON",
            format!(r#"{{"payload":"{p}","signatures":[{{"protected":"{h}","signature":"{s}"}}]}}"#),
            Format,
        ),
        ("JSON with the token in it", format!(r#"{{"token":"{good}"}}"#), Code::Format),
        ("JSON with the claims alone", targets.show.clone(), Code::Format),
        ("a JWE in five parts", format!("{h}.{p}.{s}.{p}.{s}"), Segments),
        ("Bearer before it", format!("Bearer {good}"), Code::Format),
        ("quotes around it", format!("\"{good}\""), Code::Format),
        ("a detached payload", format!("{h}..{s}"), Code::Sig),
        ("the payload not encoded", format!("{h}.{}.{s}", "exp=1800000000"), Code::B64),
        ("PASETO", "v4.public.AAAA".into(), Code::Format),
        ("PASETO, encoded to the bit", "v4aa.public00.AAAA".into(), Code::Format),
        ("a macaroon", "MDAxY2xvY2F0aW9u".into(), Format),
    ] {
        lines.push(Line::new('L', name, input, code));
    }
}
