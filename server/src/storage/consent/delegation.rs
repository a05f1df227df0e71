//! Delegations by holders. Whom one is for is sealed; it is found by an HMAC of his number.

use liangzheng_core::time::UnixTime;
use serde::{Deserialize, Serialize};

use crate::domain::actor::holder::HolderNumber;
use crate::domain::actor::membership::Footing;
use crate::domain::catalogue::codes::{KindCode, SceneCode};
use crate::domain::clock::Entropy;
use crate::domain::consent::delegation::{ACCEPTED_WITHIN, Delegation, DelegationAnswer, DelegationSide};
use crate::domain::ids::{AccountId, DelegationId, HolderId, LicenceId};
use crate::secrets::Secrets;
use crate::storage::sql::{all, columns, execute, one, statements, value};
use crate::storage::{StorageError, Tx};

/// A delegation as it is kept, with the kind of its licence.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DelegationRow {
    /// Its id.
    pub id: DelegationId,
    /// The licence, in its newest version of the same holder.
    pub licence: LicenceId,
    /// The licence's kind.
    pub licence_kind: KindCode,
    /// Whose it is.
    pub holder: HolderId,
    /// On what footing it was given: own, agent.
    pub footing: String,
    /// For whom, sealed.
    pub person: Vec<u8>,
    /// Codes of the scenes, a blank between.
    pub scenes: String,
    /// Code of the matter.
    pub matter: Option<String>,
    /// From when on.
    pub starts_at: i64,
    /// From when on no more.
    pub until: i64,
    /// When it was given.
    pub given_at: i64,
    /// accepted, declined.
    pub answer: Option<String>,
    /// When it was answered.
    pub answered_at: Option<i64>,
    /// By which side it was ended before its time: given, received.
    pub ended_by: Option<String>,
    /// When.
    pub ended_at: Option<i64>,
    /// Who was told of it: 0 nobody, 1 whom it is for, 2 that nobody answered.
    pub told: i64,
}

/// For whom a delegation is, as it was typed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delegate {
    /// The name.
    pub name: String,
    /// Type of document, three digits.
    pub id_type: String,
    /// Its number.
    pub number: String,
}

impl Delegate {
    /// Type and number of the document.
    pub fn number(&self) -> Option<HolderNumber> {
        HolderNumber::new(&self.id_type, &self.number).ok()
    }
}

impl DelegationRow {
    /// The delegation.
    pub fn read(&self) -> Result<Delegation, StorageError> {
        let broken = |column| inconsistent(column, self.id);
        let scenes = self.scenes.split(' ').map(str::parse::<SceneCode>);
        let answer = self.answer.as_deref().map(str::parse::<DelegationAnswer>).transpose();
        let ended = self.ended_by.as_deref().map(str::parse::<DelegationSide>).transpose();
        Ok(Delegation {
            id: self.id,
            licence: self.licence,
            holder: self.holder,
            scenes: scenes.collect::<Result<_, _>>().map_err(|_| broken("scenes"))?,
            matter: self.matter.clone(),
            from: UnixTime(self.starts_at),
            until: UnixTime(self.until),
            given_at: UnixTime(self.given_at),
            answer: answer.map_err(|_| broken("answer"))?.zip(self.answered_at.map(UnixTime)),
            ended: ended.map_err(|_| broken("ended_by"))?.zip(self.ended_at.map(UnixTime)),
        })
    }

    /// For whom it is.
    pub fn delegate(&self, secrets: &Secrets) -> Result<Delegate, StorageError> {
        let plain =
            secrets.open(&place(self.id), &self.person).map_err(|_| inconsistent("person", self.id))?;
        serde_json::from_slice(&plain).map_err(|_| inconsistent("person", self.id))
    }
}

/// By whom, and for whom, a delegation is given.
#[derive(Clone, Copy, Debug)]
pub struct Parties<'a> {
    /// By which account.
    pub account: AccountId,
    /// On what footing.
    pub footing: Footing,
    /// The name of whom it is for.
    pub name: &'a str,
    /// His number.
    pub number: &'a HolderNumber,
}

/// Adds a delegation, which waits.
pub async fn insert(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    given: &Delegation,
    parties: Parties<'_>,
) -> Result<(), StorageError> {
    let Parties { account, footing, name, number } = parties;
    let person = Delegate {
        name: name.to_owned(),
        id_type: number.id_type().to_owned(),
        number: number.number().to_owned(),
    };
    let plain = serde_json::to_vec(&person).map_err(|_| inconsistent("person", given.id))?;
    let sealed = secrets.seal(&place(given.id), &plain, entropy);
    let scenes: Vec<&str> = given.scenes.iter().map(SceneCode::as_str).collect();
    execute!(
        tx,
        INSERT,
        given.id,
        given.licence,
        given.holder,
        account,
        footing.as_str(),
        &secrets.holder_key(number)[..],
        &sealed,
        &scenes.join(" "),
        &given.matter,
        given.from.0,
        given.until.0,
        given.given_at.0
    )
    .map(drop)
}

/// A delegation, whoever is concerned by it: the service asks who looks.
pub async fn find(tx: &mut Tx, id: DelegationId) -> Result<Option<DelegationRow>, StorageError> {
    one!(tx, FIND, id)
}

/// A delegation for one of the numbers by which an account goes.
pub async fn find_for(
    tx: &mut Tx,
    account: AccountId,
    id: DelegationId,
) -> Result<Option<DelegationRow>, StorageError> {
    one!(tx, FIND_FOR, id, account)
}

/// Those that a holder gave, newest first, those before `before`.
pub async fn of_holder(
    tx: &mut Tx,
    holder: HolderId,
    before: Option<DelegationId>,
    limit: i64,
) -> Result<Vec<DelegationRow>, StorageError> {
    all!(tx, OF_HOLDER, holder, before, limit)
}

/// Those for the numbers by which an account goes, newest first, those before `before`.
pub async fn for_account(
    tx: &mut Tx,
    account: AccountId,
    before: Option<DelegationId>,
    limit: i64,
) -> Result<Vec<DelegationRow>, StorageError> {
    all!(tx, FOR_ACCOUNT, account, before, limit)
}

/// Those that an account has accepted, of one licence or of one holder if that is asked for, and that have not ended.
pub async fn accepted(
    tx: &mut Tx,
    account: AccountId,
    licence: Option<LicenceId>,
    holder: Option<HolderId>,
    now: UnixTime,
) -> Result<Vec<DelegationRow>, StorageError> {
    all!(tx, ACCEPTED, account, licence, holder, now.0)
}

/// How many of a holder's wait for an answer or have been accepted, and have not ended.
pub async fn open_of(tx: &mut Tx, holder: HolderId, now: UnixTime) -> Result<i64, StorageError> {
    value!(tx, OPEN_OF, holder, now.0, now.minus(ACCEPTED_WITHIN).0)
}

/// Writes down an answer; false if there was one, or if it was ended.
pub async fn answer(
    tx: &mut Tx,
    id: DelegationId,
    answer: DelegationAnswer,
    by: AccountId,
    now: UnixTime,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, ANSWER, id, answer.as_str(), by, now.0)? == 1)
}

/// Ends one before its time; false if it was ended before.
pub async fn end(
    tx: &mut Tx,
    id: DelegationId,
    by: DelegationSide,
    now: UnixTime,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, END, id, by.as_str(), now.0)? == 1)
}

/// Lets what a holder delegated of a licence count for the version that takes its place, if that is his, too.
pub async fn follow(tx: &mut Tx, from: LicenceId, to: LicenceId) -> Result<(), StorageError> {
    execute!(tx, FOLLOW, from, to).map(drop)
}

/// Those of which somebody is still to be told: who it is for, or after its time that nobody has answered; the oldest first,
/// those after `after`.
pub async fn untold(
    tx: &mut Tx,
    after: Option<DelegationId>,
    now: UnixTime,
    limit: i64,
) -> Result<Vec<DelegationRow>, StorageError> {
    all!(tx, UNTOLD, after, limit, now.minus(ACCEPTED_WITHIN).0, now.0)
}

/// Notes that who it is for was told, or that all were.
pub async fn told(tx: &mut Tx, id: DelegationId, is_over: bool) -> Result<bool, StorageError> {
    Ok(execute!(tx, TOLD, id, if is_over { 2_i64 } else { 1 })? == 1)
}

fn place(id: DelegationId) -> String {
    format!("delegation.person/{id}")
}

fn inconsistent(column: &'static str, id: DelegationId) -> StorageError {
    StorageError::Inconsistent { table: "consent_delegation", column, row: id.to_string() }
}

columns!(
    delegation = "d.id, d.licence, l.kind AS licence_kind, d.holder, d.footing, d.person, d.scenes, d.matter, \
        d.starts_at, d.until, d.given_at, d.answer, d.answered_at, d.ended_by, d.ended_at, d.told \
        FROM consent_delegation d JOIN licence_record l ON l.id = d.licence"
);

/// The number by which the account `$n` goes as a holder. Not the one that a unit's administrator typed for a member of
/// staff: who gives accounts would open wallets.
macro_rules! numbers {
    ($account:literal) => {
        concat!(
            "(SELECT h.number_hmac FROM actor_account a JOIN actor_holder h ON h.id = a.holder WHERE a.id = ",
            $account,
            ")"
        )
    };
}

statements! {
    INSERT = "INSERT INTO consent_delegation (id, licence, given_for, holder, account, footing, number_hmac, person, \
        scenes, matter, starts_at, until, given_at) VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    FIND = concat!("SELECT ", delegation!(), " WHERE d.id = $1");
    FIND_FOR = concat!("SELECT ", delegation!(), " WHERE d.id = $1 AND d.number_hmac IN ", numbers!("$2"));
    OF_HOLDER = concat!("SELECT ", delegation!(), " WHERE d.holder = $1 AND (d.id < $2 OR $2 IS NULL) \
        ORDER BY d.id DESC LIMIT $3");
    FOR_ACCOUNT = concat!("SELECT ", delegation!(), " WHERE d.number_hmac IN ", numbers!("$1"),
        " AND (d.id < $2 OR $2 IS NULL) ORDER BY d.id DESC LIMIT $3");
    ACCEPTED = concat!("SELECT ", delegation!(), " WHERE d.number_hmac IN ", numbers!("$1"),
        " AND (d.licence = $2 OR $2 IS NULL) AND (d.holder = $3 OR $3 IS NULL) AND d.answer = 'accepted' \
        AND d.ended_at IS NULL AND d.until > $4 ORDER BY d.id");
    OPEN_OF = "SELECT COUNT(*) FROM consent_delegation WHERE holder = $1 AND until > $2 AND ended_at IS NULL \
        AND (answer = 'accepted' OR (answer IS NULL AND given_at > $3))";
    ANSWER = "UPDATE consent_delegation SET answer = $2, answered_by = $3, answered_at = $4 \
        WHERE id = $1 AND answer IS NULL AND ended_at IS NULL";
    END = "UPDATE consent_delegation SET ended_by = $2, ended_at = $3 WHERE id = $1 AND ended_at IS NULL";
    FOLLOW = "UPDATE consent_delegation SET licence = $2 WHERE licence = $1 AND holder IN \
        (SELECT l.holder FROM licence_record l WHERE l.id = $2 \
        UNION SELECT c.holder FROM licence_co_holder c WHERE c.licence = $2)";
    UNTOLD = concat!("SELECT ", delegation!(), " WHERE d.told < 2 AND d.answer IS NULL AND d.ended_at IS NULL \
        AND (d.told = 0 OR d.given_at <= $3 OR d.until <= $4) AND (d.id > $1 OR $1 IS NULL) ORDER BY d.id LIMIT $2");
    TOLD = "UPDATE consent_delegation SET told = $2 WHERE id = $1 AND told < $2 AND answer IS NULL \
        AND ended_at IS NULL";
}
