//! What can go wrong with the database, and which of it passes by itself.

use std::path::PathBuf;

use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

/// The database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The driver's own error.
    #[error("database: {0}")]
    Driver(#[from] sqlx::Error),
    /// It did not answer in time; what it was asked may still happen.
    #[error("the database did not answer in time")]
    Silent,
    /// A migration failed, or the database is newer than this program.
    #[error("migrating the database: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The address of the database is not one we know.
    #[error("database.url must begin with sqlite: or postgres:")]
    Address,
    /// The SQLite library is older than 3.51.3, which can corrupt a WAL file.
    #[error("SQLite {found} is too old: 3.51.3 or newer is needed")]
    SqliteTooOld {
        /// The version found.
        found: String,
    },
    /// There is no embedded file.
    #[error("{0} is not there")]
    Absent(PathBuf),
    /// The embedded file cannot be made, or its mode not be set.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A row holds what no version of this program writes.
    #[error("inconsistent row in {table}.{column}: {row}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        row: String,
    },
    /// Somebody changed the row since it was read; the request may be tried again.
    #[error("the row was changed meanwhile")]
    Conflict,
}

impl StorageError {
    /// Whether the same request may succeed once what is in its way has passed: a lock was held too long, no connection
    /// was free, the disk is full or fails, the database is away or starting.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Silent => true,
            Self::Driver(error) => match error {
                sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::BeginFailed
                | sqlx::Error::Io(_) => true,
                sqlx::Error::Database(error) => {
                    if let Some(error) = error.try_downcast_ref::<SqliteError>() {
                        sqlite_passes(error)
                    } else if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
                        postgres_passes(error.code())
                    } else {
                        false
                    }
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a text of the request is one that the database keeps in no column: PostgreSQL takes no NUL. SQLite does,
    /// and the same request must not be right here and wrong there, so texts are checked before they come here; what
    /// was forgotten is still the sender's, not ours.
    pub fn is_text_refused(&self) -> bool {
        let Self::Driver(sqlx::Error::Database(error)) = self else { return false };
        error
            .try_downcast_ref::<PgDatabaseError>()
            .is_some_and(|error| matches!(error.code(), "22021" | "22P05"))
    }
}

/// By the primary result code, the low byte of the extended one (sqlite.org/rescode.html).
fn sqlite_passes(error: &SqliteError) -> bool {
    let code = sqlx::error::DatabaseError::code(error).and_then(|code| code.parse::<i32>().ok());
    code.is_some_and(|code| SQLITE_PASSING.contains(&(code & 0xff)))
}

/// By SQLSTATE, whole or by its class (PostgreSQL's manual, appendix A).
fn postgres_passes(code: &str) -> bool {
    POSTGRES_PASSING.contains(&code)
        || code.get(..2).is_some_and(|class| POSTGRES_PASSING_CLASSES.contains(&class))
}

/// Busy, locked, out of memory, read-only (a disk that failed is remounted so), input/output, full, cannot be opened,
/// lock protocol.
const SQLITE_PASSING: [i32; 8] = [5, 6, 7, 8, 10, 13, 14, 15];
/// Serialization failure, deadlock, lock not to be had, statement cancelled by its time limit, transaction ended for
/// being idle, in a standby that is not yet the primary; ended by an operator, by a crash, cannot connect now.
const POSTGRES_PASSING: [&str; 9] =
    ["40001", "40P01", "55P03", "57014", "25P03", "25006", "57P01", "57P02", "57P03"];
/// Connection exceptions, resources (connections, memory, disk), errors of the system below.
const POSTGRES_PASSING_CLASSES: [&str; 3] = ["08", "53", "58"];

#[cfg(test)]
mod tests {
    use super::postgres_passes;

    #[test]
    fn what_passes_by_itself_is_told_apart_from_a_fault() {
        for code in ["57P01", "57P02", "57P03", "08006", "08000", "53100", "53300", "58030", "40001"] {
            assert!(postgres_passes(code), "{code}");
        }
        for code in ["23505", "22021", "42P01", "25P02", "XX000", "XX001", ""] {
            assert!(!postgres_passes(code), "{code}");
        }
    }
}
