//! What a holder is told without asking: when, and in which words.

use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, Seconds, UnixTime};

use crate::domain::licence::acts::ActName;
use crate::words;

words! {
    /// What a notice is of.
    pub enum NoticeKind: "kind of notice" {
        /// The licence's last day is near.
        Expiry = "expiry" / "有效期将满" / "expires soon",
        /// The annual inspection is due.
        Inspection = "inspection" / "年检将到期" / "inspection due",
        /// The unit did something to it.
        Act = "act" / "证照变动" / "changed",
        /// Another of its holders asked for something that needs all of them.
        Request = "request" / "共同持证主体的申请" / "asked by a co-holder",
        /// A unit recorded the holder's consent to the use of his licences in a case.
        Consent = "consent" / "用证同意" / "consent recorded",
        /// The issuing unit's counter looked up his licence for him (R70).
        LookUp = "look_up" / "窗口查询" / "looked up at a counter",
        /// Another of its holders let a unit use it.
        Authorisation = "authorisation" / "共同持证主体的授权" / "authorised by a co-holder",
        /// Another of its holders delegated it.
        DelegatedByCoHolder = "delegated_by_co_holder" / "共同持证主体的委托" / "delegated by a co-holder",
        /// Somebody delegates a licence of his to whom is told.
        DelegationOffered = "delegation_offered" / "有人委托您用证" / "delegated to you",
        /// Whom it was delegated to has accepted it.
        DelegationAccepted = "delegation_accepted" / "委托已接受" / "delegation accepted",
        /// He has not.
        DelegationDeclined = "delegation_declined" / "委托被谢绝" / "delegation declined",
        /// Nobody has accepted it in time.
        DelegationLapsed = "delegation_lapsed" / "委托逾期未接受" / "delegation not accepted",
        /// Who delegated it has taken it back.
        DelegationWithdrawn = "delegation_withdrawn" / "委托已收回" / "delegation withdrawn",
        /// The delegate has given it up.
        DelegationGivenUp = "delegation_given_up" / "受托人已退出" / "delegation given up",
    }
}

/// One of the three reminders: the days before at which it is told, and those for which it is the one to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// 60, 30 or 7.
    pub days: i64,
    /// The last day must lie on this day or later.
    pub from: Day,
    /// And on this day or earlier.
    pub to: Day,
}

/// The reminders of `now`: each last day within 60 days belongs to exactly one, so that who comes late is told once and
/// not three times.
pub fn reminders(now: UnixTime) -> [Reminder; 3] {
    let day = |days: i64| Day::of(now.plus(Seconds(days * 86_400)));
    [
        Reminder { days: 60, from: day(31), to: day(60) },
        Reminder { days: 30, from: day(8), to: day(30) },
        Reminder { days: 7, from: day(0), to: day(7) },
    ]
}

/// A notice in words, about a licence of a kind with these names.
pub fn words_of(kind: NoticeKind, name: &Text, days: i64, due: Option<Day>, act: Option<ActName>) -> Text {
    let due = due.map(readable).unwrap_or_default();
    match kind {
        NoticeKind::Expiry => Text::new(
            format!("您的{}将于 {due} 期满（提前 {days} 天提醒），请向签发单位申请延续。", name.zh),
            format!(
                "Your {} is valid until {due} ({days} days’ notice): ask the issuing unit to renew it.",
                name.en
            ),
        ),
        NoticeKind::Inspection => Text::new(
            format!("您的{}应于 {due} 前年检（提前 {days} 天提醒），请按签发单位的要求办理。", name.zh),
            format!(
                "The annual inspection of your {} is due by {due} ({days} days’ notice): see the issuing unit.",
                name.en
            ),
        ),
        NoticeKind::Act => {
            let label = act.map_or(Text::fixed("变动", "changed"), ActName::label);
            Text::new(
                format!("签发单位对您的{}办理了「{}」，原因和依据见证照详情。", name.zh, label.zh),
                format!("The issuing unit did “{}” on your {}: see the licence for why.", label.en, name.en),
            )
        }
        NoticeKind::Request => Text::new(
            format!(
                "共同持证主体申请注销{}，须全体持证主体申请后方可办理；您同意的，请在该证照中提出同样的申请。",
                name.zh
            ),
            format!(
                "A co-holder asks to cancel your {}: it is done only when all holders ask. If you agree, ask for the same.",
                name.en
            ),
        ),
        NoticeKind::Authorisation => Text::new(
            format!("共同持证主体授权一个单位使用{}；如有异议，请与其联系或向签发单位反映。", name.zh),
            format!(
                "A co-holder let a unit use your {}: ask him, or the issuing unit, if you do not agree.",
                name.en
            ),
        ),
        NoticeKind::DelegatedByCoHolder => Text::new(
            format!("共同持证主体委托他人出示{}；如有异议，请与其联系或向签发单位反映。", name.zh),
            format!(
                "A co-holder let another person show your {}: ask him, or the issuing unit, if you do not agree.",
                name.en
            ),
        ),
        NoticeKind::DelegationOffered => Text::new(
            format!("有人委托您代为出示{}，请在 7 日内到「委托用证」核对后接受或谢绝。", name.zh),
            format!(
                "Somebody asks you to show a {} for him: accept or decline it under Delegations within seven days.",
                name.en
            ),
        ),
        NoticeKind::DelegationAccepted => Text::new(
            format!("您委托出示{}，受托人已接受；可随时在「委托用证」收回。", name.zh),
            format!(
                "Your delegation of the {} was accepted: take it back under Delegations at any time.",
                name.en
            ),
        ),
        NoticeKind::DelegationDeclined => Text::new(
            format!("您委托出示{}，对方已谢绝。", name.zh),
            format!("Your delegation of the {} was declined.", name.en),
        ),
        NoticeKind::DelegationLapsed => Text::new(
            format!(
                "您委托出示{}，逾期无人接受，已失效；仍需委托的，请核对对方姓名和证件号码后重新办理。",
                name.zh
            ),
            format!(
                "Your delegation of the {} was not accepted in time: to delegate it again, check the name and the number first.",
                name.en
            ),
        ),
        NoticeKind::DelegationWithdrawn => Text::new(
            format!("委托您出示的{}已由委托人收回，您不能再出示。", name.zh),
            format!("The {} that was delegated to you was taken back: you can no longer show it.", name.en),
        ),
        NoticeKind::DelegationGivenUp => Text::new(
            format!("您委托出示{}，受托人已退出，不再代为出示。", name.zh),
            format!("The delegate has given up your delegation of the {}, and shows it no more.", name.en),
        ),
        // Their words are of a unit and a case: `consent_recorded`, `looked_up`.
        NoticeKind::Consent | NoticeKind::LookUp => kind.label(),
    }
}

/// That a unit of these names recorded a consent with the case of a number.
pub fn consent_recorded(unit: &Text, number: &str) -> Text {
    Text::new(
        format!("{}在办件 {number} 中登记了您对使用证照的同意；如非您本人意愿，可在此撤回。", unit.zh),
        format!(
            "{} recorded with the case {number} that you agree to the use of your licences: withdraw it here if you do not.",
            unit.en
        ),
    )
}

/// That the counter of a unit of these names looked up a licence of a kind with these names.
pub fn looked_up(unit: &Text, kind: &Text) -> Text {
    Text::new(
        format!("{}的窗口为您查询了{}；如您当时不在窗口，请立即向该单位反映。", unit.zh, kind.zh),
        format!(
            "The counter of {} looked up your {} for you: tell the unit at once if you were not there.",
            unit.en, kind.en
        ),
    )
}

fn readable(day: Day) -> String {
    let text = day.to_string();
    match (text.get(..4), text.get(4..6), text.get(6..)) {
        (Some(year), Some(month), Some(day)) => format!("{year}-{month}-{day}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_last_day_within_sixty_days_has_one_reminder() {
        let now = UnixTime(1_795_305_600);
        for ahead in -1..=62_i64 {
            let day = Day::of(now.plus(Seconds(ahead * 86_400)));
            let told: Vec<i64> = reminders(now)
                .into_iter()
                .filter(|reminder| (reminder.from..=reminder.to).contains(&day))
                .map(|reminder| reminder.days)
                .collect();
            let want: &[i64] = match ahead {
                0..=7 => &[7],
                8..=30 => &[30],
                31..=60 => &[60],
                _ => &[],
            };
            assert_eq!(told, want, "{ahead} days ahead");
        }
    }
}
