//! The notice in a token, beside a status list made before or after it.

use liangzheng_core::{
    qr,
    status::StatusValue,
    verify::Code::{
        self, InspectionOverdue, Notice, Ok, Paper, ReportedLost, StatusInvalid, StatusStale,
        StatusSuperseded, StatusSuspended,
    },
};

use super::super::{
    Cases,
    world::{
        LIST_A, NOW, catalogue, claims, delta, grant_claims, key, list_head, nonce, payload_of, proved,
        raw_payload, signed_delta, signed_grant, signed_show, signed_status, signed_trust, status_array,
        trust_list,
    },
};
use super::{Step, catalogue_step, later, refused, status_step, step, trust_step, world_of};

/// When the list of the world `main` was made, against the usual clock.
const LISTED: i64 = -600;

/// An entry that no list has: given to a new phone after the list was made.
const NEW: u32 = 5_000;

pub const NOTICES: [(StatusValue, Code); 3] = [
    (StatusValue::Notice, Notice),
    (StatusValue::PaperLost, ReportedLost),
    (StatusValue::InspectionOverdue, InspectionOverdue),
];

/// A code made `after` seconds before the list was (so the list is that much later): S on paper, since no screen's code
/// lives for ten minutes, or H.
pub fn code(number: u32, holder: bool, idx: u32, ntc: Option<StatusValue>, after: i64) -> String {
    if holder {
        let mut g = grant_claims(number);
        (g.licence.iat, g.licence.exp) = (later(LISTED - after), later(20 * 3_600));
        (g.licence.status.idx, g.licence.ntc) = (idx, ntc);
        return qr::pack(&proved(&signed_grant(&g), "inspector", nonce(1), NOW.0, "phone-1")).unwrap();
    }
    let mut c = claims(number);
    (c.aud, c.scene) = ("public".into(), "paper.notice".into());
    (c.iat, c.exp) = (later(LISTED - after), later(86_400));
    (c.status.idx, c.ntc) = (idx, ntc);
    qr::pack(&signed_show(&c)).unwrap()
}

pub fn add(all: &mut Cases) {
    for (value, caution) in NOTICES {
        for (who, holder, idx) in [("S", false, 0), ("H", true, 0), ("H, a new phone", true, NEW)] {
            for after in [-1, 0, 1, 599, 600] {
                // Ten minutes on the list decides alone, and it says that nothing stands against the licence.
                let mut cautions = if after < 600 { vec![caution] } else { vec![] };
                let input = code(all.number(), holder, idx, Some(value), after);
                let name = format!("notice: {} in {who}, list {after} s after it", value.wire());
                let case = if holder {
                    all.add(name, input, Ok)
                } else {
                    cautions.push(Paper);
                    all.add(name, input, Ok).asked(None, Some("paper.notice"))
                };
                case.cautions(&cautions);
            }
        }
    }
    // Of list and token the graver is told: entries 1 to 6 of the list hold 1, 2, 3, 12, 13, 14.
    for (idx, ntc, code_told, cautions) in [
        (1, StatusValue::InspectionOverdue, StatusInvalid, &[][..]),
        (2, StatusValue::InspectionOverdue, StatusSuspended, &[]),
        (3, StatusValue::PaperLost, Ok, &[ReportedLost]),
        (4, StatusValue::InspectionOverdue, StatusSuperseded, &[]),
        (5, StatusValue::Notice, Ok, &[ReportedLost]),
        (5, StatusValue::InspectionOverdue, Ok, &[InspectionOverdue]),
        (6, StatusValue::PaperLost, Ok, &[InspectionOverdue]),
        (7, StatusValue::Notice, StatusInvalid, &[]),
    ] {
        let input = code(all.number(), true, idx, Some(ntc), 0);
        all.add(format!("notice: {} beside entry {idx}", ntc.wire()), input, code_told).cautions(cautions);
    }
    // A suspension in a list older than the token has ended since; in one as old it stands.
    for (after, told) in [(-1, StatusStale), (0, StatusSuspended), (600, StatusSuspended)] {
        for holder in [false, true] {
            let input = code(all.number(), holder, 2, None, after);
            let case =
                all.add(format!("notice: suspended {after} s after the code, H {holder}"), input, told);
            if !holder {
                case.asked(None, Some("paper.notice"));
            }
        }
    }
    // What no verifier would read.
    for value in ["0", "1", "2", "12", "4", "15", "-3", "3.0", "\"3\"", "null", "true", "[3]", "300", "259"] {
        let mut payload = payload_of(&signed_show(&claims(all.number())));
        payload["ntc"] = serde_json::from_str(value).unwrap();
        all.add(format!("claims: ntc {value}"), raw_payload("show+jwt", &payload, "show-a"), Code::ClaimType);
    }
    from_the_future(all);
}

/// Objects made by a clock that is ahead: fetched they are refused, of a bundle they raise no floor by more than clocks
/// may differ.
fn from_the_future(all: &mut Cases) {
    let list = |ahead: i64| signed_status(&list_head(LIST_A, -ahead), &status_array(), "status-a");
    let change = |ahead: i64| {
        signed_delta(&delta(&list_head(LIST_A, 600), &status_array(), NOW.0 + ahead, &[(0, 1)]), "status-a")
    };
    let mut scenes = catalogue();
    (scenes.version, scenes.iat) = (4, later(601));
    let scenes = liangzheng_core::trust::sign_catalogue(&scenes, &key("catalogue-a")).unwrap();
    let mut trust = trust_list();
    (trust.version, trust.iat) = (8, later(601));
    let trust = signed_trust(&trust, &["root-1", "root-2"]);
    all.worlds.insert(
        "objects from the future",
        world_of(vec![
            trust_step(),
            catalogue_step(),
            status_step(LIST_A, 600, "status-a"),
            refused("trust_list", trust, "U_CLOCK"),
            refused("catalogue", scenes, "U_CLOCK"),
            refused("status_list", list(601), "U_CLOCK"),
            refused("status_list", list(40 * 86_400), "U_CLOCK"),
            refused("delta", change(601), "U_CLOCK"),
            // What the right clock makes is still newer than what is held.
            status_step(LIST_A, 300, "status-a"),
        ]),
    );
    let input = signed_show(&claims(all.number()));
    all.add("loading: objects from the future leave the good ones in force", input, Ok)
        .world("objects from the future");
    all.worlds.insert(
        "a list ten minutes ahead",
        world_of(vec![trust_step(), catalogue_step(), step("status_list", list(600))]),
    );
    all.worlds.insert(
        "a bundle from the future",
        world_of(vec![
            trust_step(),
            catalogue_step(),
            Step { kept: true, ..step("status_list", list(40 * 86_400)) },
        ]),
    );
    for world in ["a list ten minutes ahead", "a bundle from the future"] {
        for (at, told) in [(539, Code::Clock), (540, Ok)] {
            let mut c = claims(all.number());
            (c.iat, c.exp) = (later(at - 5), later(at + 50));
            all.add(format!("clock: {world}, {at} s on"), signed_show(&c), told).world(world).at(NOW.0 + at);
        }
    }
    let mut fresh = step("status_list", list(600));
    fresh.now = Some(later(600));
    all.worlds.insert(
        "a bundle from the future, synced",
        world_of(vec![
            trust_step(),
            catalogue_step(),
            Step { kept: true, ..step("status_list", list(40 * 86_400)) },
            fresh,
        ]),
    );
    let mut c = claims(all.number());
    (c.iat, c.exp, c.status.idx) = (later(605), later(650), 1);
    all.add(
        "loading: what was just fetched takes the place of a list from the future",
        signed_show(&c),
        StatusInvalid,
    )
    .world("a bundle from the future, synced")
    .at(NOW.0 + 610);
}
