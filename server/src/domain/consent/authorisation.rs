//! Authorisations 授权用证: a holder lets one unit use one licence for one purpose until a day (R59).

use liangzheng_core::time::{Seconds, UnixTime};

use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::{AuthorisationId, HolderId, LicenceId};
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
/// contract; a leap year's days, so that "a year from today" is always within).
pub fn may_last(now: UnixTime, until: UnixTime) -> bool {
    now < until && until <= now.plus(LONGEST)
}

/// 366 days and the rest of the last of them: `until` may be given as a day, which ends at midnight.
const LONGEST: Seconds = Seconds(367 * 86_400);

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
            purpose: "subsidy".into(),
            given_at: now,
            until: UnixTime(now.0 + 60),
            withdrawn_at: None,
        };
        assert_eq!(given.state(UnixTime(now.0 + 59)), AuthorisationState::Live);
        assert_eq!(given.state(UnixTime(now.0 + 60)), AuthorisationState::Ended);
        let back = Authorisation { withdrawn_at: Some(now), ..given };
        assert_eq!(back.state(now), AuthorisationState::Withdrawn, "from the same second on");
        for (until, may) in [(0, false), (1, true), (366 * 86_400, true), (368 * 86_400, false)] {
            assert_eq!(may_last(now, UnixTime(now.0 + until)), may, "{until}");
        }
    }
}
