//! `cargo bench -p liangzheng-tests --bench core`: core's work as ratios to the one signature check it cannot avoid.
//!
//! Each pair is measured in turns in one run, so that a busy or slow machine slows both; the middle of many rounds
//! is taken. Written by hand because a statistics framework answers another question ("did it change since last week").

#![expect(clippy::unwrap_used, reason = "a bench that goes wrong should stop at once")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use base64ct::{Base64UrlUnpadded, Encoding};
use liangzheng_core::{
    identifier::Identifier,
    key::{AwsLc, AwsLcSigner, Signer},
    qr::{Packer, unpack},
    status::{ListHead, StatusArray, sign_list},
    text::Text,
    time::{Day, Seconds, UnixTime},
    token::{Fields, GrantClaims, Jti, Nonce, ShowClaims, StatusRef, grant, proof, show},
    trust::{
        Catalogue, Kind, Labels, Mask, Medium, NamedKey, Operator, OperatorKey, Profile, Purpose, RootSet,
        Scene, SceneField, SceneKind, TrustList, Unit, sign_catalogue,
    },
    verify::{Answer, OnExpired, Options, Verifier},
};

const NOW: UnixTime = UnixTime(1_800_000_000);
const OPERATOR: &str = "lz.990000";
const UNIT: &str = "11990100MB0000019L";
const KIND: &str = "11990000MB00010033001";
const LIST: &str = "http://127.0.0.1:8080/status-lists/7";

/// Rounds per comparison, and calls per round: some 10 ms a round, so a switch of task spoils few of them.
const ROUNDS: usize = 41;
const CALLS: u32 = 100;

fn main() {
    let show_key = signer("show-2026a");
    let grant_key = signer("grant-2026a");
    let verifier = verifier(&show_key, &grant_key);
    let phone = signer("phone");

    let token = show::sign(&claims(Seconds(60)), &show_key).unwrap();
    let granted = GrantClaims { licence: claims(Seconds(86_400)), cnf: phone.public_key() };
    let grant = grant::sign(&granted, &grant_key).unwrap();
    let input = proof::signing_input(&grant, "inspector", &Nonce::from_bytes([9; 12]), NOW);
    let presentation = proof::attach(&grant, &input, &phone.sign(input.as_bytes()).unwrap());

    let mut packer = Packer::new();
    let (s_text, h_text) = (packer.pack(&token).unwrap(), packer.pack(&presentation).unwrap());
    let verify = |text: &str| {
        let options = Options { audience: Some("inspector"), ..Options::at(NOW) };
        let verdict = verifier.verify(black_box(text), &options);
        assert_eq!(verdict.verdict, Answer::Valid, "{:?}", verdict.code);
    };

    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = Base64UrlUnpadded::decode_vec(signature).unwrap();
    let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, show_key.public_key().sec1()).unwrap();
    let raw = || key.verify_sig(black_box(message.as_bytes()), &signature).unwrap();

    println!("core against one raw aws-lc-rs ES256 check of the same bytes, key parsed beforehand:");
    compare("verify S, EL1 text", raw, || verify(&s_text));
    compare("verify S, unpacked", raw, || verify(&token));
    compare("verify H, EL1 text (2 checks)", raw, || verify(&h_text));
    compare("unpack S", raw, || drop(unpack(black_box(&s_text)).unwrap()));
    let mut packer = Packer::new();
    compare("pack S, one packer kept", raw, || drop(packer.pack(black_box(&token)).unwrap()));
    compare("pack S, a packer each time", raw, || drop(Packer::new().pack(black_box(&token)).unwrap()));
    compare("sign S", raw, || drop(show::sign(black_box(&claims(Seconds(60))), &show_key).unwrap()));
    let draw =
        |text: &str| drop(qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::L).unwrap());
    compare("draw S, qrcode (server)", raw, || draw(black_box(&s_text)));
    compare("draw H, qrcode (server)", raw, || draw(black_box(&h_text)));
    let draw_fast = |text: &str| {
        black_box(fast_qr::QRBuilder::new(text).ecl(fast_qr::ECL::L).build().unwrap());
    };
    compare("draw S, fast_qr (phone)", raw, || draw_fast(black_box(&s_text)));
    println!("S is {} characters, H {}", s_text.len(), h_text.len());
}

/// Prints the middle time of `ours`, of `base`, and their ratio.
fn compare(name: &str, mut base: impl FnMut(), mut ours: impl FnMut()) {
    let (mut of_base, mut of_ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        of_base.push(round(&mut base));
        of_ours.push(round(&mut ours));
    }
    let (base, ours) = (middle(of_base), middle(of_ours));
    println!("  {name:<30} {:6.2} x   ({ours:8.1?} to {base:8.1?})", ours.as_secs_f64() / base.as_secs_f64());
}

fn round(work: &mut impl FnMut()) -> Duration {
    let started = Instant::now();
    for _ in 0..CALLS {
        work();
    }
    started.elapsed() / CALLS
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn signer(kid: &str) -> AwsLcSigner {
    AwsLcSigner::generate(kid).unwrap().0
}

fn claims(lifetime: Seconds) -> ShowClaims {
    let text = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    ShowClaims {
        iss: OPERATOR.into(),
        iat: NOW,
        exp: NOW.plus(lifetime),
        jti: Jti::from_bytes([0x5b, 0x17, 0xc3, 0x80, 0xfe, 0x22, 0x91, 0x4d, 0x6a, 0x03, 0xbb, 0xe8]),
        aud: "inspector".into(),
        scene: "inspect.food".into(),
        lic: Identifier::build(KIND, UNIT, "2026990100000001", 1).unwrap(),
        fld: Fields::new(vec![
            text("n", "云溪市山月茶饮有限公司"),
            text("no", "JY29901020000175"),
            text("t", "餐饮服务经营者"),
            text("p", "林**"),
        ])
        .unwrap(),
        vf: Day::parse("20240101").unwrap(),
        vt: Day::parse("20291231"),
        status: StatusRef { uri: LIST.into(), idx: 703_211 },
        ntc: None,
        act: None,
    }
}

/// A verifier that holds everything needed for a `valid`.
fn verifier(show: &AwsLcSigner, grant: &AwsLcSigner) -> Verifier {
    let (root, status, catalogue) = (signer("root-1"), signer("status-1"), signer("catalogue-1"));
    let roots = RootSet {
        keys: vec![NamedKey { kid: "root-1".into(), jwk: root.public_key().to_jwk() }],
        threshold: 1,
    };
    let exp = NOW.plus(Seconds(86_400));
    let key = |signer: &AwsLcSigner, purpose| OperatorKey {
        kid: signer.kid().into(),
        jwk: signer.public_key().to_jwk(),
        purpose,
        nbf: NOW.plus(Seconds(-60)),
        exp,
        revoked_at: None,
        compromised: false,
    };
    let names = || Text { zh: "名称".into(), en: "Name".into() };
    let list = TrustList {
        version: 1,
        iat: NOW,
        exp,
        refresh: Seconds(86_400),
        roots: roots.clone(),
        operators: vec![Operator {
            id: OPERATOR.into(),
            names: names(),
            regions: vec!["1199".into()],
            keys: vec![
                key(show, Purpose::Show),
                key(grant, Purpose::Grant),
                key(&status, Purpose::Status),
                key(&catalogue, Purpose::Catalogue),
            ],
        }],
    };
    let fields = ["n", "no", "t", "p"];
    let held = Catalogue {
        iss: OPERATOR.into(),
        version: 1,
        iat: NOW,
        exp,
        units: vec![Unit { id: UNIT.into(), names: names(), kinds: vec![KIND.into()] }],
        kinds: vec![Kind {
            code: KIND.into(),
            names: names(),
            labels: Labels(fields.map(|field| (field.into(), names())).into()),
        }],
        scenes: vec![Scene {
            code: "inspect.food".into(),
            names: names(),
            aud: "inspector".into(),
            kinds: vec![SceneKind {
                code: KIND.into(),
                fields: fields.map(|field| SceneField { key: field.into(), mask: Mask::None }).into(),
            }],
            lifetime: Seconds(60),
            profiles: vec![Profile::S, Profile::H, Profile::HNonce],
            max_status_age: Seconds(86_400),
            medium: Medium::Screen,
        }],
    };
    let mut verifier = Verifier::new(&AwsLc, roots).unwrap();
    let fresh = OnExpired::Refuse { now: NOW };
    let trust_list = liangzheng_core::trust::sign_list(&list, &[&root]).unwrap();
    verifier.load_trust_list(&trust_list, fresh).unwrap();
    verifier.load_catalogue(&sign_catalogue(&held, &catalogue).unwrap(), fresh).unwrap();
    let head = ListHead { sub: LIST.into(), iat: NOW, exp, ttl: Seconds(600) };
    verifier.load_status_list(&sign_list(&head, &StatusArray::new(), &status).unwrap(), fresh).unwrap();
    verifier
}
