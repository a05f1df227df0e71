//! From the folder to a verifier, every object checked again.

use std::{collections::BTreeMap, path::Path};

use liangzheng_core::{
    key::AwsLc,
    limits::{MAX_CATALOGUE, MAX_DELTA, MAX_LIST, MAX_STATUS_JWT},
    text::Text,
    time::UnixTime,
    trust::RootSet,
    verify::{Code, Floors, OnExpired, Refusal, Verifier},
};

use super::{Folder, exchange::signed, files_of, name_of, read_if_there};
use crate::{
    error::{Exit, Failure, warn},
    words::Lang,
};

/// Longest `floors.json` in bytes: a line for each of tens of thousands of lists.
const MAX_FLOORS: u64 = 8 << 20;

/// Which status lists to load: each costs milliseconds and half a megabyte.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lists<'a> {
    None,
    /// Those of these URIs.
    Of(&'a [String]),
    All,
}

/// A verifier filled from the bundle.
pub(crate) struct Held {
    pub(crate) verifier: Verifier,
    /// Files that core refused, and why. They are left out, so what they would have proved is undetermined.
    pub(crate) faults: Vec<(String, Refusal)>,
    /// `iat` of each status list as its file has it, before any delta: what would be left without the deltas.
    pub(crate) whole: BTreeMap<String, UnixTime>,
}

impl Held {
    pub(crate) fn nothing(verifier: Verifier) -> Self {
        Self { verifier, faults: vec![], whole: BTreeMap::new() }
    }

    /// Loads what is held; `now` bounds how far it may raise the floors.
    ///
    /// # Errors
    /// 74 if a file cannot be read, or the floors cannot: without them an old list could come back.
    pub(crate) fn load(folder: &Folder, lists: Lists<'_>, now: UnixTime) -> Result<Self, Failure> {
        let kept = OnExpired::TellInVerdict { now };
        let mut held = Self::nothing(Verifier::without_roots(&AwsLc));
        let Some(roots) = folder.pinned_roots()? else { return Ok(held) };
        match Verifier::new(&AwsLc, roots) {
            Ok(verifier) => held.verifier = verifier,
            Err(refusal) => {
                held.faults.push(("roots.json".into(), refusal));
                return Ok(held);
            }
        }
        if let Some(floors) = read_floors(folder)? {
            held.verifier.restore(floors);
        }
        held.take(&folder.trust_list(), MAX_LIST, |verifier, text| {
            verifier.load_trust_list(text, kept).map(drop)
        })?;
        if held.verifier.trust_list().is_none() {
            return Ok(held);
        }
        for path in files_of(&folder.catalogues())? {
            held.take(&path, MAX_CATALOGUE, |verifier, text| verifier.load_catalogue(text, kept).map(drop))?;
        }
        held.load_status(folder, lists, kept)?;
        Ok(held)
    }

    fn load_status(&mut self, folder: &Folder, lists: Lists<'_>, kept: OnExpired) -> Result<(), Failure> {
        let paths = match lists {
            Lists::None => vec![],
            Lists::Of(uris) => uris.iter().map(|uri| folder.status().join(name_of(uri))).collect(),
            Lists::All => files_of(&folder.status())?,
        };
        for path in paths {
            self.take(&path, MAX_STATUS_JWT, |verifier, text| {
                verifier.load_status_list(text, kept).map(drop)
            })?;
        }
        self.whole = self.verifier.status_lists().map(|list| (list.uri, list.iat)).collect();
        if self.whole.is_empty() {
            return Ok(());
        }
        for path in files_of(&folder.deltas())? {
            self.take(&path, MAX_DELTA, |verifier, text| {
                match verifier.apply_delta(text, kept) {
                    // Another operator's delta, when only one list is loaded. If it should have fitted, the
                    // list stays below its floor and core calls it stale.
                    Err(refusal) if refusal.code == Code::DeltaBase => Ok(()),
                    other => other.map(drop),
                }
            })?;
        }
        Ok(())
    }

    /// Hands a file to core; `Err` only if it is there and cannot be read.
    fn take(
        &mut self,
        path: &Path,
        limit: usize,
        load: impl FnOnce(&mut Verifier, &str) -> Result<(), Refusal>,
    ) -> Result<(), Failure> {
        if let Some(text) = read_if_there(path, limit as u64)?
            && let Err(refusal) = load(&mut self.verifier, signed(&text))
        {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            self.faults.push((name.unwrap_or_default(), refusal));
        }
        Ok(())
    }

    /// What was left out, and what to do about it.
    pub(crate) fn told(&self) -> Vec<(Text, Text)> {
        let hint = Text::fixed(
            "请重新同步（sync）；仍不成功请先清空（bundle reset）。",
            "sync again; if that does not help, empty the bundle first (bundle reset)",
        );
        let one = |(name, refusal): &(String, Refusal)| {
            let Text { zh, en } = refusal.message();
            let code = refusal.code;
            let message = Text::new(
                format!("核验包中的 {name} 未采用：{zh}（{code}）"),
                format!("{name} in the bundle is left out: {en} ({code})"),
            );
            (message, hint.clone())
        };
        self.faults.iter().map(one).collect()
    }

    /// Tells on stderr what was left out.
    pub(crate) fn warn(&self, lang: Lang) {
        self.told().iter().for_each(|(message, hint)| warn(lang, message, Some(hint)));
    }
}

pub(super) fn read_floors(folder: &Folder) -> Result<Option<Floors>, Failure> {
    let Some(text) = read_if_there(&folder.floors(), MAX_FLOORS)? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|_| {
        Failure::new(Exit::Io, "核验包中的 floors.json 已损坏", "floors.json in the bundle is damaged").hint(
            "请清空核验包（bundle reset）后重新同步。",
            "empty the bundle (bundle reset) and sync again",
        )
    })
}

/// Reads a root file.
///
/// # Errors
/// 1 if it is no root set that core could use.
pub(crate) fn parse_roots(text: &str, path: &Path) -> Result<RootSet, Failure> {
    let name = path.display();
    let roots: RootSet = serde_json::from_str(text).map_err(|_| {
        Failure::new(Exit::Invalid, format!("{name}：不是根密钥文件"), format!("{name}: not a root file"))
            .hint("请使用平台提供的 roots.json。", "use the roots.json that the platform hands out")
    })?;
    Verifier::new(&AwsLc, roots.clone()).map_err(|refusal| Failure::refused(name, &refusal))?;
    Ok(roots)
}
