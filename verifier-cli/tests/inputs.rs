//! What is given as a file and is none that ends: a pipe by its name, a device; and a file that holds nothing.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

mod support;

use std::{
    fs,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use support::{Place, Said, at, program, run_with, said, with_status, world::NOW};

/// Longer than any answer takes, and shorter than for ever.
const SOON: Duration = Duration::from_secs(20);

/// What the program says, which must end by itself: nobody writes into the pipe that it is given.
fn ended(place: &Place, args: &[&str]) -> Said {
    let bundle = place.path("bundle");
    let mut child = program(&[args, &["--bundle", &bundle]].concat())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let until = Instant::now() + SOON;
    while child.try_wait().unwrap().is_none() {
        let waits = Instant::now() > until;
        if waits {
            child.kill().unwrap();
        }
        assert!(!waits, "{args:?} waits for ever");
        thread::sleep(Duration::from_millis(10));
    }
    said(child.wait_with_output().unwrap())
}

#[test]
fn a_pipe_by_its_name_is_refused_and_not_waited_for() {
    let place = Place::new("inputs-pipe");
    let fifo = place.path("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    for args in [
        &["verify", &fifo][..],
        &["scan", &fifo],
        &["batch", &fifo],
        &["inspect", &fifo],
        &["bundle", "import", &fifo],
        &["verify", "/dev/zero"],
    ] {
        let said = ended(&place, args);
        let is_told = said.stderr.contains("is a pipe or a device, not a regular file");
        assert!(said.code == 66 && is_told, "{args:?}: {said:?}");
        assert!(said.stderr.contains("hint: read it by stdin: - < "), "{args:?}: {said:?}");
    }
    let said = ended(&place, &["verify", &fifo, "--lang", "zh"]);
    assert!(said.stderr.contains("不是普通文件") && said.stderr.contains("请改用标准输入"), "{said:?}");

    // What the hint says works.
    let (code, now, bundle) = (with_status(1, 0), at(NOW), place.path("bundle"));
    let args = ["verify", "-", "--bundle", &bundle, "--now", &now, "--scene", "inspect.food"];
    assert_eq!(run_with(&args, code.as_bytes()).code, 0);
}

#[test]
fn a_root_file_that_is_a_pipe_is_refused() {
    let place = Place::new("inputs-root");
    let fifo = place.path("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let said = ended(&place, &["bundle", "import", "-", "--root", &fifo]);
    // Nothing was piped, so the export is told before the root file is looked at.
    assert_eq!(said.code, 1, "{said:?}");
    fs::remove_dir_all(place.path("bundle")).unwrap();
    let said = ended(&place, &["sync", "--server", "http://127.0.0.1:9", "--root", &fifo]);
    assert!(said.code == 66 && said.stderr.contains("a pipe or a device"), "{said:?}");
}

#[test]
fn a_file_of_zeros_is_called_that() {
    let place = Place::new("inputs-zeros");
    for (length, kind) in [(1, "short"), (64, "as long as a header"), (200_000, "as long as a picture")] {
        let path = place.path("zeros.jpg");
        fs::write(&path, vec![0; length]).unwrap();
        for command in ["verify", "scan"] {
            let said = ended(&place, &[command, &path]);
            assert!(said.stderr.contains("nothing but zeros"), "{kind}: {said:?}");
            assert!(said.stderr.contains("hint: copy or save the file again"), "{kind}: {said:?}");
            assert_eq!(said.code, 3, "{kind}: {said:?}");
        }
    }
    // One that begins with zeros and goes on is no picture either, and is not called one.
    let path = place.path("begins");
    fs::write(&path, b"\0\0\0\0\0\0\0\0text").unwrap();
    let said = ended(&place, &["verify", &path]);
    assert!(said.code == 1 && !said.stderr.contains("HEIC"), "{said:?}");
}
