//! The fuzz targets over the corpora kept in `core/fuzz/corpora`, and over simple changes to each of their inputs:
//! what `cargo xtask soak fuzz` found worth keeping stays found, without a fuzzer.

#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

#[path = "../fuzz/src/targets/mod.rs"]
mod targets;

use std::{collections::BTreeSet, path::PathBuf};

use liangzheng_core::base64url;

fn corpus_path(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpora").join(format!("{target}.txt"))
}

/// One input a line, in base64url.
fn corpus(target: &str) -> BTreeSet<Vec<u8>> {
    let text = std::fs::read_to_string(corpus_path(target)).unwrap_or_default();
    text.lines().map(|line| base64url::decode(line).unwrap()).collect()
}

#[test]
fn every_kept_input_and_its_neighbours_keep_the_properties() {
    for (name, target) in targets::ALL {
        let inputs = corpus(name);
        assert!(inputs.len() > 10, "the corpus of {name} is lost");
        for input in &inputs {
            target(input);
        }
        // The targets that sign cost a millisecond each.
        let changes = if name.starts_with("resign") { 2 } else { 8 };
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        for input in inputs.iter().filter(|input| !input.is_empty()) {
            for _ in 0..changes {
                let mut changed = input.clone();
                random =
                    random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let at = usize::try_from(random >> 33).unwrap() % changed.len();
                match random >> 20 & 3 {
                    0 => changed[at] ^= 1 << (random >> 24 & 7),
                    1 => drop(changed.remove(at)),
                    2 => changed.insert(at, changed[changed.len() / 2]),
                    _ => changed.truncate(at),
                }
                target(&changed);
            }
        }
    }
}

/// `LZ_WRITE_SEEDS=1 cargo test -p liangzheng-core --test fuzz_corpora` adds the seeds to the corpora.
#[test]
fn every_seed_keeps_the_properties() {
    for (name, target) in targets::ALL {
        let seeds = targets::seeds(name);
        for seed in &seeds {
            target(seed);
        }
        if std::env::var_os("LZ_WRITE_SEEDS").is_some() {
            let inputs: BTreeSet<_> = corpus(name).into_iter().chain(seeds).collect();
            let lines: Vec<_> = inputs.iter().map(base64url::encode).collect();
            std::fs::write(corpus_path(name), lines.join("\n") + "\n").unwrap();
        }
    }
}
