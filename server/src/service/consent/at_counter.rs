//! What a holder lets the counter before him use: which of his licences can answer, which he chose, and the authorisation of
//! each (platform contract, "Counter request"). Whose request that is, and whether it stands, `casework` says.

use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, UnixTime};
use liangzheng_core::trust::Mask;

use super::authorisations::others;
use super::options::{SeenField, seen};
use crate::App;
use crate::domain::access::{Authorise, Permit};
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::kind::Kind;
use crate::domain::consent::authorisation::{Authorisation, AuthorisedScope};
use crate::domain::fault::Faults;
use crate::domain::ids::{AuthorisationId, CaseId, HolderId, LicenceId};
use crate::domain::licence::{Licence, Unshowable};
use crate::service::actor::recovery;
use crate::service::actor::wallets::Wallet;
use crate::service::catalogue::reading;
use crate::service::licence::notices;
use crate::service::showing::assurance::{self, AssuranceError, FactorError};
use crate::service::work::{Work, WorkError};
use crate::storage::consent::authorisation as stored;
use crate::storage::licence::record;
use crate::storage::{StorageError, Tx};

/// A licence that can answer, as the unit would see it.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Its id.
    pub licence: LicenceId,
    /// Its number under GB/T 36904.
    pub identifier: String,
    /// Its status in words.
    pub status: Text,
    /// Last day of validity; `None` = 长期.
    pub valid_to: Option<Day>,
    /// Each field that the unit would see, masked; none of one that does not hold.
    pub fields: Vec<SeenField>,
    /// Why it does not hold: then the unit is told that, and no field.
    pub withheld: Option<Unshowable>,
}

/// Why none was chosen.
#[derive(Debug)]
pub enum ChosenError {
    /// Some are not the holder's, or not of what was asked.
    Faults(Faults),
    /// The second factor is missing or wrong.
    Factor(FactorError),
    /// It could not be found out.
    Assurance(AssuranceError),
}

impl From<StorageError> for ChosenError {
    fn from(error: StorageError) -> Self {
        Self::Assurance(error.into())
    }
}

impl From<WorkError> for ChosenError {
    fn from(error: WorkError) -> Self {
        Self::Assurance(error.into())
    }
}

/// The licences of a holder of one kind that stand, each as a unit would see it that may ask for `fields`.
pub(in crate::service) async fn offered(
    app: &App,
    tx: &mut Tx,
    holder: HolderId,
    kind: KindCode,
    fields: &[(String, Mask)],
    now: UnixTime,
) -> Result<Vec<Offered>, StorageError> {
    let known = reading::in_force::<Kind>(tx, kind.as_str()).await?;
    let Some(known) = known else { return Ok(Vec::new()) };
    let mut offered = Vec::new();
    for held in record::held_of_kind(tx, holder, kind).await?.into_iter().filter(|held| held.stands) {
        let Some(licence) = record::find(tx, &app.secrets, holder, held.id).await? else { continue };
        let withheld = licence.showable(Day::of(now)).err();
        let asked = fields.iter().filter(|_| withheld.is_none());
        let asked =
            asked.filter_map(|(key, mask)| Some(seen(known.field(key)?.clone(), *mask, &licence.face)));
        offered.push(Offered {
            licence: licence.id,
            identifier: licence.identifier.to_string(),
            status: licence.status.label(),
            valid_to: licence.valid_to,
            fields: asked.collect(),
            withheld,
        });
    }
    Ok(offered)
}

/// The licences that a holder chose, held until the transaction ends: one of each kind at the most, of the kinds that were
/// asked for, and standing. Where one of them asks for the person himself the second factor is taken, once.
pub(in crate::service) async fn choose(
    app: &App,
    work: &mut Work<'_>,
    permit: &Permit<Authorise>,
    wallet: Wallet,
    kinds: &[KindCode],
    licences: &[LicenceId],
    factor: Option<&str>,
) -> Result<Vec<Licence>, ChosenError> {
    let (now, account) = (work.now, permit.account());
    if let Some(until) = recovery::shut_until(&mut work.tx, account, now).await? {
        return Err(ChosenError::Factor(FactorError::Restored { until }));
    }
    let mut faults = Faults::default();
    faults.require(
        !licences.is_empty(),
        "/licences",
        "missing",
        "请至少选择一件证照",
        "choose one licence at least",
    );
    let (mut chosen, mut proved) = (Vec::<Licence>::new(), false);
    for (at, id) in licences.iter().enumerate().take(kinds.len().saturating_add(1)) {
        let Some(licence) = asked_for(app, work, wallet, kinds, *id).await? else {
            faults.add(
                format!("/licences/{at}"),
                "unknown",
                "不是本次请求可用的证照",
                "is no licence that can answer this request",
            );
            continue;
        };
        if chosen.iter().any(|one| one.kind() == licence.kind()) {
            faults.add(
                format!("/licences/{at}"),
                "duplicate",
                "每种证照只能选择一件",
                "choose one licence of each kind",
            );
            continue;
        }
        if !proved && faults.0.is_empty() {
            match assurance::prove(app, work, account, &licence, None, factor)
                .await
                .map_err(ChosenError::Assurance)?
            {
                Ok(None) => {}
                Ok(Some(used)) => {
                    proved = true;
                    work.audit(used, &licence.id.to_string(), None).await?;
                }
                Err(refused) => return Err(ChosenError::Factor(refused)),
            }
        }
        chosen.push(licence);
    }
    faults.none().map_err(ChosenError::Faults)?;
    Ok(chosen)
}

/// A licence of the holder that stands and is of a kind that was asked for, held until the transaction ends.
async fn asked_for(
    app: &App,
    work: &mut Work<'_>,
    wallet: Wallet,
    kinds: &[KindCode],
    id: LicenceId,
) -> Result<Option<Licence>, StorageError> {
    let found = record::find_and_hold(&mut work.tx, &app.secrets, wallet.holder, id).await?;
    let Some(licence) = found.filter(|licence| kinds.contains(&licence.kind())) else { return Ok(None) };
    let held = record::held_of_kind(&mut work.tx, wallet.holder, licence.kind()).await?;
    Ok(held.iter().any(|held| held.id == id && held.stands).then_some(licence))
}

/// Authorises the unit to see a chosen licence in this case, for as long as it reads it at the counter; the licence's other holders are
/// told.
#[expect(clippy::too_many_arguments, reason = "each is told in what is kept")]
pub(in crate::service) async fn authorise(
    app: &App,
    work: &mut Work<'_>,
    permit: &Permit<Authorise>,
    wallet: Wallet,
    licence: &Licence,
    unit: Uscc,
    case: CaseId,
    purpose: &str,
    until: UnixTime,
) -> Result<(), StorageError> {
    let given = Authorisation {
        id: AuthorisationId::generate(work.now, &*app.entropy),
        licence: licence.id,
        holder: wallet.holder,
        unit,
        scope: AuthorisedScope::View,
        case: Some(case),
        purpose: purpose.to_owned(),
        given_at: work.now,
        until: wallet.until.map_or(until, |end| end.min(until)),
        withdrawn_at: None,
    };
    stored::insert(&mut work.tx, &given, permit.account(), wallet.footing).await?;
    let beside = others(&mut work.tx, licence, wallet.holder).await?;
    notices::of_authorisation(app, work, &beside, licence.id, given.id).await?;
    work.audit("authorise", &given.id.to_string(), None).await
}
