//! E: the value a verifier finds is the value that stands in the list, wherever in it.

use std::collections::BTreeMap;

use liangzheng_core::{
    status::StatusArray,
    verify::Code::{self, Ok, StatusInvalid, StatusSuperseded, StatusSuspended},
};

use super::super::{Line, random::Random};
use crate::support::{
    Step, World,
    world::{
        DAY, LIST_A, NOW, catalogue, claims, key, list_head, roots, signed_show, signed_status, signed_trust,
        trust_list,
    },
};

/// A world whose list holds every value at random.
const WORLD: &str = "random statuses";

/// Entries looked at beside the first and last ones.
const LOOKED_AT: usize = 250;

fn values() -> Vec<u8> {
    let mut random = Random::new(7, WORLD);
    (0..StatusArray::new().bytes().len() / 8).flat_map(|_| random.next().to_le_bytes()).collect()
}

pub fn add_worlds(worlds: &mut BTreeMap<&'static str, World>) {
    let array = StatusArray::from_bytes(values()).unwrap();
    let step = |object, text| Step { object, text, uri: None, now: Some(NOW), kept: false, error: None };
    let steps = vec![
        step("trust_list", signed_trust(&trust_list(), &["root-1", "root-2"])),
        step("catalogue", liangzheng_core::trust::sign_catalogue(&catalogue(), &key("catalogue-a")).unwrap()),
        step("status_list", signed_status(&list_head(LIST_A, 600), &array, "status-a")),
    ];
    worlds.insert(WORLD, World { roots: roots(&["root-1", "root-2", "root-3"], 2), steps });
}

pub fn add(lines: &mut Vec<Line>) {
    let values = values();
    let mut random = Random::new(8, WORLD);
    let last = 2 * values.len() - 1;
    let mut entries: Vec<usize> = (0..16).chain(last - 15..=last).collect();
    entries.extend((0..LOOKED_AT).map(|_| random.below(last)));
    for entry in entries {
        let code = match (values[entry / 2] >> (4 * (entry % 2))) & 15 {
            0 | 3 | 13 | 14 => Ok,
            // The list is older than the code, and nothing is signed for a suspended licence.
            2 => Code::StatusStale,
            12 => StatusSuperseded,
            _ => StatusInvalid,
        };
        let mut c = claims(977_000);
        c.status.idx = u32::try_from(entry).unwrap();
        let mut line = Line::new('E', format!("entry {entry}"), signed_show(&c), code);
        line.world = WORLD;
        lines.push(line);
    }
    // URIs that are nearly the list's: a list counts only under its own name.
    for uri in [
        "https://lz.example/status-lists/1/",
        "https://lz.example/status-lists/1?",
        "https://lz.example/status-lists/1#",
        "https://lz.example/status-lists/01",
        "https://lz.example//status-lists/1",
        "https://lz.example:443/status-lists/1",
        "http://lz.example/status-lists/1",
        "https://LZ.example/status-lists/1",
        "https://lz.example/status-lists/%31",
        "https://lz.example/./status-lists/1",
        "https://b.example/status-lists/1",
        "https://lz.example/status-lists/",
        "https://lz.example/status-lists/11",
        "https://x@lz.example/status-lists/1",
        "https://127.0.0.1:9/",
    ] {
        let mut c = claims(977_001);
        c.status.uri = uri.into();
        lines.push(Line::new('P', format!("uri {uri}"), signed_show(&c), Code::StatusMissing));
    }
    // At every age around the scene's limit and the list's own end, tokens fresh each time.
    for age in [0, 3_600, 3_601, DAY - 1, DAY, DAY + 1, 7 * DAY - 1, 7 * DAY, 7 * DAY + 1] {
        for (idx, value) in
            [(0, Ok), (1, StatusInvalid), (2, StatusSuspended), (4, StatusSuperseded), (7, StatusInvalid)]
        {
            let now = NOW.0 - 600 + age;
            let mut c = claims(977_002);
            (c.iat, c.exp) =
                (liangzheng_core::time::UnixTime(now - 1), liangzheng_core::time::UnixTime(now + 50));
            c.status.idx = idx;
            let is_fresh = age <= DAY;
            // A suspension that a code is younger than has ended. What is final an old list proves too; what is unknown is no good standing, however old.
            let code = if (is_fresh && !(value == StatusSuspended && age > 1))
                || matches!(value, StatusInvalid | StatusSuperseded)
            {
                value
            } else {
                Code::StatusStale
            };
            lines.push(
                Line::new('P', format!("entry {idx} of a list {age} s old"), signed_show(&c), code).at(now),
            );
        }
    }
}
