//! A small world to test verification in: two operators, three roots, lists, and tokens of every kind.
//!
//! Every signature is deterministic (RFC 6979), so that what is made from it is equal byte for byte each time.
#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    missing_docs
)]

use liangzheng_core::{
    by_name::ByName,
    identifier::{Identifier, uscc_is_valid},
    jws,
    key::{P256, PublicKey, SignError, Signer, normalise_s},
    status::{Delta, ListHead, Snapshot, StatusArray, sign_delta, sign_list as sign_status_list},
    text::Text,
    time::{Day, Seconds, UnixTime},
    token::{
        Challenge, Delegate, Fields, GrantClaims, Jti, Nonce, ShowClaims, StatusRef, grant, proof, show,
    },
    trust::{
        Catalogue, Kind, Labels, Mask, Medium, NamedKey, Operator, OperatorKey, Profile, Purpose, RootSet,
        Scene, SceneField, SceneKind, TrustList, Unit, sign_catalogue, sign_list,
    },
    verify::{OnExpired, Verifier},
};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use sha2::{Digest, Sha256};

/// The verifier's clock in most cases: 2027-01-15T08:00:00Z.
pub const NOW: UnixTime = UnixTime(1_800_000_000);
pub const DAY: i64 = 86_400;
/// Operator A's id, and the prefixes it may speak for.
pub const A: &str = "lz.990000";
/// Operator B's id; it may speak for prefix 1198 only.
pub const B: &str = "lz.980000";
/// 营业执照, and 特种作业操作资格证: real type codes of two ministries.
pub const BUSINESS: &str = "11100000MB0143028R001";
pub const OPERATION: &str = "11100000000013338W032";
/// Invented units of region 99.
pub const UNIT_1: &str = "11990100MB0000019L";
pub const UNIT_2: &str = "11990200MB0000027L";
/// Status lists of A (fresh), A (two days old) and B.
pub const LIST_A: &str = "https://lz.example/status-lists/1";
pub const LIST_OLD: &str = "https://lz.example/status-lists/2";
pub const LIST_B: &str = "https://b.example/status-lists/1";

/// A private key by name; the same name is the same key.
pub struct TestKey {
    kid: String,
    key: SigningKey,
}

impl TestKey {
    pub fn new(kid: &str) -> Self {
        // A SHA-256 is below the order but for one in 2^32 names; none of ours is.
        let scalar = Sha256::digest(format!("liangzheng test key {kid}").as_bytes());
        Self { kid: kid.into(), key: SigningKey::from_slice(&scalar).unwrap() }
    }

    pub fn public(&self) -> PublicKey {
        PublicKey::from_sec1(self.key.verifying_key().to_sec1_point(false).as_bytes()).unwrap()
    }

    /// r‖s as RFC 6979 gives it, s in either half.
    pub fn sign_raw(&self, message: &[u8]) -> [u8; 64] {
        let signature: Signature = self.key.sign(message);
        signature.to_bytes().into()
    }

    pub fn named(&self) -> NamedKey {
        NamedKey { kid: self.kid.clone(), jwk: self.public().to_jwk() }
    }
}

impl Signer for TestKey {
    fn kid(&self) -> &str {
        &self.kid
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        Ok(self.sign_raw(message))
    }
}

pub fn key(kid: &str) -> TestKey {
    TestKey::new(kid)
}

pub fn roots(names: &[&str], threshold: u32) -> RootSet {
    RootSet { keys: names.iter().map(|name| key(name).named()).collect(), threshold }
}

fn operator_key(kid: &str, purpose: Purpose) -> OperatorKey {
    OperatorKey {
        kid: kid.into(),
        jwk: key(kid).public().to_jwk(),
        purpose,
        nbf: UnixTime(NOW.0 - 30 * DAY),
        exp: UnixTime(NOW.0 + 60 * DAY),
        revoked_at: None,
        compromised: false,
    }
}

/// Version 7 of the trust list: keys in every state of their life.
pub fn trust_list() -> TrustList {
    let with = |kid: &str, purpose, change: fn(&mut OperatorKey)| {
        let mut key = operator_key(kid, purpose);
        change(&mut key);
        key
    };
    let of_a = vec![
        operator_key("show-a", Purpose::Show),
        operator_key("grant-a", Purpose::Grant),
        operator_key("status-a", Purpose::Status),
        operator_key("catalogue-a", Purpose::Catalogue),
        with("show-retired", Purpose::Show, |key| key.exp = UnixTime(NOW.0 - 10)),
        with("show-future", Purpose::Show, |key| key.nbf = UnixTime(NOW.0 + 10)),
        with("show-revoked", Purpose::Show, |key| key.revoked_at = Some(UnixTime(NOW.0 - 20))),
        with("show-compromised", Purpose::Show, |key| key.compromised = true),
        with("grant-revoked", Purpose::Grant, |key| key.revoked_at = Some(UnixTime(NOW.0 - 20))),
        with("grant-revoked-later", Purpose::Grant, |key| key.revoked_at = Some(UnixTime(NOW.0 + 600))),
        with("grant-compromised", Purpose::Grant, |key| key.compromised = true),
        with("status-revoked", Purpose::Status, |key| key.revoked_at = Some(UnixTime(NOW.0 - 20))),
    ];
    let of_b = vec![
        operator_key("show-b", Purpose::Show),
        operator_key("grant-b", Purpose::Grant),
        operator_key("status-b", Purpose::Status),
        operator_key("catalogue-b", Purpose::Catalogue),
    ];
    TrustList {
        version: 7,
        iat: UnixTime(NOW.0 - DAY),
        exp: UnixTime(NOW.0 + 60 * DAY),
        refresh: Seconds(7 * DAY),
        roots: roots(&["root-1", "root-2", "root-3"], 2),
        operators: vec![
            Operator {
                id: A.into(),
                names: Text::fixed("九九市证照平台", "Jiujiu licence platform"),
                regions: vec!["1199".into(), "1299".into()],
                keys: of_a,
            },
            Operator {
                id: B.into(),
                names: Text::fixed("九八市证照平台", "Jiuba licence platform"),
                regions: vec!["1198".into()],
                keys: of_b,
            },
        ],
    }
}

/// A trust list signed by the named roots.
pub fn signed_trust(list: &TrustList, signers: &[&str]) -> String {
    let keys: Vec<TestKey> = signers.iter().map(|name| key(name)).collect();
    sign_list(list, &keys.iter().map(|key| key as &dyn Signer).collect::<Vec<_>>()).unwrap()
}

/// A valid code of an invented unit in region `prefix` (12 characters): the one that checks out.
pub fn unit_in(prefix: &str) -> String {
    let alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let body = format!("{prefix}MB00000");
    let body = &body[..17.min(body.len())];
    alphabet.chars().map(|check| format!("{body}{check}")).find(|code| uscc_is_valid(code)).unwrap()
}

pub fn unit_b() -> String {
    unit_in("1198010000")
}

fn scene(code: &'static str, aud: &str, names: Text, profiles: &[Profile]) -> Scene {
    let fields = vec![
        SceneField { key: "mc".into(), mask: Mask::None },
        SceneField { key: "xm".into(), mask: Mask::Name },
        SceneField { key: "zh".into(), mask: Mask::Tail4 },
    ];
    Scene {
        code: code.into(),
        names,
        aud: aud.into(),
        kinds: vec![SceneKind { code: BUSINESS.into(), fields }],
        lifetime: Seconds(60),
        profiles: profiles.to_vec(),
        max_status_age: Seconds(DAY),
        medium: Medium::Screen,
    }
}

/// A's catalogue, version 3.
pub fn catalogue() -> Catalogue {
    let labels = Labels(vec![
        ("mc".into(), Text::fixed("名称", "Name")),
        ("xm".into(), Text::fixed("姓名", "Person")),
        ("zh".into(), Text::fixed("证号", "Number")),
    ]);
    let all = [Profile::S, Profile::H, Profile::HNonce];
    let mut paper = scene("paper.notice", "public", Text::fixed("纸质张贴", "Posted notice"), &[Profile::S]);
    paper.medium = Medium::Paper;
    paper.lifetime = Seconds(180 * DAY);
    paper.max_status_age = Seconds(7 * DAY);
    let mut patient = scene("archive.patient", "archive", Text::fixed("档案调阅", "Archive"), &all);
    patient.max_status_age = Seconds(7 * DAY);
    Catalogue {
        iss: A.into(),
        version: 3,
        iat: UnixTime(NOW.0 - DAY),
        exp: UnixTime(NOW.0 + 20 * DAY),
        units: vec![
            Unit {
                id: UNIT_1.into(),
                names: Text::fixed("九九市市场监管局", "Jiujiu Market Regulation"),
                kinds: vec![BUSINESS.into(), OPERATION.into()],
            },
            Unit {
                id: UNIT_2.into(),
                names: Text::fixed("九九市住建局", "Jiujiu Housing"),
                kinds: vec![OPERATION.into()],
            },
            Unit {
                id: "91990100MA0000031K".into(),
                names: Text::fixed("江畔酒店", "Riverside Hotel"),
                kinds: vec![],
            },
        ],
        kinds: vec![
            Kind {
                code: BUSINESS.into(),
                names: Text::fixed("营业执照", "Business licence"),
                labels: labels.clone(),
            },
            Kind {
                code: OPERATION.into(),
                names: Text::fixed("特种作业操作资格证", "Special operation certificate"),
                labels,
            },
        ],
        scenes: vec![
            scene("inspect.food", "inspector", Text::fixed("食品检查", "Food inspection"), &all),
            scene(
                "hotel.checkin",
                "hotel",
                Text::fixed("酒店入住", "Hotel check-in"),
                &[Profile::H, Profile::HNonce],
            ),
            scene(
                "hospital.visit",
                "hospital",
                Text::fixed("医院就诊", "Hospital visit"),
                &[Profile::HNonce],
            ),
            paper,
            patient,
        ],
    }
}

/// B's catalogue: one unit, one scene.
pub fn catalogue_b() -> Catalogue {
    let all = [Profile::S, Profile::H, Profile::HNonce];
    Catalogue {
        iss: B.into(),
        version: 1,
        units: vec![Unit {
            id: unit_b(),
            names: Text::fixed("九八市市场监管局", "Jiuba Market Regulation"),
            kinds: vec![BUSINESS.into()],
        }],
        kinds: vec![Kind {
            code: BUSINESS.into(),
            names: Text::fixed("营业执照", "Business licence"),
            labels: Labels::default(),
        }],
        scenes: vec![scene("inspect.food", "inspector", Text::fixed("食品检查", "Food inspection"), &all)],
        ..catalogue()
    }
}

/// Entries 0 to 9 of the list that is in use: one for each value, one unknown value, and one not final.
pub fn status_array() -> StatusArray {
    let mut bytes = vec![0; StatusArray::new().bytes().len()];
    for (index, value) in [0_u8, 1, 2, 3, 12, 13, 14, 9, 0, 15].into_iter().enumerate() {
        bytes[index / 2] |= value << (4 * (index % 2));
    }
    StatusArray::from_bytes(bytes).unwrap()
}

pub fn list_head(uri: &str, age: i64) -> ListHead {
    ListHead {
        sub: uri.into(),
        iat: UnixTime(NOW.0 - age),
        exp: UnixTime(NOW.0 - age + 7 * DAY),
        ttl: Seconds(3_600),
    }
}

pub fn signed_status(head: &ListHead, array: &StatusArray, kid: &str) -> String {
    sign_status_list(head, array, &key(kid)).unwrap()
}

/// A delta over one list, from `head` and `array` on, that sets `changes`.
pub fn delta(head: &ListHead, array: &StatusArray, at: i64, changes: &[(u32, u8)]) -> Delta {
    let mut bytes = array.bytes().to_vec();
    for (index, value) in changes {
        let byte = &mut bytes[*index as usize / 2];
        let shift = 4 * (index % 2);
        *byte = (*byte & !(15 << shift)) | (value << shift);
    }
    let next = StatusArray::from_bytes(bytes).unwrap();
    let snapshot = |iat: UnixTime, array: &StatusArray| Snapshot {
        iat,
        exp: UnixTime(iat.0 + 7 * DAY),
        lists: ByName::from_iter([(head.sub.clone(), array.sha256())]),
    };
    Delta {
        iat: UnixTime(at),
        base: snapshot(head.iat, array),
        next: snapshot(UnixTime(at), &next),
        chg: ByName::from_iter([(head.sub.clone(), changes.to_vec())]),
    }
}

pub fn signed_delta(delta: &Delta, kid: &str) -> String {
    sign_delta(delta, &key(kid)).unwrap()
}

pub fn identifier(kind: &str, unit: &str) -> Identifier {
    Identifier::build(kind, unit, "20260000123", 1).unwrap()
}

/// The claims of a good show token made 10 s ago; `number` makes its `jti`.
pub fn claims(number: u32) -> ShowClaims {
    let mut jti = [0; 12];
    jti[..4].copy_from_slice(&number.to_be_bytes());
    ShowClaims {
        iss: A.into(),
        iat: UnixTime(NOW.0 - 10),
        exp: UnixTime(NOW.0 + 50),
        jti: Jti::from_bytes(jti),
        aud: "inspector".into(),
        scene: "inspect.food".into(),
        lic: identifier(BUSINESS, UNIT_1),
        fld: Fields::new(vec![
            ("mc".into(), "九九好味饭店".into()),
            ("xm".into(), "张*".into()),
            ("zh".into(), "****0021".into()),
        ])
        .unwrap(),
        vf: Day::parse("20250101").unwrap(),
        vt: Day::parse("20291122"),
        status: StatusRef { uri: LIST_A.into(), idx: 0 },
        ntc: None,
        act: None,
    }
}

/// The claims of a good grant for the phone `phone-1`, an hour old.
pub fn grant_claims(number: u32) -> GrantClaims {
    let mut licence = claims(number);
    licence.iat = UnixTime(NOW.0 - 3_600);
    licence.exp = UnixTime(NOW.0 + 20 * 3_600);
    GrantClaims { licence, cnf: key("phone-1").public() }
}

pub fn signed_show(claims: &ShowClaims) -> String {
    show::sign(claims, &key("show-a")).unwrap()
}

pub fn signed_grant(claims: &GrantClaims) -> String {
    grant::sign(claims, &key("grant-a")).unwrap()
}

pub fn nonce(byte: u8) -> Nonce {
    Nonce::from_bytes([byte; 12])
}

/// The phone's answer: a proof over `grant`, s always in the lower half so that vectors stay the same.
pub fn proved(grant: &str, audience: &str, nonce: Nonce, iat: i64, phone: &str) -> String {
    let input = proof::signing_input(grant, audience, &nonce, UnixTime(iat));
    proof::attach(grant, &input, &normalise_s(key(phone).sign_raw(input.as_bytes())))
}

pub fn challenge(scene: &str, aud: &str, byte: u8) -> Challenge {
    Challenge { aud: aud.into(), rp: "91990100MA0000031K".into(), scene: scene.into(), nonce: nonce(byte) }
}

pub fn delegate() -> Delegate {
    Delegate { sub: "1****************X".into(), name: "李*".into() }
}

/// A compact JWS of any header and payload, signed as given.
pub fn raw(header: &str, payload: &[u8], kid: &str) -> String {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let input = format!(
        "{}.{}",
        Base64UrlUnpadded::encode_string(header.as_bytes()),
        Base64UrlUnpadded::encode_string(payload)
    );
    let signature = normalise_s(key(kid).sign_raw(input.as_bytes()));
    format!("{input}.{}", Base64UrlUnpadded::encode_string(&signature))
}

/// A token of our header with any payload.
pub fn raw_payload(typ: &str, payload: &serde_json::Value, kid: &str) -> String {
    jws::sign(typ, &serde_json::to_vec(payload).unwrap(), &key(kid)).unwrap()
}

/// The payload of a compact JWS.
pub fn payload_of(token: &str) -> serde_json::Value {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(payload).unwrap()).unwrap()
}

/// A verifier that holds the whole world.
pub fn verifier() -> Verifier {
    let mut verifier = Verifier::new(&P256, roots(&["root-1", "root-2", "root-3"], 2)).unwrap();
    let fresh = OnExpired::Refuse { now: NOW };
    verifier.load_trust_list(&signed_trust(&trust_list(), &["root-1", "root-2"]), fresh).unwrap();
    verifier.load_catalogue(&sign_catalogue(&catalogue(), &key("catalogue-a")).unwrap(), fresh).unwrap();
    verifier.load_catalogue(&sign_catalogue(&catalogue_b(), &key("catalogue-b")).unwrap(), fresh).unwrap();
    for (uri, age, kid) in
        [(LIST_A, 600, "status-a"), (LIST_OLD, 2 * DAY, "status-a"), (LIST_B, 600, "status-b")]
    {
        verifier.load_status_list(&signed_status(&list_head(uri, age), &status_array(), kid), fresh).unwrap();
    }
    verifier
}
