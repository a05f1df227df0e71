//! The only place that sees the database: one file per aggregate, one SQL text for both drivers.
//!
//! SQLite accepts PostgreSQL's `$1`, so every statement is one text for both, and the macros of `sql` run it on
//! whichever connection the transaction holds. Five rules:
//!
//! 1. Instants are whole seconds in 64 bits, ids are text, signed or hashed bytes are `BLOB`/`BYTEA`.
//! 2. Never go on with a transaction after a unique violation (PostgreSQL answers 25P02): use `ON CONFLICT`.
//! 3. An update of something with a version says `WHERE id = $1 AND version = $2` and looks at the count.
//! 4. Columns are listed, never `*`.
//! 5. A table is written by its own area only, whose name its own begins with.
//!
//! A test prepares every statement on both databases.

pub mod access;
pub mod actor;
pub mod casework;
pub mod catalogue;
pub mod change;
mod connection;
pub mod consent;
pub mod day;
mod db;
mod error;
mod file_mode;
pub mod idempotency;
mod ids;
pub mod issuing;
pub mod job_lease;
pub mod licence;
mod migrations;
pub mod outbox;
pub mod page;
pub mod publication;
pub mod showing;
mod sql;
pub mod trace;
pub mod verifying;

pub use db::{Db, Tx};
pub use error::StorageError;
pub use migrations::{MIGRATION_COUNT, migration_texts};

/// Lists the files that have statements.
macro_rules! statements_of {
    ($($area:ident $(:: $file:ident)?),+ $(,)?) => {
        /// Every statement: its file, its name, its text. For the tests that prepare them and look at what they write.
        pub fn statements() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
            [$((concat!(stringify!($area) $(, "/", stringify!($file))?), $area $(::$file)? ::STATEMENTS)),+]
                .into_iter()
                .flat_map(|(file, listed)| listed.iter().map(move |(name, sql)| (file, *name, *sql)))
        }
    };
}

statements_of! {
    access::proposal, actor::account, actor::agency,
    actor::agency_entry, actor::client, actor::contact, actor::holder, actor::identity, actor::known_place, actor::membership, actor::no_suggestions, actor::person, actor::recovery, actor::session, actor::totp, casework::alarm, casework::analysis, casework::counter_request, catalogue::entry, catalogue::unit, change, consent::authorisation, consent::delegation, consent::duty, db, idempotency, issuing::seal, issuing::sealed, job_lease, licence::act, licence::notice, licence::record, licence::request, publication::keys, publication::status, issuing::calendar, issuing::case, issuing::claim, issuing::draft, issuing::face_key, issuing::import, issuing::import_row, issuing::look_up, issuing::number, issuing::picture, issuing::print, issuing::reconciliation, issuing::review, issuing::submission, issuing::suspect, licence::co_holder, licence::listing,
    publication::status_publication, publication::trust, showing::device, showing::short_code, showing::show, trace::access_log,
    trace::audit, outbox::letter, verifying::doubt, verifying::scan, verifying::spent, verifying::wrong_code,
}
