//! R: text that attacks whoever shows it, and bytes that are no text.
//!
//! What looks like markup is a name like any other: it must come out of a verdict letter by letter. What is invisible or
//! turns the reading direction is refused, for it could make one value look like another.

use liangzheng_core::{
    token::Fields,
    verify::Code::{ClaimType, Ok, Utf8},
};
use serde_json::json;

use super::{super::Line, GRANT_HEADER, SHOW_HEADER, signed};
use crate::support::world::{
    NOW, claims, grant_claims, nonce, payload_of, proved, signed_grant, signed_show,
};

pub fn add(lines: &mut Vec<Line>) {
    hostile(lines);
    invisible(lines);
    not_utf8(lines);
}

/// About 500 payloads: every tag with every handler, and the ones that need no tag.
fn hostile(lines: &mut Vec<Line>) {
    let tags = [
        "img src=x",
        "svg",
        "body",
        "input autofocus",
        "details open",
        "video src=x",
        "audio src=x",
        "iframe",
        "a href=#",
        "marquee",
        "x",
        "math",
    ];
    let handlers = [
        "onerror",
        "onload",
        "onfocus",
        "onclick",
        "onmouseover",
        "ontoggle",
        "onstart",
        "onpageshow",
        "onanimationstart",
        "onpointerenter",
        "onwheel",
        "oncut",
        "onpaste",
        "onbegin",
        "onend",
        "onresize",
        "onscroll",
        "onsubmit",
        "onkeydown",
        "onblur",
        "onchange",
        "oninput",
        "oninvalid",
        "onreset",
        "onsearch",
        "onselect",
        "ondrag",
        "ondrop",
        "oncanplay",
        "onended",
        "onplay",
        "onhashchange",
        "onmessage",
        "onpopstate",
        "onunload",
        "onafterprint",
    ];
    let mut payloads: Vec<String> = tags
        .iter()
        .flat_map(|tag| handlers.iter().map(move |handler| format!("<{tag} {handler}=alert(1)>")))
        .collect();
    payloads.extend(
        [
            "<script>alert(1)</script>",
            "<SCRIPT SRC=//x.example>",
            "</script><script>alert(1)</script>",
            "<scr<script>ipt>",
            "\"><script>alert(1)</script>",
            "'><svg onload=alert(1)>",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "<iframe src=javascript:alert(1)>",
            "<a href=javascript:alert(1)>x</a>",
            "<base href=//x.example/>",
            "<meta http-equiv=refresh content=0>",
            "<link rel=stylesheet href=//x.example>",
            "<style>*{background:url(//x.example)}</style>",
            "<object data=//x.example>",
            "<embed src=//x.example>",
            "<form action=//x.example><button>",
            "<template><img src=x onerror=alert(1)></template>",
            "<!--><img src=x onerror=alert(1)>",
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
            "{{constructor.constructor('alert(1)')()}}",
            "${alert(1)}",
            "#{7*7}",
            "<%= 7*7 %>",
            "{{7*7}}",
            "__proto__",
            "constructor",
            "toString",
            "&lt;script&gt;",
            "&#60;script&#62;",
            "\\u003cscript\\u003e",
            "\\x3cscript\\x3e",
            "%3Cscript%3E",
            "<script",
            "<![CDATA[<script>]]>",
            "]]>",
            "<?php phpinfo();?>",
            "' OR '1'='1",
            "'; DROP TABLE licences; --",
            "\" OR \"\"=\"",
            "1; SELECT pg_sleep(9)",
            "admin'--",
            "%' UNION SELECT 1 --",
            "=cmd|' /C calc'!A0",
            "+1+1",
            "-1+1",
            "@SUM(1)",
            "=HYPERLINK(\"//x.example\")",
            "$(reboot)",
            "`reboot`",
            "; reboot",
            "| reboot",
            "&& reboot",
            "../../etc/passwd",
            "..\\..\\boot.ini",
            "file:///etc/passwd",
            "%s%s%s%n",
            "%x%x%x",
            "{0}",
            "%(name)s",
            "NULL",
            "null",
            "undefined",
            "NaN",
            "true",
            "[object Object]",
            "-0",
            "1e999",
            "0x0",
            "\"",
            "'",
            "\\",
            "\\\"",
            "\\\\",
            "/",
            "\\n",
            "}",
            "]",
            "\",\"x\":\"y",
            "\"}}",
            "EL1:",
            "eyJhbGciOiJub25lIn0..",
            "valid",
            "有效",
            "证照有效",
            "✔",
            "✅ 有效",
            "🟢",
            "😀👨",
            "𠮷野家",
            "ﷺ",
            "é",
            "e\u{301}",
            "ｖａｌｉｄ",
            "𝓿𝓪𝓵𝓲𝓭",
            "Ｖalid",
            "ｐｐ",
            "İ",
            "ß",
            "ﬁ",
            "Å",
            "a\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}",
            "\u{3000}",
            " ",
            "  x  ",
            "\u{a0}",
            "\u{e000}",
            "\u{10ffff}",
            "\u{fffd}",
            "\u{1f1e8}\u{1f1f3}",
        ]
        .map(str::to_owned),
    );
    for (at, payload) in payloads.iter().enumerate() {
        let mut c = claims(979_000);
        c.fld = Fields::new(vec![("mc".into(), payload.clone())]).unwrap();
        let token = signed_show(&c);
        // Every fourth as a QR text and in the delegate's name, too.
        let mut put = |name: String, input: String| {
            let mut line = Line::new('R', name, input, Ok);
            line.expect.field = Some(payload.clone());
            lines.push(line);
        };
        put(format!("hostile {at}"), token.clone());
        if at.is_multiple_of(4) {
            put(format!("hostile {at}, packed"), liangzheng_core::qr::pack(&token).unwrap());
            c.act = Some(liangzheng_core::token::Delegate { sub: "1".into(), name: payload.clone() });
            put(format!("hostile {at}, delegate"), signed_show(&c));
        }
    }
}

fn invisible(lines: &mut Vec<Line>) {
    let good = payload_of(&signed_show(&claims(979_001)));
    let grant = payload_of(signed_grant(&grant_claims(979_002)).trim_end_matches('~'));
    let hidden = (0..0x20_u32)
        .chain(0x7f..0xa0)
        .chain([0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xfeff, 0xffa0])
        .chain(0x180b..=0x180f)
        .chain(0x200b..=0x200f)
        .chain(0x2028..=0x202e)
        .chain(0x2060..=0x206f)
        .chain(0xfe00..=0xfe0f)
        .chain(0xfff0..=0xfffb)
        .chain([0x1bca0, 0x1d173, 0x1d17a, 0xe0000, 0xe0041, 0xe007f, 0xe0100, 0xe0fff]);
    for (at, code) in hidden.enumerate() {
        let stray = char::from_u32(code).unwrap();
        let value = format!("食{stray}品");
        let mut payload = good.clone();
        payload["fld"]["mc"] = json!(value);
        let token = signed(SHOW_HEADER, payload.to_string(), "show-a");
        lines.push(Line::new('R', format!("field with U+{code:04X}"), token, ClaimType).about("fld"));
        match at % 3 {
            0 => {
                let mut payload = good.clone();
                payload["act"] = json!({ "sub": "1", "name": value });
                let token = signed(SHOW_HEADER, payload.to_string(), "show-a");
                lines.push(
                    Line::new('R', format!("delegate with U+{code:04X}"), token, ClaimType).about("name"),
                );
            }
            1 => {
                let mut payload = grant.clone();
                payload["fld"]["mc"] = json!(value);
                let token = format!("{}~", signed(GRANT_HEADER, payload.to_string(), "grant-a"));
                let held = proved(&token, "inspector", nonce(1), NOW.0, "phone-1");
                lines.push(
                    Line::new('R', format!("grant's field with U+{code:04X}"), held, ClaimType).about("fld"),
                );
            }
            _ => {
                let mut payload = good.clone();
                let name = format!("m{stray}c");
                payload["fld"][&name] = json!("x");
                let token = signed(SHOW_HEADER, payload.to_string(), "show-a");
                lines.push(
                    Line::new('R', format!("field's key with U+{code:04X}"), token, ClaimType).about("fld"),
                );
            }
        }
    }
}

/// Every way in which bytes are not UTF-8 (Unicode, table 3-7), inside what is signed.
fn not_utf8(lines: &mut Vec<Line>) {
    let mut bad: Vec<Vec<u8>> = (0x80..=0xbf).step_by(3).map(|byte| vec![byte]).collect();
    bad.extend([0xc0, 0xc1].map(|byte| vec![byte, 0x80]));
    bad.extend((0xf5..=0xff).map(|byte| vec![byte, 0x80, 0x80, 0x80]));
    bad.extend((0xa0..=0xbf).step_by(4).map(|second| vec![0xed, second, 0x80]));
    bad.extend((0x80..=0x9f).step_by(4).map(|second| vec![0xe0, second, 0x80]));
    bad.extend((0x80..=0x8f).step_by(4).map(|second| vec![0xf0, second, 0x80, 0x80]));
    bad.extend((0x90..=0xbf).step_by(8).map(|second| vec![0xf4, second, 0x80, 0x80]));
    bad.extend([
        vec![0xc2],
        vec![0xc2, 0x20],
        vec![0xe1, 0x80],
        vec![0xe1, 0x80, 0x41],
        vec![0xf1, 0x80, 0x80],
        vec![0xf1, 0x41],
        vec![0xe4, 0xb9],
        vec![0xfe, 0xff],
        vec![0xff, 0xfe],
        b"\xff\xfe<\0s\0".to_vec(),
        vec![0xc4, 0xe3, 0xba, 0xc3],
        vec![0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
    ]);
    let good = payload_of(&signed_show(&claims(979_003))).to_string();
    let at = good.find("九九").unwrap();
    for bytes in bad {
        let name: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let spliced = [&good.as_bytes()[..at], &bytes, &good.as_bytes()[at..]].concat();
        let token = signed(SHOW_HEADER, &spliced, "show-a");
        lines.push(Line::new('R', format!("payload with bytes {name}"), token, Utf8));
        let header = [b"{\"alg\":\"ES256\",\"kid\":\"", &bytes[..], b"\",\"typ\":\"show+jwt\"}"].concat();
        let input = format!("{}.{}", super::encode(header), super::encode(&good));
        let signature = liangzheng_core::key::normalise_s(super::key("show-a").sign_raw(input.as_bytes()));
        lines.push(Line::new(
            'R',
            format!("header with bytes {name}"),
            format!("{input}.{}", super::encode(signature)),
            Utf8,
        ));
    }
}
