//! `batch`: one code a line in, one compact verdict a line out, in the same order, on all cores.

mod lines;
mod pipeline;
mod progress;
mod summary;

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, BufRead, BufReader, Write as _},
    path::Path,
    thread,
};

use liangzheng_core::verify::{Options, Verdict, Verifier};

use crate::{
    Shell,
    args::Expect,
    bundle::{Held, Lists},
    clock::Clock,
    error::{Exit, Failure},
    input, output,
};
use lines::{Chunk, Lines};
use progress::Progress;
use summary::Tally;

pub(crate) fn run(shell: &Shell, file: &OsStr, expect: &Expect) -> Result<Exit, Failure> {
    let (source, length): (Box<dyn BufRead>, Option<u64>) = if file == "-" {
        (Box::new(io::stdin().lock()), None)
    } else {
        let file = input::open(Path::new(file))?;
        let length = length_of(&file);
        (Box::new(BufReader::with_capacity(256 << 10, file)), length)
    };
    let held = Held::load(&shell.bundle, Lists::All)?;
    held.warn(shell.lang);
    let mut lines = Lines::new(source);
    let mut progress = Progress::new(shell.lang, length);
    let mut tally = Tally::default();
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let done = pipeline::in_order(
        workers,
        || lines.chunk().map_err(|error| Failure::disk(Path::new(file), &error)),
        |chunk| judge(&held.verifier, &chunk, expect, shell.clock),
        |answers: Answers| {
            io::stdout().write_all(&answers.json).map_err(|error| Failure::output(&error))?;
            tally.merge(&answers.tally);
            progress.tell(tally.total(), answers.read);
            Ok(())
        },
    );
    progress.done();
    done?;
    io::stdout().flush().map_err(|error| Failure::output(&error))?;
    tally.print(shell.lang, progress.elapsed());
    Ok(tally.exit())
}

/// What came of one chunk, ready to be written.
struct Answers {
    /// A verdict a line.
    json: Vec<u8>,
    tally: Tally,
    /// Bytes of the input up to the chunk's end.
    read: u64,
}

fn judge(verifier: &Verifier, chunk: &Chunk, expect: &Expect, clock: Clock) -> Result<Answers, Failure> {
    let options = Options {
        audience: expect.audience.as_deref(),
        scene: expect.scene.as_deref(),
        ..Options::at(clock.now())
    };
    let mut answers = Answers {
        json: Vec::with_capacity(chunk.lines.len() * USUAL_VERDICT),
        tally: Tally::default(),
        read: chunk.end,
    };
    for line in &chunk.lines {
        let verdict = match line {
            Ok(text) => verifier.verify(text, &options),
            Err(refusal) => Verdict::refused(options.now, refusal),
        };
        output::append_json(&mut answers.json, &verdict)?;
        answers.json.push(b'\n');
        answers.tally.add(&verdict);
    }
    Ok(answers)
}

/// A file's length, if it is one that has an end from the start: not a pipe by name.
fn length_of(file: &File) -> Option<u64> {
    file.metadata().ok().filter(|metadata| metadata.is_file()).map(|metadata| metadata.len())
}

/// Bytes of a verdict with a licence in it: room taken beforehand, so that answers are not moved as they grow.
const USUAL_VERDICT: usize = 2_560;
