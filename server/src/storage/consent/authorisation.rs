//! Authorisations of units by holders.

use liangzheng_core::time::UnixTime;

use crate::domain::access::Scope;
use crate::domain::actor::membership::Footing;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::consent::authorisation::Authorisation;
use crate::domain::ids::{AccountId, AuthorisationId, CaseId, HolderId, LicenceId};
use crate::storage::sql::{all, columns, execute, one, statements};
use crate::storage::{StorageError, Tx};

/// An authorisation as it is kept, with the kind of its licence.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AuthorisationRow {
    /// Its id.
    pub id: AuthorisationId,
    /// The licence, in its newest version of the same holder.
    pub licence: LicenceId,
    /// The licence's kind.
    pub licence_kind: KindCode,
    /// Who gave it.
    pub holder: HolderId,
    /// On what footing: own, agent.
    pub footing: String,
    /// Who may use it.
    pub unit: Uscc,
    /// view, download.
    pub scope: String,
    /// The only case it counts for.
    pub case_id: Option<CaseId>,
    /// Code of what for.
    pub purpose: String,
    /// When it was given.
    pub given_at: i64,
    /// From when on it no longer holds.
    pub until: i64,
    /// When it was taken back.
    pub withdrawn_at: Option<i64>,
}

impl AuthorisationRow {
    /// The authorisation.
    pub fn read(&self) -> Result<Authorisation, StorageError> {
        Ok(Authorisation {
            id: self.id,
            licence: self.licence,
            holder: self.holder,
            unit: self.unit,
            scope: self.scope.parse().map_err(|_| StorageError::Inconsistent {
                table: "consent_authorisation",
                column: "scope",
                row: self.id.to_string(),
            })?,
            case: self.case_id,
            purpose: self.purpose.clone(),
            given_at: UnixTime(self.given_at),
            until: UnixTime(self.until),
            withdrawn_at: self.withdrawn_at.map(UnixTime),
        })
    }
}

/// Adds an authorisation.
pub async fn insert(
    tx: &mut Tx,
    given: &Authorisation,
    account: AccountId,
    footing: Footing,
) -> Result<(), StorageError> {
    execute!(
        tx,
        INSERT,
        given.id,
        given.licence,
        given.holder,
        account,
        footing.as_str(),
        given.unit,
        given.scope.as_str(),
        &given.purpose,
        given.case,
        given.given_at.0,
        given.until.0
    )
    .map(drop)
}

/// One within `scope`.
pub async fn find(
    tx: &mut Tx,
    scope: impl Into<Scope>,
    id: AuthorisationId,
) -> Result<Option<AuthorisationRow>, StorageError> {
    // An authorisation is its holder's; the unit meets it by a fetch only.
    let Some((holder, None)) = scope.into().holder_and_unit() else { return Ok(None) };
    one!(tx, FIND, id, holder)
}

/// Those that a holder gave, newest first, those before `before`.
pub async fn of_holder(
    tx: &mut Tx,
    holder: HolderId,
    before: Option<AuthorisationId>,
    limit: i64,
) -> Result<Vec<AuthorisationRow>, StorageError> {
    all!(tx, OF_HOLDER, holder, before, limit)
}

/// Those that a holder gave a unit and that neither ended nor were taken back before `now`.
pub async fn to_unit(
    tx: &mut Tx,
    holder: HolderId,
    unit: Uscc,
    now: UnixTime,
) -> Result<Vec<AuthorisationRow>, StorageError> {
    all!(tx, TO_UNIT, holder, unit, now.0)
}

/// Takes one back; false if it was taken back before.
pub async fn withdraw(tx: &mut Tx, id: AuthorisationId, now: UnixTime) -> Result<bool, StorageError> {
    Ok(execute!(tx, WITHDRAW, id, now.0)? == 1)
}

/// Lets what a holder gave for a licence count for the version that takes its place, if that is his, too.
pub async fn follow(tx: &mut Tx, from: LicenceId, to: LicenceId) -> Result<(), StorageError> {
    execute!(tx, FOLLOW, from, to).map(drop)
}

/// Lets the unit that takes over the work of another use what that one might.
pub async fn move_unit(tx: &mut Tx, from: Uscc, to: Uscc) -> Result<(), StorageError> {
    execute!(tx, MOVE_UNIT, from, to).map(drop)
}

columns!(
    authorisation = "a.id, a.licence, l.kind AS licence_kind, a.holder, a.footing, a.unit, a.scope, a.purpose, a.case_id, \
        a.given_at, a.until, a.withdrawn_at FROM consent_authorisation a JOIN licence_record l ON l.id = a.licence"
);

statements! {
    INSERT = "INSERT INTO consent_authorisation (id, licence, given_for, holder, account, footing, unit, scope, purpose, \
        case_id, given_at, until) VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    FIND = concat!("SELECT ", authorisation!(), " WHERE a.id = $1 AND (a.holder = $2 OR $2 IS NULL)");
    OF_HOLDER = concat!("SELECT ", authorisation!(), " WHERE a.holder = $1 AND (a.id < $2 OR $2 IS NULL) \
        ORDER BY a.id DESC LIMIT $3");
    TO_UNIT = concat!("SELECT ", authorisation!(), " WHERE a.holder = $1 AND a.unit = $2 AND a.until > $3 \
        AND a.withdrawn_at IS NULL ORDER BY a.id");
    WITHDRAW = "UPDATE consent_authorisation SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL";
    FOLLOW = "UPDATE consent_authorisation SET licence = $2 WHERE licence = $1 AND holder IN \
        (SELECT l.holder FROM licence_record l WHERE l.id = $2 \
        UNION SELECT c.holder FROM licence_co_holder c WHERE c.licence = $2)";
    MOVE_UNIT = "UPDATE consent_authorisation SET unit = $2 WHERE unit = $1";
}
