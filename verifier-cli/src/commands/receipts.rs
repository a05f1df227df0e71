//! `receipts`: what was kept of earlier scans; listing, a table for spreadsheets, and clearing out. Uploading
//! them is a matter of `sync`, which knows the network.

use std::{ffi::OsStr, fs, io, path::Path};

use liangzheng_core::{text::Text, time::UnixTime, verify::CheckName};
use serde_json::json;

use crate::{
    Shell,
    bundle::write_private,
    clock::Local,
    error::{Exit, Failure},
    output,
    receipts::{Kept, Mark, Receipt, Standing, State, file_of, prune},
    words::{Lang, padded, visible},
};

/// Calls `with` for every receipt and how it stands with the server.
fn each(
    shell: &Shell,
    file: &Path,
    mut with: impl FnMut(&Receipt, &State) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mark = Mark::load(file, shell.lang)?;
    let receipts = Kept::open(file, shell.lang)?;
    let mut standing = Standing::new(file, &mark, shell.lang)?;
    for receipt in receipts {
        let receipt = receipt?;
        let state = standing.of(&receipt);
        with(&receipt, &state)?;
    }
    Ok(())
}

/// Lists them.
///
/// # Errors
/// 66 if there are none under this name, 74 if they cannot be read.
pub(crate) fn list(shell: &Shell, named: &Path) -> Result<Exit, Failure> {
    let file = &file_of(named);
    let (mut uploaded, mut pending, mut refused) = (0_u64, 0_u64, 0_u64);
    each(shell, file, |receipt, state| {
        *match state {
            State::Uploaded => &mut uploaded,
            State::Pending => &mut pending,
            State::Refused(_) => &mut refused,
        } += 1;
        if shell.json {
            output::json(&as_json(receipt, state))
        } else {
            output::line(&row(shell.lang, receipt, state))
        }
    })?;
    let total = uploaded + pending + refused;
    let size = fs::metadata(file).map(|metadata| metadata.len()).unwrap_or_default();
    let megabytes = size as f64 / f64::from(1 << 20);
    match shell.lang {
        Lang::Zh => eprintln!(
            "共 {total} 条（{megabytes:.1} MB）：已上传 {uploaded}，待上传 {pending}，平台未收 {refused}"
        ),
        Lang::En => eprintln!(
            "receipts {total} ({megabytes:.1} MB): uploaded {uploaded}, to upload {pending}, refused {refused}"
        ),
    }
    Ok(Exit::Valid)
}

fn row(lang: Lang, receipt: &Receipt, state: &State) -> String {
    let scan = &receipt.scan;
    let symbol = match scan.verdict.as_str() {
        "valid" => "✓",
        "invalid" => "✕",
        _ => "?",
    };
    let state = match state {
        State::Uploaded => lang.pick("已上传", "uploaded").to_owned(),
        State::Pending => lang.pick("待上传", "to upload").to_owned(),
        State::Refused(why) => [lang.pick("平台未收", "refused"), lang.colon(), why].concat(),
    };
    let or_dash = |text: &Option<String>| visible(text.as_deref().unwrap_or("-"));
    format!(
        "{symbol} {} {} {} {} {}",
        Local(UnixTime(scan.at)),
        padded(&visible(&scan.code), 22),
        padded(&or_dash(&scan.scene), 24),
        padded(&or_dash(&scan.licence), 58),
        visible(&state)
    )
}

fn as_json(receipt: &Receipt, state: &State) -> serde_json::Value {
    let mut value = json!(receipt);
    if let Some(members) = value.as_object_mut() {
        let (name, why) = match state {
            State::Uploaded => ("uploaded", None),
            State::Pending => ("pending", None),
            State::Refused(why) => ("refused", Some(why)),
        };
        members.insert("state".into(), name.into());
        members.insert("refused_because".into(), json!(why));
    }
    value
}

/// Writes a table that spreadsheets open: UTF-8 with a byte order mark, the checks in columns of their own.
///
/// # Errors
/// As [`list`]; 64 if it would replace the receipts, 74 if it cannot be written.
pub(crate) fn export(shell: &Shell, named: &Path, target: &OsStr) -> Result<Exit, Failure> {
    let file = &file_of(named);
    let same =
        |other: &Path| matches!((fs::canonicalize(file), fs::canonicalize(other)), (Ok(a), Ok(b)) if a == b);
    if target != "-" && same(Path::new(target)) {
        return Err(Failure::new(
            Exit::Usage,
            "导出文件与核验记录是同一个文件",
            "the table would replace the receipts",
        )
        .hint("请另取一个文件名。", "name another file"));
    }
    let mut table = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(
            Exit::Internal,
            format!("无法生成表格：{error}"),
            format!("cannot make the table: {error}"),
        )
    };
    let lang = shell.lang;
    let heads = HEADS.iter().map(|head| lang.of(head).to_owned());
    let checks = CheckName::ALL.iter().map(|name| name.as_str().to_owned());
    table.write_record(heads.chain(checks)).map_err(|error| failed(&error))?;
    each(shell, file, |receipt, state| {
        table.write_record(cells(receipt, state)).map_err(|error| failed(&error))
    })?;
    let bytes = table.into_inner().map_err(|error| failed(&error))?;
    if target == "-" {
        io::Write::write_all(&mut io::stdout(), &bytes).map_err(|error| Failure::output(&error))?;
    } else {
        write_private(Path::new(target), &bytes)?;
    }
    Ok(Exit::Valid)
}

static HEADS: [Text; 11] = [
    Text::fixed("编号", "id"),
    Text::fixed("时间", "time"),
    Text::fixed("结果", "verdict"),
    Text::fixed("代码", "code"),
    Text::fixed("场景", "scene"),
    Text::fixed("证照标识", "licence"),
    Text::fixed("令牌", "token"),
    Text::fixed("状态截至", "status as of"),
    Text::fixed("名录版本", "trust version"),
    Text::fixed("上传", "upload"),
    Text::fixed("平台说明", "refused because"),
];

fn cells(receipt: &Receipt, state: &State) -> Vec<String> {
    let scan = &receipt.scan;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let time = |seconds: i64| Local(UnixTime(seconds)).to_string();
    let (state, why) = match state {
        State::Uploaded => ("uploaded", ""),
        State::Pending => ("pending", ""),
        State::Refused(why) => ("refused", why.as_str()),
    };
    let mut cells = vec![
        scan.id.clone(),
        time(scan.at),
        scan.verdict.clone(),
        scan.code.clone(),
        text(&scan.scene),
        text(&scan.licence),
        text(&scan.token),
        scan.status_as_of.map(time).unwrap_or_default(),
        scan.trust_version.map(|version| version.to_string()).unwrap_or_default(),
        state.into(),
        why.into(),
    ];
    let result = |name: &CheckName| receipt.checks.get(name.as_str()).cloned().unwrap_or_default();
    cells.extend(CheckName::ALL.iter().map(result));
    cells.into_iter().map(harmless).collect()
}

/// A cell that no spreadsheet takes for a formula: ids may begin with `-`, and a scene may be anything that was
/// typed.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

/// Removes the receipts that the server has.
///
/// # Errors
/// As [`list`]; then nothing is removed.
pub(crate) fn clear_out(shell: &Shell, named: &Path) -> Result<Exit, Failure> {
    let removed = prune(&file_of(named), shell.lang)?;
    if shell.json {
        output::json(&json!({"removed": removed}))?;
    } else {
        match shell.lang {
            Lang::Zh => eprintln!("已清理 {removed} 条已上传的记录。"),
            Lang::En => eprintln!("uploaded receipts removed: {removed}"),
        }
    }
    Ok(Exit::Valid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, want) in [
            ("=1+1", "'=1+1"),
            ("-Ab_9", "'-Ab_9"),
            ("@x", "'@x"),
            ("inspect.food", "inspect.food"),
            ("", ""),
        ] {
            assert_eq!(harmless(cell.into()), want);
        }
    }
}
