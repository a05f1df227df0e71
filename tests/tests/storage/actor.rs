//! Accounts, sessions, holders, memberships, agencies.

use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_server::domain::actor::agency::{Agency, AgencyLevel};
use liangzheng_server::domain::actor::holder::{CITIZEN, Holder, HolderKind, HolderNumber};
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::actor::session::{Carrier, Proof};
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::ids::{AccountId, AgencyId, HolderId, SessionId};
use liangzheng_server::storage::actor::session::NewSession;
use liangzheng_server::storage::{self, StorageError, Tx};
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{Maker, OTHER_UNIT, UNIT, secrets};

#[tokio::test]
async fn accounts_are_found_by_id_and_login_and_a_login_is_given_once() {
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let (id, holder) = make.holder("lin").await;
        let mut tx = make.db.begin_write().await.unwrap();
        let row = storage::actor::account::find(&mut tx, id).await.unwrap().unwrap();
        assert_eq!((row.login.as_str(), row.holder), ("lin", Some(holder)));
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
        let make = Maker::new(db.open().await);
        let account = make.staff("qin", Role::IssuerChecker, UNIT).await;
        let mut tx = make.db.begin_write().await.unwrap();
        let session = |byte: u8| NewSession {
            id: SessionId::generate(NOON, &SystemEntropy),
            account,
            token_sha256: [byte; 32],
            carrier: Carrier::Bearer,
            proof: Proof::Password,
            client: None,
            agent: None,
            created_at: NOON,
            expires_at: NOON.plus(Seconds(100)),
        };
        let (one, two) = (session(1), session(2));
        storage::actor::session::insert(&mut tx, &one).await.unwrap();
        storage::actor::session::insert(&mut tx, &two).await.unwrap();
        let row = storage::actor::session::find(&mut tx, &[1; 32], NOON).await.unwrap().unwrap();
        assert_eq!((row.id, row.account, row.login.as_str()), (one.id, account, "qin"), "{}", db.name);
        assert_eq!((row.carrier.as_str(), row.holder), ("bearer", None));
        let membership =
            storage::actor::membership::of_account(&mut tx, account, NOON).await.unwrap().unwrap();
        assert_eq!((membership.unit.as_str(), &membership.roles[..]), (UNIT, &[Role::IssuerChecker][..]));
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
        let make = Maker::new(db.open().await);
        let (_, id) = make.holder("lin").await;
        let mut tx = make.db.begin_read().await.unwrap();
        let holder = storage::actor::holder::find(&mut tx, &secrets(), id).await.unwrap().unwrap();
        assert_eq!(
            (holder.kind, holder.name.as_str(), &holder.number.number()[..8]),
            (HolderKind::Natural, "林晓舟", "99010119")
        );
        let sql = "SELECT person, number_hmac FROM actor_holder";
        let (sealed, hmac): (Vec<u8>, Vec<u8>) = match &mut tx {
            Tx::Sqlite(tx) => sqlx::query_as(sql).fetch_one(&mut **tx).await.unwrap(),
            Tx::Postgres(tx) => sqlx::query_as(sql).fetch_one(&mut **tx).await.unwrap(),
        };
        for column in [sealed, hmac] {
            let finds = |needle: &str| column.windows(needle.len()).any(|window| window == needle.as_bytes());
            assert!(!finds("林晓舟") && !finds("990101"), "{}", db.name);
        }
        assert!(!format!("{holder:?}").contains("林晓舟"), "a log line would name the holder");
        let other = liangzheng_server::secrets::Secrets::from_master(&[8; 32]).unwrap();
        let error = storage::actor::holder::find(&mut tx, &other, id).await.unwrap_err();
        assert!(
            matches!(error, StorageError::Inconsistent { table: "actor_holder", column: "person", .. }),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_holder_is_found_by_its_number_however_it_is_typed_and_entered_once() {
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let (_, id) = make.holder("lin").await;
        let mut tx = make.db.begin_write().await.unwrap();
        let holder = storage::actor::holder::find(&mut tx, &secrets(), id).await.unwrap().unwrap();
        let full_width: String = holder.number.number().chars().map(full_width).collect();
        let typed = HolderNumber::new(CITIZEN, &format!(" {full_width} ")).unwrap();
        let found = storage::actor::holder::find_by_number(&mut tx, &secrets(), &typed).await.unwrap();
        assert_eq!(found, Some(holder.clone()), "{}", db.name);
        let twice = Holder { id: HolderId::generate(NOON, &SystemEntropy), ..holder };
        assert!(
            !storage::actor::holder::insert(&mut tx, &secrets(), &SystemEntropy, &twice).await.unwrap(),
            "{}",
            db.name
        );
        let unknown = HolderNumber::new(CITIZEN, "990101200001010000").unwrap();
        assert_eq!(
            storage::actor::holder::find_by_number(&mut tx, &secrets(), &unknown).await.unwrap(),
            None
        );
    }
}

fn full_width(digit: char) -> char {
    char::from_u32(u32::from(digit) - u32::from('0') + u32::from('０')).unwrap()
}

#[tokio::test]
async fn a_role_is_held_until_it_ends_and_a_person_belongs_to_one_unit() {
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let account = make.member("qin", &[Role::IssuerMaker, Role::Inspector], UNIT).await;
        make.join(account, &[], OTHER_UNIT).await;
        let mut tx = make.db.begin_write().await.unwrap();
        let end = NOON.plus(Seconds(10));
        storage::actor::membership::give_role(&mut tx, account, Role::Auditor, Some(end)).await.unwrap();
        for (now, roles, next_end) in [
            (NOON, &[Role::Auditor, Role::Inspector, Role::IssuerMaker][..], Some(end)),
            (end, &[Role::Inspector, Role::IssuerMaker], None),
        ] {
            let held = storage::actor::membership::of_account(&mut tx, account, now).await.unwrap().unwrap();
            assert_eq!((held.unit.as_str(), &held.roles[..]), (UNIT, roles), "{}", db.name);
            let next = storage::actor::membership::next_end(&mut tx, account, now).await.unwrap();
            assert_eq!(next, next_end, "{}", db.name);
        }
        let nobody = AccountId::generate(NOON, &SystemEntropy);
        assert_eq!(storage::actor::membership::of_account(&mut tx, nobody, NOON).await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_agent_acts_for_the_holders_it_was_named_for() {
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let (account, _) = make.holder("lin").await;
        let (other, firm) = make.holder("firm").await;
        use liangzheng_server::domain::actor::agency::AgencyAct;
        use storage::actor::agency;
        let named = |level, acts: &[AgencyAct], ends_at| Agency {
            id: AgencyId::generate(NOON, &SystemEntropy),
            holder: firm,
            level,
            acts: acts.to_vec(),
            ends_at,
        };
        let boss = named(AgencyLevel::LegalRepresentative, &[], None);
        let end = NOON.plus(Seconds(10));
        let clerk = named(AgencyLevel::Handler, &[AgencyAct::View], Some(end));
        let mut tx = make.db.begin_write().await.unwrap();
        agency::insert(&mut tx, account, &boss, None, NOON).await.unwrap();
        tx.commit().await.unwrap();
        let hand = make.staff("hand", Role::Inspector, UNIT).await;
        let mut tx = make.db.begin_write().await.unwrap();
        agency::insert(&mut tx, hand, &clerk, Some(boss.id), NOON).await.unwrap();
        assert_eq!(
            agency::of_account(&mut tx, account, NOON).await.unwrap(),
            std::slice::from_ref(&boss),
            "{}",
            db.name
        );
        assert_eq!(agency::of_account(&mut tx, hand, NOON).await.unwrap(), std::slice::from_ref(&clerk));
        assert!(agency::of_account(&mut tx, hand, end).await.unwrap().is_empty(), "it ended by itself");
        assert_eq!(agency::next_end(&mut tx, hand, NOON).await.unwrap(), Some(end));
        assert_eq!(agency::of_holder(&mut tx, firm, NOON).await.unwrap().len(), 2);
        assert_eq!(agency::given_by(&mut tx, boss.id).await.unwrap()[0].id, clerk.id);
        assert_eq!(
            agency::find(&mut tx, clerk.id, NOON).await.unwrap().unwrap().agency(),
            Some(clerk.clone())
        );
        assert!(agency::end(&mut tx, clerk.id, NOON).await.unwrap());
        assert!(!agency::end(&mut tx, clerk.id, NOON).await.unwrap(), "ended twice");
        assert!(agency::find(&mut tx, clerk.id, NOON).await.unwrap().is_none());
        assert!(storage::actor::agency::of_account(&mut tx, other, NOON).await.unwrap().is_empty());
    }
}

/// What a transaction holds, another waits for: an account by its id, a bucket of wrong passwords by its login, one that
/// is in no row yet, too.
#[tokio::test]
async fn who_holds_an_account_or_a_bucket_is_waited_for() {
    let db = TestDb::postgres();
    let make = Maker::new(db.open().await);
    let (id, _) = make.holder("lin").await;
    let bucket = [7; 32];
    for what in ["account", "bucket"] {
        let hold = async |tx: &mut Tx| match what {
            "account" => {
                storage::actor::account::find_and_hold(tx, id).await.map(|found| found.unwrap().pin_failures)
            }
            _ => storage::actor::account::failures_until_and_hold(tx, &bucket).await.map(|until| until.0),
        };
        let mut first = make.db.begin_write().await.unwrap();
        assert_eq!(hold(&mut first).await.unwrap(), 0);
        let mut second = make.db.begin_write().await.unwrap();
        let (done, seen) = tokio::join!(
            async {
                // One look at the one that waits, then the first goes on; what it writes the other must see.
                tokio::task::yield_now().await;
                storage::actor::account::set_pin_counters(&mut first, id, 3, UnixTime(0)).await.unwrap();
                storage::actor::account::add_failure(&mut first, &bucket, UnixTime(0), Seconds(3))
                    .await
                    .unwrap();
                first.commit().await
            },
            hold(&mut second)
        );
        done.unwrap();
        assert_eq!(seen.unwrap(), 3, "{what}");
        drop(second);
        let mut tx = make.db.begin_write().await.unwrap();
        storage::actor::account::set_pin_counters(&mut tx, id, 0, UnixTime(0)).await.unwrap();
        storage::actor::account::clear_failures(&mut tx, &bucket).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn one_person_goes_by_one_number_under_two_accounts() {
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let (lin, _) = make.holder("lin").await;
        let staff = make.staff("lin.staff", Role::IssuerChecker, UNIT).await;
        let other = make.staff("chen.staff", Role::IssuerChecker, UNIT).await;
        make.person(staff, "lin").await;
        make.person(other, "chen").await;
        let mut tx = make.db.begin_read().await.unwrap();
        let mut numbers = Vec::new();
        for account in [lin, staff, other] {
            numbers.push(storage::actor::person::numbers(&mut tx, account).await.unwrap());
        }
        assert_eq!((numbers[0].len(), &numbers[0]), (1, &numbers[1]), "{}", db.name);
        assert_ne!(numbers[0], numbers[2]);
        use liangzheng_server::service::actor::person::is_same;
        assert!(is_same(&mut tx, lin, staff).await.unwrap() && is_same(&mut tx, staff, lin).await.unwrap());
        assert!(
            !is_same(&mut tx, lin, other).await.unwrap() && !is_same(&mut tx, staff, other).await.unwrap()
        );
    }
}

#[tokio::test]
async fn a_session_of_the_provider_stays_one_whatever_code_is_shown_in_it() {
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let (account, _) = make.holder("lin").await;
        let mut tx = make.db.begin_write().await.unwrap();
        for (byte, proof, after) in
            [(1_u8, Proof::OpenIdConnect, "oidc"), (2, Proof::Password, "totp"), (3, Proof::Totp, "totp")]
        {
            let session = NewSession {
                id: SessionId::generate(NOON, &SystemEntropy),
                account,
                token_sha256: [byte; 32],
                carrier: Carrier::Cookie,
                proof,
                client: None,
                agent: None,
                created_at: NOON,
                expires_at: NOON.plus(Seconds(100)),
            };
            storage::actor::session::insert(&mut tx, &session).await.unwrap();
            storage::actor::session::set_proof(&mut tx, session.id, Proof::Totp).await.unwrap();
            let row = storage::actor::session::find(&mut tx, &[byte; 32], NOON).await.unwrap().unwrap();
            assert_eq!(row.proof, after, "{} {proof}", db.name);
        }
    }
}

#[tokio::test]
async fn a_registered_client_is_no_member_and_goes_where_its_membership_goes() {
    use liangzheng_server::domain::actor::client::{Client, ClientKey, KeyAlgorithm, KeyMaterial};
    use liangzheng_server::domain::ids::ClientId;
    use liangzheng_server::storage::actor::{client, membership};
    for db in TestDb::both() {
        let make = Maker::new(db.open().await);
        let person = make.staff("qin", Role::IssuerMaker, UNIT).await;
        let program = make.staff("program", Role::IssuerMaker, UNIT).await;
        make.staff("bai", Role::IssuerMaker, OTHER_UNIT).await;
        let key = ClientKey {
            kid: "k1".into(),
            algorithm: KeyAlgorithm::EdDsa,
            material: KeyMaterial::Ed25519 { x: "x".into() },
        };
        let registered = Client {
            id: ClientId::generate(NOON, &SystemEntropy),
            account: program,
            unit: UNIT.parse().unwrap(),
            names: liangzheng_core::text::Text::fixed("系统", "System"),
            roles: vec![Role::IssuerMaker],
            matters: vec!["permit.test".into()],
            keys: vec![key],
            created_at: NOON,
        };
        let mut tx = make.db.begin_write().await.unwrap();
        client::insert(&mut tx, &registered).await.unwrap();
        assert!(membership::member(&mut tx, program).await.unwrap().is_none(), "{}", db.name);
        assert!(membership::member(&mut tx, person).await.unwrap().is_some());
        let unit = UNIT.parse().unwrap();
        let people = membership::people_of_unit(&mut tx, unit, "", 10).await.unwrap();
        assert_eq!(people.iter().map(|member| member.account).collect::<Vec<_>>(), [person]);
        assert!(
            membership::of_unit(&mut tx, unit).await.unwrap().contains(&program),
            "it moves with its unit"
        );
        let late = NOON.plus(Seconds(1));
        let away = membership::dormant(&mut tx, late, 10).await.unwrap();
        assert!(away.contains(&person) && !away.contains(&program), "a program is not dormant");
        assert_eq!(client::find(&mut tx, registered.id, NOON).await.unwrap().unwrap(), registered);
        membership::move_to(&mut tx, program, OTHER_UNIT.parse().unwrap()).await.unwrap();
        let moved = Client { unit: OTHER_UNIT.parse().unwrap(), ..registered.clone() };
        assert_eq!(client::list(&mut tx, "", 10, NOON).await.unwrap(), [moved]);
        assert_eq!(client::matters_of(&mut tx, program).await.unwrap(), ["permit.test"]);
        client::end(&mut tx, registered.id, NOON).await.unwrap();
        assert_eq!(client::matters_of(&mut tx, program).await.unwrap(), [""; 0]);
    }
}
