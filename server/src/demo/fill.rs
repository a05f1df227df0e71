//! Fills a demo folder with invented licences, so that a large installation can be tried and measured.
//!
//! Every fourth licence has a holder of its own (region 999xxx, which nobody lives in); faces are those of the demo's
//! people under another name. One in fifty is on hold, lost or revoked, so that the status lists have something to say.

use liangzheng_core::identifier::Identifier;
use liangzheng_core::status::{SHARD_ENTRIES, StatusValue};
use liangzheng_core::time::{Day, Seconds, UnixTime};

use super::data::{self, DemoLicence, DemoPeople};
use super::error::{DemoError, embedded, wrong};
use crate::config::Config;
use crate::domain::actor::holder::{CITIZEN, Holder, HolderKind, HolderNumber};
use crate::domain::clock::{Clock, Entropy};
use crate::domain::ids::{HolderId, LicenceId};
use crate::domain::licence::{Encumbrances, Licence, RefusedWhen, Status};
use crate::secrets::Secrets;
use crate::service::publication::publisher;
use crate::service::publication::status;
use crate::service::work::Work;
use crate::storage::{self, Db};

/// How much to put in.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// Licences to be added.
    pub licences: u64,
    /// Status lists over which they are spread; those there are already count.
    pub shards: u32,
}

/// Puts `amount` into the folder that `config` serves; `tell` hears how many licences are in after each step.
///
/// # Errors
/// [`DemoError`]: among others if a server is running on the folder.
pub async fn fill(
    config: &Config,
    amount: Amount,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    mut tell: impl FnMut(u64),
) -> Result<(), DemoError> {
    let room = u64::from(amount.shards) * u64::from(SHARD_ENTRIES / 2);
    if amount.licences > room {
        return Err(DemoError::TooFewShards { shards: amount.shards, room });
    }
    let secrets = Secrets::open_or_create(&config.secrets.master_file, entropy)?;
    let db = Db::open(&config.database).await?;
    if publisher::lease_is_held(&db).await? {
        return Err(DemoError::Running);
    }
    let people = embedded("assets/demo/people.json", data::demo_people())?;
    let base_url = config.server.base_url.clone().unwrap_or_default();
    let now = clock.now();
    let mut work = Work::without_server(&db, now).await?;
    status::ensure_lists(&mut work.tx, &base_url, i64::from(amount.shards), now).await?;
    work.finish().await?;
    let patterns = patterns(&people);
    let run = free_run(&db, &patterns).await?;
    let filler = Filler { secrets: &secrets, entropy, amount, now, run, patterns };
    let mut done = 0;
    let mut holder = None;
    while done < amount.licences {
        let next = amount.licences.min(done + AT_ONCE);
        let mut work = Work::without_server(&db, now).await?;
        for number in done..next {
            let held = match holder.filter(|_| !number.is_multiple_of(LICENCES_EACH)) {
                Some(held) => held,
                None => filler.holder(&mut work, number / LICENCES_EACH).await?,
            };
            holder = Some(held);
            filler.licence(&mut work, number, held).await?;
        }
        work.finish().await?;
        done = next;
        tell(done);
    }
    db.close().await;
    Ok(())
}

/// The demo's licences of people, whose faces are worn by the invented ones.
fn patterns(people: &DemoPeople) -> Vec<DemoLicence> {
    let is_person = |login: &str| {
        people.holders.iter().any(|holder| holder.login == login && holder.code_type == CITIZEN)
    };
    let licences = people.licences.iter();
    licences.filter(|licence| licence.status == "ACTIVE" && is_person(&licence.holder)).cloned().collect()
}

/// The first run whose numbers are free: a folder may be filled several times.
async fn free_run(db: &Db, patterns: &[DemoLicence]) -> Result<u64, DemoError> {
    let first = patterns.first().ok_or_else(|| wrong("people.json", "no licence of a person"))?;
    let mut tx = db.begin_read().await?;
    for run in 0..RUNS {
        let identifier = identifier(first, run, 0)?;
        if storage::licence::record::id_of(&mut tx, &identifier).await?.is_none() {
            tx.commit().await?;
            return Ok(run);
        }
    }
    Err(wrong("the folder", "it was filled too often; make a new one"))
}

struct Filler<'a> {
    secrets: &'a Secrets,
    entropy: &'a dyn Entropy,
    amount: Amount,
    now: UnixTime,
    run: u64,
    patterns: Vec<DemoLicence>,
}

impl Filler<'_> {
    async fn holder(&self, work: &mut Work<'_>, number: u64) -> Result<HolderId, DemoError> {
        let citizen = citizen_number(self.run, number);
        let created_at = self.entered_at(number * LICENCES_EACH);
        let holder = Holder {
            id: HolderId::generate(created_at, self.entropy),
            kind: HolderKind::Natural,
            name: name(number),
            number: HolderNumber::new(CITIZEN, &citizen)
                .map_err(|error| wrong(&citizen, &error.to_string()))?,
            created_at,
        };
        if storage::actor::holder::insert(&mut work.tx, self.secrets, self.entropy, &holder).await? {
            Ok(holder.id)
        } else {
            Err(wrong(&citizen, "stands twice"))
        }
    }

    async fn licence(&self, work: &mut Work<'_>, number: u64, holder: HolderId) -> Result<(), DemoError> {
        let at = usize::try_from(number % self.patterns.len() as u64).unwrap_or_default();
        let pattern = &self.patterns[at];
        let created_at = self.entered_at(number);
        let owner = number / LICENCES_EACH;
        let face = pattern.face.iter().map(|(field, value)| match field.as_str() {
            "n" => (field.clone(), name(owner)),
            "id" => (field.clone(), citizen_number(self.run, owner)),
            _ => (field.clone(), value.clone()),
        });
        let licence = Licence {
            id: LicenceId::generate(created_at, self.entropy),
            identifier: identifier(pattern, self.run, number)?,
            holder,
            face: face.collect(),
            valid_from: self.day(pattern.valid_from),
            valid_to: pattern.valid_to.map(|days| self.day(days)),
            status: status_of(number),
            status_since: created_at,
            encumbrances: Encumbrances { pledged: false, mortgaged: false },
            annual_inspection: None,
            disputed: false,
            refused_when: RefusedWhen::default(),
            version: 1,
            created_at,
        };
        if !storage::licence::record::insert(&mut work.tx, self.secrets, self.entropy, &licence).await? {
            return Err(wrong(licence.identifier.as_str(), "stands twice"));
        }
        let value = licence.wire_status(Day::of(self.now)).unwrap_or(StatusValue::Valid);
        // One shard after the other: SQLite keeps few pages in memory, and these then lie side by side.
        let shard = number * u64::from(self.amount.shards) / self.amount.licences + 1;
        let shard = i64::try_from(shard).unwrap_or(1);
        Ok(status::give_in(work, shard, licence.id, value, self.entropy).await?)
    }

    /// A hundred in a second up to now, so that ids and dates rise together.
    fn entered_at(&self, number: u64) -> UnixTime {
        let before = self.amount.licences.saturating_sub(number) / 100;
        self.now.minus(Seconds(i64::try_from(before).unwrap_or_default()))
    }

    fn day(&self, offset: i64) -> Day {
        Day::of(self.now.plus(Seconds(offset * 86_400)))
    }
}

fn status_of(number: u64) -> Status {
    match number % 200 {
        50 | 150 => Status::OnHold,
        75 => Status::Revoked,
        175 => Status::ReportedLost,
        _ => Status::Active,
    }
}

fn identifier(pattern: &DemoLicence, run: u64, number: u64) -> Result<Identifier, DemoError> {
    // `F` keeps them apart from what people enter by hand.
    let serial = format!("F{run:03}{number:012}");
    Identifier::build(&pattern.kind, &pattern.unit, &serial, 1)
        .map_err(|_| wrong(&serial, "no GB/T 36904 identifier comes of it"))
}

fn name(number: u64) -> String {
    let pick = |characters: &[char], number: u64| {
        let at = usize::try_from(number % characters.len() as u64).unwrap_or_default();
        characters.get(at).copied().unwrap_or_default()
    };
    let given = number / SURNAMES.len() as u64;
    [pick(&SURNAMES, number), pick(&GIVEN, given), pick(&GIVEN, given / GIVEN.len() as u64)].iter().collect()
}

/// A citizen number of region 999xxx with its check character (GB 11643): born from 1970 on, a thousand a day.
fn citizen_number(run: u64, number: u64) -> String {
    let days = i64::try_from(number / 1000).unwrap_or_default();
    let born = Day::of(UnixTime(days * 86_400));
    let digits = format!("999{run:03}{born}{:03}", number % 1000);
    let sum =
        digits.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum::<u32>();
    let check = b"10X98765432"[sum as usize % 11];
    format!("{digits}{}", char::from(check))
}

/// Licences of one holder.
const LICENCES_EACH: u64 = 4;
/// Licences per transaction: the disk is waited for once for all.
const AT_ONCE: u64 = 5_000;
/// How often a folder can be filled.
const RUNS: u64 = 1000;
const SURNAMES: [char; 16] =
    ['林', '陈', '赵', '吴', '周', '郑', '孙', '钱', '冯', '沈', '韩', '杨', '朱', '秦', '许', '何'];
const GIVEN: [char; 16] =
    ['一', '川', '禾', '山', '云', '舟', '竹', '桥', '江', '月', '安', '宁', '平', '远', '晓', '青'];
/// GB 11643.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

#[cfg(test)]
mod tests {
    use super::citizen_number;

    #[test]
    fn invented_citizen_numbers_are_well_formed_and_differ() {
        assert_eq!(citizen_number(0, 0), "999000197001010008");
        let numbers: std::collections::HashSet<_> =
            (0..5000).map(|number| citizen_number(0, number)).collect();
        assert_eq!(numbers.len(), 5000);
        assert!(numbers.iter().all(|number| number.len() == 18));
    }
}
