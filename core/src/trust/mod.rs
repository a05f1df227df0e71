//! Whom a verifier believes: root keys, the trust list they sign, and the catalogue an operator signs.

mod catalogue;
mod list;
mod roots;
mod signed;

pub(crate) use catalogue::read_catalogue;
pub use catalogue::{
    Catalogue, Kind, Labels, Mask, Medium, Profile, Scene, SceneField, SceneKind, Unit, sign_catalogue,
};
pub use list::{Operator, OperatorKey, Purpose, TrustList, sign_list};
pub(crate) use list::{Trust, TrustedKey, read_list};
pub(crate) use roots::Roots;
pub use roots::{NamedKey, RootSet};
pub(crate) use signed::read_signed;

/// `typ` of a trust list.
pub const TRUST_TYP: &str = "trustlist+jwt";
/// `typ` of a catalogue.
pub const CATALOGUE_TYP: &str = "catalogue+jwt";
