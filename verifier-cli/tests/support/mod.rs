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
pub mod frames;
pub mod pictures;
pub mod scans;
pub mod server;
pub mod videos;
#[path = "../../../core/tests/support/world.rs"]
pub mod world;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

pub use bundle::{Bundle, write};
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

/// A folder with a bundle in it.
pub struct Place(pub PathBuf);

impl Place {
    pub fn new(name: &str) -> Self {
        let work = folder(name);
        Bundle::main().write(&work.join("bundle"));
        Self(work)
    }

    pub fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
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
    if idx == SUSPENDED {
        // In a list that is older than the code a suspension has ended; a grant is an hour old.
        let mut grant = world::grant_claims(number);
        grant.licence.status.idx = idx;
        let grant = world::signed_grant(&grant);
        return qr::pack(&world::proved(&grant, "inspector", world::nonce(7), NOW.0, "phone-1")).unwrap();
    }
    show(number, |claims| claims.status.idx = idx)
}

/// The entry whose value is 2.
const SUSPENDED: u32 = 2;

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

/// A run that goes on: lines to it, lines from it.
pub struct Talk {
    child: std::process::Child,
    stdin: Option<std::process::ChildStdin>,
    pub stdout: std::io::BufReader<std::process::ChildStdout>,
    pub stderr: std::io::BufReader<std::process::ChildStderr>,
}

impl Talk {
    pub fn start(args: &[&str]) -> Self {
        let mut child = program(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        Self {
            child,
            stdin,
            stdout: std::io::BufReader::new(stdout.unwrap()),
            stderr: std::io::BufReader::new(stderr.unwrap()),
        }
    }

    pub fn say(&mut self, text: &str) {
        use std::io::Write as _;
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
        stdin.flush().unwrap();
    }

    /// The next line of its answers.
    pub fn answer(&mut self) -> String {
        next_line(&mut self.stdout)
    }

    /// The next line of stderr that begins with `start`, without it.
    pub fn told(&mut self, start: &str) -> String {
        loop {
            let line = next_line(&mut self.stderr);
            assert!(!line.is_empty(), "it never said {start}");
            if let Some(rest) = line.strip_prefix(start) {
                return rest.trim_end().to_owned();
            }
        }
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    }

    /// No more input; what it still says, and how it ends.
    pub fn end(mut self) -> Said {
        use std::io::Read as _;
        drop(self.stdin.take());
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).unwrap();
        self.stderr.read_to_string(&mut stderr).unwrap();
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        Said { code, stdout, stderr }
    }
}

fn next_line(from: &mut impl std::io::BufRead) -> String {
    let mut line = String::new();
    from.read_line(&mut line).unwrap();
    line
}

/// The files that the cases in `tests/cmd` name; see `tests/cmd/README.md`.
pub fn write_fixture(folder: &Path) {
    Bundle::main().write(&folder.join("bundle"));
    let stale = Bundle { status_lists: vec![], ..Bundle::main() };
    stale.write(&folder.join("no-status"));
    let behind = Bundle { floors: Some(Floors { trust_version: 8, ..Floors::default() }), ..Bundle::main() };
    behind.write(&folder.join("rolled-back"));
    let lists = |mut bundle: Bundle| {
        bundle.status_lists.truncate(1);
        bundle
    };
    lists(Bundle::main()).write(&folder.join("fresh"));
    let newer = [(LIST_A.to_owned(), UnixTime(NOW.0 - 60))].into_iter().collect();
    let floors = Some(Floors { lists: newer, ..Floors::default() });
    lists(Bundle { floors, ..Bundle::main() }).write(&folder.join("lists-rolled-back"));
    let damaged = folder.join("damaged");
    Bundle::main().write(&damaged);
    write(damaged.join("floors.json"), "{");
    let sealed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/seal/sealed.ofd");
    write(folder.join("sealed.ofd"), fs::read(sealed).unwrap());
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
    odd["fld"]["mc"] = "店\u{202e}名\u{9b}\u{1b}[2J".into();
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

    let scan = |name: &str| folder.join("folder").join(name);
    write(scan("1-valid.txt"), format!("{valid}\n"));
    write(scan("2-cancelled.png"), pictures::png(pictures::draw(&codes[1].1)));
    write(scan("3-no-code.png"), fs::read(folder.join("no-code.png")).unwrap());
    write(scan(".hidden.txt"), "hidden");
    write(scan("4.jpg.part"), "half");
    write(folder.join("video.mjpeg"), videos::mjpeg(&[pictures::draw(&valid)]));
    write(folder.join("video.mp4"), b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2");

    write(folder.join("receipts/receipts.jsonl"), RECEIPTS);
    write(folder.join("receipts/receipts.jsonl.uploaded"), MARK);
}

/// Three receipts, of which the server has the first and refused the second.
const RECEIPTS: &str = r#"{"id":"AAAAAAAAAAAAAAAAAAAAAA","at":1800000000,"verdict":"valid","code":"OK","scene":"inspect.food","licence":"11100000MB0143028R001.11990100MB0000019L.20260000123.001.S","token":"AAAAAQAAAAAAAAAA","status_as_of":1799999400,"trust_version":7,"checks":{"form":"pass","signature":"pass"}}
{"id":"-BBBBBBBBBBBBBBBBBBBBB","at":1800000060,"verdict":"invalid","code":"E_FORMAT","scene":null,"licence":null,"token":null,"status_as_of":null,"trust_version":null,"checks":{"form":"fail"}}
{"id":"CCCCCCCCCCCCCCCCCCCCCC","at":1800000120,"verdict":"undetermined","code":"U_STATUS_STALE","scene":"hotel.checkin","licence":null,"token":null,"status_as_of":null,"trust_version":7,"checks":{}}
"#;
const MARK: &str = r#"{"last":"-BBBBBBBBBBBBBBBBBBBBB","set_aside":[{"id":"-BBBBBBBBBBBBBBBBBBBBB","why":"/scans/1/at later than now"}]}"#;

/// A clock argument.
pub fn at(now: UnixTime) -> String {
    now.to_string()
}

/// What a verifier holds after it took every good step, for tests that compare.
pub fn floors_of(verifier: &Verifier) -> Floors {
    verifier.floors()
}
