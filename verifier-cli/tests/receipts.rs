//! `--receipts` and what becomes of them: on the disk before the verdict is told, and at the server once.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

mod support;

use std::{
    collections::BTreeSet,
    fs,
    io::{Read as _, Write as _},
    os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink},
    process::Command,
};

use serde_json::Value;
use support::{
    Place, Said, Talk, at, program, run,
    scans::{Scans, TOKEN, Trouble},
    with_status,
    world::NOW,
    write,
};

/// A place whose receipts are looked at.
struct Kept(Place);

impl std::ops::Deref for Kept {
    type Target = Place;

    fn deref(&self) -> &Place {
        &self.0
    }
}

impl Kept {
    fn new(name: &str) -> Self {
        let place = Place::new(name);
        write(place.0.join("token"), format!("{TOKEN}\n"));
        Self(place)
    }

    fn verify(&self, code: &str, receipts: &str) -> Said {
        let (bundle, receipts) = (self.path("bundle"), self.path(receipts));
        let now = at(NOW);
        let args = ["verify", code, "--bundle", &bundle, "--now", &now, "--json", "--receipts", &receipts];
        run(&[&args[..], &["--scene", "inspect.food"]].concat())
    }

    /// `count` receipts as scans would have written them.
    fn fill(&self, name: &str, count: usize) -> Vec<String> {
        assert_eq!(self.verify(&with_status(1, 0), name).code, 0);
        let line = fs::read_to_string(self.0.0.join(name)).unwrap();
        let id = serde_json::from_str::<Value>(&line).unwrap()["id"].as_str().unwrap().to_owned();
        let ids: Vec<String> = (0..count).map(|number| format!("{number:022}")).collect();
        let lines: String = ids.iter().map(|new| line.replace(&id, new)).collect();
        write(self.0.0.join(name), lines);
        ids
    }

    fn upload(&self, name: &str, server: &Scans) -> Said {
        self.upload_with(name, &server.url, "token")
    }

    fn upload_with(&self, name: &str, url: &str, token: &str) -> Said {
        let (receipts, token) = (self.path(name), self.path(token));
        run(&[
            "receipts",
            "upload",
            "--receipts",
            &receipts,
            "--server",
            url,
            "--token-file",
            &token,
            "--json",
        ])
    }

    /// How many receipts stand where.
    fn states(&self, name: &str) -> (usize, usize, usize) {
        let said = run(&["receipts", "list", "--receipts", &self.path(name), "--json"]);
        let count = |state: &str| said.stdout.matches(&format!(r#""state":"{state}""#)).count();
        (count("uploaded"), count("pending"), count("refused"))
    }
}

fn lines(path: impl AsRef<std::path::Path>) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

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
    assert_eq!(told("code"), ["OK", "E_STATUS_INVALID", "E_B64"]);
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
fn a_line_that_a_crash_cut_short_is_dropped_with_a_warning() {
    let place = Kept::new("receipts-torn");
    place.verify(&with_status(1, 0), "kept");
    let mut file = fs::File::options().append(true).open(place.0.0.join("kept")).unwrap();
    file.write_all(br#"{"id":"torn","at":18000"#).unwrap();
    drop(file);
    let said = place.verify(&with_status(2, 0), "kept");
    assert_eq!(said.code, 0);
    assert!(said.stderr.contains("warning: the last receipt was cut short and is dropped"), "{said:?}");
    assert!(said.stderr.contains("hint: "));
    assert_eq!(lines(place.0.0.join("kept")).len(), 2);
    assert!(!place.verify(&with_status(3, 0), "kept").stderr.contains("warning"), "only once");

    // `prune` writes, too.
    let mut file = fs::File::options().append(true).open(place.0.0.join("kept")).unwrap();
    file.write_all(br#"{"id"#).unwrap();
    let said = run(&["receipts", "prune", "--receipts", &place.path("kept")]);
    assert!(said.code == 0 && said.stderr.contains("is dropped"), "{said:?}");
    assert_eq!(lines(place.0.0.join("kept")).len(), 3);
}

#[test]
fn who_only_reads_passes_over_a_torn_line_and_writes_nothing() {
    let place = Kept::new("receipts-reading");
    let server = Scans::start();
    fs::create_dir(place.0.0.join("kept")).unwrap();
    place.fill("kept/receipts.jsonl", 2);
    let file = place.0.0.join("kept/receipts.jsonl");
    let text = fs::read_to_string(&file).unwrap() + r#"{"id":"torn","at":18000"#;
    write(&file, &text);
    fs::remove_file(place.0.0.join("kept/receipts.jsonl.lock")).unwrap();
    for (path, mode) in [(&file, 0o400), (&place.0.0.join("kept"), 0o500)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let (kept, table, bundle) = (place.path("kept"), place.path("table.csv"), place.path("bundle"));
    let mut all = vec![
        run(&["receipts", "list", "--receipts", &kept]),
        run(&["receipts", "export", "--receipts", &kept, &table]),
        run(&["doctor", "--bundle", &bundle, "--now", &at(NOW), "--receipts", &kept]),
    ];
    // Not even a lock, which a folder that may only be read would not take (but root writes anywhere).
    assert_eq!(fs::read_dir(place.0.0.join("kept")).unwrap().count(), 1);
    fs::set_permissions(place.0.0.join("kept"), fs::Permissions::from_mode(0o700)).unwrap();
    all.push(place.upload("kept", &server));

    assert!(all[0].stderr.contains("receipts 2 "), "{all:?}");
    assert_eq!(fs::read_to_string(&table).unwrap().lines().count(), 3);
    assert!(format!("{:?}", all[2]).contains("2 receipts to upload"), "{all:?}");
    assert_eq!(server.stored(), 2);
    for said in &all {
        assert!(said.stderr.contains("the last line is not complete; a scan may be writing it"), "{said:?}");
        assert!(!said.stderr.contains("dropped"), "{said:?}");
    }
    assert!([0, 1, 3].into_iter().all(|number| all[number].code == 0), "{all:?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn a_receipt_that_only_lost_its_end_of_line_is_a_receipt() {
    let place = Kept::new("receipts-unended");
    place.fill("kept", 2);
    let file = place.0.0.join("kept");
    let text = fs::read_to_string(&file).unwrap();
    write(&file, text.trim_end());
    let said = run(&["receipts", "list", "--receipts", &place.path("kept")]);
    assert!(said.stderr.contains("receipts 2 ") && !said.stderr.contains("warning"), "{said:?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), text.trim_end());

    let said = place.verify(&with_status(1, 0), "kept");
    assert!(said.code == 0 && !said.stderr.contains("warning"), "{said:?}");
    assert!(fs::read_to_string(&file).unwrap().starts_with(&text));
    assert_eq!(lines(&file).len(), 3);
}

#[test]
fn a_file_that_holds_something_else_is_refused_and_left_alone() {
    let place = Kept::new("receipts-foreign");
    let server = Scans::start();
    let (file, other, bundle) = (place.0.0.join("other"), place.path("other"), place.path("bundle"));
    for text in
        ["Dear inspector,\n\nthank you", r#"{"kind":"bundle"}"#, r#"{"id":"7"}"#, "{\n  \"id\": 1\n}\n", "\n"]
    {
        write(&file, text);
        let all = [
            run(&["receipts", "list", "--receipts", &other]),
            run(&["receipts", "export", "--receipts", &other, "-"]),
            run(&["receipts", "prune", "--receipts", &other]),
            place.upload("other", &server),
            place.verify(&with_status(1, 0), "other"),
        ];
        for said in all {
            assert_eq!((said.code, said.stdout.as_str()), (74, ""), "{text}: {said:?}");
            let error = format!("{other}: this file holds no receipts and was left as it is");
            assert!(said.stderr.contains(&error) && said.stderr.contains("hint: "), "{text}: {said:?}");
        }
        let said = run(&["doctor", "--bundle", &bundle, "--now", &at(NOW), "--receipts", &other]);
        assert!(said.code != 0 && format!("{said:?}").contains("holds no receipts"), "{text}: {said:?}");
        let said = run(&["receipts", "list", "--receipts", &other, "--lang", "zh"]);
        assert!(said.stderr.contains("其中没有核验记录,文件未改动"), "{said:?}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }

    // A good beginning does not make the end ours: a letter, JSON of another form, more than a receipt can be.
    place.fill("good", 1);
    let good = fs::read_to_string(place.0.0.join("good")).unwrap();
    let long = format!(r#"{{"id":"{}"#, "x".repeat(100_000));
    for end in ["Dear inspector", r#"{"id":1}"#, &long] {
        let text = format!("{good}{end}");
        write(&file, &text);
        for said in
            [place.verify(&with_status(1, 0), "other"), run(&["receipts", "prune", "--receipts", &other])]
        {
            assert_eq!((said.code, said.stdout.as_str()), (74, ""), "{said:?}");
            assert!(
                said.stderr.contains("the last line is no receipt; the file was left as it is"),
                "{said:?}"
            );
        }
        assert_eq!(place.states("other"), (0, 1, 0));
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }

    // Nothing at all is no foreign thing.
    write(&file, "");
    assert_eq!(place.states("other"), (0, 0, 0));
    assert_eq!(place.verify(&with_status(1, 0), "other").code, 0);
    assert_eq!(lines(&file).len(), 1);
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

#[cfg(unix)]
#[test]
fn a_token_file_without_end_is_no_token() {
    let place = Kept::new("receipts-token");
    place.fill("kept", 1);
    symlink("/dev/zero", place.0.0.join("endless")).unwrap();
    let said = place.upload_with("kept", "http://127.0.0.1:1", "endless");
    assert_eq!(said.code, 64, "{said:?}");
    assert!(said.stderr.contains("not a session token"), "{said:?}");
}

#[test]
fn every_receipt_reaches_the_server_once() {
    let place = Kept::new("receipts-upload");
    let server = Scans::start();
    place.fill("kept", 1_203);
    let said = place.upload("kept", &server);
    assert_eq!(
        (said.code, said.stdout.trim()),
        (0, r#"{"accepted":1203,"known":0,"refused":0}"#),
        "{said:?}"
    );
    assert_eq!((server.batches(), server.stored()), (vec![500, 500, 203], 1_203));
    assert!(!format!("{said:?}").contains(TOKEN));

    // Nothing is sent twice; what is new is.
    assert_eq!(place.upload("kept", &server).code, 0);
    assert_eq!(server.batches(), [0; 0]);
    assert_eq!(place.verify(&with_status(1, 0), "kept").code, 0);
    assert_eq!(place.states("kept"), (1_203, 1, 0));
    assert_eq!(place.upload("kept", &server).code, 0);
    assert_eq!((server.batches(), server.stored()), (vec![1], 1_204));
}

#[test]
fn a_cut_in_the_middle_loses_and_doubles_nothing() {
    let place = Kept::new("receipts-cut");
    for (name, trouble, known) in
        [("after", Trouble::CutAfterStoring, 500), ("before", Trouble::CutBefore, 0)]
    {
        let server = Scans::start();
        place.fill(name, 1_203);
        // The first batch goes well, the second is cut, and then the network is there again.
        server.then(Trouble::None);
        server.then(trouble);
        let said = place.upload(name, &server);
        assert_eq!(said.code, 74, "{said:?}");
        assert!(said.stderr.contains("hint: check the network and try again"), "{said:?}");
        assert_eq!(place.states(name), (500, 703, 0));
        let said = place.upload(name, &server);
        let want = format!(r#"{{"accepted":{},"known":{known},"refused":0}}"#, 703 - known);
        assert_eq!((said.code, said.stdout.trim()), (0, want.as_str()), "{said:?}");
        assert_eq!(server.stored(), 1_203);
    }
}

#[test]
fn the_server_may_ask_for_less_and_a_lost_mark_doubles_nothing() {
    let place = Kept::new("receipts-resume");
    let server = Scans::start();
    let ids = place.fill("kept", 700);
    server.take_at_most(400);
    let said = place.upload("kept", &server);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(server.batches(), [250, 250, 200], "halved when the server asked for less");
    assert_eq!(server.stored(), ids.len());

    // The mark is lost: everything is offered again, and known.
    fs::remove_file(place.0.0.join("kept.uploaded")).unwrap();
    let said = place.upload("kept", &server);
    assert_eq!(said.stdout.trim(), r#"{"accepted":0,"known":700,"refused":0}"#);
    // The mark is damaged: likewise, with a warning.
    write(place.0.0.join("kept.uploaded"), "{");
    let said = place.upload("kept", &server);
    assert!(said.stderr.contains("the upload's mark is damaged"), "{said:?}");
    assert_eq!(said.stdout.trim(), r#"{"accepted":0,"known":700,"refused":0}"#);
}

#[test]
fn one_receipt_that_the_server_refuses_is_told_and_holds_up_nothing() {
    let place = Kept::new("receipts-refused");
    let server = Scans::start();
    let ids = place.fill("kept", 600);
    server.disbelieve(&[ids[3].clone(), ids[550].clone()]);
    let said = place.upload("kept", &server);
    assert_eq!((said.code, said.stdout.trim()), (1, r#"{"accepted":598,"known":0,"refused":2}"#), "{said:?}");
    let error = format!("error: the server refuses receipt {}: /scans/3/at later than now", ids[3]);
    assert!(said.stderr.contains(&error) && said.stderr.contains("hint: it is kept"), "{said:?}");
    assert_eq!((server.stored(), place.states("kept")), (598, (598, 0, 2)));

    // Offered again each time, until the server takes it.
    assert_eq!(place.upload("kept", &server).code, 1);
    server.disbelieve(&[ids[550].clone()]);
    assert_eq!(place.upload("kept", &server).code, 1);
    assert_eq!(place.states("kept"), (599, 0, 1));
    // Clearing out leaves what the server does not have.
    let said = run(&["receipts", "prune", "--receipts", &place.path("kept")]);
    assert!(said.stderr.contains("uploaded receipts removed: 599"), "{said:?}");
    assert_eq!(lines(place.0.0.join("kept")).len(), 1);
    assert_eq!(fs::metadata(place.0.0.join("kept")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(place.states("kept"), (0, 0, 1));
    server.disbelieve(&[]);
    assert_eq!(place.upload("kept", &server).code, 0);
    assert_eq!(server.stored(), 600);
}

#[test]
fn what_the_server_says_instead_is_told_and_nothing_is_marked() {
    let place = Kept::new("receipts-answers");
    place.fill("kept", 3);
    write(place.0.0.join("stale-token"), "lzs_gone");
    write(place.0.0.join("no-token"), "two words\n");
    let server = Scans::start();
    let nobody = "http://127.0.0.1:1";
    for (trouble, url, token, exit, told) in [
        (None, server.url.as_str(), "stale-token", 1, "log in again and renew the token file"),
        (
            Some(Trouble::Status(403, None)),
            &server.url,
            "token",
            1,
            "an inspector's, verifier's or handler's",
        ),
        (Some(Trouble::Status(422, None)), &server.url, "token", 1, "every receipt is still here"),
        (Some(Trouble::Status(503, Some(3_600))), &server.url, "token", 74, "upload again later"),
        (Some(Trouble::Status(500, None)), &server.url, "token", 74, "every receipt is still here"),
        (Some(Trouble::Nonsense("welcome to the hotel")), &server.url, "token", 74, "answer is unreadable"),
        (
            Some(Trouble::Nonsense(r#"{"accepted":1,"known":1}"#)),
            &server.url,
            "token",
            74,
            "answer is unreadable",
        ),
        (None, nobody, "token", 74, "check the network"),
        (None, "http://licences.example", "token", 64, "needs an https:// address"),
        (None, "http://localhost.example", "token", 64, "needs an https:// address"),
        (None, &server.url, "no-token", 64, "not a session token"),
        (None, &server.url, "nothing", 66, "cannot read"),
    ] {
        if let Some(trouble) = trouble {
            server.then(trouble);
        }
        let said = place.upload_with("kept", url, token);
        assert_eq!(said.code, exit, "{said:?}");
        assert!(said.stderr.contains(told) && said.stderr.contains("hint: "), "{told}: {said:?}");
        assert_eq!(place.states("kept"), (0, 3, 0));
    }
    assert_eq!(place.upload_with("none", &server.url, "token").code, 66);

    // Patience that is asked for is given.
    server.then(Trouble::Status(429, Some(1)));
    let said = place.upload("kept", &server);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stderr.contains("trying again in 1 s"));
}

#[test]
fn a_table_for_spreadsheets_is_made() {
    let place = Kept::new("receipts-export");
    place.verify(&with_status(1, 0), "kept");
    let (kept, table) = (place.path("kept"), place.path("table.csv"));
    assert_eq!(run(&["receipts", "export", "--receipts", &kept, &table]).code, 0);
    let text = fs::read_to_string(&table).unwrap();
    assert!(text.starts_with("\u{feff}id,time,verdict,code,"), "{text}");
    let row = text.lines().nth(1).unwrap();
    assert!(row.contains(",2027-01-15 16:00:00,valid,OK,inspect.food,"), "{row}");
    assert_eq!(row.split(',').count(), text.lines().next().unwrap().split(',').count());

    let said = run(&["receipts", "export", "--receipts", &kept, &kept]);
    assert_eq!(said.code, 64, "{said:?}");
    assert_eq!(lines(place.0.0.join("kept")).len(), 1);
}

/// It holds identifiers of licences and tokens, as its source does.
#[test]
fn a_new_table_is_for_its_owner_and_an_old_one_for_whom_it_was() {
    let place = Kept::new("receipts-export-mode");
    place.verify(&with_status(1, 0), "kept");
    let export = |name: &str| {
        let said = run(&["receipts", "export", "--receipts", &place.path("kept"), &place.path(name)]);
        assert_eq!(said.code, 0, "{said:?}");
        fs::metadata(place.0.0.join(name)).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(export("new.csv"), 0o600);
    fs::set_permissions(place.0.0.join("new.csv"), fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(export("new.csv"), 0o640);
    symlink("behind.csv", place.0.0.join("link.csv")).unwrap();
    assert_eq!(export("link.csv"), 0o600);
    assert!(place.0.0.join("link.csv").is_symlink() && place.0.0.join("behind.csv").is_file());
}

fn to<'a>(export: &[&'a str], target: &'a str) -> Vec<&'a str> {
    [export, &[target]].concat()
}

#[test]
fn an_export_goes_into_what_cannot_be_replaced() {
    let place = Kept::new("receipts-export-into");
    place.verify(&with_status(1, 0), "kept");
    let (kept, bundle, fifo) = (place.path("kept"), place.path("bundle"), place.path("fifo"));
    // What `/dev/stdout` is; as root, a program that got this wrong would replace the machine's own.
    let stdout = place.path("stdout");
    symlink("/proc/self/fd/1", &stdout).unwrap();
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    // Opened for writing, too, so that nothing here waits for the other end; a pipe holds either export.
    let mut pipe = fs::File::options().read(true).write(true).open(&fifo).unwrap();
    let exports: [(&[&str], &str); 2] = [
        (&["receipts", "export", "--receipts", &kept], "\u{feff}id,time,"),
        (&["bundle", "export", "--bundle", &bundle], r#"{"format":"liangzheng-bundle/1""#),
    ];
    for (export, start) in exports {
        let said = run(&to(export, &stdout));
        assert!(said.code == 0 && said.stdout.starts_with(start), "{said:?}");
        assert_eq!(run(&to(export, "-")).stdout, said.stdout);

        assert_eq!(run(&to(export, &fifo)).code, 0);
        assert!(fs::metadata(&fifo).unwrap().file_type().is_fifo());
        let mut piped = vec![0; said.stdout.len()];
        pipe.read_exact(&mut piped).unwrap();
        assert_eq!(piped, said.stdout.as_bytes());

        // As `>>` does it.
        write(place.0.0.join("out"), "before\n");
        let out = fs::File::options().append(true).open(place.0.0.join("out")).unwrap();
        assert!(program(&to(export, &stdout)).stdout(out).status().unwrap().success());
        assert_eq!(fs::read_to_string(place.0.0.join("out")).unwrap(), format!("before\n{}", said.stdout));

        let said = run(&to(export, &place.path(".")));
        assert!(said.code == 74 && said.stderr.contains("cannot read or write"), "{said:?}");
    }
}

#[test]
fn a_damaged_line_is_left_out_and_left_alone() {
    let place = Kept::new("receipts-damaged");
    let server = Scans::start();
    place.fill("kept", 4);
    let text = fs::read_to_string(place.0.0.join("kept")).unwrap();
    let mut kept: Vec<&str> = text.lines().collect();
    kept[1] = "{\"id\":";
    write(place.0.0.join("kept"), kept.join("\n") + "\n");
    let said = place.upload("kept", &server);
    assert_eq!((said.code, server.stored()), (0, 3), "{said:?}");
    assert_eq!(said.stderr.matches("line 2 is no receipt").count(), 1, "{said:?}");
    run(&["receipts", "prune", "--receipts", &place.path("kept")]);
    assert_eq!(fs::read_to_string(place.0.0.join("kept")).unwrap(), "{\"id\":\n");
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
                support::run_with(&args, format!("{code}\n").repeat(20).as_bytes()).code
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
