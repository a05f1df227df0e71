//! Keys made once: making one costs as much as a signature, and a million cases are signed by a dozen.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use crate::support::world::{self, TestKey};

thread_local! {
    static KEYS: RefCell<BTreeMap<String, Rc<TestKey>>> = const { RefCell::new(BTreeMap::new()) };
}

/// The key of this name, as [`world::key`] makes it.
pub fn key(kid: &str) -> Rc<TestKey> {
    KEYS.with_borrow_mut(|keys| {
        if let Some(key) = keys.get(kid) {
            return Rc::clone(key);
        }
        let key = Rc::new(world::key(kid));
        keys.insert(kid.into(), Rc::clone(&key));
        key
    })
}
