//! Compares what each operation costs in `im` and in this crate: how often it clones a key or a value, hashes a key, and
//! allocates. This crate may take at most twice as much; what takes more is listed with the reason.
//!
//! `cargo test --test costs -- --show-output` prints the table.

// `GlobalAlloc` is an unsafe trait.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hash, Hasher};

/// The system allocator, which counts the blocks of each thread.
struct Counting;

thread_local! {
    static BLOCKS: Cell<usize> = const { Cell::new(0) };
    static CLONES: Cell<usize> = const { Cell::new(0) };
    static HASHINGS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is passed unchanged to the system allocator, and counting neither allocates nor panics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BLOCKS.set(BLOCKS.get() + 1);
        // SAFETY: the caller fulfils the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller fulfils the contract of `dealloc`.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Defines a key or value whose clones are counted, and which its number identifies.
macro_rules! counted {
    ($(#[$doc:meta])* $name:ident($($field:ty),*), $n:ident => $new:expr) => {
        $(#[$doc])*
        #[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) struct $name($($field),*);

        impl $name {
            fn new($n: u64) -> Self {
                $new
            }
        }

        impl Clone for $name {
            fn clone(&self) -> Self {
                CLONES.set(CLONES.get() + 1);
                Self::new(self.0)
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.0.hash(state);
            }
        }
    };
}

counted! {
    /// Plain data, of which many fit into a leaf.
    Plain(u64), n => Self(n)
}

counted! {
    /// Owns memory. Entries of it are stored behind counted pointers.
    Text(u64, String), n => Self(n, String::new())
}

/// Counts the hashings of keys.
#[derive(Default)]
pub(crate) struct CountingState;

pub(crate) struct CountingHasher(u64);

impl BuildHasher for CountingState {
    type Hasher = CountingHasher;

    fn build_hasher(&self) -> CountingHasher {
        HASHINGS.set(HASHINGS.get() + 1);
        CountingHasher(0)
    }
}

impl Hasher for CountingHasher {
    fn write(&mut self, _: &[u8]) {
        unreachable!("only numbers are hashed");
    }

    fn write_u64(&mut self, n: u64) {
        let word = (n ^ 0x2545_f491_4f6c_dd1d).wrapping_mul(0xd6e8_feb8_6659_fd93);
        self.0 = (word ^ (word >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Clones, hashings and allocations.
type Cost = [usize; 3];

const WHAT: [&str; 3] = ["clones", "hashings", "allocations"];

/// Returns the costs of `work`, but not those of dropping its result.
pub(crate) fn cost<R>(work: impl FnOnce() -> R) -> Cost {
    let counters = || [CLONES.get(), HASHINGS.get(), BLOCKS.get()];
    let before = counters();
    let result = work();
    let after = counters();
    drop(result);
    [0, 1, 2].map(|what| after[what] - before[what])
}

/// Defines the operations in a module of their own, in which `im` is the name of one of the crates.
macro_rules! operations {
    ($module:ident, $im:ident, $counted:ident) => {
        mod $module {
            use std::collections::BTreeSet;
            use std::hash::DefaultHasher;

            use super::*;
            use $im::{HashMap, HashSet, OrdMap};

            type Map = HashMap<$counted, $counted, CountingState>;
            type Set = HashSet<$counted, CountingState>;

            fn entry(n: u64) -> ($counted, $counted) {
                ($counted::new(n), $counted::new(n))
            }

            fn fill(empty: Map, from: u64, to: u64) -> Map {
                let mut map = empty;
                for n in from..to {
                    map.insert($counted::new(n), $counted::new(n));
                }
                map
            }

            fn fill_set(empty: Set, from: u64, to: u64) -> Set {
                let mut set = empty;
                for n in from..to {
                    set.insert($counted::new(n));
                }
                set
            }

            /// What the operations are given: a map, one that has half of its keys, one without a common key, a small
            /// one, another version, and one of equal entries that shares nothing; all with one hasher.
            struct Given {
                size: u64,
                map: Map,
                half: Map,
                apart: Map,
                small: Map,
                version: Map,
                same: Map,
                set: Set,
                set_half: Set,
                set_version: Set,
            }

            fn given(size: u64) -> Given {
                let map = fill(Map::default(), 0, size);
                let (half, apart) =
                    (fill(map.new_from(), size / 2, size + size / 2), fill(map.new_from(), size, 2 * size));
                let (small, same) = (fill(map.new_from(), size - 1, size + 1), fill(map.new_from(), 0, size));
                let version = map.update($counted::new(0), $counted::new(1));
                let set = fill_set(Set::default(), 0, size);
                let set_half = fill_set(set.new_from(), size / 2, size + size / 2);
                let set_version = set.update($counted::new(size));
                Given { size, half, apart, small, version, same, set_half, set_version, map, set }
            }

            struct Table {
                size: u64,
                rows: Vec<(String, Cost)>,
            }

            impl Table {
                /// Measures `work` on maps that no other version shares nodes with, and on maps that all have a clone.
                fn row<R>(&mut self, name: &str, work: impl Fn(Given) -> R) {
                    let mut owned = given(self.size);
                    (owned.version, owned.set_version) = (owned.map.new_from(), owned.set.new_from());
                    self.rows.push((format!("{name}, owned"), cost(|| work(owned))));
                    let shared = given(self.size);
                    let others =
                        (shared.half.clone(), shared.apart.clone(), shared.small.clone(), shared.set_half.clone());
                    let versions = (shared.map.clone(), shared.set.clone());
                    self.rows.push((format!("{name}, shared"), cost(|| work(shared))));
                    drop((others, versions));
                }

                /// Measures `work` on two versions.
                fn versions<R>(&mut self, name: &str, work: impl Fn(Given) -> R) {
                    let given = given(self.size);
                    self.rows.push((format!("{name}, two versions"), cost(|| work(given))));
                }
            }

            pub(crate) fn measure(size: u64) -> Vec<(String, Cost)> {
                let mut t = Table { size, rows: Vec::new() };
                let absent = $counted::new(size + 5);
                let present = $counted::new(size / 2);

                t.row("clone", |g| g.map.clone());
                t.row("get", |g| g.map.get(&present).is_some());
                t.row("get, absent", |g| g.map.get(&absent).is_some());
                t.row("contains_key", |g| g.map.contains_key(&present));
                t.row("index", |g| g.map[&present].0);
                t.row("iter().next()", |g| g.map.iter().next().is_some());
                t.row("keys().next()", |g| g.map.keys().next().is_some());
                t.row("iter", |g| g.map.iter().count());
                t.row("values", |g| g.map.values().count());
                t.row("into_iter", |g| g.map.into_iter().count());
                t.row("into_iter().next()", |g| g.map.into_iter().next());
                t.row("clone().into_iter().next()", |g| g.map.clone().into_iter().next());
                t.row("into_iter, collected", |g| Vec::from_iter(g.map).len());
                t.row("insert", |mut g| (g.map.insert(entry(g.size).0, entry(g.size).1), g.map));
                t.row("insert, present", |mut g| (g.map.insert(entry(0).0, entry(0).1), g.map));
                t.row("remove", |mut g| (g.map.remove(&present), g.map));
                t.row("remove, absent", |mut g| (g.map.remove(&absent), g.map));
                t.row("remove_with_key", |mut g| (g.map.remove_with_key(&present), g.map));
                t.row("remove all", |mut g| {
                    for n in 0..g.size {
                        g.map.remove(&$counted::new(n));
                    }
                    g.map
                });
                t.row("take one after another", |mut g| {
                    while let Some((key, _)) = g.map.iter().next() {
                        let key = $counted::new(key.0);
                        g.map.remove(&key);
                    }
                    g.map
                });
                t.row("get_mut", |mut g| (g.map.get_mut(&present).map(|value| value.0 += 1), g.map));
                t.row("get_mut, absent", |mut g| (g.map.get_mut(&absent).is_some(), g.map));
                t.row("index_mut", |mut g| {
                    g.map[&present].0 += 1;
                    g.map
                });
                t.row("iter_mut", |mut g| {
                    g.map.iter_mut().for_each(|(_, value)| value.0 += 1);
                    g.map
                });
                t.row("entry, or_insert", |mut g| {
                    g.map.entry(entry(g.size).0).or_insert(entry(g.size).1);
                    g.map
                });
                t.row("entry, and_modify", |mut g| {
                    g.map.entry(entry(0).0).and_modify(|value| value.0 += 1).or_insert(entry(0).1);
                    g.map
                });
                t.row("retain all", |mut g| {
                    g.map.retain(|_, _| true);
                    g.map
                });
                t.row("retain half", |mut g| {
                    g.map.retain(|key, _| key.0 % 2 == 0);
                    g.map
                });
                t.row("clear", |mut g| {
                    g.map.clear();
                    g.map
                });
                t.row("extend", |mut g| {
                    g.map.extend((0..g.size).map(|n| entry(2 * n)));
                    g.map
                });
                t.row("collect", |g| (0..g.size).map(entry).collect::<Map>());
                t.row("from Vec", |g| Map::from(Vec::from_iter((0..g.size).map(entry))));
                t.row("from BTreeMap", |g| Map::from(BTreeMap::from_iter((0..g.size).map(entry))));
                t.row("from &BTreeMap", |g| Map::from(&BTreeMap::from_iter((0..g.size).map(entry))));
                t.row("into OrdMap", |g| OrdMap::from(g.map));
                t.row("into OrdMap, from a reference", |g| OrdMap::from(&g.map));
                t.row("update", |g| g.map.update(entry(g.size).0, entry(g.size).1));
                t.row("update, present", |g| g.map.update(entry(0).0, entry(0).1));
                t.row("update_with", |g| g.map.update_with(entry(0).0, entry(0).1, |_, new| new));
                t.row("update_with_key", |g| g.map.update_with_key(entry(0).0, entry(0).1, |_, old, _| old));
                t.row("update_lookup_with_key", |g| {
                    g.map.update_lookup_with_key(entry(0).0, entry(0).1, |_, _, new| new)
                });
                t.row("alter", |g| g.map.alter(|value| value, entry(0).0));
                t.row("alter, to remove", |g| g.map.alter(|_| None, entry(0).0));
                t.row("alter, absent", |g| g.map.alter(|value| value, entry(g.size).0));
                t.row("without", |g| g.map.without(&present));
                t.row("without, absent", |g| g.map.without(&absent));
                t.row("extract", |g| g.map.extract(&present));
                t.row("extract_with_key", |g| g.map.extract_with_key(&present));

                t.row("union, half in common", |g| g.map.union(g.half));
                t.row("union, none in common", |g| g.map.union(g.apart));
                t.row("union with a small one", |g| g.map.union(g.small));
                t.row("union of a small one", |g| g.small.union(g.map));
                t.row("union with the same entries", |g| g.map.union(g.same));
                t.row("union with an empty one", |g| {
                    let empty = g.map.new_from();
                    g.map.union(empty)
                });
                t.row("union of an empty one", |g| g.map.new_from().union(g.map));
                t.row("union_with, half in common", |g| g.map.union_with(g.half, |ours, _| ours));
                t.row("union_with, none in common", |g| g.map.union_with(g.apart, |ours, _| ours));
                t.row("union_with a small one", |g| g.map.union_with(g.small, |ours, _| ours));
                t.row("unions", |g| Map::unions([g.map, g.half, g.apart]));
                t.row("unions_with", |g| Map::unions_with([g.map, g.half, g.apart], |ours, _| ours));
                t.row("symmetric_difference, half in common", |g| g.map.symmetric_difference(g.half));
                t.row("symmetric_difference, none in common", |g| g.map.symmetric_difference(g.apart));
                t.row("symmetric_difference_with, half in common", |g| {
                    g.map.symmetric_difference_with(g.half, |ours, _| Some(ours))
                });
                t.row("relative_complement, half in common", |g| g.map.relative_complement(g.half));
                t.row("relative_complement, none in common", |g| g.map.relative_complement(g.apart));
                t.row("relative_complement of a small one", |g| g.map.relative_complement(g.small));
                t.row("intersection, half in common", |g| g.map.intersection(g.half));
                t.row("intersection, none in common", |g| g.map.intersection(g.apart));
                t.row("intersection with a small one", |g| g.map.intersection(g.small));
                t.row("intersection_with, half in common", |g| g.map.intersection_with(g.half, |ours, _| ours));
                t.row("is_submap", |g| g.map.is_submap(&g.same));
                t.row("is_submap_by", |g| g.map.is_submap_by(&g.same, |_, _| true));
                t.row("is_submap of a small one", |g| g.small.is_submap(&g.map));
                t.row("==, the same entries", |g| g.map == g.same);
                t.row("==, other entries", |g| g.map == g.apart);
                t.row("cmp, the same entries", |g| g.map.cmp(&g.same));
                t.row("cmp, other entries", |g| g.map.cmp(&g.apart));
                t.row("hash", |g| {
                    let mut state = DefaultHasher::new();
                    g.map.hash(&mut state);
                    state.finish()
                });
                t.versions("union", |g| g.map.union(g.version));
                t.versions("union_with", |g| g.map.union_with(g.version, |ours, _| ours));
                t.versions("symmetric_difference", |g| g.map.symmetric_difference(g.version));
                t.versions("relative_complement", |g| g.map.relative_complement(g.version));
                t.versions("intersection", |g| g.map.intersection(g.version));
                t.versions("is_submap", |g| g.map.is_submap(&g.version));
                t.versions("==", |g| g.map == g.version);
                t.versions("cmp", |g| g.map.cmp(&g.version));

                t.row("set: contains", |g| g.set.contains(&present));
                t.row("set: iter().next()", |g| g.set.iter().next().is_some());
                t.row("set: iter", |g| g.set.iter().count());
                t.row("set: into_iter", |g| g.set.into_iter().count());
                t.row("set: clone().into_iter().next()", |g| g.set.clone().into_iter().next());
                t.row("set: insert", |mut g| (g.set.insert($counted::new(g.size)), g.set));
                t.row("set: insert, present", |mut g| (g.set.insert($counted::new(0)), g.set));
                t.row("set: remove", |mut g| (g.set.remove(&present), g.set));
                t.row("set: update", |g| g.set.update($counted::new(g.size)));
                t.row("set: update, present", |g| g.set.update($counted::new(0)));
                t.row("set: without", |g| g.set.without(&present));
                t.row("set: retain half", |mut g| {
                    g.set.retain(|element| element.0 % 2 == 0);
                    g.set
                });
                t.row("set: extend", |mut g| {
                    g.set.extend((0..g.size).map(|n| $counted::new(2 * n)));
                    g.set
                });
                t.row("set: collect", |g| (0..g.size).map($counted::new).collect::<Set>());
                t.row("set: from &[A]", |g| Set::from(&*Vec::from_iter((0..g.size).map($counted::new))));
                t.row("set: union", |g| g.set.union(g.set_half));
                t.row("set: union of a fresh small one", |g| {
                    let mut small = g.set.new_from();
                    small.insert($counted::new(g.size));
                    g.set.union(small)
                });
                t.row("set: intersection", |g| g.set.intersection(g.set_half));
                t.row("set: symmetric_difference", |g| g.set.symmetric_difference(g.set_half));
                t.row("set: relative_complement", |g| g.set.relative_complement(g.set_half));
                t.row("set: is_subset", |g| g.set.is_subset(&g.set_half));
                t.row("set: ==", |g| g.set == g.set_half);
                t.row("set: into BTreeSet", |g| BTreeSet::from_iter(g.set));
                t.versions("set: union", |g| g.set.union(g.set_version));
                t.versions("set: intersection", |g| g.set.intersection(g.set_version));
                t.versions("set: ==", |g| g.set == g.set_version);
                t.rows
            }
        }
    };
}

operations!(upstream_plain, im_upstream, Plain);
operations!(ours_plain, perennial_im, Plain);
operations!(upstream_text, im_upstream, Text);
operations!(ours_text, perennial_im, Text);

/// What an operation costs in `im` and in this crate.
struct Row {
    kind: &'static str,
    size: usize,
    name: String,
    what: &'static str,
    theirs: usize,
    ours: usize,
}

impl Row {
    fn is(&self, kind: &str, what: &str, names: &[&str]) -> bool {
        self.kind.contains(kind) && self.what == what && names.iter().any(|name| self.name.contains(name))
    }

    /// Returns `true` if this crate costs at most `more` in addition to twice as much.
    fn up_to(&self, more: usize) -> bool {
        self.ours <= 2 * self.theirs + more
    }
}

const OF_TWO: [&str; 7] = ["union", "difference", "complement", "intersection", "is_su", "==", "cmp"];
const LEAF: usize = 32;

/// Why an operation may cost more than twice as much, and which operations that explains.
type Reason = (&'static str, fn(&Row) -> bool);

const REASONS: [Reason; 8] = [
    ("Two maps may have different hashers. Whether they agree is tested with at most 8 keys of each map.", |row| {
        row.is("", "hashings", &OF_TWO) && row.up_to(16)
    }),
    ("A few blocks, however large the map is: the nodes on a path, or the stack of a walk.", |row| {
        row.is("", "allocations", &[""]) && row.up_to(15)
    }),
    (
        "Entries that own memory and have more than three words are stored behind counted pointers, in a block each. In \
         return, an edit of a shared map clones no other entries.",
        |row| {
            row.is("text", "allocations", &["collect", "extend", "from", "iter_mut", "_with"])
                && row.up_to(row.size + 15)
        },
    ),
    ("Plain entries are copied with the leaves that they are in, of up to 32 entries.", |row| {
        row.is("plain", "clones", &[""]) && row.up_to(4 * LEAF)
    }),
    (
        "Maps that are combined are read, so that shared nodes are skipped, and not taken apart. Plain entries are copied \
         with their leaves, at most once for each map that is combined.",
        |row| row.is("plain", "clones", &OF_TWO) && row.name.ends_with("owned") && row.ours <= 8 * row.size,
    ),
    (
        "The closure takes both values by value, so they are cloned, and the key with the result. In return, no key is \
         hashed.",
        |row| row.is("", "clones", &["_with"]) && row.ours <= 2 * row.theirs + 3 * row.size,
    ),
    ("The nodes of the result are new. `im` takes the keys out of the map in place, and hashes each of them.", |row| {
        row.is("", "allocations", &["relative_complement"]) && row.name.ends_with("owned") && row.ours < row.size / 4
    }),
    ("Leaves are made smaller and joined as they become empty.", |row| {
        row.is("", "allocations", &["remove all"]) && row.ours < row.size / 16
    }),
];

#[test]
fn no_operation_costs_more_than_twice_as_much_without_a_reason() {
    let mut explained: Vec<Vec<Row>> = REASONS.iter().map(|_| Vec::new()).collect();
    let (mut compared, mut unexplained) = (0, Vec::new());
    for size in [1, 10, 100, 1000, 10_000] {
        let plain = (upstream_plain::measure(size), ours_plain::measure(size));
        let text = (upstream_text::measure(size), ours_text::measure(size));
        for (kind, (theirs, ours)) in [("plain", plain), ("text", text)] {
            assert_eq!(theirs.len(), ours.len());
            for ((name, theirs), (also, ours)) in theirs.into_iter().zip(ours) {
                assert_eq!(name, also);
                for (index, what) in WHAT.into_iter().enumerate() {
                    let (name, theirs, ours) = (name.clone(), theirs[index], ours[index]);
                    let row = Row { kind, size: size as usize, name, what, theirs, ours };
                    compared += 1;
                    if row.up_to(2 * usize::from(theirs == 0)) {
                        continue;
                    }
                    match REASONS.iter().position(|(_, explains)| explains(&row)) {
                        Some(reason) => explained[reason].push(row),
                        None => unexplained.push(row),
                    }
                }
            }
        }
    }
    let shown = |row: &Row| {
        let Row { kind, size, name, what, theirs, ours } = row;
        format!("{name} of {size} {kind} entries: {theirs} and {ours} {what}")
    };
    let more: usize = explained.iter().map(Vec::len).sum();
    println!("{compared} counts; {more} are more than twice as high as in `im`:");
    for ((why, _), mut rows) in REASONS.iter().zip(explained) {
        rows.sort_by_key(|row| row.ours / row.theirs.max(1));
        let worst = rows.last().unwrap_or_else(|| panic!("nothing has this reason: {why}"));
        println!("- {why} {} counts, such as {}", rows.len(), shown(worst));
    }
    let unexplained = Vec::from_iter(unexplained.iter().map(shown));
    assert!(unexplained.is_empty(), "without a reason:\n{}", unexplained.join("\n"));
}
