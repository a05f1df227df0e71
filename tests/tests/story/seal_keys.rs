//! `key seal …` as an operator runs it: a key and its request, checked by OpenSSL; a whole seal by the authority for
//! trials; a seal that would not verify is not installed; what is retired is used no more.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use liangzheng_core::seal::SealTrust;
use liangzheng_tests::db::TempDir;

use super::programs::program;

const UNIT: &str = "11990000MB00000948";

/// Runs the server's program in `folder`.
fn server(folder: &Path, args: &[&str]) -> Output {
    Command::new(program("liangzheng-server")).args(args).current_dir(folder).output().unwrap()
}

/// The same where it must go well: what it says.
fn told(folder: &Path, args: &[&str]) -> String {
    let output = server(folder, args);
    let text = String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned();
    assert!(output.status.success(), "{args:?}: {text}");
    text
}

/// A `key seal` command on the installation.
fn seal<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&["key", "seal"][..], args, &["--data", "data"]].concat()
}

/// Rows: R03.
#[test]
fn a_seal_is_requested_made_installed_and_retired() {
    let folder = TempDir::new("seal-keys");
    let folder = folder.path();
    let unit = format!("{UNIT}=九岳省大数据局");
    told(
        folder,
        &[
            "init",
            "--data",
            "data",
            "--operator",
            "lz.990000=九岳省电子证照平台",
            "--base-url",
            "https://lz.example",
            "--unit",
            &unit,
            "--admin",
            "guan=管一",
            "--admin",
            "li=李二",
        ],
    );

    // A request that another program checks.
    told(folder, &seal(&["create", "--unit", UNIT, "--request", "request.pem"]));
    let checked = Command::new("openssl")
        .args([
            "req",
            "-in",
            "request.pem",
            "-verify",
            "-noout",
            "-subject",
            "-vfyopt",
            "distid:1234567812345678",
        ])
        .args(["-nameopt", "utf8"])
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[&checked.stdout[..], &checked.stderr[..]].concat()).into_owned();
    assert!(checked.status.success() && !said.contains("failure"), "{said}");
    assert!(said.contains("九岳省大数据局") && said.contains(UNIT), "{said}");
    let name = format!("{UNIT}-1");
    assert!(told(folder, &seal(&["list"])).contains(&format!("{name}   requested")));

    // The authority for trials makes a whole one, and says whom to trust.
    assert!(told(folder, &seal(&["create", "--unit", UNIT, "--demo-ca"])).contains("no legal effect"));
    let trust = fs::read_to_string(folder.join("data/seal-trust.pem")).unwrap();
    assert!(SealTrust::from_pem(&trust).is_ok());
    let second = format!("{UNIT}-2");
    assert!(told(folder, &seal(&["list"])).contains(&format!("{second}   active")));

    // A certificate that is another key's is not installed.
    fs::write(folder.join("other.pem"), trust.split_once("-----BEGIN X509").unwrap().0).unwrap();
    fs::write(folder.join("seal.esl"), b"no seal").unwrap();
    let refused =
        server(folder, &seal(&["install", &name, "--certificate", "other.pem", "--file", "seal.esl"]));
    assert!(!refused.status.success());
    assert!(told(folder, &seal(&["list"])).contains(&format!("{name}   requested")));

    // Retired and revoked: the list names one certificate more.
    told(folder, &seal(&["retire", &second, "--revoke"]));
    assert!(told(folder, &seal(&["list"])).contains(&format!("{second}   retired")));
    let list = Command::new("openssl")
        .args(["crl", "-noout", "-text", "-in", "data/seal-trust.pem"])
        .current_dir(folder)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&list.stdout).into_owned();
    assert_eq!(text.matches("Serial Number:").count(), 1, "{text}");
    assert!(!server(folder, &seal(&["retire", &second])).status.success(), "once");
    assert!(
        !server(folder, &seal(&["create", "--unit", "11990100MB0000019L", "--demo-ca"])).status.success()
    );
}
