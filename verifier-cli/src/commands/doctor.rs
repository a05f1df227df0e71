//! `doctor`: is this machine ready to verify, and if not, what is to be done first.

use std::{
    fs,
    path::{Path, PathBuf},
};

use liangzheng_core::{
    key::AwsLc,
    limits::EARLY_SLACK,
    text::Text,
    time::{Seconds, UnixTime},
    verify::Verifier,
};
use serde_json::json;

use crate::{
    Shell,
    bundle::{Held, Lists},
    clock::Local,
    error::{Exit, Failure},
    frames, output, patrol,
    receipts::{Kept, Mark, Standing, State, file_of},
    replay::Cache,
    words::{Lang, visible},
};

/// What the user wants to be ready for.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) patrol: Option<Seconds>,
    pub(crate) scene: Option<String>,
    pub(crate) replay_cache: Option<PathBuf>,
    pub(crate) receipts: Option<PathBuf>,
}

/// One thing looked at.
struct Finding {
    name: &'static str,
    weight: Weight,
    text: Text,
    hint: Option<Text>,
}

/// How a finding weighs.
#[derive(Clone, Copy, PartialEq)]
enum Weight {
    Good,
    /// Worth knowing; verifying works without it.
    Note,
    /// Codes cannot be judged as they should be.
    Bad,
}

impl Finding {
    fn good(name: &'static str, text: Text) -> Self {
        Self { name, weight: Weight::Good, text, hint: None }
    }

    fn note(name: &'static str, text: Text, hint: Text) -> Self {
        Self { name, weight: Weight::Note, text, hint: Some(hint) }
    }

    fn bad(name: &'static str, text: Text, hint: Text) -> Self {
        Self { name, weight: Weight::Bad, text, hint: Some(hint) }
    }

    fn failed(name: &'static str, failure: Failure) -> Self {
        Self { name, weight: Weight::Bad, text: failure.message, hint: failure.hint }
    }
}

pub(crate) fn run(shell: &Shell, wanted: &Wanted) -> Result<Exit, Failure> {
    // What cannot be read is a finding, too: whoever asks for JSON gets all of it.
    let (held, broken) = match Held::load(&shell.bundle, Lists::All, shell.clock.now()) {
        Ok(held) => (held, None),
        Err(failure) => (Held::nothing(Verifier::without_roots(&AwsLc)), Some(failure)),
    };
    let (verifier, now) = (&held.verifier, shell.clock.now());
    let mut findings = vec![
        version(),
        clock(verifier, now),
        roots(shell),
        trust(verifier, now),
        catalogue(verifier, now),
        status(verifier, wanted, now),
    ];
    findings.extend(
        broken
            .filter(|_| shell.bundle.pinned_roots().is_ok())
            .map(|failure| Finding::failed("bundle", failure)),
    );
    findings.extend(held.told().into_iter().map(|(text, hint)| Finding::bad("left_out", text, hint)));
    if wanted.patrol.is_some() || wanted.scene.is_some() {
        findings.push(lasting(verifier, wanted, now));
    }
    findings.push(folder(shell));
    findings.extend(permission(shell.bundle.path()));
    findings.extend(space(shell.bundle.path()));
    findings.extend(wanted.replay_cache.as_deref().map(replay_cache));
    findings.extend(wanted.receipts.as_deref().map(|named| receipts(named, shell.lang)));
    findings.push(ffmpeg());

    let is_ready = findings.iter().all(|finding| finding.weight != Weight::Bad);
    print(shell, &findings, is_ready)?;
    Ok(if is_ready { Exit::Valid } else { Exit::Undetermined })
}

fn print(shell: &Shell, findings: &[Finding], is_ready: bool) -> Result<(), Failure> {
    if shell.json {
        let findings: Vec<_> = findings
            .iter()
            .map(|finding| {
                let is_good = finding.weight != Weight::Bad;
                json!({"name": finding.name, "good": is_good, "text": finding.text, "hint": finding.hint})
            })
            .collect();
        return output::json(&json!({"ready": is_ready, "findings": findings}));
    }
    for finding in findings {
        let (symbol, colour) = match finding.weight {
            Weight::Good => ("✓", "32"),
            Weight::Note => ("—", "90"),
            Weight::Bad => ("✕", "31"),
        };
        output::coloured_line(colour, &format!("{symbol} {}", visible(shell.lang.of(&finding.text))))?;
        if let Some(hint) = &finding.hint {
            output::line(&format!("  → {}", visible(shell.lang.of(hint))))?;
        }
    }
    Ok(())
}

const SYNC: Text = Text::fixed("请联网同步（sync）。", "sync");

fn version() -> Finding {
    let version = env!("CARGO_PKG_VERSION");
    Finding::good("version", Text::new(format!("程序版本 {version}"), format!("liangzheng-verify {version}")))
}

fn clock(verifier: &Verifier, now: UnixTime) -> Finding {
    let floor = verifier.floors().time;
    if now.plus(EARLY_SLACK) >= floor {
        let text = Text::new(format!("本机时间 {}", Local(now)), format!("this clock says {}", Local(now)));
        return Finding::good("clock", text);
    }
    Finding::bad(
        "clock",
        Text::new(
            format!("本机时间 {} 过早，应不早于 {}", Local(now), Local(floor)),
            format!("this clock says {}, but it is at least {}", Local(now), Local(floor)),
        ),
        Text::fixed("请校准本机时间。", "set the clock"),
    )
}

fn roots(shell: &Shell) -> Finding {
    match shell.bundle.pinned_roots() {
        Ok(Some(roots)) => {
            let (count, threshold) = (roots.keys.len(), roots.threshold);
            let text = Text::new(
                format!("根密钥 {count} 把，需 {threshold} 把签名"),
                format!("{count} root keys, {threshold} must sign"),
            );
            Finding::good("roots", text)
        }
        Ok(None) => Finding::bad(
            "roots",
            Text::fixed("还没有根密钥", "no root is pinned yet"),
            Text::fixed(
                "首次同步时用 --root 指定平台提供的 roots.json。",
                "name the platform's roots.json with --root at the first sync",
            ),
        ),
        Err(failure) => Finding::failed("roots", failure),
    }
}

fn trust(verifier: &Verifier, now: UnixTime) -> Finding {
    let bad = |zh, en| Finding::bad("trust", Text::fixed(zh, en), SYNC);
    match verifier.trust_list() {
        None => bad("没有信任名录", "no trust list"),
        Some(list) if now >= list.exp => bad("信任名录已过期", "the trust list has expired"),
        Some(list) if now > list.iat.plus(list.refresh) => {
            bad("信任名录该更新了", "the trust list is due for renewal")
        }
        Some(list) => {
            let (zh, en) = (Lang::Zh.span(list.exp.since(now)), Lang::En.span(list.exp.since(now)));
            let version = list.version;
            let text = Text::new(
                format!("信任名录第 {version} 版，{zh}后过期"),
                format!("trust list version {version}, expires in {en}"),
            );
            Finding::good("trust", text)
        }
    }
}

fn catalogue(verifier: &Verifier, now: UnixTime) -> Finding {
    let is_good =
        verifier.catalogues().count() > 0 && verifier.catalogues().all(|catalogue| now < catalogue.exp);
    if !is_good {
        let text = Text::fixed("场景目录缺失或已过期", "the catalogue is missing or has expired");
        return Finding::bad("catalogue", text, SYNC);
    }
    let scenes = verifier.catalogues().map(|catalogue| catalogue.scenes.len()).sum::<usize>();
    let text = Text::new(format!("场景目录有 {scenes} 个场景"), format!("the catalogue has {scenes} scenes"));
    Finding::good("catalogue", text)
}

fn status(verifier: &Verifier, wanted: &Wanted, now: UnixTime) -> Finding {
    let lists: Vec<_> = verifier.status_lists().collect();
    let limit = patrol::list_limit(verifier, wanted.scene.as_deref());
    let (Some(oldest), Some(limit)) = (lists.iter().map(|list| list.iat).min(), limit) else {
        return Finding::bad("status", Text::fixed("没有状态名单", "no status list"), SYNC);
    };
    if let Some(text) = patrol::fallen_behind(verifier) {
        return Finding::bad("status", text, SYNC);
    }
    // A clock that is behind has its own finding.
    let (count, age) = (lists.len(), now.max(oldest).since(oldest));
    let Text { zh, en } = limit.told(now);
    let text = Text::new(
        format!("{count} 份状态名单，最旧的为 {}前；{zh}", Lang::Zh.span(age)),
        format!("status lists: {count}, {} old; {en}", Lang::En.span(age)),
    );
    if limit.at > now { Finding::good("status", text) } else { Finding::bad("status", text, SYNC) }
}

/// Whether a patrol, or a check in this scene now, finds everything fresh enough.
fn lasting(verifier: &Verifier, wanted: &Wanted, now: UnixTime) -> Finding {
    if let Some(scene) = &wanted.scene
        && patrol::strictest(verifier, Some(scene)).is_none()
    {
        let shown = visible(scene);
        return Finding::bad(
            "patrol",
            Text::new(format!("目录中没有场景「{shown}」"), format!("the catalogue has no scene '{shown}'")),
            Text::fixed("请核对场景代码，或同步（sync）。", "check the scene's code, or sync"),
        );
    }
    let length = wanted.patrol.unwrap_or_default();
    match patrol::outlook(verifier, wanted.scene.as_deref(), length, now) {
        Ok(text) => Finding::good("patrol", text),
        Err(text) => Finding::bad("patrol", text, patrol::SYNC_FIRST),
    }
}

fn folder(shell: &Shell) -> Finding {
    let name = visible(&shell.bundle.path().display().to_string());
    match shell.bundle.check_writable() {
        Ok(()) => {
            Finding::good("folder", Text::new(format!("{name} 可写"), format!("{name} can be written")))
        }
        Err(failure) => Finding::failed("folder", failure),
    }
}

/// Who can write to the folder can take its floors away, the one thing in it that nobody signs.
#[cfg(unix)]
fn permission(folder: &Path) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt as _;

    /// Group and others may write.
    const OTHERS_WRITE: u32 = 0o022;
    let mode = fs::metadata(folder).ok()?.permissions().mode();
    (mode & OTHERS_WRITE != 0).then(|| {
        let name = visible(&folder.display().to_string());
        Finding::bad(
            "permission",
            Text::new(format!("{name} 其他账号可写"), format!("other accounts can write to {name}")),
            Text::new(format!("chmod go-w {name}"), format!("chmod go-w {name}")),
        )
    })
}

#[cfg(not(unix))]
fn permission(_folder: &Path) -> Option<Finding> {
    None
}

/// Free space of the disk that holds the folder.
#[cfg(unix)]
fn space(folder: &Path) -> Option<Finding> {
    /// A platform's status lists with room for new ones beside the old.
    const ENOUGH: u64 = 64 << 20;
    let disk = rustix::fs::statvfs(folder).ok()?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let megabytes = free >> 20;
    Some(if free >= ENOUGH {
        Finding::good("space", Text::fixed("磁盘空间足够", "enough free space on the disk"))
    } else {
        Finding::bad(
            "space",
            Text::new(
                format!("磁盘只剩 {megabytes} MB"),
                format!("only {megabytes} MB are free on the disk"),
            ),
            Text::fixed(
                "请清理磁盘，或用 --bundle 换一处。",
                "make room, or name another place with --bundle",
            ),
        )
    })
}

#[cfg(not(unix))]
fn space(_folder: &Path) -> Option<Finding> {
    None
}

fn replay_cache(path: &Path) -> Finding {
    let name = visible(&path.display().to_string());
    if !path.exists() {
        let text = Text::new(format!("{name} 尚不存在"), format!("{name} is not there yet"));
        return Finding::note(
            "replay_cache",
            text,
            Text::fixed("首次核验时建立。", "the first scan will begin it"),
        );
    }
    match Cache::open(path) {
        Ok(cache) => {
            let count = cache.count();
            let text = Text::new(
                format!("已用码记录可读，现有 {count} 条"),
                format!("the replay cache is readable and holds {count} codes"),
            );
            Finding::good("replay_cache", text)
        }
        Err(failure) => Finding::failed("replay_cache", failure),
    }
}

fn receipts(named: &Path, lang: Lang) -> Finding {
    let file = file_of(named);
    let count = || -> Result<usize, Failure> {
        let mut standing = Standing::new(&file, &Mark::load(&file, lang)?, lang)?;
        let mut waiting = 0;
        for receipt in Kept::open(&file, lang)? {
            waiting += usize::from(standing.of(&receipt?) != State::Uploaded);
        }
        Ok(waiting)
    };
    match count() {
        Ok(0) => {
            let text = Text::fixed("核验记录均已上传", "every receipt is uploaded");
            Finding::good("receipts", text)
        }
        Ok(waiting) => Finding::note(
            "receipts",
            Text::new(format!("{waiting} 条核验记录待上传"), format!("{waiting} receipts to upload")),
            Text::fixed(
                "有网时请上传（receipts upload）。",
                "upload them when there is a network (receipts upload)",
            ),
        ),
        Err(failure) if failure.exit == Exit::NoInput => {
            let name = visible(&file.display().to_string());
            Finding::note(
                "receipts",
                Text::new(format!("{name} 尚不存在"), format!("{name} is not there yet")),
                Text::fixed("首次核验时建立。", "the first scan will begin it"),
            )
        }
        Err(failure) => Finding::failed("receipts", failure),
    }
}

fn ffmpeg() -> Finding {
    match frames::find_ffmpeg() {
        Some(path) => {
            let name = visible(&path.display().to_string());
            Finding::good(
                "ffmpeg",
                Text::new(format!("可读各类视频（{name}）"), format!("reads any video ({name})")),
            )
        }
        None => Finding::note(
            "ffmpeg",
            Text::fixed(
                "没有 ffmpeg：视频只能读 .mjpeg 和 .y4m",
                "no ffmpeg: of videos, only .mjpeg and .y4m are read",
            ),
            Text::fixed("需要读其他视频时请安装 ffmpeg。", "install ffmpeg to scan other videos"),
        ),
    }
}
