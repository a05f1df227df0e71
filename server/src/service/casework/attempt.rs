//! One try of a unit to get licences of one kind for one case: decided, and logged with what became of it, in one
//! transaction, before anything leaves.
//!
//! The only place where a using unit's request opens the face of a licence.

use std::sync::Arc;

use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, UnixTime};
use liangzheng_core::trust::Mask;

use crate::App;
use crate::domain::access::{FetchForCase, Permit, Scope};
use crate::domain::calendar::minute;
use crate::domain::casework::fetch::{Asked, CaseConsent, Facts, InScope, ScopeRule, decide, may_ask_holder};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::kind::Kind;
use crate::domain::catalogue::matter::{Matter, is_code};
use crate::domain::catalogue::using_list::{MaterialFooting, UsingList};
use crate::domain::ids::{AccountId, CaseId, LicenceId};
use crate::domain::issuing::case::Case;
use crate::domain::licence::{Licence, Unshowable};
use crate::domain::trace::usage::{FetchGround, Ground, Use, UseKind};
use crate::service::actor::person;
use crate::service::catalogue::names::{kind_names, unit_names};
use crate::service::catalogue::reading;
use crate::service::consent::options::{SeenField, seen};
use crate::service::work::Work;
use crate::storage::consent::{authorisation, duty};
use crate::storage::issuing::case;
use crate::storage::licence::record;
use crate::storage::trace::access_log;
use crate::storage::{self, StorageError, Tx};

/// A licence that a unit got.
#[derive(Clone, Debug)]
pub struct FetchedLicence {
    /// The use, as the log names it.
    pub use_id: i64,
    /// The licence; its face is told by `fields` only.
    pub licence: Licence,
    /// The issuer and its names.
    pub unit: (Uscc, Text),
    /// The names of its kind.
    pub kind_names: Text,
    /// The listed fields, masked; none of a licence that does not hold.
    pub fields: Vec<SeenField>,
    /// Why it does not hold, and so has no fields.
    pub withheld: Option<Unshowable>,
    /// For whom, what, and when, and that it is not to be passed on.
    pub watermark: Text,
}

/// What a unit got at one try.
#[derive(Clone, Debug)]
pub struct Got {
    /// The use, as the log names it: of the first licence, or of the try where there is none.
    pub use_id: i64,
    /// On what footing.
    pub footing: MaterialFooting,
    /// The licences.
    pub licences: Vec<FetchedLicence>,
}

/// What became of a try: what was got, or the rule that failed with the use that says so.
pub(super) type Outcome = Result<Got, (ScopeRule, i64)>;

/// Who tries, and for which case.
#[derive(Clone, Copy)]
pub(super) struct Try<'a> {
    /// The clerk.
    pub(super) account: AccountId,
    pub(super) case: CaseId,
    pub(super) asked: Asked<'a>,
    /// [`UseKind::Fetch`] or [`UseKind::Prefill`].
    pub(super) kind: UseKind,
    /// The one licence that is wanted of those in scope; `None` = all of them.
    pub(super) only: Option<LicenceId>,
}

/// Decides on a try and logs it.
pub(super) async fn attempt(app: &App, work: &mut Work<'_>, one: Try<'_>) -> Result<Outcome, StorageError> {
    let now = work.now;
    let facts = facts(app, &mut work.tx, one, now).await?;
    match decide(&one.asked, &facts, now) {
        Ok(scope) => Ok(Ok(open(app, work, one, &facts, scope).await?)),
        Err(rule) => Ok(Err((rule, refused(work, one, &facts, rule).await?))),
    }
}

/// The fields that the holder may be asked for at a counter; a try out of scope is logged as any other, one within it is no
/// use yet.
pub(super) async fn ask_holder(
    app: &App,
    work: &mut Work<'_>,
    one: Try<'_>,
) -> Result<Result<Vec<(String, Mask)>, ScopeRule>, StorageError> {
    let now = work.now;
    let facts = facts(app, &mut work.tx, one, now).await?;
    let asked = may_ask_holder(&one.asked, &facts);
    if let Err(rule) = asked {
        refused(work, one, &facts, rule).await?;
    }
    Ok(asked)
}

/// The same, of a request that was let through before: nothing is logged.
pub(super) async fn may_still_ask(
    app: &App,
    tx: &mut Tx,
    one: Try<'_>,
    now: UnixTime,
) -> Result<Result<Vec<(String, Mask)>, ScopeRule>, StorageError> {
    Ok(may_ask_holder(&one.asked, &facts(app, tx, one, now).await?))
}

/// Reads once more the one licence that was got at `at` by the use `use_id`, by whom it was got: decided anew, and no other
/// use.
pub(super) async fn read_again(
    app: &App,
    tx: &mut Tx,
    one: Try<'_>,
    use_id: i64,
    at: UnixTime,
    now: UnixTime,
) -> Result<Result<Option<FetchedLicence>, ScopeRule>, StorageError> {
    let facts = facts(app, tx, one, now).await?;
    let scope = match decide(&one.asked, &facts, now) {
        Ok(scope) => scope,
        Err(rule) => return Ok(Err(rule)),
    };
    let Some(id) = one.wanted_of(&scope).next() else { return Ok(Ok(None)) };
    let Some(licence) = record::find(tx, &app.secrets, Scope::All, id).await? else { return Ok(Ok(None)) };
    let watermark = watermark(app, tx, one, &facts, at).await?;
    Ok(Ok(Some(seen_by_unit(app, tx, &facts, &scope, licence, use_id, watermark, now).await?)))
}

impl Try<'_> {
    /// The licences of a scope that are wanted.
    fn wanted_of(self, scope: &InScope) -> impl Iterator<Item = LicenceId> {
        scope.licences.iter().copied().filter(move |id| self.only.is_none_or(|only| only == *id))
    }
}

/// Logs a try by the rule that failed.
async fn refused(
    work: &mut Work<'_>,
    one: Try<'_>,
    facts: &Facts,
    rule: ScopeRule,
) -> Result<i64, StorageError> {
    let row = row(one, work.now, facts, None, footing_of(&one.asked, facts), Some(rule));
    access_log::append(&mut work.tx, &row).await
}

/// All that the decision stands on, read in the transaction that logs the use. No face is opened.
async fn facts(app: &App, tx: &mut Tx, one: Try<'_>, now: UnixTime) -> Result<Facts, StorageError> {
    let Try { case: case_id, asked, .. } = one;
    let case = case::find(tx, &app.secrets, asked.unit, case_id).await?;
    let matter = match &case {
        Some(case) => reading::in_force::<Matter>(tx, &case.matter).await?,
        None => None,
    };
    let consents = match &case {
        Some(case) => case::consents(tx, &app.secrets, &[case.id]).await?,
        None => Vec::new(),
    };
    let holder = match asked.number {
        Some(number) => storage::actor::holder::find_by_number(tx, &app.secrets, number).await?,
        None => None,
    };
    let holder = holder.map(|holder| holder.id);
    let (licences, authorisations) = match holder {
        Some(holder) => (
            record::held_of_kind(tx, holder, asked.kind).await?,
            authorisation::to_unit(tx, holder, asked.unit, now).await?,
        ),
        None => (Vec::new(), Vec::new()),
    };
    Ok(Facts {
        matter,
        case,
        list: reading::in_force::<UsingList>(tx, asked.unit.as_str()).await?,
        kind: reading::in_force::<Kind>(tx, asked.kind.as_str()).await?,
        holder,
        licences,
        consents: consents
            .iter()
            .map(|(_, consent)| CaseConsent {
                given_at: UnixTime(consent.given_at),
                withdrawn_at: consent.withdrawn_at.map(UnixTime),
            })
            .collect(),
        standing: duty::standing(tx, asked.unit, asked.kind).await?,
        authorisations: authorisations.iter().map(|row| row.read()).collect::<Result<_, _>>()?,
    })
}

/// Logs that all a matter needs was asked for and that the unit's list has nothing for the matter.
pub(super) async fn log_unlisted(
    app: &App,
    work: &mut Work<'_>,
    permit: &Permit<FetchForCase>,
    case: &Case,
) -> Result<(), StorageError> {
    let number = &case.person.number;
    let holder = storage::actor::holder::find_by_number(&mut work.tx, &app.secrets, number).await?;
    let refused = Some(ScopeRule::List);
    let fetch = FetchGround { holder: holder.map(|holder| holder.id), kind: None, material: None, refused };
    let ground =
        Ground { case: Some(case.id.to_string()), fetch: Some(fetch), ..Ground::member(permit.scope()) };
    let row = Use {
        at: work.now,
        kind: UseKind::Prefill,
        licence: Arc::default(),
        actor: permit.account().to_string().into(),
        subject: Arc::default(),
        scene: Arc::default(),
        token: Vec::new(),
        ground: Some(Box::new(ground)),
    };
    access_log::append(&mut work.tx, &row).await.map(drop)
}

/// Opens what is in scope, and logs each licence.
async fn open(
    app: &App,
    work: &mut Work<'_>,
    one: Try<'_>,
    facts: &Facts,
    scope: InScope,
) -> Result<Got, StorageError> {
    let (now, footing) = (work.now, Some(scope.footing));
    let mut licences = Vec::with_capacity(scope.licences.len());
    let watermark = watermark(app, &mut work.tx, one, facts, now).await?;
    for id in one.wanted_of(&scope) {
        let found = record::find(&mut work.tx, &app.secrets, Scope::All, id).await?;
        let Some(licence) = found else { continue };
        let row = row(one, now, facts, Some(&licence), footing, None);
        let use_id = access_log::append(&mut work.tx, &row).await?;
        let mark = watermark.clone();
        licences.push(seen_by_unit(app, &mut work.tx, facts, &scope, licence, use_id, mark, now).await?);
    }
    let use_id = match licences.first() {
        Some(first) => first.use_id,
        None => access_log::append(&mut work.tx, &row(one, now, facts, None, footing, None)).await?,
    };
    Ok(Got { use_id, footing: scope.footing, licences })
}

/// A licence as the unit gets it.
#[expect(clippy::too_many_arguments, reason = "each is told in what is made")]
async fn seen_by_unit(
    app: &App,
    tx: &mut Tx,
    facts: &Facts,
    scope: &InScope,
    licence: Licence,
    use_id: i64,
    watermark: Text,
    now: UnixTime,
) -> Result<FetchedLicence, StorageError> {
    let withheld = licence.showable(Day::of(now)).err();
    let listed = scope.fields.iter().filter(|_| withheld.is_none());
    let fields = listed.filter_map(|(key, mask)| {
        let field = facts.kind.as_ref()?.field(key)?.clone();
        Some(seen(field, *mask, &licence.face))
    });
    let issuer = record::unit_of(tx, &licence).await?;
    Ok(FetchedLicence {
        use_id,
        unit: (issuer, unit_names(tx, issuer).await?),
        kind_names: kind_names(app, licence.kind()),
        fields: fields.collect(),
        withheld,
        watermark,
        licence,
    })
}

/// On which footing the list of the case's matter has the kind, as far as there is such an entry.
fn footing_of(asked: &Asked<'_>, facts: &Facts) -> Option<MaterialFooting> {
    let (case, list) = (facts.case.as_ref()?, facts.list.as_ref()?);
    let listed = list.matters.iter().find(|listed| listed.code == case.matter)?;
    let material = listed.materials.iter().find(|material| material.kind == asked.kind)?;
    Some(material.footing)
}

fn row(
    one: Try<'_>,
    now: UnixTime,
    facts: &Facts,
    licence: Option<&Licence>,
    material: Option<MaterialFooting>,
    refused: Option<ScopeRule>,
) -> Use {
    let fetch = FetchGround { holder: facts.holder, kind: Some(one.asked.kind), material, refused };
    let ground = Ground {
        case: Some(one.case.to_string()),
        // What is no code is on no list: it may be any text, and of any length.
        purpose: Some(one.asked.purpose).filter(|purpose| is_code(purpose)).map(str::to_owned),
        fetch: Some(fetch),
        ..Ground::member(one.asked.unit)
    };
    Use {
        at: now,
        kind: one.kind,
        licence: licence.map_or_else(Arc::default, |licence| licence.id.to_string().into()),
        actor: one.account.to_string().into(),
        subject: licence.map_or_else(Arc::default, |licence| licence.identifier.to_string().into()),
        scene: Arc::default(),
        token: Vec::new(),
        ground: Some(Box::new(ground)),
    }
}

/// Unit, clerk, purpose, time, and the bar on passing it on (R65).
async fn watermark(
    app: &App,
    tx: &mut Tx,
    one: Try<'_>,
    facts: &Facts,
    at: UnixTime,
) -> Result<Text, StorageError> {
    let unit = unit_names(tx, one.asked.unit).await?;
    let clerk = person::name(tx, &app.secrets, one.account).await?.unwrap_or_default();
    let code = one.asked.purpose;
    let matter = facts
        .matter
        .as_ref()
        .map_or_else(|| Text::new(code.to_owned(), code.to_owned()), |matter| matter.names.clone());
    let at = minute(at);
    Ok(Text::new(
        format!(
            "仅供{}办理「{}」（用途 {code}）使用；经办人 {clerk}，北京时间 {at}；不得另作他用，不得向第三方提供或公开。",
            unit.zh, matter.zh
        ),
        format!(
            "For {} and “{}” (purpose {code}) only; fetched by {clerk}, {at} (UTC+8); not to be used otherwise, passed on \
             or published.",
            unit.en, matter.en
        ),
    ))
}
