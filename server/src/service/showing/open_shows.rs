//! The open shows in memory: what a refresh needs, so that it reads no database.
//!
//! Filled from the database when a show is first asked for on this server, emptied by the change feed. A reader
//! that began before a change and ends after it must not put its old copy back: each emptying raises the epoch,
//! and a copy is kept only if the epoch is still that of before its reading.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use liangzheng_core::key::SignError;
use liangzheng_core::time::{Day, Seconds, UnixTime};
use liangzheng_core::token::ShowClaims;
use liangzheng_core::token::show::Template;

use super::mint::{MintError, MintedCode};
use super::show_secret::ShowSecret;
use crate::domain::ids::{AccountId, LicenceId, SessionId, ShowId};
use crate::storage::change::Change;
use crate::storage::showing::show::ShowRow;

/// One open show with everything its next token needs.
#[derive(Debug)]
pub struct OpenShow {
    /// Its id.
    pub key: ShowId,
    /// The holder's account.
    pub owner: AccountId,
    /// Its id as text.
    pub id: Arc<str>,
    /// The holder's account as text.
    pub account: Arc<str>,
    /// The session that opened it.
    pub session: SessionId,
    /// The licence.
    pub licence: LicenceId,
    /// The licence's id as text.
    pub licence_text: Arc<str>,
    /// The scene.
    pub scene: Arc<str>,
    /// What names its tokens.
    pub secret: ShowSecret,
    /// The claims of its tokens, but for `iat`, `exp` and `jti`.
    pub claims: ShowClaims,
    /// What every token of it says, ready to be signed.
    pub template: Template,
    /// Life of each token.
    pub lifetime: Seconds,
    /// The day on which it was derived what stands against the licence.
    pub day: Day,
    /// Over at the latest.
    pub closes_at: UnixTime,
    /// When whoever shows it for another may no longer: no token lasts longer.
    pub ends_at: Option<UnixTime>,
    ended: AtomicBool,
    last: Mutex<Option<MintedCode>>,
}

impl OpenShow {
    /// A show just opened or read.
    ///
    /// # Errors
    /// If no token could be made of `claims`.
    pub fn new(
        row: &ShowRow,
        secret: ShowSecret,
        claims: ShowClaims,
        lifetime: Seconds,
        day: Day,
        ends_at: Option<UnixTime>,
    ) -> Result<Self, SignError> {
        Ok(Self {
            key: row.id,
            owner: row.account,
            session: row.session,
            licence: row.licence,
            id: row.id.to_string().into(),
            account: row.account.to_string().into(),
            licence_text: row.licence.to_string().into(),
            scene: row.scene.shared(),
            secret,
            template: Template::new(&claims)?,
            claims,
            lifetime,
            day,
            closes_at: UnixTime(row.closes_at),
            ends_at,
            ended: AtomicBool::new(false),
            last: Mutex::new(None),
        })
    }

    /// Life of a token minted at `now`.
    pub fn lifetime_at(&self, now: UnixTime) -> Seconds {
        self.ends_at.map_or(self.lifetime, |end| Seconds(self.lifetime.0.min(end.since(now).0)))
    }

    /// Whether something has ended it since it was read.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// The code of the second `now`: made by `mint`, or the one made here in that very second. One token a second, so
    /// that its name stands for one text.
    pub fn code_of(
        &self,
        now: UnixTime,
        mint: impl FnOnce() -> Result<MintedCode, MintError>,
    ) -> Result<MintedCode, MintError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(code) = last.as_ref().filter(|code| code.iat == now) {
            return Ok(code.clone());
        }
        Ok(last.insert(mint()?).clone())
    }

    /// The code last minted here.
    pub fn last_code(&self) -> Option<MintedCode> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The open shows of this server.
#[derive(Debug, Default)]
pub struct OpenShows {
    shows: RwLock<HashMap<ShowId, Arc<OpenShow>>>,
    epoch: AtomicU64,
}

/// The epoch a reading began in.
#[derive(Clone, Copy, Debug)]
pub struct Epoch(u64);

impl OpenShows {
    /// To be taken before reading the database.
    pub fn epoch(&self) -> Epoch {
        Epoch(self.epoch.load(Ordering::Acquire))
    }

    /// A show held here.
    pub fn show(&self, id: ShowId) -> Option<Arc<OpenShow>> {
        self.shows.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// Keeps a show read since `epoch`, unless something changed meanwhile or it is here already as of that day.
    pub fn keep(&self, show: OpenShow, epoch: Epoch) -> Arc<OpenShow> {
        let mut shows = self.shows.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = shows.get(&show.key).filter(|held| held.day >= show.day) {
            return held.clone();
        }
        let show = Arc::new(show);
        if self.epoch.load(Ordering::Acquire) == epoch.0 {
            shows.insert(show.key, show.clone());
        }
        show
    }

    /// Forgets what `change` made old. A show removed here is ended for requests that already hold it.
    pub fn apply(&self, change: &Change) {
        let is_hit: &dyn Fn(&OpenShow) -> bool = match change {
            Change::Session(id) => &move |show: &OpenShow| show.session == *id,
            Change::Account(id) => &move |show: &OpenShow| show.owner == *id,
            Change::Licence(id) => &move |show: &OpenShow| show.licence == *id,
            Change::Show(id) => &move |show: &OpenShow| show.key == *id,
            // Scenes, masks and units may all be others now.
            Change::Catalogue | Change::Trust => &|_: &OpenShow| true,
            Change::Status | Change::Published | Change::Keys | Change::Clock(_) => return,
        };
        let rebuilt_only = matches!(change, Change::Catalogue | Change::Trust);
        let mut shows = self.shows.write().unwrap_or_else(PoisonError::into_inner);
        self.epoch.fetch_add(1, Ordering::AcqRel);
        shows.retain(|_, show| {
            let hit = is_hit(show);
            if hit && !rebuilt_only {
                show.ended.store(true, Ordering::Release);
            }
            !hit
        });
    }

    /// Forgets shows that closed before `now`.
    pub fn sweep(&self, now: UnixTime) {
        let mut shows = self.shows.write().unwrap_or_else(PoisonError::into_inner);
        shows.retain(|_, show| show.closes_at > now);
    }

    /// How many shows are held.
    pub fn len(&self) -> usize {
        self.shows.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use liangzheng_core::identifier::Identifier;
    use liangzheng_core::token::{Fields, Jti, StatusRef};

    use super::*;
    use crate::domain::clock::SystemEntropy;
    use crate::secrets::Secrets;

    fn show() -> OpenShow {
        let claims = ShowClaims {
            iss: "lz.990000".into(),
            iat: UnixTime(0),
            exp: UnixTime(60),
            jti: Jti::from_bytes([0; 12]),
            aud: "hotel".into(),
            scene: "hotel.checkin".into(),
            lic: Identifier::parse("11100000MB0143028R001.11990100MB0000019L.20260000123.001.S").unwrap(),
            fld: Fields::default(),
            vf: Day::parse("20260101").unwrap(),
            vt: None,
            status: StatusRef { uri: "http://x/status-lists/1".into(), idx: 1 },
            ntc: None,
            act: None,
        };
        let row = ShowRow {
            id: ShowId::generate(UnixTime(0), &SystemEntropy),
            account: AccountId::generate(UnixTime(0), &SystemEntropy),
            session: SessionId::generate(UnixTime(0), &SystemEntropy),
            licence: LicenceId::generate(UnixTime(0), &SystemEntropy),
            scene: "hotel.checkin".parse().unwrap(),
            delegation: None,
            secret: Vec::new(),
            opened_at: 0,
            closes_at: 300,
            ended_at: None,
        };
        let secrets = Secrets::from_master(&[7; 32]).unwrap();
        let (secret, _) = ShowSecret::new(&secrets, row.id, &SystemEntropy);
        OpenShow::new(&row, secret, claims, Seconds(60), Day::of(UnixTime(0)), None).unwrap()
    }

    #[test]
    fn an_act_ends_the_licences_shows_and_no_others() {
        let shows = OpenShows::default();
        let (one, two) = (shows.keep(show(), shows.epoch()), shows.keep(show(), shows.epoch()));
        shows.apply(&Change::Licence(one.licence));
        assert!(one.has_ended() && shows.show(one.key).is_none());
        assert!(!two.has_ended() && shows.show(two.key).is_some());
    }

    #[test]
    fn a_copy_read_before_a_change_is_not_kept_after_it() {
        let shows = OpenShows::default();
        let epoch = shows.epoch();
        let read = show();
        shows.apply(&Change::Licence(read.licence));
        let late = shows.keep(read, epoch);
        assert!(shows.show(late.key).is_none());
    }
}
