//! The packing half: one DEFLATE block of fixed codes (RFC 1951 §3.2.6) over the dictionary and what is packed.
//!
//! Ours and not `miniz_oxide`'s, because that one has no preset dictionary: it must compress the dictionary anew for
//! each code and clear a quarter of a megabyte of tables before it, which was most of what a refresh cost the server.
//! Here the dictionary's matches are found once. Any reader of DEFLATE reads the result.

use alloc::vec::Vec;

use super::super::DICTIONARY;

/// Finds matches in the dictionary and in what is packed itself; keep one per worker.
pub(crate) struct Deflater {
    /// The dictionary, then the data.
    window: Vec<u8>,
    /// The last place of each hash of three bytes, and for each place the one before it with the same hash.
    places: Places,
    /// The same with the dictionary alone in it: where each packing starts.
    dictionary: Places,
}

#[derive(Clone)]
struct Places {
    last: Vec<u16>,
    before: Vec<u16>,
}

impl Deflater {
    pub(crate) fn new() -> Self {
        let mut places = Places { last: alloc::vec![NOWHERE; 1 << HASH_BITS], before: Vec::new() };
        for at in 0..DICTIONARY.len() {
            places.add(DICTIONARY, at);
        }
        Self { window: DICTIONARY.to_vec(), dictionary: places.clone(), places }
    }

    /// Compresses `data`; `None` if it is too long, which limits before this exclude.
    pub(crate) fn deflate(&mut self, data: &[u8]) -> Option<Vec<u8>> {
        if data.len() > super::MAX_UNPACKED {
            return None;
        }
        self.window.truncate(DICTIONARY.len());
        self.window.extend_from_slice(data);
        self.places.last.copy_from_slice(&self.dictionary.last);
        self.places.before.truncate(self.dictionary.before.len());
        let mut bits = BitWriter::new(data.len());
        bits.put(LAST_BLOCK_FIXED_CODES, 3);
        let mut at = DICTIONARY.len();
        // The match that begins one byte before `at`, not written yet: a longer one at `at` is worth that byte.
        let mut pending: Option<Match> = None;
        while at < self.window.len() {
            let candidate = self.places.add(&self.window, at);
            let longest = pending.as_ref().map_or(TOO_SHORT, |pending| pending.length);
            let found = self.match_at(at, candidate, longest);
            let next = at.checked_add(1)?;
            match (pending.take(), found) {
                (Some(_), Some(longer)) => {
                    bits.literal(*self.window.get(at.checked_sub(1)?)?);
                    pending = Some(longer);
                    at = next;
                }
                (Some(earlier), None) => {
                    bits.length(earlier.length)?;
                    bits.distance(earlier.distance)?;
                    let end = at.checked_sub(1)?.checked_add(earlier.length)?;
                    for passed in next..end {
                        self.places.add(&self.window, passed);
                    }
                    at = end;
                }
                (None, Some(here)) => {
                    pending = Some(here);
                    at = next;
                }
                (None, None) => {
                    bits.literal(*self.window.get(at)?);
                    at = next;
                }
            }
        }
        // None is pending here: a match takes three bytes, so it never begins at the last one.
        bits.symbol(END_OF_BLOCK);
        Some(bits.finish())
    }

    /// The longest earlier occurrence of what stands at `at`, if it is longer than `beaten`; of equally long ones the
    /// nearest, whose code is shorter. `candidate` is the nearest place with the same hash.
    fn match_at(&self, at: usize, mut candidate: u16, mut beaten: usize) -> Option<Match> {
        let here = self.window.get(at..)?;
        let here = here.get(..LONGEST).unwrap_or(here);
        let mut best = None;
        for _ in 0..MOST_CANDIDATES {
            if candidate == NOWHERE {
                break;
            }
            let earlier = self.window.get(usize::from(candidate)..)?;
            // Only what agrees in the byte behind the best so far can be longer.
            let decides = here.get(beaten)?;
            if earlier.get(beaten) == Some(decides) {
                let length = same_bytes(here, earlier);
                if length > beaten {
                    best = Some(Match { length, distance: at.checked_sub(usize::from(candidate))? });
                    beaten = length;
                    if length == here.len() {
                        break;
                    }
                }
            }
            candidate = *self.places.before.get(usize::from(candidate))?;
        }
        best
    }
}

impl Places {
    /// Notes the three bytes at `at`, which must be the first place not noted yet, and tells where they, or others with
    /// their hash, stood last.
    fn add(&mut self, window: &[u8], at: usize) -> u16 {
        let hashed = window.get(at..).and_then(hash).and_then(|hash| self.last.get_mut(hash));
        let mut before = NOWHERE;
        if let (Some(last), Ok(place)) = (hashed, u16::try_from(at)) {
            before = core::mem::replace(last, place);
        }
        self.before.push(before);
        before
    }
}

struct Match {
    length: usize,
    distance: usize,
}

/// How many bytes two texts begin with in common, eight at a time while there are eight.
fn same_bytes(one: &[u8], other: &[u8]) -> usize {
    let (ones, _) = one.as_chunks::<8>();
    let (others, _) = other.as_chunks::<8>();
    let mut same = 0_usize;
    for (one, other) in ones.iter().zip(others) {
        let differs = u64::from_le_bytes(*one) ^ u64::from_le_bytes(*other);
        if differs != 0 {
            let bytes = differs.trailing_zeros().wrapping_shr(3);
            return same.saturating_add(usize::try_from(bytes).unwrap_or(0));
        }
        same = same.saturating_add(8);
    }
    let rest = one.iter().zip(other).skip(same);
    same.saturating_add(rest.take_while(|(one, other)| one == other).count())
}

/// Which list the first three bytes belong to.
fn hash(bytes: &[u8]) -> Option<usize> {
    let [a, b, c] = *bytes.first_chunk::<3>()?;
    let word = u32::from_le_bytes([a, b, c, 0]);
    // Fibonacci hashing: the upper bits depend on all three bytes.
    usize::try_from(word.wrapping_mul(0x9E37_79B1) >> (32_u32.checked_sub(HASH_BITS)?)).ok()
}

/// Bits in DEFLATE's order: first bit into the lowest, Huffman codes from their top bit on.
struct BitWriter {
    bytes: Vec<u8>,
    held: u64,
    count: u32,
}

impl BitWriter {
    fn new(expected: usize) -> Self {
        Self { bytes: Vec::with_capacity(expected), held: 0, count: 0 }
    }

    /// Appends the lowest `count` bits of `value`; at most 16 at a time.
    fn put(&mut self, value: u16, count: u32) {
        self.held |= u64::from(value).wrapping_shl(self.count);
        self.count = self.count.saturating_add(count);
        if let Some(rest) = self.count.checked_sub(32) {
            let [a, b, c, d, ..] = self.held.to_le_bytes();
            self.bytes.extend_from_slice(&[a, b, c, d]);
            self.held >>= 32;
            self.count = rest;
        }
    }

    /// A literal or length symbol in the fixed code (RFC 1951 §3.2.6).
    fn symbol(&mut self, symbol: u16) {
        if let Some((code, count)) = CODES.get(usize::from(symbol)) {
            self.put(*code, *count);
        }
    }

    fn literal(&mut self, byte: u8) {
        self.symbol(u16::from(byte));
    }

    fn length(&mut self, length: usize) -> Option<()> {
        let (at, rest, extra) = range_of(&LENGTHS, length)?;
        self.symbol(at.checked_add(FIRST_LENGTH)?);
        self.put(rest, extra);
        Some(())
    }

    fn distance(&mut self, distance: usize) -> Option<()> {
        let (at, rest, extra) = range_of(&DISTANCES, distance)?;
        self.put(reversed(at, 5), 5);
        self.put(rest, extra);
        Some(())
    }

    /// The bytes, the last one filled up with zeros.
    fn finish(mut self) -> Vec<u8> {
        let left = usize::try_from(self.count.div_ceil(8)).unwrap_or(0);
        self.bytes.extend_from_slice(self.held.to_le_bytes().get(..left).unwrap_or_default());
        self.bytes
    }
}

/// The row of a table of ascending bases that `value` belongs to, what `value` is above its base, and in how many bits
/// that is said.
fn range_of(table: &[(u16, u32)], value: usize) -> Option<(u16, u16, u32)> {
    let value = u16::try_from(value).ok()?;
    let at = table.partition_point(|(base, _)| *base <= value).checked_sub(1)?;
    let (base, extra) = *table.get(at)?;
    Some((u16::try_from(at).ok()?, value.checked_sub(base)?, extra))
}

/// Huffman codes stand in the stream from their top bit on.
const fn reversed(code: u16, count: u32) -> u16 {
    code.reverse_bits().wrapping_shr(16_u32.saturating_sub(count))
}

/// The fixed code of each literal and length symbol (RFC 1951 §3.2.6), reversed, and its length.
#[expect(
    clippy::indexing_slicing,
    reason = "computed by the compiler: what is out of bounds does not compile"
)]
const CODES: [(u16, u32); 288] = {
    let mut codes = [(0, 0); 288];
    let mut symbol: u16 = 0;
    while symbol < 288 {
        let (code, count) = match symbol {
            0..=143 => (symbol.saturating_add(0x30), 8),
            144..=255 => (symbol.saturating_add(0x190 - 144), 9),
            256..=279 => (symbol.saturating_sub(256), 7),
            _ => (symbol.saturating_sub(280 - 0xC0), 8),
        };
        codes[symbol as usize] = (reversed(code, count), count);
        symbol = symbol.saturating_add(1);
    }
    codes
};

/// No place: beyond any window, which is far shorter than 65,535 bytes.
const NOWHERE: u16 = u16::MAX;
/// Lists of places: with about 700 bytes in the window few share one.
const HASH_BITS: u32 = 10;
/// Earlier places looked at: enough for all of a short window's, a bound for a long run of one byte.
const MOST_CANDIDATES: usize = 64;
/// Three bits: last block, type 01.
pub(super) const LAST_BLOCK_FIXED_CODES: u16 = 0b011;
const END_OF_BLOCK: u16 = 256;
/// One byte less than the shortest match, and the longest one (RFC 1951 §3.2.5).
const TOO_SHORT: usize = 2;
const LONGEST: usize = 258;
/// The symbol of length 3.
const FIRST_LENGTH: u16 = 257;

/// First length of each symbol from 257 on, and its extra bits (RFC 1951 §3.2.5).
pub(super) const LENGTHS: [(u16, u32); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];

/// First distance of each code, and its extra bits, as far as a window of ours can reach.
pub(super) const DISTANCES: [(u16, u32); 26] = [
    (1, 0),
    (2, 0),
    (3, 0),
    (4, 0),
    (5, 1),
    (7, 1),
    (9, 2),
    (13, 2),
    (17, 3),
    (25, 3),
    (33, 4),
    (49, 4),
    (65, 5),
    (97, 5),
    (129, 6),
    (193, 6),
    (257, 7),
    (385, 7),
    (513, 8),
    (769, 8),
    (1_025, 9),
    (1_537, 9),
    (2_049, 10),
    (3_073, 10),
    (4_097, 11),
    (6_145, 11),
];
