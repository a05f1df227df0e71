//! 免提交: all that the matter of a case needs at one look: what is there, what is not, what is refused and why (R66).

use liangzheng_core::text::Text;

use super::attempt::{Outcome, Try, attempt, log_unlisted};
use crate::App;
use crate::domain::access::{FetchForCase, Permit};
use crate::domain::casework::fetch::{Asked, ScopeRule};
use crate::domain::catalogue::codes::KindCode;
use crate::domain::catalogue::matter::{Matter, MatterType};
use crate::domain::catalogue::using_list::{MaterialFooting, UsingList};
use crate::domain::ids::CaseId;
use crate::domain::trace::usage::UseKind;
use crate::service::catalogue::names::kind_names;
use crate::service::catalogue::reading;
use crate::service::work::{Work, WorkError};
use crate::storage::StorageError;
use crate::storage::issuing::case;

/// What a case was filled with.
#[derive(Debug)]
pub struct Prefilled {
    /// The case.
    pub case: CaseId,
    /// Code of its matter.
    pub matter: String,
    /// The matter's names; `None` if it is not in force.
    pub matter_names: Option<Text>,
    /// Code of what for.
    pub purpose: String,
    /// What became of each material of the list.
    pub materials: Vec<FilledMaterial>,
}

/// What became of one material.
#[derive(Debug)]
pub struct FilledMaterial {
    /// Its kind.
    pub kind: KindCode,
    /// The kind's names.
    pub names: Text,
    /// On what footing the list has it.
    pub footing: MaterialFooting,
    /// What was got, or the rule that failed with the use that says so.
    pub outcome: Outcome,
}

/// Why nothing was looked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrefillError {
    /// No such using case of the caller's unit.
    #[error("no such case")]
    NotFound,
    /// The unit's list in force has no such matter.
    #[error("out of scope: {0}")]
    OutOfScope(ScopeRule),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for PrefillError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Gets all that the matter of a case needs. Each use and each refusal is logged; refusals raise no alarm, for the unit
/// asked for what its list names.
pub async fn prefill(
    app: &App,
    permit: &Permit<FetchForCase>,
    id: CaseId,
) -> Result<Prefilled, PrefillError> {
    let mut work = Work::begin(app, permit).await?;
    let found = case::find(&mut work.tx, &app.secrets, permit.scope(), id).await?;
    let found = found.filter(|case| case.case_type == MatterType::Using);
    let case = found.ok_or(PrefillError::NotFound)?;
    let matter = reading::in_force::<Matter>(&mut work.tx, &case.matter).await?;
    let list = reading::in_force::<UsingList>(&mut work.tx, permit.scope().as_str()).await?;
    let listed = list.and_then(|list| list.matters.into_iter().find(|listed| listed.code == case.matter));
    let Some(listed) = listed else {
        log_unlisted(app, &mut work, permit, &case).await?;
        work.finish().await?;
        return Err(PrefillError::OutOfScope(ScopeRule::List));
    };
    let mut materials = Vec::with_capacity(listed.materials.len());
    for material in listed.materials {
        let asked = Asked {
            unit: permit.scope(),
            number: Some(&case.person.number),
            name: &case.person.name,
            kind: material.kind,
            purpose: &listed.purpose,
            client_matters: permit.principal().matters.as_deref(),
        };
        let one = Try { account: permit.account(), case: id, asked, kind: UseKind::Prefill, only: None };
        let outcome = attempt(app, &mut work, one).await?;
        // Of a case that has ended nothing is looked for, and the rule says so once.
        if let Err((rule @ (ScopeRule::Case | ScopeRule::Client | ScopeRule::Matter), _)) = outcome {
            work.finish().await?;
            return Err(PrefillError::OutOfScope(rule));
        }
        materials.push(FilledMaterial {
            kind: material.kind,
            names: kind_names(app, material.kind),
            footing: material.footing,
            outcome,
        });
    }
    work.finish().await?;
    let matter_names = matter.map(|matter| matter.names);
    Ok(Prefilled { case: id, matter: case.matter, matter_names, purpose: listed.purpose, materials })
}
