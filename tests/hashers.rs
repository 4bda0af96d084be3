//! Operations on maps whose hashers disagree give the same results as on maps whose hashers agree, and hashers are
//! called only with keys of their maps.

use std::cell::Cell;
use std::fmt::Debug;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher, RandomState};

use perennial::map::Patch;
use perennial::{PersistentMap, PersistentSet};

/// A hasher with a seed and only eight hash values. Two of them agree only if their seeds are equal.
#[derive(Clone, Copy)]
struct Eight(u64);

struct EightHasher(DefaultHasher);

impl BuildHasher for Eight {
    type Hasher = EightHasher;

    fn build_hasher(&self) -> EightHasher {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.0);
        EightHasher(hasher)
    }
}

impl Hasher for EightHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    fn finish(&self) -> u64 {
        self.0.finish() >> 61
    }
}

fn map<S: BuildHasher + Clone>(hasher: S, keys: impl Iterator<Item = u64>) -> PersistentMap<u64, u64, S> {
    let mut map = PersistentMap::with_hasher(hasher);
    map.extend(keys.map(|key| (key, key * key)));
    map
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Compares and merges maps with hashers from `make`, which may disagree.
fn check<S: BuildHasher + Clone>(make: impl Fn(u64) -> S) {
    for count in [0, 1, 2, 17, 300] {
        let one = map(make(0), 0..count);
        for seed in 0..6 {
            let two = map(make(seed), (0..count).rev());
            assert_eq!(one, two);
            assert_eq!(hash(&one), hash(&two));
            if let Some(last) = count.checked_sub(1) {
                let other_value = two.assoc(last, 0xbad);
                let other_key = two.dissoc(&last).assoc(count, last * last);
                for other in [two.dissoc(&last), two.assoc(count, 0), other_value, other_key] {
                    assert_ne!(one, other);
                    assert_ne!(other, one);
                    assert_ne!(hash(&one), hash(&other));
                }
            }
            let theirs = map(make(seed), count / 2..count + 9).filter(|key, _| key % 2 == 0);
            let merged = one.merge(&theirs);
            assert_eq!(merged, theirs.merge(&one));
            assert!(theirs.keys().chain(one.keys()).all(|key| merged[key] == key * key));
        }
    }
}

#[test]
fn maps_with_random_hashers_are_compared_by_contents() {
    check(|_| RandomState::new());
}

#[test]
fn maps_with_many_collisions_are_compared_by_contents() {
    check(Eight);
}

#[test]
fn maps_with_the_default_hasher_are_compared_by_contents() {
    check(|_| perennial::RandomState::new());
}

/// A hasher that supports only two types of keys, and panics for anything else.
#[derive(Clone, Copy)]
struct Strict {
    seed: u64,
}

struct StrictHasher {
    seed: u64,
    hash: Option<u64>,
}

impl BuildHasher for Strict {
    type Hasher = StrictHasher;

    fn build_hasher(&self) -> StrictHasher {
        StrictHasher { seed: self.seed, hash: None }
    }
}

impl StrictHasher {
    fn feed(&mut self, word: u64) {
        assert!(self.hash.is_none(), "a key is a single write");
        self.hash = Some((word ^ self.seed).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    }
}

/// Accepts exactly 32 bytes or exactly one `u32`.
impl Hasher for StrictHasher {
    fn write(&mut self, bytes: &[u8]) {
        let bytes: [u8; 32] = bytes.try_into().expect("a key has 32 bytes");
        self.feed(u64::from_le_bytes(bytes[..8].try_into().expect("8 of 32 bytes are 8 bytes")));
    }

    fn write_u32(&mut self, word: u32) {
        self.feed(u64::from(word));
    }

    fn write_u64(&mut self, _: u64) {
        panic!("a key has 32 bytes or is a `u32`");
    }

    fn finish(&self) -> u64 {
        self.hash.expect("a key was written")
    }
}

/// A key that is hashed as 32 bytes, without a length.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Digest([u8; 32]);

impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.0);
    }
}

/// Checks that all operations on two maps give the same results as with equal hashers. `make` makes a hasher from a
/// seed.
fn check_operations<K, S>(make: impl Fn(u64) -> S, key: impl Fn(u64) -> K, count: u64)
where
    K: Hash + Eq + Clone + Debug,
    S: BuildHasher + Clone,
{
    let map = |seed, keys: &mut dyn Iterator<Item = u64>| {
        let mut map = PersistentMap::with_hasher(make(seed));
        map.extend(keys.map(|number| (key(number), number)));
        map
    };
    let set = |seed, keys: &mut dyn Iterator<Item = u64>| {
        let mut set = PersistentSet::with_hasher(make(seed));
        set.extend(keys.map(&key));
        set
    };
    for seed in [1, 2] {
        let (one, two) = (map(1, &mut (0..count)), map(seed, &mut (0..count).rev()));
        assert_eq!(one, two);
        assert_eq!(one.diff(&two).count(), 0);
        assert_eq!(one.merge(&two).len(), one.len());
        assert_eq!(one.intersection(&two), one);
        assert!(one.difference(&two).is_empty() && one.symmetric_difference(&two).is_empty());
        assert!(one.is_submap(&two) && (count == 0 || !one.is_disjoint(&two)));
        assert!(Patch::between(&one, &two).is_empty());
        let more = map(seed, &mut (0..count + 2));
        assert_ne!(one, more);
        assert_eq!(Patch::between(&one, &more).len(), 2);
        assert_eq!(one.apply(&Patch::between(&one, &more)), Ok(more.clone()));
        assert_eq!(PersistentMap::merge3(&one, &two, &more, |_, _| None), more);
        let (one, two) = (set(1, &mut (0..count)), set(seed, &mut (0..count).rev()));
        assert_eq!(one, two);
        assert_eq!(one.union(&two).len(), one.len());
        assert_eq!(one.intersection(&two).len(), one.len());
        assert_eq!(one.diff(&two).count(), 0);
    }
}

#[test]
fn hashers_are_called_only_with_keys_of_their_map() {
    for count in [0, 1, 2, 3, 10, 40, 500] {
        check_operations(|seed| Strict { seed }, |number| number as u32, count);
        let digest = |number: u64| {
            let mut bytes = [7; 32];
            bytes[..8].copy_from_slice(&number.to_le_bytes());
            Digest(bytes)
        };
        check_operations(|seed| Strict { seed }, digest, count);
    }
}

/// A hasher whose seed affects only text: integers have the same hash under all seeds.
#[derive(Clone, Copy)]
struct TextSeed(u64);

struct TextSeedHasher(u64, DefaultHasher);

impl BuildHasher for TextSeed {
    type Hasher = TextSeedHasher;

    fn build_hasher(&self) -> TextSeedHasher {
        TextSeedHasher(self.0, DefaultHasher::new())
    }
}

impl Hasher for TextSeedHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.1.write_u64(self.0);
        self.1.write(bytes);
    }

    fn write_u64(&mut self, word: u64) {
        self.1.write(&word.to_le_bytes());
    }

    fn write_isize(&mut self, word: isize) {
        self.1.write(&word.to_le_bytes());
    }

    fn finish(&self) -> u64 {
        self.1.finish()
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Mixed {
    Number(u64),
    Text(String),
}

#[test]
fn hashers_that_ignore_their_seed_for_some_keys_give_correct_results() {
    for count in [1, 2, 10, 200, 1000] {
        check_operations(TextSeed, |number| number, count);
        check_operations(TextSeed, |number| number.to_string(), count);
    }
    for count in [200, 1000, 10_000] {
        check_operations(
            TextSeed,
            |number| if number % 2 == 0 { Mixed::Number(number) } else { Mixed::Text(number.to_string()) },
            count,
        );
    }
}

thread_local! {
    static RUNS: Cell<usize> = const { Cell::new(0) };
}

/// Counts the calls of `build_hasher`.
#[derive(Clone, Default)]
struct Counting<S>(S);

impl<S: BuildHasher> BuildHasher for Counting<S> {
    type Hasher = S::Hasher;

    fn build_hasher(&self) -> S::Hasher {
        RUNS.set(RUNS.get() + 1);
        self.0.build_hasher()
    }
}

/// Returns how often hashers are called to compare and merge two maps of `count` entries. The maps share nothing if
/// `apart` is true; otherwise one is a version of the other.
fn runs<S: BuildHasher + Clone + Default>(count: u64, apart: bool) -> usize {
    let one = map(Counting::<S>::default(), 0..count);
    let two = if apart { map(Counting::<S>::default(), 0..count) } else { one.clone() };
    let two = two.assoc(0, 7);
    RUNS.set(0);
    assert!(one != two && one.merge(&two).len() == one.len() && one.diff(&two).count() == 1);
    RUNS.get()
}

#[test]
fn operations_on_maps_with_different_hashers_hash_the_keys_of_the_smaller_map() {
    type Seeded = Counting<std::hash::RandomState>;
    let of_std = |keys| map(Seeded::default(), keys);
    let (empty, small, large) = (of_std(0..0), of_std(5..15), of_std(0..10_000));
    let check = |what: &str, most: usize, expected: usize, result: &dyn Fn() -> usize| {
        RUNS.set(0);
        assert_eq!(result(), expected, "{what}");
        assert!(RUNS.get() <= most, "{what}: {} hashings", RUNS.get());
    };
    // The samples that show that the hashers differ, and one or two hashings for each key of the smaller map.
    const FEW: usize = 40;
    check("small & large", FEW, 10, &|| (&small & &large).len());
    check("large & small", FEW, 10, &|| (&large & &small).len());
    check("small - large", FEW, 0, &|| (&small - &large).len());
    check("large - small", FEW, 9_990, &|| (&large - &small).len());
    check("large | small", FEW, 10_000, &|| (&large | &small).len());
    check("large ^ small", FEW, 9_990, &|| (&large ^ &small).len());
    check("empty & large", FEW, 0, &|| (&empty & &large).len());
    check("empty - large", FEW, 0, &|| (&empty - &large).len());
    check("large - empty", FEW, 10_000, &|| (&large - &empty).len());
    check("small, large", FEW, 10, &|| small.intersection_with(&large, |_, a, b| a + b).len());
    check("large, small", FEW, 10, &|| large.intersection_with(&small, |_, a, b| a + b).len());
    // The result has all keys of the larger map, with the hasher of the smaller one.
    check("small | large", 10_040, 10_000, &|| (&small | &large).len());
}

#[test]
fn hashers_are_not_called_if_they_are_known_to_agree() {
    type Zero = BuildHasherDefault<DefaultHasher>;
    type Seeded = foldhash::fast::FixedState;
    assert_eq!(size_of::<Zero>(), 0);
    assert_ne!(size_of::<Seeded>(), 0);
    for count in [1, 10, 300] {
        assert_eq!(runs::<Zero>(count, true), 0);
        assert_eq!(runs::<Zero>(count, false), 0);
        // For each of `==`, `merge` and `diff` at most 16 keys are hashed, and 3 if both maps are single buckets.
        let runs_apart = runs::<Seeded>(count, true);
        assert!((3..=if count > 10 { 48 } else { 9 }).contains(&runs_apart), "{runs_apart}");
    }
    assert_eq!(runs::<Seeded>(300, false), 0, "versions share nodes");
}
