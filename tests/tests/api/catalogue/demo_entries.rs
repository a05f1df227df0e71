//! The demo's entries, by the rules that everybody's entries have.

use liangzheng_server::service::catalogue::entries::Entry;
use liangzheng_tests::app::{TestApp, enter_demo_units};
use liangzheng_tests::db::TestDb;

/// Rows: R14.
#[test]
fn the_demos_entries_have_no_fault() {
    let app = TestApp::start(TestDb::sqlite(), |_| {});
    let demo = liangzheng_server::demo::demo_catalogue().unwrap();
    app.wait(async {
        let mut tx = app.app.db.begin_write().await.unwrap();
        enter_demo_units(&mut tx, app.app.now()).await;
        async fn check<E: Entry>(
            app: &liangzheng_server::App,
            tx: &mut liangzheng_server::storage::Tx,
            entries: &[E],
        ) {
            for entry in entries {
                let faults = entry.faults(app, tx).await.unwrap();
                assert!(faults.0.is_empty(), "{}: {faults:?}", entry.code());
                // One may be named by the next.
                let one = std::slice::from_ref(entry);
                liangzheng_server::service::catalogue::entries::enter_in_force(tx, one, app.now())
                    .await
                    .unwrap();
            }
        }
        let now = app.app.now();
        check(&app.app, &mut tx, &demo.matters).await;
        check(&app.app, &mut tx, &demo.kinds).await;
        check(&app.app, &mut tx, &demo.scenes).await;
        check(&app.app, &mut tx, &demo.inspection_matters).await;
        check(&app.app, &mut tx, &demo.using_lists).await;
        let made = liangzheng_server::service::catalogue::content::content(&mut tx, now).await.unwrap();
        let mut given = demo.content(&liangzheng_server::demo::demo_units().unwrap());
        given.version = 0;
        given.units.sort_by(|one, other| one.id.cmp(&other.id));
        given.kinds.sort_by(|one, other| one.code.cmp(&other.code));
        given.scenes.sort_by(|one, other| one.code.cmp(&other.code));
        for unit in &mut given.units {
            unit.kinds.sort();
        }
        assert_eq!(made, given, "what the demo signs first is what follows from its entries");
    });
}
