//! `ER1:`, the text of a counter's request (core/README.md, "QR texts"): the 16 random bytes that name it, and nothing else.

use alloc::{format, string::String};

use super::base45;

/// What every counter's request begins with.
pub const PREFIX: &str = "ER1:";

/// The QR text of a request.
pub fn text(id: &[u8; 16]) -> String {
    format!("{PREFIX}{}", base45::encode(id))
}

/// The bytes that name a request, of its QR text or of what stands in it after the prefix; `None` for anything else.
pub fn read(text: &str) -> Option<[u8; 16]> {
    let body = text.strip_prefix(PREFIX).unwrap_or(text);
    base45::decode(body)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_back_with_and_without_its_prefix_and_nothing_else_is() {
        for id in [[0_u8; 16], [255; 16], *b"0123456789abcdef"] {
            let text = text(&id);
            assert_eq!((read(&text), read(&text[4..])), (Some(id), Some(id)), "{text}");
            for wrong in
                [&text[..text.len() - 1], &text[..4], "", &text.replace("ER1:", "EL1:"), &format!("{text}0")]
            {
                assert_eq!(read(wrong), None, "{wrong}");
            }
        }
    }
}
