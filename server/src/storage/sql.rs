//! Running statements: one text and one list of values, on whichever database the transaction holds.
//!
//! Every statement is a `const` of a `statements!` block, so that a test can prepare all of them on both databases.
//! The macros below bind the values in order and give back a `Result` with [`StorageError`]:
//!
//! | macro | gives |
//! |---|---|
//! | `execute!(tx, SQL, a, b)` | how many rows it touched |
//! | `one!(tx, SQL, a)` | the row, if there is one |
//! | `all!(tx, SQL, a)` | the rows |
//! | `value!(tx, SQL, a)` | the only column of the only row |
//! | `one_value!(tx, SQL, a)` | the only column of the row, if there is one |
//! | `values!(tx, SQL, a)` | the only column of the rows |
//!
//! [`StorageError`]: crate::storage::StorageError

/// Runs one step on the connection of a transaction, whichever database it is, and not for ever.
macro_rules! on_conn {
    ($tx:expr, |$conn:ident| $step:expr) => {
        match &mut *$tx {
            $crate::storage::Tx::Sqlite(tx) => {
                let $conn = &mut **tx;
                $crate::storage::connection::in_time($step).await
            }
            $crate::storage::Tx::Postgres(tx) => {
                let $conn = &mut **tx;
                $crate::storage::connection::in_time($step).await
            }
        }
    };
}

macro_rules! execute {
    ($tx:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::storage::sql::on_conn!($tx, |conn| async {
            ::sqlx::query($sql)$(.bind($value))*.execute(conn).await.map(|done| done.rows_affected())
        })
    };
}

macro_rules! one {
    ($tx:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::storage::sql::on_conn!($tx, |conn| ::sqlx::query_as($sql)$(.bind($value))*.fetch_optional(conn))
    };
}

macro_rules! all {
    ($tx:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::storage::sql::on_conn!($tx, |conn| ::sqlx::query_as($sql)$(.bind($value))*.fetch_all(conn))
    };
}

macro_rules! value {
    ($tx:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::storage::sql::on_conn!($tx, |conn| ::sqlx::query_scalar($sql)$(.bind($value))*.fetch_one(conn))
    };
}

macro_rules! one_value {
    ($tx:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::storage::sql::on_conn!($tx, |conn| ::sqlx::query_scalar($sql)$(.bind($value))*.fetch_optional(conn))
    };
}

macro_rules! values {
    ($tx:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::storage::sql::on_conn!($tx, |conn| ::sqlx::query_scalar($sql)$(.bind($value))*.fetch_all(conn))
    };
}

/// The statements of a file, each `NAME = "SQL";`. A text may be put together by `concat!`.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$doc])* const $name: &str = $sql;)+

        /// Every statement of this file, by name.
        pub(in crate::storage) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

/// Names a list of columns that several statements of a file read: `columns!(account = "id, login");` makes
/// `account!()` for use within `concat!`.
macro_rules! columns {
    ($name:ident = $list:literal) => {
        macro_rules! $name {
            () => {
                $list
            };
        }
    };
}

pub(in crate::storage) use {all, columns, execute, on_conn, one, one_value, statements, value, values};
