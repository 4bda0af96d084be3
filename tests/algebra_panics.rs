//! A panic in `Hash`, `Eq`, `Clone` or a closure leaves both operands of an operation on two maps as they were, and
//! leaks nothing.

mod common;

use perennial::PersistentMap;
use perennial::map::{Merge, Patch};

use common::hashers::Kind;
use common::tracked::{Call, Tracked, balanced, burn, with_fuse};
use common::{Map, build, scaled, validate};

type Tracks = Map<Tracked, Tracked>;

type Operation = (&'static str, fn(&Tracks, &Tracks));

/// Operations that can panic at every call of user code; what they give is dropped while a fuse is set.
const OPERATIONS: [Operation; 11] = [
    ("merge", |a, b| drop(a.merge(b))),
    ("merge_with", |a, b| {
        drop(a.merge_with(b, |key, ours, theirs| {
            burn(Call::Closure);
            match key.value() % 4 {
                0 => Merge::Left,
                1 => Merge::Right,
                2 => Merge::Value(Tracked::new(ours.value() + theirs.value())),
                _ => Merge::Neither,
            }
        }));
    }),
    ("intersection", |a, b| drop(a.intersection(b))),
    ("difference", |a, b| drop(a.difference(b))),
    ("symmetric_difference", |a, b| drop(a.symmetric_difference(b))),
    ("map_values", |a, _| {
        drop(a.map_values(|_, value| {
            burn(Call::Closure);
            Tracked::new(value.value() / 2)
        }));
    }),
    ("diff", |a, b| assert!(a.diff(b).count() <= a.len() + b.len())),
    ("is_submap", |a, b| assert!(!a.is_submap(b) && !a.is_disjoint(b) && a != b)),
    ("patch", |a, b| drop(Patch::between(a, b).inverse())),
    ("apply", |a, b| drop(a.apply(&Patch::between(a, b)))),
    ("merge3", |a, b| {
        let base = a.filter(|key, _| key.value() % 5 > 0);
        drop(PersistentMap::merge3(&base, a, b, |_, conflict| {
            burn(Call::Closure);
            conflict.ours.or(conflict.theirs).cloned()
        }));
    }),
];

fn contents(map: &Tracks) -> Vec<(u64, u64)> {
    validate(map);
    let mut contents: Vec<_> = map.iter().map(|(key, value)| (key.value(), value.value())).collect();
    contents.sort_unstable();
    contents
}

/// Runs `operation` with a fuse at every call of each kind, one after the other. Answers how many fuses blew.
fn blow_everywhere(a: &Tracks, b: &Tracks, operation: fn(&Tracks, &Tracks)) -> [usize; Call::ALL.len()] {
    let before = (contents(a), contents(b));
    Call::ALL.map(|call| {
        let blown = (0..).take_while(|&nth| with_fuse(call, nth, || operation(a, b)).is_none()).count();
        assert!((contents(a), contents(b)) == before, "after a panic in {call:?}");
        blown
    })
}

#[test]
fn operands_survive_panics() {
    let n = scaled(64, 24) as u64;
    let entries =
        |keys: std::ops::Range<u64>, by: u64| keys.map(move |key| (Tracked::new(key), Tracked::new(key / by)));
    for kind in [Kind::Good, Kind::Eight] {
        let mut blown = [0; Call::ALL.len()];
        for (name, operation) in OPERATIONS {
            balanced(|| {
                let a = build(kind, entries(0..n, 2));
                let mut version = a.clone();
                for key in [1, 5, n, n + 1] {
                    version.insert(Tracked::new(key), Tracked::new(7));
                }
                for b in [version, build(kind, entries(n / 2..n + 9, 3)), build(Kind::TopBits, entries(9..n, 2))] {
                    let here = blow_everywhere(&a, &b, operation);
                    assert!(here.iter().sum::<usize>() > 0, "{name} calls no user code");
                    blown.iter_mut().zip(here).for_each(|(blown, here)| *blown += here);
                }
            });
        }
        assert!(blown.iter().all(|&blown| blown > 100), "few fuses blew: {blown:?}");
    }
}
