//! How the demo's licences came to their states: what a clerk did, when, and why.

use crate::domain::licence::acts::ActName;

/// How a licence comes to a state, as a clerk would give it.
pub(super) struct Doings {
    /// Of the state, or of what lies on the licence.
    pub(super) word: &'static str,
    pub(super) act: ActName,
    /// How many days before the demo is made.
    pub(super) days: i64,
    pub(super) reason: &'static str,
    pub(super) legal_basis: &'static str,
}

/// What leads to each state.
pub(super) static DOINGS: [Doings; 10] = [
    Doings {
        word: "ON_HOLD",
        act: ActName::Suspend,
        days: 20,
        reason: "投诉举报核查期间暂停使用",
        legal_basis: "《食品经营许可和备案管理办法》",
    },
    Doings {
        word: "SEIZED",
        act: ActName::Seize,
        days: 15,
        reason: "道路交通违法，暂扣驾驶证",
        legal_basis: "《中华人民共和国道路交通安全法》",
    },
    Doings {
        word: "REPORTED_LOST",
        act: ActName::ReportLoss,
        days: 10,
        reason: "持证人到窗口申报证件遗失",
        legal_basis: "《机动车驾驶证申领和使用规定》",
    },
    Doings {
        word: "DISABLED",
        act: ActName::Disable,
        days: 25,
        reason: "持证人申请停用电子证照",
        legal_basis: "《中华人民共和国社会保险法》",
    },
    Doings {
        word: "CANCELLED",
        act: ActName::Cancel,
        days: 40,
        reason: "持证人已迁入户籍，申请注销居住证",
        legal_basis: "《居住证暂行条例》",
    },
    Doings {
        word: "REVOKED",
        act: ActName::Revoke,
        days: 30,
        reason: "情节严重的食品安全违法行为，吊销许可证",
        legal_basis: "《中华人民共和国食品安全法》",
    },
    Doings {
        word: "WITHDRAWN",
        act: ActName::Withdraw,
        days: 35,
        reason: "以欺骗手段取得资格，予以撤销",
        legal_basis: "《中华人民共和国行政许可法》第六十九条",
    },
    Doings {
        word: "ANNULLED",
        act: ActName::Annul,
        days: 50,
        reason: "登记有误，原证废止",
        legal_basis: "《婚姻登记条例》",
    },
    Doings {
        word: "PLEDGED",
        act: ActName::Pledge,
        days: 60,
        reason: "办理质押登记",
        legal_basis: "《中华人民共和国民法典》",
    },
    Doings {
        word: "MORTGAGED",
        act: ActName::Mortgage,
        days: 70,
        reason: "办理抵押登记",
        legal_basis: "《中华人民共和国民法典》",
    },
];
