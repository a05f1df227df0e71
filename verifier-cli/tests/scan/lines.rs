//! Lines of a scanner, and what every scan does: its exit code, its summary, its colours.

use std::{fs, path::Path};

use super::{
    setting::{code_of, scan, talk},
    support::{Place, at, bundle, program, said, show, with_status, world, world::NOW, write},
};

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
    let old = show(2, |claims| claims.status.uri = world::LIST_OLD.into());
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
    let path = place.0.join("bundle/status").join(bundle::name_of(world::LIST_A));
    write(place.0.join("bundle/status/.new.tmp"), list);
    fs::rename(place.0.join("bundle/status/.new.tmp"), path).unwrap();
    scanner.say(&format!("{}\n", with_status(2, 0)));
    assert_eq!(code_of(&scanner.answer()), "E_STATUS_INVALID");
    scanner.end();
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
