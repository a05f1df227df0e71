//! Refreshes per second over HTTP, against the ceiling: an actix handler that makes one aws-lc-rs signature.
//!
//! Both servers run in child processes of this program on two workers, one after the other, loaded by `wrk` with 64
//! connections; the refresh server is the demo with its durable log, and many open shows are asked in turn. The
//! ratio of the medians is printed: on a busy or slow machine both sides suffer alike.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that goes wrong should stop at once"
)]

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::Duration;

use actix_web::{App, HttpServer, web};
use liangzheng_core::key::{AwsLcSigner, Signer};
use liangzheng_server::Application;
use liangzheng_server::config::Config;
use liangzheng_server::demo;
use liangzheng_server::domain::clock::{SystemClock, SystemEntropy};
use liangzheng_tests::db::TempDir;
use liangzheng_tests::http::send;
use liangzheng_tests::until::within;
use serde_json::{Value, json};

/// As in the server's own program; the ceiling has it, too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CONNECTIONS: &str = "64";
const SECONDS: &str = "8s";
const ROUNDS: usize = 3;
/// Shows opened per holder: their limit.
const SHOWS: usize = 32;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["bare", port] => actix_web::rt::System::new().block_on(bare(port.parse().unwrap())),
        ["serve", dir, port] => {
            actix_web::rt::System::new().block_on(serve(Path::new(dir), port.parse().unwrap()))
        }
        [] => drive(),
        other => panic!("unknown arguments {other:?}"),
    }
}

/// The ceiling: HTTP and one signature over as many bytes as a show token has.
async fn bare(port: u16) {
    let (signer, _) = AwsLcSigner::generate("bare").unwrap();
    let signer = web::Data::new(signer);
    let handler =
        async |signer: web::Data<AwsLcSigner>| signer.sign(&[b'x'; 480]).expect("a signature").to_vec();
    let server =
        HttpServer::new(move || App::new().app_data(signer.clone()).default_service(web::to(handler)));
    server.workers(2).bind(("127.0.0.1", port)).unwrap().run().await.unwrap();
}

async fn serve(dir: &Path, port: u16) {
    let mut config = Config::default();
    config.limits.enabled = false;
    let mut folder = demo::prepare(dir, port, false, config, &SystemClock, &SystemEntropy).await.unwrap();
    folder.config.server.workers = 2;
    Application::build(folder.config).await.unwrap().run().await.unwrap();
}

fn drive() {
    let folder = TempDir::new("bench");
    let data = folder.path().join("data");
    let (refresh_port, bare_port) = (free_port(), free_port());
    let _server = Stopped(start(&["serve", data.to_str().unwrap(), &refresh_port.to_string()]));
    let _bare = Stopped(start(&["bare", &bare_port.to_string()]));
    let base = format!("http://127.0.0.1:{refresh_port}");
    wait_until_ready(&format!("{base}/readyz"));
    wait_until_ready(&format!("http://127.0.0.1:{bare_port}/"));
    let list = folder.path().join("requests");
    let shows = open_shows(&base, &data, &list);
    println!("{shows} open shows, {CONNECTIONS} connections, {SECONDS} each, {ROUNDS} rounds");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/refresh.lua");
    let (mut ceilings, mut refreshes) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ceilings.push(load(&format!("http://127.0.0.1:{bare_port}/"), &script, &list));
        refreshes.push(load(&base, &script, &list));
    }
    let (ceiling, refresh) = (median(&mut ceilings), median(&mut refreshes));
    println!(
        "bare signature: {ceiling:.0}/s   refresh: {refresh:.0}/s   ratio {:.2} (target 0.50)",
        refresh / ceiling
    );
}

/// Opens as many shows as each holder may and lists them for wrk.
fn open_shows(base: &str, data: &Path, list: &Path) -> usize {
    let told: Value = serde_json::from_slice(&std::fs::read(data.join("demo.json")).unwrap()).unwrap();
    let mut file = std::fs::File::create(list).unwrap();
    let mut count = 0;
    for account in told["accounts"].as_array().unwrap().iter().filter(|account| account["role"] == "holder") {
        let body = json!({ "login": account["login"], "password": account["password"] });
        let session = post(base, None, "/api/v1/sessions", &body).1;
        let token = session["token"].as_str().expect("a session");
        let own = told["licences"].as_array().unwrap().iter();
        let own =
            own.filter(|licence| licence["holder"] == account["login"] && licence["status"] == "ACTIVE");
        let scenes = told["scenes"].as_array().unwrap();
        let pairs: Vec<_> =
            own.flat_map(|licence| scenes.iter().map(move |scene| (licence, scene))).collect();
        let mut opened = 0;
        for (licence, scene) in pairs.iter().cycle().take(pairs.len() * SHOWS) {
            if opened == SHOWS {
                break;
            }
            let path = format!("/api/v1/wallet/licences/{}/show", licence["id"].as_str().unwrap());
            let (status, shown) =
                post(base, Some(token), &path, &json!({ "scene": scene["code"], "pin": account["pin"] }));
            if status == 201 {
                let show = shown["show"].as_str().unwrap();
                writeln!(file, "/api/v1/wallet/shows/{show}/refresh {token}").unwrap();
                opened += 1;
            }
        }
        count += opened;
    }
    count
}

fn post(base: &str, token: Option<&str>, path: &str, body: &Value) -> (u16, Value) {
    let authorization = token.map(|token| format!("Bearer {token}"));
    let mut headers = vec![("Content-Type", "application/json")];
    if let Some(authorization) = &authorization {
        headers.push(("Authorization", authorization));
    }
    let answer = send("POST", &format!("{base}{path}"), &headers, Some(body.to_string().as_bytes()));
    (answer.status, answer.json())
}

/// Requests per second; any answer that is not 2xx makes the figure worthless.
fn load(url: &str, script: &Path, list: &Path) -> f64 {
    let output = Command::new("wrk")
        .args(["-t1", "-c", CONNECTIONS, "-d", SECONDS, "-s"])
        .arg(script)
        .arg(url)
        .env("LZ_REQUESTS", list)
        .output()
        .expect("wrk: install the package of that name");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && !text.contains("Non-2xx"), "{text}");
    let line = text.lines().find_map(|line| line.strip_prefix("Requests/sec:")).expect("a figure");
    line.trim().parse().unwrap()
}

fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// A child that goes when this program does.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(arguments: &[&str]) -> Child {
    Command::new(std::env::current_exe().unwrap()).args(arguments).spawn().expect("a child of this program")
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn wait_until_ready(url: &str) {
    let agent: Arc<ureq::Agent> =
        Arc::new(ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(1))).build().into());
    within(Duration::from_secs(60), url, || agent.get(url).call().ok());
}
