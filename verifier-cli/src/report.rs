//! The verdict as a form for people: headline, licence, every check, freshness, what to do.

use std::fmt::Write as _;

use liangzheng_core::{
    text::Text,
    time::Seconds,
    trust::Profile,
    verify::{Answer, CheckName, Code, Outcome, ShownLicence, ShownName, Verdict},
};

use crate::{
    clock::Local,
    error::Failure,
    output,
    words::{Lang, padded, visible, width},
};

/// Columns of a line's name, wide enough for the longest in either language.
const NAME: usize = 18;

/// Prints a verdict; `number` tells which of how many codes it is about.
pub(crate) fn print(lang: Lang, verdict: &Verdict, number: Option<(usize, usize)>) -> Result<(), Failure> {
    let form = Form { lang, coloured: output::is_coloured(), text: String::new() };
    output::line(form.fill(verdict, number).trim_end())
}

struct Form {
    lang: Lang,
    coloured: bool,
    text: String,
}

impl Form {
    fn fill(mut self, verdict: &Verdict, number: Option<(usize, usize)>) -> String {
        if let Some((at, of)) = number {
            if at > 1 {
                self.text.push('\n');
            }
            let _ = writeln!(self.text, "[{at}/{of}]");
        }
        self.headline(verdict);
        for caution in &verdict.cautions {
            let line = format!("! {} ({})", visible(self.lang.of(&caution.message)), caution.code);
            self.coloured_line("33", &line);
        }
        if let Some(licence) = &verdict.licence {
            self.text.push('\n');
            self.licence(licence, verdict);
        }
        self.text.push('\n');
        self.checks(verdict);
        self.text.push('\n');
        self.freshness(verdict);
        let hint = visible(self.lang.of(&verdict.hint));
        self.row(self.lang.pick("下一步", "Next"), &hint);
        self.text
    }

    fn headline(&mut self, verdict: &Verdict) {
        let (symbol, colour) = face(verdict);
        let answer = match (verdict.verdict, verdict.cautions.is_empty()) {
            (Answer::Valid, true) => self.lang.pick("有效", "VALID"),
            (Answer::Valid, false) => self.lang.pick("有效,但需注意", "VALID, with cautions"),
            (Answer::Invalid, _) => self.lang.pick("不通过", "INVALID"),
            (Answer::Undetermined, _) => self.lang.pick("无法判断", "UNDETERMINED"),
        };
        let message = visible(self.lang.of(&verdict.message));
        self.coloured_line(colour, &format!("{symbol} {answer}: {message} ({})", verdict.code));
    }

    fn licence(&mut self, licence: &ShownLicence, verdict: &Verdict) {
        let lang = self.lang;
        let named = |name: &ShownName| match &name.names {
            Some(names) => format!("{} ({})", lang.of(names), name.code),
            None => name.code.clone(),
        };
        self.row(lang.pick("证照类型", "Kind"), &named(&licence.kind));
        self.row(lang.pick("签发单位", "Issued by"), &named(&licence.unit));
        self.row(lang.pick("证照标识", "Identifier"), &licence.identifier);
        for field in &licence.fields {
            let label = field.label.as_ref().map_or(field.key.as_str(), |label| lang.of(label));
            self.row(&visible(label), &field.value);
        }
        let until = licence.valid_to.as_deref().map_or(lang.pick("长期", "no end").to_owned(), day);
        self.row(lang.pick("有效期", "Valid"), &format!("{} – {until}", day(&licence.valid_from)));
        if let Some(delegate) = &licence.delegate {
            self.row(
                lang.pick("代为出示", "Shown by delegate"),
                &format!("{} ({})", delegate.name, delegate.sub),
            );
        }
        if let Some(scene) = &verdict.scene {
            let name = scene.names.as_ref().map_or("", |names| lang.of(names));
            self.row(lang.pick("场景", "Scene"), &format!("{name} ({}, {})", scene.code, scene.audience));
        }
        if let Some(profile) = verdict.profile {
            let profile = match profile {
                Profile::S => lang.pick("平台生成的限时码", "time-limited code from the platform"),
                Profile::H => {
                    lang.pick("手机离线生成,已绑定手机", "made offline by the phone it is bound to")
                }
                Profile::HNonce => {
                    lang.pick("手机回应了本机核验码", "the phone's answer to this verifier's challenge")
                }
            };
            self.row(lang.pick("出示方式", "Shown as"), profile);
        }
    }

    fn checks(&mut self, verdict: &Verdict) {
        for check in &verdict.checks {
            let (symbol, colour) = match check.result {
                Outcome::Pass => ("✓", "32"),
                Outcome::Fail => ("✕", "31"),
                Outcome::NotChecked => ("—", "90"),
            };
            let mut line = format!("{symbol} {}", padded(self.lang.of(&title(check.name)), NAME));
            match (&check.detail, check.result) {
                (Some(detail), _) => line.push_str(&visible(self.lang.of(detail))),
                (None, Outcome::NotChecked) => line.push_str(self.lang.pick("未核验", "not checked")),
                (None, _) => {}
            }
            self.coloured_line(colour, line.trim_end());
        }
    }

    fn freshness(&mut self, verdict: &Verdict) {
        let lang = self.lang;
        let ago = |seconds: i64| match lang {
            Lang::Zh => format!("{}前", lang.span(Seconds(seconds))),
            Lang::En => format!("{} ago", lang.span(Seconds(seconds))),
        };
        let status = match &verdict.status {
            Some(status) => {
                let source = match status.source {
                    "live" => lang.pick("实时", "live"),
                    _ => lang.pick("离线名单", "offline list"),
                };
                format!("{} ({source}, {})", ago(status.age_s), Local(status.as_of))
            }
            None => lang.pick("无", "none").into(),
        };
        self.row(lang.pick("状态截至", "Status as of"), &status);
        let trust = verdict.trust.as_ref().map_or(lang.pick("无", "none").into(), |trust| {
            let version = trust.version;
            match lang {
                Lang::Zh => format!("第 {version} 版, {}", ago(trust.age_s)),
                Lang::En => format!("version {version}, {}", ago(trust.age_s)),
            }
        });
        self.row(lang.pick("信任名录", "Trust list"), &trust);
        self.row(lang.pick("核验时间", "Checked at"), &Local(verdict.checked_at).to_string());
    }

    fn row(&mut self, name: &str, value: &str) {
        let gap = if width(name) >= NAME { " " } else { "" };
        let _ = writeln!(self.text, "  {}{gap}{}", padded(name, NAME), visible(value));
    }

    fn coloured_line(&mut self, colour: &str, line: &str) {
        if self.coloured {
            let _ = writeln!(self.text, "\u{1b}[{colour}m{line}\u{1b}[0m");
        } else {
            let _ = writeln!(self.text, "{line}");
        }
    }
}

/// Symbol and colour of the answer; an expired code must not look like a forged one.
fn face(verdict: &Verdict) -> (&'static str, &'static str) {
    match (verdict.verdict, verdict.code) {
        (Answer::Valid, _) if verdict.cautions.is_empty() => ("✓", "1;32"),
        (Answer::Valid, _) => ("!", "1;33"),
        (Answer::Undetermined, _) => ("?", "1;90"),
        (_, Code::TokenExpired | Code::GrantExpired | Code::TokenEarly | Code::ProofTime) => ("↻", "1;34"),
        (_, Code::Scene | Code::Audience) => ("⊘", "1;34"),
        (_, Code::StatusSuspended) => ("⏸", "1;33"),
        _ => ("✕", "1;31"),
    }
}

const fn title(name: CheckName) -> Text {
    match name {
        CheckName::Form => Text::fixed("二维码格式", "Form"),
        CheckName::Signature => Text::fixed("签名", "Signature"),
        CheckName::Issuer => Text::fixed("签发机构", "Issuer trusted"),
        CheckName::Time => Text::fixed("二维码时效", "Code in time"),
        CheckName::Replay => Text::fixed("未重复使用", "Not used before"),
        CheckName::Scene => Text::fixed("适用场景", "Scene"),
        CheckName::Status => Text::fixed("证照状态", "Licence status"),
        CheckName::Dates => Text::fixed("有效期", "Validity dates"),
        CheckName::Notices => Text::fixed("年检、抵押等", "Notices"),
        CheckName::Holder => Text::fixed("持有人绑定", "Holder's phone"),
        CheckName::Clock => Text::fixed("本机时间", "This clock"),
    }
}

/// `YYYYMMDD` as people write it.
fn day(text: &str) -> String {
    match (text.get(..4), text.get(4..6), text.get(6..)) {
        (Some(year), Some(month), Some(day)) => format!("{year}-{month}-{day}"),
        _ => text.to_owned(),
    }
}
