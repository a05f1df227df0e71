//! What is wrong with a draft: every field of its face, its holders and its dates, by the rules of its kind (R05, R18,
//! R24, R27, R28).
//!
//! Pure. What needs the database is seen by the service: the case, the licence replaced, duplicates.

use std::collections::HashSet;

use liangzheng_core::identifier::{citizen_id_is_valid, uscc_is_valid};
use liangzheng_core::time::Day;
use serde_json::Value;

use super::case::CaseMode;
use super::draft::{ChangeKind, DraftRequest, FaceRequest};
use super::person::{HolderRequest, Person};
use super::validity::dates;
use crate::domain::actor::holder::{HolderNumber, is_one_name};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::kind::{Field, FieldType, Kind};
use crate::domain::catalogue::kind_rules::most_characters;
use crate::domain::fault::Faults;

/// A draft in which nothing is wrong by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// As sent, with numbers in their one spelling and the last day filled in.
    pub request: DraftRequest,
    /// Who holds it.
    pub holder: Person,
    /// Who holds it, too.
    pub co_holders: Vec<Person>,
    /// The face in the order of the kind.
    pub face: Vec<(String, String)>,
    /// First day of validity.
    pub valid_from: Day,
    /// Last day; `None` = 长期.
    pub valid_to: Option<Day>,
    /// How it is made.
    pub mode: CaseMode,
    /// Why there is a next version.
    pub change: Option<ChangeKind>,
}

/// Asks that `unit` is among those that issue `kind`.
pub fn require_issuer(kind: &Kind, unit: Uscc, faults: &mut Faults) {
    faults.require(
        kind.units.contains(&unit),
        "/kind",
        "foreign-unit",
        "本单位不在该证照的签发单位之列",
        "this unit is not among those that issue this kind",
    );
}

/// Looks at a draft of `kind` by `unit`; `mode` is that of its case.
pub fn check(
    request: &DraftRequest,
    kind: &Kind,
    unit: Uscc,
    case_mode: Option<CaseMode>,
    today: Day,
) -> Result<Checked, Faults> {
    let mut faults = Faults::default();
    require_issuer(kind, unit, &mut faults);
    let holder = request.holder.person("/holder", &mut faults);
    let co_holders = co_holders(request, holder.as_ref(), &mut faults);
    for (at, person) in holder.iter().chain(&co_holders).enumerate() {
        let place = if at == 0 { "/holder/type".to_owned() } else { format!("/co_holders/{}/type", at - 1) };
        faults.require(
            kind.holder_types.contains(&person.kind),
            place,
            "holder-type",
            "该证照不发给这类持证主体",
            "this kind is not for such holders",
        );
    }
    let face = face(&request.face, kind, &mut faults);
    if let Some(holder) = &holder {
        of_holder(kind, &request.face, holder, &co_holders, &mut faults);
    }
    let mode = mode(request, kind, case_mode, &mut faults);
    let change = change(request, &mut faults);
    let dates = dates(request, kind, change, today, &mut faults);
    if let Some(provenance) = &request.provenance {
        faults.line("/provenance", provenance, MAX_TEXT);
    }
    if let Some(physical) = &request.physical {
        faults.line("/physical/number", &physical.number, MAX_NUMBER);
    }
    one_for_each(faults).none()?;
    match (holder, dates, mode) {
        (Some(holder), Some((valid_from, valid_to)), Some(mode)) => {
            let normal = DraftRequest {
                holder: HolderRequest::from(&holder),
                co_holders: co_holders.iter().map(HolderRequest::from).collect(),
                valid_to: valid_to.map(|day| day.to_text()),
                mode: Some(mode.as_str().to_owned()),
                face: FaceRequest(
                    face.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect(),
                ),
                ..request.clone()
            };
            Ok(Checked { request: normal, holder, co_holders, face, valid_from, valid_to, mode, change })
        }
        // Nobody of these is missing without a fault.
        _ => Err(Faults::default()),
    }
}

/// The first fault of each member: what else is wrong with it may follow from that.
fn one_for_each(faults: Faults) -> Faults {
    let mut told = HashSet::new();
    Faults(faults.0.into_iter().filter(|fault| told.insert(fault.pointer.clone())).collect())
}

fn co_holders(request: &DraftRequest, holder: Option<&Person>, faults: &mut Faults) -> Vec<Person> {
    let mut known: HashSet<Vec<u8>> = holder.map(|holder| holder.number.key()).into_iter().collect();
    faults.require(
        request.co_holders.len() <= MAX_CO_HOLDERS,
        "/co_holders",
        "length",
        "共同持证主体最多 20 个",
        "at most 20 co-holders",
    );
    let mut people = Vec::new();
    for (at, other) in request.co_holders.iter().take(MAX_CO_HOLDERS).enumerate() {
        let place = format!("/co_holders/{at}");
        let Some(person) = other.person(&place, faults) else { continue };
        faults.require(
            known.insert(person.number.key()),
            format!("{place}/id_number"),
            "duplicate",
            "该持证主体已列出",
            "this holder stands twice",
        );
        people.push(person);
    }
    people
}

/// The values in the order of the kind; what is unknown, missing or of another form is told at its key.
fn face(sent: &FaceRequest, kind: &Kind, faults: &mut Faults) -> Vec<(String, String)> {
    for (key, _) in &sent.0 {
        faults.require(
            kind.field(key).is_some(),
            at(key),
            "unknown",
            "该证照照面没有这个字段，不得采集（R28）",
            "the face of this kind has no such field: nothing more is collected (R28)",
        );
    }
    let mut values = Vec::new();
    for field in &kind.face.fields {
        let place = at(&field.key);
        match sent.0.iter().find(|(key, _)| *key == field.key).map(|(_, value)| value) {
            None | Some(Value::Null) => faults.require(
                !field.required,
                place,
                "missing",
                "必填字段，请填写",
                "this field is required",
            ),
            Some(Value::String(value)) if value.is_empty() && !field.required => {}
            Some(Value::String(value)) => {
                one_field(field, value, &place, faults);
                values.push((field.key.clone(), value.clone()));
            }
            Some(_) => faults.add(place, "type", "应为文本", "must be a text"),
        }
    }
    values
}

fn one_field(field: &Field, value: &str, place: &str, faults: &mut Faults) {
    let before = faults.0.len();
    // A picture is called by its hash, whatever the kind says of its length.
    let given = field.max.filter(|_| field.field_type != FieldType::Image);
    let most = given.unwrap_or_else(|| most_characters(field.field_type));
    faults.line(place.to_owned(), value, most.into());
    if faults.0.len() > before {
        return;
    }
    // A code has three bytes for each character of a field (`Kind::face`, `max`).
    faults.require(
        value.len() <= usize::from(most).saturating_mul(3),
        place.to_owned(),
        "length",
        "含生僻字，占用字节过多，请缩短",
        "has too many rare characters: make it shorter",
    );
    let (right, code, zh, en) = match field.field_type {
        FieldType::Text => return,
        FieldType::Date => (
            Day::parse(value).is_some(),
            "date",
            "应为存在的日期，格式 YYYYMMDD",
            "must be a day that exists, as YYYYMMDD",
        ),
        FieldType::Integer => (
            is_integer(value),
            "integer",
            "应为整数，不含前导零",
            "must be a whole number without leading zeros",
        ),
        FieldType::Decimal => {
            (is_decimal(value), "decimal", "应为数字，如 12.50", "must be a number, as 12.50")
        }
        FieldType::Uscc => (
            uscc_is_valid(value),
            "check",
            "统一社会信用代码应为 18 位，校验码须正确",
            "a unified social credit code has 18 characters and a right check character",
        ),
        FieldType::CitizenId => (
            citizen_id_is_valid(value),
            "check",
            "公民身份号码应为 18 位，出生日期和校验码须正确",
            "a citizen number has 18 characters, a birth date and a right check character",
        ),
        FieldType::Choice => {
            if !field.choices.iter().any(|choice| choice.code == value) {
                let codes: Vec<&str> =
                    field.choices.iter().take(MAX_NAMED).map(|choice| choice.code.as_str()).collect();
                let codes = codes.join(", ");
                faults.add(
                    place.to_owned(),
                    "choice",
                    format!("应为选项之一：{codes}"),
                    format!("must be one of {codes}"),
                );
            }
            return;
        }
        FieldType::Image => (
            is_picture_id(value),
            "image",
            "请先上传图片（POST /api/v1/files），再填写返回的 id",
            "send the picture first (POST /api/v1/files) and give the id that it answers",
        ),
    };
    faults.require(right, place.to_owned(), code, zh, en);
}

/// Name and number on the face are the holder's.
fn of_holder(kind: &Kind, face: &FaceRequest, holder: &Person, others: &[Person], faults: &mut Faults) {
    if let Some(key) = &kind.face.holder_name
        && let Some(value) = face.text(key)
    {
        let names: Vec<&str> =
            std::iter::once(holder).chain(others).map(|person| person.name.as_str()).collect();
        // Of several holders the face may name the first, or all.
        faults.require(
            is_one_name(value, &holder.name) || (!others.is_empty() && is_one_name(value, &names.join("、"))),
            at(key),
            "holder-name",
            "与持证主体的姓名（名称）不一致；多个持证主体以顿号分隔",
            "is not the holder's name; several are told apart by 、",
        );
    }
    if let Some(key) = &kind.face.holder_number
        && let Some(value) = face.text(key)
    {
        let same =
            HolderNumber::new(holder.number.id_type(), value).is_ok_and(|number| number == holder.number);
        faults.require(
            same,
            at(key),
            "holder-number",
            "与持证主体的证件号码不一致",
            "is not the holder's number",
        );
    }
}

fn mode(
    request: &DraftRequest,
    kind: &Kind,
    case_mode: Option<CaseMode>,
    faults: &mut Faults,
) -> Option<CaseMode> {
    let mode = match request.mode.as_deref() {
        None => Some(case_mode.unwrap_or(CaseMode::Online)),
        Some(word) => word.parse::<CaseMode>().ok(),
    };
    let Some(mode) = mode else {
        faults.add(
            "/mode",
            "unknown",
            "应为 online、offline、bulk、stock 或 exempt",
            "must be online, offline, bulk, stock or exempt",
        );
        return None;
    };
    faults.require(
        !kind.exempt || matches!(mode, CaseMode::Stock | CaseMode::Exempt),
        "/mode",
        "exempt",
        "该证照按国家规范制作，只能以 stock 或 exempt 方式归集（R18）",
        "this kind is made by a national norm: it comes by stock or exempt only (R18)",
    );
    faults.require(
        case_mode.is_none_or(|of_case| of_case == mode),
        "/mode",
        "other-than-case",
        "与所属办件的制证方式不一致",
        "is not the case's way of making licences",
    );
    Some(mode)
}

fn change(request: &DraftRequest, faults: &mut Faults) -> Option<ChangeKind> {
    let known = request.change.as_deref().map(str::parse::<ChangeKind>);
    match (known, request.replaces.is_some()) {
        (None, false) => None,
        (Some(Ok(change)), true) => Some(change),
        (Some(Err(_)), _) => {
            faults.add(
                "/change",
                "unknown",
                "应为 renew、change、correct 或 reissue",
                "must be renew, change, correct or reissue",
            );
            None
        }
        (None, true) => {
            faults.add(
                "/change",
                "missing",
                "换发新版本须注明 renew、change、correct 或 reissue",
                "say why there is a next version: renew, change, correct or reissue",
            );
            None
        }
        (Some(Ok(_)), false) => {
            faults.add(
                "/replaces",
                "missing",
                "请注明被替换的证照",
                "name the licence whose next version this is",
            );
            None
        }
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'))
        && text != "-0"
}

fn is_decimal(text: &str) -> bool {
    match text.split_once('.') {
        None => is_integer(text),
        Some((whole, part)) => {
            let whole = whole.strip_prefix('-').unwrap_or(whole);
            is_integer(whole) && !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())
        }
    }
}

/// Whether a text can be what a picture is called by: its SHA-256 in lower-case hexadecimal.
pub fn is_picture_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// The pointer to a field of the face.
pub fn at(key: &str) -> String {
    format!("/face/{}", key.replace('~', "~0").replace('/', "~1"))
}

const MAX_CO_HOLDERS: usize = 20;
/// Characters of a free text.
const MAX_TEXT: usize = 200;
/// Characters of a printed number.
const MAX_NUMBER: usize = 64;
/// Choices that a refusal names.
const MAX_NAMED: usize = 20;

#[cfg(test)]
mod tests;
