//! Checks properties of the types at compile time. If one is violated, the test does not compile.

use std::cell::Cell;
use std::fmt::Debug;
use std::iter::FusedIterator;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use perennial::map::{Drain, Entry, IntoIter, IntoKeys, IntoValues, Iter, IterMut, Keys, Values, ValuesMut};
use perennial::map::{IterInHashOrder, IterInStoredOrder};
use perennial::trie::HashTrie;
use perennial::{PersistentMap, PersistentSet, RandomState, TransientMap, persistent_map};
use perennial::{map, set};

type Map = PersistentMap<u64, String>;

/// Fails to compile if the type implements the trait, because then `probe` is ambiguous.
macro_rules! assert_lacks {
    ($type:ty, $trait:path) => {
        const _: fn() = || {
            struct HasTrait;
            trait Probe<Marker> {
                fn probe() {}
            }
            impl<T> Probe<()> for T {}
            impl<T: $trait> Probe<HasTrait> for T {}
            <$type as Probe<_>>::probe();
        };
    };
}

// Threads. Nodes are shared between threads, so a type is `Send` only if its contents are both `Send` and `Sync`.
const fn crosses_threads<T: Send + Sync>() {}
const _: () = {
    crosses_threads::<Map>();
    crosses_threads::<TransientMap<u64, String>>();
    crosses_threads::<HashTrie<String>>();
    crosses_threads::<RandomState>();
    crosses_threads::<Iter<'_, u64, String>>();
    crosses_threads::<IterInHashOrder<'_, u64, String>>();
    crosses_threads::<IterInStoredOrder<'_, u64, String>>();
    crosses_threads::<IterMut<'_, u64, String>>();
    crosses_threads::<IntoIter<u64, String>>();
    crosses_threads::<Drain<'_, u64, String>>();
    crosses_threads::<Entry<'_, u64, String>>();
};
assert_lacks!(PersistentMap<u64, Rc<u64>>, Send);
assert_lacks!(PersistentMap<u64, Rc<u64>>, Sync);
assert_lacks!(PersistentMap<u64, Cell<u64>>, Send);
assert_lacks!(PersistentMap<u64, Cell<u64>>, Sync);
assert_lacks!(IntoIter<u64, Cell<u64>>, Send);
assert_lacks!(Iter<'static, u64, Cell<u64>>, Send);
assert_lacks!(IterInHashOrder<'static, u64, Cell<u64>>, Send);
assert_lacks!(IterInStoredOrder<'static, u64, Cell<u64>>, Send);
assert_lacks!(TransientMap<u64, Cell<u64>>, Send);
assert_lacks!(TransientMap<u64, u64>, Clone);

// Panics.
const fn survives_panics<T: UnwindSafe + RefUnwindSafe>() {}
const _: () = {
    survives_panics::<Map>();
    survives_panics::<TransientMap<u64, String>>();
    survives_panics::<HashTrie<String>>();
    survives_panics::<Iter<'_, u64, String>>();
    survives_panics::<IntoIter<u64, String>>();
};

const fn moves_freely<T: Unpin>() {}
const _: () = {
    moves_freely::<Map>();
    moves_freely::<IntoIter<u64, String>>();
};

// Covariance: a collection with a longer lifetime parameter can be used in place of one with a shorter lifetime
// parameter.
macro_rules! assert_covariant {
    ($($long:ty => $short:ty),+ $(,)?) => {
        $(const _: () = {
            #[expect(dead_code, reason = "the test is that it compiles")]
            fn shorten<'short>(long: $long) -> $short {
                long
            }
        };)+
    };
}
assert_covariant! {
    PersistentMap<&'static str, u8> => PersistentMap<&'short str, u8>,
    PersistentMap<u8, &'static str> => PersistentMap<u8, &'short str>,
    HashTrie<&'static str> => HashTrie<&'short str>,
    Iter<'static, &'static str, &'static str> => Iter<'short, &'short str, &'short str>,
    IterInHashOrder<'static, &'static str, &'static str> => IterInHashOrder<'short, &'short str, &'short str>,
    IterInStoredOrder<'static, &'static str, &'static str> => IterInStoredOrder<'short, &'short str, &'short str>,
    Keys<'static, &'static str, &'static str> => Keys<'short, &'short str, &'short str>,
    Values<'static, &'static str, &'static str> => Values<'short, &'short str, &'short str>,
    IntoIter<&'static str, &'static str> => IntoIter<&'short str, &'short str>,
    IntoKeys<&'static str, &'static str> => IntoKeys<&'short str, &'short str>,
    IntoValues<&'static str, &'static str> => IntoValues<&'short str, &'short str>,
    Drain<'static, &'static str, &'static str> => Drain<'short, &'short str, &'short str>,
    map::Diff<'static, &'static str, &'static str> => map::Diff<'short, &'short str, &'short str>,
    set::Diff<'static, &'static str> => set::Diff<'short, &'short str>,
}

// Sizes.
const _: () = {
    assert!(size_of::<PersistentMap<u64, u64>>() <= 16);
    assert!(size_of::<Option<PersistentMap<u64, u64>>>() == size_of::<PersistentMap<u64, u64>>());
    assert!(size_of::<RandomState>() == 0);
};

// Constants.
static EMPTY: Map = PersistentMap::new();
const ALSO_EMPTY: Map = persistent_map! {};
static WITH_HASHER: Map = PersistentMap::with_hasher(RandomState::new());
const _: fn() -> bool = || EMPTY.ptr_eq(&ALSO_EMPTY) && WITH_HASHER.is_empty();

// Iterators.
const fn is_exact<I: ExactSizeIterator + FusedIterator + Debug>() {}
const fn is_cloned_and_made_from_nothing<I: Clone + Default>() {}
const fn is_made_from_nothing<I: Default>() {}
const _: () = {
    is_exact::<Iter<'_, u64, String>>();
    is_exact::<IterInHashOrder<'_, u64, String>>();
    is_exact::<IterInStoredOrder<'_, u64, String>>();
    is_exact::<IterMut<'_, u64, String>>();
    is_exact::<IntoIter<u64, String>>();
    is_exact::<Keys<'_, u64, String>>();
    is_exact::<Values<'_, u64, String>>();
    is_exact::<ValuesMut<'_, u64, String>>();
    is_exact::<IntoKeys<u64, String>>();
    is_exact::<IntoValues<u64, String>>();
    is_exact::<Drain<'_, u64, String>>();

    is_cloned_and_made_from_nothing::<Iter<'_, u64, String>>();
    is_cloned_and_made_from_nothing::<IterInStoredOrder<'_, u64, String>>();
    is_cloned_and_made_from_nothing::<Keys<'_, u64, String>>();
    is_cloned_and_made_from_nothing::<Values<'_, u64, String>>();
    is_made_from_nothing::<IntoIter<u64, String>>();
    is_made_from_nothing::<IntoKeys<u64, String>>();
    is_made_from_nothing::<IntoValues<u64, String>>();
};
const _: fn(&mut Map) = |map| {
    fn lazy<I: Iterator + FusedIterator + Debug + Send>(_: I) {}
    lazy(map.extract_if(|_, value| value.is_empty()));
};

// An iterator that is a temporary value ends its borrow with its last use, so that the collection can be edited while
// the temporary still exists.
const _: fn(&mut Map, &mut PersistentSet<u64>) = |map, set| {
    while let Some(key) = map.iter().next().map(|(key, _)| *key) {
        map.remove(&key);
    }
    while let Some(key) = map.iter_in_hash_order().next().map(|(key, _)| *key) {
        map.remove(&key);
    }
    while let Some(key) = map.iter_in_stored_order().next().map(|(key, _)| *key) {
        map.remove(&key);
    }
    while let Some(element) = set.iter_in_hash_order().chain(set.iter_in_stored_order()).next().copied() {
        set.remove(&element);
    }
};

// Operations that cannot copy a shared node do not require `Clone`.
#[derive(PartialEq, Eq, Hash)]
struct NoClone(u64);
const _: fn(Vec<(NoClone, NoClone)>) -> bool = |entries| {
    let mut map: PersistentMap<NoClone, NoClone> = entries.into_iter().collect();
    let again = map.clone();
    let found = map.get(&NoClone(1)).is_some_and(|value| *value == map[&NoClone(1)]);
    let iterated = map.iter().count() + map.keys().count() + map.values().count() + map.iter_in_stored_order().count();
    map.clear();

    let mut transient: TransientMap<NoClone, NoClone> = TransientMap::new();
    transient.insert(NoClone(1), NoClone(2));
    transient.extend([(NoClone(3), NoClone(4))]);
    transient.entry(NoClone(5)).or_insert(NoClone(6)).0 += 1;
    transient.remove(&NoClone(3));
    transient.retain(|key, _| key.0 > 1);
    found && map.is_empty() && again.len() < iterated && again == transient.into_persistent()
};
