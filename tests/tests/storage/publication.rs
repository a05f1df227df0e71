//! Keys, lists, catalogues, status indexes.

use liangzheng_core::status::StatusValue;
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::ids::{DeviceId, LicenceId};
use liangzheng_server::storage;
use liangzheng_server::storage::change::{self, Change};
use liangzheng_server::storage::publication::keys::KeyRow;
use liangzheng_server::storage::publication::status::{EntryRow, PublicationRow};
use liangzheng_server::storage::publication::trust::SignedRow;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;

use super::later;

#[tokio::test]
async fn a_key_is_listed_withdrawn_once_and_marked_compromised() {
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_write().await.unwrap();
        let key = |kid: &str, purpose: &str, nbf: i64| KeyRow {
            kid: kid.into(),
            purpose: purpose.into(),
            sec1: vec![4; 65],
            nbf,
            exp: nbf + 10,
            revoked_at: None,
            compromised: 0,
            created_at: NOON.0,
        };
        for row in [key("b", "show", 5), key("a", "show", 7), key("c", "grant", 9)] {
            storage::publication::keys::insert(&mut tx, &row).await.unwrap();
        }
        assert!(storage::publication::keys::revoke(&mut tx, "b", 6).await.unwrap());
        assert!(!storage::publication::keys::revoke(&mut tx, "b", 8).await.unwrap(), "withdrawn twice");
        assert!(storage::publication::keys::compromise(&mut tx, "c").await.unwrap());
        assert!(!storage::publication::keys::compromise(&mut tx, "nobody").await.unwrap());
        let all = storage::publication::keys::all(&mut tx).await.unwrap();
        let told: Vec<_> = all.iter().map(|k| (k.kid.as_str(), k.revoked_at, k.compromised)).collect();
        assert_eq!(told, [("c", None, 1), ("b", Some(6), 0), ("a", None, 0)], "{}", db.name);
        assert!(
            storage::publication::keys::insert(&mut tx, &key("a", "show", 1)).await.is_err(),
            "a name is given once"
        );
    }
}

#[tokio::test]
async fn lists_and_catalogues_are_kept_byte_for_byte_and_the_newest_is_found() {
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_write().await.unwrap();
        assert_eq!(storage::publication::trust::newest_catalogue(&mut tx).await.unwrap(), None);
        let row = |version: i64| SignedRow {
            version,
            iat: version,
            exp: version + 1,
            jws: format!("{{\"v\":{version} }}"),
        };
        for version in [2, 1, 10] {
            storage::publication::trust::insert_list(&mut tx, &row(version)).await.unwrap();
            storage::publication::trust::insert_catalogue(&mut tx, &row(version)).await.unwrap();
        }
        assert_eq!(
            storage::publication::trust::lists(&mut tx).await.unwrap(),
            [row(1), row(2), row(10)],
            "{}",
            db.name
        );
        assert_eq!(storage::publication::trust::newest_catalogue(&mut tx).await.unwrap(), Some(row(10)));
        assert!(
            storage::publication::trust::insert_list(&mut tx, &row(2)).await.is_err(),
            "a version is written once"
        );
    }
}

#[tokio::test]
async fn a_status_index_is_given_once_and_its_changes_are_fed_in_order() {
    use storage::publication::status::{
        changes, entries_of_device, entries_of_licence, entry, insert_entry, insert_list, not_valid, owner,
        set, taken,
    };
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_write().await.unwrap();
        let uri = "https://licence.example/status-lists/1";
        insert_list(&mut tx, 1, uri, NOON).await.unwrap();
        let [one, two, three] = [(); 3].map(|()| LicenceId::generate(NOON, &SystemEntropy));
        let phone = Some(DeviceId::generate(NOON, &SystemEntropy));
        let row = |idx: i64, licence: LicenceId| EntryRow { list: 1, idx, licence, value: 0 };
        assert!(insert_entry(&mut tx, 1, 7, one, None).await.unwrap());
        assert!(insert_entry(&mut tx, 1, 8, one, phone).await.unwrap());
        assert!(insert_entry(&mut tx, 1, 9, two, phone).await.unwrap());
        assert!(!insert_entry(&mut tx, 1, 7, three, None).await.unwrap(), "{}", db.name);
        assert!(!insert_entry(&mut tx, 1, 10, one, None).await.unwrap());
        assert_eq!(taken(&mut tx, 1).await.unwrap(), 3);
        assert_eq!(entry(&mut tx, one, phone).await.unwrap(), Some(row(8, one)));
        assert_eq!(entry(&mut tx, one, None).await.unwrap(), Some(row(7, one)), "profile S has its own");
        assert_eq!(entry(&mut tx, three, None).await.unwrap(), None);
        assert_eq!(owner(&mut tx, uri, 9).await.unwrap(), Some(row(9, two)));
        assert_eq!(owner(&mut tx, uri, 10).await.unwrap(), None);
        assert_eq!(owner(&mut tx, "https://licence.example/status-lists/2", 9).await.unwrap(), None);
        assert_eq!(entries_of_licence(&mut tx, one).await.unwrap().len(), 2);
        assert_eq!(entries_of_device(&mut tx, phone.unwrap()).await.unwrap(), [row(8, one), row(9, two)]);
        let seqs = [
            change::record(&mut tx, &Change::Status, NOON).await.unwrap(),
            change::record(&mut tx, &Change::Status, NOON).await.unwrap(),
        ];
        set(&mut tx, seqs[0], 1, 8, StatusValue::Final, NOON).await.unwrap();
        set(&mut tx, seqs[1], 1, 7, StatusValue::Suspended, NOON).await.unwrap();
        let fed = changes(&mut tx, seqs[0] - 1, seqs[1]).await.unwrap();
        assert_eq!(fed, [(1, 8, 1), (1, 7, 2)], "{}", db.name);
        assert_eq!(changes(&mut tx, seqs[0], seqs[1]).await.unwrap(), [(1, 7, 2)]);
        let mut told: Vec<_> = not_valid(&mut tx).await.unwrap().iter().map(|e| (e.idx, e.value)).collect();
        told.sort_unstable();
        assert_eq!(told, [(7, 2), (8, 1)]);
    }
}

#[tokio::test]
async fn a_publication_follows_the_one_before_in_time_and_in_changes() {
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_write().await.unwrap();
        storage::publication::status::insert_list(&mut tx, 1, "u1", NOON).await.unwrap();
        assert_eq!(storage::publication::status::newest_publication(&mut tx).await.unwrap(), None);
        let row = |seconds: i64, seq: i64| PublicationRow {
            iat: later(seconds).0,
            exp: later(seconds + 100).0,
            seq,
        };
        assert!(storage::publication::status::insert_publication(&mut tx, row(10, 5)).await.unwrap());
        for (refused, why) in
            [(row(10, 6), "the same second"), (row(9, 6), "earlier"), (row(11, 4), "fewer changes")]
        {
            assert!(
                !storage::publication::status::insert_publication(&mut tx, refused).await.unwrap(),
                "{}: {why}",
                db.name
            );
        }
        storage::publication::status::insert_published_list(&mut tx, later(10).0, 1, &[9; 32], "a.b.c")
            .await
            .unwrap();
        assert!(storage::publication::status::insert_publication(&mut tx, row(20, 5)).await.unwrap());
        assert_eq!(
            storage::publication::status::newest_publication(&mut tx).await.unwrap(),
            Some(row(20, 5))
        );
        assert_eq!(
            storage::publication::status::publication(&mut tx, later(10).0).await.unwrap(),
            Some(row(10, 5))
        );
        let hashes = storage::publication::status::hashes(&mut tx, later(10).0).await.unwrap();
        assert_eq!(hashes, [("u1".to_owned(), vec![9; 32])]);
        assert_eq!(
            storage::publication::status::lists(&mut tx).await.unwrap()[0].jws.as_deref(),
            Some("a.b.c")
        );
        storage::publication::status::forget(&mut tx, later(15)).await.unwrap();
        assert_eq!(storage::publication::status::publication(&mut tx, later(10).0).await.unwrap(), None);
        assert_eq!(
            storage::publication::status::newest_publication(&mut tx).await.unwrap(),
            Some(row(20, 5))
        );
    }
}
