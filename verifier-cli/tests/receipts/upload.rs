//! Handing receipts in: each once, whatever the server or the network does.

use std::{fs, os::unix::fs::PermissionsExt as _, os::unix::fs::symlink};

use super::{
    setting::{Kept, lines},
    support::{run, scans::Scans, scans::TOKEN, scans::Trouble, with_status, write},
};

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
