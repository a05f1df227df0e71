//! Short codes at a desk: what the digits stand for, and how many wrong ones anybody may give.
//!
//! Wrong are digits that stand for nothing, and those of a show that is not for an audience of the unit: the two are told
//! alike, or staff of one trade could find out who shows something to another.

use liangzheng_core::time::{Seconds, UnixTime};

use crate::App;
use crate::domain::access::{Permit, VerifyFully};
use crate::service::showing::short_code;
use crate::service::work::{Work, WorkError};
use crate::storage::catalogue::unit;
use crate::storage::verifying::wrong_code;
use crate::storage::{StorageError, Tx};

/// Why digits are not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShortCodeError {
    /// They stand for nothing, or not for this unit.
    #[error("the digits stand for nothing")]
    Unknown,
    /// The account or its unit gave too many wrong ones.
    #[error("too many wrong short codes")]
    TooMany {
        /// How long to wait.
        wait: Seconds,
    },
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for ShortCodeError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// The eight digits that `input` is, however they are grouped; `None` if it is something else.
pub fn digits_in(input: &str) -> Option<String> {
    let digits: String = input.chars().filter(|c| !c.is_whitespace()).collect();
    (digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// The text of the code that the digits stand for; they stand for nothing afterwards.
pub async fn presented(
    app: &App,
    permit: &Permit<VerifyFully>,
    digits: &str,
) -> Result<String, ShortCodeError> {
    // The account is held from here on, and its unit: of many tries at once each counts those before it.
    let mut work = Work::begin(app, permit).await?;
    let now = work.now;
    let kept = unit::find_kept_and_hold(&mut work.tx, &app.secrets, permit.scope()).await?;
    let unit = kept.ok_or(ShortCodeError::Unknown)?.unit;
    refuse_many(&mut work.tx, permit, now).await?;
    let found = short_code::take(app, &mut work.tx, digits, &unit, now).await?;
    if found.is_none() {
        wrong_code::insert(&mut work.tx, permit.scope(), permit.account(), now).await?;
    }
    work.finish().await?;
    found.ok_or(ShortCodeError::Unknown)
}

async fn refuse_many(tx: &mut Tx, permit: &Permit<VerifyFully>, now: UnixTime) -> Result<(), ShortCodeError> {
    let (unit, account, since) = (permit.scope(), permit.account(), now.minus(COUNTED));
    let own = wrong_code::of_account(tx, unit, account, since, OF_ACCOUNT).await?;
    let all = wrong_code::of_unit(tx, unit, since, OF_UNIT).await?;
    // There is room again once the oldest of as many as there may be counts no more.
    let full = |times: &[i64], most: i64| {
        let oldest = times.get(usize::try_from(most.saturating_sub(1)).unwrap_or(usize::MAX));
        oldest.map(|at| UnixTime(*at).plus(COUNTED).since(now))
    };
    match full(&own, OF_ACCOUNT).max(full(&all, OF_UNIT)) {
        Some(wait) => Err(ShortCodeError::TooMany { wait }),
        None => Ok(()),
    }
}

const DIGITS: usize = 8;
/// For how long a wrong one counts.
pub const COUNTED: Seconds = Seconds(60);
/// Wrong ones of an account in that time: whoever mishears needs two or three, and of 10^8 numbers ten give nobody a chance.
const OF_ACCOUNT: i64 = 10;
/// Wrong ones of a unit in that time: a busy hall's misread ones together.
const OF_UNIT: i64 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_digits_are_a_short_code_however_they_are_grouped() {
        for (input, want) in [
            ("48217730", Some("48217730")),
            (" 4821 7730\n", Some("48217730")),
            ("4821\u{3000}7730", Some("48217730")),
            ("4821773", None),
            ("482177301", None),
            ("4821-7730", None),
            ("４８２１７７３０", None),
            ("EL1:1234", None),
            ("", None),
        ] {
            assert_eq!(digits_in(input).as_deref(), want, "{input:?}");
        }
    }
}
