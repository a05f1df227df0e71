//! The access log.

use liangzheng_server::domain::actor::membership::{Footing, Role};
use liangzheng_server::domain::licence::Status;
use liangzheng_server::domain::trace::usage::{Ground, Use, UseKind};
use liangzheng_server::storage;
use liangzheng_server::storage::page::Cursor;
use liangzheng_server::storage::trace::access_log::uses_of;
use liangzheng_server::storage::trace::audit::AuditRow;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, Maker, UNIT};

use super::later;

#[tokio::test]
async fn a_holder_reads_the_uses_of_own_licences_newest_first_and_nobody_elses() {
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let (account, holder) = make.holder("lin").await;
        let (_, other) = make.holder("chen").await;
        let licence = make.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).await.id.to_string();
        let row = |seconds: i64, kind: UseKind| Use {
            at: later(seconds),
            kind,
            licence: licence.as_str().into(),
            actor: account.to_string().into(),
            subject: "shw_1".into(),
            scene: "inspect.food".into(),
            token: vec![5; 12],
            ground: None,
        };
        let mut appender = storage::trace::access_log::Appender::acquire(&make.db).await.unwrap();
        appender.append(&[]).await.unwrap();
        let rows: Vec<Use> = (0..300).map(|n| row(n, UseKind::Verification)).collect();
        appender.append(&rows).await.unwrap();
        appender.append(&[row(1, UseKind::Show), row(2, UseKind::OfflineGrant)]).await.unwrap();
        let mut tx = make.db.begin_read().await.unwrap();
        assert_eq!(storage::trace::access_log::count(&mut tx, 4, NOON).await.unwrap(), 300, "{}", db.name);
        assert_eq!(storage::trace::access_log::count(&mut tx, 4, later(299)).await.unwrap(), 1);
        let first = uses_of(&mut tx, holder, Cursor { before: None, limit: 2 }).await.unwrap();
        let told: Vec<_> = first.items.iter().map(|u| (u.kind, u.at, u.role.as_deref())).collect();
        assert_eq!(told, [(3, later(2).0, None), (1, later(1).0, None)]);
        let rest = uses_of(&mut tx, holder, Cursor { before: first.next, limit: 300 }).await.unwrap();
        assert_eq!((rest.items.len(), rest.next), (300, None));
        assert!(rest.items.iter().all(|used| used.kind == 4));
        let others = uses_of(&mut tx, other, Cursor { before: None, limit: 10 }).await.unwrap();
        assert!(others.items.is_empty());
    }
}

#[tokio::test]
async fn a_use_by_a_member_tells_the_role_and_the_unit() {
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let (_, holder) = make.holder("lin").await;
        let licence = make.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).await.id;
        let inspector = make.staff("inspector", Role::Inspector, UNIT).await;
        let row = Use {
            at: NOON,
            kind: UseKind::Verification,
            licence: licence.to_string().into(),
            actor: inspector.to_string().into(),
            subject: "OK".into(),
            scene: "inspect.food".into(),
            token: vec![5; 12],
            ground: Some(Box::new(Ground::member(UNIT.parse().unwrap()))),
        };
        let mut tx = make.db.begin_write().await.unwrap();
        let seq = storage::trace::access_log::append(&mut tx, &row).await.unwrap();
        let uses = uses_of(&mut tx, holder, Cursor { before: None, limit: 10 }).await.unwrap().items;
        assert_eq!(uses.len(), 1, "{}", db.name);
        assert_eq!((uses[0].seq, uses[0].role.as_deref()), (seq, Some("inspector")));
        assert_eq!(uses[0].unit, Some(UNIT.parse().unwrap()));
    }
}

#[tokio::test]
async fn what_was_done_to_an_object_is_read_back_in_its_order() {
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let account = make.staff("qin", Role::IssuerChecker, UNIT).await;
        let row = AuditRow {
            at: NOON.0,
            account: Some(account),
            footing: Some(Footing::Member),
            unit: Some(UNIT.parse().unwrap()),
            action: "suspend",
            object: "lic_1",
            reason: Some(&[7; 40]),
        };
        let by_the_server =
            AuditRow { account: None, footing: None, unit: None, action: "mark", reason: None, ..row };
        let mut tx = make.db.begin_write().await.unwrap();
        for row in [row, by_the_server, AuditRow { object: "lic_2", ..row }] {
            storage::trace::audit::append(&mut tx, &[row]).await.unwrap();
        }
        let told = storage::trace::audit::of_object(&mut tx, "lic_1").await.unwrap();
        let told: Vec<_> =
            told.iter().map(|done| (done.action.as_str(), done.account, done.footing.as_deref())).collect();
        assert_eq!(told, [("suspend", Some(account), Some("member")), ("mark", None, None)], "{}", db.name);
    }
}
