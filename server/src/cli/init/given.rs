//! What is given to `init` on the command line, looked at.

use anyhow::{Context, ensure};
use liangzheng_core::text::Text;

use crate::domain::text::PlainText;
use crate::service::actor::founding::FirstManager;

/// The database's address as it counts wherever `serve` is started: a relative file would be another one there.
pub(super) fn from_anywhere(url: &str) -> std::io::Result<String> {
    match url.strip_prefix("sqlite:").filter(|file| !file.is_empty() && !file.starts_with([':', '/'])) {
        Some(file) => Ok(format!("sqlite:{}", std::path::absolute(file)?.display())),
        None => Ok(url.to_owned()),
    }
}

/// `ID=NAME` in its two parts.
pub(super) fn split(text: &str) -> (&str, Option<&str>) {
    text.split_once('=').map_or((text, None), |(id, name)| (id, Some(name)))
}

/// A name in both languages, the Chinese one for both if there is no other.
pub(super) fn names(option: &'static str, zh: &str, en: Option<&str>) -> anyhow::Result<Text> {
    let line = |text: &str| {
        PlainText::line(text, MAX_NAME)
            .map(String::from)
            .with_context(|| format!("{option} {text:?}（名称有误）"))
    };
    let zh = line(zh)?;
    let en = line(en.unwrap_or(&zh))?;
    Ok(Text::new(zh, en))
}

/// The first managers, as `LOGIN[=NAME]`.
pub(super) fn managers(given: &[String]) -> anyhow::Result<Vec<FirstManager>> {
    ensure!(given.len() <= 2, "--admin: two at most; they name the others（最多两位）");
    let mut managers: Vec<FirstManager> = Vec::new();
    for admin in given {
        let (login, name) = split(admin);
        let is_login = (1..=64).contains(&login.len())
            && login.bytes().all(|b| b.is_ascii_alphanumeric() || b"._@-".contains(&b));
        ensure!(is_login, "--admin {login:?}: a login has 1 to 64 letters, digits and . _ @ -（账号有误）");
        ensure!(
            managers.iter().all(|earlier| earlier.login != login),
            "--admin {login:?} stands twice: the two managers are two persons（账号重复）"
        );
        let name = String::from(
            PlainText::line(name.unwrap_or(login), MAX_NAME).with_context(|| format!("--admin {admin:?}"))?,
        );
        managers.push(FirstManager { login: login.to_owned(), name });
    }
    Ok(managers)
}

/// Prefixes of unified social credit codes. Absent: state organs (11) and public institutions (12) of the unit's region,
/// down to where its code has zeros: these are who issues (GB 32100).
pub(super) fn regions(given: &[String], region: &str) -> anyhow::Result<Vec<String>> {
    if given.is_empty() {
        let place = region.trim_end_matches("00");
        return Ok(vec![format!("11{place}"), format!("12{place}")]);
    }
    for prefix in given {
        let fits = (2..=18).contains(&prefix.len())
            && prefix.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        ensure!(fits, "--region {prefix:?}: 2 to 18 digits and capital letters, like 1199（辖区前缀有误）");
    }
    Ok(given.to_vec())
}

/// Characters of a name.
const MAX_NAME: usize = 100;
