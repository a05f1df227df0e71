//! `cargo xtask bench`: figures as ratios taken in one run on one machine, so that they carry over to another.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use crate::{
    setup::{self, Need},
    step::{Report, cargo, modules, program, root, run},
    wasm,
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these parts (core, wasm, cli, size, refresh); all when none is named
    parts: Vec<String>,
}

/// Runs the parts asked for; a part that misses its target is told, not failed: a busy machine is no bug.
///
/// # Errors
/// When a part could not be run.
pub(crate) fn bench(arguments: &Arguments) -> Result<()> {
    setup::setup(Need::Everything)?;
    let wanted = |part: &str| arguments.parts.is_empty() || arguments.parts.iter().any(|name| name == part);
    let mut report = Report::default();
    if wanted("core") {
        report.part("core: against the raw signature check", core);
    }
    if wanted("wasm") || wanted("size") {
        report.part("browser modules", || wasm::build(&modules()));
    }
    if wanted("wasm") {
        report.part("wasm: per token", per_token_in_node);
    }
    if wanted("size") {
        report.part("size: modules, gzip", sizes);
    }
    if wanted("cli") {
        report.part("cli: cold start", cold_start);
    }
    if wanted("refresh") {
        report.part("refresh: over HTTP, against one bare signature", refresh);
    }
    report.close()
}

fn core() -> Result<()> {
    run(&mut cargo(["bench", "--locked", "-p", "liangzheng-tests", "--bench", "core"]))
}

fn per_token_in_node() -> Result<()> {
    let script = root().join("tests/bench/wasm.mjs");
    run(program("node", &[], &root()).arg(script).arg(modules().join("node")))
}

/// Served modules are compressed once by the front; gzip -9 is what budgets are written in.
fn sizes() -> Result<()> {
    for entry in fs::read_dir(modules().join("web"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            let raw = fs::metadata(&path)?.len();
            let gzip = gzip_size(&path)?;
            println!("{}: {gzip} bytes gzip -9 ({raw} raw)", path.display());
        }
    }
    Ok(())
}

fn gzip_size(path: &Path) -> Result<usize> {
    let packed = Command::new("gzip").args(["-9", "-c"]).arg(path).stderr(Stdio::inherit()).output()?;
    Ok(packed.stdout.len())
}

/// Start to exit of the CLI, against `true`: what a script waits for beyond the making of a process.
fn cold_start() -> Result<()> {
    run(&mut cargo(["build", "--release", "--locked", "-p", "liangzheng-verify"]))?;
    let verify = root().join("target/release/liangzheng-verify");
    let ours = median_of_runs(Command::new(&verify).arg("--version"))?;
    let bare = median_of_runs(&mut Command::new("true"))?;
    let ratio = ours.as_secs_f64() / bare.as_secs_f64();
    println!("liangzheng-verify --version {ours:.1?}, true {bare:.1?}: {ratio:.1} x");
    Ok(())
}

fn median_of_runs(command: &mut Command) -> Result<Duration> {
    const RUNS: usize = 101;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let started = Instant::now();
        command.status().context("cannot start the program to be timed")?;
        times.push(started.elapsed());
    }
    times.sort();
    Ok(times.get(RUNS / 2).copied().unwrap_or_default())
}

/// The driver starts the server and the bare handler itself and loads both with `wrk`.
fn refresh() -> Result<()> {
    run(&mut cargo([
        "run",
        "--locked",
        "--profile",
        "bench",
        "-p",
        "liangzheng-tests",
        "--bin",
        "bench_refresh",
    ]))
}
