//! A disk that is full or fails under a running server: what is asked meanwhile is told to wait, nothing acknowledged is
//! lost, and the server goes on by itself.
//!
//! The disk is real; a library loaded before libc (`shim.c`) makes single writes and syncs of the database's files fail.

use std::cell::Cell;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use liangzheng_tests::caller::Caller;
use liangzheng_tests::http::Answer;
use liangzheng_tests::until::within;
use serde_json::{Value, json};

use super::programs::Programs;

const EIO: i64 = 5;
const ENOMEM: i64 = 12;
const ENOSPC: i64 = 28;

/// A demo whose disk can be made to fail.
struct Faulty {
    programs: Programs,
    control: File,
    checker: Caller,
    holder: Caller,
    licence: String,
    /// The version that was acknowledged last.
    version: Cell<i64>,
}

impl Faulty {
    fn start() -> Self {
        let programs = Programs::start_with(&[], |command, folder| {
            let control = folder.join("faults");
            std::fs::write(&control, [0; 32]).unwrap();
            command
                .env("LD_PRELOAD", built(folder))
                .env("LZ_FAULT_CONTROL", control)
                .env("LZ_FAULT_FILES", "/data/demo.db")
                .env("LZ__LIMITS__ENABLED", "false");
        });
        let control = programs.data().join("../faults");
        let control = File::options().read(true).write(true).open(control).unwrap();
        let checker = programs.log_in(&programs.account("role", &json!("issuer_checker")));
        let (licence, version) = suspended(&programs, &checker);
        let holder = programs.log_in(&programs.account("role", &json!("holder")));
        let faulty = Self { programs, control, checker, holder, licence, version: Cell::new(version) };
        assert!(faulty.word(3) > 0, "the library sees no writes");
        faulty
    }

    fn word(&self, at: u64) -> i64 {
        let mut bytes = [0; 8];
        self.control.read_exact_at(&mut bytes, at * 8).unwrap();
        i64::from_ne_bytes(bytes)
    }

    /// Lets the `nth` operation from now on fail, and those after it if it `lasts`.
    fn fail(&self, nth: i64, errno: i64, lasts: bool) {
        self.control.write_all_at(&errno.to_ne_bytes(), 8).unwrap();
        self.control.write_all_at(&i64::from(lasts).to_ne_bytes(), 16).unwrap();
        self.control.write_all_at(&nth.to_ne_bytes(), 0).unwrap();
    }

    /// Ends it; whether the failure had come.
    fn end(&self) -> bool {
        let left = self.word(0);
        self.control.write_all_at(&0_i64.to_ne_bytes(), 0).unwrap();
        left <= 1
    }

    /// Suspends or resumes the licence.
    fn act(&self, act: &str) -> Answer {
        let answer = act_on(&self.checker, &self.licence, act);
        if answer.status == 200 {
            let version = answer.json()["version"].as_i64().unwrap();
            assert!(version > self.version.get(), "an acknowledged act is lost: {}", answer.text());
            self.version.set(version);
        } else if answer.status != 409 {
            is_told_to_wait(&answer);
        }
        answer
    }

    /// One round of writing: two acts, a login, a logout.
    fn round(&self) {
        self.act("suspend");
        self.act("resume");
        let account = self.programs.account("role", &json!("holder"));
        let login = json!({ "login": account["login"], "password": account["password"] });
        let session = Caller::anyone(&self.programs.url()).post("/api/v1/sessions", &login);
        if session.status != 201 {
            return is_told_to_wait(&session);
        }
        let caller =
            Caller::anyone(&self.programs.url()).with_token(session.json()["token"].as_str().unwrap());
        let ended = caller.delete("/api/v1/sessions/current");
        if ended.status != 204 {
            is_told_to_wait(&ended);
        }
    }

    /// All is well again, without anybody's doing.
    fn is_well(&self) {
        let anyone = Caller::anyone(&self.programs.url());
        within(Duration::from_secs(5), "the service is back", || {
            let acts = [self.act("suspend").status, self.act("resume").status];
            (acts.contains(&200) && anyone.get("/readyz").status == 200).then_some(())
        });
    }
}

fn is_told_to_wait(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
}

fn act_on(checker: &Caller, licence: &str, act: &str) -> Answer {
    let body = json!({ "act": act, "reason": "核查", "legal_basis": "第十八条" });
    checker.post(&format!("/api/v1/licences/{licence}/acts"), &body)
}

/// A licence of the checker's unit and its version.
fn suspended(programs: &Programs, checker: &Caller) -> (String, i64) {
    let demo = programs.demo();
    let ids = demo["licences"].as_array().unwrap().iter().map(|licence| licence["id"].as_str().unwrap());
    let found = ids.map(|id| (id, act_on(checker, id, "suspend"))).find(|(_, answer)| answer.status == 200);
    let (id, answer) = found.expect("a licence of this unit that can be suspended");
    (id.to_owned(), answer.json()["version"].as_i64().unwrap())
}

/// The library, compiled with the compiler that compiled SQLite.
fn built(folder: &Path) -> std::path::PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/story/faults/shim.c");
    let library = folder.join("faults.so");
    let mut compile = Command::new("cc");
    compile.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl");
    assert!(compile.status().expect("a C compiler").success());
    library
}

/// `LZ_DISK_ROUNDS`: how often the sweep is made; `cargo xtask soak disk` makes it ten times.
#[test]
fn every_write_and_sync_fails_once_and_the_service_goes_on() {
    let rounds = std::env::var("LZ_DISK_ROUNDS").map_or(1, |rounds| rounds.parse().unwrap());
    let faulty = Faulty::start();
    faulty.is_well();
    for round in 0..rounds {
        for errno in [ENOSPC, EIO, ENOMEM] {
            let mut nth = 1;
            loop {
                faulty.fail(nth, errno, false);
                faulty.round();
                let came = faulty.end();
                faulty.is_well();
                if !came {
                    break;
                }
                nth += 1;
            }
            println!("round {round}, errno {errno}: {} operations failed, one at a time", nth - 1);
            assert!(nth > 8, "only {nth} operations in a round: are they still seen?");
        }
    }
}

#[test]
fn while_the_disk_is_full_writing_waits_reading_goes_on_and_space_ends_it() {
    let faulty = Faulty::start();
    let anyone = Caller::anyone(&faulty.programs.url());
    faulty.is_well();
    for errno in [ENOSPC, EIO] {
        faulty.fail(1, errno, true);
        // The licence is active: an act that changes nothing would be told so without writing.
        for _ in 0..3 {
            is_told_to_wait(&faulty.act("suspend"));
        }
        let ready = within(Duration::from_secs(5), "it says that it is not ready", || {
            Some(anyone.get("/readyz")).filter(|answer| answer.status == 503)
        });
        assert_eq!(ready.json()["reasons"], json!(["database-writer"]), "{}", ready.text());
        let cards: Value = faulty.holder.get("/api/v1/wallet/licences").must(200);
        assert!(!cards["items"].as_array().unwrap().is_empty(), "{cards}");
        assert!(faulty.end());
        faulty.is_well();
    }
}
