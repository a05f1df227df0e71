//! The trust list, version by version, so that a rotation of roots is followed step by step.

use liangzheng_core::{
    limits::MAX_LIST,
    verify::{Code, OnExpired, Refusal},
};

use super::{Answer, Run, missing};
use crate::error::Failure;

/// Most versions walked in one run: with a list a day more than ten years. The next run goes on.
const MAX_STEPS: u64 = 4_096;

const CURRENT: &str = "/.well-known/trust-list";

impl Run<'_> {
    /// Brings the trust list up to the server's newest version.
    pub(super) fn trust_list(&mut self) -> Result<(), Failure> {
        let out_of_reach = if self.version().is_none() { self.first_trust_list()? } else { None };
        for _ in 0..MAX_STEPS {
            let Some(version) = self.version().and_then(|held| held.checked_add(1)) else { break };
            let Answer::Here(text) = self.server.get(&format!("{CURRENT}/{version}"), MAX_LIST)? else {
                break;
            };
            // A step on the way may have expired long ago; only where the walk ends must be fresh.
            self.take(&text, OnExpired::TellInVerdict).map_err(|refusal| self.trust_refused(&refusal))??;
            if self.version() < Some(version) {
                break;
            }
        }
        if let Some(newest) = out_of_reach
            && let Err(refusal) = self.take(&newest, OnExpired::TellInVerdict)
            && is_rotated(&refusal)
        {
            // The walk stopped short of it: a version in between is missing.
            return Err(self.trust_refused(&refusal));
        }
        let is_expired = self.verifier.trust_list().is_some_and(|list| self.now >= list.exp);
        if is_expired { Err(self.trust_refused(&Code::TrustExpired.into())) } else { Ok(()) }
    }

    /// Into an empty bundle: the newest list, if the pinned roots signed it; else the first version they did
    /// sign, and the newest is given back for after the walk.
    fn first_trust_list(&mut self) -> Result<Option<String>, Failure> {
        let Answer::Here(newest) = self.server.get(CURRENT, MAX_LIST)? else { return Err(missing(CURRENT)) };
        let refusal = match self.take(&newest, OnExpired::Refuse { now: self.now }) {
            Ok(kept) => return kept.map(|()| None),
            Err(refusal) => refusal,
        };
        if is_rotated(&refusal) {
            let first = self.verifier.floors().trust_version.max(1);
            for version in first..first.saturating_add(MAX_STEPS) {
                let Answer::Here(text) = self.server.get(&format!("{CURRENT}/{version}"), MAX_LIST)? else {
                    break;
                };
                if let Ok(kept) = self.take(&text, OnExpired::TellInVerdict) {
                    return kept.map(|()| Some(newest));
                }
            }
        }
        Err(self.trust_refused(&refusal))
    }

    /// Core's word on a list; if it takes it, whether it could be kept.
    fn take(&mut self, text: &str, on_expired: OnExpired) -> Result<Result<(), Failure>, Refusal> {
        let before = self.version();
        self.verifier.load_trust_list(text, on_expired)?;
        if self.version() != before {
            self.summary.changed = true;
            let version = self.version().unwrap_or_default();
            self.tell(&format!("信任名录第 {version} 版"), &format!("trust list: version {version}"));
            return Ok(self.folder.put_trust_list(version, text, self.verifier.roots()));
        }
        Ok(Ok(()))
    }

    pub(super) fn version(&self) -> Option<u64> {
        self.verifier.trust_list().map(|list| list.version)
    }

    fn trust_refused(&self, refusal: &Refusal) -> Failure {
        self.refused("信任名录", "trust list", refusal)
    }
}

/// Whether the list may be good, but by roots that only a walk leads to.
fn is_rotated(refusal: &Refusal) -> bool {
    matches!(refusal.code, Code::TrustSig | Code::TrustThreshold)
}
