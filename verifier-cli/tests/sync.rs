//! `sync` against a server on this machine: what is taken, what is refused, and what is left as it was.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

mod support;

use std::path::{Path, PathBuf};

use liangzheng_core::{
    status::{Delta, StatusArray},
    time::UnixTime,
    trust::{TrustList, sign_catalogue},
};
use support::{
    Said, all_roots, at, folder, run,
    server::Server,
    signed_trust, with_status, world,
    world::{DAY, LIST_A, NOW, key, list_head, roots, signed_status, status_array},
    write,
};

const TRUST: &str = "/.well-known/trust-list";
const CATALOGUE: &str = "/.well-known/catalogue";

struct Setting {
    server: Server,
    bundle: PathBuf,
    root: PathBuf,
}

impl Setting {
    /// A server with version 7 of the trust list, a catalogue and one list made ten minutes ago.
    fn new(name: &str) -> Self {
        let work = folder(name);
        let setting =
            Self { server: Server::start(), bundle: work.join("bundle"), root: work.join("roots.json") };
        write(&setting.root, serde_json::to_vec(&all_roots()).unwrap());
        let list = signed_trust(&world::trust_list());
        setting.server.put(TRUST, &list);
        for version in 1..7 {
            let list = TrustList { version, ..world::trust_list() };
            setting.server.put(&format!("{TRUST}/{version}"), signed_trust(&list));
        }
        setting.server.put(&format!("{TRUST}/7"), &list);
        setting.server.put(CATALOGUE, sign_catalogue(&world::catalogue(), &key("catalogue-a")).unwrap());
        setting.server.put("/status-lists", format!(r#"{{"status_lists":["{LIST_A}"]}}"#));
        setting.put_list(600, &status_array());
        setting
    }

    fn put_list(&self, age: i64, array: &StatusArray) {
        self.server.put("/status-lists/1", signed_status(&list_head(LIST_A, age), array, "status-a"));
    }

    fn put_trust(&self, list: &TrustList, signers: &[&str]) {
        let text = world::signed_trust(list, signers);
        self.server.put(TRUST, &text);
        self.server.put(&format!("{TRUST}/{}", list.version), &text);
    }

    fn sync_at(&self, now: i64) -> Said {
        run(&[
            "sync",
            "--server",
            &self.server.url,
            "--root",
            path(&self.root),
            "--bundle",
            path(&self.bundle),
            "--now",
            &now.to_string(),
        ])
    }

    fn sync(&self) -> Said {
        self.sync_at(NOW.0)
    }

    fn code(&self, text: &str, now: i64) -> (i32, String) {
        let said = run(&[
            "verify",
            text,
            "--bundle",
            path(&self.bundle),
            "--now",
            &now.to_string(),
            "--json",
            "--scene",
            "inspect.food",
        ]);
        let verdict: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        (said.code, verdict["code"].as_str().unwrap().into())
    }

    fn valid(&self) -> (i32, String) {
        self.code(&with_status(1, 0), NOW.0)
    }

    /// Every file and what it holds.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = vec![];
        let mut folders = vec![self.bundle.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path)
                } else {
                    files.push((path.clone(), std::fs::read(path).unwrap()))
                }
            }
        }
        files.sort();
        files
    }
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn ok() -> (i32, String) {
    (0, "OK".into())
}

/// `array` with `idx` set to `value`, and the delta that leads there at `now`.
fn changed(head_age: i64, array: &StatusArray, now: i64, idx: u32, value: u8) -> (Delta, StatusArray) {
    let delta = world::delta(&list_head(LIST_A, head_age), array, now, &[(idx, value)]);
    let mut bytes = array.bytes().to_vec();
    let shift = 4 * (idx % 2);
    bytes[idx as usize / 2] = (bytes[idx as usize / 2] & !(15 << shift)) | (value << shift);
    (delta, StatusArray::from_bytes(bytes).unwrap())
}

#[test]
fn an_empty_bundle_is_filled_and_then_nothing_is_new() {
    let setting = Setting::new("sync-first");
    let said = setting.sync();
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(said.stdout, "");
    assert_eq!(setting.valid(), ok());

    setting.server.put_status("/status-lists/delta?from=1799999400", 204, "");
    setting.server.asked();
    let before = setting.files();
    let said = setting.sync();
    assert_eq!((said.code, said.stderr.contains("nothing new")), (0, true), "{said:?}");
    assert_eq!(setting.files(), before);
    let asked = setting.server.asked();
    assert!(asked.contains(&format!("{TRUST}/8")) && !asked.contains(&"/status-lists/1".into()), "{asked:?}");
}

#[test]
fn a_delta_brings_a_revocation_and_survives_a_restart() {
    let setting = Setting::new("sync-delta");
    setting.sync();
    assert_eq!(setting.code(&with_status(2, 8), NOW.0), ok());
    let (delta, _) = changed(600, &status_array(), NOW.0 - 5, 8, 1);
    setting.server.put("/status-lists/delta?from=1799999400", world::signed_delta(&delta, "status-a"));
    setting.server.asked();
    assert_eq!(setting.sync().code, 0);
    assert!(!setting.server.asked().contains(&"/status-lists/1".into()));
    assert_eq!(setting.code(&with_status(2, 8), NOW.0), (1, "E_STATUS_INVALID".into()));
    assert_eq!(setting.valid(), ok());
}

#[test]
fn a_delta_that_does_not_fit_or_is_refused_gives_way_to_the_whole_list() {
    let (_, array) = changed(600, &status_array(), NOW.0 - 5, 8, 1);
    let (wrong_base, _) = changed(600, &array, NOW.0 - 5, 9, 1);
    let other_key = {
        let (delta, _) = changed(600, &status_array(), NOW.0 - 5, 8, 1);
        world::signed_delta(&delta, "show-a")
    };
    for (name, status, body) in [
        ("too old", 303, String::new()),
        ("base", 200, world::signed_delta(&wrong_base, "status-a")),
        ("signer", 200, other_key),
        ("nonsense", 200, "x".into()),
    ] {
        let setting = Setting::new("sync-whole");
        setting.sync();
        setting.server.put_status("/status-lists/delta?from=1799999400", status, body);
        setting.put_list(5, &array);
        let said = setting.sync();
        assert_eq!(said.code, 0, "{name}: {said:?}");
        assert_eq!(setting.code(&with_status(2, 8), NOW.0), (1, "E_STATUS_INVALID".into()), "{name}");
        assert_eq!(setting.valid(), ok(), "{name}");
    }
}

#[test]
fn after_eight_deltas_the_list_is_fetched_whole_and_the_deltas_go() {
    let setting = Setting::new("sync-compact");
    setting.sync();
    let (mut array, mut age) = (status_array(), 600);
    for step in 0..9 {
        let made = NOW.0 - 500 + i64::from(step) * 10;
        let (delta, next) = changed(age, &array, made, 100 + step, 1);
        setting.server.put(
            &format!("/status-lists/delta?from={}", NOW.0 - age),
            world::signed_delta(&delta, "status-a"),
        );
        (array, age) = (next, NOW.0 - made);
        setting.put_list(age, &array);
        assert_eq!(setting.sync().code, 0);
        assert_eq!(
            setting.code(&with_status(step, 100 + step), NOW.0),
            (1, "E_STATUS_INVALID".into()),
            "{step}"
        );
        assert_eq!(setting.valid(), ok(), "{step}");
        let deltas = std::fs::read_dir(setting.bundle.join("deltas")).unwrap().count();
        assert_eq!(deltas, if step < 8 { step as usize + 1 } else { 0 });
    }
}

#[test]
fn root_rotations_are_walked_step_by_step() {
    let setting = Setting::new("sync-rotate");
    assert_eq!(setting.sync().code, 0);
    let eight =
        TrustList { version: 8, roots: roots(&["root-2", "root-3", "root-4"], 2), ..world::trust_list() };
    let nine =
        TrustList { version: 9, roots: roots(&["root-4", "root-5", "root-6"], 2), ..world::trust_list() };
    setting.put_trust(&eight, &["root-2", "root-3"]);
    setting.put_trust(&nine, &["root-3", "root-4", "root-5"]);
    let said = setting.sync();
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stderr.contains("--root is not used"), "{said:?}");
    assert_eq!(setting.valid(), ok());
    let held = run(&["bundle", "--bundle", path(&setting.bundle), "--now", &at(NOW)]);
    assert!(held.stdout.contains("root-6") && held.stdout.contains("version 9"), "{held:?}");

    // A newcomer with the first roots gets there, too; one without the middle step does not.
    let late = Setting {
        bundle: setting.bundle.with_file_name("late"),
        server: setting.server.clone(),
        root: setting.root.clone(),
    };
    assert_eq!(late.sync().code, 0);
    assert_eq!(late.valid(), ok());
    let stuck = Setting {
        bundle: setting.bundle.with_file_name("stuck"),
        server: setting.server.clone(),
        root: setting.root.clone(),
    };
    stuck.server.remove(&format!("{TRUST}/8"));
    let said = stuck.sync();
    assert_eq!((said.code, said.stderr.contains("E_TRUST_THRESHOLD")), (1, true), "{said:?}");
    let strangers = folder("sync-rotate-strangers").join("roots.json");
    write(&strangers, serde_json::to_vec(&roots(&["root-7", "root-8"], 2)).unwrap());
    let stranger = Setting {
        bundle: strangers.with_file_name("bundle"),
        server: setting.server.clone(),
        root: strangers,
    };
    let said = stranger.sync();
    assert_eq!((said.code, said.stderr.contains("E_TRUST_THRESHOLD")), (1, true), "{said:?}");
    assert!(!stranger.bundle.join("trust-list.json").exists());
}

#[test]
fn what_core_refuses_leaves_the_bundle_as_it_was() {
    let setting = Setting::new("sync-refused");
    setting.sync();
    let before = setting.files();
    let list = signed_status(&list_head(LIST_A, 600), &status_array(), "show-a");
    let older = signed_status(&list_head(LIST_A, 700), &status_array(), "status-a");
    let expired = signed_status(&list_head(LIST_A, 8 * DAY), &status_array(), "status-a");
    let other = signed_status(&list_head(world::LIST_OLD, 5), &status_array(), "status-a");
    for (name, at, body, code) in [
        ("signed by a show key", "/status-lists/1", list, "E_ISSUER_KEY_MISMATCH"),
        ("an older list", "/status-lists/1", older, "E_ROLLBACK"),
        ("an expired list", "/status-lists/1", expired, "E_ROLLBACK"),
        ("another list", "/status-lists/1", other, "E_STATUS_SUB"),
        ("garbage", "/status-lists/1", "garbage".into(), "E_"),
        ("too long", "/status-lists/1", "a".repeat((3 << 19) + 1), "E_SIZE"),
        ("an unsigned catalogue", CATALOGUE, "a.b.c".into(), "E_"),
        (
            "an older catalogue",
            CATALOGUE,
            {
                let older = liangzheng_core::trust::Catalogue { version: 2, ..world::catalogue() };
                sign_catalogue(&older, &key("catalogue-a")).unwrap()
            },
            "E_ROLLBACK",
        ),
        (
            "the next list by one root",
            "/.well-known/trust-list/8",
            {
                let next = TrustList { version: 8, ..world::trust_list() };
                world::signed_trust(&next, &["root-1"])
            },
            "E_TRUST_THRESHOLD",
        ),
    ] {
        let setting = Setting::new("sync-refused");
        setting.sync();
        setting.server.put(at, body);
        let said = setting.sync();
        assert_eq!(
            (said.code, said.stderr.contains(code), said.stderr.contains("hint: ")),
            (1, true, true),
            "{name}: {said:?}"
        );
        let files = setting.files();
        assert_eq!(files.len(), before.len(), "{name}");
        assert_eq!(setting.valid(), ok(), "{name}");
    }
}

#[test]
fn network_faults_are_74_and_change_nothing() {
    let setting = Setting::new("sync-network");
    setting.sync();
    let before = setting.files();
    setting.server.put_status(CATALOGUE, 503, "");
    let said = setting.sync();
    assert_eq!((said.code, said.stderr.contains("HTTP 503")), (74, true), "{said:?}");
    setting.server.put_status(CATALOGUE, 302, "");
    assert_eq!(setting.sync().code, 74);
    assert_eq!(setting.files(), before);
    // Port 9 of this machine: nobody listens.
    let said = run(&[
        "sync",
        "--server",
        "http://127.0.0.1:9",
        "--bundle",
        path(&setting.bundle),
        "--now",
        &at(NOW),
    ]);
    assert_eq!((said.code, said.stderr.contains("hint: check the network")), (74, true), "{said:?}");
    assert_eq!(setting.files(), before);
    assert_eq!(setting.valid(), ok());
}

#[test]
fn an_expired_trust_list_is_refused() {
    let setting = Setting::new("sync-expired");
    let said = setting.sync_at(NOW.0 + 61 * DAY);
    assert_eq!((said.code, said.stderr.contains("E_TRUST_EXPIRED")), (1, true), "{said:?}");
    assert!(!setting.bundle.join("trust-list.json").exists());
}

#[test]
fn a_clock_far_behind_is_told_and_verdicts_are_undetermined() {
    let setting = Setting::new("sync-clock");
    setting.sync();
    assert_eq!(setting.code(&with_status(1, 0), NOW.0 - 30 * DAY), (2, "U_CLOCK".into()));
    let said = setting.sync_at(NOW.0 - 30 * DAY);
    assert!(said.stderr.contains("clock is behind"), "{said:?}");
}

#[test]
fn old_bundles_come_back_in_nobodys_hands() {
    let setting = Setting::new("sync-rollback");
    setting.sync();
    let old = std::fs::read(setting.bundle.join("trust-list.json")).unwrap();
    setting.put_trust(
        &TrustList { version: 8, iat: UnixTime(NOW.0 - 60), ..world::trust_list() },
        &["root-1", "root-2"],
    );
    assert_eq!(setting.sync().code, 0);
    write(setting.bundle.join("trust-list.json"), old);
    let said = run(&["verify", &with_status(1, 0), "--bundle", path(&setting.bundle), "--now", &at(NOW)]);
    assert_eq!((said.code, said.stderr.contains("E_ROLLBACK")), (2, true), "{said:?}");
    assert_eq!(setting.sync().code, 0);
    assert_eq!(setting.valid(), ok());
}

#[test]
fn a_bundle_travels_by_file() {
    let setting = Setting::new("sync-export");
    setting.sync();
    let (delta, _) = changed(600, &status_array(), NOW.0 - 5, 8, 1);
    setting.server.put("/status-lists/delta?from=1799999400", world::signed_delta(&delta, "status-a"));
    setting.sync();
    let file = setting.bundle.with_file_name("export.json");
    assert_eq!(run(&["bundle", "export", path(&file), "--bundle", path(&setting.bundle)]).code, 0);

    let other = Setting {
        bundle: setting.bundle.with_file_name("other"),
        server: setting.server.clone(),
        root: setting.root.clone(),
    };
    let import = |more: &[&str]| {
        let mut args =
            vec!["bundle", "import", path(&file), "--bundle", path(&other.bundle), "--now", "1800000000"];
        args.extend(more);
        run(&args)
    };
    assert_eq!(import(&[]).code, 64, "no root is pinned");
    let said = import(&["--root", path(&other.root)]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("oldest list expires in 6 d 23 h"), "{said:?}");
    assert_eq!(other.valid(), ok());
    assert_eq!(other.code(&with_status(2, 8), NOW.0), (1, "E_STATUS_INVALID".into()));

    let text = std::fs::read_to_string(&file).unwrap();
    let before = other.files();
    write(&file, text.replacen("eyJ", "eyK", 1));
    assert_eq!(import(&[]).code, 1);
    write(&file, "{}");
    assert_eq!(import(&[]).code, 1);
    assert_eq!(other.files(), before);

    assert_eq!(run(&["bundle", "reset", "--bundle", path(&other.bundle)]).code, 0);
    assert_eq!(other.valid(), (2, "U_TRUST_MISSING".into()));
}

#[test]
fn an_import_never_goes_back() {
    let setting = Setting::new("sync-import-old");
    setting.sync();
    let file = setting.bundle.with_file_name("export.json");
    run(&["bundle", "export", path(&file), "--bundle", path(&setting.bundle)]);
    setting.put_list(5, &status_array());
    assert_eq!(setting.sync().code, 0);
    let before = setting.files();
    let said = run(&["bundle", "import", path(&file), "--bundle", path(&setting.bundle), "--now", &at(NOW)]);
    assert_eq!((said.code, said.stderr.contains("E_ROLLBACK")), (1, true), "{said:?}");
    assert_eq!(setting.files(), before);
}
