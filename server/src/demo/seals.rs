//! The demo's seals: an authority of its own, and a seal for every unit that issues.

use liangzheng_core::time::UnixTime;

use super::data;
use super::error::{DemoError, embedded};
use crate::config::Config;
use crate::domain::clock::Entropy;
use crate::service::issuing::seal_life;
use crate::signing::{FileSealKeys, SealCa, write_public};
use crate::storage::Db;

/// Makes a seal for each issuing unit of the demo, in force since `begun`, before the first licence it is set under.
pub(super) async fn make(
    db: &Db,
    config: &Config,
    entropy: &dyn Entropy,
    begun: UnixTime,
    now: UnixTime,
) -> Result<(), DemoError> {
    let keys = FileSealKeys::open_or_create(&config.seals.keys, &config.seals.keystore_pass_file)?;
    let ca = SealCa::open_or_create(&config.seals.keys.with_file_name(CA), entropy, begun)?;
    let units = embedded("assets/demo/people.json", data::demo_units())?;
    for unit in units.iter().filter(|unit| unit.capacities.iter().any(|word| word == "issuing")) {
        seal_life::make_by(&ca, db, &keys, unit.id, entropy, begun).await?;
    }
    Ok(write_public(&config.seals.trust, ca.trust(now)?.as_bytes())?)
}

/// Signs the revocation list anew, so that a demo that has been lying about is still checked.
pub(super) fn renew(config: &Config, entropy: &dyn Entropy, now: UnixTime) -> Result<(), DemoError> {
    let ca = SealCa::open_or_create(&config.seals.keys.with_file_name(CA), entropy, now)?;
    Ok(write_public(&config.seals.trust, ca.trust(now)?.as_bytes())?)
}

/// The demo's authority lies beside the seal keys.
const CA: &str = "seal-ca";
