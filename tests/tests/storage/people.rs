//! Storage of people, sessions, licences, acts, devices and replies: each function's contract, on both databases.

use liangzheng_core::key::AwsLcSigner;
use liangzheng_core::time::{Day, Seconds, UnixTime};
use liangzheng_server::domain::actor::holder::HolderKind;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::ids::{AccountId, ActId, DeviceId, LicenceId, SessionId};
use liangzheng_server::domain::licence::lifecycle::Act;
use liangzheng_server::domain::licence::{Encumbrances, Inspection, Status};
use liangzheng_server::domain::showing::device::Device;
use liangzheng_server::storage::actor::session::NewSession;
use liangzheng_server::storage::change::{self, Change};
use liangzheng_server::storage::idempotency::{self, Claim, Claimed};
use liangzheng_server::storage::licence::act::ActRow;
use liangzheng_server::storage::{self, StorageError, Tx};
use liangzheng_tests::builders::{BUSINESS_LICENCE, Builder, OTHER_UNIT, UNIT, licence, secrets};
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_nothing() {
    for db in TestDb::both() {
        let builder = Builder::new(db.open().await);
        let (account, _) = builder.holder("lin").await;
        let mut tx = builder.db.begin_write().await.unwrap();
        assert!(storage::actor::account::disable(&mut tx, account, NOON).await.unwrap());
        drop(tx);
        let mut tx = builder.db.begin_read().await.unwrap();
        assert_eq!(
            storage::actor::account::find(&mut tx, account).await.unwrap().unwrap().disabled_at,
            None,
            "{}",
            db.name
        );
    }
}

#[tokio::test]
async fn accounts_are_found_by_id_and_login_and_a_login_is_given_once() {
    for db in TestDb::both() {
        let builder = Builder::new(db.open().await);
        let (id, holder) = builder.holder("lin").await;
        let mut tx = builder.db.begin_write().await.unwrap();
        let row = storage::actor::account::find(&mut tx, id).await.unwrap().unwrap();
        assert_eq!(
            (row.login.as_str(), row.holder, row.role().unwrap()),
            ("lin", Some(holder), Role::Holder)
        );
        assert!(storage::actor::account::find_by_login(&mut tx, "lin").await.unwrap().unwrap() == row);
        assert!(storage::actor::account::find_by_login(&mut tx, "LIN").await.unwrap().is_none());
        let twice = storage::actor::account::AccountRow {
            id: AccountId::generate(NOON, &SystemEntropy),
            ..row.clone()
        };
        assert!(!storage::actor::account::insert(&mut tx, &twice).await.unwrap());
        // After ON CONFLICT the transaction is still good.
        storage::actor::account::set_pin_counters(&mut tx, id, 3, UnixTime(9)).await.unwrap();
        let row = storage::actor::account::find(&mut tx, id).await.unwrap().unwrap();
        assert_eq!((row.pin_failures, row.pin_shut_until), (3, 9));
        storage::actor::account::set_pin(&mut tx, id, "new hash").await.unwrap();
        let row = storage::actor::account::find(&mut tx, id).await.unwrap().unwrap();
        assert_eq!((row.pin.as_deref(), row.pin_failures, row.pin_shut_until), (Some("new hash"), 0, 0));
        assert!(storage::actor::account::disable(&mut tx, id, NOON).await.unwrap());
        assert!(!storage::actor::account::disable(&mut tx, id, NOON).await.unwrap(), "disabled twice");
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn wrong_passwords_fill_a_bucket_that_empties_by_itself() {
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_write().await.unwrap();
        let bucket = [1; 32];
        assert_eq!(storage::actor::account::failures_until(&mut tx, &bucket).await.unwrap(), None);
        for n in 1..=3 {
            storage::actor::account::add_failure(&mut tx, &bucket, NOON, Seconds(5)).await.unwrap();
            let until = storage::actor::account::failures_until(&mut tx, &bucket).await.unwrap();
            assert_eq!(until, Some(NOON.plus(Seconds(5 * n))), "{}", db.name);
        }
        let later = NOON.plus(Seconds(1000));
        storage::actor::account::add_failure(&mut tx, &bucket, later, Seconds(5)).await.unwrap();
        let until = storage::actor::account::failures_until(&mut tx, &bucket).await.unwrap();
        assert_eq!(until, Some(later.plus(Seconds(5))), "the old ones have cooled");
        storage::actor::account::forget_failures(&mut tx, later).await.unwrap();
        assert!(storage::actor::account::failures_until(&mut tx, &bucket).await.unwrap().is_some());
        storage::actor::account::forget_failures(&mut tx, later.plus(Seconds(5))).await.unwrap();
        assert_eq!(storage::actor::account::failures_until(&mut tx, &bucket).await.unwrap(), None);
        storage::actor::account::add_failure(&mut tx, &bucket, NOON, Seconds(5)).await.unwrap();
        storage::actor::account::clear_failures(&mut tx, &bucket).await.unwrap();
        assert_eq!(storage::actor::account::failures_until(&mut tx, &bucket).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_session_is_found_until_it_expires_ends_or_its_account_is_disabled() {
    for db in TestDb::both() {
        let builder = Builder::new(db.open().await);
        let account = builder.staff("qin", Role::IssuerChecker, UNIT).await;
        let mut tx = builder.db.begin_write().await.unwrap();
        let session = |byte: u8| NewSession {
            id: SessionId::generate(NOON, &SystemEntropy),
            account,
            token_sha256: [byte; 32],
            carrier: "bearer",
            created_at: NOON,
            expires_at: NOON.plus(Seconds(100)),
        };
        let (one, two) = (session(1), session(2));
        storage::actor::session::insert(&mut tx, &one).await.unwrap();
        storage::actor::session::insert(&mut tx, &two).await.unwrap();
        let row = storage::actor::session::find(&mut tx, &[1; 32], NOON).await.unwrap().unwrap();
        assert_eq!((row.id, row.account, row.unit.as_deref()), (one.id, account, Some(UNIT)), "{}", db.name);
        assert_eq!((row.role.as_str(), row.carrier.as_str(), row.holder), ("issuer_checker", "bearer", None));
        assert!(storage::actor::session::find(&mut tx, &[3; 32], NOON).await.unwrap().is_none());
        assert!(
            storage::actor::session::find(&mut tx, &[1; 32], NOON.plus(Seconds(100)))
                .await
                .unwrap()
                .is_none()
        );
        assert!(storage::actor::session::end(&mut tx, one.id, NOON).await.unwrap());
        assert!(!storage::actor::session::end(&mut tx, one.id, NOON).await.unwrap());
        assert!(storage::actor::session::find(&mut tx, &[1; 32], NOON).await.unwrap().is_none());
        assert!(storage::actor::session::find(&mut tx, &[2; 32], NOON).await.unwrap().is_some());
        storage::actor::account::disable(&mut tx, account, NOON).await.unwrap();
        assert!(storage::actor::session::find(&mut tx, &[2; 32], NOON).await.unwrap().is_none());
        storage::actor::session::forget(&mut tx, NOON.plus(Seconds(101))).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_holder_is_read_back_and_stands_in_no_column_in_clear() {
    for db in TestDb::both() {
        let builder = Builder::new(db.open().await);
        let (_, id) = builder.holder("lin").await;
        let mut tx = builder.db.begin_read().await.unwrap();
        let holder = storage::actor::holder::find(&mut tx, &secrets(), id).await.unwrap().unwrap();
        assert_eq!(
            (holder.kind, holder.name.as_str(), holder.number.as_str()),
            (HolderKind::Natural, "林晓舟", "990101198806140123")
        );
        let sql = "SELECT person FROM actor_holder";
        let sealed: Vec<u8> = match &mut tx {
            Tx::Sqlite(tx) => sqlx::query_scalar(sql).fetch_one(&mut **tx).await.unwrap(),
            Tx::Postgres(tx) => sqlx::query_scalar(sql).fetch_one(&mut **tx).await.unwrap(),
        };
        let finds = |needle: &str| sealed.windows(needle.len()).any(|window| window == needle.as_bytes());
        assert!(!finds("林晓舟") && !finds("990101"), "{}", db.name);
        assert!(!format!("{holder:?}").contains("林晓舟"), "a log line would name the holder");
        let other = liangzheng_server::secrets::Secrets::from_master(&[8; 32]).unwrap();
        let error = storage::actor::holder::find(&mut tx, &other, id).await.unwrap_err();
        assert!(
            matches!(error, StorageError::Inconsistent { table: "holder", column: "person", .. }),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_licence_in_every_status_is_read_back_as_it_was_written() {
    for db in TestDb::both() {
        let builder = Builder::new(db.open().await);
        let (_, holder) = builder.holder("lin").await;
        let first = builder.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).await;
        let states = [
            Status::Draft,
            Status::PendingReview,
            Status::Superseded { successor: first.id },
            Status::OnHold,
            Status::Seized { until: None },
            Status::Seized { until: Day::parse("20270101") },
            Status::ReportedLost,
            Status::Disabled,
            Status::Cancelled,
            Status::Revoked,
            Status::Withdrawn,
            Status::Annulled,
        ];
        let mut issued = 1;
        for status in states {
            let mut made = licence(holder, BUSINESS_LICENCE, UNIT, status);
            made.valid_to = None;
            made.disputed = true;
            made.encumbrances = Encumbrances { pledged: true, mortgaged: true };
            made.inspection = Some(Inspection { due: Day::parse("20261231").unwrap(), failed: true });
            builder.put(&made).await;
            let mut tx = builder.db.begin_write().await.unwrap();
            let found = storage::licence::record::find(&mut tx, &secrets(), made.id).await.unwrap().unwrap();
            assert_eq!(found, made, "{} {}", db.name, status.as_str());
            let held = storage::licence::record::find_and_hold(&mut tx, &secrets(), made.id).await.unwrap();
            assert_eq!(held, Some(found));
            let word = storage::licence::record::status_word(&mut tx, &made.id.to_string()).await.unwrap();
            assert_eq!(word.as_deref(), Some(status.as_str()));
            let twice = LicenceId::generate(NOON, &SystemEntropy);
            let twice = liangzheng_server::domain::licence::Licence { id: twice, ..made };
            assert!(
                !storage::licence::record::insert(&mut tx, &secrets(), &SystemEntropy, &twice).await.unwrap()
            );
            issued += i32::from(!matches!(status, Status::Draft | Status::PendingReview));
        }
        let mut tx = builder.db.begin_read().await.unwrap();
        let listed = storage::licence::record::of_holder(&mut tx, &secrets(), holder).await.unwrap();
        assert_eq!(listed.len() as i32, issued, "a draft is in no wallet");
        assert!(listed.contains(&first));
        drop(tx);
        let (_, other) = builder.holder("chen").await;
        let mut tx = builder.db.begin_read().await.unwrap();
        assert!(storage::licence::record::of_holder(&mut tx, &secrets(), other).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_act_is_written_on_the_version_it_was_decided_on_and_no_other() {
    for db in TestDb::both() {
        let builder = Builder::new(db.open().await);
        let (_, holder) = builder.holder("lin").await;
        let account = builder.staff("qin", Role::IssuerChecker, UNIT).await;
        let before = builder.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).await;
        let after = before.after(Act::Suspend, NOON).unwrap();
        let mut tx = builder.db.begin_write().await.unwrap();
        storage::licence::record::replace(&mut tx, &before, &after).await.unwrap();
        let row = ActRow {
            id: ActId::generate(NOON, &SystemEntropy),
            licence: before.id,
            licence_version: after.version,
            act: "suspend".into(),
            from_status: "ACTIVE".into(),
            to_status: "ON_HOLD".into(),
            reason: "投诉核查".into(),
            legal_basis: "《条例》第十条".into(),
            account,
            unit: UNIT.into(),
            effective_at: NOON.0,
            at: NOON.0,
        };
        storage::licence::act::append(&mut tx, &row).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = builder.db.begin_write().await.unwrap();
        let error = storage::licence::record::replace(&mut tx, &before, &after).await.unwrap_err();
        assert!(matches!(error, StorageError::Conflict), "{}: {error}", db.name);
        assert_eq!(
            storage::licence::record::find(&mut tx, &secrets(), before.id).await.unwrap(),
            Some(after)
        );
        assert_eq!(storage::licence::act::of_licence(&mut tx, before.id).await.unwrap(), [row]);
    }
}

#[tokio::test]
async fn a_device_is_one_per_account_and_key_until_it_is_dropped() {
    for db in TestDb::both() {
        let builder = Builder::new(db.open().await);
        let (lin, _) = builder.holder("lin").await;
        let (chen, _) = builder.holder("chen").await;
        let key = AwsLcSigner::generate("phone").unwrap().0.public_key();
        let device = |account| Device {
            id: DeviceId::generate(NOON, &SystemEntropy),
            account,
            name: "小米手机".into(),
            key,
            created_at: NOON,
            dropped_at: None,
        };
        let (first, again, of_chen) = (device(lin), device(lin), device(chen));
        let mut tx = builder.db.begin_write().await.unwrap();
        assert!(storage::showing::device::insert(&mut tx, &first).await.unwrap());
        assert!(!storage::showing::device::insert(&mut tx, &again).await.unwrap(), "{}", db.name);
        assert!(
            storage::showing::device::insert(&mut tx, &of_chen).await.unwrap(),
            "a family may share a phone"
        );
        let thumbprint = key.thumbprint();
        assert_eq!(
            storage::showing::device::find_by_thumbprint(&mut tx, lin, &thumbprint).await.unwrap(),
            Some(first.clone())
        );
        assert_eq!(
            storage::showing::device::of_account(&mut tx, lin).await.unwrap(),
            std::slice::from_ref(&first)
        );
        assert!(storage::showing::device::drop_one(&mut tx, first.id, UnixTime(5)).await.unwrap());
        assert!(!storage::showing::device::drop_one(&mut tx, first.id, UnixTime(6)).await.unwrap());
        let dropped = storage::showing::device::find(&mut tx, first.id).await.unwrap().unwrap();
        assert_eq!(dropped.dropped_at, Some(UnixTime(5)));
        assert_eq!(
            storage::showing::device::find_by_thumbprint(&mut tx, lin, &thumbprint).await.unwrap(),
            None
        );
        assert!(
            storage::showing::device::insert(&mut tx, &again).await.unwrap(),
            "the same key again is a new device"
        );
        assert_eq!(storage::showing::device::of_account(&mut tx, lin).await.unwrap(), [again]);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn an_idempotency_key_finds_its_answer_or_tells_of_another_request() {
    for db in TestDb::both() {
        let builder = Builder::new(db.open().await);
        let (account, _) = builder.holder("lin").await;
        let claim = Claim { account, route: "POST /x".into(), key: "k-1".into(), fingerprint: [1; 32] };
        let mut tx = builder.db.begin_write().await.unwrap();
        assert_eq!(idempotency::claim(&mut tx, &claim, NOON).await.unwrap(), Claimed::New);
        drop(tx); // the request failed: nothing was claimed
        let mut tx = builder.db.begin_write().await.unwrap();
        assert_eq!(idempotency::claim(&mut tx, &claim, NOON).await.unwrap(), Claimed::New);
        idempotency::complete(&mut tx, &claim, 201, b"{}").await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = builder.db.begin_write().await.unwrap();
        let answered = Claimed::Answered { status: 201, body: b"{}".to_vec() };
        assert_eq!(idempotency::claim(&mut tx, &claim, NOON).await.unwrap(), answered, "{}", db.name);
        let other = Claim { fingerprint: [2; 32], ..claim.clone() };
        assert_eq!(idempotency::claim(&mut tx, &other, NOON).await.unwrap(), Claimed::Mismatch);
        let elsewhere = Claim { route: "POST /y".into(), ..claim.clone() };
        assert_eq!(idempotency::claim(&mut tx, &elsewhere, NOON).await.unwrap(), Claimed::New);
        idempotency::forget(&mut tx, NOON.plus(Seconds(1))).await.unwrap();
        assert_eq!(idempotency::claim(&mut tx, &claim, NOON).await.unwrap(), Claimed::New);
    }
}

#[tokio::test]
async fn the_change_feed_is_read_in_the_order_of_commits() {
    for db in TestDb::both() {
        let open = db.open().await;
        let mut seen = Vec::new();
        for change in [Change::Session("s".into()), Change::Licence(OTHER_UNIT.into()), Change::Trust] {
            let mut tx = open.begin_write().await.unwrap();
            seen.push((change::record(&mut tx, &change, NOON).await.unwrap(), change));
            tx.commit().await.unwrap();
        }
        let mut tx = open.begin_read().await.unwrap();
        assert_eq!(change::since(&mut tx, seen[0].0 - 1).await.unwrap(), seen, "{}", db.name);
        assert_eq!(change::since(&mut tx, seen[1].0).await.unwrap(), seen[2..]);
        assert_eq!(change::head(&mut tx).await.unwrap(), seen[2].0);
    }
}

#[tokio::test]
async fn no_free_connection_is_told_apart_from_a_fault() {
    let db = TestDb::sqlite();
    let open = db.open().await;
    let held = open.begin_write().await.unwrap();
    let error = open.begin_write().await.unwrap_err();
    assert!(error.is_passing(), "{error}");
    drop(held);
    let mut tx = open.begin_write().await.unwrap();
    let without_life = NewSession {
        id: SessionId::generate(NOON, &SystemEntropy),
        account: AccountId::generate(NOON, &SystemEntropy),
        token_sha256: [1; 32],
        carrier: "bearer",
        created_at: NOON,
        expires_at: NOON,
    };
    let fault = storage::actor::session::insert(&mut tx, &without_life).await.unwrap_err();
    assert!(!fault.is_passing(), "a CHECK that fails is ours: {fault}");
}
