//! What a file's licence data says of its issuers; its other members are for whoever uses the data.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::iter;

use crate::json::{self, Node};

/// The codes of the unit and of those that issue with it; `None` if this is not such data.
pub(super) fn issuers(data: &[u8]) -> Option<Vec<String>> {
    let node = json::parse(data, MAX_DEPTH).ok()?;
    let Node::Array(others) = member(&node, "co_issuers")? else { return None };
    let all = iter::once(member(&node, "unit")?).chain(others);
    all.map(|unit| match member(unit, "code")? {
        Node::Text(code) => Some(code.to_string()),
        _ => None,
    })
    .collect()
}

fn member<'a, 'j>(node: &'a Node<'j>, name: &str) -> Option<&'a Node<'j>> {
    let Node::Object(members) = node else { return None };
    members.iter().find(|(known, _)| known == name).map(|(_, node)| node)
}

/// Licence data is three levels deep.
const MAX_DEPTH: usize = 8;
