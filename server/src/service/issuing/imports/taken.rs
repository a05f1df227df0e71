//! Whether a file can be what its sender says it is: told at once, before anything of it is kept.

use super::ImportError;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::kind::{FieldType, Kind};
use crate::domain::fault::Faults;
use crate::domain::issuing::case::CaseMode;
use crate::domain::issuing::face;
use crate::domain::issuing::import::ImportType;
use crate::domain::issuing::import::column::columns;
use crate::domain::issuing::import::layout::{Layout, NotItsHeader};
use crate::service::issuing::examine::Ground;
use crate::sheet::Opened;
use crate::storage::Tx;

/// What a file is taken as.
pub(super) struct Taken {
    /// The kind, and its version now.
    pub(super) kind: Option<(KindCode, i64)>,
    /// How its licences are made; `None` for acts.
    pub(super) mode: Option<CaseMode>,
}

/// Whether a file of this header can be what its sender says it is.
pub(super) async fn taken(
    tx: &mut Tx,
    unit: Uscc,
    import_type: ImportType,
    kind: Option<&str>,
    mode: Option<CaseMode>,
    opened: &Opened,
) -> Result<Taken, ImportError> {
    let mut faults = Faults::default();
    let found = match kind {
        Some(code) => Ground::of(tx, unit, code).await?,
        None => None,
    };
    faults.require(
        found.is_some() || (kind.is_none() && import_type != ImportType::Licences),
        "/kind",
        "not-published",
        "请选择已发布的证照类型",
        "name a kind of licence that is published",
    );
    let mode = if import_type == ImportType::Licences {
        if let Some(ground) = &found {
            importable(&ground.kind, unit, mode.unwrap_or(CaseMode::Bulk), &mut faults);
        }
        Some(mode.unwrap_or(CaseMode::Bulk))
    } else {
        None
    };
    faults.none().map_err(ImportError::Faults)?;
    let mut faults = Faults::default();
    let kind = found.as_ref().map(|ground| &ground.kind);
    if let Some(mark) = &opened.mark {
        marked(
            mark,
            import_type,
            found.as_ref().map(|ground| (ground.kind.code, ground.kind_version)),
            &mut faults,
        );
    }
    if faults.0.is_empty()
        && let Err(why) = Layout::read(&opened.header, &columns(import_type, kind))
    {
        header_fault(&why, &mut faults);
    }
    faults.none().map_err(ImportError::Faults)?;
    Ok(Taken { kind: found.map(|ground| (ground.kind.code, ground.kind_version)), mode })
}

/// Whether licences of a kind can be made many at once.
fn importable(kind: &Kind, unit: Uscc, mode: CaseMode, faults: &mut Faults) {
    face::require_issuer(kind, unit, faults);
    faults.require(
        kind.co_issuers.iter().all(|other| *other == unit),
        "/kind",
        "co-issuers",
        "该证照须由多个单位分别审核，请逐件制发",
        "this kind needs the approval of several units: issue each by itself",
    );
    let needs_picture =
        kind.face.fields.iter().any(|field| field.required && field.field_type == FieldType::Image);
    faults.require(
        !needs_picture,
        "/kind",
        "image",
        "该证照须有图片，不能用表格导入",
        "this kind needs a picture, which no table holds",
    );
    faults.require(
        mode != CaseMode::Online,
        "/mode",
        "online",
        "导入应为 offline、bulk、stock 或 exempt",
        "an import is offline, bulk, stock or exempt",
    );
    faults.require(
        !kind.exempt || matches!(mode, CaseMode::Stock | CaseMode::Exempt),
        "/mode",
        "exempt",
        "该证照按国家规范制作，只能以 stock 或 exempt 方式归集（R18）",
        "this kind is made by a national norm: it comes by stock or exempt only (R18)",
    );
}

/// What a template of ours says of itself, against what it was sent as.
fn marked(mark: &str, import_type: ImportType, kind: Option<(KindCode, i64)>, faults: &mut Faults) {
    let mut words = mark.split(' ').skip_while(|word| *word != MARK).skip(1);
    let (Some(of_type), Some(of_kind), Some(of_version)) = (words.next(), words.next(), words.next()) else {
        return;
    };
    let code = kind.map(|(code, _)| code.to_string());
    let other_kind = of_kind != "-" && code.as_deref() != Some(of_kind);
    if of_type != import_type.as_str() || other_kind {
        faults.add(
            "/file",
            "other-template",
            format!("这是另一种模板（{of_type} {of_kind}），请选择与文件一致的类型，或下载对应模板"),
            format!("is the template of {of_type} {of_kind}: choose that type and kind, or take the right template"),
        );
    } else if let Some((_, version)) = kind
        && of_kind != "-"
        && of_version != version.to_string()
    {
        faults.add(
            "/file",
            "old-template",
            format!("模板为第 {of_version} 版，证照类型现为第 {version} 版，请下载新模板"),
            format!(
                "is a template of version {of_version}, the kind has version {version}: take a new template"
            ),
        );
    }
}

fn header_fault(why: &NotItsHeader, faults: &mut Faults) {
    match why {
        NotItsHeader::Unknown(column) if column.is_empty() => {
            faults.add(
                "/file",
                "unnamed-column",
                "有的列没有列名，请使用模板",
                "a column has no name: use the template",
            );
        }
        NotItsHeader::Unknown(column) => faults.add(
            "/file",
            "unknown-column",
            format!("模板中没有列「{column}」，请核对类型或删除该列"),
            format!("the template has no column “{column}”: check the type, or take the column out"),
        ),
        NotItsHeader::Twice(column) => faults.add(
            "/file",
            "double-column",
            format!("列「{column}」出现两次"),
            format!("the column “{column}” stands twice"),
        ),
        NotItsHeader::Missing(column) => faults.add(
            "/file",
            "missing-column",
            format!("缺少列「{column}」，请使用模板"),
            format!("the column “{column}” is missing: use the template"),
        ),
    }
}

/// How the mark of a template begins.
pub(super) const MARK: &str = "LZ-TEMPLATE";
