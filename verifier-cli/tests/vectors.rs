//! The vectors that core, CLI, WASM and server share: the same verdict, to the byte of its JSON value.

mod support;

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;
use support::{Bundle, folder, run_with};

#[test]
fn every_vector_gets_the_verdict_that_core_gave() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/verdicts.json");
    let vectors: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let work = folder("vectors");
    let mut folders = BTreeMap::new();
    let mut wrong = vec![];
    for (at, (name, world)) in vectors["worlds"].as_object().unwrap().iter().enumerate() {
        let folder = work.join(at.to_string());
        let (bundle, otherwise) = Bundle::after(world);
        wrong.extend(otherwise.into_iter().map(|step| format!("world {name}, {step}")));
        bundle.write(&folder);
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
