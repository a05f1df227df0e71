//! Commands: what changes something, with everything that belongs to the change in one transaction.
//!
//! [`Work::begin`] opens the transaction and proves the permit again in it; [`Work::claim`] finds the answer of a
//! repeated request; [`Work::changed`] says what caches hold that is old now, and ends the shows that stood on it;
//! [`Work::audit`] records who did what; [`Work::commit`] makes all of it durable at once and then empties this server's
//! caches. Dropped before that, nothing has happened. Nothing else records changes, claims idempotency keys or empties caches.

use liangzheng_core::time::UnixTime;
use serde::Serialize;

use crate::App;
use crate::domain::access::{Action, Permit, scope_of};
use crate::domain::actor::account::Principal;
use crate::domain::actor::membership::Footing;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::AccountId;
use crate::service::showing::show;
use crate::storage::actor::{account, membership, session};
use crate::storage::change::{self, Change};
use crate::storage::idempotency::{self, Claim, Claimed};
use crate::storage::trace::audit::{self, AuditRow};
use crate::storage::{Db, StorageError, Tx};

/// Who works.
#[derive(Clone, Copy, Debug)]
struct Worker {
    /// The account; `None` for a job of the server and for its command line.
    account: Option<AccountId>,
    /// On what footing.
    footing: Option<Footing>,
    /// For which unit.
    unit: Option<Uscc>,
}

impl Worker {
    /// A job of the server, or its command line.
    const SYSTEM: Self = Self { account: None, footing: None, unit: None };

    /// Who holds `permit`.
    fn of<A: Action>(permit: &Permit<A>) -> Self {
        let member = permit.footing() == Footing::Member;
        let membership = permit.principal().membership.as_ref().filter(|_| member);
        Self {
            account: Some(permit.account()),
            footing: Some(permit.footing()),
            unit: membership.map(|membership| membership.unit),
        }
    }
}

/// A command under way.
#[must_use = "work that is not committed has not happened"]
pub struct Work<'a> {
    /// Its transaction.
    pub tx: Tx,
    /// When it began; everything it writes bears this time.
    pub now: UnixTime,
    app: Option<&'a App>,
    worker: Worker,
    claim: Option<Claim>,
    changes: Vec<Change>,
}

/// The answer of a command: made now, or found because the same request was answered before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply<T> {
    /// Done now.
    Now(T),
    /// Taken up now; another person is to finish it.
    Accepted(T),
    /// The first answer, as it was stored.
    Before {
        /// Its HTTP status: 202 of what was taken up, 200 of what was done.
        status: u16,
        /// Its body.
        body: Vec<u8>,
    },
}

/// Why a command did not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkError {
    /// The `Idempotency-Key` was used with another request.
    #[error("the idempotency key was used with another request")]
    KeyReused,
    /// The session ended, or its account was disabled, after the request was let in.
    #[error("the session is over")]
    SessionOver,
    /// The role that the permit was given for was taken away, or ended, after the request was let in.
    #[error("the role is no longer held")]
    RoleOver,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl<'a> Work<'a> {
    /// Begins a command of who holds `permit`.
    ///
    /// The permit was given when the request came in; since then it may have waited long, for a hash or for a lock. So
    /// it is proved again here, with the account held until the end: the session is still open and the account not
    /// disabled, and a member still has a role that gives the permit within the same scope. Who ends the session, disables
    /// the account or takes the role away waits for this command, or is seen by it.
    pub async fn begin<A: Action>(app: &'a App, permit: &Permit<A>) -> Result<Self, WorkError> {
        let mut work = Self::begin_as(app, Worker::of(permit), app.db.begin_write().await?);
        account::hold(&mut work.tx, permit.account()).await?;
        work.now = app.now();
        if !session::is_open(&mut work.tx, permit.principal().session, work.now).await? {
            return Err(WorkError::SessionOver);
        }
        if permit.footing() == Footing::Member {
            let membership = membership::of_account(&mut work.tx, permit.account(), work.now).await?;
            let principal = Principal { membership, ..permit.principal().clone() };
            if scope_of::<A>(&principal) != Some(permit.scope()) {
                return Err(WorkError::RoleOver);
            }
        }
        Ok(work)
    }

    /// Begins a job of a running server.
    pub async fn of_server(app: &'a App) -> Result<Self, StorageError> {
        Ok(Self::begin_as(app, Worker::SYSTEM, app.db.begin_write().await?))
    }

    /// Begins a job of a running server that carries out what a member of a unit has ordered: it is recorded as his.
    pub async fn on_behalf_of(app: &'a App, account: AccountId, unit: Uscc) -> Result<Self, StorageError> {
        let worker = Worker { account: Some(account), footing: Some(Footing::Member), unit: Some(unit) };
        Ok(Self::begin_as(app, worker, app.db.begin_write().await?))
    }

    fn begin_as(app: &'a App, worker: Worker, tx: Tx) -> Self {
        Self { tx, now: app.now(), app: Some(app), worker, claim: None, changes: Vec::new() }
    }

    /// Begins a command of a program that works on the database without a server in it: running servers find its
    /// changes in the feed.
    pub async fn without_server(db: &Db, now: UnixTime) -> Result<Self, StorageError> {
        let tx = db.begin_write().await?;
        Ok(Self { tx, now, app: None, worker: Worker::SYSTEM, claim: None, changes: Vec::new() })
    }

    /// Says that what follows is done for a holder one acts for.
    pub const fn acts_as(&mut self, footing: Footing) {
        self.worker.footing = Some(footing);
    }

    /// The stored answer, if a request with this key was answered before; otherwise the answer of this command will
    /// be stored under it.
    pub async fn claim<T>(&mut self, key: Option<Claim>) -> Result<Option<Reply<T>>, WorkError> {
        let Some(key) = key else { return Ok(None) };
        match idempotency::claim(&mut self.tx, &key, self.now).await? {
            Claimed::New => {
                self.claim = Some(key);
                Ok(None)
            }
            Claimed::Answered { status, body } => {
                let opened = self.app.and_then(|app| app.secrets.open(&place(&key), &body).ok());
                let body = opened.ok_or_else(|| inconsistent("idempotency", "body", &key.route))?;
                Ok(Some(Reply::Before { status, body }))
            }
            Claimed::Mismatch => Err(WorkError::KeyReused),
        }
    }

    /// Notes that caches hold something old, here and on other servers, and ends the shows that stood on it.
    pub async fn changed(&mut self, change: Change) -> Result<i64, StorageError> {
        show::end_all_on(&mut self.tx, &change, self.now).await?;
        let seq = change::record(&mut self.tx, &change, self.now).await?;
        // A command that changes a hundred indexes says so a hundred times in the feed, and rings the publisher once.
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
        Ok(seq)
    }

    /// Records that the worker did `action` to `object`, for `reason` if one was given.
    pub async fn audit(
        &mut self,
        action: &'static str,
        object: &str,
        reason: Option<&str>,
    ) -> Result<(), StorageError> {
        let reason = match (reason, self.app) {
            (None, _) => None,
            (Some(reason), Some(app)) => {
                Some(app.secrets.seal_text(&format!("audit.reason/{object}"), reason, &*app.entropy))
            }
            // The command line has no key to seal with, and gives no reason.
            (Some(_), None) => return Err(inconsistent("trace_audit", "reason", object)),
        };
        let row = AuditRow { reason: reason.as_deref(), ..self.audited(action, object) };
        audit::append(&mut self.tx, &[row]).await
    }

    /// Records that the worker did `action` to each of `objects`.
    pub async fn audit_each(&mut self, action: &'static str, objects: &[String]) -> Result<(), StorageError> {
        let rows: Vec<AuditRow<'_>> = objects.iter().map(|object| self.audited(action, object)).collect();
        audit::append(&mut self.tx, &rows).await
    }

    /// That the worker does `action` to `object` now.
    fn audited<'o>(&self, action: &'static str, object: &'o str) -> AuditRow<'o> {
        AuditRow {
            at: self.now.0,
            account: self.worker.account,
            footing: self.worker.footing,
            unit: self.worker.unit,
            action,
            object,
            reason: None,
        }
    }

    /// Makes everything durable, with `outcome` as the answer of a claimed request, then empties caches.
    pub async fn commit<T: Serialize>(self, outcome: T) -> Result<Reply<T>, StorageError> {
        self.conclude(&outcome, 200).await?;
        Ok(Reply::Now(outcome))
    }

    /// The same for what is only taken up, and finished by another person: 202, now and when it is asked again.
    pub async fn accept<T: Serialize>(self, outcome: T) -> Result<Reply<T>, StorageError> {
        self.conclude(&outcome, 202).await?;
        Ok(Reply::Accepted(outcome))
    }

    async fn conclude<T: Serialize>(mut self, outcome: &T, status: u16) -> Result<(), StorageError> {
        if let Some(claim) = &self.claim {
            let broken = || inconsistent("idempotency", "body", &claim.route);
            let body = serde_json::to_vec(outcome).map_err(|_| broken())?;
            // Sealed: an answer may hold what its caller may know and the table's reader may not.
            let app = self.app.ok_or_else(broken)?;
            let body = app.secrets.seal(&place(claim), &body, &*app.entropy);
            idempotency::complete(&mut self.tx, claim, status, &body).await?;
        }
        self.tx.commit().await?;
        if let Some(app) = self.app {
            for change in &self.changes {
                app.apply(change).await;
            }
        }
        Ok(())
    }

    /// The same for a command that answers nothing.
    pub async fn finish(self) -> Result<(), StorageError> {
        self.commit(()).await.map(drop)
    }
}

/// For what the answer of a claimed request is sealed.
fn place(claim: &Claim) -> String {
    format!("idempotency.body/{}/{}/{}", claim.account, claim.route, claim.key)
}

fn inconsistent(table: &'static str, column: &'static str, row: &str) -> StorageError {
    StorageError::Inconsistent { table, column, row: row.to_owned() }
}
