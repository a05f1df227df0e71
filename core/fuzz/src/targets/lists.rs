//! Targets for what a verifier loads: trust list, catalogue, status list, delta.

use std::sync::{LazyLock, Mutex};

use liangzheng_core::{
    status::{Delta, SHARD_ENTRIES, packed, sign_delta},
    time::UnixTime,
    trust::{Catalogue, RootSet, TrustList, sign_catalogue},
    verify::{OnExpired, Verifier},
};

use super::{
    forms::Quick,
    samples::payload_bytes,
    world::{self, NOW},
};

/// Takes in whatever it is given; must hold the same at the end as at the beginning.
static LOADER: LazyLock<Mutex<Verifier>> = LazyLock::new(|| Mutex::new(world::verifier()));

const FRESH: OnExpired = OnExpired::Refuse { now: UnixTime(NOW.0 + 60) };

/// A list that is read can be written and read again, equal; none but the one signed takes the held one's place.
pub fn trust_list(data: &[u8]) {
    if let Ok(list) = TrustList::read(data) {
        assert_eq!(TrustList::read(&serde_json::to_vec(&list).unwrap()), Ok(list));
    }
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(set) = RootSet::parse(text) {
        assert_eq!(RootSet::parse(&serde_json::to_string(&set).unwrap()).as_ref(), Ok(&set));
        if let Ok(verifier) = Verifier::new(&liangzheng_core::key::P256, set.clone()) {
            assert!((1..=set.keys.len()).contains(&(set.threshold as usize)));
            assert!(set.keys.iter().enumerate().all(|(at, key)| !set.keys[..at].contains(key)));
            assert_eq!(*verifier.roots(), set);
        }
    }
    let mut loader = LOADER.lock().unwrap();
    let _ = loader.load_trust_list(text, FRESH);
    assert_eq!(loader.trust_list(), Some(&world::trust_list()), "a forged trust list was taken");
}

/// As [`trust_list`], for the catalogue.
pub fn catalogue(data: &[u8]) {
    if let Ok(read) = Catalogue::read(data) {
        assert_eq!(Catalogue::read(&serde_json::to_vec(&read).unwrap()).as_ref(), Ok(&read));
        // What breaks no rule can be signed; what does cannot.
        let signed = sign_catalogue(&read, &Quick);
        assert_eq!(signed.is_ok(), read.check().is_ok());
        if let Ok(token) = signed {
            assert_eq!(Catalogue::read(&payload_bytes(&token)), Ok(read));
        }
    }
    let Ok(text) = str::from_utf8(data) else { return };
    let mut loader = LOADER.lock().unwrap();
    let _ = loader.load_catalogue(text, FRESH);
    assert_eq!(loader.catalogue(world::A), Some(&world::catalogue()), "a forged catalogue was taken");
}

/// An inflated list has exactly the length asked for, agrees with another reader, and packs back.
///
/// The first two bytes are that length.
pub fn status_inflate(data: &[u8]) {
    let Some((length, stream)) = data.split_first_chunk::<2>() else { return };
    let length = usize::from(u16::from_be_bytes(*length)) % 2_049;
    let lst = liangzheng_core::base64url::encode(stream);
    if let Ok(bytes) = packed::inflate(&lst, length) {
        assert_eq!(bytes.len(), length);
        let other = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(stream, 4_096);
        assert_eq!(other.as_ref().ok(), Some(&bytes));
        assert!(packed::inflate(&lst, length + 1).is_err(), "two lengths of one list");
        assert_eq!(packed::inflate(&packed::deflate(&bytes), length), Ok(bytes));
    }
    for bits in [1_u8, 2, 4, 8] {
        let per_byte = 8 / u32::from(bits);
        let count = u32::try_from(stream.len()).unwrap() * per_byte;
        assert_eq!(packed::get(stream, bits, count), None);
        for index in (0..count).step_by(7) {
            let byte = u32::from(stream[(index / per_byte) as usize]);
            let expected = (byte >> (u32::from(bits) * (index % per_byte))) & ((1 << bits) - 1);
            assert_eq!(packed::get(stream, bits, index).map(u32::from), Some(expected));
        }
    }
}

/// A delta that is read can be written and read again, equal; its changes rise and lie inside a shard.
pub fn status_delta(data: &[u8]) {
    let Ok(delta) = Delta::read(data) else { return };
    for (_, changes) in delta.chg.iter() {
        assert!(changes.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(changes.iter().all(|(index, value)| *index < SHARD_ENTRIES && *value <= 15));
    }
    let Ok(token) = sign_delta(&delta, &Quick) else {
        assert!(data.len() > 500_000, "what was read cannot be written");
        return;
    };
    let payload = payload_bytes(&token);
    assert_eq!(Delta::read(&payload).as_ref(), Ok(&delta));
    // One list of changes has one spelling.
    let spelling = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap()["chg"].clone();
    assert_eq!(spelling(data), spelling(&payload));
}
