use liangzheng_core::{
    limits::RELEASE_DATE,
    qr,
    time::Day,
    verify::Code::{
        self, Clock, GrantExpired, LicenceExpired, LicenceNotYet, Lifetime, Ok, ProofTime, Sig, StatusAgeing,
        StatusInvalid, TokenEarly, TokenExpired,
    },
};

use super::super::{
    Cases,
    world::{DAY, NOW, challenge, claims, grant_claims, nonce, proved, signed_grant, signed_show},
};
use super::later;

pub fn add(all: &mut Cases) {
    for (made, code) in [
        (-59, Ok),
        (-60, TokenExpired),
        (-61, TokenExpired),
        (-155, TokenExpired),
        (0, Ok),
        (59, Ok),
        (60, Ok),
        (61, TokenEarly),
        (3_600, TokenEarly),
    ] {
        let mut c = claims(all.number());
        (c.iat, c.exp) = (later(made), later(made + 60));
        all.add(format!("time: S made {made} s from now"), qr::pack(&signed_show(&c)).unwrap(), code);
    }
    for (from, to, code) in [(0, 0, Ok), (1, 30, LicenceNotYet), (-30, -1, LicenceExpired), (-30, 0, Ok)] {
        let mut c = claims(all.number());
        (c.vf, c.vt) = (Day::of(later(from * DAY)), Some(Day::of(later(to * DAY))));
        all.add(format!("dates: from day {from} to day {to}"), signed_show(&c), code);
    }
    // A day ends at midnight in China, 16:00 UTC; the case's clock is 08:00 UTC.
    for (at, code) in [(8 * 3_600 - 1, Ok), (8 * 3_600, LicenceExpired)] {
        let mut c = claims(all.number());
        (c.iat, c.exp, c.vt) = (later(at - 5), later(at + 50), Some(Day::of(NOW)));
        all.add(format!("dates: the last day, {at} s on"), signed_show(&c), code)
            .at(NOW.0 + at)
            .cautions(&[StatusAgeing]);
    }

    // Grants and proofs.
    for (offset, code) in [
        (-60, Ok),
        (60, Ok),
        (-61, ProofTime),
        (61, ProofTime),
        (-600, ProofTime),
        (600, ProofTime),
        (601, ProofTime),
        (-3_000, ProofTime),
        (DAY, ProofTime),
    ] {
        let token = signed_grant(&grant_claims(all.number()));
        all.add(
            format!("proof: phone {offset} s off"),
            proved(&token, "inspector", nonce(4), NOW.0 + offset, "phone-1"),
            code,
        );
    }
    for (end, code) in [(1, Ok), (0, GrantExpired), (-1, GrantExpired), (-1_000, GrantExpired)] {
        let mut g = grant_claims(all.number());
        g.licence.exp = later(end);
        all.add(
            format!("grant: ends {end} s from now"),
            proved(&signed_grant(&g), "inspector", nonce(4), NOW.0, "phone-1"),
            code,
        );
    }
    for (made, proof, code) in [(30, -30, Ok), (30, -31, ProofTime), (61, 0, ProofTime), (60, 0, Ok)] {
        let mut g = grant_claims(all.number());
        g.licence.iat = later(made);
        all.add(
            format!("grant: made {made} s, proof {proof} s from now"),
            proved(&signed_grant(&g), "inspector", nonce(4), NOW.0 + proof, "phone-1"),
            code,
        );
    }

    // The verifier's own clock.
    let mut c = claims(all.number());
    c.iat = later(-5);
    let good = signed_show(&c);
    let forged = format!("{}{}", &good[..good.len() - 2], if good.ends_with("AA") { "BA" } else { "AA" });
    for (name, at) in [
        ("a month behind", NOW.0 - 30 * DAY),
        ("ten years behind", NOW.0 - 3_650 * DAY),
        ("1970", 0),
        ("before 1970", -1),
        ("the first second there is", i64::MIN),
    ] {
        all.add(format!("clock: {name}"), &good, Clock).at(at);
        all.add(format!("clock: {name}, signature wrong"), &forged, Sig).at(at);
    }
    all.add("clock: the day of release", &good, Clock).at(RELEASE_DATE.0);
    all.add("clock: behind, nothing held", &good, Code::TrustMissing).world("nothing");
    all.add("clock: behind the release, nothing held", &good, Clock).world("nothing").at(0);
    // The newest thing held is 600 s old: 660 s behind is within the slack, a second more is not.
    let made_then = |seconds: i64| {
        let mut c = claims(940_000);
        (c.iat, c.exp) = (later(seconds - 5), later(seconds + 50));
        signed_show(&c)
    };
    all.add("clock: 60 s before the newest list", made_then(-660), Ok).at(NOW.0 - 660);
    all.add("clock: 61 s before the newest list", made_then(-661), Clock).at(NOW.0 - 661);
    let mut lives_long = claims(all.number());
    lives_long.exp = later(3_600);
    all.add("clock: behind, but the token's life needs no clock", signed_show(&lives_long), Lifetime)
        .at(NOW.0 - 30 * DAY);
    let mut c = claims(all.number());
    c.status.idx = 1;
    all.add("clock: behind, but a final status needs no clock", signed_show(&c), StatusInvalid)
        .at(NOW.0 - 30 * DAY);
    let mut c = claims(all.number());
    c.status.idx = 2;
    all.add("clock: behind, and a suspension may be over", signed_show(&c), Clock).at(NOW.0 - 30 * DAY);
    all.add("clock: ten years ahead, S", &good, TokenExpired).at(NOW.0 + 3_650 * DAY);
    all.add("clock: the last second there is", &good, TokenExpired).at(i64::MAX);

    // The handshake frees the phone's clock, not the verifier's.
    let asked = challenge("inspect.food", "inspector", 6);
    let token = signed_grant(&grant_claims(all.number()));
    let answer = proved(&token, &asked.proof_audience(), asked.nonce, NOW.0, "phone-1");
    all.add("handshake: verifier ten years behind", &answer, Clock)
        .challenged(&asked)
        .at(NOW.0 - 3_650 * DAY);
    all.add("handshake: verifier ten years ahead", &answer, GrantExpired)
        .challenged(&asked)
        .at(NOW.0 + 3_650 * DAY);
}
