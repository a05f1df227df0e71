//! An installation begins: from an empty folder, by one command, to a server whose managers log in and whose lists a
//! verifier takes; and what is said where it cannot.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, UNIX_EPOCH};

use liangzheng_tests::authenticator::Authenticator;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::{TempDir, TestDb};
use liangzheng_tests::until::within;

use serde_json::json;

use super::programs::{program, said};

/// The platform's unit of an invented province.
const UNIT: &str = "11990000MB00000948";

/// A folder for an installation and what lies beside it.
struct Place {
    folder: TempDir,
    port: u16,
}

/// A server that `serve` started.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Place {
    fn new() -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        Self { folder: TempDir::new("init"), port }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn config(&self) -> PathBuf {
        self.path("data/liangzheng.toml")
    }

    fn server(&self, args: &[&str]) -> Output {
        Command::new(program("liangzheng-server"))
            .args(args)
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }

    /// `init` with what each needs and `more`.
    fn init(&self, more: &[&str]) -> Output {
        let (url, bind) = (self.url(), format!("127.0.0.1:{}", self.port));
        let unit = format!("{UNIT}=九岳省大数据局");
        let usual =
            ["init", "--data", "data", "--operator", "lz.990000=九岳省电子证照平台", "--base-url", &url];
        let rest = ["--bind", &bind, "--unit", &unit, "--admin", "li=李一", "--admin", "wang=王二"];
        self.server(&[&usual[..], &rest[..], more].concat())
    }

    fn with_config(&self, args: &[&str]) -> Output {
        self.server(&[args, &["--config", "data/liangzheng.toml"]].concat())
    }

    fn serve(&self) -> Served {
        let served = Command::new(program("liangzheng-server"))
            .args(["serve", "--config"])
            .arg(self.config())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let served = Served(served.unwrap());
        within(Duration::from_secs(60), "the server listens", || {
            std::net::TcpStream::connect(("127.0.0.1", self.port)).ok().map(drop)
        });
        served
    }

    /// What `config check` says where it fails.
    fn faults(&self) -> String {
        let output = self.with_config(&["config", "check"]);
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    /// What `serve` says where it does not come up.
    fn refused_to_serve(&self) -> String {
        let output = self.with_config(&["serve"]);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    }

    fn put_into_config(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.config()).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(self.config(), text.replace(from, to)).unwrap();
    }
}

/// The first password of `login`, as `init` told it.
fn password(told: &str, login: &str) -> String {
    let line =
        told.lines().find(|line| line.contains(&format!(": {login}  "))).unwrap_or_else(|| panic!("{told}"));
    line.rsplit("  ").next().unwrap().to_owned()
}

/// Both managers log in, and a verifier that pins the roots takes what is published.
fn is_in_work(place: &Place, told: &str) {
    said(&place.with_config(&["config", "check"]));
    let _served = place.serve();
    assert_eq!(Caller::anyone(&place.url()).get("/readyz").status, 200);
    for (login, name) in [("li", "李一"), ("wang", "王二")] {
        let manager = Caller::anyone(&place.url()).log_in(login, &password(told, login));
        let me = manager.get("/api/v1/me").must(200);
        assert_eq!(me["account"]["name"], name);
        assert_eq!(me["membership"]["unit"]["id"], UNIT);
        assert_eq!(me["membership"]["roles"], serde_json::json!(["manager"]));
        set_up_authenticator(&manager, &password(told, login));
    }
    let synced = Command::new(program("liangzheng-verify"))
        .args(["--lang", "en", "--bundle"])
        .arg(place.path("bundle"))
        .args(["sync", "--server", &place.url(), "--root"])
        .arg(place.path("data/roots.json"))
        .output()
        .unwrap();
    said(&synced);
    // The address is taken by the very server that is looked at.
    let faults = place.faults();
    assert!(faults.contains("server.bind") && faults.contains("端口已被占用"), "{faults}");
}

/// A newcomer's first minute: the unit's work asks for a second factor, and the next step sets one up.
fn set_up_authenticator(manager: &Caller, password: &str) {
    let work = || manager.get("/api/v1/matters");
    let refused = work();
    assert_eq!((refused.status, refused.problem().as_str()), (403, "staff-factor-needed"));
    let begun = manager.post("/api/v1/me/totp", &json!({ "password": password })).must(201);
    let now = i64::try_from(UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    let code = Authenticator::typed(begun["secret"].as_str().unwrap()).code_at(now);
    manager.post("/api/v1/me/totp/confirmation", &json!({ "code": code })).must(200);
    work().must(200);
}

#[test]
fn one_command_makes_an_installation_that_serves() {
    let place = Place::new();
    let told = said(&place.init(&[]));
    assert!(told.contains("2 of 3") && told.contains("serve --config"), "{told}");
    for (file, mode) in
        [("", 0o700), ("liangzheng.toml", 0o600), ("master.key", 0o600), ("liangzheng.db", 0o600)]
    {
        let found = fs::metadata(place.path("data").join(file)).unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "{file}");
    }
    is_in_work(&place, &told);
}

#[test]
fn a_database_file_beside_the_folder_is_found_from_wherever_the_server_is_started() {
    let place = Place::new();
    let told = said(&place.init(&["--database", "sqlite:beside.db"]));
    assert!(place.path("beside.db").exists());
    is_in_work(&place, &told);
}

#[test]
fn of_many_at_once_one_makes_the_installation_and_the_others_take_nothing_away() {
    for _ in 0..4 {
        let place = Place::new();
        let made = std::thread::scope(|scope| {
            let all: Vec<_> = (0..6).map(|_| scope.spawn(|| place.init(&[]))).collect();
            all.into_iter().map(|one| one.join().unwrap()).filter(|one| one.status.success()).count()
        });
        assert_eq!(made, 1);
        for part in ["liangzheng.toml", "liangzheng.db", "master.key", "keys", "roots/root-1.pem"] {
            assert!(place.path("data").join(part).exists(), "{part}");
        }
        assert!(!place.path("data/init.lock").exists());
    }
}

#[test]
fn of_many_at_once_in_one_database_one_makes_the_installation_and_the_others_say_so() {
    let files = TempDir::new("init-beside");
    let sqlite = format!("sqlite:{}", files.path().join("one.db").display());
    let postgres = TestDb::postgres();
    for database in [&sqlite, &postgres.config.url] {
        let places: Vec<Place> = (0..4).map(|_| Place::new()).collect();
        let ended: Vec<Output> = std::thread::scope(|scope| {
            let all: Vec<_> =
                places.iter().map(|place| scope.spawn(|| place.init(&["--database", database]))).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let told = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
        let all: Vec<String> = ended.iter().map(told).collect();
        let won: Vec<usize> = (0..4).filter(|at| ended[*at].status.success()).collect();
        assert_eq!(won.len(), 1, "{all:?}");
        for (at, place) in places.iter().enumerate() {
            if won != [at] {
                assert!(all[at].contains("in use already"), "{}", all[at]);
                assert_eq!(fs::read_dir(place.path("data")).unwrap().count(), 0, "nothing is left behind");
            }
        }
        is_in_work(&places[won[0]], &String::from_utf8_lossy(&ended[won[0]].stdout));
    }
}

#[test]
fn of_two_with_one_folder_for_root_keys_one_makes_them_and_the_other_takes_none_away() {
    for _ in 0..4 {
        let (one, other, keys) = (Place::new(), Place::new(), TempDir::new("init-roots"));
        let folder = keys.path().join("roots");
        let folder = folder.to_str().unwrap();
        let (first, second) = std::thread::scope(|scope| {
            let first = scope.spawn(|| one.init(&["--roots", folder]));
            let second = scope.spawn(|| other.init(&["--roots", folder]));
            (first.join().unwrap(), second.join().unwrap())
        });
        assert!(first.status.success() != second.status.success(), "one of them: {first:?} {second:?}");
        let (won, lost) = if first.status.success() { (&one, &other) } else { (&other, &one) };
        assert_eq!(fs::read_dir(folder).unwrap().count(), 3, "all three keys are there");
        assert_eq!(fs::read_dir(lost.path("data")).unwrap().count(), 0);
        let roots = ["--root", "root-1.pem", "--root", "root-2.pem"]
            .map(|part| if part.starts_with("--") { part.to_owned() } else { format!("{folder}/{part}") });
        let rotate =
            ["key", "rotate", "--purpose", "show", "--overlap", "0", "--data", "data"].map(str::to_owned);
        let all: Vec<String> = rotate.into_iter().chain(roots).collect();
        let told = said(&won.server(&all.iter().map(String::as_str).collect::<Vec<_>>()));
        assert!(told.contains("published: trust list version 2"), "they are the ones of its roots: {told}");
    }
}

#[test]
fn a_database_of_an_older_program_is_left_as_it_is() {
    let sqlite = TestDb::sqlite();
    for db in [sqlite, TestDb::postgres()] {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let opened = runtime.block_on(db.open());
        runtime.block_on(liangzheng_tests::db::execute(
            &opened,
            "DELETE FROM _sqlx_migrations WHERE version > 3",
        ));
        runtime.block_on(opened.close());
        let place = Place::new();
        let refused = place.init(&["--database", &db.config.url]);
        assert_eq!(refused.status.code(), Some(1));
        let wrong = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(wrong.contains("older program") && wrong.contains("migrate"), "{wrong}");
        assert_eq!(fs::read_dir(place.path("data")).unwrap().count(), 0, "nothing is left behind");
        let pending = runtime.block_on(async { db.connect().await.pending().await.unwrap() });
        assert!(pending > 0, "it was brought up to date all the same");
    }
}

#[test]
fn one_command_makes_an_installation_on_postgresql() {
    let (place, db) = (Place::new(), TestDb::postgres());
    fs::write(place.path("a file"), "").unwrap();
    let failed = place.init(&["--database", &db.config.url, "--roots", "a file/roots"]);
    assert_eq!(failed.status.code(), Some(1));
    // A failure leaves nothing in the database either: the same command can be given again.
    let told = said(&place.init(&["--database", &db.config.url]));
    is_in_work(&place, &told);
    let again = Place::new();
    let refused = again.init(&["--database", &db.config.url]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("in use already"));
    assert_eq!(fs::read_dir(again.path("data")).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn root_keys_may_lie_on_another_machine() {
    let place = Place::new();
    said(&place.server(&["trust", "roots", "--out", "offline"]));
    let told = said(&place.init(&["--root-file", "offline/roots.json"]));
    assert!(told.contains("trust sign") && !place.path("data/roots").exists(), "{told}");
    let faults = place.faults();
    assert!(faults.contains("no trust list has been published") && faults.contains("trust sign"), "{faults}");
    assert!(place.refused_to_serve().contains("no trust list has been published"));

    let sign = ["trust", "sign", "--list", "data/trust-draft.json", "--out", "trust.json"];
    let roots = ["--root", "offline/root-1.pem", "--root", "offline/root-3.pem"];
    said(&place.server(&[&sign[..], &roots[..]].concat()));
    said(&place.with_config(&["trust", "publish", "--list", "trust.json"]));
    is_in_work(&place, &told);
}

#[test]
fn what_cannot_be_made_is_told_and_leaves_nothing() {
    let place = Place::new();
    for (more, names) in [
        (&["--base-url", "lz.example"][..], "server.base_url"),
        (&["--base-url", "https://lz.example/"], "slash"),
        (&["--operator", "lz 99"], "tokens.operator"),
        (&["--unit", "119900000000000000"], "--unit"),
        (&["--region", "11-9"], "--region"),
        (&["--admin", "zhao"], "two at most"),
        (&["--database", "mysql://db"], "database.url"),
        (&["--database", "sqlite:/nowhere/at/all.db"], "/nowhere/at/all.db"),
        (&["--root-file", "absent.json"], "absent.json"),
    ] {
        // Where an option may stand once, the later one is the one looked at here.
        let mut args: Vec<&str> = Vec::new();
        let url = place.url();
        let given = [
            ("--data", "data"),
            ("--operator", "lz.990000"),
            ("--base-url", url.as_str()),
            ("--unit", UNIT),
            ("--admin", "li"),
            ("--admin", "wang"),
        ];
        args.push("init");
        for (option, value) in given {
            if option == "--admin" || !more.contains(&option) {
                args.extend([option, value]);
            }
        }
        args.extend(more);
        let output = place.server(&args);
        let wrong = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{more:?}: {wrong}");
        assert!(wrong.contains(names), "{more:?}: {wrong}");
        let left = fs::read_dir(place.path("data")).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{more:?} leaves something behind");
    }
    // After so many mistakes the right command still works, once.
    said(&place.init(&[]));
    let config = fs::read(place.config()).unwrap();
    let twice = place.init(&[]);
    assert_eq!(twice.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&twice.stderr).contains("is not empty"));
    assert_eq!(fs::read(place.config()).unwrap(), config, "an installation is never written over");
}

#[test]
fn config_check_fails_for_what_keeps_serve_from_starting() {
    let place = Place::new();
    said(&place.init(&[]));
    let moved = |name: &str, look: &dyn Fn()| {
        let (here, away) = (place.path("data").join(name), place.path("away"));
        fs::rename(&here, &away).unwrap();
        look();
        assert!(!here.exists(), "{name} was made anew");
        fs::rename(&away, &here).unwrap();
    };
    moved("master.key", &|| {
        assert!(place.faults().contains("请从备份恢复主密钥文件"));
        assert!(place.refused_to_serve().contains("holds accounts"), "a new secret could open nothing");
    });
    moved("roots.json", &|| {
        assert!(place.faults().contains("tokens.roots"));
        assert!(place.refused_to_serve().contains("roots.json"));
    });
    moved("liangzheng.db", &|| {
        let _ = (
            fs::remove_file(place.path("data/liangzheng.db-wal")),
            fs::remove_file(place.path("data/liangzheng.db-shm")),
        );
        assert!(place.faults().contains("请先运行 init"));
    });
    moved("keystore.pass", &|| assert!(place.faults().contains("密钥库有误")));
    fs::set_permissions(place.path("data/master.key"), fs::Permissions::from_mode(0o644)).unwrap();
    assert!(place.faults().contains("0600"));
    assert!(place.refused_to_serve().contains("0600"));
    fs::set_permissions(place.path("data/master.key"), fs::Permissions::from_mode(0o600)).unwrap();

    place.put_into_config("\"lz.990000\"", "\"lz.980000\"");
    assert!(place.faults().contains("does not name the operator"));
    assert!(place.refused_to_serve().contains("does not name the operator"));
    place.put_into_config("\"lz.980000\"", "\"lz.990000\"");
    let taken = TcpListener::bind(("127.0.0.1", place.port)).unwrap();
    assert!(place.faults().contains("端口已被占用"));
    assert!(place.refused_to_serve().contains("端口已被占用"));
    drop(taken);
    place.put_into_config("[tokens]", "[tokens]\nshow_seconds = 301");
    assert!(place.refused_to_serve().contains("tokens.show_seconds"));
    place.put_into_config("[tokens]\nshow_seconds = 301", "[tokens]");
    said(&place.with_config(&["config", "check"]));
}

#[test]
fn an_installation_s_root_keys_are_taken_only_by_name() {
    let place = Place::new();
    said(&place.init(&[]));
    let rotate = ["key", "rotate", "--purpose", "show", "--overlap", "0", "--data", "data"];
    let told = said(&place.server(&rotate));
    assert!(told.contains("next: `trust draft`"), "{told}");
    let roots = ["--root", "data/roots/root-2.pem", "--root", "data/roots/root-3.pem"];
    let told = said(&place.server(&[&rotate[..], &roots[..]].concat()));
    assert!(told.contains("published: trust list version 2"), "{told}");
}
