//! Keys, lists, catalogues, status indexes.

use liangzheng_core::status::{SHARD_ENTRIES, StatusValue};
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::ids::{DeviceId, LicenceId};
use liangzheng_server::storage::change::{self, Change};
use liangzheng_server::storage::publication::keys::KeyRow;
use liangzheng_server::storage::publication::status::{EntryRow, IndexRow};
use liangzheng_server::storage::publication::status_publication::{self, PublicationRow};
use liangzheng_server::storage::publication::trust::SignedRow;
use liangzheng_server::storage::{self, Tx};
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
        changes, entries_of_device, entries_of_licence, index, insert_entry, insert_list, not_valid, owner,
        set, taken_below,
    };
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_write().await.unwrap();
        let uri = "https://licence.example/status-lists/1";
        insert_list(&mut tx, 1, uri, NOON).await.unwrap();
        let [one, two, three] = [(); 3].map(|()| LicenceId::generate(NOON, &SystemEntropy));
        let device = DeviceId::generate(NOON, &SystemEntropy);
        let phone = Some(device);
        let row = |idx: i64, licence: LicenceId| EntryRow { list: 1, idx, licence, value: 0 };
        assert!(insert_entry(&mut tx, 1, 7, one, None).await.unwrap());
        assert!(insert_entry(&mut tx, 1, 8, one, phone).await.unwrap());
        assert!(insert_entry(&mut tx, 1, 9, two, phone).await.unwrap());
        assert!(!insert_entry(&mut tx, 1, 7, three, None).await.unwrap(), "{}", db.name);
        assert!(!insert_entry(&mut tx, 1, 10, one, None).await.unwrap());
        assert_eq!(taken_below(&mut tx, 1, SHARD_ENTRIES).await.unwrap(), 3);
        assert_eq!(taken_below(&mut tx, 1, 9).await.unwrap(), 2);
        let at = |idx: i64| Some(IndexRow { uri: uri.to_owned(), list: 1, idx, value: 0 });
        assert_eq!(index(&mut tx, one, phone).await.unwrap(), at(8));
        assert_eq!(index(&mut tx, one, None).await.unwrap(), at(7), "profile S has its own");
        assert_eq!(index(&mut tx, three, None).await.unwrap(), None);
        assert_eq!(owner(&mut tx, uri, 9).await.unwrap(), Some(row(9, two)));
        assert_eq!(owner(&mut tx, uri, 10).await.unwrap(), None);
        assert_eq!(owner(&mut tx, "https://licence.example/status-lists/2", 9).await.unwrap(), None);
        assert_eq!(entries_of_licence(&mut tx, one).await.unwrap().len(), 2);
        assert_eq!(entries_of_device(&mut tx, device).await.unwrap(), [row(8, one), row(9, two)]);
        let seqs = [
            change::record(&mut tx, &Change::Status, NOON).await.unwrap(),
            change::record(&mut tx, &Change::Status, NOON).await.unwrap(),
        ];
        set(&mut tx, seqs[0], 1, 8, StatusValue::Final, NOON).await.unwrap();
        set(&mut tx, seqs[1], 1, 7, StatusValue::Suspended, NOON).await.unwrap();
        let fed = changes(&mut tx, seqs[0] - 1, seqs[1]).await.unwrap();
        assert_eq!(fed, [(1, 8, 1), (1, 7, 2)], "{}", db.name);
        assert_eq!(changes(&mut tx, seqs[0], seqs[1]).await.unwrap(), [(1, 7, 2)]);
        let mut told: Vec<_> = not_valid(&mut tx, 1).await.unwrap();
        told.sort_unstable();
        assert_eq!(told, [(7, 2), (8, 1)]);
    }
}

#[tokio::test]
async fn a_publication_follows_the_one_before_in_time_and_in_changes() {
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_write().await.unwrap();
        assert_eq!(status_publication::newest(&mut tx).await.unwrap(), None);
        assert!(status_publication::insert(&mut tx, &publication(10, 5)).await.unwrap());
        for (refused, why) in [
            (publication(10, 6), "the same second"),
            (publication(9, 6), "earlier"),
            (publication(11, 4), "fewer changes"),
        ] {
            assert!(!status_publication::insert(&mut tx, &refused).await.unwrap(), "{}: {why}", db.name);
        }
        assert!(status_publication::insert(&mut tx, &publication(20, 5)).await.unwrap());
        assert_eq!(status_publication::newest(&mut tx).await.unwrap(), Some(publication(20, 5)));
        let first = status_publication::at(&mut tx, later(10).0).await.unwrap();
        assert_eq!(first, Some(publication(10, 5)));
        status_publication::forget(&mut tx, later(15)).await.unwrap();
        assert_eq!(status_publication::at(&mut tx, later(10).0).await.unwrap(), None);
        status_publication::forget(&mut tx, later(1000)).await.unwrap();
        let kept = status_publication::newest(&mut tx).await.unwrap();
        assert_eq!(kept, Some(publication(20, 5)), "the newest stays: the next one must be later");
    }
}

#[tokio::test]
async fn a_list_has_the_newest_hash_up_to_a_publication_and_forgetting_leaves_each_list_one() {
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_write().await.unwrap();
        for (list, uri) in [(1, "u1"), (2, "u2"), (3, "u3")] {
            storage::publication::status::insert_list(&mut tx, list, uri, NOON).await.unwrap();
        }
        assert_eq!(status_publication::unpublished_lists(&mut tx).await.unwrap(), [1, 2, 3]);
        for (iat, list) in [(10, 1), (10, 2), (20, 2), (30, 1), (40, 3)] {
            status_publication::insert(&mut tx, &publication(iat, iat)).await.unwrap();
            let byte = u8::try_from(iat).unwrap();
            status_publication::put_array(&mut tx, list, later(iat).0, &format!("at {iat}"), &[byte; 32])
                .await
                .unwrap();
            status_publication::set_first_published(&mut tx, list, later(iat).0).await.unwrap();
        }
        assert_eq!(status_publication::unpublished_lists(&mut tx).await.unwrap(), [0; 0]);
        let at = async |tx: &mut Tx, iat: i64| {
            let mut hashes = status_publication::hashes(tx, later(iat).0).await.unwrap();
            hashes.sort();
            hashes.into_iter().map(|(uri, hash)| (uri, hash[0])).collect::<Vec<_>>()
        };
        let expected = |pairs: &[(&str, u8)]| -> Vec<_> {
            pairs.iter().map(|(uri, byte)| ((*uri).to_owned(), *byte)).collect()
        };
        let all = [
            (10, expected(&[("u1", 10), ("u2", 10)])),
            (20, expected(&[("u1", 10), ("u2", 20)])),
            (30, expected(&[("u1", 30), ("u2", 20)])),
            (40, expected(&[("u1", 30), ("u2", 20), ("u3", 40)])),
        ];
        for (iat, hashes) in &all {
            assert_eq!(at(&mut tx, *iat).await, *hashes, "{} at {iat}", db.name);
        }
        status_publication::forget(&mut tx, later(25)).await.unwrap();
        for (iat, hashes) in &all[2..] {
            assert_eq!(at(&mut tx, *iat).await, *hashes, "{} at {iat}, after forgetting", db.name);
        }
        assert_eq!(at(&mut tx, 10).await, [], "what no kept publication needs has gone");
        let array = status_publication::array(&mut tx, 1).await.unwrap().unwrap();
        assert_eq!((&*array.uri, &*array.packed, array.sha256[0]), ("u1", "at 30", 30));
    }
}

#[tokio::test]
async fn of_two_texts_of_one_publication_the_first_stays_and_an_older_one_never_comes_back() {
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_write().await.unwrap();
        storage::publication::status::insert_list(&mut tx, 1, "u1", NOON).await.unwrap();
        assert_eq!(status_publication::text(&mut tx, 1).await.unwrap(), None);
        for (iat, jws, kept) in
            [(10, "a", (10, "a")), (10, "b", (10, "a")), (20, "c", (20, "c")), (10, "d", (20, "c"))]
        {
            status_publication::offer_text(&mut tx, 1, iat, jws).await.unwrap();
            let text = status_publication::text(&mut tx, 1).await.unwrap().unwrap();
            assert_eq!((text.iat, &*text.jws), kept, "{}: {jws}", db.name);
        }
    }
}

fn publication(seconds: i64, seq: i64) -> PublicationRow {
    PublicationRow {
        iat: later(seconds).0,
        exp: later(seconds + 100).0,
        seq,
        kid: "status-1".into(),
        epoch: 1,
    }
}
