//! Every file of a folder in the order of names, and on request those that are still to come.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs, io,
    path::Path,
    thread,
    time::{Duration, Instant, SystemTime},
};

use liangzheng_core::verify::peek;

use super::{Found, Session, name_of, video_in};
use crate::{
    error::Failure,
    input::{self, Input},
    stop,
};

/// How often a watched folder is looked at. By looking, because folders shared over a network tell nobody of new
/// files.
const POLL: Duration = Duration::from_millis(250);

/// A file that has not changed for this long is read.
const STEADY: Duration = Duration::from_millis(400);

/// A file that cannot be read, or holds a broken code, may still be on its way from a slow camera: only after
/// this long without a change is that told.
const PATIENCE: Duration = Duration::from_secs(3);

/// Names of files that other programs have not finished.
const UNFINISHED: [&str; 4] = ["part", "tmp", "crdownload", "download"];

pub(super) fn run(session: &mut Session<'_>, folder: &Path, watch: bool) -> Result<(), Failure> {
    if watch {
        return keep_watching(session, folder);
    }
    for name in files(session, folder)?.into_keys() {
        if stop::is_asked() {
            break;
        }
        session.file(&folder.join(&name))?;
    }
    Ok(())
}

/// What a file is now; any write changes it.
type State = (u64, Option<SystemTime>);

/// A file of a watched folder.
struct Watched {
    state: State,
    since: Instant,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Fresh,
    /// It was read once and was not whole.
    Doubtful,
    Done,
}

fn keep_watching(session: &mut Session<'_>, folder: &Path) -> Result<(), Failure> {
    let mut known: BTreeMap<OsString, Watched> = BTreeMap::new();
    if session.cycle.is_some() {
        // What was there before the challenge does not answer it.
        let done = |state| Watched { state, since: Instant::now(), stage: Stage::Done };
        known.extend(files(session, folder)?.into_iter().map(|(name, state)| (name, done(state))));
    }
    while !stop::is_asked() {
        if let Some(cycle) = &mut session.cycle {
            cycle.show_if_due(session.shell)?;
            cycle.renew_if_old(session.shell)?;
        }
        let found = files(session, folder)?;
        known.retain(|name, _| found.contains_key(name));
        for (name, state) in found {
            let fresh = Watched { state, since: Instant::now(), stage: Stage::Fresh };
            let file = known.entry(name.clone()).or_insert(fresh);
            if file.state != state {
                *file = Watched { state, since: Instant::now(), stage: Stage::Fresh };
            }
            look(session, &folder.join(&name), file)?;
            if stop::is_asked() {
                break;
            }
        }
        thread::sleep(POLL);
    }
    Ok(())
}

/// Reads a file once it has come to rest.
fn look(session: &mut Session<'_>, path: &Path, file: &mut Watched) -> Result<(), Failure> {
    let rest = file.since.elapsed();
    let wait = if file.stage == Stage::Doubtful { PATIENCE } else { STEADY };
    if file.stage == Stage::Done || rest < wait {
        return Ok(());
    }
    if rest >= PATIENCE {
        file.stage = Stage::Done;
        return session.file(path);
    }
    // The frames of a video are answered as they are read: it must be whole before.
    let is_video = video_in(path).is_ok_and(|video| video.is_some());
    match input::read_file(path) {
        Ok(read) if !is_video && is_whole(&read) => {
            file.stage = Stage::Done;
            session.all(Found::Codes(read.codes), &name_of(path))
        }
        _ => {
            file.stage = Stage::Doubtful;
            Ok(())
        }
    }
}

/// Whether every code of a file can be taken apart; the half of one cannot.
fn is_whole(read: &Input) -> bool {
    read.codes.iter().all(|code| code.as_ref().is_ok_and(|text| peek(text).is_ok()))
}

/// The files that may hold codes, by name: not those of hidden or unfinished names, and not what this run writes.
fn files(session: &Session<'_>, folder: &Path) -> Result<BTreeMap<OsString, State>, Failure> {
    let failed = |error: io::Error| Failure::disk(folder, &error);
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (name, path) = (entry.file_name(), entry.path());
        let is_own = std::path::absolute(&path).is_ok_and(|path| session.own_files.contains(&path));
        if is_own || is_passed_over(&name) {
            continue;
        }
        // Gone since it was listed: it is none of ours.
        let Ok(metadata) = fs::metadata(&path) else { continue };
        if metadata.is_file() {
            files.insert(name, (metadata.len(), metadata.modified().ok()));
        }
    }
    Ok(files)
}

fn is_passed_over(name: &OsStr) -> bool {
    let is_unfinished =
        |extension: &OsStr| UNFINISHED.iter().any(|known| extension.eq_ignore_ascii_case(known));
    let text = name.to_string_lossy();
    text.starts_with('.') || text.starts_with('~') || Path::new(name).extension().is_some_and(is_unfinished)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_and_unfinished_files_are_passed_over() {
        for (name, is_passed) in [
            (".photo.jpg", true),
            ("~$photo.jpg", true),
            ("photo.jpg.part", true),
            ("photo.TMP", true),
            ("photo.jpg.crdownload", true),
            ("photo.jpg", false),
            ("part", false),
            ("证照.png", false),
        ] {
            assert_eq!(is_passed_over(OsStr::new(name)), is_passed, "{name}");
        }
    }
}
