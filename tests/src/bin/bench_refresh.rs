//! Signed refreshes per second over HTTP, against the ceiling: an actix handler that makes one aws-lc-rs signature.
//!
//! Both servers run in child processes of this program on two workers, one after the other, loaded by `wrk` with 64
//! connections. A second refresh of a show within one second is answered from memory, so so many shows are asked in turn
//! that each is asked about once a second or less often; what is counted is tokens signed, as `/metrics` tells, and how
//! many answers came from memory is printed beside it. The ratio of the medians is printed: on a busy or slow machine
//! both sides suffer alike.

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
use std::time::{Duration, Instant};

use actix_web::{App, HttpServer, web};
use liangzheng_core::key::{AwsLcSigner, Signer};
use liangzheng_server::Application;
use liangzheng_server::config::Config;
use liangzheng_server::demo::{self, Serving};
use liangzheng_server::domain::access::Scope;
use liangzheng_server::domain::clock::{Clock, SystemClock, SystemEntropy};
use liangzheng_server::domain::ids::ShowId;
use liangzheng_server::secrets::Secrets;
use liangzheng_server::service::showing::show_secret::ShowSecret;
use liangzheng_server::storage::Db;
use liangzheng_server::storage::showing::show::{self, ShowRow};
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
/// Open shows, more than are refreshed in a second.
const SHOWS: usize = 60_000;

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
    let mut folder =
        demo::prepare(dir, Serving::here(port), config, &SystemClock, &SystemEntropy).await.unwrap();
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
    // Each show is read from the database once; after that a refresh reads memory.
    let mut answered = 0.0;
    while answered < shows as f64 * 1.2 {
        answered += load(&base, &script, &list) * 8.0;
    }
    let (mut ceilings, mut refreshes, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ceilings.push(load(&format!("http://127.0.0.1:{bare_port}/"), &script, &list));
        let (before, started) = (signed(&base), Instant::now());
        answers.push(load(&base, &script, &list));
        refreshes.push((signed(&base) - before) / started.elapsed().as_secs_f64());
    }
    let (ceiling, refresh, answer) = (median(&mut ceilings), median(&mut refreshes), median(&mut answers));
    println!(
        "bare signature: {ceiling:.0}/s   refresh, signed: {refresh:.0}/s, answered: {answer:.0}/s   ratio {:.2} (target 0.70)",
        refresh / ceiling
    );
}

/// Show tokens signed since the server's start.
fn signed(base: &str) -> f64 {
    let metrics = send("GET", &format!("{base}/metrics"), &[], None).text();
    let line = metrics.lines().find_map(|line| line.strip_prefix("liangzheng_show_tokens_signed_total "));
    line.expect("the metric").trim().parse().unwrap()
}

/// Opens one show for each licence and scene of the holders over HTTP, multiplies their rows in the database, and lists
/// all of them for wrk. A PIN costs a twentieth of a second by design, so that many cannot be opened one by one.
fn open_shows(base: &str, data: &Path, list: &Path) -> usize {
    let told: Value = serde_json::from_slice(&std::fs::read(data.join("demo.json")).unwrap()).unwrap();
    let mut opened: Vec<(ShowId, String)> = Vec::new();
    for account in told["accounts"].as_array().unwrap().iter().filter(|account| account["role"] == "holder") {
        let body = json!({ "login": account["login"], "password": account["password"] });
        let session = post(base, None, "/api/v1/sessions", &body).1;
        let token = session["token"].as_str().expect("a session");
        let own = told["licences"].as_array().unwrap().iter();
        let own =
            own.filter(|licence| licence["holder"] == account["login"] && licence["status"] == "ACTIVE");
        let scenes = told["scenes"].as_array().unwrap();
        for (licence, scene) in own.flat_map(|licence| scenes.iter().map(move |scene| (licence, scene))) {
            let path = format!("/api/v1/wallet/licences/{}/show", licence["id"].as_str().unwrap());
            let (status, shown) =
                post(base, Some(token), &path, &json!({ "scene": scene["code"], "pin": account["pin"] }));
            if status == 201 {
                opened.push((shown["show"].as_str().unwrap().parse().unwrap(), token.to_owned()));
            }
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let shows = runtime.block_on(multiply(data, &opened));
    let mut file = std::fs::File::create(list).unwrap();
    for (show, token) in &shows {
        writeln!(file, "/api/v1/wallet/shows/{show}/refresh {token}").unwrap();
    }
    shows.len()
}

/// Copies the rows of open shows, each with an id and a secret of its own, open for an hour.
async fn multiply(data: &Path, opened: &[(ShowId, String)]) -> Vec<(ShowId, String)> {
    let config = demo::config_of(data).unwrap();
    let secrets = Secrets::open_or_create(&config.secrets.master_file, &SystemEntropy).unwrap();
    let db = Db::connect(&config.database).await.unwrap();
    let now = SystemClock.now();
    let mut tx = db.begin_write().await.unwrap();
    let mut shows = Vec::with_capacity(SHOWS);
    for (id, token) in opened.iter().cycle().take(SHOWS) {
        let row = show::find(&mut tx, Scope::All, *id).await.unwrap().unwrap();
        let copy = ShowId::generate(now, &SystemEntropy);
        let (_, secret) = ShowSecret::new(&secrets, copy, &SystemEntropy);
        let row = ShowRow { id: copy, secret, closes_at: now.0 + 3600, ..row };
        show::insert(&mut tx, &row).await.unwrap();
        shows.push((copy, token.clone()));
    }
    tx.commit().await.unwrap();
    db.close().await;
    shows
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
