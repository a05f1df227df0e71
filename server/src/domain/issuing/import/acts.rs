//! What a row of an import of acts says: the act, and what belongs to it.

use liangzheng_core::identifier::Identifier;
use liangzheng_core::time::{Day, UnixTime};

use super::layout::Said;
use crate::domain::calendar;
use crate::domain::fault::Faults;
use crate::domain::licence::acts::{ActName, Doing};
use crate::domain::text::PlainText;

/// An act on a licence that a row asks for.
#[derive(Clone, Debug)]
pub struct RowAct {
    /// The licence.
    pub identifier: Identifier,
    /// The act.
    pub act: ActName,
    /// Why.
    pub reason: PlainText,
    /// On what legal basis.
    pub legal_basis: PlainText,
    /// From when it counts in law; `None` = now.
    pub effective_at: Option<UnixTime>,
    /// Last day of a seizure.
    pub until: Option<Day>,
    /// Last day on which a passed inspection counts.
    pub due: Option<Day>,
    /// Number of the paper licence.
    pub physical: Option<PlainText>,
}

impl RowAct {
    /// Reads a row.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(said: &Said, today: Day) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let identifier = said.text("/identifier").and_then(|text| Identifier::parse(text).ok());
        faults.require(
            identifier.is_some(),
            "/identifier",
            "malformed",
            "应为完整的电子证照标识，校验位须正确",
            "must be a whole identifier with a right check character",
        );
        let act = said.text("/act").and_then(|word| word.parse::<ActName>().ok());
        let act = act.filter(|act| act.doing() != Doing::Elsewhere);
        faults.require(
            act.is_some(),
            "/act",
            "choice",
            "应为模板中列出的选项之一",
            "must be one of the choices in the template",
        );
        let is_inspection = matches!(act, Some(ActName::PassInspection | ActName::FailInspection));
        let fallback = |default: &'static str| if is_inspection { default } else { "" };
        let line = |pointer: &'static str, text: &str, most: usize, faults: &mut Faults| {
            faults.line(pointer, text, most);
            PlainText::line(text, most).ok()
        };
        let reason = said.text("/reason").unwrap_or(fallback("年检"));
        let reason = line("/reason", reason, MAX_TEXT, &mut faults);
        let basis = said.text("/legal_basis").unwrap_or(fallback("年度检验"));
        let legal_basis = line("/legal_basis", basis, MAX_TEXT, &mut faults);
        let physical = match said.text("/physical/number") {
            None => None,
            Some(text) => line("/physical/number", text, MAX_NUMBER, &mut faults),
        };
        let until = day(said, "/until", &mut faults);
        let due = day(said, "/due", &mut faults);
        let effective = day(said, "/effective_at", &mut faults);
        faults.require(
            effective.is_none_or(|day| day <= today),
            "/effective_at",
            "future",
            "不能晚于今天",
            "must not lie in the future",
        );
        if let Some(act) = act {
            // Without a day of its own, a passed inspection counts as long as the kind says: that is not known here.
            let told = due.or_else(|| (act == ActName::PassInspection).then(|| far(today)));
            if let Err(wrong) = act.told(until, told, today) {
                faults.0.extend(wrong.0);
            }
        }
        faults.none()?;
        match (identifier, act, reason, legal_basis) {
            (Some(identifier), Some(act), Some(reason), Some(legal_basis)) => Ok(Self {
                identifier,
                act,
                reason,
                legal_basis,
                effective_at: effective.filter(|day| *day < today).map(calendar::first_second),
                until,
                due,
                physical,
            }),
            // Nobody of these is missing without a fault.
            _ => Err(Faults::default()),
        }
    }
}

fn day(said: &Said, pointer: &'static str, faults: &mut Faults) -> Option<Day> {
    let text = said.text(pointer)?;
    let day = Day::parse(text);
    faults.require(
        day.is_some(),
        pointer,
        "date",
        "应为存在的日期，格式 YYYYMMDD",
        "must be a day that exists, as YYYYMMDD",
    );
    day
}

/// A day after `today`.
fn far(today: Day) -> Day {
    calendar::after_months(today, 1)
}

/// Characters of a reason and of a legal basis.
const MAX_TEXT: usize = 500;
/// Characters of a paper licence's number.
const MAX_NUMBER: usize = 64;
