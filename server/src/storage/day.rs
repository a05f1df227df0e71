//! Days as columns have them: the number that is read as `YYYYMMDD`, so that later days are larger.

use liangzheng_core::time::Day;

/// As a column has a day.
pub fn number(day: Day) -> i64 {
    // A day is eight digits.
    day.to_text().parse().unwrap_or_default()
}

/// The day of a column; `None` where the number is none.
pub fn of_number(number: i64) -> Option<Day> {
    Day::parse(&format!("{number:08}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_back_and_no_other_number_is_one() {
        let day = Day::parse("20240229").unwrap();
        assert_eq!((number(day), of_number(20_240_229)), (20_240_229, Some(day)));
        for number in [0, -1, 20_230_229, 120_240_229] {
            assert_eq!(of_number(number), None, "{number}");
        }
    }
}
