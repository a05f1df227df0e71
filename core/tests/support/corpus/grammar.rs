//! Category U: tokens put together at random and signed with good keys, so that the code behind the signature is
//! reached; with one to three faults, of which the first in the order of checks must be told.

use liangzheng_core::{key::normalise_s, verify::Code};
use serde_json::{Value, json};

use super::{Line, controls, keys::key, random::Random};
use crate::support::world::{B, NOW, UNIT_1, identifier, unit_in};

/// What may be wrong, in the order in which it is looked at. One of each group at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Alg,
    HeaderField,
    Typ,
    KidFormat,
    Key,
    Signature,
    Claim,
    Issuer,
    KeyLife,
    Scope,
    Hash,
    Audience,
    Scene,
    Time,
    Status,
    Dates,
}

const GROUPS: [Group; 16] = [
    Group::Alg,
    Group::HeaderField,
    Group::Typ,
    Group::KidFormat,
    Group::Key,
    Group::Signature,
    Group::Claim,
    Group::Issuer,
    Group::KeyLife,
    Group::Scope,
    Group::Hash,
    Group::Audience,
    Group::Scene,
    Group::Time,
    Group::Status,
    Group::Dates,
];

/// A token in the making.
struct Draft {
    holder: bool,
    header: Vec<(&'static str, Value)>,
    claims: Value,
    sign_with: String,
    proof: Value,
    proof_hash_is_wrong: bool,
    flip: bool,
}

pub fn lines(seed: u64, count: usize) -> impl Iterator<Item = Line> {
    let mut random = Random::new(seed, "U");
    (0..count).map(move |number| line(&mut random, number))
}

fn line(random: &mut Random, number: usize) -> Line {
    let holder = random.one_in(3);
    let mut draft = Draft::good(random, holder);
    let mut groups: Vec<Group> = vec![];
    let most = 1 + random.below(3);
    while groups.len() < most {
        let group = *random.pick(&GROUPS);
        // A fault of the key's state or of the operator changes which key signs, so only one of them at a time.
        let of_key = |group: &Group| matches!(group, Group::KidFormat | Group::Key | Group::KeyLife);
        let taken = groups.contains(&group) || (of_key(&group) && groups.iter().any(of_key));
        if !taken && (holder || group != Group::Hash) {
            groups.push(group);
        }
    }
    if groups.contains(&Group::Audience) {
        // A scene nobody knows has no audience to compare with.
        groups.retain(|group| *group != Group::Scene);
    }
    groups.sort_unstable();
    // From the last looked at to the first, so that an earlier fault is not mended by a later one of the same claim.
    let code = groups.iter().rev().fold(Code::Ok, |_, group| draft.spoil(*group, random));
    let told = groups.iter().map(|group| format!("{group:?}")).collect::<Vec<_>>().join("+");
    let text = draft.sign();
    let input = if random.one_in(2) { liangzheng_core::qr::pack(&text).unwrap_or(text) } else { text };
    Line::new('U', format!("{number}/{told}"), input, code)
}

impl Draft {
    fn good(random: &mut Random, holder: bool) -> Self {
        let licence = controls::food_claims(random, NOW.0, holder);
        let mut claims = controls::wire(&licence);
        let kid = if holder { "grant-a" } else { "show-a" };
        let typ = if holder { "dc+sd-jwt" } else { "show+jwt" };
        if holder {
            claims["vct"] = json!("urn:liangzheng:licence:1");
            claims["cnf"] = json!({ "jwk": key("phone-1").public().to_jwk() });
        }
        let proof = json!({
            "iat": NOW.0 + random.between(-60, 60),
            "aud": "inspector",
            "nonce": liangzheng_core::token::Nonce::from_bytes(random.bytes()).to_string(),
        });
        Self {
            holder,
            header: vec![("alg", json!("ES256")), ("kid", json!(kid)), ("typ", json!(typ))],
            claims,
            sign_with: kid.into(),
            proof,
            proof_hash_is_wrong: false,
            flip: false,
        }
    }

    fn set_header(&mut self, name: &'static str, value: Value) {
        self.header.iter_mut().find(|(known, _)| *known == name).unwrap().1 = value;
    }

    /// The token is signed by another key that is really there.
    fn sign_as(&mut self, kid: &str) {
        self.set_header("kid", json!(kid));
        self.sign_with = kid.into();
    }

    /// Puts one fault of the group in, and gives the code it is told by.
    fn spoil(&mut self, group: Group, random: &mut Random) -> Code {
        let holder = self.holder;
        match group {
            Group::Alg => {
                let algs = ["none", "HS256", "RS256", "ES384", "es256", "ES256K", "EdDSA", "", "ES256 "];
                self.set_header("alg", json!(random.pick(&algs)));
                Code::Alg
            }
            Group::HeaderField => {
                let name = *random.pick(&["jwk", "jku", "crit", "b64", "x5c", "zip", "cty", "nonce", "Alg"]);
                let value = controls::any_value(random);
                self.header.insert(random.below(self.header.len() + 1), (name, value));
                Code::HeaderField
            }
            Group::Typ => {
                let typs = ["JWT", "statuslist+jwt", "kb+jwt", "Show+jwt", "", "application/show+jwt"];
                self.set_header("typ", json!(random.pick(&typs)));
                Code::Typ
            }
            Group::KidFormat => {
                let kids = ["", "../show-a", "show a", "show-a\u{0}", "证", "a'--", &"k".repeat(65)];
                self.set_header("kid", json!(random.pick(&kids)));
                Code::KidFormat
            }
            Group::Key => {
                let (kid, code) = *random.pick(&[
                    ("nobody", Code::KidUnknown),
                    ("root-1", Code::KidUnknown),
                    ("status-a", Code::IssuerKeyMismatch),
                    ("catalogue-b", Code::IssuerKeyMismatch),
                    (if holder { "show-a" } else { "grant-a" }, Code::IssuerKeyMismatch),
                ]);
                self.sign_as(kid);
                code
            }
            Group::Signature => {
                self.flip = true;
                Code::Sig
            }
            Group::Claim => self.spoil_claim(random),
            Group::Issuer => {
                self.claims["iss"] = json!(B);
                Code::IssuerKeyMismatch
            }
            Group::KeyLife => {
                self.sign_as(if holder { "grant-compromised" } else { "show-compromised" });
                Code::KeyState
            }
            Group::Scope => {
                let kind = "11100000MB0143028R001";
                let lic = match random.below(3) {
                    0 => identifier(kind, &unit_in("1298010000")),
                    1 => identifier(kind, &unit_in("1199030000")),
                    _ => identifier("11100000MB0143028R999", UNIT_1),
                };
                self.claims["lic"] = json!(lic.as_str());
                Code::Scope
            }
            Group::Hash => {
                self.proof_hash_is_wrong = true;
                Code::ProofHash
            }
            Group::Audience => {
                self.claims["aud"] = json!(random.pick(&["hotel", "public", "inspector2", "x"]));
                Code::Audience
            }
            Group::Scene => {
                let scene = *random.pick(&["inspect.fire", "inspect.food2", "x"]);
                self.claims["scene"] = json!(scene);
                Code::Scene
            }
            Group::Time => self.spoil_time(random),
            Group::Status => {
                // A suspension counts unless the code is younger than the list, which was made 600 s ago.
                let is_older = self.claims["iat"].as_i64().unwrap() <= NOW.0 - 600;
                let of_two = if is_older { (2, Code::StatusSuspended) } else { (1, Code::StatusInvalid) };
                let (idx, code) = *random.pick(&[
                    (1, Code::StatusInvalid),
                    of_two,
                    (4, Code::StatusSuperseded),
                    (7, Code::StatusInvalid),
                ]);
                self.claims["status"]["status_list"]["idx"] = json!(idx);
                code
            }
            Group::Dates => {
                if random.one_in(2) {
                    self.claims["vf"] = json!("20270116");
                    drop(self.claims.as_object_mut().unwrap().remove("vt"));
                    Code::LicenceNotYet
                } else {
                    (self.claims["vf"], self.claims["vt"]) = (json!("20200101"), json!("20270114"));
                    Code::LicenceExpired
                }
            }
        }
    }

    fn spoil_claim(&mut self, random: &mut Random) -> Code {
        let claims = self.claims.as_object_mut().unwrap();
        let required = ["iss", "iat", "exp", "jti", "aud", "scene", "lic", "fld", "vf", "status"];
        let name = *random.pick(&required);
        match random.below(4) {
            0 => {
                claims.remove(name);
                Code::ClaimMissing
            }
            1 => {
                let stranger = *random.pick(&["nbf", "sub", "ISS", "iss ", "_sd", "role", ""]);
                claims.insert(stranger.into(), controls::any_value(random));
                Code::ClaimUnknown
            }
            2 if random.one_in(2) => {
                claims
                    .insert("ntc".into(), random.pick(&[json!(0), json!(2), json!("3"), json!(15)]).clone());
                Code::ClaimType
            }
            2 if self.holder => {
                claims["cnf"]["jwk"]["x"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
                Code::ClaimType
            }
            _ => {
                claims[name] = random.pick(&[json!(null), json!(true), json!([1]), json!(-1.5)]).clone();
                Code::ClaimType
            }
        }
    }

    fn spoil_time(&mut self, random: &mut Random) -> Code {
        let longest = if self.holder { 86_400 } else { 60 };
        let mut set =
            |iat: i64, exp: i64| (self.claims["iat"], self.claims["exp"]) = (json!(iat), json!(exp));
        match random.below(if self.holder { 4 } else { 3 }) {
            0 => {
                let iat = NOW.0 + random.between(-longest + 2, 0);
                set(iat, iat + longest + random.between(1, 1_000_000));
                Code::Lifetime
            }
            1 => {
                let iat = NOW.0 + random.between(61, 100);
                set(iat, iat + random.between(1, longest));
                // A phone's proof may not be older than its grant by more than a minute either.
                if self.holder {
                    self.proof["iat"] = json!(NOW.0 + 60);
                }
                Code::TokenEarly
            }
            2 => {
                let exp = NOW.0 - random.between(0, 1_000);
                set(exp - random.between(1, longest), exp);
                if self.holder {
                    self.proof["iat"] = json!(NOW.0);
                    Code::GrantExpired
                } else {
                    Code::TokenExpired
                }
            }
            _ => {
                let off = random.between(61, 100_000) * if random.one_in(2) { 1 } else { -1 };
                self.proof["iat"] = json!(NOW.0 + off);
                set(NOW.0 - 100, NOW.0 + 100);
                Code::ProofTime
            }
        }
    }

    fn sign(&self) -> String {
        let members: Vec<String> =
            self.header.iter().map(|(name, value)| format!("{}:{value}", json!(name))).collect();
        let token = signed(&format!("{{{}}}", members.join(",")), &self.claims, &self.sign_with, self.flip);
        if !self.holder {
            return token;
        }
        let grant = format!("{token}~");
        let hash =
            liangzheng_core::token::proof::sd_hash(if self.proof_hash_is_wrong { "other~" } else { &grant });
        let mut proof = self.proof.clone();
        proof["sd_hash"] = json!(hash);
        let phone = signed(r#"{"alg":"ES256","typ":"kb+jwt"}"#, &proof, "phone-1", false);
        format!("{grant}{phone}")
    }
}

/// A compact JWS of any header; `flip` turns one bit of r, which leaves it in range.
fn signed(header: &str, payload: &Value, kid: &str, flip: bool) -> String {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    let encode = |bytes: &[u8]| Base64UrlUnpadded::encode_string(bytes);
    let input = format!("{}.{}", encode(header.as_bytes()), encode(payload.to_string().as_bytes()));
    let mut signature = normalise_s(key(kid).sign_raw(input.as_bytes()));
    if flip {
        signature[31] ^= 1;
    }
    format!("{input}.{}", encode(&signature))
}
