//! What clients are told when a password or a PIN does not pass.

use crate::http::problem::{Problem, kinds};
use crate::service::actor::password::PasswordError;
use crate::service::actor::pin::PinError;

impl From<PinError> for Problem {
    fn from(error: PinError) -> Self {
        match error {
            PinError::Malformed => Self::new(&kinds::INVALID).field(
                "/pin",
                "format",
                "亮证密码为六位数字",
                "a PIN is six digits",
            ),
            PinError::Wrong { left } => Self::new(&kinds::WRONG_PIN)
                .detail(format!("亮证密码错误，还可尝试 {left} 次"), format!("wrong PIN, {left} tries left")),
            PinError::Shut { wait } => {
                let minutes = wait.0.saturating_add(59) / 60;
                Self::new(&kinds::PIN_SHUT)
                    .detail(
                        format!("亮证密码已锁定，请 {minutes} 分钟后再试"),
                        format!("the PIN is shut: try again in {minutes} min"),
                    )
                    .retry_after(wait.0)
            }
            PinError::NotSet => Self::new(&kinds::FORBIDDEN)
                .code("pin-not-set")
                .detail("该账号未设置亮证密码", "this account has no PIN"),
            PinError::Password(error) => error.into(),
            PinError::Storage(error) => error.into(),
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
