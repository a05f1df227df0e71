//! The demo's folder: what is made in it the first time, and what is taken from it afterwards.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use liangzheng_core::text::Text;
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::trust::RootSet;
use serde::{Deserialize, Serialize};

use super::error::{DemoError, embedded, wrong};
use super::file::DemoFile;
use super::office::Office;
use super::{catalogue, licences, people, seals};
use crate::config::{Config, DatabaseConfig};
use crate::domain::actor::session::StaffFactor;
use crate::domain::clock::{Clock, Entropy};
use crate::files;
use crate::secrets::Secrets;
use crate::service::publication::key_life::{self, OperatorEntry};
use crate::service::publication::{ceremony, founding};
use crate::service::work::Work;
use crate::signing::{FileKeyStore, NewRoots, RootKey, root_files};
use crate::storage::{self, Db};

/// A demo folder ready to be served.
#[derive(Debug)]
pub struct DemoFolder {
    /// The configuration to serve it with.
    pub config: Config,
    /// Certificate and key for `--tls`, PEM.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Whether it was made just now.
    pub is_new: bool,
    /// Who is in it.
    pub file: DemoFile,
}

/// What a demo folder remembers of its making, in `demo.state.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    /// The server's name in tokens. A later `--port` changes the address served, never this: codes and status lists
    /// already out there name it.
    base_url: String,
}

/// Where and how a demo is served.
#[derive(Clone, Copy, Debug)]
pub struct Serving {
    /// The address to listen on.
    pub address: SocketAddr,
    /// Whether with a self-signed certificate.
    pub tls: bool,
}

impl Serving {
    /// On this machine only, in the clear.
    pub const fn here(port: u16) -> Self {
        Self { address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port), tls: false }
    }

    /// How other machines reach it: every address of this machine is written as the one it has in its network.
    pub fn url(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        let host = if self.address.ip().is_unspecified() { own_address() } else { self.address.ip() };
        format!("{scheme}://{}", SocketAddr::new(host, self.address.port()))
    }
}

/// The address that this machine has towards others; loopback if it has none. Connecting a UDP socket chooses the
/// address and sends nothing.
fn own_address() -> IpAddr {
    let chosen = || {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?; // TEST-NET-1, RFC 5737: nobody's
        socket.local_addr()
    };
    chosen().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |address| address.ip())
}

/// Makes `dir` a demo folder if it is empty, and says how to serve it.
pub async fn prepare(
    dir: &Path,
    serving: Serving,
    config: Config,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<DemoFolder, DemoError> {
    prepare_with(dir, serving, config, None, clock, entropy).await
}

/// The same with another `database` than a file in the folder. It is no part of the configuration that is read, so that
/// nobody's demo lands in the database of his installation.
pub async fn prepare_with(
    dir: &Path,
    serving: Serving,
    mut config: Config,
    database: Option<DatabaseConfig>,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<DemoFolder, DemoError> {
    files::make_folder(dir).map_err(at(dir))?;
    let dir = dir.canonicalize().map_err(at(dir))?;
    let state_file = dir.join(STATE_FILE);
    let is_new = !state_file.exists();
    if is_new && !is_empty(&dir)? {
        return Err(DemoError::NotADemo(dir));
    }
    if is_new {
        // It may have been there, empty and open to others.
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).map_err(at(&dir))?;
    }
    let state = if is_new { State { base_url: serving.url() } } else { read_json(&state_file)? };
    apply(&mut config, &dir, serving.address, &state.base_url);
    if let Some(database) = database {
        config.database = database;
    }
    let tls = if serving.tls { Some(certificate(&dir, serving.address.ip())?) } else { None };
    if is_new {
        make(&dir, &config, clock.now().minus(BEFORE), entropy).await?;
        // Written last: a folder whose making was cut off is not taken for a demo.
        write_private(&state_file, &to_json(&state))?;
    } else {
        renew(&dir, &config, clock.now(), entropy).await?;
    }
    let file = read_json(&dir.join(DEMO_FILE))?;
    Ok(DemoFolder { config, tls, is_new, file })
}

fn apply(config: &mut Config, dir: &Path, address: SocketAddr, base_url: &str) {
    config.server.bind = address;
    config.server.base_url = Some(base_url.to_owned());
    config.database =
        DatabaseConfig { url: format!("sqlite:{}", dir.join("demo.db").display()), ..Default::default() };
    // A demo lies about for months; nobody verifies by it in earnest.
    config.clock.longest_outage_seconds = 0;
    config.secrets.master_file = dir.join("master.key");
    config.tokens.operator_names =
        Text::fixed("九岳省电子证照平台（演示）", "Jiuyue Province Licence Platform (demo)");
    config.tokens.operator_regions = vec!["1199".into(), "1299".into()];
    // Whoever tries it logs in with the passwords it prints, and scripts do.
    config.access.staff_factor = StaffFactor::None;
    config.clients.bearer_sessions = true;
    config.tokens.roots = dir.join("roots.json");
    config.tokens.keys = dir.join("keys");
    config.tokens.keystore_pass_file = dir.join("keystore.pass");
    config.seals.keys = dir.join("seal-keys");
    config.seals.keystore_pass_file = dir.join("seal-keys.pass");
    config.seals.trust = dir.join("seal-trust.pem");
}

async fn make(dir: &Path, config: &Config, now: UnixTime, entropy: &dyn Entropy) -> Result<(), DemoError> {
    let roots = make_root(dir)?;
    let secrets = Secrets::open_or_create(&config.secrets.master_file, entropy)?;
    let store = FileKeyStore::open_or_create(&config.tokens.keys, &config.tokens.keystore_pass_file)?;
    let db = Db::open(&config.database).await?;
    let mut work = Work::without_server(&db, now).await?;
    founding::make_keys(&mut work, &store, entropy).await?;
    sign_and_publish_within(&mut work, dir, config, &roots).await?;
    founding::publish_first_catalogue(&mut work, &store, &config.tokens).await?;
    work.finish().await?;
    let base_url = config.server.base_url.clone().unwrap_or_default();
    let mut file = people::make(&db, &secrets, &base_url, dir, now, entropy).await?;
    seals::make(&db, config, entropy, now.plus(licences::BEGUN), now).await?;
    db.close().await;
    let mut office = Office::open(config, &file, now).await?;
    catalogue::make(&mut office).await?;
    let licences = licences::make(&mut office).await?;
    office.close().await?;
    file.licences = licences;
    write_private(&dir.join(DEMO_FILE), &to_json(&file))?;
    Ok(())
}

/// Renews the trust list of a demo that has been lying about: its root is at hand.
async fn renew(dir: &Path, config: &Config, now: UnixTime, entropy: &dyn Entropy) -> Result<(), DemoError> {
    let db = Db::open(&config.database).await?;
    let mut tx = db.begin_read().await?;
    let newest = storage::publication::trust::lists(&mut tx).await?.pop();
    tx.commit().await?;
    if newest.is_none_or(|row| row.exp - now.0 < RENEW_BEFORE) {
        let roots = read_json(&dir.join("roots.json"))?;
        sign_and_publish(dir, &db, config, &roots, now).await?;
    }
    seals::renew(config, entropy, now)?;
    db.close().await;
    Ok(())
}

async fn sign_and_publish(
    dir: &Path,
    db: &Db,
    config: &Config,
    roots: &RootSet,
    now: UnixTime,
) -> Result<(), DemoError> {
    let mut work = Work::without_server(db, now).await?;
    sign_and_publish_within(&mut work, dir, config, roots).await?;
    Ok(work.finish().await?)
}

/// The same as part of what makes the demo.
async fn sign_and_publish_within(
    work: &mut Work<'_>,
    dir: &Path,
    config: &Config,
    roots: &RootSet,
) -> Result<(), DemoError> {
    let now = work.now;
    let draft = key_life::draft_within(&mut work.tx, &OperatorEntry::of(&config.tokens), roots, now).await?;
    let folder = dir.join(ROOTS);
    let keys = root_files(&folder, ROOT_KEYS).map(|file| RootKey::read(&file));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let signed = ceremony::sign(ceremony::Input::Draft(draft), &keys, None, now)?;
    key_life::publish_within(work, roots, &signed.jws).await?;
    Ok(())
}

/// The configuration of a demo folder, for commands that work beside its server.
pub fn config_of(dir: &Path) -> Result<Config, DemoError> {
    let state: State = read_json(&dir.join(STATE_FILE))?;
    let dir = dir.canonicalize().map_err(at(dir))?;
    let mut config = Config::default();
    apply(&mut config, &dir, Serving::here(0).address, &state.base_url);
    Ok(config)
}

fn make_root(dir: &Path) -> Result<RootSet, DemoError> {
    let roots = NewRoots::make(&dir.join(ROOTS), ROOT_KEYS, ROOT_KEYS)?.set;
    write_private(&dir.join("roots.json"), &to_json(&roots))?;
    Ok(roots)
}

/// A self-signed certificate for this machine and `address`; phones need TLS before they give a page camera and keys.
fn certificate(dir: &Path, address: IpAddr) -> Result<(PathBuf, PathBuf), DemoError> {
    let (certificate, key) = (dir.join("tls.crt"), dir.join("tls.key"));
    if !certificate.exists() || !key.exists() {
        let reached = if address.is_unspecified() { own_address() } else { address };
        let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), reached.to_string()];
        names.dedup();
        let made = rcgen::generate_simple_self_signed(names)
            .map_err(|error| wrong("self-signed certificate", &error.to_string()))?;
        write_private(&certificate, &made.cert.pem())?;
        write_private(&key, &made.signing_key.serialize_pem())?;
    }
    Ok((certificate, key))
}

fn is_empty(dir: &Path) -> Result<bool, DemoError> {
    Ok(fs::read_dir(dir).map_err(at(dir))?.next().is_none())
}

fn read_json<T: serde::de::DeserializeOwned>(file: &Path) -> Result<T, DemoError> {
    let text = fs::read_to_string(file).map_err(at(file))?;
    embedded(&file.display().to_string(), serde_json::from_str(&text))
}

fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn write_private(file: &Path, text: &str) -> Result<(), DemoError> {
    files::replace(file, text.as_bytes()).map_err(at(file))
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> DemoError {
    let path = path.to_owned();
    move |source| DemoError::Io { path, source }
}

/// Tells a script or a visitor of accounts, licences and scenes.
const DEMO_FILE: &str = "demo.json";
const STATE_FILE: &str = "demo.state.json";
const ROOTS: &str = "roots";
/// One of one: a demo has one custodian; two of three is usual (core/README.md, "Trust list").
const ROOT_KEYS: u32 = 1;
/// A demo is made a moment ago: what is published while it is made is older than what its server publishes first, as
/// lists of one second are one.
const BEFORE: Seconds = Seconds(2);
/// A month: a demo started again within it still has a list that verifiers take.
const RENEW_BEFORE: i64 = 30 * 86_400;
