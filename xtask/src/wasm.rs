//! Builds the browser modules: one per cargo feature of `liangzheng-wasm`, each for the web and for Node.
//!
//! The generator is linked in from the same lock file as the macros, so the two cannot differ in version and nothing
//! is downloaded.

use anyhow::{Context, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
};
use wasm_bindgen_cli_support::Bindgen;

use crate::step::{cargo, root, target};

/// The modules and, by the same name, the features they are made of.
const MODULES: [&str; 3] = ["verifier", "wallet", "scanner"];

const TARGET: &str = "wasm32-unknown-unknown";

/// The profile of the workspace made for these modules: size first.
const PROFILE: &str = "wasm";

/// Writes the modules and their JavaScript to `out/web` (ES modules that fetch their `.wasm`) and `out/node`.
///
/// Both hold the same wrapper; only `load.js`, which finds the `.wasm`, differs.
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
    for platform in ["web", "node"] {
        fs::create_dir_all(out.join(platform))
            .with_context(|| format!("creating {}", out.join(platform).display()))?;
    }
    for module in modules {
        let compiled = compile(sources, module)?;
        bindgen(&compiled, module)
            .web(true)?
            .generate(out.join("web"))
            .with_context(|| bindings_of(module))?;
        // The same form serves Node: there the loader hands over the bytes instead of a URL.
        bindgen(&compiled, module)
            .web(true)?
            .generate(out.join("node"))
            .with_context(|| bindings_of(module))?;
    }
    copy_wrapper(&sources.workspace.join("wasm-verifier/js"), out)
}

fn bindings_of(module: &str) -> String {
    format!("making the JavaScript bindings of {module}")
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

fn bindgen(compiled: &Path, module: &str) -> Bindgen {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(compiled)
        .out_name(&format!("{module}_wasm"))
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen
}

/// Files in `js/` go to both platforms, those in `js/web` and `js/node` to their own.
fn copy_wrapper(js: &Path, out: &Path) -> Result<()> {
    for platform in ["web", "node"] {
        let to = out.join(platform);
        for from in [js.to_path_buf(), js.join(platform)] {
            copy_files(&from, &to)?;
        }
    }
    Ok(())
}

fn copy_files(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
        let entry = entry.with_context(|| format!("reading {}", from.display()))?;
        if entry.file_type()?.is_file() {
            let target = to.join(entry.file_name());
            fs::copy(entry.path(), &target).with_context(|| format!("writing {}", target.display()))?;
        }
    }
    Ok(())
}
