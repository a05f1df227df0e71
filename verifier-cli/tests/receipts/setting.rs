//! A place whose receipts are looked at.

use std::fs;

use serde_json::Value;

use super::support::{Place, Said, at, run, scans::Scans, scans::TOKEN, with_status, world::NOW, write};

/// A place whose receipts are looked at.
pub(crate) struct Kept(pub(crate) Place);

impl std::ops::Deref for Kept {
    type Target = Place;

    fn deref(&self) -> &Place {
        &self.0
    }
}

impl Kept {
    pub(crate) fn new(name: &str) -> Self {
        let place = Place::new(name);
        write(place.0.join("token"), format!("{TOKEN}\n"));
        Self(place)
    }

    pub(crate) fn verify(&self, code: &str, receipts: &str) -> Said {
        let (bundle, receipts) = (self.path("bundle"), self.path(receipts));
        let now = at(NOW);
        let args = ["verify", code, "--bundle", &bundle, "--now", &now, "--json", "--receipts", &receipts];
        run(&[&args[..], &["--scene", "inspect.food"]].concat())
    }

    /// `count` receipts as scans would have written them.
    pub(crate) fn fill(&self, name: &str, count: usize) -> Vec<String> {
        assert_eq!(self.verify(&with_status(1, 0), name).code, 0);
        let line = fs::read_to_string(self.0.0.join(name)).unwrap();
        let id = serde_json::from_str::<Value>(&line).unwrap()["id"].as_str().unwrap().to_owned();
        let ids: Vec<String> = (0..count).map(|number| format!("{number:022}")).collect();
        let lines: String = ids.iter().map(|new| line.replace(&id, new)).collect();
        write(self.0.0.join(name), lines);
        ids
    }

    pub(crate) fn upload(&self, name: &str, server: &Scans) -> Said {
        self.upload_with(name, &server.url, "token")
    }

    pub(crate) fn upload_with(&self, name: &str, url: &str, token: &str) -> Said {
        let (receipts, token) = (self.path(name), self.path(token));
        run(&[
            "receipts",
            "upload",
            "--receipts",
            &receipts,
            "--server",
            url,
            "--token-file",
            &token,
            "--json",
        ])
    }

    /// How many receipts stand where.
    pub(crate) fn states(&self, name: &str) -> (usize, usize, usize) {
        let said = run(&["receipts", "list", "--receipts", &self.path(name), "--json"]);
        let count = |state: &str| said.stdout.matches(&format!(r#""state":"{state}""#)).count();
        (count("uploaded"), count("pending"), count("refused"))
    }
}

pub(crate) fn lines(path: impl AsRef<std::path::Path>) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
