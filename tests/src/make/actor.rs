//! People: holders and members of units, each with an account.

use std::sync::OnceLock;

use liangzheng_server::domain::actor::holder::{CITIZEN, Holder, HolderKind, HolderNumber};
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::ids::{AccountId, HolderId};
use liangzheng_server::service::actor::password::Passwords;
use liangzheng_server::storage;
use liangzheng_server::storage::actor::account::AccountRow;

use super::catalogue::unit_of;
use super::{Maker, PASSWORD, PIN, secrets};
use crate::clock::NOON;

impl Maker {
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
        let id = AccountId::generate(NOON, &SystemEntropy);
        let name = format!("{login} 的账户");
        let row = AccountRow {
            id,
            login: login.into(),
            name: storage::actor::account::seal_name(&self.secrets, &SystemEntropy, id, &name),
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
}

/// A citizen number that goes with a login, so that each holder has one of his own.
fn number_of(login: &str) -> HolderNumber {
    let sum = login.bytes().fold(7_u64, |sum, byte| (sum * 131 + u64::from(byte)) % 1_000_000_007);
    HolderNumber::new(CITIZEN, &format!("99010119{:010}", sum)).unwrap()
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
                let password = passwords.hash(PASSWORD, [0; 32], &SystemEntropy).await.unwrap();
                (password, passwords.hash(PIN, [0; 32], &SystemEntropy).await.unwrap())
            })
        });
        made.join().unwrap()
    })
}
