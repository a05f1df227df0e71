//! Request rates per address and per account: token buckets in memory, one set per server.
//!
//! They keep one client from taking everybody's share. They are not what keeps guesses few: wrong passwords and
//! PINs are counted in the database ([`crate::service::actor::session`], [`crate::service::actor::pin`]) and no setting lifts that.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use liangzheng_core::time::Seconds;

use crate::config::{LimitsConfig, RateConfig};
use crate::domain::ids::AccountId;

/// All buckets of one server.
pub struct Limits {
    buckets: Option<Buckets>,
}

struct Buckets {
    address: DefaultKeyedRateLimiter<IpAddr>,
    login_request: DefaultKeyedRateLimiter<IpAddr>,
    login: DefaultKeyedRateLimiter<IpAddr>,
    account: DefaultKeyedRateLimiter<AccountId>,
    known: DefaultKeyedRateLimiter<[u8; 32]>,
    application: DefaultKeyedRateLimiter<IpAddr>,
    public: DefaultKeyedRateLimiter<IpAddr>,
}

impl Limits {
    /// Full buckets; none when limits are lifted.
    pub fn new(config: &LimitsConfig) -> Self {
        let buckets = config.enabled.then(|| Buckets {
            address: RateLimiter::keyed(quota(config.per_address)),
            login_request: RateLimiter::keyed(quota(config.per_address)),
            login: RateLimiter::keyed(quota(config.login_per_address)),
            account: RateLimiter::keyed(quota(config.per_account)),
            known: RateLimiter::keyed(quota(config.per_known)),
            application: RateLimiter::keyed(quota_of_applications()),
            public: RateLimiter::keyed(quota(PUBLIC)),
        });
        Self { buckets }
    }

    /// One request from `address`; `Err` says how long to wait.
    pub fn address(&self, address: IpAddr) -> Result<(), Seconds> {
        self.buckets.as_ref().map_or(Ok(()), |buckets| take(&buckets.address, network(address)))
    }

    /// One request to log in from `address`, whatever it says; `Err` says how long to wait.
    pub fn login_request(&self, address: IpAddr) -> Result<(), Seconds> {
        self.buckets.as_ref().map_or(Ok(()), |buckets| take(&buckets.login_request, network(address)))
    }

    /// One login from `address`; `Err` says how long to wait.
    pub fn login(&self, address: IpAddr) -> Result<(), Seconds> {
        self.buckets.as_ref().map_or(Ok(()), |buckets| take(&buckets.login, network(address)))
    }

    /// One request of `account`; `Err` says how long to wait.
    pub fn account(&self, account: AccountId) -> Result<(), Seconds> {
        self.buckets.as_ref().map_or(Ok(()), |buckets| take(&buckets.account, account))
    }

    /// One request that brings what was given out at a login, by a hash of that; `Err` says how long to wait.
    pub fn known(&self, name: [u8; 32]) -> Result<(), Seconds> {
        self.buckets.as_ref().map_or(Ok(()), |buckets| take(&buckets.known, name))
    }

    /// One application of a unit from `address`; `Err` says how long to wait.
    pub fn application(&self, address: IpAddr) -> Result<(), Seconds> {
        self.buckets.as_ref().map_or(Ok(()), |buckets| take(&buckets.application, network(address)))
    }

    /// One look-up among what is public from `address`; `Err` says how long to wait.
    pub fn public(&self, address: IpAddr) -> Result<(), Seconds> {
        self.buckets.as_ref().map_or(Ok(()), |buckets| take(&buckets.public, network(address)))
    }

    /// Forgets buckets that are full again, so that memory follows the clients of the last minutes.
    pub fn forget_idle(&self) {
        if let Some(buckets) = &self.buckets {
            buckets.address.retain_recent();
            buckets.login_request.retain_recent();
            buckets.login.retain_recent();
            buckets.account.retain_recent();
            buckets.known.retain_recent();
            buckets.application.retain_recent();
            buckets.public.retain_recent();
        }
    }
}

fn take<K: Hash + Eq + Clone>(bucket: &DefaultKeyedRateLimiter<K>, key: K) -> Result<(), Seconds> {
    bucket.check_key(&key).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        Seconds(i64::try_from(wait.as_secs()).unwrap_or(i64::MAX).saturating_add(1))
    })
}

fn quota(rate: RateConfig) -> Quota {
    let burst = NonZeroU32::new(rate.burst).unwrap_or(NonZeroU32::MIN);
    Quota::per_second(NonZeroU32::new(rate.per_second).unwrap_or(NonZeroU32::MIN)).allow_burst(burst)
}

/// A person who looks something up sends a few; who wants the whole register by its serial numbers waits for years.
const PUBLIC: RateConfig = RateConfig { burst: 20, per_second: 1 };

/// Five at once, then one in ten seconds: a person with a form sends one, and the manager reads each.
fn quota_of_applications() -> Quota {
    let at_once = NonZeroU32::MIN.saturating_add(4);
    Quota::with_period(Duration::from_secs(10)).unwrap_or(Quota::per_second(at_once)).allow_burst(at_once)
}

/// What counts as one address: an IPv6 customer has a /64 and could change its address at will.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_too_many_waits_and_another_does_not() {
        let config =
            LimitsConfig { login_per_address: RateConfig { burst: 30, per_second: 1 }, ..Default::default() };
        let limits = Limits::new(&config);
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        for _ in 0..30 {
            assert_eq!(limits.login(one), Ok(()));
        }
        assert!(limits.login(one).is_err());
        assert_eq!(limits.login(other), Ok(()));
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_a_bucket() {
        let one: IpAddr = "2001:db8:1:2::1".parse().unwrap();
        let same: IpAddr = "2001:db8:1:2:ffff::9".parse().unwrap();
        let other: IpAddr = "2001:db8:1:3::1".parse().unwrap();
        assert_eq!(network(one), network(same));
        assert_ne!(network(one), network(other));
    }
}
