//! How many connections one address may have at once.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::service::access::limits::network;

/// The places of all addresses. Cheap to clone.
#[derive(Clone, Debug)]
pub(in crate::http) struct Places {
    /// 0: as many as come.
    per_address: usize,
    /// Addresses that many clients come from.
    proxies: Arc<[IpAddr]>,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A place that is taken; free again when dropped.
#[derive(Debug)]
pub(in crate::http) struct Place {
    address: IpAddr,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// The address has as many connections as it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) struct TooMany;

impl Places {
    pub(in crate::http) fn new(per_address: usize, proxies: impl IntoIterator<Item = IpAddr>) -> Self {
        let proxies = proxies.into_iter().map(|address| address.to_canonical()).collect();
        Self { per_address, proxies, taken: Arc::default() }
    }

    /// A place for a connection from `address`; `None` where nobody counts.
    pub(in crate::http) fn take(&self, address: IpAddr) -> Result<Option<Place>, TooMany> {
        if self.per_address == 0 || self.proxies.contains(&address.to_canonical()) {
            return Ok(None);
        }
        let address = network(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(address).or_default();
        if *count >= self.per_address {
            return Err(TooMany);
        }
        *count += 1;
        Ok(Some(Place { address, taken: Arc::clone(&self.taken) }))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Places, TooMany};

    #[test]
    fn an_address_has_its_places_and_a_proxy_as_many_as_come() {
        let (one, other, proxy) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into(), [10, 0, 0, 9].into());
        let places = Places::new(2, [proxy]);
        let held = [places.take(one).unwrap(), places.take(one).unwrap()];
        assert_eq!(places.take(one).unwrap_err(), TooMany);
        let _other = places.take(other).unwrap();
        drop(held);
        let _again = places.take(one).unwrap();
        assert!(places.take(proxy).unwrap().is_none());
        assert!(Places::new(0, []).take(one).unwrap().is_none());
    }
}
