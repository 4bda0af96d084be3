//! Every key and every value is dropped exactly once, whatever is done with the maps that hold it.

mod common;

use proptest::proptest;
use std::collections::HashMap;

use common::hashers::Kind;
use common::program::{programs, run};
use common::tracked::{Tracked, balanced};
use common::{Map, build, empty, proptest_config, validate};

/// A map of this many entries, each key with its double.
fn sample(kind: Kind, size: u64) -> Map<Tracked, Tracked> {
    let entries = (0..size).map(|k| (Tracked::new(k), Tracked::new(2 * k)));
    build(kind, entries)
}

/// Runs `work` on maps of all kinds and sizes: once on one of its own, once on one that another version shares.
fn on_all(work: impl Fn(&mut Map<Tracked, Tracked>)) {
    // Miri is too slow to try them all.
    let kinds = if cfg!(miri) { &[Kind::Good, Kind::Constant][..] } else { &Kind::ALL };
    let sizes = if cfg!(miri) { &[17][..] } else { &[0, 1, 16, 17, 100] };
    for &kind in kinds {
        for &size in sizes {
            balanced(|| {
                // An element for the empty map, as a test without any would show nothing.
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
    fn programs_drop_everything_once(program in programs()) {
        for kind in Kind::ALL {
            balanced(|| {
                let _one = Tracked::new(0);
                run::<Tracked, Tracked>(kind, &program);
            });
        }
    }
}

#[test]
fn owning_iterators_in_part() {
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
fn an_owning_iterator_that_is_the_last_owner() {
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

#[test]
fn draining_in_part() {
    for taken in [0, 1, 10, 1000] {
        on_all(|map| {
            map.drain().take(taken).for_each(drop);
            assert!(map.is_empty());
            map.insert(Tracked::new(1), Tracked::new(2));
        });
    }
}

#[test]
fn extracting_in_part() {
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
fn iterators_left_unused() {
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
fn refused_and_replaced_keys_and_values() {
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
fn entries_used_and_unused() {
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
        let mut transient = map.clone().transient();
        for key in 0..150 {
            transient.insert(Tracked::new(key), Tracked::new(0));
            transient.remove(&Tracked::new(key / 2));
        }
        let half = transient.persistent();
        drop(map.clone().transient());
        *map = half;
    });
}
