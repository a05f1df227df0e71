//! From when to when a licence is valid, by the rule of its kind (R24, R27).

use liangzheng_core::time::Day;

use super::draft::{ChangeKind, DraftRequest};
use crate::domain::calendar;
use crate::domain::catalogue::kind::{Kind, ValidityRule};
use crate::domain::fault::Faults;

/// First and last day; `None` if one of them cannot be read. What is wrong is added to `faults`.
pub(super) fn dates(
    request: &DraftRequest,
    kind: &Kind,
    change: Option<ChangeKind>,
    today: Day,
    faults: &mut Faults,
) -> Option<(Day, Option<Day>)> {
    let read = |pointer: &'static str, text: &str, faults: &mut Faults| {
        let day = Day::parse(text).filter(|day| (1900..=2200).contains(&calendar::year_of(*day)));
        faults.require(
            day.is_some(),
            pointer,
            "date",
            "应为存在的日期，格式 YYYYMMDD",
            "must be a day that exists, as YYYYMMDD",
        );
        day
    };
    let from = read("/valid_from", &request.valid_from, faults);
    let to = match &request.valid_to {
        None => None,
        Some(text) => Some(read("/valid_to", text, faults)?),
    };
    let from = from?;
    let months = kind.validity.max_months.unwrap_or(0);
    let last = calendar::last_of_months(from, months);
    let to = match (kind.validity.kind, to) {
        (ValidityRule::Fixed, None) => Some(last),
        (_, to) => to,
    };
    // Until 1 March or until the day before: both are written.
    let (longest, day_after) = (last, calendar::after_months(from, months));
    match (kind.validity.kind, to) {
        (ValidityRule::None, Some(_)) => faults.add(
            "/valid_to",
            "unexpected",
            "该证照长期有效，不填截止日期",
            "this kind has no end: leave the last day out",
        ),
        (ValidityRule::Fixed, Some(to)) if to != longest && to != day_after => faults.add(
            "/valid_to",
            "term",
            format!("该证照有效期为 {months} 个月，截止日期应为 {longest}"),
            format!("this kind lasts {months} months: the last day is {longest}"),
        ),
        (ValidityRule::Free, None) if kind.validity.max_months.is_some() => faults.add(
            "/valid_to",
            "missing",
            format!("请填写截止日期，最长 {months} 个月"),
            format!("give the last day, at most {months} months on"),
        ),
        (ValidityRule::Free, Some(to)) if kind.validity.max_months.is_some() && to > day_after => faults.add(
            "/valid_to",
            "term",
            format!("有效期最长 {months} 个月，截止日期不晚于 {longest}"),
            format!("at most {months} months: the last day is {longest} at the latest"),
        ),
        _ => {}
    }
    if let Some(to) = to {
        faults.require(
            to >= from,
            "/valid_to",
            "order",
            "截止日期不能早于起始日期",
            "the last day is not before the first",
        );
        faults.require(
            to >= today || change == Some(ChangeKind::Correct),
            "/valid_to",
            "expired",
            "该证照已过有效期，不能制发；请核对日期或先办理延续",
            "it has expired already: check the day, or renew it first",
        );
    }
    Some((from, to))
}
