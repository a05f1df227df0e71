//! Coverage-guided fuzzing of core with libFuzzer, on the stable toolchain.
//!
//! The instrumentation is LLVM's own pass, which `-Cpasses` runs on any toolchain; only sanitizers would need a nightly
//! one, and in a crate that forbids `unsafe` they would have little to find. `cargo fuzz run NAME` works too.
//!
//! Each corpus is kept as one text file, an input a line in base64url: `core/fuzz/corpora/NAME.txt`.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    setup,
    step::{cargo, output, program, root, target},
};

/// The targets, as `core/fuzz/fuzz_targets` has them.
const TARGETS: [&str; 10] = [
    "jws_parse",
    "claims",
    "trust_list",
    "catalogue",
    "status_inflate",
    "status_delta",
    "qr_text",
    "sd_jwt",
    "resign_show",
    "resign_grant",
];

/// The passes cargo-fuzz asks for: edges, and what is compared with what.
const INSTRUMENTATION: &str = "--cfg fuzzing -Cpasses=sancov-module -Ccodegen-units=1 \
    -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";

/// What of a corpus is kept in the repository, in bytes of inputs; smaller inputs first.
const KEPT: usize = 72 * 1024;

/// How to fuzz.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these targets
    #[arg(value_parser = TARGETS)]
    targets: Vec<String>,
    /// How long each runs
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// Afterwards keep what was learnt in core/fuzz/corpora, minimised
    #[arg(long)]
    keep: bool,
}

/// Runs each target for the time given, from its kept corpus.
///
/// # Errors
/// When a target breaks a property, panics, or needs more than a minute or 1 GiB; the message names the input.
pub(crate) fn fuzz(arguments: &Arguments) -> Result<()> {
    setup::cpp_compiler()?;
    let programs = build()?;
    let mut failed = Vec::new();
    for name in TARGETS {
        if !arguments.targets.is_empty() && !arguments.targets.iter().any(|wanted| wanted == name) {
            continue;
        }
        let bench = Bench::new(name)?;
        match bench.run(&programs.join(name), arguments.seconds) {
            Ok(ran) => println!("{name}: {ran}"),
            Err(error) => {
                println!("{name}: FAILED: {error:#}");
                failed.push(name);
            }
        }
        if arguments.keep {
            bench.keep(&programs.join(name))?;
        }
    }
    ensure!(failed.is_empty(), "{failed:?} found something; the inputs lie in target/fuzz/found");
    Ok(())
}

/// Every kept input, and a few seconds more for each target: what a change must show before it lands.
///
/// # Errors
/// As [`fuzz`].
pub(crate) fn short() -> Result<()> {
    fuzz(&Arguments { targets: vec![], seconds: 3, keep: false })
}

/// Compiles the targets; gives the folder they lie in.
fn build() -> Result<PathBuf> {
    // With a target named, the flags do not reach build scripts and macros.
    let host = setup::rust_host()?;
    let folder = target().join("fuzz/build");
    let mut build =
        cargo(["build", "--release", "--locked", "--quiet", "--manifest-path", "core/fuzz/Cargo.toml"]);
    build.args(["--target", &host]).env("CARGO_TARGET_DIR", &folder).env("RUSTFLAGS", INSTRUMENTATION);
    output(&mut build)?;
    Ok(folder.join(&host).join("release"))
}

/// One target's folders.
struct Bench {
    name: &'static str,
    corpus: PathBuf,
    found: PathBuf,
}

impl Bench {
    /// Lays out the kept corpus as libFuzzer reads it; what an earlier run learnt stays.
    fn new(name: &'static str) -> Result<Self> {
        let bench = Self {
            name,
            corpus: target().join("fuzz/corpus").join(name),
            found: target().join("fuzz/found").join(name),
        };
        for folder in [&bench.corpus, &bench.found] {
            fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        }
        let kept = fs::read_to_string(bench.kept())
            .with_context(|| format!("reading {}", bench.kept().display()))?;
        for (at, line) in kept.lines().enumerate() {
            let input =
                URL_SAFE_NO_PAD.decode(line).with_context(|| format!("{name}.txt, line {}", at + 1))?;
            fs::write(bench.corpus.join(format!("kept-{at}")), input)?;
        }
        Ok(bench)
    }

    fn kept(&self) -> PathBuf {
        root().join("core/fuzz/corpora").join(format!("{}.txt", self.name))
    }

    /// Runs; gives back "N executions, N a second, N inputs".
    fn run(&self, fuzzer: &Path, seconds: u64) -> Result<String> {
        let said = self.fuzzer(
            fuzzer,
            &[&format!("-max_total_time={seconds}"), "-print_final_stats=1", "-max_len=12288"],
            &[&self.corpus],
        )?;
        let stat = |name: &str| {
            said.lines().find_map(|line| line.strip_prefix(name)).map_or("?", str::trim).to_owned()
        };
        Ok(format!(
            "{} executions, {} a second, {} new inputs",
            stat("stat::number_of_executed_units:"),
            stat("stat::average_exec_per_sec:"),
            stat("stat::new_units_added:")
        ))
    }

    /// Writes the corpus back, without inputs that reach nothing more, up to [`KEPT`] bytes.
    fn keep(&self, fuzzer: &Path) -> Result<()> {
        let merged = target().join("fuzz/merged").join(self.name);
        if merged.exists() {
            fs::remove_dir_all(&merged)?;
        }
        fs::create_dir_all(&merged)?;
        self.fuzzer(fuzzer, &["-merge=1", "-max_len=12288"], &[&merged, &self.corpus])?;
        let mut inputs = BTreeSet::new();
        for file in fs::read_dir(&merged)? {
            let input = fs::read(file?.path())?;
            inputs.insert((input.len(), input));
        }
        let mut kept: BTreeSet<Vec<u8>> = BTreeSet::new();
        let mut bytes = 0;
        for (length, input) in inputs {
            bytes += length;
            if bytes > KEPT {
                break;
            }
            kept.insert(input);
        }
        let lines: Vec<String> = kept.iter().map(|input| URL_SAFE_NO_PAD.encode(input)).collect();
        println!("{}: {} inputs kept", self.name, lines.len());
        fs::write(self.kept(), lines.join("\n") + "\n").with_context(|| self.kept().display().to_string())
    }

    fn fuzzer(&self, fuzzer: &Path, options: &[&str], folders: &[&PathBuf]) -> Result<String> {
        let mut command = program(fuzzer, options, &root());
        command
            .args(["-timeout=60", "-rss_limit_mb=1024", "-verbosity=1"])
            .arg(format!("-artifact_prefix={}/", self.found.display()))
            .arg(format!("-dict={}", root().join("core/fuzz/tokens.dict").display()))
            .args(folders);
        let ran = command.output().with_context(|| format!("{} could not be started", fuzzer.display()))?;
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        if !ran.status.success() {
            let tail: Vec<&str> = said.lines().rev().take(30).collect();
            bail!("{}:\n{}", ran.status, tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
        }
        Ok(said)
    }
}
