//! What core signs: nothing that a verifier would not take.

#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

#[path = "support/world.rs"]
mod world;

use liangzheng_core::{
    key::{PublicKey, SignError, Signer, normalise_s, sign_low_s},
    limits::{MAX_DELTA, MAX_PAYLOAD},
    qr,
    status::{ListHead, sign_delta, sign_list},
    time::{Day, Seconds, UnixTime},
    token::{Delegate, Fields, ShowClaims, StatusRef, grant, presentation::Presentation, show},
};
use world::{DAY, LIST_A, NOW, TestKey, claims, delta, grant_claims, key, list_head, status_array};

/// Signs with s in the upper half, or under a name that no header takes.
struct Odd<'a>(&'a str);

impl Signer for Odd<'_> {
    fn kid(&self) -> &str {
        self.0
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        match self.0 {
            "broken" => Err(SignError::Backend),
            _ => key("show-a").sign(message),
        }
    }
}

#[test]
fn only_what_a_verifier_takes_is_signed() {
    assert_eq!(show::sign(&claims(1), &Odd("a b")), Err(SignError::Content("kid".into())));
    assert_eq!(show::sign(&claims(1), &Odd("broken")), Err(SignError::Backend));
    let mut upside_down = claims(1);
    upside_down.exp = upside_down.iat;
    assert_eq!(show::sign(&upside_down, &key("show-a")), Err(SignError::Content("exp".into())));
    let highs = (0..32_u8).filter(|byte| key("show-a").sign_raw(&[*byte])[32] >= 0x80).count();
    assert!(highs > 0, "none of these signatures tells anything");
    for byte in 0..32_u8 {
        let raw = TestKey::new("show-a").sign_raw(&[byte]);
        let low = sign_low_s(&key("show-a"), &[byte]).unwrap();
        assert!(low[32] < 0x80 && low == normalise_s(raw) && low[..32] == raw[..32]);
    }
    let point = key("show-a").public();
    assert_eq!(point.thumbprint().len(), 43);
    assert_ne!(point.thumbprint(), key("show-b").public().thumbprint());
    assert_eq!(PublicKey::from_jwk(&point.to_jwk()), Ok(point));
}

#[cfg(feature = "aws-lc")]
#[test]
fn a_key_that_the_server_keeps_signs_again_after_a_restart() {
    use liangzheng_core::{
        jws,
        key::{AwsLcSigner, Es256 as _, HighS, P256},
        verify::Code,
    };

    let (made, kept) = AwsLcSigner::generate("show-2026a").unwrap();
    let opened = AwsLcSigner::from_pkcs8("show-2026a", &kept).unwrap();
    assert_eq!((opened.kid(), opened.public_key()), ("show-2026a", made.public_key()));
    for signer in [&made, &opened] {
        let token = show::sign(&claims(1), signer).unwrap();
        let public = P256.key(&made.public_key()).unwrap();
        assert!(jws::check(&token, &*public, HighS::Refuse).is_ok());
        let other = P256.key(&AwsLcSigner::generate("x").unwrap().0.public_key()).unwrap();
        assert_eq!(jws::check(&token, &*other, HighS::Refuse).unwrap_err().code, Code::Sig);
    }
    for no_key in [&kept[1..], &kept[..kept.len() - 1], &[][..]] {
        assert_eq!(AwsLcSigner::from_pkcs8("x", no_key).err(), Some(SignError::Key));
    }
}

#[test]
fn a_template_says_what_its_claims_say() {
    let mut packer = qr::Packer::new();
    for (number, iat, life) in [(1, NOW.0, 60), (2, 0, 1), (u32::MAX, i64::MAX - 1, 1), (7, NOW.0, 1 << 40)] {
        let told = ShowClaims { iat: UnixTime(iat), exp: UnixTime(iat + life), ..claims(number) };
        // What a template is made from may be of any time, even of none.
        let template = show::Template::new(&ShowClaims { exp: UnixTime(0), ..claims(3) }).unwrap();
        let signed = template.sign(told.jti, told.iat, told.exp, &key("show-a")).unwrap();
        let payload = Presentation::split(&signed.token).unwrap().token.decode(4_096).unwrap().payload;
        assert_eq!(show::parse(&payload), Ok(told));
        assert_eq!(packer.pack_signed(&signed), qr::pack(&signed.token));
    }
}

#[test]
fn a_template_signs_nothing_that_no_verifier_would_take() {
    let refused = |claims: &ShowClaims| match show::Template::new(claims) {
        Err(SignError::Content(about)) => about,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&ShowClaims { aud: "Hotel".into(), ..claims(1) }), "aud");
    assert_eq!(refused(&ShowClaims { iss: "lz\"iat\":0,".into(), ..claims(1) }), "iss");
    assert_eq!(refused(&ShowClaims { vt: Day::parse("19990101"), ..claims(1) }), "vt");

    let template = show::Template::new(&claims(1)).unwrap();
    let sign = |iat, exp| {
        template.sign(claims(1).jti, UnixTime(iat), UnixTime(exp), &key("show-a")).map(|signed| signed.token)
    };
    assert_eq!(sign(-1, 60), Err(SignError::Content("iat".into())));
    assert_eq!(sign(60, 60), Err(SignError::Content("exp".into())));
    assert!(sign(0, 1).is_ok());
}

/// A field that takes `length` bytes in JSON.
fn fields_of(length: usize) -> Fields {
    let value = "\"".repeat(length / 2) + if length.is_multiple_of(2) { "" } else { "x" };
    Fields::new(vec![("a".into(), value)]).unwrap()
}

/// Quotes and backslashes take two bytes each in JSON, so claims within their own limits can be too long together.
#[test]
fn a_template_signs_up_to_the_longest_payload() {
    let signed = |length: usize| {
        let act = Some(Delegate { sub: "\"".repeat(96), name: "\"".repeat(96) });
        let status = StatusRef { uri: format!("https://{}", "\\".repeat(248)), idx: 0 };
        let fld = fields_of(length);
        let claims = ShowClaims { act, status, fld, ..claims(1) };
        show::Template::new(&claims)?.sign(claims.jti, claims.iat, claims.exp, &key("show-a"))
    };
    let too_long = Err(SignError::Content("claims".into()));
    let mut lengths = Vec::new();
    for length in 0..=510 {
        match signed(length) {
            Ok(signed) => {
                let told = Presentation::split(&signed.token).unwrap().token.decode(MAX_PAYLOAD).unwrap();
                assert!(show::parse(&told.payload).is_ok());
                lengths.push(told.payload.len());
            }
            refused => assert_eq!(refused.map(|signed| signed.token), too_long),
        }
    }
    assert!(lengths.len() < 511 && lengths.iter().max() == Some(&MAX_PAYLOAD), "{lengths:?}");
}

/// A grant says more than a show token, so it is full earlier.
#[test]
fn a_grant_is_signed_up_to_the_longest_payload() {
    let mut lengths = Vec::new();
    for length in 0..=510 {
        let mut granted = grant_claims(1);
        granted.licence.status.uri = format!("https://{}", "\\".repeat(248));
        granted.licence.act = Some(Delegate { sub: "\"".repeat(80), name: "x".repeat(20) });
        granted.licence.fld = fields_of(length);
        match grant::sign(&granted, &key("grant-a")) {
            Ok(text) => {
                let token = Presentation::split(&text).unwrap().token.decode(MAX_PAYLOAD).unwrap();
                lengths.push(token.payload.len());
            }
            refused => assert_eq!(refused, Err(SignError::Content("claims".into()))),
        }
    }
    assert!(lengths.len() < 511 && lengths.iter().max() == Some(&MAX_PAYLOAD), "{lengths:?}");
}

#[test]
fn a_delta_longer_than_verifiers_take_is_not_signed() {
    let signed = |changes: u32| {
        let changes: Vec<(u32, u8)> = (0..changes).map(|index| (index, 1)).collect();
        sign_delta(&delta(&list_head(LIST_A, 600), &status_array(), NOW.0, &changes), &key("status-a"))
    };
    assert!(signed(500_000).is_ok_and(|text| text.len() < MAX_DELTA));
    assert_eq!(signed(700_000), Err(SignError::Content("delta".into())));
}

#[test]
fn a_status_list_lives_a_second_to_seven_days() {
    let signed = |life: i64, ttl: i64| {
        let head = list_head(LIST_A, 600);
        let head = ListHead { exp: head.iat.plus(Seconds(life)), ttl: Seconds(ttl), ..head };
        sign_list(&head, &status_array(), &key("status-a")).is_ok()
    };
    assert_eq!(
        [-1, 0, 1, 7 * DAY, 7 * DAY + 1].map(|life| signed(life, 1)),
        [false, false, true, true, false]
    );
    assert_eq!([0, 1].map(|ttl| signed(DAY, ttl)), [false, true]);
}
