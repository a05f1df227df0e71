//! What a verifier holds and remembers: loading lists, floors, root sets, and what makes a list or a set one to refuse.

#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

#[path = "support/world.rs"]
mod world;

use liangzheng_core::{
    by_name::ByName,
    key::P256,
    limits::{MAX_ROOT_SIGNATURES, RELEASE_DATE},
    time::{Seconds, UnixTime},
    trust::{Catalogue, Mask, RootSet, TrustList, sign_catalogue},
    verify::{Code, Floors, Loaded, OnExpired, Options, Refusal, Verifier},
};
use world::{
    A, B, DAY, LIST_A, LIST_B, LIST_OLD, NOW, catalogue, claims, key, list_head, roots, signed_show,
    signed_status, signed_trust, status_array, trust_list, verifier,
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
fn a_bundle_from_the_future_raises_floors_by_ten_minutes_and_gives_way_to_what_is_fetched() {
    let list = |ahead: i64| signed_status(&list_head(LIST_A, -ahead), &status_array(), "status-a");
    let mut held = verifier();
    let far = list(40 * DAY);
    let refused = held.load_status_list(&far, OnExpired::Refuse { now: NOW }).unwrap_err();
    assert_eq!(refused.code, Code::Clock);
    let (zh, en) = (refused.message().zh.into_owned(), refused.message().en.into_owned());
    for text in [zh, en] {
        assert!(text.contains("iat 20270224 1600, now 20270115 1600"), "{text}");
    }
    assert_eq!(held.floors().time, UnixTime(NOW.0 - 600), "what is refused raises nothing");
    assert_eq!(held.load_status_list(&far, OnExpired::TellInVerdict { now: NOW }), Ok(Loaded::New));
    let floors = held.floors();
    let bound = UnixTime(NOW.0 + 600);
    assert_eq!((floors.time, floors.lists.get(LIST_A)), (bound, Some(&bound)));
    let told = |at: i64| {
        let mut c = claims(1);
        (c.iat, c.exp) = (UnixTime(NOW.0 + at - 5), UnixTime(NOW.0 + at + 50));
        held.verify(&signed_show(&c), &Options::at(UnixTime(NOW.0 + at))).code
    };
    assert_eq!((told(539), told(540)), (Code::Clock, Code::Ok));
    let now = OnExpired::Refuse { now: bound };
    assert_eq!(codes(held.load_status_list(&list(599), now)), Code::Rollback, "below the floor");
    assert_eq!(held.load_status_list(&list(600), now), Ok(Loaded::New));
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
