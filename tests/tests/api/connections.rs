//! Clients that take their time: none of them keeps others out, and each is ended.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::until::within;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

fn address_of(app: &TestApp) -> SocketAddr {
    app.url.strip_prefix("http://").unwrap().parse().unwrap()
}

/// A client at `from`, which is any address of the loopback network.
async fn client(from: [u8; 4], to: SocketAddr) -> tokio::net::TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((IpAddr::from(from), 0).into()).unwrap();
    socket.connect(to).await.unwrap()
}

/// All that comes until the server ends the connection.
async fn told(mut client: tokio::net::TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = client.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_thousand_clients_that_send_one_byte_of_a_body_keep_nobody_out_and_are_told_so() {
    let app = TestApp::start(TestDb::sqlite(), |config| config.server.request_seconds = 5);
    let to = address_of(&app);
    app.wait(async {
        let mut slow = Vec::new();
        for number in 0..1000_u32 {
            let network = if number < 500 { 2 } else { 3 };
            let mut client = client([127, 0, 0, network], to).await;
            let head = "POST /api/v1/sessions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n\
                content-length: 100\r\n\r\n{";
            client.write_all(head.as_bytes()).await.unwrap();
            slow.push(client);
        }
        let url = app.url.clone();
        let quick = tokio::task::spawn_blocking(move || {
            within(Duration::from_secs(2), "others are served", || {
                (liangzheng_tests::http::send("GET", &format!("{url}/livez"), &[], None).status == 200)
                    .then_some(())
            });
        });
        quick.await.unwrap();
        for client in slow {
            let answer = tokio::time::timeout(Duration::from_secs(20), told(client)).await.expect("an end");
            assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
            assert!(answer.contains("\"code\":\"request-timeout\""), "{answer}");
        }
    });
}

#[test]
fn an_address_with_too_many_connections_is_told_to_come_back_and_others_are_served() {
    let app = TestApp::start(TestDb::sqlite(), |config| config.limits.connections_per_address = 10);
    let to = address_of(&app);
    app.wait(async {
        // Each sends half a head. Which one is the eleventh is for the server to say.
        let mut clients = tokio::task::JoinSet::new();
        for _ in 0..11 {
            let mut client = client([127, 0, 0, 2], to).await;
            client.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
            clients.spawn(told(client));
        }
        let answer = clients.join_next().await.unwrap().unwrap();
        assert!(answer.starts_with("HTTP/1.1 429 ") && answer.contains("retry-after: "), "{answer}");
        let mut other = client([127, 0, 0, 3], to).await;
        other.write_all(b"GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
        assert!(told(other).await.starts_with("HTTP/1.1 200 "));
    });
}

#[test]
fn a_client_that_does_not_read_its_answers_is_ended() {
    let app = TestApp::start(TestDb::sqlite(), |config| config.server.request_seconds = 1);
    let mut client = TcpStream::connect(address_of(&app)).unwrap();
    client.set_write_timeout(Some(Duration::from_millis(100))).unwrap();
    // Far more than the system keeps for a client.
    let many = "GET /api/openapi.json HTTP/1.1\r\nhost: a\r\n\r\n".repeat(300);
    let _ = client.write(many.as_bytes());
    within(Duration::from_secs(20), "the server has ended the connection", || {
        let ended = client.write(b"G").err().filter(|error| {
            !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
        });
        ended.map(drop)
    });
}

#[test]
fn a_client_that_drips_empty_lines_or_a_body_that_nobody_waits_for_is_ended() {
    let app = TestApp::start(TestDb::sqlite(), |config| config.server.request_seconds = 1);
    for (begin, piece) in [
        ("GET /livez HTTP/1.1\r\nhost: a\r\n\r\n", "\r\n"),
        ("GET /livez HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n", "1\r\n \r\n"),
        (
            "POST /api/v1/verify HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n\
                transfer-encoding: chunked\r\n\r\n",
            "1\r\n \r\n",
        ),
    ] {
        let mut client = TcpStream::connect(address_of(&app)).unwrap();
        client.write_all(begin.as_bytes()).unwrap();
        within(Duration::from_secs(15), "the server has ended the connection", || {
            client.write_all(piece.as_bytes()).err().map(drop)
        });
    }
}

#[test]
fn a_head_with_a_bare_line_feed_is_refused() {
    let app = TestApp::sqlite();
    for head in [
        "GET /livez HTTP/1.1\nhost: a\r\n\r\n",
        "GET /livez HTTP/1.1\r\nhost: a\nx-smuggled: b\r\n\r\n",
        "GET /livez HTTP/1.1\r\nhost: a\r\n\n",
    ] {
        let mut client = TcpStream::connect(address_of(&app)).unwrap();
        client.write_all(head.as_bytes()).unwrap();
        client.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{head:?}: {answer}");
    }
}

#[test]
fn who_asks_for_another_protocol_is_answered_in_this_one() {
    let app = TestApp::sqlite();
    for connection in ["Upgrade", "keep-alive, Upgrade"] {
        let mut client = TcpStream::connect(address_of(&app)).unwrap();
        client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let body = r#"{"login":"nobody","password":"x"}"#;
        let head = format!(
            "POST /api/v1/sessions HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: {connection}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        client.write_all(head.as_bytes()).unwrap();
        // What follows is a request of its own, and no body without an end.
        client.write_all(b"GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
        let mut answers = String::new();
        client.read_to_string(&mut answers).expect("both answers within five seconds");
        assert!(answers.starts_with("HTTP/1.1 401 "), "{connection}: {answers}");
        assert!(answers.contains("HTTP/1.1 200 "), "{connection}: {answers}");
        assert!(!answers.contains("101 "), "{answers}");
    }
}

#[test]
fn six_hundred_connections_of_one_address_are_taken() {
    let app = TestApp::sqlite();
    let to = address_of(&app);
    app.wait(async {
        let mut clients = Vec::new();
        for _ in 0..600 {
            let mut client = client([127, 0, 0, 2], to).await;
            client.write_all(b"GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n").await.unwrap();
            clients.push(client);
        }
        for mut client in clients {
            client.write_all(b"\r\n").await.unwrap();
            let answer = told(client).await;
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        }
    });
}

#[test]
fn behind_a_request_that_closes_the_connection_none_is_answered() {
    let app = TestApp::sqlite();
    let mut client = TcpStream::connect(address_of(&app)).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let head =
        |connection: &str| format!("GET /livez HTTP/1.1\r\nhost: a\r\nconnection: {connection}\r\n\r\n");
    client.write_all(format!("{}{}", head("close"), head("keep-alive")).as_bytes()).unwrap();
    let mut answers = String::new();
    client.read_to_string(&mut answers).expect("the end within five seconds");
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{answers}");
}
