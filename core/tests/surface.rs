//! What shells ask of a verifier beside the verdict: the parts of a code, the form of requests, what to remember, live
//! status, texts. What it holds is in `holding.rs`, the verdicts themselves are in `verdicts.rs`.

#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

#[path = "support/world.rs"]
mod world;

use liangzheng_core::{
    ffi::{self, Request},
    key::SignError,
    limits::{MAX_LIST, MAX_PRESENTATION, MAX_QR_TEXT},
    qr,
    status::{StatusArray, StatusValue},
    text::Text,
    time::UnixTime,
    token::{Challenge, ShowClaims, presentation::Presentation},
    verify::{
        Answer, CheckName, Code, Live, LiveStatus, OnExpired, Options, Outcome, Refusal, Verdict, peek,
    },
};
use world::{
    LIST_A, NOW, challenge, claims, grant_claims, list_head, nonce, proved, signed_grant, signed_show,
    signed_status, status_array, verifier,
};

fn codes<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Code {
    result.unwrap_err().code
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
fn texts_people_read() {
    let text = Text::fixed("证", "licence");
    assert_eq!((text.lang("zh-CN"), text.lang("en-GB"), text.lang("fr")), ("证", "licence", "证"));
    let refusal = Refusal::about(Code::ClaimType, "vf");
    assert!(refusal.to_string().starts_with("E_CLAIM_TYPE: ") && refusal.to_string().ends_with("(vf)"));
    assert!(refusal.message().zh.ends_with("（vf）"));
    assert!(SignError::Key.to_string().contains("P-256"));
    assert!(SignError::Backend.to_string().contains("refused"));
    assert!(SignError::Content("vf".into()).to_string().starts_with("vf "));
    assert_eq!(format!("{:?}", StatusArray::default()), "StatusArray");
    assert_eq!(UnixTime(5).to_string(), "5");
}

#[test]
fn what_could_not_be_decided_is_not_called_invalid() {
    let verdict = |code: Code| Verdict::refused(NOW, &code.into()).verdict;
    assert_eq!([Code::Clock, Code::Sig].map(verdict), [Answer::Undetermined, Answer::Invalid]);
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
