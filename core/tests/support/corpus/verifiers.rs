//! Core's own answers: a verifier for every world, by one backend.

use std::{borrow::Cow, collections::BTreeMap};

use liangzheng_core::{
    key::Es256,
    time::UnixTime,
    token::Challenge,
    verify::{OnExpired, Options, Refusal, Verdict, Verifier},
};

use super::{Ask, Corpus, Line, fault, load_fault};
use crate::support::build;

pub struct Verifiers(BTreeMap<&'static str, Verifier>);

/// What came of a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Verdict(Box<Verdict>),
    /// The code with which an object was refused, if it was.
    Load(Option<&'static str>),
}

impl Verifiers {
    pub fn new(backend: &'static dyn Es256, corpus: &Corpus) -> Self {
        Self(corpus.worlds.iter().map(|(name, world)| (*name, build(backend, world))).collect())
    }

    pub fn answer(&mut self, line: &Line) -> Answer {
        match line.ask {
            Ask::Verify => Answer::Verdict(Box::new(self.judge(line, &line.text()))),
            Ask::Load(object) => Answer::Load(self.load(line, object)),
        }
    }

    /// The verdict on a text as the line asks for it; shells that read files judge another text than its own.
    pub fn judge(&self, line: &Line, text: &str) -> Verdict {
        let challenge = line.challenge.as_deref().map(|text| Challenge::parse(text).unwrap());
        let options = Options {
            audience: line.audience.as_deref(),
            scene: line.scene.as_deref(),
            challenge: challenge.as_ref(),
            ..Options::at(UnixTime(line.now))
        };
        self.0[line.world].verify(text, &options)
    }

    fn load(&mut self, line: &Line, object: &str) -> Option<&'static str> {
        let verifier = self.0.get_mut(line.world).unwrap();
        let (text, now): (Cow<'_, str>, _) = (line.text(), OnExpired::Refuse { now: UnixTime(line.now) });
        let outcome = match object {
            "trust_list" => verifier.load_trust_list(&text, now),
            "catalogue" => verifier.load_catalogue(&text, now),
            "status_list" => verifier.load_status_list(&text, now),
            _ => verifier.apply_delta(&text, now),
        };
        outcome.err().map(|Refusal { code, .. }| code.as_str())
    }
}

impl Answer {
    /// What is wrong with it; `None` if it is as the line wants it.
    pub fn fault(&self, line: &Line) -> Option<String> {
        match self {
            Self::Verdict(verdict) => fault(line, verdict),
            Self::Load(outcome) => load_fault(line, *outcome),
        }
    }

    /// As the shells write it.
    pub fn to_json(&self) -> String {
        match self {
            Self::Verdict(verdict) => serde_json::to_string(verdict).unwrap(),
            Self::Load(outcome) => serde_json::json!({ "refused": outcome }).to_string(),
        }
    }
}
