//! `verify F.ofd`: a sealed licence file, every seal and every check of it.
//!
//! Whom to trust for seals is a file of certificates and revocation lists that the authority hands out; it is nothing that
//! `sync` brings, since seals and codes are vouched for by different people.

use std::{
    ffi::OsStr,
    fmt::Write as _,
    io::{self, IsTerminal as _, Read},
    path::{Path, PathBuf},
};

use liangzheng_core::{
    ofd::{self, FileVerdict},
    seal::{SealTrust, SealVerdict},
    text::Text,
    verify::{Answer, Outcome},
};

use crate::{
    Shell,
    clock::Local,
    error::{Exit, Failure},
    input, output,
    words::{Lang, padded, visible},
};

/// The file's bytes, if INPUT names a file that is a package.
///
/// # Errors
/// 74 if it is one and cannot be read.
pub(super) fn package(input: &OsStr) -> Result<Option<Vec<u8>>, Failure> {
    let path = Path::new(input);
    // Standard input, or a code's text: not for here.
    if !path.is_file() {
        return Ok(None);
    }
    let mut file = input::open(path)?;
    let mut bytes = Vec::new();
    file.by_ref().take(4).read_to_end(&mut bytes).map_err(|error| Failure::disk(path, &error))?;
    if !ofd::is_package(&bytes) {
        return Ok(None);
    }
    file.take(MAX_FILE).read_to_end(&mut bytes).map_err(|error| Failure::disk(path, &error))?;
    Ok(Some(bytes))
}

/// Checks a file and tells every check.
pub(super) fn run(shell: &Shell, bytes: &[u8], trust: Option<&Path>) -> Result<Exit, Failure> {
    let trust = read_trust(shell, trust)?;
    let verdict = ofd::verify(bytes, &trust, shell.clock.now());
    if shell.json {
        output::json(&verdict)?;
    } else {
        output::line(form(shell.lang, &verdict).trim_end())?;
    }
    if verdict.verdict != Answer::Valid && (shell.json || !io::stdout().is_terminal()) {
        eprintln!("hint: {}", shell.lang.of(&verdict.hint));
    }
    Ok(match verdict.verdict {
        Answer::Valid => Exit::Valid,
        Answer::Invalid => Exit::Invalid,
        Answer::Undetermined => Exit::Undetermined,
    })
}

fn read_trust(shell: &Shell, named: Option<&Path>) -> Result<SealTrust, Failure> {
    let path: PathBuf = named.map_or_else(|| shell.bundle.path().join(TRUST), Path::to_owned);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Failure::disk(&path, &error).hint(
            "请用 --seal-trust 指定所信任的证书机构文件（PEM），或放在核验包目录中，名为 seal-trust.pem。",
            "name the file of trusted authorities (PEM) with --seal-trust, or keep it in the bundle as seal-trust.pem",
        )
    })?;
    SealTrust::from_pem(&text).map_err(|_| {
        let name = visible(&path.display().to_string());
        Failure::new(
            Exit::Usage,
            format!("{name}：不是证书机构文件"),
            format!("{name}: not a file of authorities"),
        )
        .hint("应为 PEM 格式的证书和吊销列表。", "give PEM certificates and revocation lists")
    })
}

fn form(lang: Lang, verdict: &FileVerdict) -> String {
    let mut text = String::new();
    let told = [answer(lang, verdict.verdict), lang.colon(), lang.of(&verdict.message)].concat();
    let told = lang.with_aside(&told, verdict.code);
    let _ = writeln!(text, "{} {told}", symbol(verdict.verdict));
    let _ = writeln!(text, "  → {}", lang.of(&verdict.hint));
    for (at, seal) in verdict.seals.iter().enumerate() {
        let title = lang.pick("文件签章", "Seal of the file");
        section(&mut text, lang, &format!("{title} {}", at + 1), seal);
    }
    for (at, seal) in verdict.record.iter().enumerate() {
        let title = lang.pick("证照数据签章", "Seal of the licence data");
        section(&mut text, lang, &format!("{title} {}", at + 1), seal);
    }
    let note = Text::fixed(
        "未核对证照当前状态：请扫描文件中的码，或联网核验",
        "the licence's present status was not checked: scan the code in the file, or verify online",
    );
    let _ = writeln!(text, "\n! {}", lang.of(&note));
    text
}

fn section(text: &mut String, lang: Lang, title: &str, verdict: &SealVerdict) {
    let _ = writeln!(text, "\n── {title}");
    if let Some(seal) = &verdict.seal {
        let rows = [
            (lang.pick("印章", "Seal"), lang.with_aside(&seal.name, &seal.id)),
            (lang.pick("签章人", "Signer"), seal.signer.clone()),
            (lang.pick("制章者", "Maker"), seal.maker.clone()),
            (lang.pick("签章时间", "Sealed at"), Local(seal.sealed_at).to_string()),
        ];
        for (name, value) in rows {
            let _ = writeln!(text, "   {} {}", padded(name, NAME), visible(&value));
        }
    }
    for check in &verdict.checks {
        let symbol = match check.result {
            Outcome::Pass => "✓",
            Outcome::Fail => "✗",
            Outcome::NotChecked => "–",
        };
        let detail = check.detail.as_ref().map(|detail| visible(lang.of(detail))).unwrap_or_default();
        let line = format!(" {symbol} {} {detail}", padded(&check_name(lang, check.name), NAME));
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

fn check_name(lang: Lang, name: &str) -> String {
    let (zh, en) = match name {
        "structure" => ("结构", "structure"),
        "signature" => ("签章签名", "signature"),
        "signer_listed" => ("签章人授权", "signer listed"),
        "seal_signature" => ("印章签名", "seal's signature"),
        "maker_certificate" => ("制章者证书", "maker's certificate"),
        "seal_period" => ("印章有效期", "seal's period"),
        "signer_certificate" => ("签章人证书", "signer's certificate"),
        "revocation" => ("证书吊销", "revocation"),
        "data_hash" => ("原文一致", "document"),
        "timestamp" => ("时间戳", "time stamp"),
        "references" => ("各部分完整", "parts of the file"),
        "seal_file" => ("印章文件", "seal in the file"),
        other => return visible(other),
    };
    lang.pick(zh, en).into()
}

fn symbol(answer: Answer) -> &'static str {
    match answer {
        Answer::Valid => "✓",
        Answer::Invalid => "✗",
        Answer::Undetermined => "?",
    }
}

fn answer(lang: Lang, answer: Answer) -> &'static str {
    match answer {
        Answer::Valid => lang.pick("有效", "VALID"),
        Answer::Invalid => lang.pick("不通过", "INVALID"),
        Answer::Undetermined => lang.pick("无法判断", "UNDETERMINED"),
    }
}

/// In the bundle.
const TRUST: &str = "seal-trust.pem";
const NAME: usize = 20;
/// What core takes, and one byte.
const MAX_FILE: u64 = 16 * 1024 * 1024 + 1;
