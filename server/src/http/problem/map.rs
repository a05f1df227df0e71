//! From service errors to problems. Each match is exhaustive or ends in "internal": nothing leaks by being forgotten.

use super::{FieldError, Problem, kinds};
use crate::service::actor::password::PasswordError;
use crate::service::actor::pin::PinError;
use crate::service::actor::session::LoginError;
use crate::service::licence::acts::ActError;
use crate::service::showing::device::DeviceError;
use crate::service::work::WorkError;
use crate::storage::StorageError;

impl From<LoginError> for Problem {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Wrong => Self::new(&kinds::WRONG_CREDENTIALS),
            LoginError::TooMany { wait } => Self::new(&kinds::TOO_MANY_REQUESTS).retry_after(wait.0),
            LoginError::Password(error) => error.into(),
            LoginError::Storage(error) => error.into(),
        }
    }
}

impl From<PinError> for Problem {
    fn from(error: PinError) -> Self {
        match error {
            PinError::Malformed => {
                Self::new(&kinds::INVALID).field("/pin", "format", "PIN 码为六位数字", "a PIN is six digits")
            }
            PinError::Wrong { left } => Self::new(&kinds::WRONG_PIN)
                .detail(format!("PIN 码错误，还可尝试 {left} 次"), format!("wrong PIN, {left} tries left")),
            PinError::Shut { wait } => {
                let minutes = wait.0.saturating_add(59) / 60;
                Self::new(&kinds::PIN_SHUT)
                    .detail(
                        format!("PIN 码已锁定，请 {minutes} 分钟后再试"),
                        format!("the PIN is shut: try again in {minutes} min"),
                    )
                    .retry_after(wait.0)
            }
            PinError::NotSet => Self::new(&kinds::FORBIDDEN)
                .code("pin-not-set")
                .detail("该账户未设置 PIN 码", "this account has no PIN"),
            PinError::Password(error) => error.into(),
            PinError::Storage(error) => error.into(),
        }
    }
}

impl From<DeviceError> for Problem {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::Key(_) | DeviceError::Point => Self::new(&kinds::INVALID).field(
                "/jwk",
                "not-a-p256-public-key",
                "应为 P-256 公钥，且仅含 kty、crv、x、y",
                "must be a P-256 public key with exactly kty, crv, x, y",
            ),
            DeviceError::Name(why) => {
                let mut problem = Self::new(&kinds::INVALID);
                problem.errors.push(FieldError::not_plain("/name", why));
                problem
            }
            DeviceError::TooMany => Self::new(&kinds::CONFLICT)
                .code("too-many-devices")
                .detail("设备过多，请先移除不用的设备", "too many devices: drop one you no longer use"),
            DeviceError::NotFound => Self::new(&kinds::NOT_FOUND),
            DeviceError::Storage(error) => error.into(),
        }
    }
}

impl From<ActError> for Problem {
    fn from(error: ActError) -> Self {
        match error {
            ActError::NotFound => Self::new(&kinds::NOT_FOUND),
            ActError::Forbidden(refused) => {
                let (state, act) = (refused.from.label(), refused.act.label());
                Self::new(&kinds::FORBIDDEN_TRANSITION).detail(
                    format!("证照当前为“{}”，不能{}", state.zh, act.zh),
                    format!(
                        "the licence is {}: it cannot be changed by “{}”",
                        state.en.to_lowercase(),
                        act.en
                    ),
                )
            }
            ActError::Stale { now } => Self::new(&kinds::STALE_VERSION)
                .detail(format!("证照当前版本为 {now}"), format!("the licence has version {now}")),
            ActError::Future => Self::new(&kinds::INVALID).field(
                "/effective_at",
                "future",
                "生效时间不能晚于当前时间",
                "must not lie in the future",
            ),
            ActError::Work(error) => error.into(),
        }
    }
}

impl From<WorkError> for Problem {
    fn from(error: WorkError) -> Self {
        match error {
            WorkError::KeyReused => Self::new(&kinds::IDEMPOTENCY_MISMATCH),
            WorkError::Storage(error) => error.into(),
        }
    }
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::new(&kinds::UNAVAILABLE).retry_after(1),
            PasswordError::Hash => Self::internal(&error),
        }
    }
}

/// Somebody was faster (409), too much at once (503), or an error of ours.
impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Conflict => Self::new(&kinds::CONFLICT),
            error if error.is_passing() => {
                let Self { cause, .. } = Self::internal(&error);
                Self { cause, ..Self::new(&kinds::UNAVAILABLE).retry_after(1) }
            }
            error => Self::internal(&error),
        }
    }
}
