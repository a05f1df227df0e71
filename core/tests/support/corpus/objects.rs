//! Mutants of signed lists (of categories P and Q): changed in one byte or cut, none may be taken.

use std::borrow::Cow;

use liangzheng_core::verify::Code::{
    self, Alg, B64, CatalogueSig, Format, HeaderField, KidFormat, Segments, Size, StatusSig, TrustSig,
    TrustThreshold, Typ, Utf8,
};

use super::{
    Line,
    mutants::HEADER,
    random::{Random, spread},
};
use crate::support::world::{
    LIST_A, NOW, catalogue, delta, key, list_head, signed_delta, signed_status, signed_trust, status_array,
    trust_list,
};

/// A list that a verifier would take, being newer than what it holds.
pub struct Object {
    pub name: &'static str,
    /// The world in which it would be taken.
    pub world: &'static str,
    pub text: String,
    refusals: Vec<Code>,
}

/// A world of the vectors that holds one status list of operator A, and so fits a delta over one list.
pub const DELTA_WORLD: &str = "delta before its list";

/// One of each; the trust list has no signature more than it needs, so that none can be spared.
pub fn all() -> [Object; 4] {
    let mut list = trust_list();
    list.version = 8;
    let mut scenes = catalogue();
    scenes.version = 4;
    let changes = delta(&list_head(LIST_A, 600), &status_array(), NOW.0 - 100, &[(8, 1), (90, 2)]);
    [
        Object {
            name: "trust_list",
            world: "main",
            text: signed_trust(&list, &["root-1", "root-3"]),
            refusals: vec![
                Format,
                B64,
                Alg,
                HeaderField,
                Typ,
                KidFormat,
                Utf8,
                Segments,
                Size,
                TrustSig,
                TrustThreshold,
            ],
        },
        Object {
            name: "catalogue",
            world: "main",
            text: liangzheng_core::trust::sign_catalogue(&scenes, &key("catalogue-a")).unwrap(),
            refusals: of_operator(CatalogueSig),
        },
        Object {
            name: "status_list",
            world: "main",
            text: signed_status(&list_head(LIST_A, 100), &status_array(), "status-a"),
            refusals: of_operator(StatusSig),
        },
        Object {
            name: "delta",
            world: DELTA_WORLD,
            text: signed_delta(&changes, "status-a"),
            refusals: of_operator(StatusSig),
        },
    ]
}

/// The codes that a change to an operator's list can get: those of any token, and its own for a wrong signature.
fn of_operator(signature: Code) -> Vec<Code> {
    let form = HEADER.iter().copied().filter(|code| *code != Code::Sig);
    form.chain([signature]).collect()
}

/// `status` mutants of status list and delta, `trust` of trust list and catalogue; a third of each are cut off.
pub fn mutants(seed: u64, status: usize, trust: usize) -> impl Iterator<Item = Line> {
    let [list, scenes, shard, changes] = all();
    let share = |object: Object, category: char, count: usize| {
        let mut random = Random::new(seed, object.name);
        let text = object.text.into_bytes();
        let cuts = spread(&mut random, text.len(), count / 3);
        let changes = spread(&mut random, text.len() * 255, count - count / 3);
        let kept = text.clone();
        let cut = move |at: usize| (format!("{}/cut/{at}", object.name), kept[..at].to_vec());
        let change = move |number: usize| {
            let (at, mut changed) = (number / 255, text.clone());
            changed[at] = changed[at].wrapping_add(u8::try_from(number % 255 + 1).unwrap());
            (format!("{}/{at}/{:02x}", object.name, changed[at]), changed)
        };
        cuts.map(cut).chain(changes.map(change)).map(move |(name, input)| {
            let mut line = Line::new(category, format!("mutant/{name}"), input, Format).loads(object.name);
            line.world = object.world;
            line.expect.codes = Cow::Owned(object.refusals.clone());
            line
        })
    };
    share(shard, 'P', status - status / 2)
        .chain(share(changes, 'P', status / 2))
        .chain(share(list, 'Q', trust - trust / 2))
        .chain(share(scenes, 'Q', trust / 2))
}
