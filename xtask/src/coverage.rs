//! Which lines of core its own tests reach, by the compiler's instrumentation.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use crate::{
    setup,
    step::{cargo, executables, output, program, root, run, target},
};

/// Lines of a hundred that must be reached.
const WANTED: usize = 98;

/// Runs core's tests instrumented and tells, file by file, which lines none of them reached. Tests themselves, which lie
/// at the end of the files they test, are not counted.
///
/// # Errors
/// When a test fails, or fewer than 98 % of the lines are reached.
pub(crate) fn coverage() -> Result<()> {
    let tools = setup::llvm_tools()?;
    let folder = target().join("coverage");
    let raw = folder.join("raw");
    if raw.exists() {
        fs::remove_dir_all(&raw)?;
    }
    let ourselves = std::env::current_exe()?;
    let test = |more: &[&str]| {
        let mut test =
            cargo(["test", "--locked", "--package", "liangzheng-core", "--all-features", "--lib", "--tests"]);
        test.args(more)
            .env("CARGO_TARGET_DIR", &folder)
            .env("RUSTC_WORKSPACE_WRAPPER", &ourselves)
            .env(AS_COMPILER, "1")
            // Threads that count in one place wait for each other.
            .env("RUST_TEST_THREADS", "1")
            .env("LLVM_PROFILE_FILE", raw.join("%p-%m.profraw"));
        test
    };
    let built = output(test(&["--no-run"]).arg("--message-format=json"))?;
    run(&mut test(&["--quiet"]))?;

    let profile = folder.join("all.profdata");
    let mut merge = program(tools.join("llvm-profdata"), &["merge", "-sparse", "-o"], &root());
    merge.arg(&profile);
    for file in fs::read_dir(&raw).context("the tests wrote no profile")? {
        merge.arg(file?.path());
    }
    run(&mut merge)?;

    let mut export = program(tools.join("llvm-cov"), &["export", "-format=lcov"], &root());
    export.arg(format!("-instr-profile={}", profile.display()));
    for (_, executable) in executables(&built)? {
        export.arg("-object").arg(executable);
    }
    let lines = reached_lines(&output(export.arg("-sources").arg(root().join("core/src")))?)?;
    report(&lines)
}

/// When cargo calls this program in the compiler's stead (`RUSTC_WORKSPACE_WRAPPER`): compiles our own crates, and no
/// others, with counters. Counters in the curve's arithmetic too would make an hour of a minute.
pub(crate) fn compiled_instead() -> Option<Result<()>> {
    std::env::var_os(AS_COMPILER)?;
    let mut arguments = std::env::args_os().skip(1);
    let mut compiler = std::process::Command::new(arguments.next()?);
    let status = compiler.args(arguments).arg("-Cinstrument-coverage").status();
    Some(status.context("the compiler could not be started").and_then(|status| {
        ensure!(status.success(), "the compiler ended with {status}");
        Ok(())
    }))
}

/// Set for cargo, and through it for this program as a compiler.
const AS_COMPILER: &str = "LZ_COVERAGE_COMPILER";

/// File → line → how often it was reached; lines of tests left out.
type Lines = BTreeMap<PathBuf, BTreeMap<usize, u64>>;

fn reached_lines(lcov: &str) -> Result<Lines> {
    let mut files = Lines::new();
    let mut current: Option<(PathBuf, usize)> = None;
    for line in lcov.lines() {
        if let Some(path) = line.strip_prefix("SF:") {
            current = Some((path.into(), first_line_of_tests(Path::new(path))?));
        } else if let (Some(entry), Some((path, tests))) = (line.strip_prefix("DA:"), &current) {
            let (number, count) = entry.split_once(',').context("a line of lcov without a comma")?;
            let (number, count) = (number.parse::<usize>()?, count.parse::<u64>()?);
            if number < *tests {
                let reached = files.entry(path.clone()).or_default().entry(number).or_default();
                *reached = (*reached).max(count);
            }
        }
    }
    Ok(files)
}

/// Where the tests in a file begin; behind its end if it has none, 1 for a file of tests.
fn first_line_of_tests(file: &Path) -> Result<usize> {
    if file.file_name().is_some_and(|name| name == "tests.rs") {
        return Ok(1);
    }
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let lines: Vec<&str> = text.lines().collect();
    let begins = |pair: &[&str]| matches!(pair, ["#[cfg(test)]", next] if next.starts_with("mod tests"));
    Ok(lines.windows(2).position(begins).map_or(usize::MAX, |at| at + 1))
}

fn report(files: &Lines) -> Result<()> {
    let (mut all, mut reached) = (0, 0);
    for (path, lines) in files {
        let missed: Vec<usize> =
            lines.iter().filter(|(_, count)| **count == 0).map(|(line, _)| *line).collect();
        all += lines.len();
        reached += lines.len() - missed.len();
        let name = path.strip_prefix(root()).unwrap_or(path).display();
        println!("{:4} of {:4}  {name}  {}", lines.len() - missed.len(), lines.len(), ranges(&missed));
    }
    ensure!(all > 0, "no line of core was instrumented");
    let hundredths = reached * 10_000 / all;
    println!("{reached} of {all} lines reached: {}.{:02} %", hundredths / 100, hundredths % 100);
    ensure!(hundredths >= WANTED * 100, "fewer than {WANTED} % of core's lines are reached");
    Ok(())
}

/// `3-5 9` for 3, 4, 5, 9.
fn ranges(lines: &[usize]) -> String {
    lines
        .chunk_by(|one, next| one + 1 == *next)
        .map(|chunk| match chunk {
            [one] => one.to_string(),
            [first, .., last] => format!("{first}-{last}"),
            [] => String::new(),
        })
        .collect::<Vec<_>>()
        .join(" ")
}
