//! Cases with one expected code each, and the file they become: `tests/vectors/verdicts.json`.
#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    missing_docs
)]

mod cases;
mod judge;
pub mod world;

use std::{collections::BTreeMap, sync::LazyLock};

use liangzheng_core::{
    time::UnixTime,
    trust::RootSet,
    verify::{Code, Verdict},
};
use serde::Serialize;
use serde_json::Value;

pub use judge::{build, judge};

/// A verifier's knowledge and how it came by it.
#[derive(Clone, Serialize)]
pub struct World {
    pub roots: RootSet,
    pub steps: Vec<Step>,
}

/// One object handed to the verifier.
#[derive(Clone, Serialize)]
pub struct Step {
    /// `trust_list`, `catalogue`, `status_list` or `delta`.
    pub object: &'static str,
    pub text: String,
    /// Where a status list was fetched from, if that is to be checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// The clock by which an expired object is refused; absent: it is taken, and the verdict tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<UnixTime>,
    /// It comes from a bundle although there is a clock.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub kept: bool,
    /// The code with which it must be refused; absent: it must be taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// One question to a verifier.
#[derive(Clone)]
pub struct Case {
    pub name: String,
    pub world: &'static str,
    pub input: String,
    pub now: UnixTime,
    pub audience: Option<String>,
    pub scene: Option<String>,
    pub challenge: Option<String>,
    /// Ask twice with one memory; the second answer counts.
    pub twice: bool,
    pub expect: Code,
    pub cautions: Vec<Code>,
}

/// All worlds and all cases.
#[derive(Default)]
pub struct Cases {
    pub worlds: BTreeMap<&'static str, World>,
    pub cases: Vec<Case>,
}

impl Cases {
    pub fn all() -> Self {
        let mut all = Self::default();
        cases::add_all(&mut all);
        all
    }

    /// The same, made once for all tests of a program: some thousand signatures by the slow backend.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Cases> = LazyLock::new(Cases::all);
        &SHARED
    }

    /// A number no token had before.
    pub fn number(&self) -> u32 {
        u32::try_from(self.cases.len()).unwrap() + 1
    }

    /// Asks for `input` in the world `main`, at [`world::NOW`], in the scene the token names.
    pub fn add(&mut self, name: impl Into<String>, input: impl Into<String>, expect: Code) -> &mut Case {
        self.cases.push(Case {
            name: name.into(),
            world: "main",
            input: input.into(),
            now: world::NOW,
            audience: Some("inspector".into()),
            scene: Some("inspect.food".into()),
            challenge: None,
            twice: false,
            expect,
            cautions: vec![],
        });
        self.cases.last_mut().unwrap()
    }
}

impl Case {
    pub fn world(&mut self, world: &'static str) -> &mut Self {
        self.world = world;
        self
    }

    pub fn at(&mut self, now: i64) -> &mut Self {
        self.now = UnixTime(now);
        self
    }

    /// Names audience and scene otherwise, or not at all.
    pub fn asked(&mut self, audience: Option<&str>, scene: Option<&str>) -> &mut Self {
        self.audience = audience.map(Into::into);
        self.scene = scene.map(Into::into);
        self
    }

    pub fn challenged(&mut self, challenge: &liangzheng_core::token::Challenge) -> &mut Self {
        self.challenge = Some(challenge.to_text());
        self.asked(None, None)
    }

    pub fn twice(&mut self) -> &mut Self {
        self.twice = true;
        self
    }

    pub fn cautions(&mut self, codes: &[Code]) -> &mut Self {
        self.cautions = codes.to_vec();
        self
    }

    /// The case as it stands in the file, with the verdict it must get.
    fn to_json(&self, verdict: &Verdict) -> Value {
        let mut object = serde_json::json!({ "name": self.name, "world": self.world, "input": self.input, "now": self.now });
        let members = object.as_object_mut().unwrap();
        for (name, value) in
            [("audience", &self.audience), ("scene", &self.scene), ("challenge", &self.challenge)]
        {
            if let Some(value) = value {
                members.insert(name.into(), value.as_str().into());
            }
        }
        if self.twice {
            members.insert("twice".into(), true.into());
        }
        if let Ok(compact) = liangzheng_core::qr::unpack(&self.input) {
            members.insert("compact".into(), compact.into());
        }
        members.insert("expect".into(), serde_json::to_value(verdict).unwrap());
        object
    }
}

/// The whole file: one case a line, so that a change shows as its own line.
pub fn file(all: &Cases) -> String {
    let verifiers: BTreeMap<_, _> =
        all.worlds.iter().map(|(name, world)| (*name, build(&liangzheng_core::key::P256, world))).collect();
    let worlds: Vec<String> = all
        .worlds
        .iter()
        .map(|(name, world)| {
            format!("{}:{}", serde_json::to_string(name).unwrap(), serde_json::to_string(world).unwrap())
        })
        .collect();
    let cases: Vec<String> = all
        .cases
        .iter()
        .map(|case| serde_json::to_string(&case.to_json(&judge(&verifiers[case.world], case))).unwrap())
        .collect();
    format!(
        "{{\"schema\":1,\"worlds\":{{\n{}\n}},\"cases\":[\n{}\n]}}\n",
        worlds.join(",\n"),
        cases.join(",\n")
    )
}
