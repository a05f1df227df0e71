//! The demo's units and accounts, and `demo.json`, which tells a script or a visitor of them.

use std::collections::HashMap;
use std::path::Path;

use liangzheng_core::time::UnixTime;

use super::data::{self, DemoHolder, DemoPeople};
use super::error::{DemoError, embedded, wrong};
use super::file::{DemoFile, FileAccount, FileMatter, FileScene};
use crate::domain::actor::agency::Agency;
use crate::domain::actor::holder::{CITIZEN, Holder, HolderNumber};
use crate::domain::clock::Entropy;
use crate::domain::ids::{AccountId, AgencyId, HolderId};
use crate::secrets::Secrets;
use crate::service::actor::password::{Passwords, invented};
use crate::storage::actor::account::AccountRow;
use crate::storage::catalogue::unit::KeptUnit;
use crate::storage::{self, Db, Tx};

/// Enters them; what is told of them has no licences yet.
pub(super) async fn make(
    db: &Db,
    secrets: &Secrets,
    base_url: &str,
    dir: &Path,
    now: UnixTime,
    entropy: &dyn Entropy,
) -> Result<DemoFile, DemoError> {
    let people = embedded("assets/demo/people.json", data::demo_people())?;
    let catalogue = embedded("assets/demo/catalogue.json", data::demo_catalogue())?;
    let maker = Maker { secrets, entropy, now, passwords: passwords(secrets, entropy)? };
    let mut accounts = Vec::new();
    let mut holders = HashMap::new();
    let mut by_login = HashMap::new();
    // Hashes first: the one writer must not wait for Argon2.
    let hashed = maker.hash_all(&people).await?;
    let mut tx = db.begin_write().await?;
    for demo in &people.units {
        let unit = demo.unit().map_err(|error| wrong(demo.id.as_str(), &error.to_string()))?;
        storage::catalogue::unit::insert(&mut tx, &unit, now).await?;
        let entered = storage::catalogue::unit::find_kept(&mut tx, secrets, unit.id).await?;
        let entered = entered.ok_or_else(|| wrong(unit.id.as_str(), "was not entered"))?;
        let kept = KeptUnit { contact: Some(demo.contact.clone()), ..entered.clone() };
        storage::catalogue::unit::replace(&mut tx, secrets, entropy, &entered, &kept).await?;
    }
    for ((login, secret), person) in hashed.holders.iter().zip(&people.holders) {
        let id = maker.holder(&mut tx, person).await?;
        holders.insert(login.clone(), id);
        let account = maker.account(&mut tx, login, &person.name, Some(id), secret).await?;
        by_login.insert(login.clone(), account);
        accounts.push(file_account("holder", login, &person.name, secret));
    }
    for ((login, secret), person) in hashed.staff.iter().zip(&people.staff) {
        let roles = person.roles().map_err(|_| wrong(login, "no such role"))?;
        let unit = person.unit.parse().map_err(|_| wrong(login, "no such unit"))?;
        let id = maker.account(&mut tx, login, &person.name, None, secret).await?;
        let number = HolderNumber::new(CITIZEN, &person.code);
        let number = number.map_err(|error| wrong(login, &error.to_string()))?;
        if !storage::actor::person::insert(&mut tx, secrets, entropy, id, &person.name, &number).await? {
            return Err(wrong(login, "this person stands twice"));
        }
        storage::actor::membership::insert(&mut tx, id, unit, now).await?;
        for role in &roles {
            storage::actor::membership::give_role(&mut tx, id, *role, None).await?;
        }
        let file = file_account(&person.role, login, &person.name, secret);
        let roles = roles.iter().map(|role| role.as_str().to_owned()).collect();
        accounts.push(FileAccount { unit: Some(unit), roles, ..file });
    }
    for agent in &people.agencies {
        let (account, holder) = (by_login.get(&agent.login), holders.get(&agent.holder));
        let (Some(account), Some(holder)) = (account, holder) else {
            return Err(wrong(&agent.login, "no such agent or holder"));
        };
        let id = AgencyId::generate(now, entropy);
        let agency = Agency { id, holder: *holder, level: agent.level, acts: Vec::new(), ends_at: None };
        storage::actor::agency::insert(&mut tx, *account, &agency, None, now).await?;
    }
    tx.commit().await?;
    let scenes = catalogue.scenes.iter();
    let listed =
        catalogue.using_lists.iter().flat_map(|list| list.matters.iter().map(|matter| (list.unit, matter)));
    let matters = listed.map(|(unit, matter)| FileMatter {
        unit,
        matter: matter.code.clone(),
        purpose: matter.purpose.clone(),
        kinds: matter.materials.iter().map(|material| material.kind).collect(),
    });
    Ok(DemoFile {
        base_url: base_url.to_owned(),
        roots: dir.join("roots.json").display().to_string(),
        accounts,
        licences: Vec::new(),
        scenes: scenes
            .map(|scene| FileScene { code: scene.code.clone(), audience: scene.audience.clone() })
            .collect(),
        matters: matters.collect(),
    })
}

fn passwords(secrets: &Secrets, entropy: &dyn Entropy) -> Result<Passwords, DemoError> {
    Passwords::new(secrets, entropy, 64).map_err(|error| wrong("passwords", &error.to_string()))
}

fn file_account(role: &str, login: &str, person: &str, secret: &Secret) -> FileAccount {
    FileAccount {
        role: role.to_owned(),
        roles: Vec::new(),
        login: login.to_owned(),
        person: person.to_owned(),
        unit: None,
        password: secret.password.clone(),
        pin: secret.pin.as_ref().map(|(pin, _)| pin.clone()),
    }
}

struct Maker<'a> {
    secrets: &'a Secrets,
    entropy: &'a dyn Entropy,
    now: UnixTime,
    passwords: Passwords,
}

/// An account's secrets with their hashes.
struct Secret {
    password: String,
    password_hash: String,
    pin: Option<(String, String)>,
}

struct Hashed {
    holders: Vec<(String, Secret)>,
    staff: Vec<(String, Secret)>,
}

impl Maker<'_> {
    async fn hash_all(&self, people: &DemoPeople) -> Result<Hashed, DemoError> {
        let mut hashed = Hashed { holders: Vec::new(), staff: Vec::new() };
        for person in &people.holders {
            hashed.holders.push((person.login.clone(), self.secret(true).await?));
        }
        for person in &people.staff {
            hashed.staff.push((person.login.clone(), self.secret(false).await?));
        }
        Ok(hashed)
    }

    /// Random secrets: a demo left reachable must not have passwords that stand in its source.
    async fn secret(&self, with_pin: bool) -> Result<Secret, DemoError> {
        let password = invented(self.entropy);
        let password_hash = self.hash(&password).await?;
        let pin = if with_pin {
            let pin = format!("{:06}", u32::from_le_bytes(self.entropy.bytes()) % 1_000_000);
            let hash = self.hash(&pin).await?;
            Some((pin, hash))
        } else {
            None
        };
        Ok(Secret { password, password_hash, pin })
    }

    async fn hash(&self, secret: &str) -> Result<String, DemoError> {
        self.passwords
            .hash(secret, [0; 32], self.entropy)
            .await
            .map_err(|error| wrong("passwords", &error.to_string()))
    }

    async fn holder(&self, tx: &mut Tx, person: &DemoHolder) -> Result<HolderId, DemoError> {
        let holder = Holder {
            id: HolderId::generate(self.now, self.entropy),
            kind: person.kind(),
            name: person.name.clone(),
            number: HolderNumber::new(&person.code_type, &person.code)
                .map_err(|error| wrong(&person.login, &error.to_string()))?,
            created_at: self.now,
        };
        storage::actor::holder::insert(tx, self.secrets, self.entropy, &holder).await?;
        Ok(holder.id)
    }

    async fn account(
        &self,
        tx: &mut Tx,
        login: &str,
        name: &str,
        holder: Option<HolderId>,
        secret: &Secret,
    ) -> Result<AccountId, DemoError> {
        let id = AccountId::generate(self.now, self.entropy);
        let row = AccountRow {
            holder,
            password: Some(secret.password_hash.clone()),
            pin: secret.pin.as_ref().map(|(_, hash)| hash.clone()),
            ..AccountRow::new(self.secrets, self.entropy, id, login.to_owned(), name, self.now)
        };
        if storage::actor::account::insert(tx, &row).await? {
            Ok(row.id)
        } else {
            Err(wrong(login, "stands twice"))
        }
    }
}
