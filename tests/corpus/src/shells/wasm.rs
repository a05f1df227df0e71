//! The browser module `verifier`, in Node.

use std::{path::Path, process::Command};

use anyhow::Result;

use super::{Ask, peer::Peer, same};
use crate::{
    corpus::{Answer, Corpus, Line, Verifiers, head},
    root,
};

pub(crate) struct Wasm(Peer);

impl Wasm {
    pub(crate) fn start(modules: &Path, corpus: &Corpus) -> Result<Self> {
        let module = modules.join("node/verifier.js");
        anyhow::ensure!(module.exists(), "{} is not there: run `cargo xtask wasm`", module.display());
        let script = root()?.join("tests/corpus/wasm.mjs");
        Peer::start("wasm", Command::new("node").arg(script).arg(module), &head(&corpus.worlds)).map(Self)
    }
}

impl Ask for Wasm {
    fn name(&self) -> &'static str {
        "wasm"
    }

    fn compare(
        &mut self,
        lines: &[(Line, Answer)],
        _core: &Verifiers,
        fault: &mut dyn FnMut(String),
    ) -> Result<usize> {
        let answers = self.0.ask(lines.iter().map(|(line, _)| line.to_json().to_string()).collect())?;
        for ((line, want), got) in lines.iter().zip(&answers) {
            let want = want.to_json();
            if !same(got, &want) {
                fault(format!("{}: wasm\n  got    {got}\n  wanted {want}", line.id));
            }
        }
        Ok(answers.len())
    }
}
