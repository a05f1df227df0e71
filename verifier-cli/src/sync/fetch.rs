//! The network: this file is the only one in the program that touches it (`tests/no_network.rs` checks).

use std::{cell::Cell, fs, path::Path, sync::Arc, time::Duration};

use liangzheng_core::{text::Text, time::UnixTime};
use rustls::crypto::aws_lc_rs;
use ureq::{
    Agent, Proxy, Timeout,
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

use crate::{
    error::{Exit, Failure},
    fault,
    words::{Lang, visible},
};

/// For one answer in all: the longest, a status list of 1.5 MiB, passes in this time at 13 KiB/s.
const TIMEOUT: Duration = Duration::from_secs(120);

/// To reach the server at all; somebody is standing before the screen.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Without a byte from the server: it has taken the connection and says nothing, or stopped in the middle. With the time to
/// reach it this is less than the twenty seconds after which people give up by themselves.
const SILENCE: Duration = Duration::from_secs(15);

/// The same, and to reach it, after it was silent just now: three silent lists together are still less than those twenty
/// seconds.
const SILENCE_AGAIN: Duration = Duration::from_secs(2);

/// A platform to fetch from.
pub(super) struct Server {
    base: String,
    agent: Agent,
    /// The clock of the last answer that told one.
    date: Cell<Option<UnixTime>>,
    /// Whether it has answered since this was last asked.
    answered: Cell<bool>,
    /// Whether the last thing that was fetched did not come, or not to its end.
    was_silent: Cell<bool>,
}

/// Who sends, and in which language to be answered.
pub(super) struct Session {
    token: String,
    lang: Lang,
}

impl Session {
    pub(super) fn new(token: String, lang: Lang) -> Self {
        Self { token, lang }
    }
}

/// The answer to something sent.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// Seconds, if it asks to wait.
    pub(super) retry_after: Option<u64>,
    pub(super) body: String,
}

/// What the server said.
#[derive(Debug)]
pub(super) enum Answer {
    /// 200, the body as text.
    Here(String),
    /// 404: there is no such object, or not yet.
    Nothing,
    /// 204 or 304: there is nothing newer.
    Unchanged,
    /// 303: it is to be had another way. Never followed from here.
    Elsewhere,
}

impl Server {
    /// A server at `url`. Plain HTTP is taken, too: everything fetched is signed, and nothing is sent.
    ///
    /// # Errors
    /// 64 if the address is not `http://…` or `https://…`; 66 or 74 if the certificates cannot be read.
    pub(super) fn new(url: &str, ca: Option<&Path>) -> Result<Self, Failure> {
        let base = url.trim_end_matches('/');
        let is_address = ["http://", "https://"]
            .iter()
            .any(|scheme| base.len() > scheme.len() && base.starts_with(scheme));
        if !is_address
            || base.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '@'))
        {
            let shown = visible(url);
            return Err(Failure::new(
                Exit::Usage,
                format!("--server「{shown}」不是平台地址"),
                format!("--server '{shown}' is not an address"),
            )
            .hint("例如 https://licences.example", "such as https://licences.example"));
        }
        let roots = ca.map_or(Ok(RootCerts::WebPki), certificates)?;
        let tls = TlsConfig::builder()
            .root_certs(roots)
            .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
            .build();
        // What stays on this machine may be in the clear; by way of a proxy it would not stay.
        let proxy = if is_here(base) { None } else { Proxy::try_from_env() };
        let agent = Agent::config_builder()
            .proxy(proxy)
            .tls_config(tls)
            .http_status_as_error(false)
            // No object has a reason to live on another host, and a redirection could turn a fetch into a probe.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_per_read(Some(SILENCE))
            .timeout_global(Some(TIMEOUT))
            .user_agent(concat!("liangzheng-verify/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Ok(Self {
            base: base.into(),
            agent,
            date: Cell::default(),
            answered: Cell::default(),
            was_silent: Cell::default(),
        })
    }

    /// What the server's clock said last (RFC 9110 §6.6.1). Nobody signs it: good for a word to the user, and for nothing
    /// else.
    pub(super) fn date(&self) -> Option<UnixTime> {
        self.date.get()
    }

    /// Whether it answered, whatever it said, since this was last asked.
    pub(super) fn has_answered(&self) -> bool {
        self.answered.replace(false)
    }

    /// Fetches `path`, up to `limit` bytes; one byte more is read, so that core sees that it is too long.
    ///
    /// # Errors
    /// 74 if the server cannot be reached or answers anything but what [`Answer`] lists.
    pub(super) fn get(&self, path: &str, limit: usize) -> Result<Answer, Failure> {
        let url = format!("{}{path}", self.base);
        let failed = |Text { zh, en }: Text| {
            Failure::new(Exit::Io, format!("无法获取 {url}：{zh}"), format!("cannot fetch {url}: {en}")).hint(
                "请检查网络和 --server 地址；已有的核验包未受影响。",
                "check the network and --server; what was held is untouched",
            )
        };
        let mut request = self.agent.get(&url);
        // Until it has answered to the end it counts as silent.
        if self.was_silent.replace(true) {
            let hasty = request.config().timeout_connect(Some(SILENCE_AGAIN));
            request = hasty.timeout_per_read(Some(SILENCE_AGAIN)).build();
        }
        let mut response = request.call().map_err(|error| failed(reason(&error)))?;
        let date = response
            .headers()
            .get("date")
            .and_then(|date| jiff::fmt::rfc2822::parse(date.to_str().ok()?).ok());
        if let Some(date) = date {
            self.date.set(Some(UnixTime(date.timestamp().as_second())));
        }
        let status = response.status().as_u16();
        let text = if status == 200 {
            // A body over the limit is the server's fault, and must not fill this machine's memory.
            let body = response.body_mut().with_config().limit(limit as u64 + 1);
            body.read_to_string().map_err(|error| failed(reason(&error)))?
        } else {
            String::new()
        };
        self.was_silent.set(false);
        self.answered.set(true);
        match status {
            200 => Ok(Answer::Here(text)),
            404 => Ok(Answer::Nothing),
            204 | 304 => Ok(Answer::Unchanged),
            303 => Ok(Answer::Elsewhere),
            status => Err(failed(Text::new(format!("HTTP {status}"), format!("HTTP {status}")))),
        }
    }

    /// What is sent is nobody else's business: only HTTPS, or this very machine.
    ///
    /// # Errors
    /// 64 for plain HTTP to another machine.
    pub(super) fn must_be_private(&self) -> Result<(), Failure> {
        if self.base.starts_with("https://") || is_here(&self.base) {
            return Ok(());
        }
        Err(Failure::new(Exit::Usage, "上传需要 https:// 地址", "uploading needs an https:// address").hint(
            "会话令牌不能明文传输；内部证书请用 --ca 指定。",
            "a session's token must not travel in the clear; name a certificate of your own with --ca",
        ))
    }

    /// Sends JSON in a session.
    ///
    /// # Errors
    /// 74 if the server cannot be reached or breaks off; any answer is an answer.
    pub(super) fn post(&self, path: &str, json: &str, session: &Session) -> Result<Reply, Failure> {
        /// Longest answer in bytes: a problem document that names every receipt of a batch.
        const MAX_REPLY: u64 = 1 << 20;
        let url = format!("{}{path}", self.base);
        let failed = |error: &ureq::Error| {
            let Text { zh, en } = reason(error);
            Failure::new(Exit::Io, format!("无法上传到 {url}：{zh}"), format!("cannot send to {url}: {en}"))
                .hint(
                    "请检查网络后重试；已上传的不会重复。",
                    "check the network and try again; what has been uploaded is not sent twice",
                )
        };
        let mut response = self
            .agent
            .post(&url)
            .header("Authorization", format!("Bearer {}", session.token))
            .header("Accept-Language", session.lang.pick("zh-CN", "en"))
            .content_type("application/json")
            .send(json)
            .map_err(|error| failed(&error))?;
        let retry_after = response.headers().get("retry-after");
        let retry_after = retry_after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(MAX_REPLY).read_to_string();
        Ok(Reply { status, retry_after, body: body.map_err(|error| failed(&error))? })
    }
}

/// Why there is no answer.
fn reason(error: &ureq::Error) -> Text {
    use ureq::Error;
    let chinese = match error {
        Error::Io(error) => return fault::told(error),
        Error::Timeout(Timeout::PerRead) => return silent(),
        Error::Timeout(Timeout::Connect | Timeout::Resolve) => "连接超时",
        Error::Timeout(_) => "超时",
        Error::HostNotFound => "找不到这个域名",
        Error::ConnectionFailed => "无法建立连接",
        Error::BodyExceedsLimit(_) => "内容过长",
        Error::InvalidProxyUrl | Error::ConnectProxyFailed(_) => "代理不可用",
        Error::BadUri(_) => "地址写法不对",
        Error::Tls(_) | Error::Rustls(_) | Error::Pem(_) => "平台的证书不可信",
        _ => "对方的回答无法读懂",
    };
    Text::new(chinese, error.to_string())
}

/// It has taken the connection, so neither cable nor address is at fault.
fn silent() -> Text {
    let seconds = SILENCE.as_secs();
    Text::new(
        format!("已连上，但 {seconds} 秒没有回答；平台可能正忙，请稍后再试"),
        format!("it took the connection and said nothing for {seconds} s; it may be busy: try again later"),
    )
}

/// Whether it is plain HTTP to this very machine.
fn is_here(base: &str) -> bool {
    let Some(rest) = base.strip_prefix("http://") else { return false };
    let host = rest.split('/').next().unwrap_or(rest);
    ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|name| host.strip_prefix(name).is_some_and(|port| port.is_empty() || port.starts_with(':')))
}

fn certificates(path: &Path) -> Result<RootCerts, Failure> {
    let name = visible(&path.display().to_string());
    let pem = fs::read(path).map_err(|error| {
        Failure::unreadable(Exit::NoInput, &name, &error)
            .hint("--ca 需要 PEM 格式的证书文件。", "--ca wants a file of PEM certificates")
    })?;
    let certificates: Vec<Certificate<'static>> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            format!("{name}：没有证书"),
            format!("{name}: holds no certificate"),
        )
        .hint("--ca 需要 PEM 格式的证书文件。", "--ca wants a file of PEM certificates"));
    }
    Ok(RootCerts::new_with_certs(&certificates))
}
