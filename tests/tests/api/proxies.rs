//! Who is calling, behind real proxies: nginx and HAProxy, each as its manual says to set it up, and clients that forge.
//!
//! Clients are told apart by addresses 127.0.0.0/8, which Linux all has.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use liangzheng_server::config::RateConfig;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::{TempDir, TestDb};
use liangzheng_tests::until::until;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

/// Requests an address may send at once in these tests.
const BURST: u32 = 5;

/// The ways of telling the client's address that are tested.
const NGINX: [(&str, &str); 3] = [
    ("appended", "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"),
    ("replaced", "proxy_set_header X-Forwarded-For $remote_addr;"),
    (
        "RFC 7239",
        "proxy_set_header X-Forwarded-For ''; proxy_set_header Forwarded 'for=\"$remote_addr\";proto=http';",
    ),
];
const HAPROXY: [(&str, &str); 3] = [
    ("a line of its own", "option forwardfor"),
    ("replaced", "http-request set-header X-Forwarded-For %[src]"),
    (
        "RFC 7239",
        "http-request del-header X-Forwarded-For\n    http-request add-header Forwarded for=%[src];proto=http",
    ),
];

struct Proxy {
    child: Child,
    port: u16,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Proxy {
    fn nginx(folder: &Path, to: SocketAddr, set: &str) -> Self {
        let text = |port| {
            let folder = folder.display();
            format!(
                "daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n\
                events {{}}\nhttp {{ access_log off; client_body_temp_path {folder}; proxy_temp_path {folder};\n\
                fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};\n\
                server {{ listen 127.0.0.1:{port};\n\
                location / {{ proxy_pass http://{to}; {set} }} }} }}\n"
            )
        };
        let file = folder.join("nginx.conf");
        Self::start(&file, text, Command::new("nginx").arg("-c").arg(&file).arg("-p").arg(folder))
    }

    fn haproxy(folder: &Path, to: SocketAddr, set: &str) -> Self {
        let text = |port| {
            format!(
                "defaults\n    mode http\n    timeout connect 5s\n    timeout client 30s\n    timeout server 30s\n\
                listen all\n    bind 127.0.0.1:{port}\n    {set}\n    server one {to}\n"
            )
        };
        let file = folder.join("haproxy.cfg");
        Self::start(&file, text, Command::new("haproxy").arg("-db").arg("-f").arg(&file))
    }

    fn start(file: &Path, text: impl Fn(u16) -> String, command: &mut Command) -> Self {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        std::fs::write(file, text(port)).unwrap();
        // Missing? `cargo xtask setup` installs both.
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let proxy = Self { child, port };
        until("the proxy listens", || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok());
        proxy
    }
}

/// The status of `GET path`, sent from `from` to `port` with these header lines.
fn status(app: &TestApp, from: [u8; 4], port: u16, path: &str, lines: &[&str]) -> u16 {
    let mut request = format!("GET {path} HTTP/1.1\r\nHost: licence.example\r\nConnection: close\r\n");
    for line in lines {
        request.push_str(line);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    let answer = app.wait(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        let mut stream = socket.connect((Ipv4Addr::LOCALHOST, port).into()).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    });
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap()
}

/// A server that listens on both families, so that its IPv4 peers have addresses of IPv6, and believes a proxy on this
/// machine.
fn server() -> (TestApp, SocketAddr) {
    let app = TestApp::start(TestDb::sqlite(), |config| {
        config.server.bind = "[::]:0".parse().unwrap();
        config.server.trusted_proxy = Some(Ipv4Addr::LOCALHOST.into());
        config.limits.per_address = RateConfig { burst: BURST, per_second: 1 };
    });
    let port = app.url.rsplit(':').next().unwrap().parse().unwrap();
    (app, (Ipv4Addr::LOCALHOST, port).into())
}

#[test]
fn no_header_that_a_client_sends_gives_it_another_address_or_the_figures() {
    let folder = TempDir::new("proxies");
    let nginx =
        NGINX.iter().map(|(name, set)| (*name, *set, Proxy::nginx as fn(&Path, SocketAddr, &str) -> Proxy));
    let haproxy = HAPROXY.iter().map(|(name, set)| (*name, *set, Proxy::haproxy as _));
    for (name, set, start) in nginx.chain(haproxy) {
        let (app, to) = server();
        let proxy = start(folder.path(), to, set);
        let forger = |n: u32| {
            let line = format!("X-Forwarded-For: 198.51.100.{n}");
            let lines = [line.as_str(), "X-Forwarded-For: 127.0.0.1"];
            status(&app, [127, 0, 0, 2], proxy.port, "/version", &lines)
        };
        let got: Vec<u16> = (0..3 * BURST).map(forger).collect();
        assert!(got.contains(&429), "{name}: each forged address had a bucket of its own: {got:?}");
        let honest = status(&app, [127, 0, 0, 3], proxy.port, "/version", &[]);
        assert_eq!(honest, 200, "{name}: one client's requests are not counted for another");
        for forged in [&[][..], &["X-Forwarded-For: 127.0.0.1"], &["Forwarded: for=127.0.0.1"]] {
            for from in [[127, 0, 0, 1], [127, 0, 0, 4]] {
                let figures = status(&app, from, proxy.port, "/metrics", forged);
                assert!(matches!(figures, 404 | 429), "{name}: {figures} with {forged:?}");
            }
        }
        let direct = |lines: &[&str]| status(&app, [127, 0, 0, 5], to.port(), "/metrics", lines);
        assert_eq!(direct(&[]), 200, "{name}: from this machine, through no proxy");
        for line in ["X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "Via: 1.1 proxy"] {
            assert_eq!(direct(&[line]), 404, "{name}: {line}");
        }
    }
}

#[test]
fn a_client_that_forges_the_other_header_shares_the_bucket_of_the_unknown() {
    let folder = TempDir::new("proxies");
    let (app, to) = server();
    let proxy = Proxy::nginx(folder.path(), to, NGINX[0].1);
    let forger = |n: u32| {
        let line = format!("Forwarded: for=198.51.100.{n}");
        status(&app, [127, 0, 0, 2], proxy.port, "/version", &[&line])
    };
    let got: Vec<u16> = (0..3 * BURST).map(forger).collect();
    assert!(got.contains(&429), "{got:?}");
    assert_eq!(status(&app, [127, 0, 0, 3], proxy.port, "/version", &[]), 200);
}
