//! Maps whose hashers disagree are compared by their contents, as maps whose hashers agree are.

use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};

use perennial::PersistentMap;

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
