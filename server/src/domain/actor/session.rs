//! What a session was made with, how its token travels, and which acts it is good for.

use crate::words;

words! {
    /// How a token travels. One given as a cookie is no Bearer token and the reverse: a script on a page can read neither
    /// from the other, and the checks of cookies cannot be stepped around.
    pub enum Carrier: "carrier" {
        /// `Authorization: Bearer`, for programs.
        Bearer = "bearer" / "程序" / "program",
        /// A `__Host-` cookie, for our own pages.
        Cookie = "cookie" / "网页" / "page",
    }
}

words! {
    /// What proved who somebody is when the session was made, or since.
    pub enum Proof: "proof" {
        /// A password alone.
        Password = "password" / "密码" / "password",
        /// A password and a code of an authenticator (RFC 6238).
        Totp = "totp" / "密码和动态验证码" / "password and authenticator code",
        /// The word of an identity provider (OpenID Connect).
        OpenIdConnect = "oidc" / "统一身份认证" / "identity provider",
        /// A signed assertion of a registered client (RFC 7523): no person.
        Client = "client" / "系统接入" / "registered client",
    }
}

words! {
    /// What a session must have been made with for the work of a unit (`access.staff_factor`).
    pub enum StaffFactor: "staff factor" {
        /// A password and a code of an authenticator.
        Totp = "totp" / "密码和动态验证码" / "password and authenticator code",
        /// A password is enough.
        None = "none" / "仅密码" / "password alone",
    }
}

/// Why a session is not good for the work of a unit, although its person has the role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberBar {
    /// The password was given by others and has not been changed: not for one's own wallet, either.
    FirstPassword,
    /// It was made with a password alone.
    SecondFactor,
    /// It was made by an identity provider, which speaks for the person and not for the unit's work.
    OpenIdConnect,
}

impl Proof {
    /// What keeps a session made with this from the work of a unit, where `required` is asked for.
    pub const fn bar(self, required: StaffFactor) -> Option<MemberBar> {
        match (self, required) {
            (Self::OpenIdConnect, _) => Some(MemberBar::OpenIdConnect),
            (Self::Password, StaffFactor::Totp) => Some(MemberBar::SecondFactor),
            (Self::Password, StaffFactor::None) | (Self::Totp | Self::Client, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_of_a_unit_asks_for_two_factors_and_never_takes_a_providers_word() {
        for (proof, with_totp, with_none) in [
            (Proof::Password, Some(MemberBar::SecondFactor), None),
            (Proof::Totp, None, None),
            (Proof::OpenIdConnect, Some(MemberBar::OpenIdConnect), Some(MemberBar::OpenIdConnect)),
            (Proof::Client, None, None),
        ] {
            assert_eq!(proof.bar(StaffFactor::Totp), with_totp, "{proof}");
            assert_eq!(proof.bar(StaffFactor::None), with_none, "{proof}");
        }
    }
}
