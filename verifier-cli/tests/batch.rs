//! `batch` on more lines than one worker is given at a time.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

mod support;

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::Stdio,
};

use base64ct::{Base64UrlUnpadded, Encoding as _};
use liangzheng_core::{qr, token::show};
use support::{
    Bundle, at, folder, program, run, run_with,
    world::{self, NOW, key},
    write,
};

const LINES: u32 = 700;

/// What line `number` holds, and the verdict's code.
fn line(number: u32) -> (String, &'static str) {
    let mut claims = world::claims(number);
    claims.status.idx = u32::from(number % 7 == 3);
    let token = show::sign(&claims, &key("show-a")).unwrap();
    match number % 7 {
        0 => (format!("line {number}"), "E_FORMAT"),
        1 => (token, "OK"),
        2 => (token.replacen(".", ".e", 1), "E_B64"),
        3 => (qr::pack(&token).unwrap(), "E_STATUS_INVALID"),
        _ => (format!("  {}\r", qr::pack(&token).unwrap()), "OK"),
    }
}

fn work(name: &str) -> (std::path::PathBuf, String) {
    let folder = folder(name);
    Bundle::main().write(&folder.join("bundle"));
    let text: String = (0..LINES).map(|number| line(number).0 + "\n\n").collect();
    write(folder.join("codes.txt"), &text);
    (folder, text)
}

fn arguments<'a>(file: &'a Path, bundle: &'a Path, now: &'a str) -> [&'a str; 8] {
    [
        "batch",
        file.to_str().unwrap(),
        "--bundle",
        bundle.to_str().unwrap(),
        "--scene",
        "inspect.food",
        "--now",
        now,
    ]
}

#[test]
fn answers_keep_the_order_of_the_lines() {
    let (folder, text) = work("batch-order");
    let (file, bundle, now) = (folder.join("codes.txt"), folder.join("bundle"), at(NOW));
    let said = run(&arguments(&file, &bundle, &now));
    assert_eq!(said.code, 1, "{}", said.stderr);
    let mut answers = said.stdout.lines();
    for number in 0..LINES {
        let verdict: serde_json::Value = serde_json::from_str(answers.next().unwrap()).unwrap();
        let code = line(number).1;
        assert_eq!(verdict["code"], code, "line {number}");
        if matches!(code, "OK" | "E_STATUS_INVALID") {
            let jti = Base64UrlUnpadded::decode_vec(verdict["token"]["jti"].as_str().unwrap()).unwrap();
            assert_eq!(jti[..4], number.to_be_bytes(), "line {number}");
        }
    }
    assert_eq!(answers.next(), None);
    // Not a terminal: the table, and no progress drawn over itself.
    assert!(said.stderr.starts_with("verdict ") && !said.stderr.contains('\r'), "{}", said.stderr);
    assert!(said.stderr.contains("total                                       700"), "{}", said.stderr);

    let through_pipe = run_with(&arguments(Path::new("-"), &bundle, &now), text.as_bytes());
    assert_eq!((through_pipe.code, through_pipe.stdout), (1, said.stdout));
}

#[test]
fn a_reader_that_goes_away_ends_the_run_without_a_word() {
    let (folder, _) = work("batch-gone");
    let (file, bundle, now) = (folder.join("codes.txt"), folder.join("bundle"), at(NOW));
    let mut command = program(&arguments(&file, &bundle, &now));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.contains("E_FORMAT"));
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(74), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_is_told() {
    let (folder, _) = work("batch-full");
    let (file, bundle, now) = (folder.join("codes.txt"), folder.join("bundle"), at(NOW));
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = program(&arguments(&file, &bundle, &now)).stdout(full).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), told.contains("cannot write the answer")), (Some(74), true), "{told}");
}

/// A thousand lines of JSON would push the summary off the screen.
#[test]
fn on_a_terminal_there_is_the_summary_and_the_way_to_a_file() {
    let (folder, _) = work("batch-terminal");
    let command = format!(
        "{} batch {} --bundle {} --now {} --lang en",
        env!("CARGO_BIN_EXE_liangzheng-verify"),
        folder.join("codes.txt").display(),
        folder.join("bundle").display(),
        at(NOW)
    );
    let on_terminal = |more: &str| {
        // Part of every Debian (bsdutils): runs a command on a terminal of its own.
        let said = std::process::Command::new("script")
            .args(["-q", "-e", "-c", &format!("{command}{more}"), "/dev/null"])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (said.status.code(), String::from_utf8(said.stdout).unwrap())
    };
    let (code, text) = on_terminal("");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("E_STATUS_INVALID") && !text.contains("{\"schema\""), "{text}");
    assert!(text.contains("hint: send the verdicts to a file: batch FILE > verdicts.jsonl"), "{text}");
    let (code, text) = on_terminal(" --json");
    assert!(code == Some(1) && text.contains("{\"schema\"") && !text.contains("hint: send"), "{text}");
}
