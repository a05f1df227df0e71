//! `/api/v1/login/oidc`: logging in by an identity provider: `oidc-provider` of npm, which is certified and not ours, run
//! as a process of its own.

mod linking;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use liangzheng_server::config::Config;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::ids::HolderId;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::storage;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::{Answer, send};
use liangzheng_tests::make::{BUSINESS_LICENCE, UNIT, number_of};
use liangzheng_tests::source::root;
use serde_json::{Value, json};

use super::PLATFORM;

const CALLBACK: &str = "https://licence.example/api/v1/login/oidc/callback";
const ATTEMPT: &str = "__Host-lz-oidc";
const SESSION: &str = "__Host-lz";

/// The provider's process; ended when dropped, since its input then ends.
struct IdentityProvider {
    process: Child,
    issuer: String,
    /// Kept open: it says more than its address, and would end for want of a reader.
    _said: BufReader<ChildStdout>,
}

impl Drop for IdentityProvider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl IdentityProvider {
    /// Starts it with who can log in there; `None`, said aloud, if its library is not installed.
    fn start(accounts: &Value, alg: &str) -> Option<Self> {
        let folder = root().join("tests/interop");
        if !folder.join("node_modules/oidc-provider").exists() {
            assert!(std::env::var_os("LZ_TEST_STRICT").is_none(), "oidc-provider: cargo xtask setup");
            eprintln!("skipped: oidc-provider is not installed (cargo xtask setup)");
            return None;
        }
        let given = json!({ "accounts": accounts, "redirect": CALLBACK, "alg": alg });
        let mut process = Command::new("node")
            .arg(folder.join("oidc.mjs"))
            .arg(given.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut issuer = String::new();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        said.read_line(&mut issuer).unwrap();
        Some(Self { process, issuer: issuer.trim().to_owned(), _said: said })
    }

    /// Who logs in next there, and how it misbehaves.
    fn next(&self, account: &str, mode: &str) {
        let control = format!("{}/control?account={account}&mode={mode}", self.issuer);
        assert_eq!(send("GET", &control, &[], None).status, 200);
    }
}

/// A browser: cookies of ours and of the provider's.
#[derive(Default)]
struct Browser {
    ours: BTreeMap<String, String>,
    theirs: BTreeMap<String, String>,
}

impl Browser {
    fn get(jar: &mut BTreeMap<String, String>, url: &str, headers: &[(&str, &str)]) -> Answer {
        let cookies: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut all = headers.to_vec();
        all.push(("Cookie", &cookies));
        let answer = send("GET", url, &all, None);
        for (name, value) in &answer.headers {
            let pair = value.split(';').next().unwrap_or_default().split_once('=');
            if let (true, Some((cookie, value))) = (name.eq_ignore_ascii_case("set-cookie"), pair) {
                jar.insert(cookie.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// To the provider and back: the address it sends the browser to here, with code and state.
    fn away(&mut self, app: &TestApp, query: &str) -> String {
        let path = format!("{}/api/v1/login/oidc{query}", app.url);
        let own = [("Sec-Fetch-Site", "same-origin")];
        let begun = Self::get(&mut self.ours, &path, &own);
        assert_eq!(begun.status, 302, "{}", begun.text());
        let mut url = begun.header("location").unwrap().to_owned();
        let issuer: String = url.split('/').take(3).collect::<Vec<_>>().join("/");
        for _ in 0..8 {
            if let Some(query) = url.strip_prefix(CALLBACK) {
                return query.to_owned();
            }
            let answer = Self::get(&mut self.theirs, &url, &[]);
            assert!(matches!(answer.status, 302 | 303), "{url}: {}", answer.text());
            let next = answer.header("location").unwrap().to_owned();
            url = if next.starts_with('/') { format!("{issuer}{next}") } else { next };
        }
        unreachable!("the provider sends round and round: {url}");
    }

    /// Back here.
    fn back(&mut self, app: &TestApp, query: &str) -> Answer {
        Self::get(&mut self.ours, &format!("{}/api/v1/login/oidc/callback{query}", app.url), &[])
    }

    /// The whole way.
    fn log_in(&mut self, app: &TestApp) -> Answer {
        let query = self.away(app, "");
        self.back(app, &query)
    }

    /// As a page of ours, in the session the browser has.
    fn page(&self, app: &TestApp) -> Caller {
        let cookie = format!("{SESSION}={}", self.ours.get(SESSION).cloned().unwrap_or_default());
        app.anyone().with("Sec-Fetch-Site", "same-origin").with("Cookie", &cookie)
    }
}

/// A server with holders and a provider that knows them.
struct World {
    app: TestApp,
    provider: IdentityProvider,
    lin: HolderId,
}

/// Claims for the holder that tests make of a login, as the provider says them.
fn claims(login: &str, name: &str) -> Value {
    let number = number_of(login);
    json!({ "id_type": number.id_type(), "id_number": number.number(), "name": name })
}

#[expect(clippy::disallowed_methods, reason = "the provider reads the machine's clock")]
fn to_now(app: &TestApp) {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    app.pass(i64::try_from(elapsed.as_secs()).unwrap() - app.app.now().0);
}

impl World {
    fn on(db: TestDb, alg: &'static str, adjust: impl FnOnce(&mut Config)) -> Option<Self> {
        let accounts = json!({
            "lin": claims("lin", "林晓舟"),
            "chen": claims("chen", "林晓舟"),
            "renamed": claims("lin", "林小舟"),
            "stranger": claims("nobody", "路人"),
        });
        let provider = IdentityProvider::start(&accounts, alg)?;
        let issuer = provider.issuer.clone();
        let secret = db.folder().join("oidc.secret");
        std::fs::write(&secret, "a secret of the test provider\n").unwrap();
        let app = TestApp::start(db, |config| {
            config.limits.enabled = false;
            config.oidc.issuer = Some(issuer);
            config.oidc.client_secret_file = Some(secret);
            config.oidc.algorithm = alg.into();
            config.oidc.acr = Some("urn:level:2".into());
            config.oidc.timeout_seconds = 2;
            adjust(config);
        });
        to_now(&app);
        let lin = app.wait(app.make.holder_without_account("lin"));
        Some(Self { app, provider, lin })
    }
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status, answer.problem())
}

/// Rows: R43.
#[test]
fn a_holder_without_an_account_finds_his_wallet_full_at_his_first_login_on_both_databases() {
    for db in TestDb::both() {
        let Some(World { app, provider, lin }) = World::on(db, "ES256", |_| {}) else { return };
        app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
        assert_eq!(app.anyone().get("/api/v1/login").must(200), json!({ "password": true, "oidc": true }));
        provider.next("lin", "good");
        let mut browser = Browser::default();
        let entered = browser.log_in(&app);
        assert_eq!(
            (entered.status, entered.header("location")),
            (302, Some("/wallet")),
            "{}",
            entered.text()
        );
        let page = browser.page(&app);
        assert_eq!(page.get("/api/v1/wallet/licences").must(200)["items"].as_array().unwrap().len(), 1);
        let me = page.get("/api/v1/me").must(200);
        assert_eq!((&me["session"]["proof"], &me["factors"]["oidc"]), (&json!("oidc"), &json!(true)));
        assert_eq!(me["account"]["name"], "林晓舟");
        let pin = page.send("PUT", "/api/v1/me/pin", Some(&json!({ "new_pin": "135790" })));
        assert_eq!(pin.status, 204, "he has nothing else to prove himself with: {}", pin.text());
        let again = page.send("PUT", "/api/v1/me/pin", Some(&json!({ "new_pin": "246801" })));
        assert_eq!(again.status, 422, "from then on the PIN is asked");

        // The second time it is the same account.
        let mut other = Browser::default();
        assert_eq!(other.log_in(&app).status, 302);
        assert_eq!(other.page(&app).get("/api/v1/me").must(200)["account"], me["account"]);
    }
}

#[test]
fn whom_nothing_fits_gets_no_account_and_staff_a_task() {
    for db in TestDb::both() {
        let Some(World { app, provider, .. }) = World::on(db, "ES256", |_| {}) else { return };
        for who in ["renamed", "stranger", "stranger"] {
            provider.next(who, "good");
            let mut browser = Browser::default();
            assert_eq!(told(&browser.log_in(&app)), (403, "identity-unmatched".into()), "{who}");
            assert_eq!(browser.page(&app).get("/api/v1/me").status, 401, "{who}");
        }
        app.staff("manager", Role::Manager, PLATFORM);
        app.staff("maker", Role::IssuerMaker, UNIT);
        let tasks = |login: &str| app.log_in(login).get("/api/v1/tasks").must(200)["items"].clone();
        let waiting = tasks("manager");
        // Of one second; in no order that matters.
        let mut sorted = waiting.as_array().unwrap().clone();
        sorted.sort_by_key(|task| task["identity"]["name"].to_string());
        let waiting = Value::from(sorted);
        let names: Vec<&Value> =
            waiting.as_array().unwrap().iter().map(|task| &task["identity"]["name"]).collect();
        assert_eq!(names, [&json!("林小舟"), &json!("路人")], "one for each identity");
        assert_eq!((&waiting[0]["kind"], &waiting[0]["mine"]), (&json!("identity"), &json!(false)));
        let number = number_of("nobody").number().to_owned();
        assert!(!waiting.to_string().contains(&number), "the whole number is told to nobody");
        assert_eq!(tasks("maker"), json!([]));
        let path = |task: &Value| format!("/api/v1/tasks/{}/acts", task["id"].as_str().unwrap());
        let end = json!({ "act": "end", "reason": "已到窗口更正姓名" });
        assert_eq!(app.as_("maker").post(&path(&waiting[1]), &end).status, 404);
        let manager = app.log_in("manager");
        assert_eq!(manager.post(&path(&waiting[1]), &json!({ "act": "end" })).status, 422, "says why");
        manager.post(&path(&waiting[1]), &end).must(204);
        assert_eq!(manager.post(&path(&waiting[1]), &end).status, 404);
        // Who fits at another try needs nobody any more.
        app.wait(rename(&app, "lin", "林小舟"));
        provider.next("renamed", "good");
        assert_eq!(Browser::default().log_in(&app).status, 302);
        assert_eq!(tasks("manager"), json!([]));
    }
}

#[test]
fn a_session_of_the_provider_is_for_ones_own_affairs_and_never_for_the_work_of_a_unit() {
    for db in TestDb::both() {
        let Some(World { app, provider, .. }) = World::on(db, "ES256", |_| {}) else { return };
        let mut browser = Browser::default();
        provider.next("lin", "good");
        assert_eq!(browser.log_in(&app).status, 302);
        let page = browser.page(&app);
        let id = page.get("/api/v1/me").must(200)["account"]["id"].as_str().unwrap().parse().unwrap();
        app.wait(app.make.join(id, &[Role::Inspector], UNIT));
        assert_eq!(browser.log_in(&app).status, 302);
        let page = browser.page(&app);
        let me = page.get("/api/v1/me").must(200);
        assert_eq!(me["session"]["staff_factor_needed"], "password");
        assert_eq!(page.get("/api/v1/wallet/licences").status, 200);
        let scans = page.post("/api/v1/scans", &json!({ "scans": [] }));
        assert_eq!(told(&scans), (403, "password-login-needed".into()));
    }
}

#[test]
fn a_token_with_anything_wrong_lets_nobody_in_by_any_algorithm() {
    for alg in ["ES256", "RS256"] {
        let Some(World { app, provider, .. }) = World::on(TestDb::sqlite(), alg, |_| {}) else { return };
        for mode in [
            "nonce",
            "no-nonce",
            "aud",
            "two-aud",
            "iss",
            "expired",
            "old",
            "acr",
            "exp-text",
            "no-number",
            "key",
            "kid",
            "none",
            "hs256",
            "garbage",
        ] {
            to_now(&app);
            provider.next("lin", mode);
            let mut browser = Browser::default();
            let answer = browser.log_in(&app);
            assert_eq!(answer.status, 401, "{alg} {mode}");
            assert_eq!(answer.problem(), "oidc-refused", "{alg} {mode}");
            assert_eq!(browser.page(&app).get("/api/v1/me").status, 401, "{alg} {mode}");
        }
        to_now(&app);
        provider.next("lin", "good");
        assert_eq!(Browser::default().log_in(&app).status, 302, "{alg}: and a right one does");
    }
}

#[test]
fn what_another_browser_began_what_was_used_and_what_took_too_long_is_refused() {
    let Some(World { app, provider, .. }) = World::on(TestDb::sqlite(), "ES256", |_| {}) else { return };
    provider.next("lin", "good");
    let refused = (401, "oidc-refused".to_owned());
    let mut victim = Browser::default();
    let mut attacker = Browser::default();
    let query = attacker.away(&app, "");
    assert_eq!(told(&victim.back(&app, &query)), refused, "no login was begun here");
    victim.away(&app, "");
    assert_eq!(told(&victim.back(&app, &query)), refused, "another's state");
    assert_eq!(attacker.back(&app, &query).status, 302);

    let mut browser = Browser::default();
    let query = browser.away(&app, "");
    let attempt = browser.ours[ATTEMPT].clone();
    assert_eq!(browser.back(&app, &query).status, 302);
    assert_eq!(told(&browser.back(&app, &query)), refused, "the cookie is gone");
    browser.ours.insert(ATTEMPT.into(), attempt);
    assert_eq!(told(&browser.back(&app, &query)), refused, "the code was used");

    let mut changed = Browser::default();
    let query = changed.away(&app, "");
    let other = query.replace("iss=http", "iss=https");
    assert_ne!(other, query, "the provider names itself (RFC 9207)");
    assert_eq!(told(&changed.back(&app, &other)), refused, "another provider answers");
    let attempt = changed.ours[ATTEMPT].clone();
    changed.ours.insert(ATTEMPT.into(), format!("A{}", &attempt[1..]));
    assert_eq!(told(&changed.back(&app, &query)), refused, "a changed cookie");
    changed.ours.insert(ATTEMPT.into(), attempt);
    let denied = format!("{}&error=access_denied", query.split("&iss").next().unwrap());
    assert_eq!(told(&changed.back(&app, &denied)), (401, "oidc-broken-off".into()));
    app.pass(600);
    assert_eq!(told(&changed.back(&app, &query)), refused, "too late");
}

#[test]
fn a_provider_that_is_slow_or_away_is_told_in_time_and_the_password_still_works() {
    let Some(World { app, provider, .. }) = World::on(TestDb::sqlite(), "ES256", |_| {}) else { return };
    app.holder("chen");
    provider.next("lin", "slow");
    let mut browser = Browser::default();
    let query = browser.away(&app, "");
    let began = std::time::Instant::now();
    let answer = browser.back(&app, &query);
    assert_eq!((told(&answer), answer.header("retry-after")), ((503, "oidc-unavailable".into()), Some("5")));
    assert!(began.elapsed().as_secs() < 8, "{:?}", began.elapsed());
    let page = [("Accept", "text/html"), ("Sec-Fetch-Site", "cross-site")];
    let shown = app.anyone().with_all(&page).get("/api/v1/login/oidc/callback?error=x");
    assert_eq!((shown.status, shown.header("location")), (302, Some("/wallet?login=oidc-refused")));

    let Some(World { app: fresh, provider: gone, .. }) = World::on(TestDb::sqlite(), "ES256", |_| {}) else {
        return;
    };
    drop(gone);
    let answer = fresh.anyone().get("/api/v1/login/oidc");
    assert_eq!(told(&answer), (503, "oidc-unavailable".into()));
    app.as_("chen").get("/api/v1/me").must(200);
}

#[test]
fn where_no_provider_is_configured_there_is_no_such_login() {
    let app = TestApp::sqlite();
    assert_eq!(app.anyone().get("/api/v1/login").must(200), json!({ "password": true, "oidc": false }));
    assert_eq!(app.anyone().get("/api/v1/login/oidc").status, 404);
    assert_eq!(app.anyone().get("/api/v1/login/oidc/callback?code=x&state=y").status, 404);
}

/// Gives the holder of a login another name, as the register does.
async fn rename(app: &TestApp, login: &str, name: &str) {
    let secrets = liangzheng_tests::make::secrets();
    let mut tx = app.make.db.begin_write().await.unwrap();
    let number = number_of(login);
    let found = storage::actor::holder::find_by_number(&mut tx, &secrets, &number).await.unwrap().unwrap();
    let renamed = liangzheng_server::domain::actor::holder::Holder { name: name.into(), ..found };
    let entropy = liangzheng_server::domain::clock::SystemEntropy;
    storage::actor::holder::rename(&mut tx, &secrets, &entropy, &renamed).await.unwrap();
    tx.commit().await.unwrap();
}
