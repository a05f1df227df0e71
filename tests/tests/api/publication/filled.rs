//! A demo folder filled with many licences, and who may read a demo folder.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use liangzheng_core::status::{SHARD_BYTES, SHARD_ENTRIES, StatusArray, packed};
use liangzheng_server::demo::{self, Amount, DemoError};
use liangzheng_server::domain::clock::{SystemClock, SystemEntropy};
use liangzheng_tests::demo::DemoApp;
use serde_json::json;

use super::{claims, wait};

#[test]
fn a_filled_folder_is_served_with_its_licences_spread_over_its_lists_and_its_accounts_as_before() {
    let demo = DemoApp::filled(Amount { licences: 600, shards: 3 });
    let lists = demo.anyone().get("/status-lists").json();
    assert_eq!(lists["status_lists"].as_array().unwrap().len(), 3);
    // What stands against the demo's own licences, which are in the first list.
    let own = demo.file["licences"].as_array().unwrap().iter().filter(|licence| {
        let status = licence["status"].as_str().unwrap();
        let is_issued = !["DRAFT", "PENDING_REVIEW"].contains(&status);
        is_issued && (status != "ACTIVE" || licence["cautions"] != json!([]))
    });
    let own = own.count();
    for list in 1..=3 {
        let text = demo.anyone().get(&format!("/status-lists/{list}")).text();
        let packed = claims(&text)["status_list"]["lst"].as_str().unwrap().to_owned();
        let array = StatusArray::from_bytes(packed::inflate(&packed, SHARD_BYTES).unwrap()).unwrap();
        let told = (0..SHARD_ENTRIES).filter(|idx| array.get(*idx) != Some(0)).count();
        let others = if list == 1 { own } else { 0 };
        assert_eq!(told, 4 + others, "list {list}: of 200, two on hold, one revoked, one lost");
    }
    demo.synced();
    demo.as_("shanyue");
    let folder = demo.dir().to_owned();
    let config = demo::config_of(&folder).unwrap();
    let fill = |licences, shards| {
        demo::fill(&config, Amount { licences, shards }, &SystemClock, &SystemEntropy, |_| {})
    };
    assert!(matches!(wait(fill(1, 3)), Err(DemoError::Running)));
    assert!(matches!(wait(fill(600_000, 1)), Err(DemoError::TooFewShards { room: 524_288, .. })));
}

#[test]
fn nobody_else_can_read_what_is_secret_in_a_demo_folder() {
    let demo = DemoApp::start();
    let mut seen = Vec::new();
    look(demo.dir(), &mut seen);
    for name in
        ["demo.db", "demo.db-wal", "demo.db-shm", "demo.json", "master.key", "keystore.pass", "root-1.pem"]
    {
        assert!(seen.iter().any(|(found, _)| found == name), "{name}: {seen:?}");
    }
    // The public keys of the roots: what verifiers pin.
    let open: Vec<_> = seen.iter().filter(|(name, mode)| mode & 0o077 != 0 && name != "roots.json").collect();
    assert!(open.is_empty(), "{open:?}");
}

fn look(folder: &Path, seen: &mut Vec<(String, u32)>) {
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    seen.push((folder.file_name().unwrap().to_str().unwrap().to_owned(), mode(folder)));
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            look(&path, seen);
        } else {
            seen.push((path.file_name().unwrap().to_str().unwrap().to_owned(), mode(&path)));
        }
    }
}
