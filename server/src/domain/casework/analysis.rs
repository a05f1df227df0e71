//! Analyses 批量统计分析: counts of persons by what stands on no licence as a name, a number or a free text, told on an
//! approved application only (R64).
//!
//! Nobody may learn of a group of fewer than [`FEWEST`] persons. Three rules see to it:
//!
//! 1. A group of fewer is told as "fewer than ten".
//! 2. There are no sub-totals. The one total is told only where no group is hidden and where it differs from the sum of the
//!    groups by no person or by ten: a person with two licences may stand in two groups, and the difference counts those.
//! 3. Within [`APART`], a unit gets one cut of the same licences. The same cut again is told if every group and the total have
//!    changed by ten persons, and those who stand in two groups by none or by ten. Any other cut that could have a licence in common with an answered one is refused: sums over
//!    two cuts of one population give what neither of them tells.

use std::collections::BTreeMap;

use liangzheng_core::text::Text;
use liangzheng_core::time::{Seconds, UnixTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::fault::Faults;
use crate::domain::licence::Status;
use crate::words;

/// Fewer persons than this are no group that is told (R64).
pub const FEWEST: i64 = 10;
/// How long an answer stands against another cut of the same licences (platform contract).
pub const APART: Seconds = Seconds(30 * 86_400);
/// Kinds in one analysis: more than one matter has, and a bound for what one request counts.
pub const MOST_KINDS: usize = 5;
/// Groups in one answer: twenty years by month have 240. Beyond that most groups are too small to be told.
pub const MOST_GROUPS: usize = 300;

words! {
    /// Where an analysis stands.
    pub enum AnalysisState: "state of an analysis" {
        /// It waits for the manager.
        Applied = "applied" / "待管理机构审核" / "waits for the manager",
        /// The manager approved; issuers have still to.
        WithIssuers = "with_issuers" / "待签发单位审核" / "waits for the issuers",
        /// All approved, and it was counted.
        Answered = "answered" / "已完成" / "answered",
        /// One of them did not approve.
        Refused = "refused" / "已退回" / "refused",
        /// The unit took it back.
        Withdrawn = "withdrawn" / "已撤回" / "withdrawn",
    }
}

words! {
    /// What is done with an analysis.
    pub enum AnalysisAct: "act on an analysis" {
        /// The manager, then each issuer, agrees that it is told.
        Approve = "approve" / "批准" / "approve",
        /// One of them does not.
        Refuse = "refuse" / "退回" / "refuse",
        /// The unit takes it back.
        Withdraw = "withdraw" / "撤回" / "withdraw",
    }
}

words! {
    /// By what persons are grouped.
    pub enum Dimension: "dimension of an analysis" {
        /// The kind of licence.
        Kind = "kind" / "证照类型" / "Kind",
        /// The unit that issued it.
        Unit = "unit" / "签发单位" / "Issuer",
        /// Its status.
        Status = "status" / "状态" / "Status",
        /// The year of its first day of validity.
        Year = "year" / "有效期起始年" / "Year valid from",
        /// The month of that day.
        Month = "month" / "有效期起始月" / "Month valid from",
    }
}

impl AnalysisState {
    /// Whether it still waits for somebody.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Applied | Self::WithIssuers)
    }
}

/// Years, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Years {
    /// The first.
    pub from: i64,
    /// The last.
    pub to: i64,
}

/// Which licences are counted; what is absent or empty filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// Of these issuing units.
    pub unit: Vec<Uscc>,
    /// With these statuses.
    pub status: Vec<String>,
    /// With a first day of validity in these years.
    pub year: Option<Years>,
}

/// What is asked: which licences, cut how. Lists are in order, so that one question has one spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Of which kinds.
    pub kinds: Vec<KindCode>,
    /// By one dimension, or by two.
    pub group_by: Vec<Dimension>,
    /// Which of them.
    pub filter: Filter,
}

/// How many distinct holders a group has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its value in each dimension.
    pub values: Vec<String>,
    /// Distinct holders.
    pub persons: i64,
}

/// Everything that was counted, with what is hidden: kept sealed, to compare later answers with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// By their values.
    pub groups: Vec<Group>,
    /// Distinct holders in all of them.
    pub total: i64,
}

/// What is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Each group's values and persons; `None` = fewer than [`FEWEST`].
    pub groups: Vec<(Vec<String>, Option<i64>)>,
    /// Persons in all; `None` = it would give away what is hidden.
    pub total: Option<i64>,
}

impl Question {
    /// In order, with everything that is wrong with it.
    pub fn check(mut self) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let (kinds, groups) = (self.kinds.len(), self.group_by.len());
        self.kinds.sort_unstable();
        self.kinds.dedup();
        self.group_by.sort_unstable_by_key(|one| one.as_str());
        self.group_by.dedup();
        faults.require(
            (1..=MOST_KINDS).contains(&kinds) && kinds == self.kinds.len(),
            "/kinds",
            "count",
            "请选择 1 至 5 种证照，不重复",
            "name 1 to 5 kinds, each once",
        );
        faults.require(
            (1..=2).contains(&groups) && groups == self.group_by.len(),
            "/group_by",
            "count",
            "请选择 1 至 2 个分组维度，不重复",
            "group by one dimension or two, each once",
        );
        let filter = &mut self.filter;
        filter.unit.sort_unstable();
        filter.unit.dedup();
        filter.status.sort_unstable();
        filter.status.dedup();
        faults.require(
            filter.unit.len() <= MOST_UNITS,
            "/filter/unit",
            "count",
            "最多选择 50 个签发单位",
            "name at most 50 issuing units",
        );
        faults.require(
            filter.status.iter().all(|word| status_label(word).is_some()),
            "/filter/status",
            "unknown",
            "不是可统计的证照状态",
            "not a status that is counted",
        );
        faults.require(
            filter.year.is_none_or(|years| 1900 <= years.from && years.from <= years.to && years.to <= 2200),
            "/filter/year",
            "range",
            "年份应在 1900 至 2200 之间，起始年不晚于终止年",
            "years are from 1900 to 2200, the first not after the last",
        );
        faults.none()?;
        Ok(self)
    }

    /// Whether both could count one licence: they share a kind, and no filter keeps them apart.
    pub fn overlaps(&self, other: &Self) -> bool {
        let (one, two) = (&self.filter, &other.filter);
        let years = match (one.year, two.year) {
            (Some(one), Some(two)) => one.from <= two.to && two.from <= one.to,
            _ => true,
        };
        self.kinds.iter().any(|kind| other.kinds.contains(kind))
            && meet(&one.unit, &two.unit)
            && meet(&one.status, &two.status)
            && years
    }

    /// Whether `now`, counted for this question, must not be told to who was told `before` of `earlier`.
    pub fn is_too_close(&self, now: &Counted, earlier: &Self, before: &Counted) -> bool {
        if !self.overlaps(earlier) {
            return false;
        }
        self != earlier || now.changed_little(before)
    }
}

impl Counted {
    /// Whether a group, or the total, differs from what it was by fewer than [`FEWEST`] persons; or those who stand in two
    /// groups do, who are what the groups' sum is above the total.
    fn changed_little(&self, before: &Self) -> bool {
        let mut changes: BTreeMap<&[String], i64> = BTreeMap::new();
        for group in &self.groups {
            *changes.entry(&group.values).or_default() += group.persons;
        }
        for group in &before.groups {
            *changes.entry(&group.values).or_default() -= group.persons;
        }
        let twice = (self.twice() - before.twice()).abs();
        changes.values().chain([&(self.total - before.total)]).any(|change| change.abs() < FEWEST)
            || (1..FEWEST).contains(&twice)
    }

    /// By how many the groups' sum is above the total: once for each further group in which a person stands.
    fn twice(&self) -> i64 {
        self.groups.iter().map(|group| group.persons).sum::<i64>() - self.total
    }

    /// What is told of it.
    pub fn told(&self) -> Told {
        let groups: Vec<_> = self
            .groups
            .iter()
            .map(|group| (group.values.clone(), (group.persons >= FEWEST).then_some(group.persons)))
            .collect();
        let hides = groups.iter().any(|(_, persons)| persons.is_none());
        let twice = self.twice();
        let is_safe = !hides && (twice == 0 || twice >= FEWEST) && self.total >= FEWEST;
        Told { groups, total: is_safe.then_some(self.total) }
    }
}

/// From when on another cut of the same licences may be answered.
pub fn free_at(answered_at: UnixTime) -> UnixTime {
    UnixTime(answered_at.0.saturating_add(APART.0))
}

/// A status that is counted, in words; older versions and drafts are not.
pub fn status_label(word: &str) -> Option<Text> {
    COUNTED_STATUSES.iter().find(|status| status.as_str() == word).map(|status| status.label())
}

fn meet<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    one.is_empty() || other.is_empty() || one.iter().any(|each| other.contains(each))
}

const MOST_UNITS: usize = 50;

const COUNTED_STATUSES: [Status; 9] = [
    Status::Active,
    Status::OnHold,
    Status::Seized { until: None },
    Status::ReportedLost,
    Status::Disabled,
    Status::Cancelled,
    Status::Revoked,
    Status::Withdrawn,
    Status::Annulled,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(groups: &[(&str, i64)], total: i64) -> Counted {
        let of =
            |(value, persons): &(&str, i64)| Group { values: vec![(*value).to_owned()], persons: *persons };
        Counted { groups: groups.iter().map(of).collect(), total }
    }

    fn question() -> Question {
        let kind = "11990000MB00010701001".parse().unwrap();
        Question { kinds: vec![kind], group_by: vec![Dimension::Year], filter: Filter::default() }
    }

    fn of_years(from: i64, to: i64) -> Question {
        let filter = Filter { year: Some(Years { from, to }), ..Filter::default() };
        Question { filter, ..question() }
    }

    #[test]
    fn a_small_group_hides_itself_and_the_total() {
        let told = counted(&[("2024", 10), ("2025", 9)], 19).told();
        assert_eq!((told.groups[0].1, told.groups[1].1, told.total), (Some(10), None, None));
    }

    #[test]
    fn a_total_that_counts_those_in_two_groups_is_told_for_none_or_ten_of_them() {
        for (total, told) in [(60, Some(60)), (59, None), (51, None), (50, Some(50))] {
            assert_eq!(counted(&[("2024", 30), ("2025", 30)], total).told().total, told, "{total}");
        }
    }

    #[test]
    fn another_cut_of_the_same_licences_is_too_close_whatever_it_counts() {
        let (far, near) = (counted(&[("2024", 500)], 500), counted(&[("2024", 20)], 20));
        for (name, one, other, close) in [
            (
                "by another dimension",
                question(),
                Question { group_by: vec![Dimension::Status], ..question() },
                true,
            ),
            ("of a part", question(), of_years(2024, 2024), true),
            ("of years that meet", of_years(2023, 2024), of_years(2024, 2025), true),
            ("of years apart", of_years(2023, 2024), of_years(2025, 2025), false),
        ] {
            assert_eq!(one.is_too_close(&far, &other, &near), close, "{name}");
        }
    }

    #[test]
    fn the_same_cut_is_told_again_when_every_group_and_the_total_changed_by_ten() {
        let before = counted(&[("2024", 20), ("2025", 7)], 27);
        for (now, close) in [
            (counted(&[("2024", 30), ("2025", 17)], 47), false),
            (counted(&[("2024", 30), ("2025", 7)], 37), true),
            (counted(&[("2024", 29), ("2025", 17)], 46), true),
            (counted(&[("2024", 30), ("2025", 17)], 36), true),
            (counted(&[("2024", 30), ("2025", 17), ("2026", 4)], 51), true),
            (counted(&[("2024", 30)], 37), true),
            // Nobody stood in two groups; now two persons do, whom nobody is told of, or ten.
            (counted(&[("2024", 45), ("2025", 45)], 88), true),
            (counted(&[("2024", 45), ("2025", 45)], 80), false),
        ] {
            assert_eq!(question().is_too_close(&now, &question(), &before), close, "{now:?}");
        }
    }
}
