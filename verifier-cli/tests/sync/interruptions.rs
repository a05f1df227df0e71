//! `sync` stopped in the middle: by a dead network, a full disk, another run, and kill -9 at any moment. What was good
//! before is as good after, and the next run goes on from there.

use std::{
    collections::BTreeMap,
    env,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use liangzheng_core::{
    status::{Delta, Snapshot, StatusArray, StatusValue},
    time::UnixTime,
    trust::{Catalogue, TrustList, sign_catalogue},
};
use serde_json::Value;

use super::{
    setting::{CATALOGUE, Setting, ok, path},
    support::{
        at,
        frames::Chance,
        program, run, said, with_status,
        world::{self, DAY, NOW, key, list_head, signed_status, status_array},
    },
};

pub(crate) fn uri(shard: u32) -> String {
    format!("https://lz.example/status-lists/{shard}")
}

/// Offers `array` as shards 1 to `shards`, made `age` seconds ago.
pub(crate) fn publish(setting: &Setting, shards: u32, age: i64, array: &StatusArray) {
    let uris: Vec<String> = (1..=shards).map(uri).collect();
    setting.server.put("/status-lists", serde_json::json!({ "status_lists": uris }).to_string());
    for (uri, shard) in uris.iter().zip(1..) {
        let list = signed_status(&list_head(uri, age), array, "status-a");
        setting.server.put(&format!("/status-lists/{shard}"), list);
    }
}

/// The shards asked for whole since the last time.
pub(crate) fn shards_asked(setting: &Setting) -> Vec<String> {
    let asked = setting.server.asked().into_iter();
    asked
        .filter_map(|path| path.strip_prefix("/status-lists/").map(str::to_owned))
        .filter(|id| !id.starts_with("delta"))
        .collect()
}

#[test]
fn a_first_sync_that_was_cut_fetches_only_the_rest() {
    let setting = Setting::new("cut-first");
    publish(&setting, 5, 600, &status_array());
    setting.server.cut("/status-lists/3");
    let said = setting.sync();
    assert_eq!((said.code, said.stderr.contains("hint: check the network")), (74, true), "{said:?}");
    assert_eq!(shards_asked(&setting), ["1", "2", "3", "4", "5"]);
    assert_eq!(setting.valid(), ok(), "the lists that came are of use");
    publish(&setting, 5, 600, &status_array());
    setting.server.put_status("/status-lists/delta?from=1799999400", 204, "");
    assert_eq!(setting.sync().code, 0);
    assert_eq!(shards_asked(&setting), ["3"]);
}

#[test]
fn fetching_all_lists_anew_goes_on_where_it_was_cut() {
    let setting = Setting::new("cut-again");
    publish(&setting, 4, 600, &status_array());
    assert_eq!(setting.sync().code, 0);
    // Too long ago for a delta: everything is to be fetched, and the line breaks.
    setting.server.put_status("/status-lists/delta?from=1799999400", 303, "");
    publish(&setting, 4, 300, &status_array());
    setting.server.cut("/status-lists/3");
    setting.server.asked();
    assert_eq!(setting.sync().code, 74);
    assert_eq!(shards_asked(&setting), ["1", "2", "3", "4"]);
    assert_eq!(setting.valid(), ok());
    publish(&setting, 4, 300, &status_array());
    setting.server.put_status("/status-lists/delta?from=1799999700", 204, "");
    assert_eq!(setting.sync().code, 0);
    assert_eq!(shards_asked(&setting), ["3"]);
    assert_eq!(setting.valid(), ok());
}

#[test]
fn another_run_is_waited_out_not_raced() {
    let setting = Setting::new("locked");
    assert_eq!(setting.sync().code, 0);
    let lock = std::fs::File::options().write(true).open(setting.bundle.join("lock")).unwrap();
    lock.lock().unwrap();
    let said = setting.sync();
    assert_eq!(
        (said.code, said.stderr.contains("another run is updating the bundle")),
        (74, true),
        "{said:?}"
    );
    assert_eq!(setting.valid(), ok(), "verifying needs no lock");
    drop(lock);
    assert_eq!(setting.sync().code, 0);
}

#[test]
fn a_full_disk_is_told_and_spoils_nothing() {
    // A list that is new to this verifier, and the next of one that it holds: what could not be kept raises no floor.
    full_disk("full-disk-new", 2);
    full_disk("full-disk-next", 1);
}

/// On a file system of 256 KiB of its own, where list `number` to be fetched is longer.
fn full_disk(name: &str, number: u32) {
    const SCRIPT: &str = r#"
        mount -t tmpfs -o size=256k tmpfs "$1" && cp -a "$2" "$1/bundle" || exit 90
        "$3" sync --server "$4" --bundle "$1/bundle" --now "$5" --lang en; echo "sync: $?"
        "$3" verify "$6" --bundle "$1/bundle" --now "$5" --scene inspect.food --lang en >/dev/null; echo "verify: $?"
        echo "left: $(find "$1" -name '*.tmp' | wc -l)""#;
    let setting = Setting::new(name);
    assert_eq!(setting.sync().code, 0);
    let mut chance = Chance::new(1);
    let noise: Vec<u8> = (0..status_array().bytes().len()).map(|_| (chance.next() >> 56) as u8).collect();
    publish(&setting, 2, 5, &status_array());
    let list =
        signed_status(&list_head(&uri(number), 5), &StatusArray::from_bytes(noise).unwrap(), "status-a");
    assert!(list.len() > 256 << 10);
    setting.server.put(&format!("/status-lists/{number}"), list);
    let mount = setting.bundle.with_file_name("mount");
    std::fs::create_dir_all(&mount).unwrap();
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh", path(&mount), path(&setting.bundle)])
        .args([env!("CARGO_BIN_EXE_liangzheng-verify"), &setting.server.url, &at(NOW), &with_status(1, 0)])
        .stdin(Stdio::null())
        .output();
    let said = match output {
        Ok(output) if output.status.code() == Some(0) => said(output),
        other => {
            println!("skipped: no file system can be mounted here: {other:?}");
            return;
        }
    };
    assert_eq!(said.stdout, "sync: 74\nverify: 0\nleft: 0\n", "{said:?}");
    assert!(said.stderr.contains("No space left") && said.stderr.contains("hint: "), "{said:?}");
}

/// What a bundle holds, for "is it older than before".
#[derive(Debug, PartialEq, PartialOrd)]
struct Held {
    trust: i64,
    catalogue: i64,
    lists: BTreeMap<String, i64>,
}

fn held(bundle: &Path) -> Held {
    let said = run(&["bundle", "--bundle", path(bundle), "--now", &at(NOW), "--json"]);
    let told: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!((said.code, &told["left_out"]), (0, &serde_json::json!([])), "{said:?}");
    let lists = told["status_lists"].as_array().unwrap().iter();
    Held {
        trust: told["trust_list"]["version"].as_i64().unwrap(),
        catalogue: told["catalogues"][0]["version"].as_i64().unwrap(),
        lists: lists
            .map(|list| (list["uri"].as_str().unwrap().into(), list["iat"].as_i64().unwrap()))
            .collect(),
    }
}

/// From the publication `age` seconds ago to the one `made` seconds ago, in which entry `idx` became final in all shards.
fn delta(
    shards: u32,
    (age, before): (i64, &StatusArray),
    (made, after): (i64, &StatusArray),
    idx: u32,
) -> Delta {
    let snapshot = |age: i64, array: &StatusArray| Snapshot {
        iat: UnixTime(NOW.0 - age),
        exp: UnixTime(NOW.0 - age + 7 * DAY),
        lists: (1..=shards).map(|shard| (uri(shard), array.sha256())).collect(),
    };
    let chg = (1..=shards).map(|shard| (uri(shard), vec![(idx, StatusValue::Final.wire())])).collect();
    Delta { iat: UnixTime(NOW.0 - made), base: snapshot(age, before), next: snapshot(made, after), chg }
}

/// 30 times, or as often as `LZ_SYNC_KILLS` says (`cargo xtask soak sync`).
#[test]
fn kill_at_any_moment_leaves_a_bundle_that_loads_and_is_not_older() {
    let kills: u32 = env::var("LZ_SYNC_KILLS").map_or(30, |kills| kills.parse().unwrap());
    assert!(
        kills <= 500,
        "each publication is a second younger than the one before, and the first is ten minutes old"
    );
    const SHARDS: u32 = 3;
    let setting = Setting::new("kill");
    publish(&setting, SHARDS, 600, &status_array());
    let started = Instant::now();
    assert_eq!(setting.sync().code, 0);
    // How long a run takes here and now, so that kills fall all over it: on a busy machine that changes.
    let mut whole_run = started.elapsed();
    let mut chance = Chance::new(u64::from(kills));
    let mut array = status_array();
    let mut killed = 0;
    for step in 0..kills {
        // The platform has moved on in everything; every second time a delta leads there from the last publication.
        let (age, made) = (600 - i64::from(step), 599 - i64::from(step));
        let before_array = array.clone();
        array.set(1_000 + step, StatusValue::Final);
        let version = u64::from(step);
        setting.put_trust(&TrustList { version: 8 + version, ..world::trust_list() }, &["root-1", "root-3"]);
        let catalogue = Catalogue { version: 4 + version, ..world::catalogue() };
        setting.server.put(CATALOGUE, sign_catalogue(&catalogue, &key("catalogue-a")).unwrap());
        publish(&setting, SHARDS, made, &array);
        let from = format!("/status-lists/delta?from={}", NOW.0 - age);
        if step % 2 == 0 {
            let delta = delta(SHARDS, (age, &before_array), (made, &array), 1_000 + step);
            setting.server.put(&from, world::signed_delta(&delta, "status-a"));
        }
        setting.server.put_status(&format!("/status-lists/delta?from={}", NOW.0 - made), 204, "");

        let before = held(&setting.bundle);
        let mut child = program(&[
            "sync",
            "--server",
            &setting.server.url,
            "--bundle",
            path(&setting.bundle),
            "--now",
            &at(NOW),
        ]);
        let mut child = child.stderr(Stdio::null()).spawn().unwrap();
        let (spawned, life) = (Instant::now(), whole_run.mul_f32(chance.between(0., 1.1)));
        while spawned.elapsed() < life && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_micros(200));
        }
        let lived = spawned.elapsed();
        let _ = child.kill();
        match child.wait().unwrap().code() {
            None => killed += 1,
            Some(_) => whole_run = lived,
        }
        let after = held(&setting.bundle);
        let is_newer = after.trust >= before.trust
            && after.catalogue >= before.catalogue
            && before.lists.iter().all(|(uri, iat)| after.lists.get(uri) >= Some(iat));
        assert!(is_newer, "kill {step}: {before:?}, then {after:?}");
        assert_eq!(setting.valid(), ok(), "kill {step}");
        if step % 8 == 0 {
            let said = setting.sync();
            assert_eq!(said.code, 0, "{said:?}");
        }
    }
    assert_eq!(setting.sync().code, 0);
    let end = held(&setting.bundle);
    assert_eq!((end.trust, end.catalogue), (i64::from(kills) + 7, i64::from(kills) + 3));
    assert_eq!(setting.valid(), ok());
    let left: Vec<_> = setting
        .files()
        .into_iter()
        .filter(|(path, _)| path.extension().is_some_and(|is| is == "tmp"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    println!("{killed} of {kills} runs were killed before their end");
    assert!(
        killed > kills / 4,
        "{killed} of {kills} runs were killed before their end: too few to show anything"
    );
}
