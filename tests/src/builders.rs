//! People and licences, made through the same storage functions the server uses.

use std::sync::{Arc, OnceLock};

use liangzheng_core::identifier::Identifier;
use liangzheng_core::time::Day;
use liangzheng_server::domain::actor::account::Role;
use liangzheng_server::domain::actor::holder::{Holder, HolderKind};
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
            number: "990101198806140123".into(),
            created_at: NOON,
        };
        let mut tx = self.db.begin_write().await.unwrap();
        storage::actor::holder::insert(&mut tx, &self.secrets, &SystemEntropy, &holder).await.unwrap();
        tx.commit().await.unwrap();
        (self.account(login, Role::Holder, None, Some(holder.id)).await, holder.id)
    }

    /// A member of staff.
    pub async fn staff(&self, login: &str, role: Role, unit: &str) -> AccountId {
        self.account(login, role, Some(unit), None).await
    }

    async fn account(
        &self,
        login: &str,
        role: Role,
        unit: Option<&str>,
        holder: Option<HolderId>,
    ) -> AccountId {
        let hashes = hashes();
        let row = AccountRow {
            id: AccountId::generate(NOON, &SystemEntropy),
            login: login.into(),
            name: format!("{login} 的账户"),
            role: role.as_str().into(),
            unit: unit.map(str::to_owned),
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
