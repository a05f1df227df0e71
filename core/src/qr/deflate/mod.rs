//! Raw DEFLATE against the fixed dictionary, with the end of the stream pinned down to the bit.

#[cfg(not(target_arch = "wasm32"))]
mod fixed;
mod pack;

use alloc::{vec, vec::Vec};

use miniz_oxide::inflate::{
    TINFLStatus,
    core::{
        BlockBoundaryState, DecompressorOxide, decompress,
        inflate_flags::{TINFL_FLAG_STOP_ON_BLOCK_BOUNDARY, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF},
    },
};

use super::DICTIONARY;
pub(crate) use pack::Deflater;

/// Most bytes one packed presentation may unpack to: two headers, two payloads, three separators.
const MAX_UNPACKED: usize = 2 * (crate::limits::MAX_HEADER + crate::limits::MAX_PAYLOAD) + 3;

/// Inflates a whole stream against the dictionary.
///
/// `None` if it is not DEFLATE, unpacks to more than a presentation can be, or anything is left after the
/// final block: a byte, or a padding bit that is not zero.
pub(crate) fn inflate(stream: &[u8]) -> Option<Vec<u8>> {
    // The browser module has no room for a second decoder, and one code at a time to read.
    #[cfg(not(target_arch = "wasm32"))]
    if let Some(bytes) = fixed::inflate(stream, MAX_UNPACKED) {
        return Some(bytes);
    }
    inflate_any(stream)
}

/// [`inflate`] for whatever blocks a packer may write.
fn inflate_any(stream: &[u8]) -> Option<Vec<u8>> {
    let mut input = stream.to_vec();
    let mut output = vec![0; DICTIONARY.len().checked_add(MAX_UNPACKED)?];
    output.get_mut(..DICTIONARY.len())?.copy_from_slice(DICTIONARY);
    let mut out_at = DICTIONARY.len();
    let mut in_at = 0_usize;
    let mut state = BlockBoundaryState::default();
    loop {
        // At a block boundary the next block's first bit says whether it is the last one. That bit is cleared
        // in our copy, so the decoder stops behind the last block too and tells which bits it left.
        let bit_at = in_at.checked_mul(8)?.checked_sub(usize::from(state.num_bits))?;
        let byte = input.get_mut(bit_at / 8)?;
        let mask = 1_u8 << (bit_at % 8);
        let is_last = *byte & mask != 0;
        *byte &= !mask;
        if is_last && state.num_bits > 0 {
            state.bit_buf &= !1;
        }
        let mut decoder = DecompressorOxide::from_block_boundary_state(&state);
        let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF | TINFL_FLAG_STOP_ON_BLOCK_BOUNDARY;
        let (status, read, written) =
            decompress(&mut decoder, input.get(in_at..)?, &mut output, out_at, flags);
        in_at = in_at.checked_add(read)?;
        out_at = out_at.checked_add(written)?;
        if status != TINFLStatus::BlockBoundary {
            return None;
        }
        state = decoder.block_boundary_state()?;
        if is_last {
            let nothing_left = in_at == input.len() && state.bit_buf == 0;
            output.truncate(out_at);
            return nothing_left.then(|| output.split_off(DICTIONARY.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_unpacks() {
        let mut deflater = Deflater::new();
        for data in
            [&b""[..], b"a", b"{\"alg\":\"ES256\",\"kid\":\"x\",\"typ\":\"show+jwt\"}", &[0xa5; 3_000]]
        {
            let packed = deflater.deflate(data).unwrap();
            assert_eq!(inflate(&packed).unwrap(), data);
        }
    }

    #[test]
    fn data_is_packed_up_to_the_longest() {
        let packed = |length: usize| Deflater::new().deflate(&vec![b'x'; length]);
        assert_eq!(inflate(&packed(MAX_UNPACKED).unwrap()), Some(vec![b'x'; MAX_UNPACKED]));
        assert_eq!(packed(MAX_UNPACKED + 1), None);
    }

    #[test]
    fn every_length_and_every_distance_unpacks_to_the_same_bytes() {
        let mut deflater = Deflater::new();
        // Bytes that the dictionary does not hold, first once and then again from further and further away.
        let noise = |from: u32, count: usize| -> Vec<u8> {
            (0..count)
                .map(|at| (from.wrapping_add(at as u32).wrapping_mul(0x9E37_79B1) >> 24) as u8)
                .collect()
        };
        for length in 1..=300 {
            for apart in [0, 1, 2, 3, 255, 256, 257, 1_000, 2_900] {
                let (run, between) = (noise(1, length), noise(9_999, apart));
                let data = [&run[..], &between, &run].concat();
                if data.len() > MAX_UNPACKED {
                    continue;
                }
                let packed = deflater.deflate(&data).unwrap();
                assert_eq!(inflate(&packed).as_deref(), Some(&data[..]), "{length} bytes, {apart} apart");
            }
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

        /// Few different bytes give matches of all lengths; a second packing must not see the first one's data.
        #[test]
        fn whatever_is_packed_unpacks(first in bytes(), second in bytes()) {
            let mut deflater = Deflater::new();
            for data in [&first, &second, &first] {
                let packed = deflater.deflate(data).unwrap();
                let unpacked = inflate(&packed);
                proptest::prop_assert_eq!(unpacked.as_ref(), Some(data));
            }
            let alone = Deflater::new().deflate(&first).unwrap();
            proptest::prop_assert_eq!(deflater.deflate(&first).unwrap(), alone);
        }
    }

    fn bytes() -> impl proptest::strategy::Strategy<Value = Vec<u8>> {
        let byte = proptest::prop_oneof![4 => b'a'..=b'd', 1 => proptest::num::u8::ANY];
        proptest::collection::vec(byte, 0..1_000)
    }

    #[test]
    fn nothing_may_follow_the_last_block() {
        let packed = Deflater::new().deflate(b"some words that are not in the window").unwrap();
        let mut longer = packed.clone();
        longer.push(0);
        assert_eq!(inflate(&longer), None);
        for length in 0..packed.len() {
            assert_eq!(inflate(&packed[..length]), None, "cut at {length}");
        }
        // Flipping any one bit gives other bytes or nothing, never the same bytes a second time.
        for bit in 0..packed.len() * 8 {
            let mut flipped = packed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(
                inflate(&flipped).as_deref(),
                Some(&b"some words that are not in the window"[..]),
                "bit {bit}"
            );
        }
    }

    #[test]
    fn a_bomb_stops_at_the_cap() {
        let packed = miniz_oxide::deflate::compress_to_vec(&vec![b'x'; 1 << 20], 9);
        assert!(packed.len() < 8_000);
        assert_eq!(inflate(&packed), None);
        assert_eq!(Deflater::new().deflate(&[b'x'; MAX_UNPACKED + 1]), None, "nor is one made");
    }

    #[test]
    fn several_blocks_are_the_same_bytes() {
        // Two stored blocks, the second final: bytes "ab" and "c".
        let stream = [0, 2, 0, 0xfd, 0xff, b'a', b'b', 1, 1, 0, 0xfe, 0xff, b'c'];
        assert_eq!(inflate(&stream).unwrap(), b"abc");
        // A stored block's own padding (bits after its three header bits) may be anything in DEFLATE; it is
        // inside the stream, not after it.
        let mut padded = stream;
        padded[7] = 0b1111_1001;
        assert_eq!(inflate(&padded).unwrap(), b"abc");
    }

    #[test]
    fn a_last_block_may_begin_within_a_byte() {
        // Two blocks of fixed codes, "a" and "b"; the last one's header begins at bit 18.
        let bits = "010_10010001_0000000_110_10010010_0000000".replace('_', "");
        let stream = |bits: &str| -> Vec<u8> {
            let byte = |bits: &[u8]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | (bit - b'0'));
            bits.as_bytes().chunks(8).map(byte).collect()
        };
        assert_eq!(inflate_any(&stream(&bits)).unwrap(), b"ab");
        assert_eq!(inflate(&stream(&bits)).unwrap(), b"ab");
        for padding in ["1", "01", "0001"] {
            assert_eq!(inflate_any(&stream(&(bits.clone() + padding))), None, "{padding}");
        }
        // Without a last block it breaks off.
        assert_eq!(inflate_any(&stream(&bits.replacen("110", "010", 1))), None);
    }
}
