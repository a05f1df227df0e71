//! The tokens a licence is shown with: `show+jwt`, the grant (`dc+sd-jwt`) and the phone's proof (`kb+jwt`).

mod challenge;
pub mod grant;
mod ids;
mod licence;
pub mod presentation;
pub mod proof;
pub mod show;

pub use challenge::Challenge;
pub use grant::GrantClaims;
pub use ids::{Jti, Nonce};
pub use licence::{Delegate, Fields, ShowClaims, StatusRef};

/// `typ` of a show token.
pub const SHOW_TYP: &str = "show+jwt";
/// `typ` of a grant (draft-ietf-oauth-sd-jwt-vc).
pub const GRANT_TYP: &str = "dc+sd-jwt";
/// `typ` of a phone's proof (RFC 9901 §4.3).
pub const PROOF_TYP: &str = "kb+jwt";
/// `vct` of every grant.
pub const VCT: &str = "urn:liangzheng:licence:1";
