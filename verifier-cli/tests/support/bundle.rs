//! A bundle folder, written from outside the program. `tests/corpus` uses this file too.

use std::{fs, path::Path};

use liangzheng_core::{
    key::AwsLc,
    time::UnixTime,
    trust::RootSet,
    verify::{Floors, OnExpired, Refusal, Verifier},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::world::payload_of;

/// What a bundle folder holds.
#[derive(Clone)]
pub struct Bundle {
    pub roots: RootSet,
    pub trust_list: Option<String>,
    pub catalogues: Vec<(String, String)>,
    pub status_lists: Vec<(String, String)>,
    pub deltas: Vec<String>,
    pub floors: Option<Floors>,
}

impl Bundle {
    /// What a verifier ends up with after the steps of a world of `tests/vectors/verdicts.json`, and each step that ended
    /// otherwise than the world says.
    pub fn after(world: &Value) -> (Self, Vec<String>) {
        let roots: RootSet = serde_json::from_value(world["roots"].clone()).unwrap();
        let mut verifier = Verifier::new(&AwsLc, roots.clone()).unwrap();
        let mut bundle = Self {
            roots,
            trust_list: None,
            catalogues: vec![],
            status_lists: vec![],
            deltas: vec![],
            floors: None,
        };
        let mut otherwise = vec![];
        for (at, step) in world["steps"].as_array().unwrap().iter().enumerate() {
            let text = step["text"].as_str().unwrap();
            let on_expired = on_expired_of(step);
            let mut taken = || -> Result<(), Refusal> {
                match step["object"].as_str().unwrap() {
                    "trust_list" => {
                        verifier.load_trust_list(text, on_expired)?;
                        bundle.trust_list = Some(text.into());
                    }
                    "catalogue" => {
                        verifier.load_catalogue(text, on_expired)?;
                        bundle.catalogues.push((claim(text, "iss"), text.into()));
                    }
                    "status_list" => {
                        match step["uri"].as_str() {
                            Some(uri) => verifier.load_status_list_from(uri, text, on_expired)?,
                            None => verifier.load_status_list(text, on_expired)?,
                        };
                        bundle.status_lists.push((claim(text, "sub"), text.into()));
                    }
                    _ => {
                        verifier.apply_delta(text, on_expired)?;
                        bundle.deltas.push(text.into());
                    }
                }
                Ok(())
            };
            let error = taken().err().map(|refusal| refusal.code.to_string());
            if error.as_deref() != step["error"].as_str() {
                otherwise.push(format!("step {at}: {error:?}, not {}", step["error"]));
            }
        }
        bundle.roots = verifier.roots().clone();
        bundle.floors = Some(verifier.floors());
        (bundle, otherwise)
    }

    pub fn write(&self, folder: &Path) {
        write(folder.join("roots.json"), serde_json::to_vec(&self.roots).unwrap());
        // Whatever the umask: `doctor` does not like others to write there.
        fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        if let Some(text) = &self.trust_list {
            write(folder.join("trust-list.json"), text);
        }
        for (operator, text) in &self.catalogues {
            write(folder.join("catalogues").join(name_of(operator)), text);
        }
        for (uri, text) in &self.status_lists {
            write(folder.join("status").join(name_of(uri)), text);
        }
        for (at, text) in self.deltas.iter().enumerate() {
            write(folder.join(format!("deltas/{:06}.jwt", at + 1)), text);
        }
        if let Some(floors) = &self.floors {
            write(folder.join("floors.json"), serde_json::to_vec(floors).unwrap());
        }
    }
}

/// The file name under which a bundle keeps what belongs to `id`.
pub fn name_of(id: &str) -> String {
    let hex: String = Sha256::digest(id.as_bytes())[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    hex + ".jwt"
}

/// Writes a file, and the folders above it.
pub fn write(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(path.as_ref().parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A step without a clock, or one that says so, is of what a bundle held.
fn on_expired_of(step: &Value) -> OnExpired {
    let now = UnixTime(step["now"].as_i64().unwrap_or(i64::MAX));
    let is_kept = step["now"].is_null() || step["kept"] == true;
    if is_kept { OnExpired::TellInVerdict { now } } else { OnExpired::Refuse { now } }
}

fn claim(token: &str, name: &str) -> String {
    payload_of(token)[name].as_str().unwrap().into()
}
