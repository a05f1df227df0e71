//! What comes in, what goes on by file, and what is refused.

use liangzheng_core::{time::UnixTime, trust::TrustList};

use super::{
    setting::{CATALOGUE, Setting, TRUST, changed, ok, path},
    support::{
        at, folder, run, with_status,
        world::{self, DAY, LIST_A, NOW, list_head, roots, signed_status, status_array},
        write,
    },
};

#[test]
fn an_empty_bundle_is_filled_and_then_nothing_is_new() {
    let setting = Setting::new("sync-first");
    let said = setting.sync();
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(said.stdout, "");
    assert!(said.stderr.ends_with("oldest list expires in 6 d 23 h\n"), "{said:?}");
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
    assert_eq!((said.code, said.stderr.contains("U_CLOCK")), (1, true), "{said:?}");
    assert!(said.stderr.contains("iat 20270114 1600, now 20261216 1600"), "both clocks: {said:?}");
    let said = setting.sync_at(NOW.0 - 1_199);
    assert!(said.code == 0 && said.stderr.contains("clock is behind"), "{said:?}");
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

/// Tells whether `bundle --for` and `doctor --for` call the bundle good for a patrol of this length: both the same.
fn is_fit_for(setting: &Setting, length: &str) -> bool {
    let exits = ["bundle", "doctor"].map(|command| {
        run(&[command, "--for", length, "--bundle", path(&setting.bundle), "--now", &at(NOW)]).code
    });
    assert!(exits == [0, 0] || exits == [2, 2], "{length}: {exits:?}");
    exits == [0, 0]
}

#[test]
fn a_patrol_is_as_long_as_the_strictest_scene_lets_lists_be_old() {
    let setting = Setting::new("sync-patrol");
    setting.sync();
    // The list was made ten minutes ago, and three of the five scenes take it for a day.
    assert!(is_fit_for(&setting, "23h 49min"));
    assert!(!is_fit_for(&setting, "23h 51min") && !is_fit_for(&setting, "6d"));
    let said = run(&["doctor", "--for", "6d", "--bundle", path(&setting.bundle), "--now", &at(NOW)]);
    let told =
        "✕ for scene inspect.food, the oldest list expires in 23 h 50 min, before 6 d are over\n  → sync";
    assert!(said.stdout.contains(told), "{said:?}");
    // A scene that lets it be older is told so when it is named; then the list's own end comes first.
    let bundle = path(&setting.bundle);
    let args = ["doctor", "--for", "6d", "--scene", "archive.patient", "--bundle", bundle, "--now", &at(NOW)];
    let said = run(&args);
    assert!(said.code == 0 && said.stdout.contains("✓ the oldest list expires in 6 d 23 h"), "{said:?}");
}

#[test]
fn an_old_status_list_put_back_is_told_until_a_sync() {
    let setting = Setting::new("sync-rollback-list");
    setting.sync();
    let status = std::fs::read_dir(setting.bundle.join("status")).unwrap().next().unwrap().unwrap().path();
    let old = std::fs::read(&status).unwrap();
    setting.put_list(5, &status_array());
    assert_eq!(setting.sync().code, 0);
    assert!(is_fit_for(&setting, "8h"));
    write(&status, old);
    assert_eq!(setting.valid(), (2, "U_STATUS_STALE".into()));
    assert!(!is_fit_for(&setting, "8h") && !is_fit_for(&setting, "1s"));
    let said = run(&["doctor", "--bundle", path(&setting.bundle), "--now", &at(NOW)]);
    let told =
        format!("✕ the status list {LIST_A} is older than one seen before and proves nothing\n  → sync\n");
    assert!(said.code == 2 && said.stdout.contains(&told), "{said:?}");
    assert_eq!(setting.sync().code, 0);
    assert!(is_fit_for(&setting, "8h"));
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

#[test]
fn an_import_that_would_lose_a_list_is_refused() {
    let setting = Setting::new("sync-import-less");
    setting.sync();
    let file = setting.bundle.with_file_name("export.json");
    run(&["bundle", "export", path(&file), "--bundle", path(&setting.bundle)]);
    let other = world::LIST_OLD;
    setting.server.put("/status-lists", format!(r#"{{"status_lists":["{LIST_A}","{other}"]}}"#));
    setting.server.put("/status-lists/2", signed_status(&list_head(other, 600), &status_array(), "status-a"));
    setting.server.put_status("/status-lists/delta?from=1799999400", 204, "");
    assert_eq!(setting.sync().code, 0);
    let before = setting.files();
    let said = run(&["bundle", "import", path(&file), "--bundle", path(&setting.bundle), "--now", &at(NOW)]);
    assert_eq!((said.code, said.stderr.contains("the export lacks the status list")), (1, true), "{said:?}");
    assert!(said.stderr.contains("hint: ") && setting.files() == before, "{said:?}");
}

/// A server on this machine may be asked in the clear, since nothing leaves; a proxy would make something leave.
#[test]
fn a_server_on_this_machine_is_not_asked_through_a_proxy() {
    let setting = Setting::new("sync-proxy");
    let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"] {
        let output = setting.sync_program(NOW.0).env(name, &address).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{name}: {output:?}");
        assert_eq!(proxy.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "{name}");
    }
}

#[test]
fn a_run_that_finds_nothing_new_tells_what_is_held() {
    let setting = Setting::new("sync-nothing-new");
    let versions: Vec<serde_json::Value> = (0..2)
        .map(|_| {
            let output = setting.sync_program(NOW.0).arg("--json").output().unwrap();
            let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            told["trust_version"].clone()
        })
        .collect();
    assert_ne!(versions[0], 0);
    assert_eq!(versions[0], versions[1]);
}
