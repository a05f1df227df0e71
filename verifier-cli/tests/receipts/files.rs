//! Files that a crash, an editor or a wrong name left in another state than ours.

use std::{fs, io::Write as _, os::unix::fs::PermissionsExt as _};

use super::{
    setting::{Kept, lines},
    support::{at, run, scans::Scans, with_status, world::NOW, write},
};

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
        assert!(said.stderr.contains("其中没有核验记录，文件未改动"), "{said:?}");
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
