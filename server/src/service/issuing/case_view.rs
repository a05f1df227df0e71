//! A case as it is looked at: with its licences, consents, and why it was closed.

use std::collections::HashMap;

use liangzheng_core::time::UnixTime;

use crate::App;
use crate::domain::catalogue::matter::MatterType;
use crate::domain::ids::{CaseId, LicenceId};
use crate::domain::issuing::case::{Case, CaseState, Made};
use crate::storage::issuing::case::{self as stored, Consent};
use crate::storage::{StorageError, Tx};

/// A case with what belongs to it.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// The case.
    pub case: Case,
    /// Whether its licences are still to come.
    pub owed: bool,
    /// Whether they should have been there.
    pub overdue: bool,
    /// Why it was closed.
    pub reason: Option<String>,
    /// Its licences, with their status.
    pub licences: Vec<(LicenceId, String)>,
    /// The holder's consents.
    pub consents: Vec<Consent>,
}

/// A case with what belongs to it.
pub(super) async fn view(
    app: &App,
    tx: &mut Tx,
    case: Case,
    now: UnixTime,
) -> Result<CaseView, StorageError> {
    Ok(Belonging::to(app, tx, std::slice::from_ref(&case)).await?.view(case, now))
}

/// What belongs to some cases, asked for of all of them at once.
pub(super) struct Belonging {
    made: HashMap<CaseId, Made>,
    licences: HashMap<CaseId, Vec<(LicenceId, String)>>,
    consents: HashMap<CaseId, Vec<Consent>>,
    reasons: HashMap<CaseId, String>,
}

impl Belonging {
    pub(super) async fn to(app: &App, tx: &mut Tx, cases: &[Case]) -> Result<Self, StorageError> {
        // Licences come of one type, consents are given in the other, and only what was closed has a reason.
        let of = |wanted: fn(&Case) -> bool| -> Vec<CaseId> {
            cases.iter().filter(|case| wanted(case)).map(|case| case.id).collect()
        };
        let issuing = of(|case| case.case_type == MatterType::Issuing);
        let using = of(|case| case.case_type == MatterType::Using);
        let closed = of(|case| case.state == CaseState::Closed);
        let licences = stored::licences(tx, &issuing).await?.into_iter();
        Ok(Self {
            made: stored::made_each(tx, &issuing).await?.into_iter().collect(),
            licences: by_case(licences.map(|(case, id, status)| (case, (id, status)))),
            consents: by_case(stored::consents(tx, &app.secrets, &using).await?),
            reasons: stored::reasons(tx, &app.secrets, &closed).await?.into_iter().collect(),
        })
    }

    pub(super) fn view(&mut self, case: Case, now: UnixTime) -> CaseView {
        let made = self.made.remove(&case.id).unwrap_or_default();
        CaseView {
            owed: case.is_owed(made),
            overdue: case.is_overdue(made, now),
            reason: self.reasons.remove(&case.id),
            licences: self.licences.remove(&case.id).unwrap_or_default(),
            consents: self.consents.remove(&case.id).unwrap_or_default(),
            case,
        }
    }
}

/// What was found for cases, by the case, in the order in which it was found.
fn by_case<T>(found: impl IntoIterator<Item = (CaseId, T)>) -> HashMap<CaseId, Vec<T>> {
    let mut sorted: HashMap<CaseId, Vec<T>> = HashMap::new();
    for (case, one) in found {
        sorted.entry(case).or_default().push(one);
    }
    sorted
}
