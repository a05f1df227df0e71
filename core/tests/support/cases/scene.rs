use liangzheng_core::{
    qr,
    token::{Delegate, show},
    verify::Code::{self, Audience, Lifetime, Nonce, Ok, Scene},
};

use super::super::{
    Cases,
    world::{
        NOW, OPERATION, UNIT_1, challenge, claims, grant_claims, identifier, key, nonce, proved,
        signed_grant, signed_show,
    },
};
use super::later;

pub fn add(all: &mut Cases) {
    let fresh = |all: &Cases| claims(all.number());
    let mut c = fresh(all);
    c.aud = "hotel".into();
    all.add("audience: not the scene's class", signed_show(&c), Audience);
    let mut c = fresh(all);
    c.aud = "hotel".into();
    all.add("audience: not the scene's class, none asked", signed_show(&c), Audience).asked(None, None);
    let c = fresh(all);
    all.add("audience: another asked", signed_show(&c), Audience).asked(Some("hotel"), None);
    let c = fresh(all);
    all.add("audience: in capitals asked", signed_show(&c), Audience).asked(Some("Inspector"), None);
    let c = fresh(all);
    all.add("scene: another asked", signed_show(&c), Scene).asked(None, Some("hotel.checkin"));
    let c = fresh(all);
    all.add("scene: another of the same class asked", signed_show(&c), Scene)
        .asked(Some("inspector"), Some("inspect.fire"));
    let mut c = fresh(all);
    c.scene = "inspect.fire".into();
    all.add("scene: unknown to the catalogue", signed_show(&c), Scene).asked(None, None);
    let mut c = fresh(all);
    c.lic = identifier(OPERATION, UNIT_1);
    all.add("scene: a kind it does not ask for", signed_show(&c), Scene);
    for (scene, aud) in [("hotel.checkin", "hotel"), ("hospital.visit", "hospital")] {
        let mut c = fresh(all);
        (c.scene, c.aud) = (scene.into(), aud.into());
        all.add(format!("profile: S where {scene} wants more"), signed_show(&c), Scene).asked(None, None);
    }
    let mut g = grant_claims(all.number());
    (g.licence.scene, g.licence.aud) = ("hospital.visit".into(), "hospital".into());
    all.add(
        "profile: H where hospital.visit wants a challenge answered",
        proved(&signed_grant(&g), "hospital", nonce(1), NOW.0, "phone-1"),
        Scene,
    )
    .asked(None, None);

    // Against a challenge nothing falls back.
    let asked = challenge("inspect.food", "inspector", 7);
    let c = fresh(all);
    all.add("challenge: S", qr::pack(&signed_show(&c)).unwrap(), Nonce).challenged(&asked);
    let grant = |all: &Cases| signed_grant(&grant_claims(all.number()));
    let g = grant(all);
    all.add("challenge: plain H", proved(&g, "inspector", nonce(1), NOW.0, "phone-1"), Nonce)
        .challenged(&asked);
    let g = grant(all);
    all.add(
        "challenge: plain H with its nonce",
        proved(&g, "inspector", nonce(7), NOW.0, "phone-1"),
        Audience,
    )
    .challenged(&asked);
    let g = grant(all);
    all.add(
        "challenge: another nonce",
        proved(&g, &asked.proof_audience(), nonce(8), NOW.0, "phone-1"),
        Nonce,
    )
    .challenged(&asked);
    let g = grant(all);
    all.add(
        "challenge: another unit",
        proved(&g, "inspector#11990100MB0000019L", nonce(7), NOW.0, "phone-1"),
        Audience,
    )
    .challenged(&asked);
    let g = grant(all);
    all.add(
        "challenge: another class",
        proved(&g, "hotel#91990100MA0000031K", nonce(7), NOW.0, "phone-1"),
        Audience,
    )
    .challenged(&asked);
    let g = grant(all);
    let other = challenge("hotel.checkin", "hotel", 7);
    all.add(
        "challenge: for another scene",
        proved(&g, &other.proof_audience(), nonce(7), NOW.0, "phone-1"),
        Audience,
    )
    .challenged(&other);
    let g = grant(all);
    let same_class = challenge("inspect.fire", "inspector", 7);
    all.add(
        "challenge: for another scene of the class",
        proved(&g, &same_class.proof_audience(), nonce(7), NOW.0, "phone-1"),
        Scene,
    )
    .challenged(&same_class);
    let g = grant(all);
    all.add(
        "challenge: an answer shown to who did not ask",
        proved(&g, &asked.proof_audience(), nonce(7), NOW.0, "phone-1"),
        Audience,
    );

    // Lives.
    for (name, change, code) in [
        (
            "61 s on a screen",
            (|c| c.exp = later(51)) as fn(&mut liangzheng_core::token::ShowClaims),
            Lifetime,
        ),
        ("a day on a screen", |c| c.exp = later(86_400), Lifetime),
        ("60 s on a screen", |c| c.exp = later(50), Ok),
    ] {
        let mut c = fresh(all);
        change(&mut c);
        all.add(format!("lifetime: {name}"), signed_show(&c), code);
    }
    let mut c = fresh(all);
    (c.scene, c.aud, c.exp) = ("paper.notice".into(), "public".into(), later(180 * 86_400 - 9));
    all.add("lifetime: a second over 180 days on paper", signed_show(&c), Lifetime).asked(None, None);
    let mut g = grant_claims(all.number());
    g.licence.exp = later(-3_600 + 86_400);
    all.add(
        "lifetime: a grant of 24 h",
        proved(&signed_grant(&g), "inspector", nonce(1), NOW.0, "phone-1"),
        Ok,
    );
    let mut g = grant_claims(all.number());
    g.licence.exp = later(-3_600 + 86_401);
    all.add(
        "lifetime: a grant of 24 h and a second",
        proved(&signed_grant(&g), "inspector", nonce(1), NOW.0, "phone-1"),
        Lifetime,
    );

    // Used twice.
    let c = fresh(all);
    all.add("replay: S shown again", qr::pack(&signed_show(&c)).unwrap(), Code::Replay).twice();
    let g = grant(all);
    all.add(
        "replay: H shown again",
        qr::pack(&proved(&g, "inspector", nonce(5), NOW.0, "phone-1")).unwrap(),
        Code::Replay,
    )
    .twice();

    let mut c = fresh(all);
    c.act = Some(Delegate { sub: "1".repeat(96), name: "x".into() });
    all.add("delegate: 96 bytes", show::sign(&c, &key("show-a")).unwrap(), Ok);
}
