//! Licences and the acts on them.

use liangzheng_core::time::Day;
use liangzheng_server::domain::access::Scope;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::ids::{ActId, LicenceId, ProposalId};
use liangzheng_server::domain::licence::lifecycle::Act;
use liangzheng_server::domain::licence::{AnnualInspection, Encumbrances, RefusedWhen, Status};
use liangzheng_server::storage::licence::act::ActRow;
use liangzheng_server::storage::{self, StorageError};
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, Maker, OTHER_UNIT, UNIT, licence, secrets};

#[tokio::test]
async fn a_licence_in_every_status_is_read_back_as_it_was_written() {
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let (_, holder) = make.holder("lin").await;
        let first = make.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).await;
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
            made.refused_when = RefusedWhen { lost: true, overdue: true };
            made.encumbrances = Encumbrances { pledged: true, mortgaged: true };
            made.annual_inspection =
                Some(AnnualInspection { due: Day::parse("20261231").unwrap(), failed: true });
            make.put(&made).await;
            let mut tx = make.db.begin_write().await.unwrap();
            let found = storage::licence::record::find(&mut tx, &secrets(), Scope::All, made.id)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(found, made, "{} {}", db.name, status.as_str());
            let held = storage::licence::record::find_and_hold(&mut tx, &secrets(), Scope::All, made.id)
                .await
                .unwrap();
            assert_eq!(held, Some(found));
            let word = storage::licence::record::status_word(&mut tx, made.id).await.unwrap();
            assert_eq!(word.as_deref(), Some(status.as_str()));
            let twice = LicenceId::generate(NOON, &SystemEntropy);
            let twice = liangzheng_server::domain::licence::Licence { id: twice, ..made };
            assert!(
                !storage::licence::record::insert(&mut tx, &secrets(), &SystemEntropy, &twice).await.unwrap()
            );
            issued += i32::from(!matches!(status, Status::Draft | Status::PendingReview));
        }
        let mut tx = make.db.begin_read().await.unwrap();
        let listed = storage::licence::record::of_holder(&mut tx, &secrets(), holder).await.unwrap();
        assert_eq!(listed.len() as i32, issued, "a draft is in no wallet");
        assert!(listed.contains(&first));
        drop(tx);
        let (_, other) = make.holder("chen").await;
        let mut tx = make.db.begin_read().await.unwrap();
        assert!(storage::licence::record::of_holder(&mut tx, &secrets(), other).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_act_is_written_on_the_version_it_was_decided_on_and_no_other() {
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let (_, holder) = make.holder("lin").await;
        let account = make.staff("qin", Role::IssuerChecker, UNIT).await;
        let before = make.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).await;
        let after = before.after(Act::Suspend, NOON).unwrap();
        let mut tx = make.db.begin_write().await.unwrap();
        storage::licence::record::replace(&mut tx, &before, &after).await.unwrap();
        let id = ActId::generate(NOON, &SystemEntropy);
        let row = ActRow {
            id,
            licence: before.id,
            licence_version: after.version,
            act: "suspend".into(),
            from_status: "ACTIVE".into(),
            to_status: "ON_HOLD".into(),
            reason: storage::licence::act::seal_reason(&secrets(), &SystemEntropy, id, "投诉核查"),
            legal_basis: "《条例》第十条".into(),
            account,
            footing: "member".into(),
            unit: UNIT.parse().unwrap(),
            effective_at: NOON.0,
            at: NOON.0,
            confirmed_by: Some(account),
            proposal: Some(ProposalId::generate(NOON, &SystemEntropy)),
            last_day: Some(20_270_101),
            physical: Some(storage::licence::act::seal_physical(&secrets(), &SystemEntropy, id, "云01234")),
        };
        storage::licence::act::append(&mut tx, &row).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = make.db.begin_write().await.unwrap();
        let error = storage::licence::record::replace(&mut tx, &before, &after).await.unwrap_err();
        assert!(matches!(error, StorageError::Conflict), "{}: {error}", db.name);
        assert_eq!(
            storage::licence::record::find(&mut tx, &secrets(), Scope::All, before.id).await.unwrap(),
            Some(after)
        );
        let reason = storage::licence::act::open_reason(&secrets(), &row);
        assert_eq!(reason.unwrap(), "投诉核查");
        let physical = storage::licence::act::open_physical(&secrets(), &row).unwrap();
        assert_eq!(physical.as_deref(), Some("云01234"));
        let last = storage::licence::act::last_of(&mut tx, before.id).await.unwrap();
        assert_eq!(last.as_ref(), Some(&row));
        assert_eq!(storage::licence::act::of_licence(&mut tx, before.id).await.unwrap(), [row]);
    }
}

#[tokio::test]
async fn a_licence_outside_the_scope_is_not_found() {
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let (account, lin) = make.holder("lin").await;
        let (_, chen) = make.holder("chen").await;
        let id = make.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active).await.id;
        let (unit, other) = (UNIT.parse().unwrap(), OTHER_UNIT.parse().unwrap());
        let mut tx = make.db.begin_write().await.unwrap();
        for (scope, is_within) in [
            (Scope::All, true),
            (Scope::Wallet(lin), true),
            (Scope::Wallet(chen), false),
            (Scope::Unit(unit), true),
            (Scope::Unit(other), false),
            (Scope::Account(account), false),
        ] {
            let found = storage::licence::record::find(&mut tx, &secrets(), scope, id).await.unwrap();
            assert_eq!(found.is_some(), is_within, "{}: {scope:?}", db.name);
            let held = storage::licence::record::find_and_hold(&mut tx, &secrets(), scope, id).await.unwrap();
            assert_eq!(held.is_some(), is_within, "{}: {scope:?}", db.name);
        }
    }
}
