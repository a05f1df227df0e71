//! J: segments left out, doubled, exchanged, and taken from two good tokens.

use liangzheng_core::{
    qr,
    verify::Code::{self, Format, ProofHash, ProofMissing, ProofSig, Segments, Sig, SigLen, Size, Typ},
};

use super::super::Line;
use crate::support::world::{NOW, claims, grant_claims, nonce, proved, signed_grant, signed_show};

pub fn add(lines: &mut Vec<Line>) {
    let mut put = |name: &str, input: String, code: Code| lines.push(Line::new('J', name, input, code));

    let good = signed_show(&claims(971_000));
    let [h, p, s]: [&str; 3] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    for (name, input, code) in [
        ("header alone", h.to_owned(), Format),
        ("header and a dot", format!("{h}."), Segments),
        ("header and payload", format!("{h}.{p}"), Segments),
        ("no signature", format!("{h}.{p}."), SigLen),
        ("no payload", format!("{h}..{s}"), Sig),
        ("no header", format!(".{p}.{s}"), Format),
        ("payload and signature", format!("{p}.{s}"), Segments),
        ("two dots", "..".into(), Format),
        ("one dot", ".".into(), Format),
        ("three dots", "...".into(), Format),
        ("a dot behind", format!("{good}."), Segments),
        ("a dot before", format!(".{good}"), Format),
        ("signature twice", format!("{good}.{s}"), Segments),
        ("header twice", format!("{h}.{good}"), Segments),
        ("payload twice", format!("{h}.{p}.{p}.{s}"), Segments),
        ("header for payload", format!("{h}.{h}.{s}"), Sig),
        ("payload for header", format!("{p}.{p}.{s}"), Size),
        ("payload for signature", format!("{h}.{p}.{p}"), SigLen),
        ("header for signature", format!("{h}.{p}.{h}"), SigLen),
        ("payload before header", format!("{p}.{h}.{s}"), Size),
        ("signature doubled inside", format!("{h}.{p}.{s}{s}"), SigLen),
        ("the token twice", format!("{good}.{good}"), Segments),
        ("a tilde between", format!("{h}.{p}~{s}"), Segments),
        ("two tokens by a tilde", format!("{good}~{good}"), Typ),
        ("a tilde behind", format!("{good}~"), Typ),
        ("a tilde before", format!("~{good}"), Format),
        ("two tildes", format!("{good}~~"), Segments),
    ] {
        put(name, input, code);
    }

    // Parts of eight good show tokens, each with each other's.
    let shows: Vec<String> = (0..8).map(|n| signed_show(&claims(971_100 + n))).collect();
    for (one, first) in shows.iter().enumerate() {
        for (two, second) in shows.iter().enumerate().filter(|(two, _)| *two != one) {
            let input = first.rsplit_once('.').unwrap().0;
            let signature = second.rsplit_once('.').unwrap().1;
            put(&format!("input {one}, signature {two}"), format!("{input}.{signature}"), Sig);
            let mixed = qr::pack(&format!("{input}.{signature}")).unwrap();
            put(&format!("input {one}, signature {two}, packed"), mixed, Sig);
        }
    }

    // Grants and proofs of the same phone and of two phones, crossed.
    let grants: Vec<String> = (0..6).map(|n| signed_grant(&grant_claims(971_200 + n))).collect();
    let proof = |grant: &str, phone: &str| {
        let whole = proved(grant, "inspector", nonce(3), NOW.0, phone);
        whole.split_once('~').unwrap().1.to_owned()
    };
    for (one, first) in grants.iter().enumerate() {
        for (two, second) in grants.iter().enumerate() {
            if one != two {
                put(
                    &format!("grant {one}, proof of grant {two}"),
                    format!("{first}{}", proof(second, "phone-1")),
                    ProofHash,
                );
                let (grant_input, other) =
                    (first.rsplit_once('.').unwrap().0, second.rsplit_once('.').unwrap().1);
                let spliced = format!("{grant_input}.{other}");
                put(
                    &format!("grant {one} with the signature of {two}"),
                    format!("{spliced}{}", proof(&spliced, "phone-1")),
                    Sig,
                );
            }
            put(
                &format!("grant {one}, another phone's proof of grant {two}"),
                format!("{first}{}", proof(second, "phone-2")),
                ProofSig,
            );
        }
        let kb = proof(first, "phone-1");
        let grant = first.trim_end_matches('~');
        for (name, input, code) in [
            ("alone", first.clone(), ProofMissing),
            ("without its tilde", grant.to_owned(), ProofMissing),
            ("without its tilde, with its proof behind a dot", format!("{grant}.{kb}"), Segments),
            ("behind its proof", format!("{kb}~{grant}"), Typ),
            ("its proof alone", kb.clone(), Typ),
            ("its proof before a tilde", format!("{kb}~"), Typ),
            ("two proofs", format!("{first}{kb}~{kb}"), Segments),
            ("a disclosure between", format!("{first}WyJhIiwiYiIsImMiXQ~{kb}"), Segments),
            ("an empty disclosure between", format!("{first}~{kb}"), Segments),
            ("a tilde behind the proof", format!("{first}{kb}~"), Segments),
            ("twice", format!("{first}{grant}"), Typ),
            ("with a show token for proof", format!("{first}{good}"), Typ),
            ("for the proof of a show token", format!("{good}~{kb}"), Typ),
            (
                "its proof without a signature",
                format!("{first}{}.", kb.rsplit_once('.').unwrap().0),
                ProofSig,
            ),
            (
                "its proof without payload",
                format!("{first}{}..{}", kb.split('.').next().unwrap(), kb.rsplit_once('.').unwrap().1),
                ProofSig,
            ),
            ("its proof in two parts", format!("{first}{}", kb.rsplit_once('.').unwrap().0), Segments),
        ] {
            put(&format!("grant {one} {name}"), input, code);
        }
    }
}
