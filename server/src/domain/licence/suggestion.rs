//! What a holder might do with what he has (R69): rules only, of what lies in his wallet and what units have published.

use liangzheng_core::time::{Day, Seconds, UnixTime};

use crate::domain::catalogue::codes::KindCode;
use crate::domain::ids::LicenceId;

/// A licence in the wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The licence.
    pub licence: LicenceId,
    /// Its kind.
    pub kind: KindCode,
    /// Whether it holds today.
    pub holds: bool,
    /// Last day of validity; `None` = 长期.
    pub valid_to: Option<Day>,
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suggestion {
    /// A licence runs out soon.
    RenewalDue {
        /// The licence.
        licence: LicenceId,
        /// Its kind.
        kind: KindCode,
        /// Its last day.
        valid_to: Day,
        /// How many days that is from today.
        days: i64,
    },
    /// A matter whose materials the holder has, all or all but one.
    Matter {
        /// Its place among the matters.
        at: usize,
        /// What he has not.
        missing: Vec<KindCode>,
    },
    /// A scene in which he can show what he has.
    Scene {
        /// Its place among the scenes.
        at: usize,
        /// What he shows there.
        licence: LicenceId,
        /// Its kind.
        kind: KindCode,
    },
}

/// What is suggested: what runs out, the soonest first; matters that lack nothing, then those that lack one; scenes. Of
/// `matters` and `scenes`, in their order, each names the kinds that it takes.
pub fn suggestions(
    now: UnixTime,
    held: &[Held],
    matters: &[Vec<KindCode>],
    scenes: &[Vec<KindCode>],
) -> Vec<Suggestion> {
    let holding = || held.iter().filter(|one| one.holds);
    let has = |kind: &KindCode| holding().any(|one| one.kind == *kind);
    let mut due: Vec<(i64, Suggestion)> = holding()
        .filter_map(|one| {
            let valid_to = one.valid_to?;
            let days = (0..=SOON).find(|days| Day::of(now.plus(Seconds(days * 86_400))) == valid_to)?;
            let suggestion = Suggestion::RenewalDue { licence: one.licence, kind: one.kind, valid_to, days };
            Some((days, suggestion))
        })
        .collect();
    due.sort_by_key(|(days, _)| *days);
    let mut lacking: Vec<(usize, Suggestion)> = (matters.iter().enumerate())
        .filter_map(|(at, kinds)| {
            let missing: Vec<KindCode> = kinds.iter().filter(|kind| !has(kind)).copied().collect();
            let is_near = missing.len() <= 1 && missing.len() < kinds.len();
            is_near.then_some((missing.len(), Suggestion::Matter { at, missing }))
        })
        .collect();
    lacking.sort_by_key(|(missing, _)| *missing);
    let shown = scenes.iter().enumerate().filter_map(|(at, kinds)| {
        let one = holding().find(|one| kinds.contains(&one.kind))?;
        Some(Suggestion::Scene { at, licence: one.licence, kind: one.kind })
    });
    let (due, lacking) = (due.into_iter().map(|(_, one)| one), lacking.into_iter().map(|(_, one)| one));
    due.chain(lacking).chain(shown).take(MOST).collect()
}

/// Days before the last one from which a renewal is suggested: those of the first reminder.
const SOON: i64 = 60;
/// As many as somebody reads.
const MOST: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    /// 1 December 2026, 08:00 in China.
    const NOW: UnixTime = UnixTime(1_796_083_200);

    fn kind(number: u8) -> KindCode {
        format!("11990000MB0001070100{number}").parse().unwrap()
    }

    fn held(number: u8, holds: bool, valid_to: Option<&str>) -> Held {
        let licence = format!("lic_{number:032}").parse().unwrap();
        Held { licence, kind: kind(number), holds, valid_to: valid_to.map(|day| Day::parse(day).unwrap()) }
    }

    #[test]
    fn what_runs_out_within_sixty_days_comes_first_and_the_soonest_before_others() {
        let wallet = [
            held(1, true, Some("20270130")),
            held(2, true, Some("20261201")),
            held(3, true, Some("20270131")),
            held(4, false, Some("20261202")),
            held(5, true, None),
        ];
        let told = suggestions(NOW, &wallet, &[], &[]);
        let days: Vec<(i64, KindCode)> = told
            .iter()
            .map(|one| match one {
                Suggestion::RenewalDue { days, kind, .. } => (*days, *kind),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(days, [(0, kind(2)), (60, kind(1))]);
    }

    #[test]
    fn a_matter_may_lack_one_of_several_and_not_its_only_one() {
        let wallet = [held(1, true, None), held(2, true, None), held(3, false, None)];
        let matters =
            [vec![kind(1), kind(3)], vec![kind(3)], vec![kind(1), kind(2)], vec![kind(1), kind(3), kind(4)]];
        let told = suggestions(NOW, &wallet, &matters, &[vec![kind(3)], vec![kind(4), kind(2)]]);
        assert_eq!(
            told,
            [
                Suggestion::Matter { at: 2, missing: vec![] },
                Suggestion::Matter { at: 0, missing: vec![kind(3)] },
                Suggestion::Scene { at: 1, licence: wallet[1].licence, kind: kind(2) },
            ]
        );
    }

    #[test]
    fn nobody_gets_more_than_twenty() {
        let matters = vec![vec![kind(1)]; 30];
        assert_eq!(suggestions(NOW, &[held(1, true, None)], &matters, &[]).len(), 20);
        assert!(suggestions(NOW, &[], &matters, &[vec![kind(1)]]).is_empty());
    }
}
