//! Sabotage: faults a verifier must never have, put into a copy of core one by one; the vectors must notice each.
//!
//! A suite that passes says little unless it is known to fail. Each file in `tests/sabotage` is one fault: its first
//! line says which, the rest is a patch. A fault counts as caught only if the shell ran and gave a wrong answer to at
//! least one vector; a patch that does not apply or compile is an error of its own.

use std::{fs, path::PathBuf, process::Command, time::Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    step::{cargo, executables, output, program, root, target},
    wasm,
};

/// Whose answers are compared with the vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Shell {
    /// Core itself.
    Core,
    /// The program `liangzheng-verify`.
    Cli,
    /// The browser module, in Node.
    Wasm,
}

impl Shell {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Core, Self::Cli, Self::Wasm];
}

/// What a shell's answers to the vectors were.
enum Answers {
    /// None was wrong.
    Right,
    /// How many were wrong, and the first of them.
    Wrong(usize, String),
}

/// Applies each patch, from the file name `from` on, to a copy of the workspace and asks `shells`; of these only the ones
/// whose file names begin with one of `only`, if it names any.
///
/// # Errors
/// When the unharmed copy gives a wrong answer, or a fault is not caught, or a patch does not apply or compile.
pub(crate) fn sabotages(shells: &[Shell], from: &str, only: &[String]) -> Result<()> {
    let mut patches = patches()?;
    patches.retain(|patch| patch.name.as_str() >= from);
    patches
        .retain(|patch| only.is_empty() || only.iter().any(|start| patch.name.starts_with(start.as_str())));
    ensure!(!patches.is_empty(), "no file in tests/sabotage is so named");
    let copy = Workshop::make()?;
    if shells.contains(&Shell::Wasm) {
        wasm::build_generator()?;
    }
    let programs = copy.build(shells)?;
    for shell in shells {
        if let Answers::Wrong(count, first) = copy.ask(*shell, &programs)? {
            bail!("{shell:?} gives {count} wrong answers without any fault: {first}");
        }
    }
    let mut failed = 0;
    for patch in &patches {
        let started = Instant::now();
        println!("{}: {}", patch.name, patch.fault);
        let told = copy.with(patch, || {
            let programs = copy.build(shells)?;
            Ok(shells.iter().map(|shell| (shell, copy.ask(*shell, &programs))).collect::<Vec<_>>())
        });
        let told = match told {
            Ok(told) => told,
            Err(error) => {
                failed += 1;
                println!("  NOT TRIED: {error:#}");
                continue;
            }
        };
        for (shell, answers) in told {
            match answers {
                Ok(Answers::Wrong(count, first)) => println!("  {shell:?}: caught by {count}: {first}"),
                Ok(Answers::Right) => {
                    failed += 1;
                    println!("  {shell:?}: NOT CAUGHT");
                }
                Err(error) => {
                    failed += 1;
                    println!("  {shell:?}: NOT TRIED: {error:#}");
                }
            }
        }
        println!("  {:.1} s", started.elapsed().as_secs_f64());
    }
    println!("{} faults in {shells:?}: {failed} not caught or not tried", patches.len());
    ensure!(failed == 0, "{failed} faults were not caught, or could not be tried");
    Ok(())
}

/// The third of the faults that the run of a commit tries; which one, its name says. All of them: `soak sabotages`.
///
/// # Errors
/// When there is no commit, or tests/sabotage cannot be read.
pub(crate) fn share(commit: &str) -> Result<Vec<String>> {
    let digit = commit.chars().next().and_then(|digit| digit.to_digit(16)).context("no commit here")?;
    let names = patches()?.into_iter().map(|patch| patch.name);
    Ok(names.skip(digit as usize % SHARES).step_by(SHARES).collect())
}

/// A run of all takes ten minutes of two processors.
const SHARES: usize = 3;

/// One fault.
struct Patch {
    name: String,
    fault: String,
    file: PathBuf,
}

fn patches() -> Result<Vec<Patch>> {
    let folder = root().join("tests/sabotage");
    let mut patches = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "patch") {
            let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            patches.push(Patch { name, fault: text.lines().next().unwrap_or_default().to_owned(), file });
        }
    }
    patches.sort_by(|one, other| one.name.cmp(&other.name));
    ensure!(patches.len() >= 20, "{} holds only {} patches", folder.display(), patches.len());
    Ok(patches)
}

/// A copy of the work tree, built beside ours: compiled dependencies are shared, our own crates are not.
struct Workshop {
    tree: PathBuf,
    out: PathBuf,
}

impl Workshop {
    /// Copies anew whatever git would commit, as it stands in the work tree.
    fn make() -> Result<Self> {
        let copy = Self { tree: target().join("sabotage/tree"), out: target().join("sabotage/out") };
        if copy.tree.exists() {
            fs::remove_dir_all(&copy.tree).with_context(|| format!("clearing {}", copy.tree.display()))?;
        }
        let files = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        for file in output(&mut program("git", &files, &root()))?.split_terminator('\0') {
            let (from, to) = (root().join(file), copy.tree.join(file));
            // A file that was deleted but is still known to git.
            if !from.exists() {
                continue;
            }
            fs::create_dir_all(to.parent().unwrap_or(&copy.tree))?;
            fs::copy(&from, &to).with_context(|| format!("copying {}", from.display()))?;
        }
        copy.take_another_version()?;
        Ok(copy)
    }

    /// Gives our crates in the copy a version of their own. Cargo tells packages apart by name, version and place *inside*
    /// the workspace: without this, what is compiled from the copy would lie where our own is expected, and a later build
    /// would link a sabotaged core without a word.
    fn take_another_version(&self) -> Result<()> {
        let manifest = self.tree.join("Cargo.toml");
        let text = fs::read_to_string(&manifest)?;
        let ours = text
            .lines()
            .find(|line| line.starts_with("version = "))
            .context("the workspace has no version")?;
        let theirs = ours.trim_end_matches('"').to_owned() + "-sabotaged\"";
        fs::write(&manifest, text.replacen(ours, &theirs, 1))?;
        let lock = self.tree.join("Cargo.lock");
        let packages = fs::read_to_string(&lock)?;
        let renamed = packages.split("\n\n").map(|package| {
            // Only what has no source is ours.
            if package.contains("\nsource = ") {
                package.to_owned()
            } else {
                package.replacen(ours, &theirs, 1)
            }
        });
        fs::write(&lock, renamed.collect::<Vec<_>>().join("\n\n"))?;
        Ok(())
    }

    /// Does `work` while a patch is applied.
    fn with<T>(&self, patch: &Patch, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.apply(patch, &[])?;
        let result = work();
        self.apply(patch, &["--reverse"])?;
        result
    }

    fn apply(&self, patch: &Patch, options: &[&str]) -> Result<()> {
        let mut apply = program("git", &["apply"], &self.tree);
        // The copy lies inside our repository; git must take it for a plain folder.
        apply.args(options).arg(&patch.file).env("GIT_CEILING_DIRECTORIES", target().join("sabotage"));
        output(&mut apply).map(drop)
    }

    /// Builds what the shells need, core for all of them at once.
    fn build(&self, shells: &[Shell]) -> Result<Programs> {
        // With the whole workspace chosen, dependencies have the features that `cargo xtask test` compiled them with.
        let mut build = self.cargo([
            "build",
            "--workspace",
            "--locked",
            "--quiet",
            "--message-format=json-render-diagnostics",
        ]);
        for shell in shells {
            match shell {
                Shell::Core => build.args(["--example", "judge_vectors"]),
                // A test of a program brings the program.
                Shell::Cli => build.args(["--test", "vectors"]),
                Shell::Wasm => continue,
            };
        }
        let modules = self.out.join("modules");
        if shells.contains(&Shell::Wasm) {
            let sources = wasm::Sources {
                workspace: &self.tree,
                target: &self.out,
                profile: wasm::Profile::Dev,
                quiet: true,
            };
            wasm::build_from(&sources, &["verifier"], &modules)?;
        }
        let others = shells.iter().any(|shell| *shell != Shell::Wasm);
        let executables = if others { executables(&output(&mut build)?)? } else { vec![] };
        Ok(Programs { executables, modules })
    }

    /// Asks a shell for its answers to the vectors.
    fn ask(&self, shell: Shell, programs: &Programs) -> Result<Answers> {
        let vectors = self.tree.join("tests/vectors/verdicts.json");
        answers(&mut match shell {
            Shell::Core => {
                let mut judge = program(programs.named("judge_vectors")?, &[], &self.tree);
                judge.arg(vectors);
                judge
            }
            Shell::Cli => program(programs.named("vectors")?, &[], &self.tree.join("verifier-cli")),
            Shell::Wasm => {
                let mut judge = program("node", &["tests/browser/judge-vectors.mjs"], &self.tree);
                judge.arg(&programs.modules).arg(vectors);
                judge
            }
        })
    }

    /// Cargo in the copy. Intermediate files go to our own target folder, so that a dependency is compiled once; what is
    /// finished goes elsewhere, so that no sabotaged program ever lies where ours does.
    fn cargo<const N: usize>(&self, args: [&str; N]) -> Command {
        let mut command = cargo(args);
        command
            .current_dir(&self.tree)
            .env("CARGO_BUILD_BUILD_DIR", target())
            .env("CARGO_TARGET_DIR", &self.out);
        command
    }
}

/// What a build made.
struct Programs {
    executables: Vec<(String, PathBuf)>,
    modules: PathBuf,
}

impl Programs {
    fn named(&self, name: &str) -> Result<&PathBuf> {
        let found = self.executables.iter().find(|(known, _)| known == name);
        found.map(|(_, path)| path).with_context(|| format!("cargo built no {name}"))
    }
}

/// Runs what tells each wrong answer on a line `wrong: …`.
fn answers(command: &mut Command) -> Result<Answers> {
    let ran = command.output().context("could not be started")?;
    let text = [ran.stdout, ran.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).join("\n");
    let mut wrong = text.lines().filter_map(|line| line.strip_prefix("wrong: "));
    match (wrong.next(), ran.status.success()) {
        (Some(first), false) => Ok(Answers::Wrong(1 + wrong.count(), first.to_owned())),
        (None, true) => Ok(Answers::Right),
        _ => bail!("it neither passed nor named a wrong answer ({}): {}", ran.status, text.trim()),
    }
}
