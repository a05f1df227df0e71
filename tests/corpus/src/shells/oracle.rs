//! The second verifier, in Python: independent of core, and asked only whether a code is valid.
//!
//! It need not give the same code: a forger's token may be wrong in several ways. That one says yes and the other no is
//! the fault looked for, and there is no exception.

use std::{path::Path, process::Command};

use anyhow::Result;
use liangzheng_core::verify::Answer as Said;

use super::{Ask, peer::Peer};
use crate::{
    corpus::{Answer, Corpus, Line, Verifiers, head},
    root,
};

pub(crate) struct Oracle {
    peer: Peer,
    every: usize,
    mutants: usize,
}

impl Oracle {
    pub(crate) fn start(python: &Path, every: usize, corpus: &Corpus) -> Result<Self> {
        let script = root()?.join("tests/python/oracle.py");
        let peer = Peer::start("oracle", Command::new(python).arg("-u").arg(script), &head(&corpus.worlds))?;
        Ok(Self { peer, every: every.max(1), mutants: 0 })
    }
}

impl Ask for Oracle {
    fn name(&self) -> &'static str {
        "oracle"
    }

    fn compare(
        &mut self,
        lines: &[(Line, Answer)],
        _core: &Verifiers,
        fault: &mut dyn FnMut(String),
    ) -> Result<usize> {
        let mut asked: Vec<&(Line, Answer)> = vec![];
        for one in lines {
            self.mutants += usize::from(one.0.is_mutant());
            if !one.0.is_mutant() || self.mutants.is_multiple_of(self.every) {
                asked.push(one);
            }
        }
        let answers = self.peer.ask(asked.iter().map(|(line, _)| line.to_json().to_string()).collect())?;
        for ((line, core), got) in asked.iter().zip(&answers) {
            let want = match core {
                Answer::Verdict(verdict) if verdict.verdict == Said::Valid => "\"valid\"",
                Answer::Verdict(_) => "\"not valid",
                Answer::Load(None) => "\"taken\"",
                Answer::Load(Some(_)) => "\"refused",
            };
            if !got.starts_with(want) {
                fault(format!("{}: the second verifier says {got}, core {}", line.id, core.to_json()));
            }
        }
        Ok(answers.len())
    }
}
