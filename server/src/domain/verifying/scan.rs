//! Receipts of scans, most of them made without a network, and what makes one believable.
//!
//! A receipt is a report by the staff who scanned, not a proof: it stands under their name. What is checked here is
//! that it can be what an honest verifier of ours keeps.

use liangzheng_core::identifier::Identifier;
use liangzheng_core::text::Text;
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::verify::{Answer, Class, Code};

use crate::domain::catalogue::codes::SceneCode;
use crate::domain::fault;
use crate::domain::text::{MAX_REASON, PlainText};

/// One receipt that passed [`Receipt::check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The verifier's name for it: 128 random bits, base64url.
    pub id: String,
    /// When it was scanned, by the verifier's clock.
    pub at: UnixTime,
    /// The code of the verdict; the answer follows from it.
    pub code: Code,
    /// The scene, if the verdict named one.
    pub scene: Option<SceneCode>,
    /// The licence, if the verdict named one: only a code whose signatures hold names a licence.
    pub licence: Option<Identifier>,
    /// The token's `jti`.
    pub token: Option<String>,
    /// How fresh the verifier's knowledge of the status was.
    pub status_as_of: Option<UnixTime>,
    /// The version of the trust list it judged by.
    pub trust_version: Option<i64>,
    /// Code of the inspection matter it was scanned in.
    pub matter: Option<String>,
    /// Whether the person was compared with the licence.
    pub compared: bool,
    /// Whether this server verified it when it was scanned, and has logged the use.
    pub logged: bool,
    /// What was doubtful.
    pub doubt: Option<PlainText>,
}

/// A receipt as it was handed in.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// See [`Scan::id`].
    pub id: String,
    /// See [`Scan::at`].
    pub at: i64,
    /// `valid`, `invalid` or `undetermined`.
    pub verdict: String,
    /// `OK`, `E_…` or `U_…`.
    pub code: String,
    /// See [`Scan::scene`].
    pub scene: Option<String>,
    /// A GB/T 36904 identifier.
    pub licence: Option<String>,
    /// See [`Scan::token`].
    pub token: Option<String>,
    /// See [`Scan::status_as_of`].
    pub status_as_of: Option<i64>,
    /// See [`Scan::trust_version`].
    pub trust_version: Option<i64>,
    /// See [`Scan::matter`].
    pub matter: Option<String>,
    /// See [`Scan::compared`].
    pub compared: bool,
    /// See [`Scan::logged`].
    pub logged: bool,
    /// See [`Scan::doubt`].
    pub doubt: Option<String>,
}

/// The member of a receipt that cannot be right, and what would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unbelievable {
    /// The member's name.
    pub member: &'static str,
    /// What would be right.
    pub detail: Text,
}

impl Receipt {
    /// The scan it tells of, if it can be what a verifier of ours kept before `now`.
    ///
    /// # Errors
    /// The first member that cannot be right.
    pub fn check(self, now: UnixTime) -> Result<Scan, Unbelievable> {
        let wrong = |member, zh, en| Err(Unbelievable { member, detail: Text::fixed(zh, en) });
        if self.id.len() != ID_LENGTH || !self.id.bytes().all(is_base64url) {
            return wrong("id", "应为 22 个 base64url 字符", "must be 22 characters of base64url");
        }
        let at = UnixTime(self.at);
        if at > now.plus(CLOCK_AHEAD) {
            return wrong("at", "扫码时间晚于当前时间", "lies in the future: check the verifier's clock");
        }
        if at < now.minus(OLDEST) {
            return wrong("at", "扫码时间早于一年前", "is more than a year ago");
        }
        let Some(code) = Code::ALL.iter().copied().find(|code| code.as_str() == self.code) else {
            return wrong("code", "不是核验结论的代码", "is no code of a verdict");
        };
        if answer_of(code).is_none_or(|answer| answer != self.verdict) {
            return wrong("verdict", "与代码不符", "does not fit the code");
        }
        let scene = match self.scene.as_deref().map(str::parse) {
            None => None,
            Some(Ok(scene)) => Some(scene),
            Some(Err(_)) => return wrong("scene", "不是场景代码", "is no code of a scene"),
        };
        let licence = match self.licence.as_deref().map(Identifier::parse) {
            None => None,
            Some(Ok(licence)) => Some(licence),
            Some(Err(_)) => return wrong("licence", "不是电子证照标识", "is no identifier of a licence"),
        };
        if !self.token.as_deref().is_none_or(|token| is_name(token, MAX_TOKEN)) {
            return wrong("token", "不是令牌编号", "is no name of a token");
        }
        if self.status_as_of.is_some_and(|as_of| UnixTime(as_of) > at.plus(CLOCK_AHEAD)) {
            return wrong("status_as_of", "晚于扫码时间", "is later than the scan");
        }
        if self.trust_version.is_some_and(|version| version < 1) {
            return wrong("trust_version", "应为正整数", "must be positive");
        }
        let doubt = match self.doubt.as_deref().map(|words| PlainText::lines(words, MAX_REASON)) {
            None => None,
            Some(Ok(words)) => Some(words),
            Some(Err(why)) => return Err(Unbelievable { member: "doubt", detail: fault::told(why).1 }),
        };
        Ok(Scan {
            id: self.id,
            at,
            code,
            scene,
            licence,
            token: self.token,
            status_as_of: self.status_as_of.map(UnixTime),
            trust_version: self.trust_version,
            matter: self.matter,
            compared: self.compared,
            logged: self.logged,
            doubt,
        })
    }
}

impl Scan {
    /// The answer its code belongs to, as in the verdict's JSON.
    pub fn verdict(&self) -> &'static str {
        answer_of(self.code).unwrap_or("undetermined")
    }
}

/// The answer of a verdict with this code; `None` for a caution, which no verdict has as its code.
const fn answer_of(code: Code) -> Option<&'static str> {
    match code.class() {
        Class::Valid => Some(word(Answer::Valid)),
        Class::Invalid => Some(word(Answer::Invalid)),
        Class::Undetermined => Some(word(Answer::Undetermined)),
        Class::Caution => None,
    }
}

const fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Valid => "valid",
        Answer::Invalid => "invalid",
        Answer::Undetermined => "undetermined",
    }
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

fn is_name(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|byte| is_base64url(byte) || byte == b'.')
}

/// 128 bits in base64url.
const ID_LENGTH: usize = 22;
/// As long as any `jti` of ours, with room.
const MAX_TOKEN: usize = 64;
/// How far a verifier's clock may be ahead: the verdict itself tells of more (`C_CLOCK_OFF`).
const CLOCK_AHEAD: Seconds = Seconds(600);
/// A receipt handed in later than this is of no use to anybody, and an unbounded past invites invention.
const OLDEST: Seconds = Seconds(366 * 86_400);

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime(1_795_305_600);

    fn receipt() -> Receipt {
        Receipt {
            id: "AAAAAAAAAAAAAAAAAAAAAA".into(),
            at: NOW.0 - 60,
            verdict: "valid".into(),
            code: "OK".into(),
            scene: Some("hotel.checkin".into()),
            licence: Some("11100000MB0143028R001.11990100MB0000019L.20260000123.001.S".into()),
            token: Some("AAAAAAAAAAAAAAAA".into()),
            status_as_of: Some(NOW.0 - 600),
            trust_version: Some(1),
            matter: None,
            compared: true,
            logged: false,
            doubt: Some("照片与本人不像".into()),
        }
    }

    #[test]
    fn what_a_verifier_keeps_is_believed() {
        let scan = receipt().check(NOW).unwrap();
        assert_eq!((scan.code, scan.verdict()), (Code::Ok, "valid"));
        let bare = Receipt {
            verdict: "invalid".into(),
            code: "E_QR".into(),
            scene: None,
            licence: None,
            token: None,
            status_as_of: None,
            trust_version: None,
            ..receipt()
        };
        assert_eq!(bare.check(NOW).unwrap().verdict(), "invalid");
    }

    #[test]
    fn what_no_verifier_keeps_names_its_member() {
        type Change = fn(&mut Receipt);
        let cases: [(&str, Change); 16] = [
            ("id", |r| r.id = "short".into()),
            ("id", |r| r.id = "AAAAAAAAAAAAAAAAAAAAA=".into()),
            ("at", |r| r.at = NOW.0 + 601),
            ("at", |r| r.at = NOW.0 - 367 * 86_400),
            ("at", |r| r.at = i64::MIN),
            ("code", |r| r.code = "E_NONE".into()),
            ("verdict", |r| r.code = "C_NOTICE".into()),
            ("verdict", |r| r.verdict = "invalid".into()),
            ("verdict", |r| r.code = "U_CLOCK".into()),
            ("scene", |r| r.scene = Some(String::new())),
            ("licence", |r| r.licence = Some("1.2.3".into())),
            ("token", |r| r.token = Some("a b".into())),
            ("status_as_of", |r| r.status_as_of = Some(i64::MAX)),
            ("trust_version", |r| r.trust_version = Some(0)),
            ("doubt", |r| r.doubt = Some(" ".into())),
            ("doubt", |r| r.doubt = Some("字".repeat(MAX_REASON + 1))),
        ];
        for (member, change) in cases {
            let mut receipt = receipt();
            change(&mut receipt);
            assert_eq!(receipt.clone().check(NOW).unwrap_err().member, member, "{receipt:?}");
        }
    }
}
