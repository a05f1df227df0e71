//! The demo's base register: a process of its own that knows the demo's people, and ends with whoever started it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use liangzheng_tests::http::send;
use liangzheng_tests::until::within;
use serde_json::{Value, json};

use super::programs::program;

/// The register as a process of its own, and its address; it ends when its standard input is closed.
pub(super) fn started() -> (Child, String) {
    let mut register = Command::new(program("liangzheng-server"))
        .arg("demo-register")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(register.stdout.take().unwrap()).read_line(&mut url).unwrap();
    (register, url.trim().to_owned())
}

/// Rows: R26.
#[test]
fn the_demos_register_knows_its_people_and_ends_when_its_pipe_closes() {
    let (mut register, url) = started();
    let ask = |questions: &Value| {
        let headers = [("Content-Type", "application/json")];
        send("POST", &url, &headers, Some(questions.to_string().as_bytes()))
    };
    let person = |id_type: &str, number: &str, name: &str| json!({ "id_type": id_type, "id_number": number, "name": name });
    let answers = ask(&json!([
        person("111", "990101198806140123", "林晓舟"),
        person("111", "990101198806140123", "林小舟"),
        person("111", "990101199001010019", "林晓舟"),
        person("001", "91990100MA0000031K", "云溪市山月茶饮有限公司"),
    ]));
    let told: Vec<_> = answers.must(200).as_array().unwrap().iter().map(|one| one["match"].clone()).collect();
    assert_eq!(told, [true, false, false, true]);
    let many = Value::Array(vec![person("111", "1", "x"); 501]);
    assert_eq!(ask(&many).status, 413);
    drop(register.stdin.take());
    within(Duration::from_secs(10), "its end", || register.try_wait().unwrap());
}
