//! A seal whose signer's certificate was revoked: what was set before stays valid, what was set afterwards does not.

use std::path::Path;

use liangzheng_core::seal::{NewSeal, SealTrust, SealVerdict, Setting, Sm2Key, check, sm3};
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::verify::{Answer, Outcome};
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::signing::{SealCa, Subject};
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TempDir;

const ORIGINAL: &[u8] = b"what is sealed";

/// Rows: R04.
#[test]
fn a_seal_set_after_its_certificate_was_revoked_is_refused_and_an_earlier_one_is_not() {
    for (name, revoked_at, want) in [
        ("never", None, ("OK", Answer::Valid, Outcome::Pass)),
        ("afterwards", Some(1), ("OK", Answer::Valid, Outcome::Pass)),
        ("before", Some(-1), ("E_SEAL_REVOKED", Answer::Invalid, Outcome::Fail)),
    ] {
        let folder = TempDir::new("revoked");
        let verdict =
            verdict_when_revoked(folder.path(), revoked_at.map(|seconds| NOON.plus(Seconds(seconds))));
        let revocation = verdict.checks.iter().find(|check| check.name == "revocation").unwrap();
        assert_eq!((verdict.code, verdict.verdict, revocation.result), want, "{name}: {verdict:#?}");
    }
}

/// Seals at noon with a certificate that is revoked at that time, and checks it a minute later.
fn verdict_when_revoked(folder: &Path, at: Option<UnixTime>) -> SealVerdict {
    let (from, until) = (NOON.minus(Seconds(86_400)), NOON.plus(Seconds(86_400)));
    let ca = SealCa::open_or_create(folder, &SystemEntropy, from).unwrap();
    let key = Sm2Key::from_secret(&[7; 32]).unwrap();
    let subject =
        Subject {
            name: "签章者", organisation: "云溪市市场监督管理局", unit: Some("11990100MB0000019L")
        };
    let certificate = ca.certify(&key.public().unwrap(), subject, from, until, &SystemEntropy).unwrap();
    let seal = NewSeal {
        id: "11990100MB0000019L-1",
        name: "云溪市市场监督管理局电子证照专用章",
        certificates: &[&certificate],
        created: from,
        valid_from: from,
        valid_to: until,
        picture: b"a picture",
        size: (40, 40),
    };
    let seal = ca.make_seal(&seal).unwrap();
    let setting = Setting { time: NOON, data_hash: sm3(ORIGINAL), property_info: "licence".into() };
    let signature = key.sign(&setting.to_sign(&seal).unwrap()).unwrap();
    let sealed = setting.assemble(&seal, &certificate, &signature).unwrap();
    if let Some(at) = at {
        ca.revoke(&certificate, at).unwrap();
    }
    let now = NOON.plus(Seconds(60));
    let trust = SealTrust::from_pem(&ca.trust(now).unwrap()).unwrap();
    check(&sealed, ORIGINAL, &trust, now)
}
