//! From an empty folder to a licence in its holder's hand, and to its end: every step by the route that a unit uses, with
//! the real programs, on both databases. Nothing is seeded.
//!
//! One thing is done beside the routes: the holder's login, which in an installation comes from the citizens' identity
//! provider, is entered into the database.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use liangzheng_core::time::UnixTime;
use liangzheng_core::trust::RootSet;
use liangzheng_core::verify::{Answer, Code, Options, Verdict};
use liangzheng_server::config::DatabaseConfig;
use liangzheng_server::domain::actor::holder::HolderNumber;
use liangzheng_server::domain::clock::{Clock, SystemClock, SystemEntropy};
use liangzheng_server::domain::ids::AccountId;
use liangzheng_server::secrets::Secrets;
use liangzheng_server::service::actor::password::Passwords;
use liangzheng_server::storage::{self, Db};
use liangzheng_tests::acts::{act, acts_of, by_two};
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::{TempDir, TestDb};
use liangzheng_tests::demo::synced;
use liangzheng_tests::make::PASSWORD;
use liangzheng_tests::until::within;
use serde_json::{Value, json};

use super::demo_register;
use super::programs::{program, said};

const PLATFORM: &str = "11990000MB00000948";
const UNIT: &str = "11990100MB0000019L";
const KIND: &str = "11990000MB00010993001";
/// A person whom the demo's register knows.
const PERSON: (&str, &str) = ("林晓舟", "990101198806140123");
const PIN: &str = "246810";

/// A process that ends with the test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An installation that was begun with one command.
struct Installation {
    folder: TempDir,
    port: u16,
    database: DatabaseConfig,
    told: String,
    _running: Vec<Ended>,
}

impl Installation {
    fn begin(database: &TestDb) -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let folder = TempDir::new("from-nothing");
        let (url, bind) = (format!("http://127.0.0.1:{port}"), format!("127.0.0.1:{port}"));
        let (data, unit) = (folder.path().join("data"), format!("{PLATFORM}=九岳省大数据局"));
        let begun = Command::new(program("liangzheng-server"))
            .arg("init")
            .arg("--data")
            .arg(&data)
            .args(["--operator", "lz.990000=九岳省电子证照平台", "--base-url", &url, "--bind", &bind])
            .args(["--unit", &unit, "--admin", "li=李一", "--admin", "wang=王二"])
            .args(["--region", "1199", "--database", &database.config.url])
            .output()
            .unwrap();
        let told = said(&begun);
        let mut begun = Self { folder, port, database: database.config.clone(), told, _running: Vec::new() };
        begun.serve();
        begun
    }

    /// Starts the base register, names it in the configuration, and serves.
    fn serve(&mut self) {
        let (register, url) = demo_register::started();
        self._running.push(Ended(register));
        let file = self.path("liangzheng.toml");
        let config = fs::read_to_string(&file).unwrap();
        // Second factors and registered programs have tests of their own; here they would be one more line at each login.
        let without = config.replace("staff_factor = \"totp\"", "staff_factor = \"none\"");
        assert_ne!(without, config, "init asks for a second factor");
        let config = format!(
            "{without}\n[registers]\npopulation = \"{url}\"\nlegal = \"{url}\"\n\n[clients]\nbearer_sessions = true\n"
        );
        fs::write(&file, config).unwrap();
        let served = Command::new(program("liangzheng-server"))
            .args(["serve", "--config"])
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self._running.push(Ended(served.unwrap()));
        within(Duration::from_secs(60), "the server listens", || {
            std::net::TcpStream::connect(("127.0.0.1", self.port)).ok().map(drop)
        });
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("data").join(name)
    }

    /// The unit's electronic seal, as an authority for trials makes it.
    fn seal(&self) {
        let made = Command::new(program("liangzheng-server"))
            .args(["key", "seal", "create", "--unit", UNIT, "--demo-ca", "--config"])
            .arg(self.path("liangzheng.toml"))
            .output()
            .unwrap();
        said(&made);
    }

    fn anyone(&self) -> Caller {
        Caller::anyone(&format!("http://127.0.0.1:{}", self.port))
    }

    /// A manager, by the password that `init` told.
    fn manager(&self, login: &str) -> Caller {
        let line = self.told.lines().find(|line| line.contains(&format!(": {login}  "))).unwrap();
        self.anyone().log_in(login, line.rsplit("  ").next().unwrap())
    }

    /// Gives a person an account in the unit; he sets a password of his own, and logs in.
    fn member(&self, by: &Caller, login: &str, number: &str, role: &str) -> Caller {
        let body = json!({
            "login": login,
            "person": { "name": format!("{login} 某"), "id_type": "111", "id_number": number },
            "roles": [{ "role": role }]
        });
        let made = by.post(&format!("/api/v1/units/{UNIT}/accounts"), &body).must(201);
        let first = made["first_password"].as_str().unwrap();
        let body = json!({ "old_password": first, "new_password": PASSWORD });
        let answer = self.anyone().log_in(login, first).send("PUT", "/api/v1/me/password", Some(&body));
        assert!((200..300).contains(&answer.status), "{}", answer.text());
        self.anyone().log_in(login, PASSWORD)
    }

    /// What the citizens' identity provider does at a first login: the holder has an account.
    fn holder_logs_in(&self) -> Caller {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let secrets = Secrets::open_file(&self.path("master.key")).unwrap();
            let db = Db::open(&self.database).await.unwrap();
            let number = HolderNumber::new("111", PERSON.1).unwrap();
            let passwords = Passwords::new(&secrets, &SystemEntropy, 4).unwrap();
            let password = passwords.hash(PASSWORD, [0; 32], &SystemEntropy).await.unwrap();
            let pin = passwords.hash(PIN, [0; 32], &SystemEntropy).await.unwrap();
            let now = SystemClock.now();
            let mut tx = db.begin_write().await.unwrap();
            let holder = storage::actor::holder::find_by_number(&mut tx, &secrets, &number).await.unwrap();
            let id = AccountId::generate(now, &SystemEntropy);
            let new = |login: &str| {
                storage::actor::account::AccountRow::new(
                    &secrets,
                    &SystemEntropy,
                    id,
                    login.into(),
                    PERSON.0,
                    now,
                )
            };
            let row = storage::actor::account::AccountRow {
                holder: Some(holder.unwrap().id),
                password: Some(password),
                pin: Some(pin),
                ..new("lin")
            };
            assert!(storage::actor::account::insert(&mut tx, &row).await.unwrap());
            tx.commit().await.unwrap();
            db.close().await;
        });
        self.anyone().log_in("lin", PASSWORD)
    }

    /// What a verifier says who syncs now and is then without a network.
    fn offline(&self, code: &str) -> Verdict {
        let roots: RootSet = serde_json::from_slice(&fs::read(self.path("roots.json")).unwrap()).unwrap();
        let now = SystemClock.now();
        let verifier = synced(&format!("http://127.0.0.1:{}", self.port), roots, now);
        verifier.verify(
            code,
            &Options { audience: Some("inspector"), scene: Some("permit.check"), ..Options::at(now) },
        )
    }

    /// The code that the lists say of a shown code, within the five seconds that a change has.
    fn offline_says(&self, code: &str, want: Code) {
        within(Duration::from_secs(5), want.as_str(), || {
            let verdict = self.offline(code);
            (verdict.code == want).then_some(())
        });
    }
}

fn in_force(writer: &Caller, manager: &Caller, sort: &str, body: &Value) {
    let code = body["code"].as_str().unwrap();
    writer.post(&format!("/api/v1/{sort}"), body).must(201);
    writer.post(&format!("/api/v1/{sort}/{code}/acts"), &json!({ "act": "submit" })).must(200);
    manager.post(&format!("/api/v1/{sort}/{code}/acts"), &json!({ "act": "publish" })).must(200);
}

fn names(zh: &str, en: &str) -> Value {
    json!({ "zh-CN": zh, "en": en })
}

fn kind() -> Value {
    let field = |key: &str, zh: &str, en: &str, field_type: &str| json!({ "key": key, "labels": names(zh, en), "type": field_type, "required": true, "max": 18 });
    json!({
        "code": KIND, "names": names("测试许可证", "Test permit"), "unit": UNIT, "category": "许可证",
        "matter": "permit.issue", "holder_types": ["natural"], "units": [UNIT],
        "face": {
            "fields": [
                field("n", "姓名", "Name", "text"),
                field("id", "公民身份号码", "Number", "citizen_id"),
                field("no", "许可证编号", "Permit", "text")
            ],
            "holder_name": "n", "holder_number": "id"
        },
        "validity": { "kind": "free", "max_months": 120 },
        "duplicate": ["no"]
    })
}

fn scene() -> Value {
    json!({
        "code": "permit.check", "names": names("许可检查", "Permit check"), "unit": UNIT, "audience": "inspector",
        "kinds": [{ "code": KIND, "fields": [{ "key": "n", "mask": "name" }, { "key": "no" }] }],
        "lifetime": 300, "profiles": ["S"], "medium": "screen", "max_status_age": 86400
    })
}

fn day(now: UnixTime, years: u32) -> String {
    let today = liangzheng_core::time::Day::of(now).to_text();
    let year: u32 = today[..4].parse().unwrap();
    // No day of February's end: each year has it.
    format!("{}{}", year + years, if &today[4..] == "0229" { "0228" } else { &today[4..] })
}

/// Rows: R15, R16, R20, R26, R37, R40, R41, R45, R53.
#[test]
fn from_an_empty_folder_to_a_licence_in_the_holders_hand_and_to_its_end() {
    for database in TestDb::both() {
        let here = Installation::begin(&database);
        let (li, wang) = (here.manager("li"), here.manager("wang"));

        // 建立签发单位、开设账号。
        let unit = json!({
            "id": UNIT, "names": names("云溪市市场监督管理局", "Yunxi Market Regulation"), "regions": ["990100"],
            "capacities": ["issuing", "using"], "audiences": ["inspector"],
            "contact": { "office": "证照科", "person": "高某", "phone": "000-00000000" }
        });
        li.post("/api/v1/units", &unit).must(201);
        let admin = here.member(&wang, "admin", "990101199001010019", "unit_admin");
        let maker = here.member(&admin, "maker", "990101199001010027", "issuer_maker");
        let checker = here.member(&admin, "checker", "990101199001010035", "issuer_checker");

        here.seal();

        // 事项、证照类型、场景：编制、提交、发布。
        let matter = json!({ "code": "permit.issue", "names": names("测试许可", "Permits"), "unit": UNIT, "type": "issuing" });
        in_force(&maker, &li, "matters", &matter);
        in_force(&maker, &li, "kinds", &kind());
        in_force(&admin, &wang, "scenes", &scene());

        // 办件、制证：与基础库不一致，不能提交；改正后提交，由另一人审核。
        let now = SystemClock.now();
        let holder =
            |name: &str| json!({ "type": "natural", "name": name, "id_type": "111", "id_number": PERSON.1 });
        let case = json!({ "type": "issuing", "matter": "permit.issue", "holder": holder(PERSON.0), "mode": "online" });
        let case = maker.post("/api/v1/cases", &case).must(201)["id"].clone();
        let draft = |name: &str| {
            json!({
                "case": case, "kind": KIND, "holder": holder(name), "mode": "online",
                "face": { "n": name, "id": PERSON.1, "no": "许可 1" },
                "valid_from": day(now, 0), "valid_to": day(now, 5)
            })
        };
        let written = maker.post("/api/v1/licences", &draft("林小舟")).must(201);
        assert_eq!(written["register"]["state"], "mismatched");
        let id = written["id"].as_str().unwrap().to_owned();
        let does = |caller: &Caller, id: &str, act: &str| caller.post(&acts_of(id), &json!({ "act": act }));
        assert_eq!(does(&maker, &id, "submit").problem(), "register-mismatch");
        maker.send("PUT", &format!("/api/v1/licences/{id}"), Some(&draft(PERSON.0))).must(200);
        does(&maker, &id, "submit").must(200);
        assert_eq!(does(&maker, &id, "approve").problem(), "two-persons");
        assert_eq!(does(&checker, &id, "approve").must(200)["status"], "ACTIVE");
        maker
            .post(&format!("/api/v1/cases/{}/acts", case.as_str().unwrap()), &json!({ "act": "conclude" }))
            .must(200);

        // 一秒内进入持证主体的证照夹，出示，离线核验。
        let lin = here.holder_logs_in();
        within(Duration::from_secs(1), "the card", || {
            let cards = lin.get("/api/v1/wallet/licences").must(200);
            (cards["items"][0]["id"] == json!(id)).then_some(())
        });
        let show = |id: &str| {
            let body = json!({ "scene": "permit.check", "pin": PIN });
            within(Duration::from_secs(10), "the scene in the signed catalogue", || {
                let shown = lin.post(&format!("/api/v1/wallet/licences/{id}/show"), &body);
                assert!([201, 409].contains(&shown.status), "{}", shown.text());
                (shown.status == 201).then(|| shown.json()["qr_text"].as_str().unwrap().to_owned())
            })
        };
        let code = show(&id);
        let verdict = here.offline(&code);
        assert_eq!(verdict.verdict, Answer::Valid, "{verdict:?}");

        // 挂起、解除挂起：五秒内离线可知。
        checker.post(&acts_of(&id), &act("suspend")).must(200);
        here.offline_says(&code, Code::StatusSuspended);
        checker.post(&acts_of(&id), &act("resume")).must(200);
        here.offline_says(&code, Code::Ok);

        // 延续：新版本生效，旧码提示已有新版本。
        let mut next = draft(PERSON.0);
        next["case"] = Value::Null;
        next["replaces"] = json!(id);
        next["change"] = json!("renew");
        next["valid_to"] = json!(day(now, 9));
        let renewed = maker.post("/api/v1/licences", &next).must(201)["id"].as_str().unwrap().to_owned();
        does(&maker, &renewed, "submit").must(200);
        does(&checker, &renewed, "approve").must(200);
        here.offline_says(&code, Code::StatusSuperseded);
        let code = show(&renewed);
        assert_eq!(here.offline(&code).verdict, Answer::Valid);

        // 吊销：一人提出，另一人确认。
        let ended = by_two(&maker, &checker, &renewed, "revoke");
        assert_eq!(ended["status"], "REVOKED");
        here.offline_says(&code, Code::StatusInvalid);
        let acts = checker.get(&format!("/api/v1/licences/{renewed}")).must(200);
        assert_eq!((&acts["status"], &acts["acts"]), (&json!("REVOKED"), &json!([])));
    }
}
