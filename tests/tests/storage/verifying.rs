//! Spent tokens, wrong short codes, and receipts.

use liangzheng_core::identifier::Identifier;
use liangzheng_core::verify::Code;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::domain::trace::usage::{Ground, Use, UseKind};
use liangzheng_server::domain::verifying::scan::Scan;
use liangzheng_server::storage;
use liangzheng_server::storage::page::Cursor;
use liangzheng_server::storage::verifying::wrong_code;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, Maker, UNIT};

use super::later;

#[tokio::test]
async fn a_token_is_spent_once_even_by_two_at_once() {
    for db in TestDb::both() {
        let open = db.open().await;
        let spend = |key: [u8; 32]| {
            let open = open.clone();
            async move {
                let mut tx = open.begin_write().await.unwrap();
                let first = storage::verifying::spent::spend(&mut tx, &key, NOON, later(60)).await.unwrap();
                tx.commit().await.unwrap();
                first
            }
        };
        let (one, two) = tokio::join!(spend([1; 32]), spend([1; 32]));
        assert!(one ^ two, "{}", db.name);
        assert!(spend([2; 32]).await);
        let mut tx = open.begin_write().await.unwrap();
        assert_eq!(storage::verifying::spent::spent_at(&mut tx, &[1; 32]).await.unwrap(), Some(NOON.0));
        assert_eq!(storage::verifying::spent::spent_at(&mut tx, &[3; 32]).await.unwrap(), None);
        storage::verifying::spent::forget(&mut tx, later(60)).await.unwrap();
        assert!(
            storage::verifying::spent::spent_at(&mut tx, &[1; 32]).await.unwrap().is_some(),
            "it could still be shown"
        );
        storage::verifying::spent::forget(&mut tx, later(61)).await.unwrap();
        assert_eq!(storage::verifying::spent::spent_at(&mut tx, &[1; 32]).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_receipt_is_kept_once_per_account_and_tied_to_its_row_of_the_log() {
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let (_, holder) = make.holder("lin").await;
        let licence = make.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).await;
        let inspector = make.staff("inspector", Role::Inspector, UNIT).await;
        let scan = Scan {
            id: "AAAAAAAAAAAAAAAAAAAAAA".into(),
            at: later(-60),
            code: Code::Ok,
            scene: Some("inspect.food".parse().unwrap()),
            licence: Some(licence.identifier.clone()),
            token: None,
            status_as_of: None,
            trust_version: Some(1),
            matter: None,
            compared: true,
            logged: false,
            doubt: None,
        };
        let mut tx = make.db.begin_write().await.unwrap();
        assert!(storage::verifying::scan::insert(&mut tx, inspector, &scan, NOON).await.unwrap());
        assert!(
            !storage::verifying::scan::insert(&mut tx, inspector, &scan, NOON).await.unwrap(),
            "{}",
            db.name
        );
        let unknown = Identifier::build(BUSINESS_LICENCE, UNIT, "2026990199999999", 1).unwrap();
        let id = storage::licence::record::id_of(&mut tx, &licence.identifier).await.unwrap();
        assert_eq!(id, Some(licence.id));
        assert_eq!(storage::licence::record::id_of(&mut tx, &unknown).await.unwrap(), None);
        let row = Use {
            at: scan.at,
            kind: UseKind::Verification,
            licence: licence.id.to_string().into(),
            actor: inspector.to_string().into(),
            subject: scan.code.as_str().into(),
            scene: "inspect.food".into(),
            token: Vec::new(),
            ground: Some(Box::new(Ground::member(UNIT.parse().unwrap()))),
        };
        let seq = storage::trace::access_log::append(&mut tx, &row).await.unwrap();
        storage::verifying::scan::tie(&mut tx, inspector, &scan, seq).await.unwrap();
        let uses = storage::trace::access_log::uses_of(&mut tx, holder, Cursor { before: None, limit: 10 })
            .await
            .unwrap()
            .items;
        let told: Vec<_> = uses.iter().map(|used| (used.at, used.receipt.as_deref())).collect();
        assert_eq!(told, [(later(-60).0, Some(scan.id.as_str()))]);
        assert_eq!(uses[0].unit.map(|unit| unit.to_string()).as_deref(), Some(UNIT));
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn wrong_short_codes_are_counted_for_an_account_and_its_unit() {
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let unit = UNIT.parse().unwrap();
        let one = make.staff("inspector", Role::Inspector, UNIT).await;
        let two = make.staff("desk", Role::Verifier, UNIT).await;
        let mut tx = make.db.begin_write().await.unwrap();
        for (account, at) in [(one, 0), (one, 10), (two, 20)] {
            wrong_code::insert(&mut tx, unit, account, later(at)).await.unwrap();
        }
        let of_one = wrong_code::of_account(&mut tx, unit, one, later(-1), 10).await.unwrap();
        assert_eq!(of_one, [later(10).0, later(0).0], "{}", db.name);
        assert_eq!(wrong_code::of_account(&mut tx, unit, one, later(0), 10).await.unwrap(), [later(10).0]);
        assert_eq!(
            wrong_code::of_unit(&mut tx, unit, later(-1), 2).await.unwrap(),
            [later(20).0, later(10).0]
        );
        wrong_code::forget(&mut tx, later(11)).await.unwrap();
        assert_eq!(wrong_code::of_unit(&mut tx, unit, later(-1), 10).await.unwrap(), [later(20).0]);
    }
}
