//! Licences.

use std::sync::atomic::{AtomicU32, Ordering};

use liangzheng_core::identifier::Identifier;
use liangzheng_core::time::Day;
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::ids::{HolderId, LicenceId};
use liangzheng_server::domain::licence::{Encumbrances, Licence, RefusedWhen, Status};
use liangzheng_server::storage;

use super::Maker;
use crate::clock::NOON;

impl Maker {
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
        annual_inspection: None,
        disputed: false,
        refused_when: RefusedWhen::default(),
        version: 1,
        created_at: NOON,
    }
}
