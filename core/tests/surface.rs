//! What shells ask of a verifier beside the verdict: what it holds, what it must remember, the parts of a code, the form
//! of requests, and live status. The verdicts themselves are in `verdicts.rs`.

#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

#[path = "support/world.rs"]
mod world;

use liangzheng_core::{
    by_name::ByName,
    ffi::{self, Request},
    key::{P256, SignError},
    limits::{MAX_LIST, MAX_PRESENTATION, MAX_QR_TEXT, MAX_ROOT_SIGNATURES, RELEASE_DATE},
    qr,
    status::{StatusArray, StatusValue},
    text::Text,
    time::{Seconds, UnixTime},
    token::{Challenge, ShowClaims, presentation::Presentation},
    trust::{Catalogue, Mask, RootSet, TrustList, sign_catalogue},
    verify::{
        Answer, CheckName, Code, Floors, Live, LiveStatus, Loaded, OnExpired, Options, Outcome, Refusal,
        Verdict, Verifier, peek,
    },
};
use world::{
    A, B, DAY, LIST_A, LIST_B, LIST_OLD, NOW, catalogue, challenge, claims, grant_claims, key, list_head,
    nonce, proved, roots, signed_grant, signed_show, signed_status, signed_trust, status_array, trust_list,
    verifier,
};

fn codes<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Code {
    result.unwrap_err().code
}

#[test]
fn a_verifier_tells_what_it_holds() {
    let held = verifier();
    assert_eq!(*held.roots(), roots(&["root-1", "root-2", "root-3"], 2));
    assert_eq!(held.trust_list(), Some(&trust_list()));
    assert_eq!(held.catalogue(A), Some(&catalogue()));
    assert_eq!(held.catalogue("nobody"), None);
    assert_eq!(held.catalogues().map(|catalogue| &*catalogue.iss).collect::<Vec<_>>(), [B, A]);
    let lists: Vec<_> = held.status_lists().map(|list| (list.uri, list.iat, list.exp, list.ttl)).collect();
    let list = |uri: &str, age: i64| {
        (uri.to_owned(), UnixTime(NOW.0 - age), UnixTime(NOW.0 - age + 7 * DAY), Seconds(3_600))
    };
    assert_eq!(lists, [list(LIST_B, 600), list(LIST_A, 600), list(LIST_OLD, 2 * DAY)]);

    let empty = Verifier::without_roots(&P256);
    assert!(empty.roots().keys.is_empty() && empty.trust_list().is_none());
    assert_eq!((empty.catalogues().count(), empty.status_lists().count()), (0, 0));
    assert_eq!(empty.floors(), Floors { time: RELEASE_DATE, ..Floors::default() });
    let mut empty = empty;
    let list = signed_trust(&trust_list(), &["root-1", "root-2"]);
    assert_eq!(
        codes(empty.load_trust_list(&list, OnExpired::TellInVerdict { now: NOW })),
        Code::TrustThreshold
    );
}

#[test]
fn floors_are_written_read_and_never_lowered() {
    let mut held = verifier();
    let floors = held.floors();
    let want = Floors {
        trust_version: 7,
        catalogues: ByName::from_iter([(A.to_owned(), 3), (B.to_owned(), 1)]),
        lists: ByName::from_iter([
            (LIST_A.to_owned(), UnixTime(NOW.0 - 600)),
            (LIST_B.to_owned(), UnixTime(NOW.0 - 600)),
            (LIST_OLD.to_owned(), UnixTime(NOW.0 - 2 * DAY)),
        ]),
        time: UnixTime(NOW.0 - 600),
        confirmed: ByName::from_iter([(A.to_owned(), NOW), (B.to_owned(), NOW)]),
    };
    assert_eq!(floors, want);
    // Floors kept by a release that knew of no confirmation.
    let before = r#"{"trust_version":1,"catalogues":{},"lists":{},"time":1}"#;
    assert!(Floors::parse(before).unwrap().confirmed.is_empty());
    assert_eq!(Floors::parse(&serde_json::to_string(&floors).unwrap()), Ok(floors.clone()));
    for text in [
        "{}",
        "",
        "[]",
        r#"{"trust_version":1,"catalogues":{},"lists":{},"time":-1}"#,
        r#"{"trust_version":1,"catalogues":{"a":"1"},"lists":{},"time":1}"#,
        r#"{"trust_version":1,"catalogues":{"a":-1},"lists":{},"time":1}"#,
        r#"{"trust_version":1,"catalogues":{},"lists":{"a":null},"time":1}"#,
        r#"{"trust_version":1,"catalogues":{},"lists":{"a":-1},"time":1}"#,
        r#"{"trust_version":1,"catalogues":{},"lists":{},"time":1,"more":1}"#,
        r#"{"trust_version":1,"catalogues":{},"lists":{},"time":1,"confirmed":{"a":-1}}"#,
    ] {
        assert_eq!(codes(Floors::parse(text)), Code::Format, "{text}");
    }

    held.restore(Floors::default());
    assert_eq!(held.floors(), want);
    let higher = Floors {
        trust_version: 9,
        catalogues: ByName::from_iter([(A.to_owned(), 2), (B.to_owned(), 5)]),
        lists: ByName::from_iter([(LIST_A.to_owned(), NOW), ("https://new.example/1".to_owned(), NOW)]),
        time: NOW,
        confirmed: ByName::from_iter([(A.to_owned(), UnixTime(5))]),
    };
    held.restore(higher);
    let floors = held.floors();
    assert_eq!((floors.trust_version, floors.time), (9, NOW));
    assert_eq!((floors.catalogues.get(A), floors.catalogues.get(B)), (Some(&3), Some(&5)));
    assert_eq!((floors.lists.get(LIST_A), floors.lists.len()), (Some(&NOW), 4));
    assert_eq!(floors.confirmed.get(A), Some(&NOW));
    let list = signed_trust(&trust_list(), &["root-1", "root-2"]);
    assert_eq!(codes(held.load_trust_list(&list, OnExpired::TellInVerdict { now: NOW })), Code::Rollback);
    // A bundle's list may be older than the floor, the network's may not.
    let older = signed_status(&list_head(LIST_A, 60), &status_array(), "status-a");
    assert_eq!(codes(held.load_status_list(&older, OnExpired::Refuse { now: NOW })), Code::Rollback);
    let mut restarted = verifier();
    restarted.restore(held.floors());
    assert_eq!(restarted.load_status_list(&older, OnExpired::TellInVerdict { now: NOW }), Ok(Loaded::New));
    // The list of LIST_A is now below its floor, so it no longer proves good standing.
    let told = held.verify(&signed_show(&claims(1)), &Options::at(NOW));
    assert_eq!(told.code, Code::StatusStale);
}

#[test]
fn loading_says_whether_anything_is_new() {
    let mut held = verifier();
    let list = signed_trust(&trust_list(), &["root-1", "root-2"]);
    assert_eq!(held.load_trust_list(&list, OnExpired::TellInVerdict { now: NOW }), Ok(Loaded::Unchanged));
    let mut next = trust_list();
    next.version = 8;
    let list = signed_trust(&next, &["root-1", "root-3"]);
    assert_eq!(
        held.load_trust_list(&list, OnExpired::Refuse { now: next.exp }),
        Err(Code::TrustExpired.into())
    );
    let before = OnExpired::Refuse { now: UnixTime(next.exp.0 - 1) };
    assert_eq!(held.load_trust_list(&list, before), Ok(Loaded::New));
}

#[test]
fn the_parts_of_a_code_are_shown_unverified() {
    let show = signed_show(&claims(1));
    let shown = peek(&qr::pack(&show).unwrap()).unwrap();
    assert_eq!((&shown.presentation, shown.parts.len()), (&show, 1));
    assert_eq!(shown.parts[0].0, r#"{"alg":"ES256","kid":"show-a","typ":"show+jwt"}"#);
    assert!(shown.parts[0].1.starts_with(r#"{"iss":"lz.990000","#));
    assert_eq!(shown.status_uri.as_deref(), Some(LIST_A));

    let grant = signed_grant(&grant_claims(2));
    let presentation = proved(&grant, "inspector", nonce(1), NOW.0, "phone-1");
    let shown = peek(&presentation).unwrap();
    assert_eq!((&shown.presentation, shown.parts.len()), (&presentation, 2));
    assert_eq!(shown.parts[1].0, r#"{"alg":"ES256","typ":"kb+jwt"}"#);
    assert_eq!(shown.status_uri.as_deref(), Some(LIST_A));

    // Claims that cannot be read name no list; the parts are shown all the same.
    let shown = peek("eyB9.e30.").unwrap();
    assert_eq!((shown.parts.len(), shown.status_uri), (1, None));
    for (text, code) in
        [("x", Code::Format), ("ey.b", Code::Segments), ("eyL_.e30.", Code::Utf8), ("EL1:", Code::Qr)]
    {
        assert_eq!(codes(peek(text)), code, "{text}");
    }
}

#[test]
fn lengths_pass_up_to_their_limit() {
    let list = |length: usize| {
        let text = "x".repeat(length);
        codes(verifier().load_trust_list(&text, OnExpired::TellInVerdict { now: NOW }))
    };
    assert_eq!([0, 1, 2].map(|more| list(MAX_LIST + more)), [Code::Format, Code::Size, Code::Size]);
    let of = |length: usize| ".".repeat(length);
    assert_eq!(codes(peek(&format!("ey{}", of(MAX_PRESENTATION - 2)))), Code::Size, "one JWS is shorter");
    let split = |length: usize| codes(Presentation::split(&format!("a~b~{}", of(length - 4))));
    assert_eq!((split(MAX_PRESENTATION), split(MAX_PRESENTATION + 1)), (Code::Segments, Code::Size));
    let shown = |length: usize| codes(peek(&format!("ey~b~{}", of(length - 5))));
    assert_eq!((shown(MAX_PRESENTATION), shown(MAX_PRESENTATION + 1)), (Code::Segments, Code::Size));
    let unpacked = |length: usize| codes(qr::unpack(&format!("EL1:{}", "0".repeat(length - 4))));
    assert_eq!((unpacked(MAX_QR_TEXT), unpacked(MAX_QR_TEXT + 1)), (Code::Qr, Code::Size));
    let asked = |length: usize| codes(Challenge::parse(&format!("EC1:{}", "a".repeat(length - 4))));
    assert_eq!((asked(384), asked(385)), (Code::Qr, Code::Size));
}

#[test]
fn a_request_asks_what_it_says() {
    let held = verifier();
    let grant = signed_grant(&grant_claims(2));
    let asked = challenge("inspect.food", "inspector", 5);
    let answer = proved(&grant, &asked.proof_audience(), asked.nonce, NOW.0, "phone-1");
    let ask = |text: serde_json::Value| {
        let request = Request::parse(&text.to_string()).unwrap();
        ffi::verify(&held, &request).map(|verdict: Verdict| verdict.code)
    };
    let show = signed_show(&claims(1));
    let base = |more: serde_json::Value| {
        let mut request = serde_json::json!({ "input": show, "now": NOW });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    use serde_json::json;
    assert_eq!(ask(base(json!({}))), Ok(Code::Ok));
    assert_eq!(
        ask(base(json!({ "audience": null, "scene": "inspect.food", "challenge": null }))),
        Ok(Code::Ok)
    );
    assert_eq!(ask(base(json!({ "audience": "hotel" }))), Ok(Code::Audience));
    assert_eq!(ask(base(json!({ "audience": "hotel", "scene": null }))), Ok(Code::Audience));
    assert_eq!(ask(base(json!({ "scene": "hotel.checkin" }))), Ok(Code::Scene));
    assert_eq!(ask(base(json!({ "challenge": asked.to_text() }))), Ok(Code::Nonce));
    assert_eq!(ask(base(json!({ "input": answer, "challenge": asked.to_text() }))), Ok(Code::Ok));
    assert_eq!(ask(base(json!({ "challenge": "EC1:A" }))), Err(Code::Qr.into()));
    assert_eq!(ask(base(json!({ "now": NOW.0 + 50 }))), Ok(Code::TokenExpired));
    for (text, code) in [
        ("", Code::Format),
        ("{}", Code::ClaimMissing),
        (r#"{"input":"x","now":"1"}"#, Code::ClaimType),
        (r#"{"input":"x","now":1,"scenes":"a"}"#, Code::ClaimUnknown),
        (r#"{"input":"x","now":1,"scene":7}"#, Code::ClaimType),
    ] {
        assert_eq!(codes(Request::parse(text)), code, "{text}");
    }
}

#[test]
fn what_must_be_remembered_and_until_when() {
    let held = verifier();
    let show = held.verify(&signed_show(&claims(1)), &Options::at(NOW));
    assert_eq!(show.replay_until, Some(UnixTime(NOW.0 + 50)));
    let grant = signed_grant(&grant_claims(2));
    let plain = proved(&grant, "inspector", nonce(1), NOW.0 - 7, "phone-1");
    let told = held.verify(&plain, &Options::at(NOW));
    assert_eq!(told.replay_until, Some(UnixTime(NOW.0 - 7 + 61)));
    assert_ne!(told.replay_key, show.replay_key);
    let asked = challenge("inspect.food", "inspector", 5);
    let answer = proved(&grant, &asked.proof_audience(), asked.nonce, NOW.0, "phone-1");
    let told = held.verify(&answer, &Options { challenge: Some(&asked), ..Options::at(NOW) });
    assert_eq!(told.replay_until, Some(UnixTime(NOW.0 + 20 * 3_600)));
    assert_eq!(held.verify("x", &Options::at(NOW)).replay_key, None);
}

/// The issuer's database, with one value for every licence.
struct Database(StatusValue);

impl LiveStatus for Database {
    fn status(&self, uri: &str, idx: u32) -> Option<Live> {
        let kept = uri == LIST_A && idx == 0;
        kept.then(|| Live { value: self.0, act: Some("注销".into()), as_of: UnixTime(NOW.0 - 3) })
    }
}

#[test]
fn the_issuers_own_database_comes_before_any_list() {
    let held = verifier();
    let ask = |claims: &_, value| {
        let database = Database(value);
        held.verify(&signed_show(claims), &Options { live_status: Some(&database), ..Options::at(NOW) })
    };
    for (value, code) in [
        (StatusValue::Valid, Code::Ok),
        (StatusValue::Final, Code::StatusInvalid),
        (StatusValue::Suspended, Code::StatusSuspended),
        (StatusValue::Superseded, Code::StatusSuperseded),
        (StatusValue::Notice, Code::Ok),
    ] {
        let told = ask(&claims(1), value);
        let status = told.status.unwrap();
        assert_eq!((told.code, status.value, status.source), (code, value.wire(), "live"));
        assert_eq!((status.age_s, status.act.as_deref()), (3, Some("注销")));
    }
    // What the database does not keep is looked up in the lists.
    let mut other = claims(2);
    other.status.idx = 1;
    let told = ask(&other, StatusValue::Valid);
    assert_eq!((told.code, told.status.unwrap().source), (Code::StatusInvalid, "list"));
    // It decides alone: the notice that stood when the code was made may have gone since.
    other = claims(1);
    other.ntc = Some(StatusValue::PaperLost);
    assert!(
        !ask(&other, StatusValue::Valid).cautions.iter().any(|caution| caution.code == Code::ReportedLost)
    );
    // And its catalogue is the newest there is: what that does not name is unknown, not new.
    (other.iat, other.exp, other.scene) = (NOW, UnixTime(NOW.0 + 30), "inspect.fire".into());
    let late =
        Options { live_status: Some(&Database(StatusValue::Valid)), ..Options::at(UnixTime(NOW.0 + 5)) };
    assert_eq!(held.verify(&signed_show(&other), &late).code, Code::Scene);
}

#[test]
fn root_sets_that_could_not_protect_are_refused() {
    let set = roots(&["root-1", "root-2", "root-3"], 2);
    assert_eq!(RootSet::parse(&serde_json::to_string(&set).unwrap()), Ok(set.clone()));
    assert_eq!(codes(RootSet::parse("{}")), Code::Format);
    let refused = |change: &dyn Fn(&mut RootSet)| {
        let mut set = set.clone();
        change(&mut set);
        Verifier::new(&P256, set).err().map(|refusal| refusal.code)
    };
    assert_eq!(refused(&|_| {}), None);
    assert_eq!(refused(&|set| set.threshold = 3), None);
    let many: Vec<String> = (0..=MAX_ROOT_SIGNATURES).map(|number| format!("root-{number}")).collect();
    let names: Vec<&str> = many.iter().map(String::as_str).collect();
    assert!(Verifier::new(&P256, roots(&names[1..], 2)).is_ok());
    for change in [
        (&|set: &mut RootSet| set.threshold = 0) as &dyn Fn(&mut RootSet),
        &|set| set.threshold = 4,
        &|set| set.keys.clear(),
        &|set| set.keys[1].kid = set.keys[0].kid.clone(),
        &|set| set.keys[1].jwk = set.keys[0].jwk.clone(),
        &|set| set.keys[1].kid = "a b".into(),
        &|set| set.keys[1].jwk.crv = "P-384".into(),
        &|set| set.keys[1].jwk.y = set.keys[1].jwk.x.clone(),
        &|set| *set = roots(&names, 2),
    ] {
        assert_eq!(refused(change), Some(Code::TrustKey));
    }
}

#[test]
fn lists_are_read_from_a_tools_own_files() {
    let list: TrustList = serde_json::from_str(&serde_json::to_string(&trust_list()).unwrap()).unwrap();
    assert_eq!(list, trust_list());
    let text = serde_json::to_string(&catalogue()).unwrap();
    assert_eq!(serde_json::from_str::<Catalogue>(&text).unwrap(), catalogue());
    let twice = text.replacen(r#""labels":{"#, r#""labels":{"mc":{"zh-CN":"甲","en":"A"},"#, 1);
    let error = serde_json::from_str::<Catalogue>(&twice).unwrap_err().to_string();
    assert!(error.contains("label mc stands twice"), "{error}");
    let none = text.replacen(r#""labels":{"#, r#""labels":7,"no":{"#, 1);
    let error = serde_json::from_str::<Catalogue>(&none).unwrap_err().to_string();
    assert!(error.contains("field keys and their labels"), "{error}");
    let error = serde_json::from_str::<ByName<u64>>("7").unwrap_err().to_string();
    assert!(error.contains("names and their values"), "{error}");
    let names: ByName<u64> = serde_json::from_str(r#"{"b":1,"a":2}"#).unwrap();
    assert_eq!((names.values().copied().collect::<Vec<_>>(), names.is_empty()), (vec![2, 1], false));
    assert_eq!(ByName::from_pairs(vec![("b".to_owned(), 1), ("a".to_owned(), 2)]), Some(names));
    assert!(ByName::<u64>::default().is_empty());
    let one = ByName::from_iter([("a".to_owned(), 1)]);
    assert!(one.contains("a") && !one.contains("b"));
}

#[test]
fn texts_people_read() {
    let text = Text::fixed("证", "licence");
    assert_eq!((text.lang("zh-CN"), text.lang("en-GB"), text.lang("fr")), ("证", "licence", "证"));
    let refusal = Refusal::about(Code::ClaimType, "vf");
    assert!(refusal.to_string().starts_with("E_CLAIM_TYPE: ") && refusal.to_string().ends_with("(vf)"));
    assert!(refusal.message().zh.ends_with("(vf)"));
    assert!(SignError::Key.to_string().contains("P-256"));
    assert!(SignError::Backend.to_string().contains("refused"));
    assert!(SignError::Content("vf".into()).to_string().starts_with("vf "));
    assert_eq!(format!("{:?}", StatusArray::default()), "StatusArray");
    assert_eq!(UnixTime(5).to_string(), "5");
}

#[test]
fn a_withdrawn_key_speaks_for_no_list_from_that_moment_on() {
    let list = signed_status(&list_head(LIST_A, 600), &status_array(), "status-revoked");
    let load = |now: i64| {
        let mut new = Verifier::new(&P256, roots(&["root-1", "root-2", "root-3"], 2)).unwrap();
        let trust = signed_trust(&trust_list(), &["root-1", "root-2"]);
        new.load_trust_list(&trust, OnExpired::TellInVerdict { now: NOW }).unwrap();
        new.load_status_list(&list, OnExpired::Refuse { now: UnixTime(NOW.0 + now) })
    };
    assert_eq!(load(-21), Ok(Loaded::New));
    assert_eq!(codes(load(-20)), Code::KeyState);
}

#[test]
fn what_could_not_be_decided_is_not_called_invalid() {
    let verdict = |code: Code| Verdict::refused(NOW, &code.into()).verdict;
    assert_eq!([Code::Clock, Code::Sig].map(verdict), [Answer::Undetermined, Answer::Invalid]);
}

#[test]
fn a_catalogue_holds_to_its_rules() {
    let check = |change: &dyn Fn(&mut Catalogue)| {
        let mut catalogue = catalogue();
        change(&mut catalogue);
        catalogue.check().err().map(|refusal| refusal.code)
    };
    let live = |life: i64| check(&|catalogue| catalogue.exp = UnixTime(catalogue.iat.0 + life));
    assert_eq!(
        [0, 1, 30 * DAY, 30 * DAY + 1].map(live),
        [Some(Code::Lifetime), None, None, Some(Code::Lifetime)]
    );
    assert_eq!(check(&|catalogue| catalogue.scenes[0].code = "A".into()), Some(Code::ClaimType));
    assert_eq!(check(&|catalogue| catalogue.scenes[0].aud = "A".into()), Some(Code::ClaimType));
    assert_eq!(check(&|catalogue| catalogue.scenes[0].profiles.clear()), Some(Code::ClaimType));
    assert_eq!(check(&|catalogue| catalogue.scenes[0].max_status_age = Seconds(0)), Some(Code::Lifetime));
}

#[test]
fn every_mask_is_read_back_as_written() {
    for mask in [Mask::None, Mask::Name, Mask::Tail4, Mask::IdNumber] {
        let mut next = catalogue();
        next.version += 1;
        next.scenes[0].kinds[0].fields[0].mask = mask;
        let mut held = verifier();
        let signed = sign_catalogue(&next, &key("catalogue-a")).unwrap();
        held.load_catalogue(&signed, OnExpired::Refuse { now: NOW }).unwrap();
        assert_eq!(held.catalogue(A), Some(&next));
    }
}

#[test]
fn without_a_scene_no_list_is_fresh_enough() {
    let mut held = verifier();
    let newest = signed_status(&list_head(LIST_A, 0), &status_array(), "status-a");
    held.load_status_list(&newest, OnExpired::Refuse { now: NOW }).unwrap();
    let status_of = |scene: &str| {
        let token = signed_show(&ShowClaims { scene: scene.into(), ..claims(1) });
        let told = held.verify(&token, &Options::at(NOW));
        (told.code, told.checks.iter().find(|check| check.name == CheckName::Status).unwrap().result)
    };
    assert_eq!(status_of("inspect.food"), (Code::Ok, Outcome::Pass));
    assert_eq!(status_of("inspect.nothing"), (Code::Scene, Outcome::NotChecked));
}

#[test]
fn every_check_is_listed_once_and_in_order() {
    let told = verifier().verify(&signed_show(&claims(1)), &Options::at(NOW));
    assert_eq!(told.verdict, Answer::Valid);
    let names: Vec<_> = told.checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(names, CheckName::ALL.map(CheckName::as_str));
    let skipped: Vec<_> = told.checks.iter().filter(|check| check.result == Outcome::NotChecked).collect();
    assert_eq!(
        skipped.iter().map(|check| check.name).collect::<Vec<_>>(),
        [CheckName::Replay, CheckName::Holder]
    );
}
