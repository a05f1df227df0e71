//! People and licences, made through the same storage functions the server uses; one file per area.

mod actor;
mod catalogue;
mod licence;
pub mod office;
pub mod seals;

use std::sync::Arc;

use liangzheng_server::secrets::Secrets;
use liangzheng_server::storage::Db;

pub use actor::number_of;
pub use licence::licence;

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

/// Makes people and licences in one database.
#[derive(Clone)]
pub struct Maker {
    /// The database.
    pub db: Db,
    secrets: Arc<Secrets>,
}

impl Maker {
    /// Makes them in `db`.
    pub fn new(db: Db) -> Self {
        Self { db, secrets: Arc::new(secrets()) }
    }
}

/// The secrets of every test server.
pub fn secrets() -> Secrets {
    Secrets::from_master(&MASTER).unwrap()
}

/// The master secret of every test server.
pub const MASTER: [u8; 32] = [7; 32];
