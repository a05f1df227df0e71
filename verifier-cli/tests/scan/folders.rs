//! Folders, read once or watched.

use std::{fs, thread, time::Duration};

use image::{GrayImage, Luma};

use super::{
    setting::{answers, args, code_of, pairs, scan, talk},
    support::{
        Place,
        pictures::{corners, draw, png},
        program, videos, with_status, write,
    },
};

#[test]
fn a_folder_is_read_in_the_order_of_names() {
    let place = Place::new("scan-folder");
    let inputs = place.0.join("inputs");
    write(inputs.join("b.txt"), with_status(2, 1));
    write(inputs.join("a.png"), png(draw(&with_status(1, 0))));
    write(inputs.join("c.mjpeg"), videos::mjpeg(&[draw(&with_status(3, 2))]));
    write(inputs.join("d.png"), png(GrayImage::from_pixel(90, 90, Luma([200]))));
    write(inputs.join(".thumbs.txt"), "hidden");
    write(inputs.join("e.png.part"), "half");
    write(inputs.join("sub/f.txt"), "below");
    let receipts = inputs.join("receipts.jsonl");
    let cache = inputs.join("seen");
    let more = ["--receipts", receipts.to_str().unwrap(), "--replay-cache", cache.to_str().unwrap()];
    let input = place.path("inputs");
    let said = scan(&place, &input, &more);
    let found = answers(&said);
    let want = [("a.png", "OK"), ("b.txt", "E_STATUS_INVALID"), ("c.mjpeg frame 1", "E_STATUS_SUSPENDED")];
    assert_eq!(pairs(&found), want);
    assert_eq!(said.code, 1);
    assert!(said.stderr.contains("d.png: no QR code found"), "{}", said.stderr);
    // What the first run wrote there is no input of the second.
    let again = scan(&place, &input, &more);
    assert_eq!(pairs(&answers(&again))[0], ("a.png", "E_REPLAY"));
    assert_eq!(again.stdout.lines().count(), 3);

    // One that cannot be read makes a folder of good ones no good folder.
    for name in ["b.txt", "c.mjpeg", "receipts.jsonl", "receipts.jsonl.lock", "seen", "seen.lock"] {
        fs::remove_file(inputs.join(name)).unwrap();
    }
    let said = scan(&place, &input, &[]);
    assert_eq!((said.code, said.stdout.lines().count()), (3, 1), "{said:?}");
}

#[test]
fn files_on_their_way_into_a_watched_folder_are_waited_for() {
    let place = Place::new("scan-watch");
    let inputs = place.0.join("inputs");
    write(inputs.join("first.txt"), with_status(1, 0));
    let input = place.path("inputs");
    let mut scanner = talk(&place, &input, &["--watch"]);
    assert_eq!(code_of(&scanner.answer()), "OK");

    // A slow camera: half a picture that rests for longer than a whole file would need to.
    let picture = png(draw(&with_status(2, 1)));
    write(inputs.join("slow.png"), &picture[..picture.len() / 2]);
    thread::sleep(Duration::from_millis(1_500));
    write(inputs.join("slow.png"), &picture);
    let text = with_status(3, 2);
    write(inputs.join("text.txt"), &text[..100]);
    thread::sleep(Duration::from_millis(1_000));
    write(inputs.join("text.txt"), &text);
    let mut codes = [code_of(&scanner.answer()), code_of(&scanner.answer())];
    codes.sort();
    assert_eq!(codes, ["E_STATUS_INVALID", "E_STATUS_SUSPENDED"]);

    // The same name with new content is a new input; a picture that stays broken is told in the end.
    write(inputs.join("first.txt"), with_status(4, 4));
    assert_eq!(code_of(&scanner.answer()), "E_STATUS_SUPERSEDED");
    write(inputs.join("broken.png"), &picture[..picture.len() / 2]);
    assert!(scanner.told("liangzheng-verify: error: ").contains("broken.png: the picture is damaged"));
    scanner.interrupt();
    let said = scanner.end();
    assert_eq!((said.code, said.stdout.as_str()), (1, ""));
    assert!(
        said.stderr.contains("codes 4: valid 1, invalid 3, undetermined 0; inputs without a code 1"),
        "{said:?}"
    );
}

#[cfg(unix)]
#[test]
fn what_a_run_writes_is_no_input_however_it_is_named() {
    let place = Place::new("scan-own");
    let inputs = place.0.join("inputs");
    write(inputs.join("first.txt"), with_status(1, 0));
    std::os::unix::fs::symlink(&inputs, place.0.join("link")).unwrap();
    let (receipts, cache) = (place.path("inputs/../inputs/r.jsonl"), place.path("link/seen"));
    let more = ["--receipts", &receipts, "--replay-cache", &cache];
    let start = |more: &[&str]| {
        let args = args(&place, ".", more);
        program(&args.iter().map(String::as_str).collect::<Vec<_>>())
            .current_dir(&inputs)
            .stdout(fs::File::create(inputs.join("out.jsonl")).unwrap())
            .stderr(fs::File::create(inputs.join("err.log")).unwrap())
            .spawn()
            .unwrap()
    };
    let wrote = || fs::read_to_string(inputs.join("out.jsonl")).unwrap();
    let summary = || fs::read_to_string(inputs.join("err.log")).unwrap();

    let mut watching = start(&[&more[..], &["--watch"]].concat());
    // Longer than a file that is no code is waited for.
    thread::sleep(Duration::from_secs(5));
    let id = watching.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let status = watching.wait().unwrap();
    assert_eq!((status.code(), wrote().lines().count()), (Some(0), 1), "{}{}", wrote(), summary());
    assert!(summary().ends_with("undetermined 0; inputs without a code 0\n"), "{}", summary());
    assert!(inputs.join("r.jsonl").exists() && inputs.join("seen.lock").exists());

    // Nor where all of it lies there from the start.
    write(inputs.join("first.txt"), with_status(2, 0));
    let status = start(&more).wait().unwrap();
    assert_eq!((status.code(), wrote().lines().count()), (Some(0), 1), "{}{}", wrote(), summary());
}

#[cfg(unix)]
#[test]
fn a_watched_folder_may_be_away_for_a_while() {
    let place = Place::new("scan-away");
    let (inputs, away) = (place.0.join("inputs"), place.0.join("away"));
    write(inputs.join("first.txt"), with_status(1, 0));
    let mut scanner = talk(&place, &place.path("inputs"), &["--watch"]);
    assert_eq!(code_of(&scanner.answer()), "OK");
    fs::rename(&inputs, &away).unwrap();
    assert!(scanner.told("liangzheng-verify: error: ").contains("inputs: "));
    write(away.join("second.txt"), with_status(2, 1));
    thread::sleep(Duration::from_millis(800));
    fs::rename(&away, &inputs).unwrap();
    // Told once, and once that it is back.
    let back = scanner.told("liangzheng-verify: ");
    assert!(back.starts_with("warning: ") && back.ends_with("inputs can be read again"), "{back}");
    assert_eq!(code_of(&scanner.answer()), "E_STATUS_INVALID");

    // A file that cannot be looked at for a moment, as when a share fails halfway, is no new one either.
    let (file, kept, looped) = (inputs.join("first.txt"), place.0.join("kept"), place.0.join("looped"));
    fs::hard_link(&file, &kept).unwrap();
    std::os::unix::fs::symlink("first.txt", &looped).unwrap();
    fs::rename(&looped, &file).unwrap();
    thread::sleep(Duration::from_millis(800));
    fs::rename(&kept, &file).unwrap();
    thread::sleep(Duration::from_millis(1_200));
    scanner.interrupt();
    let said = scanner.end();
    assert_eq!((said.code, said.stdout.as_str()), (74, ""), "{said:?}");
    assert!(
        said.stderr.contains("codes 2: valid 1, invalid 1") && !said.stderr.contains("error"),
        "{said:?}"
    );
}

#[test]
fn a_watched_folder_goes_on_after_a_picture_that_keeps_the_decoder_busy() {
    let place = Place::new("scan-watch-busy");
    let inputs = place.0.join("inputs");
    write(inputs.join("1-busy.png"), png(corners(300)));
    let input = place.path("inputs");
    let mut scanner = talk(&place, &input, &["--watch"]);
    assert!(scanner.told("liangzheng-verify: error: ").contains("1-busy.png: given up after 2 s"));
    write(inputs.join("2.png"), png(draw(&with_status(1, 0))));
    assert_eq!(code_of(&scanner.answer()), "OK");
    scanner.interrupt();
    assert_eq!(scanner.end().code, 3);
}
