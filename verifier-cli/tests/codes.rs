//! Codes as text: on the command line, on stdin, remembered, and by the thousand.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

mod support;

use std::{
    fs,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Stdio},
};

use liangzheng_core::{qr, token::Challenge};
use support::{
    Bundle, at, folder, phone_code, pictures, program, run, run_with, said, show, with_status, world,
    world::{DAY, NOW},
    write,
};

fn code_of(line: &str) -> String {
    serde_json::from_str::<serde_json::Value>(line).unwrap()["code"].as_str().unwrap().into()
}

#[test]
fn text_is_taken_from_the_command_line_and_from_stdin() {
    let bundle = folder("codes-text");
    Bundle::main().write(&bundle);
    let bundle = bundle.to_str().unwrap();
    let packed = with_status(1, 0);
    let token = qr::unpack(&packed).unwrap();
    for text in [&packed, &token] {
        assert_eq!(run(&["verify", text, "--bundle", bundle, "--now", "2027-01-15T16:00:00+08:00"]).code, 0);
        let piped = format!("{text}\r\n");
        assert_eq!(
            run_with(&["verify", "-", "--bundle", bundle, "--now", &at(NOW)], piped.as_bytes()).code,
            0
        );
    }
}

#[test]
fn time_moves_the_verdict() {
    let bundle = folder("codes-time");
    Bundle::main().write(&bundle);
    let code = with_status(1, 0);
    let grant = phone_code(2, NOW.0, "phone-1");
    for (text, now, exit, want) in [
        (&code, NOW.0 + 49, 0, "OK"),
        (&code, NOW.0 + 50, 1, "E_TOKEN_EXPIRED"),
        (&code, NOW.0 - 70, 0, "OK"),
        (&code, NOW.0 - 71, 1, "E_TOKEN_EARLY"),
        (&code, NOW.0 - 30 * DAY, 2, "U_CLOCK"),
        (&grant, NOW.0 + 60, 0, "OK"),
        (&grant, NOW.0 + 61, 1, "E_PROOF_TIME"),
    ] {
        let args =
            ["verify", text, "--bundle", bundle.to_str().unwrap(), "--now", &now.to_string(), "--json"];
        let said = run(&args);
        assert_eq!((said.code, code_of(&said.stdout)), (exit, want.to_owned()), "{now}");
    }
}

#[test]
fn codes_are_remembered_only_when_asked_and_only_after_valid() {
    let work = folder("codes-replay");
    Bundle::main().write(&work.join("bundle"));
    let (bundle, cache) = (work.join("bundle"), work.join("seen"));
    let verify = |text: &str, now: i64| {
        let now = now.to_string();
        let said = run(&[
            "verify",
            text,
            "--bundle",
            bundle.to_str().unwrap(),
            "--json",
            "--now",
            &now,
            "--replay-cache",
            cache.to_str().unwrap(),
        ]);
        (said.code, code_of(&said.stdout))
    };
    let (first, cancelled) = (with_status(1, 0), with_status(2, 1));
    assert_eq!(verify(&first, NOW.0), (0, "OK".into()));
    assert_eq!(verify(&first, NOW.0 + 1), (1, "E_REPLAY".into()));
    let token = qr::unpack(&first).unwrap();
    assert_eq!(verify(&token, NOW.0 + 2), (1, "E_REPLAY".into()), "unpacked it is the same code");
    assert_eq!(verify(&cancelled, NOW.0), (1, "E_STATUS_INVALID".into()));
    assert_eq!(fs::read_to_string(&cache).unwrap().lines().count(), 1);

    // Long after the first has run out it is forgotten when the next one is remembered.
    let later = show(3, |claims| {
        claims.iat = liangzheng_core::time::UnixTime(NOW.0 + 3_000);
        claims.exp = liangzheng_core::time::UnixTime(NOW.0 + 3_060);
    });
    assert_eq!(verify(&later, NOW.0 + 3_010), (0, "OK".into()));
    assert_eq!(fs::read_to_string(&cache).unwrap().lines().count(), 1);

    write(&cache, "nonsense\n");
    let said = run(&[
        "verify",
        &with_status(4, 0),
        "--bundle",
        bundle.to_str().unwrap(),
        "--now",
        &at(NOW),
        "--replay-cache",
        cache.to_str().unwrap(),
    ]);
    assert_eq!((said.code, said.stdout.as_str()), (74, ""), "{said:?}");
}

/// Verifies a code with a replay cache of any name.
fn remembered(work: &Path, text: &str, cache: &str) -> (i32, String) {
    let (bundle, cache) = (work.join("bundle"), work.join(cache));
    let (bundle, cache) = (bundle.to_str().unwrap(), cache.to_str().unwrap());
    let said =
        run(&["verify", text, "--bundle", bundle, "--json", "--now", &at(NOW), "--replay-cache", cache]);
    (said.code, if said.stdout.is_empty() { said.stderr } else { code_of(&said.stdout) })
}

#[test]
fn a_code_seen_through_one_link_is_known_through_every_other() {
    let work = folder("codes-links");
    Bundle::main().write(&work.join("bundle"));
    for folder in ["real", "a", "b"] {
        fs::create_dir(work.join(folder)).unwrap();
    }
    symlink("../real/cache", work.join("a/cache")).unwrap();
    symlink(work.join("a/cache"), work.join("b/cache")).unwrap();
    symlink("real", work.join("folder")).unwrap();
    // The first run meets links to a file that is not there yet.
    for (number, first) in ["a/cache", "b/cache", "folder/cache", "real/cache"].iter().enumerate() {
        let code = with_status(u32::try_from(number).unwrap() + 1, 0);
        assert_eq!(remembered(&work, &code, first), (0, "OK".into()), "{first}");
        for cache in ["a/cache", "b/cache", "folder/cache", "real/cache"] {
            assert_eq!(remembered(&work, &code, cache), (1, "E_REPLAY".into()), "{first}, {cache}");
        }
    }
    assert!(work.join("a/cache").is_symlink() && work.join("b/cache").is_symlink());
    let names = |folder: &str| {
        let mut names: Vec<_> =
            fs::read_dir(work.join(folder)).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names("real"), ["cache", "cache.lock"], "one file and one lock for all");
    assert_eq!((names("a"), names("b")), (vec!["cache".into()], vec!["cache".into()]));

    // Whoever holds the lock keeps out those who come by a link, too.
    let lock = fs::File::options().write(true).open(work.join("real/cache.lock")).unwrap();
    lock.lock().unwrap();
    let (exit, said) = remembered(&work, &with_status(9, 0), "b/cache");
    assert!(exit == 74 && said.contains("the replay cache is in use"), "{said}");
}

#[test]
fn a_replay_cache_that_could_not_remember_is_refused() {
    let work = folder("codes-no-cache");
    Bundle::main().write(&work.join("bundle"));
    fs::create_dir(work.join("folder")).unwrap();
    assert!(Command::new("mkfifo").arg(work.join("fifo")).status().unwrap().success());
    symlink("fifo", work.join("link")).unwrap();
    // No device by its name: as root, a program that got this wrong would replace the machine's own.
    for cache in ["folder", "fifo", "link", "/proc/self/fd/1"] {
        let (exit, said) = remembered(&work, &with_status(1, 0), cache);
        assert!(exit == 74 && said.contains("the replay cache must be a regular file"), "{cache}: {said}");
        assert!(said.contains("hint: name another file"), "{cache}: {said}");
    }
    symlink("round", work.join("round")).unwrap();
    assert_eq!(remembered(&work, &with_status(1, 0), "round").0, 74);
    let locks = fs::read_dir(&work).unwrap().filter(|entry| {
        entry.as_ref().unwrap().path().extension().is_some_and(|extension| extension == "lock")
    });
    assert_eq!(locks.count(), 0);
}

#[test]
fn of_two_runs_at_the_same_moment_one_is_refused() {
    let work = folder("codes-race");
    Bundle::main().write(&work.join("bundle"));
    let code = with_status(1, 0);
    let now = at(NOW);
    let (bundle, cache) = (work.join("bundle"), work.join("seen"));
    let args = [
        "verify",
        &code,
        "--bundle",
        bundle.to_str().unwrap(),
        "--now",
        &now,
        "--replay-cache",
        cache.to_str().unwrap(),
    ];
    let runs: Vec<_> = (0..8)
        .map(|_| program(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    let mut codes: Vec<i32> =
        runs.into_iter().map(|run| said(run.wait_with_output().unwrap()).code).collect();
    codes.sort_unstable();
    assert_eq!(codes, [0, 1, 1, 1, 1, 1, 1, 1]);
}

#[test]
fn a_batch_is_answered_in_its_order() {
    let work = folder("codes-batch");
    Bundle::main().write(&work.join("bundle"));
    let kinds = [
        (with_status(1, 0), "OK"),
        (with_status(2, 1), "E_STATUS_INVALID"),
        (phone_code(3, NOW.0, "phone-1"), "OK"),
        ("nonsense".into(), "E_FORMAT"),
        (with_status(4, 2), "E_STATUS_SUSPENDED"),
        ("/etc/hostname".into(), "E_FORMAT"),
        (with_status(5, 4), "E_STATUS_SUPERSEDED"),
    ];
    let order: Vec<usize> = (0..5_000_usize).map(|at| (at * at + at / 7) % kinds.len()).collect();
    let text: Vec<&str> = order.iter().map(|kind| kinds[*kind].0.as_str()).collect();
    write(work.join("codes.txt"), text.join("\n"));
    let (bundle, codes) = (work.join("bundle"), work.join("codes.txt"));
    let said = run(&[
        "batch",
        codes.to_str().unwrap(),
        "--bundle",
        bundle.to_str().unwrap(),
        "--now",
        &at(NOW),
        "--scene",
        "inspect.food",
    ]);
    assert_eq!(said.code, 1);
    let answers: Vec<String> = said.stdout.lines().map(code_of).collect();
    let wanted: Vec<&str> = order.iter().map(|kind| kinds[*kind].1).collect();
    let wrong = answers.iter().zip(&wanted).position(|(answer, wanted)| answer != wanted);
    assert_eq!((wrong, answers.len()), (None, wanted.len()));
    assert!(said.stderr.contains("total"), "{}", said.stderr);
}

#[test]
fn a_challenge_can_be_drawn_scanned_and_answered() {
    let work = folder("codes-challenge");
    Bundle::main().write(&work.join("bundle"));
    let (bundle, png) = (work.join("bundle"), work.join("challenge.png"));
    let make = || {
        run(&[
            "challenge",
            "--scene",
            "hospital.visit",
            "--rp",
            "91990100MA0000031K",
            "--bundle",
            bundle.to_str().unwrap(),
            "--png",
            png.to_str().unwrap(),
        ])
    };
    let said = make();
    assert_eq!(said.code, 0, "{said:?}");
    let text = said.stdout.trim_end();
    assert_eq!(said.stdout, format!("{text}\n"));
    let challenge = Challenge::parse(text).unwrap();
    assert_eq!((challenge.aud.as_str(), challenge.scene.as_str()), ("hospital", "hospital.visit"));
    assert_ne!(make().stdout.trim_end(), text, "a fresh nonce each time");

    let scanned = run(&["inspect", png.to_str().unwrap(), "--json"]);
    assert!(scanned.stdout.contains("hospital.visit"), "{scanned:?}");

    let mut claims = world::grant_claims(1);
    claims.licence.aud = "hospital".into();
    claims.licence.scene = "hospital.visit".into();
    let grant = world::signed_grant(&claims);
    // The phone is ten years off.
    let answer = |challenge: &Challenge| {
        let proof = world::proved(
            &grant,
            &challenge.proof_audience(),
            challenge.nonce,
            NOW.0 - 3_650 * DAY,
            "phone-1",
        );
        qr::pack(&proof).unwrap()
    };
    let verify = |code: &str| {
        run(&[
            "verify",
            code,
            "--challenge",
            text,
            "--bundle",
            bundle.to_str().unwrap(),
            "--now",
            &at(NOW),
            "--json",
        ])
    };
    assert_eq!(code_of(&verify(&answer(&challenge)).stdout), "OK");
    assert_eq!(
        code_of(&verify(&answer(&world::challenge("hospital.visit", "hospital", 9))).stdout),
        "E_NONCE"
    );
    assert_eq!(
        run(&["verify", &with_status(1, 0), "--challenge", "EC1:x", "--bundle", bundle.to_str().unwrap()])
            .code,
        64
    );
}

#[test]
fn a_token_wins_over_a_file_of_its_name_and_the_user_is_told() {
    let work = folder("codes-shadow");
    write(work.join("photo.of.png"), pictures::png(pictures::draw(&with_status(1, 0))));
    let output =
        program(&["verify", "photo.of.png"]).current_dir(&work).env("XDG_DATA_HOME", &work).output().unwrap();
    let said = said(output);
    assert_eq!(said.code, 1);
    assert!(said.stderr.contains("write ./ before its name"), "{said:?}");
}

#[test]
fn completions_and_man_page_are_made() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = run(&["completions", shell]);
        assert_eq!((said.code, said.stdout.contains("challenge")), (0, true), "{shell}");
    }
    let said = run(&["man"]);
    assert_eq!(said.code, 0);
    for word in [".TH liangzheng-verify", "replay", ".SH SYNC"] {
        assert!(said.stdout.contains(word), "{word}");
    }
}
