//! The webhook: a signed HTTP request to a program of the operator's, as the Standard Webhooks specification has it, for
//! which receivers find libraries in their language.
//!
//! `webhook-id` is the same at every try, `webhook-signature` an HMAC-SHA256 over id, time and body under a secret of both.
//! A secret of its own: a key that signs codes must never sign a text that somebody else's program reads.

use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::hmac;
use base64ct::{Base64, Encoding};
use liangzheng_core::time::UnixTime;
use serde_json::json;
use tokio::sync::oneshot;
use ureq::Agent;
use zeroize::Zeroizing;

use super::{Hope, SendFault};
use crate::config::WebhookConfig;
use crate::files;
use crate::service::outgoing::{self, FileError};

/// The program that is told.
pub struct Webhook {
    url: Arc<str>,
    key: hmac::Key,
    agent: Agent,
}

impl Webhook {
    /// What the configuration names; `None` if it names none.
    pub fn new(config: &WebhookConfig) -> Result<Option<Self>, FileError> {
        let (Some(url), Some(secret)) = (&config.url, &config.secret_file) else { return Ok(None) };
        let agent = outgoing::agent(config.ca_file.as_deref(), None, config.timeout_seconds)?;
        Ok(Some(Self { url: url.as_str().into(), key: key_of(secret)?, agent }))
    }

    /// Sends `body`, which tells of `event`.
    pub async fn send(&self, event: &str, body: &str, now: UnixTime) -> Result<(), SendFault> {
        let request = self
            .agent
            .post(&*self.url)
            .content_type("application/json")
            .header("webhook-id", event)
            .header("webhook-timestamp", now.0.to_string())
            .header("webhook-signature", self.signature(event, now, body))
            .header("idempotency-key", format!("\"{event}\""))
            .config()
            .http_status_as_error(false)
            .build();
        let body = body.to_owned();
        let (told, answered) = oneshot::channel();
        // A thread of its own: the end of the server waits for the runtime's, and not for somebody else's program.
        let call = move || drop(told.send(request.send(body.as_bytes()).map(|answer| answer.status())));
        let started = std::thread::Builder::new().name("webhook".into()).spawn(call);
        started.map_err(|error| SendFault { told: error.to_string(), hope: Hope::NotNow })?;
        match answered.await {
            Ok(Ok(status)) if status.is_success() => Ok(()),
            Ok(Ok(status)) => {
                // 408, 429 and 5xx speak of the other side, the rest of the letter.
                let is_of_all = matches!(status.as_u16(), 408 | 429 | 500..);
                let hope = if is_of_all { Hope::NotNow } else { Hope::Later };
                Err(SendFault { told: format!("HTTP {}", status.as_u16()), hope })
            }
            Ok(Err(error)) => Err(SendFault { told: error.to_string(), hope: Hope::NotNow }),
            Err(_) => Err(SendFault { told: "the request was cut off".into(), hope: Hope::NotNow }),
        }
    }

    /// Sends an event that means nothing, for who wants to know whether the others would come.
    pub async fn ping(&self, now: UnixTime) -> Result<(), SendFault> {
        let body = json!({ "type": "ping", "at": now, "data": {} }).to_string();
        self.send(&format!("ping_{}", now.0), &body, now).await
    }

    fn signature(&self, event: &str, now: UnixTime, body: &str) -> String {
        let signed = hmac::sign(&self.key, format!("{event}.{}.{body}", now.0).as_bytes());
        format!("v1,{}", Base64::encode_string(signed.as_ref()))
    }
}

/// The secret of a file, as the specification writes it.
fn key_of(file: &Path) -> Result<hmac::Key, FileError> {
    let text = files::read_private(file).map_err(|error| FileError::new(file, error))?;
    let text = Zeroizing::new(String::from_utf8(text).unwrap_or_default());
    let secret = text.trim().strip_prefix("whsec_").and_then(|secret| Base64::decode_vec(secret).ok());
    let secret = secret.map(Zeroizing::new).filter(|secret| (24..=64).contains(&secret.len()));
    let secret =
        secret.ok_or_else(|| FileError::new(file, "must hold whsec_ and the base64 of 24 to 64 bytes"))?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries.
    #[test]
    fn a_signature_is_the_one_of_the_specifications_example() {
        let secret = Base64::decode_vec("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let webhook = Webhook {
            url: "http://localhost/".into(),
            key: hmac::Key::new(hmac::HMAC_SHA256, &secret),
            agent: outgoing::agent(None, None, 1).unwrap(),
        };
        assert_eq!(
            webhook.signature(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                UnixTime(1_614_265_330),
                "{\"test\": 2432232314}"
            ),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }
}
