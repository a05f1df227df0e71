//! People: holders and members of units, each with an account.

use std::sync::OnceLock;

use liangzheng_core::time::UnixTime;
use liangzheng_server::domain::actor::agency::{Agency, AgencyAct, AgencyLevel};
use liangzheng_server::domain::actor::holder::{CITIZEN, Holder, HolderKind, HolderNumber};
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::ids::{AccountId, AgencyId, HolderId};
use liangzheng_server::service::actor::password::Passwords;
use liangzheng_server::storage;
use liangzheng_server::storage::actor::account::AccountRow;

use super::catalogue::unit_of;
use super::{Maker, PASSWORD, PIN, secrets};
use crate::clock::NOON;

impl Maker {
    /// A holder with an account of the same login.
    pub async fn holder(&self, login: &str) -> (AccountId, HolderId) {
        let holder = self.holder_without_account(login).await;
        (self.account(login, Some(holder)).await, holder)
    }

    /// A holder who has never logged in.
    pub async fn holder_without_account(&self, login: &str) -> HolderId {
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
        holder.id
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

    /// Says whose number an account of staff goes by: the one of this login ([`number_of`]).
    pub async fn person(&self, account: AccountId, login: &str) {
        let mut tx = self.db.begin_write().await.unwrap();
        let (secrets, number) = (&self.secrets, number_of(login));
        let is_new =
            storage::actor::person::insert(&mut tx, secrets, &SystemEntropy, account, "林晓舟", &number);
        assert!(is_new.await.unwrap(), "{login} is somebody already");
        tx.commit().await.unwrap();
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

    /// Makes an account the agent of a holder, for some acts or for all.
    pub async fn agency(
        &self,
        account: AccountId,
        holder: HolderId,
        level: AgencyLevel,
        acts: &[AgencyAct],
        ends_at: Option<UnixTime>,
    ) -> AgencyId {
        let id = AgencyId::generate(NOON, &SystemEntropy);
        let agency = Agency { id, holder, level, acts: acts.to_vec(), ends_at };
        let mut tx = self.db.begin_write().await.unwrap();
        storage::actor::agency::insert(&mut tx, account, &agency, None, NOON).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// An account of this login for the holder of a number who is there already.
    pub async fn account_of(&self, login: &str, id_type: &str, number: &str) -> AccountId {
        let number = HolderNumber::new(id_type, number).unwrap();
        let mut tx = self.db.begin_read().await.unwrap();
        let found = storage::actor::holder::find_by_number(&mut tx, &self.secrets, &number).await.unwrap();
        tx.commit().await.unwrap();
        self.account(login, Some(found.expect("a holder of this number").id)).await
    }

    async fn account(&self, login: &str, holder: Option<HolderId>) -> AccountId {
        let hashes = hashes();
        let id = AccountId::generate(NOON, &SystemEntropy);
        let name = format!("{login} 的账户");
        let row = AccountRow {
            holder,
            password: Some(hashes.0.clone()),
            pin: holder.map(|_| hashes.1.clone()),
            ..AccountRow::new(&self.secrets, &SystemEntropy, id, login.into(), &name, NOON)
        };
        let mut tx = self.db.begin_write().await.unwrap();
        assert!(storage::actor::account::insert(&mut tx, &row).await.unwrap(), "{login} is taken");
        tx.commit().await.unwrap();
        row.id
    }
}

/// A citizen number that goes with a login, so that each holder has one of his own.
///
/// # Panics
/// Never: it is a number of the right length.
pub fn number_of(login: &str) -> HolderNumber {
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
