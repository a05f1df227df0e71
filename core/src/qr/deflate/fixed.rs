//! The DEFLATE block that [`super::Deflater`] writes: one, final, with the fixed codes of RFC 1951 §3.2.6.
//!
//! The general decoder builds code tables for every block, which for 400 bytes takes three times as long as reading
//! them; the fixed codes need none. What this does not read, the general decoder judges; what it reads, that one reads
//! alike (tested), so the answer does not depend on which of them was asked.

use alloc::vec::Vec;

use super::{
    super::DICTIONARY,
    pack::{DISTANCES, LAST_BLOCK_FIXED_CODES, LENGTHS},
};

/// What the literal and length code says of the next nine bits, the first bit lowest: the symbol, and how many bits it
/// takes (RFC 1951 §3.2.6). Made by the compiler.
const SYMBOLS: [(u16, u8); 512] = symbols();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "run by the compiler, which checks"
)]
const fn symbols() -> [(u16, u8); 512] {
    let mut table = [(0, 0); 512];
    let mut bits = 0;
    while bits < 512 {
        // Codes are packed with their first bit as the highest.
        let code = (bits as u16).reverse_bits() >> 7;
        table[bits] = match code {
            0..96 => (256 + (code >> 2), 7),
            96..384 => ((code >> 1) - 48, 8),
            384..400 => (280 + (code >> 1) - 192, 8),
            _ => (code - 400 + 144, 9),
        };
        bits += 1;
    }
    table
}

/// Inflates a stream of one final block with fixed codes and nothing after it, not even a bit that is one.
///
/// `None` for any other stream, good or bad, and for more than `limit` bytes.
pub(super) fn inflate(stream: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut bits = Bits { bytes: stream, buffer: 0, held: 0 };
    bits.fill();
    if bits.take(3)? != u32::from(LAST_BLOCK_FIXED_CODES) {
        return None;
    }
    // The dictionary stands before the output, so that a look back into it is like any other.
    let most = DICTIONARY.len().checked_add(limit)?;
    let mut output = Vec::with_capacity(most.min(2_048));
    output.extend_from_slice(DICTIONARY);
    loop {
        // A length, its distance and their extra bits are 9, 5, 5 and 13 bits at most: one filling is enough for all.
        bits.fill();
        let symbol = bits.symbol()?;
        if let Ok(literal) = u8::try_from(symbol) {
            if output.len() >= most {
                return None;
            }
            output.push(literal);
            continue;
        }
        let Some(length_code) = symbol.checked_sub(257) else { break };
        let length = bits.value(&LENGTHS, usize::from(length_code))?;
        let distance_code = bits.reversed(5)?;
        let distance = bits.value(&DISTANCES, usize::from(distance_code))?;
        let start = output.len().checked_sub(distance)?;
        if output.len().checked_add(length)? > most {
            return None;
        }
        if distance >= length {
            output.extend_from_within(start..start.checked_add(length)?);
        } else {
            // It repeats what it is just writing.
            for at in start..start.checked_add(length)? {
                output.push(*output.get(at)?);
            }
        }
    }
    output.drain(..DICTIONARY.len());
    bits.nothing_left().then_some(output)
}

/// A stream's bits, the lowest of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    buffer: u64,
    /// Bits in `buffer`.
    held: u32,
}

impl Bits<'_> {
    /// Fills the buffer to 32 bits or more, if the stream has them.
    fn fill(&mut self) {
        if self.held >= 32 {
            return;
        }
        if let Some((four, rest)) = self.bytes.split_first_chunk() {
            self.buffer |= u64::from(u32::from_le_bytes(*four)).wrapping_shl(self.held);
            self.held = self.held.wrapping_add(32);
            self.bytes = rest;
            return;
        }
        while let Some((byte, rest)) = self.bytes.split_first() {
            self.buffer |= u64::from(*byte).wrapping_shl(self.held);
            self.held = self.held.wrapping_add(8);
            self.bytes = rest;
        }
    }

    /// The next `count` bits, at most 16 and not more than were filled in.
    fn take(&mut self, count: u32) -> Option<u32> {
        let bits = self.buffer & 1_u64.wrapping_shl(count).wrapping_sub(1);
        self.held = self.held.checked_sub(count)?;
        self.buffer = self.buffer.wrapping_shr(count);
        u32::try_from(bits).ok()
    }

    /// The same, the first bit as the highest: how codes are packed.
    fn reversed(&mut self, count: u32) -> Option<u16> {
        let bits = self.take(count)?;
        u16::try_from(bits.reverse_bits().wrapping_shr(32_u32.wrapping_sub(count))).ok()
    }

    /// The next symbol of the literal and length code: 0 to 255 a byte, 256 the end, above it a length.
    fn symbol(&mut self) -> Option<u16> {
        // Where fewer than nine bits are left, zeros stand for what is not there, and `take` finds them missing.
        let (symbol, length) = *SYMBOLS.get(usize::try_from(self.buffer & 0x1ff).ok()?)?;
        self.take(length.into())?;
        Some(symbol)
    }

    /// What code `code` of `table` stands for, its extra bits read.
    fn value(&mut self, table: &[(u16, u32)], code: usize) -> Option<usize> {
        let (first, extra) = *table.get(code)?;
        usize::from(first).checked_add(usize::try_from(self.take(extra)?).ok()?)
    }

    /// Whether only the rest of the last byte is left, and that is zero.
    fn nothing_left(&self) -> bool {
        self.bytes.is_empty() && self.held < 8 && self.buffer == 0
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Deflater, inflate_any},
        *,
    };
    use proptest::prelude::*;

    const LIMIT: usize = 3_587;

    /// Whatever this reads, the general decoder reads alike.
    fn agrees(stream: &[u8]) -> bool {
        inflate(stream, LIMIT).is_none_or(|bytes| inflate_any(stream) == Some(bytes))
    }

    #[test]
    fn what_the_packer_writes_is_read_here() {
        let mut deflater = Deflater::new();
        let every_byte: Vec<u8> = (0..=255).collect();
        for data in [
            &b""[..],
            b"a",
            b"{\"alg\":\"ES256\",\"kid\":\"show-2026a\",\"typ\":\"show+jwt\"}",
            &[0xa5; 3_000],
            &every_byte.repeat(12),
        ] {
            let packed = deflater.deflate(data).unwrap();
            assert_eq!(inflate(&packed, LIMIT).unwrap(), data);
        }
        let packed = deflater.deflate(&[b'x'; 100]).unwrap();
        assert_eq!((inflate(&packed, 99), inflate(&packed, 100).unwrap().len()), (None, 100));
    }

    #[test]
    fn one_bit_more_or_less_is_judged_as_by_the_general_decoder() {
        let packed = Deflater::new()
            .deflate("{\"iss\":\"lz.990000\",\"fld\":{\"mc\":\"九九好味饭店\"}} 饭店饭店饭店".as_bytes())
            .unwrap();
        for bit in 0..packed.len() * 8 {
            let mut flipped = packed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(agrees(&flipped), "bit {bit}");
        }
        for length in 0..packed.len() {
            assert_eq!(inflate(&packed[..length], LIMIT), None, "cut at {length}");
        }
        for last in 0..=255 {
            let mut longer = packed.clone();
            longer.push(last);
            assert_eq!(inflate(&longer, LIMIT), None);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn any_bits_are_judged_as_by_the_general_decoder(mut stream in proptest::collection::vec(any::<u8>(), 1..60)) {
            stream[0] = stream[0] & !7 | 3;
            prop_assert!(agrees(&stream));
            // Random bits seldom end a block; seven zeros do.
            stream.push(0);
            prop_assert!(agrees(&stream));
        }
    }
}
