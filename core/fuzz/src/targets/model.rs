//! When a code is valid in the world of the vectors, said a second time and from the JSON alone: the re-signing targets
//! hold the verifier to it in both directions.
//!
//! Written for this one world (`core/tests/support/world.rs`) and short, where the verifier is general and long.

use liangzheng_core::{identifier::Identifier, time::Day, time::UnixTime, token::Challenge};
use serde_json::{Map, Value};

use super::world::{self, A, B, BUSINESS, DAY, LIST_A, LIST_B, LIST_OLD, UNIT_1, unit_b};

const NOW: i64 = world::NOW.0;

/// What the verifier is asked with.
pub struct Asked<'a> {
    pub now: i64,
    pub audience: Option<&'a str>,
    pub scene: Option<&'a str>,
    pub challenge: Option<&'a Challenge>,
}

/// Whether a show token with these claims, signed by `kid`, is valid.
pub fn show_is_valid(claims: &Value, kid: &str, asked: &Asked<'_>) -> bool {
    asked.challenge.is_none() && licence(claims, kid, "show-", asked, None, &[]).is_some()
}

/// Whether a grant with these claims, signed by `kid`, and a proof with those, signed by `phone`, are valid together.
pub fn grant_is_valid(
    claims: &Value,
    kid: &str,
    proof: &Value,
    right_hash: &str,
    phone: &Value,
    asked: &Asked<'_>,
) -> bool {
    (|| {
        let scene = licence(claims, kid, "grant-", asked, Some(DAY), &["vct", "cnf"])?;
        let cnf = only(claims.get("cnf")?, &["jwk"])?;
        let proof = only(proof, &["iat", "aud", "nonce", "sd_hash"])?;
        let iat = whole(proof.get("iat")?)?;
        let nonce = proof.get("nonce")?.as_str().filter(|nonce| is_random(nonce))?;
        let audience = proof.get("aud")?.as_str()?;
        let answers = match asked.challenge {
            None => {
                audience == scene.aud
                    && iat >= whole(claims.get("iat")?)? - 60
                    && (iat - asked.now).abs() <= 60
            }
            Some(challenge) => {
                nonce == challenge.nonce.to_string()
                    && audience == format!("{}#{}", challenge.aud, challenge.rp)
                    && challenge.aud == scene.aud
                    && challenge.scene == scene.code
            }
        };
        let holds = answers
            && claims.get("vct")? == "urn:liangzheng:licence:1"
            && cnf.get("jwk")? == phone
            && proof.get("sd_hash")? == right_hash;
        holds.then_some(())
    })()
    .is_some()
}

struct Scene {
    code: String,
    aud: &'static str,
}

/// Everything a licence's claims must hold; the scene, if they do.
fn licence(
    claims: &Value,
    kid: &str,
    purpose: &str,
    asked: &Asked<'_>,
    longest: Option<i64>,
    more: &[&str],
) -> Option<Scene> {
    let known = ["iss", "iat", "exp", "jti", "aud", "scene", "lic", "fld", "vf", "vt", "status", "act"];
    let claims = only(claims, &[&known[..], more].concat())?;
    let text = |name: &str| claims.get(name)?.as_str();
    let (iat, exp) = (whole(claims.get("iat")?)?, whole(claims.get("exp")?)?);
    let (now, operator) = (asked.now, text("iss")?);
    let is_a = operator == A;

    // The key: its operator, its purpose, its life.
    if !kid.starts_with(purpose) || operator != if kid.ends_with("-b") { B } else { A } {
        return None;
    }
    let best = now.max(NOW - 600);
    let key_is_good = match &kid[purpose.len()..] {
        "retired" => iat < NOW - 10,
        "future" => iat >= NOW + 10,
        "compromised" => false,
        "revoked" => iat < NOW - 20 && (purpose == "show-" || best < NOW - 20),
        "revoked-later" => iat < NOW + 600 && best < NOW + 600,
        _ => true,
    };
    let in_period = (NOW - 30 * DAY..NOW + 60 * DAY).contains(&iat);

    // The scene, by operator.
    let code = text("scene")?;
    let (aud, life, age, show_passes) = match (is_a, code) {
        (_, "inspect.food") => ("inspector", 60, DAY, true),
        (true, "hotel.checkin") => ("hotel", 60, DAY, false),
        (true, "hospital.visit") => ("hospital", 60, DAY, asked.challenge.is_some()),
        (true, "paper.notice") => ("public", 180 * DAY, 7 * DAY, true),
        (true, "archive.patient") => ("archive", 60, 7 * DAY, true),
        _ => return None,
    };
    let strong_enough = match longest {
        None => show_passes,
        Some(_) => code != "hospital.visit" || asked.challenge.is_some(),
    };
    let scene_is_asked = asked.scene.is_none_or(|asked| asked == code)
        && asked.audience.is_none_or(|asked| asked == aud)
        && text("aud")? == aud;

    // The clocks: the newest list was made 600 s before NOW.
    let in_time = now >= NOW - 660
        && iat <= now.saturating_add(60)
        && now < exp
        && exp > iat
        && exp.saturating_sub(iat) <= longest.unwrap_or(life)
        && now < NOW + 20 * DAY;

    // The licence: identifier, unit and kind, dates.
    let identifier =
        Identifier::parse(text("lic")?).ok().filter(|read| Some(read.as_str()) == text("lic"))?;
    let may_issue =
        identifier.kind() == BUSINESS && identifier.issuer() == if is_a { UNIT_1.into() } else { unit_b() };
    let today = Day::of(UnixTime(now));
    let first = Day::parse(text("vf")?)?;
    let last = match claims.get("vt") {
        Some(last) => Some(Day::parse(last.as_str()?)?),
        None => None,
    };
    let dates_hold = first <= today && last.is_none_or(|last| today <= last && first <= last);

    // The status: which list, how old, which entry.
    let status = only(claims.get("status")?, &["status_list"])?;
    let entry = only(status.get("status_list")?, &["idx", "uri"])?;
    let made = match entry.get("uri")?.as_str()? {
        LIST_A if is_a => NOW - 600,
        LIST_OLD if is_a => NOW - 2 * DAY,
        LIST_B if !is_a => NOW - 600,
        _ => return None,
    };
    let index = whole(entry.get("idx")?)?;
    let stands = index < 1 << 20 && ![1, 2, 4, 7, 9].contains(&index);
    let is_fresh = (now - made).max(0) <= age && now < made + 7 * DAY;

    let holds = key_is_good
        && in_period
        && strong_enough
        && scene_is_asked
        && in_time
        && may_issue
        && dates_hold
        && stands
        && is_fresh
        && is_random(text("jti")?)
        && fields_are_right(claims.get("fld")?)
        && claims.get("act").is_none_or(delegate_is_right);
    holds.then(|| Scene { code: code.into(), aud })
}

fn fields_are_right(fields: &Value) -> bool {
    let Value::Object(fields) = fields else { return false };
    let length = |(key, value): (&String, &Value)| key.len() + value.as_str().map_or(0, str::len);
    let key_is_right = |key: &String| {
        (1..=16).contains(&key.len())
            && key.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
    };
    fields.keys().all(key_is_right)
        && fields.values().all(|value| value.as_str().is_some_and(is_plain))
        && fields.iter().map(length).sum::<usize>() <= 256
}

fn delegate_is_right(delegate: &Value) -> bool {
    let is_right = |value: Option<&Value>| {
        value.and_then(Value::as_str).is_some_and(|text| (1..=96).contains(&text.len()) && is_plain(text))
    };
    only(delegate, &["sub", "name"]).is_some_and(|act| is_right(act.get("sub")) && is_right(act.get("name")))
}

/// The members of an object that holds none but those.
fn only<'a>(value: &'a Value, known: &[&str]) -> Option<&'a Map<String, Value>> {
    value.as_object().filter(|members| members.keys().all(|name| known.contains(&name.as_str())))
}

/// A JSON integer that is not negative.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().filter(|number| *number >= 0)
}

/// 16 characters of base64url.
fn is_random(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn is_plain(text: &str) -> bool {
    let hides = |c: char| {
        ('\u{200b}'..='\u{200f}').contains(&c)
            || ('\u{2028}'..='\u{202e}').contains(&c)
            || ('\u{2060}'..='\u{206f}').contains(&c)
            || ('\u{fff9}'..='\u{fffb}').contains(&c)
            || ['\u{feff}', '\u{61c}'].contains(&c)
    };
    !text.chars().any(|c| c.is_control() || hides(c))
}
