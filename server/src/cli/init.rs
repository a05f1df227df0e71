//! `init`: from an empty folder to an installation that `serve` takes (design: one command, then the browser).
//!
//! Everything is looked at before anything is made, and what was made is taken away again if a later step fails, so
//! that the same command can be given again.

mod claim;
mod database;
mod given;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::Args;
use liangzheng_core::trust::RootSet;
use zeroize::Zeroizing;

use claim::{Claim, not_empty};
use database::empty_database;
use given::{from_anywhere, managers, names, regions, split};

use super::{note, write_json};
use crate::config::Config;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::unit::{Unit, UnitState};
use crate::domain::clock::{Clock, SystemClock, SystemEntropy};
use crate::files;
use crate::secrets::Secrets;
use crate::service::actor::founding::{self as actors, FirstManager};
use crate::service::actor::password::Passwords;
use crate::service::publication::key_life::{self, OperatorEntry};
use crate::service::publication::state::read_roots;
use crate::service::publication::{ceremony, founding};
use crate::service::work::Work;
use crate::signing::{FileKeyStore, NewRoots, RootKey, root_files};

/// Options of `init`.
#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// Folder for configuration, keys and the embedded database; it must be empty. 数据目录
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The operator's id in every token, and its name: lz.990000=某省电子证照平台. 运营方
    #[arg(long, value_name = "ID[=NAME]")]
    operator: String,
    /// The operator's English name. 运营方英文名
    #[arg(long, value_name = "NAME")]
    operator_en: Option<String>,
    /// First characters of the codes of the units it may speak for; absent = 11 and 12 with the unit's region. 辖区
    #[arg(long, value_name = "PREFIX")]
    region: Vec<String>,
    /// The server's name in tokens and links. It can never be changed. 对外网址
    #[arg(long, value_name = "URL")]
    base_url: String,
    /// The platform's own unit (its unified social credit code), and its name. 平台管理单位
    #[arg(long, value_name = "USCC[=NAME]")]
    unit: String,
    /// The unit's English name. 单位英文名
    #[arg(long, value_name = "NAME")]
    unit_en: Option<String>,
    /// A first manager: login, and the person's name. Give two: roles are given by two managers. 首任管理员
    #[arg(long, value_name = "LOGIN[=NAME]", required = true)]
    admin: Vec<String>,
    /// sqlite:FILE or postgres://user@host/name; absent = an embedded database in DIR. 数据库
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// File with the PostgreSQL password. 数据库口令文件
    #[arg(long, value_name = "FILE", requires = "database")]
    database_password_file: Option<PathBuf>,
    /// Address to listen on. 监听地址
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    bind: std::net::SocketAddr,
    /// Folder with the browser modules. 浏览器模块目录
    #[arg(long, value_name = "DIR")]
    assets: Option<PathBuf>,
    /// Folder for the root keys made here; absent = DIR/roots. 根密钥目录
    #[arg(long, value_name = "DIR")]
    roots: Option<PathBuf>,
    /// Root file whose keys lie on another machine (`trust roots` makes both): the first list is drafted. 离线根公钥文件
    #[arg(long, value_name = "FILE", conflicts_with = "roots")]
    root_file: Option<PathBuf>,
}

/// Makes the installation, and says what to do next.
pub(super) fn run(arguments: &InitArguments) -> anyhow::Result<()> {
    let plan = Plan::of(arguments)?;
    super::block_on(async move {
        files::make_folder(&plan.dir).map_err(named(&plan.dir))?;
        let _claim = Claim::on(&plan.dir)?;
        match plan.make().await {
            Ok(made) => {
                plan.tell(&made);
                Ok(())
            }
            Err(error) => {
                plan.undo();
                Err(error)
            }
        }
    })
}

/// What `init` is going to make; every value has been looked at.
struct Plan {
    dir: PathBuf,
    config: Config,
    unit: Unit,
    managers: Vec<FirstManager>,
    roots: Roots,
}

/// Where the root keys are.
enum Roots {
    /// Made here, in this folder.
    Here(PathBuf),
    /// On another machine; this is their public file.
    Elsewhere(RootSet),
}

/// What was made, as far as it is to be told.
struct Made {
    passwords: Vec<Zeroizing<String>>,
    draft: Option<PathBuf>,
}

impl Plan {
    fn of(arguments: &InitArguments) -> anyhow::Result<Self> {
        let dir = std::path::absolute(&arguments.data)?;
        if dir.exists() {
            let mut inside = fs::read_dir(&dir).map_err(named(&dir))?;
            ensure!(inside.next().is_none(), not_empty(&dir));
        }
        let (uscc, unit_name) = split(&arguments.unit);
        let id: Uscc = uscc.parse().with_context(|| format!("--unit {uscc:?}（统一社会信用代码有误）"))?;
        let unit_names = names("--unit", unit_name.unwrap_or(uscc), arguments.unit_en.as_deref())?;
        let (operator, operator_name) = split(&arguments.operator);
        let name = operator_name.unwrap_or(unit_names.zh.as_ref());
        let operator_en =
            arguments.operator_en.as_deref().or(operator_name.is_none().then_some(&*unit_names.en));
        let operator_names = names("--operator", name, operator_en)?;
        let managers = managers(&arguments.admin)?;
        let region = id.as_str().get(2..8).unwrap_or_default().to_owned();
        let mut config = Config::default();
        config.server.bind = arguments.bind;
        config.server.base_url = Some(arguments.base_url.clone());
        config.server.assets = match &arguments.assets {
            Some(folder) => Some(std::path::absolute(folder)?),
            None => None,
        };
        config.database.url = match &arguments.database {
            Some(url) => from_anywhere(url)?,
            None => format!("sqlite:{}", dir.join("liangzheng.db").display()),
        };
        config.database.password_file =
            arguments.database_password_file.as_deref().map(std::path::absolute).transpose()?;
        config.secrets.master_file = dir.join("master.key");
        config.tokens.operator = operator.to_owned();
        config.tokens.operator_names = operator_names;
        config.tokens.operator_regions = regions(&arguments.region, &region)?;
        config.tokens.roots = dir.join("roots.json");
        config.tokens.keys = dir.join("keys");
        config.tokens.keystore_pass_file = dir.join("keystore.pass");
        config.seals.keys = dir.join("seal-keys");
        config.seals.keystore_pass_file = dir.join("seal-keys.pass");
        config.seals.trust = dir.join("seal-trust.pem");
        config.validate()?;
        let roots = match &arguments.root_file {
            Some(file) => Roots::Elsewhere(read_roots(file)?),
            None => Roots::Here(match &arguments.roots {
                Some(folder) => std::path::absolute(folder)?,
                None => dir.join("roots"),
            }),
        };
        if let Roots::Here(folder) = &roots {
            let held = root_files(folder, ROOT_KEYS).find(|file| file.exists());
            ensure!(
                held.is_none(),
                "{} holds root keys already: give another folder, or their public file by --root-file（已有根密钥）",
                folder.display()
            );
        }
        let unit = Unit {
            id,
            names: unit_names,
            regions: vec![region],
            capacities: Vec::new(),
            audiences: Vec::new(),
            parent: None,
            successor: None,
            state: UnitState::Active,
        };
        Ok(Self { dir, config, unit, managers, roots })
    }

    async fn make(&self) -> anyhow::Result<Made> {
        let now = SystemClock.now();
        let tokens = &self.config.tokens;
        let db = empty_database(&self.config.database).await?;
        let secrets = Secrets::open_or_create(&self.config.secrets.master_file, &SystemEntropy)?;
        let store = FileKeyStore::open_or_create(&tokens.keys, &tokens.keystore_pass_file)?;
        let passwords = Passwords::new(&secrets, &SystemEntropy, self.managers.len())?;
        let given = actors::first_passwords(&passwords, self.managers.len(), &SystemEntropy).await?;
        let (roots, new_roots) = self.root_keys()?;
        let made = async {
            write_json(&tokens.roots, &roots)?;
            // All rows in one transaction: of several who begin in one database one does, and a failure leaves none.
            let mut work = Work::without_server(&db, now).await?;
            ensure!(founding::claim(&mut work).await?, database::IN_USE);
            founding::make_keys(&mut work, &store, &SystemEntropy).await?;
            let draft = self.first_trust_list(&mut work, &roots).await?;
            founding::publish_first_catalogue(&mut work, &store, tokens).await?;
            actors::found(&mut work, &secrets, &self.unit, &self.managers, &given, &SystemEntropy).await?;
            // Files before rows: after a failure the folder is emptied again, a database elsewhere is not.
            let file = self.dir.join(CONFIG_FILE);
            let text = super::config_file::text(&self.config)?;
            files::write_new(&file, text.as_bytes()).map_err(named(&file))?;
            work.finish().await?;
            Ok(draft)
        };
        let made = made.await;
        db.close().await;
        match made {
            Ok(draft) => {
                Ok(Made { passwords: given.into_iter().map(|given| given.password).collect(), draft })
            }
            Err(error) => {
                if let Some(roots) = new_roots {
                    roots.take_back();
                }
                Err(error)
            }
        }
    }

    /// The public root keys; made now, unless they lie elsewhere.
    fn root_keys(&self) -> anyhow::Result<(RootSet, Option<NewRoots>)> {
        match &self.roots {
            Roots::Here(folder) => {
                let made = NewRoots::make(folder, ROOT_KEYS, ROOT_THRESHOLD)?;
                Ok((made.set.clone(), Some(made)))
            }
            Roots::Elsewhere(roots) => Ok((roots.clone(), None)),
        }
    }

    /// Signs and publishes the first trust list where the root keys are at hand, and drafts it otherwise.
    async fn first_trust_list(
        &self,
        work: &mut Work<'_>,
        roots: &RootSet,
    ) -> anyhow::Result<Option<PathBuf>> {
        let (entry, now) = (OperatorEntry::of(&self.config.tokens), work.now);
        let draft = key_life::draft_within(&mut work.tx, &entry, roots, now).await?;
        match &self.roots {
            Roots::Here(folder) => {
                let keys = root_files(folder, ROOT_KEYS)
                    .take(usize::try_from(ROOT_THRESHOLD)?)
                    .map(|file| RootKey::read(&file))
                    .collect::<Result<Vec<_>, _>>()?;
                let signed = ceremony::sign(ceremony::Input::Draft(draft), &keys, None, now)?;
                key_life::publish_within(work, roots, &signed.jws).await?;
                Ok(None)
            }
            Roots::Elsewhere(_) => {
                let file = self.dir.join("trust-draft.json");
                write_json(&file, &draft)?;
                Ok(Some(file))
            }
        }
    }

    fn tell(&self, made: &Made) {
        let config = self.dir.join(CONFIG_FILE);
        note("已建立", "made", &self.dir.display().to_string());
        note("平台单位", "platform's unit", &format!("{} {}", self.unit.id, self.unit.names.zh));
        for (manager, password) in self.managers.iter().zip(&made.passwords) {
            let row = format!("{}  {}  {}", manager.login, manager.name, password.as_str());
            note(
                "管理员（账号、姓名、初始密码，仅显示一次）",
                "manager (login, name, first password; told only here)",
                &row,
            );
        }
        if self.managers.len() == 1 {
            note(
                "下一步",
                "next",
                "请尽快指定第二位管理员 · name a second manager soon: roles are given by two",
            );
        }
        match (&self.roots, &made.draft) {
            (Roots::Here(folder), _) => {
                let sentence = format!(
                    "{}: {ROOT_THRESHOLD} of {ROOT_KEYS} sign a trust list; give each to another custodian, offline",
                    folder.display()
                );
                note("根密钥（请分人离线保管）", "root keys", &sentence);
            }
            (Roots::Elsewhere(_), Some(draft)) => {
                let steps = format!(
                    "trust sign --root … --list {} --out trust.json, where the root keys are; then trust publish \
                     --list trust.json --config {}",
                    draft.display(),
                    config.display()
                );
                note("下一步", "next", &steps);
            }
            (Roots::Elsewhere(_), None) => {}
        }
        note("下一步", "next", &format!("liangzheng-server serve --config {}", config.display()));
        let apart = format!(
            "{}, {} and its pass phrase, and the database",
            self.config.secrets.master_file.display(),
            self.config.tokens.keys.display()
        );
        note("请分开备份", "back up, apart from each other", &apart);
    }

    /// Takes away what was made in the folder, which was empty before.
    fn undo(&self) {
        if let Ok(inside) = fs::read_dir(&self.dir) {
            for entry in inside.flatten() {
                let path = entry.path();
                let _ = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            }
        }
    }
}

fn named(path: &Path) -> impl FnOnce(std::io::Error) -> anyhow::Error {
    let path = path.display().to_string();
    move |error| anyhow::Error::new(error).context(path)
}

/// The configuration's name in an installation's folder.
pub(super) const CONFIG_FILE: &str = "liangzheng.toml";
/// Two of three: one custodian may lose his key or be away (core/README.md, "Trust list").
const ROOT_KEYS: u32 = 3;
const ROOT_THRESHOLD: u32 = 2;
