//! The slots of a node: `Bitmap`, a set of slot numbers, which marks the slots at which the children start; and `Slots`,
//! those of one range of hashes.

/// The slots of a range of hashes: `span` consecutive slots of a node, a power of two, from a multiple of `span` on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Slots {
    pub(crate) first: usize,
    pub(crate) span: usize,
}

impl Slots {
    /// Returns all slots of a node of this width.
    #[inline]
    pub(crate) const fn of_width(width: u32) -> Self {
        Self { first: 0, span: 1 << width }
    }

    /// Returns the slot after the last one.
    #[inline]
    pub(crate) const fn end(self) -> usize {
        self.first + self.span
    }

    /// Returns the halves of the range. There must be at least two slots.
    #[inline]
    pub(crate) const fn halves(self) -> [Self; 2] {
        let span = self.span / 2;
        [Self { first: self.first, span }, Self { first: self.first + span, span }]
    }

    /// Returns the number of hash bits, of those that choose a slot in a node of this width, that all hashes of the
    /// range have in common.
    #[inline]
    pub(crate) const fn bits(self, width: u32) -> u32 {
        width - self.span.trailing_zeros()
    }
}

/// A set of slot numbers below 32.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Bitmap(pub(crate) u32);

impl Bitmap {
    /// The set with all slots.
    pub(crate) const ALL: Self = Self(u32::MAX);

    /// The empty set.
    pub(crate) const EMPTY: Self = Self(0);

    /// Returns `true` if `slot` is in the set.
    #[inline]
    pub(crate) const fn contains(self, slot: usize) -> bool {
        self.0 >> slot & 1 == 1
    }

    /// Inserts `slot`.
    #[inline]
    pub(crate) const fn insert(&mut self, slot: usize) {
        self.0 |= 1 << slot;
    }

    /// Removes `slot`.
    #[inline]
    pub(crate) const fn remove(&mut self, slot: usize) {
        self.0 &= !(1 << slot);
    }

    /// Returns the number of slots in the set.
    #[inline]
    pub(crate) const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Removes and returns the lowest slot.
    #[inline]
    pub(crate) const fn pop_first(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let first = self.0.trailing_zeros() as usize;
        self.0 &= self.0 - 1;
        Some(first)
    }

    /// Returns the last member at or below `slot`, or 0 if there is none.
    #[inline]
    pub(crate) const fn last_up_to(self, slot: usize) -> usize {
        let below = self.0 & (u32::MAX >> (31 - slot));
        (31 - (below | 1).leading_zeros()) as usize
    }

    /// Returns the first member above `slot` if it is below `end`, otherwise `end`.
    #[inline]
    pub(crate) const fn first_above(self, slot: usize, end: usize) -> usize {
        let above = self.0 & (u32::MAX << slot << 1);
        let first = above.trailing_zeros() as usize;
        if first < end { first } else { end }
    }

    /// Returns the members that are not in `other`.
    #[inline]
    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Returns `true` if any of `slots` is in the set.
    #[inline]
    pub(crate) const fn has_any_of(self, slots: Slots) -> bool {
        (self.0 as u64 >> slots.first) & ((1 << slots.span) - 1) != 0
    }

    /// Returns the members at or above `count` (at most 32), minus `count`.
    #[inline]
    pub(crate) const fn shifted(self, count: usize) -> Self {
        Self(((self.0 as u64) >> count) as u32)
    }

    /// Returns the set with every slot number doubled: the same starts in a node twice as wide. Members must be below
    /// 16.
    #[inline]
    pub(crate) fn doubled(self) -> Self {
        let mut from = self;
        let mut to = Self::EMPTY;
        while let Some(slot) = from.pop_first() {
            to.insert(2 * slot);
        }
        to
    }

    /// Returns the set with every slot number halved: the same starts in a node half as wide. Members must be even.
    #[inline]
    pub(crate) fn halved(self) -> Self {
        let mut from = self;
        let mut to = Self::EMPTY;
        while let Some(slot) = from.pop_first() {
            to.insert(slot / 2);
        }
        to
    }

    /// Returns `true` if all members are even.
    #[inline]
    pub(crate) const fn all_even(self) -> bool {
        self.0 & 0xaaaa_aaaa == 0
    }
}

#[cfg(test)]
mod tests {
    use super::{Bitmap, Slots};
    use bitmaps::Bitmap as Oracle;
    use proptest::prelude::*;

    /// Returns the same set as a type of the crate that serves as the reference implementation.
    fn oracle(bits: u32) -> Oracle<32> {
        Oracle::from_value(bits)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 2000 }))]

        #[test]
        fn agrees_with_the_reference_implementation(bits: u32, slot in 0usize..32, width in 0u32..=5) {
            let map = Bitmap(bits);
            let mut expected = oracle(bits);
            prop_assert_eq!(map.len(), expected.len());
            prop_assert_eq!(map.contains(slot), expected.get(slot));
            let up_to = (0..=slot).rev().find(|&i| expected.get(i));
            prop_assert_eq!(map.last_up_to(slot), up_to.unwrap_or(0));
            let end = 1usize << width;
            let above = if slot == 31 { None } else { expected.next_index(slot) };
            prop_assert_eq!(map.first_above(slot, end), above.filter(|&i| i < end).unwrap_or(end));
            let count = end.min(32 - slot);
            let slots = Slots { first: slot, span: count };
            prop_assert_eq!(map.has_any_of(slots), (slot..slot + count).any(|i| expected.get(i)));
            let shifted = map.shifted(slot + 1);
            prop_assert!((0..32).all(|i| shifted.contains(i) == (i + slot + 1 < 32 && expected.get(i + slot + 1))));
            prop_assert_eq!(map.all_even(), (0..16).all(|i| !expected.get(2 * i + 1)));

            let mut edited = map;
            edited.insert(slot);
            expected.set(slot, true);
            prop_assert_eq!(edited.0, *expected.as_value());
            edited.remove(slot);
            expected.set(slot, false);
            prop_assert_eq!(edited.0, *expected.as_value());

            let mut rest = map;
            let mut seen = Bitmap::EMPTY;
            for first in &oracle(bits) {
                prop_assert_eq!(rest.pop_first(), Some(first));
                seen.insert(first);
            }
            prop_assert_eq!(rest.pop_first(), None);
            prop_assert_eq!(seen, map);
        }

        #[test]
        fn doubling_and_halving_are_inverse(bits in 0u32..1 << 16) {
            let map = Bitmap(bits);
            let wide = map.doubled();
            prop_assert!(wide.all_even());
            prop_assert_eq!(wide.len(), map.len());
            prop_assert!((0..16).all(|i| wide.contains(2 * i) == map.contains(i)));
            prop_assert_eq!(wide.halved(), map);
        }
    }
}
