//! A base register of another authority, as the server asks one: a service on a port of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// What somebody else's register does with a question.
#[derive(Clone, Debug)]
pub enum Mood {
    /// Answers each by whether the name is this one.
    Knows(&'static str),
    /// The same, and remembers nothing of what it was asked.
    Forgets(&'static str),
    /// Says this, whatever it is.
    Says(u16, String),
    /// Takes the question and is silent.
    Silent,
}

/// A service on a port of its own, as another authority runs it.
#[derive(Debug)]
pub struct Register {
    /// Where it is asked.
    pub url: String,
    mood: Arc<Mutex<Mood>>,
    /// With which bearer it was asked, and what.
    pub asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Register {
    /// Starts one.
    ///
    /// # Panics
    /// When there is no port.
    pub fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}/compare", listener.local_addr().unwrap());
        let mood = Arc::new(Mutex::new(mood));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (moods, questions) = (mood.clone(), asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (moods, questions) = (moods.clone(), questions.clone());
                std::thread::spawn(move || serve(stream, &moods, &questions));
            }
        });
        Self { url, mood, asked }
    }

    /// From now on it does this.
    ///
    /// # Panics
    /// When a question has ended in a panic.
    pub fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }
}

fn serve(stream: TcpStream, mood: &Mutex<Mood>, asked: &Mutex<Vec<(String, Value)>>) {
    let mut reader = BufReader::new(stream);
    let (mut length, mut bearer) = (0, String::new());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if lower.starts_with("authorization:") {
            bearer = line[14..].trim().to_owned();
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let questions: Value = serde_json::from_slice(&body).unwrap();
    let mood = mood.lock().unwrap().clone();
    if !matches!(mood, Mood::Forgets(_)) {
        asked.lock().unwrap().push((bearer, questions.clone()));
    }
    let (status, answer) = match mood {
        Mood::Knows(name) | Mood::Forgets(name) => {
            let told = questions.as_array().unwrap().iter().map(|question| {
                let is_known = question["name"] == name;
                json!({ "match": is_known, "detail": if is_known { Value::Null } else { json!("姓名不符") } })
            });
            (200, Value::Array(told.collect()).to_string())
        }
        Mood::Says(status, text) => (status, text),
        Mood::Silent => {
            // Until the other side has had enough.
            let _ = reader.read_to_end(&mut Vec::new());
            return;
        }
    };
    let head =
        format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", answer.len());
    let _ = reader.get_mut().write_all(format!("{head}{answer}").as_bytes());
}
