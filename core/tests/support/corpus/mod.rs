//! The bad-input corpus: one line a case, each with the one code (or, for mutants, the few codes) it must get.
//!
//! Hand-kept tables and seeded generators; `README.md` beside `tests/corpus/texts.json` says how the lines look and
//! who runs them. Every name of a category is that of its page in the threat model: F to I mutants, U grammar, Z controls.
#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    missing_docs,
    unused_imports // each program that takes this module uses some of it
)]

mod controls;
mod grammar;
mod hand;
mod judge;
mod keys;
mod mutants;
mod objects;
mod random;
mod verifiers;

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use base64ct::{Base64, Encoding as _};
use liangzheng_core::verify::Code;
use serde_json::{Value, json};

pub use judge::{fault, load_fault, texts_now};
pub use verifiers::{Answer, Verifiers};

use crate::support::{Case, Cases, World, world::NOW};

/// How much of the generated categories to make.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub seed: u64,
    /// Mutants: categories F to I, U, and the mutated lists of P and Q.
    pub mutants: usize,
    /// Valid codes: category Z.
    pub controls: usize,
}

impl Size {
    /// What every CI run makes.
    pub const CI: Self = Self { seed: 20_261_125, mutants: 20_000, controls: 10_000 };
}

/// What is asked of a verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A verdict on a code.
    Verify,
    /// To take in a signed object: `trust_list`, `catalogue`, `status_list` or `delta`; it must be refused.
    Load(&'static str),
}

/// One case.
#[derive(Clone, Debug)]
pub struct Line {
    pub id: String,
    pub category: char,
    pub world: &'static str,
    pub ask: Ask,
    /// Bytes, because some are not UTF-8: a shell that takes text sees U+FFFD in their place.
    pub input: Vec<u8>,
    pub now: i64,
    pub audience: Option<String>,
    pub scene: Option<String>,
    pub challenge: Option<String>,
    pub expect: Expect,
}

/// What must come of it.
#[derive(Clone, Debug)]
pub struct Expect {
    /// One of these; hand-kept cases have one.
    pub codes: Cow<'static, [Code]>,
    /// The claim or member that the message names, where the case fixes it.
    pub about: Option<String>,
    /// What the first field of a valid licence must read, letter by letter.
    pub field: Option<String>,
    /// For a mutant: the text it was made from. If it unpacks to that very text it is no mutant and must be valid.
    pub seed: Option<Arc<str>>,
}

impl Line {
    /// A case in the world `main`, at the usual time, for a food inspector.
    pub fn new(category: char, name: impl AsRef<str>, input: impl Into<Vec<u8>>, code: Code) -> Self {
        Self {
            id: format!("{category}/{}", name.as_ref()),
            category,
            world: "main",
            ask: Ask::Verify,
            input: input.into(),
            now: NOW.0,
            audience: Some("inspector".into()),
            scene: Some("inspect.food".into()),
            challenge: None,
            expect: Expect { codes: vec![code].into(), about: None, field: None, seed: None },
        }
    }

    pub fn at(mut self, now: i64) -> Self {
        self.now = now;
        self
    }

    pub fn about(mut self, name: impl Into<String>) -> Self {
        self.expect.about = Some(name.into());
        self
    }

    pub fn asked(mut self, audience: Option<&str>, scene: Option<&str>) -> Self {
        (self.audience, self.scene) = (audience.map(Into::into), scene.map(Into::into));
        self
    }

    pub fn loads(mut self, object: &'static str) -> Self {
        self.ask = Ask::Load(object);
        self
    }

    /// The input as a shell sees it that takes text.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.input)
    }

    /// A mutant: its id names how it was made, so that it can be made again.
    pub fn is_mutant(&self) -> bool {
        matches!(self.category, 'F'..='I' | 'U')
            || self.id.starts_with("P/mutant")
            || self.id.starts_with("Q/mutant")
    }

    /// The case as a line of the file.
    pub fn to_json(&self) -> Value {
        let mut line =
            json!({ "id": self.id, "category": self.category, "world": self.world, "now": self.now });
        let members = line.as_object_mut().unwrap();
        let mut put = |name: &str, value: Value| drop(members.insert(name.into(), value));
        match std::str::from_utf8(&self.input) {
            Ok(text) => put("input", text.into()),
            Err(_) => put("input_base64", Base64::encode_string(&self.input).into()),
        }
        if let Ask::Load(object) = self.ask {
            put("object", object.into());
        }
        for (name, value) in
            [("audience", &self.audience), ("scene", &self.scene), ("challenge", &self.challenge)]
        {
            if let Some(value) = value {
                put(name, value.as_str().into());
            }
        }
        put("codes", self.expect.codes.iter().map(|code| code.as_str()).collect());
        if let ([code], None) = (&*self.expect.codes, &self.expect.seed) {
            let refusal = liangzheng_core::verify::Refusal {
                code: *code,
                about: self.expect.about.clone().map(Cow::Owned),
            };
            put("message", serde_json::to_value(refusal.message()).unwrap());
        }
        line
    }
}

/// All worlds and a source of all lines.
pub struct Corpus {
    pub worlds: BTreeMap<&'static str, World>,
    cases: Vec<Case>,
}

impl Corpus {
    pub fn new() -> Self {
        let Cases { mut worlds, cases } = Cases::all();
        hand::add_worlds(&mut worlds);
        Self { worlds, cases }
    }

    /// The hand-kept cases: those of `verdicts.json`, and the tables beside it.
    pub fn hand_kept(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = self.cases.iter().filter_map(hand::of_vector).collect();
        hand::add_all(&mut lines);
        lines
    }

    /// The generated cases, made while they are asked for: a million of them need no memory.
    pub fn generated(&self, size: Size) -> impl Iterator<Item = Line> + use<> {
        let part = |share: usize| size.mutants * share / 1_000;
        let (g, h, i, u, p, q) = (part(30), part(4), part(16), part(100), part(1), part(3));
        let f = size.mutants - g - h - i - u - p - q;
        let seeds: Arc<[mutants::Seed]> = mutants::seeds().into();
        mutants::bytes(&seeds, size.seed, f)
            .chain(mutants::bits(&seeds, size.seed, g))
            .chain(mutants::truncations(&seeds, size.seed, h))
            .chain(mutants::shifts(&seeds, size.seed, i))
            .chain(objects::mutants(size.seed, p, q))
            .chain(grammar::lines(size.seed, u))
            .chain(controls::lines(size.seed, size.controls))
    }
}

/// The lists that mutants are made of: name, the world that takes it, text.
pub fn good_objects() -> Vec<(&'static str, &'static str, String)> {
    objects::all().into_iter().map(|object| (object.name, object.world, object.text)).collect()
}

/// The first line of a file of cases: the worlds they are asked in, as in `tests/vectors/README.md`.
pub fn head(worlds: &BTreeMap<&'static str, World>) -> Value {
    json!({ "schema": 1, "worlds": worlds })
}
