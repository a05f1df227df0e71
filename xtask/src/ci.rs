//! What must hold before a change lands. `.ci/run` is this and nothing else.

use anyhow::{Result, bail};

use crate::{
    fuzz, mutants, requirements,
    sabotage::{self, Shell},
    setup::{self, Need},
    step::{Report, cargo, output, program, root, run},
    test,
};

/// Every check, then every test; goes on after a failure and tells all of them.
///
/// # Errors
/// When any part failed.
pub(crate) fn ci() -> Result<()> {
    let mut report = Report::default();
    report.part("setup", || setup::setup(Need::Everything));
    report.part("format", || run(&mut cargo(["fmt", "--all", "--check"])));
    report.part("lints", || {
        run(&mut cargo(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))
    });
    report.part("documents", || {
        let mut doc = cargo(["doc", "--workspace", "--no-deps", "--locked"]);
        run(doc.env("RUSTDOCFLAGS", "-D warnings"))
    });
    report.part("core without std", core_without_std);
    report.part("dependencies", dependencies);
    test::parts(&mut report);
    report.part("sabotages, core and program", || {
        let share = sabotage::share(&output(&mut program("git", &["rev-parse", "HEAD"], &root()))?)?;
        sabotage::sabotages(&[Shell::Core, Shell::Cli], "", &share)
    });
    report.part("fuzzing, a few seconds each", fuzz::short);
    report.part("mutants of the change", mutants::in_change);
    report.part("table of rows and tests", requirements::write);
    report.part("work tree unchanged", work_tree_unchanged);
    report.close()
}

/// `core` is `#![no_std]`, but any dependency could bring the standard library back; the browser's target
/// without a feature that needs a system shows that none does.
fn core_without_std() -> Result<()> {
    run(&mut cargo([
        "check",
        "--locked",
        "-p",
        "liangzheng-core",
        "--no-default-features",
        "--features",
        "p256",
        "--target",
        "wasm32-unknown-unknown",
    ]))
}

fn dependencies() -> Result<()> {
    setup::cargo_deny()?;
    // It reads every crate of the lock file, those for other systems too, which a build alone does not fetch.
    run(&mut cargo(["fetch", "--locked", "--quiet"]))?;
    run(&mut cargo(["deny", "--offline", "check", "bans", "licenses", "sources"]))
}

/// Tests regenerate what is generated and committed; a difference means it was not committed.
fn work_tree_unchanged() -> Result<()> {
    let changed = output(&mut program("git", &["status", "--porcelain"], &root()))?;
    if changed.is_empty() {
        return Ok(());
    }
    let difference = output(&mut program("git", &["diff", "--stat"], &root()))?;
    let message = format!("the run changed the work tree:\n{changed}{difference}");
    if std::env::var_os("CI").is_some() {
        bail!(message);
    }
    println!("{message}(no failure outside CI: these may be your own edits)");
    Ok(())
}
