//! A server, a bundle, and the program between them.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use liangzheng_core::{
    status::{Delta, StatusArray},
    trust::{TrustList, sign_catalogue},
};

use super::support::{
    Said, all_roots, folder, program, run, said,
    server::Server,
    signed_trust, with_status,
    world::{self, LIST_A, NOW, key, list_head, signed_status, status_array},
    write,
};

pub(crate) const TRUST: &str = "/.well-known/trust-list";
pub(crate) const CATALOGUE: &str = "/.well-known/catalogue";
/// Where a server that holds version 7 would have the next one.
pub(crate) const NEXT_TRUST: &str = "/.well-known/trust-list/8";

pub(crate) struct Setting {
    pub(crate) server: Server,
    pub(crate) bundle: PathBuf,
    pub(crate) root: PathBuf,
}

impl Setting {
    /// A server with version 7 of the trust list, a catalogue and one list made ten minutes ago.
    pub(crate) fn new(name: &str) -> Self {
        let work = folder(name);
        let setting =
            Self { server: Server::start(), bundle: work.join("bundle"), root: work.join("roots.json") };
        write(&setting.root, serde_json::to_vec(&all_roots()).unwrap());
        let list = signed_trust(&world::trust_list());
        setting.server.put(TRUST, &list);
        for version in 1..7 {
            let list = TrustList { version, ..world::trust_list() };
            setting.server.put(&format!("{TRUST}/{version}"), signed_trust(&list));
        }
        setting.server.put(&format!("{TRUST}/7"), &list);
        setting.server.put(CATALOGUE, sign_catalogue(&world::catalogue(), &key("catalogue-a")).unwrap());
        setting.server.put("/status-lists", format!(r#"{{"status_lists":["{LIST_A}"]}}"#));
        setting.put_list(600, &status_array());
        setting
    }

    pub(crate) fn put_list(&self, age: i64, array: &StatusArray) {
        self.server.put("/status-lists/1", signed_status(&list_head(LIST_A, age), array, "status-a"));
    }

    pub(crate) fn put_trust(&self, list: &TrustList, signers: &[&str]) {
        let text = world::signed_trust(list, signers);
        self.server.put(TRUST, &text);
        self.server.put(&format!("{TRUST}/{}", list.version), &text);
    }

    pub(crate) fn sync_at(&self, now: i64) -> Said {
        said(self.sync_program(now).output().unwrap())
    }

    /// The program as it is called to sync, for more to be added.
    pub(crate) fn sync_program(&self, now: i64) -> Command {
        program(&[
            "sync",
            "--server",
            &self.server.url,
            "--root",
            path(&self.root),
            "--bundle",
            path(&self.bundle),
            "--now",
            &now.to_string(),
        ])
    }

    pub(crate) fn sync(&self) -> Said {
        self.sync_at(NOW.0)
    }

    pub(crate) fn code(&self, text: &str, now: i64) -> (i32, String) {
        let said = run(&[
            "verify",
            text,
            "--bundle",
            path(&self.bundle),
            "--now",
            &now.to_string(),
            "--json",
            "--scene",
            "inspect.food",
        ]);
        let verdict: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        (said.code, verdict["code"].as_str().unwrap().into())
    }

    pub(crate) fn valid(&self) -> (i32, String) {
        self.code(&with_status(1, 0), NOW.0)
    }

    /// Every file and what it holds.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = vec![];
        let mut folders = vec![self.bundle.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path)
                } else {
                    files.push((path.clone(), std::fs::read(path).unwrap()))
                }
            }
        }
        files.sort();
        files
    }
}

pub(crate) fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

pub(crate) fn ok() -> (i32, String) {
    (0, "OK".into())
}

/// `array` with `idx` set to `value`, and the delta that leads there at `now`.
pub(crate) fn changed(
    head_age: i64,
    array: &StatusArray,
    now: i64,
    idx: u32,
    value: u8,
) -> (Delta, StatusArray) {
    let delta = world::delta(&list_head(LIST_A, head_age), array, now, &[(idx, value)]);
    let mut bytes = array.bytes().to_vec();
    let shift = 4 * (idx % 2);
    bytes[idx as usize / 2] = (bytes[idx as usize / 2] & !(15 << shift)) | (value << shift);
    (delta, StatusArray::from_bytes(bytes).unwrap())
}

/// Version 8, signed by nobody yet.
pub(crate) fn next_list() -> TrustList {
    TrustList { version: 8, ..world::trust_list() }
}

/// What one attack changes on the server, and the code that `sync` must tell.
pub(crate) type Attack<'a> = (&'a str, &'a str, String, &'a str);

/// Each attack meets a bundle that is up to date: exit 1, its code, and not a byte of the bundle changed.
pub(crate) fn refused_one_by_one(name: &str, attacks: &[Attack<'_>]) {
    for (what, at, body, code) in attacks {
        let setting = Setting::new(name);
        assert_eq!(setting.sync().code, 0);
        let before = setting.files();
        setting.server.put(at, body);
        let said = setting.sync();
        assert_eq!(
            (said.code, said.stderr.contains(&format!("({code})")), said.stderr.contains("hint: ")),
            (1, true, true),
            "{what}: {said:?}"
        );
        assert!(setting.files() == before, "{what} changed the bundle");
        assert_eq!(setting.valid(), ok(), "{what}");
    }
}
