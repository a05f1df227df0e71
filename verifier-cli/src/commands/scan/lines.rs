//! Lines on stdin: a hardware scanner that types, or a program that pipes.

use std::{
    io::{self, BufRead, BufReader, IsTerminal as _, Write as _},
    path::Path,
    sync::mpsc::{Receiver, RecvTimeoutError, sync_channel},
    thread,
    time::{Duration, Instant},
};

use liangzheng_core::verify::{Code, Refusal};

use super::Session;
use crate::{error::Failure, stop, utf16, wedge};

/// Bytes of a line that are kept; many times the longest code.
const MAX_LINE: usize = 16 << 10;

/// How often Ctrl-C and the age of a challenge are looked at.
const TICK: Duration = Duration::from_millis(100);

/// An empty line this soon after a code is the second half of the scanner's CR LF, and no key of the user's.
const SAME_SCAN: Duration = Duration::from_millis(500);

type Line = Result<String, Refusal>;

pub(super) fn run(session: &mut Session<'_>) -> Result<(), Failure> {
    let is_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
    let lines = listen();
    let mut last = Instant::now();
    let mut is_prompted = false;
    while !stop::is_asked() {
        if !is_prompted {
            is_prompted = true;
            prompt(session, is_terminal)?;
        }
        match lines.recv_timeout(TICK) {
            Ok(Ok(line)) => {
                let is_same_scan = last.elapsed() < SAME_SCAN;
                is_prompted = !hear(session, &line, is_same_scan)?;
                last = Instant::now();
            }
            Ok(Err(error)) => return Err(Failure::disk(Path::new("stdin"), &error)),
            Err(RecvTimeoutError::Timeout) => {
                if let Some(cycle) = &mut session.cycle {
                    cycle.renew_if_old(session.shell)?;
                }
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    if is_terminal {
        eprintln!();
    }
    Ok(())
}

/// Takes a line; whether it was worth a new prompt.
fn hear(session: &mut Session<'_>, line: &Line, is_same_scan: bool) -> Result<bool, Failure> {
    let bare = line.as_ref().map(|text| wedge::bare(text));
    if bare == Ok("") {
        // On a terminal the verdict stands until the user asks for the next challenge.
        return match &mut session.cycle {
            Some(cycle) if !is_same_scan => cycle.show_if_due(session.shell).map(|()| true),
            _ => Ok(false),
        };
    }
    let hint = bare.as_ref().ok().and_then(|text| wedge::hint(text));
    let code = bare.map(str::to_owned).map_err(Refusal::clone);
    session.answer(&code, None, hint.as_ref())?;
    Ok(true)
}

fn prompt(session: &mut Session<'_>, is_terminal: bool) -> Result<(), Failure> {
    let lang = session.shell.lang;
    let answered = session.answered();
    let mut waits_for_key = false;
    if let Some(cycle) = &mut session.cycle {
        waits_for_key = is_terminal && answered > 0 && cycle.is_due();
        if !waits_for_key {
            cycle.show_if_due(session.shell)?;
        }
    }
    if is_terminal {
        let words = match (waits_for_key, session.cycle.is_some()) {
            (true, _) => lang.pick("按回车出示下一个核验码", "Enter shows the next challenge"),
            (false, true) => lang.pick("请扫描手机回应的码", "scan the phone's answer"),
            (false, false) => lang.pick("请扫码（Ctrl-C 结束）", "scan a code (Ctrl-C ends)"),
        };
        eprint!("{words} > ");
        // A prompt that cannot be shown is no reason not to read.
        let _ = io::stderr().flush();
    }
    Ok(())
}

/// Reads stdin on a thread of its own: a read that waits for a scanner cannot be broken off.
fn listen() -> Receiver<io::Result<Line>> {
    let (sender, receiver) = sync_channel(1);
    thread::spawn(move || {
        let mut stdin = match read_through() {
            Ok(stdin) => stdin,
            Err(error) => return drop(sender.send(Err(error))),
        };
        loop {
            let line = match next_line(&mut stdin) {
                Ok(None) => return,
                Ok(Some(line)) => Ok(line),
                Err(error) => Err(error),
            };
            let is_over = line.is_err();
            if sender.send(line).is_err() || is_over {
                return;
            }
        }
    });
    receiver
}

/// Stdin as UTF-8. PowerShell pipes UTF-16; keys come as the terminal is set, and the first of them is not waited for.
fn read_through() -> io::Result<Box<dyn BufRead>> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Ok(Box::new(stdin.lock()));
    }
    let (text, _) = utf16::reader(stdin)?;
    Ok(Box::new(BufReader::new(text)))
}

/// The next line, ended by CR, LF or the end of input; `None` after the last.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let mut length = 0_usize;
    loop {
        let held = input.fill_buf()?;
        if held.is_empty() && length == 0 {
            return Ok(None);
        }
        let end = held.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
        let (text, taken) = match end {
            Some(end) => (held.get(..end).unwrap_or_default(), end + 1),
            None => (held, held.len()),
        };
        let room = MAX_LINE.saturating_sub(line.len());
        line.extend_from_slice(text.get(..room).unwrap_or(text));
        length = length.saturating_add(taken);
        let is_whole = end.is_some() || held.is_empty();
        let is_too_long = line.len() >= MAX_LINE;
        input.consume(taken);
        if is_whole {
            return Ok(Some(match String::from_utf8(line) {
                _ if is_too_long => Err(Code::Size.into()),
                Ok(text) => Ok(text),
                Err(_) => Err(Code::Format.into()),
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(mut input: &[u8]) -> Vec<String> {
        let mut lines = vec![];
        while let Some(line) = next_line(&mut input).unwrap() {
            lines.push(line.unwrap_or_else(|refusal| refusal.code.to_string()));
        }
        lines
    }

    #[test]
    fn lines_end_as_scanners_end_them() {
        assert_eq!(lines(b"A\rB\nC\r\nD"), ["A", "B", "C", "", "D"]);
        assert_eq!(lines(b""), [""; 0]);
        assert_eq!(lines(b"\n"), [""]);
    }

    #[test]
    fn a_bad_line_is_one_answer_and_the_next_is_read() {
        let long = vec![b'A'; 3 * MAX_LINE];
        let input = [&long[..], b"\nB\n\xff\xfe\nC"].concat();
        assert_eq!(lines(&input), ["E_SIZE", "B", "E_FORMAT", "C"]);
    }
}
