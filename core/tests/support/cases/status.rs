use liangzheng_core::{
    qr,
    token::StatusRef,
    verify::Code::{
        self, InspectionOverdue, LicenceExpired, Notice, Ok, ReportedLost, StatusAgeing, StatusInvalid,
        StatusMissing, StatusStale, StatusSuperseded, StatusSuspended, TokenExpired,
    },
};

use super::super::{
    Cases,
    world::{DAY, LIST_A, LIST_OLD, NOW, claims, grant_claims, nonce, proved, signed_grant, signed_show},
};
use super::later;

pub fn add(all: &mut Cases) {
    let values: [(u32, Code, &[Code]); 9] = [
        (0, Ok, &[]),
        (1, StatusInvalid, &[]),
        (2, StatusSuspended, &[]),
        (3, Ok, &[Notice]),
        (4, StatusSuperseded, &[]),
        (5, Ok, &[ReportedLost]),
        (6, Ok, &[InspectionOverdue]),
        (7, StatusInvalid, &[]),
        (9, StatusInvalid, &[]),
    ];
    for (idx, code, cautions) in values {
        let mut c = claims(all.number());
        c.status.idx = idx;
        // The list is older than the code, and nothing is signed for a suspended licence.
        let of_show = if code == StatusSuspended { StatusStale } else { code };
        all.add(format!("status: entry {idx}, S"), qr::pack(&signed_show(&c)).unwrap(), of_show)
            .cautions(cautions);
        let mut g = grant_claims(all.number());
        g.licence.status.idx = idx;
        all.add(
            format!("status: entry {idx}, H"),
            qr::pack(&proved(&signed_grant(&g), "inspector", nonce(1), NOW.0, "phone-1")).unwrap(),
            code,
        )
        .cautions(cautions);
    }
    // The same entries in a list two days old, where the scene allows one day: only what is final still counts.
    for (idx, code) in [
        (0, StatusStale),
        (1, StatusInvalid),
        (2, StatusStale),
        (3, StatusStale),
        (4, StatusSuperseded),
        (5, StatusStale),
        (6, StatusStale),
    ] {
        let mut c = claims(all.number());
        c.status = StatusRef { uri: LIST_OLD.into(), idx };
        all.add(format!("status: entry {idx} of a list two days old"), signed_show(&c), code);
    }
    // A scene that allows seven days takes it, and says that it should be renewed.
    let mut c = claims(all.number());
    (c.status.uri, c.scene, c.aud) = (LIST_OLD.into(), "archive.patient".into(), "archive".into());
    all.add("status: two days old where seven are allowed", signed_show(&c), Ok)
        .asked(None, Some("archive.patient"))
        .cautions(&[StatusAgeing]);

    let mut c = claims(all.number());
    c.status.uri = "https://lz.example/status-lists/9".into();
    all.add("status: a list that is not held", signed_show(&c), StatusMissing);
    let mut c = claims(all.number());
    c.status.uri = LIST_A.to_uppercase().replace("HTTPS", "https");
    all.add("status: the list's URI in capitals", signed_show(&c), StatusMissing);
    let mut c = claims(all.number());
    c.status.uri = format!("{LIST_A}/");
    all.add("status: the list's URI with a slash", signed_show(&c), StatusMissing);

    // Ages, by moving the clock and the token with it: made 600 s ago, ttl an hour, scene's limit a day.
    for (at, code, cautions) in [
        (3_000, Ok, &[][..]),
        (3_001, Ok, &[StatusAgeing][..]),
        (DAY - 600, Ok, &[StatusAgeing]),
        (DAY - 599, StatusStale, &[]),
        (7 * DAY - 600, StatusStale, &[]),
    ] {
        let mut c = claims(all.number());
        (c.iat, c.exp) = (later(at - 5), later(at + 50));
        all.add(format!("status: list {} s old", at + 600), signed_show(&c), code)
            .at(NOW.0 + at)
            .cautions(cautions);
    }
    let mut c = claims(all.number());
    (c.scene, c.aud, c.iat, c.exp) =
        ("archive.patient".into(), "archive".into(), later(7 * DAY - 605), later(7 * DAY - 550));
    all.add("status: at the list's own end", signed_show(&c), StatusStale)
        .asked(None, None)
        .at(NOW.0 + 7 * DAY - 600)
        .cautions(&[Code::AudienceAssumed]);

    // Of several failures the most useful is told.
    let mut c = claims(all.number());
    (c.status.idx, c.iat, c.exp) = (1, later(-100), later(-40));
    all.add("several: expired code of a revoked licence", signed_show(&c), TokenExpired);
    let mut c = claims(all.number());
    (c.status.idx, c.vt) = (1, liangzheng_core::time::Day::parse("20260101"));
    all.add("several: revoked and past its dates", signed_show(&c), StatusInvalid);
    let mut c = claims(all.number());
    (c.status.uri, c.vt) = (LIST_OLD.into(), liangzheng_core::time::Day::parse("20260101"));
    all.add("several: past its dates and a stale list", signed_show(&c), LicenceExpired);
    let mut c = claims(all.number());
    (c.status.idx, c.scene) = (1, "inspect.fire".into());
    all.add("several: wrong scene of a revoked licence", signed_show(&c), Code::Scene);
}
