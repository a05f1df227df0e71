//! Carrying out the good rows of an import, some at a time.
//!
//! Licences are numbered and sealed with nothing locked: their serials are those that come next. The transaction that
//! enters them takes exactly these, or, where another took one meanwhile, none, and the bite is made anew. In it each row
//! is examined again, as an approval does; a row that cannot be carried out any more is kept as failed with what stands
//! against it, and the rows behind it get the serials before: no number is left out. While one bite is entered, the next is
//! numbered and sealed: what it expects of the one before is looked at again when it is entered itself.

use std::collections::HashSet;
use std::sync::Arc;

use liangzheng_core::identifier::Identifier;
use liangzheng_core::time::{Day, UnixTime};

use super::check::ground_of;
use super::row::{self, EVERY};
use super::{ImportError, commit_acts, enter, next};
use crate::App;
use crate::domain::actor::holder::Holder;
use crate::domain::calendar::year_of;
use crate::domain::fault::Faults;
use crate::domain::ids::{AccountId, HolderId, LicenceId};
use crate::domain::issuing::case::CaseMode;
use crate::domain::issuing::draft::DraftRequest;
use crate::domain::issuing::face::{self, Checked};
use crate::domain::issuing::import::layout::Layout;
use crate::domain::issuing::import::{ImportState, ImportType, RowContent};
use crate::domain::licence::Licence;
use crate::service::issuing::DraftError;
use crate::service::issuing::approve::{self, Made};
use crate::service::issuing::examine::{Ground, hold};
use crate::service::issuing::seal_version::{InForce, SealedVersion, Sealer, VersionToSeal};
use crate::service::work::Work;
use crate::storage::issuing::import::{self as stored, Import};
use crate::storage::issuing::{import_row, number};
use crate::storage::licence::record;
use crate::storage::{StorageError, Tx};

/// What became of a bite.
pub(super) enum Bite {
    /// Rows were carried out; there may be more.
    More,
    /// There are no more.
    Empty,
    /// The import goes on no more.
    Over,
    /// Something it stood on has moved: nothing was done.
    Moved,
    /// A row cannot be carried out: nothing was done.
    Row(i64, Faults),
}

/// Who sent an import and who has it carried out.
#[derive(Clone, Copy)]
pub(super) struct People {
    /// Who sent it.
    pub(super) maker: AccountId,
    /// Who has it carried out.
    pub(super) checker: AccountId,
}

/// A row ready to be entered.
pub(super) struct Prepared {
    /// In the file.
    pub(super) line: i64,
    /// What it says.
    pub(super) content: RowContent,
    /// As a draft.
    pub(super) request: DraftRequest,
    /// What comes of it; its holder's row is not known yet.
    pub(super) licence: Licence,
    /// Its seals.
    pub(super) set: SealedVersion,
}

/// Carries out what is left.
pub(super) async fn go_on(app: &App, import: Import) -> Result<(), ImportError> {
    let Some(checker) = import.committed_by else { return Ok(()) };
    let people = People { maker: import.account, checker };
    let mut tx = app.db.begin_read().await?;
    let base = ground_of(&mut tx, &import).await?;
    tx.commit().await?;
    let Some((ground, layout)) = base else { return stop(app, &import).await };
    let mut ahead = None;
    loop {
        let bite = match (&ground, import.import_type) {
            (Some(ground), ImportType::Licences) => {
                let bite;
                (bite, ahead) = licences(app, &import, ground, &layout, people, ahead).await?;
                bite
            }
            (None, ImportType::Licences) => return stop(app, &import).await,
            _ => commit_acts::performed(app, &import, &layout, people).await?,
        };
        match bite {
            Bite::More | Bite::Moved => {}
            Bite::Empty => return finish(app, &import).await,
            Bite::Over => return Ok(()),
            Bite::Row(line, faults) => failed(app, &import, ground.as_ref(), &layout, line, faults).await?,
        }
        tokio::task::yield_now().await;
    }
}

/// Enters a bite, the one made ready before if there is one, and makes the next ready meanwhile.
async fn licences(
    app: &App,
    import: &Import,
    ground: &Ground,
    layout: &Layout,
    people: People,
    ahead: Option<Ready>,
) -> Result<(Bite, Option<Ready>), ImportError> {
    let ready = match ahead {
        Some(ready) => ready,
        None => prepared(app, import, ground, layout, Start::default()).await?,
    };
    let ready = match ready {
        Ready::Told(bite) => return Ok((bite, None)),
        Ready::Bite(ready) => ready,
    };
    let next = prepared(app, import, ground, layout, ready.end());
    let (bite, next) = tokio::join!(enter_all(app, import, ground, ready, people), next);
    // What the next expects holds only if this one was entered.
    match bite? {
        Bite::More => Ok((Bite::More, Some(next?))),
        bite => Ok((bite, None)),
    }
}

/// Where a bite begins: behind what the one before it is to carry out.
#[derive(Clone, Copy, Default)]
struct Start {
    /// Behind this line of the file.
    line: i64,
    /// Behind this serial of this year; `None` = behind the last one given.
    serial: Option<(i16, i64)>,
}

/// A bite before it is entered.
enum Ready {
    /// There is nothing to enter, and why.
    Told(Bite),
    /// Numbered and sealed.
    Bite(ReadyBite),
}

/// Licences that were numbered and sealed.
struct ReadyBite {
    rows: Vec<Prepared>,
    seals: Arc<[InForce]>,
    serials: Serials,
    now: UnixTime,
}

impl ReadyBite {
    fn end(&self) -> Start {
        let Serials { year, last, count } = self.serials;
        let line = self.rows.last().map_or(0, |row| row.line);
        Start { line, serial: Some((year, last.saturating_add(count))) }
    }
}

/// Numbers and seals some licences.
async fn prepared(
    app: &App,
    import: &Import,
    ground: &Ground,
    layout: &Layout,
    start: Start,
) -> Result<Ready, ImportError> {
    let now = app.now();
    let year = year_of(Day::of(now));
    let unit = import.unit;
    let mut tx = app.db.begin_read().await?;
    let rows = import_row::good_after(&mut tx, &app.secrets, import.id, start.line, AT_ONCE).await?;
    if rows.is_empty() {
        return Ok(Ready::Told(Bite::Empty));
    }
    let seals: Arc<[InForce]> = InForce::all(&mut tx, [unit], now).await?.into();
    let last = match start.serial {
        Some((of_year, last)) if of_year == year => last,
        _ => number::last_serial(&mut tx, unit, year).await?,
    };
    let mode = import.mode.unwrap_or(CaseMode::Bulk);
    let mut checked = Vec::with_capacity(rows.len());
    for (line, content) in rows {
        let said = layout.said(&content.cells);
        let request = row::draft(&mut tx, unit, &ground.kind, mode, layout, &said).await?;
        match face::check(&request, &ground.kind, unit, None, Day::of(now)) {
            Ok(found) => checked.push((line, content, request, found)),
            Err(faults) => return Ok(Ready::Told(Bite::Row(line, faults))),
        }
    }
    let (serial, identifiers) = match free(&mut tx, ground, year, last, checked.len()).await? {
        Ok(free) => free,
        Err((at, error)) => {
            let line = checked.get(at).map_or(0, |(line, ..)| *line);
            return Ok(Ready::Told(Bite::Row(line, row::faults_of(error)?)));
        }
    };
    tx.commit().await?;
    let mut waiting = Vec::with_capacity(checked.len());
    for ((line, content, request, checked), identifier) in checked.into_iter().zip(identifiers) {
        let id = LicenceId::generate(now, &*app.entropy);
        let holder = HolderId::generate(now, &*app.entropy);
        let made = Made { id, identifier, holder, version: VERSION, now };
        waiting.push((line, content, request, approve::licence(made, &ground.kind, &checked), checked));
    }
    let rows = sealed(app, &seals, waiting, now).await?;
    let serials = Serials { year, last, count: serial.saturating_sub(last) };
    Ok(Ready::Bite(ReadyBite { rows, seals, serials, now }))
}

/// As many free identifiers behind the serial `last`, and the serial of the last of them; or the first that cannot be made.
/// One that stands on a licence already, as of a converted one, is passed over.
async fn free(
    tx: &mut Tx,
    ground: &Ground,
    year: i16,
    last: i64,
    count: usize,
) -> Result<Result<(i64, Vec<Identifier>), (usize, DraftError)>, StorageError> {
    let (mut serial, mut free) = (last, Vec::with_capacity(count));
    while free.len() < count {
        let mut next = Vec::with_capacity(count - free.len());
        let mut given = serial;
        while free.len() + next.len() < count {
            given += 1;
            match approve::with_serial(ground.unit, &ground.kind, year, given) {
                Ok(identifier) => next.push(identifier),
                Err(error) => return Ok(Err((free.len() + next.len(), error))),
            }
        }
        let taken: HashSet<String> = record::taken(tx, &next).await?.into_iter().collect();
        free.extend(next.into_iter().filter(|identifier| !taken.contains(identifier.as_str())));
        serial = given;
    }
    Ok(Ok((serial, free)))
}

/// The serials that a bite has given.
struct Serials {
    year: i16,
    last: i64,
    count: i64,
}

/// Sets the unit's seal under each.
async fn sealed(
    app: &App,
    seals: &Arc<[InForce]>,
    waiting: Vec<(i64, RowContent, DraftRequest, Licence, Checked)>,
    now: UnixTime,
) -> Result<Vec<Prepared>, ImportError> {
    let state = app.trust.current();
    let sealer = Sealer::of(app, &state.catalogue);
    let holder = |(.., licence, checked): &(i64, RowContent, DraftRequest, Licence, Checked)| Holder {
        id: licence.holder,
        kind: checked.holder.kind,
        name: checked.holder.name.clone(),
        number: checked.holder.number.clone(),
        created_at: now,
    };
    let holders: Vec<Holder> = waiting.iter().map(holder).collect();
    let versions: Vec<VersionToSeal<'_>> = (waiting.iter().zip(&holders))
        .map(|((.., licence, _), holder)| VersionToSeal { licence, holder, co_holders: &[], co_issuers: &[] })
        .collect();
    let sets = sealer.set_each(seals, &versions, now).await?;
    let prepared =
        |((line, content, request, licence, _), set)| Prepared { line, content, request, licence, set };
    Ok(waiting.into_iter().zip(sets).map(prepared).collect())
}

/// Enters what was numbered and sealed, if nothing of that has moved.
async fn enter_all(
    app: &App,
    import: &Import,
    ground: &Ground,
    bite: ReadyBite,
    people: People,
) -> Result<Bite, ImportError> {
    let ReadyBite { rows, seals, serials, now } = bite;
    let mut work = Work::on_behalf_of(app, people.checker, import.unit).await?;
    // What was sealed bears this time, and so does all that is entered with it.
    work.now = now;
    let Some(before) = still_committing(app, &mut work.tx, import).await? else { return Ok(Bite::Over) };
    let same = Ground::of(&mut work.tx, import.unit, ground.kind.code.as_str()).await?;
    if same.as_ref().map(|same| same.kind_version) != Some(ground.kind_version) {
        drop(work);
        stop(app, import).await?;
        return Ok(Bite::Over);
    }
    // In the order of an approval: cases, holders, serials, licences. Any other would meet one half way.
    for one in &rows {
        hold(&mut work.tx, &one.request).await?;
    }
    let examined = match enter::held(app, &mut work, ground, rows).await? {
        Ok(held) => held,
        Err(bite) => return Ok(bite),
    };
    let Serials { year, last, count } = serials;
    if !number::take_serials(&mut work.tx, import.unit, year, last, count).await? {
        return Ok(Bite::Moved);
    }
    let in_force = InForce::all(&mut work.tx, [import.unit], now).await?;
    if !in_force.iter().map(|seal| &seal.row.name).eq(seals.iter().map(|seal| &seal.row.name)) {
        return Ok(Bite::Moved);
    }
    let carried = i64::try_from(examined.len()).unwrap_or(0);
    if !enter::entered(app, &mut work, import, ground, examined, people).await? {
        return Ok(Bite::Moved);
    }
    progressed(&mut work, &before, carried).await?;
    work.finish().await?;
    Ok(Bite::More)
}

pub(super) async fn progressed(
    work: &mut Work<'_>,
    before: &Import,
    carried: i64,
) -> Result<(), StorageError> {
    let after = Import { done: before.done.saturating_add(carried), ..next(before, work.now.0) };
    stored::replace(&mut work.tx, before, &after).await
}

/// Keeps why a row was not carried out.
async fn failed(
    app: &App,
    import: &Import,
    ground: Option<&Ground>,
    layout: &Layout,
    line: i64,
    faults: Faults,
) -> Result<(), ImportError> {
    let mut work = Work::of_server(app).await?;
    let Some(before) = still_committing(app, &mut work.tx, import).await? else { return Ok(()) };
    let row = import_row::good_after(&mut work.tx, &app.secrets, import.id, line - 1, 1).await?;
    let Some((found, mut content)) = row.into_iter().next() else { return Ok(()) };
    if found != line {
        return Ok(());
    }
    let said = layout.said(&content.cells);
    content.faults = layout.faults(ground.map(|ground| &ground.kind), &said, faults);
    import_row::failed(&mut work.tx, &app.secrets, &*app.entropy, import.id, line, &content).await?;
    let after = Import { failed: before.failed.saturating_add(1), ..next(&before, work.now.0) };
    stored::replace(&mut work.tx, &before, &after).await?;
    Ok(work.finish().await?)
}

/// All was carried out that could be.
async fn finish(app: &App, import: &Import) -> Result<(), ImportError> {
    end(app, import, None).await
}

/// What the rest stands on has changed: it is not carried out.
async fn stop(app: &App, import: &Import) -> Result<(), ImportError> {
    end(app, import, Some("kind-changed")).await
}

async fn end(app: &App, import: &Import, trouble: Option<&str>) -> Result<(), ImportError> {
    let mut work = Work::of_server(app).await?;
    let Some(before) = still_committing(app, &mut work.tx, import).await? else { return Ok(()) };
    let after = Import {
        state: ImportState::Committed,
        trouble: trouble.map(str::to_owned),
        ..next(&before, work.now.0)
    };
    stored::replace(&mut work.tx, &before, &after).await?;
    Ok(work.finish().await?)
}

/// The import, held, if it is still to be carried out.
pub(super) async fn still_committing(
    app: &App,
    tx: &mut Tx,
    import: &Import,
) -> Result<Option<Import>, StorageError> {
    let held = stored::find_and_hold(tx, &app.secrets, EVERY, import.id).await?;
    Ok(held.filter(|held| held.state == ImportState::Committing))
}

/// Rows in one transaction: one commit for many, and short enough that no request waits long for the writer.
pub(super) const AT_ONCE: i64 = 200;
/// The version of a draft that was written, handed in and approved.
pub(super) const VERSION: i64 = 3;
