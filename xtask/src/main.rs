//! Developer commands: `cargo xtask setup|demo|show|test|ci|requirements|wasm|bench|soak`.
//!
//! Nothing here is needed to build or run the two binaries; `cargo build --release` alone makes those.

mod bench;
mod ci;
mod corpus;
mod coverage;
mod demo;
mod fuzz;
mod mutants;
mod package;
mod requirements;
mod sabotage;
mod setup;
mod soak;
mod step;
mod test;
mod wasm;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer commands of Liangzheng 亮证")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing on a machine with Rust, Node and Python
    Setup,
    /// Build everything, run the main job once, then serve until Ctrl-C
    Demo(demo::Arguments),
    /// Have a holder of the demo being served show a licence: a fresh code, in its folder's shown.png
    Show(demo::Place),
    /// Set up, then run every test
    Test,
    /// What must pass before a change lands: format, lints, documents, dependencies, all tests
    Ci,
    /// Make the table of docs/REQUIREMENTS.md that tells which tests prove a row
    Requirements,
    /// Build the browser modules into target/modules
    Wasm,
    /// Measure; prints ratios of this one run
    Bench(bench::Arguments),
    /// Long or outward-looking checks
    Soak {
        #[command(subcommand)]
        what: soak::What,
    },
}

fn main() -> ExitCode {
    let result = coverage::compiled_instead().unwrap_or_else(asked);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn asked() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Setup => setup::setup(setup::Need::Everything),
        Command::Demo(arguments) => demo::demo(&arguments),
        Command::Show(place) => demo::show(&place),
        Command::Test => test::test(),
        Command::Ci => ci::ci(),
        Command::Requirements => requirements::write(),
        Command::Wasm => wasm::build(&step::modules()),
        Command::Bench(arguments) => bench::bench(&arguments),
        Command::Soak { what } => soak::soak(what),
    }
}
