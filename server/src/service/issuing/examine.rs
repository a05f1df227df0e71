//! Whether a draft can become a licence, by its kind as it is in force now and beside what is there already: asked when it
//! is written, submitted and approved.

use std::collections::HashMap;

use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, UnixTime};

use super::DraftError;
use crate::App;
use crate::domain::actor::holder::{Holder, HolderNumber, is_one_name};
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::kind::{FieldType, Kind};
use crate::domain::catalogue::matter::MatterType;
use crate::domain::catalogue::unit::Capacity;
use crate::domain::fault::Faults;
use crate::domain::ids::{CaseId, LicenceId};
use crate::domain::issuing::case::{Case, CaseState};
use crate::domain::issuing::draft::DraftRequest;
use crate::domain::issuing::face::{self, Checked};
use crate::domain::licence::lifecycle::Act;
use crate::domain::licence::{Licence, Status};
use crate::service::catalogue::reading;
use crate::storage::day::number;
use crate::storage::issuing::{case, face_key, picture};
use crate::storage::licence::record;
use crate::storage::{self, StorageError, Tx};

/// A draft in which nothing is wrong, with what it stands on.
#[derive(Clone, Debug)]
pub(super) struct Examined {
    /// Its kind, as in force now.
    pub(super) kind: Kind,
    /// The version of the kind.
    pub(super) kind_version: i64,
    /// The draft.
    pub(super) checked: Checked,
    /// The case that it ends.
    pub(super) case: Option<CaseId>,
    /// The licence whose next version it is.
    pub(super) replaced: Option<Licence>,
    /// HMAC of the holder's type and number.
    pub(super) holder_key: [u8; 32],
    /// What no other licence of this kind may have, as an HMAC; `None` if the kind asks for nothing.
    pub(super) face_key: Option<[u8; 32]>,
    /// The pictures on its face: key of the field, the unit that sent it, its hash.
    pub(super) pictures: Vec<(String, Uscc, String)>,
    /// The holder as he is known here; `None` before his first licence.
    pub(super) known: Option<Holder>,
    /// Whether that is by another name.
    pub(super) name_differs: bool,
}

/// What drafts of one kind by one unit stand on.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    /// The unit that makes them.
    pub(super) unit: Uscc,
    /// Their kind, as in force now.
    pub(super) kind: Kind,
    /// The version of the kind.
    pub(super) kind_version: i64,
    /// Whether the unit issues licences at all.
    is_issuing: bool,
}

impl Ground {
    /// That of a kind; `None` if no such is in force.
    pub(super) async fn of(tx: &mut Tx, unit: Uscc, kind: &str) -> Result<Option<Self>, StorageError> {
        let found = match kind.parse::<KindCode>() {
            Ok(code) => reading::numbered_in_force::<Kind>(tx, code.as_str()).await?,
            Err(_) => None,
        };
        let Some((kind, kind_version)) = found else { return Ok(None) };
        let own = storage::catalogue::unit::find(tx, unit).await?;
        let is_issuing = own.is_some_and(|own| own.may(Capacity::Issuing));
        Ok(Some(Self { unit, kind, kind_version, is_issuing }))
    }
}

/// Looks at `request` of `unit`; `own` is the draft's id if it is there already.
pub(super) async fn examine(
    app: &App,
    tx: &mut Tx,
    unit: Uscc,
    request: &DraftRequest,
    own: Option<LicenceId>,
    now: UnixTime,
) -> Result<Examined, DraftError> {
    let Some(ground) = Ground::of(tx, unit, &request.kind).await? else {
        let mut faults = Faults::default();
        faults.add("/kind", "not-published", "没有已发布的这种证照", "no kind with this code is published");
        request.holder.person("/holder", &mut faults);
        return Err(DraftError::Faults(faults));
    };
    examine_on(app, tx, &ground, request, own, now).await
}

/// The same, where the ground is known.
pub(super) async fn examine_on(
    app: &App,
    tx: &mut Tx,
    ground: &Ground,
    request: &DraftRequest,
    own: Option<LicenceId>,
    now: UnixTime,
) -> Result<Examined, DraftError> {
    let found = examine_each(app, tx, ground, &[request], own, now).await?;
    found.into_iter().next().unwrap_or_else(|| Err(StorageError::Conflict.into()))
}

/// The same of many drafts on one ground: what the database knows of them is asked at once.
pub(super) async fn examine_each(
    app: &App,
    tx: &mut Tx,
    ground: &Ground,
    requests: &[&DraftRequest],
    own: Option<LicenceId>,
    now: UnixTime,
) -> Result<Vec<Result<Examined, DraftError>>, StorageError> {
    let mut begun = Vec::with_capacity(requests.len());
    for request in requests {
        begun.push(begin(app, tx, ground, request, now).await?);
    }
    let readable: Vec<&Begun> = begun.iter().filter_map(|one| one.as_ref().ok()).collect();
    let known = Known::of(app, tx, ground.kind.code, &readable, Day::of(now)).await?;
    let mut found = Vec::with_capacity(begun.len());
    for one in begun {
        found.push(match one {
            Ok(one) => end(app, tx, ground, one, &known, own, now).await?,
            Err(error) => Err(error),
        });
    }
    Ok(found)
}

/// A draft that can be read, and what is wrong with what it stands on.
struct Begun {
    faults: Faults,
    checked: Checked,
    case: Option<CaseId>,
    replaced: Option<Licence>,
    holder_key: [u8; 32],
    face_key: Option<[u8; 32]>,
}

/// What the database knows of holders and of what no two licences may both have.
struct Known {
    holders: HashMap<[u8; 32], Holder>,
    in_force: HashMap<Vec<u8>, LicenceId>,
}

impl Known {
    async fn of(
        app: &App,
        tx: &mut Tx,
        kind: KindCode,
        begun: &[&Begun],
        today: Day,
    ) -> Result<Self, StorageError> {
        let holders: Vec<[u8; 32]> = begun.iter().map(|one| one.holder_key).collect();
        let holders = storage::actor::holder::find_by_keys(tx, &app.secrets, &holders).await?;
        let values: Vec<[u8; 32]> = begun.iter().filter_map(|one| one.face_key).collect();
        let owners = face_key::owners(tx, kind, &values).await?.into_iter();
        Ok(Self {
            holders: holders
                .into_iter()
                .map(|holder| (app.secrets.holder_key(&holder.number), holder))
                .collect(),
            in_force: owners
                .filter(|(_, _, status, valid_to)| is_in_force(status, *valid_to, today))
                .map(|(values, licence, ..)| (values, licence))
                .collect(),
        })
    }
}

/// Looks at what a draft says, and at its case and the licence that it replaces.
async fn begin(
    app: &App,
    tx: &mut Tx,
    ground: &Ground,
    request: &DraftRequest,
    now: UnixTime,
) -> Result<Result<Begun, DraftError>, StorageError> {
    let mut faults = Faults::default();
    let Ground { unit, ref kind, is_issuing, .. } = *ground;
    faults.require(
        is_issuing,
        "/kind",
        "closed-unit",
        "本单位已关闭或不具备签发职能",
        "this unit is closed, or issues no licences",
    );
    let case = case_of(app, tx, unit, request, kind, &mut faults).await?;
    let today = Day::of(now);
    let checked = face::check(request, kind, unit, case.as_ref().and_then(|case| case.mode), today);
    let replaced = replaced(app, tx, unit, request, kind, &mut faults).await?;
    let checked = match checked {
        Ok(checked) => checked,
        Err(mut wrong) => {
            wrong.0.extend(faults.0);
            return Ok(Err(DraftError::Faults(wrong)));
        }
    };
    // Before duplicates: what has a later version has handed its values on.
    if let Some(licence) = &replaced
        // Any successor: whether the state allows one is asked.
        && let Err(refused) = licence.after(Act::Supersede { successor: licence.id }, now)
    {
        return Ok(Err(DraftError::Forbidden(refused)));
    }
    if let Some(case) = &case {
        let is_holder = std::iter::once(&checked.holder)
            .chain(&checked.co_holders)
            .any(|person| person.number == case.person.number);
        faults.require(
            is_holder,
            "/case",
            "other-holder",
            "该办件属于其他持证主体",
            "the case is another holder's",
        );
    }
    if let Some(licence) = &replaced {
        let before = storage::actor::holder::find(tx, &app.secrets, licence.holder).await?;
        faults.require(
            before.is_some_and(|before| before.number == checked.holder.number),
            "/holder/id_number",
            "other-holder",
            "新版本的持证主体须与原证照相同",
            "the next version has the same holder",
        );
    }
    let holder_key = app.secrets.holder_key(&checked.holder.number);
    let face_key = face_key(app, kind, &checked);
    let case = case.map(|case| case.id);
    Ok(Ok(Begun { faults, checked, case, replaced, holder_key, face_key }))
}

/// Looks at what stands beside a draft.
async fn end(
    app: &App,
    tx: &mut Tx,
    ground: &Ground,
    begun: Begun,
    known: &Known,
    own: Option<LicenceId>,
    now: UnixTime,
) -> Result<Result<Examined, DraftError>, StorageError> {
    let Begun { mut faults, checked, case, replaced, holder_key, face_key } = begun;
    let Ground { unit, ref kind, kind_version, .. } = *ground;
    let before = replaced.as_ref().map(|licence| licence.id);
    let pictures = pictures(tx, unit, kind, &checked, before, &mut faults).await?;
    if let Some(key) = &face_key
        && let Some(other) = known.in_force.get(&key[..]).copied()
        && Some(other) != own
        && before != Some(other)
    {
        for field in &kind.duplicate {
            faults.add(
                face::at(field),
                "duplicate",
                "已有在用的同类证照使用该内容，请核对；换发请注明 replaces",
                "another licence of this kind in force has it: check it, or name the licence that this one replaces",
            );
        }
    }
    for part in missing_parts(app, tx, kind, &checked.holder.number, Day::of(now)).await? {
        faults.add(
            "/kind",
            "part-missing",
            format!("综合证照的组成证照「{}」尚未取得或不可用，请先办理", part.zh),
            format!(
                "the holder has no {} in force, of which this licence is made: issue that first",
                part.en
            ),
        );
    }
    if let Err(faults) = faults.none() {
        return Ok(Err(DraftError::Faults(faults)));
    }
    let holder = known.holders.get(&holder_key).cloned();
    let name_differs = holder.as_ref().is_some_and(|known| !is_one_name(&known.name, &checked.holder.name));
    let kind = kind.clone();
    Ok(Ok(Examined {
        kind,
        kind_version,
        checked,
        case,
        replaced,
        holder_key,
        face_key,
        pictures,
        known: holder,
        name_differs,
    }))
}

/// Names of the parts of a composite (R13) that its holder has no licence of that could be shown.
async fn missing_parts(
    app: &App,
    tx: &mut Tx,
    kind: &Kind,
    holder: &HolderNumber,
    today: Day,
) -> Result<Vec<Text>, StorageError> {
    if kind.parts.is_empty() {
        return Ok(Vec::new());
    }
    let held = match storage::actor::holder::find_by_number(tx, &app.secrets, holder).await? {
        Some(holder) => record::of_holder(tx, &app.secrets, holder.id).await?,
        None => Vec::new(),
    };
    let mut missing = Vec::new();
    for part in &kind.parts {
        if !held.iter().any(|licence| licence.kind() == *part && licence.showable(today).is_ok()) {
            let known: Option<Kind> = reading::in_force(tx, part.as_str()).await?;
            missing
                .push(known.map_or_else(|| Text::new(part.to_string(), part.to_string()), |kind| kind.names));
        }
    }
    Ok(missing)
}

/// Holds the case and the licence on which `request` stands until the transaction ends, so that what is examined stays so.
pub(super) async fn hold(tx: &mut Tx, request: &DraftRequest) -> Result<(), StorageError> {
    if let Some(Ok(id)) = request.case.as_deref().map(str::parse::<CaseId>) {
        case::hold(tx, id).await?;
    }
    if let Some(Ok(id)) = request.replaces.as_deref().map(str::parse::<LicenceId>) {
        record::hold(tx, id).await?;
    }
    Ok(())
}

/// Whether what a licence says no other may say.
pub(super) fn is_in_force(status: &str, valid_to: Option<i64>, today: Day) -> bool {
    let has_expired = valid_to.is_some_and(|last| last < number(today));
    !Status::is_final_word(status) && !has_expired
}

fn face_key(app: &App, kind: &Kind, checked: &Checked) -> Option<[u8; 32]> {
    if kind.duplicate.is_empty() {
        return None;
    }
    let values: Vec<Option<&str>> = kind.duplicate.iter().map(|key| checked.request.face.text(key)).collect();
    // Two licences that both leave it out have nothing in common.
    if values.iter().all(Option::is_none) {
        return None;
    }
    let content = serde_json::to_vec(&values).unwrap_or_default();
    Some(app.secrets.fingerprint("face key", &content))
}

/// The pictures on a face, each one that this unit has sent, or that the version before bears already.
async fn pictures(
    tx: &mut Tx,
    unit: Uscc,
    kind: &Kind,
    checked: &Checked,
    before: Option<LicenceId>,
    faults: &mut Faults,
) -> Result<Vec<(String, Uscc, String)>, StorageError> {
    let mut found = Vec::new();
    for field in kind.face.fields.iter().filter(|field| field.field_type == FieldType::Image) {
        let Some(hash) = checked.request.face.text(&field.key) else { continue };
        match picture::owner(tx, unit, before, hash).await? {
            Some(owner) => found.push((field.key.clone(), owner, hash.to_owned())),
            None => faults.add(
                face::at(&field.key),
                "no-picture",
                "没有这张图片，可能已超过一天未使用而删除，请重新上传",
                "there is no such picture; unused for a day it was forgotten: send it again",
            ),
        }
    }
    Ok(found)
}

async fn case_of(
    app: &App,
    tx: &mut Tx,
    unit: Uscc,
    request: &DraftRequest,
    kind: &Kind,
    faults: &mut Faults,
) -> Result<Option<Case>, StorageError> {
    let Some(text) = &request.case else { return Ok(None) };
    let found = match text.parse::<CaseId>() {
        Ok(id) => case::find(tx, &app.secrets, unit, id).await?,
        Err(_) => None,
    };
    let Some(found) = found else {
        faults.add("/case", "not-found", "本单位没有这个办件", "this unit has no such case");
        return Ok(None);
    };
    faults.require(
        found.case_type == MatterType::Issuing && found.matter == kind.matter,
        "/case",
        "other-matter",
        "该办件的事项不制发这种证照",
        "the case's matter does not end with this kind",
    );
    let made = case::made(tx, found.id).await?;
    faults.require(
        found.state == CaseState::Open || (found.state == CaseState::Concluded && found.is_owed(made)),
        "/case",
        "ended",
        "该办件已结束",
        "the case has ended",
    );
    Ok(Some(found))
}

async fn replaced(
    app: &App,
    tx: &mut Tx,
    unit: Uscc,
    request: &DraftRequest,
    kind: &Kind,
    faults: &mut Faults,
) -> Result<Option<Licence>, StorageError> {
    let Some(text) = &request.replaces else { return Ok(None) };
    let found = match text.parse::<LicenceId>() {
        Ok(id) => record::find(tx, &app.secrets, unit, id).await?,
        Err(_) => None,
    };
    faults.require(
        found.as_ref().is_some_and(|licence| licence.kind() == kind.code),
        "/replaces",
        "not-found",
        "本单位没有这件同类证照",
        "this unit has no such licence of this kind",
    );
    Ok(found.filter(|licence| licence.kind() == kind.code))
}
