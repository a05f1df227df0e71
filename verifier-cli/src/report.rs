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

/// Columns of a line's name, wide enough for the longest in either language; a catalogue's labels may need more.
const NAME: usize = 18;

/// Columns that a label gets at most: beyond, its value follows on the same line out of the column.
const LONGEST_NAME: usize = 36;

/// Columns of the rule behind a section's title.
const RULE: usize = 60;

/// Prints a verdict as a form, under `heading` if it is one of several.
pub(crate) fn print(lang: Lang, verdict: &Verdict, heading: Option<&str>) -> Result<(), Failure> {
    let form = Form { lang, coloured: output::is_coloured(), columns: NAME, text: String::new() };
    output::line(form.fill(verdict, heading).trim_end())
}

/// Prints a verdict on one line, for working through many.
pub(crate) fn brief(lang: Lang, verdict: &Verdict, source: Option<&str>) -> Result<(), Failure> {
    let (symbol, colour) = face(verdict);
    let time = Local(verdict.checked_at).to_string();
    let mut parts = vec![format!("{symbol} {}", time.split(' ').next_back().unwrap_or_default())];
    parts.extend(source.map(visible));
    let message = visible(lang.of(&verdict.message));
    let told = [answer(lang, verdict), lang.colon(), &message].concat();
    parts.push(lang.with_aside(&told, verdict.code.as_str()));
    if let Some(licence) = &verdict.licence {
        let kind = licence.kind.names.as_ref().map_or(licence.kind.code.as_str(), |names| lang.of(names));
        let fields = licence.fields.iter().map(|field| field.value.as_str());
        parts.push(visible(&[kind].into_iter().chain(fields).collect::<Vec<_>>().join(" · ")));
        parts.push(format!("{} {}", lang.pick("至", "until"), until(lang, licence)));
    }
    parts.extend(verdict.cautions.iter().map(|caution| format!("! {}", visible(lang.of(&caution.message)))));
    if verdict.verdict != Answer::Valid {
        parts.push(format!("→ {}", visible(lang.of(&verdict.hint))));
    }
    output::coloured_line(colour, &parts.join("  "))
}

struct Form {
    lang: Lang,
    coloured: bool,
    /// Columns of the names.
    columns: usize,
    text: String,
}

impl Form {
    fn fill(mut self, verdict: &Verdict, heading: Option<&str>) -> String {
        let fields = verdict.licence.iter().flat_map(|licence| &licence.fields);
        let labels =
            fields.filter_map(|field| field.label.as_ref()).map(|label| width(self.lang.of(label)) + 1);
        self.columns = labels.filter(|columns| *columns <= LONGEST_NAME).chain([NAME]).max().unwrap_or(NAME);
        if let Some(heading) = heading {
            if !heading.starts_with("[1/") && !heading.starts_with("[1]") {
                self.text.push('\n');
            }
            let _ = writeln!(self.text, "{heading}");
        }
        self.headline(verdict);
        if let Some(licence) = &verdict.licence {
            self.section("证照", "Licence");
            self.licence(licence, verdict);
        }
        self.section("核验明细", "Checks");
        self.checks(verdict);
        self.section("依据", "Based on");
        self.freshness(verdict);
        // Once more at the end: on a small screen the headline has gone by.
        let (symbol, _) = face(verdict);
        let hint = visible(self.lang.of(&verdict.hint));
        let result = format!("{symbol} {} → {hint}", answer(self.lang, verdict));
        self.row(self.lang.pick("结果", "Result"), &result);
        self.text
    }

    /// The answer, why, and what to do, where the eye falls first.
    fn headline(&mut self, verdict: &Verdict) {
        let (symbol, colour) = face(verdict);
        let answer = answer(self.lang, verdict);
        let message = visible(self.lang.of(&verdict.message));
        let told = if self.coloured {
            format!("\u{1b}[7;{colour}m {symbol} {answer} \u{1b}[0m \u{1b}[{colour}m{message}\u{1b}[0m")
        } else {
            format!("{symbol} {answer}{}{message}", self.lang.colon())
        };
        let _ = writeln!(self.text, "{}", self.lang.with_aside(&told, verdict.code.as_str()));
        if verdict.verdict == Answer::Valid {
            let reminder = self.reminder(verdict);
            self.coloured_line(colour, &format!("  ☐ {reminder}"));
        } else {
            let hint = visible(self.lang.of(&verdict.hint));
            self.coloured_line(colour, &format!("  → {hint}"));
        }
        for caution in &verdict.cautions {
            let message = visible(self.lang.of(&caution.message));
            let hint = caution.code.hint();
            let told = self.lang.with_aside(&message, caution.code.as_str());
            let line = format!("! {told}\n  → {}", visible(self.lang.of(&hint)));
            self.coloured_line("33", &line);
        }
    }

    /// A box to tick: the best code says nothing of who holds the phone.
    fn reminder(&self, verdict: &Verdict) -> String {
        let delegate = verdict.licence.as_ref().and_then(|licence| licence.delegate.as_ref());
        match (self.lang, delegate) {
            (Lang::Zh, None) => "请与本人及证件照片比对".into(),
            (Lang::En, None) => "Compare with the person and the photograph on their ID".into(),
            (Lang::Zh, Some(delegate)) => {
                format!("请与代为出示人 {} 及其证件照片比对", visible(&delegate.name))
            }
            (Lang::En, Some(delegate)) => {
                format!(
                    "Compare with the delegate {} and the photograph on their ID",
                    visible(&delegate.name)
                )
            }
        }
    }

    fn section(&mut self, zh: &'static str, en: &'static str) {
        let title = self.lang.pick(zh, en);
        let rule = "─".repeat(RULE.saturating_sub(width(title) + 4));
        self.text.push('\n');
        self.coloured_line("2", &format!("── {title} {rule}"));
    }

    fn licence(&mut self, licence: &ShownLicence, verdict: &Verdict) {
        let lang = self.lang;
        let named = |name: &ShownName| match &name.names {
            Some(names) => lang.with_aside(lang.of(names), &name.code),
            None => name.code.clone(),
        };
        self.row(lang.pick("证照类型", "Kind"), &named(&licence.kind));
        for field in &licence.fields {
            let label = field.label.as_ref().map_or(field.key.as_str(), |label| lang.of(label));
            self.row(&visible(label), &field.value);
        }
        let period = format!("{} – {}", day(lang, &licence.valid_from), until(lang, licence));
        self.row(lang.pick("有效期", "Valid"), &period);
        if let Some(delegate) = &licence.delegate {
            self.row(
                lang.pick("代为出示", "Shown by delegate"),
                &lang.with_aside(&delegate.name, &delegate.sub),
            );
        }
        self.row(lang.pick("签发单位", "Issued by"), &named(&licence.unit));
        self.row(lang.pick("证照标识", "Identifier"), &licence.identifier);
        if let Some(scene) = &verdict.scene {
            let name = scene.names.as_ref().map_or("", |names| lang.of(names));
            let codes = [&*scene.code, &scene.audience].join(lang.comma());
            self.row(lang.pick("场景", "Scene"), &lang.with_aside(name, &codes));
        }
        if let Some(profile) = verdict.profile {
            let profile = match profile {
                Profile::S => lang.pick("平台生成的限时码", "time-limited code from the platform"),
                Profile::H => {
                    lang.pick("手机离线生成，已绑定手机", "made offline by the phone it is bound to")
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
            let mut line =
                format!("  {symbol} {}", padded(self.lang.of(&title(check.name)), self.columns - 2));
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
                let of_what = [source, &Local(status.as_of).to_string()].join(lang.comma());
                lang.with_aside(&ago(status.age_s), &of_what)
            }
            None => lang.pick("无", "none").into(),
        };
        self.row(lang.pick("状态名单", "Status"), &status);
        let trust = verdict.trust.as_ref().map_or(lang.pick("无", "none").into(), |trust| {
            let version = trust.version;
            match lang {
                Lang::Zh => format!("第 {version} 版，{}", ago(trust.age_s)),
                Lang::En => format!("version {version}, {}", ago(trust.age_s)),
            }
        });
        self.row(lang.pick("信任名录", "Trust list"), &trust);
        self.row(lang.pick("核验时间", "Checked at"), &Local(verdict.checked_at).to_string());
    }

    fn row(&mut self, name: &str, value: &str) {
        let gap = if width(name) >= self.columns { " " } else { "" };
        let _ = writeln!(self.text, "  {}{gap}{}", padded(name, self.columns), visible(value));
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

/// The answer in a word.
fn answer(lang: Lang, verdict: &Verdict) -> &'static str {
    match (verdict.verdict, verdict.cautions.is_empty()) {
        (Answer::Valid, true) => lang.pick("有效", "VALID"),
        (Answer::Valid, false) => lang.pick("有效，但需注意", "VALID, with cautions"),
        (Answer::Invalid, _) => lang.pick("不通过", "INVALID"),
        (Answer::Undetermined, _) => lang.pick("无法判断", "UNDETERMINED"),
    }
}

/// The last day of a licence.
fn until(lang: Lang, licence: &ShownLicence) -> String {
    licence.valid_to.as_deref().map_or(lang.pick("长期", "no end").to_owned(), |text| day(lang, text))
}

/// `YYYYMMDD` as people write it: 2029年11月22日, 22 Nov 2029.
fn day(lang: Lang, text: &str) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<usize>().ok());
    let parts = (text.get(..4), number(text.get(4..6)), number(text.get(6..)));
    let (Some(year), Some(month), Some(day)) = parts else { return text.to_owned() };
    match (lang, month.checked_sub(1).and_then(|at| MONTHS.get(at))) {
        (Lang::Zh, _) => format!("{year}年{month}月{day}日"),
        (Lang::En, Some(name)) => format!("{day} {name} {year}"),
        (Lang::En, None) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_each_language_does() {
        for (text, zh, en) in [
            ("20291122", "2029年11月22日", "22 Nov 2029"),
            ("20250101", "2025年1月1日", "1 Jan 2025"),
            ("2025", "2025", "2025"),
            ("2025ab01", "2025ab01", "2025ab01"),
        ] {
            assert_eq!((day(Lang::Zh, text), day(Lang::En, text)), (zh.into(), en.into()));
        }
    }
}
