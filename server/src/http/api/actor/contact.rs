//! `/api/v1/me/contact`: where the caller is reached.

use actix_web::web;
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::ManageOwnAccount;
use crate::domain::outbox::mail_address::MailAddress;
use crate::http::answer::Answer;
use crate::http::extract::{Body, Permitted};
use crate::http::problem::{Problem, kinds};
use crate::service::actor::contact::{self, ContactError};

/// Body of `PUT /api/v1/me/contact`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactRequest {
    /// The address of mail.
    #[schemars(length(min = 3, max = 254))]
    email: String,
}

/// Body of `POST /api/v1/me/contact/confirmation`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactCode {
    /// The code that was sent to the address.
    #[schemars(length(max = 32))]
    code: String,
}

/// Where the caller is reached.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OwnContact")]
pub struct Contact {
    /// Whether this installation sends mail; if not, no address is taken.
    available: bool,
    /// The address in force; null if there is none.
    email: Option<String>,
    /// Since when, in unix seconds.
    confirmed_at: Option<UnixTime>,
    /// The address that is to be confirmed; null if there is none.
    wanted: Option<String>,
    /// Until when the code that was sent there counts, in unix seconds.
    code_until: Option<UnixTime>,
}

/// `GET /api/v1/me/contact`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<ManageOwnAccount>,
) -> Result<Answer<Contact>, Problem> {
    Ok(Answer::of(contact::read(&app, &permit).await?.into()).private())
}

/// `PUT /api/v1/me/contact`
pub async fn ask(
    app: web::Data<App>,
    permit: Permitted<ManageOwnAccount>,
    body: Body<ContactRequest>,
) -> Result<Answer<Contact, 202>, Problem> {
    let address = MailAddress::parse(&body.0.email).map_err(|_| {
        Problem::new(&kinds::INVALID).field(
            "/email",
            "malformed",
            "应为电子邮箱地址，如 name@mail.example",
            "must be an address of mail, like name@mail.example",
        )
    })?;
    Ok(Answer::of(contact::ask(&app, &permit, &address).await?.into()).private())
}

/// `POST /api/v1/me/contact/confirmation`
pub async fn confirm(
    app: web::Data<App>,
    permit: Permitted<ManageOwnAccount>,
    body: Body<ContactCode>,
) -> Result<Answer<Contact>, Problem> {
    Ok(Answer::of(contact::confirm(&app, &permit, &body.0.code).await?.into()).private())
}

/// `DELETE /api/v1/me/contact`
pub async fn remove(
    app: web::Data<App>,
    permit: Permitted<ManageOwnAccount>,
) -> Result<Answer<(), 204>, Problem> {
    contact::remove(&app, &permit).await?;
    Ok(Answer::nothing())
}

impl From<contact::Contact> for Contact {
    fn from(contact: contact::Contact) -> Self {
        let text = |address: MailAddress| address.as_str().to_owned();
        Self {
            available: contact.is_available,
            email: contact.address.map(text),
            confirmed_at: contact.confirmed_at,
            wanted: contact.wanted.map(text),
            code_until: contact.code_until,
        }
    }
}

impl From<ContactError> for Problem {
    fn from(error: ContactError) -> Self {
        match error {
            ContactError::NoMail => Self::new(&kinds::CONFLICT).code("no-mail").detail(
                "本平台未开通邮件发送，不能绑定邮箱；提醒请在钱包中查看",
                "this installation sends no mail, so no address can be confirmed: read notices in the wallet",
            ),
            ContactError::TooSoon { wait } => Self::new(&kinds::TOO_MANY_REQUESTS)
                .detail(
                    "确认码刚刚发出，请先查收邮件",
                    "a code was sent a moment ago: look for the mail first",
                )
                .retry_after(wait.0),
            ContactError::NothingAsked => Self::new(&kinds::CONFLICT).code("no-code").detail(
                "没有待确认的邮箱，或确认码已过期，请重新填写邮箱",
                "no address is to be confirmed, or its code is over: enter the address again",
            ),
            ContactError::WrongCode => Self::new(&kinds::INVALID).field(
                "/code",
                "wrong-code",
                "确认码不正确，请核对最近一封邮件",
                "not the code of the last mail: compare it",
            ),
            ContactError::Work(error) => error.into(),
        }
    }
}
