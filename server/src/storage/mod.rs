//! The only place that sees the database: one file per aggregate, one SQL text for both drivers.
//!
//! SQLite accepts PostgreSQL's `$1`, so every statement is a `const` here and is bound once; `on_conn!` runs it
//! on whichever connection the transaction holds. Four rules:
//!
//! 1. Instants are whole seconds in 64 bits, ids are text, signed or hashed bytes are `BLOB`/`BYTEA`.
//! 2. Never go on with a transaction after a unique violation (PostgreSQL answers 25P02): use `ON CONFLICT`.
//! 3. An update of something with a version says `WHERE id = $1 AND version = $2` and looks at the count.
//! 4. Columns are listed, never `*`.
//!
//! A test reads every `const … : &str` of these files and prepares it on both databases.

pub mod actor;
pub mod change;
mod db;
pub mod idempotency;
mod ids;
pub mod licence;
mod migrations;
pub mod publication;
pub mod showing;
pub mod trace;
pub mod verifying;

pub use db::{Db, StorageError, Tx};
pub use migrations::{MIGRATION_COUNT, migration_texts};

/// Runs one expression on the connection of a transaction, whichever database it is.
macro_rules! on_conn {
    ($tx:expr, |$conn:ident| $body:expr) => {
        match $tx {
            $crate::storage::Tx::Sqlite(tx) => {
                let $conn = &mut **tx;
                $body
            }
            $crate::storage::Tx::Postgres(tx) => {
                let $conn = &mut **tx;
                $body
            }
        }
    };
}
pub(crate) use on_conn;
