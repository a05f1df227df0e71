//! `[notices]`: by what notices and tasks go out of themselves.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{ConfigError, require};
use crate::domain::outbox::mail_address::MailAddress;

/// By what notices and tasks go out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoticesConfig {
    /// Mail.
    pub smtp: SmtpConfig,
    /// A program of the operator's.
    pub webhook: WebhookConfig,
    /// After so many failed tries a letter is dead: the default bridges a day.
    pub tries: i64,
}

/// `[notices.smtp]`: the server that takes mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmtpConfig {
    /// Its name; absent = no mail is sent.
    pub host: Option<String>,
    /// Its port; absent = 465 with `tls`, 587 with `starttls`, 25 with `none`.
    pub port: Option<u16>,
    /// `tls` from the first byte, `starttls`, or `none` for a relay on this machine.
    pub security: SmtpSecurity,
    /// The sender's address.
    pub from: String,
    /// The account there; absent = none is needed.
    pub user: Option<String>,
    /// File with its password, mode 0600.
    pub password_file: Option<PathBuf>,
    /// PEM file with the certificates that may stand at the end of the server's chain; absent = those of the web.
    pub ca_file: Option<PathBuf>,
    /// How long sending one mail may take, in seconds.
    pub timeout_seconds: u64,
}

/// How the connection to the mail server is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpSecurity {
    /// TLS from the first byte.
    Tls,
    /// TLS after `STARTTLS`, or nothing is sent.
    Starttls,
    /// None.
    None,
}

/// `[notices.webhook]`: the program that is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookConfig {
    /// Its address; absent = none is told.
    pub url: Option<String>,
    /// File, mode 0600, with the secret that both have: `whsec_` and the base64 of 24 to 64 random bytes.
    pub secret_file: Option<PathBuf>,
    /// PEM file with the certificates that may stand at the end of its chain; absent = those of the web.
    pub ca_file: Option<PathBuf>,
    /// How long it may take to answer, in seconds.
    pub timeout_seconds: u64,
}

impl Default for NoticesConfig {
    fn default() -> Self {
        Self { smtp: SmtpConfig::default(), webhook: WebhookConfig::default(), tries: 100 }
    }
}

impl Default for SmtpConfig {
    fn default() -> Self {
        Self {
            host: None,
            port: None,
            security: SmtpSecurity::Starttls,
            from: String::new(),
            user: None,
            password_file: None,
            ca_file: None,
            timeout_seconds: 20,
        }
    }
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self { url: None, secret_file: None, ca_file: None, timeout_seconds: 10 }
    }
}

impl NoticesConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        require((1..=10_000).contains(&self.tries), "notices.tries", "must be 1 to 10000")?;
        self.smtp.validate()?;
        self.webhook.validate()
    }
}

impl SmtpConfig {
    fn validate(&self) -> Result<(), ConfigError> {
        require(
            (1..=120).contains(&self.timeout_seconds),
            "notices.smtp.timeout_seconds",
            "must be 1 to 120",
        )?;
        let Some(host) = &self.host else { return Ok(()) };
        require(
            !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || "/@#:".contains(c)),
            "notices.smtp.host",
            "must be a name or an address, the port apart",
        )?;
        require(
            MailAddress::parse(&self.from).is_ok(),
            "notices.smtp.from",
            "must be the address that mail comes from, like licences@city.example",
        )?;
        require(
            self.user.is_some() == self.password_file.is_some(),
            "notices.smtp.password_file",
            "an account and its password go together",
        )?;
        require(
            self.user.is_none() || self.security != SmtpSecurity::None,
            "notices.smtp.security",
            "must be tls or starttls where a password is sent",
        )
    }
}

impl WebhookConfig {
    fn validate(&self) -> Result<(), ConfigError> {
        require(
            (1..=60).contains(&self.timeout_seconds),
            "notices.webhook.timeout_seconds",
            "must be 1 to 60",
        )?;
        let Some(url) = &self.url else { return Ok(()) };
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        require(
            host.is_some_and(|host| {
                !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || c == '#' || c == '@')
            }),
            "notices.webhook.url",
            "must be an http:// or https:// address",
        )?;
        require(
            self.secret_file.is_some(),
            "notices.webhook.secret_file",
            "must name the file with the secret that signs what is sent",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_out_needs_a_sender_and_a_secret_and_sends_no_password_in_the_clear() {
        let mail = || SmtpConfig {
            host: Some("mail.city.example".into()),
            from: "licences@city.example".into(),
            ..SmtpConfig::default()
        };
        let with = |smtp: SmtpConfig, webhook: WebhookConfig| NoticesConfig { smtp, webhook, tries: 3 };
        let hook = |url: &str, secret: bool| WebhookConfig {
            url: Some(url.into()),
            secret_file: secret.then(|| "webhook.secret".into()),
            ..WebhookConfig::default()
        };
        let none = WebhookConfig::default;
        let account = |security| SmtpConfig {
            user: Some("licences".into()),
            password_file: Some("smtp.password".into()),
            security,
            ..mail()
        };
        for right in [
            NoticesConfig::default(),
            with(mail(), none()),
            with(account(SmtpSecurity::Starttls), none()),
            with(SmtpConfig { security: SmtpSecurity::None, ..mail() }, none()),
            with(SmtpConfig::default(), hook("https://gate.city.example/notices", true)),
        ] {
            right.validate().unwrap();
        }
        for (name, wrong) in [
            ("notices.tries", NoticesConfig { tries: 0, ..NoticesConfig::default() }),
            ("notices.smtp.from", with(SmtpConfig { from: String::new(), ..mail() }, none())),
            ("notices.smtp.host", with(SmtpConfig { host: Some("mail:25".into()), ..mail() }, none())),
            ("notices.smtp.password_file", with(SmtpConfig { user: Some("l".into()), ..mail() }, none())),
            ("notices.smtp.security", with(account(SmtpSecurity::None), none())),
            ("notices.webhook.url", with(SmtpConfig::default(), hook("gate.city.example", true))),
            ("notices.webhook.secret_file", with(SmtpConfig::default(), hook("https://a.example", false))),
        ] {
            let error = wrong.validate().unwrap_err().to_string();
            assert!(error.starts_with(name), "{name}: {error}");
        }
    }
}
