//! `xtask-bindgen COMPILED NAME FOLDER`: makes the JavaScript bindings of a compiled browser module.
//!
//! The generator is linked in from the same lock file as the macros, so the two cannot differ in version and nothing
//! is downloaded.

use std::{env, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    match bind() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask-bindgen: error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Writes `NAME.js`, `NAME.d.ts` and `NAME_bg.wasm` into FOLDER.
fn bind() -> Result<()> {
    let mut arguments = env::args_os().skip(1);
    let mut next = || arguments.next().context("usage: xtask-bindgen COMPILED NAME FOLDER");
    let (compiled, name, folder) = (PathBuf::from(next()?), next()?, PathBuf::from(next()?));
    let name = name.to_str().context("the name must be UTF-8")?;
    Bindgen::new()
        .input_path(&compiled)
        .out_name(name)
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&folder)
        .with_context(|| format!("making the JavaScript bindings of {}", compiled.display()))
}
