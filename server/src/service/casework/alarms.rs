//! Word to the manager, and to the unit itself, when tries of a unit were refused: three in an hour (R63).

use liangzheng_core::text::Text;
use liangzheng_core::time::{Seconds, UnixTime};
use serde_json::json;

use crate::App;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::ScopeAlarmId;
use crate::service::catalogue::names::unit_names;
use crate::service::outbox::units;
use crate::service::work::Work;
use crate::storage::casework::alarm as stored;
use crate::storage::catalogue::unit;
use crate::storage::trace::access_log;
use crate::storage::{StorageError, Tx};

/// An alarm that nobody has seen to yet.
#[derive(Clone, Debug)]
pub struct ScopeAlarm {
    /// Its id.
    pub id: ScopeAlarmId,
    /// The unit and its names.
    pub unit: (Uscc, Text),
    /// How many of its tries were refused within the hour before the last.
    pub tries: i64,
    /// When it was raised.
    pub at: UnixTime,
    /// The last refused try.
    pub last_at: UnixTime,
}

/// Counts a refused try that was just logged, and raises an alarm at the third within an hour.
pub(super) async fn count(app: &App, work: &mut Work<'_>, unit: Uscc) -> Result<(), StorageError> {
    let now = work.now;
    // Two clerks at once: each would see the other's try only after both had counted.
    unit::find_kept_and_hold(&mut work.tx, &app.secrets, unit).await?;
    let tries = access_log::refused_tries(&mut work.tx, unit, now.minus(WITHIN)).await?;
    if tries < ALARMING {
        return Ok(());
    }
    let id = ScopeAlarmId::generate(now, &*app.entropy);
    if stored::raise(&mut work.tx, id, unit, tries, now).await? {
        tracing::warn!(%unit, tries, "tries to fetch out of scope");
        let data = json!({ "id": id, "unit": unit, "tries": tries });
        units::warn(app, work, unit, &id.to_string(), &data).await?;
    }
    Ok(())
}

/// Those that wait for a manager, the longest waiting first.
pub async fn list(tx: &mut Tx, limit: i64) -> Result<Vec<ScopeAlarm>, StorageError> {
    let mut alarms = Vec::new();
    for row in stored::open(tx, limit).await? {
        alarms.push(ScopeAlarm {
            id: row.id,
            unit: (row.unit, unit_names(tx, row.unit).await?),
            tries: row.tries,
            at: UnixTime(row.first_at),
            last_at: UnixTime(row.last_at),
        });
    }
    Ok(alarms)
}

/// Whether there is such an alarm.
pub async fn is_there(tx: &mut Tx, id: ScopeAlarmId) -> Result<bool, StorageError> {
    stored::is_open(tx, id).await
}

/// Ends an alarm; false if it is not open.
pub async fn end(work: &mut Work<'_>, id: ScopeAlarmId) -> Result<bool, StorageError> {
    let now = work.now;
    stored::end(&mut work.tx, id, now).await
}

/// Refused tries that raise an alarm; platform contract, "Using a licence".
const ALARMING: i64 = 3;
const WITHIN: Seconds = Seconds(3600);
