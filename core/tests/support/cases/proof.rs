use liangzheng_core::{
    qr,
    verify::Code::{Audience, ProofHash, ProofSig},
};

use super::super::{
    Cases,
    world::{NOW, grant_claims, key, nonce, proved, signed_grant},
};

pub fn add(all: &mut Cases) {
    let first = signed_grant(&grant_claims(950_001));
    let second = signed_grant(&grant_claims(950_002));
    let of_second = proved(&second, "inspector", nonce(1), NOW.0, "phone-1");
    let kb = of_second.split_once('~').unwrap().1;
    let swapped = format!("{first}{kb}");
    all.add("proof: for another grant of the same phone", &swapped, ProofHash);
    all.add("proof: for another grant, packed", qr::pack(&swapped).unwrap(), ProofHash);
    let mut other_phone = grant_claims(950_003);
    other_phone.cnf = key("phone-2").public();
    let stolen = signed_grant(&other_phone);
    all.add(
        "proof: a grant copied to a phone without its key",
        proved(&stolen, "inspector", nonce(1), NOW.0, "phone-1"),
        ProofSig,
    );
    all.add(
        "proof: signed by the operator's own key",
        proved(&first, "inspector", nonce(1), NOW.0, "grant-a"),
        ProofSig,
    );
    all.add("proof: for another class", proved(&first, "hotel", nonce(1), NOW.0, "phone-1"), Audience);
    all.add(
        "proof: for a class and a unit, unasked",
        proved(&first, "inspector#11990100MB0000019L", nonce(1), NOW.0, "phone-1"),
        Audience,
    );
    all.add(
        "proof: hash of the grant without its tilde",
        proved(first.trim_end_matches('~'), "inspector", nonce(1), NOW.0, "phone-1"),
        liangzheng_core::verify::Code::Segments,
    );
}
