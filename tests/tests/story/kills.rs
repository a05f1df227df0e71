//! A server killed while it gives out codes: each token that a client holds derives from a committed row of the log.

use std::sync::Mutex;
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use liangzheng_core::time::UnixTime;
use liangzheng_core::token::{self, Jti, ShowClaims};
use liangzheng_server::demo;
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::secrets::Secrets;
use liangzheng_server::service::trace::evidence;
use liangzheng_server::storage::{self, Db};
use liangzheng_tests::until::until;
use serde_json::{Value, json};

use super::programs::Programs;

/// Clients of one run; each opens shows and refreshes them as fast as it is answered.
const CLIENTS: usize = 4;
/// Kills; at different moments of the load.
const KILLS: usize = 3;

#[test]
fn no_token_is_without_a_committed_row_when_the_server_is_killed() {
    for kill in 0..KILLS {
        let programs = Programs::start(&[]);
        let held = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (programs, held) = (&programs, &held);
                scope.spawn(move || show_until_the_server_is_gone(programs, client, held));
            }
            let given_out = 100 + 170 * kill;
            until("codes are given out", || (held.lock().unwrap().len() > given_out).then_some(()));
            programs.kill();
        });
        let held = held.into_inner().unwrap();
        assert!(held.len() > 100);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(each_is_logged(&programs, &held));
    }
}

/// Opens a show and refreshes it until the server answers no more; keeps every token it was given.
fn show_until_the_server_is_gone(programs: &Programs, client: usize, held: &Mutex<Vec<String>>) {
    let demo = programs.demo();
    let licences = demo["licences"].as_array().unwrap();
    let own = licences.iter().filter(|licence| licence["status"] == "ACTIVE").cycle().skip(client);
    let agent: ureq::Agent =
        ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).build().into();
    // An error is the end: the server is gone, and what it did not answer is held by nobody.
    let ask = |token: &str, path: &str, body: &Value| -> Option<Value> {
        let url = format!("{}{path}", programs.url());
        let request = agent.post(&url).header("authorization", format!("Bearer {token}"));
        let text =
            request.content_type("application/json").send(body.to_string()).ok()?.body_mut().read_to_string();
        serde_json::from_str(&text.ok()?).ok()
    };
    for licence in own {
        let account = programs.account("login", &licence["holder"]);
        let login = json!({ "login": account["login"], "password": account["password"] });
        let Some(session) = ask("", "/api/v1/sessions", &login) else { return };
        let token = session["token"].as_str().unwrap();
        for scene in demo["scenes"].as_array().unwrap() {
            let path = format!("/api/v1/wallet/licences/{}/show", licence["id"].as_str().unwrap());
            let body = json!({ "scene": scene["code"], "pin": account["pin"] });
            // Not every kind is shown in every scene.
            let Some(shown) = ask(token, &path, &body) else { continue };
            held.lock().unwrap().push(shown["token"].as_str().unwrap().to_owned());
            for _ in 0..200 {
                let path = format!("/api/v1/wallet/shows/{}/refresh", shown["show"].as_str().unwrap());
                let Some(next) = ask(token, &path, &json!({})) else { return };
                held.lock().unwrap().push(next["token"].as_str().unwrap().to_owned());
            }
        }
    }
}

/// Opens what the killed server left and looks up every token.
async fn each_is_logged(programs: &Programs, held: &[String]) {
    let config = demo::config_of(&programs.data()).unwrap();
    let secrets = Secrets::open_or_create(&config.secrets.master_file, &SystemEntropy).unwrap();
    let db = Db::open(&config.database).await.unwrap();
    let mut tx = db.begin_read().await.unwrap();
    for token in held {
        let ShowClaims { lic, jti, iat, .. } = claims(token);
        let licence = storage::licence::record::id_of(&mut tx, &lic).await.unwrap().unwrap();
        let show = evidence::show_of(&mut tx, &secrets, licence, jti, iat).await.unwrap();
        assert!(show.is_some(), "no committed row names {jti} of {lic}");
        // A name that this server never gave belongs to no row, nor does a given one at another second.
        for (jti, iat) in [(Jti::from_bytes([7; 12]), iat), (jti, UnixTime(iat.0 + 1))] {
            assert_eq!(evidence::show_of(&mut tx, &secrets, licence, jti, iat).await.unwrap(), None);
        }
    }
    drop(tx);
    db.close().await;
}

fn claims(token: &str) -> ShowClaims {
    let payload = Base64UrlUnpadded::decode_vec(token.split('.').nth(1).unwrap()).unwrap();
    token::show::parse(&payload).unwrap()
}
