//! What units have to do, told once a day: annual inspections that are due or overdue, and cases whose licence is.
//!
//! One letter a unit, of counts: which licences they are of stands in the office.

use std::collections::BTreeMap;

use liangzheng_core::time::{Day, Seconds};
use serde_json::{Value, json};

use crate::App;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::LetterId;
use crate::domain::outbox::letter::{Channel, Topic};
use crate::domain::outbox::mail_address::MailAddress;
use crate::service::outbox::telling;
use crate::service::work::Work;
use crate::storage::StorageError;
use crate::storage::catalogue::unit;
use crate::storage::issuing::case;
use crate::storage::licence::notice;
use crate::storage::outbox::letter as stored;

/// What one unit has to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct ToDo {
    inspections_due: i64,
    inspections_overdue: i64,
    cases_overdue: i64,
}

/// Tells the units, unless they were told today.
pub async fn tell(app: &App) -> Result<(), StorageError> {
    if !Channel::ALL.iter().any(|channel| app.outbox.has(*channel)) {
        return Ok(());
    }
    let now = app.now();
    let today = Day::of(now);
    let mut tx = app.db.begin_read().await?;
    let is_told = stored::has_day(&mut tx, today).await?;
    tx.commit().await?;
    if is_told {
        return Ok(());
    }
    let mut work = Work::of_server(app).await?;
    // Another server may have been faster.
    if !stored::begin_day(&mut work.tx, today, now).await? {
        return Ok(());
    }
    let mut units: BTreeMap<String, (Uscc, ToDo)> = BTreeMap::new();
    let by = Day::of(now.plus(Seconds(60 * 86_400)));
    for (unit, due, overdue) in notice::inspections_by_unit(&mut work.tx, today, by).await? {
        let entry = units.entry(unit.to_string()).or_insert((unit, ToDo::default()));
        (entry.1.inspections_due, entry.1.inspections_overdue) = (due, overdue);
    }
    for (unit, overdue) in case::overdue_by_unit(&mut work.tx, now).await? {
        units.entry(unit.to_string()).or_insert((unit, ToDo::default())).1.cases_overdue = overdue;
    }
    for (unit, to_do) in units.into_values().filter(|(_, to_do)| *to_do != ToDo::default()) {
        write(app, &mut work, unit, to_do, today).await?;
    }
    work.finish().await
}

async fn write(
    app: &App,
    work: &mut Work<'_>,
    unit: Uscc,
    to_do: ToDo,
    today: Day,
) -> Result<(), StorageError> {
    let event = LetterId::generate(work.now, &*app.entropy).to_string();
    if app.outbox.has(Channel::Webhook) {
        let ToDo { inspections_due, inspections_overdue, cases_overdue } = to_do;
        let data = json!({
            "unit": unit, "day": today, "inspections_due": inspections_due,
            "inspections_overdue": inspections_overdue, "cases_overdue": cases_overdue,
        });
        telling::call(app, work, Topic::UnitTasks, &event, &data).await?;
    }
    post(app, work, Topic::UnitTasks, unit, &event).await
}

/// Warns a unit, and the operator's program, that its tries to fetch were refused: part of counting them.
pub(in crate::service) async fn warn(
    app: &App,
    work: &mut Work<'_>,
    unit: Uscc,
    event: &str,
    data: &Value,
) -> Result<(), StorageError> {
    if app.outbox.has(Channel::Webhook) {
        telling::call(app, work, Topic::ScopeAlarm, event, data).await?;
    }
    post(app, work, Topic::ScopeAlarm, unit, event).await
}

/// Writes to who is responsible in a unit, if it has named an address.
async fn post(
    app: &App,
    work: &mut Work<'_>,
    topic: Topic,
    unit: Uscc,
    event: &str,
) -> Result<(), StorageError> {
    let kept = unit::find_kept(&mut work.tx, &app.secrets, unit).await?;
    let address = kept.and_then(|kept| kept.contact).and_then(|contact| contact.email);
    match address.map(|address| MailAddress::parse(&address)) {
        Some(Ok(address)) => telling::mail(app, work, topic, event, &address, None).await,
        _ => Ok(()),
    }
}
