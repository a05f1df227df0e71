//! `cargo xtask demo`: builds the programs, starts the demo server and does the main job once:
//! a holder logs in and shows a licence; the picture of that code is verified, offline.

mod plan;
mod server;
mod show;

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use self::{plan::Plan, server::Server, show::Demo};
use crate::{
    setup::{self, Need},
    step::{cargo, root, run, target},
    wasm,
};

/// Where the demo is.
#[derive(clap::Args)]
pub(crate) struct Place {
    /// Port that the server listens on
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Address that the server listens on; 0.0.0.0 lets phones in the same network reach it
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    bind: IpAddr,
    /// The demo's keys and database; made when absent, kept afterwards
    #[arg(long, default_value = "data/demo")]
    data: PathBuf,
}

impl Place {
    /// How this machine reaches it: a server on every address is on the loopback one, too.
    fn url(&self) -> String {
        let host = match self.bind {
            IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            address => address,
        };
        format!("http://{}", SocketAddr::new(host, self.port))
    }

    fn data(&self) -> PathBuf {
        root().join(&self.data)
    }
}

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Stop after the main job has been done once
    #[arg(long)]
    once: bool,
}

/// Builds, serves, does the main job, and (without `--once`) serves until Ctrl-C.
///
/// # Errors
/// When anything of it does not work; the server is stopped then.
pub(crate) fn demo(arguments: &Arguments) -> Result<()> {
    let mut plan = Plan::announce();
    plan.next();
    setup::setup(Need::Build)?;
    build_programs()?;
    plan.next();
    let modules = target().join("demo/modules");
    wasm::build_with_generator(wasm::Profile::Dev, &modules)?;

    plan.next();
    let (data, url) = (arguments.place.data(), arguments.place.url());
    fs::create_dir_all(&data).with_context(|| format!("cannot make {}", data.display()))?;
    let mut server = Server::start(&data, &arguments.place, &modules.join("web"))?;
    server.wait_until_ready(&url)?;
    let demo = Demo::read(&data)?;

    plan.next();
    let picture = show::picture(&data);
    let verifier = Verifier { bundle: data.join("verifier"), roots: data.join(&demo.roots) };
    let scene = show::show_once(&url, &demo, &picture)?;
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
        "\nServing on {url}/ until Ctrl-C. The holder's page is {url}/wallet, the verifier's {url}/verify.\n\
         The code of that picture lives 60 seconds; `cargo xtask show`, in a second terminal, makes a fresh one."
    );
    server.wait()
}

/// Has a holder of the demo that is being served show a licence once more.
///
/// # Errors
/// When no demo is being served there.
pub(crate) fn show(place: &Place) -> Result<()> {
    let demo = Demo::read(&place.data()).context("there is no demo yet: cargo xtask demo makes it")?;
    show::show_once(&place.url(), &demo, &show::picture(&place.data())).map(drop).with_context(|| {
        format!("a demo must be serving on {} meanwhile: cargo xtask demo, in another terminal", place.url())
    })
}

/// All in one call, so that cargo compiles what they share once and has work for every core.
fn build_programs() -> Result<()> {
    run(&mut cargo([
        "build",
        "--locked",
        "-p",
        "liangzheng-server",
        "-p",
        "liangzheng-verify",
        "-p",
        wasm::GENERATOR,
    ]))
}

/// The CLI with its folder of lists and the root file it trusts.
struct Verifier {
    bundle: PathBuf,
    roots: PathBuf,
}

impl Verifier {
    fn command(&self) -> Command {
        let mut command = Command::new(target().join("debug/liangzheng-verify"));
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
