//! `trust roots`: root keys, on a machine without a network.

use std::path::PathBuf;

use anyhow::ensure;
use clap::Args;

use super::{note, write_json};
use crate::signing::NewRoots;

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
        "--threshold {threshold} cannot be more than --keys {keys}（门限不能大于密钥个数）"
    );
    let roots = NewRoots::make(out, *keys, *threshold)?;
    let file = out.join("roots.json");
    if let Err(error) = write_json(&file, &roots.set) {
        // Keys whose public halves nobody has are good for nothing, and in the way of the next try.
        roots.take_back();
        return Err(error);
    }
    note("根密钥（请分人离线保管）", "root keys", &format!("{threshold} of {keys} in {}", out.display()));
    note("下一步", "next", &format!("init --root-file {} … on the server", file.display()));
    Ok(())
}
