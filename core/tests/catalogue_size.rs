//! The longest catalogue: at 8 MiB it is taken, a character more and it is refused, by who signs it too.

#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

#[path = "support/world.rs"]
mod world;

use liangzheng_core::{
    jws,
    key::SignError,
    limits::MAX_CATALOGUE,
    text::Text,
    trust::{Catalogue, Unit, sign_catalogue},
    verify::{Code, OnExpired, Options, Verifier},
};
use world::{A, BUSINESS, NOW, catalogue, claims, key, signed_show, unit_in, verifier};

/// A catalogue of many units whose last one has names of `pad` letters together.
fn long(pad: usize) -> Catalogue {
    let unit = |number: usize, chinese: String, english: String| Unit {
        id: unit_in(&format!("{:010}", 1_199_000_000 + number)),
        names: Text::new(chinese, english),
        kinds: vec![BUSINESS.into(); 20],
    };
    let mut long = catalogue();
    long.version += 1;
    long.units
        .extend((0..10_000).map(|number| unit(number, format!("unit {number}"), format!("unit {number}"))));
    long.units.push(unit(10_000, "x".repeat(pad / 2), "x".repeat(pad - pad / 2)));
    long
}

/// As `sign_catalogue` signs, whatever the length.
fn signed(catalogue: &Catalogue) -> String {
    jws::sign("catalogue+jwt", &serde_json::to_vec(catalogue).unwrap(), &key("catalogue-a")).unwrap()
}

#[test]
fn a_catalogue_of_8_mib_is_taken_and_a_longer_one_refused() {
    // Three bytes are four characters: what is left over is found by trying the last few, so that one is as long as can be.
    let room = (MAX_CATALOGUE - signed(&long(2)).len()) / 4 * 3;
    let (pad, text) = (room..room + 8)
        .map(|pad| (pad, signed(&long(pad))))
        .find(|(_, text)| text.len() == MAX_CATALOGUE)
        .unwrap();
    let (last, first) = (long(pad), long(pad + 1));
    assert_eq!(sign_catalogue(&last, &key("catalogue-a")).unwrap().len(), MAX_CATALOGUE);
    let longer = signed(&first);
    assert!((MAX_CATALOGUE + 1..MAX_CATALOGUE + 4).contains(&longer.len()), "{}", longer.len());

    let mut verifier = verifier();
    let fresh = OnExpired::Refuse { now: NOW };
    assert_eq!(verifier.load_catalogue(&longer, fresh).unwrap_err().code, Code::Size);
    assert_eq!(verifier.catalogue(A).map(|held| held.version), Some(catalogue().version));
    verifier.load_catalogue(&text, fresh).unwrap();
    assert_eq!(verifier.catalogue(A), Some(&last));
    assert!(matches!(sign_catalogue(&first, &key("catalogue-a")), Err(SignError::Content(_))));
    judges(&verifier);
}

fn judges(verifier: &Verifier) {
    assert_eq!(verifier.verify(&signed_show(&claims(1)), &Options::at(NOW)).code, Code::Ok);
}
