//! Check characters: four numbers, four different schemes (core/README.md, "Identifiers").

use crate::time::Day;

/// ISO 7064 MOD 37,36 over digits and capital letters; `None` if another character occurs.
pub fn mod_37_36(text: impl Iterator<Item = u8>) -> Option<char> {
    let mut product = 36_u32;
    for byte in text {
        let value = char::from(byte).to_digit(36).filter(|_| !byte.is_ascii_lowercase())?;
        let sum = match product.checked_add(value)? % 36 {
            0 => 36,
            sum => sum,
        };
        product = sum.checked_mul(2)? % 37;
    }
    let check = 37_u32.checked_sub(product)? % 36;
    char::from_digit(check, 36).map(|c| c.to_ascii_uppercase())
}

/// Characters of a unified social credit code: no I, O, S, V, Z (GB 32100-2015).
const USCC_ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Whether `code` is an 18-character unified social credit code with the right check character
/// (GB 32100-2015: weights 3^i mod 31).
pub fn uscc_is_valid(code: &str) -> bool {
    let mut weight = 1_usize;
    let mut sum = 0_usize;
    let mut last = None;
    if code.len() != 18 {
        return false;
    }
    for (at, byte) in code.bytes().enumerate() {
        let Some(value) = USCC_ALPHABET.iter().position(|c| *c == byte) else { return false };
        if at == 17 {
            last = Some(value);
        } else {
            sum = sum.saturating_add(value.saturating_mul(weight));
            weight = weight.saturating_mul(3) % 31;
        }
    }
    // 31 − (sum mod 31), where 31 itself is written 0.
    last == Some(31_usize.saturating_sub(sum % 31) % 31)
}

const CITIZEN_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CITIZEN_CHECKS: [u8; 11] = *b"10X98765432";

/// Whether `id` is an 18-character citizen number: a birth date that exists and the right check character,
/// capital X (GB 11643-1999, MOD 11-2).
pub fn citizen_id_is_valid(id: &str) -> bool {
    let Some((body, check)) = id.as_bytes().split_first_chunk::<17>() else { return false };
    if !body.iter().all(u8::is_ascii_digit) || id.get(6..14).and_then(Day::parse).is_none() {
        return false;
    }
    let sum = body.iter().zip(CITIZEN_WEIGHTS).fold(0_u32, |sum, (digit, weight)| {
        sum.saturating_add(u32::from(digit.saturating_sub(b'0')).saturating_mul(weight))
    });
    let index = usize::try_from(sum % 11).unwrap_or_default();
    CITIZEN_CHECKS.get(index).is_some_and(|expected| check == [*expected])
}

/// Whether `number` is a food business licence number: `JY` and 14 digits, the last one by
/// GB/T 17710 MOD 11,10.
pub fn food_licence_is_valid(number: &str) -> bool {
    let Some(digits) =
        number.strip_prefix("JY").filter(|d| d.len() == 14 && d.bytes().all(|b| b.is_ascii_digit()))
    else {
        return false;
    };
    let mut product = 10_u32;
    for byte in digits.bytes().take(13) {
        let sum = match product.saturating_add(u32::from(byte.saturating_sub(b'0'))) % 10 {
            0 => 10,
            sum => sum,
        };
        product = sum.saturating_mul(2) % 11;
    }
    let last = digits.bytes().last().map(|b| u32::from(b.saturating_sub(b'0')));
    // The hybrid system wants (product + check) mod 10 = 1.
    last.is_some_and(|check| product.saturating_add(check) % 10 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{format, string::ToString};

    #[test]
    fn credit_codes() {
        for good in ["11990100MB0000019L", "11990200MB0000027L", "91990100MA0000031K"] {
            assert!(uscc_is_valid(good), "{good}");
            assert_eq!(
                USCC_ALPHABET
                    .iter()
                    .filter(|c| uscc_is_valid(&format!("{}{}", &good[..17], char::from(**c))))
                    .count(),
                1
            );
        }
        for bad in [
            "",
            "11990100MB0000019K",
            "11990100MB0000019",
            "11990100MB0000019LL",
            "11990100MB00000I9L",
            "11990100mb0000019l",
        ] {
            assert!(!uscc_is_valid(bad), "{bad}");
        }
    }

    #[test]
    fn citizen_numbers() {
        for good in ["11010519491231002X", "440524188001010014"] {
            assert!(citizen_id_is_valid(good), "{good}");
        }
        for bad in [
            "11010519491231002x",
            "110105194912310021",
            "11010519491331002X",
            // A letter counted by its distance from 0 would have this check character.
            "A10105194912310028",
            "1101051949123100",
            "",
            "11010519491231002XX",
        ] {
            assert!(!citizen_id_is_valid(bad), "{bad}");
        }
    }

    #[test]
    fn food_licence_numbers_have_one_right_last_digit() {
        let body = "JY1990100000001";
        let right: std::vec::Vec<_> =
            (0..10).map(|d| format!("{body}{d}")).filter(|n| food_licence_is_valid(n)).collect();
        // Checked by hand with the standard's procedure, as its own example 0794 5 was.
        assert_eq!(right, [format!("{body}1")]);
        assert!(food_licence_is_valid("JY14419001234566"));
        let good = &right[0];
        for at in 2..16 {
            let digit: u8 = good[at..=at].parse().unwrap();
            let mut bad = good.to_string();
            bad.replace_range(at..=at, &((digit + 1) % 10).to_string());
            assert!(!food_licence_is_valid(&bad), "{bad}");
        }
        for bad in ["", "JY", "JX19901000000019", "JY1990100000001", "JY1990100000001x9"] {
            assert!(!food_licence_is_valid(bad), "{bad}");
        }
    }
}
