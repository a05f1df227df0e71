//! `cargo xtask bench`: figures as ratios taken in one run on one machine, so that they carry over to another.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::Result;

use crate::{
    setup::{self, Need},
    step::{Report, cargo, modules, program, root, run},
    wasm,
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these parts (core, wasm, cli, size, refresh, issue, import, scale, batch, pictures, status, pages); all when none is named
    parts: Vec<String>,
    /// scale, issue: licences of the large installation
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    licences: u64,
    /// import: rows of the larger file
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    rows: u32,
    /// scale: status lists they are spread over
    #[arg(long, value_name = "K", default_value_t = 400)]
    shards: u32,
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
    for (part, name) in FIELD {
        if wanted(part) {
            report.part(name, || field(part));
        }
    }
    if wanted("refresh") {
        report.part("refresh: over HTTP, against one bare signature", refresh);
    }
    if wanted("issue") {
        report.part("issue: drafts and approvals, lists at ten thousand and a million", || {
            issue(arguments.licences)
        });
    }
    if wanted("import") {
        report.part("import: rows validated, sealed and logged per second", || import(arguments));
    }
    if wanted("pages") {
        report.part("pages: scripts, first paint, PIN to code, first verdict", pages);
    }
    if wanted("scale") {
        report.part("scale: one status list against many", || scale(arguments));
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

/// What the command-line verifier does on site and in a back room; `tests/bench/field`.
const FIELD: [(&str, &str); 4] = [
    ("cli", "cli: from start to verdict, against `true`"),
    ("batch", "batch: 100,000 codes, against signature checks alone, jose and pyjwt"),
    ("pictures", "pictures: a photograph, and hard frames beside zxing-cpp"),
    ("status", "status: 100 million licences"),
];

/// With the settings of a release, so that the program measured is the one that people run.
fn field(part: &str) -> Result<()> {
    run(&mut cargo([
        "bench",
        "--locked",
        "--profile",
        "release",
        "-p",
        "liangzheng-verify",
        "--bench",
        "field",
        "--",
        part,
    ]))
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

/// The driver starts a server on each database, fills it, and asks as clerks do.
///
/// # Errors
/// When it could not be run.
pub(crate) fn issue(licences: u64) -> Result<()> {
    let licences = licences.to_string();
    let driver =
        ["run", "--locked", "--profile", "release", "-p", "liangzheng-tests", "--bin", "bench_issue", "--"];
    run(&mut cargo(driver.into_iter().chain([&*licences])))
}

/// The driver starts a server on each database, and sends it one file.
fn import(arguments: &Arguments) -> Result<()> {
    let rows = arguments.rows.to_string();
    let driver =
        ["run", "--locked", "--profile", "release", "-p", "liangzheng-tests", "--bin", "bench_import", "--"];
    run(&mut cargo(driver.into_iter().chain([&*rows])))
}

/// The driver starts the demo, and a browser as slow as a cheap phone.
fn pages() -> Result<()> {
    run(&mut cargo(["build", "--locked", "--workspace", "--bins"]))?;
    wasm::build(&modules())?;
    run(program("node", &[], &root()).arg(root().join("tests/bench/pages.mjs")))
}

/// The driver fills a folder, and starts a small and a large installation side by side.
fn scale(arguments: &Arguments) -> Result<()> {
    let (licences, shards) = (arguments.licences.to_string(), arguments.shards.to_string());
    let driver =
        ["bench", "--locked", "--profile", "release", "-p", "liangzheng-server", "--bench", "scale", "--"];
    run(&mut cargo(driver.into_iter().chain(["--licences", &licences, "--shards", &shards])))
}
