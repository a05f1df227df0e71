//! `demo-register`: a small base register of the demo's invented people, as a process of its own.
//!
//! It is somebody else's service as far as the platform knows: it speaks HTTP on a port that it picks itself and prints,
//! and ends when its standard input does, which is when whoever started it is gone, however it went.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::Context;
use serde::Deserialize;

use crate::demo::KnownPeople;
use crate::service::issuing::register::{Answer, BaseRegister};

/// The register, running as a child of this process.
pub(super) struct Running {
    /// Where it listens.
    pub(super) url: String,
    // Its standard input is open as long as this is.
    _child: Child,
}

/// One question.
#[derive(Deserialize)]
struct Question {
    id_type: String,
    id_number: String,
    name: String,
}

/// Starts the register as a child of this process.
pub(super) fn start() -> anyhow::Result<Running> {
    use std::io::BufRead;
    let mut child = Command::new(std::env::current_exe()?)
        .arg("demo-register")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("the demo's base register（演示用基础库）")?;
    let stdout = child.stdout.take().context("its output")?;
    let mut line = String::new();
    std::io::BufReader::new(stdout).read_line(&mut line)?;
    let url = line.trim().to_owned();
    anyhow::ensure!(url.starts_with("http://"), "the demo's base register did not say where it listens");
    Ok(Running { url, _child: child })
}

/// Serves until standard input ends.
pub(super) fn run() -> anyhow::Result<()> {
    let known = web::Data::new(KnownPeople::read()?);
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    println!("http://{}/compare", listener.local_addr()?);
    // A thread of its own: the read comes back when the other end of the pipe is closed, and not before.
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    super::block_on(async move {
        let server = HttpServer::new(move || {
            App::new()
                .app_data(known.clone())
                .app_data(web::JsonConfig::default().limit(MAX_BODY))
                .route("/compare", web::post().to(compare))
        });
        Ok(server.workers(1).disable_signals().listen(listener)?.run().await?)
    })
}

async fn compare(known: web::Data<KnownPeople>, questions: web::Json<Vec<Question>>) -> HttpResponse {
    if questions.len() > MOST {
        return HttpResponse::PayloadTooLarge().finish();
    }
    let answer = |asked: Question| known.answer(&asked.id_type, &asked.id_number, &asked.name);
    HttpResponse::Ok().json(questions.into_inner().into_iter().map(answer).collect::<Vec<Answer>>())
}

/// Questions in one request.
const MOST: usize = 500;
const MAX_BODY: usize = 256 * 1024;
