//! A whole bundle as one file, for machines that never see a network.

use std::{
    ffi::OsStr,
    io::{self, Read as _, Write as _},
    path::Path,
};

use liangzheng_core::{
    key::AwsLc,
    time::UnixTime,
    trust::RootSet,
    verify::{Code, OnExpired, Refusal, Verifier},
};
use serde::{Deserialize, Serialize};

use super::{
    Folder, MAX_ROOTS, WriteLock, files_of,
    load::{Held, Lists, parse_roots, read_floors},
    read_if_there, write_atomically,
};
use crate::{
    error::{Exit, Failure},
    input, output,
    words::visible,
};

const FORMAT: &str = "liangzheng-bundle/1";

/// Longest export in bytes: 256 shards at their limit.
const MAX_EXPORT: u64 = 512 << 20;

/// The signed objects of a bundle. Floors are left out: they follow from the objects, and nobody signs them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Export {
    format: String,
    /// For people to compare; an import pins its own.
    roots: RootSet,
    trust_list: String,
    /// Versions before it, in their order: a rotation of roots is followed step by step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    earlier_trust_lists: Vec<String>,
    #[serde(default)]
    catalogues: Vec<String>,
    #[serde(default)]
    status_lists: Vec<String>,
    #[serde(default)]
    deltas: Vec<String>,
}

/// Writes everything held to `file`, or to stdout for `-`; of the trust lists those after version `from`, which the
/// receiver has.
///
/// # Errors
/// 2 if nothing is held; 74.
pub(crate) fn export(folder: &Folder, file: &OsStr, from: u64) -> Result<(), Failure> {
    let all = |paths: Vec<std::path::PathBuf>| -> Result<Vec<String>, Failure> {
        paths.iter().filter_map(|path| read_if_there(path, MAX_EXPORT).transpose()).collect()
    };
    let (Some(roots), Some(trust_list)) =
        (folder.pinned_roots()?, read_if_there(&folder.trust_list(), MAX_EXPORT)?)
    else {
        return Err(Failure::new(
            Exit::Undetermined,
            "核验包是空的，没有可导出的内容",
            "the bundle is empty: nothing to export",
        )
        .hint("请先联网同步（sync）。", "sync first"));
    };
    let mut earlier = folder.kept_trust_lists()?;
    earlier.retain(|(version, _)| *version > from);
    let mut earlier_trust_lists = all(earlier.into_iter().map(|(_, path)| path).collect())?;
    earlier_trust_lists.retain(|text| *text != trust_list);
    let export = Export {
        format: FORMAT.into(),
        roots,
        trust_list,
        earlier_trust_lists,
        catalogues: all(files_of(&folder.catalogues())?)?,
        status_lists: all(files_of(&folder.status())?)?,
        deltas: all(files_of(&folder.deltas())?)?,
    };
    let text = output::to_json(&export)?;
    if file == "-" {
        return io::stdout().write_all(text.as_bytes()).map_err(|error| Failure::output(&error));
    }
    write_atomically(Path::new(file), text.as_bytes())
}

/// Takes in an export: all of it or nothing, and nothing older than what is held.
///
/// # Errors
/// 1 if core refuses an object; 64 if no root is pinned and none is given; 66, 74.
pub(crate) fn import(
    folder: &Folder,
    file: &OsStr,
    root: Option<&Path>,
    _lock: &WriteLock,
    now: UnixTime,
) -> Result<Held, Failure> {
    let export = read(file)?;
    let roots = match (folder.pinned_roots()?, root) {
        (Some(pinned), _) => pinned,
        (None, Some(path)) => read_root_file(path)?,
        (None, None) => {
            return Err(Failure::new(Exit::Usage, "核验包还没有根密钥", "the bundle holds no root yet")
                .hint("请用 --root 指定根密钥文件。", "name the root file with --root"));
        }
    };
    let refused = |refusal: Refusal| Failure::refused(visible(&file.to_string_lossy()), &refusal);
    let mut verifier = Verifier::new(&AwsLc, roots).map_err(refused)?;
    if let Some(floors) = read_floors(folder)? {
        verifier.restore(floors);
    }
    let kept = named_objects(&mut verifier, &export, now).map_err(refused)?;
    let floors = verifier.floors();
    for list in verifier.status_lists() {
        if floors.lists.get(&list.uri).is_some_and(|floor| list.iat < *floor) {
            return Err(refused(Refusal::about(Code::Rollback, list.uri)));
        }
    }
    let held = Held::load(folder, Lists::All, now)?;
    let missing =
        held.verifier.status_lists().find(|old| !verifier.status_lists().any(|new| new.uri == old.uri));
    if let Some(list) = missing {
        // The deltas are replaced as a whole; a list that is not in the export would lose its own.
        return Err(Failure::new(
            Exit::Invalid,
            format!("导出文件缺少本机已有的状态名单 {}", list.uri),
            format!("the export lacks the status list {}, which is held here", list.uri),
        )
        .hint("请从更新的机器重新导出。", "export again from a machine that is up to date"));
    }
    for (version, text) in kept.trust_lists {
        folder.keep_trust_list(version, text)?;
    }
    let version = verifier.trust_list().map(|list| list.version).unwrap_or_default();
    folder.put_trust_list(version, signed(&export.trust_list), verifier.roots())?;
    for (operator, text) in kept.catalogues {
        folder.put_catalogue(&operator, text)?;
    }
    folder.clear_deltas()?;
    for (uri, text) in kept.status_lists {
        folder.put_status_list(&uri, text)?;
    }
    for text in export.deltas.iter().map(|text| signed(text)) {
        folder.put_delta(text)?;
    }
    folder.put_floors(&floors)?;
    Ok(Held::nothing(verifier))
}

/// A signed object without the line end that an editor or `echo` puts after it.
pub(super) fn signed(text: &str) -> &str {
    text.trim_ascii()
}

/// Reads the file given with `--root`.
pub(crate) fn read_root_file(path: &Path) -> Result<RootSet, Failure> {
    input::open(path)?;
    let text = read_if_there(path, MAX_ROOTS)?.unwrap_or_default();
    parse_roots(&text, path)
}

struct Named<'a> {
    /// The steps from the roots pinned here to those of today.
    trust_lists: Vec<(u64, &'a str)>,
    catalogues: Vec<(String, &'a str)>,
    status_lists: Vec<(String, &'a str)>,
}

/// Loads the export into `verifier`, noting which object turned out to be whose.
fn named_objects<'a>(
    verifier: &mut Verifier,
    export: &'a Export,
    now: UnixTime,
) -> Result<Named<'a>, Refusal> {
    let kept = OnExpired::TellInVerdict { now };
    let mut named = Named { trust_lists: vec![], catalogues: vec![], status_lists: vec![] };
    for text in export.earlier_trust_lists.iter().map(|text| signed(text)) {
        // Those from before the roots pinned here, or older than what is held, are refused and not needed.
        if verifier.load_trust_list(text, kept).is_ok() {
            named.trust_lists.extend(verifier.trust_list().map(|list| (list.version, text)));
        }
    }
    verifier.load_trust_list(signed(&export.trust_list), kept)?;
    for text in export.catalogues.iter().map(|text| signed(text)) {
        let before: Vec<(String, u64)> =
            verifier.catalogues().map(|held| (held.iss.clone(), held.version)).collect();
        verifier.load_catalogue(text, kept)?;
        let new = verifier
            .catalogues()
            .find(|held| !before.iter().any(|(iss, version)| *iss == held.iss && *version == held.version));
        named.catalogues.extend(new.map(|held| (held.iss.clone(), text)));
    }
    for text in export.status_lists.iter().map(|text| signed(text)) {
        let before: Vec<_> = verifier.status_lists().collect();
        verifier.load_status_list(text, kept)?;
        let new = verifier.status_lists().find(|held| !before.contains(held));
        named.status_lists.extend(new.map(|held| (held.uri, text)));
    }
    for text in export.deltas.iter().map(|text| signed(text)) {
        verifier.apply_delta(text, kept)?;
    }
    Ok(named)
}

fn read(file: &OsStr) -> Result<Export, Failure> {
    let failed = |error: io::Error| Failure::disk(Path::new(file), &error);
    let mut text = String::new();
    if file == "-" {
        io::stdin().lock().take(MAX_EXPORT).read_to_string(&mut text).map_err(failed)?;
    } else {
        input::open(Path::new(file))?.take(MAX_EXPORT).read_to_string(&mut text).map_err(failed)?;
    }
    let export: Option<Export> =
        serde_json::from_str(&text).ok().filter(|export: &Export| export.format == FORMAT);
    export.ok_or_else(|| {
        let name = visible(&file.to_string_lossy());
        Failure::new(
            Exit::Invalid,
            format!("{name}：不是核验包导出文件"),
            format!("{name}: not an exported bundle"),
        )
        .hint("请使用 bundle export 导出的文件。", "use a file made by `bundle export`")
    })
}
