//! The two programs as an operator runs them: keys rotated and compromised, the trust list signed apart and published,
//! and what a verifier on another machine makes of it after its next `sync`; over plain HTTP and over HTTPS.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TempDir;
use liangzheng_tests::until::within;
use serde_json::{Value, json};

/// A program of this workspace, built beside this test.
pub(super) fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().and_then(Path::parent).unwrap().join(name);
    assert!(path.exists(), "{} is not built: run `cargo build --workspace --bins`", path.display());
    path
}

/// A demo served by the program, and a verifier's folder beside it.
pub(super) struct Programs {
    folder: TempDir,
    port: u16,
    server: Child,
}

impl Drop for Programs {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Programs {
    pub(super) fn start(options: &[&str]) -> Self {
        Self::start_with(options, |_, _| {})
    }

    /// The same where `adjust` changes the server's command; it is also given the folder.
    pub(super) fn start_with(options: &[&str], adjust: impl FnOnce(&mut Command, &Path)) -> Self {
        let folder = TempDir::new("programs");
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let mut command = Command::new(program("liangzheng-server"));
        command
            .args(["demo", "--port", &port.to_string()])
            .args(options)
            .arg("--data")
            .arg(folder.path().join("data"))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        adjust(&mut command, folder.path());
        let server = command.spawn().unwrap();
        let programs = Self { folder, port, server };
        // The file is written before the server is ready, the port answers when it is.
        within(Duration::from_secs(60), "the demo comes up", || {
            let is_up = programs.data().join("demo.json").exists()
                && std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
            is_up.then_some(())
        });
        programs
    }

    /// Ends the server as a power cut would.
    pub(super) fn kill(&self) {
        let killed = Command::new("kill").args(["-KILL", &self.server.id().to_string()]).status().unwrap();
        assert!(killed.success());
    }

    pub(super) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn demo(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.data().join("demo.json")).unwrap()).unwrap()
    }

    /// `liangzheng-server …` on the demo's folder.
    fn operator(&self, args: &[&str]) -> Output {
        Command::new(program("liangzheng-server")).args(args).arg("--data").arg(self.data()).output().unwrap()
    }

    /// The same, where it must succeed; what it said.
    fn operated(&self, args: &[&str]) -> String {
        said(&self.operator(args))
    }

    /// `liangzheng-verify …` with its own bundle.
    fn verifier(&self, args: &[&str]) -> Output {
        let bundle = self.folder.path().join("bundle");
        Command::new(program("liangzheng-verify"))
            .args(["--lang", "en", "--bundle"])
            .arg(bundle)
            .args(args)
            .output()
            .unwrap()
    }

    fn sync(&self) {
        let roots = self.data().join("roots.json");
        said(&self.verifier(&["sync", "--server", &self.url(), "--root", roots.to_str().unwrap()]));
    }

    /// Syncs until the verifier holds this version of the trust list: the running server takes in what another program
    /// published within a second.
    fn sync_to(&self, version: u64) {
        within(Duration::from_secs(10), "the new version is served", || {
            self.sync();
            let output = self.verifier(&["--json", "bundle"]);
            let held: Value = serde_json::from_slice(&output.stdout).unwrap();
            (held["trust_list"]["version"] == version).then_some(())
        });
    }

    /// The code of the verdict on `text`.
    fn code_of(&self, text: &str) -> String {
        let output = self.verifier(&["--json", "verify", text]);
        let verdict: Value = serde_json::from_slice(&output.stdout).unwrap();
        verdict["code"].as_str().unwrap().to_owned()
    }

    /// Opens a show of the first licence and returns its code.
    fn shown(&self) -> String {
        let demo = self.demo();
        let licence = &demo["licences"][0];
        let account = self.account("login", &licence["holder"]);
        let path = format!("/api/v1/wallet/licences/{}/show", licence["id"].as_str().unwrap());
        let body = json!({ "scene": "inspect.food", "pin": account["pin"] });
        let shown = self.log_in(&account).post(&path, &body).must(201);
        shown["qr_text"].as_str().unwrap().to_owned()
    }

    /// The first account of the demo with this member.
    pub(super) fn account(&self, member: &str, value: &Value) -> Value {
        let demo = self.demo();
        let mut accounts = demo["accounts"].as_array().unwrap().iter();
        accounts.find(|account| account[member] == *value).unwrap().clone()
    }

    pub(super) fn log_in(&self, account: &Value) -> Caller {
        let text = |member: &str| account[member].as_str().unwrap();
        Caller::anyone(&self.url()).log_in(text("login"), text("password"))
    }

    /// A new show's code, once the running server has taken in what the operator did: it is signed by another key
    /// than `before`.
    fn shown_by_another_key(&self, before: &str) -> String {
        let kid_of = |code: &str| self.verifier(&["--json", "inspect", code]).stdout;
        let header = |code: &str| -> Value {
            let inspected: Value = serde_json::from_slice(&kid_of(code)).unwrap();
            inspected["parts"][0]["header"]["kid"].clone()
        };
        let old = header(before);
        assert!(old.is_string(), "inspect names no key");
        within(Duration::from_secs(10), "a code by another key", || {
            Some(self.shown()).filter(|code| header(code) != old)
        })
    }
}

pub(super) fn said(output: &Output) -> String {
    let (told, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}{wrong}");
    told.into_owned()
}

#[test]
fn after_a_rotation_and_a_compromise_a_synced_verifier_knows() {
    let programs = Programs::start(&[]);
    programs.sync();
    let before = programs.shown();
    assert_eq!(programs.code_of(&before), "OK");

    let told = programs.operated(&["key", "rotate", "--purpose", "show", "--overlap", "0"]);
    assert!(told.contains("published: trust list version 2"), "{told}");
    let after = programs.shown_by_another_key(&before);
    assert_eq!(programs.code_of(&after), "E_KID_UNKNOWN", "this verifier has not heard of the new key");
    programs.sync_to(2);
    assert_eq!(programs.code_of(&after), "OK");
    assert_eq!(programs.code_of(&before), "OK", "what the old key signed runs out by itself");

    let keys = programs.operated(&["key", "list"]);
    let line = |state: &str| {
        let found = keys.lines().find(|line| line.contains(" show ") && line.contains(state));
        assert!(found.is_some(), "no {state} show key:\n{keys}");
        found.unwrap().to_owned()
    };
    line("retired");
    let lost = line("active").split_whitespace().next().unwrap().to_owned();
    let told = programs.operated(&["key", "compromise", &lost]);
    assert!(told.contains("published: trust list version 3"), "{told}");
    assert_eq!(programs.code_of(&after), "OK", "offline, this verifier cannot know yet");
    programs.sync_to(3);
    assert_eq!(programs.code_of(&after), "E_KEY_STATE");
    assert_eq!(programs.code_of(&before), "OK", "the other key was not lost");
}

#[test]
fn a_list_is_drafted_signed_apart_and_published() {
    let programs = Programs::start(&[]);
    programs.sync();
    let file = |name: &str| programs.folder.path().join(name).to_str().unwrap().to_owned();
    let (draft, signed) = (file("draft.json"), file("list.json"));
    programs.operated(&["trust", "draft", "--out", &draft]);
    let unsigned = programs.operator(&["trust", "publish", "--list", &draft]);
    assert!(!unsigned.status.success(), "a draft was published");
    let root = programs.data().join("roots/root-1.pem");
    // No --data: it needs neither the database nor the keys of the server.
    let sign = ["trust", "sign", "--root", root.to_str().unwrap(), "--list", &draft, "--out", &signed];
    let told = said(&Command::new(program("liangzheng-server")).args(sign).output().unwrap());
    assert!(told.contains("signed: 1 of the 1 signatures needed"), "{told}");
    let told = programs.operated(&["trust", "publish", "--list", &signed]);
    assert!(told.contains("published: trust list version 2"), "{told}");
    let again = programs.operator(&["trust", "publish", "--list", &signed]);
    assert!(!again.status.success(), "one version was published twice");
    programs.sync_to(2);
    assert_eq!(programs.code_of(&programs.shown()), "OK");
}

#[test]
fn what_an_operator_mistypes_is_refused_and_changes_nothing() {
    let programs = Programs::start(&[]);
    let before = programs.operated(&["key", "list"]);
    for args in [
        &["key", "rotate", "--purpose", "everything"][..],
        &["key", "rotate", "--purpose", "show", "--overlap", "-1"],
        &["key", "compromise", "nobody"],
        &["trust", "publish", "--list", "/nowhere/list.json"],
    ] {
        let output = programs.operator(args);
        assert!(!output.status.success(), "{args:?}");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            error.starts_with("liangzheng-server: error: ") || error.contains("Usage"),
            "{args:?}: {error}"
        );
    }
    assert_eq!(programs.operated(&["key", "list"]), before);
}

#[test]
fn a_verifier_syncs_over_https_only_with_a_certificate_it_trusts() {
    let programs = Programs::start(&["--tls"]);
    let url = format!("https://127.0.0.1:{}", programs.port);
    let roots = programs.data().join("roots.json");
    let certificate = programs.data().join("tls.crt");
    let sync = ["sync", "--server", &url, "--root", roots.to_str().unwrap()];
    let refused = programs.verifier(&sync);
    assert_eq!(refused.status.code(), Some(74), "{}", String::from_utf8_lossy(&refused.stderr));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("hint: "));
    let mut trusting = sync.to_vec();
    trusting.extend(["--ca", certificate.to_str().unwrap()]);
    said(&programs.verifier(&trusting));
    let held: Value = serde_json::from_slice(&programs.verifier(&["--json", "bundle"]).stdout).unwrap();
    assert_eq!(held["trust_list"]["version"], 1, "{held}");
}

#[test]
fn what_was_scanned_offline_is_handed_in_once_and_its_holder_sees_it() {
    let programs = Programs::start(&[]);
    programs.sync();
    let code = programs.shown();
    let file = |name: &str| programs.folder.path().join(name).to_str().unwrap().to_owned();
    let (receipts, token_file) = (file("receipts.jsonl"), file("token"));
    let scan = |text: &str| {
        programs.verifier(&["--json", "verify", text, "--scene", "inspect.food", "--receipts", &receipts])
    };
    assert_eq!(scan(&code).status.code(), Some(0));
    assert_eq!(scan("EL1:NO CODE OF OURS").status.code(), Some(1));
    let inspector = programs.account("role", &json!("inspector"));
    std::fs::write(&token_file, programs.log_in(&inspector).token().unwrap()).unwrap();
    let upload = || {
        let server = programs.url();
        said(&programs.verifier(&[
            "receipts",
            "upload",
            "--receipts",
            &receipts,
            "--server",
            &server,
            "--token-file",
            &token_file,
        ]))
    };
    upload();
    upload();
    let holder = programs.demo()["licences"][0]["holder"].clone();
    let holder = programs.log_in(&programs.account("login", &holder));
    let uses = holder.get("/api/v1/wallet/uses").must(200);
    let items = uses["items"].as_array().unwrap();
    let told: Vec<_> = items
        .iter()
        .map(|used| (used["kind"].as_str().unwrap(), &used["offline"], &used["by"]["role"]))
        .collect();
    let (yes, no) = (json!(true), json!(false));
    assert_eq!(
        told,
        [("verify", &yes, &json!("inspector")), ("show", &no, &Value::Null)],
        "the forged code named no licence, and a second upload adds nothing: {uses}"
    );
}

#[test]
fn an_operator_looks_at_the_clock_before_recovering_and_publishing_goes_on() {
    let programs = Programs::start(&[]);
    let is_ready = || {
        within(Duration::from_secs(20), "the server is ready", || {
            (Caller::anyone(&programs.url()).get("/readyz").status == 200).then_some(())
        });
    };
    is_ready();
    let told = programs.operated(&["publish", "recover"]);
    assert!(told.contains("newest status lists: ") && told.contains("nothing was changed"), "{told}");
    let told = programs.operated(&["publish", "recover", "--clock-is-right"]);
    assert!(told.contains("recovered: "), "{told}");
    is_ready();
    programs.sync();
    assert_eq!(programs.code_of(&programs.shown()), "OK");
}
