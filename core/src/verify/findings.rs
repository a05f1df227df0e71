//! What the checks find, and how the answer follows from it.

use alloc::vec::Vec;

use serde::Serialize;

use super::{Answer, Caution, Check, Code, Refusal, verdict::Verdict};
use crate::{text::Text, time::UnixTime};

/// The eleven checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckName {
    /// Size, shape, encoding, header, claims.
    Form,
    /// The operator's signature, and the phone's in profile H.
    Signature,
    /// The signer is in the trust list and may speak for this unit and kind.
    Issuer,
    /// The code's own life.
    Time,
    /// Not accepted before on this verifier.
    Replay,
    /// Audience and scene.
    Scene,
    /// The licence's status.
    Status,
    /// The licence's validity dates.
    Dates,
    /// Encumbrances, loss, inspection.
    Notices,
    /// The phone holds the key the licence was granted to.
    Holder,
    /// This verifier's clock.
    Clock,
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It ran and found nothing wrong.
    Pass,
    /// It ran and found something wrong.
    Fail,
    /// It could not run, or does not apply.
    NotChecked,
}

impl CheckName {
    /// All checks in the order they are listed.
    pub const ALL: [Self; 11] = [
        Self::Form,
        Self::Signature,
        Self::Issuer,
        Self::Time,
        Self::Replay,
        Self::Scene,
        Self::Status,
        Self::Dates,
        Self::Notices,
        Self::Holder,
        Self::Clock,
    ];

    /// The name as written in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Signature => "signature",
            Self::Issuer => "issuer",
            Self::Time => "time",
            Self::Replay => "replay",
            Self::Scene => "scene",
            Self::Status => "status",
            Self::Dates => "dates",
            Self::Notices => "notices",
            Self::Holder => "holder",
            Self::Clock => "clock",
        }
    }

    /// What is told if this check did not run and nothing else says why.
    const fn when_missing(self) -> Code {
        match self {
            Self::Form | Self::Signature | Self::Issuer | Self::Holder => Code::TrustMissing,
            Self::Scene => Code::CatalogueStale,
            Self::Status | Self::Notices => Code::StatusMissing,
            Self::Time | Self::Replay | Self::Dates | Self::Clock => Code::Clock,
        }
    }
}

/// Gathers outcomes; the first failure noted is the one told, so checks note the most useful first.
pub(super) struct Findings {
    outcomes: [(CheckName, Outcome, Option<Text>); 11],
    failure: Option<(Code, Text)>,
    unknown: Option<Code>,
    pub(super) cautions: Vec<Caution>,
    /// A proof or a replay memory was given, so its check must have passed.
    pub(super) holder_required: bool,
    pub(super) replay_required: bool,
}

impl Findings {
    pub(super) fn new() -> Self {
        Self {
            outcomes: CheckName::ALL.map(|name| (name, Outcome::NotChecked, None)),
            failure: None,
            unknown: None,
            cautions: Vec::new(),
            holder_required: false,
            replay_required: false,
        }
    }

    fn set(&mut self, name: CheckName, outcome: Outcome, detail: Option<Text>) {
        if let Some(slot) = self.outcomes.iter_mut().find(|(known, ..)| *known == name) {
            *slot = (name, outcome, detail);
        }
    }

    fn outcome(&self, name: CheckName) -> Outcome {
        self.outcomes
            .iter()
            .find(|(known, ..)| *known == name)
            .map_or(Outcome::NotChecked, |(_, outcome, _)| *outcome)
    }

    pub(super) fn pass(&mut self, name: CheckName) {
        if self.outcome(name) != Outcome::Fail {
            self.set(name, Outcome::Pass, None);
        }
    }

    pub(super) fn pass_with(&mut self, name: CheckName, detail: Text) {
        if self.outcome(name) != Outcome::Fail {
            self.set(name, Outcome::Pass, Some(detail));
        }
    }

    pub(super) fn fail(&mut self, name: CheckName, refusal: impl Into<Refusal>) {
        let refusal = refusal.into();
        let message = refusal.message();
        self.fail_with(name, refusal.code, message.clone(), message);
    }

    pub(super) fn fail_with(&mut self, name: CheckName, code: Code, message: Text, detail: Text) {
        if self.outcome(name) != Outcome::Fail {
            self.set(name, Outcome::Fail, Some(detail));
        }
        self.failure.get_or_insert((code, message));
    }

    /// The check could not be made, for the reason `code` (`U_…`).
    pub(super) fn unknown(&mut self, name: CheckName, code: Code) {
        if self.outcome(name) != Outcome::Fail {
            self.set(name, Outcome::NotChecked, Some(code.message()));
        }
        self.unknown.get_or_insert(code);
    }

    /// The check does not apply.
    pub(super) fn not_checked(&mut self, name: CheckName, why: Text) {
        self.set(name, Outcome::NotChecked, Some(why));
    }

    /// Notes a caution, the gravest first: codes are declared in that order.
    pub(super) fn caution(&mut self, code: Code, message: Text) {
        let at = self.cautions.iter().take_while(|held| held.code < code).count();
        self.cautions.insert(at, Caution { code, message });
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    #[cfg(test)]
    pub(super) fn forget(&mut self, name: CheckName) {
        self.set(name, Outcome::NotChecked, None);
    }

    /// Invalid beats undetermined beats valid; and valid only if every required check passed.
    pub(super) fn conclude(self, now: UnixTime) -> Verdict {
        let missing = CheckName::ALL.into_iter().find(|name| {
            let required = match name {
                CheckName::Holder => self.holder_required,
                CheckName::Replay => self.replay_required,
                _ => true,
            };
            required && self.outcome(*name) != Outcome::Pass
        });
        let (verdict, code, message) = match (self.failure, self.unknown, missing) {
            (Some((code, message)), ..) => (Answer::Invalid, code, message),
            (None, Some(code), _) => (Answer::Undetermined, code, code.message()),
            (None, None, Some(name)) => {
                (Answer::Undetermined, name.when_missing(), name.when_missing().message())
            }
            (None, None, None) => (Answer::Valid, Code::Ok, Code::Ok.message()),
        };
        let checks = self.outcomes.into_iter().map(|(name, result, detail)| Check { name, result, detail });
        Verdict {
            schema: 1,
            verdict,
            code,
            cautions: self.cautions,
            checks: checks.collect(),
            profile: None,
            licence: None,
            scene: None,
            token: None,
            status: None,
            trust: None,
            checked_at: now,
            message,
            hint: code.hint(),
            replay_key: None,
            replay_until: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_passed() -> Findings {
        let mut findings = Findings::new();
        findings.holder_required = true;
        findings.replay_required = true;
        for name in CheckName::ALL {
            findings.pass(name);
        }
        findings
    }

    #[test]
    fn without_any_one_check_the_verdict_is_never_valid() {
        assert_eq!(all_passed().conclude(UnixTime(0)).verdict, Answer::Valid);
        for name in CheckName::ALL {
            let mut findings = all_passed();
            findings.forget(name);
            assert_eq!(findings.conclude(UnixTime(0)).verdict, Answer::Undetermined, "{name:?}");
        }
    }

    #[test]
    fn a_check_that_failed_does_not_pass_afterwards() {
        let mut findings = all_passed();
        findings.fail(CheckName::Status, Code::StatusInvalid);
        findings.pass(CheckName::Status);
        findings.unknown(CheckName::Status, Code::StatusStale);
        let verdict = findings.conclude(UnixTime(0));
        assert_eq!((verdict.verdict, verdict.code), (Answer::Invalid, Code::StatusInvalid));
    }
}
