//! Categories F to I: good codes changed in one place.
//!
//! What code a mutant gets depends on where it was hit, so each segment has the set of codes that can come of it; and
//! none is ever valid unless it unpacks to the very text it was made from.

use std::sync::Arc;

use liangzheng_core::{
    qr,
    token::Fields,
    verify::Code::{
        self, Alg, B64, Format, HeaderField, IssuerKeyMismatch, KidFormat, KidUnknown, ProofMissing,
        ProofSig, Qr, Segments, Sig, SigLen, SigRange, SigSHigh, Size, Typ, Utf8,
    },
};

use super::{
    Expect, Line,
    random::{Random, spread},
};
use crate::support::world::{NOW, claims, delegate, grant_claims, nonce, proved, signed_grant, signed_show};

/// A good code to make mutants of.
pub struct Seed {
    name: &'static str,
    text: Vec<u8>,
    presentation: Arc<str>,
}

/// Codes of both profiles, packed and not: about 5,300 characters in all, so 1.35 million single-byte mutants.
pub fn seeds() -> Vec<Seed> {
    let show = |number: u32, change: fn(&mut liangzheng_core::token::ShowClaims)| {
        let mut claims = claims(980_000 + number);
        change(&mut claims);
        signed_show(&claims)
    };
    let held = |number: u32, iat: i64, phone: &str| {
        let grant = signed_grant(&grant_claims(980_000 + number));
        proved(&grant, "inspector", nonce(9), NOW.0 + iat, phone)
    };
    let as_it_is = |name, presentation: String| Seed {
        name,
        text: presentation.clone().into_bytes(),
        presentation: presentation.into(),
    };
    let packed = |name, presentation: String| Seed {
        name,
        text: qr::pack(&presentation).unwrap().into_bytes(),
        presentation: presentation.into(),
    };
    vec![
        packed("s-qr", show(1, |_| {})),
        packed("s-qr-without-end", show(2, |claims| claims.vt = None)),
        packed("s-qr-delegate", show(3, |claims| claims.act = Some(delegate()))),
        packed("s-qr-bare", show(4, |claims| claims.fld = Fields::default())),
        packed("h-qr", held(5, 0, "phone-1")),
        packed("h-qr-late", held(6, -59, "phone-1")),
        as_it_is("s", show(7, |_| {})),
        as_it_is("s-delegate", show(8, |claims| claims.act = Some(delegate()))),
        as_it_is("h", held(9, 3, "phone-1")),
    ]
}

/// F: one byte put in another's place, every place and every byte.
pub fn bytes(seeds: &Arc<[Seed]>, seed: u64, count: usize) -> impl Iterator<Item = Line> + use<> {
    let (seeds, mut random) = (Arc::clone(seeds), Random::new(seed, "F"));
    spread(&mut random, places(&seeds) * 255, count).map(move |number| {
        let (seed, at) = place(&seeds, number / 255);
        let mut text = seed.text.clone();
        // 1 to 255 further on: any byte but the one that is there.
        text[at] = text[at].wrapping_add(u8::try_from(number % 255 + 1).unwrap());
        let id = format!("F/{}/{at}/{:02x}", seed.name, text[at]);
        seed.mutant('F', id, text, at, &[])
    })
}

/// G: one bit flipped.
pub fn bits(seeds: &Arc<[Seed]>, seed: u64, count: usize) -> impl Iterator<Item = Line> + use<> {
    let (seeds, mut random) = (Arc::clone(seeds), Random::new(seed, "G"));
    spread(&mut random, places(&seeds) * 8, count).map(move |number| {
        let (seed, at) = place(&seeds, number / 8);
        let mut text = seed.text.clone();
        text[at] ^= 1 << (number % 8);
        let id = format!("G/{}/{at}/{}", seed.name, number % 8);
        seed.mutant('G', id, text, at, &[])
    })
}

/// H: cut off at any length.
pub fn truncations(seeds: &Arc<[Seed]>, seed: u64, count: usize) -> impl Iterator<Item = Line> + use<> {
    let (seeds, mut random) = (Arc::clone(seeds), Random::new(seed, "H"));
    spread(&mut random, places(&seeds), count).map(move |number| {
        let (seed, at) = place(&seeds, number);
        let id = format!("H/{}/{at}", seed.name);
        // Whatever stands behind the cut is missing, so only shape, encoding and length can be told.
        let codes = &[Format, Segments, B64, SigLen, ProofMissing, ProofSig, Qr];
        seed.mutant('H', id, seed.text[..at].to_vec(), at, codes)
    })
}

/// I: a byte put in, taken out, doubled, or exchanged with the next one; what changes nothing does not count.
pub fn shifts(seeds: &Arc<[Seed]>, seed: u64, count: usize) -> impl Iterator<Item = Line> + use<> {
    let (seeds, mut random) = (Arc::clone(seeds), Random::new(seed, "I"));
    let all = places(&seeds) * 4;
    let chosen = spread(&mut random, all, all);
    let changed = chosen.filter_map(move |number| {
        let (seed, at) = place(&seeds, number / 4);
        let mut text = seed.text.clone();
        let how = match number % 4 {
            0 => {
                text.insert(at, u8::try_from(random.next() & 0x7f).unwrap());
                "put in"
            }
            1 => {
                text.remove(at);
                "taken out"
            }
            2 => {
                text.insert(at, text[at]);
                "doubled"
            }
            _ if at + 1 < text.len() => {
                text.swap(at, at + 1);
                "exchanged"
            }
            _ => return None,
        };
        let id = format!("I/{}/{at}/{how}", seed.name);
        // A byte more or less shifts what is behind it, so a neighbour's codes are possible too.
        let codes =
            [seed.codes_at(at), seed.codes_at((at + 1).min(seed.text.len() - 1)), &[SigLen, Size, Format]];
        (text != seed.text).then(|| seed.mutant('I', id, text, at, &codes.concat()))
    });
    changed.take(count)
}

fn places(seeds: &[Seed]) -> usize {
    seeds.iter().map(|seed| seed.text.len()).sum()
}

fn place(seeds: &[Seed], mut number: usize) -> (&Seed, usize) {
    for seed in seeds {
        if number < seed.text.len() {
            return (seed, number);
        }
        number -= seed.text.len();
    }
    unreachable!("a number below the sum of all lengths")
}

impl Seed {
    fn mutant(&self, category: char, id: String, input: Vec<u8>, at: usize, codes: &[Code]) -> Line {
        let codes = if codes.is_empty() { self.codes_at(at).into() } else { codes.to_vec().into() };
        let expect = Expect { codes, about: None, field: None, seed: Some(Arc::clone(&self.presentation)) };
        Line { expect, id, ..Line::new(category, "", input, Code::Ok) }
    }

    /// The codes that a change at this place can get.
    fn codes_at(&self, at: usize) -> &'static [Code] {
        if self.text.starts_with(b"EL1:") {
            // Without its prefix it is a token or nothing; dots and slashes are Base45 characters.
            return if at < 4 { &[Format, Segments, B64] } else { PACKED };
        }
        let before = &self.text[..at];
        let dots = before.iter().filter(|byte| **byte == b'.').count();
        match (self.text[at], before.contains(&b'~'), dots) {
            (b'.' | b'~', ..) => &[Segments, B64, Format, Typ, Size],
            (_, false, 0) => HEADER,
            (_, false, 1) => &[B64, Segments, Sig],
            (_, false, _) => &[B64, Segments, Sig, SigRange, SigSHigh],
            (_, true, 2) => &[B64, Segments, Utf8, Format, Alg, HeaderField, Typ, ProofSig],
            _ => &[B64, Segments, ProofSig],
        }
    }
}

/// A token's header can say anything but what was signed.
pub const HEADER: &[Code] =
    &[B64, Segments, Utf8, Format, Alg, HeaderField, Typ, KidFormat, KidUnknown, IssuerKeyMismatch, Sig];

/// One bad symbol in the packed form can change header, payload or a signature.
const PACKED: &[Code] = &[
    Qr,
    Utf8,
    Format,
    Alg,
    HeaderField,
    Typ,
    KidFormat,
    KidUnknown,
    IssuerKeyMismatch,
    Sig,
    SigRange,
    SigSHigh,
    ProofSig,
    Size,
];
