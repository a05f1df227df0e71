//! The verdict: one function from a code's text and what a verifier holds to an answer that says why.
//!
//! Order: size → shape → encoding → header → trust → signature → claims → audience and scene → time → status.
//! Green only if every required check ran and passed.

mod checks;
mod context;
mod findings;
mod load;
mod peek;
mod replay;
mod signatures;
mod standing;
mod verdict;

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

pub use crate::refusal::{Class, Code, Refusal};
pub use findings::{CheckName, Outcome};
pub use load::{Loaded, OnExpired};
pub use peek::{Peek, peek};
pub use replay::{Replay, ReplayKey};
pub use verdict::{
    Answer, Caution, Check, ShownField, ShownLicence, ShownName, ShownScene, ShownStatus, ShownToken,
    ShownTrust, Verdict,
};

use crate::{
    by_name::ByName,
    json::Node,
    key::Es256,
    limits::{MAX_LIST_DEPTH, RELEASE_DATE},
    members::{Members, wrong},
    status::{StatusArray, StatusValue},
    time::{Seconds, UnixTime},
    token::Challenge,
    trust::{Catalogue, RootSet, Roots, Trust, TrustList},
};

/// Holds trust list, catalogues and status lists, and judges codes by them.
pub struct Verifier {
    backend: &'static dyn Es256,
    roots: Roots,
    trust: Option<Trust>,
    catalogues: ByName<HeldCatalogue>,
    lists: ByName<HeldList>,
    floors: Floors,
}

struct HeldCatalogue {
    catalogue: Catalogue,
    kid: String,
}

struct HeldList {
    array: StatusArray,
    /// SHA-256 of the array once a delta asked for it: loading a list to look up one entry should not pay for it.
    hash: Option<[u8; 32]>,
    operator: String,
    iat: UnixTime,
    exp: UnixTime,
    ttl: Seconds,
    /// Keys that signed the list and the deltas since, each with the `iat` of what it signed.
    signed_by: Vec<(String, UnixTime)>,
}

/// The oldest things a verifier still accepts; what it must remember across restarts.
///
/// They belong to a root set and go with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floors {
    /// Highest trust-list version accepted.
    pub trust_version: u64,
    /// Operator id → highest catalogue version accepted.
    pub catalogues: ByName<u64>,
    /// Status list URI → highest `iat` accepted.
    pub lists: ByName<UnixTime>,
    /// Highest `iat` of all accepted lists, deltas and catalogues; never a token's, never a scan's.
    pub time: UnixTime,
    /// Operator id → the clock when a fetch last answered the catalogue held. No floor, but kept with them.
    #[serde(default)]
    pub confirmed: ByName<UnixTime>,
}

impl Floors {
    /// Reads floors as they serialise.
    ///
    /// # Errors
    /// `E_FORMAT` for anything else: floors that cannot be read must not be taken for none.
    pub fn parse(json: &str) -> Result<Self, Refusal> {
        let read = |json: &str| {
            let known = ["trust_version", "catalogues", "lists", "time", "confirmed"];
            let mut floors = Members::read(json.as_bytes(), MAX_LIST_DEPTH, &known)?;
            let is_confirmed = floors.has("confirmed");
            let mut times = |name: &'static str| -> Result<ByName<UnixTime>, Refusal> {
                let time = |node: Node<'_>| node.whole().map(UnixTime).ok_or_else(|| wrong(name));
                floors.map(name, time).map(|times| times.into_iter().collect())
            };
            let (catalogues, lists) = (times("catalogues")?, times("lists")?);
            // Floors kept by a release before it have none.
            let confirmed = if is_confirmed { times("confirmed")? } else { ByName::new() };
            Ok(Self {
                trust_version: floors.count("trust_version")?,
                catalogues: catalogues
                    .into_iter()
                    .map(|(operator, version)| (operator, version.0.unsigned_abs()))
                    .collect(),
                lists,
                time: floors.time("time")?,
                confirmed,
            })
        };
        read(json).map_err(|_: Refusal| Code::Format.into())
    }

    /// A fetch has answered the catalogue of `operator` that is held.
    fn confirm(&mut self, operator: &str, loaded: OnExpired) {
        if let OnExpired::Refuse { now } = loaded {
            self.confirmed.insert(operator.into(), now);
        }
    }
}

/// A status list that is held, for "what do I have and how old is it".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldStatus {
    /// Its URI.
    pub uri: String,
    /// When it, or the last delta, was made.
    pub iat: UnixTime,
    /// From when it proves no good standing.
    pub exp: UnixTime,
    /// How often it should be renewed.
    pub ttl: Seconds,
}

/// How one code is to be judged.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// The verifier's clock.
    pub now: UnixTime,
    /// The verifier's audience class, if it names one.
    pub audience: Option<&'a str>,
    /// The scene, if it names one.
    pub scene: Option<&'a str>,
    /// The challenge it showed; then nothing but its answer is accepted.
    pub challenge: Option<&'a Challenge>,
    /// What it has seen before.
    pub replay: Option<&'a dyn Replay>,
    /// The issuer's own database, on the server.
    pub live_status: Option<&'a dyn LiveStatus>,
}

impl Options<'_> {
    /// Nothing but a clock: the token's own scene is taken and told as a caution.
    pub const fn at(now: UnixTime) -> Self {
        Self { now, audience: None, scene: None, challenge: None, replay: None, live_status: None }
    }
}

/// Current status from where licences are kept.
pub trait LiveStatus {
    /// The status behind a list's entry; `None` if it is not kept here.
    fn status(&self, uri: &str, idx: u32) -> Option<Live>;
}

/// One current status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// The value.
    pub value: StatusValue,
    /// The act that led to it, in words of the register.
    pub act: Option<String>,
    /// When it was read.
    pub as_of: UnixTime,
}

impl Verifier {
    /// A verifier that trusts `roots` and holds nothing yet.
    ///
    /// # Errors
    /// `E_TRUST_KEY` if a root key is unusable or the threshold cannot be met.
    pub fn new(backend: &'static dyn Es256, roots: RootSet) -> Result<Self, Refusal> {
        Ok(Self { roots: Roots::new(roots, backend)?, ..Self::without_roots(backend) })
    }

    /// A verifier that was never given roots: it loads nothing, and what has the form of a code is
    /// `U_TRUST_MISSING`.
    pub fn without_roots(backend: &'static dyn Es256) -> Self {
        Self {
            backend,
            roots: Roots::none(),
            trust: None,
            catalogues: ByName::new(),
            lists: ByName::new(),
            floors: Floors { time: RELEASE_DATE, ..Floors::default() },
        }
    }

    /// The root set in force; after a rotation it is no longer the one given to [`Self::new`].
    pub fn roots(&self) -> &RootSet {
        &self.roots.set
    }

    /// The trust list held.
    pub fn trust_list(&self) -> Option<&TrustList> {
        self.trust.as_ref().map(|trust| &trust.list)
    }

    /// The catalogue of an operator.
    pub fn catalogue(&self, operator: &str) -> Option<&Catalogue> {
        self.catalogues.get(operator).map(|held| &held.catalogue)
    }

    /// All catalogues held.
    pub fn catalogues(&self) -> impl Iterator<Item = &Catalogue> {
        self.catalogues.values().map(|held| &held.catalogue)
    }

    /// The status lists held.
    pub fn status_lists(&self) -> impl Iterator<Item = HeldStatus> {
        self.lists.iter().map(|(uri, list)| HeldStatus {
            uri: uri.into(),
            iat: list.iat,
            exp: list.exp,
            ttl: list.ttl,
        })
    }

    /// What must be remembered.
    pub fn floors(&self) -> Floors {
        self.floors.clone()
    }

    /// Raises the floors to what was remembered; never lowers one.
    pub fn restore(&mut self, floors: Floors) {
        self.floors.trust_version = self.floors.trust_version.max(floors.trust_version);
        self.floors.time = self.floors.time.max(floors.time);
        for (operator, version) in floors.catalogues {
            self.floors.catalogues.raise(&operator, version);
        }
        for (uri, iat) in floors.lists {
            self.floors.lists.raise(&uri, iat);
        }
        for (operator, at) in floors.confirmed {
            self.floors.confirmed.raise(&operator, at);
        }
    }

    /// The latest time known for certain: the clock's, or the floor's where the clock is behind it.
    fn best_time(&self, now: UnixTime) -> UnixTime {
        now.max(self.floors.time)
    }
}
