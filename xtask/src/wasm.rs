//! Builds the browser modules, one per cargo feature of `liangzheng-wasm`, and around them the npm package.

use anyhow::{Context, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    package,
    step::{cargo, output, program, root, run, target},
};

/// The modules and, by the same name, the features they are made of.
const MODULES: [&str; 3] = ["verifier", "wallet", "scanner"];

const TARGET: &str = "wasm32-unknown-unknown";

/// How the verifier's own bindings are compiled.
const VERIFIER_SIZE: &str = "profile.wasm.package.liangzheng-wasm.opt-level='z'";

/// The package that makes JavaScript bindings, and its program.
pub(crate) const GENERATOR: &str = "xtask-bindgen";

/// Makes the npm package `@liangzheng/verifier` as it is published in `out`: `out/web` is what browsers load and a
/// server's `--assets`, `out/node` the entries for Node, which read the same files from the disk.
///
/// # Errors
/// If cargo fails (the target `wasm32-unknown-unknown` must be installed), or a file cannot be written.
pub(crate) fn build(out: &Path) -> Result<()> {
    build_generator()?;
    build_with_generator(Profile::Published, out)
}

/// Builds the program that makes bindings.
///
/// # Errors
/// If cargo fails.
pub(crate) fn build_generator() -> Result<()> {
    run(&mut cargo(["build", "--locked", "--package", GENERATOR]))
}

/// As [`build`], in a profile, with the generator of bindings that was built before, together with other packages: alone
/// it would be compiled anew, with the features that it alone asks for.
///
/// # Errors
/// As [`build`].
pub(crate) fn build_with_generator(profile: Profile, out: &Path) -> Result<()> {
    build_from(&Sources { workspace: &root(), target: &target(), profile, quiet: false }, &MODULES, out)
}

/// How the modules are compiled.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    /// Size first.
    Published,
    /// For this machine only: compiled sooner, twice as large.
    Dev,
}

impl Profile {
    /// Cargo's name for it, and of the folder that it writes to.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Published => ("wasm", "wasm"),
            Self::Dev => ("dev", "debug"),
        }
    }
}

/// Which sources a module is made of, and how.
pub(crate) struct Sources<'a> {
    /// Folder of the workspace.
    pub(crate) workspace: &'a Path,
    /// Folder for what cargo makes.
    pub(crate) target: &'a Path,
    pub(crate) profile: Profile,
    /// Whether cargo tells nothing but errors.
    pub(crate) quiet: bool,
}

/// As [`build_with_generator`], of any sources and not all modules.
///
/// # Errors
/// As [`build`].
pub(crate) fn build_from(sources: &Sources<'_>, modules: &[&str], out: &Path) -> Result<()> {
    // What an earlier build left would be packed with the rest.
    for part in ["web", "node"] {
        let part = out.join(part);
        if part.exists() {
            fs::remove_dir_all(&part).with_context(|| format!("emptying {}", part.display()))?;
        }
    }
    let web = out.join("web");
    fs::create_dir_all(&web).with_context(|| format!("creating {}", web.display()))?;
    for module in modules {
        bind(&compile(sources, module)?, module, &web)?;
    }
    package::assemble(sources.workspace, out)
}

/// The three modules come out under one file name, so each is bound before the next is built.
fn compile(sources: &Sources<'_>, module: &str) -> Result<PathBuf> {
    let (profile, folder) = sources.profile.names();
    let mut build =
        cargo(["build", "--package", "liangzheng-wasm", "--target", TARGET, "--profile", profile]);
    build
        .current_dir(sources.workspace)
        .args(["--no-default-features", "--features", module])
        // The scanner's time is spent in generic code of this package; the verifier's is not, and has a size to keep.
        .args((module == "verifier").then_some(["--config", VERIFIER_SIZE]).into_iter().flatten())
        .args(sources.quiet.then_some("--quiet"))
        .env("CARGO_TARGET_DIR", sources.target);
    if !sources.quiet {
        println!("browser module: {module}");
    }
    let status = build.status().context("starting cargo")?;
    ensure!(
        status.success(),
        "cargo could not build {module} for {TARGET}; if the target is missing: rustup target add {TARGET}"
    );
    Ok(sources.target.join(TARGET).join(folder).join("liangzheng_wasm.wasm"))
}

fn bind(compiled: &Path, module: &str, out: &Path) -> Result<()> {
    let mut generator = program(target().join("debug").join(GENERATOR), &[], &root());
    generator.arg(compiled).arg(format!("{module}_wasm")).arg(out);
    output(&mut generator).map(drop)
}
