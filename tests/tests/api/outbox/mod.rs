//! What goes out: to a real mail server and a real receiver of webhooks, neither of them ours.

mod alarm;
mod contact;
mod sending;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use base64ct::{Base64, Encoding};
use liangzheng_server::config::{Config, SmtpSecurity};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::outside::Outside;
use liangzheng_tests::until::until;
use serde_json::{Value, json};

/// The platform's own unit.
const PLATFORM: &str = "11990000MB00000948";

/// The secret of receiver and server.
fn secret() -> String {
    format!("whsec_{}", Base64::encode_string(&[7; 32]))
}

fn receiver(python: &Path, port: u16) -> Outside {
    Outside::start(python, "receiver.py", &[&port.to_string(), &secret(), "still"])
}

fn mailbox(python: &Path, port: u16) -> Outside {
    Outside::start(python, "mailbox.py", &[&port.to_string()])
}

fn with_webhook(config: &mut Config, port: u16) {
    let file = config.secrets.master_file.with_file_name("webhook.secret");
    std::fs::write(&file, secret()).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    config.notices.webhook.url = Some(format!("http://127.0.0.1:{port}/notices"));
    config.notices.webhook.secret_file = Some(file);
}

fn with_mail(config: &mut Config, port: u16) {
    config.notices.smtp.host = Some("127.0.0.1".into());
    config.notices.smtp.port = Some(port);
    config.notices.smtp.security = SmtpSecurity::None;
    config.notices.smtp.from = "licences@city.example".into();
}

/// Gives the account of `login` a confirmed address, as its owner does.
fn confirm(app: &TestApp, mailbox: &Outside, login: &str, address: &str) {
    let owner = app.as_(login);
    owner.send("PUT", "/api/v1/me/contact", Some(&json!({ "email": address }))).must(202);
    let code = code_in(&mailbox.next());
    owner.post("/api/v1/me/contact/confirmation", &json!({ "code": code })).must(200);
}

/// The code of a mail that asks for it.
fn code_in(mail: &Value) -> String {
    let text = mail["text"].as_str().unwrap();
    let (_, after) = text.split_once("The code is ").unwrap();
    after.split_whitespace().next().unwrap().to_owned()
}

/// The letters of the outbox as the operator sees them, newest first, once there are so many and `done` says so of all.
fn letters(app: &TestApp, query: &str, done: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    until("the letters", || {
        let page = app.as_("operator").get(&format!("/api/v1/outbox?{query}")).must(200);
        let items = page["items"].as_array().unwrap().clone();
        done(&items).then_some(items)
    })
}
