//! The bad-input corpus through core, with both backends: the hand-kept cases, and a small sample of the generated ones.
//!
//! `cargo test -p liangzheng-core --test corpus`; with `--features aws-lc` the second backend must agree to the letter.
//! `tests/corpus` takes a larger sample through all shells in every CI run, `cargo xtask soak corpus` a million mutants.

#[path = "support/corpus/mod.rs"]
mod corpus;
mod support;

use std::{collections::BTreeMap, path::Path};

use corpus::{Answer, Corpus, Line, Size, Verifiers, texts_now};
use liangzheng_core::key::P256;

/// Enough to notice a verifier that leaves a check out; the shells' run makes more.
const SAMPLE: Size = Size { mutants: 4_000, controls: 1_000, ..Size::CI };

/// Runs the lines and fails with the first faults found, and how many there are.
fn check(corpus: &Corpus, lines: impl Iterator<Item = Line>) {
    let mut verifiers = Verifiers::new(&P256, corpus);
    #[cfg(feature = "aws-lc")]
    let mut others = Verifiers::new(&liangzheng_core::key::AwsLc, corpus);
    let mut counts = BTreeMap::<char, usize>::new();
    let mut faults = vec![];
    for line in lines {
        *counts.entry(line.category).or_default() += 1;
        let answer = verifiers.answer(&line);
        faults.extend(answer.fault(&line));
        #[cfg(feature = "aws-lc")]
        if others.answer(&line) != answer {
            faults.push(format!("{}: the backends differ", line.id));
        }
    }
    println!("{} cases: {counts:?}", counts.values().sum::<usize>());
    let shown = faults.iter().take(300).cloned().collect::<Vec<_>>().join("\n");
    assert!(faults.is_empty(), "{} faults, among them\n{shown}", faults.len());
}

#[test]
fn hand_kept_cases_get_the_code_they_were_written_for() {
    let corpus = Corpus::new();
    check(&corpus, corpus.hand_kept().into_iter());
}

#[test]
fn generated_cases_are_refused_and_controls_are_valid() {
    let corpus = Corpus::new();
    check(&corpus, corpus.generated(SAMPLE));
}

#[test]
fn no_two_cases_have_one_id_and_every_category_occurs() {
    let corpus = Corpus::new();
    let lines: Vec<Line> = corpus.hand_kept().into_iter().chain(corpus.generated(SAMPLE)).collect();
    let mut ids: Vec<&str> = lines.iter().map(|line| line.id.as_str()).collect();
    ids.sort_unstable();
    let twice: Vec<_> = ids.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    assert!(twice.is_empty(), "{twice:?}");
    // A to C are Wycheproof's, in tests/tests/story/wycheproof.rs; V is the HTTP API's.
    for category in ('D'..='U').chain(['Z']) {
        assert!(lines.iter().any(|line| line.category == category), "no case of {category}");
    }
}

#[test]
fn the_lists_that_mutants_are_made_of_would_be_taken() {
    let corpus = Corpus::new();
    for (name, world, text) in corpus::good_objects() {
        let mut verifiers = Verifiers::new(&P256, &corpus);
        let line =
            Line { world, ..Line::new('Q', name, text, liangzheng_core::verify::Code::Ok) }.loads(name);
        assert_eq!(verifiers.answer(&line), Answer::Load(None), "{name}");
    }
}

/// `LZ_WRITE_VECTORS=1 cargo test -p liangzheng-core --test corpus` writes the file anew.
#[test]
fn the_texts_of_all_codes_are_the_agreed_ones() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus/texts.json");
    if std::env::var_os("LZ_WRITE_VECTORS").is_some() {
        std::fs::write(&path, texts_now()).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == texts_now(),
        "a text differs from tests/corpus/texts.json: if that is meant, run \
         LZ_WRITE_VECTORS=1 cargo test -p liangzheng-core --test corpus"
    );
}
