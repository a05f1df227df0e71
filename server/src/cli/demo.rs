//! `demo`: an invented province in a folder, served at once.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::Application;
use crate::config::Config;
use crate::demo::{self, DemoFolder};
use crate::domain::clock::{SystemClock, SystemEntropy};
use crate::startup::Dependencies;

/// Options of `demo`.
#[derive(Debug, Args)]
pub(super) struct DemoArguments {
    /// Folder for everything it makes; empty, or one it made before. 数据目录
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Port on this machine. 端口
    #[arg(long, default_value_t = 8443)]
    port: u16,
    /// Serve HTTPS with a self-signed certificate: phones need it for camera and keys. 使用自签名证书
    #[arg(long)]
    tls: bool,
    /// Folder with the browser modules. 浏览器模块目录
    #[arg(long, value_name = "DIR")]
    assets: Option<PathBuf>,
}

/// Prepares the folder and serves it until SIGTERM.
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
    let DemoArguments { data, port, tls, .. } = arguments;
    let DemoFolder { config, tls, is_new } =
        demo::prepare(&data, port, tls, config, &SystemClock, &SystemEntropy).await?;
    let tls = tls.map(|(certificate, key)| server_config(&certificate, &key)).transpose()?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let given = Dependencies { clock: Arc::new(SystemClock), tls, ..Dependencies::default() };
    let application = Application::build_with(config, given).await?;
    println!("{} {scheme}://{}/", if is_new { "made:" } else { "opened:" }, application.address());
    println!("accounts, PINs and licences: {}", data.join("demo.json").display());
    application.run().await
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
