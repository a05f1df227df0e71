//! Status lists: by one delta where that leads from what is held, whole where it does not or nothing is held.

use std::collections::{BTreeMap, BTreeSet};

use liangzheng_core::{
    limits::{MAX_DELTA, MAX_LIST, MAX_STATUS_JWT, MAX_URI},
    time::UnixTime,
    verify::{Loaded, OnExpired, Refusal},
};
use serde::Deserialize;

use super::{Answer, Run, missing};
use crate::error::{Exit, Failure};

/// Deltas kept on top of a list. Each is checked again at every start (about a millisecond), so after this many
/// the lists are fetched whole.
const MAX_DELTAS: usize = 8;

/// So many lists in a row without any answer: the network is gone, and each of the others would be waited for.
const MAX_SILENT: u32 = 3;

const LISTS: &str = "/status-lists";

/// The aggregation of draft-ietf-oauth-status-list §9.3: unsigned, so it only tells what to ask for.
#[derive(Debug, Deserialize)]
struct Aggregation {
    status_lists: Vec<String>,
}

/// What the server has beyond a publication that is held.
enum Since {
    /// Nothing.
    Nothing,
    /// A delta that leads from there to its newest.
    Delta(String),
    /// It cannot or need not say: the lists are to be fetched whole.
    Unknown,
}

impl Run<'_> {
    /// Brings the status lists up to date.
    pub(super) fn status_lists(&mut self) -> Result<(), Failure> {
        let wanted = self.aggregation()?;
        self.wanted = wanted.len();
        let done = self.bring_up(&wanted);
        self.summary.status_lists = self.verifier.status_lists().count();
        done.and_then(|()| self.drop_deltas())
    }

    fn aggregation(&self) -> Result<BTreeSet<String>, Failure> {
        let Answer::Here(text) = self.server.get(LISTS, MAX_LIST)? else { return Err(missing(LISTS)) };
        let aggregation: Aggregation = serde_json::from_str(&text).map_err(|_| {
            Failure::new(
                Exit::Invalid,
                "平台的状态名单目录无法读懂",
                "the server's index of status lists is unreadable",
            )
            .hint("请检查 --server 地址。", "check --server")
        })?;
        Ok(aggregation.status_lists.into_iter().filter(|uri| uri.len() <= MAX_URI).collect())
    }

    /// A server publishes all its lists at once. So the newest publication of which anything is held tells which
    /// lists an earlier run did not get to, and only those are fetched whole; one delta does for the others.
    fn bring_up(&mut self, wanted: &BTreeSet<String>) -> Result<(), Failure> {
        let held: BTreeMap<String, UnixTime> = self
            .verifier
            .status_lists()
            .filter(|list| wanted.contains(&list.uri))
            .map(|list| (list.uri, list.iat))
            .collect();
        let Some(newest) = held.values().max().copied() else { return self.fetch(wanted) };
        let (reached, behind): (BTreeSet<String>, BTreeSet<String>) =
            wanted.iter().cloned().partition(|uri| held.get(uri) == Some(&newest));
        let since = self.since(newest)?;
        // Those behind first: a delta that meets a list from before its start is refused as a whole.
        self.fetch(&behind)?;
        match since {
            Since::Nothing => Ok(()),
            Since::Delta(text) if self.apply(&text)? => Ok(()),
            Since::Delta(_) | Since::Unknown => self.fetch(&reached),
        }
    }

    fn since(&self, newest: UnixTime) -> Result<Since, Failure> {
        Ok(match self.server.get(&format!("{LISTS}/delta?from={newest}"), MAX_DELTA)? {
            Answer::Unchanged => Since::Nothing,
            Answer::Here(text) if self.folder.count_deltas()? < MAX_DELTAS => Since::Delta(text),
            Answer::Here(_) | Answer::Nothing | Answer::Elsewhere => Since::Unknown,
        })
    }

    /// Whether the delta brought the lists up. Any refusal, a wrong signature included, means: do without it. The
    /// lists are signed, too.
    fn apply(&mut self, text: &str) -> Result<bool, Failure> {
        match self.verifier.apply_delta(text, OnExpired::Refuse { now: self.now }) {
            Ok(Loaded::New) => {
                self.folder.put_delta(text)?;
                self.kept = self.verifier.floors();
                self.tell("状态名单增量已应用", "status lists: one delta applied");
                self.summary.changed = true;
                self.summary.deltas_applied += 1;
                Ok(true)
            }
            Ok(Loaded::Unchanged) => Ok(true),
            Err(_) => Ok(false),
        }
    }

    /// Fetches lists whole, each for itself: a bad one among many is noted, and keeps no other from being fetched.
    ///
    /// # Errors
    /// If the bundle cannot be written, or the server has fallen silent.
    fn fetch(&mut self, uris: &BTreeSet<String>) -> Result<(), Failure> {
        let mut silent = 0;
        for uri in uris {
            self.server.has_answered();
            let Err(failure) = self.whole(uri)? else { continue };
            silent = if self.server.has_answered() { 0 } else { silent + 1 };
            if silent >= MAX_SILENT {
                return Err(failure);
            }
            self.bad.push((uri.clone(), failure));
        }
        Ok(())
    }

    /// Fetches one list whole. What is wrong with the list is the inner error.
    ///
    /// # Errors
    /// If the bundle cannot be written.
    fn whole(&mut self, uri: &str) -> Result<Result<(), Failure>, Failure> {
        match self.fetched(uri) {
            Ok((text, loaded)) => self.keep(uri, &text, loaded).map(Ok),
            Err(failure) => Ok(Err(failure)),
        }
    }

    /// One list, whole, and core's word on it.
    fn fetched(&mut self, uri: &str) -> Result<(String, Loaded), Failure> {
        // The URI is a name; the bytes come from the server that was asked for, whatever address it has today.
        let id = uri.rsplit('/').next().unwrap_or_default();
        let is_plain =
            !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if !is_plain {
            return Err(Failure::new(
                Exit::Invalid,
                "平台的状态名单目录有错",
                "the server's index of status lists has a bad entry",
            )
            .hint("请检查 --server 地址。", "check --server"));
        }
        let path = format!("{LISTS}/{id}");
        let Answer::Here(text) = self.server.get(&path, MAX_STATUS_JWT)? else { return Err(missing(&path)) };
        let loaded = self
            .verifier
            .load_status_list_from(uri, &text, OnExpired::Refuse { now: self.now })
            .map_err(|refusal| self.status_refused(&refusal))?;
        Ok((text, loaded))
    }

    fn keep(&mut self, uri: &str, text: &str, loaded: Loaded) -> Result<(), Failure> {
        let iat = self.verifier.status_lists().find(|list| list.uri == uri).map(|list| list.iat);
        // A list that deltas had led to already may be on disk as it was before them.
        if loaded == Loaded::New || self.whole.get(uri).copied() != iat {
            self.folder.put_status_list(uri, text)?;
            self.kept = self.verifier.floors();
            self.whole.extend(iat.map(|iat| (uri.to_owned(), iat)));
        }
        if loaded == Loaded::New {
            let id = uri.rsplit('/').next().unwrap_or_default();
            self.tell(&format!("状态名单 {id}"), &format!("status list {id}"));
            self.summary.changed = true;
        }
        Ok(())
    }

    /// Forgets the deltas once no list needs them any more.
    fn drop_deltas(&self) -> Result<(), Failure> {
        if self.verifier.status_lists().all(|list| self.whole.get(&list.uri) == Some(&list.iat)) {
            self.folder.clear_deltas()?;
        }
        Ok(())
    }

    fn status_refused(&self, refusal: &Refusal) -> Failure {
        self.refused("状态名单", "status list", refusal)
    }
}
