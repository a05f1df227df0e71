//! Builds the browser modules, one per cargo feature of `liangzheng-wasm`, and around them the npm package.
//!
//! The generator is linked in from the same lock file as the macros, so the two cannot differ in version and nothing
//! is downloaded.

use anyhow::{Context, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    package,
    step::{cargo, root, target},
};

/// The modules and, by the same name, the features they are made of.
const MODULES: [&str; 3] = ["verifier", "wallet", "scanner"];

const TARGET: &str = "wasm32-unknown-unknown";

/// The profile of the workspace made for these modules: size first.
const PROFILE: &str = "wasm";

/// Makes the npm package `@liangzheng/verifier` in `out`: `out/web` is what browsers load and a server's `--assets`,
/// `out/node` the entries for Node, which read the same files from the disk.
///
/// # Errors
/// If cargo fails (the target `wasm32-unknown-unknown` must be installed), or a file cannot be written.
pub(crate) fn build(out: &Path) -> Result<()> {
    build_from(&Sources { workspace: &root(), target: &target(), profile: PROFILE }, &MODULES, out)
}

/// Which sources a module is made of, and how.
pub(crate) struct Sources<'a> {
    /// Folder of the workspace.
    pub(crate) workspace: &'a Path,
    /// Folder for what cargo makes.
    pub(crate) target: &'a Path,
    /// Profile: `wasm`, or `dev` where only the answers matter.
    pub(crate) profile: &'a str,
}

/// As [`build`], of any sources and not all modules.
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
    let mut build = cargo(["build", "--quiet", "--package", "liangzheng-wasm", "--target", TARGET]);
    build
        .current_dir(sources.workspace)
        .args(["--profile", sources.profile, "--no-default-features", "--features", module])
        .env("CARGO_TARGET_DIR", sources.target);
    let status = build.status().context("starting cargo")?;
    ensure!(
        status.success(),
        "cargo could not build {module} for {TARGET}; if the target is missing: rustup target add {TARGET}"
    );
    let folder = if sources.profile == "dev" { "debug" } else { sources.profile };
    Ok(sources.target.join(TARGET).join(folder).join("liangzheng_wasm.wasm"))
}

fn bind(compiled: &Path, module: &str, out: &Path) -> Result<()> {
    Bindgen::new()
        .input_path(compiled)
        .out_name(&format!("{module}_wasm"))
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(out)
        .with_context(|| format!("making the JavaScript bindings of {module}"))
}
