//! `cargo xtask demo`: builds the programs, starts the demo server and does the main job once:
//! a holder logs in and shows a licence; the picture of that code is verified, offline.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{
    setup::{self, Need},
    step::{cargo, modules, root, run, succeeds},
    wasm,
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where the server listens on this machine
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The demo's keys and database; made when absent, kept afterwards
    #[arg(long, default_value = "data/demo")]
    data: PathBuf,
    /// Stop after the main job has been done once
    #[arg(long)]
    once: bool,
}

/// What the server writes beside its data (`demo.json`); only what is shown or used here.
#[derive(Deserialize)]
struct Demo {
    roots: PathBuf,
    accounts: Vec<Account>,
    licences: Vec<Licence>,
    scenes: Vec<Scene>,
}

#[derive(Deserialize)]
struct Account {
    role: String,
    login: String,
    password: String,
    pin: Option<String>,
}

#[derive(Deserialize)]
struct Licence {
    id: String,
    holder: String,
    kind: String,
    status: String,
    cautions: Vec<String>,
}

#[derive(Deserialize)]
struct Scene {
    code: String,
}

/// Builds, serves, does the main job, and (without `--once`) serves until Ctrl-C.
///
/// # Errors
/// When anything of it does not work; the server is stopped then.
pub(crate) fn demo(arguments: &Arguments) -> Result<()> {
    setup::setup(Need::Build)?;
    run(&mut cargo([
        "build",
        "--release",
        "--locked",
        "-p",
        "liangzheng-server",
        "-p",
        "liangzheng-verify",
    ]))?;
    wasm::build(&modules())?;

    let data = root().join(&arguments.data);
    fs::create_dir_all(&data).with_context(|| format!("cannot make {}", data.display()))?;
    let mut server = Server::start(&data, arguments.port, &modules().join("web"))?;
    let url = format!("http://127.0.0.1:{}", arguments.port);
    server.wait_until_ready(&url)?;
    let demo: Demo = serde_json::from_slice(&fs::read(data.join("demo.json"))?).context("demo.json")?;
    print_accounts(&url, &demo);

    let picture = data.join("shown.png");
    let verifier = Verifier { bundle: data.join("verifier"), roots: data.join(&demo.roots) };
    let scene = show_once(&url, &demo, &picture)?;
    let expectation = ["--scene", scene.as_str()];
    verifier.sync(&url)?;
    println!("\nThe picture of the code, checked with what the verifier holds:");
    verifier.verify(&picture, &expectation)?;

    if arguments.once {
        server.stop()?;
        println!("\nThe server has stopped. The same picture, checked with no server at all:");
        return verifier.verify(&picture, &expectation);
    }
    println!(
        "\nServing on {url}/ until Ctrl-C. The holder's page is {url}/wallet, the verifier's {url}/verify."
    );
    server.process.wait()?;
    Ok(())
}

/// The demo server; stopped when dropped, so a failed step leaves no process behind.
struct Server {
    process: Child,
}

impl Server {
    fn start(data: &Path, port: u16, assets: &Path) -> Result<Self> {
        let mut command = Command::new(root().join("target/release/liangzheng-server"));
        command.arg("demo").arg("--data").arg(data).args(["--port", &port.to_string()]);
        command.arg("--assets").arg(assets);
        Ok(Self { process: command.spawn().context("cannot start target/release/liangzheng-server")? })
    }

    /// The server promises to be ready within 60 s of its start, keys and licences made.
    fn wait_until_ready(&mut self, url: &str) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(60) {
            if let Some(status) = self.process.try_wait()? {
                bail!("the server ended with {status} before it was ready");
            }
            if get(&format!("{url}/readyz"), None).is_ok() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(100));
        }
        bail!("the server was not ready within 60 s")
    }

    /// Asks it to end and waits, as a service manager would.
    fn stop(&mut self) -> Result<()> {
        let pid = self.process.id().to_string();
        if !succeeds(Command::new("kill").args(["-TERM", &pid])) {
            self.process.kill()?;
        }
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) && self.stop().is_err() {
            eprintln!("xtask: the demo server could not be stopped (process {})", self.process.id());
        }
    }
}

/// The CLI with its folder of lists and the root file it trusts.
struct Verifier {
    bundle: PathBuf,
    roots: PathBuf,
}

impl Verifier {
    fn command(&self) -> Command {
        let mut command = Command::new(root().join("target/release/liangzheng-verify"));
        command.arg("--bundle").arg(&self.bundle);
        command
    }

    fn sync(&self, url: &str) -> Result<()> {
        println!();
        run(self.command().args(["sync", "--server", url, "--root"]).arg(&self.roots))
    }

    fn verify(&self, picture: &Path, options: &[&str]) -> Result<()> {
        run(self.command().arg("verify").arg(picture).args(options))
    }
}

/// Logs in as the holder of the first clean licence, shows it, and keeps the code's picture; the scene it chose.
fn show_once(url: &str, demo: &Demo, picture: &Path) -> Result<String> {
    // Clean ACTIVE licences come first in demo.json; not every kind may be shown in every scene.
    let shown =
        demo.licences.iter().filter(|licence| licence.status == "ACTIVE" && licence.cautions.is_empty());
    for licence in shown {
        let holder = demo
            .accounts
            .iter()
            .find(|account| account.login == licence.holder)
            .with_context(|| format!("demo.json has no account {}", licence.holder))?;
        let session = post(
            &format!("{url}/api/v1/sessions"),
            None,
            &serde_json::json!({ "login": holder.login, "password": holder.password }),
        )?;
        let token = text(&session, "token")?;
        for scene in &demo.scenes {
            let show = post(
                &format!("{url}/api/v1/wallet/licences/{}/show", licence.id),
                Some(&token),
                &serde_json::json!({ "scene": scene.code, "pin": holder.pin }),
            );
            let Ok(show) = show else { continue };
            let png = get(&format!("{url}/api/v1/wallet/shows/{}.png", text(&show, "show")?), Some(&token))?;
            fs::write(picture, png)?;
            let qr_text = text(&show, "qr_text")?;
            println!("\n{} shows {} ({}) in scene {}:", holder.login, licence.id, licence.kind, scene.code);
            println!("  {qr_text}\n  {} characters; picture: {}", qr_text.chars().count(), picture.display());
            return Ok(scene.code.clone());
        }
    }
    bail!("no licence of demo.json could be shown in any scene")
}

fn print_accounts(url: &str, demo: &Demo) {
    println!("\n{url}/\n\n  {:<16} {:<20} {:<20} PIN", "role", "login", "password");
    for account in &demo.accounts {
        let pin = account.pin.as_deref().unwrap_or("-");
        println!("  {:<16} {:<20} {:<20} {pin}", account.role, account.login, account.password);
    }
}

fn text(value: &serde_json::Value, member: &str) -> Result<String> {
    let text = value.get(member).and_then(serde_json::Value::as_str);
    Ok(text.with_context(|| format!("the answer has no `{member}`"))?.to_owned())
}

/// GET; any status but 2xx is an error.
pub(crate) fn get(url: &str, token: Option<&str>) -> Result<Vec<u8>> {
    let mut request = ureq::get(url);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    Ok(request.call()?.body_mut().read_to_vec()?)
}

/// POST of JSON; any status but 2xx is an error.
pub(crate) fn post(url: &str, token: Option<&str>, body: &serde_json::Value) -> Result<serde_json::Value> {
    let mut request = ureq::post(url).header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let answer = request.send(body.to_string())?.body_mut().read_to_vec()?;
    Ok(serde_json::from_slice(&answer)?)
}
