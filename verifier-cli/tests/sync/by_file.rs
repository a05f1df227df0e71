//! What a machine without a network follows by files alone.

use liangzheng_core::trust::TrustList;

use super::{
    setting::{Setting, ok, path},
    support::{
        Said, run,
        world::{self, roots},
        write,
    },
};

impl Setting {
    fn export(&self, more: &[&str]) -> String {
        let file = self.bundle.with_extension("lzb");
        let args = ["bundle", "export", path(&file), "--bundle", path(&self.bundle)];
        let said = run(&[&args, more].concat());
        assert_eq!(said.code, 0, "{said:?}");
        path(&file).to_owned()
    }

    fn import(&self, file: &str) -> Said {
        let root = path(&self.root);
        run(&[
            "bundle",
            "import",
            file,
            "--root",
            root,
            "--bundle",
            path(&self.bundle),
            "--now",
            "1800000000",
            "--json",
        ])
    }

    /// Another machine beside it, with the same first roots.
    fn beside(&self, name: &str) -> Self {
        Self {
            bundle: self.bundle.with_file_name(name),
            server: self.server.clone(),
            root: self.root.clone(),
        }
    }
}

fn version(said: &Said) -> u64 {
    let told: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    told["trust_list"]["version"].as_u64().unwrap()
}

#[test]
fn a_rotation_of_roots_is_followed_by_files_alone() {
    let online = Setting::new("by-file");
    assert_eq!(online.sync().code, 0);
    let (offline, second) = (online.beside("offline"), online.beside("second"));
    let first = online.export(&[]);
    for machine in [&offline, &second] {
        let said = machine.import(&first);
        assert_eq!((said.code, version(&said)), (0, 7), "{said:?}");
    }
    let next = |version, names: &[&str]| TrustList { version, roots: roots(names, 2), ..world::trust_list() };
    let mut signers = ["root-2", "root-3"];
    for (number, [one, two, three]) in [
        (8, ["root-2", "root-3", "root-4"]),
        (9, ["root-4", "root-5", "root-6"]),
        (10, ["root-5", "root-6", "root-7"]),
    ] {
        // Signed by enough of the roots before, and by enough of its own.
        let all: Vec<&str> = signers.into_iter().chain([one, two]).collect();
        online.put_trust(&next(number, &[one, two, three]), &all);
        signers = [two, three];
        assert_eq!(online.sync().code, 0);
    }

    let said = offline.import(&online.export(&["--from", "8"]));
    assert!(said.code == 1 && said.stderr.contains("E_TRUST_THRESHOLD"), "a step is missing: {said:?}");
    let said = offline.import(&online.export(&["--from", "7"]));
    assert_eq!((said.code, version(&said)), (0, 10), "{said:?}");
    assert_eq!(offline.valid(), ok());
    // What came by file goes on by file.
    let said = second.import(&offline.export(&[]));
    assert_eq!((said.code, version(&said)), (0, 10), "{said:?}");
    assert_eq!(second.valid(), ok());
    assert_eq!(second.import(&online.export(&[])).code, 0, "again");
}

#[test]
fn objects_saved_with_a_line_end_are_read() {
    let online = Setting::new("by-file-line-ends");
    online.sync();
    let file = online.export(&[]);
    let mut export: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let with_end = |value: &mut serde_json::Value| *value = format!("{}\r\n", value.as_str().unwrap()).into();
    with_end(&mut export["trust_list"]);
    export["catalogues"].as_array_mut().unwrap().iter_mut().for_each(with_end);
    export["status_lists"].as_array_mut().unwrap().iter_mut().for_each(with_end);
    write(std::path::Path::new(&file), serde_json::to_string_pretty(&export).unwrap() + "\n");
    let offline = online.beside("offline");
    let said = offline.import(&file);
    assert_eq!(said.code, 0, "{said:?}");
    // And by hand in the bundle's own folder.
    for (path, bytes) in offline.files() {
        if path.extension().is_some_and(|extension| extension == "jwt") || path.ends_with("trust-list.json") {
            write(&path, [bytes, b"\n".to_vec()].concat());
        }
    }
    assert_eq!(offline.valid(), ok());
}

#[test]
fn a_damaged_root_file_is_a_finding() {
    let setting = Setting::new("by-file-doctor");
    setting.sync();
    write(setting.bundle.join("roots.json"), "{\"keys\": [");
    let said = run(&["doctor", "--bundle", path(&setting.bundle), "--now", "1800000000", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    let findings = told["findings"].as_array().unwrap();
    let roots = findings.iter().find(|finding| finding["name"] == "roots").unwrap();
    assert!(roots["text"]["en"].as_str().unwrap().contains("not a root file"), "{roots}");
    assert!(roots["good"] == false && roots["hint"].is_object() && told["ready"] == false, "{told}");
    assert_eq!(said.code, 2);
}
