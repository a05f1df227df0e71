//! Which row of the access log a token belongs to.

use liangzheng_core::limits::EARLY_SLACK;
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::token::Jti;

use crate::domain::ids::{LicenceId, ShowId};
use crate::secrets::Secrets;
use crate::service::showing::show_secret::ShowSecret;
use crate::storage::trace::access_log;
use crate::storage::{StorageError, Tx};

/// The show whose secret names the token `jti` of second `iat`; `None` if no show of this licence that was open then
/// does, and so this server never gave that token out.
pub async fn show_of(
    tx: &mut Tx,
    secrets: &Secrets,
    licence: LicenceId,
    jti: Jti,
    iat: UnixTime,
) -> Result<Option<ShowId>, StorageError> {
    let from = iat.minus(LONGEST_SHOW).minus(EARLY_SLACK);
    for row in access_log::shows_between(tx, licence, from, iat).await? {
        let secret =
            ShowSecret::open(secrets, row.show, &row.secret).map_err(|_| StorageError::Inconsistent {
                table: "trace_access_log",
                column: "token",
                row: row.show.to_string(),
            })?;
        if secret.jti(iat) == jti {
            return Ok(Some(row.show));
        }
    }
    Ok(None)
}

/// No configuration lets a show stay open longer.
const LONGEST_SHOW: Seconds = Seconds(300);
