//! Composite licences 行业综合许可证 (R13): one licence made of several, each of which keeps its own status.
//!
//! The parts of a composite are the licences its holder has of the kinds that its kind names. It stands no better than they
//! do: what happens to a part is on the wire for the whole in the same transaction, and a part that cannot be shown keeps
//! the whole from being shown. A part that has ended suspends the whole and does not end it: a new licence may take its
//! place, and an index that once said "ended" says so for ever.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use liangzheng_core::status::StatusValue;
use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, UnixTime};

use crate::App;
use crate::domain::access::Scope;
use crate::domain::catalogue::codes::KindCode;
use crate::domain::catalogue::kind::Kind;
use crate::domain::licence::Licence;
use crate::secrets::Secrets;
use crate::service::catalogue::reading;
use crate::service::publication::status;
use crate::service::showing::mint::{self, NotShowable};
use crate::service::work::Work;
use crate::storage::change::Change;
use crate::storage::licence::record;
use crate::storage::{StorageError, Tx};

/// One part of a composite licence.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its kind.
    pub kind: KindCode,
    /// The holder's licence of that kind that stands best; `None` if he has none.
    pub licence: Option<Licence>,
}

impl Part {
    /// What it makes of the whole.
    fn value(&self, today: Day) -> StatusValue {
        let shown = self.licence.as_ref().filter(|licence| licence.showable(today).is_ok());
        shown.and_then(|licence| licence.wire_status(today)).unwrap_or(StatusValue::Suspended)
    }

    /// Why the whole cannot be shown for its sake; `None` if it can.
    pub fn bar(&self, today: Day) -> Option<Text> {
        match &self.licence {
            None => Some(Text::fixed("尚未取得", "there is none yet")),
            Some(licence) => licence.showable(today).err().map(|why| why.reason()),
        }
    }
}

/// The parts of a licence, in the order of its kind; none of one that is no composite.
pub async fn of(
    tx: &mut Tx,
    secrets: &Secrets,
    licence: &Licence,
    today: Day,
) -> Result<Vec<Part>, StorageError> {
    let kind: Option<Kind> = reading::in_force(tx, licence.kind().as_str()).await?;
    let Some(kind) = kind.filter(|kind| !kind.parts.is_empty()) else { return Ok(Vec::new()) };
    let held = record::of_holder(tx, secrets, licence.holder).await?;
    Ok(kind.parts.iter().map(|part| Part { kind: *part, licence: best(&held, *part, today) }).collect())
}

/// The value on the wire of a licence with its parts; `None` before it is issued.
pub async fn wire_status(
    tx: &mut Tx,
    secrets: &Secrets,
    licence: &Licence,
    today: Day,
) -> Result<Option<StatusValue>, StorageError> {
    let Some(own) = licence.wire_status(today) else { return Ok(None) };
    let parts = of(tx, secrets, licence, today).await?;
    Ok(Some(parts.iter().fold(own, |worst, part| worst.worse(part.value(today)))))
}

/// The value on the wire of a licence that can be shown now, with its parts.
///
/// # Errors
/// Why it cannot, naming the part if it is for a part's sake.
pub async fn showable(
    app: &App,
    tx: &mut Tx,
    licence: &Licence,
    now: UnixTime,
) -> Result<Result<StatusValue, NotShowable>, StorageError> {
    let own = match mint::showable(licence, now) {
        Ok(own) => own,
        Err(refused) => return Ok(Err(refused)),
    };
    let today = Day::of(now);
    let mut worst = own;
    for part in of(tx, &app.secrets, licence, today).await? {
        if let Some(bar) = part.bar(today) {
            return Ok(Err(NotShowable {
                code: "E_STATUS_SUSPENDED",
                reason: refusal(app, part.kind, &bar),
            }));
        }
        worst = worst.worse(part.value(today));
    }
    Ok(Ok(worst))
}

/// Puts what a licence has become on its indexes and on those of the composites that it is part of. The caller holds the
/// licence.
pub async fn changed(work: &mut Work<'_>, secrets: &Secrets, licence: &Licence) -> Result<(), StorageError> {
    let wholes = wholes(&mut work.tx, secrets, licence).await?;
    write(work, secrets, licence).await?;
    for whole in wholes {
        write(work, secrets, &whole).await?;
        // A code of it that is on a screen now was made for how it stood before.
        work.changed(Change::Licence(whole.id)).await?;
    }
    Ok(())
}

/// The composites of its holders that a licence is part of, held: so before anything is noted in the feed, for whose
/// head an act waits that holds its licence already.
pub(in crate::service) async fn wholes(
    tx: &mut Tx,
    secrets: &Secrets,
    licence: &Licence,
) -> Result<Vec<Licence>, StorageError> {
    let mut composites: HashMap<KindCode, bool> = HashMap::new();
    let mut found = Vec::new();
    for held in record::held_beside(tx, licence.id).await? {
        let has_part = match composites.entry(held.kind) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(place) => {
                let kind: Option<Kind> = reading::in_force(tx, held.kind.as_str()).await?;
                *place.insert(kind.is_some_and(|kind| kind.parts.contains(&licence.kind())))
            }
        };
        if has_part && let Some(whole) = record::find_and_hold(tx, secrets, Scope::All, held.id).await? {
            found.push(whole);
        }
    }
    Ok(found)
}

/// Puts the value of a licence with its parts on its indexes.
pub(super) async fn write(
    work: &mut Work<'_>,
    secrets: &Secrets,
    licence: &Licence,
) -> Result<(), StorageError> {
    let today = Day::of(work.now);
    if let Some(value) = wire_status(&mut work.tx, secrets, licence, today).await? {
        status::licence_changed(work, licence.id, value).await?;
    }
    Ok(())
}

/// Of what a holder has of a kind that which stands best.
fn best(held: &[Licence], kind: KindCode, today: Day) -> Option<Licence> {
    let of_kind = held.iter().filter(|licence| licence.kind() == kind);
    of_kind
        .reduce(|best, next| {
            let can = |licence: &Licence| licence.showable(today).is_ok();
            let value = |licence: &Licence| licence.wire_status(today).unwrap_or(StatusValue::Final);
            let is_better = match (can(best), can(next)) {
                (true, false) => false,
                (false, true) => true,
                // Of two that stand alike the newer.
                _ => value(next).worse(value(best)) == value(best),
            };
            if is_better { next } else { best }
        })
        .cloned()
}

fn refusal(app: &App, kind: KindCode, bar: &Text) -> Text {
    let state = app.trust.current();
    let names = state.catalogue.kind(kind).map(|kind| kind.names.clone());
    let names = names.unwrap_or_else(|| Text::new(kind.to_string(), kind.to_string()));
    Text::new(
        format!("组成证照「{}」不可用：{}", names.zh, bar.zh),
        format!("Its part {} cannot be shown: {}", names.en, bar.en),
    )
}
