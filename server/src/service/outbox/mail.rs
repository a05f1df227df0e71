//! Mail: what is written in it, and the server that takes it.

use std::path::Path;
use std::time::Duration;

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{AsyncSmtpTransport, Error};
use lettre::{AsyncTransport, Tokio1Executor};
use liangzheng_core::text::Text;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{Hope, SendFault};
use crate::config::{SmtpConfig, SmtpSecurity};
use crate::domain::outbox::letter::Topic;
use crate::domain::outbox::mail_address::MailAddress;
use crate::files;
use crate::service::outgoing::{self, FileError};

/// The mail server.
pub struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// Of this server: it stands in links and in the ids of mails.
    base_url: String,
    limit: Duration,
}

/// One mail.
#[derive(Clone, Copy, Debug)]
pub struct Post<'a> {
    /// The letter's id: the mail's is made of it, so that a mail that came twice is known to be one.
    pub id: &'a str,
    /// To whom.
    pub to: &'a MailAddress,
    /// Of what.
    pub topic: Topic,
    /// What confirms the address, of a letter that asks for it.
    pub code: Option<&'a str>,
}

impl Mail {
    /// The server that the configuration names, for a server that is called `base_url`; `None` if it names none.
    pub fn new(config: &SmtpConfig, base_url: &str) -> anyhow::Result<Option<Self>> {
        let Some(host) = &config.host else { return Ok(None) };
        let (security, usual_port) = match config.security {
            SmtpSecurity::None => (Tls::None, 25),
            SmtpSecurity::Starttls => (Tls::Required(tls(host, config.ca_file.as_deref())?), 587),
            SmtpSecurity::Tls => (Tls::Wrapper(tls(host, config.ca_file.as_deref())?), 465),
        };
        let limit = Duration::from_secs(config.timeout_seconds);
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.as_str())
            .port(config.port.unwrap_or(usual_port))
            .tls(security)
            .timeout(Some(limit))
            .hello_name(ClientId::Domain(host_of(base_url).to_owned()));
        if let (Some(user), Some(file)) = (&config.user, &config.password_file) {
            let password = files::read_private(file).map_err(|error| FileError::new(file, error))?;
            let password = Zeroizing::new(String::from_utf8(password)?);
            transport = transport.credentials(Credentials::new(user.clone(), password.trim().to_owned()));
        }
        let from = config.from.trim().parse()?;
        Ok(Some(Self { transport: transport.build(), from, base_url: base_url.to_owned(), limit }))
    }

    /// Hands a mail to the server.
    pub async fn send(&self, post: &Post<'_>) -> Result<(), SendFault> {
        let never = |error: &dyn std::fmt::Display| SendFault { told: error.to_string(), hope: Hope::Never };
        let to: Mailbox = post.to.as_str().parse().map_err(|_| never(&"the address cannot be written to"))?;
        let subject = subject(post.topic);
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(format!("{} {}", subject.zh, subject.en))
            .message_id(Some(format!("<{}@{}>", post.id, host_of(&self.base_url))))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(self.body(post))
            .map_err(|error| never(&error))?;
        match timeout(self.limit, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(fault(&error)),
            Err(_) => {
                Err(SendFault { told: "the mail server did not answer in time".into(), hope: Hope::NotNow })
            }
        }
    }

    /// Whether the server lets this one in.
    pub async fn look(&self) -> Result<(), String> {
        match timeout(self.limit, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err("the mail server ended the connection".into()),
            Ok(Err(error)) => Err(fault(&error).told),
            Err(_) => Err("the mail server did not answer in time".into()),
        }
    }

    fn body(&self, post: &Post<'_>) -> String {
        let base = &self.base_url;
        let text = words_of(post.topic, post.code.unwrap_or_default());
        let place = match post.topic {
            Topic::UnitTasks => "/office#tasks",
            Topic::ScopeAlarm => "/office#uses",
            Topic::Notice => "/wallet",
            Topic::Recovery | Topic::ContactCode | Topic::ContactChanged => "/wallet#account",
        };
        format!(
            "{}\n{base}{place}\n为保护个人信息，邮件不写明细；本邮件由系统发出，请勿回复。\n\n{}\n{base}{place}\n\
             To protect personal data this mail says no more. It was sent by a program: do not reply.\n",
            text.zh, text.en
        )
    }
}

fn subject(topic: Topic) -> Text {
    match topic {
        Topic::Notice => Text::fixed("您有一条证照提醒", "| A notice about a licence"),
        Topic::UnitTasks => Text::fixed("本单位有待办事项", "| Your unit has something to do"),
        Topic::ScopeAlarm => Text::fixed("本单位有超范围用证被拒绝", "| Tries of your unit were refused"),
        Topic::Recovery => Text::fixed("您的账号正在窗口办理恢复", "| Your account is being restored"),
        Topic::ContactCode => Text::fixed("请确认联系邮箱", "| Confirm this address"),
        Topic::ContactChanged => Text::fixed("您的联系邮箱已变更", "| Your address was changed"),
    }
}

/// What stands in the mail above the address to go to.
fn words_of(topic: Topic, code: &str) -> Text {
    match topic {
        Topic::Notice => Text::fixed(
            "您本人或您所代理主体的证照有一条新提醒，请登录证照钱包查看：",
            "There is a new notice about a licence of yours, or of a holder you act for. Log in to your wallet to read it:",
        ),
        Topic::UnitTasks => Text::fixed(
            "本单位有即将到期或已逾期的事项，请登录工作台办理：",
            "Your unit has something to do that is due or overdue. Log in to the office:",
        ),
        Topic::ScopeAlarm => Text::fixed(
            "一小时内本单位有三次以上超范围用证被拒绝，已告知管理机构，请登录工作台核查：",
            "Three or more tries of your unit to use licences out of scope were refused within an hour; the manager was \
             told. Log in to the office to see which:",
        ),
        Topic::Recovery => Text::fixed(
            "有人在窗口为您的账号办理恢复，24 小时后生效。如非您本人办理，请在此之前登录并提出异议：",
            "Somebody asked at a counter to restore your account; it takes effect in 24 hours. If it was not you, log in \
             before and object:",
        ),
        Topic::ContactCode => Text::new(
            format!(
                "有人把本邮箱填写为证照平台账号的联系邮箱。确认码：{code}，一小时内有效。如非您本人填写，请忽略本邮件。确认请登录："
            ),
            format!(
                "Somebody gave this address for an account here. The code is {code} and lasts an hour. If it was not you, \
                 do nothing. To confirm, log in:"
            ),
        ),
        Topic::ContactChanged => Text::fixed(
            "您账号的联系邮箱已变更，本邮箱不再接收提醒。如非您本人操作，请立即登录修改密码：",
            "The address of your account was changed: this one gets no more notices. If it was not you, log in and change \
             your password at once:",
        ),
    }
}

/// The reason of a failure without the addresses that servers like to repeat in it.
fn fault(error: &Error) -> SendFault {
    match error.status() {
        Some(code) => {
            let code = code.to_string();
            // No such mailbox, moved, not allowed: of this letter alone. Other refusals may be of the account or the server.
            let hope = match code.as_str() {
                "550" | "551" | "553" => Hope::Never,
                "450" | "452" | "552" | "554" => Hope::Later,
                _ => Hope::NotNow,
            };
            SendFault { told: format!("SMTP {code}"), hope }
        }
        None => {
            let mut told = error.to_string();
            let mut cause = std::error::Error::source(error);
            while let Some(inner) = cause {
                let more = inner.to_string();
                if !told.contains(&more) {
                    told = format!("{told}: {more}");
                }
                cause = inner.source();
            }
            SendFault { told, hope: Hope::NotNow }
        }
    }
}

fn tls(host: &str, ca_file: Option<&Path>) -> anyhow::Result<TlsParameters> {
    let mut parameters = TlsParameters::builder(host.to_owned());
    if let Some(file) = ca_file {
        let pem = outgoing::read(file)?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| FileError::new(file, error))?;
        parameters = parameters.certificate_store(CertificateStore::None).add_root_certificate(certificate);
    }
    Ok(parameters.build_rustls()?)
}

fn host_of(base_url: &str) -> &str {
    let host = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    host.split(['/', ':']).next().unwrap_or(host)
}

/// RFC 3834: programs that answer mail do not answer this one.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".into())
    }
}
