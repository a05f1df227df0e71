//! `demo`: an invented province in a folder, served at once, or filled with many licences.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use qrcode::{EcLevel, QrCode};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::progress::Progress;
use crate::Application;
use crate::config::Config;
use crate::demo::{self, Amount, DemoFolder, Serving};
use crate::domain::clock::{SystemClock, SystemEntropy};
use crate::startup::Dependencies;

/// Options of `demo`.
#[derive(Debug, Args)]
pub(super) struct DemoArguments {
    /// Folder for everything it makes; empty, or one it made before. 数据目录
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Port to listen on. 端口
    #[arg(long, default_value_t = 8443)]
    port: u16,
    /// Address to listen on; 0.0.0.0 lets phones in the same network reach it. 监听地址
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    bind: IpAddr,
    /// Serve HTTPS with a self-signed certificate: phones need it for camera and keys. 使用自签名证书
    #[arg(long)]
    tls: bool,
    /// Folder with the browser modules. 浏览器模块目录
    #[arg(long, value_name = "DIR")]
    assets: Option<PathBuf>,
    /// Put this many invented licences into the folder and end. 填充证照数
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_LICENCES))]
    licences: Option<u64>,
    /// Status lists to spread them over. 状态列表分片数
    #[arg(long, value_name = "K", default_value_t = 1, requires = "licences",
        value_parser = clap::value_parser!(u32).range(1..=MOST_SHARDS))]
    shards: u32,
}

/// Prepares the folder, then fills it, or serves it until SIGTERM.
pub(super) fn run(arguments: DemoArguments) -> anyhow::Result<()> {
    let mut config = Config::load(None, &[])?;
    super::start_log(&config.log)?;
    if arguments.assets.is_some() {
        config.server.assets.clone_from(&arguments.assets);
    }
    if config.server.embed_origins.is_empty() {
        // Pages that a developer tries the element in; nobody else's page has such an origin.
        config.server.embed_origins = ["http://localhost:*", "http://127.0.0.1:*"].map(str::to_owned).into();
    }
    super::block_on(serve(arguments, config))
}

async fn serve(arguments: DemoArguments, config: Config) -> anyhow::Result<()> {
    let DemoArguments { data, port, bind, tls, licences, shards, .. } = arguments;
    let serving = Serving { address: SocketAddr::new(bind, port), tls };
    let DemoFolder { mut config, tls, is_new, file } =
        demo::prepare(&data, serving, config, &SystemClock, &SystemEntropy).await?;
    if let Some(licences) = licences {
        return fill(&config, Amount { licences, shards }).await;
    }
    let tls = tls.map(|(certificate, key)| server_config(&certificate, &key)).transpose()?;
    let register = super::demo_register::start()?;
    config.registers.population = Some(register.url.clone());
    config.registers.legal = Some(register.url.clone());
    let given = Dependencies { clock: Arc::new(SystemClock), tls, ..Dependencies::default() };
    let application = Application::build_with(config, given).await?;
    let url = Serving { address: application.address(), ..serving }.url();
    println!("{} {url}/", if is_new { "made:" } else { "opened:" });
    // A newcomer's address: its page leads through a show and a verdict as this person. What stands behind the # never
    // leaves the browser.
    let begin = file.newcomer().map_or_else(|| format!("{url}/"), |told| format!("{url}/#demo={told}"));
    println!("begin here 从这里开始 {begin}");
    if !bind.is_loopback() {
        println!("{}", in_terminal(&begin)?);
    }
    let state = application.app().trust.current();
    let name_of_kind = |code: &str| {
        let kind = state.catalogue.kind(code.parse().ok()?)?;
        Some(format!("{} {}", kind.names.zh, kind.names.en))
    };
    print!("{}", file.table(name_of_kind));
    println!("the same for programs: {}", data.join("demo.json").display());
    application.run().await
}

/// The address as a QR code of half blocks, for a phone's camera.
fn in_terminal(url: &str) -> anyhow::Result<String> {
    let code = QrCode::with_error_correction_level(url, EcLevel::L)?;
    Ok(code.render::<qrcode::render::unicode::Dense1x2>().build())
}

async fn fill(config: &Config, amount: Amount) -> anyhow::Result<()> {
    let mut progress = Progress::new(amount.licences);
    demo::fill(config, amount, &SystemClock, &SystemEntropy, |done| progress.tell(done)).await?;
    println!("filled: {} licences over {} status lists", amount.licences, amount.shards);
    Ok(())
}

fn server_config(
    certificate: &std::path::Path,
    key: &std::path::Path,
) -> anyhow::Result<rustls::ServerConfig> {
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(key)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    Ok(rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?)
}

/// More than any province has; a bound for typing errors.
const MOST_LICENCES: u64 = 100_000_000;
/// 2^30 indexes.
const MOST_SHARDS: i64 = 1024;
