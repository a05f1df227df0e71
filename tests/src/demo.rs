//! The demo served in this process: its own folder, key files and root, and a clock that stands still.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use liangzheng_core::key::AwsLc;
use liangzheng_core::trust::RootSet;
use liangzheng_core::verify::{OnExpired, Verifier};
use liangzheng_server::config::Config;
use liangzheng_server::demo::{self, Serving};
use liangzheng_server::domain::clock::{Clock, ManualClock, SystemEntropy};
use liangzheng_server::service::publication::{ceremony, key_life};
use liangzheng_server::signing::RootKey;
use liangzheng_server::startup::Dependencies;
use liangzheng_server::{App, Application};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::clock::NOON;
use crate::db::TempDir;
use crate::http::{Answer, send};

/// A running demo; stopped when dropped.
pub struct DemoApp {
    /// `http://127.0.0.1:port`
    pub url: String,
    /// What its handlers share.
    pub app: Arc<App>,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// `demo.json`
    pub file: Value,
    dir: PathBuf,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    folder: Option<TempDir>,
}

impl DemoApp {
    /// Makes a demo in a new folder and serves it.
    pub fn start() -> Self {
        let folder = TempDir::new("demo");
        let dir = folder.path().join("data");
        Self::serve(folder, dir, Arc::new(ManualClock::at(NOON)))
    }

    /// Stops the server and serves the same folder again, as after a crash or an update.
    #[must_use]
    pub fn restarted(mut self) -> Self {
        self.end();
        let folder = self.folder.take().unwrap();
        let (dir, clock) = (self.dir.clone(), self.clock.clone());
        Self::serve(folder, dir, clock)
    }

    fn serve(folder: TempDir, dir: PathBuf, clock: Arc<ManualClock>) -> Self {
        let (told, started) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let (data, outside_clock) = (dir.clone(), clock.clone());
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let mut config = Config::default();
                config.limits.enabled = false;
                let made =
                    demo::prepare(&data, Serving::here(0), config, &*outside_clock, &SystemEntropy).await;
                let given = Dependencies { clock: outside_clock, ..Dependencies::default() };
                let application = Application::build_with(made.unwrap().config, given).await.unwrap();
                told.send((application.address(), application.app())).unwrap();
                let stop = async {
                    let _ = stopped.await;
                };
                application.run_until(stop).await.unwrap();
            });
        });
        let (address, app) = started.recv().expect("the demo starts");
        let file = serde_json::from_slice(&std::fs::read(dir.join("demo.json")).unwrap()).unwrap();
        let (stop, thread) = (Some(stop), Some(thread));
        Self { url: format!("http://{address}"), app, clock, file, dir, stop, thread, folder: Some(folder) }
    }

    fn end(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !std::thread::panicking() {
                ended.expect("the demo's thread");
            }
        }
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Its public roots, as a verifier pins them.
    pub fn roots(&self) -> RootSet {
        serde_json::from_slice(&std::fs::read(self.dir.join("roots.json")).unwrap()).unwrap()
    }

    /// Logs in with what `demo.json` says; returns token and PIN.
    pub fn log_in(&self, login: &str) -> (String, String) {
        let accounts = self.file["accounts"].as_array().unwrap();
        let account = accounts.iter().find(|account| account["login"] == login).expect("an account");
        let body = json!({ "login": login, "password": account["password"] });
        let answer = self.request("POST", None, "/api/v1/sessions", Some(&body));
        assert_eq!(answer.status, 201, "{}", answer.text());
        let token = answer.json()["token"].as_str().unwrap().to_owned();
        (token, account["pin"].as_str().unwrap_or_default().to_owned())
    }

    /// Any request with a JSON body.
    pub fn request(&self, method: &str, token: Option<&str>, path: &str, body: Option<&Value>) -> Answer {
        let authorization = token.map(|token| format!("Bearer {token}"));
        let mut headers = vec![("Content-Type", "application/json")];
        if let Some(authorization) = &authorization {
            headers.push(("Authorization", authorization));
        }
        let body = body.map(|body| body.to_string().into_bytes());
        send(method, &format!("{}{path}", self.url), &headers, body.as_deref())
    }

    /// A verifier that has just synced: every trust list in turn, the catalogue, every status list.
    pub fn synced(&self) -> Verifier {
        synced(&self.url, self.roots(), self.clock.now())
    }

    /// Signs the next trust list with the demo's root and publishes it, as the command line does.
    pub fn publish_trust_list(&self, now: liangzheng_core::time::UnixTime) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let entry = key_life::OperatorEntry {
                id: self.app.config.tokens.operator.clone(),
                names: liangzheng_core::text::Text::fixed("演示", "Demo"),
                regions: vec!["1199".into(), "1299".into()],
            };
            let roots = self.roots();
            let draft = key_life::draft(&self.app.db, &entry, &roots, now).await.unwrap();
            let key = RootKey::read(&self.dir.join("roots/root-1.pem")).unwrap();
            let signed = ceremony::sign(ceremony::Input::Draft(draft), &[key], None, now).unwrap();
            key_life::publish(&self.app.db, &roots, &signed.jws, now).await.unwrap();
        });
    }
}

impl Drop for DemoApp {
    fn drop(&mut self) {
        self.end();
    }
}

/// A verifier that takes everything a server publishes, as `sync` does.
pub fn synced(url: &str, roots: RootSet, now: liangzheng_core::time::UnixTime) -> Verifier {
    let get = |path: &str| {
        let answer = send("GET", &format!("{url}{path}"), &[], None);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    };
    let mut verifier = Verifier::new(&AwsLc, roots).unwrap();
    for version in 1.. {
        let answer = send("GET", &format!("{url}/.well-known/trust-list/{version}"), &[], None);
        if answer.status == 404 {
            break;
        }
        verifier.load_trust_list(&answer.text(), OnExpired::Refuse { now }).unwrap();
    }
    verifier.load_catalogue(&get("/.well-known/catalogue"), OnExpired::Refuse { now }).unwrap();
    let lists: Value = serde_json::from_str(&get("/status-lists")).unwrap();
    for uri in lists["status_lists"].as_array().unwrap() {
        let path = uri.as_str().unwrap().splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap();
        verifier
            .load_status_list_from(uri.as_str().unwrap(), &get(&path), OnExpired::Refuse { now })
            .unwrap();
    }
    verifier
}
