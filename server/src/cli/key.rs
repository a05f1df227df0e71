//! `key list|rotate|compromise` and `trust draft|sign|publish`.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::trust::RootSet;

use super::roots::{self, MakeRoots};
use super::seal::{self, SealCommand};
use super::{Source, init};
use crate::config::Config;
use crate::domain::clock::{Clock, SystemClock, SystemEntropy};
use crate::service::publication::ceremony::{self, Signed};
use crate::service::publication::key_life::{self, OperatorEntry};
use crate::service::publication::keys::{ALL_PURPOSES, purpose_from_name, purpose_name};
use crate::service::publication::state::read_roots;
use crate::service::publication::trust::trust_list_payload;
use crate::signing::{FileKeyStore, RootKey};
use crate::storage::Db;

/// The operator's signing keys.
#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Show every key and where in its life it is. 列出签名密钥
    List(Installation),
    /// Make a new key for a purpose; the one before retires when it begins. 轮换密钥
    Rotate(Rotate),
    /// Refuse everything a key ever signed. 宣告密钥泄露
    Compromise(Compromise),
    /// The units' electronic seals: create, install, list, retire. 电子印章
    #[command(subcommand)]
    Seal(SealCommand),
}

/// The trust list.
#[derive(Debug, Subcommand)]
pub(super) enum TrustCommand {
    /// Make root keys and their public file, on a machine without a network. 生成根密钥(离线)
    Roots(MakeRoots),
    /// Write the next list, not signed, with the keys as registered. 生成待签名录
    Draft(Draft),
    /// Sign a list with root keys. Needs no database and no network. 用根密钥签署名录(离线)
    Sign(Sign),
    /// Publish a signed list. 发布已签名录
    Publish(Publish),
}

/// Where database and key store are: a demo's folder, or a configuration.
#[derive(Debug, Args)]
pub(super) struct Installation {
    /// Folder of an installation that `init` made, or of a demo, whose root key signs at once. 数据目录
    #[arg(long, value_name = "DIR", conflicts_with_all = ["config", "bind", "assets"])]
    data: Option<PathBuf>,
    #[command(flatten)]
    source: Source,
}

/// Options of `key rotate`.
#[derive(Debug, Args)]
pub(super) struct Rotate {
    /// show, grant, status or catalogue. 用途
    #[arg(long)]
    purpose: String,
    /// Seconds until the new key begins to sign: time for verifiers to fetch the list that names it. 重叠时间(秒)
    #[arg(long, default_value_t = 86_400)]
    overlap: i64,
    /// Root key files, to sign and publish the list at once. 根密钥文件
    #[arg(long, value_name = "FILE")]
    root: Vec<PathBuf>,
    #[command(flatten)]
    installation: Installation,
}

/// Options of `key compromise`.
#[derive(Debug, Args)]
pub(super) struct Compromise {
    /// The key, as `key list` names it. 密钥编号
    kid: String,
    /// Root key files, to sign and publish the list at once. 根密钥文件
    #[arg(long, value_name = "FILE")]
    root: Vec<PathBuf>,
    #[command(flatten)]
    installation: Installation,
}

/// Options of `trust draft`.
#[derive(Debug, Args)]
pub(super) struct Draft {
    /// Where to write it. 输出文件
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    installation: Installation,
}

/// Options of `trust sign`.
#[derive(Debug, Args)]
pub(super) struct Sign {
    /// A root key file; give it once per key. 根密钥文件
    #[arg(long, value_name = "FILE", required = true)]
    root: Vec<PathBuf>,
    /// The draft, or a signed list to renew; - is stdin. 待签名录或旧名录
    #[arg(long, value_name = "FILE")]
    list: PathBuf,
    /// Add signatures to a signed list instead of renewing it. 为已签名录追加签名
    #[arg(long)]
    add: bool,
    /// The signed list before this one, when this one changes the roots. 更换根密钥时的上一份名录
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
    /// Where to write the signed list. 输出文件
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Options of `trust publish`.
#[derive(Debug, Args)]
pub(super) struct Publish {
    /// The signed list. 已签名录
    #[arg(long, value_name = "FILE")]
    list: PathBuf,
    #[command(flatten)]
    installation: Installation,
}

/// Runs a `key` command.
pub(super) fn run_key(command: KeyCommand) -> anyhow::Result<()> {
    super::block_on(async move {
        match command {
            KeyCommand::List(installation) => list(&installation.open().await?).await,
            KeyCommand::Rotate(rotate) => rotate_key(rotate).await,
            KeyCommand::Compromise(compromise) => compromise_key(compromise).await,
            KeyCommand::Seal(command) => seal::run(command).await,
        }
    })
}

/// Runs a `trust` command; `sign` opens nothing but the files it is given.
pub(super) fn run_trust(command: TrustCommand) -> anyhow::Result<()> {
    match command {
        TrustCommand::Roots(arguments) => roots::run(&arguments),
        TrustCommand::Sign(arguments) => sign(&arguments),
        TrustCommand::Draft(draft) => super::block_on(async move {
            let place = draft.installation.open().await?;
            write_draft(&place, &draft.out).await
        }),
        TrustCommand::Publish(publish) => super::block_on(async move {
            let place = publish.installation.open().await?;
            let jws = read(&publish.list)?;
            let version = key_life::publish(&place.db, &place.roots, jws.trim(), SystemClock.now()).await?;
            println!("published: trust list version {version}");
            Ok(())
        }),
    }
}

/// Database, roots and operator of one installation.
struct Place {
    config: Config,
    db: Db,
    roots: RootSet,
    entry: OperatorEntry,
    demo_root: Option<PathBuf>,
}

impl Installation {
    /// Its database alone.
    pub(super) async fn database(&self) -> anyhow::Result<Db> {
        Ok(Db::open(&self.config()?.database).await?)
    }

    /// Its configuration.
    pub(super) fn config(&self) -> anyhow::Result<Config> {
        Ok(match &self.data {
            Some(dir) if dir.join(init::CONFIG_FILE).exists() => {
                Config::load(Some(&dir.join(init::CONFIG_FILE)), &[])?
            }
            Some(dir) => crate::demo::config_of(dir)?,
            None => self.source.load()?,
        })
    }

    async fn open(&self) -> anyhow::Result<Place> {
        let config = self.config()?;
        let is_demo = self.data.as_ref().is_some_and(|dir| !dir.join(init::CONFIG_FILE).exists());
        Ok(Place {
            db: Db::open(&config.database).await?,
            roots: read_roots(&config.tokens.roots)?,
            entry: OperatorEntry::of(&config.tokens),
            // The root keys of an installation are nobody's to take but by name.
            demo_root: self.data.as_ref().filter(|_| is_demo).map(|dir| dir.join("roots/root-1.pem")),
            config,
        })
    }
}

async fn list(place: &Place) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let keys = key_life::list(&place.db).await?;
    println!("{:<28} {:<10} {:<12} signs from .. until (unix seconds)", "kid", "purpose", "state");
    for key in &keys {
        let is_newest = !keys.iter().any(|other| {
            other.purpose == key.purpose
                && other.nbf > key.nbf
                && other.nbf <= now.0
                && other.compromised == 0
        });
        let state = match key {
            key if key.compromised == 1 => "compromised",
            key if key.revoked_at.is_some_and(|at| at <= now.0) => "revoked",
            key if key.exp <= now.0 => "over",
            key if key.nbf > now.0 => "future",
            _ if is_newest => "active",
            _ => "retired",
        };
        println!("{:<28} {:<10} {:<12} {} .. {}", key.kid, key.purpose, state, key.nbf, key.exp);
    }
    Ok(())
}

async fn rotate_key(arguments: Rotate) -> anyhow::Result<()> {
    let names = ALL_PURPOSES.map(purpose_name).join(", ");
    let purpose =
        purpose_from_name(&arguments.purpose).with_context(|| format!("--purpose takes one of: {names}"))?;
    anyhow::ensure!(arguments.overlap >= 0, "--overlap must not be negative");
    let place = arguments.installation.open().await?;
    let store =
        FileKeyStore::open_or_create(&place.config.tokens.keys, &place.config.tokens.keystore_pass_file)?;
    let now = SystemClock.now();
    let nbf = now.plus(Seconds(arguments.overlap));
    let key = key_life::add(&place.db, &store, purpose, nbf, &SystemEntropy, now).await?;
    println!("made: {} (signs from {} on, once it is published)", key.kid, key.nbf);
    publish_or_tell(&place, &arguments.root, now).await
}

async fn compromise_key(arguments: Compromise) -> anyhow::Result<()> {
    let place = arguments.installation.open().await?;
    let now = SystemClock.now();
    key_life::compromise(&place.db, &arguments.kid, now).await?;
    println!("compromised: {} signs nothing more here", arguments.kid);
    let rest = key_life::list(&place.db).await?;
    let lost =
        rest.iter().find(|key| key.kid == arguments.kid).map(|key| key.purpose.clone()).unwrap_or_default();
    if !rest
        .iter()
        .any(|key| key.purpose == lost && key.compromised == 0 && key.nbf <= now.0 && now.0 < key.exp)
    {
        println!("no {lost} key is left: make one with `key rotate --purpose {lost} --overlap 0`");
    }
    publish_or_tell(&place, &arguments.root, now).await
}

/// Signs and publishes the next list if root keys are at hand; otherwise says what is left to do.
async fn publish_or_tell(place: &Place, roots: &[PathBuf], now: UnixTime) -> anyhow::Result<()> {
    let files: Vec<&Path> = match (&place.demo_root, roots) {
        (Some(demo), []) => vec![demo],
        (_, given) => given.iter().map(PathBuf::as_path).collect(),
    };
    if files.is_empty() {
        println!("next: `trust draft`, `trust sign --root …` where the root keys are, `trust publish`");
        return Ok(());
    }
    let draft = key_life::draft(&place.db, &place.entry, &place.roots, now).await?;
    let keys = read_keys(&files)?;
    let signed = ceremony::sign(ceremony::Input::Draft(draft), &keys, None, now)?;
    let version = key_life::publish(&place.db, &place.roots, &signed.jws, now).await?;
    println!("published: trust list version {version}");
    Ok(())
}

async fn write_draft(place: &Place, out: &Path) -> anyhow::Result<()> {
    let list = key_life::draft(&place.db, &place.entry, &place.roots, SystemClock.now()).await?;
    std::fs::write(out, serde_json::to_string_pretty(&list)?).with_context(|| out.display().to_string())?;
    println!("drafted: trust list version {} in {}", list.version, out.display());
    Ok(())
}

fn sign(arguments: &Sign) -> anyhow::Result<()> {
    let input = ceremony::read_input(read(&arguments.list)?.trim(), arguments.add)?;
    let previous = match &arguments.previous {
        Some(file) => Some(trust_list_payload(read(file)?.trim())?.roots),
        None => None,
    };
    let files: Vec<&Path> = arguments.root.iter().map(PathBuf::as_path).collect();
    let keys = read_keys(&files)?;
    let Signed { jws, signatures, threshold } =
        ceremony::sign(input, &keys, previous.as_ref(), SystemClock.now())?;
    std::fs::write(&arguments.out, jws).with_context(|| arguments.out.display().to_string())?;
    println!("signed: {signatures} of the {threshold} signatures needed, in {}", arguments.out.display());
    if u32::try_from(signatures).is_ok_and(|signatures| signatures < threshold) {
        println!("next: hand it to another custodian for `trust sign --add`");
    }
    Ok(())
}

fn read_keys(files: &[&Path]) -> anyhow::Result<Vec<RootKey>> {
    Ok(files.iter().map(|file| RootKey::read(file)).collect::<Result<_, _>>()?)
}

fn read(file: &Path) -> anyhow::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().lock().take(MAX_INPUT).read_to_string(&mut text)?;
        return Ok(text);
    }
    std::fs::read_to_string(file).with_context(|| file.display().to_string())
}

/// Twice the longest trust list a verifier takes: a draft is indented.
const MAX_INPUT: u64 = 2 * liangzheng_core::limits::MAX_LIST as u64;
