//! From where a login has succeeded before: a device, by a cookie, or an address.
//!
//! Wrong passwords of strangers shut a login for strangers only; who comes from a known place has an allowance of his own.
//! So nobody who merely knows a login keeps its owner out. The cookie opens nothing: it is no session and no factor. The
//! database has an HMAC of login and place, from which neither can be read.

use std::net::IpAddr;

use liangzheng_core::time::{Seconds, UnixTime};
use zeroize::Zeroizing;

use crate::App;
use crate::service::access::limits::network;
use crate::service::actor::mark::Mark;
use crate::storage::actor::known_place;
use crate::storage::{StorageError, Tx};

/// Where a login comes from.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The caller's address; unspecified if unknown.
    pub address: IpAddr,
    /// What its browser keeps of an earlier login.
    pub device: Option<&'a str>,
}

/// What a login that comes from here is to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It succeeded on this device before.
    Device([u8; 32]),
    /// It succeeded from this address before.
    Address([u8; 32]),
    /// Neither.
    Stranger,
}

impl<'a> Origin<'a> {
    /// The device, if its name was given out here.
    pub fn device(&self, app: &App) -> Option<&'a str> {
        self.device.filter(|name| Mark::Device.is_ours(&app.secrets, name))
    }

    /// What `login` from here is, at `now`.
    pub async fn standing(
        &self,
        app: &App,
        tx: &mut Tx,
        login: &str,
        now: UnixTime,
    ) -> Result<Standing, StorageError> {
        if let Some(place) = self.device(app).map(|name| device_place(app, login, name))
            && known_place::is_known(tx, &place, now).await?
        {
            return Ok(Standing::Device(place));
        }
        if let Some(place) = self.address_place(app, login)
            && known_place::is_known(tx, &place, now).await?
        {
            return Ok(Standing::Address(place));
        }
        Ok(Standing::Stranger)
    }

    /// Remembers that `login` succeeded from here, and on the device that is called `device` from now on.
    pub async fn remember(
        &self,
        app: &App,
        tx: &mut Tx,
        login: &str,
        device: Option<&str>,
        now: UnixTime,
    ) -> Result<(), StorageError> {
        if let Some(name) = device {
            known_place::remember(tx, &device_place(app, login, name), now.plus(DEVICE_KNOWN_FOR)).await?;
        }
        if let Some(place) = self.address_place(app, login) {
            known_place::remember(tx, &place, now.plus(ADDRESS_KNOWN_FOR)).await?;
        }
        Ok(())
    }

    /// `None` for an unknown address: it is everybody's.
    fn address_place(&self, app: &App, login: &str) -> Option<[u8; 32]> {
        let network = network(self.address);
        (!network.is_unspecified()).then(|| place(app, "known address", login, &network.to_string()))
    }
}

/// A name for a device that has none.
pub fn new_device(app: &App) -> Zeroizing<String> {
    Mark::Device.invent(&app.secrets, &*app.entropy)
}

fn device_place(app: &App, login: &str, name: &str) -> [u8; 32] {
    place(app, "known device", login, name)
}

/// A login may hold any character, a place none of those that are not printed.
fn place(app: &App, kind: &str, login: &str, place: &str) -> [u8; 32] {
    app.secrets.fingerprint(kind, [place, login].join("\0").as_bytes())
}

/// How long a device is known after its last login; its browser keeps the name as long.
pub const DEVICE_KNOWN_FOR: Seconds = Seconds(180 * 86_400);
/// The same of an address, which may be another customer's by then.
const ADDRESS_KNOWN_FOR: Seconds = Seconds(30 * 86_400);
