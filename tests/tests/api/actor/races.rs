//! What a slow step decided is decided again, under a lock, in the transaction that acts on it.
//!
//! Each test holds the lock from a second connection, lets a request check its password or PIN and come to wait for the
//! lock, changes what the request has read, and lets go. So the order is the same in every run, on both databases.

use aws_lc_rs::digest;
use liangzheng_core::key::AwsLcSigner;
use liangzheng_core::time::Seconds;
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::ids::{AccountId, SessionId, ShowId};
use liangzheng_server::domain::licence::Status;
use liangzheng_server::storage::Tx;
use liangzheng_server::storage::actor::{account, session};
use liangzheng_server::storage::showing::show::{self, ShowRow};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::{TestDb, is_waited_for};
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::{BUSINESS_LICENCE, PASSWORD, PIN, UNIT};
use liangzheng_tests::until::until;
use serde_json::{Value, json};

/// A holder logged in, and what he may do with his PIN.
struct Wallet {
    app: TestApp,
    lin: Caller,
    account: AccountId,
    licence: String,
    phone: Value,
}

impl Wallet {
    fn on(db: TestDb) -> Self {
        let app = TestApp::start(db, |config| config.limits.enabled = false);
        let (account, holder) = app.holder("lin");
        let licence = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).id.to_string();
        let lin = app.as_("lin");
        let jwk = AwsLcSigner::generate("phone").unwrap().0.public_key().to_jwk();
        let phone = lin.post("/api/v1/wallet/devices", &json!({ "jwk": jwk, "name": "手机" })).must(201);
        Self { app, lin, account, licence, phone: phone["id"].clone() }
    }

    fn show(&self, pin: &str) -> Answer {
        let path = format!("/api/v1/wallet/licences/{}/show", self.licence);
        self.lin.post(&path, &json!({ "scene": "inspect.food", "pin": pin }))
    }

    fn grant(&self, pin: &str) -> Answer {
        let path = format!("/api/v1/wallet/licences/{}/grant", self.licence);
        self.lin.post(&path, &json!({ "device": self.phone, "scene": "inspect.food", "pin": pin }))
    }

    /// What `request` is answered if `change` happens between its check and its act.
    fn meanwhile(
        &self,
        request: impl FnOnce() -> Answer + Send,
        change: impl AsyncFnOnce(&mut Tx),
    ) -> Answer {
        let app = &self.app;
        let mut tx = app.wait(app.make.db.begin_write()).unwrap();
        app.wait(account::hold(&mut tx, self.account)).unwrap();
        while_held(app, tx, request, change)
    }

    async fn end_session(&self, tx: &mut Tx) {
        let token = digest::digest(&digest::SHA256, self.lin.token().unwrap().as_bytes());
        let row = session::find(tx, token.as_ref().try_into().unwrap(), NOON).await.unwrap().unwrap();
        assert!(session::end(tx, row.id, NOON).await.unwrap());
    }
}

/// Sends `request`, and does `change` in `tx`, which holds what the request needs, once the request waits for it.
fn while_held(
    app: &TestApp,
    mut tx: Tx,
    request: impl FnOnce() -> Answer + Send,
    change: impl AsyncFnOnce(&mut Tx),
) -> Answer {
    let before = app.app.passwords.checked();
    std::thread::scope(|scope| {
        let asked = scope.spawn(request);
        until("the hash is made", || (app.app.passwords.checked() > before).then_some(()));
        until("it waits, or has not waited at all", || {
            (asked.is_finished() || app.wait(is_waited_for(&app.make.db))).then_some(())
        });
        app.wait(async {
            change(&mut tx).await;
            tx.commit().await.unwrap();
        });
        asked.join().unwrap()
    })
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status, answer.problem())
}

#[test]
fn the_right_pin_opens_nothing_once_it_is_shut_or_changed() {
    for db in TestDb::both() {
        let wallet = Wallet::on(db);
        let requests: [&(dyn Fn() -> Answer + Sync); 2] = [&|| wallet.show(PIN), &|| wallet.grant(PIN)];
        for request in requests {
            let answer = wallet.meanwhile(request, async |tx: &mut Tx| {
                account::set_pin_counters(tx, wallet.account, 5, NOON.plus(Seconds(900))).await.unwrap();
            });
            assert_eq!(told(&answer), (429, "pin-shut".into()));
            reopen(&wallet);
        }
        for request in requests {
            let answer = wallet.meanwhile(request, async |tx: &mut Tx| {
                set(tx, "UPDATE actor_account SET pin = $1 || pin", "changed").await;
            });
            assert_eq!(told(&answer), (409, "conflict".into()));
            reopen(&wallet);
        }
    }
}

/// Gives the PIN back as it was made, and opens it.
fn reopen(wallet: &Wallet) {
    wallet.app.wait(async {
        let mut tx = wallet.app.make.db.begin_write().await.unwrap();
        let row = account::find(&mut tx, wallet.account).await.unwrap().unwrap();
        let pin = row.pin.unwrap();
        let first = pin.find("$argon2").unwrap();
        account::set_pin(&mut tx, wallet.account, &pin[first..]).await.unwrap();
        tx.commit().await.unwrap();
    });
}

async fn set(tx: &mut Tx, sql: &'static str, value: &str) {
    match tx {
        Tx::Sqlite(tx) => sqlx::query(sql).bind(value).execute(&mut **tx).await.map(drop),
        Tx::Postgres(tx) => sqlx::query(sql).bind(value).execute(&mut **tx).await.map(drop),
    }
    .unwrap();
}

#[test]
fn a_wrong_pin_is_counted_on_top_of_those_that_were_counted_meanwhile() {
    for db in TestDb::both() {
        let wallet = Wallet::on(db);
        let answer = wallet.meanwhile(
            || wallet.show("000000"),
            async |tx: &mut Tx| {
                account::set_pin_counters(tx, wallet.account, 4, NOON.minus(Seconds(1))).await.unwrap();
            },
        );
        assert_eq!(told(&answer), (403, "wrong-pin".into()));
        assert_eq!(told(&wallet.show(PIN)), (429, "pin-shut".into()), "that was the fifth");
    }
}

#[test]
fn nothing_opens_for_a_session_that_ended_or_an_account_that_was_disabled_meanwhile() {
    for db in TestDb::both() {
        let mut wallet = Wallet::on(db);
        for kind in ["show", "grant"] {
            let request = || if kind == "show" { wallet.show(PIN) } else { wallet.grant(PIN) };
            let answer = wallet.meanwhile(request, async |tx: &mut Tx| wallet.end_session(tx).await);
            assert_eq!(told(&answer), (401, "unauthenticated".into()), "{kind}");
            wallet.lin = wallet.app.log_in("lin");
        }
        let answer = wallet.meanwhile(
            || wallet.show(PIN),
            async |tx: &mut Tx| assert!(account::disable(tx, wallet.account, NOON).await.unwrap()),
        );
        assert_eq!(told(&answer), (401, "unauthenticated".into()));
    }
}

#[test]
fn the_last_free_show_is_given_once() {
    for db in TestDb::both() {
        let wallet = Wallet::on(db);
        for _ in 0..31 {
            wallet.show(PIN).must(201);
        }
        let answer = wallet.meanwhile(
            || wallet.show(PIN),
            async |tx: &mut Tx| {
                let row = ShowRow {
                    id: ShowId::generate(NOON, &SystemEntropy),
                    account: wallet.account,
                    session: SessionId::generate(NOON, &SystemEntropy),
                    licence: wallet.licence.parse().unwrap(),
                    scene: "inspect.food".parse().unwrap(),
                    delegation: None,
                    secret: vec![0],
                    opened_at: NOON.0,
                    closes_at: NOON.0 + 300,
                    ended_at: None,
                };
                show::insert(tx, &row).await.unwrap();
            },
        );
        assert_eq!(told(&answer), (429, "too-many-requests".into()));
    }
}

#[test]
fn nobody_logs_in_to_an_account_that_was_disabled_or_got_another_password_meanwhile() {
    for sql in [
        "UPDATE actor_account SET password = $1 || password",
        "UPDATE actor_account SET disabled_at = length($1)",
    ] {
        for db in TestDb::both() {
            let wallet = Wallet::on(db);
            let body = json!({ "login": "lin", "password": PASSWORD });
            let login = || wallet.app.anyone().post("/api/v1/sessions", &body);
            let answer = wallet.meanwhile(login, async |tx: &mut Tx| set(tx, sql, "x").await);
            assert_eq!(told(&answer), (401, "wrong-credentials".into()), "{sql}");
        }
    }
}

#[test]
fn nobody_changes_what_somebody_else_changed_while_the_old_one_was_checked() {
    for db in TestDb::both() {
        let wallet = Wallet::on(db);
        let put = |path: &str, body: Value| wallet.lin.send("PUT", path, Some(&body));
        let password = json!({ "old_password": PASSWORD, "new_password": "another horse 电池" });
        let answer = wallet.meanwhile(
            || put("/api/v1/me/password", password.clone()),
            async |tx: &mut Tx| {
                set(tx, "UPDATE actor_account SET password = $1 || password", "changed").await
            },
        );
        assert_eq!(told(&answer), (409, "conflict".into()));
        let answer = wallet.meanwhile(
            || put("/api/v1/me/pin", json!({ "old_pin": PIN, "new_pin": "135790" })),
            async |tx: &mut Tx| set(tx, "UPDATE actor_account SET pin = $1 || pin", "changed").await,
        );
        assert_eq!(told(&answer), (409, "conflict".into()));
        reopen(&wallet);
        let answer = wallet.meanwhile(
            || put("/api/v1/me/pin", json!({ "old_pin": PIN, "new_pin": "135790" })),
            async |tx: &mut Tx| wallet.end_session(tx).await,
        );
        assert_eq!(told(&answer), (401, "unauthenticated".into()));
    }
}

#[test]
fn a_password_is_not_answered_once_the_bucket_of_wrong_ones_is_full() {
    for db in TestDb::both() {
        let wallet = Wallet::on(db);
        let app = &wallet.app;
        // Somebody who has not logged in from here before, whose wrong passwords are counted with strangers'.
        app.holder("chen");
        let bucket = app.app.secrets.fingerprint("login", b"chen");
        for password in ["wrong", PASSWORD] {
            let mut tx = app.wait(app.make.db.begin_write()).unwrap();
            app.wait(account::failures_until_and_hold(&mut tx, &bucket)).unwrap();
            let request =
                || app.anyone().post("/api/v1/sessions", &json!({ "login": "chen", "password": password }));
            let answer = while_held(app, tx, request, async |tx: &mut Tx| {
                for _ in 0..10 {
                    account::add_failure(tx, &bucket, NOON, Seconds(5)).await.unwrap();
                }
            });
            assert_eq!(told(&answer), (429, "too-many-requests".into()), "{password}");
            app.wait(async {
                let mut tx = app.make.db.begin_write().await.unwrap();
                account::clear_failures(&mut tx, &bucket).await.unwrap();
                tx.commit().await.unwrap();
            });
        }
    }
}

#[test]
fn of_many_guesses_over_two_servers_only_five_are_answered() {
    let wallet = Wallet::on(TestDb::postgres());
    let second = wallet.app.second_server();
    let path = format!("/api/v1/wallet/licences/{}/show", wallet.licence);
    let there = wallet.lin.at(&second.url);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let guesses: Vec<_> = (0..24)
            .map(|n| {
                let caller = if n % 2 == 0 { &wallet.lin } else { &there };
                let body = json!({ "scene": "inspect.food", "pin": format!("{n:06}") });
                let path = &path;
                scope.spawn(move || caller.post(path, &body).status)
            })
            .collect();
        guesses.into_iter().map(|guess| guess.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 403).count(), 5, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 403 | 429)), "{statuses:?}");
    assert_eq!(told(&wallet.show(PIN)), (429, "pin-shut".into()));
}
