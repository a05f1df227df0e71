//! With whom `lin`'s licences are shared: a co-holder, and the table's delegate, who has each in one scene.

use liangzheng_core::time::Seconds;
use liangzheng_server::domain::actor::membership::Footing;
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::consent::delegation::{Delegation, DelegationAnswer};
use liangzheng_server::domain::ids::{DelegationId, HolderId, LicenceId};
use liangzheng_server::storage::Tx;
use liangzheng_server::storage::actor::account;
use liangzheng_server::storage::consent::delegation::{self, Parties};
use liangzheng_server::storage::licence::co_holder;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::make::number_of;

/// Gives a licence a co-holder and a delegate.
pub(super) async fn share(app: &TestApp, licence: LicenceId, holder: HolderId, beside: HolderId) {
    let mut tx = app.app.db.begin_write().await.unwrap();
    co_holder::insert(&mut tx, licence, beside).await.unwrap();
    delegate(app, &mut tx, licence, holder).await;
    tx.commit().await.unwrap();
}

/// Delegates a licence to `delegate`, who has accepted it.
async fn delegate(app: &TestApp, tx: &mut Tx, licence: LicenceId, holder: HolderId) {
    let now = app.app.now();
    let account = account::find_by_login(tx, "delegate").await.unwrap().unwrap().id;
    let given = Delegation {
        id: DelegationId::generate(now, &SystemEntropy),
        licence,
        holder,
        scenes: vec!["inspect.food".parse().unwrap()],
        matter: None,
        from: now,
        until: now.plus(Seconds(86_400)),
        given_at: now,
        answer: None,
        ended: None,
    };
    let number = number_of("delegate");
    let parties = Parties { account, footing: Footing::Own, name: "林晓舟", number: &number };
    delegation::insert(tx, &app.app.secrets, &SystemEntropy, &given, parties).await.unwrap();
    assert!(delegation::answer(tx, given.id, DelegationAnswer::Accepted, account, now).await.unwrap());
}
