//! The vectors that core, CLI, WASM and server share: the same verdict, to the byte of its JSON value.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

mod support;

use std::{collections::BTreeMap, fs, path::Path};

use liangzheng_core::{
    key::AwsLc,
    time::UnixTime,
    verify::{OnExpired, Refusal, Verifier},
};
use serde_json::Value;
use support::{Bundle, folder, run_with};

/// The bundle that a verifier ends up with after the world's steps; a step that ends otherwise than the world says is
/// noted in `wrong`.
fn bundle_of(name: &str, world: &Value, wrong: &mut Vec<String>) -> Bundle {
    let roots = serde_json::from_value(world["roots"].clone()).unwrap();
    let mut verifier = Verifier::new(&AwsLc, roots).unwrap();
    let mut bundle = Bundle { trust_list: None, catalogues: vec![], status_lists: vec![], ..Bundle::main() };
    for (at, step) in world["steps"].as_array().unwrap().iter().enumerate() {
        let text = step["text"].as_str().unwrap();
        let on_expired = step["now"]
            .as_i64()
            .map_or(OnExpired::TellInVerdict, |now| OnExpired::Refuse { now: UnixTime(now) });
        let mut taken = || -> Result<(), Refusal> {
            match step["object"].as_str().unwrap() {
                "trust_list" => {
                    verifier.load_trust_list(text, on_expired)?;
                    bundle.trust_list = Some(text.into());
                }
                "catalogue" => {
                    verifier.load_catalogue(text, on_expired)?;
                    bundle.catalogues.push((claim(text, "iss"), text.into()));
                }
                "status_list" => {
                    match step["uri"].as_str() {
                        Some(uri) => verifier.load_status_list_from(uri, text, on_expired)?,
                        None => verifier.load_status_list(text, on_expired)?,
                    };
                    bundle.status_lists.push((claim(text, "sub"), text.into()));
                }
                _ => {
                    verifier.apply_delta(text, on_expired)?;
                    bundle.deltas.push(text.into());
                }
            }
            Ok(())
        };
        let error = taken().err().map(|refusal| refusal.code.to_string());
        if error.as_deref() != step["error"].as_str() {
            wrong.push(format!("world {name}, step {at}: {error:?}, not {}", step["error"]));
        }
    }
    bundle.roots = verifier.roots().clone();
    bundle.floors = Some(verifier.floors());
    bundle
}

fn claim(token: &str, name: &str) -> String {
    support::world::payload_of(token)[name].as_str().unwrap().into()
}

#[test]
fn every_vector_gets_the_verdict_that_core_gave() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/verdicts.json");
    let vectors: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let work = folder("vectors");
    let mut folders = BTreeMap::new();
    let mut wrong = vec![];
    for (at, (name, world)) in vectors["worlds"].as_object().unwrap().iter().enumerate() {
        let folder = work.join(at.to_string());
        bundle_of(name, world, &mut wrong).write(&folder);
        folders.insert(name.as_str(), folder);
    }
    let cases = vectors["cases"].as_array().unwrap();
    for (at, case) in cases.iter().enumerate() {
        let name = case["name"].as_str().unwrap();
        let memory = work.join(format!("memory-{at}"));
        let now = case["now"].to_string();
        let text = case["input"].as_str().unwrap();
        // On the command line a code is judged as it stands; what would be a file's name there goes to stdin.
        let is_code = text.is_empty() || text.contains("EL1:") || text.matches('.').count() >= 2;
        let as_argument = is_code && !text.starts_with('-') && !text.contains(['\0', '/', '\\']);
        let mut args = vec!["verify", if as_argument { text } else { "-" }, "--json", "--now", &now];
        args.extend(["--bundle", folders[case["world"].as_str().unwrap()].to_str().unwrap()]);
        args.extend(["--replay-cache", memory.to_str().unwrap()]);
        for option in ["audience", "scene", "challenge"] {
            if let Some(value) = case[option].as_str() {
                args.extend([
                    ["--audience", "--scene", "--challenge"][["audience", "scene", "challenge"]
                        .iter()
                        .position(|known| *known == option)
                        .unwrap()],
                    value,
                ]);
            }
        }
        let input = text.as_bytes();
        let mut said = run_with(&args, input);
        if case["twice"] == true && said.code == 0 {
            said = run_with(&args, input);
        }
        let exit = match case["expect"]["verdict"].as_str().unwrap() {
            "valid" => 0,
            "invalid" => 1,
            _ => 2,
        };
        let verdict = serde_json::from_str::<Value>(&said.stdout).unwrap_or_default();
        if verdict != case["expect"] || said.code != exit {
            wrong.push(format!(
                "{name}: exit {} code {} ({}), not {}",
                said.code,
                verdict["code"],
                said.stderr.trim(),
                case["expect"]["code"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\nwrong: {}", wrong.len(), cases.len(), wrong.join("\nwrong: "));
    assert!(cases.len() >= 250);
}
