//! What a batch came to, as a table.

use std::{collections::BTreeMap, time::Duration};

use liangzheng_core::verify::{Class, Code, Verdict};

use super::super::verify::Exits;
use crate::{
    error::Exit,
    words::{Lang, padded},
};

/// How many verdicts of each code there were. A code belongs to one verdict.
#[derive(Default)]
pub(super) struct Tally {
    exits: Exits,
    codes: BTreeMap<Code, u64>,
}

impl Tally {
    pub(super) fn add(&mut self, verdict: &Verdict) {
        self.exits.add(verdict);
        *self.codes.entry(verdict.code).or_default() += 1;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.exits.merge(other.exits);
        for (code, count) in &other.codes {
            *self.codes.entry(*code).or_default() += count;
        }
    }

    pub(super) fn total(&self) -> u64 {
        self.exits.total()
    }

    pub(super) fn exit(&self) -> Exit {
        self.exits.exit()
    }

    /// On stderr: stdout belongs to the verdicts.
    pub(super) fn print(&self, lang: Lang, took: Duration) {
        eprint!("{}", self.table(lang, took));
    }

    fn table(&self, lang: Lang, took: Duration) -> String {
        let mut table = row(
            lang.pick("结果", "verdict"),
            lang.pick("代码", "code"),
            lang.pick("数量", "count"),
            lang.pick("占比", "share"),
            lang.pick("说明", "meaning"),
        );
        let total = self.total();
        for (answer, word) in [
            (Class::Valid, lang.pick("有效", "valid")),
            (Class::Invalid, lang.pick("不通过", "invalid")),
            (Class::Undetermined, lang.pick("无法判断", "undetermined")),
        ] {
            let mut of_answer: Vec<(Code, u64)> = self
                .codes
                .iter()
                .map(|(code, count)| (*code, *count))
                .filter(|(code, _)| code.class() == answer)
                .collect();
            of_answer.sort_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
            for (at, (code, count)) in of_answer.into_iter().enumerate() {
                let word = if at == 0 { word } else { "" };
                let share = format!("{:.1} %", count as f64 * 100. / total as f64);
                table += &row(word, code.as_str(), &grouped(count), &share, lang.of(&code.message()));
            }
        }
        let seconds = took.as_secs_f64();
        let rate = grouped((total as f64 / seconds.max(0.001)) as u64);
        let time = match lang {
            Lang::Zh => format!("用时 {seconds:.1} 秒，每秒 {rate}"),
            Lang::En => format!("in {seconds:.1} s, {rate}/s"),
        };
        table + &row(lang.pick("合计", "total"), "", &grouped(total), "", &time)
    }
}

fn row(answer: &str, code: &str, count: &str, share: &str, meaning: &str) -> String {
    let right = |text: &str, columns: usize| {
        let space = columns.saturating_sub(crate::words::width(text));
        format!("{}{text}", " ".repeat(space))
    };
    format!(
        "{} {} {} {}  {meaning}\n",
        padded(answer, 12),
        padded(code, 22),
        right(count, 11),
        right(share, 8)
    )
}

/// A number with commas between its thousands.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use liangzheng_core::{time::UnixTime, verify::Refusal};

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (100_000, "100,000"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn a_table_has_a_row_for_each_code_most_frequent_first() {
        let mut tally = Tally::default();
        for (code, count) in [(Code::Format, 1), (Code::Sig, 2), (Code::TrustMissing, 1)] {
            for _ in 0..count {
                tally.add(&Verdict::refused(UnixTime(0), &Refusal::from(code)));
            }
        }
        let mut twice = Tally::default();
        twice.merge(&tally);
        twice.merge(&tally);
        let table = twice.table(Lang::Zh, Duration::from_secs(2));
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(
            lines,
            [
                "结果         代码                          数量     占比  说明",
                "不通过       E_SIG                            4   50.0 %  验签未通过，疑似伪造",
                "             E_FORMAT                         2   25.0 %  不是电子证照亮证码",
                "无法判断     U_TRUST_MISSING                  2   25.0 %  尚无信任名录，无法判断",
                "合计                                          8           用时 2.0 秒，每秒 4",
            ]
        );
        assert_eq!(twice.exit(), Exit::Invalid);
    }
}
