//! Faces of licences are opened by few, and of using units by one: what a unit asks for goes through the one decision of
//! `domain/casework/fetch.rs`.

use liangzheng_tests::source::sources;

/// What opens a face.
const OPENERS: [&str; 7] = [
    "record::find(",
    "record::find_and_hold(",
    "record::of_holder(",
    "wallets::find(",
    "wallets::find_and_hold(",
    "sealed::find(",
    "draft::find(",
];

/// Whose services open faces: their holders', their issuers', verifiers'; of using units the one that decides.
const AREAS: [&str; 6] = [
    "service/issuing/",
    "service/licence/",
    "service/showing/",
    "service/verifying/",
    "service/actor/wallets.rs",
    "service/consent/",
];
const OF_USING_UNITS: [&str; 2] = ["service/casework/attempt.rs", "service/casework/public_look_up.rs"];

/// Rows: R63.
#[test]
fn of_using_units_one_place_opens_a_face_and_it_asks_the_one_decision() {
    let mut openers = Vec::new();
    for file in sources("server/src") {
        if !file.name.starts_with("service/") || AREAS.iter().any(|area| file.name.starts_with(area)) {
            continue;
        }
        if file.code().any(|(_, line)| OPENERS.iter().any(|opener| line.contains(opener))) {
            openers.push(file.name.clone());
        }
    }
    openers.sort();
    assert_eq!(openers, OF_USING_UNITS);
    let files = sources("server/src");
    let deciding: Vec<&str> = files
        .iter()
        .filter(|file| file.name.starts_with("service/"))
        .filter(|file| file.code().any(|(_, line)| line.contains("match decide(")))
        .map(|file| file.name.as_str())
        .collect();
    assert_eq!(deciding, ["service/casework/attempt.rs"]);
}
