//! Holders: entered with their first licence, known by their latest name.

use std::collections::HashMap;

use liangzheng_core::time::UnixTime;

use crate::App;
use crate::domain::actor::holder::{Holder, HolderNumber, is_one_name};
use crate::domain::ids::HolderId;
use crate::domain::issuing::person::Person;
use crate::service::work::Work;
use crate::storage::StorageError;
use crate::storage::actor::holder as stored;

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The holder's id.
    Held(HolderId),
    /// The holder is known by another name, and no register says which is the latest.
    OtherName,
}

/// The same of many, of whom `known` are here already: each as if entered behind the one before. `None` where another has
/// entered one of them meanwhile.
pub async fn enter_each(
    app: &App,
    work: &mut Work<'_>,
    people: &[(&Person, bool)],
    known: impl IntoIterator<Item = Holder>,
) -> Result<Option<Vec<Entry>>, StorageError> {
    let key = |number: &HolderNumber| app.secrets.holder_key(number);
    let mut here: HashMap<[u8; 32], Holder> =
        known.into_iter().map(|holder| (key(&holder.number), holder)).collect();
    let (mut new, mut renamed, mut entries) = (Vec::new(), Vec::new(), Vec::with_capacity(people.len()));
    for (person, is_confirmed) in people {
        let holder = here.entry(key(&person.number)).or_insert_with(|| {
            let holder = of(app, work.now, person);
            new.push(holder.clone());
            holder
        });
        if is_one_name(&holder.name, &person.name) {
            entries.push(Entry::Held(holder.id));
        } else if *is_confirmed {
            holder.name = person.name.clone();
            renamed.push(holder.clone());
            entries.push(Entry::Held(holder.id));
        } else {
            entries.push(Entry::OtherName);
        }
    }
    if stored::insert_all(&mut work.tx, &app.secrets, &*app.entropy, &new).await? != new.len() as u64 {
        return Ok(None);
    }
    for holder in &renamed {
        rename(app, work, holder).await?;
    }
    Ok(Some(entries))
}

/// The holder with this number, entered if need be. A name that the base register has just confirmed is the latest.
pub async fn enter(
    app: &App,
    work: &mut Work<'_>,
    person: &Person,
    is_confirmed: bool,
) -> Result<Entry, StorageError> {
    let new = of(app, work.now, person);
    if stored::insert(&mut work.tx, &app.secrets, &*app.entropy, &new).await? {
        return Ok(Entry::Held(new.id));
    }
    let known = stored::find_by_number(&mut work.tx, &app.secrets, &person.number).await?;
    let known = known.ok_or(StorageError::Conflict)?;
    if is_one_name(&known.name, &person.name) {
        return Ok(Entry::Held(known.id));
    }
    if !is_confirmed {
        return Ok(Entry::OtherName);
    }
    let id = known.id;
    let renamed = Holder { name: person.name.clone(), ..known };
    rename(app, work, &renamed).await?;
    Ok(Entry::Held(id))
}

fn of(app: &App, now: UnixTime, person: &Person) -> Holder {
    Holder {
        id: HolderId::generate(now, &*app.entropy),
        kind: person.kind,
        name: person.name.clone(),
        number: person.number.clone(),
        created_at: now,
    }
}

async fn rename(app: &App, work: &mut Work<'_>, holder: &Holder) -> Result<(), StorageError> {
    stored::rename(&mut work.tx, &app.secrets, &*app.entropy, holder).await?;
    work.audit("rename holder", &holder.id.to_string(), None).await
}
