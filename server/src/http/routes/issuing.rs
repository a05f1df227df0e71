//! From a case to a licence: the calendar, cases, drafts, imports, tasks, files.

use super::row::Public;
use crate::domain::access::{
    ActOnImport, DecideSuspect, EnterCalendar, ManageCases, Reconcile, SendImport, Submit, ViewCases,
    ViewImports, ViewIssued, WorkTasks, WriteDraft,
};
use crate::domain::access::{
    KeepPrints, LookAtIssued, LookUpAtCounter, MakeOwnFile, ReadFile, ViewWallet, WithdrawConsent,
};
use crate::domain::issuing::draft::DraftRequest;
use crate::http::answer::Page;
use crate::http::api::issuing::calendar::{self, Year, YearRequest};
use crate::http::api::issuing::cases::{self, CaseActRequest, CaseAnswer, CaseRequest};
use crate::http::api::issuing::consents::{self, ConsentActRequest};
use crate::http::api::issuing::counter_look_ups::{self, CounterLookUpRequest, CounterLookedUp};
use crate::http::api::issuing::drafts::{self, IssuedLicence, LicencePage, ListedLicence};
use crate::http::api::issuing::files::{self, FileMade, FileRequest};
use crate::http::api::issuing::imports::{self, ImportActRequest, ImportAnswer, ImportRequest};
use crate::http::api::issuing::pictures;
use crate::http::api::issuing::prints::{self, PrintActRequest, PrintRequest, RegisteredPrint};
use crate::http::api::issuing::reconciliations::{self, ReconciliationReport, ReconciliationRequest};
use crate::http::api::issuing::submissions;
use crate::http::api::issuing::suspects::{self, Duplicate, DuplicateActRequest};
use crate::http::api::issuing::tasks::{self, TaskActRequest, TaskAnswer};
use crate::http::api::issuing::trust;
use crate::http::extract::OneFile;
use crate::service::issuing::cases::CaseOpened;
use crate::service::issuing::drafts::DraftWritten;
use crate::service::issuing::imports::{ImportActed, ImportSent};
use crate::service::issuing::pictures::PictureKept;
use crate::service::issuing::prints::Registered;
use crate::service::issuing::reconciliations::Reconciliation;
use crate::service::issuing::submissions::{Submission, SubmissionRequest};

routes! { "issuing";
    GET  "/api/v1/calendar/{year}"          calendar::read, Public => 200 Year,
        "工作日历" / "Working days of a year";
    PUT  "/api/v1/calendar/{year}"          calendar::enter, EnterCalendar, YearRequest => 200 Year,
        "录入国务院公布的年度安排" / "Enters a year as the State Council has announced it";
    GET  "/api/v1/cases"                    cases::list, ViewCases => 200 Page<CaseAnswer>,
        "本单位办件" / "Cases of the caller's unit";
    POST "/api/v1/cases"                    cases::create, ManageCases, CaseRequest => 201 CaseOpened,
        "登记办件" / "Opens a case";
    GET  "/api/v1/cases/{id}"               cases::read, ViewCases => 200 CaseAnswer,
        "一件办件" / "One case";
    POST "/api/v1/cases/{id}/acts"          cases::act, ManageCases, CaseActRequest => 200 CaseAnswer,
        "办结、关闭办件，或登记同意" / "Concludes or closes a case, or records the holder's consent";
    POST "/api/v1/wallet/consents/{id}/acts" consents::act, WithdrawConsent, ConsentActRequest => 204,
        "撤回对使用证照的同意" / "Withdraws the caller's consent to the use of his licences in a case";
    POST "/api/v1/counter-lookups"          counter_look_ups::create, LookUpAtCounter, CounterLookUpRequest => 200 CounterLookedUp,
        "窗口查询：为在窗口的持证主体查询本单位的一种证照" / "Looks up one kind of licence of the caller's unit for the holder at the counter: masked, kept with its reason, told to him at once", else 404 | 429;
    GET  "/api/v1/licences"                 drafts::list, LookAtIssued => 200 LicencePage,
        "本单位的草稿和证照；管理机构和审计为各单位数量" / "Drafts and licences of the caller's unit; counts of all units for managers and auditors", else 404;
    POST "/api/v1/licences"                 drafts::create, WriteDraft, DraftRequest => 201 DraftWritten,
        "起草证照" / "Writes a draft of a licence";
    GET  "/api/v1/licences/{id}"            drafts::read, LookAtIssued => 200 IssuedLicence,
        "一件草稿或证照；管理机构须注明办件，审计须注明原因" / "A draft or a licence; managers name its case, auditors a reason";
    PUT  "/api/v1/licences/{id}"            drafts::edit, WriteDraft, DraftRequest => 200 DraftWritten,
        "修改草稿" / "Writes a draft again, by its maker";
    GET  "/api/v1/licences/{id}/versions"   drafts::versions, ViewIssued => 200 Page<ListedLicence>,
        "一件证照的各版本" / "The versions of a licence, and the draft of its next one";
    GET  "/api/v1/kinds/{code}/template.xlsx"   imports::template, ViewImports => 200 as "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "导入模板" / "The template for imports of a kind: to be filled in by a spreadsheet";
    GET  "/api/v1/imports"                  imports::list, ViewImports => 200 Page<ImportAnswer>,
        "本单位的批量导入" / "Imports of the caller's unit";
    POST "/api/v1/imports"                  imports::send, SendImport, ImportRequest => 202 ImportSent,
        "上传批量导入文件" / "Takes a file of many rows, which are examined; the same file again is the import that is there";
    GET  "/api/v1/imports/{id}"             imports::read, ViewImports => 200 ImportAnswer,
        "一次批量导入" / "One import: how far it is, and the first cells in which something is wrong";
    GET  "/api/v1/imports/{id}/events"      imports::events, ViewImports => 200 | 204 as "text/event-stream",
        "导入进度（服务器推送）" / "How far an import is, as it goes; resumes by Last-Event-ID";
    GET  "/api/v1/imports/{id}/errors.xlsx" imports::errors, ViewImports => 200 as "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "导入错误表" / "The rows in which something is wrong, each cell with its sentence";
    POST "/api/v1/imports/{id}/acts"        imports::act, ActOnImport, ImportActRequest => 200 ImportActed,
        "确认办理或取消批量导入" / "Commits an import that another person has sent, or takes one back";
    GET  "/api/v1/tasks"                    tasks::list, WorkTasks => 200 Page<TaskAnswer>,
        "待办" / "What the caller's roles have to do";
    POST "/api/v1/tasks/{id}/acts"          tasks::act, WorkTasks, TaskActRequest => 204,
        "认领、退回或转交待办" / "Takes a task, gives it back, or gives it to another";
    POST "/api/v1/submissions"              submissions::create, Submit, SubmissionRequest => 201 | 202 Submission,
        "提交制证内容、文件和办件；基础库未答复时为 202" / "Hands in a licence with its case and file; 202 while the base register has not answered";
    GET  "/api/v1/submissions/{id}"         submissions::read, ViewIssued => 200 Submission,
        "一次提交的办理情况" / "Where a submission stands";
    GET  "/api/v1/submissions/{id}/file"    submissions::file, ViewIssued => 200 as "application/octet-stream",
        "提交时附带的文件" / "The file that came with a submission";
    GET  "/api/v1/duplicates"               suspects::list, DecideSuspect => 200 Page<Duplicate>,
        "疑似重复，两侧并列" / "Drafts that may be of what is there already, both sides beside each other";
    POST "/api/v1/duplicates/{id}/acts"     suspects::act, DecideSuspect, DuplicateActRequest => 200 Duplicate,
        "认定相同或不同" / "Decides that the two are the same, or different";
    GET  "/api/v1/reconciliations"          reconciliations::list, Reconcile => 200 Page<Reconciliation>,
        "本单位的对账" / "Comparisons of the unit's own lists with what is here";
    POST "/api/v1/reconciliations"          reconciliations::create, Reconcile, ReconciliationRequest => 201 Reconciliation,
        "以本单位业务系统的清单对账（JSON 或 CSV）" / "Compares a list of the unit's own system, JSON or CSV, with what is here";
    GET  "/api/v1/reconciliations/{id}"     reconciliations::read, Reconcile => 200 ReconciliationReport,
        "一次对账的结果和差异" / "What a comparison found, with its differences";
    GET  "/api/v1/reconciliations/{id}/differences.csv" reconciliations::download, Reconcile => 200 as "text/csv",
        "下载对账差异" / "The differences of a comparison as a CSV file";
    POST "/api/v1/files"                    pictures::create, WriteDraft, OneFile => 201 PictureKept,
        "上传照面图片（PNG 或 JPEG，200 KiB 以内）；返回的 id 即图片字段的值" / "Takes a picture for the face of a licence; its id is the value of the field";
    GET  "/api/v1/licences/{id}/pictures/{field}" pictures::of_unit, ViewIssued => 200 as "image/jpeg",
        "草稿或证照上的图片" / "A picture on a draft or licence of the caller's unit";
    GET  "/api/v1/wallet/licences/{id}/pictures/{field}" pictures::of_holder, ViewWallet => 200 as "image/jpeg",
        "本人证照上的图片" / "A picture on one of the caller's own licences";
    POST "/api/v1/wallet/licences/{id}/file"    files::make, MakeOwnFile, FileRequest => 201 FileMade,
        "凭亮证密码生成证照文件" / "Makes the file of an own licence, with a code for print, after the PIN";
    GET  "/api/v1/licences/{id}/file.ofd"       files::read, ReadFile => 200 as "application/ofd",
        "证照文件（OFD，带电子签章）" / "The sealed file of a licence: issuing staff, or the holder once it is made", else 409;
    GET  "/api/v1/licences/{id}/file.pdf"       files::read_view_copy, ReadFile => 200 as "application/pdf",
        "证照查看件（PDF，不含电子签章）" / "The view copy of a licence, without a seal: issuing staff, or the holder once its file is made", else 409;
    POST "/api/v1/licences/{id}/prints"         prints::create, KeepPrints, PrintRequest => 201 Registered,
        "登记打印加注件" / "Enters an annotated copy of a licence of the caller's unit in its print register", else 409;
    GET  "/api/v1/licences/{id}/prints"         prints::list, KeepPrints => 200 Page<RegisteredPrint>,
        "一件证照的打印登记" / "The copies of a licence in the unit's print register";
    POST "/api/v1/prints/{id}/acts"             prints::act, KeepPrints, PrintActRequest => 200 RegisteredPrint,
        "作废或补打加注件" / "Makes a copy void, or prints the same file again", else 409;
    GET  "/api/v1/prints/{id}/file.pdf"         prints::file, KeepPrints => 200 as "application/pdf",
        "加注件（PDF）" / "The file of a registered copy, the same each time", else 409;
    GET  "/.well-known/seal-trust.pem"          trust::read, Public => 200 as "application/x-pem-file",
        "电子印章的信任锚与吊销列表" / "Authorities trusted for seals, and their revocation lists", else 404;
}
