//! `liangzheng-verify` itself: codes by `batch`, one run for all that are asked alike; what a line cannot hold, by
//! `verify` on stdin; damaged lists as files of a bundle. Under a cap of memory and time.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
};

use anyhow::{Context as _, Result, ensure};
use liangzheng_core::{
    reading::{Reading, classify},
    time::UnixTime,
    verify::{Answer as Said, Code, Verdict},
};

use super::{Ask, same};
use crate::{
    bundle::Bundle,
    corpus::{Answer, Ask as Asked, Corpus, Line, Verifiers},
    world::{A, LIST_A, NOW, claims, signed_show},
};

/// Address space of one run in KiB: many times what it takes, and too little for anything that grows with its input.
const MEMORY: &str = "786432";

/// Seconds of one run: a batch of four thousand codes takes a few even without optimisation.
const TIME: &str = "300";

/// Bytes of a line that `batch` looks at, and of stdin that `verify` does.
const MAX_LINE: usize = 16 << 10;
const MAX_TEXT: usize = 64 << 10;

/// One damaged list in so many is put into a bundle; each needs a folder and a run of its own.
const DAMAGED: usize = 4;

pub(crate) struct Cli {
    program: PathBuf,
    work: PathBuf,
    bundles: BTreeMap<&'static str, (PathBuf, Bundle)>,
    damaged: usize,
}

impl Cli {
    pub(crate) fn new(program: &Path, corpus: &Corpus) -> Result<Self> {
        let program = fs::canonicalize(program).with_context(|| format!("{}", program.display()))?;
        let work = std::env::temp_dir().join(format!("liangzheng-corpus-{}", std::process::id()));
        let mut bundles = BTreeMap::new();
        for (at, (name, world)) in corpus.worlds.iter().enumerate() {
            let (bundle, otherwise) = Bundle::after(&serde_json::to_value(world)?);
            ensure!(otherwise.is_empty(), "{}", otherwise.join("; "));
            let folder = work.join(at.to_string());
            bundle.write(&folder);
            bundles.insert(*name, (folder, bundle));
        }
        Ok(Self { program, work, bundles, damaged: 0 })
    }

    /// Runs the program under its caps with `input` on stdin.
    fn run(&self, args: &[&str], input: Vec<u8>) -> Result<Output> {
        let capped = format!(r#"ulimit -v {MEMORY}; exec timeout {TIME} "$0" "$@""#);
        let mut child = Command::new("sh")
            .args(["-c", &capped])
            .arg(&self.program)
            .args(args)
            .env_clear()
            .env("HOME", "/nonexistent")
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start the program")?;
        let mut stdin = child.stdin.take().context("no stdin")?;
        // On a thread: it may answer before it has read everything, or not read it at all.
        let feeder = thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output()?;
        feeder.join().ok().context("the feeding thread failed")?;
        Ok(output)
    }

    fn arguments<'a>(&'a self, line: &'a Line, command: &'a str, now: &'a str) -> Vec<&'a str> {
        let folder = &self.bundles[line.world].0;
        let mut args =
            vec![command, "-", "--json", "--now", now, "--bundle", folder.to_str().unwrap_or_default()];
        for (option, value) in
            [("--audience", &line.audience), ("--scene", &line.scene), ("--challenge", &line.challenge)]
        {
            if let Some(value) = value {
                args.extend([option, value]);
            }
        }
        args
    }

    /// One run for all lines that are asked alike.
    fn batch(
        &self,
        lines: &[&(Line, Answer)],
        core: &Verifiers,
        fault: &mut dyn FnMut(String),
    ) -> Result<usize> {
        let Some((first, _)) = lines.first() else { return Ok(0) };
        // An empty line first: a byte order mark is dropped from a file's beginning, and none of ours is that.
        let mut input = b"\n".to_vec();
        for (line, _) in lines {
            input.extend(&line.input);
            input.push(b'\n');
        }
        let now = first.now.to_string();
        let output = self.run(&self.arguments(first, "batch", &now), input)?;
        let stdout = String::from_utf8(output.stdout.clone())?;
        let answers: Vec<&str> = stdout.lines().collect();
        if answers.len() != lines.len() {
            fault(format!("{}: batch gave {} answers to {} lines", first.id, answers.len(), lines.len()));
            return Ok(lines.len());
        }
        let mut all = Exits::default();
        for ((line, known), got) in lines.iter().zip(answers) {
            let wanted = match std::str::from_utf8(&line.input) {
                _ if line.input.len() >= MAX_LINE => Verdict::refused(UnixTime(line.now), &Code::Size.into()),
                Err(_) => Verdict::refused(UnixTime(line.now), &Code::Format.into()),
                Ok(text) => known_or_asked(line, known, text.trim(), core),
            };
            all.add(&wanted);
            compare(line, got, &wanted, fault);
        }
        check_run(&first.id, &output, all.code(), fault);
        Ok(lines.len())
    }

    fn verify(
        &self,
        line: &Line,
        known: &Answer,
        core: &Verifiers,
        fault: &mut dyn FnMut(String),
    ) -> Result<()> {
        let now = line.now.to_string();
        let output = self.run(&self.arguments(line, "verify", &now), line.input.clone())?;
        let bytes = line.input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line.input);
        let wanted = match std::str::from_utf8(bytes) {
            _ if line.input.len() > MAX_TEXT => {
                vec![Verdict::refused(UnixTime(line.now), &Code::Size.into())]
            }
            Err(_) => vec![Verdict::refused(UnixTime(line.now), &Code::Utf8.into())],
            // No code at all is no verdict, but an answer of its own.
            Ok(text) if text.trim().is_empty() => {
                check_run(&line.id, &output, 3, fault);
                return Ok(());
            }
            Ok(text) => match list(text) {
                Some(codes) => codes.into_iter().map(|code| core.judge(line, code)).collect(),
                None => vec![known_or_asked(line, known, text.trim(), core)],
            },
        };
        let mut exit = Exits::default();
        let stdout = String::from_utf8_lossy(&output.stdout);
        let answers: Vec<&str> = stdout.trim_end().lines().collect();
        if answers.len() != wanted.len() {
            fault(format!("{}: verify gave {} answers, wanted {}", line.id, answers.len(), wanted.len()));
        }
        for (got, wanted) in answers.into_iter().zip(&wanted) {
            exit.add(wanted);
            compare(line, got, wanted, fault);
        }
        check_run(&line.id, &output, exit.code(), fault);
        Ok(())
    }

    /// A list that was damaged on disk is left out, and what it would have proved is undetermined.
    fn damaged(&self, line: &Line, object: &str, fault: &mut dyn FnMut(String)) -> Result<()> {
        let Some((_, good)) = self.bundles.get(line.world) else { return Ok(()) };
        let folder = self.work.join("damaged");
        let _ = fs::remove_dir_all(&folder);
        let mut bundle = Bundle { floors: None, ..good.clone() };
        let text = line.text().into_owned();
        let wanted = match object {
            "trust_list" => {
                bundle.trust_list = Some(text);
                Code::TrustMissing
            }
            "catalogue" => {
                bundle.catalogues.retain(|(operator, _)| operator != A);
                bundle.catalogues.push((A.into(), text));
                Code::CatalogueStale
            }
            "status_list" => {
                bundle.status_lists.retain(|(uri, _)| uri != LIST_A);
                bundle.status_lists.push((LIST_A.into(), text));
                Code::StatusMissing
            }
            _ => {
                bundle.deltas = vec![text];
                Code::Ok
            }
        };
        bundle.write(&folder);
        let now = NOW.0.to_string();
        let args = [
            "verify",
            "-",
            "--json",
            "--now",
            &now,
            "--audience",
            "inspector",
            "--scene",
            "inspect.food",
            "--bundle",
            folder.to_str().unwrap_or_default(),
        ];
        let output = self.run(&args, signed_show(&claims(969_000)).into_bytes())?;
        let verdict: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        if verdict["code"] != wanted.as_str() {
            fault(format!(
                "{}: with it in a bundle the program says {}, not {wanted}",
                line.id, verdict["code"]
            ));
        }
        check_run(&line.id, &output, if wanted == Code::Ok { 0 } else { 2 }, fault);
        Ok(())
    }
}

impl Drop for Cli {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.work);
    }
}

impl Ask for Cli {
    fn name(&self) -> &'static str {
        "cli"
    }

    fn compare(
        &mut self,
        lines: &[(Line, Answer)],
        core: &Verifiers,
        fault: &mut dyn FnMut(String),
    ) -> Result<usize> {
        let mut alike: BTreeMap<_, Vec<&(Line, Answer)>> = BTreeMap::new();
        let mut asked = 0;
        for one in lines {
            let line = &one.0;
            match line.ask {
                Asked::Load(object) if line.is_mutant() => {
                    self.damaged += 1;
                    if self.damaged.is_multiple_of(DAMAGED) {
                        self.damaged(line, object, fault)?;
                        asked += 1;
                    }
                }
                Asked::Load(_) => {}
                Asked::Verify if fits_a_line(line) => {
                    alike.entry((line.world, line.now, &line.audience, &line.scene)).or_default().push(one);
                }
                Asked::Verify => {
                    self.verify(line, &one.1, core, fault)?;
                    asked += 1;
                }
            }
        }
        for group in alike.values() {
            asked += self.batch(group, core, fault)?;
        }
        Ok(asked)
    }
}

/// Whether a case can be a line of a batch: it asks for no challenge, and is one line that is not blank.
fn fits_a_line(line: &Line) -> bool {
    let is_blank = std::str::from_utf8(&line.input).is_ok_and(|text| text.trim().is_empty());
    line.challenge.is_none() && !line.input.contains(&b'\n') && !is_blank
}

/// The lines of a text that holds a code in each: `verify` answers each of them. Core, given the whole, refuses it.
fn list(text: &str) -> Option<Vec<&str>> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    (lines.len() > 1 && lines.iter().all(|line| classify(line) == Reading::Licence)).then_some(lines)
}

/// Core's verdict on the text without the white space around it, which no file is without.
fn known_or_asked(line: &Line, known: &Answer, text: &str, core: &Verifiers) -> Verdict {
    match known {
        Answer::Verdict(verdict) if text.as_bytes() == line.input => (**verdict).clone(),
        _ => core.judge(line, text),
    }
}

fn compare(line: &Line, got: &str, wanted: &Verdict, fault: &mut dyn FnMut(String)) {
    let wanted = serde_json::to_string(wanted).unwrap_or_default();
    if !same(got, &wanted) {
        fault(format!("{}: cli\n  got    {got}\n  wanted {wanted}", line.id));
    }
}

/// The exit code says what came of it, and nothing went wrong on the way.
fn check_run(id: &str, output: &Output, wanted: i32, fault: &mut dyn FnMut(String)) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    if output.status.code() != Some(wanted)
        || stderr.contains("panicked")
        || stderr.contains("internal fault")
    {
        fault(format!("{id}: cli ended with {}, wanted {wanted}: {}", output.status, stderr.trim()));
    }
}

/// Exit codes of the program: several answers count as invalid, then undetermined, then valid.
#[derive(Default)]
struct Exits {
    invalid: bool,
    undetermined: bool,
}

impl Exits {
    fn add(&mut self, verdict: &Verdict) {
        self.invalid |= verdict.verdict == Said::Invalid;
        self.undetermined |= verdict.verdict == Said::Undetermined;
    }

    fn code(&self) -> i32 {
        match self {
            Self { invalid: true, .. } => 1,
            Self { undetermined: true, .. } => 2,
            _ => 0,
        }
    }
}
