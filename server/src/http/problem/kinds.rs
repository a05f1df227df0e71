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
    OIDC_REFUSED 401 "oidc-refused": "统一身份认证未通过" / "The identity provider's login is not accepted";
        "请从本平台登录页重新开始；多次失败请联系平台管理机构。" / "Begin again at this platform's login; if it fails again, ask the platform's managers.".
    INVALID_CLIENT 401 "invalid-client": "接入系统身份无效" / "The client is not recognised";
        "请核对断言：iss 和 sub 为系统编号，aud 为本服务地址，exp 在 5 分钟内，jti 不重复，并用已登记的密钥签名。" / "Check the assertion: iss and sub are the client's id, aud this server, exp within 5 minutes, jti new, signed by a registered key.".
    TOTP_NEEDED 401 "totp-needed": "请输入动态验证码" / "An authenticator code is needed";
        "请打开身份验证器，输入六位动态验证码；手机不在身边时可输入恢复码。" / "Enter the six digits of your authenticator, or a recovery code if the phone is not at hand.".
    WRONG_TOTP 401 "wrong-totp": "动态验证码错误" / "Wrong authenticator code";
        "请等待下一个验证码再试；每个验证码只能使用一次。" / "Wait for the next code and try again: each works once.".
    FORBIDDEN 403 "forbidden": "没有权限" / "Not permitted";
        "您的角色不能执行此操作。" / "Your role does not allow this.".
    OUT_OF_SCOPE 403 "out-of-scope": "超出用证范围" / "Out of scope";
        "请按 errors 中未满足的规则核对办件、用证清单、用途和同意、授权；本次已记录，持证主体可以看到。" / "See errors for the rule that failed: the case, the using list, the purpose, a consent or an authorisation. The try was logged, and the holder sees it.".
    CROSS_SITE 403 "cross-site-request": "拒绝跨站请求" / "Cross-site request refused";
        "请在本站页面中操作。" / "Act from this site's own pages.".
    PASSWORD_CHANGE_NEEDED 403 "password-change-needed": "请先修改初始密码" / "Change the first password first";
        "该密码由他人设置；请用 PUT /api/v1/me/password 改为只有您知道的密码。" / "Somebody else set this password: change it by PUT /api/v1/me/password to one that only you know.".
    TWO_PERSONS 403 "two-persons": "须由另一人办理" / "Another person must do this";
        "起草或经办的人不能自己确认。" / "Who wrote or asked for it cannot confirm it.".
    STAFF_FACTOR_NEEDED 403 "staff-factor-needed": "办理单位业务须用动态验证码登录" / "The unit's work asks for an authenticator code";
        "请在「账号与安全」中绑定动态验证码，以后登录时一并输入。" / "Set up an authenticator under Account and security; from then on enter its code when you log in.".
    SECOND_FACTOR_NEEDED 403 "second-factor-needed": "请输入动态验证码" / "A second factor is needed";
        "该证照或场景要求亮证密码之外再输入身份验证器的六位动态验证码（factor.totp）。" / "This licence or scene asks for a code of your authenticator beside the PIN (factor.totp).".
    RECENTLY_RESTORED 403 "recently-restored": "账户刚在窗口恢复，暂不能办理" / "The account was restored at a counter a short while ago";
        "恢复满 24 小时后再办理；急需时请携带证件到窗口办理。" / "Try again 24 hours after it was restored, or come to a counter with your document.".
    IDENTITY_UNMATCHED 403 "identity-unmatched": "身份信息与证照登记不一致" / "The identity is not that of a holder of licences";
        "已转交工作人员核对，请稍后再试，或持身份证件到窗口办理。" / "Staff have been told: try again later, or come to a counter with your document.".
    UNRECOGNISED_CALLER 403 "caller-not-recognised": "未登记的程序不能取得亮证码" / "Codes are not made for programs that are not registered";
        "请在本平台网页亮证，或由已登记的接入系统发起登录。" / "Show licences in this platform's own pages, or log in through a registered client.".
    WRONG_PASSWORD 403 "wrong-password": "密码错误" / "Wrong password";
        "请重新输入登录密码。" / "Enter the password you log in with again.".
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
    LINK_NEEDED 409 "link-needed": "您已有账号，尚未绑定统一身份认证" / "You have an account that is not linked to this identity";
        "请先用账号密码登录，再在「账号与安全」中绑定统一身份认证。" / "Log in with your password first, then link the identity under Account and security.".
    ALREADY_EXISTS 409 "already-exists": "已存在" / "There already";
        "请查看已有的一项；名称和代码不能重复。" / "See the one that is there: no two have one name or one code.".
    CATALOGUE_FULL 409 "catalogue-full": "目录已满" / "The catalogue is full";
        "请停用不再使用的证照类型或场景。" / "Take kinds or scenes that are no longer used out of force.".
    IN_USE 409 "in-use": "仍在使用" / "Still in use";
        "请先处理完仍在使用的内容，或由其他单位承接。" / "Deal with what still depends on it first, or have another unit take it over.".
    ANALYSIS_TOO_CLOSE 409 "analysis-too-close": "与近期统计相近" / "Too close to a recent analysis";
        "两次统计对比不得推算出不足 10 人的分组；请查看 30 日内已有的结果，或到期后再办理。" / "Two analyses together must not give away a group of fewer than 10 persons: read what was told within 30 days, or wait until they are over.".
    ANALYSIS_TOO_FINE 409 "analysis-too-fine": "分组过细" / "Too many groups";
        "结果超过 300 组；请退回该申请，由申请单位减少维度或缩小范围后重新申请。" / "There would be more than 300 groups: send the application back; the unit applies anew with fewer dimensions or a narrower filter.".
    FORBIDDEN_TRANSITION 409 "forbidden-transition": "当前状态不允许该操作" / "The licence's state does not allow this act";
        "请核对证照当前状态。" / "Check the licence's present state.".
    HOLDERS_MISSING 409 "holders-missing": "须全体持证主体申请" / "All holders must ask for it";
        "请其余持证主体在各自的钱包中对该证照申请注销。" / "The other holders ask to cancel the licence, each in his own wallet.".
    LICENCE_NOT_SHOWABLE 409 "licence-not-showable": "该证照当前不能亮证" / "This licence cannot be shown now";
        "请查看原因，或联系签发单位。" / "See the reason, or ask the issuing unit.".
    NO_SEAL 409 "no-seal": "单位没有可用的电子印章" / "A unit has no seal in force";
        "请运维人员为该单位制作或更换印章；没有有效签章的证照不能生效。" / "Have a seal made for the unit (`key seal create`): without one no licence becomes valid.".
    NOT_SEALED 409 "not-sealed": "该证照没有电子签章" / "The licence bears no seal";
        "没有签章的证照没有文件，请签发单位重新签发。" / "It has no file without one: ask the issuing unit to issue it again.".
    FILE_NOT_MADE 409 "file-not-made": "证照文件尚未生成或其中的码已过期" / "The licence's file is not made yet, or its code is over";
        "请先在钱包中输入亮证密码生成文件。" / "Make it in the wallet with the PIN first.".
    PROPOSAL_OVER 409 "proposal-over": "该申请已办结或已失效" / "The proposal is decided or has lapsed";
        "请查看结果；如仍需办理，请重新提出。" / "See what became of it; propose it again if it is still needed.".
    SHOW_ENDED 410 "show-ended": "本次亮证已结束" / "This showing has ended";
        "请重新亮证。" / "Show the licence again.".
    COUNTER_REQUEST_OVER 410 "counter-request-over": "该请求已答复或已失效" / "The request is answered or over";
        "请窗口工作人员重新出示二维码。" / "Ask the clerk to show a new code.".
    CLAIMED 409 "claimed": "已由他人认领" / "Another has taken it";
        "请与认领人联系，或由审核人员转交。" / "Ask who has taken it, or have a checker reassign it.".
    DRAFT_OPEN 409 "draft-open": "已有未完成的草稿" / "There is an open draft";
        "一件证照同时只能有一个新版本草稿。" / "A licence has one draft of its next version at a time.".
    DUPLICATE_SUSPECTED 409 "duplicate-suspected": "疑似重复，尚未核对" / "It may be there already";
        "请在「疑似重复」中并排核对：不同的继续办理，相同的关闭草稿或改为换发。" / "Compare both sides at /api/v1/duplicates: what is different goes on, what is the same is closed or becomes the next version.".
    KIND_CHANGED 409 "kind-changed": "证照类型已变更" / "The kind of licence has changed";
        "请由起草人按新的证照类型核对后重新保存、提交。" / "Its maker looks the draft over by the kind as it is now, saves and submits it again.".
    HOLDER_NAME_DIFFERS 409 "holder-name-differs": "持证主体姓名（名称）与已登记的不同" / "The holder is known by another name";
        "请核对姓名（名称）和号码；确已更名的，待基础库更新后办理。" / "Check name and number; after a change of name, wait until the base register has it.".
    IMPORT_DRY_RUN 409 "import-dry-run": "此次导入仅作校验" / "The import was a dry run";
        "请由经办人不选「仅校验」重新上传同一文件，再由另一人确认。" / "Its sender sends the same file again, not as a dry run; then another person commits it.".
    IMPORT_HAS_FAULTS 409 "import-has-faults": "有错误的行" / "Some rows are wrong";
        "请下载错误表修改后重新上传，或选择只办理无误的行。" / "Take the table of errors, mend it and send it again, or commit the good rows only.".
    REGISTER_MISMATCH 409 "register-mismatch": "与基础库不一致" / "The base register disagrees";
        "请核对姓名（名称）和号码，修改草稿后再提交。" / "Check name and number, mend the draft and submit it again.".
    REGISTER_UNAVAILABLE 409 "register-unavailable": "基础库暂未答复" / "The base register has not answered";
        "草稿已保存，系统会自动再次比对；请稍后再提交。" / "The draft is kept and compared again by itself: submit it later.".
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
    TOTP_SHUT 429 "totp-shut": "动态验证码已锁定" / "Authenticator codes are shut";
        "连续输错五次，请稍后再试。" / "Five wrong codes: wait before trying again.".
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
