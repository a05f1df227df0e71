//! What every area uses: transactions, idempotent replies, the change feed.

use liangzheng_core::time::Seconds;
use liangzheng_server::domain::actor::session::{Carrier, Proof};
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::ids::{AccountId, LicenceId, SessionId, ShowId};
use liangzheng_server::storage;
use liangzheng_server::storage::actor::session::NewSession;
use liangzheng_server::storage::change::{self, Change};
use liangzheng_server::storage::idempotency::{self, Claim, Claimed};
use liangzheng_server::storage::job_lease;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::{TestDb, execute};
use liangzheng_tests::make::Maker;

use super::later;

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_nothing() {
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let (account, _) = make.holder("lin").await;
        let mut tx = make.db.begin_write().await.unwrap();
        assert!(storage::actor::account::disable(&mut tx, account, NOON).await.unwrap());
        drop(tx);
        let mut tx = make.db.begin_read().await.unwrap();
        assert_eq!(
            storage::actor::account::find(&mut tx, account).await.unwrap().unwrap().disabled_at,
            None,
            "{}",
            db.name
        );
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
        carrier: Carrier::Bearer,
        proof: Proof::Password,
        client: None,
        agent: None,
        created_at: NOON,
        expires_at: NOON,
    };
    let fault = storage::actor::session::insert(&mut tx, &without_life).await.unwrap_err();
    assert!(!fault.is_passing(), "a CHECK that fails is ours: {fault}");
}

#[tokio::test]
async fn an_idempotency_key_finds_its_answer_or_tells_of_another_request() {
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let (account, _) = make.holder("lin").await;
        let claim = Claim { account, route: "POST /x".into(), key: "k-1".into(), fingerprint: [1; 32] };
        let mut tx = make.db.begin_write().await.unwrap();
        assert_eq!(idempotency::claim(&mut tx, &claim, NOON).await.unwrap(), Claimed::New);
        drop(tx); // the request failed: nothing was claimed
        let mut tx = make.db.begin_write().await.unwrap();
        assert_eq!(idempotency::claim(&mut tx, &claim, NOON).await.unwrap(), Claimed::New);
        idempotency::complete(&mut tx, &claim, 201, b"{}").await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = make.db.begin_write().await.unwrap();
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
        for change in [
            Change::Session(SessionId::generate(NOON, &SystemEntropy)),
            Change::Account(AccountId::generate(NOON, &SystemEntropy)),
            Change::Licence(LicenceId::generate(NOON, &SystemEntropy)),
            Change::Show(ShowId::generate(NOON, &SystemEntropy)),
            Change::Status,
            Change::Published,
            Change::Keys,
            Change::Trust,
            Change::Catalogue,
            Change::Clock(NOON),
        ] {
            let mut tx = open.begin_write().await.unwrap();
            seen.push((change::record(&mut tx, &change, NOON).await.unwrap(), change));
            tx.commit().await.unwrap();
        }
        let mut tx = open.begin_read().await.unwrap();
        assert_eq!(change::since(&mut tx, seen[0].0 - 1).await.unwrap(), seen, "{}", db.name);
        assert_eq!(change::since(&mut tx, seen[1].0).await.unwrap(), seen[2..]);
        assert_eq!(change::head(&mut tx).await.unwrap(), seen[9].0);
    }
}

#[tokio::test]
async fn old_changes_are_forgotten_and_the_head_stays() {
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_write().await.unwrap();
        change::record(&mut tx, &Change::Keys, NOON).await.unwrap();
        let show = Change::Show(ShowId::generate(NOON, &SystemEntropy));
        let seq = change::record(&mut tx, &show, later(10)).await.unwrap();
        change::forget(&mut tx, later(5)).await.unwrap();
        let left = change::since(&mut tx, 0).await.unwrap();
        assert_eq!(left, [(seq, show)], "{}", db.name);
        assert_eq!(change::head(&mut tx).await.unwrap(), seq);
    }
}

#[tokio::test]
async fn a_change_of_a_kind_that_only_a_newer_server_knows_is_passed_over() {
    for db in TestDb::both() {
        let open = db.open().await;
        execute(&open, "INSERT INTO change (seq, kind, ref, at) VALUES (1000, 'moon', 'x', 0)").await;
        execute(
            &open,
            "INSERT INTO change (seq, kind, ref, at) VALUES (1001, 'show', 'shw_of_another_form', 0)",
        )
        .await;
        execute(&open, "INSERT INTO change (seq, kind, ref, at) VALUES (1002, 'keys', '', 0)").await;
        let mut tx = open.begin_read().await.unwrap();
        assert_eq!(change::since(&mut tx, 999).await.unwrap(), [(1002, Change::Keys)], "{}", db.name);
    }
}

#[tokio::test]
async fn a_lease_has_one_holder_and_each_change_of_holder_is_another_epoch() {
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_write().await.unwrap();
        let take = async |tx: &mut storage::Tx, holder: &str, now: i64| {
            job_lease::take(tx, "test", holder, now, now + 100).await.unwrap()
        };
        assert_eq!(take(&mut tx, "a", 0).await, Some(1), "{}", db.name);
        assert_eq!(take(&mut tx, "b", 99).await, None, "held");
        assert_eq!(take(&mut tx, "a", 99).await, Some(1), "renewed under the same epoch");
        assert!(job_lease::hold(&mut tx, "test", "a", 1).await.unwrap());
        assert!(!job_lease::hold(&mut tx, "test", "b", 1).await.unwrap());
        assert_eq!(take(&mut tx, "b", 198).await, None, "until 199");
        assert_eq!(take(&mut tx, "b", 199).await, Some(2), "ended");
        assert!(!job_lease::hold(&mut tx, "test", "a", 1).await.unwrap(), "too late");
        assert_eq!(take(&mut tx, "a", 200).await, None);
        job_lease::release(&mut tx, "test", "a").await.unwrap();
        assert_eq!(take(&mut tx, "a", 200).await, None, "only the holder gives it up");
        job_lease::release(&mut tx, "test", "b").await.unwrap();
        assert_eq!(take(&mut tx, "a", 200).await, Some(3), "given up");
        let clock = tx.clock_ms().await.unwrap();
        assert!(clock > 1_700_000_000_000, "{}: {clock}", db.name);
    }
}
