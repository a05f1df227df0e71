//! Sealed files: taken as OpenSSL sealed them, refused once touched, packed oddly or sealed by others than they name.

#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

#[path = "support/sealed.rs"]
mod sealed;

use std::io::{Cursor, Write};
use std::path::Path;

use liangzheng_core::ofd::{self, FileVerdict};
use liangzheng_core::seal::SealTrust;
use liangzheng_core::verify::{Answer, Outcome};
use zip::write::SimpleFileOptions;

use self::sealed::{SEALED, SIGNATURE, TRUST, VALUE, files, now, sealed_at, trust};

const PAGE: &str = "Doc_0/Pages/Page_0/Content.xml";
const SEAL: &str = "Doc_0/Signs/Sign_0/Seal.esl";

fn pack(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

fn verdict(file: &[u8]) -> FileVerdict {
    ofd::verify(file, &trust(), now())
}

/// The file with one of its parts changed.
fn altered(name: &str, change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let changed = files().into_iter().map(|(at, content)| {
        let content = if at == name { change(&content) } else { content };
        (at, content)
    });
    pack(&changed.collect::<Vec<_>>())
}

fn failed(verdict: &FileVerdict) -> Vec<&'static str> {
    let checks = verdict.seals.iter().flat_map(|seal| &seal.checks);
    checks.filter(|check| check.result == Outcome::Fail).map(|check| check.name).collect()
}

#[test]
fn a_file_that_openssl_sealed_is_taken_and_every_check_is_told() {
    for file in [SEALED.to_vec(), pack(&files())] {
        let verdict = verdict(&file);
        assert_eq!((verdict.verdict, verdict.code), (Answer::Valid, "OK"), "{verdict:#?}");
        let [seal] = &verdict.seals[..] else { panic!("one seal") };
        let told: Vec<_> = seal.checks.iter().map(|check| (check.name, check.result)).collect();
        let passed = [
            "structure",
            "signature",
            "signer_listed",
            "seal_signature",
            "maker_certificate",
            "seal_period",
            "signer_certificate",
            "revocation",
            "data_hash",
        ];
        let mut wanted: Vec<_> = passed.iter().map(|name| (*name, Outcome::Pass)).collect();
        wanted.push(("timestamp", Outcome::NotChecked));
        wanted.extend([("references", Outcome::Pass), ("seal_file", Outcome::Pass)]);
        assert_eq!(told, wanted);
        let shown = seal.seal.as_ref().unwrap();
        assert_eq!(shown.name, "云溪市市场监督管理局电子证照专用章");
        assert_eq!(shown.unit.as_deref(), Some("11990100MB0000019L"));
        assert_eq!(shown.sealed_at, sealed_at());
        assert!(shown.signer.contains("云溪市市场监督管理局"), "{}", shown.signer);
    }
}

#[test]
fn each_of_the_five_tamperings_is_refused_by_name() {
    let cases: [(&str, Vec<u8>, &[&str]); 5] = [
        (
            "a page",
            altered(PAGE, |page| replaced(page, "测试".as_bytes(), "伪造".as_bytes())),
            &["references"],
        ),
        (
            "Signature.xml",
            altered(SIGNATURE, |xml| replaced(xml, b"140 220 40 40", b"140 220 40 41")),
            &["data_hash"],
        ),
        (
            "the signature's bytes",
            altered(VALUE, |value| {
                let mut value = value.to_vec();
                *value.last_mut().unwrap() ^= 1;
                value
            }),
            &["signature"],
        ),
        (
            "the seal's name",
            altered(VALUE, |value| replaced(value, "监督".as_bytes(), "管督".as_bytes())),
            &["signature", "seal_signature", "seal_file"],
        ),
        (
            "Seal.esl",
            altered(SEAL, |seal| replaced(seal, "监督".as_bytes(), "管督".as_bytes())),
            &["references", "seal_file"],
        ),
    ];
    for (name, file, checks) in cases {
        let verdict = verdict(&file);
        assert_eq!(verdict.verdict, Answer::Invalid, "{name}");
        assert_eq!(failed(&verdict), checks, "{name}");
        assert!(verdict.code.starts_with("E_"), "{name}");
    }
}

#[test]
fn page_and_licence_data_bear_the_seals_of_exactly_the_units_that_the_data_names() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/seal");
    let file = |name: &str| std::fs::read(folder.join(format!("record-{name}.ofd"))).unwrap();
    for (name, seals) in [("issuer", (1, 1)), ("co-issuers", (2, 2))] {
        let verdict = verdict(&file(name));
        assert_eq!((verdict.verdict, verdict.code), (Answer::Valid, "OK"), "{name}: {verdict:#?}");
        assert_eq!((verdict.seals.len(), verdict.record.len()), seals, "{name}");
    }
    for name in [
        "foreign-both",
        "foreign-page",
        "foreign-record",
        "foreign-beside",
        "foreign-no-unit",
        "issuer-page-only",
        "issuer-missing",
        "issuer-unnamed",
        "issuer-twice-named",
        "record-away",
    ] {
        let verdict = verdict(&file(name));
        assert_eq!((verdict.verdict, verdict.code), (Answer::Invalid, "E_OFD_RECORD"), "{name}");
        assert!(!verdict.seals.is_empty(), "{name}: told of each seal");
        for seal in verdict.seals.iter().chain(&verdict.record) {
            assert_eq!(seal.verdict, Answer::Valid, "{name}: each seal is genuine: {seal:#?}");
        }
    }
    // What is not known of a certificate hides no wrong issuer.
    let certificate = TRUST.split_once("-----BEGIN X509 CRL").unwrap().0;
    let trust = SealTrust::from_pem(certificate).unwrap();
    for (name, code) in [("issuer", "U_SEAL_REVOCATION"), ("foreign-both", "E_OFD_RECORD")] {
        assert_eq!(ofd::verify(&file(name), &trust, now()).code, code, "{name}");
    }
}

#[test]
fn a_package_that_two_programs_could_read_differently_is_not_read() {
    let with = |name: &str, content: &[u8]| {
        let mut files = files();
        files.push((name.into(), content.to_vec()));
        pack(&files)
    };
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("not a package", b"PK\x03\x04".to_vec(), "E_OFD_ZIP"),
        ("nothing", vec![], "E_OFD_ZIP"),
        ("cut", SEALED[..SEALED.len() - 1].to_vec(), "E_OFD_ZIP"),
        ("something before it", [b"x", SEALED].concat(), "E_OFD_ZIP"),
        ("something behind it", [SEALED, b"x"].concat(), "E_OFD_ZIP"),
        ("a path that leads out", with("../x", b""), "E_OFD_ZIP"),
        ("an absolute path", with("/x", b""), "E_OFD_ZIP"),
        ("another spelling of a path", with("Doc_0\\x", b""), "E_OFD_ZIP"),
        ("one name in two cases", with("ofd.xml", b""), "E_OFD_ZIP"),
        ("a folder as a file", with("Doc_0/", b""), "E_OFD_ZIP"),
        ("a part no seal covers", with("Doc_0/x.xml", b""), "E_OFD_REFERENCES"),
        (
            "too many files",
            pack(&(0..1001).map(|at| (format!("f{at}"), vec![])).collect::<Vec<_>>()),
            "E_OFD_ZIP",
        ),
        ("40 MB of nothing", with("Doc_0/x", &vec![0; 40 << 20]), "E_OFD_ZIP"),
    ];
    for (name, file, code) in cases {
        let verdict = verdict(&file);
        assert_eq!((verdict.verdict, verdict.code), (Answer::Invalid, code), "{name}");
    }
    // One name before the bytes, another in the directory.
    let renamed = replaced(SEALED, b"Doc_0/PublicRes.xml", b"Doc_0/PublicRes.xmL");
    assert_eq!(verdict(&renamed).code, "E_OFD_ZIP", "two names of one file");
    // The same name twice in the directory.
    let twice = with("Doc_0/PublicRes.xmL", b"");
    let at = twice.windows(19).rposition(|window| window == b"Doc_0/PublicRes.xmL").unwrap();
    let twice = replaced(&twice, b"Doc_0/PublicRes.xmL", b"Doc_0/PublicRes.xml");
    let twice = [&twice[..at], b"Doc_0/PublicRes.xml", &twice[at + 19..]].concat();
    assert_eq!(verdict(&twice).code, "E_OFD_ZIP", "one name twice");
    // A larger size than it says, and a smaller one.
    for size in [0_u32, 1 << 30] {
        let mut file = SEALED.to_vec();
        let at = file.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
        file[at + 24..at + 28].copy_from_slice(&size.to_le_bytes());
        assert_ne!(verdict(&file).verdict, Answer::Valid, "size {size}");
    }
}

#[test]
fn a_file_without_seal_or_with_other_xml_is_no_licence() {
    let cases: [(&str, Vec<u8>, &str); 6] = [
        (
            "no signatures named",
            altered("OFD.xml", |xml| {
                replaced(xml, b"<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>", b"")
            }),
            "E_OFD_UNSEALED",
        ),
        (
            "an empty list",
            altered("Doc_0/Signs/Signatures.xml", |_| {
                br#"<ofd:Signatures xmlns:ofd="http://www.ofdspec.org/2016"/>"#.to_vec()
            }),
            "E_OFD_UNSEALED",
        ),
        (
            "another namespace",
            altered("OFD.xml", |xml| replaced(xml, b"www.ofdspec.org/2016", b"www.ofdspec.org/2017")),
            "E_OFD_XML",
        ),
        (
            "a document type",
            altered("OFD.xml", |xml| replaced(xml, b"<ofd:OFD", b"<!DOCTYPE x [<!ENTITY a \"b\">]><ofd:OFD")),
            "E_OFD_XML",
        ),
        ("no text", altered("OFD.xml", |_| vec![0xff]), "E_OFD_XML"),
        (
            "a location that leads out",
            altered("Doc_0/Signs/Signatures.xml", |xml| {
                replaced(xml, b"/Doc_0/Signs/Sign_0/Signature.xml", b"../../../etc/passwd")
            }),
            "E_OFD_XML",
        ),
    ];
    for (name, file, code) in cases {
        let verdict = verdict(&file);
        assert_eq!((verdict.verdict, verdict.code), (Answer::Invalid, code), "{name}");
    }
    // Attributes and namespaces that take a reader minutes, packed into a few kilobytes.
    let more = |each: fn(usize) -> String, n: usize| {
        let more = (0..n).map(each).collect::<String>();
        altered("OFD.xml", move |xml| {
            replaced(xml, b"Version=", [more.as_bytes(), b"Version="].concat().as_slice())
        })
    };
    let attribute: fn(usize) -> String = |at| format!("a{at}='' ");
    let namespace: fn(usize) -> String = |at| format!("xmlns:n{at}='u{at}' ");
    assert_eq!(verdict(&more(attribute, 9)).code, "E_OFD_REFERENCES", "a few are read");
    for each in [attribute, namespace] {
        let begun = std::time::Instant::now();
        assert_eq!(verdict(&more(each, 65)).code, "E_OFD_XML");
        assert_eq!(verdict(&more(each, 40_000)).code, "E_OFD_XML");
        assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    }
    let deep = [b"<a>".repeat(40_000), b"</a>".repeat(40_000)].concat();
    assert_eq!(verdict(&altered("OFD.xml", |_| deep.clone())).code, "E_OFD_XML", "very deep");
}
