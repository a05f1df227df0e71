//! What the tokens say of this operator, and how long things live.

use std::path::PathBuf;

use liangzheng_core::limits::{CATALOGUE_LIFETIME, GRANT_LIFETIME, STATUS_LIFETIME};
use liangzheng_core::text::Text;
use liangzheng_core::time::Seconds;
use serde::{Deserialize, Serialize};

/// `[tokens]`: the operator's name in tokens, its keys, and lifetimes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokensConfig {
    /// `iss` of every token; the trust list must name it.
    pub operator: String,
    /// The operator's names, for the trust list that first names it.
    pub operator_names: Text,
    /// First characters of the codes of the units the operator may speak for, like `1199`: for that list, too.
    pub operator_regions: Vec<String>,
    /// The root file to believe. Pinned here and never read from the database.
    pub roots: PathBuf,
    /// Folder of the sealed operator keys.
    pub keys: PathBuf,
    /// Pass phrase of that folder, mode 0600.
    pub keystore_pass_file: PathBuf,
    /// How long a show stays open after the PIN, in seconds.
    pub show_seconds: i64,
    /// How many shows a holder may have open at once.
    pub open_shows: usize,
    /// Life of a grant for offline showing, in seconds; at most 24 h.
    pub grant_seconds: i64,
    /// How often verifiers should fetch status lists, in seconds. Lists are signed anew at half that age.
    pub status_ttl_seconds: i64,
    /// Life of a status list, in seconds; at most 7 days. A longer one bridges longer outages of this server.
    pub status_lifetime_seconds: i64,
    /// How long deltas can start from an old list, in seconds.
    pub delta_history_seconds: i64,
    /// The greatest `max_status_age` a scene may have, in seconds: a verifier that has had no network for longer must not say
    /// "valid" there. A day by default; at most the longest life of a list, 7 days.
    pub max_status_age_seconds: i64,
    /// Life of a catalogue, in seconds; at most 30 days. It is signed anew when a third is left.
    pub catalogue_lifetime_seconds: i64,
}

impl Default for TokensConfig {
    fn default() -> Self {
        Self {
            operator: "lz.990000".into(),
            operator_names: Text::default(),
            operator_regions: Vec::new(),
            roots: "roots.json".into(),
            keys: "keys".into(),
            keystore_pass_file: "keystore.pass".into(),
            show_seconds: 300,
            open_shows: 32,
            grant_seconds: GRANT_LIFETIME.0,
            status_ttl_seconds: 300,
            status_lifetime_seconds: STATUS_LIFETIME.0,
            delta_history_seconds: STATUS_LIFETIME.0,
            max_status_age_seconds: 86_400,
            catalogue_lifetime_seconds: CATALOGUE_LIFETIME.0,
        }
    }
}

impl TokensConfig {
    /// Says what is wrong with a value, naming it.
    pub fn validate(&self) -> Result<(), String> {
        for (name, value, most) in [
            ("show_seconds", self.show_seconds, 300),
            ("grant_seconds", self.grant_seconds, GRANT_LIFETIME.0),
            ("status_ttl_seconds", self.status_ttl_seconds, self.status_lifetime_seconds),
            ("status_lifetime_seconds", self.status_lifetime_seconds, STATUS_LIFETIME.0),
            ("delta_history_seconds", self.delta_history_seconds, 90 * 86_400),
            ("max_status_age_seconds", self.max_status_age_seconds, STATUS_LIFETIME.0),
            ("catalogue_lifetime_seconds", self.catalogue_lifetime_seconds, CATALOGUE_LIFETIME.0),
        ] {
            if !(1..=most).contains(&value) {
                return Err(format!("tokens.{name} = {value}: give 1 to {most}"));
            }
        }
        // The rule of a verifier for `iss` (core/README.md, "Trust list").
        let fits = (1..=64).contains(&self.operator.len())
            && self.operator.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:/-".contains(&b));
        if !fits {
            return Err(format!(
                "tokens.operator = {:?}: use 1 to 64 letters, digits and . _ : / -（运营方编号有误）",
                self.operator
            ));
        }
        Ok(())
    }

    /// Life of a status list.
    pub fn status_lifetime(&self) -> Seconds {
        Seconds(self.status_lifetime_seconds)
    }
}
