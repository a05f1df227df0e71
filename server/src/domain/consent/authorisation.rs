//! Authorisations 授权用证: a holder lets one unit use one licence for one purpose until a day (R59).

use liangzheng_core::time::{Day, UnixTime};

use crate::domain::actor::roles::end_of;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::{AuthorisationId, CaseId, HolderId, LicenceId};
use crate::words;

words! {
    /// What a unit may do with what it is let use.
    pub enum AuthorisedScope: "scope of an authorisation" {
        /// See the fields that its using list names.
        View = "view" / "查看" / "view",
        /// See them, and get the licence's file.
        Download = "download" / "下载" / "download",
    }
}

words! {
    /// Where an authorisation stands.
    pub enum AuthorisationState: "state of an authorisation" {
        /// The unit may use the licence.
        Live = "live" / "生效中" / "in force",
        /// Its time is over.
        Ended = "ended" / "已到期" / "ended",
        /// The holder has taken it back.
        Withdrawn = "withdrawn" / "已收回" / "withdrawn",
    }
}

/// An authorisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorisation {
    /// Its id.
    pub id: AuthorisationId,
    /// The licence; the newest version where one of the same holder has followed.
    pub licence: LicenceId,
    /// The holder who gave it.
    pub holder: HolderId,
    /// The unit that may use it.
    pub unit: Uscc,
    /// What with it.
    pub scope: AuthorisedScope,
    /// The only case it counts for: given at a counter, for what is done there.
    pub case: Option<CaseId>,
    /// Code of what for, as in the unit's using list.
    pub purpose: String,
    /// When it was given.
    pub given_at: UnixTime,
    /// From when on it no longer holds.
    pub until: UnixTime,
    /// When it was taken back.
    pub withdrawn_at: Option<UnixTime>,
}

impl Authorisation {
    /// Where it stands at `now`.
    pub fn state(&self, now: UnixTime) -> AuthorisationState {
        match self.withdrawn_at {
            Some(at) if at <= now => AuthorisationState::Withdrawn,
            _ if self.until <= now => AuthorisationState::Ended,
            _ => AuthorisationState::Live,
        }
    }
}

/// Whether an authorisation given at `now` may last until `until`: it lies ahead, and no more than a year (platform
/// contract), which ends at 24:00 in China of the same day of the next year.
pub fn may_last(now: UnixTime, until: UnixTime) -> bool {
    now < until && a_year_from(now).is_some_and(|latest| until <= latest)
}

fn a_year_from(now: UnixTime) -> Option<UnixTime> {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    let today = jiff::Timestamp::from_second(now.0).ok()?.to_zoned(zone).date();
    // Of 29 February the year ends on the 28th.
    let last = today.checked_add(jiff::Span::new().years(1)).ok()?;
    end_of(Day::parse(&last.strftime("%Y%m%d").to_string())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemEntropy;

    #[test]
    fn it_holds_until_its_time_is_over_or_it_is_taken_back() {
        let now = UnixTime(1_795_320_000);
        let given = Authorisation {
            id: AuthorisationId::generate(now, &SystemEntropy),
            licence: LicenceId::generate(now, &SystemEntropy),
            holder: HolderId::generate(now, &SystemEntropy),
            unit: "11990100MB0000019L".parse().unwrap(),
            scope: AuthorisedScope::View,
            case: None,
            purpose: "subsidy".into(),
            given_at: now,
            until: UnixTime(now.0 + 60),
            withdrawn_at: None,
        };
        assert_eq!(given.state(UnixTime(now.0 + 59)), AuthorisationState::Live);
        assert_eq!(given.state(UnixTime(now.0 + 60)), AuthorisationState::Ended);
        let back = Authorisation { withdrawn_at: Some(now), ..given };
        assert_eq!(back.state(now), AuthorisationState::Withdrawn, "from the same second on");
    }

    #[test]
    fn it_lasts_a_year_at_the_most_until_the_same_day_has_ended_in_china() {
        // Noon in China of 22 November 2026, and of 2027, from where a year has 366 days.
        for (now, days) in [(1_795_320_000, 365), (1_826_856_000, 366)] {
            let midnight = days * 86_400 + 12 * 3600;
            for (until, may) in [(0, false), (1, true), (midnight, true), (midnight + 1, false)] {
                assert_eq!(may_last(UnixTime(now), UnixTime(now + until)), may, "{now} {until}");
            }
        }
    }
}
