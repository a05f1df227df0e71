//! base64url without padding, canonical (RFC 4648 §5; RFC 7515 §2).
//!
//! By table and not in constant time: everything here is public. The browser module, which has a size to keep and writes
//! little, encodes by a smaller library.

use alloc::{string::String, vec::Vec};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Bytes as base64url.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    let mut text = String::new();
    append(&mut text, bytes.as_ref());
    text
}

/// Appends bytes as base64url.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn append(text: &mut String, bytes: &[u8]) {
    URL_SAFE_NO_PAD.encode_string(bytes, text);
}

#[cfg(target_family = "wasm")]
pub(crate) fn append(text: &mut String, bytes: &[u8]) {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    text.push_str(&Base64UrlUnpadded::encode_string(bytes));
}

/// base64url as bytes; `None` for padding, other characters, or bits after the last byte that are not zero.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Decodes exactly `N` bytes.
pub fn decode_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    decode(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_string_has_one_spelling() {
        assert_eq!(decode("_-8").as_deref(), Some(&[0xff, 0xef][..]));
        assert_eq!(encode([0xff, 0xef]), "_-8");
        for other in ["_-9", "_-8=", "/+8", "_-8\n", " _-8", "_", "证"] {
            assert_eq!(decode(other), None, "{other:?}");
        }
        assert_eq!(decode_array::<2>("_-8"), Some([0xff, 0xef]));
        assert_eq!(decode_array::<3>("_-8"), None);
    }
}
