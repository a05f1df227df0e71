//! A server that takes the connection and says nothing: `sync` gives up by itself, and says what it was.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use super::{
    setting::{Setting, ok, path},
    support::{at, program, said, server, world::NOW},
};

/// What people wait before they give up by themselves.
const PATIENCE: Duration = Duration::from_secs(20);

/// Reads what comes, answers with `head`, and then holds the line and its peace.
fn silent(head: &'static [u8]) -> String {
    server::listen(move |mut stream: TcpStream| {
        thread::spawn(move || {
            let mut request = [0; 4_096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(head);
            while stream.read(&mut request).is_ok_and(|length| length > 0) {}
        });
    })
}

#[test]
fn a_server_that_never_answers_is_given_up_with_its_own_words() {
    let setting = Setting::new("silent");
    assert_eq!(setting.sync().code, 0);
    let heads: [&[u8]; 3] =
        [b"", b"HTTP/1.1 200 OK\r\nContent-Len", b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"si"];
    thread::scope(|scope| {
        for head in heads {
            for (lang, words, hint) in [
                ("en", "it took the connection and said nothing for 15 s", "check the network and --server"),
                ("zh", "已连上，但 15 秒没有回答", "请检查网络和 --server 地址"),
            ] {
                let setting = &setting;
                scope.spawn(move || {
                    let url = silent(head);
                    let begun = Instant::now();
                    // Each has a bundle of its own: two runs on one would be told that another is at it.
                    let bundle = setting.bundle.with_file_name(format!("bundle-{}-{lang}", head.len()));
                    let args = ["sync", "--server", &url, "--root", path(&setting.root), "--lang", lang];
                    let more = ["--bundle", path(&bundle), "--now", &at(NOW)];
                    let said = said(program(&[&args[..], &more].concat()).output().unwrap());
                    let took = begun.elapsed();
                    assert!(took < PATIENCE, "{took:?}: {said:?}");
                    assert_eq!(said.code, 74, "{said:?}");
                    assert!(said.stderr.contains(words) && said.stderr.contains(hint), "{said:?}");
                });
            }
        }
    });
    assert_eq!(setting.valid(), ok(), "what was held is untouched");
}
