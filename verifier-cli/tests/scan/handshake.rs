//! `--ask`: each challenge answered once, and the next one shown.

use liangzheng_core::{qr, token::Challenge};

use super::{
    setting::{code_of, talk},
    support::{Place, pictures::draw, pictures::png, run, with_status, world, world::NOW, write},
};

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
