//! What the table's delegate has: each of `lin`'s licences in one scene, entered without a PIN.

use liangzheng_core::time::Seconds;
use liangzheng_server::domain::actor::membership::Footing;
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::consent::delegation::{Delegation, DelegationAnswer};
use liangzheng_server::domain::ids::{DelegationId, HolderId, LicenceId};
use liangzheng_server::storage::Tx;
use liangzheng_server::storage::actor::account;
use liangzheng_server::storage::consent::delegation::{self, Parties};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::make::number_of;

/// Delegates a licence to `delegate`, who has accepted it.
pub(super) async fn delegate(app: &TestApp, tx: &mut Tx, licence: LicenceId, holder: HolderId) {
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
