//! The print register (R51, R52, R54; CZ 15): a copy of a licence that its unit prints for somebody is an annotated one (加注件),
//! with its number, for whom and what for across it, and a code of its own; it stands in the register and in the holder's
//! list. A copy made void is void to verifiers too; one that is printed again is the same file.

use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, Seconds, UnixTime};
use schemars::JsonSchema;
use serde::Serialize;

use super::file::{FileError, PaperCode, paper_code};
use super::seal_version::sealed;
use super::view_copy::{Copy, drawn};
use crate::App;
use crate::domain::access::{KeepPrints, Permit};
use crate::domain::calendar::{minute, year_of};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::kind::Kind;
use crate::domain::ids::{LicenceId, PrintId};
use crate::domain::licence::Licence;
use crate::domain::text::PlainText;
use crate::domain::trace::usage::{Ground, Use, UseKind};
use crate::service::actor::person;
use crate::service::catalogue::names::unit_names;
use crate::service::catalogue::reading;
use crate::service::licence::parts;
use crate::service::publication::status::{self, ShownBy};
use crate::service::work::{Reply, Work};
use crate::storage::idempotency::Claim;
use crate::storage::issuing::print::{self as stored, NewPrint, PrintRow};
use crate::storage::issuing::{number, picture};
use crate::storage::licence::record;
use crate::storage::trace::access_log;
use crate::storage::{StorageError, Tx, page};

/// A copy that was entered; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Registered {
    /// Its id.
    pub id: PrintId,
    /// Its number in the unit's register: the year, then its place in that year.
    pub number: String,
    /// Where its file is fetched, for ten minutes.
    pub href: String,
    /// Until when the code on it counts, in unix seconds.
    pub code_expires_at: UnixTime,
}

/// A copy of the register.
#[derive(Clone, Debug)]
pub struct Copied {
    /// Its row.
    pub row: PrintRow,
    /// For whom.
    pub collector: String,
    /// What for.
    pub purpose: String,
    /// Who printed it.
    pub by: String,
    /// Why it is void.
    pub void_reason: Option<String>,
    /// Whether its file is given out now.
    pub is_open: bool,
}

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrintError {
    /// No such licence, or no such copy, of the unit.
    #[error("not found")]
    NotFound,
    /// No scene on paper takes this kind, so there is no code for a print.
    #[error("no scene on paper takes the kind")]
    NoPaper,
    /// The copy is void.
    #[error("the copy is void")]
    Void,
    /// The time in which its file is given out is over.
    #[error("the file is given out no more")]
    Shut,
    /// The licence's file cannot be made.
    #[error(transparent)]
    File(#[from] FileError),
}

impl<E> From<E> for PrintError
where
    E: Into<crate::service::work::WorkError>,
{
    fn from(error: E) -> Self {
        Self::File(FileError::Work(error.into()))
    }
}

/// Enters a copy of a licence of the caller's unit; its file is fetched afterwards. The use is on the disk before this answers.
pub async fn register(
    app: &App,
    permit: &Permit<KeepPrints>,
    licence: LicenceId,
    (collector, purpose): (&PlainText, &PlainText),
    claim: Option<Claim>,
) -> Result<Reply<Registered>, PrintError> {
    let mut work = Work::begin(app, permit).await?;
    if let Some(before) = work.claim(claim).await? {
        return Ok(before);
    }
    let (unit, now) = (permit.scope(), work.now);
    let found = record::find_and_hold(&mut work.tx, &app.secrets, unit, licence).await?;
    let licence = found.filter(|licence| licence.wire_status(Day::of(now)).is_some());
    let licence = licence.ok_or(PrintError::NotFound)?;
    // Told before anything is made: a licence that would not verify gets no copy that says it does.
    parts::showable(app, &mut work.tx, &licence, now).await?.map_err(FileError::from)?;
    let id = PrintId::generate(now, &*app.entropy);
    let shown_by = ShownBy { print: Some(id), ..ShownBy::default() };
    let code = paper_code(app, &mut work, &licence, shown_by).await?.ok_or(PrintError::NoPaper)?;
    sealed(app, &mut work.tx, licence.id).await?.ok_or(FileError::NotSealed)?;
    let number = number::next_print(&mut work.tx, unit, year_of(Day::of(now))).await?;
    let number = format!("{}-{number:06}", year_of(Day::of(now)));
    let PaperCode { text, until, scene, secret } = code;
    let row = used(app, permit, &licence, now, purpose, scene.shared(), secret);
    let log_seq = access_log::append(&mut work.tx, &row).await?;
    let new = NewPrint {
        id,
        unit,
        number: &number,
        licence: licence.id,
        account: permit.account(),
        log_seq,
        at: now,
        collector: collector.as_str(),
        purpose: purpose.as_str(),
        code: &text,
        code_until: until,
        open_until: now.plus(OPEN),
    };
    stored::insert(&mut work.tx, &app.secrets, &*app.entropy, &new).await?;
    work.audit("print", &id.to_string(), Some(purpose.as_str())).await?;
    let href = format!("/api/v1/prints/{id}/file.pdf");
    Ok(work.commit(Registered { id, number, href, code_expires_at: until }).await?)
}

/// Copies of a licence in the caller's unit's register, newest first, and the one before which the next page begins.
pub async fn list(
    app: &App,
    permit: &Permit<KeepPrints>,
    licence: LicenceId,
    before: Option<PrintId>,
    limit: i64,
) -> Result<(Vec<Copied>, Option<PrintId>), PrintError> {
    let mut tx = app.db.begin_read().await?;
    record::find(&mut tx, &app.secrets, permit.scope(), licence).await?.ok_or(PrintError::NotFound)?;
    let mut rows =
        stored::of_licence(&mut tx, permit.scope(), licence, before, limit.saturating_add(1)).await?;
    let next = page::cut(&mut rows, limit, |row| row.id);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(open(app, &mut tx, row).await?);
    }
    tx.commit().await?;
    Ok((items, next))
}

/// Makes a copy void: no verifier takes its code any more.
pub async fn make_void(
    app: &App,
    permit: &Permit<KeepPrints>,
    id: PrintId,
    reason: &PlainText,
) -> Result<Copied, PrintError> {
    let mut work = Work::begin(app, permit).await?;
    let found = stored::find(&mut work.tx, permit.scope(), id).await?;
    found.ok_or(PrintError::NotFound)?;
    let (account, now) = (permit.account(), work.now);
    let (secrets, entropy) = (&app.secrets, &*app.entropy);
    if !stored::make_void(&mut work.tx, secrets, entropy, id, account, reason.as_str(), now).await? {
        return Err(PrintError::Void);
    }
    status::print_void(&mut work, id).await?;
    finish(app, permit.scope(), work, id, "void print", reason).await
}

/// Gives the file of a copy out once more: the same file, counted, and a use.
pub async fn print_again(
    app: &App,
    permit: &Permit<KeepPrints>,
    id: PrintId,
    reason: &PlainText,
) -> Result<Copied, PrintError> {
    let mut work = Work::begin(app, permit).await?;
    let now = work.now;
    let row = stored::find(&mut work.tx, permit.scope(), id).await?.ok_or(PrintError::NotFound)?;
    if !stored::print_again(&mut work.tx, id, now.plus(OPEN)).await? {
        return Err(PrintError::Void);
    }
    let licence = record::find(&mut work.tx, &app.secrets, permit.scope(), row.licence).await?;
    let licence = licence.ok_or(PrintError::NotFound)?;
    let row = used(app, permit, &licence, now, reason, std::sync::Arc::default(), Vec::new());
    access_log::append(&mut work.tx, &row).await?;
    finish(app, permit.scope(), work, id, "print again", reason).await
}

async fn finish(
    app: &App,
    unit: Uscc,
    mut work: Work<'_>,
    id: PrintId,
    act: &'static str,
    reason: &PlainText,
) -> Result<Copied, PrintError> {
    let row = stored::find(&mut work.tx, unit, id).await?.ok_or(PrintError::NotFound)?;
    let copied = open(app, &mut work.tx, row).await?;
    work.audit(act, &id.to_string(), Some(reason.as_str())).await?;
    work.finish().await?;
    Ok(copied)
}

/// The file of a copy, byte for byte the same each time; and its name.
pub async fn file(
    app: &App,
    permit: &Permit<KeepPrints>,
    id: PrintId,
) -> Result<(Vec<u8>, String), PrintError> {
    let mut tx = app.db.begin_read().await?;
    let row = stored::find(&mut tx, permit.scope(), id).await?.ok_or(PrintError::NotFound)?;
    if row.void_at.is_some() {
        return Err(PrintError::Void);
    }
    if app.now().0 >= row.open_until {
        return Err(PrintError::Shut);
    }
    let licence = record::find(&mut tx, &app.secrets, permit.scope(), row.licence).await?;
    let licence = licence.ok_or(PrintError::NotFound)?;
    let name = format!("{}-{}", licence.identifier, row.number);
    if let Some(file) = stored::file(&mut tx, &app.secrets, id).await? {
        return Ok((file, name));
    }
    let version = sealed(app, &mut tx, licence.id).await?.ok_or(FileError::NotSealed)?;
    let kind = reading::in_force::<Kind>(&mut tx, licence.kind().as_str()).await?;
    let pictures = picture::of_licence(&mut tx, &app.secrets, licence.id, None).await?;
    let unit = unit_names(&mut tx, row.unit).await?;
    tx.commit().await?;
    let (collector, purpose) = stored::open_words(&app.secrets, &row)?;
    let code = (stored::open_code(&app.secrets, &row)?, UnixTime(row.code_until));
    let marks = marks(&unit, &row, &collector, &purpose);
    let copy = Copy::Annotated { number: row.number.clone(), code, marks };
    let drawn = drawn(app, &licence, &version, kind, pictures, copy).await.map_err(FileError::from)?;
    let mut work = Work::of_server(app).await?;
    stored::put_file(&mut work.tx, &app.secrets, &*app.entropy, id, &drawn).await?;
    // Of two that drew it at once the first counts for both.
    let file = stored::file(&mut work.tx, &app.secrets, id).await?.unwrap_or(drawn);
    work.finish().await?;
    Ok((file, name))
}

/// What stands across a copy: unit and number, for whom, what for, when and under which use.
fn marks(unit: &Text, row: &PrintRow, collector: &str, purpose: &str) -> Vec<String> {
    vec![
        format!("{} 加注件 {}", unit.zh, row.number),
        format!("领取人：{collector}"),
        format!("仅用于：{purpose}"),
        format!("{} 用证编号 {}", minute(UnixTime(row.at)), row.log_seq),
    ]
}

async fn open(app: &App, tx: &mut Tx, row: PrintRow) -> Result<Copied, StorageError> {
    let (collector, purpose) = stored::open_words(&app.secrets, &row)?;
    let by = person::name(tx, &app.secrets, row.account).await?.unwrap_or_default();
    let void_reason = stored::open_void_reason(&app.secrets, &row)?;
    let is_open = row.void_at.is_none() && app.now().0 < row.open_until;
    Ok(Copied { collector, purpose, by, void_reason, is_open, row })
}

fn used(
    app: &App,
    permit: &Permit<KeepPrints>,
    licence: &Licence,
    at: UnixTime,
    reason: &PlainText,
    scene: std::sync::Arc<str>,
    token: Vec<u8>,
) -> Use {
    let (id, actor) = (licence.id.to_string(), permit.account().to_string());
    let sealed = access_log::seal_reason(&app.secrets, &*app.entropy, (&id, &actor, at), reason.as_str());
    Use {
        at,
        kind: UseKind::Print,
        licence: id.into(),
        actor: actor.into(),
        subject: licence.identifier.to_string().into(),
        scene,
        token,
        ground: Some(Box::new(Ground { reason: Some(sealed), ..Ground::member(permit.scope()) })),
    }
}

/// For how long the file of a copy is given out after it was entered, or is printed again.
const OPEN: Seconds = Seconds(600);
