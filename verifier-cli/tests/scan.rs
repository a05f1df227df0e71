//! `scan`: lines of a scanner, folders, videos, and the handshake in a row.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

mod support;

use std::{fs, path::Path, thread, time::Duration};

use image::{GrayImage, Luma, imageops};
use liangzheng_core::{qr, token::Challenge};
use support::{
    Place, Said, Talk, at,
    pictures::{draw, png},
    program, run, said, videos, with_status, world,
    world::NOW,
    write,
};

/// `scan INPUT --json` at the test world's time, with `more`.
fn args(place: &Place, input: &str, more: &[&str]) -> Vec<String> {
    let bundle = place.path("bundle");
    let first = ["scan", input, "--bundle", &bundle, "--now", &at(NOW), "--json"].map(str::to_owned);
    first.into_iter().chain(more.iter().map(|word| (*word).to_owned())).collect()
}

fn scan(place: &Place, input: &str, more: &[&str]) -> Said {
    run(&args(place, input, more).iter().map(String::as_str).collect::<Vec<_>>())
}

fn talk(place: &Place, input: &str, more: &[&str]) -> Talk {
    Talk::start(&args(place, input, more).iter().map(String::as_str).collect::<Vec<_>>())
}

fn code_of(line: &str) -> String {
    let verdict: serde_json::Value = serde_json::from_str(line).unwrap();
    verdict["code"].as_str().unwrap().into()
}

/// Source and code of each answer.
fn answers(said: &Said) -> Vec<(String, String)> {
    let source = |line: &str| {
        let verdict: serde_json::Value = serde_json::from_str(line).unwrap();
        verdict["source"].as_str().unwrap().to_owned()
    };
    said.stdout.lines().map(|line| (source(line), code_of(line))).collect()
}

fn pairs(answers: &[(String, String)]) -> Vec<(&str, &str)> {
    answers.iter().map(|(source, code)| (source.as_str(), code.as_str())).collect()
}

#[test]
fn each_line_is_answered_before_the_next_is_read_and_bad_ones_stop_nothing() {
    let place = Place::new("scan-lines");
    let cache = place.path("seen");
    let mut scanner = talk(&place, "-", &["--scene", "inspect.food", "--replay-cache", &cache]);
    let code = with_status(1, 0);
    for (line, want) in [
        (format!("{code}\r\n"), "OK"),
        (format!("{code}\r"), "E_REPLAY"),
        ("\n\r\n  \r".into(), ""),
        ("nonsense\n".into(), "E_FORMAT"),
        (format!("]Q1\u{2}{}\u{3}\t\r\n", with_status(2, 1)), "E_STATUS_INVALID"),
        (format!("{}\n", "A".repeat(40_000)), "E_SIZE"),
        (format!("{}\n", with_status(3, 0)), "OK"),
    ] {
        scanner.say(&line);
        if !want.is_empty() {
            assert_eq!(code_of(&scanner.answer()), want, "{line:?}");
        }
    }
    // The last line of a pipe may have no end.
    scanner.say(&with_status(4, 2));
    let said = scanner.end();
    assert_eq!((said.code, code_of(&said.stdout).as_str()), (1, "E_STATUS_SUSPENDED"), "{said:?}");
    for told in ["codes 7: valid 2, invalid 5, undetermined 0", "1 × E_REPLAY"] {
        assert!(said.stderr.contains(told), "{}", said.stderr);
    }
}

#[test]
fn exit_codes_follow_the_worst_answer() {
    let place = Place::new("scan-exits");
    let old = support::show(2, |claims| claims.status.uri = world::LIST_OLD.into());
    for (lines, want) in [
        (vec![with_status(1, 0)], 0),
        (vec![with_status(1, 0), old.clone()], 2),
        (vec![with_status(1, 1), old, with_status(1, 0)], 1),
        (vec![], 3),
    ] {
        let mut scanner = talk(&place, "-", &["--scene", "inspect.food"]);
        scanner.say(&lines.join("\n"));
        let said = scanner.end();
        assert_eq!((said.code, said.stdout.lines().count()), (want, lines.len()), "{said:?}");
    }
}

#[test]
fn ctrl_c_ends_a_scan_with_its_summary() {
    let place = Place::new("scan-interrupt");
    let mut scanner = talk(&place, "-", &[]);
    scanner.say(&format!("{}\n", with_status(1, 0)));
    assert_eq!(code_of(&scanner.answer()), "OK");
    scanner.interrupt();
    assert!(scanner.told("codes 1: valid 1").ends_with("inputs without a code 0"));
    assert_eq!(scanner.end().code, 0);
}

#[test]
fn newer_lists_count_as_soon_as_they_are_there() {
    let place = Place::new("scan-sync");
    let mut scanner = talk(&place, "-", &["--scene", "inspect.food"]);
    scanner.say(&format!("{}\n", with_status(1, 0)));
    assert_eq!(code_of(&scanner.answer()), "OK");
    let mut array = world::status_array();
    assert!(array.set(0, liangzheng_core::status::StatusValue::Final));
    let list = world::signed_status(&world::list_head(world::LIST_A, 300), &array, "status-a");
    let path = place.0.join("bundle/status").join(support::bundle::name_of(world::LIST_A));
    write(place.0.join("bundle/status/.new.tmp"), list);
    fs::rename(place.0.join("bundle/status/.new.tmp"), path).unwrap();
    scanner.say(&format!("{}\n", with_status(2, 0)));
    assert_eq!(code_of(&scanner.answer()), "E_STATUS_INVALID");
    scanner.end();
}

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

/// Frames of 640 × 480 in which the first code comes, moves, blurs, and is followed by the second.
fn filmed() -> Vec<GrayImage> {
    let scene = |code: Option<&GrayImage>, x: i64, blur: f32| {
        let mut frame = GrayImage::from_fn(640, 640, |x, y| Luma([120 + ((x / 8 + y / 8) % 20) as u8]));
        if let Some(code) = code {
            let code = imageops::resize(code, 500, 500, imageops::FilterType::Triangle);
            imageops::replace(&mut frame, &code, x, 60);
        }
        if blur > 0. { imageops::blur(&frame, blur) } else { frame }
    };
    let (first, second) = (draw(&with_status(1, 0)), draw(&with_status(2, 1)));
    vec![
        scene(None, 0, 0.),
        scene(Some(&first), 40, 0.),
        scene(Some(&first), 44, 0.),
        scene(Some(&first), 50, 9.),
        scene(Some(&first), 54, 0.),
        scene(None, 0, 0.),
        scene(Some(&second), 60, 0.),
        scene(Some(&second), 60, 0.),
        scene(Some(&first), 60, 0.),
    ]
}

#[test]
fn a_code_in_a_video_is_judged_once_while_it_is_in_view() {
    let place = Place::new("scan-video");
    let frames = filmed();
    write(place.0.join("clip.y4m"), videos::y4m(&frames));
    write(place.0.join("clip.mjpeg"), videos::mjpeg(&frames));
    for name in ["clip.y4m", "clip.mjpeg"] {
        let cache = place.path(&format!("seen-{name}"));
        let said = scan(&place, &place.path(name), &["--replay-cache", &cache]);
        let want = [(format!("{name} frame 2"), "OK"), (format!("{name} frame 7"), "E_STATUS_INVALID")];
        let want: Vec<_> = want.iter().map(|(source, code)| (source.as_str(), *code)).collect();
        assert_eq!(pairs(&answers(&said)), want, "{said:?}");
        assert_eq!(said.code, 1);
    }
    // Shown again after it has gone, it is judged again: a screenshot held up twice.
    let mut again = vec![frames[1].clone()];
    again.extend(vec![frames[0].clone(); 61]);
    again.push(frames[1].clone());
    write(place.0.join("again.y4m"), videos::y4m(&again));
    let said = scan(&place, &place.path("again.y4m"), &["--replay-cache", &place.path("seen-again")]);
    let found = answers(&said);
    assert_eq!(pairs(&found), [("again.y4m frame 1", "OK"), ("again.y4m frame 63", "E_REPLAY")]);
}

#[test]
fn a_video_that_breaks_off_is_told_after_its_codes() {
    let place = Place::new("scan-video-cut");
    for (name, video) in
        [("cut.y4m", videos::y4m(&filmed()[..3])), ("cut.mjpeg", videos::mjpeg(&filmed()[..3]))]
    {
        write(place.0.join(name), &video[..video.len() - 1_000]);
        let said = scan(&place, &place.path(name), &[]);
        assert_eq!((said.code, said.stdout.lines().count()), (3, 1), "{said:?}");
        assert!(said.stderr.contains("the video is cut short") && said.stderr.contains("hint: "), "{said:?}");
    }
    write(place.0.join("blank.y4m"), videos::y4m(&filmed()[..1]));
    let said = scan(&place, &place.path("blank.y4m"), &[]);
    assert_eq!((said.code, said.stdout.as_str()), (3, ""));
    assert!(said.stderr.contains("blank.y4m: no QR code found"));
}

#[test]
fn other_videos_are_read_by_ffmpeg_where_it_is_installed() {
    let place = Place::new("scan-ffmpeg");
    write(place.0.join("clip.y4m"), videos::y4m(&filmed()));
    let search = std::env::var("PATH").unwrap();
    let made = std::process::Command::new("ffmpeg")
        .args(["-nostdin", "-loglevel", "error", "-i", &place.path("clip.y4m"), "-c:v", "ffv1"])
        .arg(place.path("clip.mkv"))
        .status()
        .expect("ffmpeg is missing: cargo xtask setup installs it");
    assert!(made.success());
    let scan_with = |name: &str, search: &str| {
        let args = args(&place, &place.path(name), &[]);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        said(program(&args).env("PATH", search).output().unwrap())
    };
    let found = scan_with("clip.mkv", &search);
    let want = [("clip.mkv frame 2", "OK"), ("clip.mkv frame 7", "E_STATUS_INVALID")];
    assert_eq!(pairs(&answers(&found)), want, "{found:?}");

    let missing = scan_with("clip.mkv", "/nonexistent:relative");
    assert_eq!(missing.code, 3);
    assert!(missing.stderr.contains("this kind of video needs ffmpeg"), "{missing:?}");
    assert!(
        missing.stderr.contains("hint: install ffmpeg, or save the video as .mjpeg or .y4m"),
        "{missing:?}"
    );

    let mut broken = fs::read(place.0.join("clip.mkv")).unwrap();
    broken.truncate(40);
    write(place.0.join("broken.mkv"), broken);
    let broken = scan_with("broken.mkv", &search);
    assert_eq!((broken.code, broken.stdout.as_str()), (3, ""), "{broken:?}");
    assert!(broken.stderr.contains("ffmpeg cannot read it"), "{broken:?}");
}

/// What the phone answers: ten years off, as only a challenge allows.
fn answer_to(challenge: &Challenge, number: u32) -> String {
    let mut claims = world::grant_claims(number);
    claims.licence.aud = "hospital".into();
    claims.licence.scene = "hospital.visit".into();
    let grant = world::signed_grant(&claims);
    let long_ago = NOW.0 - 3_650 * world::DAY;
    let proof = world::proved(&grant, &challenge.proof_audience(), challenge.nonce, long_ago, "phone-1");
    qr::pack(&proof).unwrap()
}

const ASK: [&str; 5] = ["--ask", "--scene", "hospital.visit", "--rp", "91990100MA0000031K"];

#[test]
fn each_challenge_is_answered_once_and_the_next_is_shown() {
    let place = Place::new("scan-ask");
    let png = place.path("challenge.png");
    let mut scanner = talk(&place, "-", &[&ASK[..], &["--png", &png]].concat());
    let mut seen = vec![];
    for number in 1..4 {
        let text = scanner.told("challenge: ");
        assert!(!seen.contains(&text), "a nonce of its own for each");
        let drawn = run(&["inspect", &png, "--json"]);
        let challenge = Challenge::parse(&text).unwrap();
        assert!(drawn.stdout.contains(&challenge.nonce.to_string()), "{drawn:?}");

        // What is no answer does not spend it.
        for (line, want) in [
            ("nonsense".to_owned(), "E_FORMAT"),
            (answer_to(&world::challenge("hospital.visit", "hospital", 9), number), "E_NONCE"),
        ] {
            scanner.say(&format!("{line}\r\n"));
            assert_eq!(code_of(&scanner.answer()), want);
        }
        scanner.say(&format!("{}\r\n", answer_to(&challenge, number)));
        assert_eq!(code_of(&scanner.answer()), "OK");
        // The same answer is none to the next challenge.
        scanner.say(&format!("{}\r\n", answer_to(&challenge, number)));
        assert_eq!(code_of(&scanner.answer()), "E_NONCE");
        seen.push(text);
    }
    let said = scanner.end();
    assert_eq!(said.code, 1);
}

#[test]
fn an_answer_may_be_a_picture_in_a_watched_folder() {
    let place = Place::new("scan-ask-folder");
    let inputs = place.0.join("inputs");
    // Neither what was there before nor the challenge's own picture is an answer.
    write(inputs.join("0.txt"), with_status(9, 0));
    let own = inputs.join("challenge.png");
    let more = [&ASK[..], &["--watch", "--png", own.to_str().unwrap()]].concat();
    let mut scanner = talk(&place, inputs.to_str().unwrap(), &more);
    let first = Challenge::parse(&scanner.told("challenge: ")).unwrap();
    write(inputs.join("1.png"), png(draw(&answer_to(&first, 1))));
    assert_eq!(code_of(&scanner.answer()), "OK");
    let second = Challenge::parse(&scanner.told("challenge: ")).unwrap();
    assert_ne!(first.nonce, second.nonce);
    write(inputs.join("2.png"), png(draw(&answer_to(&second, 2))));
    assert_eq!(code_of(&scanner.answer()), "OK");
    scanner.interrupt();
    assert_eq!(scanner.end().code, 0);
}

#[test]
fn colour_is_for_terminals_and_can_be_forced_or_forbidden() {
    let place = Place::new("scan-colour");
    let code = with_status(1, 0);
    let bundle = place.path("bundle");
    let now = at(NOW);
    let is_coloured = |variables: &[(&str, &str)]| {
        let mut command = program(&["verify", &code, "--bundle", &bundle, "--now", &now]);
        for (name, value) in variables {
            command.env(name, value);
        }
        said(command.output().unwrap()).stdout.contains('\u{1b}')
    };
    for (variables, want) in [
        (&[][..], false),
        (&[("CLICOLOR_FORCE", "1")], true),
        (&[("CLICOLOR_FORCE", "0")], false),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")], true),
        (&[("CLICOLOR_FORCE", "1"), ("CLICOLOR", "0")], false),
        (&[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")], false),
    ] {
        assert_eq!(is_coloured(variables), want, "{variables:?}");
    }
}

#[test]
fn a_missing_input_is_told() {
    let place = Place::new("scan-missing");
    let said = scan(&place, &place.path("nothing"), &[]);
    assert_eq!(said.code, 66);
    assert!(said.stderr.contains("no such file") && said.stderr.contains("hint: "), "{said:?}");
    assert!(!Path::new(&place.path("seen")).exists());
}
