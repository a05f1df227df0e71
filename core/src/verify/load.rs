//! Taking in signed objects: verified, never older than what was accepted before.

use alloc::{string::String, vec, vec::Vec};

use super::{Code, HeldCatalogue, HeldList, Refusal, Verifier};
use crate::{
    limits::SETTLING,
    status::{self, StatusArray},
    time::{Seconds, UnixTime},
    trust::{Trust, read_catalogue, read_list},
};

/// What to do with an object that has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnExpired {
    /// It was just fetched: refuse it, somebody may be holding back newer ones.
    Refuse {
        /// The verifier's clock.
        now: UnixTime,
    },
    /// It comes from the verifier's own bundle, or is one step of a walk to a newer list: take it, and let
    /// the verdict say what it is still good for.
    TellInVerdict {
        /// The verifier's clock: no floor rises further above it than clocks may differ.
        now: UnixTime,
    },
}

/// What came of loading an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// It is now held.
    New,
    /// It is what was held already.
    Unchanged,
}

impl OnExpired {
    fn refuses(self, exp: UnixTime) -> bool {
        matches!(self, Self::Refuse { now } if now >= exp)
    }

    /// The clock by which a signing key's life is judged. What a bundle holds was good when it came.
    fn key_time(self) -> UnixTime {
        match self {
            Self::Refuse { now } => now,
            Self::TellInVerdict { .. } => UnixTime(0),
        }
    }

    /// The floor to which an object made at `iat` may raise a verifier's.
    fn floor(self, iat: UnixTime) -> UnixTime {
        let (Self::Refuse { now } | Self::TellInVerdict { now }) = self;
        iat.min(now.plus(SETTLING))
    }

    /// Holds an object that was just fetched to the verifier's clock: taken, a single list made by a fast clock would shut
    /// out all that are made afterwards by the right one.
    ///
    /// # Errors
    /// `U_CLOCK`, naming both clocks, for one further ahead than clocks may differ.
    fn check_clock(self, iat: UnixTime) -> Result<(), Refusal> {
        match self {
            Self::Refuse { now } if self.floor(iat) < iat => Err(Refusal::about(
                Code::Clock,
                ["iat ", &iat.to_minute(), ", now ", &now.to_minute()].concat(),
            )),
            _ => Ok(()),
        }
    }
}

impl Verifier {
    /// Takes in a trust list (JWS JSON general serialisation), and the root set it names.
    ///
    /// After a root rotation load the versions one by one: each must satisfy the roots before it.
    ///
    /// # Errors
    /// `E_TRUST_SIG`, `E_TRUST_THRESHOLD`, `E_TRUST_KEY`, `E_TRUST_EXPIRED`, `E_ROLLBACK`, or what its form
    /// lacks. What was held stays.
    pub fn load_trust_list(&mut self, text: &str, on_expired: OnExpired) -> Result<Loaded, Refusal> {
        let (trust, roots) = read_list(text, &self.roots, self.backend)?;
        let list = &trust.list;
        if list.version < self.floors.trust_version {
            return Err(Code::Rollback.into());
        }
        if let Some(held) = &self.trust
            && held.list.version == list.version
        {
            // Two lists of one version are two stories; the first one heard stands.
            return if held.sha256 == trust.sha256 {
                Ok(Loaded::Unchanged)
            } else {
                Err(Code::Rollback.into())
            };
        }
        if on_expired.refuses(list.exp) {
            return Err(Code::TrustExpired.into());
        }
        on_expired.check_clock(list.iat)?;
        self.floors.trust_version = list.version;
        self.floors.time = self.floors.time.max(on_expired.floor(list.iat));
        self.trust = Some(trust);
        self.roots = roots;
        Ok(Loaded::New)
    }

    /// Takes in a catalogue. One that was just fetched is confirmed by it, also if it is held already: what it does not
    /// name, did not exist then.
    ///
    /// # Errors
    /// `U_TRUST_MISSING` before a trust list, `E_CATALOGUE_SIG`, `E_ROLLBACK`, `U_CATALOGUE_STALE` for an
    /// expired one, or what its form lacks. What was held stays.
    pub fn load_catalogue(&mut self, text: &str, on_expired: OnExpired) -> Result<Loaded, Refusal> {
        let trust = self.trust.as_ref().ok_or(Code::TrustMissing)?;
        let (catalogue, signed) = read_catalogue(text, trust, self.best_time(on_expired.key_time()))?;
        on_expired.check_clock(catalogue.iat)?;
        if self.floors.catalogues.get(&catalogue.iss).is_some_and(|floor| catalogue.version < *floor) {
            return Err(Code::Rollback.into());
        }
        if let Some(held) = self.catalogues.get(&catalogue.iss)
            && held.catalogue.version == catalogue.version
        {
            if held.catalogue != catalogue {
                return Err(Code::Rollback.into());
            }
            self.floors.confirm(&catalogue.iss, on_expired);
            return Ok(Loaded::Unchanged);
        }
        if on_expired.refuses(catalogue.exp) {
            return Err(Code::CatalogueStale.into());
        }
        self.floors.catalogues.raise(&catalogue.iss, catalogue.version);
        self.floors.time = self.floors.time.max(on_expired.floor(catalogue.iat));
        self.floors.confirm(&catalogue.iss, on_expired);
        self.catalogues.insert(catalogue.iss.clone(), HeldCatalogue { catalogue, kid: signed.kid });
        Ok(Loaded::New)
    }

    /// Takes in a status list, whichever it is; see [`Self::load_status_list_from`] when it was fetched.
    ///
    /// # Errors
    /// `U_TRUST_MISSING` before a trust list, `E_STATUS_SIG`, `E_STATUS_SIZE`, `E_ROLLBACK`, `U_STATUS_STALE`
    /// for an expired one, or what its form lacks. What was held stays.
    pub fn load_status_list(&mut self, text: &str, on_expired: OnExpired) -> Result<Loaded, Refusal> {
        self.take_list(text, None, on_expired)
    }

    /// Takes in the status list fetched from `uri`.
    ///
    /// # Errors
    /// `E_STATUS_SUB` if it is another list; else as [`Self::load_status_list`].
    pub fn load_status_list_from(
        &mut self,
        uri: &str,
        text: &str,
        on_expired: OnExpired,
    ) -> Result<Loaded, Refusal> {
        self.take_list(text, Some(uri), on_expired)
    }

    fn take_list(&mut self, text: &str, uri: Option<&str>, on_expired: OnExpired) -> Result<Loaded, Refusal> {
        let trust = self.trust.as_ref().ok_or(Code::TrustMissing)?;
        let read = status::read_list(text, trust, self.best_time(on_expired.key_time()))?;
        let (sub, iat) = (read.head.sub, read.head.iat);
        if uri.is_some_and(|uri| uri != sub) {
            return Err(Code::StatusSub.into());
        }
        on_expired.check_clock(iat)?;
        let raised = on_expired.floor(iat);
        let floor = self.floors.lists.get(&sub).copied().unwrap_or_default();
        // A bundle's list may be older than the floor: the deltas that follow bring it up, and until they
        // have, the verdict counts it as stale.
        let is_fetched = matches!(on_expired, OnExpired::Refuse { .. });
        if iat < floor && is_fetched {
            return Err(Code::Rollback.into());
        }
        if let Some(held) = self.lists.get(&sub) {
            if held.operator != read.operator {
                return Err(Code::IssuerKeyMismatch.into());
            }
            // A bundle's list from the future gives way to one that was just fetched, or nothing would mend it.
            let held_counts = !is_fetched || on_expired.floor(held.iat) == held.iat;
            if held_counts && (iat < held.iat || (iat == held.iat && read.array != held.array)) {
                return Err(Code::Rollback.into());
            }
            if iat == held.iat {
                return Ok(Loaded::Unchanged);
            }
        }
        if on_expired.refuses(read.head.exp) {
            return Err(Code::StatusStale.into());
        }
        self.floors.lists.raise(&sub, raised);
        self.floors.time = self.floors.time.max(raised);
        let list = HeldList {
            array: read.array,
            hash: None,
            operator: read.operator,
            iat,
            exp: read.head.exp,
            ttl: read.head.ttl,
            signed_by: vec![(read.kid, iat)],
        };
        self.lists.insert(sub, list);
        Ok(Loaded::New)
    }

    /// Brings every list of the delta's operator that is held up to the delta's end.
    ///
    /// All or nothing: if one list does not fit, none is changed, and the lists are to be fetched whole.
    ///
    /// # Errors
    /// `U_TRUST_MISSING`, `E_STATUS_SIG`, `E_DELTA_BASE`, `E_DELTA_RESULT`, `U_STATUS_STALE` for a delta whose
    /// end has expired, or what its form lacks.
    pub fn apply_delta(&mut self, text: &str, on_expired: OnExpired) -> Result<Loaded, Refusal> {
        let trust = self.trust.as_ref().ok_or(Code::TrustMissing)?;
        let read = status::read_delta(text, trust, self.best_time(on_expired.key_time()))?;
        let delta = read.delta;
        let latest = delta.iat.max(delta.next.iat);
        on_expired.check_clock(latest)?;
        if on_expired.refuses(delta.next.exp) {
            return Err(Code::StatusStale.into());
        }
        let mut changed: Vec<(String, StatusArray, [u8; 32])> = Vec::new();
        let mut held_any = false;
        for (uri, list) in self.lists.iter().filter(|(_, list)| list.operator == read.operator) {
            held_any = true;
            if list.iat < delta.next.iat {
                let (array, hash) =
                    delta.apply(uri, &list.array, &list.hash.unwrap_or_else(|| list.array.sha256()))?;
                changed.push((String::from(uri), array, hash));
            }
        }
        if !held_any {
            return Err(Code::DeltaBase.into());
        }
        self.floors.time = self.floors.time.max(on_expired.floor(latest));
        let outcome = if changed.is_empty() { Loaded::Unchanged } else { Loaded::New };
        for (uri, array, hash) in changed {
            self.floors.lists.raise(&uri, on_expired.floor(delta.next.iat));
            if let Some(list) = self.lists.get_mut(&uri) {
                list.array = array;
                list.hash = Some(hash);
                list.iat = delta.next.iat;
                list.exp = delta.next.exp;
                list.signed_by.push((read.kid.clone(), delta.iat));
            }
        }
        Ok(outcome)
    }
}

impl HeldList {
    /// Whether every key that signed it, or a delta since, still counts.
    pub(super) fn keys_are_good(&self, trust: &Trust, now: UnixTime) -> bool {
        self.signed_by
            .iter()
            .all(|(kid, iat)| trust.key(kid).is_some_and(|key| key.may_have_signed(*iat, now)))
    }

    pub(super) fn age(&self, now: UnixTime) -> Seconds {
        Seconds(now.since(self.iat).0.max(0))
    }
}
