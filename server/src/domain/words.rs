//! One macro for the closed sets the field has words for: a type, the word programs use, the words people read.

/// The text is none of the words of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such {what}")]
pub struct UnknownWord {
    /// What the set is of.
    pub what: &'static str,
}

/// Makes an enum whose variants are words: `Variant = "word" / "中文" / "English"`.
///
/// `as_str` is the word as in the API and the database, `label` what people read, `ALL` every variant; `FromStr`
/// reads the word.
#[macro_export]
macro_rules! words {
    (
        $(#[$doc:meta])*
        pub enum $name:ident: $what:literal {
            $($(#[$variant_doc:meta])* $variant:ident = $word:literal / $zh:literal / $en:literal,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As in the API and the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// What people read.
            pub const fn label(self) -> ::liangzheng_core::text::Text {
                match self { $(Self::$variant => ::liangzheng_core::text::Text::fixed($zh, $en),)+ }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::domain::words::UnknownWord;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let known = Self::ALL.iter().copied().find(|known| known.as_str() == text);
                known.ok_or($crate::domain::words::UnknownWord { what: $what })
            }
        }

        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({ "type": "string", "enum": [$($word),+] })
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <::std::borrow::Cow<'de, str> as ::serde::Deserialize<'de>>::deserialize(deserializer)?;
                word.parse().map_err(|_| ::serde::de::Error::unknown_variant(&word, &[$($word),+]))
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::domain::actor::membership::Role;

    #[test]
    fn a_word_is_read_back_and_no_other_text_is_one() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(*role));
        }
        for text in ["", "Manager", "manager ", "nobody"] {
            assert!(text.parse::<Role>().is_err(), "{text:?}");
        }
    }
}
