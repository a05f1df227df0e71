//! The world of core's own cases (`core/tests/support/world.rs`) as files: a bundle, codes, pictures.
#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    missing_docs
)]

pub mod bundle;
pub mod pictures;
pub mod server;
#[path = "../../../core/tests/support/world.rs"]
pub mod world;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

pub use bundle::{Bundle, name_of, write};
use liangzheng_core::{
    qr,
    time::UnixTime,
    token::ShowClaims,
    trust::{RootSet, TrustList, sign_catalogue},
    verify::{Floors, Verifier},
};
use world::{DAY, LIST_A, LIST_OLD, NOW, key, list_head, roots, signed_show, signed_status, status_array};

/// A fresh folder under the target directory.
pub fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

impl Bundle {
    /// Trust list, A's catalogue, a fresh list and one that is two days old.
    pub fn main() -> Self {
        let list = |uri: &str, age| {
            (uri.to_owned(), signed_status(&list_head(uri, age), &status_array(), "status-a"))
        };
        Self {
            roots: all_roots(),
            trust_list: Some(signed_trust(&world::trust_list())),
            catalogues: vec![(
                world::A.into(),
                sign_catalogue(&world::catalogue(), &key("catalogue-a")).unwrap(),
            )],
            status_lists: vec![list(LIST_A, 600), list(LIST_OLD, 2 * DAY)],
            deltas: vec![],
            floors: None,
        }
    }
}

pub fn all_roots() -> RootSet {
    roots(&["root-1", "root-2", "root-3"], 2)
}

pub fn signed_trust(list: &TrustList) -> String {
    world::signed_trust(list, &["root-1", "root-2"])
}

/// `EL1:` text of a show token with `change` made to its claims.
pub fn show(number: u32, change: impl FnOnce(&mut ShowClaims)) -> String {
    let mut claims = world::claims(number);
    change(&mut claims);
    qr::pack(&signed_show(&claims)).unwrap()
}

/// `EL1:` text of a good code whose status stands at `idx` of the fresh list.
pub fn with_status(number: u32, idx: u32) -> String {
    show(number, |claims| claims.status.idx = idx)
}

/// Profile H: a grant, and the proof of `phone` made at `iat`.
pub fn phone_code(number: u32, iat: i64, phone: &str) -> String {
    let grant = world::signed_grant(&world::grant_claims(number));
    qr::pack(&world::proved(&grant, "inspector", world::nonce(7), iat, phone)).unwrap()
}

/// The program, with an empty environment but for what a test names.
pub fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_liangzheng-verify"));
    command.args(args).env_clear().env("HOME", "/nonexistent").stdin(Stdio::null());
    command
}

/// What a run said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

pub fn run(args: &[&str]) -> Said {
    said(program(args).output().unwrap())
}

pub fn said(output: Output) -> Said {
    Said {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs with `input` on stdin.
pub fn run_with(args: &[&str], input: &[u8]) -> Said {
    use std::io::Write as _;
    let mut child =
        program(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // On a thread: the program may answer before it has read everything.
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    said(output)
}

/// The files that the cases in `tests/cmd` name; see `tests/cmd/README.md`.
pub fn write_fixture(folder: &Path) {
    Bundle::main().write(&folder.join("bundle"));
    let stale = Bundle { status_lists: vec![], ..Bundle::main() };
    stale.write(&folder.join("no-status"));
    let behind = Bundle { floors: Some(Floors { trust_version: 8, ..Floors::default() }), ..Bundle::main() };
    behind.write(&folder.join("rolled-back"));
    let damaged = folder.join("damaged");
    Bundle::main().write(&damaged);
    write(damaged.join("floors.json"), "{");
    write(folder.join("roots.json"), serde_json::to_vec(&all_roots()).unwrap());
    fs::create_dir_all(folder.join("empty")).unwrap();

    let codes = [
        ("valid", with_status(1, 0)),
        ("cancelled", with_status(2, 1)),
        ("suspended", with_status(3, 2)),
        ("notice", with_status(4, 3)),
        ("superseded", with_status(5, 4)),
        ("old-list", show(6, |claims| claims.status.uri = LIST_OLD.into())),
        ("phone", phone_code(7, NOW.0 - 5, "phone-1")),
        ("other-phone", phone_code(8, NOW.0 - 5, "phone-2")),
        ("delegate", show(10, |claims| claims.act = Some(world::delegate()))),
    ];
    for (name, code) in &codes {
        write(folder.join(format!("{name}.txt")), format!("{code}\r\n"));
    }
    let valid = with_status(1, 0);
    let mut odd = world::payload_of(&signed_show(&world::claims(9)));
    odd["fld"]["mc"] = "店\u{202e}名\u{1b}[2J".into();
    write(folder.join("odd.txt"), world::raw_payload("show+jwt", &odd, "show-a"));
    write(folder.join("token.txt"), qr::unpack(&valid).unwrap());
    let mut forged = qr::unpack(&valid).unwrap();
    forged.truncate(forged.len() - 8);
    forged.push_str("AAAAAAAA");
    write(folder.join("forged.txt"), forged);
    write(folder.join("bom.txt"), format!("\u{feff}{valid}\n"));
    write(folder.join("not-utf8.txt"), b"EL1:\xff\xfe");
    write(folder.join("blank.txt"), " \n");
    write(folder.join("long.txt"), "A".repeat(70_000));
    write(folder.join("challenge.txt"), world::challenge("hospital.visit", "hospital", 3).to_text());
    let answers = ["valid", "cancelled", "phone"]
        .map(|name| codes.iter().find(|(known, _)| *known == name).unwrap().1.clone());
    write(folder.join("batch.txt"), format!("{}\n\n{}\r\nnonsense\n{}", answers[0], answers[1], answers[2]));
    pictures::write_all(folder, &valid, &codes[1].1);
}

/// A clock argument.
pub fn at(now: UnixTime) -> String {
    now.to_string()
}

/// What a verifier holds after it took every good step, for tests that compare.
pub fn floors_of(verifier: &Verifier) -> Floors {
    verifier.floors()
}
