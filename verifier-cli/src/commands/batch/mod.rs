//! `batch`: one code a line in, one compact verdict a line out, in the same order, on all cores.

mod buffers;
mod lines;
mod pipeline;
mod progress;
mod summary;

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, BufReader, IsTerminal as _, Read, Write as _},
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
    input, output, utf16,
    words::Lang,
};
use buffers::Buffers;
use lines::{Chunk, Lines};
use progress::Progress;
use summary::Tally;

pub(crate) fn run(shell: &Shell, file: &OsStr, expect: &Expect) -> Result<Exit, Failure> {
    let (source, length): (Box<dyn Read + Send>, Option<u64>) = if file == "-" {
        tell_of_terminal(shell.lang);
        (Box::new(io::stdin()), None)
    } else {
        let file = input::open(Path::new(file))?;
        let length = length_of(&file);
        (Box::new(file), length)
    };
    let (source, is_utf16) = utf16::reader(source).map_err(|error| Failure::disk(Path::new(file), &error))?;
    let source = BufReader::with_capacity(256 << 10, source);
    // What is read is then shorter than the file.
    let length = length.filter(|_| !is_utf16);
    let held = Held::load(&shell.bundle, Lists::All, shell.clock.now())?;
    held.warn(shell.lang);
    let (texts, answers) = (Buffers::default(), Buffers::default());
    let mut lines = Lines::new(source, &texts);
    let mut progress = Progress::new(shell.lang, length);
    let mut tally = Tally::default();
    // A thousand verdicts on a screen tell nobody anything.
    let is_shown = shell.json || !io::stdout().is_terminal();
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let done = pipeline::in_order(
        workers,
        || lines.chunk().map_err(|error| Failure::disk(Path::new(file), &error)),
        |chunk| {
            let done = judge(&held.verifier, &chunk, expect, shell.clock, answers.take());
            texts.give(chunk.into_bytes());
            done
        },
        |done: Answers| {
            if is_shown {
                io::stdout().write_all(&done.json).map_err(|error| Failure::output(&error))?;
            }
            answers.give(done.json);
            tally.merge(&done.tally);
            progress.tell(tally.total(), done.read);
            Ok(())
        },
    );
    progress.done();
    done?;
    io::stdout().flush().map_err(|error| Failure::output(&error))?;
    tally.print(shell.lang, progress.elapsed());
    if !is_shown {
        let hint = shell.lang.pick(
            "每个码的结果请存入文件：batch 文件名 > 结果.jsonl；要在屏幕上看，加 --json",
            "send the verdicts to a file: batch FILE > verdicts.jsonl; or see them here with --json",
        );
        eprintln!("hint: {hint}");
    }
    Ok(tally.exit())
}

/// Who types `batch -` at a keyboard sees that it waits, and for what.
fn tell_of_terminal(lang: Lang) {
    if io::stdin().is_terminal() {
        eprintln!(
            "{}",
            lang.pick(
                "从键盘读取，每行一个码，Ctrl-D 结束；若要读取文件，请给出文件名。",
                "reading the keyboard, one code a line, until Ctrl-D; to read a file, give its name"
            )
        );
    }
}

/// What came of one chunk, ready to be written.
struct Answers {
    /// A verdict a line.
    json: Vec<u8>,
    tally: Tally,
    /// Bytes of the input up to the chunk's end.
    read: u64,
}

/// Judges a chunk's codes; their verdicts go to `json`, which is empty.
fn judge(
    verifier: &Verifier,
    chunk: &Chunk,
    expect: &Expect,
    clock: Clock,
    json: Vec<u8>,
) -> Result<Answers, Failure> {
    let options = Options {
        audience: expect.audience.as_deref(),
        scene: expect.scene.as_deref(),
        ..Options::at(clock.now())
    };
    let mut answers = Answers { json, tally: Tally::default(), read: chunk.end };
    for text in chunk.texts() {
        let verdict = match text {
            Ok(text) => verifier.verify(text, &options),
            Err(refusal) => Verdict::refused(options.now, &refusal),
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
