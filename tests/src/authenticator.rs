//! A phone's authenticator (RFC 6238), written from the paper and not with the server's library.

use aws_lc_rs::hmac;

/// The secret that was scanned.
pub struct Authenticator(Vec<u8>);

impl Authenticator {
    /// Takes the secret as typed: base 32 (RFC 4648).
    ///
    /// # Panics
    /// If it is not.
    pub fn typed(secret: &str) -> Self {
        let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
        for letter in secret.bytes() {
            let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter);
            bits = (bits << 5) | u32::try_from(value.expect("base 32")).unwrap();
            count += 5;
            if count >= 8 {
                count -= 8;
                bytes.push(u8::try_from((bits >> count) & 0xff).unwrap());
            }
        }
        Self(bytes)
    }

    /// Whether its secret stands in clear in `bytes`.
    pub fn lies_in(&self, bytes: &[u8]) -> bool {
        bytes.windows(self.0.len()).any(|window| window == self.0)
    }

    /// The six digits at a time.
    ///
    /// # Panics
    /// Before 1970.
    pub fn code_at(&self, unix: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let step = u64::try_from(unix).expect("after 1970") / 30;
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let at = usize::from(tag[19] & 0xf);
        let number = u32::from_be_bytes(tag[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::Authenticator;

    #[test]
    fn the_vectors_of_rfc_6238_are_met() {
        let phone = Authenticator::typed("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for (at, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(phone.code_at(at), code);
        }
    }
}
