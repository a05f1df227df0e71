//! Every case of `tests/vectors/verdicts.json`: the code it was written for, by both backends, and the file current.

mod support;

use std::{collections::BTreeMap, path::Path};

use liangzheng_core::{
    key::P256,
    verify::{Answer, Code},
};
use support::{Cases, build, file, judge};

fn vectors_path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/verdicts.json")
}

#[test]
fn every_case_gets_the_code_it_was_written_for() {
    let all = Cases::shared();
    let verifiers: BTreeMap<_, _> =
        all.worlds.iter().map(|(name, world)| (*name, build(&P256, world))).collect();
    let mut wrong = vec![];
    for case in &all.cases {
        let verdict = judge(&verifiers[case.world], case);
        let cautions: Vec<Code> = verdict.cautions.iter().map(|caution| caution.code).collect();
        if verdict.code != case.expect || (verdict.verdict == Answer::Valid && cautions != case.cautions) {
            wrong.push(format!(
                "{}: wanted {} {:?}, got {} {:?}",
                case.name, case.expect, case.cautions, verdict.code, cautions
            ));
        }
        assert_eq!(verdict.checks.len(), 11, "{}", case.name);
        assert_eq!(verdict.verdict == Answer::Valid, verdict.code == Code::Ok, "{}", case.name);
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), all.cases.len(), wrong.join("\n"));
    println!("{} cases in {} worlds", all.cases.len(), all.worlds.len());
}

#[test]
fn names_are_distinct_and_every_code_of_a_verdict_occurs() {
    let all = Cases::shared();
    let mut names: Vec<&str> = all.cases.iter().map(|case| case.name.as_str()).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "two cases have one name");
    let mut seen: Vec<String> = all
        .cases
        .iter()
        .flat_map(|case| core::iter::once(case.expect).chain(case.cautions.iter().copied()))
        .map(|code| code.to_string())
        .collect();
    seen.extend(
        all.worlds.values().flat_map(|world| world.steps.iter().filter_map(|step| step.error.clone())),
    );
    let missing: Vec<_> = Code::ALL.iter().filter(|code| !seen.contains(&code.to_string())).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}

#[cfg(feature = "aws-lc")]
#[test]
fn both_backends_agree_to_the_letter() {
    let all = Cases::shared();
    for (name, world) in &all.worlds {
        let (one, other) = (build(&P256, world), build(&liangzheng_core::key::AwsLc, world));
        for case in all.cases.iter().filter(|case| case.world == *name) {
            let json = |verifier| serde_json::to_string(&judge(verifier, case)).unwrap();
            assert_eq!(json(&one), json(&other), "{}", case.name);
        }
    }
}

/// `LZ_WRITE_VECTORS=1 cargo test -p liangzheng-core --test verdicts` writes the file anew.
#[test]
fn the_vectors_file_is_current() {
    let made = file(Cases::shared());
    if std::env::var_os("LZ_WRITE_VECTORS").is_some() {
        std::fs::write(vectors_path(), &made).unwrap();
    }
    let kept = std::fs::read_to_string(vectors_path()).unwrap_or_default();
    assert!(
        made == kept,
        "tests/vectors/verdicts.json is not current: run LZ_WRITE_VECTORS=1 cargo test -p liangzheng-core --test verdicts"
    );
}
