//! Seals made by OpenSSL (tests/vectors/seal/make.py): taken as they are, refused once touched.

#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

#[path = "support/sealed.rs"]
mod sealed;

use std::time::Duration;

use der::Encode;
use der::asn1::{
    Any, AnyRef, BitStringRef, GeneralizedTime, Ia5StringRef, ObjectIdentifier, OctetStringRef,
    PrintableStringRef,
};
use liangzheng_core::seal::{
    CertificateDigest, Extension, Seal, SealFault, SealTrust, SealedData, check, sm3,
};
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::verify::{Answer, Outcome};

use self::sealed::{SIGNATURE, TRUST, VALUE, files, now, sealed_at, trust};

fn value() -> Vec<u8> {
    files().into_iter().find(|(name, _)| name == VALUE).unwrap().1
}

fn original() -> Vec<u8> {
    files().into_iter().find(|(name, _)| name == SIGNATURE).unwrap().1
}

#[test]
fn no_byte_of_a_seal_can_be_changed_or_left_out() {
    let (value, original, trust) = (value(), original(), trust());
    assert_eq!(check(&value, &original, &trust, now()).verdict, Answer::Valid);
    for at in 0..value.len() {
        let mut changed = value.clone();
        changed[at] ^= 1 << (at % 8);
        assert_ne!(check(&changed, &original, &trust, now()).verdict, Answer::Valid, "byte {at}");
    }
    for length in 0..value.len() {
        assert_eq!(SealedData::read(&value[..length]).err(), Some(SealFault::Der), "{length} bytes");
    }
    assert_eq!(SealedData::read(&[&value[..], &[0]].concat()).err(), Some(SealFault::Der), "a byte too many");
    assert_eq!(SealedData::read(&vec![0x30; 300_000]).err(), Some(SealFault::Size));
}

#[test]
fn only_der_is_read() {
    let value = value();
    // The outer length in a longer form than needed: valid BER, another text of the same meaning.
    let [0x30, 0x82, high, low, rest @ ..] = &value[..] else { panic!("a sequence") };
    let longer = [&[0x30, 0x83, 0, *high, *low], rest].concat();
    assert_eq!(SealedData::read(&longer).err(), Some(SealFault::Der));
    // Indefinite length.
    let open = [&[0x30, 0x80], rest, &[0, 0]].concat();
    assert_eq!(SealedData::read(&open).err(), Some(SealFault::Der));
}

/// The vector with its structure changed and written again: no signature over it holds, but it is read or not as it is.
fn rewritten(change: &dyn Fn(&mut SealedData<'_>)) -> Vec<u8> {
    let value = value();
    let mut read = SealedData::read(&value).unwrap();
    change(&mut read);
    read.to_der().unwrap()
}

/// How one check of such a structure went.
fn result_of(check_name: &str, sealed: &[u8], now: UnixTime) -> Outcome {
    let verdict = check(sealed, &original(), &trust(), now);
    let found = verdict.checks.into_iter().find(|check| check.name == check_name);
    found.unwrap().result
}

/// How far a clock may be behind the signer's, in seconds.
const SKEW: i64 = 300;
const OTHER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301");

fn bits(bytes: &'static [u8]) -> BitStringRef<'static> {
    BitStringRef::from_bytes(bytes).unwrap()
}

fn extension(critical: bool) -> Vec<Extension<'static>> {
    vec![Extension { id: OTHER, critical, value: OctetStringRef::new(b"x").unwrap() }]
}

#[test]
fn each_departure_from_the_standards_form_is_refused() {
    let odd = || BitStringRef::new(3, &[0xf8]).unwrap();
    type Case<'a> = (&'a str, Option<SealFault>, &'a dyn Fn(&mut SealedData<'_>));
    let form = Some(SealFault::Form);
    let of_seal: [Case<'_>; 13] = [
        ("nothing", None, &|_| {}),
        ("version 5", None, &|it| it.to_sign.seal.info.header.version = 5),
        ("version 5 with a time stamp", None, &|it| {
            it.to_sign.seal.info.header.version = 5;
            it.to_sign.seal.time_stamp = Some(bits(b"x"));
        }),
        ("an extension that a reader need not know", None, &|it| {
            it.to_sign.seal.info.extensions = Some(extension(false));
        }),
        ("version 3", Some(SealFault::Version), &|it| it.to_sign.seal.info.header.version = 3),
        ("version 6", Some(SealFault::Version), &|it| it.to_sign.seal.info.header.version = 6),
        ("version 4 with a time stamp", form, &|it| it.to_sign.seal.time_stamp = Some(bits(b"x"))),
        ("another mark", form, &|it| it.to_sign.seal.info.header.mark = Ia5StringRef::new("ET").unwrap()),
        ("another algorithm", form, &|it| it.to_sign.seal.algorithm = OTHER),
        ("odd bits of its signature", form, &|it| it.to_sign.seal.signature = odd()),
        ("a list of a third kind", form, &|it| it.to_sign.seal.info.property.list_kind = 3),
        ("a list of another kind than it says", form, &|it| it.to_sign.seal.info.property.list_kind = 2),
        ("an extension that a reader must know", form, &|it| {
            it.to_sign.seal.info.extensions = Some(extension(true));
        }),
    ];
    for (name, want, change) in of_seal {
        let whole = rewritten(&|it| {
            change(it);
            it.to_sign.version = it.to_sign.seal.info.header.version;
        });
        assert_eq!(SealedData::read(&whole).err(), want, "{name}");
        let value = value();
        let mut read = SealedData::read(&value).unwrap();
        change(&mut read);
        assert_eq!(Seal::read(&read.to_sign.seal.to_der().unwrap()).err(), want, "{name}, by itself");
    }
    let of_setting: [Case<'_>; 6] = [
        ("a time stamp", None, &|it| it.time_stamp = Some(bits(b"x"))),
        ("another version than the seal's", form, &|it| it.to_sign.version = 5),
        ("another algorithm", form, &|it| it.algorithm = OTHER),
        ("odd bits of the signature", form, &|it| it.signature = odd()),
        ("odd bits of the digest", form, &|it| it.to_sign.data_hash = odd()),
        ("a digest of 31 bytes", form, &|it| it.to_sign.data_hash = bits(&[7; 31])),
    ];
    for (name, want, change) in of_setting {
        assert_eq!(SealedData::read(&rewritten(change)).err(), want, "{name}");
    }
    // 256 KiB is the most that is looked at.
    assert_eq!(SealedData::read(&vec![0x30; 256 << 10]).err(), Some(SealFault::Der));
    assert_eq!(SealedData::read(&vec![0x30; (256 << 10) + 1]).err(), Some(SealFault::Size));
}

#[test]
fn a_seal_may_list_its_signers_by_certificate_or_by_digest() {
    let value = value();
    let certificate = SealedData::read(&value).unwrap().certificate.as_bytes().to_vec();
    let (right, wrong) = (sm3(&certificate), sm3(b"another"));
    for (digest, want) in [(right, Outcome::Pass), (wrong, Outcome::Fail)] {
        let listed = CertificateDigest {
            kind: PrintableStringRef::new("SM3").unwrap(),
            value: OctetStringRef::new(&digest).unwrap(),
        };
        let list = Any::encode_from(&vec![listed]).unwrap();
        let mut read = SealedData::read(&value).unwrap();
        read.to_sign.seal.info.property.list_kind = 2;
        read.to_sign.seal.info.property.list = AnyRef::from(&list);
        assert_eq!(result_of("signer_listed", &read.to_der().unwrap(), now()), want);
    }
    for (listed, want) in [(&certificate[..], Outcome::Pass), (b"another", Outcome::Fail)] {
        let list = Any::encode_from(&vec![OctetStringRef::new(listed).unwrap()]).unwrap();
        let mut read = SealedData::read(&value).unwrap();
        read.to_sign.seal.info.property.list = AnyRef::from(&list);
        assert_eq!(result_of("signer_listed", &read.to_der().unwrap(), now()), want);
    }
}

#[test]
fn a_seal_may_be_set_from_its_first_to_its_last_second_and_no_clock_is_more_than_its_skew_ahead() {
    let at = |seconds: i64| {
        let seconds = u64::try_from(sealed_at().0 + seconds).unwrap();
        GeneralizedTime::from_unix_duration(Duration::from_secs(seconds)).unwrap()
    };
    let (pass, fail) = (Outcome::Pass, Outcome::Fail);
    for (from, to, want) in [(-1, 1, pass), (0, 0, pass), (1, 1, fail), (-1, -1, fail)] {
        let sealed = rewritten(&|it| {
            it.to_sign.seal.info.property.valid_from = at(from);
            it.to_sign.seal.info.property.valid_to = at(to);
        });
        assert_eq!(result_of("seal_period", &sealed, now()), want, "from {from} to {to}");
    }
    for (behind, want) in [(SKEW, pass), (SKEW + 1, fail)] {
        assert_eq!(result_of("seal_period", &value(), sealed_at().minus(Seconds(behind))), want);
    }
    let stamped = rewritten(&|it| it.time_stamp = Some(bits(b"x")));
    for (sealed, word) in [(value(), "未附时间戳"), (stamped, "不核对")] {
        let verdict = check(&sealed, &original(), &trust(), now());
        let told = verdict.checks.iter().find(|check| check.name == "timestamp").unwrap();
        assert!(told.detail.as_ref().unwrap().zh.contains(word), "{told:?}");
    }
}

#[test]
fn times_and_authorities_decide() {
    let seal = |trust: &SealTrust, now| check(&value(), &original(), trust, now);
    let failed = |verdict: &liangzheng_core::seal::SealVerdict| {
        let failed = verdict.checks.iter().filter(|check| check.result == Outcome::Fail);
        failed.map(|check| check.name).collect::<Vec<_>>()
    };
    // No list that tells of revocations: not known, so not valid.
    let certificate = TRUST.split_once("-----BEGIN X509 CRL").unwrap().0;
    let verdict = seal(&SealTrust::from_pem(certificate).unwrap(), now());
    assert_eq!((verdict.verdict, verdict.code), (Answer::Undetermined, "U_SEAL_REVOCATION"));
    // The list is long over.
    let verdict = seal(&trust(), now().plus(Seconds(3601 * 86_400)));
    assert_eq!((verdict.verdict, verdict.code), (Answer::Undetermined, "U_SEAL_REVOCATION"));
    // Nobody is trusted.
    let verdict = seal(&SealTrust::default(), now());
    assert_eq!(verdict.verdict, Answer::Invalid);
    assert_eq!(failed(&verdict), ["maker_certificate", "signer_certificate"]);
    let revocation = verdict.checks.iter().find(|check| check.name == "revocation").unwrap();
    assert_eq!(
        revocation.result,
        Outcome::NotChecked,
        "of a certificate that nobody vouches for nobody tells"
    );
    // Sealed tomorrow.
    let verdict = seal(&trust(), sealed_at().minus(Seconds(86_400)));
    assert_eq!((verdict.verdict, verdict.code), (Answer::Invalid, "E_SEAL_TIME"));
    assert!(SealTrust::from_pem("").is_err());
    assert!(SealTrust::from_pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").is_err());
}
