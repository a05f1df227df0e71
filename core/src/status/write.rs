//! Making a signed status list: the publisher's half, which no verifier carries.

use alloc::string::String;

use super::{
    LIST_TYP, ListHead, StatusArray,
    list::{Wire, WireList, lifetime_is_right},
    packed,
};
use crate::{
    jws,
    key::{SignError, Signer},
};

/// Signs a status list.
///
/// # Errors
/// As the signer's; [`SignError::Content`] for a list that lives longer than 7 days.
pub fn sign_list(head: &ListHead, array: &StatusArray, signer: &dyn Signer) -> Result<String, SignError> {
    sign_packed_list(head, packed::deflate(array.bytes()), signer)
}

/// Signs a status list whose array was packed before by [`packed::deflate`], which takes a thousand times as long as
/// the signature.
///
/// # Errors
/// As [`sign_list`].
pub fn sign_packed_list(head: &ListHead, lst: String, signer: &dyn Signer) -> Result<String, SignError> {
    if !lifetime_is_right(head) {
        return Err(SignError::Content("exp".into()));
    }
    let wire = Wire {
        sub: head.sub.clone(),
        iat: head.iat,
        exp: head.exp,
        ttl: head.ttl,
        status_list: WireList { bits: 4, lst },
    };
    let payload = serde_json::to_vec(&wire).map_err(|_| SignError::Content("status list".into()))?;
    jws::sign(LIST_TYP, &payload, signer)
}
