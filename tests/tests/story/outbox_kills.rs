//! A server that is killed after a letter was taken and before that was noted: the letter comes again under the same id, and
//! after that no more. The receiver judges signature and time by the Standard Webhooks library, as it is.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use liangzheng_tests::acts::{act, acts_of};
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TempDir;
use liangzheng_tests::outside::Outside;
use liangzheng_tests::source::python;
use liangzheng_tests::until::{until, within};
use serde_json::{Value, json};

use super::programs::program;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A demo served by the program, which tells a receiver.
struct Server {
    process: Child,
    url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // KILL: what it was about to note is not noted.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    fn start(folder: &Path, receiver: u16) -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let process = Command::new(program("liangzheng-server"))
            .args(["demo", "--port", &port.to_string(), "--data"])
            .arg(folder.join("data"))
            .env("LZ__NOTICES__WEBHOOK__URL", format!("http://127.0.0.1:{receiver}/"))
            .env("LZ__NOTICES__WEBHOOK__SECRET_FILE", folder.join("webhook.secret"))
            .env("LZ__NOTICES__WEBHOOK__TIMEOUT_SECONDS", "60")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { process, url: format!("http://127.0.0.1:{port}") };
        within(Duration::from_secs(60), "the demo comes up", || {
            let is_up = folder.join("data/demo.json").exists()
                && std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
            is_up.then_some(())
        });
        server
    }

    fn log_in(&self, folder: &Path, login: &str) -> Caller {
        let demo: Value =
            serde_json::from_slice(&std::fs::read(folder.join("data/demo.json")).unwrap()).unwrap();
        let mut accounts = demo["accounts"].as_array().unwrap().iter();
        let account = accounts.find(|account| account["login"] == login).unwrap();
        Caller::anyone(&self.url).log_in(login, account["password"].as_str().unwrap())
    }
}

/// Rows: R42.
#[test]
fn a_letter_whose_taking_was_not_noted_comes_again_under_the_same_id_and_then_no_more() {
    let Some(python) = python() else { return };
    let folder = TempDir::new("outbox");
    let secret = folder.path().join("webhook.secret");
    std::fs::write(&secret, SECRET).unwrap();
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    let mut receiver = Outside::start(&python, "receiver.py", &["0", SECRET, "running"]);
    let server = Server::start(folder.path(), receiver.port);
    receiver.say("hold");
    let checker = server.log_in(folder.path(), "checker.psb");
    let page = checker.get("/api/v1/licences?status=ACTIVE&limit=1").must(200);
    let licence = page["items"][0]["id"].as_str().unwrap();
    checker.post(&acts_of(licence), &act("suspend")).must(200);
    let taken = until("the receiver has it", || Some(receiver.next()).filter(is_notice));
    assert_eq!((&taken["fault"], &taken["answer"]), (&Value::Null, &json!("hold")));
    drop(server);
    receiver.say("204");
    let server = Server::start(folder.path(), receiver.port);
    let again = until("it comes again", || Some(receiver.next()).filter(is_notice));
    assert_eq!((&again["id"], &again["key"], &again["fault"]), (&taken["id"], &taken["key"], &Value::Null));
    let operator = server.log_in(folder.path(), "operator");
    let sent = until("it is noted", || {
        let page = operator.get("/api/v1/outbox?state=sent&channel=webhook").must(200);
        let items = page["items"].as_array().unwrap().clone();
        Some(items).filter(|items| items.iter().any(|letter| letter["event"] == taken["id"]))
    });
    assert_eq!(sent.iter().filter(|letter| letter["topic"] == "notice").count(), 1);
    let waiting = operator.get("/api/v1/outbox?state=waiting").must(200);
    assert_eq!(waiting["items"], json!([]));
    assert_eq!(receiver.rest().iter().filter(|told| is_notice(told)).count(), 0, "no more");
}

/// The demo's units are told what is overdue, too.
fn is_notice(told: &Value) -> bool {
    told["content"]["type"] == "notice"
}
