//! Every key and every value is dropped exactly once, whatever operations are called on the maps that contain it.

mod common;

use proptest::proptest;
use std::collections::HashMap;

use common::hashers::Kind;
use common::program::{programs, run};
use common::tracked::{Call, Tracked, balanced, with_fuse};
use common::{Map, build, empty, proptest_config, validate};

/// Returns a map of `size` entries, in which each value is twice its key.
fn sample(kind: Kind, size: u64) -> Map<Tracked, Tracked> {
    let entries = (0..size).map(|k| (Tracked::new(k), Tracked::new(2 * k)));
    build(kind, entries)
}

/// Runs `work` on maps of all kinds and sizes: once on an unshared map, and once on a map that another version shares.
fn on_all(work: impl Fn(&mut Map<Tracked, Tracked>)) {
    // Miri is too slow for all of them.
    let kinds = if cfg!(miri) { &[Kind::Good, Kind::Constant][..] } else { &Kind::ALL };
    let sizes = if cfg!(miri) { &[17][..] } else { &[0, 1, 16, 17, 100] };
    for &kind in kinds {
        for &size in sizes {
            balanced(|| {
                // `balanced` requires at least one element, also for an empty map.
                let _one = Tracked::new(0);
                let mut map = sample(kind, size);
                work(&mut map);
                validate(&map);
            });
            balanced(|| {
                let _one = Tracked::new(0);
                let mut map = sample(kind, size);
                let other = map.clone();
                work(&mut map);
                validate(&map);
                validate(&other);
                let entries: HashMap<_, _> = other.iter().collect();
                assert_eq!(entries.len() as u64, size);
                assert!(entries.iter().all(|(k, v)| v.value() == 2 * k.value()));
                assert!(entries.iter().all(|(k, _)| k.value() < size));
            });
        }
    }
}

proptest! {
    #![proptest_config(proptest_config(
        30,
        1,
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proptest-regressions/leaks.txt"),
    ))]

    #[test]
    fn random_programs_drop_every_element_once(program in programs()) {
        for kind in Kind::ALL {
            balanced(|| {
                let _one = Tracked::new(0);
                run::<Tracked, Tracked>(kind, &program);
            });
        }
    }
}

#[test]
fn partly_used_owning_iterators_leak_nothing() {
    for taken in [0, 1, 10, 1000] {
        on_all(|map| map.clone().into_iter().take(taken).for_each(drop));
        on_all(|map| map.clone().into_keys().take(taken).for_each(drop));
        on_all(|map| map.clone().into_values().take(taken).for_each(drop));
        on_all(|map| {
            let map = std::mem::replace(map, empty(Kind::Good));
            map.into_iter().take(taken).for_each(drop);
        });
        on_all(|map| {
            let map = std::mem::replace(map, empty(Kind::Good));
            map.into_values().take(taken).for_each(drop);
        });
    }
}

#[test]
fn an_owning_iterator_can_become_the_last_owner() {
    for kind in Kind::ALL {
        balanced(|| {
            let map = sample(kind, 100);
            let mut entries = map.clone().into_iter();
            let mut kept: Vec<_> = entries.by_ref().take(40).collect();
            drop(map);
            kept.extend(entries.by_ref().take(20));
            assert_eq!(entries.len(), 40);
        });
    }
}

/// Runs an iterator until a panic in the `nth` call of `Clone`, and after that to its end. Returns the sorted keys of
/// all items, or `None` if there are not so many calls.
fn keys_despite_panic<I: ExactSizeIterator>(nth: usize, mut iter: I, key: impl Fn(I::Item) -> u64) -> Option<Vec<u64>> {
    let mut keys = Vec::new();
    let all = with_fuse(Call::Clone, nth, || {
        for item in iter.by_ref() {
            keys.push(key(item));
        }
    });
    if all.is_some() {
        return None;
    }
    let (found, left) = (keys.len(), iter.len());
    keys.extend(iter.map(key));
    assert_eq!(keys.len() - found, left);
    keys.sort_unstable();
    Some(keys)
}

#[test]
fn iterators_continue_after_a_panic() {
    let step = if cfg!(miri) { 13 } else { 1 };
    for (kind, size) in Kind::ALL.into_iter().flat_map(|kind| [(kind, 17), (kind, 100)]) {
        let mut panics = [0; 2];
        for nth in (0..).step_by(step) {
            let all = balanced(|| {
                let map = sample(kind, size);
                keys_despite_panic(nth, map.clone().into_iter(), |(key, _)| key.value())
            });
            let Some(all) = all else { break };
            // The entry whose clone panicked is yielded after the panic.
            assert!(all.into_iter().eq(0..size));
            panics[0] += 1;
        }
        for nth in (0..).step_by(step) {
            let some = balanced(|| {
                let map = sample(kind, size);
                let mut edited = map.clone();
                let some = keys_despite_panic(nth, edited.iter_mut(), |(key, value)| {
                    value.set(7);
                    key.value()
                });
                validate(&edited);
                assert_eq!(edited.len() as u64, size);
                assert_eq!(
                    edited.values().filter(|value| value.value() == 7).count(),
                    some.as_ref().map_or(size as usize, Vec::len)
                );
                assert!(map.iter().all(|(key, value)| value.value() == 2 * key.value()));
                some
            });
            let Some(mut some) = some else { break };
            // The entries of the node whose copy panicked are skipped.
            some.dedup();
            assert!((some.len() as u64) < size && some.iter().all(|&key| key < size));
            panics[1] += 1;
        }
        assert!(panics.iter().all(|&panics| panics > 0));
    }
}

/// After a panic of `==`, a difference reports every further change once or not at all, and nothing else.
#[test]
fn a_diff_continues_after_a_panic() {
    let step = if cfg!(miri) { 13 } else { 1 };
    for (kind, size) in Kind::ALL.into_iter().flat_map(|kind| [(kind, 17), (kind, 40)]) {
        let mut panics = 0;
        for nth in (0..).step_by(step) {
            let blew = balanced(|| {
                let old = sample(kind, size);
                // Equal keys and values, except those of 3, 5, and `size`; nothing is shared.
                let mut new = sample(kind, size + 1);
                new.remove(&Tracked::new(3));
                new.insert(Tracked::new(5), Tracked::new(7));
                let mut changes = old.diff(&new);
                let mut found = Vec::new();
                let mut collect = || {
                    found.extend(changes.by_ref().map(|change| {
                        let [before, after] = [change.before(), change.after()].map(|value| value.map(Tracked::value));
                        (change.key().value(), before, after)
                    }))
                };
                let blew = with_fuse(Call::Eq, nth, &mut collect).is_none();
                collect();
                let expected = [(3, Some(6), None), (5, Some(10), Some(7)), (size, None, Some(2 * size))];
                assert!(found.iter().all(|change| expected.contains(change)), "{found:?}");
                found.sort_unstable();
                assert!(found.is_sorted_by(|one, next| one < next), "reported twice: {found:?}");
                // It passes over the left entry whose search panicked and over the right entries of that leaf.
                assert!(found.len() + 2 * usize::from(blew) >= expected.len(), "{found:?}");
                blew
            });
            if !blew {
                break;
            }
            panics += 1;
        }
        assert!(panics > 10);
    }
}

#[test]
fn partly_used_drains_leak_nothing() {
    for taken in [0, 1, 10, 1000] {
        on_all(|map| {
            map.drain().take(taken).for_each(drop);
            assert!(map.is_empty());
            map.insert(Tracked::new(1), Tracked::new(2));
        });
    }
}

#[test]
fn partly_used_extract_if_leaks_nothing() {
    for taken in [0, 1, 10, 1000] {
        on_all(|map| {
            let len = map.len();
            let extracted = map.extract_if(|k, _| k.value() % 2 == 0);
            let extracted = extracted.take(taken).count();
            assert_eq!(map.len(), len - extracted);
        });
        on_all(|map| {
            let extracted = map.extract_if(|_, _| true);
            let extracted: Vec<_> = extracted.take(taken).collect();
            for (key, value) in extracted {
                map.insert(key, value);
            }
        });
    }
}

#[test]
fn unused_iterators_leak_nothing() {
    on_all(|map| {
        let len = map.len();
        assert_eq!(map.clone().into_iter().len(), len);
        assert_eq!(map.iter_mut().len(), len);
        let _ = map.extract_if(|_, _| true);
        assert_eq!(map.drain().len(), len);
        assert!(map.is_empty());
    });
}

#[test]
fn rejected_and_replaced_entries_are_dropped() {
    on_all(|map| {
        for key in 0..40 {
            drop(map.try_insert(Tracked::new(key), Tracked::new(0)));
            map.insert(Tracked::new(key), Tracked::new(1));
            if let Err(error) = map.try_insert(Tracked::new(key), Tracked::new(2)) {
                assert_eq!(error.value.value(), 2);
            }
        }
        map.extend((0..60).map(|k| (Tracked::new(k), Tracked::new(3))));
        assert_eq!(*map, map.merge(map));
        map.retain(|k, _| k.value() >= 60);
        map.extend((0..100).map(|k| (Tracked::new(k), Tracked::new(2 * k))));
        *map = map.merge(&map.filter(|k, _| k.value() % 2 == 0));
    });
}

#[test]
fn entry_operations_leak_nothing() {
    on_all(|map| {
        for key in (0..40).map(|k| k * 3) {
            drop(map.entry(Tracked::new(key)));
            map.entry(Tracked::new(key)).or_insert(Tracked::new(1));
            map.entry(Tracked::new(key)).or_default();
            map.entry(Tracked::new(key)).insert_entry(Tracked::new(2));
            let entry = map.entry(Tracked::new(key)).and_modify(|v| v.set(3));
            assert_eq!(entry.or_default().value(), 3);
        }
    });
}

#[test]
fn transients() {
    on_all(|map| {
        let mut transient = map.clone().into_transient();
        for key in 0..150 {
            transient.insert(Tracked::new(key), Tracked::new(0));
            transient.remove(&Tracked::new(key / 2));
        }
        let half = transient.into_persistent();
        drop(map.clone().into_transient());
        *map = half;
    });
}
