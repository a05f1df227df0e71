//! Carrying out the good rows of an import of acts, some at a time.

use std::collections::HashSet;

use liangzheng_core::time::Day;

use super::commit::{AT_ONCE, Bite, People, progressed, still_committing};
use super::{ImportError, row};
use crate::App;
use crate::domain::fault::Faults;
use crate::domain::issuing::import::acts::RowAct;
use crate::domain::issuing::import::layout::Layout;
use crate::service::licence::acts;
use crate::service::work::Work;
use crate::storage::issuing::import::Import;
use crate::storage::issuing::import_row;

/// Does some acts.
pub(super) async fn performed(
    app: &App,
    import: &Import,
    layout: &Layout,
    people: People,
) -> Result<Bite, ImportError> {
    let mut work = Work::on_behalf_of(app, people.checker, import.unit).await?;
    let Some(before) = still_committing(app, &mut work.tx, import).await? else { return Ok(Bite::Over) };
    let rows = import_row::good_after(&mut work.tx, &app.secrets, import.id, 0, AT_ONCE).await?;
    if rows.is_empty() {
        return Ok(Bite::Empty);
    }
    // All of them held before the first is changed: a change holds the head of the feed, for which an act waits that holds
    // its licence already.
    let mut asked = Vec::with_capacity(rows.len());
    for (line, content) in rows {
        let said = layout.said(&content.cells);
        let read = match RowAct::read(&said, Day::of(work.now)) {
            Ok(read) => read,
            Err(faults) => return Ok(Bite::Row(line, faults)),
        };
        match row::act(app, &mut work.tx, import.unit, import.kind, read, true).await? {
            Ok((licence, request)) => asked.push((line, licence, request)),
            Err(faults) => return Ok(Bite::Row(line, faults)),
        }
    }
    let carried = i64::try_from(asked.len()).unwrap_or(0);
    let mut done = Vec::with_capacity(asked.len());
    let mut seen = HashSet::new();
    for (line, licence, request) in asked {
        // A second act would meet a licence that the first has changed since it was read.
        if !seen.insert(licence.id) {
            let mut faults = Faults::default();
            faults.add(
                "/identifier",
                "duplicate-in-file",
                "与前面的行重复",
                "is the same as in a row before",
            );
            return Ok(Bite::Row(line, faults));
        }
        let both = (people.maker, people.checker);
        if let Err(error) = acts::carry_out_prepared(app, &mut work, &licence, &request, both).await {
            return Ok(Bite::Row(line, row::faults_of_act(error)?));
        }
        done.push((line, licence.id));
    }
    if !import_row::carried_out(&mut work.tx, import.id, &done).await? {
        return Ok(Bite::Moved);
    }
    progressed(&mut work, &before, carried).await?;
    work.finish().await?;
    Ok(Bite::More)
}
