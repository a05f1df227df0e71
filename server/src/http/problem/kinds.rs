//! Every problem this server can report: slug, status, title and what to do. `/problems/{slug}` shows the same.

use liangzheng_core::text::Text;

/// One kind of problem; its slug never changes meaning.
#[derive(Debug, PartialEq)]
pub struct ProblemType {
    /// The last part of the `type` address, and the default `code`.
    pub slug: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What it is.
    pub title: Text,
    /// What helps.
    pub help: Text,
}

/// Makes the constants and, from the same lines, the table.
macro_rules! problems {
    ($($name:ident $status:literal $slug:literal: $zh:literal / $en:literal; $help_zh:literal / $help_en:literal.)+) => {
        $(
            #[doc = concat!($status, ": ", $en, ".")]
            pub static $name: ProblemType = ProblemType {
                slug: $slug,
                status: $status,
                title: Text::fixed($zh, $en),
                help: Text::fixed($help_zh, $help_en),
            };
        )+
        /// All of them, in order of status.
        pub static PROBLEMS: &[&ProblemType] = &[$(&$name),+];
    };
}

problems! {
    MALFORMED 400 "malformed-request": "请求格式有误" / "Malformed request";
        "请检查请求的语法。" / "Check the syntax of the request.".
    UNAUTHENTICATED 401 "unauthenticated": "请先登录" / "Not logged in";
        "请登录后携带会话令牌重试。" / "Log in and send the session's token.".
    WRONG_CREDENTIALS 401 "wrong-credentials": "账号或密码错误" / "Wrong login or password";
        "请核对账号和密码。" / "Check the login and the password.".
    FORBIDDEN 403 "forbidden": "没有权限" / "Not permitted";
        "您的角色不能执行此操作。" / "Your role does not allow this.".
    CROSS_SITE 403 "cross-site-request": "拒绝跨站请求" / "Cross-site request refused";
        "请在本站页面中操作。" / "Act from this site's own pages.".
    TWO_PERSONS 403 "two-persons": "须由另一人办理" / "Another person must do this";
        "起草或经办的人不能自己确认。" / "Who wrote or asked for it cannot confirm it.".
    WRONG_PIN 403 "wrong-pin": "亮证密码错误" / "Wrong PIN";
        "请重新输入六位亮证密码；连续输错五次将锁定 15 分钟。" / "Enter the six digits again; five wrong ones shut the PIN for 15 minutes.".
    NOT_FOUND 404 "not-found": "未找到" / "Not found";
        "请核对地址。" / "Check the address.".
    METHOD_NOT_ALLOWED 405 "method-not-allowed": "不支持该请求方法" / "Method not allowed";
        "请使用 Allow 头列出的方法。" / "Use a method named in the Allow header.".
    REQUEST_TIMEOUT 408 "request-timeout": "请求超时" / "Request timed out";
        "请重试。" / "Try again.".
    CONFLICT 409 "conflict": "内容已被他人修改" / "Changed by somebody else meanwhile";
        "请重新读取后再试。" / "Read it again, then retry.".
    ALREADY_EXISTS 409 "already-exists": "已存在" / "There already";
        "请查看已有的一项；名称和代码不能重复。" / "See the one that is there: no two have one name or one code.".
    CATALOGUE_FULL 409 "catalogue-full": "目录已满" / "The catalogue is full";
        "请停用不再使用的证照类型或场景。" / "Take kinds or scenes that are no longer used out of force.".
    FORBIDDEN_TRANSITION 409 "forbidden-transition": "当前状态不允许该操作" / "The licence's state does not allow this act";
        "请核对证照当前状态。" / "Check the licence's present state.".
    LICENCE_NOT_SHOWABLE 409 "licence-not-showable": "该证照当前不能亮证" / "This licence cannot be shown now";
        "请查看原因，或联系签发单位。" / "See the reason, or ask the issuing unit.".
    SHOW_ENDED 410 "show-ended": "本次亮证已结束" / "This showing has ended";
        "请重新亮证。" / "Show the licence again.".
    STALE_VERSION 412 "stale-version": "版本已变化" / "The version has changed";
        "请重新读取后再试。" / "Read it again, then retry.".
    TOO_LARGE 413 "too-large": "请求过大" / "Request too large";
        "请减小请求内容。" / "Send less.".
    UNSUPPORTED_MEDIA 415 "unsupported-media-type": "不支持的内容类型或编码" / "Unsupported content type or encoding";
        "请发送未压缩的 application/json。" / "Send application/json, not compressed.".
    INVALID 422 "invalid-request": "请求内容不符合要求" / "The request's content cannot be used";
        "请按 errors 中的说明修改。" / "See errors for what to change.".
    IDEMPOTENCY_MISMATCH 422 "idempotency-key-reused": "同一幂等键用于不同的请求" / "Idempotency-Key used with another request";
        "请换用新的 Idempotency-Key。" / "Use a new Idempotency-Key.".
    PRECONDITION_REQUIRED 428 "precondition-required": "缺少 If-Match" / "If-Match is missing";
        "请重新读取，并在 If-Match 中写明所见版本的 ETag。" / "Read it again and name the ETag of the version you saw in If-Match.".
    PIN_SHUT 429 "pin-shut": "亮证密码已锁定" / "The PIN is shut";
        "连续输错五次，请稍后再试。" / "Five wrong PINs: wait before trying again.".
    TOO_MANY_REQUESTS 429 "too-many-requests": "请求过于频繁" / "Too many requests";
        "请按 Retry-After 等待后重试。" / "Wait as long as Retry-After says.".
    INTERNAL 500 "internal": "服务器内部错误" / "Internal error";
        "请稍后重试；报告问题时请提供 request_id。" / "Try again later; quote the request_id when you report it.".
    UNAVAILABLE 503 "unavailable": "服务暂时不可用" / "Temporarily unavailable";
        "请按 Retry-After 等待后重试。" / "Wait as long as Retry-After says.".
}

/// The problem whose page is `/problems/{slug}`.
pub fn by_slug(slug: &str) -> Option<&'static ProblemType> {
    PROBLEMS.iter().copied().find(|kind| kind.slug == slug)
}

/// The plainest problem with this status: for answers that came from below us without a document.
pub fn by_status(status: u16) -> &'static ProblemType {
    match status {
        401 => &UNAUTHENTICATED,
        403 => &FORBIDDEN,
        404 => &NOT_FOUND,
        405 => &METHOD_NOT_ALLOWED,
        408 => &REQUEST_TIMEOUT,
        413 => &TOO_LARGE,
        415 => &UNSUPPORTED_MEDIA,
        429 => &TOO_MANY_REQUESTS,
        503 => &UNAVAILABLE,
        400..=499 => &MALFORMED,
        _ => &INTERNAL,
    }
}
