//! `bundle`: what this verifier holds and how long it lasts; export, import, reset.

use liangzheng_core::{
    key::PublicKey,
    time::{Seconds, UnixTime},
    verify::HeldStatus,
};
use serde_json::json;

use crate::{
    Shell,
    args::BundleAction,
    bundle::{self, Held, Lists},
    clock::Local,
    error::{Exit, Failure, warn},
    output, patrol,
    words::{Lang, padded, visible},
};

pub(crate) fn run(
    shell: &Shell,
    patrol: Option<Seconds>,
    action: Option<&BundleAction>,
) -> Result<Exit, Failure> {
    match (action, patrol) {
        (None, _) => {
            let held = Held::load(&shell.bundle, Lists::All, shell.clock.now())?;
            show(shell, &held)?;
            return Ok(patrol.map_or(Exit::Valid, |length| lasts_for(shell, &held, length)));
        }
        (Some(_), Some(_)) => {
            return Err(Failure::new(
                Exit::Usage,
                "--for 只用于查看核验包",
                "--for goes with showing the bundle only",
            )
            .hint("例如 bundle --for 8h", "such as bundle --for 8h"));
        }
        (Some(BundleAction::Export { file, from }), None) => bundle::export(&shell.bundle, file, *from)?,
        (Some(BundleAction::Import { file, root }), None) => {
            let lock = shell.bundle.lock()?;
            let held = bundle::import(&shell.bundle, file, root.as_deref(), &lock, shell.clock.now())?;
            show(shell, &held)?;
        }
        (Some(BundleAction::Reset), None) => {
            shell.bundle.reset(shell.bundle.lock()?)?;
            eprintln!("{}", shell.lang.pick("核验包已清空。", "The bundle is empty now."));
        }
    }
    Ok(Exit::Valid)
}

/// Warns if something runs out before a patrol of this length is over.
fn lasts_for(shell: &Shell, held: &Held, length: Seconds) -> Exit {
    match patrol::outlook(&held.verifier, None, length, shell.clock.now()) {
        Ok(_) => Exit::Valid,
        Err(message) => {
            warn(shell.lang, &message, Some(&patrol::SYNC_FIRST));
            Exit::Undetermined
        }
    }
}

fn show(shell: &Shell, held: &Held) -> Result<(), Failure> {
    held.warn(shell.lang);
    let now = shell.clock.now();
    if shell.json { output::json(&as_json(shell, held, now)) } else { print(shell, held, now) }
}

fn as_json(shell: &Shell, held: &Held, now: UnixTime) -> serde_json::Value {
    let verifier = &held.verifier;
    let lists: Vec<_> = verifier.status_lists().collect();
    json!({
        "folder": shell.bundle.path().to_string_lossy(),
        "roots": verifier.trust_list().map(|_| verifier.roots()),
        "trust_list": verifier.trust_list().map(|list| json!({"version": list.version, "iat": list.iat, "exp": list.exp,
            "refresh": list.refresh, "operators": list.operators.iter().map(|operator| &operator.id).collect::<Vec<_>>()})),
        "catalogues": verifier.catalogues().map(|held| json!({"iss": held.iss, "version": held.version, "iat": held.iat, "exp": held.exp})).collect::<Vec<_>>(),
        "status_lists": lists,
        "floors": verifier.floors(),
        "left_out": held.faults.iter().map(|(name, refusal)| json!({"name": name, "code": refusal.code})).collect::<Vec<_>>(),
        "checked_at": now,
    })
}

fn print(shell: &Shell, held: &Held, now: UnixTime) -> Result<(), Failure> {
    let (lang, verifier) = (shell.lang, &held.verifier);
    let row = |name: &str, value: &str| output::line(&format!("{} {}", padded(name, 14), visible(value)));
    row(lang.pick("核验包", "Bundle"), &shell.bundle.path().to_string_lossy())?;
    let Some(list) = verifier.trust_list() else {
        row(lang.pick("信任名录", "Trust list"), lang.pick("无，请先联网同步（sync）", "none; sync first"))?;
        return Ok(());
    };
    let roots = verifier.roots();
    row(
        lang.pick("根密钥", "Roots"),
        &match lang {
            Lang::Zh => format!("{} 把，需 {} 把签名", roots.keys.len(), roots.threshold),
            Lang::En => format!("{} keys, {} must sign", roots.keys.len(), roots.threshold),
        },
    )?;
    for named in &roots.keys {
        let thumbprint = PublicKey::from_jwk(&named.jwk).map(|key| key.thumbprint()).unwrap_or_default();
        row("", &format!("{} {thumbprint}", named.kid))?;
    }
    let version = |version: u64| match lang {
        Lang::Zh => format!("第 {version} 版"),
        Lang::En => format!("version {version}"),
    };
    row(
        lang.pick("信任名录", "Trust list"),
        &[version(list.version), lasts(lang, "trust", list.exp, now)].join(lang.comma()),
    )?;
    for operator in &list.operators {
        row("", &format!("{} {}", operator.id, lang.of(&operator.names)))?;
    }
    for catalogue in verifier.catalogues() {
        let of_whom = format!("{} {}", catalogue.iss, version(catalogue.version));
        let value = [of_whom, lasts(lang, "catalogue", catalogue.exp, now)].join(lang.comma());
        row(lang.pick("场景目录", "Catalogue"), &value)?;
    }
    let lists: Vec<HeldStatus> = verifier.status_lists().collect();
    match lists.iter().min_by_key(|list| list.exp) {
        None => row(lang.pick("状态名单", "Status lists"), lang.pick("无", "none"))?,
        Some(oldest) => {
            let made = lists.iter().map(|list| list.iat).min().unwrap_or_default();
            let count = match lang {
                Lang::Zh => format!("{} 份，截至 {}", lists.len(), Local(made)),
                Lang::En => format!("{}, as of {}", lists.len(), Local(made)),
            };
            row(lang.pick("状态名单", "Status lists"), &count)?;
            row("", &lasts(lang, "list", oldest.exp, now))?;
        }
    }
    Ok(())
}

/// "oldest list expires in 3 h 12 min"
pub(crate) fn lasts(lang: Lang, what: &str, exp: UnixTime, now: UnixTime) -> String {
    let left = exp.since(now);
    let span = lang.span(left);
    let subject = if what == "list" { lang.pick("最旧的名单 ", "oldest list ") } else { "" };
    match (lang, left > Seconds(0)) {
        (Lang::Zh, true) => format!("{subject}{span}后过期"),
        (Lang::Zh, false) => format!("{subject}已过期 {span}，请同步（sync）"),
        (Lang::En, true) => format!("{subject}expires in {span}"),
        (Lang::En, false) => format!("{subject}expired {span} ago; sync"),
    }
}
