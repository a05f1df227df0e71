//! `/api/v1/licences/{id}/acts`, `/next-acts` and the wallet's list of acts: what was done, and what can be done next.

use actix_web::web;
use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, UnixTime};
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::{ActOnLicence, ViewActs, ViewWallet};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::{AccountId, ActId, LicenceId, ProposalId};
use crate::domain::licence::acts::ActName;
use crate::http::answer::{Answer, Page};
use crate::http::extract::Permitted;
use crate::http::problem::{Problem, kinds};
use crate::service::licence::history::{self, DoneAct, NextAct};

/// An act, as the issuing unit reads it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LicenceAct {
    id: ActId,
    /// Its name.
    act: String,
    /// The same in words.
    act_label: Text,
    /// The status before.
    from_status: String,
    /// The status after.
    to_status: String,
    /// The licence's version after it.
    version: i64,
    /// Why.
    reason: String,
    /// On what legal basis.
    legal_basis: String,
    /// From when it counts in law, in unix seconds.
    effective_at: UnixTime,
    /// When it was done and recorded.
    at: UnixTime,
    /// For which unit.
    unit: ActUnit,
    /// `member` of the unit, or `own`: the holder himself.
    footing: String,
    /// The name of who did it, or proposed it; null if the account is gone.
    by: Option<String>,
    /// The account.
    account: AccountId,
    /// The name of who confirmed it, of what two persons do.
    confirmed_by: Option<String>,
    /// The account.
    confirmed_by_account: Option<AccountId>,
    /// The proposal that was confirmed.
    proposal: Option<ProposalId>,
    /// Last day of a seizure.
    until: Option<Day>,
    /// Last day on which a passed inspection counts.
    due: Option<Day>,
    /// The paper licence to which the same was done.
    physical: Option<ActPhysical>,
}

/// For which unit an act was done.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ActUnit {
    /// Its unified social credit code.
    id: Uscc,
    /// Its names.
    names: Text,
}

/// A paper licence.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ActPhysical {
    /// Its number.
    number: String,
}

/// An act, as the holder reads it: the unit, and not which of its people.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OwnAct {
    id: ActId,
    /// Its name.
    act: String,
    /// The same in words.
    act_label: Text,
    /// The status before.
    from_status: String,
    /// The status after.
    to_status: String,
    /// The licence's version after it.
    version: i64,
    /// Why.
    reason: String,
    /// On what legal basis.
    legal_basis: String,
    /// From when it counts in law, in unix seconds.
    effective_at: UnixTime,
    /// When it was done and recorded.
    at: UnixTime,
    /// By which unit.
    unit: ActUnit,
    /// `member` of the unit, or `own`: the holder himself.
    footing: String,
    /// Last day of a seizure.
    until: Option<Day>,
    /// Last day on which a passed inspection counts.
    due: Option<Day>,
}

/// An act that the caller could do now.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LegalAct {
    /// Its name.
    act: ActName,
    /// The same in words.
    act_label: Text,
    /// Whether another person must confirm it.
    two_persons: bool,
    /// The status it leads to.
    to_status: &'static str,
    /// The same in words.
    to_label: Text,
    /// What it will do.
    effect: Text,
    /// The proposal of it that waits for another person.
    proposal: Option<ProposalId>,
}

/// `GET /api/v1/licences/{id}/acts`
pub async fn of_unit(
    app: web::Data<App>,
    permit: Permitted<ViewActs>,
    id: web::Path<LicenceId>,
) -> Result<Answer<Page<LicenceAct>>, Problem> {
    let acts = history::of_unit(&app, &permit, *id).await?;
    Ok(Answer::of(Page::whole(acts.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?)))
}

/// `GET /api/v1/wallet/licences/{id}/acts`
pub async fn of_holder(
    app: web::Data<App>,
    permit: Permitted<ViewWallet>,
    id: web::Path<LicenceId>,
) -> Result<Answer<Page<OwnAct>>, Problem> {
    let acts = history::of_holder(&app, &permit, *id).await?;
    Ok(Answer::of(Page::whole(acts.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?)))
}

/// `GET /api/v1/licences/{id}/next-acts`
pub async fn next(
    app: web::Data<App>,
    permit: Permitted<ActOnLicence>,
    id: web::Path<LicenceId>,
) -> Result<Answer<Page<LegalAct>>, Problem> {
    let next = history::next(&app, &permit, *id).await?;
    let (acts, version) = next.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    // What was read is what an act then names in If-Match.
    Ok(Answer::of(Page::whole(acts)).tagged(|_| version))
}

impl From<DoneAct> for LicenceAct {
    fn from(done: DoneAct) -> Self {
        let (until, due) = last_days(&done);
        let (confirmed_by_account, confirmed_by) = done.confirmed_by.unzip();
        Self {
            id: done.id,
            act: done.act,
            act_label: done.label,
            from_status: done.from,
            to_status: done.to,
            version: done.version,
            reason: done.reason,
            legal_basis: done.legal_basis,
            effective_at: done.effective_at,
            at: done.at,
            unit: ActUnit { id: done.unit, names: done.unit_names },
            footing: done.footing,
            account: done.by.0,
            by: done.by.1,
            confirmed_by: confirmed_by.flatten(),
            confirmed_by_account,
            proposal: done.proposal,
            until,
            due,
            physical: done.physical.map(|number| ActPhysical { number }),
        }
    }
}

impl From<DoneAct> for OwnAct {
    fn from(done: DoneAct) -> Self {
        let (until, due) = last_days(&done);
        Self {
            id: done.id,
            act: done.act,
            act_label: done.label,
            from_status: done.from,
            to_status: done.to,
            version: done.version,
            reason: done.reason,
            legal_basis: done.legal_basis,
            effective_at: done.effective_at,
            at: done.at,
            unit: ActUnit { id: done.unit, names: done.unit_names },
            footing: done.footing,
            until,
            due,
        }
    }
}

/// Last day of a seizure, last day on which an inspection counts: one column of the record.
fn last_days(done: &DoneAct) -> (Option<Day>, Option<Day>) {
    if done.act == ActName::Seize.as_str() { (done.last_day, None) } else { (None, done.last_day) }
}

impl From<NextAct> for LegalAct {
    fn from(next: NextAct) -> Self {
        let NextAct { act, two_persons, to, proposal } = next;
        Self {
            act,
            act_label: act.label(),
            two_persons,
            to_status: to.as_str(),
            to_label: to.label(),
            effect: act.effect(),
            proposal,
        }
    }
}
