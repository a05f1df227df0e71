//! A connection that breaks in the middle of a command, at fifty places of it: sent again under the same
//! `Idempotency-Key` it is done once, and whoever asks gets the one answer.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::{BUSINESS_LICENCE, PIN, UNIT};
use serde_json::{Value, json};

use super::{MATTER, draft, holder, office_with, read, review, write};

/// Places in the request, and as many in its answer.
const PLACES: usize = 25;

/// Where a connection ends.
#[derive(Clone, Copy, Debug)]
enum Cut {
    /// After so many bytes of the request.
    Sent(usize),
    /// After so many bytes of the answer; 0 = the whole request is sent and nobody waits.
    Read(usize),
}

/// A command as it is sent again and again, each time for another object.
struct Command<'a> {
    app: &'a TestApp,
    by: Caller,
    status: u16,
    /// Path and body of the nth.
    nth: &'a mut dyn FnMut(u32) -> (String, Value),
    /// How many were done.
    done: &'a dyn Fn() -> usize,
}

impl Command<'_> {
    /// Breaks it at each place.
    fn breaks_everywhere_and_is_done_once(self) {
        let (path, body) = (self.nth)(1);
        let request = self.on_the_wire(&path, &body, "whole");
        let answer = self.whole_answer(&request);
        assert_eq!(self.again(&path, &body, "whole").status, self.status);
        assert_eq!((self.done)(), 1);
        let sent = (0..PLACES).map(|place| Cut::Sent(request.len() * place / PLACES));
        let cuts = sent.chain((0..PLACES).map(|place| Cut::Read(answer.len() * place / PLACES)));
        for (number, cut) in (2..).zip(cuts) {
            let (path, body) = (self.nth)(number);
            let key = format!("key-{number}");
            let at = format!("{}: {path}, {cut:?}", self.app.db_name());
            let seen = self.break_at(&self.on_the_wire(&path, &body, &key), cut);
            let first = self.again(&path, &body, &key);
            assert_eq!(first.status, self.status, "{at}: {}", first.text());
            let second = self.again(&path, &body, &key);
            assert_eq!((second.status, &second.body), (first.status, &first.body), "{at}");
            if let Some(began) = body_of(&seen) {
                assert!(first.body.starts_with(began), "{at}: another answer than the one that broke off");
            }
            assert_eq!((self.done)(), usize::try_from(number).unwrap(), "{at}");
        }
    }

    fn again(&self, path: &str, body: &Value, key: &str) -> Answer {
        self.by.with("Idempotency-Key", key).post(path, body)
    }

    fn on_the_wire(&self, path: &str, body: &Value, key: &str) -> Vec<u8> {
        let body = body.to_string();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nIdempotency-Key: {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.address(),
            self.by.token().unwrap(),
            body.len()
        );
        [head.into_bytes(), body.into_bytes()].concat()
    }

    fn address(&self) -> &str {
        self.app.url.strip_prefix("http://").unwrap()
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    /// Sends a request and ends the connection there; what was read until then.
    fn break_at(&self, request: &[u8], cut: Cut) -> Vec<u8> {
        let mut stream = self.connect();
        match cut {
            Cut::Sent(bytes) => {
                stream.write_all(&request[..bytes]).unwrap();
                Vec::new()
            }
            Cut::Read(bytes) => {
                stream.write_all(request).unwrap();
                let mut read = vec![0; bytes];
                stream.read_exact(&mut read).unwrap();
                read
            }
        }
    }

    /// The answer with its head, byte for byte.
    fn whole_answer(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        loop {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            answer.push(byte[0]);
            let Some(body) = body_of(&answer) else { continue };
            let head = String::from_utf8(answer[..answer.len() - body.len()].to_vec()).unwrap();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if body.len() == length.parse::<usize>().unwrap() {
                return answer;
            }
        }
    }
}

/// What follows the head of an answer, if that is whole.
fn body_of(answer: &[u8]) -> Option<&[u8]> {
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    Some(&answer[end + 4..])
}

fn count(by: &Caller, path: &str) -> usize {
    by.get(path).must(200)["items"].as_array().unwrap().len()
}

fn unlimited(db: TestDb) -> TestApp {
    office_with(db, |config| config.limits.enabled = false, |_| {})
}

/// Rows: R15.
#[test]
fn a_case_is_opened_once_wherever_the_connection_breaks_on_both_databases() {
    for db in TestDb::both() {
        let app = unlimited(db);
        let maker = app.as_("maker");
        Command {
            app: &app,
            by: maker.clone(),
            status: 201,
            nth: &mut |number| {
                let body = json!({ "type": "issuing", "matter": MATTER, "holder": holder(number) });
                ("/api/v1/cases".to_owned(), body)
            },
            done: &|| count(&maker, "/api/v1/cases?limit=200"),
        }
        .breaks_everywhere_and_is_done_once();
    }
}

/// Rows: R27.
#[test]
fn a_draft_is_written_once_wherever_the_connection_breaks_on_both_databases() {
    for db in TestDb::both() {
        let app = unlimited(db);
        let checker = app.as_("checker");
        Command {
            app: &app,
            by: app.as_("maker"),
            status: 201,
            nth: &mut |number| ("/api/v1/licences".to_owned(), draft(number)),
            done: &|| count(&checker, "/api/v1/licences?limit=200"),
        }
        .breaks_everywhere_and_is_done_once();
    }
}

/// Rows: R16.
#[test]
fn a_licence_is_approved_once_wherever_the_connection_breaks_on_both_databases() {
    for db in TestDb::both() {
        let app = unlimited(db);
        let (maker, checker) = (app.as_("maker"), app.as_("checker"));
        let mut written = Vec::new();
        Command {
            app: &app,
            by: checker.clone(),
            status: 200,
            nth: &mut |number| {
                let id = write(&app, &draft(number));
                review(&maker, &id, "submit").must(200);
                written.push(id.clone());
                (format!("/api/v1/licences/{id}/acts"), json!({ "act": "approve" }))
            },
            done: &|| count(&checker, "/api/v1/licences?status=ACTIVE&limit=200"),
        }
        .breaks_everywhere_and_is_done_once();
        // One serial each and none in between, so none was approved twice.
        let mut serials: Vec<String> =
            written.iter().map(|id| read(&app, id)["identifier"].as_str().unwrap().to_owned()).collect();
        serials.sort();
        serials.dedup();
        assert_eq!(serials.len(), written.len());
        assert!(written.iter().all(|id| read(&app, id)["version"] == 3), "written, submitted, approved");
    }
}

/// Rows: R45.
#[test]
fn a_show_is_opened_once_wherever_the_connection_breaks_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |config| {
            config.limits.enabled = false;
            config.tokens.open_shows = 2 * PLACES + 1;
        });
        let (_, lin) = app.holder("lin");
        let licence = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active).id;
        let lin = app.as_("lin");
        Command {
            app: &app,
            by: lin.clone(),
            status: 201,
            nth: &mut |_| {
                let body = json!({ "scene": "inspect.food", "pin": PIN });
                (format!("/api/v1/wallet/licences/{licence}/show"), body)
            },
            done: &|| count(&lin, "/api/v1/wallet/uses?limit=200"),
        }
        .breaks_everywhere_and_is_done_once();
    }
}
