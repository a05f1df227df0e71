//! Root keys: `trust roots`, for a machine without a network, and the same for `init`.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::Args;
use liangzheng_core::trust::{NamedKey, RootSet};

use super::{note, write_json};
use crate::signing::write_root_key;

/// Options of `trust roots`.
#[derive(Debug, Args)]
pub(super) struct MakeRoots {
    /// Folder for the keys and roots.json. 输出目录
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How many keys. 密钥个数
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=16))]
    keys: u32,
    /// How many of them sign a list. 门限
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=16))]
    threshold: u32,
}

/// Makes root keys and their public file. Needs no database and no network.
pub(super) fn run(arguments: &MakeRoots) -> anyhow::Result<()> {
    let MakeRoots { out, keys, threshold } = arguments;
    ensure!(
        threshold <= keys,
        "--threshold {threshold} cannot be more than --keys {keys} (门限不能大于密钥个数)"
    );
    let roots = make_root_keys(out, *keys, *threshold)?;
    let file = out.join("roots.json");
    write_json(&file, &roots)?;
    note("根密钥(请分人离线保管)", "root keys", &format!("{threshold} of {keys} in {}", out.display()));
    note("下一步", "next", &format!("init --root-file {} … on the server", file.display()));
    Ok(())
}

/// Makes `keys` root keys in `folder`, of which `threshold` sign a list; never writes over one.
pub(super) fn make_root_keys(folder: &Path, keys: u32, threshold: u32) -> anyhow::Result<RootSet> {
    let place = || folder.display().to_string();
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).with_context(place)?;
    let mut named = Vec::new();
    for (number, file) in (1..).zip(root_files(folder, keys)) {
        named.push(NamedKey { kid: format!("root-{number}"), jwk: write_root_key(&file)?.to_jwk() });
    }
    Ok(RootSet { keys: named, threshold })
}

/// The files of the root keys in `folder`.
pub(super) fn root_files(folder: &Path, keys: u32) -> impl Iterator<Item = PathBuf> {
    (1..=keys).map(move |number| folder.join(format!("root-{number}.pem")))
}
