//! Storage of keys, lists, status indexes, shows, spent tokens and the access log, on both databases.

use liangzheng_core::status::StatusValue;
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::verify::Code;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::domain::trace::usage::{Use, UseKind};
use liangzheng_server::domain::verifying::scan::Scan;
use liangzheng_server::storage;
use liangzheng_server::storage::change::{self, Change};
use liangzheng_server::storage::publication::keys::KeyRow;
use liangzheng_server::storage::publication::status::{EntryRow, PublicationRow};
use liangzheng_server::storage::publication::trust::SignedRow;
use liangzheng_server::storage::showing::show::ShowRow;
use liangzheng_tests::builders::{BUSINESS_LICENCE, Builder, UNIT};
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;

fn later(seconds: i64) -> UnixTime {
    NOON.plus(Seconds(seconds))
}

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
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_write().await.unwrap();
        storage::publication::status::insert_list(&mut tx, 1, "https://licence.example/status-lists/1", NOON)
            .await
            .unwrap();
        let entry = |idx: i64, licence: &str, device: &str| EntryRow {
            list: 1,
            idx,
            licence: licence.into(),
            device: device.into(),
            value: 0,
        };
        assert!(storage::publication::status::insert_entry(&mut tx, &entry(7, "lic_1", "")).await.unwrap());
        assert!(
            storage::publication::status::insert_entry(&mut tx, &entry(8, "lic_1", "dev_1")).await.unwrap()
        );
        assert!(
            storage::publication::status::insert_entry(&mut tx, &entry(9, "lic_2", "dev_1")).await.unwrap()
        );
        assert!(
            !storage::publication::status::insert_entry(&mut tx, &entry(7, "lic_3", "")).await.unwrap(),
            "{}",
            db.name
        );
        assert!(!storage::publication::status::insert_entry(&mut tx, &entry(10, "lic_1", "")).await.unwrap());
        assert_eq!(storage::publication::status::taken(&mut tx, 1).await.unwrap(), 3);
        assert_eq!(
            storage::publication::status::entry(&mut tx, "lic_1", "dev_1").await.unwrap(),
            Some(entry(8, "lic_1", "dev_1"))
        );
        assert_eq!(
            storage::publication::status::owner(&mut tx, 1, 9).await.unwrap(),
            Some(entry(9, "lic_2", "dev_1"))
        );
        assert_eq!(storage::publication::status::owner(&mut tx, 1, 10).await.unwrap(), None);
        assert_eq!(
            storage::publication::status::entries_of_licence(&mut tx, "lic_1").await.unwrap().len(),
            2
        );
        assert_eq!(storage::publication::status::entries_of_device(&mut tx, "dev_1").await.unwrap().len(), 2);
        assert!(
            storage::publication::status::entries_of_device(&mut tx, "").await.unwrap().is_empty(),
            "profile S is no device"
        );
        let before = change::head(&mut tx).await.unwrap();
        storage::publication::status::set(&mut tx, 1, 8, StatusValue::Final, NOON).await.unwrap();
        storage::publication::status::set(&mut tx, 1, 7, StatusValue::Suspended, NOON).await.unwrap();
        let head = change::head(&mut tx).await.unwrap();
        let fed = storage::publication::status::changes(&mut tx, before, head).await.unwrap();
        assert_eq!(fed, [(1, 8, 1), (1, 7, 2)], "{}", db.name);
        let told: Vec<i64> =
            storage::publication::status::not_valid(&mut tx).await.unwrap().iter().map(|e| e.value).collect();
        assert_eq!(told.len(), 2);
        assert!(
            change::since(&mut tx, before).await.unwrap().iter().all(|(_, change)| *change == Change::Status)
        );
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

#[tokio::test]
async fn a_show_is_counted_while_open_and_ended_by_its_own_account_only() {
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_write().await.unwrap();
        let show = |id: &str, closes: i64| ShowRow {
            id: id.into(),
            account: "acc_1".into(),
            session: "ses_1".into(),
            licence: "lic_1".into(),
            scene: "inspect.food".into(),
            opened_at: NOON.0,
            closes_at: later(closes).0,
            ended_at: None,
        };
        for row in [show("shw_2", 200), show("shw_1", 100)] {
            storage::showing::show::insert(&mut tx, &row).await.unwrap();
        }
        assert_eq!(storage::showing::show::find(&mut tx, "shw_1").await.unwrap(), Some(show("shw_1", 100)));
        let open_until = storage::showing::show::open_until(&mut tx, "acc_1", NOON).await.unwrap();
        assert_eq!(open_until, [later(100).0, later(200).0], "{}", db.name);
        assert_eq!(
            storage::showing::show::open_until(&mut tx, "acc_1", later(100)).await.unwrap(),
            [later(200).0]
        );
        assert!(!storage::showing::show::end(&mut tx, "shw_1", "acc_2", NOON).await.unwrap());
        assert!(storage::showing::show::end(&mut tx, "shw_1", "acc_1", NOON).await.unwrap());
        assert!(!storage::showing::show::end(&mut tx, "shw_1", "acc_1", NOON).await.unwrap(), "ended twice");
        assert_eq!(
            storage::showing::show::find(&mut tx, "shw_1").await.unwrap().unwrap().ended_at,
            Some(NOON.0)
        );
        storage::showing::show::forget(&mut tx, later(150)).await.unwrap();
        assert_eq!(storage::showing::show::find(&mut tx, "shw_1").await.unwrap(), None);
        assert!(storage::showing::show::find(&mut tx, "shw_2").await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_token_is_spent_once_even_by_two_at_once() {
    for db in TestDb::both() {
        let open = db.open().await;
        let spend = |key: [u8; 32]| {
            let open = open.clone();
            async move {
                let mut tx = open.begin_write().await.unwrap();
                let first = storage::showing::show::spend(&mut tx, &key, NOON, later(60)).await.unwrap();
                tx.commit().await.unwrap();
                first
            }
        };
        let (one, two) = tokio::join!(spend([1; 32]), spend([1; 32]));
        assert!(one ^ two, "{}", db.name);
        assert!(spend([2; 32]).await);
        let mut tx = open.begin_write().await.unwrap();
        assert_eq!(storage::showing::show::spent_at(&mut tx, &[1; 32]).await.unwrap(), Some(NOON.0));
        assert_eq!(storage::showing::show::spent_at(&mut tx, &[3; 32]).await.unwrap(), None);
        storage::showing::show::forget_spent(&mut tx, later(60)).await.unwrap();
        assert!(
            storage::showing::show::spent_at(&mut tx, &[1; 32]).await.unwrap().is_some(),
            "it could still be shown"
        );
        storage::showing::show::forget_spent(&mut tx, later(61)).await.unwrap();
        assert_eq!(storage::showing::show::spent_at(&mut tx, &[1; 32]).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_holder_reads_the_uses_of_own_licences_newest_first_and_nobody_elses() {
    for db in TestDb::both() {
        let builder = Builder::new(db.open().await);
        let (account, holder) = builder.holder("lin").await;
        let (_, other) = builder.holder("chen").await;
        let licence = builder.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).await.id.to_string();
        let row = |seconds: i64, kind: UseKind| Use {
            at: later(seconds),
            kind,
            licence: licence.as_str().into(),
            actor: account.to_string().into(),
            subject: "shw_1".into(),
            scene: "inspect.food".into(),
            token: [5; 12],
        };
        let mut appender = storage::trace::access_log::Appender::acquire(&builder.db).await.unwrap();
        appender.append(&[]).await.unwrap();
        let rows: Vec<Use> = (0..300).map(|n| row(n, UseKind::Refresh)).collect();
        appender.append(&rows).await.unwrap();
        appender.append(&[row(1, UseKind::Show), row(2, UseKind::Grant)]).await.unwrap();
        let mut tx = builder.db.begin_read().await.unwrap();
        assert_eq!(storage::trace::access_log::count(&mut tx, 2, NOON).await.unwrap(), 300, "{}", db.name);
        assert_eq!(storage::trace::access_log::count(&mut tx, 2, later(299)).await.unwrap(), 1);
        let uses = storage::trace::access_log::uses_of(&mut tx, holder, i64::MAX, 10).await.unwrap();
        let told: Vec<_> = uses.iter().map(|u| (u.kind, u.at, u.role.as_deref())).collect();
        assert_eq!(
            told,
            [(3, later(2).0, Some("holder")), (1, later(1).0, Some("holder"))],
            "refreshes are left out"
        );
        let page = storage::trace::access_log::uses_of(&mut tx, holder, uses[0].seq, 10).await.unwrap();
        assert_eq!(page, uses[1..]);
        assert!(storage::trace::access_log::uses_of(&mut tx, other, i64::MAX, 10).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn old_changes_are_forgotten_and_the_head_stays() {
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_write().await.unwrap();
        change::record(&mut tx, &Change::Keys, NOON).await.unwrap();
        let seq = change::record(&mut tx, &Change::Device("dev_1".into()), later(10)).await.unwrap();
        change::forget(&mut tx, later(5)).await.unwrap();
        let left = change::since(&mut tx, 0).await.unwrap();
        assert_eq!(left, [(seq, Change::Device("dev_1".into()))], "{}", db.name);
        assert_eq!(change::head(&mut tx).await.unwrap(), seq);
    }
}

#[tokio::test]
async fn a_receipt_is_kept_once_per_account_and_tied_to_its_row_of_the_log() {
    for db in TestDb::both() {
        let builder = Builder::new(db.open().await);
        let (_, holder) = builder.holder("lin").await;
        let licence = builder.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).await;
        let inspector = builder.staff("inspector", Role::Inspector, UNIT).await;
        let scan = Scan {
            id: "AAAAAAAAAAAAAAAAAAAAAA".into(),
            at: later(-60),
            code: Code::Ok,
            scene: Some("inspect.food".into()),
            licence: Some(licence.identifier.clone()),
            token: None,
            status_as_of: None,
            trust_version: Some(1),
        };
        let mut tx = builder.db.begin_write().await.unwrap();
        assert!(storage::verifying::scan::insert(&mut tx, inspector, &scan, NOON).await.unwrap());
        assert!(
            !storage::verifying::scan::insert(&mut tx, inspector, &scan, NOON).await.unwrap(),
            "{}",
            db.name
        );
        let id = storage::licence::record::id_of(&mut tx, &licence.identifier.to_string()).await.unwrap();
        assert_eq!(id, Some(licence.id.to_string()));
        assert_eq!(storage::licence::record::id_of(&mut tx, "1.2.3").await.unwrap(), None);
        storage::verifying::scan::log_use(&mut tx, inspector, &scan, &licence.id.to_string()).await.unwrap();
        let uses = storage::trace::access_log::uses_of(&mut tx, holder, i64::MAX, 10).await.unwrap();
        let told: Vec<_> = uses.iter().map(|used| (used.at, used.receipt.as_deref())).collect();
        assert_eq!(told, [(later(-60).0, Some(scan.id.as_str()))]);
        tx.commit().await.unwrap();
    }
}
