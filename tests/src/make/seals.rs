//! Seals of the units [`UNIT`] and [`OTHER_UNIT`], made once for all tests of a process and copied for each.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_server::config::{Config, SealsConfig};
use liangzheng_server::demo::demo_units;
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::service::issuing::seal_life;
use liangzheng_server::signing::{FileSealKeys, SealCa, write_public};
use liangzheng_server::storage::issuing::seal::SealRow;
use liangzheng_server::storage::{self, Db};

use super::{OTHER_UNIT, UNIT};
use crate::clock::NOON;
use crate::db::TestDb;

struct Made {
    /// Keys, authority and trust file, by their path.
    files: Vec<(PathBuf, Vec<u8>)>,
    rows: Vec<SealRow>,
}

/// When the seals of tests were made.
pub const MADE: UnixTime = NOON.minus(Seconds(86_400));

static MADE_ONCE: OnceLock<Made> = OnceLock::new();

/// Lets a server of `config` use the seals: their files are written into `folder`.
pub fn configure(config: &mut Config, folder: &Path) {
    for (path, content) in &made().files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        write_public(&path, content).unwrap();
    }
    config.seals = in_folder(folder);
}

/// The authority that made them.
pub fn authority(config: &Config) -> SealCa {
    let folder = config.seals.keys.with_file_name(CA);
    SealCa::open_or_create(&folder, &SystemEntropy, MADE).unwrap()
}

/// Registers the seals in a server's database.
pub async fn register(db: &Db) {
    let mut tx = db.begin_write().await.unwrap();
    for row in &made().rows {
        let (certificate, seal) = (row.certificate.as_ref().unwrap(), row.seal.as_ref().unwrap());
        let valid = (row.valid_from.unwrap(), row.valid_to.unwrap());
        storage::issuing::seal::insert(&mut tx, &row.name, row.unit, &row.key, row.created_at).await.unwrap();
        assert!(storage::issuing::seal::install(&mut tx, &row.name, certificate, seal, valid).await.unwrap());
    }
    tx.commit().await.unwrap();
}

fn made() -> &'static Made {
    // In a thread of its own: some who ask are within a runtime already.
    MADE_ONCE.get_or_init(|| std::thread::spawn(make).join().unwrap())
}

fn make() -> Made {
    let db = TestDb::sqlite();
    let folder = db.folder().to_owned();
    let config = in_folder(&folder);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let rows = runtime.block_on(async {
        let opened = db.open().await;
        let keys = FileSealKeys::open_or_create(&config.keys, &config.keystore_pass_file).unwrap();
        let ca = SealCa::open_or_create(&folder.join(CA), &SystemEntropy, MADE).unwrap();
        let units = demo_units().unwrap();
        for code in [UNIT, OTHER_UNIT] {
            let unit = units.iter().find(|unit| unit.id.as_str() == code).unwrap().unit().unwrap();
            let mut tx = opened.begin_write().await.unwrap();
            storage::catalogue::unit::insert(&mut tx, &unit, MADE).await.unwrap();
            tx.commit().await.unwrap();
            seal_life::make_by(&ca, &opened, &keys, unit.id, &SystemEntropy, MADE).await.unwrap();
        }
        write_public(&config.trust, ca.trust(MADE).unwrap().as_bytes()).unwrap();
        seal_life::list(&opened).await.unwrap()
    });
    let places = [&config.keys, &config.keystore_pass_file, &config.trust, &folder.join(CA)];
    let files = places.into_iter().flat_map(|place| files(place));
    let files =
        files.map(|file| (file.strip_prefix(&folder).unwrap().to_owned(), std::fs::read(&file).unwrap()));
    Made { files: files.collect(), rows }
}

/// A file, or every file below a folder.
fn files(place: &Path) -> Vec<PathBuf> {
    if place.is_file() {
        return vec![place.to_owned()];
    }
    std::fs::read_dir(place).unwrap().flat_map(|entry| files(&entry.unwrap().path())).collect()
}

fn in_folder(folder: &Path) -> SealsConfig {
    SealsConfig {
        keys: folder.join("seal-keys"),
        keystore_pass_file: folder.join("seal-keys.pass"),
        trust: folder.join("seal-trust.pem"),
    }
}

const CA: &str = "seal-ca";
