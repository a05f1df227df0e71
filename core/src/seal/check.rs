//! The checks of a seal, in the order of GB/T 38540-2020 §7.3, each told by name.

use alloc::{string::String, vec::Vec};

use der::Encode;
use der::asn1::GeneralizedTime;
use serde::Serialize;
use x509_cert::Certificate;

use super::asn1::{Listed, SealedData, whole};
use super::certificate::{self, SKEW, SealTrust, Standing};
use super::{SealFault, sm};
use crate::text::Text;
use crate::time::UnixTime;
use crate::verify::{Answer, Outcome};

/// What was found out about a seal.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SealVerdict {
    /// The answer.
    pub verdict: Answer,
    /// Why: `OK`, `E_…` or `U_…`.
    pub code: &'static str,
    /// Every check, always, in their order.
    pub checks: Vec<SealCheck>,
    /// The seal; `None` if it could not be read. What it says is true only if the verdict is valid.
    pub seal: Option<ShownSeal>,
    /// What is the case.
    pub message: Text,
    /// What to do next.
    pub hint: Text,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SealCheck {
    /// `structure signature signer_listed seal_signature maker_certificate seal_period signer_certificate revocation
    /// data_hash timestamp`; of a file also `references seal_file`.
    pub name: &'static str,
    /// How it went.
    pub result: Outcome,
    /// The fact behind it.
    pub detail: Option<Text>,
}

/// A seal as a screen may show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShownSeal {
    /// Its unique name.
    pub id: String,
    /// What it says.
    pub name: String,
    /// Whom the signer's certificate names.
    pub signer: String,
    /// Whose certificate that is: unified social credit code, if it names one.
    pub unit: Option<String>,
    /// Whom the maker's certificate names.
    pub maker: String,
    /// When it was set, by the signer's clock.
    pub sealed_at: UnixTime,
    /// First moment in which it may be set.
    pub valid_from: UnixTime,
    /// Last moment.
    pub valid_to: UnixTime,
    /// What was sealed, as the signer names it.
    pub subject: String,
}

/// Checks `sealed` (DER of `SES_Signature`) against the `original` it is said to cover.
pub fn check(sealed: &[u8], original: &[u8], trust: &SealTrust, now: UnixTime) -> SealVerdict {
    let mut findings = Findings::default();
    let read = SealedData::read(sealed);
    let seal = match &read {
        Err(fault) => {
            findings.fail("structure", *fault);
            NAMES.iter().skip(1).for_each(|name| findings.skip(name));
            None
        }
        Ok(read) => {
            findings.pass("structure");
            let signer = certificate::read(read.certificate.as_bytes());
            let maker = certificate::read(read.to_sign.seal.certificate.as_bytes());
            check_read(&mut findings, read, original, [signer.as_ref(), maker.as_ref()], trust, now);
            Some(shown(read, signer.as_ref(), maker.as_ref()))
        }
    };
    findings.verdict(seal)
}

fn check_read(
    findings: &mut Findings,
    read: &SealedData<'_>,
    original: &[u8],
    [signer, maker]: [Option<&Certificate>; 2],
    trust: &SealTrust,
    now: UnixTime,
) {
    let seal = &read.to_sign.seal;
    let property = &seal.info.property;
    let sealed_at = instant(read.to_sign.time);
    let by = |certificate: Option<&Certificate>, message: der::Result<Vec<u8>>, signature| {
        let parts = certificate.zip(message.ok()).zip(whole(signature));
        parts.is_some_and(|((certificate, message), signature)| {
            certificate::verifies(certificate, &message, signature)
        })
    };
    findings.tell("signature", by(signer, read.to_sign.to_der(), read.signature), SealFault::Signature);
    findings.tell("signer_listed", is_listed(read), SealFault::SignerListed);
    findings.tell("seal_signature", by(maker, seal.info.to_der(), seal.signature), SealFault::SealSignature);

    let standing = |certificate: Option<&Certificate>, at| {
        certificate.map_or(Standing::NotTrusted, |certificate| trust.standing(certificate, at, now))
    };
    // The maker's work was done when the seal was made; the signer's when it was set.
    let maker = standing(maker, instant(property.created));
    let signer = standing(signer, sealed_at);
    findings.tell("maker_certificate", maker != Standing::NotTrusted, SealFault::MakerCertificate);
    if now.plus(SKEW) < sealed_at {
        findings.fail("seal_period", SealFault::Time);
    } else {
        let within = instant(property.valid_from) <= sealed_at && sealed_at <= instant(property.valid_to);
        findings.tell("seal_period", within, SealFault::SealPeriod);
    }
    findings.tell("signer_certificate", signer != Standing::NotTrusted, SealFault::SignerCertificate);
    match [maker, signer] {
        both if both.contains(&Standing::Revoked) => findings.fail("revocation", SealFault::Revoked),
        both if both.contains(&Standing::NotTrusted) => findings.skip("revocation"),
        both if both.contains(&Standing::Unknown) => findings.unknown("revocation", SealFault::Revocation),
        _ => findings.pass("revocation"),
    }
    let same = whole(read.to_sign.data_hash) == Some(sm::sm3(original).as_slice());
    findings.tell("data_hash", same, SealFault::DataHash);
    findings.note(
        "timestamp",
        Outcome::NotChecked,
        match read.time_stamp {
            None => Text::fixed("签章未附时间戳", "The seal bears no time stamp"),
            Some(_) => Text::fixed(
                "附有时间戳，本程序不核对，以签章人所记时间为准",
                "There is a time stamp, which is not checked here; the signer's own time is told",
            ),
        },
    );
}

/// Whether the seal names the signer's certificate among those that may set it.
fn is_listed(read: &SealedData<'_>) -> bool {
    let certificate = read.certificate.as_bytes();
    match read.to_sign.seal.info.property.listed() {
        None => false,
        Some(Listed::Certificates(list)) => list.iter().any(|listed| listed.as_bytes() == certificate),
        Some(Listed::Digests(list)) => {
            let digest = sm::sm3(certificate);
            list.iter().any(|listed| listed.value.as_bytes() == digest)
        }
    }
}

fn shown(read: &SealedData<'_>, signer: Option<&Certificate>, maker: Option<&Certificate>) -> ShownSeal {
    let info = &read.to_sign.seal.info;
    let named = |certificate: Option<&Certificate>| certificate.map(certificate::subject).unwrap_or_default();
    ShownSeal {
        id: info.id.as_str().into(),
        name: info.property.name.as_str().into(),
        signer: named(signer),
        unit: signer.and_then(certificate::unit),
        maker: named(maker),
        sealed_at: instant(read.to_sign.time),
        valid_from: instant(info.property.valid_from),
        valid_to: instant(info.property.valid_to),
        subject: read.to_sign.property_info.as_str().into(),
    }
}

pub(super) fn instant(time: GeneralizedTime) -> UnixTime {
    UnixTime(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX))
}

/// What the checks found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    checks: Vec<SealCheck>,
    wrong: Option<SealFault>,
    unknown: Option<SealFault>,
}

impl Findings {
    /// It ran and found nothing wrong.
    pub(crate) fn pass(&mut self, name: &'static str) {
        self.checks.push(SealCheck { name, result: Outcome::Pass, detail: None });
    }

    /// It found this.
    pub(crate) fn fail(&mut self, name: &'static str, fault: SealFault) {
        self.wrong = self.wrong.or(Some(fault));
        self.note(name, Outcome::Fail, fault.message());
    }

    /// It found this, about one thing in particular.
    pub(crate) fn fail_about(&mut self, name: &'static str, fault: SealFault, about: &str) {
        self.wrong = self.wrong.or(Some(fault));
        let Text { zh, en } = fault.message();
        let detail = Text::new([&*zh, "：", about].concat(), [&*en, ": ", about].concat());
        self.note(name, Outcome::Fail, detail);
    }

    /// Passes, or fails with `fault`.
    pub(crate) fn tell(&mut self, name: &'static str, fine: bool, fault: SealFault) {
        if fine { self.pass(name) } else { self.fail(name, fault) }
    }

    /// It could not run because of what came before.
    pub(crate) fn skip(&mut self, name: &'static str) {
        self.checks.push(SealCheck { name, result: Outcome::NotChecked, detail: None });
    }

    /// It could not run for lack of knowledge.
    fn unknown(&mut self, name: &'static str, fault: SealFault) {
        self.unknown = self.unknown.or(Some(fault));
        self.note(name, Outcome::NotChecked, fault.message());
    }

    fn note(&mut self, name: &'static str, result: Outcome, detail: Text) {
        self.checks.push(SealCheck { name, result, detail: Some(detail) });
    }

    /// Takes over what the checks of a part found.
    pub(crate) fn verdict(self, seal: Option<ShownSeal>) -> SealVerdict {
        let fault = self.wrong.or(self.unknown);
        SealVerdict {
            verdict: answer(fault),
            code: fault.map_or("OK", SealFault::as_str),
            checks: self.checks,
            seal,
            message: fault.map_or_else(
                || Text::fixed("电子签章有效，原文未被改动", "The seal is valid and the document unaltered"),
                SealFault::message,
            ),
            hint: fault.map_or_else(
                || Text::fixed("请另行核对证照当前状态。", "Check the licence's present status as well."),
                SealFault::hint,
            ),
        }
    }
}

impl SealVerdict {
    /// Adds what was found beside the seal itself, as of the file it stands in.
    pub(crate) fn with(mut self, more: Findings) -> Self {
        self.checks.extend(more.checks);
        let fault = more.wrong.filter(|_| self.verdict != Answer::Invalid);
        if let Some(fault) = fault {
            self.verdict = Answer::Invalid;
            self.code = fault.as_str();
            self.message = fault.message();
            self.hint = fault.hint();
        }
        self
    }
}

/// What follows from the gravest finding.
pub(crate) fn answer(fault: Option<SealFault>) -> Answer {
    match fault {
        None => Answer::Valid,
        Some(fault) if fault.is_wrong() => Answer::Invalid,
        Some(_) => Answer::Undetermined,
    }
}

/// The checks of a seal by itself.
const NAMES: [&str; 10] = [
    "structure",
    "signature",
    "signer_listed",
    "seal_signature",
    "maker_certificate",
    "seal_period",
    "signer_certificate",
    "revocation",
    "data_hash",
    "timestamp",
];
