use liangzheng_core::{
    qr,
    time::Day,
    token::Fields,
    verify::Code::{self, AudienceAssumed, Ok, Paper},
};

use super::super::{
    Cases,
    world::{DAY, NOW, challenge, claims, delegate, grant_claims, nonce, proved, signed_grant, signed_show},
};
use super::later;

pub fn add(all: &mut Cases) {
    let show = signed_show(&claims(all.number()));
    all.add("valid: S as a token", &show, Ok);
    let show = signed_show(&claims(all.number()));
    all.add("valid: S as a QR text", qr::pack(&show).unwrap(), Ok);
    let show = signed_show(&claims(all.number()));
    all.add("valid: no audience or scene named", &show, Ok).asked(None, None).cautions(&[AudienceAssumed]);
    let show = signed_show(&claims(all.number()));
    all.add("valid: audience alone named", &show, Ok).asked(Some("inspector"), None);
    let show = signed_show(&claims(all.number()));
    all.add("valid: scene alone named", qr::pack(&show).unwrap(), Ok).asked(None, Some("inspect.food"));

    for (name, change) in [
        ("without an end date", (|c| c.vt = None) as fn(&mut liangzheng_core::token::ShowClaims)),
        ("shown by a delegate", |c| c.act = Some(delegate())),
        ("no fields at all", |c| c.fld = Fields::default()),
        ("256 bytes of fields", |c| c.fld = Fields::new(vec![("mc".into(), "x".repeat(254))]).unwrap()),
        ("a field the catalogue does not label", |c| {
            c.fld = Fields::new(vec![("zz".into(), "1".into())]).unwrap()
        }),
        ("made 60 s ahead of the verifier's clock", |c| {
            c.iat = later(60);
            c.exp = later(90)
        }),
        ("one second before it runs out", |c| {
            c.iat = later(-59);
            c.exp = later(1)
        }),
        ("valid from today", |c| c.vf = Day::of(NOW)),
        ("valid until today", |c| c.vt = Some(Day::of(NOW))),
        ("the widest index", |c| c.status.idx = 1_048_575),
    ] {
        let mut c = claims(all.number());
        change(&mut c);
        all.add(format!("valid: {name}"), qr::pack(&signed_show(&c)).unwrap(), Ok);
    }

    let mut c = claims(all.number());
    (c.aud, c.scene, c.exp) = ("public".into(), "paper.notice".into(), later(180 * DAY - 10));
    all.add("valid: a printed code", qr::pack(&signed_show(&c)).unwrap(), Ok)
        .asked(None, Some("paper.notice"))
        .cautions(&[Paper]);

    for (scene, aud) in [("inspect.food", "inspector"), ("hotel.checkin", "hotel")] {
        for packed in [false, true] {
            let mut g = grant_claims(all.number());
            (g.licence.scene, g.licence.aud) = (scene.into(), aud.into());
            let presentation = proved(&signed_grant(&g), aud, nonce(1), NOW.0 - 3, "phone-1");
            let input = if packed { qr::pack(&presentation).unwrap() } else { presentation };
            all.add(format!("valid: H in {scene}, packed {packed}"), input, Ok).asked(Some(aud), Some(scene));
        }
    }
    for offset in [-60, 60] {
        let grant = signed_grant(&grant_claims(all.number()));
        all.add(
            format!("valid: H by a phone {offset} s off"),
            qr::pack(&proved(&grant, "inspector", nonce(2), NOW.0 + offset, "phone-1")).unwrap(),
            Ok,
        );
    }
    for (scene, aud) in
        [("inspect.food", "inspector"), ("hotel.checkin", "hotel"), ("hospital.visit", "hospital")]
    {
        let asked = challenge(scene, aud, 9);
        for (offset, cautions) in
            [(0, &[][..]), (3_650 * DAY, &[Code::ClockOff][..]), (-3_650 * DAY, &[Code::ClockOff])]
        {
            let mut g = grant_claims(all.number());
            (g.licence.scene, g.licence.aud) = (scene.into(), aud.into());
            let presentation =
                proved(&signed_grant(&g), &asked.proof_audience(), asked.nonce, NOW.0 + offset, "phone-1");
            all.add(
                format!("valid: H answers a challenge in {scene}, phone {offset} s off"),
                qr::pack(&presentation).unwrap(),
                Ok,
            )
            .challenged(&asked)
            .cautions(cautions);
        }
    }
}
