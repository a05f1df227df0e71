//! Letters: what they tell of, where they stand, when they are tried again.

use liangzheng_core::time::Seconds;

use crate::words;

words! {
    /// By what a letter goes out.
    pub enum Channel: "channel" {
        /// An HTTP request to a program of the operator's.
        Webhook = "webhook" / "接口推送" / "webhook",
        /// A mail to a person or an office.
        Mail = "mail" / "电子邮件" / "mail",
    }
}

words! {
    /// What a letter tells of.
    pub enum Topic: "topic of a letter" {
        /// A holder was told something in his wallet.
        Notice = "notice" / "证照提醒" / "notice",
        /// A unit has something to do.
        UnitTasks = "unit_tasks" / "单位待办" / "tasks of a unit",
        /// Tries of a unit to fetch were refused.
        ScopeAlarm = "scope_alarm" / "超范围用证预警" / "tries out of scope",
        /// An account is being restored at a counter.
        Recovery = "recovery" / "账号恢复" / "restoring of an account",
        /// An address is to be confirmed.
        ContactCode = "contact_code" / "联系邮箱确认" / "address to be confirmed",
        /// An account has another address, or none.
        ContactChanged = "contact_changed" / "联系邮箱变更" / "change of address",
    }
}

words! {
    /// Where a letter stands.
    pub enum LetterState: "state of a letter" {
        /// It is to be sent.
        Waiting = "waiting" / "待发送" / "waiting",
        /// It was.
        Sent = "sent" / "已发送" / "sent",
        /// It is tried no more.
        Dead = "dead" / "发送失败" / "failed for good",
        /// Somebody said that it need not be sent.
        Dropped = "dropped" / "已放弃" / "dropped",
    }
}

words! {
    /// What is done with a dead letter.
    pub enum LetterAct: "act on a letter" {
        /// It is tried again, as if for the first time.
        Retry = "retry" / "重新发送" / "retry",
        /// It is not sent.
        Drop = "drop" / "放弃" / "drop",
    }
}

/// How long a letter waits after so many failed tries: twice as long each time, a quarter of an hour at the most.
pub fn wait_after(tries: i64) -> Seconds {
    let doublings = tries.saturating_sub(1).clamp(0, 16);
    Seconds((FIRST_WAIT << doublings).min(LONGEST_WAIT))
}

/// A receiver that is being restarted is back after some seconds.
const FIRST_WAIT: i64 = 5;
/// One that was down for long gets what waits a quarter of an hour after it is back.
const LONGEST_WAIT: i64 = 900;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failed_try_waits_twice_as_long_up_to_a_quarter_of_an_hour() {
        let waits: Vec<i64> = (0..=10).map(|tries| wait_after(tries).0).collect();
        assert_eq!(waits, [5, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
        assert_eq!(wait_after(i64::MAX).0, 900);
    }
}
