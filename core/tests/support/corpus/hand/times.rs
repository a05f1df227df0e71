//! N: times at and around every limit, and numbers at the ends of their types, in tokens whose signature is good.

use liangzheng_core::verify::Code::{
    self, ClaimType, GrantExpired, KeyState, Lifetime, ProofTime, TokenEarly, TokenExpired,
};
use serde_json::json;

use super::{super::Line, GRANT_HEADER, SHOW_HEADER, signed};
use crate::support::world::{
    DAY, NOW, claims, grant_claims, nonce, payload_of, proved, signed_grant, signed_show,
};

const AGES: [i64; 15] = [-DAY, -3_601, -300, -61, -60, -59, -1, 0, 1, 59, 60, 61, 62, 300, DAY];

/// Ends of the number types that other readers keep times in.
const ENDS: [i64; 10] = [
    1,
    i32::MAX as i64,
    i32::MAX as i64 + 1,
    u32::MAX as i64,
    u32::MAX as i64 + 1,
    4_102_444_800,
    1 << 53,
    (1 << 53) + 1,
    i64::MAX - 1,
    i64::MAX,
];

pub fn add(lines: &mut Vec<Line>) {
    let show = payload_of(&signed_show(&claims(975_000)));
    let grant = payload_of(signed_grant(&grant_claims(975_001)).trim_end_matches('~'));
    let show_at = |iat: i64, exp: i64| {
        let mut payload = show.clone();
        (payload["iat"], payload["exp"]) = (json!(iat), json!(exp));
        signed(SHOW_HEADER, payload.to_string(), "show-a")
    };
    let held_at = |iat: i64, exp: i64, proof: i64| {
        let mut payload = grant.clone();
        (payload["iat"], payload["exp"]) = (json!(iat), json!(exp));
        let token = format!("{}~", signed(GRANT_HEADER, payload.to_string(), "grant-a"));
        proved(&token, "inspector", nonce(1), proof, "phone-1")
    };
    let mut put = |name: String, input: String, code: Code| lines.push(Line::new('N', name, input, code));

    for made in AGES {
        let iat = NOW.0 + made;
        for life in [-1, 0, 1, 29, 30, 59, 60, 61, 62, 300, DAY] {
            put(
                format!("show/made {made}, lives {life}"),
                show_at(iat, iat + life),
                judge(iat, iat + life, None),
            );
        }
        for life in [0, 1, 60, DAY - 1, DAY, DAY + 1, 2 * DAY] {
            for proof in [-61, 0, 61] {
                let code = judge(iat, iat + life, Some(NOW.0 + proof));
                let input = held_at(iat, iat + life, NOW.0 + proof);
                put(format!("grant/made {made}, lives {life}, proof {proof}"), input, code);
            }
        }
    }
    for end in ENDS {
        let (iat, exp) = (NOW.0 - 10, NOW.0 + 50);
        put(format!("show/exp {end}"), show_at(iat, end), judge(iat, end, None));
        put(format!("show/iat {end}"), show_at(end, exp), judge(end, exp, None));
        put(
            format!("show/from {end}"),
            show_at(end, end.saturating_add(1)),
            judge(end, end.saturating_add(1), None),
        );
        put(format!("grant/exp {end}"), held_at(iat, end, NOW.0), judge(iat, end, Some(NOW.0)));
        put(format!("proof/iat {end}"), held_at(iat, exp, end), ProofTime);
    }

    // The verifier's own clock at the ends of its type; its floor is the newest list, ten minutes old.
    let (good, held) = (show_at(NOW.0 - 10, NOW.0 + 50), held_at(NOW.0 - 10, NOW.0 + 50, NOW.0));
    for now in [i64::MIN, i64::MIN + 1, -(1 << 53), i64::from(i32::MIN), -1, 0, 1, NOW.0 - 661] {
        lines.push(Line::new('N', format!("clock/{now}, S"), good.clone(), Code::Clock).at(now));
        lines.push(Line::new('N', format!("clock/{now}, H"), held.clone(), Code::Clock).at(now));
    }
    for now in [NOW.0 + 50, i64::from(i32::MAX), i64::from(u32::MAX), 1 << 53, i64::MAX] {
        lines.push(Line::new('N', format!("clock/{now}, S"), good.clone(), TokenExpired).at(now));
        lines.push(Line::new('N', format!("clock/{now}, H"), held.clone(), GrantExpired).at(now));
    }

    for day in [
        "20260229",
        "20261301",
        "20260001",
        "20260100",
        "20260132",
        "20260431",
        "19000229",
        "2026",
        "202601011",
        "2026010",
        "20260101 ",
        " 20260101",
        "2026-01-01",
        "２０２６０１０１",
        "-2026010",
        "+2026010",
        "00010101",
        "20260101T00:00:00",
        "1767225600",
        "0x134253d",
        "长期",
        "",
    ] {
        for name in ["vf", "vt"] {
            let mut payload = show.clone();
            payload[name] = json!(day);
            let token = signed(SHOW_HEADER, payload.to_string(), "show-a");
            lines.push(Line::new('N', format!("{name} {day:?}"), token, ClaimType).about(name));
        }
    }
}

/// What the rules of the contract say of a food inspector's code at the usual time; written from them, not from core.
fn judge(iat: i64, exp: i64, proof: Option<i64>) -> Code {
    // A code made after the catalogue was confirmed may be of a scene that gives it longer, up to the longest on paper.
    let longest = match proof {
        Some(_) => DAY,
        None if iat > NOW.0 + 600 => 180 * DAY,
        None => 60,
    };
    if exp <= iat {
        return Lifetime;
    }
    // The keys live from 30 days before to 60 days after.
    if !(NOW.0 - 30 * DAY..NOW.0 + 60 * DAY).contains(&iat) {
        return KeyState;
    }
    if exp.saturating_sub(iat) > longest {
        return Lifetime;
    }
    if proof.is_some_and(|proof| proof < iat - 60) {
        return ProofTime;
    }
    if iat > NOW.0 + 60 {
        return TokenEarly;
    }
    if NOW.0 >= exp {
        return if proof.is_some() { GrantExpired } else { TokenExpired };
    }
    if proof.is_some_and(|proof| (proof - NOW.0).abs() > 60) {
        return ProofTime;
    }
    Code::Ok
}
