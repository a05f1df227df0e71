//! Somebody who sends requests: a person logged in, or anybody.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::http::{Answer, send};

/// One client of one server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Caller {
    url: String,
    token: Option<String>,
    headers: Vec<(String, String)>,
}

impl Caller {
    /// Somebody without credentials, of the server at `url`.
    pub fn anyone(url: &str) -> Self {
        Self { url: url.to_owned(), token: None, headers: Vec::new() }
    }

    /// The same caller with a session's token, as a program sends it.
    #[must_use]
    pub fn with_token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    /// The same caller with one more header in each request.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut caller = self.clone();
        caller.headers.push((name.to_owned(), value.to_owned()));
        caller
    }

    /// The same caller with more headers in each request.
    #[must_use]
    pub fn with_all(&self, headers: &[(&str, &str)]) -> Self {
        headers.iter().fold(self.clone(), |caller, (name, value)| caller.with(name, value))
    }

    /// The same caller at another server.
    #[must_use]
    pub fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    /// Logs in with a password, as a program does.
    ///
    /// # Panics
    /// If the server does not let this caller in.
    #[must_use]
    pub fn log_in(self, login: &str, password: &str) -> Self {
        let body = serde_json::json!({ "login": login, "password": password });
        let session = self.post("/api/v1/sessions", &body).must(201);
        self.with_token(session["token"].as_str().expect("a token"))
    }

    /// The token of this caller's session.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// `GET`
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None)
    }

    /// `DELETE`
    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None)
    }

    /// `POST` of a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, Some(body))
    }

    /// `POST` of a form: names, media types and contents of its parts.
    pub fn form(&self, path: &str, parts: &[(&str, &str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, media, content) in parts {
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"f\"\r\n\
                 Content-Type: {media}\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let authorization = self.token.as_ref().map(|token| format!("Bearer {token}"));
        let media = format!("multipart/form-data; boundary={BOUNDARY}");
        let mut headers: Vec<(&str, &str)> = vec![("Content-Type", &media)];
        headers.extend(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        if let Some(authorization) = &authorization {
            headers.push(("Authorization", authorization));
        }
        send("POST", &format!("{}{path}", self.url), &headers, Some(&body))
    }

    /// `POST` without a body.
    pub fn post_nothing(&self, path: &str) -> Answer {
        self.send("POST", path, None)
    }

    /// `POST` of a form with fields and a file.
    pub fn upload(&self, path: &str, fields: &[(&str, &str)], name: &str, file: &[u8]) -> Answer {
        let mut body = Vec::new();
        for (field, value) in fields {
            body.extend(
                format!(
                    "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
                )
                .bytes(),
            );
        }
        let part = format!("form-data; name=\"file\"; filename=\"{name}\"");
        let head =
            format!("--{BOUNDARY}\r\nContent-Disposition: {part}\r\nContent-Type: application/octet-stream");
        body.extend(format!("{head}\r\n\r\n").bytes());
        body.extend(file);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
        let media = format!("multipart/form-data; boundary={BOUNDARY}");
        self.sent("POST", path, Some((&media, body)))
    }

    /// Any request.
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.sent(method, path, body.map(|body| ("application/json", body.to_string().into_bytes())))
    }

    fn sent(&self, method: &str, path: &str, body: Option<(&str, Vec<u8>)>) -> Answer {
        let mut headers: Vec<(&str, &str)> = Vec::new();
        headers.extend(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let authorization = self.token.as_ref().map(|token| format!("Bearer {token}"));
        if let Some(authorization) = &authorization {
            headers.push(("Authorization", authorization));
        }
        if let Some((media, _)) = &body {
            headers.push(("Content-Type", media));
        }
        send(method, &format!("{}{path}", self.url), &headers, body.as_ref().map(|(_, body)| &**body))
    }
}

/// Between the parts of a form.
const BOUNDARY: &str = "lz-parts-3fb1c2";

/// Who has logged in already: one session per person.
#[derive(Default)]
pub(crate) struct LoggedIn(Mutex<HashMap<String, Caller>>);

impl LoggedIn {
    pub(crate) fn or_log_in(&self, login: &str, log_in: impl FnOnce() -> Caller) -> Caller {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(login.to_owned()).or_insert_with(log_in).clone()
    }
}
