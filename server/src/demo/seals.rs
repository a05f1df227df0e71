//! The demo's seals: an authority of its own, a seal for every unit that issues, and what it issued sealed with them.

use liangzheng_core::time::UnixTime;

use super::data;
use super::error::{DemoError, embedded, wrong};
use super::file::FileLicence;
use crate::config::Config;
use crate::domain::access::Scope;
use crate::domain::catalogue::{Catalogue, OutOfForce};
use crate::domain::clock::Entropy;
use crate::secrets::Secrets;
use crate::service::issuing::seal_life;
use crate::service::issuing::seal_version::{Sealer, VersionToSeal};
use crate::service::issuing::seals::Seals;
use crate::service::work::Work;
use crate::signing::{FileSealKeys, SealCa, write_public};
use crate::storage::{self, Db};

/// Makes a seal for each issuing unit of the demo, then seals `licences`.
pub(super) async fn make(
    db: &Db,
    config: &Config,
    secrets: &Secrets,
    licences: &[FileLicence],
    entropy: &dyn Entropy,
    now: UnixTime,
) -> Result<(), DemoError> {
    let keys = FileSealKeys::open_or_create(&config.seals.keys, &config.seals.keystore_pass_file)?;
    let ca = SealCa::open_or_create(&config.seals.keys.with_file_name(CA), entropy, now)?;
    let units = embedded("assets/demo/people.json", data::demo_units())?;
    for unit in units.iter().filter(|unit| unit.capacities.iter().any(|word| word == "issuing")) {
        seal_life::make_by(&ca, db, &keys, unit.id, entropy, now).await?;
    }
    write_public(&config.seals.trust, ca.trust(now)?.as_bytes())?;
    let signed = embedded("assets/demo/catalogue.json", data::demo_catalogue())?.content(&units);
    let sealer = Sealer {
        secrets,
        entropy,
        seals: &Seals::new(config.seals.clone()),
        catalogue: &Catalogue::new(signed, OutOfForce::default()),
    };
    let mut work = Work::without_server(db, now).await?;
    for licence in licences {
        let missing = || wrong("the demo's licences", "one is not there");
        let licence = storage::licence::record::find(&mut work.tx, secrets, Scope::All, licence.id).await?;
        let licence = licence.ok_or_else(missing)?;
        let holder = storage::actor::holder::find(&mut work.tx, secrets, licence.holder).await?;
        let holder = holder.ok_or_else(missing)?;
        let version = VersionToSeal { licence: &licence, holder: &holder, co_holders: &[], co_issuers: &[] };
        sealer.seal(&mut work, &version).await?;
    }
    Ok(work.finish().await?)
}

/// Signs the revocation list anew, so that a demo that has been lying about is still checked.
pub(super) fn renew(config: &Config, entropy: &dyn Entropy, now: UnixTime) -> Result<(), DemoError> {
    let ca = SealCa::open_or_create(&config.seals.keys.with_file_name(CA), entropy, now)?;
    Ok(write_public(&config.seals.trust, ca.trust(now)?.as_bytes())?)
}

/// The demo's authority lies beside the seal keys.
const CA: &str = "seal-ca";
