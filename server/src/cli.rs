//! `liangzheng-server`: serve, migrate, look at the configuration; and what the other parts add.

mod check;
mod config_file;
mod demo;
mod demo_register;
mod init;
mod key;
mod progress;
mod publish;
mod roots;
mod seal;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::Application;
use crate::config::{Config, LogConfig, LogFormat};
use crate::http::openapi;
use crate::storage::Db;

/// Registers, issues and keeps licences; mints the signed codes with which they are shown.
///
/// 电子证照服务器:登记、签发、保管证照,生成可离线核验的亮证码。
#[derive(Debug, Parser)]
#[command(name = "liangzheng-server", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Begin an installation in an empty folder: keys, trust list, database, first managers, configuration. 新建平台
    Init(Box<init::InitArguments>),
    /// Serve until SIGTERM. 启动服务
    Serve(Source),
    /// Bring the database's tables up to date and stop. 升级数据库
    Migrate(Source),
    /// Look at the configuration. 查看配置
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Make an invented province in an empty folder and serve it. 演示
    Demo(demo::DemoArguments),
    /// The demo's base register, as `demo` starts it. 演示用基础库
    #[command(hide = true)]
    DemoRegister,
    /// Signing keys: list, rotate, compromise. 签名密钥
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Trust list: draft, sign (offline), publish. 信任名录
    #[command(subcommand)]
    Trust(key::TrustCommand),
    /// What verifiers fetch: recover after a wrong clock. 发布
    #[command(subcommand)]
    Publish(publish::PublishCommand),
    /// Print the description of the API, as in docs/openapi.json. 打印接口说明
    #[command(hide = true)]
    Openapi,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Say whether `serve` would come up with it, and what to mend if not. 检查配置
    Check(Source),
    /// Print what is in force; secrets are file paths, so nothing needs hiding. 打印生效的配置
    Print(Source),
}

/// Where the configuration comes from; the environment (`LZ__SECTION__KEY`) is read in between.
#[derive(Debug, Args)]
struct Source {
    /// TOML file. 配置文件
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address to listen on. 监听地址
    #[arg(long, value_name = "ADDRESS:PORT")]
    bind: Option<String>,
    /// Folder with the browser modules. 浏览器模块目录
    #[arg(long, value_name = "DIR")]
    assets: Option<String>,
}

impl Source {
    fn load(&self) -> anyhow::Result<Config> {
        let mut flags = Vec::new();
        if let Some(bind) = &self.bind {
            flags.push(("server.bind", bind.clone().into()));
        }
        if let Some(assets) = &self.assets {
            flags.push(("server.assets", assets.clone().into()));
        }
        Ok(Config::load(self.config.as_deref(), &flags)?)
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            // 64 = EX_USAGE; clap's own 2 means "undetermined" in the verifier beside us.
            return ExitCode::from(if error.use_stderr() { 64 } else { 0 });
        }
    };
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("liangzheng-server: error: {error:#}");
            if let Some(hint) = hint(&error) {
                eprintln!("hint: {hint}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Init(arguments) => init::run(&arguments),
        Command::Serve(source) => {
            let config = source.load()?;
            start_log(&config.log)?;
            block_on(serve(config))
        }
        Command::Migrate(source) => {
            let config = source.load()?;
            block_on(async move {
                Db::open(&config.database).await?.close().await;
                Ok(())
            })
        }
        Command::Config(ConfigCommand::Check(source)) => {
            let config = source.load()?;
            block_on(async move { check::run(&config).await })
        }
        Command::Config(ConfigCommand::Print(source)) => {
            println!("{}", serde_json::to_string_pretty(&source.load()?)?);
            Ok(())
        }
        Command::Demo(arguments) => demo::run(arguments),
        Command::DemoRegister => demo_register::run(),
        Command::Key(command) => key::run_key(command),
        Command::Trust(command) => key::run_trust(command),
        Command::Publish(command) => publish::run(command),
        Command::Openapi => {
            print!("{}", openapi::text());
            Ok(())
        }
    }
}

async fn serve(config: Config) -> anyhow::Result<()> {
    if !config.limits.enabled {
        tracing::warn!("request limits are lifted (limits.enabled = false): for benches only");
    }
    let application = Application::build(config).await?;
    tracing::info!(address = %application.address(), "serving");
    application.run().await
}

/// Sets up log lines on stdout; call once per process.
pub fn start_log(config: &LogConfig) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.filter)?;
    let colours = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours);
    let outcome = match config.format {
        LogFormat::Text => subscriber.try_init(),
        LogFormat::Json => subscriber.json().try_init(),
    };
    outcome.map_err(|error| anyhow::anyhow!("the log cannot be started: {error}"))
}

/// Runs `work` on a runtime of actix, which its server needs.
pub fn block_on(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    actix_web::rt::System::new().block_on(work)
}

/// Tells one thing on stdout, in both languages.
fn note(zh: &str, en: &str, what: &str) {
    println!("{zh} · {en}: {what}");
}

/// Writes a new file of readable JSON; never over one that is there.
fn write_json(file: &Path, value: &impl serde::Serialize) -> anyhow::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    let open = std::fs::OpenOptions::new().write(true).create_new(true).open(file);
    open.and_then(|mut open| open.write_all(text.as_bytes())).with_context(|| file.display().to_string())
}

/// What helps, where the error alone does not say it.
fn hint(error: &anyhow::Error) -> Option<&'static str> {
    use std::io::ErrorKind;
    let io = error.chain().find_map(|cause| cause.downcast_ref::<std::io::Error>())?;
    match io.kind() {
        ErrorKind::AddrInUse => Some("another program listens there: choose another --bind（端口已被占用）"),
        ErrorKind::PermissionDenied => Some("this user may not do that there（权限不足）"),
        _ => None,
    }
}
