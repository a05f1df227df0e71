//! Status lists: by one delta where that leads from what is held, else whole.

use std::collections::BTreeSet;

use liangzheng_core::{
    limits::{MAX_DELTA, MAX_LIST, MAX_STATUS_JWT, MAX_URI},
    verify::{Loaded, OnExpired, Refusal},
};
use serde::Deserialize;

use super::{Answer, Run, missing};
use crate::error::{Exit, Failure};

/// Deltas kept on top of a list. Each is checked again at every start (about a millisecond), so after this many
/// the lists are fetched whole.
const MAX_DELTAS: usize = 8;

const LISTS: &str = "/status-lists";

/// The aggregation of draft-ietf-oauth-status-list §9.3: unsigned, so it only tells what to ask for.
#[derive(Debug, Deserialize)]
struct Aggregation {
    status_lists: Vec<String>,
}

impl Run<'_> {
    /// Brings the status lists up to date.
    pub(super) fn status_lists(&mut self) -> Result<(), Failure> {
        let wanted = self.aggregation()?;
        let done = match self.delta(&wanted)? {
            true => {
                let held: BTreeSet<String> = self.verifier.status_lists().map(|list| list.uri).collect();
                wanted.difference(&held).try_for_each(|uri| self.whole(uri))
            }
            false => {
                wanted.iter().try_for_each(|uri| self.whole(uri)).and_then(|()| self.drop_deltas(&wanted))
            }
        };
        self.summary.status_lists = self.verifier.status_lists().count();
        done
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

    /// Whether the wanted lists that are held are now as new as the server's.
    fn delta(&mut self, wanted: &BTreeSet<String>) -> Result<bool, Failure> {
        let iats: BTreeSet<_> = self
            .verifier
            .status_lists()
            .filter(|list| wanted.contains(&list.uri))
            .map(|list| list.iat)
            .collect();
        let (Some(iat), 1) = (iats.first(), iats.len()) else { return Ok(false) };
        if self.folder.count_deltas()? >= MAX_DELTAS {
            return Ok(false);
        }
        let text = match self.server.get(&format!("{LISTS}/delta?from={iat}"), MAX_DELTA)? {
            Answer::Here(text) => text,
            Answer::Unchanged => return Ok(true),
            Answer::Nothing | Answer::Elsewhere => return Ok(false),
        };
        // Any refusal, a wrong signature included, means: do without the delta. The lists are signed, too.
        match self.verifier.apply_delta(&text, OnExpired::Refuse { now: self.now }) {
            Ok(Loaded::New) => {
                self.folder.put_delta(&text)?;
                self.tell("状态名单增量已应用", "status lists: one delta applied");
                self.summary.changed = true;
                self.summary.deltas_applied += 1;
                Ok(true)
            }
            Ok(Loaded::Unchanged) => Ok(true),
            Err(_) => Ok(false),
        }
    }

    /// Fetches one list whole.
    fn whole(&mut self, uri: &str) -> Result<(), Failure> {
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
        if loaded == Loaded::New {
            self.folder.put_status_list(uri, &text)?;
            self.tell(&format!("状态名单 {id}"), &format!("status list {id}"));
            self.summary.changed = true;
        }
        Ok(())
    }

    /// After every list came whole the deltas say nothing new; but a held list that the server no longer names
    /// still needs them.
    fn drop_deltas(&self, fetched: &BTreeSet<String>) -> Result<(), Failure> {
        if self.verifier.status_lists().all(|list| fetched.contains(&list.uri)) {
            self.folder.clear_deltas()?;
        }
        Ok(())
    }

    fn status_refused(&self, refusal: &Refusal) -> Failure {
        self.refused("状态名单", "status list", refusal)
    }
}
