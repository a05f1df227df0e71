//! What each check asks once the signatures hold, in their order.

use super::{
    CheckName, Code, Options, ReplayKey, Verifier,
    context::Context,
    findings::Findings,
    peek,
    signatures::{Claims, Parts, read_parts},
    verdict::{ShownToken, ShownTrust, Verdict},
};
use crate::{
    limits::{CLOCK_TALK, EARLY_SLACK, GRANT_LIFETIME, PAPER_LIFETIME, PROOF_WINDOW, SETTLING},
    reading::classify,
    text::Text,
    time::{Day, UnixTime},
    token::proof::{self, ProofClaims},
    trust::{Catalogue, Medium, Profile, Trust, TrustedKey},
};

impl Verifier {
    /// Judges one code: the text of a QR code (`EL1:…`) or the token in it.
    ///
    /// Every input has a verdict; nothing is fetched and nothing is remembered.
    pub fn verify(&self, input: &str, options: &Options<'_>) -> Verdict {
        let presentation = match peek::presentation(input) {
            Ok(presentation) => presentation,
            Err(refusal) => {
                let mut verdict = Verdict::refused(options.now, &refusal);
                if refusal.code == Code::Format {
                    verdict.name(classify(input));
                }
                return verdict;
            }
        };
        let parts = match read_parts(&presentation) {
            Ok(parts) => parts,
            Err(refusal) if refusal.code == Code::ProofMissing => {
                let mut findings = Findings::new();
                findings.pass(CheckName::Form);
                findings.fail(CheckName::Holder, refusal);
                return findings.conclude(options.now);
            }
            Err(refusal) => return Verdict::refused(options.now, &refusal),
        };
        let mut findings = Findings::new();
        findings.pass(CheckName::Form);
        let clock_is_good = self.check_clock(options.now, &mut findings);
        let mut verdict = match self.check_signatures(&parts, options, clock_is_good, &mut findings) {
            Some((claims, trust, key)) => {
                self.judge(&parts, claims, trust, key, options, clock_is_good, findings)
            }
            None => findings.conclude(options.now),
        };
        verdict.trust = self.trust.as_ref().map(|trust| ShownTrust {
            version: trust.list.version,
            as_of: trust.list.iat,
            age_s: options.now.since(trust.list.iat).0.max(0),
        });
        verdict
    }

    /// No honest clock stands before what was already seen signed.
    fn check_clock(&self, now: UnixTime, findings: &mut Findings) -> bool {
        let is_good = now >= self.floors.time.minus(EARLY_SLACK);
        if is_good {
            findings.pass(CheckName::Clock);
        } else {
            let behind = self.floors.time.since(now).0;
            findings.unknown(CheckName::Clock, Code::Clock);
            findings.not_checked(
                CheckName::Clock,
                Text::with_number(
                    ["本机时间至少慢 ", " 秒"],
                    ["this verifier's clock is at least ", " s behind"],
                    behind,
                ),
            );
        }
        is_good
    }

    /// Everything after the signatures.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a result of a step before; a struct would only rename them"
    )]
    fn judge<'a>(
        &'a self,
        parts: &Parts<'_>,
        claims: Claims,
        trust: &'a Trust,
        key: &'a TrustedKey,
        options: &'a Options<'a>,
        clock_is_good: bool,
        mut findings: Findings,
    ) -> Verdict {
        let profile = match (&claims.proof, options.challenge) {
            (None, _) => Profile::S,
            (Some(_), None) => Profile::H,
            (Some(_), Some(_)) => Profile::HNonce,
        };
        let operator = trust.operator_of(key);
        let held = self.catalogues.get(&operator.id).filter(|held| {
            trust
                .key(&held.kid)
                .is_some_and(|key| key.may_have_signed(held.catalogue.iat, self.best_time(options.now)))
        });
        let catalogue = held.map(|held| &held.catalogue);
        let scene = catalogue.and_then(|catalogue| catalogue.scene(&claims.licence.scene));
        let catalogue_is_older = catalogue.is_some_and(|catalogue| {
            claims.licence.iat > self.complete_at(catalogue, options).plus(SETTLING)
        });
        let context =
            Context { options, clock_is_good, claims, profile, catalogue, scene, catalogue_is_older };

        self.check_issuer(&context, trust, key, &mut findings);
        if findings.has_failed() {
            // Whoever signed may not speak for this licence: nothing it says is looked at, or shown.
            let mut verdict = findings.conclude(options.now);
            verdict.profile = Some(profile);
            return verdict;
        }
        check_holder(&context, parts, &mut findings);
        check_scene(&context, &mut findings);
        check_time(&context, &mut findings);
        let replay_key = parts.replay_key(&context.claims.licence.jti);
        check_replay(&context, &replay_key, &mut findings);
        let status = self.check_status(&context, trust, &mut findings);
        check_dates(&context, &mut findings);

        let replay_until = context.replay_until();
        let mut verdict = findings.conclude(options.now);
        verdict.profile = Some(profile);
        // Whether the signer may speak for unit and kind is not known before the catalogue names both.
        if context.may_issue() {
            let licence = &context.claims.licence;
            verdict.licence = Some(context.shown_licence(verdict.code));
            verdict.scene = Some(context.shown_scene());
            verdict.token =
                Some(ShownToken { iat: licence.iat, exp: licence.exp, jti: licence.jti.to_text() });
        }
        verdict.status = status;
        verdict.replay_key = Some(replay_key);
        verdict.replay_until = Some(replay_until);
        verdict
    }

    /// When the catalogue was last known to name all there is: when it was made, or when a fetch last answered it. The
    /// issuer's own server always has the newest.
    fn complete_at(&self, catalogue: &Catalogue, options: &Options<'_>) -> UnixTime {
        if options.live_status.is_some() {
            return options.now;
        }
        // A confirmation by a clock that has been set back since is none.
        let latest = self.best_time(options.now).plus(SETTLING);
        let confirmed = self.floors.confirmed.get(&catalogue.iss).filter(|at| **at <= latest);
        confirmed.map_or(catalogue.iat, |at| catalogue.iat.max(*at))
    }

    /// The key belongs to who says it signed, was in its life, and its operator may speak for unit and kind.
    fn check_issuer(&self, context: &Context<'_>, trust: &Trust, key: &TrustedKey, findings: &mut Findings) {
        let operator = trust.operator_of(key);
        let licence = &context.claims.licence;
        let now = self.best_time(context.options.now);
        if operator.id != licence.iss {
            return findings.fail(CheckName::Issuer, Code::IssuerKeyMismatch);
        }
        if !key.may_have_signed(licence.iat, now) {
            return findings.fail(CheckName::Issuer, Code::KeyState);
        }
        let trust_is_stale = context.clock_is_good && context.options.now >= trust.list.exp;
        let unit = licence.lic.issuer();
        if !operator.regions.iter().any(|prefix| unit.starts_with(prefix.as_str())) {
            if trust_is_stale {
                findings.unknown(CheckName::Issuer, Code::TrustStale);
            } else {
                findings.fail(CheckName::Issuer, Code::Scope);
            }
            return;
        }
        if trust_is_stale {
            findings.unknown(CheckName::Issuer, Code::TrustStale);
        }
        let may_issue = context.may_issue();
        if context.catalogue.is_none()
            || context.catalogue_is_stale()
            || (!may_issue && context.catalogue_is_older)
        {
            findings.unknown(CheckName::Issuer, Code::CatalogueStale);
        } else if !may_issue {
            findings.fail(CheckName::Issuer, Code::Scope);
        } else if !context.clock_is_good {
            // Whether list and catalogue still count is for a clock to say.
            findings.unknown(CheckName::Issuer, Code::Clock);
        } else if !trust_is_stale {
            findings.pass(CheckName::Issuer);
        }
    }
}

fn check_holder(context: &Context<'_>, parts: &Parts<'_>, findings: &mut Findings) {
    let (Some(proof), Some(part)) = (&context.claims.proof, &parts.proof) else {
        if context.options.challenge.is_some() {
            // A show token answers no challenge; falling back to it would let a screenshot pass.
            findings.holder_required = true;
            return findings.fail(CheckName::Holder, Code::Nonce);
        }
        return findings.not_checked(
            CheckName::Holder,
            Text::fixed("联网亮证码不绑定手机", "an online code is not bound to a phone"),
        );
    };
    if proof.sd_hash != proof::sd_hash(part.grant) {
        return findings.fail(CheckName::Holder, Code::ProofHash);
    }
    if context.options.challenge.is_some_and(|challenge| challenge.nonce != proof.nonce) {
        return findings.fail(CheckName::Holder, Code::Nonce);
    }
    findings.pass(CheckName::Holder);
}

fn check_scene(context: &Context<'_>, findings: &mut Findings) {
    let licence = &context.claims.licence;
    let options = context.options;
    let fail = |code: Code, findings: &mut Findings| match context.whose_scenes() {
        Some(detail) => findings.fail_with(CheckName::Scene, code, code.message(), detail),
        None => findings.fail(CheckName::Scene, code),
    };
    let Some(scene) = context.scene else {
        if context.catalogue.is_none()
            || context.catalogue_is_stale()
            || !context.clock_is_good
            || (context.catalogue_is_older && context.asked().is_none())
        {
            return findings.unknown(CheckName::Scene, Code::CatalogueStale);
        }
        return fail(Code::Scene, findings);
    };
    let proof_audience =
        options.challenge.map_or_else(|| scene.aud.clone(), |challenge| challenge.proof_audience());
    let audience_is_right = licence.aud == scene.aud
        && context.claims.proof.as_ref().is_none_or(|proof| proof.aud == proof_audience)
        && options.audience.is_none_or(|audience| audience == scene.aud)
        && options.challenge.is_none_or(|challenge| challenge.aud == scene.aud);
    let weakest = scene.profiles.iter().min();
    let scene_is_right = options.scene.is_none_or(|code| code == scene.code)
        && options.challenge.is_none_or(|challenge| challenge.scene == scene.code)
        && weakest.is_some_and(|weakest| context.profile >= *weakest);
    let takes_kind = scene.kinds.iter().any(|kind| kind.code == licence.lic.kind());
    if !audience_is_right {
        return fail(Code::Audience, findings);
    }
    if !scene_is_right || !(takes_kind || context.catalogue_is_older) {
        return fail(Code::Scene, findings);
    }
    if context.catalogue_is_stale() || !takes_kind {
        return findings.unknown(CheckName::Scene, Code::CatalogueStale);
    }
    findings.pass(CheckName::Scene);
    if options.audience.is_none() && options.scene.is_none() && options.challenge.is_none() {
        findings.caution(Code::AudienceAssumed, Code::AudienceAssumed.message());
    }
    if scene.medium == Medium::Paper {
        findings.caution(Code::Paper, Code::Paper.message());
    }
}

fn check_time(context: &Context<'_>, findings: &mut Findings) {
    let licence = &context.claims.licence;
    let now = context.options.now;
    let longest = match (&context.claims.proof, context.scene) {
        (Some(_), _) => GRANT_LIFETIME,
        (None, Some(scene)) if !context.catalogue_is_older => scene.lifetime,
        (None, _) => PAPER_LIFETIME,
    };
    let life = licence.exp.since(licence.iat);
    if life > longest {
        return findings.fail(CheckName::Time, Code::Lifetime);
    }
    let outlives_scene =
        context.claims.proof.is_none() && context.scene.is_some_and(|scene| life > scene.lifetime);
    if let Some(proof) = &context.claims.proof
        && context.options.challenge.is_none()
        && proof.iat < licence.iat.minus(PROOF_WINDOW)
    {
        return findings.fail(CheckName::Time, Code::ProofTime);
    }
    if !context.clock_is_good {
        return findings.unknown(CheckName::Time, Code::Clock);
    }
    if licence.iat > now.plus(EARLY_SLACK) {
        return findings.fail(CheckName::Time, Code::TokenEarly);
    }
    if now >= licence.exp {
        let code = if context.claims.proof.is_some() { Code::GrantExpired } else { Code::TokenExpired };
        let late = now.since(licence.exp).0;
        let detail = Text::with_number(["已过期 ", " 秒"], ["expired ", " s ago"], late);
        return findings.fail_with(CheckName::Time, code, code.message(), detail);
    }
    if outlives_scene {
        return findings.unknown(CheckName::Time, Code::CatalogueStale);
    }
    if let Some(proof) = &context.claims.proof {
        check_proof_time(proof, context, findings);
    }
    findings.pass(CheckName::Time);
}

/// A phone's own clock: part of the check in plain H, only talked about when a challenge was answered.
fn check_proof_time(proof: &ProofClaims, context: &Context<'_>, findings: &mut Findings) {
    let off = proof.iat.since(context.options.now).0.saturating_abs();
    if off <= PROOF_WINDOW.0 {
        return;
    }
    let told = Text::with_number(["手机时间偏差 ", " 秒"], ["phone clock off by ", " s"], off);
    if context.options.challenge.is_some() {
        findings.caution(Code::ClockOff, told);
    } else if off <= CLOCK_TALK.0 {
        findings.fail_with(CheckName::Time, Code::ProofTime, told.clone(), told);
    } else {
        findings.fail(CheckName::Time, Code::ProofTime);
    }
}

fn check_replay(context: &Context<'_>, key: &ReplayKey, findings: &mut Findings) {
    let Some(memory) = context.options.replay else {
        return findings.not_checked(
            CheckName::Replay,
            Text::fixed("本次未使用核验记录", "no memory of earlier scans was given"),
        );
    };
    findings.replay_required = true;
    match memory.seen(key) {
        None => findings.pass(CheckName::Replay),
        Some(at) => {
            let ago = context.options.now.since(at).0.max(0);
            let detail = Text::with_number(["", " 秒前已核验"], ["accepted ", " s ago"], ago);
            findings.fail_with(CheckName::Replay, Code::Replay, Code::Replay.message(), detail);
        }
    }
}

fn check_dates(context: &Context<'_>, findings: &mut Findings) {
    if !context.clock_is_good {
        return findings.unknown(CheckName::Dates, Code::Clock);
    }
    let licence = &context.claims.licence;
    let today = Day::of(context.options.now);
    if today < licence.vf {
        findings.fail(CheckName::Dates, Code::LicenceNotYet);
    } else if licence.vt.is_some_and(|last| last < today) {
        findings.fail(CheckName::Dates, Code::LicenceExpired);
    } else {
        findings.pass(CheckName::Dates);
    }
}
