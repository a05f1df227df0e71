//! The run: lines in chunks through core, then through every other shell, each compared with core.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    time::Instant,
};

use anyhow::{Context as _, Result};
use liangzheng_core::key::{AwsLc, P256};

use crate::{
    Arguments, Shell,
    corpus::{Answer, Corpus, Line, Verifiers, head},
    root,
    shells::{self, Cli, Oracle, Wasm},
    tally::Tally,
};

/// Lines worked on at a time: the program is started once for all lines of these that are asked alike.
const CHUNK: usize = 16_384;

/// One generated case in so many goes into the browser's sample.
const SAMPLED: usize = 20;

/// Runs it all; true if nothing was wrong.
///
/// # Errors
/// When a shell could not be started or went away.
pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let corpus = Corpus::new();
    let hand_kept = corpus.hand_kept();
    let kept = hand_kept.len();
    let mut lines = hand_kept.into_iter().chain(corpus.generated(arguments.size())).enumerate();
    if let Some(path) = &arguments.write {
        let mut file = create(path)?;
        writeln!(file, "{}", head(&corpus.worlds))?;
        for (_, line) in lines {
            writeln!(file, "{}", line.to_json())?;
        }
        file.flush()?;
        return Ok(true);
    }
    let (mut core, mut second) = (Verifiers::new(&P256, &corpus), Verifiers::new(&AwsLc, &corpus));
    let mut others: Vec<Box<dyn shells::Ask>> = vec![];
    if arguments.asks(Shell::Cli) {
        others.push(Box::new(Cli::new(&arguments.cli()?, &corpus)?));
    }
    if arguments.asks(Shell::Wasm) {
        others.push(Box::new(Wasm::start(&root()?.join(&arguments.modules), &corpus)?));
    }
    if arguments.asks(Shell::Oracle) {
        others.push(Box::new(Oracle::start(&arguments.python, arguments.oracle_every, &corpus)?));
    }
    // Put in its place at the end, so that a run broken off leaves no half of one.
    let unfinished = arguments.sample.as_ref().map(|path| path.with_extension("part"));
    let mut sample = unfinished.as_deref().map(create).transpose()?;
    if let Some(file) = &mut sample {
        writeln!(file, "{}", head(&corpus.worlds))?;
    }
    let mut tally = Tally::new();
    loop {
        let chunk: Vec<(usize, Line)> = lines.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            break;
        }
        let started = Instant::now();
        let mut answers: Vec<(Line, Answer)> = Vec::with_capacity(chunk.len());
        for (number, line) in chunk {
            let asked = Instant::now();
            let answer = core.answer(&line);
            tally.slowest = tally.slowest.max(asked.elapsed());
            if let Some(fault) = answer.fault(&line) {
                tally.fault(fault);
            }
            tally.count(&line, &answer);
            // Cases too long for a code say little more in a browser, and fill its memory.
            if let Some(file) = &mut sample
                && (number < kept || number.is_multiple_of(SAMPLED))
                && line.input.len() < 100_000
            {
                let mut json = line.to_json();
                json["expect"] = serde_json::from_str(&answer.to_json())?;
                writeln!(file, "{json}")?;
            }
            answers.push((line, answer));
        }
        tally.asked("core p256", answers.len(), started.elapsed());
        let started = Instant::now();
        for (line, answer) in &answers {
            if second.answer(line) != *answer {
                tally.fault(format!("{}: aws-lc differs", line.id));
            }
        }
        tally.asked("core aws-lc", answers.len(), started.elapsed());
        for shell in &mut others {
            let started = Instant::now();
            let asked = shell.compare(&answers, &core, &mut |fault| tally.fault(fault))?;
            tally.asked(shell.name(), asked, started.elapsed());
        }
        tally.tell();
    }
    if let Some(file) = &mut sample {
        file.flush()?;
    }
    if let (Some(unfinished), Some(path)) = (&unfinished, &arguments.sample) {
        std::fs::rename(unfinished, path)?;
    }
    println!(
        "corpus: seed {}, {} mutants, {} controls, {kept} hand-kept cases",
        arguments.seed, arguments.mutants, arguments.controls
    );
    Ok(tally.print())
}

fn create(path: &Path) -> Result<BufWriter<File>> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(BufWriter::new(File::create(path).with_context(|| format!("cannot write {}", path.display()))?))
}
