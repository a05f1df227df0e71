//! A platform's public files on a port of this machine, for `sync`.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use liangzheng_core::time::UnixTime;

/// Path → status and body, and how much of the body is sent before the line breaks.
type Files = BTreeMap<String, (u16, Vec<u8>, usize)>;

/// What it answers, path by path, and what it was asked.
#[derive(Clone, Default)]
pub struct Server {
    files: Arc<Mutex<Files>>,
    asked: Arc<Mutex<Vec<String>>>,
    /// Lines on which nothing is said, and which are not closed.
    held: Arc<Mutex<Vec<TcpStream>>>,
    /// What its clock says; it says nothing before it is told.
    date: Arc<Mutex<Option<String>>>,
    pub url: String,
}

/// Serves whoever comes to a free port of this machine, one after the other; its address.
pub fn listen(serve: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().flatten().for_each(serve));
    url
}

impl Server {
    pub fn start() -> Self {
        let mut server = Self::default();
        let serving = server.clone();
        server.url = listen(move |stream| serving.answer(stream));
        server
    }

    pub fn put(&self, path: &str, body: impl AsRef<[u8]>) {
        self.put_status(path, 200, body);
    }

    pub fn put_status(&self, path: &str, status: u16, body: impl AsRef<[u8]>) {
        self.files.lock().unwrap().insert(path.into(), (status, body.as_ref().to_vec(), usize::MAX));
    }

    /// From now on nobody answers for this file.
    pub fn hang_up(&self, path: &str) {
        self.put_status(path, 0, "");
    }

    /// From now on whoever asks for this file waits.
    pub fn fall_silent(&self, path: &str) {
        self.put_status(path, 1, "");
    }

    pub fn tell_date(&self, now: UnixTime) {
        let time = jiff::Timestamp::from_second(now.0).unwrap();
        *self.date.lock().unwrap() = Some(time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
    }

    /// From now on the line breaks in the middle of this file.
    pub fn cut(&self, path: &str) {
        let mut files = self.files.lock().unwrap();
        let (_, body, sent) = files.get_mut(path).unwrap();
        *sent = body.len() / 2;
    }

    pub fn remove(&self, path: &str) {
        self.files.lock().unwrap().remove(path);
    }

    /// The paths asked for since the last time.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn answer(&self, stream: TcpStream) {
        let mut reader = BufReader::new(&stream);
        let mut request = String::new();
        let _ = reader.read_line(&mut request);
        let mut line = String::from("-");
        while !line.trim().is_empty() {
            line.clear();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                break;
            }
        }
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        let file = self.files.lock().unwrap().get(&path).cloned();
        let (status, body, sent) = file.unwrap_or((404, vec![], usize::MAX));
        self.asked.lock().unwrap().push(path);
        if status == 0 {
            return;
        }
        if status == 1 {
            self.held.lock().unwrap().push(stream);
            return;
        }
        let date =
            self.date.lock().unwrap().as_ref().map(|date| format!("Date: {date}\r\n")).unwrap_or_default();
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status} X\r\n{date}Content-Length: {length}\r\nConnection: close\r\n\r\n");
        let _ = (&stream).write_all(head.as_bytes());
        let _ = (&stream).write_all(&body[..body.len().min(sent)]);
    }
}
