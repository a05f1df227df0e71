//! Building a case's verifier and asking it.

use std::{cell::RefCell, collections::BTreeMap};

use liangzheng_core::{
    ffi::Request,
    key::Es256,
    time::UnixTime,
    token::Challenge,
    verify::{Answer, OnExpired, Options, Replay, ReplayKey, Verdict, Verifier},
};

use super::{Case, World};

/// A memory that starts empty, as each case's does.
#[derive(Default)]
pub struct Memory(RefCell<BTreeMap<ReplayKey, UnixTime>>);

impl Replay for Memory {
    fn seen(&self, key: &ReplayKey) -> Option<UnixTime> {
        self.0.borrow().get(key).copied()
    }
}

/// A verifier that took every step of `world`, each with the outcome the world says.
pub fn build(backend: &'static dyn Es256, world: &World) -> Verifier {
    let (verifier, wrong) = build_noting(backend, world);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    verifier
}

/// The same, and each step whose outcome is another than the world says.
pub fn build_noting(backend: &'static dyn Es256, world: &World) -> (Verifier, Vec<String>) {
    let mut verifier = Verifier::new(backend, world.roots.clone()).unwrap();
    let mut wrong = vec![];
    for (at, step) in world.steps.iter().enumerate() {
        let on_expired = match step.now {
            Some(now) if !step.kept => OnExpired::Refuse { now },
            now => OnExpired::TellInVerdict { now: now.unwrap_or(UnixTime(i64::MAX)) },
        };
        let outcome = match (step.object, &step.uri) {
            ("trust_list", _) => verifier.load_trust_list(&step.text, on_expired),
            ("catalogue", _) => verifier.load_catalogue(&step.text, on_expired),
            ("status_list", None) => verifier.load_status_list(&step.text, on_expired),
            ("status_list", Some(uri)) => verifier.load_status_list_from(uri, &step.text, on_expired),
            ("delta", _) => verifier.apply_delta(&step.text, on_expired),
            (other, _) => panic!("{other} is no object"),
        };
        let code = outcome.err().map(|refusal| refusal.code.as_str().to_owned());
        if code != step.error {
            wrong.push(format!("step {at}, {}: wanted {:?}, got {code:?}", step.object, step.error));
        }
    }
    (verifier, wrong)
}

/// The verdict on a case, with a memory that was empty before it.
pub fn judge(verifier: &Verifier, case: &Case) -> Verdict {
    let request = Request {
        input: case.input.clone(),
        now: case.now,
        audience: case.audience.clone(),
        scene: case.scene.clone(),
        challenge: case.challenge.clone(),
    };
    let challenge = request.challenge.as_deref().map(|text| Challenge::parse(text).unwrap());
    let memory = Memory::default();
    let ask = || {
        let options = Options {
            audience: request.audience.as_deref(),
            scene: request.scene.as_deref(),
            challenge: challenge.as_ref(),
            replay: Some(&memory),
            ..Options::at(request.now)
        };
        verifier.verify(&request.input, &options)
    };
    let first = ask();
    // Asked twice, it must pass the first time; if it does not, that is the verdict that is wrong.
    if !case.twice || first.verdict != Answer::Valid {
        return first;
    }
    memory.0.borrow_mut().insert(first.replay_key.unwrap(), case.now);
    ask()
}
