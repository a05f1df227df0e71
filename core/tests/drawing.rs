//! What of a licence a verdict may show, and in which order it warns (core/README.md, "Verdict"): by a table of what a desk
//! meets, and over every case of the vectors.

mod support;

use std::collections::BTreeMap;

use liangzheng_core::{
    key::P256,
    status::{StatusArray, StatusValue},
    text::Text,
    time::{Day, UnixTime},
    token::ShowClaims,
    trust::sign_catalogue,
    verify::{Answer, Code, Live, LiveStatus, OnExpired, Options, Replay, ReplayKey, Verdict, Verifier},
};
use support::{
    Cases, build, judge,
    world::{
        DAY, LIST_A, LIST_OLD, NOW, catalogue, challenge, claims, delegate, grant_claims, key, list_head,
        nonce, proved, roots, signed_grant, signed_show, signed_status, signed_trust, status_array,
        trust_list, verifier,
    },
};

/// Cautions, the gravest first.
const GRAVITY: [Code; 7] = [
    Code::InspectionOverdue,
    Code::ReportedLost,
    Code::Notice,
    Code::ClockOff,
    Code::Paper,
    Code::StatusAgeing,
    Code::AudienceAssumed,
];

/// Codes about the licence itself: it is good, or the fault is its own.
const OF_THE_LICENCE: [Code; 6] = [
    Code::Ok,
    Code::StatusInvalid,
    Code::StatusSuspended,
    Code::StatusSuperseded,
    Code::LicenceNotYet,
    Code::LicenceExpired,
];

/// How much of a licence is on the screen.
#[derive(Debug, PartialEq)]
enum Shown {
    Nothing,
    /// Kind and unit, and nothing of a person.
    KindAndUnit,
    /// The person's fields and the delegate, too.
    Person,
}

fn shown(verdict: &Verdict) -> Shown {
    let Some(licence) = &verdict.licence else { return Shown::Nothing };
    assert!(licence.kind.names.is_some() && licence.unit.names.is_some(), "{}", verdict.code);
    assert_eq!(
        licence.fields.is_empty(),
        licence.delegate.is_none(),
        "{}: half of a person is shown",
        verdict.code
    );
    if licence.fields.is_empty() { Shown::KindAndUnit } else { Shown::Person }
}

/// What a desk's verifier has seen: everything.
struct Seen;

impl Replay for Seen {
    fn seen(&self, _: &ReplayKey) -> Option<UnixTime> {
        Some(UnixTime(NOW.0 - 5))
    }
}

struct Suspended;

impl LiveStatus for Suspended {
    fn status(&self, _: &str, _: u32) -> Option<Live> {
        Some(Live { value: StatusValue::Suspended, act: None, as_of: NOW })
    }
}

#[test]
fn a_person_is_shown_only_where_the_verdict_is_about_the_licence() {
    use Shown::{KindAndUnit, Nothing, Person};
    let held = verifier();
    let usual = || Options { scene: Some("inspect.food"), ..Options::at(NOW) };
    let told = |change: &dyn Fn(&mut ShowClaims), options: Options<'_>| {
        let mut claims = claims(1);
        claims.act = Some(delegate());
        change(&mut claims);
        held.verify(&signed_show(&claims), &options)
    };
    let day = |text: &str| Day::parse(text).unwrap();
    let asked = challenge("inspect.food", "inspector", 7);
    for (verdict, code, want) in [
        (told(&|_| (), usual()), Code::Ok, Person),
        // The fault is the licence's own.
        (told(&|c| c.status.idx = 1, usual()), Code::StatusInvalid, Person),
        (told(&|c| c.status.idx = 4, usual()), Code::StatusSuperseded, Person),
        (told(&|_| (), Options { live_status: Some(&Suspended), ..usual() }), Code::StatusSuspended, Person),
        (told(&|c| c.vt = Some(day("20261231")), usual()), Code::LicenceExpired, Person),
        (told(&|c| c.vf = day("20280101"), usual()), Code::LicenceNotYet, Person),
        // The fault is the code's, or how it is used.
        (told(&|_| (), Options { scene: Some("hotel.checkin"), ..usual() }), Code::Scene, KindAndUnit),
        (told(&|_| (), Options { audience: Some("hotel"), ..usual() }), Code::Audience, KindAndUnit),
        (told(&|_| (), Options { replay: Some(&Seen), ..usual() }), Code::Replay, KindAndUnit),
        (told(&|c| c.exp = NOW, usual()), Code::TokenExpired, KindAndUnit),
        (
            told(&|c| (c.iat, c.exp) = (UnixTime(NOW.0 + 61), UnixTime(NOW.0 + 90)), usual()),
            Code::TokenEarly,
            KindAndUnit,
        ),
        (told(&|c| c.exp = UnixTime(NOW.0 + 51), usual()), Code::Lifetime, KindAndUnit),
        (told(&|_| (), Options { challenge: Some(&asked), ..Options::at(NOW) }), Code::Nonce, KindAndUnit),
        // It is not known whether the licence is good.
        (told(&|c| c.status.uri = LIST_OLD.into(), usual()), Code::StatusStale, KindAndUnit),
        (told(&|c| c.status.uri += "0", usual()), Code::StatusMissing, KindAndUnit),
        (told(&|c| c.status.idx = 2, usual()), Code::StatusStale, KindAndUnit),
        (told(&|_| (), Options { now: UnixTime(NOW.0 - 2 * DAY), ..usual() }), Code::Clock, KindAndUnit),
        // It is not known, or not so, that the signer may speak for it.
        (told(&|c| c.iss = "lz.980000".into(), usual()), Code::IssuerKeyMismatch, Nothing),
    ] {
        assert_eq!((verdict.code, shown(&verdict)), (code, want));
    }
    let mut forged = signed_show(&claims(1)).into_bytes();
    let last = forged.len() - 10;
    forged[last] = if forged[last] == b'A' { b'B' } else { b'A' };
    let told = held.verify(str::from_utf8(&forged).unwrap(), &usual());
    assert_eq!((told.code, shown(&told)), (Code::Sig, Nothing));
}

#[test]
fn in_every_vector_a_person_is_shown_only_where_the_verdict_is_about_the_licence() {
    let mut seen = BTreeMap::new();
    each_verdict(|name, verdict| {
        let Some(licence) = &verdict.licence else { return };
        assert!(licence.kind.names.is_some() && licence.unit.names.is_some(), "{name}");
        let is_about_licence = OF_THE_LICENCE.contains(&verdict.code);
        // One token has no fields that could be shown.
        let has_fields = name != "valid: no fields at all";
        assert_eq!(!licence.fields.is_empty(), is_about_licence && has_fields, "{name}: {}", verdict.code);
        assert!(licence.delegate.is_none() || is_about_licence, "{name}: {}", verdict.code);
        if verdict.verdict == Answer::Undetermined {
            assert!(licence.fields.is_empty() && licence.delegate.is_none(), "{name}");
        }
        *seen.entry(verdict.code).or_insert(0) += 1;
    });
    let of_licence = seen.keys().filter(|code| OF_THE_LICENCE.contains(code)).count();
    assert_eq!(of_licence, OF_THE_LICENCE.len(), "{seen:?}");
    assert!(seen.len() > 12, "{seen:?}");
}

#[test]
fn the_gravest_caution_stands_first() {
    let gravity = |code: Code| GRAVITY.iter().position(|known| *known == code).unwrap();
    let mut several = 0;
    each_verdict(|name, verdict| {
        let order: Vec<usize> = verdict.cautions.iter().map(|caution| gravity(caution.code)).collect();
        assert!(order.windows(2).all(|pair| pair[0] < pair[1]), "{name}: {:?}", verdict.cautions);
        several += usize::from(order.len() > 1);
    });
    assert!(several > 5, "{several}");

    // All that can come together: of a printed copy, an ageing list, no scene named, and each notice in turn.
    for (idx, notice) in [(3, Code::Notice), (5, Code::ReportedLost), (6, Code::InspectionOverdue)] {
        let mut claims = claims(1);
        (claims.aud, claims.scene) = ("public".into(), "paper.notice".into());
        (claims.status.uri, claims.status.idx) = (LIST_OLD.into(), idx);
        let told = verifier().verify(&signed_show(&claims), &Options::at(NOW));
        assert_eq!(cautions(&told), [notice, Code::Paper, Code::StatusAgeing, Code::AudienceAssumed]);
        let row = told.checks.iter().find(|check| check.name.as_str() == "notices").unwrap();
        assert_eq!(row.detail, Some(notice.message()), "the row carries the notice");
    }
    // And of a phone whose clock is off.
    let mut held = Verifier::new(&P256, roots(&["root-1", "root-2", "root-3"], 2)).unwrap();
    let fresh = OnExpired::Refuse { now: NOW };
    held.load_trust_list(&signed_trust(&trust_list(), &["root-1", "root-2"]), fresh).unwrap();
    held.load_catalogue(&sign_catalogue(&catalogue(), &key("catalogue-a")).unwrap(), fresh).unwrap();
    let ageing = signed_status(&list_head(LIST_A, 4_000), &of_notice(), "status-a");
    held.load_status_list(&ageing, fresh).unwrap();
    let asked = challenge("inspect.food", "inspector", 7);
    let grant = signed_grant(&grant_claims(1));
    let answer = proved(&grant, &asked.proof_audience(), asked.nonce, NOW.0 - 500, "phone-1");
    let told = held.verify(&answer, &Options { challenge: Some(&asked), ..Options::at(NOW) });
    assert_eq!(cautions(&told), [Code::Notice, Code::ClockOff, Code::StatusAgeing]);
}

#[test]
fn a_code_of_another_scene_puts_both_scenes_side_by_side() {
    let held = verifier();
    let hotel = Text::fixed("酒店入住", "Hotel check-in");
    let grant = signed_grant(&grant_claims(2));
    let phones = proved(&grant, "inspector", nonce(1), NOW.0, "phone-1");
    let hotels = challenge("hotel.checkin", "hotel", 7);
    for (name, input, options, asked, zh, en) in [
        (
            "by scene",
            signed_show(&claims(1)),
            Options { scene: Some("hotel.checkin"), ..Options::at(NOW) },
            ("hotel.checkin", Some(hotel.clone())),
            "此码用于：食品检查；本处：酒店入住",
            "made for: Food inspection; here: Hotel check-in",
        ),
        (
            "by challenge",
            phones.clone(),
            Options { challenge: Some(&hotels), ..Options::at(NOW) },
            ("hotel.checkin", Some(hotel)),
            "",
            "",
        ),
        (
            "by a scene that nobody knows",
            phones,
            Options { scene: Some("hotel.chekin"), ..Options::at(NOW) },
            ("hotel.chekin", None),
            "此码用于：食品检查；本处：hotel.chekin",
            "made for: Food inspection; here: hotel.chekin",
        ),
        (
            "by class",
            signed_show(&claims(1)),
            Options { audience: Some("hotel"), ..Options::at(NOW) },
            ("hotel", None),
            "此码用于：食品检查；本处：hotel",
            "made for: Food inspection; here: hotel",
        ),
    ] {
        let told = held.verify(&input, &options);
        let scene = told.scene.unwrap();
        let here = scene.asked.unwrap();
        assert_eq!(
            (&*scene.code, scene.names),
            ("inspect.food", Some(Text::fixed("食品检查", "Food inspection")))
        );
        assert_eq!((&*here.code, here.names), asked, "{name}");
        if zh.is_empty() {
            // The phone answered no challenge: that is graver than the scene, and told instead.
            assert_eq!(told.code, Code::Nonce, "{name}");
            continue;
        }
        let row = told.checks.iter().find(|check| check.name.as_str() == "scene").unwrap();
        assert_eq!(row.detail, Some(Text::new(zh, en)), "{name}");
    }
    // Where it is the right one there is nothing to compare.
    let right = held.verify(
        &signed_show(&claims(1)),
        &Options { scene: Some("inspect.food"), audience: Some("inspector"), ..Options::at(NOW) },
    );
    assert_eq!(right.scene.unwrap().asked, None);
}

fn cautions(verdict: &Verdict) -> Vec<Code> {
    verdict.cautions.iter().map(|caution| caution.code).collect()
}

/// A list whose first entry is pledged.
fn of_notice() -> StatusArray {
    let mut array = status_array();
    assert!(array.set(0, StatusValue::Notice));
    array
}

/// The verdict of each case of the vectors, with the case's name.
fn each_verdict(mut look: impl FnMut(&str, &Verdict)) {
    let all = Cases::shared();
    let verifiers: BTreeMap<_, _> =
        all.worlds.iter().map(|(name, world)| (*name, build(&P256, world))).collect();
    for case in &all.cases {
        look(&case.name, &judge(&verifiers[case.world], case));
    }
}
