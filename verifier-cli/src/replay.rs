//! `--replay-cache`: codes that were accepted, so that a second showing is refused.

use std::{
    collections::HashMap,
    fmt::Write as _,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use liangzheng_core::{
    text::Text,
    time::UnixTime,
    verify::{Replay, ReplayKey},
};

use crate::{
    bundle::{Target, target, write_atomically},
    error::{Exit, Failure},
    lock::{self, Lock},
};

/// Most codes remembered: a busy counter accepts far fewer in the few minutes that a code lives.
///
/// What would go beyond is not dropped, which would let an old code in again: the run fails instead.
const MAX_ENTRIES: usize = 100_000;

/// Longest cache file in bytes: a line is at most 110.
const MAX_FILE: u64 = 16 << 20;

/// The memory of one file, locked while it is held: two scans of one code at the same moment must not both pass.
#[derive(Debug)]
pub(crate) struct Cache {
    /// The file's own name, whatever link it was opened by: what is locked, read and replaced must be one file.
    path: PathBuf,
    seen: HashMap<ReplayKey, Seen>,
    _lock: Lock,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    at: UnixTime,
    until: UnixTime,
}

impl Replay for Cache {
    fn seen(&self, key: &ReplayKey) -> Option<UnixTime> {
        self.seen.get(key).map(|seen| seen.at)
    }
}

impl Cache {
    /// Opens the cache, or begins one.
    ///
    /// # Errors
    /// 74 if it cannot be read, or another run keeps it locked. A damaged cache is an error, too: taking it for
    /// empty would accept used codes. So is what remembers nothing, such as a device.
    pub(crate) fn open(named: &Path) -> Result<Self, Failure> {
        let found = target(named).map_err(|error| Failure::disk(named, &error))?;
        let Target::File(path) = found else {
            let name = named.display();
            return Err(Failure::new(
                Exit::Io,
                format!("{name}：已用码记录必须是普通文件"),
                format!("{name}: the replay cache must be a regular file"),
            )
            .hint("请另取一个文件名。", "name another file"));
        };
        let lock = lock::take(&path, &Text::fixed("已用码记录", "the replay cache"))?;
        let mut text = String::new();
        match File::open(&path) {
            Ok(file) => file.take(MAX_FILE).read_to_string(&mut text).map(drop),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
        .map_err(|error| Failure::disk(&path, &error))?;
        let seen: Option<HashMap<_, _>> = text.lines().map(entry).collect();
        let seen = seen.ok_or_else(|| {
            let name = path.display();
            Failure::new(
                Exit::Io,
                format!("{name}：已用码记录已损坏"),
                format!("{name}: the replay cache is damaged"),
            )
            .hint(
                "删除该文件即重新开始记录，此前用过的码可能再次通过。",
                "delete the file to start anew; codes used before may then pass again",
            )
        })?;
        Ok(Self { path, seen, _lock: lock })
    }

    /// How many codes are remembered.
    pub(crate) fn count(&self) -> usize {
        self.seen.len()
    }

    /// Remembers an accepted code until `until`, and forgets those that can no longer be valid.
    ///
    /// # Errors
    /// 74 if it cannot be written, or the memory is full. The code must then not be called valid.
    pub(crate) fn remember(&mut self, key: ReplayKey, now: UnixTime, until: UnixTime) -> Result<(), Failure> {
        self.seen.retain(|_, seen| seen.until >= now);
        if self.seen.len() >= MAX_ENTRIES {
            let name = self.path.display();
            return Err(Failure::new(
                Exit::Io,
                format!("{name}：已用码记录已满"),
                format!("{name}: the replay cache is full"),
            )
            .hint(
                "请稍候再试，过期的记录会自动清除。",
                "try again later: entries go when their codes expire",
            ));
        }
        self.seen.insert(key, Seen { at: now, until });
        let mut lines: Vec<String> = self.seen.iter().map(|(key, seen)| line(key, *seen)).collect();
        lines.sort_unstable();
        write_atomically(&self.path, lines.concat().as_bytes())
    }
}

/// `HEX-OF-KEY accepted-at keep-until`
fn line(key: &ReplayKey, seen: Seen) -> String {
    let mut line = String::with_capacity(96);
    for byte in key {
        let _ = write!(line, "{byte:02x}");
    }
    let _ = writeln!(line, " {} {}", seen.at, seen.until);
    line
}

fn entry(line: &str) -> Option<(ReplayKey, Seen)> {
    let mut words = line.split(' ');
    let (hex, at, until) = (words.next()?, words.next()?, words.next()?);
    if words.next().is_some() || hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    let mut key = ReplayKey::default();
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some((key, Seen { at: UnixTime(at.parse().ok()?), until: UnixTime(until.parse().ok()?) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_back_and_a_damaged_one_is_refused() {
        let (key, seen) = ([0xab; 32], Seen { at: UnixTime(5), until: UnixTime(65) });
        let text = line(&key, seen);
        let (read_key, read) = entry(text.trim_end()).unwrap();
        assert_eq!((read_key, read.at, read.until), (key, seen.at, seen.until));
        for damaged in
            ["", "ab 1 2", &text[1..], "é", &format!("{} 9", text.trim_end()), &text.replace("ab", "xy")]
        {
            assert!(entry(damaged.trim_end()).is_none(), "{damaged}");
        }
    }
}
