//! `verify F.ofd`: sealed files made by OpenSSL (tests/vectors/seal), and what was altered in them.

#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/seal")
}

fn verify(file: &str, more: &[&str]) -> Output {
    let sealed_at: i64 =
        std::fs::read_to_string(vectors().join("sealed_at")).unwrap().trim().parse().unwrap();
    Command::new(env!("CARGO_BIN_EXE_liangzheng-verify"))
        .current_dir(vectors())
        .args(["verify", file, "--bundle", "no-such-folder", "--now", &(sealed_at + 60).to_string()])
        .args(more)
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn every_check_of_a_sealed_file_is_told_in_both_languages() {
    let output = verify("sealed.ofd", &["--seal-trust", "trust.pem", "--lang", "en"]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.starts_with("✓ VALID"), "{text}");
    for check in [
        "structure",
        "signature",
        "signer listed",
        "seal's signature",
        "maker's certificate",
        "seal's period",
        "signer's certificate",
        "revocation",
        "document",
        "parts of the file",
        "seal in the file",
    ] {
        assert!(text.contains(&format!("✓ {check}")), "{check}: {text}");
    }
    assert!(text.contains("– time stamp"), "{text}");
    let text = stdout(&verify("sealed.ofd", &["--seal-trust", "trust.pem", "--lang", "zh"]));
    assert!(text.contains("云溪市市场监督管理局电子证照专用章"), "{text}");
    assert!(text.starts_with("✓ 有效") && text.contains("✓ 印章签名"), "{text}");
}

#[test]
fn each_tampering_is_refused_with_the_check_that_found_it() {
    for (file, check, code) in [
        ("page", "references", "E_OFD_REFERENCES"),
        ("signature-xml", "data_hash", "E_SEAL_DATA_HASH"),
        ("signature", "signature", "E_SEAL_SIGNATURE"),
        ("seal-name", "seal_signature", "E_SEAL_SIGNATURE"),
        ("seal-file", "seal_file", "E_OFD_REFERENCES"),
    ] {
        let output = verify(&format!("tampered-{file}.ofd"), &["--seal-trust", "trust.pem", "--json"]);
        assert_eq!(output.status.code(), Some(1), "{file}");
        let verdict: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(verdict["verdict"], "invalid", "{file}");
        assert_eq!(verdict["code"], code, "{file}");
        let failed: Vec<_> = verdict["seals"][0]["checks"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|check| check["result"] == "fail")
            .map(|check| check["name"].as_str().unwrap())
            .collect();
        assert!(failed.contains(&check), "{file}: {failed:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("hint: "), "{file}");
    }
}

#[test]
fn without_authorities_nothing_is_said_of_a_file() {
    let output = verify("sealed.ofd", &["--lang", "en"]);
    assert_eq!(output.status.code(), Some(74));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--seal-trust"), "{output:?}");
    let output = verify("sealed.ofd", &["--seal-trust", "make.py", "--lang", "en"]);
    assert_eq!(output.status.code(), Some(64));
    assert_eq!(stdout(&output), "");
}
