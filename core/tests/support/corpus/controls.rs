//! Category Z: valid codes of every kind, scene, profile and clock, so that a verifier which refuses everything fails.

use liangzheng_core::{
    qr,
    status::StatusValue,
    time::{Day, UnixTime},
    token::{
        Challenge, Delegate, Fields, GrantClaims, Jti, Nonce, ShowClaims, StatusRef, grant, proof, show,
    },
    verify::Code,
};
use serde_json::{Value, json};

use super::{Line, keys::key, random::Random};
use crate::support::world::{
    A, B, BUSINESS, DAY, LIST_A, LIST_B, LIST_OLD, NOW, UNIT_1, claims, identifier, unit_b,
};

/// Seconds from the usual time at which controls are checked: few, so that a shell answers many in one run. The last
/// is the end of the first list's day, the first the slack before the newest list.
const CLOCKS: [i64; 5] = [-660, 0, 59, 43_200, DAY - 600];

/// Where a code may be shown in the world `main`.
struct Place {
    scene: &'static str,
    aud: &'static str,
    /// Longest life of an S code, 0 where none is taken.
    show: i64,
    plain_holder: bool,
}

const PLACES: [Place; 5] = [
    Place { scene: "inspect.food", aud: "inspector", show: 60, plain_holder: true },
    Place { scene: "archive.patient", aud: "archive", show: 60, plain_holder: true },
    Place { scene: "paper.notice", aud: "public", show: 180 * DAY, plain_holder: false },
    Place { scene: "hotel.checkin", aud: "hotel", show: 0, plain_holder: true },
    Place { scene: "hospital.visit", aud: "hospital", show: 0, plain_holder: false },
];

pub fn lines(seed: u64, count: usize) -> impl Iterator<Item = Line> {
    let mut random = Random::new(seed, "Z");
    (0..count).map(move |number| line(&mut random, number))
}

fn line(random: &mut Random, number: usize) -> Line {
    let place = random.pick(&PLACES);
    let now = NOW.0 + *random.pick(&CLOCKS);
    // A few answer a challenge, which the command line takes one by one only.
    let challenge = (place.scene == "hospital.visit" || random.one_in(30)).then(|| Challenge {
        aud: place.aud.into(),
        rp: "91990100MA0000031K".into(),
        scene: place.scene.into(),
        nonce: Nonce::from_bytes(random.bytes()),
    });
    // Most of what a challenge would have answered goes to the plainest place.
    let (place, challenge) = match challenge {
        Some(_) if place.scene == "paper.notice" || !random.one_in(16) => (&PLACES[0], None),
        other => (place, other),
    };
    let holder = challenge.is_some() || place.show == 0 || (place.plain_holder && random.one_in(2));
    let mut claims = claims_at(random, now, holder, place.show);
    (claims.scene, claims.aud) = (place.scene.into(), place.aud.into());
    if place.scene == "archive.patient" && random.one_in(2) {
        // Two days old, where seven are allowed.
        claims.status.uri = LIST_OLD.into();
    }
    if place.scene == "inspect.food" && random.one_in(4) {
        (claims.iss, claims.lic) = (B.into(), identifier(BUSINESS, &unit_b()));
        claims.status.uri = LIST_B.into();
    }
    let of = if claims.iss == A { "a" } else { "b" };
    let presentation = if holder {
        let phone: &&str = random.pick(&PHONES);
        let grant = GrantClaims { cnf: key(phone).public(), licence: claims };
        let phone = PHONES.iter().find(|phone| key(phone).public() == grant.cnf).unwrap();
        let (aud, nonce, off) = match &challenge {
            // The handshake frees the phone's clock.
            Some(asked) => (asked.proof_audience(), asked.nonce, random.between(-1_000_000, 1_000_000_000)),
            None => (place.aud.into(), Nonce::from_bytes(random.bytes()), random.between(-60, 60)),
        };
        let grant = grant::sign(&grant, &*key(&format!("grant-{of}"))).unwrap();
        let input = proof::signing_input(&grant, &aud, &nonce, UnixTime(now + off));
        // Not made low: a phone's signature may have s in either half.
        proof::attach(&grant, &input, &key(phone).sign_raw(input.as_bytes()))
    } else {
        show::sign(&claims, &*key(&format!("show-{of}"))).unwrap()
    };
    let input = if random.one_in(4) { presentation } else { qr::pack(&presentation).unwrap() };
    let profile = if challenge.is_some() {
        "H+nonce"
    } else if holder {
        "H"
    } else {
        "S"
    };
    let mut line = Line::new('Z', format!("{number}/{}/{profile}", place.scene), input, Code::Ok).at(now);
    line = match (&challenge, random.below(4)) {
        (Some(_), _) | (None, 0) => line.asked(None, None),
        (None, 1) => line.asked(Some(place.aud), None),
        (None, 2) => line.asked(None, Some(place.scene)),
        _ => line.asked(Some(place.aud), Some(place.scene)),
    };
    line.challenge = challenge.map(|asked| asked.to_text());
    line
}

const PHONES: [&str; 4] = ["phone-1", "phone-2", "phone-3", "phone-4"];

/// Claims of a good code for a food inspector.
pub fn food_claims(random: &mut Random, now: i64, holder: bool) -> ShowClaims {
    claims_at(random, now, holder, 60)
}

fn claims_at(random: &mut Random, now: i64, holder: bool, longest: i64) -> ShowClaims {
    let mut c = claims(0);
    c.jti = Jti::from_bytes(random.bytes());
    if holder {
        // Young enough for its own life, old enough for a proof by a phone that is a minute slow.
        let iat = now - random.between(0, 86_000);
        (c.iat, c.exp) = (UnixTime(iat), UnixTime(random.between(now + 1, iat + 86_400)));
    } else {
        // A screen code may be a minute early; what is made on paper is not older than its key.
        let iat = random.between((now + 1 - longest).max(NOW.0 - 29 * DAY), now + 60);
        (c.iat, c.exp) = (UnixTime(iat), UnixTime(random.between((now + 1).max(iat + 1), iat + longest)));
    }
    c.lic = identifier(BUSINESS, UNIT_1);
    c.fld = fields(random);
    let day = |at: i64| Day::of(UnixTime(now + at * DAY));
    c.vf = day(-random.between(0, 9_000));
    c.vt = random.one_in(4).then(|| day(random.between(0, 9_000)));
    let good = [0, 3, 5, 6, 8, 10, 1_048_575];
    let idx = if random.one_in(2) {
        *random.pick(&good)
    } else {
        u32::try_from(random.between(10, 1_048_575)).unwrap()
    };
    c.status = StatusRef { uri: LIST_A.into(), idx };
    let notices = [StatusValue::Notice, StatusValue::PaperLost, StatusValue::InspectionOverdue];
    c.ntc = random.one_in(4).then(|| *random.pick(&notices));
    c.act = random.one_in(5).then(|| Delegate { sub: word(random, 20), name: word(random, 12) });
    c
}

/// Words of any script, with what JSON and HTML must escape; nothing invisible.
fn word(random: &mut Random, longest: usize) -> String {
    let letters: Vec<char> = "九市店证张*0123456789 <b>&\"'\\/{}[]:;,😀é𠮷ЖΩ%$#@!+-=~`|^.".chars().collect();
    let mut word: String = (0..=random.below(longest)).map(|_| *random.pick(&letters)).collect();
    word.push('*');
    word
}

fn fields(random: &mut Random) -> Fields {
    let mut left = 256;
    let mut fields: Vec<(String, String)> = vec![];
    for key in ["mc", "xm", "zh", "zz", "a_1"].iter().take(random.below(6)) {
        let value = word(random, 30);
        if let Some(rest) = usize::checked_sub(left, key.len() + value.len()) {
            left = rest;
            fields.push(((*key).into(), value));
        }
    }
    Fields::new(fields).unwrap()
}

/// The claims as JSON, for tokens that core itself would not sign.
pub fn wire(claims: &ShowClaims) -> Value {
    let fields: serde_json::Map<String, Value> =
        claims.fld.iter().map(|(key, value)| (key.into(), value.into())).collect();
    let mut json = json!({
        "iss": claims.iss, "iat": claims.iat, "exp": claims.exp, "jti": claims.jti.to_string(), "aud": claims.aud,
        "scene": claims.scene, "lic": claims.lic.as_str(), "fld": fields, "vf": claims.vf.to_string(),
        "status": { "status_list": { "idx": claims.status.idx, "uri": claims.status.uri } },
    });
    if let Some(vt) = claims.vt {
        json["vt"] = json!(vt.to_string());
    }
    if let Some(ntc) = claims.ntc {
        json["ntc"] = json!(ntc.wire());
    }
    if let Some(act) = &claims.act {
        json["act"] = json!({ "sub": act.sub, "name": act.name });
    }
    json
}

/// Some JSON value of no meaning, three levels deep at most.
pub fn any_value(random: &mut Random) -> Value {
    random
        .pick(&[
            json!(null),
            json!(true),
            json!(0),
            json!(-7),
            json!(1.5),
            json!(1e300),
            json!(""),
            json!("x"),
            json!("证"),
            json!([]),
            json!(["exp"]),
            json!({}),
            json!({ "a": [1] }),
        ])
        .clone()
}
