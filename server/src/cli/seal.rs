//! `key seal …`: the units' electronic seals (GB/T 38540).

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use der::{DecodePem, Encode};

use super::key::Installation;
use crate::config::{Config, SealsConfig};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::clock::{Clock, SystemClock, SystemEntropy};
use crate::service::issuing::seal_life;
use crate::service::issuing::seals::read_trust;
use crate::signing::{FileSealKeys, SealCa, write_public};

/// Electronic seals of units.
#[derive(Debug, Subcommand)]
pub(super) enum SealCommand {
    /// Make a unit's seal key, and a request for its certificate; with --demo-ca the whole seal. 新建印章密钥
    Create(Create),
    /// Install the signer's certificate and the seal that were made for a key. 安装证书与印章
    Install(Install),
    /// Show every seal. 列出印章
    List(Installation),
    /// Take a seal out of use; what it was set under stays valid. 停用印章
    Retire(Retire),
    /// Sign the demo authority's revocation list anew. 更新演示证书机构的吊销列表
    Renew(Renew),
}

/// Options of `key seal create`.
#[derive(Debug, Args)]
pub(super) struct Create {
    /// The unit. 单位统一社会信用代码
    #[arg(long, value_name = "USCC")]
    unit: String,
    /// Certify the key and make the seal here: for demos and trials, without legal effect. 由演示证书机构签发
    #[arg(long)]
    demo_ca: bool,
    /// Where to write the certificate request; - is stdout. 证书请求输出文件
    #[arg(long, value_name = "FILE", default_value = "-", conflicts_with = "demo_ca")]
    request: PathBuf,
    #[command(flatten)]
    installation: Installation,
}

/// Options of `key seal install`.
#[derive(Debug, Args)]
pub(super) struct Install {
    /// The seal, as `key seal list` names it. 印章编码
    seal: String,
    /// The signer's certificate, PEM. 签章人证书
    #[arg(long, value_name = "FILE")]
    certificate: PathBuf,
    /// The seal that its maker made (SESeal, DER). 印章文件
    #[arg(long, value_name = "FILE.esl")]
    file: PathBuf,
    #[command(flatten)]
    installation: Installation,
}

/// Options of `key seal retire`.
#[derive(Debug, Args)]
pub(super) struct Retire {
    /// The seal, as `key seal list` names it. 印章编码
    seal: String,
    /// Revoke its certificate too, which the demo authority issued: what is sealed with it from now on is refused. 吊销证书
    #[arg(long)]
    revoke: bool,
    #[command(flatten)]
    installation: Installation,
}

/// Options of `key seal renew`.
#[derive(Debug, Args)]
pub(super) struct Renew {
    #[command(flatten)]
    installation: Installation,
}

/// Runs a `key seal` command.
pub(super) async fn run(command: SealCommand) -> anyhow::Result<()> {
    match command {
        SealCommand::Create(arguments) => create(&arguments).await,
        SealCommand::Install(arguments) => install(&arguments).await,
        SealCommand::List(installation) => list(&installation).await,
        SealCommand::Retire(arguments) => retire(&arguments).await,
        SealCommand::Renew(arguments) => {
            let config = arguments.installation.config()?;
            renew(&config, &open_ca(&config.seals)?)
        }
    }
}

async fn create(arguments: &Create) -> anyhow::Result<()> {
    let unit: Uscc = arguments
        .unit
        .parse()
        .with_context(|| format!("--unit {:?}（统一社会信用代码有误）", arguments.unit))?;
    let config = arguments.installation.config()?;
    let db = arguments.installation.database().await?;
    let keys = FileSealKeys::open_or_create(&config.seals.keys, &config.seals.keystore_pass_file)?;
    let now = SystemClock.now();
    if arguments.demo_ca {
        let ca = open_ca(&config.seals)?;
        let id = seal_life::make_by(&ca, &db, &keys, unit, &SystemEntropy, now).await?;
        println!("made: {id}, certified by the demo authority: no legal effect（演示印章，无法律效力）");
        return renew(&config, &ca);
    }
    let requested = seal_life::request(&db, &keys, unit, &SystemEntropy, now).await?;
    if arguments.request == Path::new("-") {
        print!("{}", requested.request);
    } else {
        fs::write(&arguments.request, &requested.request)
            .with_context(|| arguments.request.display().to_string())?;
        println!("made: the key of {}; request in {}", requested.id, arguments.request.display());
    }
    eprintln!("next: have it certified and the seal made, then `key seal install {}`", requested.id);
    Ok(())
}

async fn install(arguments: &Install) -> anyhow::Result<()> {
    let config = arguments.installation.config()?;
    let db = arguments.installation.database().await?;
    let keys = FileSealKeys::existing(&config.seals.keys, &config.seals.keystore_pass_file)?;
    let (_, trust) = read_trust(&config.seals).context("seals.trust（请先放置所信任的证书机构文件）")?;
    let read = |file: &Path| fs::read(file).with_context(|| file.display().to_string());
    let certificate = x509_cert::Certificate::from_pem(read(&arguments.certificate)?)
        .and_then(|certificate| certificate.to_der())
        .with_context(|| arguments.certificate.display().to_string())?;
    let seal = read(&arguments.file)?;
    let now = SystemClock.now();
    seal_life::install(&db, &keys, &arguments.seal, (&certificate, &seal), &trust, now).await?;
    println!("installed: {} seals from now on", arguments.seal);
    Ok(())
}

async fn list(installation: &Installation) -> anyhow::Result<()> {
    let rows = seal_life::list(&installation.database().await?).await?;
    println!("{:<22} {:<10} may be set from .. until (unix seconds)", "seal", "state");
    for row in rows {
        let period = row.valid_from.zip(row.valid_to);
        let period = period.map_or_else(|| "-".into(), |(from, until)| format!("{from} .. {until}"));
        println!("{:<22} {:<10} {period}", row.name, row.state);
    }
    Ok(())
}

async fn retire(arguments: &Retire) -> anyhow::Result<()> {
    let config = arguments.installation.config()?;
    let db = arguments.installation.database().await?;
    let now = SystemClock.now();
    let row = seal_life::retire(&db, &arguments.seal, now).await?;
    println!("retired: {}", row.name);
    if arguments.revoke {
        let ca = open_ca(&config.seals)?;
        ca.revoke(&row.certificate.unwrap_or_default(), now)?;
        renew(&config, &ca)?;
    }
    Ok(())
}

/// Writes the file of trusted authorities anew: the demo authority alone, with its list of today.
fn renew(config: &Config, ca: &SealCa) -> anyhow::Result<()> {
    let file = &config.seals.trust;
    write_public(file, ca.trust(SystemClock.now())?.as_bytes())?;
    println!("trusted for seals: {}", file.display());
    Ok(())
}

/// The demo authority lies beside the seal keys.
fn open_ca(seals: &SealsConfig) -> anyhow::Result<SealCa> {
    Ok(SealCa::open_or_create(&seals.keys.with_file_name("seal-ca"), &SystemEntropy, SystemClock.now())?)
}
