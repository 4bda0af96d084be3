//! Maps whose hashers disagree are compared by their contents, as maps whose hashers agree are, and no hasher is called
//! with anything but keys of its map.

use std::cell::Cell;
use std::fmt::Debug;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher, RandomState};

use perennial::map::Patch;
use perennial::{PersistentMap, PersistentSet};

/// Both hash alike only if the seeds are equal, and either way all keys fall into eight hashes.
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

/// `make` makes a hasher that disagrees with most others that it has made.
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
fn hashers_that_draw_new_keys_each() {
    check(|_| RandomState::new());
}

#[test]
fn hashers_of_eight_hashes() {
    check(Eight);
}

#[test]
fn one_default_hasher_for_all_maps() {
    check(|_| perennial::RandomState::new());
}

/// The state of a hasher that was made for one type of key: it panics when it is fed anything else.
#[derive(Clone, Copy)]
struct Strict {
    seed: u64,
}

struct StrictHasher {
    seed: u64,
    fed: Option<u64>,
}

impl BuildHasher for Strict {
    type Hasher = StrictHasher;

    fn build_hasher(&self) -> StrictHasher {
        StrictHasher { seed: self.seed, fed: None }
    }
}

impl StrictHasher {
    fn feed(&mut self, word: u64) {
        assert!(self.fed.is_none(), "one write is a key");
        self.fed = Some((word ^ self.seed).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    }
}

/// Exactly 32 bytes, as those of hashes, or exactly a `u32`.
impl Hasher for StrictHasher {
    fn write(&mut self, bytes: &[u8]) {
        let bytes: [u8; 32] = bytes.try_into().expect("a key has 32 bytes");
        self.feed(u64::from_le_bytes(bytes[..8].try_into().expect("there are 32")));
    }

    fn write_u32(&mut self, word: u32) {
        self.feed(u64::from(word));
    }

    fn write_u64(&mut self, _: u64) {
        panic!("a key has 32 bytes or is a `u32`");
    }

    fn finish(&self) -> u64 {
        self.fed.expect("a key was written")
    }
}

/// Hashes as 32 bytes and nothing else.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Digest([u8; 32]);

impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.0);
    }
}

/// All operations on two maps give what they would if both had the same hasher. `make` makes a hasher by its seed.
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
fn a_hasher_sees_nothing_but_keys_of_its_map() {
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

/// A hasher with a seed for text that treats integers alike under all seeds.
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
fn a_seed_that_some_keys_do_not_notice() {
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

/// Counts how often a hasher is started.
#[derive(Clone, Default)]
struct Counting<S>(S);

impl<S: BuildHasher> BuildHasher for Counting<S> {
    type Hasher = S::Hasher;

    fn build_hasher(&self) -> S::Hasher {
        RUNS.set(RUNS.get() + 1);
        self.0.build_hasher()
    }
}

/// How often hashers are run to compare and to combine two maps of `count` entries, built apart or one from the other.
fn runs<S: BuildHasher + Clone + Default>(count: u64, apart: bool) -> usize {
    let one = map(Counting::<S>::default(), 0..count);
    let two = if apart { map(Counting::<S>::default(), 0..count) } else { one.clone() };
    let two = two.assoc(0, 7);
    RUNS.set(0);
    assert!(one != two && one.merge(&two).len() == one.len() && one.diff(&two).count() == 1);
    RUNS.get()
}

#[test]
fn hashers_run_only_where_it_is_not_known_that_they_agree() {
    type Zero = BuildHasherDefault<DefaultHasher>;
    type Seeded = foldhash::fast::FixedState;
    assert_eq!(size_of::<Zero>(), 0);
    assert_ne!(size_of::<Seeded>(), 0);
    for count in [1, 10, 300] {
        assert_eq!(runs::<Zero>(count, true), 0);
        assert_eq!(runs::<Zero>(count, false), 0);
        // `==`, `merge` and `diff`: at most 16 keys each, and 3 of maps that are one bucket.
        let runs_apart = runs::<Seeded>(count, true);
        assert!((3..=if count > 10 { 48 } else { 9 }).contains(&runs_apart), "{runs_apart}");
    }
    assert_eq!(runs::<Seeded>(300, false), 0, "versions share nodes");
}
