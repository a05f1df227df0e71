//! The verifier: signed objects and codes go in as text, verdicts come out as JSON.

use alloc::{string::String, vec::Vec};

use crate::error::{refused, told, whole_seconds};
use liangzheng_core::{
    key::P256,
    reading,
    text::Text,
    time::UnixTime,
    token::Challenge,
    trust::RootSet,
    verify::{Answer, Floors, HeldStatus, Loaded, OnExpired, Options, Refusal, Replay, ReplayKey},
};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

/// Holds trust list, catalogues and status lists, and judges codes by them. Fetches nothing.
#[wasm_bindgen]
pub struct Verifier {
    inner: liangzheng_core::verify::Verifier,
    accepted: Accepted,
}

#[wasm_bindgen]
impl Verifier {
    /// A verifier that trusts the root set in `roots_json` (the public root file) and holds nothing yet.
    ///
    /// # Errors
    /// As core's `RootSet::parse`; `E_TRUST_KEY` if a key in it is unusable.
    #[wasm_bindgen(constructor)]
    pub fn new(roots_json: &str) -> Result<Verifier, String> {
        let inner = RootSet::parse(roots_json)
            .and_then(|roots| liangzheng_core::verify::Verifier::new(&P256, roots))
            .map_err(|refusal| refused(&refusal))?;
        Ok(Self { inner, accepted: Accepted::default() })
    }

    /// Takes in a trust list. With `now` (unix seconds) it counts as just fetched: one that has expired or comes from the
    /// future is refused. With `kept`, or without a clock, it is what was kept, and the verdicts will tell; then a clock
    /// bounds how far it raises the floors. True if it is new.
    ///
    /// # Errors
    /// As core's `load_trust_list`.
    #[wasm_bindgen(js_name = loadTrustList)]
    pub fn load_trust_list(&mut self, text: &str, now: Option<f64>, kept: bool) -> Result<bool, String> {
        answer(self.inner.load_trust_list(text, on_expired(now, kept)?))
    }

    /// Takes in a catalogue; as [`Self::load_trust_list`].
    ///
    /// # Errors
    /// As core's `load_catalogue`.
    #[wasm_bindgen(js_name = loadCatalogue)]
    pub fn load_catalogue(&mut self, text: &str, now: Option<f64>, kept: bool) -> Result<bool, String> {
        answer(self.inner.load_catalogue(text, on_expired(now, kept)?))
    }

    /// Takes in a status list; as [`Self::load_trust_list`]. With `uri` the list must be that one.
    ///
    /// # Errors
    /// As core's `load_status_list_from`.
    #[wasm_bindgen(js_name = loadStatusList)]
    pub fn load_status_list(
        &mut self,
        text: &str,
        now: Option<f64>,
        uri: Option<String>,
        kept: bool,
    ) -> Result<bool, String> {
        let on_expired = on_expired(now, kept)?;
        answer(match uri {
            Some(uri) => self.inner.load_status_list_from(&uri, text, on_expired),
            None => self.inner.load_status_list(text, on_expired),
        })
    }

    /// Brings the status lists up to date; all or nothing.
    ///
    /// # Errors
    /// As core's `apply_delta`; then fetch the lists whole.
    #[wasm_bindgen(js_name = applyDelta)]
    pub fn apply_delta(&mut self, text: &str, now: Option<f64>, kept: bool) -> Result<bool, String> {
        answer(self.inner.apply_delta(text, on_expired(now, kept)?))
    }

    /// Judges one code; the verdict as JSON. `challenge` is the `EC1:` text that was shown; with `remember` a code
    /// this verifier accepted before is refused.
    ///
    /// # Errors
    /// Only if the call itself is wrong: `USAGE`, or the challenge is none. A bad code is a verdict.
    pub fn verify(
        &mut self,
        text: &str,
        now: f64,
        audience: Option<String>,
        scene: Option<String>,
        challenge: Option<String>,
        remember: bool,
    ) -> Result<String, String> {
        let challenge =
            challenge.as_deref().map(Challenge::parse).transpose().map_err(|refusal| refused(&refusal))?;
        let now = whole_seconds("now", now)?;
        let verdict = self.inner.verify(
            text,
            &Options {
                now,
                audience: audience.as_deref(),
                scene: scene.as_deref(),
                challenge: challenge.as_ref(),
                replay: if remember { Some(&self.accepted) } else { None },
                live_status: None,
            },
        );
        if remember
            && verdict.verdict == Answer::Valid
            && let (Some(key), Some(until)) = (verdict.replay_key, verdict.replay_until)
        {
            self.accepted.add(&key, now, until);
        }
        // Texts and numbers always serialise.
        Ok(serde_json::to_string(&verdict).unwrap_or_default())
    }

    /// The codes accepted with `remember` that could still be shown again; see [`Self::recall`]. Keys and instants as bytes,
    /// and nothing of what was shown.
    pub fn accepted(&self) -> Vec<u8> {
        self.accepted.0.clone()
    }

    /// Remembers what [`Self::accepted`] gave, and nothing else: a page that is loaded anew, or a second one on the same
    /// device, then refuses the same codes. Of nothing it remembers nothing, as when a desk's shift ends.
    pub fn recall(&mut self, accepted: &[u8]) {
        self.accepted.0 = accepted.to_vec();
    }

    /// What must be remembered across restarts, as JSON; see [`Self::restore`].
    pub fn floors(&self) -> String {
        // Numbers and strings always serialise.
        serde_json::to_string(&self.inner.floors()).unwrap_or_default()
    }

    /// Raises the floors to what [`Self::floors`] once gave. Load the kept trust lists first: they may be older.
    ///
    /// # Errors
    /// As core's `Floors::parse`.
    pub fn restore(&mut self, floors_json: &str) -> Result<(), String> {
        let floors = Floors::parse(floors_json).map_err(|refusal| refused(&refusal))?;
        self.inner.restore(floors);
        Ok(())
    }

    /// What is held and how old it is, as JSON `{trust_list, scenes, status_lists}`.
    pub fn held(&self) -> String {
        let held = Held {
            trust_list: self.inner.trust_list().map(|list| HeldTrust {
                version: list.version,
                iat: list.iat,
                exp: list.exp,
            }),
            scenes: self
                .inner
                .catalogues()
                .flat_map(|catalogue| &catalogue.scenes)
                .map(|scene| HeldScene { code: &scene.code, names: &scene.names, audience: &scene.aud })
                .collect(),
            status_lists: self.inner.status_lists().collect(),
        };
        serde_json::to_string(&held).unwrap_or_default()
    }
}

/// What a text is, whatever surrounds it, as JSON `{code, message, hint}`: the word for it, and the words for where a licence
/// code was wanted.
#[wasm_bindgen]
pub fn classify(text: &str) -> String {
    let reading = reading::classify(text);
    told(reading.as_str(), reading.message(), reading.hint())
}

#[derive(Serialize)]
struct Held<'a> {
    trust_list: Option<HeldTrust>,
    scenes: Vec<HeldScene<'a>>,
    status_lists: Vec<HeldStatus>,
}

#[derive(Serialize)]
struct HeldTrust {
    version: u64,
    iat: UnixTime,
    exp: UnixTime,
}

#[derive(Serialize)]
struct HeldScene<'a> {
    code: &'a str,
    names: &'a Text,
    audience: &'a str,
}

/// Codes accepted with `remember`, as the bytes in which they leave the module: anything else would cost more of its size
/// than it is worth. None is forgotten but by [`Verifier::recall`]: a desk of thousands a day holds some hundred kilobytes.
#[derive(Default)]
struct Accepted(Vec<u8>);

/// Which code, when it was accepted, and until when the same one could be accepted again; instants with the low byte first.
type Entry = [u8; 32 + 8 + 8];

impl Accepted {
    fn add(&mut self, key: &ReplayKey, at: UnixTime, until: UnixTime) {
        self.0.extend_from_slice(key);
        self.0.extend_from_slice(&at.0.to_le_bytes());
        self.0.extend_from_slice(&until.0.to_le_bytes());
    }

    /// What is left over at the end is no entry.
    fn entries(&self) -> &[Entry] {
        self.0.as_chunks().0
    }
}

impl Replay for Accepted {
    fn seen(&self, key: &ReplayKey) -> Option<UnixTime> {
        let entry = self.entries().iter().find(|entry| entry.first_chunk() == Some(key))?;
        let (at, _) = entry.last_chunk::<16>()?.split_first_chunk()?;
        Some(UnixTime(i64::from_le_bytes(*at)))
    }
}

fn on_expired(now: Option<f64>, kept: bool) -> Result<OnExpired, String> {
    let is_kept = kept || now.is_none();
    let now = now.map_or(Ok(UnixTime(i64::MAX)), |seconds| whole_seconds("now", seconds))?;
    Ok(if is_kept { OnExpired::TellInVerdict { now } } else { OnExpired::Refuse { now } })
}

fn answer(loaded: Result<Loaded, Refusal>) -> Result<bool, String> {
    loaded.map(|loaded| loaded == Loaded::New).map_err(|refusal| refused(&refusal))
}
