//! The rules of an ES256 signature that hold before any curve arithmetic: length, range, low-S.

use super::Es256Key;

/// Order of P-256's base point, big-endian (FIPS 186-5, SP 800-186 §3.2.1.3).
const N: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// (n − 1) / 2: the largest s that counts as low.
const HALF_N: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xde, 0x73, 0x7d,
    0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
];

/// What to do with a signature whose s lies in the upper half.
///
/// For every signature (r, s) there is a second valid one, (r, n−s), that anyone can compute. Operators sign
/// low-S, so an altered operator token is never accepted; a phone's hardware may not offer the choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HighS {
    /// Operators and roots: refuse.
    Refuse,
    /// A phone's proof: either half.
    Accept,
}

/// Why a signature is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureFault {
    /// Not 64 bytes.
    Length,
    /// r or s is zero or not below the order.
    Range,
    /// s lies in the upper half.
    HighS,
    /// It is another key's, or over other bytes.
    Mismatch,
}

/// Checks a raw r‖s signature of `key` over `message`, cheapest rule first.
///
/// # Errors
/// The first [`SignatureFault`] that holds.
pub fn check_signature(
    key: &dyn Es256Key,
    message: &[u8],
    signature: &[u8],
    high_s: HighS,
) -> Result<(), SignatureFault> {
    let signature: &[u8; 64] = signature.try_into().map_err(|_| SignatureFault::Length)?;
    let (r, s) = signature.split_first_chunk::<32>().ok_or(SignatureFault::Length)?;
    let in_range = |scalar: &[u8]| scalar.iter().any(|byte| *byte != 0) && *scalar < N[..];
    if !in_range(r) || !in_range(s) {
        return Err(SignatureFault::Range);
    }
    if high_s == HighS::Refuse && *s > HALF_N[..] {
        return Err(SignatureFault::HighS);
    }
    if key.verify(message, signature) { Ok(()) } else { Err(SignatureFault::Mismatch) }
}

/// The same signature with s in the lower half.
pub fn normalise_s(mut signature: [u8; 64]) -> [u8; 64] {
    let (_, s) = signature.split_at_mut(32);
    if *s > HALF_N[..] {
        // n − s, schoolbook from the last byte.
        let mut borrow = 0_u8;
        for (digit, of_n) in s.iter_mut().zip(N).rev() {
            let (first, under) = of_n.overflowing_sub(*digit);
            let (second, under_again) = first.overflowing_sub(borrow);
            *digit = second;
            borrow = u8::from(under || under_again);
        }
    }
    signature
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Always;
    impl Es256Key for Always {
        fn verify(&self, _: &[u8], _: &[u8; 64]) -> bool {
            true
        }
    }

    fn with(r: [u8; 32], s: [u8; 32]) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&r);
        bytes[32..].copy_from_slice(&s);
        bytes
    }

    #[test]
    fn scalars_at_the_edges() {
        let one = {
            let mut b = [0; 32];
            b[31] = 1;
            b
        };
        let minus = |mut b: [u8; 32], by: u8| {
            b[31] -= by;
            b
        };
        let plus = |mut b: [u8; 32]| {
            b[31] += 1;
            b
        };
        for (name, r, s, want) in [
            ("r zero", [0; 32], one, Err(SignatureFault::Range)),
            ("s zero", one, [0; 32], Err(SignatureFault::Range)),
            ("r = n", N, one, Err(SignatureFault::Range)),
            ("s = n", one, N, Err(SignatureFault::Range)),
            ("r = n-1", minus(N, 1), one, Ok(())),
            ("s = n-1", one, minus(N, 1), Err(SignatureFault::HighS)),
            ("s = half", one, HALF_N, Ok(())),
            ("s = half+1", one, plus(HALF_N), Err(SignatureFault::HighS)),
            ("all ones", [0xff; 32], one, Err(SignatureFault::Range)),
        ] {
            assert_eq!(check_signature(&Always, b"", &with(r, s), HighS::Refuse), want, "{name}");
        }
        assert_eq!(check_signature(&Always, b"", &[1; 63], HighS::Accept), Err(SignatureFault::Length));
        assert_eq!(check_signature(&Always, b"", &[1; 65], HighS::Accept), Err(SignatureFault::Length));
        assert_eq!(check_signature(&Always, b"", &with(one, minus(N, 1)), HighS::Accept), Ok(()));
    }

    #[test]
    fn normalising_gives_n_minus_s() {
        let one = {
            let mut b = [0; 32];
            b[31] = 1;
            b
        };
        let mut n_minus_one = N;
        n_minus_one[31] -= 1;
        assert_eq!(normalise_s(with(one, n_minus_one)), with(one, one));
        assert_eq!(normalise_s(with(one, HALF_N)), with(one, HALF_N));
        let mut above = HALF_N;
        above[31] += 1;
        assert_eq!(normalise_s(with(one, above)), with(one, HALF_N));
    }
}
