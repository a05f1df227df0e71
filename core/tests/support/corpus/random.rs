//! Chance from a seed.

/// SplitMix64 (Steele, Lea and Flood, 2014). Written out, because a mutant is known by its number: a library's
/// generator may change its stream from one version to the next.
pub struct Random(u64);

impl Random {
    /// A stream of its own for each name, so that one category's size does not move another's cases.
    pub fn new(seed: u64, name: &str) -> Self {
        let named =
            name.bytes().fold(seed, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self(named)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    /// Both ends included.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from + i64::try_from(self.next() % u64::try_from(to - from + 1).unwrap()).unwrap()
    }

    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        core::array::from_fn(|_| u8::try_from(self.next() & 0xff).unwrap())
    }
}

/// `count` distinct numbers below `size`, spread over all of it; all of them if there are no more.
///
/// A step that shares no factor with the size meets every number once before it comes round.
pub fn spread(random: &mut Random, size: usize, count: usize) -> impl Iterator<Item = usize> + use<> {
    let start = random.below(size);
    // A size has few prime factors, so few tries find a step without any of them.
    let step = loop {
        let step = 1 + random.below(size);
        if greatest_common_divisor(step, size) == 1 {
            break step;
        }
    };
    (0..count.min(size)).map(move |n| {
        let at = u128::try_from(start).unwrap() + u128::try_from(n).unwrap() * u128::try_from(step).unwrap();
        usize::try_from(at % u128::try_from(size).unwrap()).unwrap()
    })
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
