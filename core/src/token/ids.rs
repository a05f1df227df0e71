//! Random identifiers: 96 bits, written as 16 base64url characters. The bits come from the shell.

use alloc::string::String;
use core::fmt;

use crate::base64url;

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 12]);

        impl $name {
            /// From 12 bytes of a cryptographic random source.
            pub const fn from_bytes(bytes: [u8; 12]) -> Self {
                Self(bytes)
            }

            /// The 12 bytes.
            pub const fn as_bytes(&self) -> &[u8; 12] {
                &self.0
            }

            /// Reads 16 characters of canonical base64url.
            pub fn parse(text: &str) -> Option<Self> {
                base64url::decode_array(text).map(Self)
            }

            /// The 16 characters.
            pub fn to_text(&self) -> String {
                base64url::encode(self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.to_text())
            }
        }
    };
}

random_id!(
    /// Names one token (`jti`, RFC 7519 §4.1.7).
    Jti
);
random_id!(
    /// A verifier's or phone's fresh value (`nonce`, RFC 9901 §4.3).
    Nonce
);
