//! `doctor`: is this machine ready to verify, and if not, what is to be done first.

use liangzheng_core::{limits::EARLY_SLACK, text::Text};
use serde_json::json;

use crate::{
    Shell,
    bundle::{Held, Lists},
    clock::Local,
    error::{Exit, Failure},
    output,
};

/// One thing looked at.
struct Finding {
    name: &'static str,
    is_good: bool,
    text: Text,
}

pub(crate) fn run(shell: &Shell) -> Result<Exit, Failure> {
    let held = Held::load(&shell.bundle, Lists::All)?;
    held.warn(shell.lang);
    let findings = [
        clock(shell, &held),
        trust(shell, &held),
        catalogue(shell, &held),
        status(shell, &held),
        folder(shell),
    ];
    let ready = findings.iter().all(|finding| finding.is_good) && held.faults.is_empty();
    if shell.json {
        let findings: Vec<_> = findings
            .iter()
            .map(|finding| json!({"name": finding.name, "good": finding.is_good, "text": finding.text}))
            .collect();
        output::json(&json!({"ready": ready, "findings": findings}))?;
    } else {
        for finding in &findings {
            output::line(&format!(
                "{} {}",
                if finding.is_good { "✓" } else { "✕" },
                shell.lang.of(&finding.text)
            ))?;
        }
    }
    Ok(if ready { Exit::Valid } else { Exit::Undetermined })
}

fn clock(shell: &Shell, held: &Held) -> Finding {
    let (now, floor) = (shell.clock.now(), held.verifier.floors().time);
    let is_good = now.plus(EARLY_SLACK) >= floor;
    let text = if is_good {
        Text::new(format!("本机时间 {}", Local(now)), format!("this clock says {}", Local(now)))
    } else {
        Text::new(
            format!("本机时间 {} 过早,应不早于 {};请校时", Local(now), Local(floor)),
            format!("this clock says {}, but it is at least {}: set it", Local(now), Local(floor)),
        )
    };
    Finding { name: "clock", is_good, text }
}

fn trust(shell: &Shell, held: &Held) -> Finding {
    let now = shell.clock.now();
    let (is_good, text) = match held.verifier.trust_list() {
        None => (false, Text::fixed("没有信任名录;请同步(sync)", "no trust list: sync")),
        Some(list) if now >= list.exp => {
            (false, Text::fixed("信任名录已过期;请同步(sync)", "the trust list has expired: sync"))
        }
        Some(list) if now > list.iat.plus(list.refresh) => {
            (false, Text::fixed("信任名录该更新了;请同步(sync)", "the trust list is due for renewal: sync"))
        }
        Some(list) => (
            true,
            Text::new(
                format!("信任名录第 {} 版", list.version),
                format!("trust list version {}", list.version),
            ),
        ),
    };
    Finding { name: "trust", is_good, text }
}

fn catalogue(shell: &Shell, held: &Held) -> Finding {
    let now = shell.clock.now();
    let count = held.verifier.catalogues().count();
    let is_good = count > 0 && held.verifier.catalogues().all(|catalogue| now < catalogue.exp);
    let text = if is_good {
        let scenes = held.verifier.catalogues().map(|catalogue| catalogue.scenes.len()).sum::<usize>();
        Text::new(format!("场景目录有 {scenes} 个场景"), format!("the catalogue has {scenes} scenes"))
    } else {
        Text::fixed("场景目录缺失或已过期;请同步(sync)", "the catalogue is missing or has expired: sync")
    };
    Finding { name: "catalogue", is_good, text }
}

fn status(shell: &Shell, held: &Held) -> Finding {
    let now = shell.clock.now();
    let lists: Vec<_> = held.verifier.status_lists().collect();
    let is_good = !lists.is_empty() && lists.iter().all(|list| now < list.exp);
    let text = if is_good {
        Text::new(
            format!("{} 份状态名单均未过期", lists.len()),
            format!("{} status lists, none expired", lists.len()),
        )
    } else {
        Text::fixed("状态名单缺失或已过期;请同步(sync)", "a status list is missing or has expired: sync")
    };
    Finding { name: "status", is_good, text }
}

fn folder(shell: &Shell) -> Finding {
    let name = shell.bundle.path().display();
    match shell.bundle.lock() {
        Ok(_) => Finding {
            name: "folder",
            is_good: true,
            text: Text::new(format!("{name} 可写"), format!("{name} can be written")),
        },
        Err(failure) => Finding { name: "folder", is_good: false, text: failure.message },
    }
}
