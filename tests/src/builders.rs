//! People and licences, made through the same storage functions the server uses.

use std::sync::{Arc, OnceLock};

use liangzheng_core::identifier::Identifier;
use liangzheng_core::text::Text;
use liangzheng_core::time::Day;
use liangzheng_server::demo::demo_units;
use liangzheng_server::domain::actor::holder::{CITIZEN, Holder, HolderKind, HolderNumber};
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::catalogue::unit::{Unit, UnitState};
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::ids::{AccountId, HolderId, LicenceId};
use liangzheng_server::domain::licence::{Encumbrances, Licence, Status};
use liangzheng_server::secrets::Secrets;
use liangzheng_server::service::actor::password::Passwords;
use liangzheng_server::storage::actor::account::AccountRow;
use liangzheng_server::storage::{self, Db};

use crate::clock::NOON;

/// Everybody's password in tests.
pub const PASSWORD: &str = "correct horse 电池";
/// Every holder's PIN in tests.
pub const PIN: &str = "246810";
/// 云溪市市场监督管理局 of the demo's catalogue.
pub const UNIT: &str = "11990100MB0000019L";
/// 云溪市公安局 of the demo's catalogue.
pub const OTHER_UNIT: &str = "11990100MB0000027F";
/// 营业执照, issued by [`UNIT`].
pub const BUSINESS_LICENCE: &str = "11100000MB0143028R001";
/// 居民身份证, issued by [`OTHER_UNIT`].
pub const IDENTITY_CARD: &str = "11100000000013127D001";

/// The secrets of every test server.
pub fn secrets() -> Secrets {
    Secrets::from_master(&MASTER).unwrap()
}

/// Makes people and licences in one database.
#[derive(Clone)]
pub struct Builder {
    /// The database.
    pub db: Db,
    secrets: Arc<Secrets>,
}

impl Builder {
    /// Builds in `db`.
    pub fn new(db: Db) -> Self {
        Self { db, secrets: Arc::new(secrets()) }
    }

    /// A holder with an account of the same login.
    pub async fn holder(&self, login: &str) -> (AccountId, HolderId) {
        let holder = Holder {
            id: HolderId::generate(NOON, &SystemEntropy),
            kind: HolderKind::Natural,
            name: "林晓舟".into(),
            number: number_of(login),
            created_at: NOON,
        };
        let mut tx = self.db.begin_write().await.unwrap();
        storage::actor::holder::insert(&mut tx, &self.secrets, &SystemEntropy, &holder).await.unwrap();
        tx.commit().await.unwrap();
        (self.account(login, Some(holder.id)).await, holder.id)
    }

    /// A member of staff.
    pub async fn staff(&self, login: &str, role: Role, unit: &str) -> AccountId {
        self.member(login, &[role], unit).await
    }

    /// A member of a unit with several roles.
    pub async fn member(&self, login: &str, roles: &[Role], unit: &str) -> AccountId {
        let account = self.account(login, None).await;
        self.join(account, roles, unit).await;
        account
    }

    /// Makes an account a member of a unit, which is made if need be.
    pub async fn join(&self, account: AccountId, roles: &[Role], unit: &str) {
        let mut tx = self.db.begin_write().await.unwrap();
        storage::catalogue::unit::insert(&mut tx, &unit_of(unit), NOON).await.unwrap();
        storage::actor::membership::insert(&mut tx, account, unit.parse().unwrap(), NOON).await.unwrap();
        for role in roles {
            storage::actor::membership::give_role(&mut tx, account, *role, None).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn account(&self, login: &str, holder: Option<HolderId>) -> AccountId {
        let hashes = hashes();
        let row = AccountRow {
            id: AccountId::generate(NOON, &SystemEntropy),
            login: login.into(),
            name: format!("{login} 的账户"),
            holder,
            password: hashes.0.clone(),
            pin: holder.map(|_| hashes.1.clone()),
            pin_failures: 0,
            pin_shut_until: 0,
            disabled_at: None,
            created_at: NOON.0,
        };
        let mut tx = self.db.begin_write().await.unwrap();
        assert!(storage::actor::account::insert(&mut tx, &row).await.unwrap(), "{login} is taken");
        tx.commit().await.unwrap();
        row.id
    }

    /// A licence of `kind` by `unit`, valid from 2025 to 2029.
    pub async fn licence(&self, holder: HolderId, kind: &str, unit: &str, status: Status) -> Licence {
        let licence = licence(holder, kind, unit, status);
        self.put(&licence).await;
        licence
    }

    /// Stores a licence made by hand.
    pub async fn put(&self, licence: &Licence) {
        let mut tx = self.db.begin_write().await.unwrap();
        assert!(
            storage::licence::record::insert(&mut tx, &self.secrets, &SystemEntropy, licence).await.unwrap()
        );
        tx.commit().await.unwrap();
    }
}

/// The demo's unit with this code, or one of no particular kind.
fn unit_of(code: &str) -> Unit {
    let known = demo_units().unwrap().into_iter().find(|unit| unit.id.as_str() == code);
    known.map_or_else(
        || Unit {
            id: code.parse().unwrap(),
            names: Text::fixed("某单位", "Some unit"),
            regions: Vec::new(),
            capacities: Vec::new(),
            audiences: Vec::new(),
            parent: None,
            successor: None,
            state: UnitState::Active,
        },
        |unit| unit.unit().unwrap(),
    )
}

/// A citizen number that goes with a login, so that each holder has one of his own.
fn number_of(login: &str) -> HolderNumber {
    let sum = login.bytes().fold(7_u64, |sum, byte| (sum * 131 + u64::from(byte)) % 1_000_000_007);
    HolderNumber::new(CITIZEN, &format!("99010119{:010}", sum)).unwrap()
}

/// A licence that is not stored yet.
pub fn licence(holder: HolderId, kind: &str, unit: &str, status: Status) -> Licence {
    use std::sync::atomic::{AtomicU32, Ordering};
    static SERIAL: AtomicU32 = AtomicU32::new(1);
    let serial = format!("20269901{:08}", SERIAL.fetch_add(1, Ordering::SeqCst));
    Licence {
        id: LicenceId::generate(NOON, &SystemEntropy),
        identifier: Identifier::build(kind, unit, &serial, 1).unwrap(),
        holder,
        face: vec![("n".into(), "山月茶饮".into()), ("c".into(), "91990100MA0000031K".into())],
        valid_from: Day::parse("20250101").unwrap(),
        valid_to: Day::parse("20291231"),
        status,
        status_since: NOON,
        encumbrances: Encumbrances::default(),
        inspection: None,
        disputed: false,
        version: 1,
        created_at: NOON,
    }
}

/// Hashes of [`PASSWORD`] and [`PIN`], made once per process.
fn hashes() -> &'static (String, String) {
    static HASHES: OnceLock<(String, String)> = OnceLock::new();
    HASHES.get_or_init(|| {
        // On a thread of its own: the caller may be inside a runtime, which cannot wait for another.
        let made = std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let passwords = Passwords::new(&secrets(), &SystemEntropy, 4).unwrap();
                let password = passwords.hash(PASSWORD, &SystemEntropy).await.unwrap();
                (password, passwords.hash(PIN, &SystemEntropy).await.unwrap())
            })
        });
        made.join().unwrap()
    })
}

pub(crate) const MASTER: [u8; 32] = [7; 32];
