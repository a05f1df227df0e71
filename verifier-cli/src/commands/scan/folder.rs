//! Every file of a folder in the order of names, and on request those that are still to come.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs, io,
    path::Path,
    thread,
    time::{Duration, Instant, SystemTime},
};

use liangzheng_core::{text::Text, verify::peek};

use super::{Found, Session, name_of, video_in};
use crate::{
    error::{Failure, warn},
    input::{self, Input},
    stop,
    words::visible,
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
    // A folder that cannot be read now is a wrong one; later it is one that comes back.
    let first = files(session, folder)?;
    if session.cycle.is_some() {
        // What was there before the challenge does not answer it.
        let done = |state| Watched { state, since: Instant::now(), stage: Stage::Done };
        known.extend(first.into_iter().filter_map(|(name, state)| Some((name, done(state?)))));
    }
    let mut is_away = false;
    while !stop::is_asked() {
        let found = match files(session, folder) {
            Ok(found) => found,
            Err(failure) => {
                if !is_away {
                    is_away = true;
                    session.trouble(&failure.hint(
                        "恢复后会继续核验，核验过的文件不会重复核验。",
                        "the scan goes on when it is back; what was judged is not judged again",
                    ));
                }
                thread::sleep(POLL);
                continue;
            }
        };
        if is_away {
            is_away = false;
            let name = visible(&folder.display().to_string());
            let back = Text::new(format!("{name}：已恢复读取"), format!("{name} can be read again"));
            warn(session.shell.lang, &back, None);
            // Nobody saw whether they were at rest meanwhile.
            known.values_mut().for_each(|file| file.since = Instant::now());
        }
        // Not while the folder is away: its answer could not be read, and its picture may lie there.
        if let Some(cycle) = &mut session.cycle {
            cycle.show_if_due(session.shell)?;
            cycle.renew_if_old(session.shell)?;
        }
        known.retain(|name, _| found.contains_key(name));
        for (name, state) in found {
            let Some(state) = state else { continue };
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
            session.all(Found::Codes(read), &name_of(path))
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
/// One that is there and cannot be looked at has no state.
fn files(session: &Session<'_>, folder: &Path) -> Result<BTreeMap<OsString, Option<State>>, Failure> {
    let failed = |error: io::Error| Failure::disk(folder, &error);
    let own = session.own_files.within(folder);
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        if is_passed_over(&name) {
            continue;
        }
        let state = match fs::metadata(entry.path()) {
            Ok(metadata) if !metadata.is_file() || own.holds(&name, &metadata) => continue,
            Ok(metadata) => Some((metadata.len(), metadata.modified().ok())),
            // Gone since it was listed: it is none of ours.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            // A share that fails halfway: what is known of the file must not be forgotten.
            Err(_) => None,
        };
        files.insert(name, state);
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
