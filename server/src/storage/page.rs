//! Pages of long lists, newest first: the place where the next one begins is the number of the last row given.

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Rows before this number; all if `None`.
    pub before: Option<i64>,
    /// How many rows at the most.
    pub limit: i64,
}

/// One part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next part begins; `None` on the last.
    pub next: Option<i64>,
}

/// Cuts rows, of which one more than `limit` was asked for, to a page; where the next one begins is the `key` of its last.
pub fn cut<T, K>(rows: &mut Vec<T>, limit: i64, key: impl Fn(&T) -> K) -> Option<K> {
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > wanted;
    rows.truncate(wanted);
    rows.last().filter(|_| has_more).map(key)
}

impl<T> Page<T> {
    /// The same page with each row made into something else.
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(make).collect(), next: self.next }
    }
}

impl Cursor {
    /// The number before which rows are looked for.
    pub(in crate::storage) fn before(self) -> i64 {
        self.before.unwrap_or(i64::MAX)
    }

    /// How many rows to ask for: one more than wanted tells whether there are more.
    pub(in crate::storage) fn rows(self) -> i64 {
        self.limit.saturating_add(1)
    }

    /// The page made of what [`Cursor::rows`] gave; `number` is the number of a row.
    pub(in crate::storage) fn page<T>(self, mut rows: Vec<T>, number: impl Fn(&T) -> i64) -> Page<T> {
        let next = cut(&mut rows, self.limit, number);
        Page { items: rows, next }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Page};

    #[test]
    fn the_last_page_has_no_next_one() {
        let cursor = Cursor { before: None, limit: 2 };
        assert_eq!(cursor.page(vec![9, 8, 7], |row| *row), Page { items: vec![9, 8], next: Some(8) });
        assert_eq!(cursor.page(vec![9, 8], |row| *row), Page { items: vec![9, 8], next: None });
        assert_eq!(cursor.page(Vec::new(), |row: &i64| *row), Page { items: vec![], next: None });
    }
}
