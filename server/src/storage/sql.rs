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
//! | `each!(tx, SQL, rows, \|row\| [a, b])` | how many rows it touched, with the values of all rows in few statements |
//! | `among!(tx, SQL, [a], list, \|one\| b)` | the rows for any of a list, of which the text names one: `IN ($2)` |
//!
//! [`StorageError`]: crate::storage::StorageError

use std::fmt::Write;

use super::Tx;

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

/// Runs a statement that names the values of one row, `VALUES ($1, …)`, with those of many.
macro_rules! each {
    ($tx:expr, $sql:expr, $rows:expr, |$row:ident| [$($value:expr),+ $(,)?]) => {
        async {
            let mut touched = 0_u64;
            for some in $rows.chunks($crate::storage::sql::MANY) {
                let text = $crate::storage::sql::for_rows($sql, some.len());
                let text = ::sqlx::AssertSqlSafe($crate::storage::sql::in_order($tx, text));
                touched += $crate::storage::sql::on_conn!($tx, |conn| async {
                    let mut query = ::sqlx::query(text).persistent($crate::storage::sql::keeps_plan($sql));
                    for $row in some {
                        query = query$(.bind($value))+;
                    }
                    query.execute(conn).await.map(|done| done.rows_affected())
                })?;
            }
            Ok::<u64, $crate::storage::StorageError>(touched)
        }
        .await
    };
}

/// Reads the rows for any of a list, which stands last in the text.
macro_rules! among {
    ($tx:expr, $sql:expr, [$($fixed:expr),* $(,)?], $list:expr, |$one:ident| $value:expr) => {
        async {
            let mut found = Vec::new();
            for some in $list.chunks($crate::storage::sql::MANY) {
                let text = $crate::storage::sql::for_list($sql, some.len());
                let text = ::sqlx::AssertSqlSafe($crate::storage::sql::in_order($tx, text));
                let mut some = $crate::storage::sql::on_conn!($tx, |conn| async {
                    let mut query =
                        ::sqlx::query_as(text).persistent($crate::storage::sql::keeps_plan($sql))$(.bind($fixed))*;
                    for $one in some {
                        query = query.bind($value);
                    }
                    query.fetch_all(conn).await
                })?;
                found.append(&mut some);
            }
            Ok::<_, $crate::storage::StorageError>(found)
        }
        .await
    };
}

/// Rows, or members of a list, in one statement: each statement is sent by itself and waited for. PostgreSQL takes 65,535
/// values, SQLite 32,766; no row here has a hundred.
pub(in crate::storage) const MANY: usize = 200;

/// Whether a statement with many values is prepared once. PostgreSQL reads a small table from end to end to find so many rows,
/// and a plan that it keeps goes on doing so while the table grows: only what finds nothing has the same plan for ever.
pub(in crate::storage) fn keeps_plan(sql: &str) -> bool {
    sql.starts_with("INSERT ")
}

/// The text as the database of `tx` is quickest with it. SQLite looks the name of each numbered value up among all before it,
/// so that twice as many take four times as long; what is only said to be the next has no name. Both mean the same where
/// the text names each value once and in order; elsewhere it is left as it is.
pub(in crate::storage) fn in_order(tx: &Tx, text: String) -> String {
    match tx {
        Tx::Sqlite(_) if numbers(&text).enumerate().all(|(at, number)| number == at + 1) => unnumbered(&text),
        _ => text,
    }
}

/// The text with its values named by their order alone.
fn unnumbered(text: &str) -> String {
    let mut parts = text.split('$');
    let mut plain = String::with_capacity(text.len());
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        plain.push('?');
        plain.push_str(part.trim_start_matches(|character: char| character.is_ascii_digit()));
    }
    plain
}

/// The text of a statement for `rows` rows: what stands behind `VALUES` is said again for each, with numbers that go on.
pub(in crate::storage) fn for_rows(sql: &str, rows: usize) -> String {
    let Some((head, (row, tail))) =
        sql.split_once("VALUES ").and_then(|(head, rest)| Some((head, group(rest)?)))
    else {
        return sql.to_owned();
    };
    let count = numbers(row).max().unwrap_or(0);
    let mut text = String::with_capacity(sql.len() + rows * (row.len() + count * 3));
    text.push_str(head);
    text.push_str("VALUES ");
    for at in 0..rows {
        if at > 0 {
            text.push_str(", ");
        }
        renumber(row, at * count, &mut text);
    }
    text.push_str(tail);
    text
}

/// The text of a statement for a list of `members`: the last `IN ($n)` names all of them.
pub(in crate::storage) fn for_list(sql: &str, members: usize) -> String {
    let Some((head, (one, tail))) =
        sql.rsplit_once("IN ").and_then(|(head, rest)| Some((head, group(rest)?)))
    else {
        return sql.to_owned();
    };
    let first = numbers(one).max().unwrap_or(1);
    let list: Vec<String> = (first..first + members).map(|number| format!("${number}")).collect();
    format!("{head}IN ({}){tail}", list.join(", "))
}

/// What stands in the parentheses with which a text begins, with them, and what follows.
fn group(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' if depth == 1 => return text.split_at_checked(at + 1),
            ')' => depth = depth.checked_sub(1)?,
            _ if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The numbers of the values that a text names.
fn numbers(text: &str) -> impl Iterator<Item = usize> {
    text.split('$').skip(1).filter_map(|rest| {
        let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
        rest.get(..end)?.parse().ok()
    })
}

/// Says a text again with every number higher by `by`.
fn renumber(text: &str, by: usize, into: &mut String) {
    let mut parts = text.split('$');
    into.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|character: char| !character.is_ascii_digit()).unwrap_or(part.len());
        let (number, rest) = part.split_at_checked(end).unwrap_or((part, ""));
        let number: usize = number.parse().unwrap_or_default();
        // Writing into a text cannot fail.
        let _ = write!(into, "${}{rest}", number + by);
    }
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

pub(in crate::storage) use {
    all, among, columns, each, execute, on_conn, one, one_value, statements, value, values,
};

#[cfg(test)]
mod tests {
    use super::{for_list, for_rows, unnumbered};

    #[test]
    fn the_text_of_one_row_is_said_again_for_each() {
        let one = "INSERT INTO t (a, b, c) VALUES ($1, CAST($2 AS BIGINT), 0) ON CONFLICT DO NOTHING";
        assert_eq!(for_rows(one, 1), one);
        assert_eq!(
            for_rows(one, 3),
            "INSERT INTO t (a, b, c) VALUES ($1, CAST($2 AS BIGINT), 0), ($3, CAST($4 AS BIGINT), 0), \
             ($5, CAST($6 AS BIGINT), 0) ON CONFLICT DO NOTHING"
        );
        let ten = "INSERT INTO t VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        assert!(for_rows(ten, 2).ends_with("($11, $12, $13, $14, $15, $16, $17, $18, $19, $20)"));
    }

    #[test]
    fn values_in_order_need_no_numbers() {
        assert_eq!(
            unnumbered("SELECT $1, CAST($2 AS BIGINT) WHERE a IN ($3, $4)"),
            "SELECT ?, CAST(? AS BIGINT) WHERE a IN (?, ?)"
        );
    }

    #[test]
    fn a_list_goes_on_behind_what_is_fixed() {
        let one = "SELECT a FROM t WHERE b = $1 AND s IN ('x') AND c IN ($2) ORDER BY a";
        assert_eq!(for_list(one, 1), one);
        assert_eq!(
            for_list(one, 3),
            "SELECT a FROM t WHERE b = $1 AND s IN ('x') AND c IN ($2, $3, $4) ORDER BY a"
        );
    }
}
