//! A holder of the demo shows a licence over HTTP, as the page does.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// What the server writes beside its data (`demo.json`); only what is shown or used here.
#[derive(Deserialize)]
pub(super) struct Demo {
    pub(super) roots: PathBuf,
    accounts: Vec<Account>,
    licences: Vec<Licence>,
    scenes: Vec<Scene>,
}

#[derive(Deserialize)]
struct Account {
    role: String,
    login: String,
    password: String,
    pin: Option<String>,
}

#[derive(Deserialize)]
struct Licence {
    id: String,
    holder: String,
    kind: String,
    status: String,
    cautions: Vec<String>,
}

#[derive(Deserialize)]
struct Scene {
    code: String,
}

impl Demo {
    /// What the server that filled `data` tells of it.
    pub(super) fn read(data: &Path) -> Result<Self> {
        let file = data.join("demo.json");
        let text = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("in {}", file.display()))
    }

    /// Who can log in.
    pub(super) fn print_accounts(&self, url: &str) {
        println!("\n{url}/\n\n  {:<16} {:<20} {:<20} PIN", "role", "login", "password");
        for account in &self.accounts {
            let pin = account.pin.as_deref().unwrap_or("-");
            println!("  {:<16} {:<20} {:<20} {pin}", account.role, account.login, account.password);
        }
    }
}

/// Where the picture of the code shown last is kept.
pub(super) fn picture(data: &Path) -> PathBuf {
    data.join("shown.png")
}

/// Logs in as the holder of the first clean licence, shows it, and keeps the code's picture; the scene it chose.
pub(super) fn show_once(url: &str, demo: &Demo, picture: &Path) -> Result<String> {
    // Clean ACTIVE licences come first in demo.json; not every kind may be shown in every scene.
    let shown =
        demo.licences.iter().filter(|licence| licence.status == "ACTIVE" && licence.cautions.is_empty());
    for licence in shown {
        let holder = demo
            .accounts
            .iter()
            .find(|account| account.login == licence.holder)
            .with_context(|| format!("demo.json has no account {}", licence.holder))?;
        let session = post(
            &format!("{url}/api/v1/sessions"),
            None,
            &serde_json::json!({ "login": holder.login, "password": holder.password }),
        )?;
        let token = text(&session, "token")?;
        for scene in &demo.scenes {
            let show = post(
                &format!("{url}/api/v1/wallet/licences/{}/show", licence.id),
                Some(&token),
                &serde_json::json!({ "scene": scene.code, "pin": holder.pin }),
            );
            let Ok(show) = show else { continue };
            let png = get(&format!("{url}/api/v1/wallet/shows/{}.png", text(&show, "show")?), Some(&token))?;
            fs::write(picture, png)?;
            let qr_text = text(&show, "qr_text")?;
            println!("\n{} shows {} ({}) in scene {}:", holder.login, licence.id, licence.kind, scene.code);
            println!("  {qr_text}\n  {} characters; picture: {}", qr_text.chars().count(), picture.display());
            return Ok(scene.code.clone());
        }
    }
    bail!("no licence of demo.json could be shown in any scene")
}

fn text(value: &serde_json::Value, member: &str) -> Result<String> {
    let text = value.get(member).and_then(serde_json::Value::as_str);
    Ok(text.with_context(|| format!("the answer has no `{member}`"))?.to_owned())
}

/// GET; any status but 2xx is an error.
pub(super) fn get(url: &str, token: Option<&str>) -> Result<Vec<u8>> {
    let mut request = ureq::get(url);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    Ok(request.call()?.body_mut().read_to_vec()?)
}

/// POST of JSON; any status but 2xx is an error.
fn post(url: &str, token: Option<&str>, body: &serde_json::Value) -> Result<serde_json::Value> {
    let mut request = ureq::post(url).header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let answer = request.send(body.to_string())?.body_mut().read_to_vec()?;
    Ok(serde_json::from_slice(&answer)?)
}
