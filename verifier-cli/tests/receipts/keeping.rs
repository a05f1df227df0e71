//! What a receipt says, and that no verdict is told without one.

use std::{
    collections::BTreeSet, fs, io::Write as _, os::unix::fs::PermissionsExt as _, os::unix::fs::symlink,
};

use super::{
    setting::{Kept, lines},
    support::{Talk, at, run, run_with, with_status, world::NOW},
};

#[test]
fn a_receipt_says_what_was_judged_and_names_nobody() {
    let place = Kept::new("receipts-form");
    fs::create_dir(place.0.0.join("kept")).unwrap();
    for (code, want) in [(with_status(1, 0), 0), (with_status(2, 1), 1), ("a.b.c".into(), 1)] {
        assert_eq!(place.verify(&code, "kept").code, want);
    }
    let file = place.0.0.join("kept/receipts.jsonl");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let kept = lines(&file);
    let text = fs::read_to_string(&file).unwrap();
    assert!(!text.contains("九九") && !text.contains("张"), "{text}");

    let first = kept[0].as_object().unwrap();
    let members: BTreeSet<&str> = first.keys().map(String::as_str).collect();
    let want = [
        "at",
        "checks",
        "code",
        "id",
        "licence",
        "scene",
        "status_as_of",
        "token",
        "trust_version",
        "verdict",
    ];
    assert_eq!(members, want.into_iter().collect());
    assert_eq!(first["checks"].as_object().unwrap().len(), 11);
    let ids: BTreeSet<&str> = kept.iter().map(|receipt| receipt["id"].as_str().unwrap()).collect();
    assert!(ids.len() == 3 && ids.iter().all(|id| id.len() == 22));
    let told = |member: &str| kept.iter().map(|receipt| receipt[member].clone()).collect::<Vec<_>>();
    assert_eq!(told("verdict"), ["valid", "invalid", "invalid"]);
    assert_eq!(told("code"), ["OK", "E_STATUS_INVALID", "E_FORMAT"]);
    assert_eq!(told("scene"), ["inspect.food", "inspect.food", "inspect.food"]);
    assert_eq!((&first["at"], &first["trust_version"]), (&NOW.0.into(), &7.into()));
    assert!(kept[2]["licence"].is_null() && kept[2]["token"].is_null());
}

#[test]
fn nothing_is_kept_without_being_asked() {
    let place = Kept::new("receipts-off");
    let before = fs::read_dir(&place.0.0).unwrap().count();
    let bundle = place.path("bundle");
    assert_eq!(run(&["verify", &with_status(1, 0), "--bundle", &bundle, "--now", &at(NOW)]).code, 0);
    let mut talk = Talk::start(&["scan", "-", "--bundle", &bundle, "--now", &at(NOW)]);
    talk.say(&with_status(2, 0));
    assert_eq!(talk.end().code, 0);
    assert_eq!(fs::read_dir(&place.0.0).unwrap().count(), before);
}

#[test]
fn no_verdict_is_told_without_its_receipt() {
    let place = Kept::new("receipts-full");
    // A receipt, and then 256 MiB that take no room.
    place.fill("kept", 1);
    let mut file = fs::File::options().append(true).open(place.0.0.join("kept")).unwrap();
    file.set_len((256 << 20) - 1).unwrap();
    file.write_all(b"\n").unwrap();
    let said = place.verify(&with_status(1, 0), "kept");
    assert_eq!((said.code, said.stdout.as_str()), (74, ""), "{said:?}");
    assert!(said.stderr.contains("grown to 256 MB") && said.stderr.contains("is full"), "{said:?}");
    assert!(said.stderr.contains("receipts prune"));

    symlink("/dev/full", place.0.0.join("full")).unwrap();
    let said = place.verify(&with_status(1, 0), "full");
    assert_eq!((said.code, said.stdout.as_str()), (74, ""), "{said:?}");
    let said = place.verify(&with_status(1, 0), "no-such-folder/kept");
    assert_eq!((said.code, said.stdout.as_str()), (74, ""), "{said:?}");

    // A scan goes on and says in the end that something was wrong.
    let (bundle, full) = (place.path("bundle"), place.path("full"));
    let mut talk = Talk::start(&["scan", "-", "--bundle", &bundle, "--now", &at(NOW), "--receipts", &full]);
    talk.say(&format!("{}\n", with_status(1, 0)));
    let said = talk.end();
    assert_eq!((said.code, said.stdout.as_str()), (74, ""), "{said:?}");
}

/// Nobody was told that the code is valid, so the next, honest, scan must not be called a repeat.
#[test]
fn a_code_whose_receipt_failed_is_not_remembered() {
    let place = Kept::new("receipts-before-memory");
    symlink("/dev/full", place.0.0.join("full")).unwrap();
    let (bundle, cache, now) = (place.path("bundle"), place.path("cache"), at(NOW));
    let code = with_status(1, 0);
    let verify = |receipts: &str| {
        let receipts = place.path(receipts);
        let args = ["verify", &code, "--bundle", &bundle, "--now", &now, "--scene", "inspect.food"];
        run(&[&args[..], &["--receipts", &receipts, "--replay-cache", &cache]].concat()).code
    };
    assert_eq!([verify("full"), verify("kept"), verify("kept")], [74, 0, 1]);
}

#[test]
fn two_scans_may_keep_receipts_in_one_file() {
    let place = Kept::new("receipts-two");
    let runs: Vec<_> = (0..4)
        .map(|_| {
            let (bundle, kept, code) = (place.path("bundle"), place.path("kept"), with_status(1, 0));
            std::thread::spawn(move || {
                let args =
                    ["scan", "-", "--bundle", &bundle, "--now", &at(NOW), "--receipts", &kept, "--json"];
                run_with(&args, format!("{code}\n").repeat(20).as_bytes()).code
            })
        })
        .collect();
    for run in runs {
        assert_eq!(run.join().unwrap(), 0);
    }
    let ids: BTreeSet<String> =
        lines(place.0.0.join("kept")).iter().map(|receipt| receipt["id"].as_str().unwrap().into()).collect();
    assert_eq!(ids.len(), 80);
}
