//! `config check`: whether `serve` would come up with this configuration, and what is to be mended if not.
//!
//! It makes nothing and changes nothing: a look at a machine must not leave an empty database or a new secret behind.

use std::fmt::Display;
use std::net::TcpListener;

use anyhow::bail;
use liangzheng_core::time::UnixTime;
use liangzheng_core::trust::Purpose;

use crate::config::Config;
use crate::domain::clock::{Clock, SystemClock};
use crate::secrets::Secrets;
use crate::service::actor::founding::has_accounts;
use crate::service::issuing::register::Registers;
use crate::service::outbox::Outbox;
use crate::service::publication::keys::{ALL_PURPOSES, Keys, purpose_name};
use crate::service::publication::state::read_roots;
use crate::service::publication::trust::{TrustBook, TrustState};
use crate::signing::FileKeyStore;
use crate::storage::{Db, MIGRATION_COUNT, StorageError};

/// Looks at everything that `serve` needs; tells every fault, not only the first.
pub(super) async fn run(config: &Config) -> anyhow::Result<()> {
    let mut findings = Findings::default();
    address(config, &mut findings);
    files(config, &mut findings);
    notices(config, &mut findings).await;
    database(config, &mut findings).await;
    if findings.faults > 0 {
        bail!("{} of these would keep `serve` from starting（以上问题将使服务无法启动）", findings.faults);
    }
    println!("ok");
    Ok(())
}

/// What was found so far.
#[derive(Default)]
struct Findings {
    faults: usize,
}

impl Findings {
    /// `serve` would not start.
    fn fault(&mut self, what: impl Display, hint: &str) {
        self.faults += 1;
        eprintln!("error: {what}");
        eprintln!("hint: {hint}");
    }

    /// `serve` would start, and something would be missed.
    fn warning(&self, what: impl Display, hint: &str) {
        eprintln!("warning: {what}");
        eprintln!("hint: {hint}");
    }
}

fn address(config: &Config, findings: &mut Findings) {
    if let Err(error) = TcpListener::bind(config.server.bind) {
        findings.fault(
            format!("server.bind {}: {error}", config.server.bind),
            "another program (or this server) listens there, or the address is not this machine's（端口已被占用或地址不属本机）",
        );
    }
    match &config.server.base_url {
        None => findings.warning(
            "server.base_url is not set: codes and lists name the address listened on",
            "set it before the first licence is shown; it can never be changed（请先设置对外网址）",
        ),
        Some(url) if url.starts_with("http://") && !is_this_machine(url) => findings.warning(
            format!("server.base_url {url} is not https"),
            "phones give pages neither camera nor keys, and browsers keep no login（手机需要 https）",
        ),
        Some(_) => {}
    }
}

fn is_this_machine(url: &str) -> bool {
    let host = url.trim_start_matches("http://").split(['/', ':']).next().unwrap_or_default();
    host == "localhost" || host.starts_with("127.")
}

/// Whether what goes out can go: the mail server is asked to let this one in, the operator's program gets a signed `ping`.
async fn notices(config: &Config, findings: &mut Findings) {
    let base_url = config.server.base_url.clone().unwrap_or_else(|| format!("http://{}", config.server.bind));
    let outbox = match Outbox::new(&config.notices, &base_url) {
        Ok(outbox) => outbox,
        Err(error) => {
            return findings.fault(
                format!("notices: {error:#}"),
                "mend the file that [notices] names, or take the setting out（消息发送配置有误）",
            );
        }
    };
    if let Some(mail) = &outbox.mail
        && let Err(error) = mail.look().await
    {
        findings.warning(
            format!("notices.smtp {}: {error}", config.notices.smtp.host.as_deref().unwrap_or_default()),
            "no mail goes out until it answers: look at host, port, security, user and password（邮件服务器不可用）",
        );
    }
    if let Some(webhook) = &outbox.webhook
        && let Err(error) = webhook.ping(SystemClock.now()).await
    {
        findings.warning(
            format!("notices.webhook {}: {}", config.notices.webhook.url.as_deref().unwrap_or_default(), error.told),
            "nothing is told to it until it answers 2xx: look at the address and the secret（接口推送不可用）",
        );
    }
}

fn files(config: &Config, findings: &mut Findings) {
    if let Some(assets) = config.server.assets.as_ref().filter(|folder| !folder.is_dir()) {
        findings.warning(
            format!("server.assets {} is not a folder", assets.display()),
            "`cargo xtask wasm` builds it; without it the pages cannot verify（缺少浏览器模块）",
        );
    }
    if let Err(error) = Registers::new(&config.registers) {
        findings.fault(
            format!("registers: {error}"),
            "mend the file that [registers] names, or take the setting out（基础库配置有误）",
        );
    }
    if let Some(file) = &config.secrets.metrics_token_file
        && let Err(error) = std::fs::read_to_string(file)
    {
        findings.fault(
            format!("secrets.metrics_token_file {}: {error}", file.display()),
            "write a random text into it, mode 0600, or take the setting out（缺少指标口令文件）",
        );
    }
}

async fn database(config: &Config, findings: &mut Findings) {
    let db = match Db::connect_existing(&config.database).await {
        Ok(db) => db,
        Err(error @ StorageError::Absent(_)) => return findings.fault(error, BEGIN),
        Err(error) => {
            return findings.fault(
                error,
                "start the database, mend database.url or its password_file, and try again（无法连接数据库）",
            );
        }
    };
    match db.pending().await {
        Err(error) => {
            findings.fault(error, "the database belongs to a newer program: use that one（数据库版本较新）")
        }
        Ok(MIGRATION_COUNT) => findings.fault("the database is empty", BEGIN),
        Ok(0) => contents(config, &db, findings).await,
        Ok(pending) => findings.warning(
            format!("the database is {pending} migrations behind; its contents were not looked at"),
            "`migrate` or `serve` brings it up to date: make a copy first（请先备份再升级数据库）",
        ),
    }
    db.close().await;
}

async fn contents(config: &Config, db: &Db, findings: &mut Findings) {
    secrets(config, db, findings).await;
    let now = SystemClock.now();
    let roots = match read_roots(&config.tokens.roots) {
        Ok(roots) => roots,
        Err(error) => {
            return findings.fault(
                format!("tokens.roots {error}"),
                "put the public root file there; `init` made it（缺少根公钥文件）",
            );
        }
    };
    match TrustBook::load(db, roots, now).await {
        Ok(trust) => published(config, &trust.current(), now, findings),
        Err(error) => findings.fault(
            error,
            "sign the draft where the root keys are (`trust sign`), then `trust publish`; with other roots, mend \
             tokens.roots（请先签署并发布信任名录）",
        ),
    }
}

async fn secrets(config: &Config, db: &Db, findings: &mut Findings) {
    let file = &config.secrets.master_file;
    if !file.exists() {
        match has_accounts(db).await {
            Ok(false) => {}
            Ok(true) => findings.fault(
                format!("secrets.master_file {} is missing, but the database holds accounts", file.display()),
                "bring it back from your copy; no new one could open them（请从备份恢复主密钥文件）",
            ),
            Err(error) => findings.fault(error, "look at the database（请检查数据库）"),
        }
    } else if let Err(error) = Secrets::open_file(file) {
        findings.fault(
            error,
            "secrets.master_file must be the one this database was begun with（主密钥文件有误）",
        );
    }
}

/// What is published, and whether the keys for it are here.
fn published(config: &Config, state: &TrustState, now: UnixTime, findings: &mut Findings) {
    let tokens = &config.tokens;
    let Some(operator) = state.operator(&tokens.operator) else {
        return findings.fault(
            format!("the trust list does not name the operator {:?}", tokens.operator),
            "mend tokens.operator, or draft, sign and publish a list that names it（名录中没有此运营方）",
        );
    };
    if now >= state.newest.exp {
        findings.warning(
            "the trust list has expired: every verdict will be undetermined",
            "`trust draft`, `trust sign`, `trust publish`（信任名录已过期）",
        );
    }
    let store = match FileKeyStore::existing(&tokens.keys, &tokens.keystore_pass_file) {
        Ok(store) => store,
        Err(error) => {
            return findings.fault(
                error,
                "tokens.keys and tokens.keystore_pass_file must be the ones `init` made: bring them back（密钥库有误）",
            );
        }
    };
    let keys = Keys::new(std::sync::Arc::new(store));
    if let Err(error) = keys.reload(operator) {
        return findings.fault(error, "bring tokens.keys back from your copy（密钥库有误）");
    }
    for purpose in ALL_PURPOSES {
        if keys.signer(purpose, now).is_ok() {
            continue;
        }
        let what = format!("no active {} key is in {}", purpose_name(purpose), tokens.keys.display());
        let hint = "`key rotate --overlap 0 --purpose …`, then sign and publish the list（缺少有效签名密钥）";
        match purpose {
            // Without a publication of status lists nothing is served.
            Purpose::Status => findings.fault(what, hint),
            _ => findings.warning(what, hint),
        }
    }
}

const BEGIN: &str = "`liangzheng-server init` makes an installation（请先运行 init）";
