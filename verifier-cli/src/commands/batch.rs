//! `batch`: one code a line in, one compact verdict a line out, in the same order, on all cores.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    io::{self, BufRead, BufReader, BufWriter, IsTerminal as _, Read as _, Write as _},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use liangzheng_core::{
    time::UnixTime,
    verify::{Code, Options, Refusal, Verdict, Verifier},
};

use super::verify::Exits;
use crate::{
    Shell,
    args::Expect,
    bundle::{Held, Lists},
    error::{Exit, Failure},
    input, output,
    words::{Lang, padded},
};

/// Lines worked on at a time: enough to keep every core busy, and all the memory a batch of any length takes.
const CHUNK: usize = 1_024;

/// Bytes of a line that are looked at; many times the longest code.
const MAX_LINE: u64 = 16 << 10;

/// How often progress is told, on a terminal.
const TELL_EVERY: Duration = Duration::from_millis(500);

pub(crate) fn run(shell: &Shell, file: &OsStr, expect: &Expect) -> Result<Exit, Failure> {
    let mut lines: Box<dyn BufRead> = if file == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::with_capacity(256 << 10, input::open(Path::new(file))?))
    };
    let held = Held::load(&shell.bundle, Lists::All)?;
    held.warn(shell.lang);
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let mut stdout = BufWriter::with_capacity(256 << 10, io::stdout().lock());
    let mut tally = Tally::default();
    let started = Instant::now();
    let mut progress = Progress { lang: shell.lang, told: io::stderr().is_terminal().then_some(started) };
    loop {
        let chunk = read_chunk(&mut lines, tally.total() == 0)
            .map_err(|error| Failure::disk(Path::new(file), &error))?;
        if chunk.is_empty() {
            break;
        }
        for answer in judge_all(&held.verifier, &chunk, expect, shell.clock.now(), workers)? {
            tally.add(&answer.verdict);
            writeln!(stdout, "{}", answer.json).map_err(|error| Failure::output(&error))?;
        }
        progress.tell(tally.total());
    }
    stdout.flush().map_err(|error| Failure::output(&error))?;
    progress.done();
    tally.print(shell.lang, started.elapsed());
    Ok(tally.exits.exit())
}

struct Answer {
    verdict: Verdict,
    json: String,
}

type Line = Result<String, Refusal>;

/// Splits the chunk evenly over the workers; joined in order, so the answers are, too.
fn judge_all(
    verifier: &Verifier,
    chunk: &[Line],
    expect: &Expect,
    now: UnixTime,
    workers: usize,
) -> Result<Vec<Answer>, Failure> {
    let share = chunk.len().div_ceil(workers).max(1);
    let judge = &|lines: &[Line]| -> Result<Vec<Answer>, Failure> {
        let options = Options {
            audience: expect.audience.as_deref(),
            scene: expect.scene.as_deref(),
            ..Options::at(now)
        };
        let answer = |line: &Line| {
            let verdict = match line {
                Ok(text) => verifier.verify(text, &options),
                Err(refusal) => Verdict::refused(now, refusal),
            };
            Ok(Answer { json: output::to_json(&verdict)?, verdict })
        };
        lines.iter().map(answer).collect()
    };
    thread::scope(|scope| {
        let shares: Vec<_> = chunk.chunks(share).map(|lines| scope.spawn(move || judge(lines))).collect();
        let mut answers = Vec::with_capacity(chunk.len());
        for share in shares {
            let share = share
                .join()
                .map_err(|_| Failure::new(Exit::Internal, "核验线程出错", "a worker thread failed"))?;
            answers.extend(share?);
        }
        Ok(answers)
    })
}

/// The next non-empty lines.
fn read_chunk(mut lines: &mut dyn BufRead, mut at_start: bool) -> io::Result<Vec<Line>> {
    let mut chunk = Vec::new();
    let mut bytes = Vec::new();
    while chunk.len() < CHUNK {
        bytes.clear();
        if (&mut lines).take(MAX_LINE).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        let is_whole = bytes.ends_with(b"\n") || (bytes.len() as u64) < MAX_LINE;
        if !is_whole {
            skip_line(lines)?;
        }
        let line = if at_start { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes) } else { &bytes };
        at_start = false;
        match std::str::from_utf8(line).map(str::trim) {
            _ if !is_whole => chunk.push(Err(Code::Size.into())),
            Ok("") => {}
            Ok(text) => chunk.push(Ok(text.to_owned())),
            Err(_) => chunk.push(Err(Code::Format.into())),
        }
    }
    Ok(chunk)
}

/// Passes over the rest of a line without keeping it.
fn skip_line(lines: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let buffer = lines.fill_buf()?;
        match buffer.iter().position(|byte| *byte == b'\n') {
            Some(end) => {
                lines.consume(end + 1);
                return Ok(());
            }
            None if buffer.is_empty() => return Ok(()),
            None => {
                let length = buffer.len();
                lines.consume(length);
            }
        }
    }
}

#[derive(Default)]
struct Tally {
    exits: Exits,
    codes: BTreeMap<Code, u64>,
}

impl Tally {
    fn add(&mut self, verdict: &Verdict) {
        self.exits.add(verdict);
        *self.codes.entry(verdict.code).or_default() += 1;
    }

    fn total(&self) -> u64 {
        self.exits.valid + self.exits.invalid + self.exits.undetermined
    }

    /// The summary table, on stderr: stdout belongs to the verdicts.
    fn print(&self, lang: Lang, took: Duration) {
        let rows = [
            (lang.pick("有效", "valid"), self.exits.valid),
            (lang.pick("无效", "invalid"), self.exits.invalid),
            (lang.pick("无法判断", "undetermined"), self.exits.undetermined),
            (lang.pick("合计", "total"), self.total()),
        ];
        for (name, count) in rows {
            eprintln!("{} {count:>9}", padded(name, 24));
        }
        for (code, count) in self.codes.iter().filter(|(code, _)| **code != Code::Ok) {
            let text = code.message();
            eprintln!("  {} {count:>9}  {}", padded(code.as_str(), 22), lang.of(&text));
        }
        eprintln!("{} {:>9.1} s", padded(lang.pick("用时", "time"), 24), took.as_secs_f64());
    }
}

struct Progress {
    lang: Lang,
    /// When progress was last told; `None` if stderr is no terminal.
    told: Option<Instant>,
}

impl Progress {
    fn tell(&mut self, count: u64) {
        if self.told.is_some_and(|told| told.elapsed() >= TELL_EVERY) {
            eprint!("\r{} {count}", self.lang.pick("已核验", "checked"));
            self.told = Some(Instant::now());
        }
    }

    fn done(&self) {
        if self.told.is_some() {
            eprint!("\r\u{1b}[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_whatever_they_hold() {
        let long = "A".repeat(100_000);
        let text = format!("\u{feff}EL1:A\r\n\n  \n{long}\nEL1:B");
        let mut bytes = text.into_bytes();
        bytes.extend(b"\n\xff\xfe\n");
        let lines = read_chunk(&mut &bytes[..], true).unwrap();
        let told: Vec<String> =
            lines.into_iter().map(|line| line.unwrap_or_else(|refusal| refusal.code.to_string())).collect();
        assert_eq!(told, ["EL1:A", "E_SIZE", "EL1:B", "E_FORMAT"]);
    }
}
