//! 一事一查: whether a unit gets licences of one holder and one kind for one case, and which fields of which (R63, R65).
//!
//! One pure function decides; nothing else does. It is asked with all facts as they are in the transaction that logs the use,
//! so that what was withdrawn a moment ago is refused. A rule that fails is named, for the clerk to mend what is missing; what
//! a holder has or has not got is told only on a footing that gives it: a rule of the case, the list or the footing fails in
//! the same way whether there is such a licence or not.

use liangzheng_core::time::UnixTime;
use liangzheng_core::trust::Mask;

use crate::domain::actor::holder::HolderNumber;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::kind::{FieldType, Kind};
use crate::domain::catalogue::matter::{Matter, MatterType};
use crate::domain::catalogue::using_list::{Material, MaterialFooting, UsingList};
use crate::domain::consent::authorisation::{Authorisation, AuthorisationState};
use crate::domain::consent::duty::StandingConsent;
use crate::domain::ids::{HolderId, LicenceId};
use crate::domain::issuing::case::{Case, CaseState};
use crate::words;

words! {
    /// A rule that a fetch must keep, in the order in which they are looked at.
    pub enum ScopeRule: "rule of a fetch" {
        /// There is such a case.
        Case = "case" / "没有本单位正在办理的这件用证办件" / "there is no such open using case of the unit",
        /// It is for that holder.
        Holder = "holder" / "办件不是为该持证主体办理的" / "the case is not for that holder",
        /// A program fetches for the matters that it was registered for.
        Client = "client" / "该接入系统未登记办理此事项" / "the client is not registered for the matter",
        /// The case's matter is in force.
        Matter = "matter" / "办件的事项未发布或已停用" / "the matter of the case is not in force",
        /// The unit's using list has matter and kind.
        List = "list" / "本单位的用证清单在该事项下没有这种证照" / "the unit's using list has no such kind in the matter",
        /// The purpose is that of the list.
        Purpose = "purpose" / "用途与用证清单不一致" / "the purpose is not that of the using list",
        /// The kind is in force.
        Kind = "kind" / "这种证照未发布或已停用" / "the kind of licence is not in force",
        /// The list has it by the holder's authorisation, which is what a counter asks him for.
        Footing = "footing" / "用证清单中这种证照不是凭授权调取的" / "the using list has the kind on another footing than authorisation",
        /// The law lets it be shared.
        Sharing = "sharing" / "这种证照依法不共享" / "by law the kind is not shared",
        /// It is a public one.
        Public = "public" / "这种证照不是依法公示的" / "the kind is not a public one",
        /// The holder agrees, for the case.
        HolderConsent = "holder-consent" / "持证主体未在该办件中同意使用，或已撤回同意" / "the holder has not agreed in the case, or has withdrawn",
        /// The issuer agrees, for the purpose.
        IssuerConsent = "issuer-consent" / "签发单位未同意履职共享，或已终止" / "the issuer has given no standing consent, or has ended it",
        /// The holder has authorised the unit.
        Authorisation = "authorisation" / "持证主体未授权，或授权已到期、已收回" / "the holder has given no authorisation, or it is over",
    }
}

/// What a unit asks for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The unit.
    pub unit: Uscc,
    /// Whose licences, by type and number of his document; `None` for what is no number, and so nobody's.
    pub number: Option<&'a HolderNumber>,
    /// His name.
    pub name: &'a str,
    /// Of which kind: one.
    pub kind: KindCode,
    /// Code of what for.
    pub purpose: &'a str,
    /// The matters that a registered client may fetch for; `None` for a person.
    pub client_matters: Option<&'a [String]>,
}

/// A licence of the holder, without its face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldLicence {
    /// Its id.
    pub id: LicenceId,
    /// Its kind.
    pub kind: KindCode,
    /// In whose hands it is: who issued it, or took that over.
    pub issuer: Uscc,
    /// Whether it was issued and has neither ended nor been replaced by a newer version.
    pub stands: bool,
}

/// A consent of the holder on the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseConsent {
    /// When he gave it.
    pub given_at: UnixTime,
    /// When he took it back.
    pub withdrawn_at: Option<UnixTime>,
}

/// All that the decision stands on.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The case that was named, if there is one.
    pub case: Option<Case>,
    /// Its matter, as it is in force.
    pub matter: Option<Matter>,
    /// The unit's using list, as it is in force.
    pub list: Option<UsingList>,
    /// The kind, as it is in force.
    pub kind: Option<Kind>,
    /// The holder, if he has a row here.
    pub holder: Option<HolderId>,
    /// His licences.
    pub licences: Vec<HeldLicence>,
    /// His consents on the case.
    pub consents: Vec<CaseConsent>,
    /// Standing consents to the unit for the kind.
    pub standing: Vec<StandingConsent>,
    /// Authorisations that he gave the unit.
    pub authorisations: Vec<Authorisation>,
}

/// What the unit gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InScope {
    /// On what footing.
    pub footing: MaterialFooting,
    /// The fields, each with how it is masked; no others.
    pub fields: Vec<(String, Mask)>,
    /// The licences; none where the holder has none of the kind.
    pub licences: Vec<LicenceId>,
}

/// Decides on a fetch at `now`.
///
/// # Errors
/// The first [`ScopeRule`] that fails.
pub fn decide(asked: &Asked<'_>, facts: &Facts, now: UnixTime) -> Result<InScope, ScopeRule> {
    let (kind, material) = listed(asked, facts)?;
    let licences = match material.footing {
        MaterialFooting::Public => public(kind, facts)?,
        MaterialFooting::Authorised => authorised(asked, facts, now)?,
        MaterialFooting::Duty => by_duty(asked, kind, facts, now)?,
    };
    Ok(InScope { footing: material.footing, fields: fields_of(kind, material), licences })
}

/// Which fields a unit may ask the holder before its counter for, by his authorisation (platform contract, "Counter
/// request"): what it would get if he gave it.
///
/// # Errors
/// The first [`ScopeRule`] that fails; none of them tells what the holder has.
pub fn may_ask_holder(asked: &Asked<'_>, facts: &Facts) -> Result<Vec<(String, Mask)>, ScopeRule> {
    let (kind, material) = listed(asked, facts)?;
    if material.footing != MaterialFooting::Authorised {
        return Err(ScopeRule::Footing);
    }
    Ok(fields_of(kind, material))
}

/// The kind, and the entry of the unit's list that a fetch for the case stands on.
fn listed<'a>(asked: &Asked<'_>, facts: &'a Facts) -> Result<(&'a Kind, &'a Material), ScopeRule> {
    let is_own_open = |case: &&Case| {
        case.unit == asked.unit && case.case_type == MatterType::Using && case.state == CaseState::Open
    };
    let case = facts.case.as_ref().filter(is_own_open).ok_or(ScopeRule::Case)?;
    if Some(&case.person.number) != asked.number || case.person.name != asked.name {
        return Err(ScopeRule::Holder);
    }
    if asked.client_matters.is_some_and(|matters| !matters.contains(&case.matter)) {
        return Err(ScopeRule::Client);
    }
    let is_of_case = |matter: &&Matter| matter.code == case.matter && matter.matter_type == MatterType::Using;
    facts.matter.as_ref().filter(is_of_case).ok_or(ScopeRule::Matter)?;
    let list = facts.list.as_ref().filter(|list| list.unit == asked.unit).ok_or(ScopeRule::List)?;
    let listed = list.matters.iter().find(|listed| listed.code == case.matter).ok_or(ScopeRule::List)?;
    let material =
        listed.materials.iter().find(|material| material.kind == asked.kind).ok_or(ScopeRule::List)?;
    if listed.purpose != asked.purpose {
        return Err(ScopeRule::Purpose);
    }
    let kind = facts.kind.as_ref().filter(|kind| kind.code == asked.kind).ok_or(ScopeRule::Kind)?;
    Ok((kind, material))
}

/// The fields of a kind that an entry of a list names, each with how it is masked.
fn fields_of(kind: &Kind, material: &Material) -> Vec<(String, Mask)> {
    let is_public = material.footing == MaterialFooting::Public;
    let fields = material.fields.iter().filter_map(|key| kind.field(key)).filter(|field| {
        // A list may be older than its kind: what is no longer public is not given as public.
        field.field_type != FieldType::Image && (field.public || !is_public)
    });
    fields.map(|field| (field.key.clone(), field.mask)).collect()
}

fn public(kind: &Kind, facts: &Facts) -> Result<Vec<LicenceId>, ScopeRule> {
    if !kind.public.allowed {
        return Err(ScopeRule::Public);
    }
    Ok(standing(facts, kind.code).map(|licence| licence.id).collect())
}

/// Those of which an authorisation is live. Where there is none, it is not told whether there is such a licence.
fn authorised(asked: &Asked<'_>, facts: &Facts, now: UnixTime) -> Result<Vec<LicenceId>, ScopeRule> {
    let is_live = |licence: &HeldLicence| {
        facts.authorisations.iter().any(|given| {
            given.licence == licence.id
                && Some(given.holder) == facts.holder
                && given.unit == asked.unit
                && given.purpose == asked.purpose
                && (given.case.is_none() || given.case == facts.case.as_ref().map(|case| case.id))
                && given.state(now) == AuthorisationState::Live
        })
    };
    let found: Vec<_> = standing(facts, asked.kind).filter(is_live).map(|licence| licence.id).collect();
    if found.is_empty() { Err(ScopeRule::Authorisation) } else { Ok(found) }
}

/// Those of issuers that consent, once the holder has agreed in the case. A unit needs nobody's consent but the holder's to
/// what it has issued itself; of a kind that the law lets nobody share it gets that only.
fn by_duty(
    asked: &Asked<'_>,
    kind: &Kind,
    facts: &Facts,
    now: UnixTime,
) -> Result<Vec<LicenceId>, ScopeRule> {
    let is_own = kind.unit == asked.unit || kind.units.contains(&asked.unit);
    if !kind.sharing.allowed && !is_own {
        return Err(ScopeRule::Sharing);
    }
    let holds = |consent: &CaseConsent| {
        consent.given_at <= now && consent.withdrawn_at.is_none_or(|withdrawn| withdrawn > now)
    };
    if !facts.consents.iter().any(holds) {
        return Err(ScopeRule::HolderConsent);
    }
    let mut consents = facts.standing.iter().filter(|standing| {
        standing.unit == asked.unit && standing.kind == asked.kind && standing.purpose == asked.purpose
    });
    let held: Vec<_> = standing(facts, asked.kind).collect();
    let is_consented = |licence: &&HeldLicence| {
        let is_consented = || consents.clone().any(|standing| standing.issuer == licence.issuer);
        licence.issuer == asked.unit || (kind.sharing.allowed && is_consented())
    };
    let found: Vec<_> = held.iter().filter(is_consented).map(|licence| licence.id).collect();
    // Who has agreed to the use may be told that there is one, and whose consent is missing.
    let is_consented_at_all = is_own || consents.next().is_some();
    if found.is_empty() && (!held.is_empty() || !is_consented_at_all) {
        return Err(if kind.sharing.allowed { ScopeRule::IssuerConsent } else { ScopeRule::Sharing });
    }
    Ok(found)
}

/// The holder's licences of a kind that stand.
fn standing(facts: &Facts, kind: KindCode) -> impl Iterator<Item = HeldLicence> {
    facts.licences.iter().copied().filter(move |licence| licence.kind == kind && licence.stands)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::clock::SystemEntropy;

    #[test]
    fn of_a_kind_that_the_law_lets_nobody_share_a_unit_gets_what_it_has_issued_itself() {
        let now = UnixTime(1_795_320_000);
        let [own, other] = ["11990100MB0000019L", "11990100MB0000027F"].map(|unit| unit.parse().unwrap());
        let kind = |allowed: bool| -> Kind {
            serde_json::from_value(json!({
                "code": "11990000MB0001038M001", "names": { "zh-CN": "证", "en": "Card" }, "unit": other,
                "category": "证", "matter": "m", "holder_types": ["natural"], "units": [own, other],
                "face": { "fields": [{ "key": "n", "labels": { "zh-CN": "姓名", "en": "Name" }, "type": "text" }] },
                "validity": { "kind": "none" }, "sharing": { "allowed": allowed, "legal_basis": "某法" },
            }))
            .unwrap()
        };
        let code = kind(true).code;
        let [mine, theirs] = [own, other].map(|issuer| HeldLicence {
            id: LicenceId::generate(now, &SystemEntropy),
            kind: code,
            issuer,
            stands: true,
        });
        let asked =
            Asked { unit: own, number: None, name: "", kind: code, purpose: "subsidy", client_matters: None };
        // The other issuer has consented: as far as the law lets it.
        let purpose = "subsidy".to_owned();
        let facts = |licences: &[HeldLicence]| Facts {
            licences: licences.to_vec(),
            consents: vec![CaseConsent { given_at: now, withdrawn_at: None }],
            standing: vec![StandingConsent {
                issuer: other,
                unit: own,
                kind: code,
                purpose: purpose.clone(),
            }],
            ..Facts::default()
        };
        let both = facts(&[mine, theirs]);
        assert_eq!(by_duty(&asked, &kind(true), &both, now), Ok(vec![mine.id, theirs.id]));
        assert_eq!(by_duty(&asked, &kind(false), &both, now), Ok(vec![mine.id]));
        assert_eq!(by_duty(&asked, &kind(false), &facts(&[theirs]), now), Err(ScopeRule::Sharing));
        assert_eq!(by_duty(&asked, &kind(false), &facts(&[]), now), Ok(Vec::new()));
    }
}
