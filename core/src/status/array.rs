//! One shard: 2^20 values of 4 bits.

use alloc::{vec, vec::Vec};

use sha2::{Digest, Sha256};

use super::packed;

/// Entries of a shard.
pub const SHARD_ENTRIES: u32 = 1 << 20;

/// Bytes of a shard, inflated.
pub const SHARD_BYTES: usize = 524_288;

/// The highest value an entry holds: four bits.
pub(super) const MAX_WIRE: u8 = 15;

/// What a status list says of a licence (core/README.md, "Status values").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum StatusValue {
    /// Nothing stands against it.
    Valid = 0,
    /// Cancelled, revoked, withdrawn or annulled: never comes back.
    Final = 1,
    /// On hold, seized or disabled: may come back.
    Suspended = 2,
    /// Valid with a notice.
    Notice = 3,
    /// A new version exists: never comes back.
    Superseded = 12,
    /// The paper is reported lost.
    PaperLost = 13,
    /// The annual inspection is overdue.
    InspectionOverdue = 14,
}

impl StatusValue {
    /// The value of a list's entry; `None` for one this release does not know.
    pub const fn from_wire(value: u8) -> Option<Self> {
        Some(match value {
            0 => Self::Valid,
            1 => Self::Final,
            2 => Self::Suspended,
            3 => Self::Notice,
            12 => Self::Superseded,
            13 => Self::PaperLost,
            14 => Self::InspectionOverdue,
            _ => return None,
        })
    }

    /// The entry's value on the wire.
    pub const fn wire(self) -> u8 {
        self as u8
    }

    /// Whether it can never change again, so that even an old list proves it.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Final | Self::Superseded)
    }

    /// Whether the licence stands, with something to be told: what a token's `ntc` may say.
    pub const fn is_notice(self) -> bool {
        matches!(self, Self::Notice | Self::PaperLost | Self::InspectionOverdue)
    }

    /// The graver of two values. Never by number: 2 and 12 are graver than 14.
    #[must_use]
    pub const fn worse(self, other: Self) -> Self {
        if self.gravity() < other.gravity() { other } else { self }
    }

    const fn gravity(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Notice => 1,
            Self::PaperLost => 2,
            Self::InspectionOverdue => 3,
            Self::Suspended => 4,
            Self::Superseded => 5,
            Self::Final => 6,
        }
    }
}

/// The values of one shard.
#[derive(Clone, PartialEq, Eq)]
pub struct StatusArray(Vec<u8>);

impl core::fmt::Debug for StatusArray {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("StatusArray")
    }
}

impl Default for StatusArray {
    fn default() -> Self {
        Self::new()
    }
}

impl StatusArray {
    /// A shard of valid entries.
    pub fn new() -> Self {
        Self(vec![0; SHARD_BYTES])
    }

    /// A shard from its bytes; `None` unless there are exactly [`SHARD_BYTES`].
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() == SHARD_BYTES).then_some(Self(bytes))
    }

    /// The value at `index` as it stands on the wire; `None` outside the shard.
    pub fn get(&self, index: u32) -> Option<u8> {
        packed::get(&self.0, 4, index)
    }

    /// Sets the value at `index`; false outside the shard.
    pub fn set(&mut self, index: u32, value: StatusValue) -> bool {
        self.set_wire(index, value.wire())
    }

    /// Sets four bits; false outside the shard or for a value of more bits.
    pub(crate) fn set_wire(&mut self, index: u32, value: u8) -> bool {
        let Some(byte) = usize::try_from(index / 2).ok().and_then(|at| self.0.get_mut(at)) else {
            return false;
        };
        if value > MAX_WIRE {
            return false;
        }
        *byte = if index.is_multiple_of(2) { (*byte & 0xf0) | value } else { (*byte & 0x0f) | (value << 4) };
        true
    }

    /// The shard's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// SHA-256 of the shard's bytes: how deltas name it.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_stay_as_they_were() {
        let mut array = StatusArray::new();
        assert!(array.set(6, StatusValue::InspectionOverdue) && array.set(7, StatusValue::Suspended));
        assert_eq!([5, 6, 7, 8].map(|i| array.get(i).unwrap()), [0, 14, 2, 0]);
        assert!(array.set(6, StatusValue::Valid));
        assert_eq!([6, 7].map(|i| array.get(i).unwrap()), [0, 2]);
        assert!(array.set_wire(7, 5) && array.set_wire(6, 15) && !array.set_wire(6, 16));
        assert_eq!([6, 7].map(|i| array.get(i).unwrap()), [15, 5]);
        assert_eq!(StatusArray::from_bytes(vec![0; SHARD_BYTES - 1]), None);
        assert!(array.set(SHARD_ENTRIES - 1, StatusValue::Final));
        assert!(!array.set(SHARD_ENTRIES, StatusValue::Final));
        assert_eq!(array.get(SHARD_ENTRIES), None);
    }

    #[test]
    fn of_two_values_the_graver_counts_and_not_the_greater() {
        let order = [1, 12, 2, 14, 13, 3, 0].map(|wire| StatusValue::from_wire(wire).unwrap());
        for (at, graver) in order.iter().enumerate() {
            for other in &order[at..] {
                assert_eq!((graver.worse(*other), other.worse(*graver)), (*graver, *graver));
            }
        }
        assert_eq!(order.map(StatusValue::is_notice), [false, false, false, true, true, true, false]);
    }

    #[test]
    fn wire_values_go_both_ways() {
        for value in 0..=255 {
            if let Some(status) = StatusValue::from_wire(value) {
                assert_eq!(status.wire(), value);
            }
        }
    }
}
