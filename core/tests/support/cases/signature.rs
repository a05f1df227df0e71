use base64ct::{Base64UrlUnpadded, Encoding};
use liangzheng_core::verify::Code::{self, ProofSig, Sig, SigLen, SigRange, SigSHigh};

use super::super::{
    Cases,
    world::{NOW, claims, grant_claims, key, nonce, proved, signed_grant, signed_show},
};

/// n of P-256.
const N: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

fn n_minus(s: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 32];
    let mut borrow = 0_i16;
    for at in (0..32).rev() {
        let digit = i16::from(N[at]) - i16::from(s[at]) - borrow;
        borrow = i16::from(digit < 0);
        out[at] = u8::try_from(digit.rem_euclid(256)).unwrap();
    }
    out
}

fn halves(r: &[u8], s: &[u8]) -> Vec<u8> {
    [r, s].concat()
}

fn with_signature(token: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> String {
    let (input, signature) = token.rsplit_once('.').unwrap();
    let signature = change(Base64UrlUnpadded::decode_vec(signature).unwrap());
    format!("{input}.{}", Base64UrlUnpadded::encode_string(&signature))
}

pub fn add(all: &mut Cases) {
    let good = signed_show(&claims(910_000));
    let other = signed_show(&claims(910_001));
    let one = {
        let mut one = [0; 32];
        one[31] = 1;
        one
    };
    type Change = Box<dyn Fn(Vec<u8>) -> Vec<u8>>;
    let changes: Vec<(&str, Change, Code)> = vec![
        ("empty", Box::new(|_| vec![]), SigLen),
        ("63 bytes", Box::new(|s| s[..63].to_vec()), SigLen),
        ("65 bytes", Box::new(|s| halves(&s, &[0])), SigLen),
        ("DER", Box::new(|s| [&[0x30, 68, 2, 32][..], &s[..32], &[2, 32], &s[32..]].concat()), SigLen),
        ("r and s zero", Box::new(|_| vec![0; 64]), SigRange),
        ("r zero", Box::new(|s| halves(&[0; 32], &s[32..])), SigRange),
        ("s zero", Box::new(|s| halves(&s[..32], &[0; 32])), SigRange),
        ("r = n", Box::new(|s| halves(&N, &s[32..])), SigRange),
        ("s = n", Box::new(|s| halves(&s[..32], &N)), SigRange),
        ("all ones", Box::new(|_| vec![0xff; 64]), SigRange),
        ("high S", Box::new(|s| halves(&s[..32], &n_minus(&s[32..]))), SigSHigh),
        ("s = n - 1", Box::new(move |s| halves(&s[..32], &n_minus(&one))), SigSHigh),
        ("r and s one", Box::new(move |_| halves(&one, &one)), Sig),
        (
            "last bit flipped",
            Box::new(|mut s| {
                s[63] ^= 1;
                s
            }),
            Sig,
        ),
        (
            "first bit of r flipped",
            Box::new(|mut s| {
                s[0] ^= 0x40;
                s
            }),
            Sig,
        ),
    ];
    for (name, change, code) in changes {
        all.add(format!("signature: {name}"), with_signature(&good, &*change), code);
    }
    let spliced = format!("{}.{}", good.rsplit_once('.').unwrap().0, other.rsplit_once('.').unwrap().1);
    all.add("signature: of another token", spliced, Sig);
    let payload = Base64UrlUnpadded::encode_string(
        &serde_json::to_vec(&super::super::world::payload_of(&other)).unwrap(),
    );
    let parts: Vec<&str> = good.split('.').collect();
    all.add("signature: payload exchanged", format!("{}.{payload}.{}", parts[0], parts[2]), Sig);
    all.add(
        "signature: by a key that is not the one named",
        liangzheng_core::jws::sign(
            "show+jwt",
            &serde_json::to_vec(&super::super::world::payload_of(&good)).unwrap(),
            &Named("show-a", "show-b"),
        )
        .unwrap(),
        Sig,
    );

    // A phone may sign with s in either half; both are the same presentation.
    let grant = signed_grant(&grant_claims(all.number()));
    let presentation = proved(&grant, "inspector", nonce(3), NOW.0, "phone-1");
    all.add(
        "proof signature: high S is accepted",
        with_signature(&presentation, |s| halves(&s[..32], &n_minus(&s[32..]))),
        Code::Ok,
    );
    for (name, change) in [
        ("63 bytes", (|s: Vec<u8>| s[..63].to_vec()) as fn(Vec<u8>) -> Vec<u8>),
        ("zero", |_| vec![0; 64]),
        ("bit flipped", |mut s| {
            s[40] ^= 8;
            s
        }),
    ] {
        all.add(format!("proof signature: {name}"), with_signature(&presentation, change), ProofSig);
    }
    all.add(
        "proof signature: another phone's key",
        proved(&grant, "inspector", nonce(3), NOW.0, "phone-2"),
        ProofSig,
    );
}

/// Signs with one key under another's name.
struct Named(&'static str, &'static str);

impl liangzheng_core::key::Signer for Named {
    fn kid(&self) -> &str {
        self.0
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], liangzheng_core::key::SignError> {
        key(self.1).sign(message)
    }
}
