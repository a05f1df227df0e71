//! O: who signed, for whom, and for which scene: every key with every kind of token, every scene with every question.

use liangzheng_core::{
    token::{grant, show},
    verify::Code::{Audience, ClaimType, IssuerKeyMismatch, KeyState, Ok, Scene, Scope},
};
use serde_json::json;

use super::{super::Line, SHOW_HEADER, signed};
use crate::support::world::{
    A, B, BUSINESS, NOW, OPERATION, UNIT_1, UNIT_2, claims, grant_claims, identifier, key, nonce, payload_of,
    proved, signed_grant, signed_show, unit_b, unit_in,
};

/// Every key of the trust list: its operator, what it may sign, and whether it may have signed this hour.
const KEYS: [(&str, &str, &str, bool); 16] = [
    ("show-a", A, "show", true),
    ("grant-a", A, "grant", true),
    ("status-a", A, "status", true),
    ("catalogue-a", A, "catalogue", true),
    ("show-retired", A, "show", false),
    ("show-future", A, "show", false),
    ("show-revoked", A, "show", false),
    ("show-compromised", A, "show", false),
    ("grant-revoked", A, "grant", false),
    ("grant-revoked-later", A, "grant", true),
    ("grant-compromised", A, "grant", false),
    ("status-revoked", A, "status", false),
    ("show-b", B, "show", true),
    ("grant-b", B, "grant", true),
    ("status-b", B, "status", true),
    ("catalogue-b", B, "catalogue", true),
];

pub fn add(lines: &mut Vec<Line>) {
    keys_and_names(lines);
    look_alikes(lines);
    units_and_kinds(lines);
    scenes(lines);
}

fn keys_and_names(lines: &mut Vec<Line>) {
    for (kid, operator, purpose, in_life) in KEYS {
        for iss in [A, B, "lz.970000"] {
            let code = |wanted: &str| {
                if purpose != wanted || operator != iss {
                    IssuerKeyMismatch
                } else if !in_life {
                    KeyState
                } else if iss == B {
                    // B may not speak for A's unit.
                    Scope
                } else {
                    Ok
                }
            };
            let mut c = claims(976_000);
            c.iss = iss.into();
            let token = show::sign(&c, &key(kid)).unwrap();
            lines.push(Line::new('O', format!("show by {kid} for {iss}"), token, code("show")));
            let mut g = grant_claims(976_001);
            g.licence.iss = iss.into();
            let token = grant::sign(&g, &key(kid)).unwrap();
            let held = proved(&token, "inspector", nonce(1), NOW.0, "phone-1");
            lines.push(Line::new('O', format!("grant by {kid} for {iss}"), held, code("grant")));
        }
    }
}

/// Names that look like the operator's. Trust goes by key, so none of them ever helps.
fn look_alikes(lines: &mut Vec<Line>) {
    let good = payload_of(&signed_show(&claims(976_100)));
    for (iss, code) in [
        ("LZ.990000", IssuerKeyMismatch),
        ("Lz.990000", IssuerKeyMismatch),
        ("1z.990000", IssuerKeyMismatch),
        ("Iz.990000", IssuerKeyMismatch),
        ("lz.99OOOO", IssuerKeyMismatch),
        ("lz.9900000", IssuerKeyMismatch),
        ("lz.99000", IssuerKeyMismatch),
        ("lz.990000.", IssuerKeyMismatch),
        ("lz.990000/", IssuerKeyMismatch),
        ("lz:990000", IssuerKeyMismatch),
        ("lz-990000", IssuerKeyMismatch),
        ("https://lz.990000", IssuerKeyMismatch),
        ("lz.990000 ", ClaimType),
        (" lz.990000", ClaimType),
        ("lz.990000\u{0}", ClaimType),
        ("lz.990000\n", ClaimType),
        ("lz.99000\u{41e}", ClaimType),
        ("ⅼz.990000", ClaimType),
        ("lᴢ.990000", ClaimType),
        ("lz․990000", ClaimType),
        ("lz.９９００００", ClaimType),
        ("lz.990000\u{200d}", ClaimType),
        ("\u{202e}000099.zl", ClaimType),
        ("lz.990000?x", ClaimType),
        ("lz.990000#x", ClaimType),
        ("lz.990000,lz.980000", ClaimType),
        ("*", ClaimType),
    ] {
        let mut payload = good.clone();
        payload["iss"] = json!(iss);
        lines.push(Line::new(
            'O',
            format!("iss {iss:?}"),
            signed(SHOW_HEADER, payload.to_string(), "show-a"),
            code,
        ));
    }
}

fn units_and_kinds(lines: &mut Vec<Line>) {
    for (name, kind, unit, code) in [
        ("its own", BUSINESS, UNIT_1.to_owned(), Ok),
        ("a kind no scene here asks for", OPERATION, UNIT_1.into(), Scene),
        ("a kind this unit may not issue", BUSINESS, UNIT_2.into(), Scope),
        ("a kind that unit may issue", OPERATION, UNIT_2.into(), Scene),
        ("a unit that issues nothing", BUSINESS, "91990100MA0000031K".into(), Scope),
        ("a unit of B", BUSINESS, unit_b(), Scope),
        ("a unit nobody knows", BUSINESS, unit_in("1199010001"), Scope),
        ("a unit of the next region", BUSINESS, unit_in("1297010000"), Scope),
        ("a unit whose region begins alike", BUSINESS, unit_in("1190010000"), Scope),
        ("a kind nobody knows", "11100000MB0143028R002", UNIT_1.into(), Scope),
    ] {
        let mut c = claims(976_200);
        c.lic = identifier(kind, &unit);
        lines.push(Line::new('O', format!("licence of {name}"), signed_show(&c), code));
    }
    let good = payload_of(&signed_show(&claims(976_201)));
    let lic = good["lic"].as_str().unwrap();
    for (name, changed) in [
        ("in small letters", lic.to_lowercase()),
        ("with a space", format!("{lic} ")),
        ("without its check", lic[..lic.len() - 2].to_owned()),
        ("with another check", format!("{}T", &lic[..lic.len() - 1])),
        ("with six parts", format!("{lic}.1")),
        ("with an empty part", lic.replacen('.', "..", 1)),
        ("with its OID root", format!("1.2.156.3005.2.{lic}")),
        ("with two unit characters exchanged", lic.replacen("11990100", "11909100", 1)),
        ("with version 000", lic.replacen(".001.", ".000.", 1)),
        ("with a short serial", lic.replacen("20260000123", "123", 1)),
        ("with a look-alike letter", lic.replacen("MB", "\u{41c}B", 1)),
        ("in full-width digits", lic.replacen("2026", "２０２６", 1)),
    ] {
        let mut payload = good.clone();
        payload["lic"] = json!(changed);
        let token = signed(SHOW_HEADER, payload.to_string(), "show-a");
        lines.push(Line::new('O', format!("lic {name}"), token, ClaimType).about("lic"));
    }
}

fn scenes(lines: &mut Vec<Line>) {
    // (scene, its class, weakest profile: S, H, or H in answer to a challenge)
    let scenes = [
        ("inspect.food", "inspector", 0),
        ("archive.patient", "archive", 0),
        ("paper.notice", "public", 0),
        ("hotel.checkin", "hotel", 1),
        ("hospital.visit", "hospital", 2),
    ];
    for (scene, class, weakest) in scenes {
        for aud in [class, "stranger"] {
            for (profile, holder) in [(0, false), (1, true)] {
                let input = if holder {
                    let mut g = grant_claims(976_300);
                    (g.licence.scene, g.licence.aud) = (scene.into(), aud.into());
                    proved(&signed_grant(&g), class, nonce(1), NOW.0, "phone-1")
                } else {
                    let mut c = claims(976_301);
                    (c.scene, c.aud) = (scene.into(), aud.into());
                    signed_show(&c)
                };
                for ask_class in [None, Some(class), Some("another")] {
                    for ask_scene in [None, Some(scene), Some("another.scene")] {
                        let code = if aud != class || ask_class.is_some_and(|asked| asked != class) {
                            Audience
                        } else if ask_scene.is_some_and(|asked| asked != scene) || profile < weakest {
                            Scene
                        } else {
                            Ok
                        };
                        let name = format!(
                            "{scene} for {aud}, profile {profile}, asked {ask_class:?} {ask_scene:?}"
                        );
                        lines.push(Line::new('O', name, input.clone(), code).asked(ask_class, ask_scene));
                    }
                }
            }
        }
    }
}
