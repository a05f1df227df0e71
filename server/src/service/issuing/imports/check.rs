//! Reading a file's rows, and examining each by the rules of drafts and acts. Rows that are kept are not read again: a
//! server that ends meanwhile goes on behind the last of them.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use liangzheng_core::time::{Day, UnixTime};
use tokio::sync::mpsc;

use super::lines::{self, Lines};
use super::row::{self, EVERY};
use super::{ImportError, next};
use crate::App;
use crate::domain::catalogue::kind::Kind;
use crate::domain::fault::Faults;
use crate::domain::ids::ImportId;
use crate::domain::issuing::draft::{DraftRequest, RegisterState};
use crate::domain::issuing::import::acts::RowAct;
use crate::domain::issuing::import::cell::Cell;
use crate::domain::issuing::import::column::columns;
use crate::domain::issuing::import::layout::{Layout, Said};
use crate::domain::issuing::import::{CellFault, ImportState, ImportType, MAX_ROWS, RowContent, RowState};
use crate::domain::issuing::person::Person;
use crate::service::issuing::examine::{Examined, Ground, examine_each};
use crate::service::licence::acts;
use crate::service::work::Work;
use crate::storage::Tx;
use crate::storage::issuing::import::{self as stored, Import};
use crate::storage::issuing::import_row::{self, NewRow};

/// A row that was looked at.
struct Looked {
    line: i64,
    content: RowContent,
    mark: Option<[u8; 32]>,
    /// The cells of which the mark is made.
    marked: Vec<String>,
    /// Who is to be compared with the register; `None` where something is wrong already, or it is no licence.
    person: Option<Person>,
    /// Whether he is known here by another name.
    name_differs: bool,
    said: Said,
}

impl Looked {
    /// As it is kept.
    fn row(&self, import: ImportId) -> NewRow<'_> {
        let is_good = self.content.faults.is_empty();
        NewRow {
            import,
            line: self.line,
            state: if is_good { RowState::Good } else { RowState::Bad },
            content: &self.content,
            mark: self.mark.filter(|_| is_good),
        }
    }
}

/// What rows stand on.
struct Base {
    ground: Option<Ground>,
    layout: Layout,
}

impl Base {
    fn kind(&self) -> Option<&Kind> {
        self.ground.as_ref().map(|ground| &ground.kind)
    }
}

/// Examines what of a file is not examined yet.
pub(super) async fn go_on(app: &App, import: Import) -> Result<(), ImportError> {
    if import.trouble.is_some() && app.now().0.saturating_sub(import.changed_at) < ASK_AGAIN {
        return Ok(());
    }
    let mut tx = app.db.begin_read().await?;
    let base = base(&mut tx, &import).await?;
    let bytes = stored::file(&mut tx, &app.secrets, import.id).await?;
    let last = import_row::last_line(&mut tx, import.id).await?;
    tx.commit().await?;
    let Some(base) = base else { return refuse(app, &import, "kind-changed").await };
    let bytes: Arc<[u8]> = bytes.into();
    let import = if import.total == 0 {
        match counted(app, &import, &base, &bytes).await? {
            Some(import) => import,
            None => return Ok(()),
        }
    } else {
        import
    };
    let (send, mut taken) = mpsc::channel::<Lines>(2);
    let (format, layout) = (import.format, base.layout.clone());
    let reading = tokio::task::spawn_blocking(move || lines::read(&bytes, format, &layout, last, &send));
    let mut examined = None;
    loop {
        let lines = taken.recv().await;
        let is_last = lines.is_none();
        // While some rows are kept, the next are examined.
        let keeping = keep(app, &import, &base, examined.take());
        let (kept, next) = tokio::join!(keeping, examine(app, &import, &base, lines.unwrap_or_default()));
        if kept?.is_break() {
            return Ok(());
        }
        let Some(next) = next? else {
            let away = |before| Import { trouble: Some(REGISTER_AWAY.to_owned()), ..before };
            return changed(app, &import, away).await.map(drop);
        };
        if is_last {
            break;
        }
        examined = Some(next);
        tokio::task::yield_now().await;
    }
    match reading.await {
        Ok(Ok(())) => checked(app, &import).await,
        Ok(Err(_)) | Err(_) => refuse(app, &import, "broken").await,
    }
}

/// What an import's rows stand on; `None` if that is no more what it was.
pub(super) async fn ground_of(
    tx: &mut Tx,
    import: &Import,
) -> Result<Option<(Option<Ground>, Layout)>, ImportError> {
    let ground = match &import.kind {
        Some(kind) => Ground::of(tx, import.unit, kind.as_str()).await?,
        None => None,
    };
    let is_same = ground.as_ref().map(|ground| ground.kind_version) == import.kind_version;
    if import.import_type == ImportType::Licences && !is_same {
        return Ok(None);
    }
    let known = columns(import.import_type, ground.as_ref().map(|ground| &ground.kind));
    let Ok(layout) = Layout::read(&import.header, &known) else { return Ok(None) };
    Ok(Some((ground, layout)))
}

async fn base(tx: &mut Tx, import: &Import) -> Result<Option<Base>, ImportError> {
    Ok(ground_of(tx, import).await?.map(|(ground, layout)| Base { ground, layout }))
}

/// Counts the rows; `None` if there are none, or too many, which is kept.
async fn counted(
    app: &App,
    import: &Import,
    base: &Base,
    bytes: &Arc<[u8]>,
) -> Result<Option<Import>, ImportError> {
    let (bytes, format, layout) = (Arc::clone(bytes), import.format, base.layout.clone());
    let counting = tokio::task::spawn_blocking(move || lines::count(&bytes, format, &layout));
    let trouble = match counting.await {
        Ok(Ok(0)) => "no-rows",
        Ok(Ok(count)) if count > MAX_ROWS => "too-many-rows",
        Ok(Ok(count)) => return changed(app, import, |before| Import { total: count, ..before }).await,
        Ok(Err(_)) | Err(_) => "broken",
    };
    refuse(app, import, trouble).await?;
    Ok(None)
}

/// Examines some rows; `None` where the register is away.
async fn examine(
    app: &App,
    import: &Import,
    base: &Base,
    lines: Lines,
) -> Result<Option<Vec<Looked>>, ImportError> {
    if lines.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let mut tx = app.db.begin_read().await?;
    let now = app.now();
    let mut looked = match import.import_type {
        ImportType::Licences => licences(app, &mut tx, import, base, lines, now).await?,
        ImportType::Acts | ImportType::Inspections => {
            let mut looked = Vec::with_capacity(lines.len());
            for line in lines {
                looked.push(act(app, &mut tx, import, base, line, now).await?);
            }
            looked
        }
    };
    tx.commit().await?;
    let is_compared = compared(app, base, &mut looked).await;
    Ok(is_compared.then_some(looked))
}

/// Keeps rows that were examined; breaks where the import goes on no more.
async fn keep(
    app: &App,
    import: &Import,
    base: &Base,
    looked: Option<Vec<Looked>>,
) -> Result<ControlFlow<()>, ImportError> {
    let Some(mut looked) = looked else { return Ok(ControlFlow::Continue(())) };
    let mut work = Work::of_server(app).await?;
    let held = stored::find_and_hold(&mut work.tx, &app.secrets, EVERY, import.id).await?;
    // Taken back meanwhile.
    let Some(before) = held.filter(|held| held.state == ImportState::Checking) else {
        return Ok(ControlFlow::Break(()));
    };
    let marks: Vec<[u8; 32]> = looked.iter().filter_map(|one| one.mark).collect();
    let mut lines: HashMap<Vec<u8>, i64> = HashMap::new();
    for (mark, line) in import_row::marked(&mut work.tx, import.id, &marks).await? {
        lines.entry(mark).and_modify(|first| *first = line.min(*first)).or_insert(line);
    }
    for one in &mut looked {
        let Some(mark) = &one.mark else { continue };
        if let Some(line) = lines.get(&mark[..]) {
            let faults = twin(&one.marked, *line);
            one.content.faults = base.layout.faults(base.kind(), &one.said, faults);
        } else if one.content.faults.is_empty() {
            lines.insert(mark.to_vec(), one.line);
        }
    }
    let rows: Vec<NewRow<'_>> = looked.iter().map(|one| one.row(import.id)).collect();
    import_row::insert_all(&mut work.tx, &app.secrets, &*app.entropy, &rows).await?;
    let count = |rows: usize| i64::try_from(rows).unwrap_or(0);
    let failed = count(rows.iter().filter(|row| row.state == RowState::Bad).count());
    let after = Import {
        trouble: None,
        done: before.done.saturating_add(count(rows.len())),
        failed: before.failed.saturating_add(failed),
        ..next(&before, work.now.0)
    };
    stored::replace(&mut work.tx, &before, &after).await?;
    work.finish().await?;
    Ok(ControlFlow::Continue(()))
}

async fn licences(
    app: &App,
    tx: &mut Tx,
    import: &Import,
    base: &Base,
    lines: Lines,
    now: UnixTime,
) -> Result<Vec<Looked>, ImportError> {
    let Some(ground) = &base.ground else { return Err(ImportError::KindChanged) };
    let mode = import.mode.unwrap_or(crate::domain::issuing::case::CaseMode::Bulk);
    let mut said = Vec::with_capacity(lines.len());
    let mut requests = Vec::with_capacity(lines.len());
    for (_, cells) in &lines {
        let one = base.layout.said(cells);
        requests.push(row::draft(tx, import.unit, &ground.kind, mode, &base.layout, &one).await?);
        said.push(one);
    }
    let requests: Vec<&DraftRequest> = requests.iter().collect();
    let examined = examine_each(app, tx, ground, &requests, None, now).await?;
    let right: Vec<&Examined> = examined.iter().filter_map(|one| one.as_ref().ok()).collect();
    let mut suspected = row::suspected(app, tx, ground, &right, now).await?.into_iter();
    let mut looked = Vec::with_capacity(lines.len());
    for (((line, cells), said), examined) in lines.into_iter().zip(said).zip(examined) {
        let (wrong, mark, marked, person, name_differs) = match examined {
            Ok(examined) => {
                // Where the kind tells two licences of a holder apart by nothing, he stands in a file once.
                let of_holder = || app.secrets.fingerprint("import holder", &examined.holder_key);
                let mark = examined.face_key.unwrap_or_else(of_holder);
                let marked = row::told_apart_by(&ground.kind, &examined);
                let wrong = suspected.next().unwrap_or_default();
                (wrong, Some(mark), marked, Some(examined.checked.holder), examined.name_differs)
            }
            Err(error) => (row::faults_of(error)?, None, Vec::new(), None, false),
        };
        let faults: Vec<CellFault> = base.layout.faults(base.kind(), &said, wrong);
        let person = person.filter(|_| faults.is_empty());
        let content = RowContent { cells, faults, register: None };
        looked.push(Looked { line, content, mark, marked, person, name_differs, said });
    }
    Ok(looked)
}

async fn act(
    app: &App,
    tx: &mut Tx,
    import: &Import,
    base: &Base,
    (line, cells): (i64, Vec<Cell>),
    now: UnixTime,
) -> Result<Looked, ImportError> {
    let said = base.layout.said(&cells);
    let (mut wrong, mut mark) = (Faults::default(), None);
    match RowAct::read(&said, Day::of(now)) {
        Err(faults) => wrong = faults,
        Ok(read) => {
            mark = Some(app.secrets.fingerprint("import act", read.identifier.as_str().as_bytes()));
            match row::act(app, tx, import.unit, import.kind, read, false).await? {
                Err(faults) => wrong = faults,
                Ok((licence, request)) => {
                    if let Err(error) = acts::examine(app, tx, &licence, &request).await {
                        wrong = row::faults_of_act(error)?;
                    }
                }
            }
        }
    }
    let faults = base.layout.faults(base.kind(), &said, wrong);
    let content = RowContent { cells, faults, register: None };
    let marked = vec!["/identifier".to_owned()];
    Ok(Looked { line, content, mark, marked, person: None, name_differs: false, said })
}

/// Compares holders with the base register; false if it is away.
async fn compared(app: &App, base: &Base, looked: &mut [Looked]) -> bool {
    let asked: Vec<&Person> = looked.iter().filter_map(|one| one.person.as_ref()).collect();
    let answers = app.registers.compare_each(&asked).await;
    if answers.iter().any(|answer| answer.state == RegisterState::Waiting) {
        return false;
    }
    let mut answers = answers.into_iter();
    for one in looked.iter_mut().filter(|one| one.person.is_some()) {
        let Some(answer) = answers.next() else { return false };
        let mut faults = Faults::default();
        match answer.state {
            RegisterState::Mismatched => row::mismatch(answer.detail.as_deref(), &mut faults),
            RegisterState::NotConfigured if one.name_differs => row::name_differs(&mut faults),
            _ => {}
        }
        one.content.register = Some(answer.state);
        one.content.faults = base.layout.faults(base.kind(), &one.said, faults);
    }
    true
}

/// Another row says in these cells what no two may both say.
fn twin(marked: &[String], line: i64) -> Faults {
    let mut faults = Faults::default();
    for pointer in marked {
        faults.add(
            pointer.clone(),
            "duplicate-in-file",
            format!("与第 {line} 行重复"),
            format!("is the same as in row {line}"),
        );
    }
    faults
}

/// All rows were examined.
async fn checked(app: &App, import: &Import) -> Result<(), ImportError> {
    let ended =
        |before: Import| Import { state: ImportState::Checked, total: before.done, trouble: None, ..before };
    changed(app, import, ended).await.map(drop)
}

/// The file cannot be used, for a reason that is told by its code.
async fn refuse(app: &App, import: &Import, trouble: &str) -> Result<(), ImportError> {
    let refused =
        |before: Import| Import { state: ImportState::Refused, trouble: Some(trouble.to_owned()), ..before };
    changed(app, import, refused).await.map(drop)
}

/// Writes what became of an import that is still being checked; `None` if it is not. Its file is forgotten with that where
/// nobody reads it any more.
async fn changed(
    app: &App,
    import: &Import,
    change: impl FnOnce(Import) -> Import,
) -> Result<Option<Import>, ImportError> {
    let mut work = Work::of_server(app).await?;
    let held = stored::find_and_hold(&mut work.tx, &app.secrets, EVERY, import.id).await?;
    let Some(before) = held.filter(|held| held.state == ImportState::Checking) else { return Ok(None) };
    let after = change(next(&before, work.now.0));
    stored::replace(&mut work.tx, &before, &after).await?;
    if after.state != ImportState::Checking {
        stored::forget_file(&mut work.tx, import.id).await?;
    }
    work.finish().await?;
    Ok(Some(after))
}

/// Seconds after which a register that was away is asked again.
const ASK_AGAIN: i64 = 10;
/// What an import waits for.
const REGISTER_AWAY: &str = "register-away";
