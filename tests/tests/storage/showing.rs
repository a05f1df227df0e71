//! Phones, shows and their short codes.

use liangzheng_core::key::AwsLcSigner;
use liangzheng_core::time::UnixTime;
use liangzheng_server::domain::access::Scope;
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::ids::{AccountId, DeviceId, LicenceId, SessionId, ShowId};
use liangzheng_server::domain::showing::device::Device;
use liangzheng_server::storage;
use liangzheng_server::storage::showing::short_code::{self, ShortCodeRow};
use liangzheng_server::storage::showing::show::ShowRow;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{Maker, UNIT};

use super::later;

#[tokio::test]
async fn a_device_is_one_per_account_and_key_until_it_is_dropped() {
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let (lin, _) = make.holder("lin").await;
        let (chen, _) = make.holder("chen").await;
        let key = AwsLcSigner::generate("phone").unwrap().0.public_key();
        let device = |account| Device { key, ..phone(account) };
        let (first, again, of_chen) = (device(lin), device(lin), device(chen));
        let mut tx = make.db.begin_write().await.unwrap();
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
        assert_eq!(storage::showing::device::find(&mut tx, Scope::All, first.id).await.unwrap(), None);
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
async fn a_show_is_counted_while_open_and_ended_once() {
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_write().await.unwrap();
        let first = show(AccountId::generate(NOON, &SystemEntropy), 100);
        let account = first.account;
        let second =
            ShowRow { id: ShowId::generate(NOON, &SystemEntropy), closes_at: later(200).0, ..first.clone() };
        for row in [&second, &first] {
            storage::showing::show::insert(&mut tx, row).await.unwrap();
        }
        let found = storage::showing::show::find(&mut tx, Scope::All, first.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&first));
        let open_until = storage::showing::show::open_until(&mut tx, account, NOON).await.unwrap();
        assert_eq!(open_until, [later(100).0, later(200).0], "{}", db.name);
        assert_eq!(
            storage::showing::show::open_until(&mut tx, account, later(100)).await.unwrap(),
            [later(200).0]
        );
        assert!(storage::showing::show::end(&mut tx, first.id, NOON).await.unwrap());
        assert!(!storage::showing::show::end(&mut tx, first.id, NOON).await.unwrap(), "ended twice");
        let ended = storage::showing::show::find(&mut tx, Scope::All, first.id).await.unwrap().unwrap();
        assert_eq!(ended.ended_at, Some(NOON.0));
        storage::showing::show::forget(&mut tx, later(150)).await.unwrap();
        assert_eq!(storage::showing::show::find(&mut tx, Scope::All, first.id).await.unwrap(), None);
        assert!(storage::showing::show::find(&mut tx, Scope::All, second.id).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn shows_end_with_their_session_account_and_licence_and_no_others_do() {
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_write().await.unwrap();
        let rows: Vec<ShowRow> =
            (0..4).map(|_| show(AccountId::generate(NOON, &SystemEntropy), 100)).collect();
        for row in &rows {
            storage::showing::show::insert(&mut tx, row).await.unwrap();
        }
        storage::showing::show::end_of_session(&mut tx, rows[0].session, NOON).await.unwrap();
        storage::showing::show::end_of_account(&mut tx, rows[1].account, NOON).await.unwrap();
        storage::showing::show::end_of_licence(&mut tx, rows[2].licence, NOON).await.unwrap();
        for (at, row) in rows.iter().enumerate() {
            let found = storage::showing::show::find(&mut tx, Scope::All, row.id).await.unwrap().unwrap();
            assert_eq!(found.ended_at, (at < 3).then_some(NOON.0), "{}: {at}", db.name);
        }
    }
}

#[tokio::test]
async fn anothers_show_and_phone_are_not_found() {
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let (lin, holder) = make.holder("lin").await;
        let (chen, _) = make.holder("chen").await;
        let (shown, phone) = (show(lin, 100), phone(lin));
        let mut tx = make.db.begin_write().await.unwrap();
        storage::showing::show::insert(&mut tx, &shown).await.unwrap();
        assert!(storage::showing::device::insert(&mut tx, &phone).await.unwrap());
        for (scope, is_within) in [
            (Scope::All, true),
            (Scope::Account(lin), true),
            (Scope::Account(chen), false),
            (Scope::Wallet(holder), false),
            (Scope::Unit(UNIT.parse().unwrap()), false),
        ] {
            let found = [
                storage::showing::show::find(&mut tx, scope, shown.id).await.unwrap().is_some(),
                storage::showing::device::find(&mut tx, scope, phone.id).await.unwrap().is_some(),
                storage::showing::device::find_and_hold(&mut tx, scope, phone.id).await.unwrap().is_some(),
            ];
            assert_eq!(found, [is_within; 3], "{}: {scope:?}", db.name);
        }
    }
}

fn show(account: AccountId, closes: i64) -> ShowRow {
    ShowRow {
        id: ShowId::generate(NOON, &SystemEntropy),
        account,
        session: SessionId::generate(NOON, &SystemEntropy),
        licence: LicenceId::generate(NOON, &SystemEntropy),
        scene: "inspect.food".parse().unwrap(),
        delegation: None,
        secret: vec![7; 60],
        opened_at: NOON.0,
        closes_at: later(closes).0,
        ended_at: None,
    }
}

fn phone(account: AccountId) -> Device {
    Device {
        id: DeviceId::generate(NOON, &SystemEntropy),
        account,
        name: vec![7; 40],
        key: AwsLcSigner::generate("phone").unwrap().0.public_key(),
        created_at: NOON,
        dropped_at: None,
    }
}

#[tokio::test]
async fn a_short_code_stands_for_one_open_show_until_it_is_taken_or_over() {
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_write().await.unwrap();
        let rows: Vec<ShowRow> =
            (0..2).map(|_| show(AccountId::generate(NOON, &SystemEntropy), 100)).collect();
        for row in &rows {
            storage::showing::show::insert(&mut tx, row).await.unwrap();
        }
        let of = |show: &ShowRow, digits: u8, until: i64| ShortCodeRow {
            code_hmac: vec![digits; 32],
            show: show.id,
            audience: "hotel".into(),
            qr_text: vec![1],
            expires_at: later(until).0,
        };
        assert!(short_code::insert(&mut tx, &of(&rows[0], 1, 60), NOON).await.unwrap());
        assert!(
            !short_code::insert(&mut tx, &of(&rows[1], 1, 60), NOON).await.unwrap(),
            "the digits are taken"
        );
        assert_eq!(
            short_code::meaning(&mut tx, &[1; 32], later(59)).await.unwrap(),
            Some(of(&rows[0], 1, 60))
        );
        assert_eq!(short_code::meaning(&mut tx, &[1; 32], later(60)).await.unwrap(), None, "{}", db.name);
        // Another of the same show takes its place; of a show that has ended there is none.
        assert!(short_code::insert(&mut tx, &of(&rows[0], 2, 60), NOON).await.unwrap());
        assert_eq!(short_code::meaning(&mut tx, &[1; 32], NOON).await.unwrap(), None);
        assert!(short_code::insert(&mut tx, &of(&rows[1], 1, 60), NOON).await.unwrap());
        storage::showing::show::end(&mut tx, rows[1].id, later(1)).await.unwrap();
        assert_eq!(short_code::meaning(&mut tx, &[1; 32], later(1)).await.unwrap(), None);
        assert!(short_code::take(&mut tx, &[2; 32]).await.unwrap());
        assert!(!short_code::take(&mut tx, &[2; 32]).await.unwrap(), "taken twice");
        // What is over gives its digits back.
        assert!(short_code::insert(&mut tx, &of(&rows[0], 1, 90), later(60)).await.unwrap());
        short_code::forget(&mut tx, later(90)).await.unwrap();
        assert!(!short_code::take(&mut tx, &[1; 32]).await.unwrap());
    }
}
