//! A small map from names to values: a sorted list of pairs.
//!
//! A verifier holds tens of names, not thousands, and a balanced tree for each kind of value would be a tenth of the
//! browser module.

use alloc::{string::String, vec::Vec};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, MapAccess, Visitor},
};

/// Values by name, in the order of the names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByName<V>(Vec<(String, V)>);

impl<V> ByName<V> {
    /// No names.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(name))
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.0.get(self.find(name).ok()?).map(|(_, value)| value)
    }

    /// The value of a name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        let at = self.find(name).ok()?;
        self.0.get_mut(at).map(|(_, value)| value)
    }

    /// Whether the name is there.
    pub fn contains(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    /// Gives a name a value; true if it had none before.
    pub fn insert(&mut self, name: String, value: V) -> bool {
        match self.find(&name) {
            Ok(at) => {
                if let Some(pair) = self.0.get_mut(at) {
                    pair.1 = value;
                }
                false
            }
            Err(at) => {
                self.0.insert(at, (name, value));
                true
            }
        }
    }

    /// Names and values in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The values in the order of their names.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no name.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes pairs in any order; `None` if a name stands twice.
    pub fn from_pairs(mut pairs: Vec<(String, V)>) -> Option<Self> {
        pairs.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let is_distinct = pairs.windows(2).all(|pair| match pair {
            [(one, _), (other, _)] => one != other,
            _ => true,
        });
        is_distinct.then_some(Self(pairs))
    }
}

impl<V: Copy + Ord> ByName<V> {
    /// Raises the value of a name to at least `value`.
    pub(crate) fn raise(&mut self, name: &str, value: V) {
        match self.get_mut(name) {
            Some(held) => *held = (*held).max(value),
            None => drop(self.insert(name.into(), value)),
        }
    }
}

impl<V> Default for ByName<V> {
    fn default() -> Self {
        Self::new()
    }
}

/// Of a name that stands twice the last value counts.
impl<V> FromIterator<(String, V)> for ByName<V> {
    fn from_iter<I: IntoIterator<Item = (String, V)>>(pairs: I) -> Self {
        let mut map = Self::new();
        for (name, value) in pairs {
            map.insert(name, value);
        }
        map
    }
}

impl<V> IntoIterator for ByName<V> {
    type Item = (String, V);
    type IntoIter = alloc::vec::IntoIter<(String, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<V: Serialize> Serialize for ByName<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for ByName<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names<V>(core::marker::PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Names<V> {
            type Value = ByName<V>;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("names and their values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<ByName<V>, A::Error> {
                let mut map = ByName::new();
                while let Some((name, value)) = access.next_entry()? {
                    if !map.insert(name, value) {
                        return Err(A::Error::custom("a name stands twice"));
                    }
                }
                Ok(map)
            }
        }
        deserializer.deserialize_map(Names(core::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn names_are_kept_once_and_in_order() {
        let mut map = ByName::new();
        for (name, value) in [("b", 1), ("a", 2), ("c", 3), ("b", 4)] {
            map.insert(name.into(), value);
        }
        assert_eq!(map.iter().collect::<Vec<_>>(), [("a", &2), ("b", &4), ("c", &3)]);
        assert_eq!((map.get("b"), map.get("d"), map.contains("c"), map.len()), (Some(&4), None, true, 3));
        map.raise("a", 1);
        map.raise("a", 9);
        map.raise("z", 5);
        assert_eq!((map.get("a"), map.get("z")), (Some(&9), Some(&5)));
        assert_eq!(ByName::from_pairs(vec![("x".into(), 1), ("x".into(), 2)]), None);
    }

    #[test]
    fn json_with_a_name_twice_is_refused() {
        let text = r#"{"a":1,"b":2}"#;
        let map: ByName<i64> = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&map).unwrap(), text);
        assert!(serde_json::from_str::<ByName<i64>>(r#"{"a":1,"a":2}"#).is_err());
    }
}
