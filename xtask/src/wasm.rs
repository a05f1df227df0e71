//! Builds the browser modules, one per cargo feature of `liangzheng-wasm`, and around them the npm package.
//!
//! The generator is linked in from the same lock file as the macros, so the two cannot differ in version and nothing
//! is downloaded.

use anyhow::{Context, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use wasm_bindgen_cli_support::Bindgen;

use crate::package;

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
    let workspace =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies inside the workspace")?;
    // What an earlier build left would be packed with the rest.
    for part in ["web", "node"] {
        let part = out.join(part);
        if part.exists() {
            fs::remove_dir_all(&part).with_context(|| format!("emptying {}", part.display()))?;
        }
    }
    let web = out.join("web");
    fs::create_dir_all(&web).with_context(|| format!("creating {}", web.display()))?;
    for module in MODULES {
        bind(&compile(workspace, module)?, module, &web)?;
    }
    package::assemble(workspace, out)
}

/// The three modules come out under one file name, so each is bound before the next is built.
fn compile(workspace: &Path, module: &str) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .current_dir(workspace)
        .args(["build", "--quiet", "--package", "liangzheng-wasm", "--target", TARGET, "--profile", PROFILE])
        .args(["--no-default-features", "--features", module])
        .status()
        .context("starting cargo")?;
    ensure!(
        status.success(),
        "cargo could not build {module} for {TARGET}; if the target is missing: rustup target add {TARGET}"
    );
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
    Ok(target.join(TARGET).join(PROFILE).join("liangzheng_wasm.wasm"))
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
