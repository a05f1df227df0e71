//! A fresh database per test: a SQLite file, or a database of a PostgreSQL cluster that this process starts.
//!
//! The cluster is made by `initdb` in a temporary folder, listens on a socket in it and nowhere else, and is removed
//! when the process ends, however it ends: a watching shell holds the other end of a pipe.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use liangzheng_server::config::DatabaseConfig;
use liangzheng_server::storage::Db;

/// A fresh database with all tables; gone with its process.
pub struct TestDb {
    /// `sqlite` or `postgres`, for messages.
    pub name: &'static str,
    /// How to open it.
    pub config: DatabaseConfig,
    folder: TempDir,
}

impl TestDb {
    /// An empty SQLite file.
    pub fn sqlite() -> Self {
        let folder = TempDir::new("sqlite");
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        Self { name: "sqlite", config: DatabaseConfig { url, connections: 4, ..Default::default() }, folder }
    }

    /// An empty PostgreSQL database.
    pub fn postgres() -> Self {
        let url = cluster().create_database();
        let config = DatabaseConfig { url, connections: 8, ..Default::default() };
        Self { name: "postgres", config, folder: TempDir::new("postgres") }
    }

    /// An empty PostgreSQL database in a cluster of its own, which a test may crash.
    pub fn postgres_alone() -> (Self, Cluster) {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("lz-pg-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
        // Committed is written, so that a crash of its processes loses nothing.
        let cluster = Cluster::start(&name, "on");
        let config = DatabaseConfig { url: cluster.create_database(), connections: 8, ..Default::default() };
        (Self { name: "postgres", config, folder: TempDir::new("postgres") }, cluster)
    }

    /// The same database reached through the socket in `folder`.
    pub fn through(&self, folder: &Path) -> String {
        let (before, host) = self.config.url.split_once("?host=").expect("a PostgreSQL database");
        assert_ne!(Path::new(host), folder);
        format!("{before}?host={}", folder.display())
    }

    /// One of each.
    pub fn both() -> [Self; 2] {
        [Self::sqlite(), Self::postgres()]
    }

    /// Opens it and makes its tables.
    pub async fn open(&self) -> Db {
        Db::open(&self.config).await.unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    /// Opens it as it is.
    pub async fn connect(&self) -> Db {
        Db::connect(&self.config).await.unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    /// A folder that goes with this database.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A folder that is removed when dropped.
pub struct TempDir(PathBuf);

impl TempDir {
    /// A new folder whose name begins with `name`.
    pub fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let path = std::env::temp_dir().join(format!("lz-test-{name}-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A PostgreSQL cluster; gone when dropped.
pub struct Cluster {
    folder: PathBuf,
    bin: PathBuf,
    options: String,
    // Ends the cluster when its standard input closes, which the end of this process does.
    _watcher: Child,
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::start(&format!("lz-pg-{}", std::process::id()), "off"))
}

impl Cluster {
    fn start(name: &str, commit: &str) -> Self {
        let bin = binaries();
        let folder = std::env::temp_dir().join(name);
        // Made by the user that will also remove it: in /tmp only the owner may.
        run(as_postgres(Path::new("mkdir")).arg(&folder));
        let data = folder.join("data");
        let data_text = data.to_str().unwrap();
        run(as_postgres(&bin.join("initdb")).args([
            "-D",
            data_text,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]));
        // Safe on the disk is not what these tests are about; a crash only loses a folder that is thrown away.
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c synchronous_commit={commit} -c max_connections=200",
            folder.display()
        );
        let stop = format!(
            "read -r _; {} -D '{data_text}' -m immediate stop; rm -rf '{}'",
            bin.join("pg_ctl").display(),
            folder.display()
        );
        let watcher = as_postgres(Path::new("sh"))
            .args(["-c", &stop])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell that watches over PostgreSQL");
        let cluster = Self { folder, bin, options, _watcher: watcher };
        cluster.come_up();
        cluster
    }

    /// Starts its processes.
    pub fn come_up(&self) {
        let (data, log) = (self.folder.join("data"), self.folder.join("log"));
        let mut start = as_postgres(&self.bin.join("pg_ctl"));
        start.arg("-D").arg(data).args(["-w", "-t", "60", "-o", &self.options, "-l"]).arg(log).arg("start");
        run(&mut start);
    }

    /// Ends its processes as a crash would: connections are cut, nothing is finished.
    pub fn crash(&self) {
        let mut stop = as_postgres(&self.bin.join("pg_ctl"));
        stop.arg("-D").arg(self.folder.join("data")).args(["-m", "immediate", "-w", "stop"]);
        run(&mut stop);
    }

    /// Where its socket is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn create_database(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("t{}", COUNT.fetch_add(1, Ordering::SeqCst));
        run(as_postgres(&self.bin.join("createdb")).args([
            "-h",
            self.folder.to_str().unwrap(),
            "-U",
            "postgres",
            &name,
        ]));
        format!("postgres://postgres@localhost/{name}?host={}", self.folder.display())
    }
}

/// The newest installed PostgreSQL.
fn binaries() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    found.retain(|bin| bin.join("initdb").is_file());
    found.sort();
    found.pop().expect("PostgreSQL is needed for these tests: install the package postgresql")
}

/// PostgreSQL refuses to run as root; then its own user runs it.
fn as_postgres(program: &Path) -> Command {
    let is_root =
        std::fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0);
    let mut command = if is_root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/").env_remove("LC_ALL").env("LANG", "C.UTF-8");
    command
}

fn run(command: &mut Command) {
    let output = command.output().expect("PostgreSQL's programs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Runs a statement that no code of the server would, to break something.
pub async fn execute(db: &Db, sql: &'static str) {
    match db {
        Db::Sqlite { writer, .. } => sqlx::query(sql).execute(writer).await.map(drop),
        Db::Postgres(pool) => sqlx::query(sql).execute(pool).await.map(drop),
    }
    .unwrap();
}

/// What a column of bytes holds, as it stands in the only row of a statement with one parameter.
pub async fn bytes(db: &Db, sql: &'static str, parameter: &str) -> Vec<u8> {
    match db {
        Db::Sqlite { readers, .. } => sqlx::query_scalar(sql).bind(parameter).fetch_one(readers).await,
        Db::Postgres(pool) => sqlx::query_scalar(sql).bind(parameter).fetch_one(pool).await,
    }
    .unwrap()
}

/// Whether another transaction waits for a lock.
pub async fn is_waited_for(db: &Db) -> bool {
    match db {
        // There is one writer: whoever wants to write waits.
        Db::Sqlite { .. } => true,
        Db::Postgres(pool) => {
            let sql = "SELECT COUNT(*) FROM pg_stat_activity \
                WHERE datname = current_database() AND wait_event_type = 'Lock'";
            let waiting: i64 = sqlx::query_scalar(sql).fetch_one(pool).await.unwrap();
            waiting > 0
        }
    }
}
